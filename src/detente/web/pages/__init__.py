"""The pages of the workbench, found by name: a module with ``PAGE``, ``router`` and perhaps ``api``, and its template."""

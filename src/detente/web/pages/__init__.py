"""The pages of the workbench, found by name: a module with ``PAGE`` and ``router``, and the template that it renders."""

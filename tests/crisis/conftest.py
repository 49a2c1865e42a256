import sys

import pytest

from detente.cli import main
from detente.testing import tiny_crisis_folder


@pytest.fixture
def tiny(tmp_path):
    """Return the folder of a tiny crisis that a test may change."""
    return tiny_crisis_folder(tmp_path)


@pytest.fixture
def detente(monkeypatch, capsys):
    """Return a function that runs the command line in this process: exit code, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["detente", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run

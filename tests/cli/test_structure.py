"""The command line reads arguments, calls and presents: short commands, options declared once, nothing computed."""

import ast
from collections import Counter
from pathlib import Path

import pytest
import typer

import detente.cli
import detente.runs

FOLDER = Path(detente.cli.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))
COMMANDS = [path for path in MODULES if not path.name.startswith("_")]
COMPUTING = {"numpy", "scipy", "pandas", "polars", "numba", "pyarrow", "duckdb"}


def name(path):
    return path.stem


@pytest.mark.parametrize("path", COMMANDS, ids=name)
def test_a_command_is_under_sixty_lines(path):
    """Oracle: the source, read with ast; the signature and the help text count."""
    (found,) = (
        part
        for part in ast.parse(path.read_text("utf-8")).body
        if isinstance(part, ast.FunctionDef) and part.name == "command"
    )
    assert found.end_lineno - found.lineno + 1 < 60


def declared(path):
    """Names of the options that a module declares."""
    for part in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(part, ast.Call) and ast.unparse(part.func) == "typer.Option":
            yield from (word.value for word in part.args if isinstance(word, ast.Constant))


def test_no_option_is_declared_twice():
    counted = Counter(option for path in MODULES for option in declared(path))
    assert counted["--draws"] == 1
    assert [option for option, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_the_command_line_imports_nothing_that_computes(path):
    imported = set()
    for part in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(part, ast.Import):
            imported |= {found.name.partition(".")[0] for found in part.names}
        elif isinstance(part, ast.ImportFrom):
            imported.add(str(part.module).partition(".")[0])
    assert imported & COMPUTING == set()


@pytest.mark.parametrize(("home", "maker"), [("_output.py", "Table"), ("progress.py", "Progress")])
def test_one_module_makes_tables_and_one_progress_bars(home, maker):
    makers = {
        path.name
        for path in [*MODULES, *sorted(Path(detente.runs.__file__).parent.glob("*.py"))]
        for part in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(part, ast.Call) and ast.unparse(part.func) == maker
    }
    assert makers == {home}


def test_a_reworded_option_leaves_the_declared_one_as_it_is():
    # oracle by hand
    from detente.cli._options import reworded

    option = typer.Option("--draws", help="Samples.", metavar="N")
    other = reworded(option, help="Cases.", metavar=None)
    assert (other.help, other.metavar) == ("Cases.", None)
    assert other.param_decls == option.param_decls
    assert (option.help, option.metavar) == ("Samples.", "N")

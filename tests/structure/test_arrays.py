"""Types of arrays are named once. Oracle: hand, the module that names them."""

import ast
from pathlib import Path

import detente
from detente import arrays

SRC = Path(detente.__file__).parent
OWN = {"StateArray"}
"""Aliases that say more than the numbers in them."""


def test_no_other_module_names_a_type_of_array():
    found = []
    for path in sorted(SRC.rglob("*.py")):
        if path == SRC / "arrays.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {ast.unparse(target) for target in targets}
                is_alias = ast.unparse(node.value).startswith("NDArray[") and not names & OWN
                if is_alias or names & set(arrays.__all__):
                    found.append(f"{path.relative_to(SRC)}:{node.lineno}")
    assert not found, "use detente.arrays"


def test_a_type_of_array_is_imported_from_where_it_is_named():
    found = [
        f"{path.relative_to(SRC)}:{node.lineno}"
        for path in sorted(SRC.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module != "detente.arrays"
        and any(alias.name in arrays.__all__ for alias in node.names)
    ]
    assert not found, "use detente.arrays"

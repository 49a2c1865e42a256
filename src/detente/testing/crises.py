"""Small crises for tests: a folder with the template, its document as plain values, and how to write one back."""

import json
import shutil
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from detente.crisis.claims import claims_of
from detente.crisis.crisis import Crisis

__all__ = ["carried_claims", "template_document", "tiny_crisis_folder", "write_document"]


def tiny_crisis_folder(parent: Path) -> Path:
    """Copy the small invented crisis (three actors, one pipeline, two rounds) into a folder and return that folder.

    Parameters
    ----------
    parent
        An existing folder, such as pytest's ``tmp_path``.

    Returns
    -------
    Path
        ``parent / "tiny"``, which holds ``crisis.yaml`` and its tables.
    """
    folder = parent / "tiny"
    folder.mkdir()
    template = resources.files("detente.crisis").joinpath("templates/coercion")
    for item in [part for part in template.iterdir() if part.is_file()]:
        with resources.as_file(item) as path:
            shutil.copyfile(path, folder / item.name)
    return folder


def template_document() -> dict[str, Any]:
    """Return the crisis file of the small invented crisis as plain dicts, lists, text and numbers.

    Examples
    --------
    >>> template_document()["rounds"]
    2
    """
    document: dict[str, Any] = json.loads(_template_json())
    return document


@cache
def _template_json() -> str:
    template = resources.files("detente.crisis").joinpath("templates/coercion")
    text = template.joinpath("crisis.yaml").read_text(encoding="utf-8")
    return json.dumps(YAML(typ="safe", pure=True).load(text), default=str)


def write_document(folder: Path, document: dict[str, Any]) -> None:
    """Write a crisis file from plain values; JSON is YAML, one entry a line."""
    text = json.dumps(document, indent=1, ensure_ascii=True)
    folder.joinpath("crisis.yaml").write_text(text, encoding="utf-8")


def carried_claims(crisis: Crisis) -> set[str]:
    """Return the claims that a crisis carries by an entry, a type or a row of a table, and not by prose alone."""
    return {
        claim
        for claim, places in claims_of(crisis).items()
        if any(not place.path.startswith("facts.") for place in places)
    }

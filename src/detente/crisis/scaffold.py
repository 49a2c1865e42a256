"""Make the folder of a new crisis from a template: a small invented crisis that passes every check."""

import json
import re
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from detente.crisis.loading import CRISIS_FILE, shipped_crises
from detente.crisis.schema import crisis_schema
from detente.errors import RunError, refuse
from detente.files.writing import write_whole

__all__ = ["SCHEMA_FILE", "check_name", "new_crisis", "template_names"]

SCHEMA_FILE = "crisis.schema.json"
"""Name of the JSON Schema that editors read, beside the crisis file."""

_TEMPLATES = resources.files("detente.crisis").joinpath("templates")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")


def template_names() -> tuple[str, ...]:
    """Return the names of the templates: the shapes of crisis that a new one may start from.

    Examples
    --------
    >>> template_names()
    ('blockade', 'coercion', 'occupation')
    """
    return tuple(sorted(item.name for item in _TEMPLATES.iterdir() if item.is_dir()))


def new_crisis(name: str, folder: Path, *, template: str = "coercion") -> Path:
    """Write the folder of a new crisis.

    Parameters
    ----------
    name
        Id of the crisis: letters, digits, - and _, starting with a letter.
    folder
        Where to write it; it must not exist, or be empty.
    template
        One of :func:`template_names`.

    Returns
    -------
    Path
        The folder. It appears whole or not at all.

    Raises
    ------
    UsageError
        ``id-invalid`` for a bad name or that of a shipped crisis, ``folder-exists`` if there is something in the
        folder, ``option-invalid`` for an unknown template.
    RunError
        ``output-unwritable`` if the folder cannot be written.
    """
    check_name(name)
    if template not in template_names():
        message = f"there is no template {template[:80]!r}"
        fix = f"use one of: {', '.join(template_names())}"
        refuse(message, code="option-invalid", at="--from-template", fix=fix)
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and _is_empty(folder))):
        message = f"there is already something at {str(folder)!r}"
        fix = "choose another name or `--folder`, or remove what is there"
        refuse(message, code="folder-exists", at=str(folder), fix=fix)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
        try:
            _fill(temporary, name, template)
            temporary.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            temporary.rename(folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        message = f"the folder {str(folder)!r} cannot be written: {error.strerror}"
        fix = "choose a folder that you may write to with `--folder`"
        refuse(
            message,
            code="output-unwritable",
            at=str(folder),
            fix=fix,
            error=RunError,
            cause=error,
        )
    return folder


def check_name(name: str) -> None:
    """Refuse what cannot be the id of a new crisis.

    Raises
    ------
    UsageError
        ``id-invalid`` for a bad name or that of a shipped crisis.
    """
    if not _NAME.fullmatch(name):
        message = f"{name[:80]!r} is no id of a crisis"
        fix = "use letters, digits, - and _, starting with a letter"
        refuse(message, code="id-invalid", at=name[:80], fix=fix)
    if name in shipped_crises():
        message = f"a crisis named {name!r} ships with the program"
        refuse(message, code="id-invalid", at=name, fix="choose another name")


def _is_empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None


def _fill(folder: Path, name: str, template: str) -> None:
    for item in [part for part in _TEMPLATES.joinpath(template).iterdir() if part.is_file()]:
        text = item.read_text(encoding="utf-8")
        if item.name == CRISIS_FILE:
            title = name.replace("-", " ").replace("_", " ").capitalize()
            text = re.sub(r"(?m)^id: .*$", f"id: {name}", text, count=1)
            text = re.sub(r"(?m)^title: .*$", f'title: "{title}"', text, count=1)
        write_whole(folder / item.name, text.encode())
    schema = json.dumps(crisis_schema(), indent=1, ensure_ascii=False)
    write_whole(folder / SCHEMA_FILE, (schema + "\n").encode())

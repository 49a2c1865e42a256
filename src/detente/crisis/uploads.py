"""A crisis folder that somebody sends: unpacked and read in a process of its own, which has little time and little memory.

What comes is hostile until it was read. The process takes the bytes of a zip archive or of a crisis file from its standard
input and answers with the texts of the files, or with what is wrong and what to do. It writes nothing.
"""

import io
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, NoReturn

from detente.crisis.csv_reader import read_records
from detente.crisis.expectations import EXPECTATIONS_FILE
from detente.crisis.loading import CRISIS_FILE
from detente.crisis.reading import MAX_BYTES, decode, read_document
from detente.crisis.remembering import FOLDER
from detente.crisis.scaffold import SCHEMA_FILE
from detente.errors import Code, DetenteError, UsageError, refuse

__all__ = ["MAX_FILES", "MAX_UPLOAD", "pack_folder", "read_upload"]

MAX_UPLOAD = 8 * 1024 * 1024
"""Most bytes of an upload."""
MAX_FILES = 100
"""Most files of an uploaded folder."""
_MAX_WHOLE = 4 * MAX_BYTES
_SECONDS, _MEMORY = 20, 1024**3
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(?:yaml|csv|json|md|txt)")
_IGNORED = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|\.git/)")
_KEPT = (".yaml", ".csv")
_STAMP = (1980, 1, 1, 0, 0, 0)
"""Date of every file of an archive: the same files make the same bytes."""


def read_upload(
    content: bytes, *, seconds: float = _SECONDS, memory: int = _MEMORY
) -> dict[str, str]:
    """Return the names and texts of the files of a crisis that was sent.

    Parameters
    ----------
    content
        A zip archive of the folder, or the text of a crisis file.
    seconds, memory
        What the process that reads it may take, in seconds and bytes.

    Returns
    -------
    dict
        Name to text, the crisis file first. They can be read; whether they make a crisis is for the checks to say.

    Raises
    ------
    UsageError
        ``upload-invalid`` for what is no archive and no text, for names that lead elsewhere, or for what takes too long;
        ``file-too-large``, ``path-linked``, ``file-missing``, ``file-not-utf8``, ``yaml-invalid``, ``yaml-alias-bomb`` and
        ``value-type`` for what stands in it.
    """
    if len(content) > MAX_UPLOAD:
        _too_large("the upload", MAX_UPLOAD)
    environment = {**os.environ, FOLDER: "", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "detente.crisis.uploads", str(int(seconds) + 1), str(memory)]
    try:
        done = subprocess.run(  # noqa: S603 - this program itself
            command,
            input=content,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=environment,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError, UnicodeDecodeError) as error:
        refuse(
            f"the upload takes more than {seconds:g} seconds or {memory // 2**20:,} MB to read",
            code="upload-invalid",
            at="upload",
            fix="send a smaller folder, without what the crisis does not read",
            cause=error,
        )
    if "files" in answer:
        return dict(answer["files"])
    refused: dict[str, Any] = answer["refused"]
    raise UsageError(refused["message"], code=refused["code"], at=refused["at"], fix=refused["fix"])


def pack_folder(files: Mapping[str, str], folder: str) -> bytes:
    """Return the zip archive of a folder; the same files make the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode())
    return out.getvalue()


# --- in the process ---------------------------------------------------------------------------------------------------


def _unpack(content: bytes) -> dict[str, str]:
    """Return the texts of an upload."""
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        found = _from_zip(content)
    else:
        if len(content) > MAX_BYTES:
            _too_large(CRISIS_FILE, MAX_BYTES)
        found = {CRISIS_FILE: content}
    if CRISIS_FILE not in found:
        refuse(
            f"the archive holds no {CRISIS_FILE}",
            code="file-missing",
            at="upload",
            fix=f"pack the folder of a crisis: {CRISIS_FILE} and the tables that it names",
        )
    texts = {}
    for name in sorted(found, key=lambda name: (name != CRISIS_FILE, name)):
        text, problem = decode(found[name], name)
        if problem is not None:
            _pass_on(problem.code, problem.message, name, problem.fix)
        texts[name] = text
    _read(texts)
    return texts


def _from_zip(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        # the library raises kinds of RuntimeError for a password and for a way of packing that it does not know
        _invalid(f"the archive cannot be unpacked: {error}"[:200], "upload", cause=error)


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [item for item in archive.infolist() if not item.is_dir()]
    entries = [item for item in entries if not _IGNORED.search(item.filename)]
    if len(entries) > MAX_FILES:
        _too_large(f"an archive of {len(entries)} files", MAX_FILES, unit="files")
    tops = {item.filename.split("/", 1)[0] for item in entries if "/" in item.filename}
    top = f"{tops.pop()}/" if len(tops) == 1 else ""
    is_folder = bool(top) and all(item.filename.startswith(top) for item in entries)
    found: dict[str, bytes] = {}
    for item in entries:
        if stat.S_ISLNK(item.external_attr >> 16):
            refuse(
                f"{item.filename[:80]!r} is a link, and links lead elsewhere",
                code="path-linked",
                at=item.filename[:80],
                fix="put the file itself into the archive",
            )
        name = item.filename.removeprefix(top) if is_folder else item.filename
        if _NAME.fullmatch(name) is None or top.strip("/") in {".", ".."}:
            _invalid(f"{item.filename[:80]!r} is no name of a file of a crisis folder", "upload")
        if name in found:
            _invalid(f"{name!r} stands twice in the archive", "upload")
        if not name.endswith(_KEPT) or name == SCHEMA_FILE:
            continue
        with archive.open(item) as stream:
            found[name] = stream.read(MAX_BYTES + 1)
        if len(found[name]) > MAX_BYTES:
            _too_large(name, MAX_BYTES)
        if sum(map(len, found.values())) > _MAX_WHOLE:
            _too_large("the folder", _MAX_WHOLE)
    return found


def _read(texts: Mapping[str, str]) -> None:
    """Read every file once; whatever cannot be read is refused."""
    for name, text in texts.items():
        if name.endswith(".csv"):
            for _ in read_records(text)[1]:
                pass
            continue
        document = read_document(text, name, wanted=list if name == EXPECTATIONS_FILE else dict)
        if document.root is None:
            first = document.findings[0]
            place = f"{name}:{first.line}" if first.line else name
            _pass_on(first.code, first.message, place, first.fix)


def _pass_on(code: Code, message: str, at: str, fix: str) -> NoReturn:
    raise UsageError(message, code=code, at=at, fix=fix)


def _invalid(message: str, at: str, cause: BaseException | None = None) -> NoReturn:
    refuse(
        message,
        code="upload-invalid",
        at=at,
        fix="send a zip of the crisis folder, its files in one folder and none of them locked, or a crisis file",
        cause=cause,
    )


def _too_large(what: str, most: int, *, unit: str = "bytes") -> NoReturn:
    refuse(
        f"{what} has more than {most:,} {unit}",
        code="file-too-large",
        at="upload",
        fix="send the crisis file and the tables that it names, and nothing else",
    )


def _bound(seconds: int, memory: int) -> None:
    """Limit this process; where the system has no such limits, the one that started it ends it in time."""
    try:
        import resource  # noqa: PLC0415  # not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _main() -> None:
    _bound(int(sys.argv[1]), int(sys.argv[2]))
    try:
        answer: dict[str, Any] = {"files": _unpack(sys.stdin.buffer.read())}
    except DetenteError as error:
        answer = {
            "refused": {
                "message": error.message,
                "code": error.code,
                "at": error.at,
                "fix": error.fix,
            }
        }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()

"""Writing: every file of a briefing is built beside its place and moved in one go; a failure loses nothing."""

import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from detente.brief.document import Brief, compose
from detente.brief.rendering import to_csv_files, to_html, to_json, to_markdown
from detente.crisis.elements import Crisis
from detente.ensemble.results import Results
from detente.errors import RunError

__all__ = ["BriefPaths", "write_brief", "write_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPaths:
    """Where the files of a briefing lie."""

    html: Path
    markdown: Path
    json: Path
    charts: tuple[Path, ...]
    tables: tuple[Path, ...]


def write_brief(results: Results, crisis: Crisis, folder: str | Path) -> BriefPaths:
    """Compose the briefing of a run and write its files into a folder.

    Parameters
    ----------
    results
        The finished run.
    crisis
        The crisis that was run, with the same overrides.
    folder
        Where to write ``brief.html``, ``brief.md``, ``brief.json``, ``charts/`` and ``tables/``. Other files there, a
        run for instance, are left alone.

    Returns
    -------
    BriefPaths
        The files written.

    Raises
    ------
    RunError
        ``output-unwritable`` if the folder cannot be written; what it held before is still there.
    """
    return write_files(compose(crisis, results), folder)


def write_files(brief: Brief, folder: str | Path) -> BriefPaths:
    """Write a composed briefing; see :func:`write_brief`."""
    folder = Path(folder)
    files = {
        "brief.html": to_html(brief),
        "brief.md": to_markdown(brief),
        "brief.json": to_json(brief),
        **{f"charts/{chart.id}.svg": chart.svg for chart in brief.charts},
        **{f"tables/{name}": text for name, text in to_csv_files(brief).items()},
    }
    try:
        _replace(folder, files)
    except OSError as error:
        message = f"cannot write the briefing into {folder}: {error.strerror or error}"
        raise RunError(
            message,
            code="output-unwritable",
            at=str(folder),
            fix="choose a folder that you can write to with --out; what is already there stays as it was",
        ) from error

    def paths(kind: str) -> tuple[Path, ...]:
        return tuple(folder / name for name in files if name.startswith(f"{kind}/"))

    return BriefPaths(
        html=folder / "brief.html",
        markdown=folder / "brief.md",
        json=folder / "brief.json",
        charts=paths("charts"),
        tables=paths("tables"),
    )


def _replace(folder: Path, files: dict[str, str]) -> None:
    """Build everything in a folder beside, then swap it in; on failure put the old files back."""
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".brief-", dir=folder))
    new, old = work / "new", work / "old"
    moved: list[str] = []
    placed: list[str] = []
    try:
        for name, text in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        old.mkdir()
        for name in dict.fromkeys(name.split("/")[0] for name in files):
            if (folder / name).exists():
                (folder / name).replace(old / name)
                moved.append(name)
            (new / name).replace(folder / name)
            placed.append(name)
    except OSError:
        for name in placed:
            with contextlib.suppress(OSError):
                (folder / name).replace(new / name)
        for name in moved:
            with contextlib.suppress(OSError):
                (old / name).replace(folder / name)
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)

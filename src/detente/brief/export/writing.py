"""Writing the files of a briefing: all or none of them, in place of those of an earlier one; nothing else is touched."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic_core import from_json

from detente.brief.export.data_files import (
    APPENDIX_FILE,
    BRIEFING,
    DATA_FILE,
    MAX_DATA_BYTES,
    PRINTED_FILES,
)
from detente.brief.export.page import to_appendix, to_html, to_markdown
from detente.brief.export.printing import to_printed
from detente.brief.export.rendering import to_csv_files, to_json
from detente.files.generations import check_places, finish_generation, write_generation
from detente.files.links import check_links
from detente.files.reading import read_plain
from detente.summaries import html_fields, text_fields

if TYPE_CHECKING:
    from detente.brief.document import Brief

__all__ = ["BriefPaths", "check_place", "write_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPaths:
    """Where the files of a briefing lie; ``appendix`` is the page itself where it holds everything."""

    __repr__ = text_fields
    _repr_html_ = html_fields

    html: Path
    appendix: Path
    markdown: Path
    json: Path
    pdf: Path
    docx: Path
    pptx: Path
    charts: tuple[Path, ...]
    tables: tuple[Path, ...]


def write_files(brief: "Brief", folder: str | Path, *, single_file: bool = False) -> BriefPaths:
    """Write the files of a composed briefing into a folder.

    Parameters
    ----------
    brief
        What :func:`detente.brief.compose` made.
    folder
        Where to write ``brief.html``, ``appendix.html``, ``brief.pdf``, ``brief.docx``, ``brief.pptx``, ``brief.md``, ``brief.json``,
        ``charts/`` and ``tables/``. Other files there, a run or a table of one's own for instance, are left alone; charts and
        tables of an earlier briefing go.
    single_file
        Whether ``brief.html`` holds the appendix as well, so that there is no second file.

    Returns
    -------
    BriefPaths
        The files written.

    Raises
    ------
    RunError
        ``output-unwritable`` if the folder cannot be written or a file or folder that is not a briefing's lies in the
        way: what it held before is still there. ``path-linked`` if a link lies there; ``print-failed`` if the pages cannot be
        set.
    """
    folder = Path(folder)
    texts = {
        "brief.json": to_json(brief),
        "brief.html": to_html(brief, single_file=single_file),
        **({} if single_file else {APPENDIX_FILE: to_appendix(brief)}),
        "brief.md": to_markdown(brief),
        **{f"charts/{chart.id}.svg": chart.svg for chart in brief.every_chart},
        **{f"tables/{name}": text for name, text in to_csv_files(brief).items()},
    }
    files = {**{name: text.encode() for name, text in texts.items()}, **to_printed(brief)}
    write_generation(
        folder,
        files,
        kind=BRIEFING,
        earlier=lambda: _earlier_files(folder, files),
    )

    def paths(kind: str) -> tuple[Path, ...]:
        return tuple(folder / name for name in files if name.startswith(f"{kind}/"))

    return BriefPaths(
        html=folder / "brief.html",
        appendix=folder / ("brief.html" if single_file else APPENDIX_FILE),
        markdown=folder / "brief.md",
        json=folder / "brief.json",
        pdf=folder / "brief.pdf",
        docx=folder / "brief.docx",
        pptx=folder / "brief.pptx",
        charts=paths("charts"),
        tables=paths("tables"),
    )


def check_place(folder: str | Path, *, run: Path | None = None) -> None:
    """Refuse a folder in which a briefing cannot stand, before anything is solved for it.

    What an earlier briefing had begun to write there when it was stopped is finished first.

    Parameters
    ----------
    folder
        The folder of the briefing.
    run
        Folder of its run, within that folder.

    Raises
    ------
    RunError
        ``output-unwritable`` if a folder lies where a file of the briefing goes, or a file where a folder goes;
        ``path-linked`` if a link does.
    """
    folder = Path(folder)
    names = (
        "brief.html",
        APPENDIX_FILE,
        *PRINTED_FILES,
        "brief.md",
        "brief.json",
        "charts/any",
        "tables/any",
    )
    check_places(folder, names, kind=BRIEFING)
    finish_generation(folder, kind=BRIEFING)
    if run is not None:
        check_links(folder, (run.relative_to(folder),))


# --- inside ----------------------------------------------------------------------------------------------------------


def _earlier_files(folder: Path, names: Iterable[str]) -> frozenset[str]:
    """Return the charts, the tables, the appendix and the printed forms that an earlier briefing lists as its own.

    A briefing without such a list owns what bears the names of this one and the charts that it names.
    """
    try:
        data = from_json(read_plain(folder / DATA_FILE, most=MAX_DATA_BYTES))
        charts = [chart for question in data["questions"] for chart in question["charts"]]
        listed = data.get("files")
        if listed is None:
            listed = [*names, *(chart[key] for chart in charts for key in ("file", "table"))]
        return frozenset(name for name in listed if _beside(name))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


def _beside(name: object) -> bool:
    """Tell whether a name is that of a chart, a table, the appendix or a printed form of a briefing."""
    return (
        isinstance(name, str)
        and ("/" in name or name in {APPENDIX_FILE, *PRINTED_FILES})
        and BRIEFING.may_own(name)
    )

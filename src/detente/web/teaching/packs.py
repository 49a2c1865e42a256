"""Packs: the sheets of a crisis as PDF by file, as one page to print, and as text with marks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detente.brief.export.printing import typeset
from detente.brief.pages import LANGUAGE
from detente.crisis.crisis import Crisis
from detente.errors import refuse
from detente.files.links import check_links
from detente.files.writing import make_folder, write_whole
from detente.play.rulebooks import Rulebook
from detente.play.teaching import teaching_data
from detente.web.rendering import Renderer
from detente.web.teaching.blocks import Sheet, to_markdown
from detente.web.teaching.sheets import FILES, make_sheets
from detente.web.workbench import Workbench

__all__ = ["LAYOUT", "PACK_FILES", "Pack", "find_renderer", "make_pack", "write_pack"]

LAYOUT: Final = Path(__file__).with_name("pack.typ")
PACK_FILES: Final[Mapping[str, str]] = {
    **{f"{name}.pdf": "application/pdf" for name in FILES},
    "assignment.md": "text/markdown; charset=utf-8",
    "guide.md": "text/markdown; charset=utf-8",
    "pack.html": "text/html; charset=utf-8",
}
"""Files of a pack, and what each is."""


class Pack:
    """The sheets of a crisis, from which each file is made when it is asked for."""

    def __init__(self, crisis: Crisis, sheets: Sequence[Sheet], renderer: Renderer) -> None:
        self.crisis, self.sheets, self._renderer = crisis, tuple(sheets), renderer

    def write(self, name: str) -> bytes:
        """Return a file: one of :data:`PACK_FILES`, or a single sheet as ``SHEET.pdf``.

        Raises
        ------
        UsageError
            ``page-unknown`` for another name.
        RunError
            ``print-failed`` if it cannot be printed.
        """
        stem, _, ending = name.partition(".")
        if name == "pack.html":
            return self.page().encode()
        file = [sheet for sheet in self.sheets if stem in FILES and sheet.file == stem]
        chosen = file or [sheet for sheet in self.sheets if sheet.id == stem]
        if chosen and name in PACK_FILES and ending == "md":
            return to_markdown(chosen).encode()
        if not chosen or ending != "pdf":
            refuse(
                f"there is no sheet {name[:80]!r}",
                code="page-unknown",
                at="address",
                fix=f"use one of: {', '.join([*PACK_FILES, *(f'{one.id}.pdf' for one in self.sheets)])}",
            )
        return typeset(LAYOUT, self.data(chosen), crisis=self.crisis, at="pack.pdf")

    def says(self, name: str) -> str:
        """Say what a file of the pack is."""
        return self._renderer.words("teach-words.j2", "file_is", name)

    def page(self) -> str:
        """Return all sheets as one page that needs nothing else."""
        css = Path(__file__).parents[1].joinpath("static", "sheets.css").read_text("utf-8")
        return self._renderer.part(
            "teach-pack.html", told=self.crisis, sheets=self.sheets, css=css, language=LANGUAGE
        )

    def data(self, sheets: Sequence[Sheet]) -> dict[str, Any]:
        """Return sheets as the plain data that the layout prints; texts in it are text."""
        return {
            "language": LANGUAGE,
            "title": f"{self.crisis.title}: {sheets[0].title}",
            "sheets": [
                {
                    "title": sheet.title,
                    "kicker": sheet.kicker,
                    "note": sheet.note,
                    "fits": sheet.fits,
                    "sides": [list(side) for side in sheet.sides],
                }
                for sheet in sheets
            ],
        }


def make_pack(book: Rulebook, renderer: Renderer) -> Pack:
    """Return the pack of a crisis; it is solved.

    Raises
    ------
    CrisisFileError
        If the folder has a ``teaching.yaml`` that cannot be used.
    """
    return Pack(book.crisis, make_sheets(teaching_data(book), renderer), renderer)


def find_renderer() -> Renderer:
    """Return a renderer of the workbench's words, for who has no application."""
    return Renderer([Path(__file__).parents[1] / "templates"], (), Workbench([]))


def write_pack(folder: Path, pack: Pack) -> tuple[tuple[Path, str], ...]:
    """Write all files of a pack into a folder; return them, each with what it is.

    Raises
    ------
    RunError
        ``path-linked`` or ``output-unwritable`` where a file cannot be written, ``print-failed`` if one cannot be printed.
    OSError
        If the folder cannot be made.
    """
    contents = {name: pack.write(name) for name in PACK_FILES}
    check_links(folder, PACK_FILES)
    make_folder(folder, within=folder.parent)
    for name, content in contents.items():
        write_whole(folder / name, content, within=folder)
    return tuple((folder / name, pack.says(name)) for name in PACK_FILES)

"""Pages that the code writes itself: models, errors, registers, commands, shipped crises. Nothing here is a second list."""

import csv
import io
import math
from importlib import resources
from pathlib import Path

import typer.main
from reading import measure, parts_of_page
from typer.testing import CliRunner

from detente.cli import app
from detente.crisis import shipped_crises
from detente.errors import CODES
from detente.models import all_models
from detente.models.registry import Input


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _default(item: Input) -> str:
    if item.default is None:
        return "required"
    return "none" if math.isnan(item.default) else f"{item.default:g}"


def models_page() -> str:
    """Return the register of mechanisms as Markdown."""
    page = [
        "# Models\n",
        "Every mechanism that a crisis file can bind, with its inputs and outputs.\n",
    ]
    for name, model in all_models().items():
        mechanism = name.partition(".")[0]
        cites = ", ".join(f"{{cite:t}}`{key}`" for key in model.cites)
        page += [
            f"## {name}\n",
            f"{model.summary} Theory: [](../../explanation/{mechanism}.md).\n",
            f"Reference: {model.reference}. Cites {cites}.\n"
            if cites
            else f"Reference: {model.reference}.\n",
            _table(
                ["input", "unit", "per member", "default", "range", "meaning"],
                [
                    [
                        f"`{item.name}`",
                        item.unit,
                        "yes" if item.per_member else "",
                        _default(item),
                        f"{item.low:g} to {item.high:g}",
                        item.description,
                    ]
                    for item in model.inputs
                ],
            ),
            _table(
                ["output", "unit", "per member", "meaning"],
                [
                    [
                        f"`{item.name}`",
                        item.unit,
                        "yes" if item.per_member else "",
                        item.description,
                    ]
                    for item in model.outputs
                ],
            ),
        ]
    return "\n".join(page)


def commands_page() -> str:
    """Return the help of every command as Markdown."""
    page = ["# Commands\n"]
    runner = CliRunner(env={"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100"})
    for name in sorted(typer.main.get_command(app).commands):
        shown = runner.invoke(app, [name, "--help"], prog_name="detente").output.rstrip()
        page += [f"## detente {name}\n", "```text", shown, "```\n"]
    return "\n".join(page)


def csv_page(title: str, intro: str, name: str) -> str:
    """Return a CSV of :mod:`detente.crisis` as a Markdown table."""
    text = resources.files("detente.crisis").joinpath(name).read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    return f"# {title}\n\n{intro}\n\n" + _table(rows[0], rows[1:])


def errors_page() -> str:
    """Return the index of the error codes."""
    links = "\n".join(f"../errors/{code}" for code in CODES)
    return (
        "# Error codes\n\nEvery error says what is wrong, where, and what to do next.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{links}\n```\n"
    )


def crises_page() -> str:
    """Return the index of the crises that ship."""
    links = "\n".join(f"../../crises/{name}" for name in shipped_crises())
    return f"# Crises that ship\n\n```{{toctree}}\n:maxdepth: 1\n\n{links}\n```\n"


def reading_page() -> str:
    """Return how the briefings of the golden files read, by part of the page."""
    golden = Path(__file__).parents[1] / "tests" / "golden"
    rows = []
    for path in sorted(golden.glob("*/brief.md")):
        for part, text in parts_of_page(path.read_text("utf-8")).items():
            found = measure(text)
            rows.append(
                [
                    path.parent.name,
                    part,
                    f"{found.words:,}",
                    f"{found.words / max(found.sentences, 1):.0f}",
                    f"{found.grade:.0f}",
                ]
            )
    return (
        "# How the briefing reads\n\n"
        "Words of the page that are its own: facts, headings, captions, citations and pictures are left out. The grade is the "
        "school year of Flesch and Kincaid, {cite:p}`kincaid1975`, with syllables counted by groups of vowels and a number as one: it compares texts, "
        "and says little of one alone. Measured with each build of these pages, on the golden texts, which tests hold to what the program writes.\n\n"
        + _table(["briefing", "part", "words", "words a sentence", "grade"], rows)
    )


def write_pages(folder: Path) -> None:
    """Write every generated page into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "models.md": models_page(),
        "commands.md": commands_page(),
        "errors.md": errors_page(),
        "crises.md": crises_page(),
        "reading.md": reading_page(),
        "units.md": csv_page("Units", "The units that a crisis file may use.", "units.csv"),
        "instrument-kinds.md": csv_page(
            "Kinds of instruments",
            "The kinds that an instrument may have, from restraint to open force: the question of the briefing that compares "
            "commitments to it, and the words in which it says what a move is meant for.",
            "instrument_kinds.csv",
        ),
        "event-categories.md": csv_page(
            "Categories of events",
            "The categories that a dated event and an event rule may have: those of the PLOVER coding, {cite:p}`halterman2023`, "
            "and two of its earlier version. How each takes place is its [mode](event-modes.md).",
            "event_categories.csv",
        ),
        "event-layouts.md": csv_page(
            "Layouts of event data",
            "Which column of GDELT, ICEWS, POLECAT and ACLED is what, for `detente watch --layout`. Where a field names several "
            "columns, the first that is not blank counts (of `category` and `text` all).",
            "event_layouts.csv",
        ),
        "event-codes.md": csv_page(
            "Codes of event data",
            "What a code of CAMEO (GDELT, ICEWS) or a type of ACLED is in PLOVER. A code of CAMEO is looked up whole, then without "
            "its last digit, and so on. Two categories mean that the code does not tell which; none, that there is none.",
            "event_codes.csv",
        ),
        "event-cues.md": csv_page(
            "Cues in reports",
            "Words by which a report takes back what other words of it seem to say, and how an event rule asks for them "
            "([event_rules](../crisis-file.md)). `side` says where the cue stands: before what it undoes, after it, both, or "
            "around it between two commas; `whole` which cues undo a report as a whole. A `turn` ends the reach of a cue, an "
            "`opening` begins a clause that ends at its comma, and what is marked `none` only looks like a cue. The method is that "
            "of {cite:t}`chapman2001` and {cite:t}`harkema2009`.",
            "event_cues.csv",
        ),
        "event-modes.md": csv_page(
            "Modes of events",
            "How an event takes place, with the [categories](event-categories.md) that each mode goes with, "
            "{cite:p}`halterman2023`.",
            "event_modes.csv",
        ),
        "terms.md": csv_page(
            "Short lists",
            "The words that a crisis file and its tables take in the places named.",
            "terms.csv",
        ),
        "attributes.md": csv_page(
            "Exposure variables",
            "Variables with a known unit and plausible range.",
            "attributes.csv",
        ),
    }
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")

"""``detente discover``: find where something holds, in a table of cases or in a run."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import LEAVE_OUT, OUTCOME, POLICY, AllOption, JsonOption, reworded
from detente.cli._output import json_text
from detente.cli._runs import find_labels, find_run
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.analysis.discovery import Box, BoxSearch

__all__ = ["command"]

LeaveOutOption = Annotated[
    list[str] | None,
    reworded(LEAVE_OUT, help="Column to leave out. May be repeated.", metavar="NAME"),
]
PolicyOption = Annotated[
    str | None, reworded(POLICY, help="Policy of the run; its first by default.")
]
SourceArgument = Annotated[
    str,
    typer.Argument(
        help="A CSV or Parquet file with a row for each case, or the folder of a run or briefing.",
        metavar="TABLE|RUN",
    ),
]
OutcomeOption = Annotated[str, OUTCOME]
ThresholdOption = Annotated[
    float | None,
    typer.Option(
        "--threshold", help="Of interest from this value on; without it, 1 is.", metavar="X"
    ),
]
BelowOption = Annotated[
    bool, typer.Option("--below", help="Of interest up to the threshold instead.")
]
InputsOption = Annotated[
    list[str] | None,
    typer.Option("--input", help="Look at this input only. May be repeated.", metavar="NAME"),
]
MostInputsOption = Annotated[
    int | None,
    typer.Option(
        "--most-inputs",
        help="Look at no more inputs than this, those that tell most; 8 for a run, all of a table.",
        metavar="N",
    ),
]
DropMissingOption = Annotated[
    bool, typer.Option("--drop-missing", help="Leave out cases of a table that lack a value.")
]
PeelAlphaOption = Annotated[float, typer.Option("--peel-alpha", help="Share peeled off in a step.")]
PasteAlphaOption = Annotated[
    float, typer.Option("--paste-alpha", help="Share pasted on in a step.")
]
MassMinOption = Annotated[
    float, typer.Option("--mass-min", help="Smallest box, as a share of all cases.")
]
ObjectiveOption = Annotated[
    str, typer.Option("--objective", help="lenient (or lenient1), lenient2 or original.")
]
BoxesOption = Annotated[int, typer.Option("--boxes", help="How many boxes to look for.")]
BoxOption = Annotated[
    int | None,
    typer.Option("--box", help="Number of a box on the trajectory; the one at its bend without."),
]
TreeOption = Annotated[bool, typer.Option("--tree", help="Grow a tree (CART) instead.")]
_ROWS = 10
"""Boxes of a trajectory that are shown unless all are asked for."""

DepthOption = Annotated[int, typer.Option("--depth", help="Depth of the tree.")]


def command(
    source: SourceArgument,
    *,
    outcome: OutcomeOption,
    threshold: ThresholdOption = None,
    below: BelowOption = False,
    policy: PolicyOption = None,
    inputs: InputsOption = None,
    most_inputs: MostInputsOption = None,
    leave_out: LeaveOutOption = None,
    drop_missing: DropMissingOption = False,
    peel_alpha: PeelAlphaOption = 0.05,
    paste_alpha: PasteAlphaOption = 0.05,
    mass_min: MassMinOption = 0.05,
    objective: ObjectiveOption = "lenient",
    boxes: BoxesOption = 1,
    box: BoxOption = None,
    tree: TreeOption = False,
    depth: DepthOption = 4,
    show_all: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say where something holds: boxes of inputs by PRIM, or the leaves of a tree.

    Prints the trajectory (coverage, density, mass, inputs restricted), and the chosen box with quasi-p-values and in
    words. A box trades coverage for density: the one at the bend of the trajectory is put into words, a second choice is
    named, and --box takes any other.

    For example:

      detente discover cases.csv --outcome failed

      detente discover cases.csv --outcome cost --threshold 0.3 --leave-out run --tree

      detente discover brief/my-crisis --outcome attack --threshold 0.4 --policy free --json
    """
    from detente.analysis.box_tables import describe_boxes, describe_tree, warn_of_single_inputs
    from detente.analysis.cart import grow_tree
    from detente.analysis.discovery import read_outcome

    place = Path(source)
    kept: dict[str, Any] = {"drop_missing": drop_missing, "inputs": inputs or ()}
    columns, values, cases, labels = _read(place, outcome, policy, leave_out or (), **kept)
    columns = _choose(columns, values, inputs, _most(place, most_inputs))
    options: dict[str, Any] = {"threshold": threshold, "below": below, "mass_min": mass_min}
    what = outcome if threshold is None else f"{outcome} {'<=' if below else '>='} {threshold:g}"
    if tree:
        grown = grow_tree(columns, values, depth=depth, **options)
        data, searched = describe_tree(grown, what, labels=labels), grown.columns
    else:
        options |= {"peel_alpha": peel_alpha, "paste_alpha": paste_alpha, "objective": objective}
        search, found = _search(columns, values, options, box, boxes)
        data, searched = describe_boxes(search, found, what, labels=labels), search.columns
    _, interest = read_outcome(values, threshold=threshold, below=below)
    data |= cases | {"warnings": list(warn_of_single_inputs(searched, interest))}
    most = None if show_all else _ROWS
    words = _tree_text(data) if tree else _box_text(data, labels, most)
    sys.stdout.write(json_text(data) if as_json else words)


def _most(source: Path, asked: int | None) -> int | None:
    """Return how many inputs are looked at: a run has many, of which few tell."""
    return 8 if asked is None and source.is_dir() else asked


def _read(
    source: Path,
    outcome: str,
    policy: str | None,
    leave_out: Sequence[str],
    *,
    drop_missing: bool,
    inputs: Sequence[str],
) -> tuple[dict[str, Any], Any, dict[str, Any], dict[str, str]]:
    """Return inputs, outcome, what the cases are, and what readers call the inputs."""
    from detente.analysis.box_tables import cases_of_run, cases_of_table

    if not source.is_dir():
        columns, values, notes = cases_of_table(
            source, outcome, leave_out=leave_out, drop_missing=drop_missing, keep=inputs
        )
        return columns, values, {"cases_are": "cases", "notes": list(notes)}, {}
    from detente.engine.designs import describe_cases
    from detente.runs import Run

    results = Run.open(find_run(source))
    cases = {**describe_cases(results.manifest.plan), "notes": []}
    columns, values = cases_of_run(results, outcome, policy, leave_out)
    return columns, values, cases, find_labels(results)


def _choose(
    columns: dict[str, Any], values: Any, inputs: Sequence[str] | None, most: int | None
) -> dict[str, Any]:
    """Return the inputs that are named, or those that tell most."""
    from detente.analysis.sensitivity import find_telling_inputs

    for name in inputs or ():
        if name not in columns:
            message = f"there is no input {name!r}"
            raise UsageError(
                message,
                code="option-invalid",
                at="--input",
                fix=f"use some of: {', '.join(list(columns)[:12])}",
            )
    if inputs:
        return {name: columns[name] for name in inputs}
    if most is None:
        return columns
    chosen = find_telling_inputs(columns, values, most=most)
    return {name: columns[name] for name in chosen} or columns


def _search(
    columns: dict[str, Any], values: Any, options: dict[str, Any], box: int | None, boxes: int
) -> "tuple[BoxSearch, list[Box]]":
    """Search for boxes; return the search and those to print: one off its trajectory, that at the bend, or several."""
    from detente.analysis.discovery import find_box, find_boxes

    search = find_box(columns, values, **options)
    if box is not None and not -len(search.boxes) <= box < len(search.boxes):
        message = f"the trajectory has no box {box}"
        raise UsageError(
            message,
            code="option-invalid",
            at="--box",
            fix=f"use a number from 0 to {len(search.boxes) - 1}",
        )
    if box is not None:
        return search, [search.boxes[box]]
    if boxes > 1:
        return search, [pair[1] for pair in find_boxes(columns, values, most=boxes, **options)]
    return search, [search.simplify(search.bend)]


def _row_text(row: dict[str, Any]) -> str:
    return (
        f"{row['coverage']:9.3f} {row['density']:8.3f} {row['mass']:7.3f} {row['cases']:7d} "
        f"{row['restricted']:10d}"
    )


_HEAD = f"{'coverage':>9} {'density':>8} {'mass':>7} {'cases':>7} {'restricted':>10}"


def _few(
    rows: Sequence[Any], most: int | None, *, always: Sequence[int | None] = ()
) -> list[tuple[int, Any]]:
    """Return rows with their numbers; of more than so many the first, the last, some at even distances and ``always``."""
    if most is None or len(rows) <= most:
        return list(enumerate(rows))
    chosen = {place * (len(rows) - 1) // (most - 1) for place in range(most)}
    chosen |= {place for place in always if place is not None}
    return [(place, rows[place]) for place in sorted(chosen)]


def _box_text(data: dict[str, Any], labels: dict[str, str], most: int | None) -> str:
    lines = [
        f"{data['of_interest']:,} of {data['cases']:,} {data['cases_are']} are of interest ({data['outcome']})",
        "",
        f"{'box':>4} {_HEAD}  phase",
    ]
    marks = {data["second_choice"]: "  <- second choice", data["bend"]: "  <- at the bend"}
    shown = _few(data["trajectory"], most, always=tuple(marks))
    lines += [
        f"{number:4d} {_row_text(row)}  {row['phase']}{marks.get(number, '')}"
        for number, row in shown
    ]
    if len(shown) < len(data["trajectory"]):
        lines.append(f"{len(shown)} of {len(data['trajectory'])} boxes; --all shows all of them")
    boxes = [row for row in data["boxes"] if row["limits"]]
    if not boxes:
        lines += ["", "No box stands out from chance."]
    for row in boxes:
        lines += [
            "",
            f"{data['outcome']} in {row['density']:.0%} of the {row['cases']:,} cases in which {row['words']};",
            f"these hold {row['coverage']:.0%} of all cases of interest.",
        ]
        lines += [f"  {_limit_text(limit, labels)}" for limit in row["limits"]]
    lines += _choice_text(data)
    return "\n".join([*lines, *_remarks(data)]) + "\n"


def _choice_text(data: dict[str, Any]) -> list[str]:
    """Say what other boxes there are: the one at the bend if it is not the one in words, and the second choice."""
    lines = []
    shown, bend = data["boxes"], data["bend"]
    whole = data["trajectory"][bend]
    if len(shown) == 1 and whole["restricted"] and shown[0]["limits"] != whole["limits"]:
        lines.append(
            f"At the bend of the trajectory: box {bend}, {_trade_text(whole)}; --box {bend} puts it into words."
        )
        if shown[0]["phase"] == "choice":
            lines[-1] = lines[-1].replace(
                "; --box", ", before limits that chance could have made were dropped; --box"
            )
    second = data["second_choice"]
    if second is not None:
        row = data["trajectory"][second]
        kind = "denser" if row["density"] > whole["density"] else "wider"
        lines.append(
            f"Second choice, {kind}: box {second}, {_trade_text(row)}; --box {second} puts it into words."
        )
    return ["", *lines] if lines else []


def _trade_text(row: dict[str, Any]) -> str:
    inputs = "1 input" if row["restricted"] == 1 else f"{row['restricted']} inputs"
    return f"{row['density']:.0%} of interest, {row['coverage']:.0%} of all that are, {inputs} restricted"


def _remarks(data: dict[str, Any]) -> list[str]:
    lines = [f"Note: {note}." for note in data["notes"]]
    lines += [f"Warning: {warning}" for warning in data["warnings"]]
    return ["", *lines] if lines else []


def _limit_text(limit: dict[str, Any], labels: dict[str, str]) -> str:
    ends = [
        f"{name} {limit[name]:.6g}" + ("" if p is None else f" (quasi-p {p:.2g})")
        for name, p in zip(("low", "high"), limit["quasi_p"], strict=True)
        if limit[name] is not None
    ]
    if limit["categories"]:
        p = limit["quasi_p"][0]
        ends = [", ".join(limit["categories"]) + ("" if p is None else f" (quasi-p {p:.2g})")]
    name = limit["input"]
    words = f"{labels[name]} ({name})" if name in labels else name
    return f"{words}: {'; '.join(ends)}"


def _tree_text(data: dict[str, Any]) -> str:
    lines = [
        f"{data['of_interest']:,} of {data['cases']:,} {data['cases_are']} are of interest ({data['outcome']})",
        f"Gini impurity {data['impurity_before']:.4f}, {data['impurity']:.4f} in the leaves",
        "",
        f"{_HEAD}  where",
    ]
    ranked = sorted(data["leaves"], key=lambda row: -row["density"])
    lines += [f"{_row_text(row)}  {row['words']}" for row in ranked]
    return "\n".join([*lines, *_remarks(data)]) + "\n"

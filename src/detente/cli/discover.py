"""``detente discover``: find where something holds, in a table of cases or in a run."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import LEAVE_OUT, OUTCOME, POLICY, JsonOption, reworded
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.analysis.cart import CartTree
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
    typer.Option("--box", help="Number of a box on the trajectory; the balanced one without."),
]
TreeOption = Annotated[bool, typer.Option("--tree", help="Grow a tree (CART) instead.")]
DepthOption = Annotated[int, typer.Option("--depth", help="Depth of the tree.")]


def command(  # one local per option
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
    as_json: JsonOption = False,
) -> None:
    """Say where something holds: boxes of inputs by PRIM, or the leaves of a tree.

    Prints the trajectory (coverage, density, mass, inputs restricted), and the chosen box with quasi-p-values and in
    words. A box trades coverage for density: --box takes another one off the trajectory.

    For example:

      detente discover cases.csv --outcome failed

      detente discover cases.csv --outcome cost --threshold 0.3 --leave-out run --tree

      detente discover brief/my-crisis --outcome attack --threshold 0.4 --policy free --json
    """
    from detente.analysis.cart import grow_tree
    from detente.analysis.discovery import Objective, find_box, find_boxes
    from detente.analysis.sensitivity import find_telling_inputs

    columns, values, cases = _read(
        Path(source), outcome, policy, inputs or (), leave_out or (), drop_missing
    )
    most = 8 if most_inputs is None and Path(source).is_dir() else most_inputs
    if most is not None and not inputs:
        chosen = find_telling_inputs(columns, values, most=most)
        columns = {name: columns[name] for name in chosen} or columns
    options: dict[str, Any] = {"threshold": threshold, "below": below, "mass_min": mass_min}
    what = outcome if threshold is None else f"{outcome} {'<=' if below else '>='} {threshold:g}"
    if tree:
        grown = grow_tree(columns, values, depth=depth, **options)
        _print(_tree_data(grown, what) | cases, as_json, _tree_text)
        return
    chosen_objective: Objective = objective  # type: ignore[assignment]  # checked by the search
    options |= {
        "peel_alpha": peel_alpha,
        "paste_alpha": paste_alpha,
        "objective": chosen_objective,
    }
    search = find_box(columns, values, **options)
    if box is not None and not -len(search.boxes) <= box < len(search.boxes):
        message = f"the trajectory has no box {box}"
        raise UsageError(
            message,
            code="option-invalid",
            at="--box",
            fix=f"use a number from 0 to {len(search.boxes) - 1}",
        )
    if boxes > 1 and box is None:
        found = [pair[1] for pair in find_boxes(columns, values, most=boxes, **options)]
    else:
        found = [
            search.simplify(search.balanced) if box is None else search.boxes[box],
        ]
    _print(_box_data(search, found, what) | cases, as_json, _box_text)


def _read(
    source: Path,
    outcome: str,
    policy: str | None,
    inputs: "list[str] | tuple[()]",
    leave_out: "list[str] | tuple[()]",
    drop_missing: bool,  # noqa: FBT001  # an option of the command
) -> "tuple[dict[str, Any], Any, dict[str, str]]":
    """Return inputs, outcome and what the cases are."""
    from detente.analysis.case_tables import read_cases
    from detente.cli._runs import describe_cases, find_run

    cases = {"cases_are": "cases"}
    if source.is_dir():
        from detente.runs import Results

        results = Results.open(find_run(source))
        cases = describe_cases(results.manifest.plan)
        name = results.policies[0] if policy is None else policy
        stored = name if results.has(outcome, name) else ""
        values = results.values(outcome, stored if results.has(outcome, stored) else name)
        columns: dict[str, Any] = {
            path: results.values(f"quantity/{path}") for path in results.quantities()
        }
        columns = {path: item for path, item in columns.items() if path not in leave_out}
    else:
        columns = dict(read_cases(source, leave_out=leave_out, drop_missing=drop_missing))
        if outcome not in columns:
            message = f"{source.name} has no column {outcome!r}"
            raise UsageError(
                message,
                code="table-column-missing",
                at="--outcome",
                fix=f"use one of: {', '.join(columns)}",
            )
        values = columns.pop(outcome)
        if values.dtype.kind not in "fiu":
            values = _truth(source, outcome, values)
    for name in inputs:
        if name not in columns:
            message = f"there is no input {name!r}"
            raise UsageError(
                message,
                code="option-invalid",
                at="--input",
                fix=f"use some of: {', '.join(list(columns)[:12])}",
            )
    return (
        {name: columns[name] for name in inputs} if inputs else columns,
        values,
        cases,
    )


def _truth(source: Path, outcome: str, values: Any) -> Any:
    """Read words for true and false as 1 and 0."""
    words = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
    odd = next((cell for cell in values.tolist() if cell.lower() not in words), None)
    if odd is not None:
        message = f"the outcome column holds {odd!r}, neither a number nor true or false"
        raise UsageError(
            message,
            code="value-type",
            at=f"{source} {outcome}",
            fix="write 1 for cases of interest and 0 for others, or a number with --threshold",
        )
    return [words[cell.lower()] for cell in values.tolist()]


def _limit_data(box: "Box") -> list[dict[str, Any]]:
    def known(value: float) -> float | None:
        return None if value != value else value  # noqa: PLR0124  # NaN is not itself

    return [
        {
            "input": limit.name,
            "low": None if limit.categories or limit.low_open else limit.low,
            "high": None if limit.categories or limit.high_open else limit.high,
            "categories": list(limit.categories),
            "quasi_p": [known(limit.p_low), known(limit.p_high)],
        }
        for limit in box.limits
    ]


def _box_row(box: "Box") -> dict[str, Any]:
    from detente.analysis.wording import limits_words

    return {
        "coverage": box.coverage,
        "density": box.density,
        "mass": box.mass,
        "mean": box.mean,
        "cases": box.n_cases,
        "of_interest": box.n_interest,
        "restricted": len(box.limits),
        "phase": box.phase,
        "limits": _limit_data(box),
        "words": limits_words(box.limits),
    }


def _box_data(search: "BoxSearch", found: "list[Box]", what: str) -> dict[str, Any]:
    return {
        "outcome": what,
        "cases": int(search.interest.size),
        "of_interest": int(search.interest.sum()),
        "trajectory": [_box_row(box) for box in search.boxes],
        "boxes": [_box_row(box) for box in found],
    }


def _tree_data(tree: "CartTree", what: str) -> dict[str, Any]:
    leaves = [{"path": leaf.path, **_box_row(leaf.box)} for leaf in tree.leaves]
    return {
        "outcome": what,
        "cases": sum(leaf["cases"] for leaf in leaves),
        "of_interest": sum(leaf["of_interest"] for leaf in leaves),
        "impurity_before": tree.impurity_before,
        "impurity": tree.impurity,
        "leaves": leaves,
    }


def _print(
    data: dict[str, Any],
    as_json: bool,  # noqa: FBT001  # an option of the command
    write: "Callable[[dict[str, Any]], str]",
) -> None:
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n" if as_json else write(data)
    sys.stdout.write(text)


def _row_text(row: dict[str, Any]) -> str:
    return (
        f"{row['coverage']:9.3f} {row['density']:8.3f} {row['mass']:7.3f} {row['cases']:7d} "
        f"{row['restricted']:10d}"
    )


_HEAD = f"{'coverage':>9} {'density':>8} {'mass':>7} {'cases':>7} {'restricted':>10}"


def _box_text(data: dict[str, Any]) -> str:
    lines = [
        f"{data['of_interest']:,} of {data['cases']:,} {data['cases_are']} are of interest ({data['outcome']})",
        "",
        f"{'box':>4} {_HEAD}  phase",
    ]
    lines += [
        f"{number:4d} {_row_text(row)}  {row['phase']}"
        for number, row in enumerate(data["trajectory"])
    ]
    if not data["boxes"]:
        lines += ["", "No box stands out from chance."]
    for row in data["boxes"]:
        lines += [
            "",
            f"{data['outcome']} in {row['density']:.0%} of the {row['cases']:,} cases in which {row['words']};",
            f"these hold {row['coverage']:.0%} of all cases of interest.",
        ]
        lines += [f"  {_limit_text(limit)}" for limit in row["limits"]]
    return "\n".join(lines) + "\n"


def _limit_text(limit: dict[str, Any]) -> str:
    ends = [
        f"{name} {limit[name]:.6g}" + ("" if p is None else f" (quasi-p {p:.2g})")
        for name, p in zip(("low", "high"), limit["quasi_p"], strict=True)
        if limit[name] is not None
    ]
    if limit["categories"]:
        p = limit["quasi_p"][0]
        ends = [", ".join(limit["categories"]) + ("" if p is None else f" (quasi-p {p:.2g})")]
    return f"{limit['input']}: {'; '.join(ends)}"


def _tree_text(data: dict[str, Any]) -> str:
    lines = [
        f"{data['of_interest']:,} of {data['cases']:,} {data['cases_are']} are of interest ({data['outcome']})",
        f"Gini impurity {data['impurity_before']:.4f}, {data['impurity']:.4f} in the leaves",
        "",
        f"{_HEAD}  where",
    ]
    ranked = sorted(data["leaves"], key=lambda row: -row["density"])
    lines += [f"{_row_text(row)}  {row['words']}" for row in ranked]
    return "\n".join(lines) + "\n"

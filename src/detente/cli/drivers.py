"""``detente drivers``: what drives a result, from a run or by solving a crisis at designed settings."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import detente
from detente.cli._options import (
    METRIC,
    MOST,
    CrisisOrRunArgument,
    JsonOption,
    PolicyOption,
    WorkersOption,
    reworded,
)
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Column

__all__ = ["command"]

MetricOption = Annotated[str, reworded(METRIC, help="The result to explain.")]
MostOption = Annotated[int, reworded(MOST, help="Rows to print.", metavar="N")]
TornadoOption = Annotated[
    bool, typer.Option("--tornado", help="Move one quantity at a time about the reference.")
]
SobolOption = Annotated[
    int | None,
    typer.Option(
        "--sobol", help="Sobol' indices from this many base points, a power of two.", metavar="N"
    ),
]
PathsOption = Annotated[
    list[str] | None,
    typer.Option("--quantity", help="Vary this quantity only. May be repeated.", metavar="PATH"),
]


def command(
    source: CrisisOrRunArgument,
    *,
    metric: MetricOption = "attack",
    policy: PolicyOption = None,
    tornado: TornadoOption = False,
    sobol: SobolOption = None,
    paths: PathsOption = None,
    most: MostOption = 15,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which quantities and which sources drive a result.

    From a run: the share of variance between classes of each quantity, distances of distributions (PAWN) beside those of
    chance, and how much the quantities of each source explain together. From a crisis: a tornado or Sobol' indices,
    solved at settings of their own.

    For example:

      detente drivers brief/my-crisis

      detente drivers my-crisis --tornado --policy arm

      detente drivers my-crisis --sobol 256 --quantity war.gain --quantity prior.bold --json
    """
    from detente.cli._runs import find_run, is_run_place

    if is_run_place(source):
        from detente.analysis.driver_tables import drivers_in_run
        from detente.runs import Run

        _check_run(tornado, sobol, paths)
        data = drivers_in_run(Run.open(find_run(Path(source))), metric, policy)
    else:
        from detente.analysis.driver_tables import drivers_in_crisis

        _check_crisis(tornado, sobol)
        data = drivers_in_crisis(
            detente.load(source),
            metric,
            policy,
            tornado=tornado,
            sobol=sobol,
            paths=paths,
            workers=workers or 2,
        )
    if as_json:
        sys.stdout.write(json_text(data))
    else:
        _print(data, most)


def _check_run(tornado: bool, sobol: int | None, paths: list[str] | None) -> None:  # noqa: FBT001  # an option
    if tornado or sobol is not None or paths:
        message = "a run is read as it is: no quantity of it can be moved"
        raise UsageError(
            message,
            code="option-invalid",
            at="--tornado" if tornado else "--sobol" if sobol is not None else "--quantity",
            fix="name the crisis instead of the run",
        )


def _check_crisis(tornado: bool, sobol: int | None) -> None:  # noqa: FBT001  # an option
    if not tornado and sobol is None:
        message = "a crisis has drivers only once it is solved at some settings"
        raise UsageError(
            message,
            code="option-invalid",
            at="CRISIS|RUN",
            fix="add --tornado or --sobol 64, or name the folder of a run",
        )


def _print(data: dict[str, Any], most: int) -> None:
    print_line(f"{data['crisis']}: {data['metric']} under {data['policy']}")
    if "quantities" in data:
        _print_quantities(data, most)
    if data.get("sources"):
        if data["draws_of_sources"] < data["draws"]:
            print_line("")
            print_line(f"Sources are weighed on the first {data['draws_of_sources']:,} draws.")
        heads = [number("explained"), number("quantities"), text("source")]
        _print_rows(
            heads,
            [(f"{r['explained']:.3f}", str(r["n_inputs"]), r["name"]) for r in data["sources"]],
            most,
        )
    if "tornado" in data:
        heads = [number("at low"), number("at high"), number("reference"), text("quantity")]
        ends = ("at_low", "at_high", "reference")
        rows = [(*(f"{row[end]:.4g}" for end in ends), _name(row)) for row in data["tornado"]]
        _print_rows(heads, rows, most)
    if "sobol" in data:
        _print_indices(data, most)
    unread = data.get("not_read", ())
    print_line("")
    if unread:
        count = f"{len(unread):,} quantities are" if len(unread) > 1 else "One quantity is"
        print_line(f"{count} left out: the result does not read {'them' if unread[1:] else 'it'}.")
    if data.get("is_crisis_at_hand") is False:
        print_line(
            "The crisis of this run is not at hand as it was, so quantities that the result does not read may be among these."
        )


def _print_quantities(data: dict[str, Any], most: int) -> None:
    rows = data["quantities"]
    print_line(f"From {data['draws']:,} {data['cases_are']}.")
    if not rows:
        print_line("No quantity that varies is read by the result.")
        return
    print_line(
        f"Distances (PAWN) of chance lie below {rows[0]['pawn_dummy']:.3f}; those in brackets are no larger."
    )
    heads = [number(head) for head in ("first order", "PAWN", "low fifth", "high fifth")]
    cells = [
        (
            f"{row['first_order']:.3f}",
            f"{row['pawn_median']:.3f} " if row["beyond_chance"] else f"({row['pawn_median']:.3f})",
            f"{row['mean_at_bottom']:.4g}",
            f"{row['mean_at_top']:.4g}",
            _name(row),
        )
        for row in rows
    ]
    _print_rows([*heads, text("quantity")], cells, most)
    if data["judgement"]:
        print_line("")
        for key, what in (("read", "that the result reads"), ("strongest", "of the strongest")):
            print_line(_standing_text(data["judgement"][key], what))


def _standing_text(count: dict[str, Any], what: str) -> str:
    """Say how many of some quantities rest on judgement or memory."""
    return (
        f"{count['quantities']:,} uncertain quantities {what}: {count['judgement']:,} the authors' judgement, "
        f"{count['partly_judgement']:,} partly so, {count['memory_unverified']:,} from memory."
    )


def _print_indices(data: dict[str, Any], most: int) -> None:
    found = data["sobol"]
    print_line(
        f"{found['base_points']:,} base points, {data['cases_are']}; intervals hold {found['level']:.0%}."
    )
    heads = [number(head) for head in ("first", "interval", "total", "interval")]
    spans = ("first_interval", "total_interval")
    rows = []
    for row in found["indices"]:
        first, total = (f"{row[key][0]:.3f} to {row[key][1]:.3f}" for key in spans)
        rows.append((f"{row['first']:.3f}", first, f"{row['total']:.3f}", total, _name(row)))
    _print_rows([*heads, text("quantity")], rows, most)


def _name(row: dict[str, Any]) -> str:
    """Return what readers call a quantity with its path, or the path alone."""
    return f"{row['label']} [{row['name']}]" if row["label"] else str(row["name"])


def _print_rows(heads: "list[Column]", rows: Sequence[tuple[str, ...]], most: int) -> None:
    print_line("")

    print_table(make_table(heads, rows[:most]))
    if len(rows) > most:
        print_line(f"and {len(rows) - most:,} more (--most {len(rows)})")

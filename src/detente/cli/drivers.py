"""``detente drivers``: what drives a result, from a run or by solving a crisis at designed settings."""

import sys
from pathlib import Path
from typing import Annotated, Any

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
from detente.cli._output import json_text
from detente.errors import UsageError

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
    sys.stdout.write(json_text(data) if as_json else _text(data, most))


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


def _text(data: dict[str, Any], most: int) -> str:
    lines = [f"{data['crisis']}: {data['metric']} under {data['policy']}"]
    if "quantities" in data:
        rows = data["quantities"]
        lines += [
            "",
            f"From {data['draws']:,} {data['cases_are']}.",
            f"Distances of chance lie below {rows[0]['pawn_dummy']:.3f}."
            if rows
            else "No quantity varies.",
            f"{'first order':>12} {'PAWN':>7} {'low fifth':>10} {'high fifth':>11}  quantity",
        ]
        lines += [
            f"{row['first_order']:12.3f} {row['pawn_median']:7.3f} {row['mean_at_bottom']:10.4g} "
            f"{row['mean_at_top']:11.4g}  {row['name']}"
            for row in rows[:most]
        ]
    if data.get("sources"):
        lines += ["", f"{'explained':>12} {'quantities':>11}  source"]
        lines += [
            f"{row['explained']:12.3f} {row['n_inputs']:11d}  {row['name']}"
            for row in data["sources"][:most]
        ]
    if "tornado" in data:
        lines += ["", f"{'at low':>10} {'at high':>10} {'reference':>10}  quantity"]
        lines += [
            f"{row['at_low']:10.4g} {row['at_high']:10.4g} {row['reference']:10.4g}  {row['name']}"
            for row in data["tornado"][:most]
        ]
    if "sobol" in data:
        found = data["sobol"]
        lines += [
            "",
            f"{found['base_points']:,} base points, {data['cases_are']}; intervals hold {found['level']:.0%}",
            f"{'first':>8} {'interval':>18} {'total':>8} {'interval':>18}  quantity",
        ]
        for row in found["indices"][:most]:
            spans = [
                f"{row[key][0]:.3f} to {row[key][1]:.3f}"
                for key in ("first_interval", "total_interval")
            ]
            lines.append(
                f"{row['first']:8.3f} {spans[0]:>18} {row['total']:8.3f} {spans[1]:>18}  {row['name']}"
            )
    return "\n".join(lines) + "\n"

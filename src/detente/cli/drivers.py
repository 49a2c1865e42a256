"""``detente drivers``: what drives a result, from a run or by solving a crisis at designed settings."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import (
    METRIC,
    MOST,
    CrisisOrRunArgument,
    JsonOption,
    PolicyOption,
    WorkersOption,
    reworded,
)
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.crisis import Crisis
    from detente.runs import Results

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
    from detente.cli._runs import is_run_place

    if is_run_place(source):
        if tornado or sobol is not None or paths:
            message = "a run is read as it is: no quantity of it can be moved"
            raise UsageError(
                message,
                code="option-invalid",
                at="--tornado" if tornado else "--sobol" if sobol is not None else "--quantity",
                fix="name the crisis instead of the run",
            )
        data = _of_run(Path(source), metric, policy)
    else:
        if not tornado and sobol is None:
            message = "a crisis has drivers only once it is solved at some settings"
            raise UsageError(
                message,
                code="option-invalid",
                at="CRISIS|RUN",
                fix="add --tornado or --sobol 64, or name the folder of a run",
            )
        from detente.cli._crises import load_checked

        crisis = load_checked(source, {})
        data = _of_crisis(crisis, metric, policy, tornado, sobol, paths, workers or 2)
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n" if as_json else _text(data, most)
    sys.stdout.write(text)


def _of_run(source: Path, metric: str, policy: str | None) -> dict[str, Any]:
    import numpy as np

    from detente.analysis.sensitivity import measure_given_data
    from detente.cli._runs import describe_cases, find_run
    from detente.runs import Results

    results = Results.open(find_run(source))
    chosen = policy or results.policies[0]
    stored = chosen if results.has(metric, chosen) else ""
    values = results.values(metric, stored if results.has(metric, stored) else chosen)
    known = ~np.isnan(values)
    inputs = {path: results.values(f"quantity/{path}")[known] for path in results.quantities()}
    effects = {driver.path: driver for driver in results.driver_table(metric, stored)}
    return {
        "crisis": results.manifest.crisis,
        "metric": metric,
        "policy": chosen,
        "draws": int(known.sum()),
        **describe_cases(results.manifest.plan),
        "quantities": [
            item._asdict()
            | {
                "mean_at_bottom": effects[item.name].mean_at_bottom,
                "mean_at_top": effects[item.name].mean_at_top,
            }
            for item in measure_given_data(inputs, values[known])
        ],
        "sources": _sources(results, inputs, values[known]),
    }


def _sources(results: "Results", inputs: dict[str, Any], values: Any) -> list[dict[str, Any]]:
    """Weigh the sources, if the crisis of the run is at hand as it was."""
    from detente.analysis.driving import group_by_source
    from detente.analysis.sensitivity import weigh_groups
    from detente.crisis import load_crisis
    from detente.errors import DetenteError

    manifest = results.manifest
    try:
        crisis = load_crisis(manifest.crisis, overrides=dict(manifest.overrides))
    except DetenteError:
        return []
    if crisis.digest != manifest.digest:
        return []
    return [item._asdict() for item in weigh_groups(inputs, values, group_by_source(crisis))]


def _of_crisis(
    crisis: "Crisis",
    metric: str,
    policy: str | None,
    tornado: bool,  # noqa: FBT001  # an option of the command
    sobol: int | None,
    paths: list[str] | None,
    workers: int,
) -> dict[str, Any]:
    from detente.analysis.driving import find_crisis_indices, find_crisis_swings
    from detente.analysis.evaluating import find_policies
    from detente.cli._runs import describe_cases

    chosen = find_policies(crisis, [policy] if policy else None)[0]
    data: dict[str, Any] = {"crisis": crisis.id, "metric": metric, "policy": chosen.id}
    if tornado:
        swings = find_crisis_swings(crisis, metric, chosen, paths=paths, workers=workers)
        data["tornado"] = [swing._asdict() for swing in swings]
    if sobol is not None:
        names, found = find_crisis_indices(
            crisis, metric, chosen, paths=paths, n_base=sobol, workers=workers
        )
        data |= describe_cases()
        data["sobol"] = {
            "base_points": found.n_base,
            "mean": found.mean,
            "variance": found.variance,
            "level": found.level,
            "indices": [
                {
                    "name": name,
                    "first": float(found.first[k]),
                    "first_interval": [float(found.first_low[k]), float(found.first_high[k])],
                    "total": float(found.total[k]),
                    "total_interval": [float(found.total_low[k]), float(found.total_high[k])],
                }
                for k, name in enumerate(names)
            ],
        }
        data["sobol"]["indices"].sort(key=lambda item: -item["total"])
    return data


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

"""``detente price CRISIS sanctions``: packages by coalition and horizon, then every other sanctions mechanism."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from detente.cli._pricing import (
    PriceRequest,
    describe_family,
    find_family,
    print_line,
    print_mechanism,
    print_origin,
    print_table,
    span_text,
)
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.models.registry import FloatArray

__all__ = ["price_subject"]

_JOINING = "joining_prob"
_HORIZONS = "sanctions.package_horizons"
_NOTE = "A loss is that of real income while the package is in force, in percent of the income of the period."
_NOTES_ON_HORIZONS = (
    "Between the nodes of the design the loss is interpolated; members take part as one mean coalition.",
    "No published estimate isolates a cut-off from financial messaging: it has always come with other measures.",
)


def price_subject(request: PriceRequest) -> None:
    """Print packages as a matrix of who pays, by horizon, and the other mechanisms situation by situation."""
    request = _by_design(request)
    family = find_family(request)
    fixed = _coalition(request, family)
    if request.coalition is not None:
        family = tuple(name for name in family if name in fixed)
    found = describe_family(request, family, fixed=fixed)
    found["coalition"] = request.coalition
    by_horizon = any(item["model"] == _HORIZONS for item in found["mechanisms"])
    found["notes"] = [_NOTE, *(_NOTES_ON_HORIZONS if by_horizon else ())]
    if request.as_json:
        sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        return
    for item in found["mechanisms"]:
        if item["model"] == _HORIZONS:
            _print_matrix(item, request)
        else:
            print_mechanism(item)
    for note in found["notes"]:
        print_line(note)


def _by_design(request: PriceRequest) -> PriceRequest:
    """Let ``--package`` name the package itself: it stands for all mechanisms that read its design."""
    names: list[str] = []
    for name in request.packages:
        read = [item.id for item in request.crisis.mechanisms.values() if item.design == name]
        names += read if read and name not in request.crisis.mechanisms else [name]
    return replace(request, packages=tuple(dict.fromkeys(names)))


def _coalition(
    request: PriceRequest, family: Sequence[str]
) -> dict[str, Mapping[str, "FloatArray"]]:
    """Return the participation of each mechanism's members under the coalition asked for."""
    import numpy as np

    if request.coalition is None:
        return {}
    fixed: dict[str, Mapping[str, FloatArray]] = {}
    known: dict[str, None] = {}
    for name in family:
        item = request.crisis.mechanisms[name]
        if _JOINING not in item.inputs:
            continue
        known.update(dict.fromkeys(item.members))
        if set(request.coalition) <= set(item.members):
            shares = [request.coalition.get(member, 0.0) for member in item.members]
            fixed[name] = {_JOINING: np.array(shares).reshape(-1, 1, 1)}
    if not fixed:
        lacking = [code for code in request.coalition if code not in known] or list(known)
        message = f"no mechanism of the crisis has {', '.join(lacking)} among its members"
        raise UsageError(
            message,
            code="actor-unknown",
            at="--coalition",
            fix=f"name members of one mechanism: {', '.join(known) or 'none takes part in any'}",
        )
    return fixed


def _print_matrix(item: Mapping[str, Any], request: PriceRequest) -> None:
    from rich.table import Table

    from detente.models.sanctions import HORIZONS

    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title_justify="left",
        title=f"{item['label']} ({item['mechanism']})\nloss in % of income: mean [5%, 95% of draws]",
    )
    table.add_column("", overflow="fold")
    for heading in ("1 month", "1 year", "3 years"):
        table.add_column(heading, justify="right", no_wrap=True)
    for situation in item["situations"]:
        rows: dict[str, dict[str, str]] = {}
        for value in situation["values"]:
            name = value.get("member", "")
            for horizon in HORIZONS:
                if f"_{horizon}_" in value["output"]:
                    rows.setdefault(name, {})[horizon] = _interval_text(value)
        for name, cells in rows.items():
            actor = request.crisis.actors[name].name if name else "the target"
            table.add_row(actor, *(cells[horizon] for horizon in HORIZONS))
    print_table(table)
    print_origin(item)


def _interval_text(value: Mapping[str, Any]) -> str:
    """Return mean and range in brackets: three of them and a name fit on 80 columns."""
    mean, interval = span_text(value)
    return f"{mean} [{interval.replace(' to ', ', ')}]"

"""Sanctions by measure as plain values: for a table on a screen, and for a program."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.analysis.measures import study_measures
from detente.analysis.mechanism_prices import price_situations, span
from detente.analysis.records import Coalition, Marginal, MeasureStudy
from detente.analysis.studies.coalitions import CASES, solve_coalitions
from detente.crisis.crisis import Crisis
from detente.crisis.elements import TableRow
from detente.engine.drawing import draw_quantities
from detente.errors import refuse
from detente.linking.counters import read_priced
from detente.linking.measures import effect_rows, find_measures

__all__ = ["describe_measures"]


def describe_measures(crisis: Crisis, *, n_draws: int, seed: int) -> dict[str, Any]:
    """Return what every measure of a crisis does, what it adds, and who wants it.

    Parameters
    ----------
    crisis
        A loaded crisis with a table of effects.
    n_draws, seed
        As for :func:`detente.engine.draw_quantities`; packages are solved on the first :data:`CASES` draws at most.

    Returns
    -------
    dict[str, Any]
        ``measures``, ``totals``, ``members`` and ``consent``; what is not modelled is None.

    Raises
    ------
    UsageError
        ``table-missing`` for a crisis without effects.
    """
    if not find_measures(crisis):
        refuse(
            f"crisis {crisis.id!r} lists no effects by measure",
            code="table-missing",
            at="tables.effects",
            fix="name a table of effects under `tables`; a row of the kind none says that nothing is modelled",
        )
    values = draw_quantities(crisis, n_draws, seed=seed).as_mapping()
    priced = price_situations(crisis, n_draws=n_draws, seed=seed)
    study = study_measures(crisis, read_priced(crisis, priced), values)
    first = {path: draws[:CASES] for path, draws in values.items()}
    lattices = [item for item in solve_coalitions(crisis, first) if item.measures]
    coalition = lattices[0].record() if lattices else None
    rows = {row.cells["id"]: row for row in effect_rows(crisis)}
    return {
        "measures": _measures(crisis, study, coalition, rows),
        "totals": [
            {"on": item.on, "quantity": item.quantity, "horizon": item.horizon, **span(item.total)}
            for item in study.totals
        ],
        "members": _members(crisis, study, coalition),
        "consent": None if coalition is None else _consent(coalition),
    }


def _measures(
    crisis: Crisis,
    study: MeasureStudy,
    coalition: Coalition | None,
    rows: Mapping[str, TableRow],
) -> list[dict[str, Any]]:
    precedents = effect_rows(crisis, evidence=True)
    adds = {} if coalition is None else dict(zip(coalition.measures, coalition.adds, strict=True))
    return [
        {
            "measure": item.id,
            "label": item.label,
            "channel": item.channel,
            "effects": [
                {
                    "on": effect.on,
                    "quantity": effect.quantity,
                    "horizon": effect.horizon,
                    "modelled": effect.adds is not None,
                    **_spans(effect.adds),
                    "rows": [_origin(rows[name]) for name in effect.rows],
                }
                for effect in study.effects
                if effect.measure == item.id
            ],
            "consent": _spans(adds[item.consent]) if item.consent in adds else None,
            "evidence": [
                {
                    "id": row.cells["id"],
                    "on": row.cells["on"],
                    "quantity": row.cells["quantity"],
                    "horizon": row.cells["horizon"],
                    **{name: row.cells[name] for name in ("low", "value", "high", "unit", "note")},
                    **_origin(row),
                }
                for row in precedents
                if row.cells["measure"] == item.id
            ],
        }
        for item in find_measures(crisis)
    ]


def _spans(adds: Marginal | None) -> dict[str, dict[str, float] | None]:
    if adds is None:
        return {"alone": None, "last": None, "mean": None}
    return {"alone": span(adds.alone), "last": span(adds.last), "mean": span(adds.mean)}


def _origin(row: TableRow) -> dict[str, Any]:
    """Return how a row is known: its grade, its sources, and what gives its number."""
    cells = row.cells
    return {
        "id": cells["id"],
        "kind": cells["kind"],
        "grade": cells["grade"],
        "output": cells["output"],
        "sources": [key for key in cells["source"].split(";") if key],
        "note": cells.get("note", ""),
    }


def _members(
    crisis: Crisis, study: MeasureStudy, coalition: Coalition | None
) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(item.actor for item in study.members))
    joining = () if coalition is None else coalition.members
    names += [name for name in joining if name not in names]
    consents = {item.consent: item.id for item in find_measures(crisis) if item.consent}
    found = []
    for name in names:
        losses = {
            (item.measure, item.horizon): item.loss for item in study.members if item.actor == name
        }
        joins = None
        if coalition is not None and name in joining:
            mine = coalition.join[joining.index(name)]
            joins = {
                consents.get(measure, measure): span(mine[1 << k])
                for k, measure in enumerate(coalition.measures)
            } | {"all": span(mine[coalition.full])}
        found.append(
            {
                "actor": name,
                "name": crisis.actors[name].name,
                "losses": [
                    {"measure": measure, "horizon": horizon, **span(loss)}
                    for (measure, horizon), loss in losses.items()
                ],
                "not_modelled": [item for item in study.measures if (item, "year") not in losses],
                "joins": joins,
            }
        )
    return found


def _consent(coalition: Coalition) -> dict[str, Any]:
    """Return the chance of adoption by size of package: mean, least and most over the packages of a size."""
    means = coalition.chance[coalition.rule].mean(axis=1)
    return {
        "mechanism": coalition.mechanism,
        "rule": coalition.rule,
        "measures": list(coalition.measures),
        "by_size": [
            {
                "size": size,
                "packages": len(chances),
                "mean": float(np.mean(chances)),
                "least": float(np.min(chances)),
                "most": float(np.max(chances)),
            }
            for size in range(coalition.full.bit_count() + 1)
            if (chances := _of_size(means, size))
        ],
    }


def _of_size(means: Sequence[float] | np.ndarray, size: int) -> list[float]:
    return [float(mean) for code, mean in enumerate(means) if code.bit_count() == size]

"""Sanctions by measure: what each does alone, last and in the mean over orders, and what members lose and join."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from detente.analysis.records import (
    Marginal,
    MeasureEffect,
    MeasureStudy,
    MeasureTotal,
    MemberEffect,
)
from detente.analysis.splitting import shapley_parts
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import TableRow
from detente.linking.counters import ReadOutput, join_losses_pct
from detente.linking.measures import (
    EFFECT_HORIZONS,
    Measure,
    effect_rows,
    find_measures,
    read_effect,
    read_overlaps,
)

__all__ = ["join_measures", "marginals", "study_measures"]


class _Effect(Protocol):
    """Gives an effect and the rows that it comes from."""

    def __call__(
        self, measure: str, on: str, quantity: str, horizon: str, member: str = ""
    ) -> tuple[FloatArray | None, tuple[TableRow, ...]]: ...


_LATTICES = (("target", "gdp"), ("senders", "gdp"), ("target", "currency"))
"""Sides and quantities on which measures are joined; a price is that of one measure."""


def marginals(worth: FloatArray) -> tuple[Marginal, ...]:
    """Return what each element of a lattice adds alone, last, and in the mean over all orders.

    Parameters
    ----------
    worth
        Of every set, shape ``(2 ** n, D)``: the bits of a place say which elements are in the set.
    """
    count, full = len(worth).bit_length() - 1, len(worth) - 1
    mean = shapley_parts(worth)
    return tuple(
        Marginal(
            alone=worth[1 << k] - worth[0], last=worth[full] - worth[full ^ 1 << k], mean=mean[k]
        )
        for k in range(count)
    )


def join_measures(
    losses: Sequence[FloatArray],
    channels: Sequence[str],
    *,
    overlaps: Mapping[str, FloatArray],
) -> FloatArray:
    """Return what every set of measures comes to, in percent.

    Within a channel that has an overlap the largest loss counts in full and of the others that share; between channels, and
    within one that has none, a loss falls on what the others left.

    Parameters
    ----------
    losses
        Of each measure alone, draws ``(D,)``.
    channels
        Channel of each measure.
    overlaps
        By channel the share of a further measure that adds to the largest, draws ``(D,)``.

    Returns
    -------
    FloatArray
        Shape ``(2 ** n, D)``; zero for the empty set.
    """
    stack = np.stack(list(losses))
    sets = []
    for code in range(2 ** len(stack)):
        inside = [k for k in range(len(stack)) if code >> k & 1]
        parts = []
        for channel in dict.fromkeys(channels[k] for k in inside):
            mine = stack[[k for k in inside if channels[k] == channel]]
            if channel in overlaps:
                largest = mine.max(axis=0)
                parts.append(largest + overlaps[channel] * (mine.sum(axis=0) - largest))
            else:
                parts.extend(mine)
        sets.append(join_losses_pct(*parts) if parts else np.zeros(stack.shape[1]))
    return np.stack(sets)


def study_measures(
    crisis: Crisis, read: ReadOutput, values: Mapping[str, FloatArray]
) -> MeasureStudy:
    """Put together what every measure of a crisis does.

    Parameters
    ----------
    crisis
        The crisis.
    read
        Gives what its mechanisms said, draws ``(D,)``.
    values
        Draws of its quantities by path, the same draws.

    Returns
    -------
    MeasureStudy
        Measures in the order of the table; empty if the crisis has none. What is not modelled has no draws.
    """
    measures = find_measures(crisis)
    rows: dict[tuple[str, str, str, str], list[TableRow]] = {}
    for row in effect_rows(crisis):
        cells = row.cells
        key = (cells["measure"], cells["on"], cells["quantity"], cells["horizon"])
        rows.setdefault(key, []).append(row)

    def effect(
        measure: str, on: str, quantity: str, horizon: str, member: str = ""
    ) -> tuple[FloatArray | None, tuple[TableRow, ...]]:
        found = tuple(rows.get((measure, on, quantity, horizon), ()))
        return read_effect(crisis, found, read, values, member=member), found

    overlaps = read_overlaps(crisis, values)
    effects: list[MeasureEffect] = []
    totals: list[MeasureTotal] = []
    for on, quantity in _LATTICES:
        for horizon in EFFECT_HORIZONS:
            said = {item.id: effect(item.id, on, quantity, horizon) for item in measures}
            modelled = {name: draws for name, (draws, _) in said.items() if draws is not None}
            parts = {}
            if modelled:
                channels = [item.channel for item in measures if item.id in modelled]
                worth = join_measures(list(modelled.values()), channels, overlaps=overlaps)
                parts = dict(zip(modelled, marginals(worth), strict=True))
                totals.append(
                    MeasureTotal(on=on, quantity=quantity, horizon=horizon, total=worth[-1])
                )
            effects += [
                MeasureEffect(
                    measure=item.id,
                    on=on,
                    quantity=quantity,
                    horizon=horizon,
                    adds=parts.get(item.id),
                    rows=tuple(row.cells["id"] for row in said[item.id][1]),
                )
                for item in measures
                if quantity == "gdp" or said[item.id][1]
            ]
    for item in measures:
        for horizon in EFFECT_HORIZONS:
            draws, found = effect(item.id, "world", "price", horizon)
            if found:
                adds = None if draws is None else Marginal(alone=draws, last=draws, mean=draws)
                effects.append(
                    MeasureEffect(
                        measure=item.id,
                        on="world",
                        quantity="price",
                        horizon=horizon,
                        adds=adds,
                        rows=tuple(row.cells["id"] for row in found),
                    )
                )
    members = [
        MemberEffect(actor=actor, measure=item.id, horizon=horizon, loss=loss)
        for actor in _actors(crisis, rows)
        for item in measures
        for horizon in EFFECT_HORIZONS
        if (loss := _member_loss(effect, item, horizon, actor)) is not None
    ]
    return MeasureStudy(
        measures=tuple(item.id for item in measures),
        effects=tuple(effects),
        totals=tuple(totals),
        members=tuple(members),
    )


def _actors(
    crisis: Crisis, rows: Mapping[tuple[str, str, str, str], Sequence[TableRow]]
) -> tuple[str, ...]:
    """Return whom effects are about by name, or as members of the mechanisms that price them."""
    found: dict[str, None] = {}
    for (_, on, _, _), mine in rows.items():
        if on == "members":
            for row in mine:
                name = row.cells["output"].partition(".")[0]
                if name:
                    found.update(dict.fromkeys(crisis.mechanisms[name].members))
        elif on in crisis.actors:
            found[on] = None
    return tuple(found)


def _member_loss(effect: _Effect, measure: Measure, horizon: str, actor: str) -> FloatArray | None:
    """Return what a measure costs an actor: by a row of its own, else as a member of a mechanism."""
    own, _ = effect(measure.id, actor, "gdp", horizon)
    if own is not None:
        return own
    return effect(measure.id, "members", "gdp", horizon, actor)[0]

"""Checks of figures: units, ranges, probabilities, correlations, numbers of tables."""

import math
from collections.abc import Iterator, Mapping, Sequence

from detente.crisis.csv_cells import read_number
from detente.crisis.draft import Draft
from detente.crisis.elements import Constant, Correlation, Distribution, Quantity, QuantityOf
from detente.crisis.quantities import is_positive_definite, ppf, support
from detente.crisis.registers import attributes, units
from detente.crisis.schema import QuantityEntry
from detente.crisis.tables import NUMBER_COLUMNS
from detente.errors import Code, Finding

__all__ = [
    "check_attributes",
    "check_correlations",
    "check_exposure_ranges",
    "check_positions",
    "check_probabilities",
    "check_ranges",
    "check_rationality",
    "check_row_numbers",
    "check_row_units",
    "check_units",
]

_PROBABILITIES = frozenset({"prob", "share"})
_TAIL = 0.001
"""Of an unbounded distribution, all but this much at each end must keep the range of its unit."""


def check_units(draft: Draft) -> Iterator[Finding]:
    """Find units of quantities that are not in the closed list."""
    for keys, entry in draft.each("quantities", QuantityEntry):
        if entry.unit not in units():
            at = (*keys, "unit")
            yield draft.unknown("unit-unknown", "unit", entry.unit, units(), at=at)


def check_row_units(draft: Draft) -> Iterator[Finding]:
    """Find units of table rows that are not in the closed list; a row without a value needs none."""
    for table in draft.tables.values():
        if "unit" in table.columns:
            for row in table.rows:
                unit = row.cells["unit"]
                if (unit or row.cells.get("value")) and unit not in units():
                    yield draft.unknown("unit-unknown", "unit", unit, units(), at=row.place)


def check_row_numbers(draft: Draft) -> Iterator[Finding]:
    """Find cells that should hold a number and hold something else."""
    for table in draft.tables.values():
        columns = [column for column in NUMBER_COLUMNS if column in table.columns]
        for row in table.rows:
            for column in columns:
                text = row.cells[column]
                if not text or read_number(text) is not None:
                    continue
                finite = text.lower().lstrip("+-") not in {"nan", "inf", "infinity"}
                code: Code = "table-row-invalid" if finite else "value-not-finite"
                yield draft.finding(
                    code,
                    f"{text[:80]!r} in the column {column!r} is no finite number",
                    at=row.place,
                    value=text,
                    fix="write a plain number such as 0.25, or leave the cell blank",
                )


def _edges(distribution: Distribution) -> tuple[float, float]:
    """Return the support, or for an unbounded end the quantile that leaves a small tail beyond it."""
    low, high = support(distribution)
    if math.isinf(low):
        low = float(ppf(distribution, _TAIL))
    if math.isinf(high):
        high = float(ppf(distribution, 1 - _TAIL))
    return low, high


def check_ranges(draft: Draft) -> Iterator[Finding]:
    """Find quantities whose values leave the range of their unit; those of a probability may not even in theory."""
    for quantity in draft.quantities.values():
        unit = units().get(quantity.unit)
        if unit is None:
            continue
        strict = quantity.unit in _PROBABILITIES
        low, high = (support if strict else _edges)(quantity.distribution)
        if low < unit.low or high > unit.high:
            yield draft.finding(
                "probability-out-of-range" if strict else "value-out-of-range",
                f"{quantity.path!r} goes from {low:g} to {high:g}, outside {unit.low:g} to {unit.high:g}"
                f" of the unit {unit.name}",
                at=quantity.place,
                value=f"{low:g}..{high:g}",
                fix="correct the value or the unit; bound the distribution (triangular, uniform, beta)",
            )


def check_probabilities(draft: Draft) -> Iterator[Finding]:
    """Find priors and chances that are numbers outside 0-1, or quantities that are no probabilities."""
    for use in draft.bindings:
        # what stands inside a sum or product need be no probability: the whole is checked when it is priced
        if use.role not in {"prior", "prob"} or {"sum", "product"} & set(use.keys):
            continue
        binding = use.binding
        if isinstance(binding, Constant) and not 0 <= binding.value <= 1:
            yield draft.finding(
                "probability-out-of-range",
                f"the probability {binding.value:g} is outside 0-1",
                at=use.keys,
                value=f"{binding.value:g}",
                fix="write a number from 0 to 1",
            )
        quantity = draft.quantities.get(binding.path) if isinstance(binding, QuantityOf) else None
        if quantity is not None and quantity.unit not in _PROBABILITIES:
            yield draft.finding(
                "unit-mismatch",
                f"{quantity.path!r} is in {quantity.unit}, and a probability is needed",
                at=use.keys,
                value=quantity.unit,
                fix="name a quantity whose unit is prob",
            )


def check_rationality(draft: Draft) -> Iterator[Finding]:
    """Find a rationality that is no quantity per stake, or that can be zero or less."""
    path = draft.header.get("rationality")
    quantity: Quantity | None = draft.quantities.get(path) if path else None
    if path and quantity is None:
        if path not in draft.named("quantities"):
            yield draft.unknown(
                "quantity-unknown", "quantity", path, draft.quantities, at=("rationality",)
            )
        elif path in draft.missing:
            yield draft.finding(
                "quantity-unknown",
                f"the quantity {path!r} has no value: {draft.missing[path]}",
                at=("rationality",),
                value=path,
                fix="give it a distribution",
            )
    if quantity is None:
        return
    if quantity.unit != "per_stake":
        yield draft.finding(
            "unit-mismatch",
            f"the rationality {path!r} is in {quantity.unit}, not per_stake",
            at=("rationality",),
            value=quantity.unit,
            fix="name a quantity whose unit is per_stake",
        )
    low = support(quantity.distribution)[0]
    if low < 0 or (
        low == 0 and quantity.distribution.family not in {"lognormal", "beta", "uniform"}
    ):
        yield draft.finding(
            "value-out-of-range",
            f"the rationality {path!r} can be {low:g}",
            at=quantity.place,
            value=f"{low:g}",
            fix="give it a distribution above zero, such as lognormal or triangular",
        )


def check_correlations(draft: Draft) -> Iterator[Finding]:
    """Find correlations that no joint distribution has, and groups without one or without two members."""
    given: dict[str, Correlation] = draft.header.get("correlations", {})
    groups: dict[str, list[Quantity]] = {}
    for quantity in draft.quantities.values():
        if quantity.group:
            groups.setdefault(quantity.group, []).append(quantity)
    for group, members in groups.items():
        if group not in given:
            yield draft.finding(
                "correlation-invalid",
                f"the correlation group {group!r} has no correlation",
                at=members[0].place,
                value=group,
                fix=draft.suggest(
                    group, given, otherwise=f"add `{group}: 0.5` under `correlations`"
                ),
            )
    for group, correlation in given.items():
        at = ("correlations", group)
        n_members = len(groups.get(group, []))
        if isinstance(correlation, Mapping):
            paths = sorted(quantity.path for quantity in groups.get(group, []))
            yield from _check_pairs(draft, group, correlation, paths)
        elif not _lowest(n_members) < correlation < 1:
            yield draft.finding(
                "correlation-invalid",
                f"{max(n_members, 2)} quantities cannot all have correlation {correlation:g} with each other",
                at=at,
                value=f"{correlation:g}",
                fix=f"give a number above {_lowest(n_members):g} and below 1",
            )
        if n_members < 2:
            yield draft.finding(
                "correlation-invalid",
                f"the correlation group {group!r} has {n_members} members",
                at=at,
                value=group,
                fix=f"put `group: {group}` into two quantities or more, or remove the group",
                severity="warning",
            )


def check_exposure_ranges(draft: Draft) -> Iterator[Finding]:
    """Find exposures with only one of low and high, with both but no value, or with low and high out of order."""
    for row in draft.tables["exposures"].rows if "exposures" in draft.tables else ():
        value, low, high = (read_number(row.cells[name]) for name in ("value", "low", "high"))
        if (low is None) != (high is None) or (low is not None and value is None):
            yield draft.finding(
                "table-row-invalid",
                f"the exposure {row.place.path!r} has a range that is not complete",
                at=row.place,
                value=f"{row.cells['low']}..{row.cells['high']}",
                fix="fill value, low and high, or leave low and high blank",
            )
        elif (
            value is not None and low is not None and high is not None and not low <= value <= high
        ):
            yield draft.finding(
                "distribution-invalid",
                f"the exposure {row.place.path!r} has value {value:g} outside {low:g} to {high:g}",
                at=row.place,
                value=f"{value:g}",
                fix="correct value, low and high: low <= value <= high",
            )


def check_attributes(draft: Draft) -> Iterator[Finding]:
    """Find known exposure variables in another unit than theirs, or outside their plausible range."""
    for row in draft.tables["exposures"].rows if "exposures" in draft.tables else ():
        known = attributes().get(row.cells["variable"])
        if known is None:
            continue
        unit = row.cells["unit"]
        if unit in units() and unit != known.unit:
            yield draft.finding(
                "unit-mismatch",
                f"{known.name!r} is in {unit}; it is kept in {known.unit}",
                at=row.place,
                value=unit,
                fix=f"convert the value to {known.unit}",
            )
            continue
        for column in ("value", "low", "high"):
            number = read_number(row.cells[column])
            if number is not None and not known.low <= number <= known.high:
                yield draft.finding(
                    "value-implausible",
                    f"{column} {number:g} of {row.place.path!r} is outside {known.low:g} to {known.high:g},"
                    " the plausible range of this variable",
                    at=row.place,
                    value=f"{number:g}",
                    fix=f"check the unit; the variable is in {known.unit}",
                )


def check_positions(draft: Draft) -> Iterator[Finding]:
    """Find positions and red lines outside 0-100 and saliences outside 0-1."""
    for row in draft.tables["positions"].rows if "positions" in draft.tables else ():
        for column, highest in (("value", 100), ("salience", 1), ("red_line", 100)):
            number = read_number(row.cells.get(column, ""))
            if number is not None and not 0 <= number <= highest:
                yield draft.finding(
                    "value-out-of-range",
                    f"{column} {number:g} of {row.place.path!r} is outside 0-{highest}",
                    at=row.place,
                    value=f"{number:g}",
                    fix=f"write a number from 0 to {highest}",
                )


def _lowest(n_members: int) -> float:
    return -1 / (n_members - 1) if n_members > 1 else -1.0


def _check_pairs(
    draft: Draft, group: str, pairs: Mapping[str, Mapping[str, float]], paths: Sequence[str]
) -> Iterator[Finding]:
    """Find pairs of a group that are none, stand twice or are out of range, and numbers that no matrix of correlations has."""
    seen: set[frozenset[str]] = set()
    wrong = False
    for first, row in pairs.items():
        for second, value in row.items():
            pair = frozenset((first, second))
            stranger = next((path for path in (first, second) if path not in paths), None)
            words = ""
            if stranger is not None:
                words = f"{stranger!r} is no quantity of the group {group!r}"
            elif len(pair) < 2 or pair in seen:
                words = f"the pair of {first!r} and {second!r} is no pair, or stands twice"
            elif not -1 < value < 1:
                words = f"a correlation of {value:g}"
            seen.add(pair)
            if words:
                wrong = True
                yield draft.finding(
                    "correlation-invalid",
                    words,
                    at=("correlations", group, first),
                    value=second,
                    fix=f"give each pair of quantities with `group: {group}` once, with a number between -1 and 1",
                )
    if not wrong and paths and not is_positive_definite(pairs, paths):
        yield draft.finding(
            "correlation-invalid",
            f"no joint distribution has the correlations of the group {group!r}",
            at=("correlations", group),
            value=group,
            fix="make them smaller, or give all pairs of the matrix that they are taken from",
        )

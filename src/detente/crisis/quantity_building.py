"""Make quantities: from entries of the crisis file, and from rows of the tables of exposures, positions and effects."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, cast, get_args

from detente.crisis.csv_cells import read_number
from detente.crisis.dates import first_day, last_day
from detente.crisis.draft import Draft
from detente.crisis.elements import Distribution, Grade, Quantity, TableRow
from detente.crisis.quantities import distribution_problem
from detente.crisis.registers import units
from detente.crisis.schema import WAYS_TO_GIVE_A_VALUE, QuantityEntry

__all__ = [
    "build_effects",
    "build_exposures",
    "build_positions",
    "build_quantity",
    "day_of",
    "split_sources",
    "table_rows",
]


def split_sources(text: str) -> tuple[str, ...]:
    """Return the source keys of a table cell, which ``;`` separates.

    Examples
    --------
    >>> split_sources("gazette; judgement")
    ('gazette', 'judgement')
    """
    return tuple(part.strip() for part in text.split(";") if part.strip())


def table_rows(draft: Draft, kind: str) -> tuple[TableRow, ...]:
    """Return the rows of a kind of table; none if the crisis has no such table."""
    return draft.tables[kind].rows if kind in draft.tables else ()


def build_quantity(draft: Draft, path: str, entry: QuantityEntry) -> None:
    """Enter the quantity of an entry; one without a value goes to the missing ones."""
    keys = ("quantities", path)
    given = [way for way in WAYS_TO_GIVE_A_VALUE if getattr(entry, way) is not None]
    if len(given) != 1:
        draft.report(
            "distribution-invalid",
            f"the quantity {path!r} has {' and '.join(given) or 'no value and no distribution'}",
            at=keys,
            value=", ".join(given),
            fix=f"give exactly one of {', '.join(WAYS_TO_GIVE_A_VALUE)}",
        )
        return
    family = given[0]
    if entry.missing is not None:
        draft.missing[path] = entry.missing.reason
        return
    contested: tuple[tuple[float, str], ...] = ()
    if entry.contested is not None:
        contested = tuple((item.value, ";".join(item.source)) for item in entry.contested)
        distribution = _rival(value for value, _ in contested)
    else:
        parameters = _parameters(family, getattr(entry, family))
        if parameters is None:
            draft.report(
                "distribution-invalid",
                f"{entry.discrete!r} is no list of values with probabilities"[:300],
                at=(*keys, family),
                value=entry.discrete,
                fix="write {value: probability, ...} or [[value, probability], ...]",
            )
            return
        distribution = _distribution(family, parameters)
    problem = distribution_problem(distribution)
    if len(contested) == 1:
        problem = "a contested quantity needs two values or more"
    if problem:
        draft.report(
            "distribution-invalid",
            f"the distribution of {path!r} is not valid: {problem}",
            at=(*keys, family),
            value=list(distribution.parameters),
            fix="correct its parameters; `detente schema` says what each family takes",
        )
        return
    sources = [*entry.source]
    sources += [key for _, joined in contested for key in joined.split(";")]
    draft.quantities[path] = draft.element(
        Quantity,
        entry,
        keys,
        path=path,
        distribution=distribution,
        as_of=day_of(draft, entry.as_of),
        sources=tuple(dict.fromkeys(sources)),
        contested=contested,
    )


def day_of(draft: Draft, text: str) -> date:
    """Return the last day that a date covers, but not later than the cut-off if the date begins before it."""
    first, last = first_day(text) or date.max, last_day(text) or date.max
    cutoff = draft.cutoff
    return cutoff if cutoff is not None and first <= cutoff < last else last


def _rival(values: Iterable[float]) -> Distribution:
    """Give rival values equal weight; a value that several sources give counts as often."""
    counts = Counter(values)
    if len(counts) == 1:
        return Distribution(family="fixed", parameters=tuple(counts))
    total = counts.total()
    pairs = [number for value, n in counts.items() for number in (value, n / total)]
    return Distribution(family="discrete", parameters=tuple(pairs))


def _parameters(family: str, raw: Any) -> tuple[float, ...] | None:
    if family == "value":
        return (float(raw),)
    if family != "discrete":
        numbers = tuple(float(value) for value in raw)
        return (*numbers, 0.0, 1.0) if family == "beta" and len(numbers) == 2 else numbers
    if isinstance(raw, dict):
        raw = [[read_number(key), value] for key, value in raw.items()]
    if not isinstance(raw, list):
        return None
    flat: list[float] = []
    for pair in raw:
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_number, pair)):
            return None
        flat += [float(pair[0]), float(pair[1])]
    return tuple(flat)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _distribution(family: str, parameters: tuple[float, ...]) -> Distribution:
    name: Any = "fixed" if family == "value" else family
    return Distribution(family=name, parameters=parameters)


def _grade(row: TableRow) -> Grade:
    grade = row.cells["grade"]
    return cast("Grade", grade if grade in get_args(Grade) else "estimate")


def _table_quantity(
    draft: Draft,
    row: TableRow,
    path: str,
    label: str,
    *,
    distribution: Distribution,
    unit: str,
    rows: tuple[TableRow, ...] = (),
) -> None:
    """Enter the quantity of a table row; ``rows`` are its rivals, itself included."""
    family = rows or (row,)
    problem = distribution_problem(distribution)
    if problem:
        draft.report(
            "distribution-invalid",
            f"the distribution of {path!r} is not valid: {problem}",
            at=row.place,
            value=list(distribution.parameters),
            fix="correct value, low and high: low <= value <= high",
        )
        return
    sources = [key for item in family for key in split_sources(item.cells["source"])]
    contested = tuple(
        (value, item.cells["source"])
        for item in rows
        if (value := read_number(item.cells["value"])) is not None
    )
    draft.quantities[path] = Quantity(
        path=path,
        label=label,
        distribution=distribution,
        unit=unit,
        as_of=max(day_of(draft, item.cells["as_of"]) for item in family),
        sources=tuple(dict.fromkeys(sources)),
        grade=_grade(row),
        claimed_by=row.cells.get("claimed_by", ""),
        confidence=row.cells["confidence"],
        group=row.cells.get("group", ""),
        note=row.cells.get("note", ""),
        claims=tuple(dict.fromkeys(claim for item in family for claim in item.claims)),
        contested=contested if len(contested) > 1 else (),
        place=row.place,
    )


def build_exposures(draft: Draft) -> None:
    """Enter a quantity per actor and variable; several rows for the same are rivals and all kept."""
    groups: dict[str, list[TableRow]] = {}
    for row in table_rows(draft, "exposures"):
        if read_number(row.cells["value"]) is not None and row.cells["unit"] in units():
            groups.setdefault(row.place.path, []).append(row)
    for path, rows in groups.items():
        row = rows[0]
        actor = draft.actors.get(row.cells["actor"])
        name = row.cells["actor"] if actor is None else actor.name
        values = [value for item in rows if (value := read_number(item.cells["value"])) is not None]
        low, high = read_number(row.cells["low"]), read_number(row.cells["high"])
        if len(rows) > 1:
            distribution = _rival(values)
        elif low is not None and high is not None and (low, high) != (values[0], values[0]):
            distribution = Distribution(family="triangular", parameters=(low, values[0], high))
        else:
            distribution = Distribution(family="fixed", parameters=(values[0],))
        if len({item.cells["unit"] for item in rows}) > 1:
            given = ", ".join(dict.fromkeys(item.cells["unit"] for item in rows))
            draft.report(
                "unit-mismatch",
                f"the rival rows of {path!r} have different units: {given}",
                at=rows[-1].place,
                value=given,
                fix="convert all rows of an actor and variable to one unit",
            )
        _table_quantity(
            draft,
            row,
            path,
            f"{name}: {row.cells.get('label') or row.cells['variable'].replace('_', ' ')}",
            distribution=distribution,
            unit=row.cells["unit"],
            rows=tuple(rows) if len(rows) > 1 else (),
        )


def build_positions(draft: Draft) -> None:
    """Enter a position (with its spread), a salience and a red line per actor and issue.

    The spread is that of a column of that name, else 10 if stated directly and 20 if not. A red line has the spread of a
    position; its column may be absent.
    """
    for row in table_rows(draft, "positions"):
        cells = row.cells
        actor, issue = draft.actors.get(cells["actor"]), draft.issues.get(cells["issue"])
        name = cells["actor"] if actor is None else actor.name
        label = cells["issue"] if issue is None else issue.label
        value = read_number(row.cells["value"])
        tail = f"{cells['actor']}.{cells['issue']}"
        given = read_number(cells.get("spread", ""))
        spread = given or (10 if cells["basis"] == "direct" else 20)
        if value is not None and 0 <= value <= 100:
            edges = (max(0.0, value - spread), value, min(100.0, value + spread))
            _table_quantity(
                draft,
                row,
                f"positions.{tail}",
                f"{name}: position on {label}",
                distribution=Distribution(family="triangular", parameters=edges),
                unit="score_0_100",
            )
        line = read_number(row.cells.get("red_line", ""))
        if line is not None and 0 <= line <= 100:
            _table_quantity(
                draft,
                row,
                f"red_lines.{tail}",
                f"{name}: red line on {label}",
                distribution=Distribution(
                    family="triangular",
                    parameters=(max(0.0, line - spread), line, min(100.0, line + spread)),
                ),
                unit="score_0_100",
            )
        salience = read_number(row.cells["salience"])
        if salience is not None:
            _table_quantity(
                draft,
                row,
                f"salience.{tail}",
                f"{name}: salience of {label}",
                distribution=Distribution(family="fixed", parameters=(salience,)),
                unit="share",
            )


def build_effects(draft: Draft) -> None:
    """Enter a quantity ``effects.ID`` for each row of effects that is a range."""
    for row in table_rows(draft, "effects"):
        cells = row.cells
        ends = [read_number(cells[name]) for name in ("low", "value", "high")]
        numbers = tuple(end for end in ends if end is not None)
        if cells["kind"] != "range" or len(numbers) < len(ends) or cells["unit"] not in units():
            continue
        flat = numbers[0] == numbers[-1]
        _table_quantity(
            draft,
            row,
            f"effects.{cells['id']}",
            f"{cells['label'] or cells['measure']}: {cells['quantity']}, {cells['on']}, {cells['horizon']}",
            distribution=Distribution(
                family="fixed" if flat else "triangular",
                parameters=numbers[:1] if flat else numbers,
            ),
            unit=cells["unit"],
        )

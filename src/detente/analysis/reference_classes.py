"""Reference classes: how far past crises like one went, by what was known on the day it began, and how well that forecasts.

Forecasts are made by rolling origin: a crisis is forecast by those that had ended before the year in which it began. The
specification stands in decision note 0100, and was written before its score was known.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.analysis.forecasts import ForecastTable
from detente.analysis.penalised_logit import forecast_by_logit
from detente.arrays import BoolArray, FloatArray
from detente.crisis.past_crises import CrisisActor, PastCrisis
from detente.errors import refuse

__all__ = [
    "OnsetTable",
    "ReferenceForecasts",
    "find_first_actors",
    "find_past",
    "find_state",
    "forecast_past_crises",
    "group_actors",
    "has_gone",
    "tabulate_onsets",
    "took_part",
]

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
CLIMATOLOGY, CLASS_MEANS, LOGIT = "climatology", "class means", "logit"
MAJOR_POWERS = frozenset({2, 200, 220, 365, 710})
_NO_STATE = 995
PSEUDO = 2.0
"""Cases by which a class counts as climatology."""
NUCLEAR = frozenset({3, 4})
DEMOCRACY = 1
_MILITARY = frozenset({4, 5})
_COLD_WAR = 1989
_FEWEST = 20
_ASIA = 1
_FAR_NORTH = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class OnsetTable:
    """What was known of crises when they began: a row each, in order of time.

    ``columns`` has shape ``(n, k)`` and ``names`` says what they are; ``scaled`` marks numbers, the others are 0 or 1.
    ``hits`` says whether a crisis went as far as asked.
    """

    crises: tuple[PastCrisis, ...]
    names: tuple[str, ...]
    columns: FloatArray
    scaled: BoolArray
    hits: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceForecasts:
    """Forecasts of past crises by climatology, class means and the logit, with the penalty of each year."""

    violence: int
    crises: tuple[PastCrisis, ...]
    table: ForecastTable
    penalties: Mapping[int, float]


# --- what was known --------------------------------------------------------------------------------------------------


def tabulate_onsets(
    crises: Sequence[PastCrisis], actors: Sequence[CrisisActor], *, violence: int
) -> OnsetTable:
    """Say what was known of each crisis outside wars when it began.

    Parameters
    ----------
    crises, actors
        From :func:`detente.crisis.past_crises.read_past_crises` and :func:`detente.crisis.past_crises.read_crisis_actors`.
    violence
        Lowest level of violence that counts as a hit, for the outcome and for the past.

    Raises
    ------
    UsageError
        ``option-invalid`` if the crises have no ends, or none is outside a war.
    """
    if all(item.ended is None for item in crises):
        message = "no past crisis has an end, so that nothing was ever known of any"
        fix = "give the table icb1 with the columns yrterm, moterm and daterm"
        refuse(message, code="option-invalid", at="ICB1.csv", fix=fix)
    by_crisis = group_actors(actors)
    order = sorted(crises, key=lambda item: (item.began, item.number))
    cases = [item for item in order if not item.within_war and item.violence is not None]
    if not cases:
        message = "no past crisis is outside a war and has its violence coded"
        refuse(message, code="option-invalid", at="ICB1.csv", fix="give the whole table")
    rows = [_describe(item, order, by_crisis, violence) for item in cases]
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    return OnsetTable(
        crises=tuple(cases),
        names=names,
        columns=np.array([[row.get(name, 0.0) for name in names] for row in rows]),
        scaled=np.array(["=" not in name for name in names]),
        hits=np.array([has_gone(item, violence) for item in cases]),
    )


def _describe(
    crisis: PastCrisis,
    crises: Sequence[PastCrisis],
    by_crisis: Mapping[int, Sequence[CrisisActor]],
    violence: int,
) -> dict[str, float]:
    """Return the onset variables of a crisis; a category that holds is ``name=value`` with 1."""
    past = find_past(crisis, crises)
    first = find_first_actors(by_crisis.get(crisis.number, ()))
    row = {"year": float(crisis.year), "after=1989": float(crisis.year > _COLD_WAR)}
    row |= _category("trigger", crisis.trigger) | _category("region", crisis.region)
    if crisis.region is not None:
        continent = _ASIA if crisis.region == _FAR_NORTH else crisis.region // 10
        row |= _category("continent", continent)
    state = find_state(crisis)
    row["by=major power"] = float(state in MAJOR_POWERS)
    row["by=no single state"] = float(crisis.triggered_by is not None and state is None)
    own = {item.actor for item in first}
    likes: dict[str, Callable[[PastCrisis], bool]] = {
        "the conflict": lambda item: (
            crisis.conflict is not None and item.conflict == crisis.conflict
        ),
        "who set it off": lambda item: state is not None and item.triggered_by == state,
        "the pair": lambda item: state is not None and took_part(item, state, own, by_crisis),
    }
    rate = sum(has_gone(item, violence) for item in past) / len(past) if past else 0.0
    for name, like in likes.items():
        found = [has_gone(item, violence) for item in past if like(item)]
        row[f"past crises of {name}"] = math.log1p(len(found))
        row[f"past excess of {name}"] = (sum(found) - len(found) * rate) / (len(found) + PSEUDO)
    return row | _describe_first(first)


def group_actors(actors: Iterable[CrisisActor]) -> dict[int, list[CrisisActor]]:
    """Return actors by the number of their crisis."""
    found: dict[int, list[CrisisActor]] = {}
    for actor in actors:
        found.setdefault(actor.crisis, []).append(actor)
    return found


def find_past(crisis: PastCrisis, crises: Iterable[PastCrisis]) -> list[PastCrisis]:
    """Return the crises that had ended when one began, those whose violence is not coded left out."""
    return [
        item
        for item in crises
        if item.ended is not None and item.ended < crisis.began and item.violence is not None
    ]


def find_first_actors(actors: Sequence[CrisisActor]) -> list[CrisisActor]:
    """Return those actors of a crisis for which it began on its earliest day."""
    return [item for item in actors if item.began == min(other.began for other in actors)]


def find_state(crisis: PastCrisis) -> int | None:
    """Return the state that set a crisis off; None where it is not known or no single state."""
    who = crisis.triggered_by
    return who if who is not None and who < _NO_STATE else None


def took_part(
    crisis: PastCrisis,
    state: int,
    others: Iterable[int],
    by_crisis: Mapping[int, Sequence[CrisisActor]],
) -> bool:
    """Tell whether a state and one of others both took part in a crisis, as actor or as who set it off."""
    there = {crisis.triggered_by, *(actor.actor for actor in by_crisis.get(crisis.number, ()))}
    return state in there and bool(there & set(others) - {state})


def has_gone(crisis: PastCrisis, violence: int) -> bool:
    """Tell whether a crisis went as far as a level of violence."""
    return crisis.violence is not None and crisis.violence >= violence


def _describe_first(first: Sequence[CrisisActor]) -> dict[str, float]:
    """Return what the first actors were."""
    if not first:
        return {}
    powers = [item.power for item in first if item.power is not None]
    places = [item.place for item in first if item.place is not None]
    regimes = [item.regime for item in first if item.regime is not None]
    row = {
        "number of first actors": math.log(len(first)),
        "nuclear=any": float(any(item.nuclear in NUCLEAR for item in first)),
        "share of democracies": _share(regime == DEMOCRACY for regime in regimes),
        "share of military regimes": _share(regime in _MILITARY for regime in regimes),
    }
    row |= _category("power", max(powers, default=None))
    return row | _category("place", min(places, default=None))


def _category(name: str, value: int | None) -> dict[str, float]:
    return {} if value is None else {f"{name}={value}": 1.0}


def _share(found: Iterable[bool]) -> float:
    values = list(found)
    return sum(values) / len(values) if values else 0.0


# --- rolling origin --------------------------------------------------------------------------------------------------


def forecast_past_crises(
    onsets: OnsetTable,
    *,
    violence: int,
    since: int,
    progress: Callable[[int, int], None] | None = None,
) -> ReferenceForecasts:
    """Forecast every crisis from a year on, by those that had ended before its own year.

    Parameters
    ----------
    onsets
        From :func:`tabulate_onsets`.
    violence
        The level that ``onsets`` was made for.
    since
        First year that is forecast.
    progress
        Called with the number of years done and of all years.

    Returns
    -------
    ReferenceForecasts
        Three forecasts for each crisis: climatology, the mean of its trigger's class, the logit.

    Raises
    ------
    UsageError
        ``option-invalid`` if no crisis is to be forecast, or a year has too few past crises.

    References
    ----------
    Decision note 0100.
    """
    years = np.array([item.year for item in onsets.crises])
    ends = np.array([item.ended[0] if item.ended else math.inf for item in onsets.crises])
    classes = [item.trigger for item in onsets.crises]
    probs: dict[str, dict[int, float]] = {CLIMATOLOGY: {}, CLASS_MEANS: {}, LOGIT: {}}
    penalties: dict[int, float] = {}
    asked_years = sorted({int(year) for year in years if year >= since})
    for done, year in enumerate(asked_years, start=1):
        known = np.flatnonzero((years < year) & (ends < year))
        asked = np.flatnonzero(years == year)
        hits = onsets.hits[known]
        _check_known(hits, year)
        rate = (hits.sum() + 0.5) / (known.size + 1.0)
        chosen, logit = forecast_by_logit(
            onsets.columns[known],
            hits,
            onsets.columns[asked],
            scaled=onsets.scaled,
            penalties=PENALTIES,
        )
        penalties[year] = chosen
        for row, prob in zip(asked, logit, strict=True):
            alike = [bool(onsets.hits[other]) for other in known if classes[other] == classes[row]]
            probs[CLIMATOLOGY][int(row)] = float(rate)
            probs[CLASS_MEANS][int(row)] = float(
                (sum(alike) + PSEUDO * rate) / (len(alike) + PSEUDO)
            )
            probs[LOGIT][int(row)] = float(prob)
        if progress is not None:
            progress(done, len(asked_years))
    if not penalties:
        message = f"no past crisis began in or after {since}"
        refuse(message, code="option-invalid", at="--since", fix="choose an earlier year")
    rows = list(probs[LOGIT])
    return ReferenceForecasts(
        violence=violence,
        crises=tuple(onsets.crises[row] for row in rows),
        table=_tabulate(onsets, probs, rows),
        penalties=penalties,
    )


def _check_known(hits: BoolArray, year: int) -> None:
    if hits.size < _FEWEST or not 1 < hits.sum() < hits.size - 1:
        message = f"before {year} {hits.size} crises had ended, of which {hits.sum()} went as far: too few"
        fix = "choose a later year: --since"
        refuse(message, code="option-invalid", at="--since", fix=fix)


def _tabulate(
    onsets: OnsetTable, probs: Mapping[str, Mapping[int, float]], rows: Sequence[int]
) -> ForecastTable:
    """Return all forecasts as a table that can be scored."""
    places = [(name, row) for name in probs for row in rows]
    return ForecastTable(
        kind="probability",
        ids=tuple(str(onsets.crises[row].number) for _, row in places),
        days=("",) * len(places),
        forecasters=tuple(name for name, _ in places),
        numbers=np.array([[probs[name][row]] for name, row in places]),
        levels=np.zeros(0),
        values=np.array([float(onsets.hits[row]) for _, row in places]),
    )

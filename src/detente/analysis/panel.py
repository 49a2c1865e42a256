"""A panel of past crises: whether the game of a template adds anything to what the class of a crisis says.

Each past crisis that has the shape of a template is run as that template, with what was known when it began in the place of a
few of its ranges, and its chance of an attack is pooled with the class prior. The specification stands in decision note 0101,
and was written before its result was known.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources

import numpy as np

from detente.analysis.forecasts import ForecastTable, PairedDifference, compare_forecasters
from detente.analysis.penalised_logit import forecast_by_logit
from detente.analysis.reference_classes import (
    CLASS_MEANS,
    DEMOCRACY,
    LOGIT,
    MAJOR_POWERS,
    NUCLEAR,
    PENALTIES,
    PSEUDO,
    find_first_actors,
    find_past,
    find_state,
    forecast_past_crises,
    group_actors,
    has_gone,
    tabulate_onsets,
    took_part,
)
from detente.analysis.track_record import Verdict, judge_pool
from detente.arrays import BoolArray, FloatArray, IntArray
from detente.crisis.crisis import Crisis
from detente.crisis.loading import load_crisis
from detente.crisis.past_crises import CrisisActor, PastCrisis
from detente.crisis.quantities import ppf
from detente.engine import Engine
from detente.errors import refuse
from detente.scores import log_scores

__all__ = ["Panel", "PanelCase", "choose_weight", "pool", "run_panel", "weigh_panel"]

Value = float | tuple[float, float]

VIOLENCE = 3
"""Serious clashes or war."""
POOL, PRIOR, MODEL = "pool", "class prior", "model"
BOTH_REFITTED, PRIOR_REFITTED = "class prior and model, refitted", "class prior, refitted"
PAIRS = ((POOL, PRIOR), (PRIOR, MODEL), (BOTH_REFITTED, PRIOR_REFITTED))
"""Which forecasters are compared."""
WEIGHTS = tuple(step / 20 for step in range(21))
FOLDS = 10
_FEWEST = 2 * FOLDS

_WITHOUT_VIOLENCE = frozenset({1, 2, 3, 4, 5, 7})
_VIOLENT = frozenset({8, 9})
_GREAT_POWER = 3
_RATIOS: Mapping[int, tuple[float, float]] = {
    0: (0.54, 1.84),
    1: (1.7, 8.2),
    2: (8.6, 50.0),
    3: (39.0, 270.0),
}
"""Quartiles of the ratio of capabilities by steps of power status, the stronger to the weaker: note 0101."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """Where a template takes what is known of a case: paths of its quantities."""

    furthest: str
    forces: str = ""
    cost: str
    face: str
    stakes: tuple[str, ...]
    target_attacked: bool = False
    """Whether it is the target that would be attacked, and not who set the crisis off."""


_SHAPES: Mapping[str, _Shape] = {
    "blockade": _Shape(
        furthest="prior.pushing",
        cost="strike.cost.blocker",
        face="face",
        stakes=("sites.worth", "sites.threat"),
    ),
    "coercion": _Shape(
        furthest="prior.revisionist",
        forces="force.north",
        cost="war.cost.north",
        face="audience.cost",
        stakes=("war.gain",),
        target_attacked=True,
    ),
    "occupation": _Shape(
        furthest="prior.stander",
        forces="force.occupier",
        cost="war.cost.coalition",
        face="face",
        stakes=("port.worth", "port.principle"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelCase:
    """A past crisis with its template, what of it was set there, and what was forecast of it.

    ``unconverged`` counts draws that missed the tolerance of the solver; they stay in ``model``.
    """

    crisis: PastCrisis
    template: str
    values: Mapping[str, Value]
    happened: bool
    prior: float
    logit: float
    model: float
    unconverged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Past crises forecast by their class, by the game of their template, and by both.

    ``weights`` holds the model's weight in the pool of each fold, ``left_out`` how many crises have the shape of no template,
    ``table`` all forecasts.
    """

    draws: int
    cases: tuple[PanelCase, ...]
    left_out: int
    weights: tuple[float, ...]
    table: ForecastTable
    differences: tuple[PairedDifference, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        """Whether the pool is better than the class prior, by both scores and over the whole of their intervals."""
        return judge_pool(
            item for item in self.differences if (item.first, item.second) == (POOL, PRIOR)
        )

    def of_template(self, template: str) -> ForecastTable:
        """Return the forecasts of one template's cases."""
        numbers = {str(case.crisis.number) for case in self.cases if case.template == template}
        return _select(
            self.table, [row for row, name in enumerate(self.table.ids) if name in numbers]
        )


# --- cases -----------------------------------------------------------------------------------------------------------


class _Record:
    """Past crises and actors, looked up."""

    def __init__(self, crises: Sequence[PastCrisis], actors: Sequence[CrisisActor]) -> None:
        self.crises = crises
        self.by_crisis = group_actors(actors)
        self.by_state: dict[int, list[CrisisActor]] = {}
        for actor in actors:
            self.by_state.setdefault(actor.actor, []).append(actor)

    def find_row(self, state: int, crisis: PastCrisis) -> CrisisActor | None:
        """Return what a state is in a crisis, else in the latest one that began for it before."""
        rows = self.by_state.get(state, ())
        here = [item for item in rows if item.crisis == crisis.number]
        before = [item for item in rows if item.began < crisis.began]
        return here[0] if here else max(before, key=lambda item: item.began, default=None)

    def find_target(self, crisis: PastCrisis) -> CrisisActor | None:
        """Return the greatest power among the first actors other than who set the crisis off."""
        first = find_first_actors(self.by_crisis.get(crisis.number, ()))
        others = [item for item in first if item.actor != crisis.triggered_by]
        return max(others, key=lambda item: item.power or 0, default=None)


def _find_template(crisis: PastCrisis, target: CrisisActor | None) -> str | None:
    state = find_state(crisis)
    if state is None or target is None:
        return None
    if crisis.trigger in _VIOLENT:
        return "occupation"
    if crisis.trigger not in _WITHOUT_VIOLENCE:
        return None
    great = target.power is not None and target.power >= _GREAT_POWER
    return "blockade" if state in MAJOR_POWERS and great else "coercion"


def _describe(
    crisis: PastCrisis, template: Crisis, shape: _Shape, record: _Record, class_mean: float
) -> dict[str, Value]:
    """Return what of a case is set in its template."""
    state, target = find_state(crisis), record.find_target(crisis)
    if state is None or target is None:
        return {}
    past = find_past(crisis, record.crises)
    own = [has_gone(item, VIOLENCE) for item in past if item.triggered_by == state]
    values: dict[str, Value] = {
        shape.furthest: (sum(own) + PSEUDO * class_mean) / (len(own) + PSEUDO)
    }
    row = record.find_row(state, crisis)
    if shape.forces and row is not None and row.power is not None and target.power is not None:
        low, high = _find_ratio(row.power - target.power)
        middle = float(ppf(template.quantities[shape.forces].distribution, 0.5))
        values[shape.forces] = (low * middle, high * middle)
    attacked = target if shape.target_attacked else row
    if attacked is not None and attacked.nuclear is not None:
        values[shape.cost] = _halve(template, shape.cost, upper=attacked.nuclear in NUCLEAR)
    if row is not None and row.regime is not None:
        values[shape.face] = _halve(template, shape.face, upper=row.regime == DEMOCRACY)
    first = {item.actor for item in find_first_actors(record.by_crisis.get(crisis.number, ()))}
    met = any(took_part(item, state, first, record.by_crisis) for item in past)
    for path in shape.stakes:
        values[path] = _halve(template, path, upper=met)
    return values


def _find_ratio(steps: int) -> tuple[float, float]:
    low, high = _RATIOS[min(abs(steps), max(_RATIOS))]
    return (low, high) if steps >= 0 else (1.0 / high, 1.0 / low)


def _halve(template: Crisis, path: str, *, upper: bool) -> tuple[float, float]:
    ends = (0.5, 0.95) if upper else (0.05, 0.5)
    low, high = ppf(template.quantities[path].distribution, ends)
    return float(low), float(high)


# --- running ---------------------------------------------------------------------------------------------------------


def run_panel(
    crises: Sequence[PastCrisis],
    actors: Sequence[CrisisActor],
    *,
    since: int,
    draws: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Panel:
    """Run past crises as templates, and pool what their games say with the class prior.

    Parameters
    ----------
    crises, actors
        From :func:`detente.crisis.past_crises.read_past_crises` and :func:`detente.crisis.past_crises.read_crisis_actors`.
    since
        First year that is forecast.
    draws, seed
        Of each game, as of :meth:`detente.engine.Engine.solve`; the same random numbers for every case.
    progress
        Called with the number of crises done and of all crises.

    Raises
    ------
    UsageError
        ``option-invalid`` if there are too few cases, or as of
        :func:`detente.analysis.reference_classes.forecast_past_crises`.

    References
    ----------
    Decision note 0101.
    """
    onsets = tabulate_onsets(crises, actors, violence=VIOLENCE)
    reference = forecast_past_crises(onsets, violence=VIOLENCE, since=since)
    known = {
        (name, who): float(prob)
        for name, who, prob in zip(
            reference.table.ids,
            reference.table.forecasters,
            reference.table.numbers[:, 0],
            strict=True,
        )
    }
    record = _Record(crises, actors)
    templates = {
        name: load_crisis(str(resources.files("detente.crisis").joinpath("templates", name)))
        for name in _SHAPES
    }
    cases = []
    for done, crisis in enumerate(reference.crises):
        if progress is not None:
            progress(done, len(reference.crises))
        name = _find_template(crisis, record.find_target(crisis))
        if name is None:
            continue
        number = str(crisis.number)
        prior = known[number, CLASS_MEANS]
        values = _describe(crisis, templates[name], _SHAPES[name], record, prior)
        solution = Engine(templates[name].set(values)).solve(draws=draws, seed=seed)
        cases.append(
            PanelCase(
                crisis=crisis,
                template=name,
                values=values,
                happened=has_gone(crisis, VIOLENCE),
                prior=prior,
                logit=known[number, LOGIT],
                model=solution["attack"].mean,
                unconverged=solution.unconverged,
            )
        )
    if progress is not None:
        progress(len(reference.crises), len(reference.crises))
    return weigh_panel(cases, left_out=len(reference.crises) - len(cases), draws=draws)


def weigh_panel(cases: Sequence[PanelCase], *, left_out: int, draws: int) -> Panel:
    """Pool the forecasts of cases in order of time, with weights by cross-validation, and compare them.

    Raises
    ------
    UsageError
        ``option-invalid`` if there are too few cases, or all or none of them went as far.
    """
    happened = np.array([case.happened for case in cases], dtype=bool)
    if len(cases) < _FEWEST or not FOLDS < happened.sum() < happened.size - FOLDS:
        message = (
            f"{len(cases)} cases, {happened.sum()} of which went as far, are too few for a panel"
        )
        refuse(message, code="option-invalid", at="--since", fix="choose an earlier year: --since")
    prior = np.array([case.prior for case in cases])
    model = np.array([case.model for case in cases])
    pooled, weights = np.zeros(prior.size), []
    odds = np.column_stack([_log_odds(prior), _log_odds(model)])
    refitted = {BOTH_REFITTED: np.zeros(prior.size), PRIOR_REFITTED: np.zeros(prior.size)}
    for fold in range(FOLDS):
        left = np.arange(prior.size) % FOLDS == fold
        weight = choose_weight(prior[~left], model[~left], happened[~left])
        weights.append(weight)
        pooled[left] = pool(prior[left], model[left], weight)
        for name, columns in ((BOTH_REFITTED, odds), (PRIOR_REFITTED, odds[:, :1])):
            _, refitted[name][left] = forecast_by_logit(
                columns[~left],
                happened[~left],
                columns[left],
                scaled=np.ones(columns.shape[1], dtype=bool),
                penalties=PENALTIES,
            )
    probs = {
        POOL: pooled,
        PRIOR: prior,
        MODEL: model,
        LOGIT: np.array([case.logit for case in cases]),
        **refitted,
    }
    table = _tabulate(cases, probs, happened)
    return Panel(
        draws=draws,
        cases=tuple(cases),
        left_out=left_out,
        weights=tuple(weights),
        table=table,
        differences=tuple(
            item for item in compare_forecasters(table) if (item.first, item.second) in PAIRS
        ),
    )


def pool(prior: FloatArray, model: FloatArray, weight: float) -> FloatArray:
    r"""Pool two forecasts of the same events by their log-odds.

    .. math:: \operatorname{logit} p = (1 - w) \operatorname{logit} p_0 + w \operatorname{logit} p_1

    Parameters
    ----------
    prior, model
        Probabilities, shape ``(n,)``, neither 0 nor 1.
    weight
        ``w``, that of ``model``, from 0 to 1.

    References
    ----------
    :cite:p:`genest1986`, the logarithmic pool of two experts on a single event.

    Examples
    --------
    >>> pool(np.array([0.5]), np.array([0.9]), 0.5)
    array([0.75])
    """
    # by how much the odds change: without a weight, or where both agree, the prior comes back bit for bit
    ratio = np.exp(weight * (_log_odds(model) - _log_odds(prior)))
    return np.asarray(prior * ratio / (prior * ratio + (1.0 - prior)))


def choose_weight(prior: FloatArray, model: FloatArray, happened: BoolArray) -> float:
    """Return the weight of the model with the least log loss, in steps of 0.05; the smallest of several."""
    losses = {
        weight: float(log_scores(pool(prior, model, weight), happened).sum()) for weight in WEIGHTS
    }
    return min(losses, key=lambda weight: losses[weight])


def _log_odds(prob: FloatArray) -> FloatArray:
    return np.asarray(np.log(prob) - np.log1p(-prob))


def _tabulate(
    cases: Sequence[PanelCase], probs: Mapping[str, FloatArray], happened: BoolArray
) -> ForecastTable:
    ids = tuple(str(case.crisis.number) for case in cases)
    return ForecastTable(
        kind="probability",
        ids=ids * len(probs),
        days=("",) * (len(ids) * len(probs)),
        forecasters=tuple(name for name in probs for _ in ids),
        numbers=np.concatenate(list(probs.values()))[:, None],
        levels=np.zeros(0),
        values=np.tile(happened.astype(float), len(probs)),
    )


def _select(table: ForecastTable, rows: Iterable[int]) -> ForecastTable:
    kept: IntArray = np.array(list(rows), dtype=np.intp)
    return ForecastTable(
        kind=table.kind,
        ids=tuple(table.ids[row] for row in kept),
        days=tuple(table.days[row] for row in kept),
        forecasters=tuple(table.forecasters[row] for row in kept),
        numbers=table.numbers[kept],
        levels=table.levels,
        values=table.values[kept],
    )

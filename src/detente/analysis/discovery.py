r"""Where something holds: boxes of inputs found by PRIM, on any table of cases.

PRIM, the patient rule induction method (:cite:p:`friedman1999`), peels thin slices off a box of inputs until most cases
left in it are cases of interest. Scenario discovery (:cite:p:`bryant2010`) reads the result as a sentence: "deterrence fails
when ...". Of each box on the way, *coverage* is the share of all cases of interest that it holds, *density* the share of
its cases that are of interest; one falls as the other rises, and the reader chooses.

The steps follow the Exploratory Modeling Workbench (:cite:p:`kwakkel2017`), so that trajectories agree with it: limits midway
between cases, integers and categories peeled in their own way, objectives that pay for thin slices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrc

from detente.analysis._columns import InputColumn, numeric_column, split_columns
from detente.analysis._peeling import Bounds, Objective, Peeler
from detente.arrays import BoolArray, FloatArray
from detente.errors import refuse

__all__ = [
    "Box",
    "BoxSearch",
    "Limit",
    "Objective",
    "find_box",
    "find_boxes",
    "limits_hold",
    "read_outcome",
]

_OBJECTIVES: Mapping[str, Objective] = {
    "lenient": "lenient",
    "lenient1": "lenient",
    "lenient2": "lenient2",
    "original": "original",
}


class Limit(NamedTuple):
    """What a box asks of one input: an interval, ends included, or a set of categories.

    ``p_low`` and ``p_high`` are the quasi-p-values of the ends, ``p_low`` that of the set: how likely a density as high as
    that of the box would be by chance, were the end not there (a one-sided binomial test, :cite:p:`bryant2010`). They are
    NaN where there is no end.
    """

    name: str
    low: float
    high: float
    categories: tuple[str, ...] = ()
    p_low: float = float("nan")
    p_high: float = float("nan")
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box on a trajectory.

    ``limits`` are those of restricted inputs only, in the order of the inputs. ``n_cases`` counts the cases inside,
    ``n_interest`` those of interest among them; ``mean`` is that of the outcome. ``phase`` says how it came about.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mean: float
    mass: float
    n_cases: int
    n_interest: int
    phase: Literal["start", "peel", "paste", "choice"]


@dataclass(frozen=True, kw_only=True)
class BoxSearch:
    """A trajectory of boxes, from all cases to the smallest box, and what it was found in.

    ``cases`` marks the cases searched, shape ``(n_cases,)``: all, or those outside of earlier boxes.
    """

    columns: tuple[InputColumn, ...]
    outcome: FloatArray
    interest: BoolArray
    cases: BoolArray
    bounds: tuple[Bounds, ...]
    phases: tuple[Literal["start", "peel", "paste"], ...]

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Every box of the trajectory, with quasi-p-values."""
        return tuple(
            _describe(self, bounds, phase)
            for bounds, phase in zip(self.bounds, self.phases, strict=True)
        )

    @property
    def last(self) -> Box:
        """The smallest box after pasting: the densest."""
        return self.boxes[-1]

    @property
    def balanced(self) -> Box:
        """The box that holds most cases of interest beyond its fair share; the first of these, if tied.

        That is the largest mass times (density less the density of all cases searched), a compromise between coverage and
        density that chooses a telling box whether cases of interest are rare or common (the weighted relative accuracy of
        subgroup discovery). It leans to coverage: a briefing, which shows one box to all readers, takes it.
        """
        overall = self.boxes[0].density
        return max(self.boxes, key=lambda box: box.mass * (box.density - overall))

    @property
    def bend(self) -> Box:
        """The box with the largest :meth:`worth`, where coverage begins to cost more than density gains; the first, if tied.

        It is our default for a reader who may look at others too, not part of PRIM.
        """
        return max(self.boxes, key=self.worth)

    def worth(self, box: Box) -> float:
        r"""Return coverage times the share of the way that density has come from all cases to cases of interest alone.

        .. math:: c \, (d - d_0) / (1 - d_0)

        With coverage :math:`c`, density :math:`d` and the density :math:`d_0` of all cases searched. In the plane of coverage
        and density, in which :cite:p:`bryant2010` draw the trajectory, it is the area between the box and the corner of no
        coverage and no gain: the box at the bend of the trajectory has most. Zero where all cases are of interest.
        """
        overall = self.boxes[0].density
        gain = (box.density - overall) / (1.0 - overall) if overall < 1.0 else 0.0
        return box.coverage * gain

    def second_choice(self, *, apart: float = 0.1) -> Box | None:
        """Return the box with the largest worth among those that trade otherwise than the one at the bend; None if none does.

        Parameters
        ----------
        apart
            By so much its coverage must differ from that of the box at the bend; denser boxes are looked at first.
        """
        first = self.bend
        denser = [
            box
            for box in self.boxes
            if box.coverage <= first.coverage - apart and box.density > first.density
        ]
        wider = [box for box in self.boxes if box.coverage >= first.coverage + apart and box.limits]
        return max(denser or wider, key=self.worth, default=None)

    def simplify(self, box: Box, *, level: float = 0.05) -> Box:
        """Drop limits that chance could have made, the least telling first, until all left are below ``level``.

        Dropping a limit only widens the box; coverage rises, density may fall.
        """
        while True:
            worst = max(
                (
                    (value, number, end)
                    for number, limit in enumerate(box.limits)
                    for end, value in enumerate((limit.p_low, limit.p_high))
                    if value > level
                ),
                default=None,
            )
            if worst is None:
                return box
            box = _describe(self, self._without(box, worst[1], worst[2]), "choice")

    def inside(self, box: Box) -> BoolArray:
        """Mark the cases searched that lie in a box, shape ``(n_cases,)``."""
        return limits_hold(self.columns, box.limits) & self.cases

    def _without(self, box: Box, number: int, end: int) -> Bounds:
        start, numeric, named = self.bounds[0], 0, 0
        ends, left = start.ends.copy(), list(start.left)
        limits = {limit.name: (place, limit) for place, limit in enumerate(box.limits)}
        for column in self.columns:
            place, limit = limits.get(column.name, (-1, None))
            if column.labels:
                if limit is not None and place != number:
                    left[named] = frozenset(map(column.labels.index, limit.categories))
                named += 1
                continue
            if limit is not None:
                for side, value in enumerate((limit.low, limit.high)):
                    if place != number or side != end:
                        ends[side, numeric] = value
            numeric += 1
        return Bounds(ends=ends, left=tuple(left))


def find_box(
    inputs: Mapping[str, ArrayLike],
    outcome: ArrayLike,
    *,
    threshold: float | None = None,
    below: bool = False,
    peel_alpha: float = 0.05,
    paste_alpha: float = 0.05,
    mass_min: float = 0.05,
    objective: Objective = "lenient",
    paste: bool = True,
    cases: ArrayLike | None = None,
) -> BoxSearch:
    r"""Peel and paste one box: PRIM on a table of cases.

    Parameters
    ----------
    inputs
        Inputs by name, each of shape ``(n_cases,)``. Floats and integers are cut at values; text, booleans and anything
        else are categories, taken out one at a time. An input with a single value, or with none, is left out.
    outcome
        Whether each case is of interest, shape ``(n_cases,)``; or a number, with ``threshold``.
    threshold
        Cases of interest are those with an outcome of at least this. Without it the outcome must be 0 or 1.
    below
        Cases of interest have an outcome of at most the threshold instead.
    peel_alpha, paste_alpha
        Share of the box peeled off, and of the cases beyond an end pasted on, in a step.
    mass_min
        The smallest box, as a share of all cases.
    objective
        What a step maximises, with :math:`\bar y` the share of cases of interest and :math:`n` the number of cases before
        (0) and after (1): ``lenient`` :math:`(\bar y_1 - \bar y_0) / |n_1 - n_0|`, ``lenient2`` that times :math:`n_1`,
        ``original`` :math:`\bar y_1`. ``lenient1``, the workbench's name of the first, is taken too.
    paste
        Whether to paste after peeling.
    cases
        Mask of the cases to search in; all by default. Coverage and mass still count all cases.

    Returns
    -------
    BoxSearch
        The trajectory; the first box holds all cases.

    Raises
    ------
    UsageError
        ``option-invalid`` for shares outside 0 to 1, lengths that differ, outcomes that are not 0 or 1 without a
        threshold, or no case of interest; ``value-not-finite`` for a number that is missing.

    References
    ----------
    :cite:p:`friedman1999` (peeling and pasting), :cite:p:`bryant2010` (coverage, density, quasi-p-values),
    :cite:p:`kwakkel2017` (steps for mixed data; the objective ``lenient`` is its default).

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 101)
    >>> found = find_box({"x": x}, x > 0.8)
    >>> box = found.balanced
    >>> round(box.limits[0].low, 2), box.coverage, round(box.density, 2)
    (0.8, 1.0, 0.95)
    """
    _check_share("peel_alpha", peel_alpha)
    _check_share("paste_alpha", paste_alpha)
    _check_share("mass_min", mass_min)
    chosen = _OBJECTIVES.get(str(objective).lower())
    if chosen is None:
        refuse(
            f"there is no objective {objective!r}",
            code="option-invalid",
            at="objective",
            fix="use lenient, lenient2 or original",
        )
    values, interest = read_outcome(outcome, threshold=threshold, below=below)
    columns = split_columns(inputs, values.size)
    searched = np.ones(values.size, dtype=np.bool_)
    if cases is not None:
        searched = np.asarray(cases, dtype=np.bool_).reshape(-1)
        if searched.size != values.size or not searched.any():
            refuse(
                f"the mask of cases marks {int(searched.sum())} of {searched.size} entries for {values.size} cases",
                code="option-invalid",
                at="cases",
                fix="give one entry for each case, true for one at least",
            )
    score = interest.astype(np.float64)
    peeler = Peeler(columns, score, searched, chosen, peel_alpha, paste_alpha, mass_min)
    bounds: list[Bounds] = [peeler.bounds]
    phases: list[Literal["start", "peel", "paste"]] = ["start"]
    while peeler.peel():
        bounds.append(peeler.bounds)
        phases.append("peel")
    while paste and peeler.paste():
        bounds.append(peeler.bounds)
        phases.append("paste")
    return BoxSearch(
        columns=columns,
        outcome=values,
        interest=interest,
        cases=searched,
        bounds=tuple(bounds),
        phases=tuple(phases),
    )


def find_boxes(
    inputs: Mapping[str, ArrayLike],
    outcome: ArrayLike,
    *,
    threshold: float | None = None,
    below: bool = False,
    most: int = 4,
    density_min: float = 0.5,
    peel_alpha: float = 0.05,
    paste_alpha: float = 0.05,
    mass_min: float = 0.05,
    objective: Objective = "lenient",
) -> tuple[tuple[BoxSearch, Box], ...]:
    """Find box after box, each among the cases outside of those before: several sentences for one question.

    Parameters
    ----------
    inputs, outcome, threshold, below, peel_alpha, paste_alpha, mass_min, objective
        As of :func:`find_box`.
    most
        How many boxes at most.
    density_min
        The search ends with the first box of a lower density.

    Returns
    -------
    tuple of (BoxSearch, Box)
        Each search with the box at its bend, limits of chance dropped; coverages add up.
    """
    found: list[tuple[BoxSearch, Box]] = []
    rest: BoolArray | None = None
    while len(found) < most and (rest is None or rest.any()):
        search = find_box(
            inputs,
            outcome,
            threshold=threshold,
            below=below,
            peel_alpha=peel_alpha,
            paste_alpha=paste_alpha,
            mass_min=mass_min,
            objective=objective,
            cases=rest,
        )
        box = search.simplify(search.bend)
        if not box.limits or box.density < density_min:
            break
        found.append((search, box))
        rest = search.cases & ~search.inside(box)
    return tuple(found)


def read_outcome(
    outcome: ArrayLike, *, threshold: float | None, below: bool
) -> tuple[FloatArray, BoolArray]:
    """Return the outcome as numbers and the mask of the cases of interest, each of shape ``(n_cases,)``."""
    values = numeric_column("outcome", outcome)
    if values.size == 0:
        refuse(
            "there are no cases",
            code="option-invalid",
            at="outcome",
            fix="give one entry for each case",
        )
    if threshold is None:
        odd = (values != 0.0) & (values != 1.0)
        if odd.any():
            refuse(
                f"the outcome holds {values[odd][0]:g}, which is neither 0 nor 1",
                code="option-invalid",
                at="outcome",
                fix="say from which value on a case is of interest, with a threshold",
            )
        interest = values == 1.0
    else:
        interest = values <= threshold if below else values >= threshold
    if not interest.any():
        refuse(
            f"none of {values.size} cases is of interest",
            code="option-invalid",
            at="threshold",
            fix=f"choose a threshold between {values.min():g} and {values.max():g}",
        )
    return values, interest


def limits_hold(columns: tuple[InputColumn, ...], limits: tuple[Limit, ...]) -> BoolArray:
    """Mark the cases for which all limits hold, shape ``(n_cases,)``."""
    inside = np.ones(columns[0].values.size, dtype=np.bool_)
    known = {column.name: column for column in columns}
    for limit in limits:
        column = known[limit.name]
        if column.labels:
            codes = [column.labels.index(label) for label in limit.categories]
            inside &= np.isin(column.values, codes)
        else:
            inside &= (column.values >= limit.low) & (column.values <= limit.high)
    return inside


def _check_share(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        refuse(
            f"{name} is {value}",
            code="option-invalid",
            at=name,
            fix="use a share between 0 and 1, for instance 0.05",
        )


# --- describing a box ------------------------------------------------------------------------------------------------


def _describe(
    search: BoxSearch, bounds: Bounds, phase: Literal["start", "peel", "paste", "choice"]
) -> Box:
    """Count a box and test each of its limits."""
    numeric = named = 0
    start = search.bounds[0]
    tests: list[tuple[int, int, BoolArray]] = []  # limit, end, cases that violate it
    limits: list[Limit] = []
    for column in search.columns:
        if column.labels:
            left = bounds.left[named]
            if left != start.left[named]:
                tests.append((len(limits), 0, ~np.isin(column.values, sorted(left))))
                kept = tuple(column.labels[code] for code in sorted(left))
                limits.append(Limit(column.name, float("nan"), float("nan"), kept))
            named += 1
            continue
        low, high = (float(end) for end in bounds.ends[:, numeric])
        opened = (low == start.ends[0, numeric], high == start.ends[1, numeric])
        if not all(opened):
            if not opened[0]:
                tests.append((len(limits), 0, column.values < low))
            if not opened[1]:
                tests.append((len(limits), 1, column.values > high))
            limits.append(
                Limit(column.name, low, high, low_open=bool(opened[0]), high_open=bool(opened[1]))
            )
        numeric += 1
    broken = np.zeros(search.outcome.size, dtype=np.intp)
    for _, _, violated in tests:
        broken += violated
    inside = (broken == 0) & search.cases
    n_inside, k_inside = int(inside.sum()), int(search.interest[inside].sum())
    for number, end, violated in tests:
        wider = (broken - violated == 0) & search.cases
        share = float(search.interest[wider].mean())
        p_value = float(bdtrc(k_inside - 1, n_inside, share)) if k_inside else 1.0
        limits[number] = (
            limits[number]._replace(p_high=p_value)
            if end
            else limits[number]._replace(p_low=p_value)
        )
    return Box(
        limits=tuple(limits),
        coverage=k_inside / int(search.interest.sum()),
        density=k_inside / max(n_inside, 1),
        mean=float(search.outcome[inside].mean()) if n_inside else float("nan"),
        mass=n_inside / search.outcome.size,
        n_cases=n_inside,
        n_interest=k_inside,
        phase=phase,
    )

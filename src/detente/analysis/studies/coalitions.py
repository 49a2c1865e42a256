"""Coalitions: every package of measures, who joins it, what each measure adds and the pivot, on the draws of a run.

A run stores who joins the packages that play can reach. Here the mechanisms of the crisis are evaluated again on the same
draws, and every set of measures is solved: no game, and nothing that the file does not say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.analysis.measures import marginals
from detente.analysis.records import Coalition, CoalitionStudy, CutOff, Winning
from detente.analysis.studies._study import Study, binding
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Binding, ByState, Mechanism, OutputOf, Product, Sum
from detente.linking import Situated, evaluate_mechanisms
from detente.models import find_model
from detente.models.alliance import (
    MOST_MEASURES,
    RULES,
    Alliance,
    Pivot,
    adoption_prob,
    find_pivots,
    package_strength,
    solve_packages,
    strongest_packages,
    take_votes,
)
from detente.runs.run import Run

__all__ = ["CASES", "LEVELS", "STUDY", "TRIED", "Lattice", "solve_coalitions"]

JOINING, MEASURE, ADOPTION = "alliance.joining", "alliance.measure", "alliance.adoption"

CASES = 128
"""Draws of the run on which every package is solved: the first of them, enough for a mean and a 5-95% range."""
LEVELS = (0.5, 0.8, 0.95)
"""Least chances for which the strongest package is kept."""
TRIED = 6
"""Members whose winning is tried: the least willing of the deciding body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """All packages of one joining mechanism at one state, solved: what was announced, and what could be asked for.

    ``M`` members, ``K`` measures, ``P = 2 ** K`` packages, ``D`` draws. ``join`` has shape ``(M, P, D)``, ``chance``
    ``(P, D)`` by rule, ``strength`` ``(P,)`` (mean over draws), ``burden`` ``(M, P, D)``. ``announced`` is the package
    that the state names, ``rule`` the rule of the body that decides it. ``multiple`` is the share of packages and draws
    with more than one answer. ``state`` holds what the reader named and, where the severity of the act depends on the
    state, what makes it worst.
    """

    mechanism: str
    state: Mapping[str, str]
    members: tuple[str, ...]
    measures: tuple[str, ...]
    rule: str
    announced: int
    alliance: Alliance
    burden: FloatArray
    join: FloatArray
    chance: Mapping[str, FloatArray]
    strength: FloatArray
    multiple: float
    gas_part: FloatArray
    cut_off: CutOff | None

    @property
    def full(self) -> int:
        """The package of all measures."""
        return len(self.strength) - 1

    def chain(self) -> tuple[int, ...]:
        """Return packages from one measure to all, each adding the measure that keeps the chance of adoption highest."""
        means = self.chance[self.rule].mean(axis=1)
        package, found = 0, []
        for _ in range(self.full.bit_count()):
            free = [1 << k for k in range(self.full.bit_length()) if not package >> k & 1]
            package |= max(free, key=lambda bit: means[package | bit])
            found.append(package)
        return tuple(found)

    def strongest(self, levels: Sequence[float] = LEVELS) -> Mapping[float, int]:
        """Find the strongest package that is adopted with at least some chance over all draws."""
        return strongest_packages(self.chance[self.rule].mean(axis=1), self.strength, levels=levels)

    def pivots(self, package: int, *, most: int | None = None) -> tuple[Pivot, ...]:
        """Members by how much winning them would raise the chance of a package; ``most`` tries the least willing alone."""
        tried = None
        if most is not None:
            sits = np.broadcast_to(np.asarray(self.alliance.votes), (len(self.members),))
            ranked = np.argsort(self.join[:, package].mean(axis=1), kind="stable")
            tried = [int(member) for member in ranked if sits[member]][:most]
        return find_pivots(self.alliance, self.burden[:, package], rule=self.rule, members=tried)

    def with_gas_made_good(self, package: int, member: int) -> FloatArray:
        """Compute the joining probability of a member whose whole loss of gas the others make good, shape ``(D,)``."""
        burden = self.burden[:, package].copy()
        burden[member] -= self.gas_part[member, package]
        solved = solve_packages(self.alliance, np.maximum(burden, 0.0)[None], packages=[1])
        return np.asarray(solved.prob[member, 0])

    def record(self) -> Coalition:
        """Return what a run keeps of it."""
        models = (
            JOINING,
            *([MEASURE] if self.measures else []),
            *([ADOPTION] if self.rule == "consensus" else []),
        )
        return Coalition(
            mechanism=self.mechanism,
            state=self.state,
            members=self.members,
            measures=self.measures,
            rule=self.rule,
            announced=self.announced,
            models=models,
            references=tuple(
                model.reference for model in map(find_model, models) if model is not None
            ),
            join=self.join,
            chance=self.chance,
            strength=self.strength,
            multiple=self.multiple,
            chain=self.chain(),
            adds=marginals(self.chance[self.rule]) if self.measures else (),
            strongest=tuple(self.strongest().items()),
            winning=tuple(self._win(pivot) for pivot in self.pivots(self.full, most=TRIED)),
            cut_off=self.cut_off,
        )

    def _win(self, pivot: Pivot) -> Winning:
        member, package = pivot.member, self.full
        lost = self.gas_part[member, package].any()
        return Winning(
            member=member,
            chance=pivot.chance,
            made_good=self.with_gas_made_good(package, member) if lost else None,
        )


def solve_coalitions(
    crisis: Crisis,
    values: Mapping[str, FloatArray],
    *,
    state: Mapping[str, str] | None = None,
) -> tuple[Lattice, ...]:
    """Solve every package of every joining mechanism of a crisis.

    Parameters
    ----------
    crisis
        The crisis, with its overrides.
    values
        Draws of each quantity by path, shape ``(D,)``: :meth:`detente.runs.Run.cases` gives those of a run,
        :func:`detente.engine.draw_quantities` others.
    state
        Values of state variables; initial where not named.

    Returns
    -------
    tuple[Lattice, ...]
        In file order; empty where the crisis binds no joining mechanism. A mechanism that reads no measures, or more
        than a lattice can hold, has one package: its own.
    """
    return tuple(
        _solve(crisis, mechanism, values, state or {})
        for mechanism in crisis.mechanisms.values()
        if mechanism.model == JOINING
    )


def _study(crisis: Crisis, results: Run) -> CoalitionStudy:
    base = crisis.policies.get(results.policy_ids[0])
    found = solve_coalitions(
        crisis, results.cases(CASES), state=base.state if base is not None else None
    )
    return CoalitionStudy(coalitions=tuple(item.record() for item in found))


STUDY = Study(name="coalitions", is_about=binding(JOINING), record=CoalitionStudy, compute=_study)


def _solve(
    crisis: Crisis, mechanism: Mechanism, values: Mapping[str, FloatArray], state: Mapping[str, str]
) -> Lattice:
    measures = _measures(crisis, mechanism)
    adoption = _adoption(crisis, mechanism)
    names = [mechanism.id, *measures, *([adoption.id] if adoption else [])]
    worst = _raise_input(crisis, [mechanism.id], "severity", values, state)
    state = {**state, **dict([worst] if worst else [])}
    cut = _raise_input(crisis, [*measures, mechanism.id], "cut_risk", values, state)
    states = [state, *([{**state, cut[0]: cut[1]}] if cut else [])]
    found = evaluate_mechanisms(crisis, names, values=values, states=states)
    joining = found[mechanism.id]
    alliance = _alliance(joining, found[adoption.id] if adoption else None)
    cost = _costs(joining, [found[name] for name in measures], at=0)
    solved = solve_packages(alliance, cost)
    burden = _burdens(cost)
    rule = "consensus" if adoption else "willing"
    chance = {
        name: adoption_prob(name, take_votes(alliance, solved.prob, burden)) for name in RULES
    }
    after = None
    if cut:
        changed = _costs(joining, [found[name] for name in measures], at=1)
        after = CutOff(variable=cut[0], value=cut[1], join=solve_packages(alliance, changed).prob)
    strengths = [_given(found[name], MEASURE, "strength")[0].mean() for name in measures]
    return Lattice(
        mechanism=mechanism.id,
        state=state,
        members=mechanism.members,
        measures=measures,
        rule=rule,
        announced=_announced(mechanism, measures, crisis, state),
        alliance=alliance,
        burden=burden,
        join=solved.prob,
        chance=chance,
        strength=package_strength(strengths or [1.0]),
        multiple=float(solved.multiple.mean()),
        gas_part=_burdens(_gas_parts(joining, [found[name] for name in measures])),
        cut_off=after,
    )


def _measures(crisis: Crisis, mechanism: Mechanism) -> tuple[str, ...]:
    """Measures of the mechanism's members, announced or not, in file order; none if its cost reads none or they are too many."""
    read = _outputs_read(mechanism.inputs.get("measure_cost"))
    names = tuple(
        item.id
        for item in crisis.mechanisms.values()
        if item.model == MEASURE and item.members == mechanism.members
    )
    return names if read & {*names} and len(names) <= MOST_MEASURES else ()


def _adoption(crisis: Crisis, mechanism: Mechanism) -> Mechanism | None:
    """Find the mechanism that turns this one's joining into a decision, if the crisis binds one over the same members."""
    for item in crisis.mechanisms.values():
        if item.model == ADOPTION and item.members == mechanism.members:
            read = _outputs_read(item.inputs.get("joining_prob"))
            if mechanism.id in read:
                return item
    return None


def _outputs_read(binding: Binding | None) -> frozenset[str]:
    if isinstance(binding, OutputOf):
        return frozenset({binding.mechanism})
    parts: tuple[Binding, ...] = ()
    if isinstance(binding, ByState):
        parts = tuple(binding.cases.values())
    elif isinstance(binding, Sum):
        parts = binding.terms
    elif isinstance(binding, Product):
        parts = binding.factors
    return frozenset(name for part in parts for name in _outputs_read(part))


def _announced(
    mechanism: Mechanism, measures: Sequence[str], crisis: Crisis, state: Mapping[str, str]
) -> int:
    """Bits of the measures that the cost reads at a state; all where it reads no measures."""
    if not measures:
        return 1
    binding = mechanism.inputs["measure_cost"]
    while isinstance(binding, ByState):
        initial = crisis.state[binding.variable].initial if binding.variable in crisis.state else ""
        value = state.get(binding.variable, initial)
        if value not in binding.cases:
            break
        binding = binding.cases[value]
    read = _outputs_read(binding)
    return sum(1 << k for k, name in enumerate(measures) if name in read)


def _given(item: Situated, model: str, name: str) -> FloatArray:
    """Return an input at the states, the model's default where the crisis binds none."""
    if name in item.inputs:
        return item.inputs[name]
    known = find_model(model)
    declared = known.find_input(name) if known else None
    default = declared.default if declared and declared.default is not None else 0.0
    return np.full((1, 1) if not (declared and declared.per_member) else (1, 1, 1), default)


def _first(array: FloatArray) -> FloatArray:
    """Return the first state of an input, without the axis of states."""
    return np.asarray(array[..., 0, :])


def _alliance(joining: Situated, adopted: Situated | None) -> Alliance:
    fixed = _first(_given(joining, JOINING, "package_strength")) * _first(
        _given(joining, JOINING, "w_reluctance")
    ) - _first(_given(joining, JOINING, "w_payment")) * _first(
        _given(joining, JOINING, "payment_pct_gdp")
    )
    worth = _first(joining.outputs["worth"])
    votes: ArrayLike = True
    people: ArrayLike = 1.0
    stake: ArrayLike = 0.0
    price: ArrayLike = 3.0
    if adopted is not None:
        shape = worth.shape
        votes = np.broadcast_to(_first(_given(adopted, ADOPTION, "votes")), shape)[:, 0] > 0.5
        people = np.broadcast_to(_first(_given(adopted, ADOPTION, "people")), shape)[:, 0]
        price = _first(_given(adopted, ADOPTION, "veto_price"))
        stake = _spill(adopted, joining)
    return Alliance(
        worth=worth,
        weight=_first(_given(joining, JOINING, "weight")),
        rationality=_first(_given(joining, JOINING, "rationality")),
        fixed_cost=np.broadcast_to(fixed, worth.shape),
        social=_first(_given(joining, JOINING, "w_social")),
        burden_sharing=_first(_given(joining, JOINING, "burden_sharing")),
        free_riding=_first(_given(joining, JOINING, "free_riding")),
        votes=votes,
        people=people,
        stake=stake,
        veto_price=price,
    )


def _spill(adopted: Situated, joining: Situated) -> FloatArray:
    """Compute what a unit of a package's cost is to a member that stays out: its stake at this state over its cost."""
    stake = _first(_given(adopted, ADOPTION, "stake"))
    cost = _first(joining.outputs["cost"])
    ratio = np.divide(-stake, cost, out=np.zeros(cost.shape), where=cost > 0.0)
    return np.asarray(np.maximum(ratio, 0.0))


def _costs(joining: Situated, measures: Sequence[Situated], *, at: int) -> FloatArray:
    """Cost of each measure at a state, shape ``(K, M, D)``; the whole burden where there are no measures."""
    if measures:
        return np.stack([item.outputs["cost"][:, at] for item in measures])
    fixed = _given(joining, JOINING, "package_strength") * _given(joining, JOINING, "w_reluctance")
    paid = _given(joining, JOINING, "w_payment") * _given(joining, JOINING, "payment_pct_gdp")
    burden = joining.outputs["cost"] - fixed + paid
    return np.maximum(burden[None, :, at], 0.0)


def _gas_parts(joining: Situated, measures: Sequence[Situated]) -> FloatArray:
    """Part of each measure's cost that is the loss of gas, shape ``(K, M, D)``."""
    parts = []
    for item, model in ((one, MEASURE) for one in measures) if measures else ((joining, JOINING),):
        hit = "gas_hit" if model == MEASURE else "package_strength"
        part = _given(item, model, "dependence") * (1.0 - _given(item, model, "gas_relief"))
        for name in ("w_dependence", "cut_risk", hit):
            part = part * _given(item, model, name)
        if model == JOINING:
            part = part * (1.0 - _given(item, model, "side_payment"))
        full = (len(joining.members), 1, joining.outputs["cost"].shape[-1])
        parts.append(np.broadcast_to(part[..., :1, :], full)[:, 0])
    return np.stack(parts)


def _burdens(cost: FloatArray) -> FloatArray:
    """Sum over the measures of each package, shape ``(M, P, D)``."""
    return np.moveaxis(package_strength(cost), 0, 1)


def _raise_input(
    crisis: Crisis,
    names: Sequence[str],
    which: str,
    values: Mapping[str, FloatArray],
    state: Mapping[str, str],
) -> tuple[str, str] | None:
    """Find the state variable and the value at which an input is highest, if it depends on the state and can rise."""
    for name in names:
        binding = crisis.mechanisms[name].inputs.get(which)
        if not isinstance(binding, ByState) or binding.variable not in crisis.state:
            continue
        variable = crisis.state[binding.variable]
        states = [{**state, variable.id: value} for value in variable.values]
        found = evaluate_mechanisms(crisis, [name], values=values, states=states)[name]
        level = found.inputs[which].mean(axis=1)
        here = variable.values.index(state.get(variable.id, variable.initial))
        worst = int(level.argmax())
        if level[worst] > level[here]:
            return variable.id, variable.values[worst]
    return None

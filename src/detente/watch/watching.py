r"""Event-by-event updating: what is believed, and what follows, on each day of a crisis that is under way.

The equilibrium of the game gives every complete history of play a probability. What is observed makes histories more or
less likely, by Bayes' rule: a report that an instrument was used, right with probability :math:`w`, multiplies a history by
:math:`w` if the instrument is used in it in that round and by :math:`1 - w` if not; evidence on a type multiplies it by the
type's relative likelihood; and that nothing was reported of an instrument whose use is reported with probability
:math:`\rho` by the end of its round multiplies a history that has it by :math:`1 - \rho F(f)`, where :math:`f` is the part of
the round that has passed and :math:`F(f) = f^k` the part of the move's chance that was expected by then, with the exponent
that the crisis gives for its phase (decision note 0082); a round's first possible day is the one after the cut-off, since what was so on the day of the
cut-off is the start of the game. Without events that day so has the figures of a run. Outcomes, types and next moves are sums over histories. Since players choose every open move with
some probability, the strategies after any public history are those of the equilibrium, so nothing need be solved again
(:cite:p:`mckelvey1998`). Only what comes from outside the game makes a new root: an event that sets a variable starts the
game anew in the current round, in the state where the world now stands, with the beliefs of that day as priors; and so does
the report of a move that the commitment rules out, from which on nobody is committed (decision note 0081).
The weights of reports are our own convention (decision note 0040).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import (
    Constant,
    Distribution,
    EventRule,
    Indicator,
    Policy,
    QuantityOf,
)
from detente.crisis.quantities import ppf
from detente.engine import Draws, Engine
from detente.engine.roots import Root, Solved
from detente.engine.streams import keyed_uniforms
from detente.engine.usual import DRAWS, SEED
from detente.errors import UsageError
from detente.rules.policies import FREE, base_policy, find_policy, rules_out, start_state
from detente.summaries import html_fields, text_fields
from detente.watch.events import EventReading
from detente.watch.weighing import Likelihood, Report, Weighed
from detente.watch.world import World

__all__ = ["Belief", "Day", "EventEffect", "Signal", "Watch", "watched_policy"]


PUBLIC = "public"
"""The observer who sees what everybody sees."""
N_SIGNALS = 5
"""Next observations that a day names."""
_MOST_ROOT_BYTES = 2**28
"""How much is kept of solved games of a round, for a state that comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What an observer believes: probability that ``player`` is of type ``kind``, mean and 5-95% range over draws."""

    observer: str
    player: str
    kind: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEffect:
    """What an event did to the mean probability of each outcome, of an attack, and of each type (``player.type``)."""

    reading: EventReading
    attack: float
    outcomes: Mapping[str, float]
    types: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A possible next observation: its probability, what it would do to the probability of an attack, its information.

    It is the use of an ``instrument``, or an ``indicator`` that is no move. ``bits`` is the mutual information of the observation and whether an attack follows, mean over draws; ``attack_if``
    and ``attack_if_not`` are the mean probabilities of an attack after it and after its absence.
    """

    instrument: str = ""
    indicator: str = ""
    prob: float
    attack_if: float
    attack_if_not: float
    bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day: shares of outcomes with their 5-95% range over draws, beliefs, effects of the day's events, what to watch.

    ``outcomes`` maps an outcome to (mean, low, high, mean weighted by how well each draw foresaw what was observed);
    ``attack`` and ``settlement`` likewise. ``effective_draws`` is the number of draws that the weights amount to. ``policy``
    is the commitment in force at the day's end, ``free`` once a report said that it was broken.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    day: date
    round: int
    policy: str
    state: Mapping[str, str]
    new_root: bool
    outcomes: Mapping[str, tuple[float, float, float, float]]
    attack: tuple[float, float, float, float]
    settlement: tuple[float, float, float, float]
    beliefs: tuple[Belief, ...]
    effects: tuple[EventEffect, ...]
    quiet_attack: float
    signals: tuple[Signal, ...]
    indicators: tuple[Signal, ...]
    effective_draws: float
    residual: float
    unconverged: int


def watched_policy(crisis: Crisis, policy: str | Policy | None) -> Policy:
    """Return the commitment of a watch: the base case of the crisis by default, and for ``free`` no commitment.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown id.
    """
    if policy == FREE.id and FREE.id not in crisis.policies:
        return FREE
    return find_policy(crisis, policy or None) or base_policy(crisis)


class Watch:
    """A crisis under way: takes readings of events in order of their days and says what follows from them.

    Parameters
    ----------
    crisis
        A crisis with a calendar.
    n_draws, seed
        The joint samples of everything uncertain.
    policy
        The commitment that holds until a report says that it was broken, by id; by default the first of the crisis, as in a
        briefing. ``free`` is no commitment.
    since
        First day of the watch; by default the first day of the calendar. Days before the calendar belong to round 1.
    solved
        Called with a key and a function that solves; returns what the function gives. A cache may stand in its place.
    progress
        Called with the number of readings of a day that are taken in, after each.
    """

    def __init__(
        self,
        crisis: Crisis,
        *,
        n_draws: int = DRAWS,
        seed: int = SEED,
        policy: str | Policy | None = None,
        since: date | None = None,
        solved: "Callable[[tuple[object, ...], Callable[[], Solved]], Solved] | None" = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        if not crisis.calendar:
            message = f"the crisis {crisis.id!r} has no calendar, so its days are in no round"
            raise UsageError(
                message,
                code="option-invalid",
                at="crisis.yaml  calendar",
                fix="add `calendar:` with the first day of each round",
            )
        self.crisis = crisis
        self.since = since or crisis.calendar[0]
        self.engine = Engine(crisis)
        self.draws: Draws = self.engine.draw(n_draws, seed=seed)
        self.values = self.draws.as_mapping()
        self.policy = watched_policy(crisis, policy)
        self.state = start_state(crisis, self.policy)
        self._progress = progress or (lambda _number: None)
        self._solved = solved or (lambda _key, solve: solve())
        self._world = World(crisis, self.state)
        self._reports: list[Report] = []
        self._told: dict[int, set[str]] = {}
        self._signs: set[str] = set()
        self._signs_drawn: dict[str, FloatArray] = {}
        self._apart = False
        self._round_priors: tuple[int, FloatArray] | None = None
        self._places: dict[tuple[object, ...], Weighed] = {}
        self._enter(Weighed(self._grow(1, None), term=self._term))

    # --- time --------------------------------------------------------------------------------------------------------

    @property
    def until(self) -> date:
        """Return the last day of the last round."""
        days = self.crisis.calendar
        if self.crisis.watched_until is not None:
            return self.crisis.watched_until
        length = (days[-1] - days[-2]).days if len(days) > 1 else 30
        return days[-1] + timedelta(days=length - 1)

    def round_of(self, day: date) -> int:
        """Return the round that a day belongs to."""
        return max(1, sum(first <= day for first in self.crisis.calendar))

    def passed(self, day: date, round_number: int) -> float:
        """Return the part of a round that has passed at the end of a day, from 0 to 1.

        Of the round in which the cut-off lies, the days after it count: those up to it are the start of the game.
        """
        days, cutoff = self.crisis.calendar, self.crisis.as_of
        first = days[round_number - 1]
        end = days[round_number] if round_number < len(days) else self.until + timedelta(days=1)
        if first <= cutoff < end - timedelta(days=1):
            first = cutoff + timedelta(days=1)
        return float(np.clip(((day - first).days + 1) / max((end - first).days, 1), 0.0, 1.0))

    def expected(self, instrument: str, day: date, round_number: int) -> float:
        """Return how much of a move's chance in a round is expected by the end of a day, from 0 to 1: mean over draws.

        Of a move that may be made in several phases of the round, the mean over these.
        """
        passed = self.passed(day, round_number)
        exponents = [
            self._value(self.crisis.timing.get(phase.id, Constant(value=1.0)))
            for phase in self.crisis.phases
            if not phase.rounds or round_number in phase.rounds
            if any(instrument in move.menu for move in phase.moves)
        ]
        return float(np.mean([(passed**k).mean() for k in exponents])) if exponents else passed

    # --- a day -------------------------------------------------------------------------------------------------------

    def take(self, readings: Iterable[EventReading], day: date) -> bool:
        """Take in what was read on a day, without computing anything; return whether the game has a new root."""
        now = self.round_of(day)
        outside, dropped = False, False
        for reading in readings:
            if reading.rule is None:
                continue
            if reading.kind in {"move", "evidence"}:
                if self._breaks_commitment(reading.rule, now):
                    self.policy = FREE
                    self._new_root(day)
                    dropped = True
                self._observe(reading.rule, now)
            for variable, value in reading.rule.state.items() if reading.kind == "state" else ():
                outside |= self._world.stands(now).get(variable) != value
                self._world.set_in(now, variable, value)
        if outside:
            self._new_root(day)
        return outside or dropped

    def _breaks_commitment(self, rule: EventRule, now: int) -> bool:
        """Tell whether a report, likelier right than wrong, is of a move that only the commitment rules out."""
        return (
            bool(rule.move)
            and float(self._value(rule.weight).mean()) > 0.5
            and rules_out(self.crisis, self.policy, rule.move, now)
            and not self.root.has(rule.move, now).any()
        )

    def _observe(self, rule: EventRule, now: int) -> None:
        """Take in a report of a move, or evidence; a sign that was seen before tells nothing new."""
        if rule.indicator:
            if (
                rule.indicator in self._signs
                or self.crisis.indicators[rule.indicator].seen == "yes"
            ):
                return
            self._signs.add(rule.indicator)
        self._told.setdefault(now, set()).add(rule.move)
        if rule.move:
            self._world.use(now, rule.move, rule.outcome)
        hidden = self.crisis.instruments.values()
        self._apart = (
            self._apart
            or bool(rule.seen_by)
            or any(item.looks_like == rule.move and item.seen_by for item in hidden)
        )
        weight = float(self._value(rule.weight).mean()) if rule.move else 1.0
        self._reports.append(Report.of(rule, now, weight))

    def advance(self, readings: Sequence[EventReading], day: date) -> Day:
        """Take in a day's readings one by one and say where things stand at its end."""
        before = self._look(day - timedelta(days=1))
        quiet = self._look(day)
        effects, last, new_root = [], quiet, False
        for number, reading in enumerate(readings, 1):
            here = last
            if reading.kind not in {"noise", "unmapped"}:
                new_root |= self.take([reading], day)
                here = self._look(day)
            effects.append(_effect(reading, last, here))
            last = here
            self._progress(number)
        return self._finish(
            day,
            last,
            tuple(effects),
            last_attack=quiet.mean_attack - before.mean_attack,
            new_root=new_root,
        )

    def _finish(
        self,
        day: date,
        look: "_Look",
        effects: tuple[EventEffect, ...],
        *,
        last_attack: float,
        new_root: bool,
    ) -> Day:
        weight = look.relative_fit()
        crisis, names = self.crisis, self.root.outcomes
        flagged = {
            flag: sum(
                (
                    look.outcomes[k]
                    for k, name in enumerate(names)
                    if getattr(crisis.outcomes[name], flag)
                ),
                np.zeros(look.fit.size),
            )
            for flag in ("attack", "settlement")
        }
        beliefs = tuple(
            Belief(
                observer=observer,
                player=player,
                kind=kind,
                mean=float(row.mean()),
                low=low,
                high=high,
            )
            for observer in (PUBLIC, *crisis.players)
            for (player, kind), row in self._seen_by(observer, day, look).types.items()
            if observer != player and len(crisis.players[player].types) > 1
            for low, high in [map(float, np.quantile(row, (0.05, 0.95)))]
        )
        return Day(
            day=day,
            round=self.round_of(day),
            policy=self.policy.id,
            state=self._world.stands(self.round_of(day)),
            new_root=new_root,
            outcomes={name: _spread(look.outcomes[k], weight) for k, name in enumerate(names)},
            attack=_spread(flagged["attack"], weight),
            settlement=_spread(flagged["settlement"], weight),
            beliefs=beliefs,
            effects=effects,
            quiet_attack=last_attack,
            signals=self._signals(day, look),
            indicators=self._indicators(look),
            effective_draws=float(1.0 / (weight**2).sum()),
            residual=self.root.residual,
            unconverged=self.root.unconverged,
        )

    def _seen_by(self, observer: str, day: date, public: "_Look") -> "_Look":
        """Look with the eyes of an observer; that of the public serves where nothing was hidden from or shown to it."""
        return self._look(day, observer) if self._apart and observer != PUBLIC else public

    # --- Bayes' rule -------------------------------------------------------------------------------------------------

    def _look(self, day: date, observer: str = PUBLIC) -> "_Look":
        """Weigh the histories of the current root by what an observer has seen at the end of a day."""
        found = self._likelihood(observer)
        factor = found.factor * self._silence(day, found.told, None)
        names = self.root.outcomes
        parts = self.root.sums_of_outcomes(factor, found.evidence)
        fit = parts.sum(axis=(0, 1))
        if not (fit > 0.0).all():
            message = "what was reported cannot happen in the game: every history has weight zero"
            raise UsageError(
                message,
                code="input-invalid",
                at=f"events up to {day}",
                fix="give reports a weight below 1, or mend the rule that reads them",
            )
        parts /= fit
        outcomes = parts.sum(axis=0)
        attack = [k for k, name in enumerate(names) if self.crisis.outcomes[name].attack]
        return _Look(
            factor=factor,
            evidence=found.evidence,
            log_scale=found.log_scale,
            fit=fit,
            outcomes=outcomes,
            outcome_names=names,
            attack=outcomes[attack].sum(axis=0),
            types=self._types(parts.sum(axis=1)),
        )

    def _likelihood(self, observer: str, *, before_round: int | None = None) -> Likelihood:
        """Likelihood of what an observer has seen reported since the current root, silence apart."""
        if before_round is None:
            return self._place.seen(observer, self._reports)
        return self._place.seen_before(before_round, observer, self._reports)

    def _silence(
        self, day: date, told: frozenset[tuple[str, int]], before_round: int | None
    ) -> FloatArray:
        """Likelihood of what was not reported, by history."""
        key = (day, told, before_round)
        if key not in self._silences:
            self._silences.clear()
            self._silences[key] = self._find_silence(day, told, before_round)
        return self._silences[key]

    def _find_silence(
        self, day: date, told: frozenset[tuple[str, int]], before_round: int | None
    ) -> FloatArray:
        root = self.root
        factor = np.ones(root.n_histories)
        last = self.round_of(day) if before_round is None else before_round - 1
        for instrument, number in self.crisis.reported.items():
            reported = float(self._value(number).mean())
            for round_number in range(root.first_round, last + 1):
                if (instrument, round_number) not in told:
                    part = 1.0
                    if before_round is None:
                        part = self.expected(instrument, day, round_number)
                    hit = root.has(instrument, round_number)
                    factor[hit] *= 1.0 - min(reported, 1.0 - 1e-9) * part
        return factor

    def _term(self, root: Root, report: Report) -> FloatArray:
        """Relative likelihood of a report: of types ``(V, 1, D)``, of an indicator by outcome ``(1, O, D)``."""
        if report.indicator:
            return self._ratios(self.crisis.indicators[report.indicator])[None]
        result = np.ones((len(root.profile_types), 1, self.draws.values.shape[1]))
        players = tuple(self.crisis.players)
        for (player, kind), number in report.evidence:
            types = [item.id for item in self.crisis.players[player].types]
            rows = root.profile_types[:, players.index(player)] == types.index(kind)
            result[rows] *= self._value(number)
        return result

    def _ratios(self, indicator: Indicator) -> FloatArray:
        """How much likelier an indicator is by outcome, shape ``(O, D)``; one draw of how telling it is holds for all."""
        result = np.ones((len(self.root.outcomes), self.draws.n_draws))
        for outcomes, law in indicator.ratios:
            drawn = self._drawn(f"indicators.{indicator.id}.ratio", law)
            for outcome in outcomes:
                result[self.root.outcomes.index(outcome)] = drawn
        return result

    def _drawn(self, name: str, law: Distribution) -> FloatArray:
        """Draw what belongs to no quantity of the game, by a stream of its own."""
        if name not in self._signs_drawn:
            seed, n_draws = self.draws.seed, self.draws.n_draws
            (uniforms,) = keyed_uniforms([name], seed=seed, n_draws=n_draws)
            self._signs_drawn[name] = uniforms
        if law.family == "fixed":
            return np.full(self.draws.n_draws, law.parameters[0])
        return ppf(law, self._signs_drawn[name])

    def _value(self, number: Constant | QuantityOf) -> FloatArray:
        if isinstance(number, Constant):
            return np.array([number.value])
        return np.asarray(self.values[number.path], dtype=np.float64)

    def _types(self, profiles: FloatArray) -> dict[tuple[str, str], FloatArray]:
        """Probability of each type of each player, from that of the profiles ``(V, D)``."""
        return {name: profiles[rows].sum(axis=0) for name, rows in self._rows_of_types.items()}

    def _signals(self, day: date, look: "_Look") -> tuple[Signal, ...]:
        """Rank what may be observed next by how much it tells about an attack."""
        now, root = self.round_of(day), self.root
        flags = [bool(self.crisis.outcomes[name].attack) for name in root.outcomes]
        attacks = np.asarray(flags)[root.outcome]
        told = self._told.get(now, set())
        names, groups = [], []
        for instrument in self.crisis.instruments.values():
            hit = root.has(instrument.id, now)
            plain = not (instrument.seen_by or instrument.id in told)
            open_still = hit.any() and not hit.all()
            if plain and open_still and not attacks[hit].all():
                names.append(instrument.id)
                groups += [np.flatnonzero(hit & attacks), np.flatnonzero(hit)]
        if not names:
            return ()
        parts = root.sums(tuple(groups), look.factor, look.evidence).sum(axis=0) / look.fit
        found = []
        for place, name in enumerate(names):
            both, prob = parts[2 * place], parts[2 * place + 1]
            found.append(_signal(both, prob, look.attack, instrument=name))
        return tuple(sorted(found, key=lambda item: -item.bits)[:N_SIGNALS])

    def _indicators(self, look: "_Look") -> tuple[Signal, ...]:
        """Rank the indicators that may still be seen by how much each is expected to tell about an attack."""
        flags = np.array([bool(self.crisis.outcomes[name].attack) for name in self.root.outcomes])
        found = []
        for item in self.crisis.indicators.values():
            if item.id in self._signs or item.seen == "yes":
                continue
            alarm = self._drawn(f"indicators.{item.id}.alarm", item.alarm)
            joint = look.outcomes * np.minimum(alarm * self._ratios(item), 1.0)
            both, prob = joint[flags].sum(axis=0), joint.sum(axis=0)
            found.append(_signal(both, prob, look.attack, indicator=item.id))
        return tuple(sorted(found, key=lambda item: -item.bits))

    # --- roots -------------------------------------------------------------------------------------------------------

    def _enter(self, place: Weighed) -> None:
        """Go on from a root."""
        self._place, self.root = place, place.root
        self._silences: dict[object, FloatArray] = {}
        self._rows_of_types = {
            (player.id, kind.id): self.root.profile_types[:, column] == index
            for column, player in enumerate(self.crisis.players.values())
            for index, kind in enumerate(player.types)
        }

    def _new_root(self, day: date) -> None:
        """Start the game anew in the round of a day, as the world now stands.

        What is believed when a round begins does not change within it: a state that comes back has the root it had.
        """
        now = self.round_of(day)
        if self._round_priors is None or self._round_priors[0] != now:
            found = self._likelihood(PUBLIC, before_round=now)
            factor = found.factor * self._silence(day, found.told, now)
            priors = self.root.sums_of_outcomes(factor, found.evidence).sum(axis=1)
            self._round_priors = (now, priors / priors.sum(axis=0))
            self._places.clear()
        key = (self.policy.id, *sorted(self._world.stands(now).items()))
        place = self._places.pop(key, None)
        if place is None:
            place = Weighed(self._grow(now, self._round_priors[1]), term=self._term)
        self._places[key] = place
        while sum(item.root.reach.nbytes for item in self._places.values()) > _MOST_ROOT_BYTES:
            if len(self._places) == 1:
                break
            del self._places[next(iter(self._places))]
        self._enter(place)

    def _grow(self, first_round: int, priors: FloatArray | None) -> Root:
        """Solve the game from the start of a round, with the types' joint probabilities as priors, shape ``(V, D)``."""
        state = self._world.stands(first_round)
        key = (self.policy.id, first_round, tuple(sorted(state.items())), priors)
        return self.engine.condition(
            self.draws,
            policy=self.policy,
            first_round=first_round,
            state=state,
            priors=priors,
            solved=lambda solve: self._solved(key, solve),
        )


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What the histories amount to for an observer: ``outcomes`` ``(n_outcomes, D)``, the others ``(D,)``.

    ``fit`` is the probability of what was observed, up to a factor whose logarithm is ``log_scale``; ``factor`` and
    ``evidence`` are its likelihood by history and profile.
    """

    factor: FloatArray
    evidence: FloatArray
    log_scale: FloatArray
    fit: FloatArray
    outcomes: FloatArray
    outcome_names: tuple[str, ...]
    attack: FloatArray
    types: Mapping[tuple[str, str], FloatArray]

    def relative_fit(self) -> FloatArray:
        """Return how well each draw foresaw what was observed, summing to one."""
        fit = self.fit * np.exp(self.log_scale - self.log_scale.max())
        return np.asarray(fit / fit.sum())

    @cached_property
    def mean_attack(self) -> float:
        return float(self.attack.mean())

    @cached_property
    def mean_outcomes(self) -> Mapping[str, float]:
        return dict(zip(self.outcome_names, self.outcomes.mean(axis=1).tolist(), strict=True))

    @cached_property
    def mean_types(self) -> Mapping[str, float]:
        return {".".join(name): float(row.mean()) for name, row in self.types.items()}


def _effect(reading: EventReading, before: _Look, after: _Look) -> EventEffect:
    return EventEffect(
        reading=reading,
        attack=after.mean_attack - before.mean_attack,
        outcomes={
            name: value - before.mean_outcomes[name] for name, value in after.mean_outcomes.items()
        },
        types={name: value - before.mean_types[name] for name, value in after.mean_types.items()},
    )


def _spread(values: FloatArray, weight: FloatArray) -> tuple[float, float, float, float]:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(values.mean()), float(low), float(high), float((values * weight).sum())


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)


def _signal(
    both: FloatArray,
    prob: FloatArray,
    attack: FloatArray,
    *,
    instrument: str = "",
    indicator: str = "",
) -> Signal:
    """Return what may be observed with ``prob``, together with an attack with ``both``, each of shape ``(D,)``."""
    rest = attack - both
    cells = np.array([both, prob - both, rest, 1.0 - prob - rest])
    return Signal(
        instrument=instrument,
        indicator=indicator,
        prob=float(prob.mean()),
        attack_if=float(_ratio(both, prob).mean()),
        attack_if_not=float(_ratio(rest, 1.0 - prob).mean()),
        bits=float(_information(np.maximum(cells, 0.0)).mean()),
    )


def _information(cells: FloatArray) -> FloatArray:
    """Mutual information of two yes-or-no variables in bits; ``cells`` ``(4, D)``: both, first only, second only, none."""
    first = np.array([cells[0] + cells[1], cells[2] + cells[3]])
    second = np.array([cells[0] + cells[2], cells[1] + cells[3]])
    product = np.array(
        [first[0] * second[0], first[0] * second[1], first[1] * second[0], first[1] * second[1]]
    )
    safe = (cells > 0.0) & (product > 0.0)
    ratio = np.divide(cells, product, out=np.ones_like(cells), where=safe)
    return np.asarray((cells * np.log2(ratio)).sum(axis=0))

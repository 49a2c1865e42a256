r"""Event-by-event updating: what is believed, and what follows, on each day of a crisis that is under way.

The equilibrium of the game gives every complete history of play a probability. What is observed makes histories more or
less likely, by Bayes' rule: a report that an instrument was used, right with probability :math:`w`, multiplies a history by
:math:`w` if the instrument is used in it in that round and by :math:`1 - w` if not; evidence on a type multiplies it by the
type's relative likelihood; and that nothing was reported of an instrument whose use is reported with probability
:math:`\rho` by the end of its round multiplies a history that has it by :math:`1 - \rho f`, where :math:`f` is the part of
the round that has passed. Outcomes, types and next moves are sums over histories. Since players choose every open move with
some probability, the strategies after any public history are those of the equilibrium, so nothing need be solved again
(:cite:p:`mckelvey1998`). Only what comes from outside the game makes a new root: an event that sets a variable starts the
game anew in the current round, in the state where the world now stands, with the beliefs of that day as priors.
The weights of reports are our own convention (decision note 0040).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Constant, QuantityOf
from detente.engine import Draws, Engine
from detente.engine.roots import Root, Solved
from detente.engine.usual import DRAWS, SEED
from detente.errors import UsageError
from detente.rules.policies import after_change, after_use, find_policy, start_state
from detente.summaries import html_fields, text_fields
from detente.watch.events import EventReading

__all__ = ["Belief", "Day", "EventEffect", "Observation", "Signal", "Watch"]


PUBLIC = "public"
"""The observer who sees what everybody sees."""
N_SIGNALS = 5
"""Next observations that a day names."""


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

    ``bits`` is the mutual information of the observation and whether an attack follows, mean over draws; ``attack_if``
    and ``attack_if_not`` are the mean probabilities of an attack after it and after its absence.
    """

    instrument: str
    prob: float
    attack_if: float
    attack_if_not: float
    bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day: shares of outcomes with their 5-95% range over draws, beliefs, effects of the day's events, what to watch.

    ``outcomes`` maps an outcome to (mean, low, high, mean weighted by how well each draw foresaw what was observed);
    ``attack`` and ``settlement`` likewise. ``effective_draws`` is the number of draws that the weights amount to.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    day: date
    round: int
    state: Mapping[str, str]
    new_root: bool
    outcomes: Mapping[str, tuple[float, float, float, float]]
    attack: tuple[float, float, float, float]
    settlement: tuple[float, float, float, float]
    beliefs: tuple[Belief, ...]
    effects: tuple[EventEffect, ...]
    quiet_attack: float
    signals: tuple[Signal, ...]
    effective_draws: float
    residual: float
    unconverged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A reading as the filter keeps it: with the round in which it was made."""

    reading: EventReading
    round: int


class Watch:
    """A crisis under way: takes readings of events in order of their days and says what follows from them.

    Parameters
    ----------
    crisis
        A crisis with a calendar.
    n_draws, seed
        The joint samples of everything uncertain.
    policy
        A commitment that holds all the time, by id; none by default.
    since
        First day of the watch; by default the first day of the calendar. Days before the calendar belong to round 1.
    solved
        Called with a key and a function that solves; returns what the function gives. A cache may stand in its place.
    """

    def __init__(
        self,
        crisis: Crisis,
        *,
        n_draws: int = DRAWS,
        seed: int = SEED,
        policy: str | None = None,
        since: date | None = None,
        solved: "Callable[[tuple[object, ...], Callable[[], Solved]], Solved] | None" = None,
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
        self.policy = find_policy(crisis, policy or None)
        self.state = start_state(crisis, self.policy)
        self.seen: list[Observation] = []
        self._solved = solved or (lambda _key, solve: solve())
        self._set_in: list[tuple[int, str, str]] = []
        self.root = self._grow(1, None)

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
        """Return the part of a round that has passed at the end of a day, from 0 to 1."""
        days = self.crisis.calendar
        first = days[round_number - 1]
        end = days[round_number] if round_number < len(days) else self.until + timedelta(days=1)
        return float(np.clip(((day - first).days + 1) / max((end - first).days, 1), 0.0, 1.0))

    # --- a day -------------------------------------------------------------------------------------------------------

    def take(self, readings: Iterable[EventReading], day: date) -> bool:
        """Take in what was read on a day, without computing anything; return whether the game has a new root."""
        now = self.round_of(day)
        outside = False
        for reading in readings:
            if reading.kind in {"move", "evidence"}:
                self.seen.append(Observation(reading=reading, round=now))
            elif reading.kind == "state" and reading.rule is not None:
                for variable, value in reading.rule.state.items():
                    outside |= self._stands(now).get(variable) != value
                    self._set_in.append((now, variable, value))
        if outside:
            self._new_root(day)
        return outside

    def advance(self, readings: Sequence[EventReading], day: date) -> Day:
        """Take in a day's readings one by one and say where things stand at its end."""
        before = self._look(day - timedelta(days=1))
        quiet = self._look(day)
        effects, last, new_root = [], quiet, False
        for reading in readings:
            if reading.kind in {"noise", "unmapped"}:
                effects.append(_effect(reading, last, last))
                continue
            new_root |= self.take([reading], day)
            here = self._look(day)
            effects.append(_effect(reading, last, here))
            last = here
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
        weight = look.fit / look.fit.sum()
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
            state=dict(self._stands(self.round_of(day))),
            new_root=new_root,
            outcomes={name: _spread(look.outcomes[k], weight) for k, name in enumerate(names)},
            attack=_spread(flagged["attack"], weight),
            settlement=_spread(flagged["settlement"], weight),
            beliefs=beliefs,
            effects=effects,
            quiet_attack=last_attack,
            signals=self._signals(day, look),
            effective_draws=float(1.0 / (weight**2).sum()),
            residual=self.root.residual,
            unconverged=self.root.unconverged,
        )

    def _seen_by(self, observer: str, day: date, public: "_Look") -> "_Look":
        """Look with the eyes of an observer; that of the public serves where nothing was hidden from or shown to it."""
        hidden = self.crisis.instruments.values()
        apart = any(
            rule.seen_by or any(item.looks_like == rule.move and item.seen_by for item in hidden)
            for rule in (item.reading.rule for item in self.seen)
            if rule is not None
        )
        return self._look(day, observer) if apart and observer != PUBLIC else public

    # --- Bayes' rule -------------------------------------------------------------------------------------------------

    def _look(self, day: date, observer: str = PUBLIC) -> "_Look":
        """Weigh the histories of the current root by what an observer has seen at the end of a day."""
        factor, evidence = self._likelihood(day, observer)
        names = self.root.outcomes
        parts = self.root.sums(self.root.of_outcome, factor, evidence)
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
            evidence=evidence,
            fit=fit,
            outcomes=outcomes,
            outcome_names=names,
            attack=outcomes[attack].sum(axis=0),
            types=self._types(parts.sum(axis=1)),
        )

    def _likelihood(
        self, day: date, observer: str, *, before_round: int | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Likelihood of what an observer has seen: of histories ``(T,)`` and, by evidence, of profiles ``(V, D)``."""
        root = self.root
        factor = np.ones(root.n_histories)
        evidence = np.ones((len(root.profile_types), root.reach.shape[1]))
        told: set[tuple[str, int]] = set()
        for item in self.seen:
            rule = item.reading.rule
            late = before_round is not None and item.round >= before_round
            if rule is None or item.round < root.first_round or late:
                continue
            if rule.seen_by and observer not in rule.seen_by:
                continue
            if rule.move:
                told.add((rule.move, item.round))
                hit = root.looks(rule.move, item.round, rule.outcome, observer)
                weight = float(self._value(rule.weight).mean())
                factor *= np.where(hit, weight, 1.0 - weight)
            else:
                evidence *= self._evidence(rule.evidence)
        return factor * self._silence(day, told, before_round), evidence

    def _silence(
        self, day: date, told: set[tuple[str, int]], before_round: int | None
    ) -> FloatArray:
        root = self.root
        factor = np.ones(root.n_histories)
        last = self.round_of(day) if before_round is None else before_round - 1
        for instrument, number in self.crisis.reported.items():
            reported = float(self._value(number).mean())
            for round_number in range(root.first_round, last + 1):
                if (instrument, round_number) not in told:
                    part = self.passed(day, round_number) if before_round is None else 1.0
                    hit = root.has(instrument, round_number)
                    factor[hit] *= 1.0 - min(reported, 1.0 - 1e-9) * part
        return factor

    def _evidence(self, evidence: Mapping[tuple[str, str], Constant | QuantityOf]) -> FloatArray:
        """Relative likelihood of evidence by type profile and draw, shape ``(V, D)``."""
        result = np.ones((len(self.root.profile_types), self.draws.values.shape[1]))
        players = tuple(self.crisis.players)
        for (player, kind), number in evidence.items():
            types = [item.id for item in self.crisis.players[player].types]
            rows = self.root.profile_types[:, players.index(player)] == types.index(kind)
            result[rows] *= self._value(number)
        return result

    def _value(self, number: Constant | QuantityOf) -> FloatArray:
        if isinstance(number, Constant):
            return np.array([number.value])
        return np.asarray(self.values[number.path], dtype=np.float64)

    def _types(self, profiles: FloatArray) -> dict[tuple[str, str], FloatArray]:
        """Probability of each type of each player, from that of the profiles ``(V, D)``."""
        found = {}
        for column, player in enumerate(self.crisis.players.values()):
            for index, kind in enumerate(player.types):
                rows = self.root.profile_types[:, column] == index
                found[player.id, kind.id] = profiles[rows].sum(axis=0)
        return found

    def _signals(self, day: date, look: "_Look") -> tuple[Signal, ...]:
        """Rank what may be observed next by how much it tells about an attack."""
        now, root = self.round_of(day), self.root
        flags = [bool(self.crisis.outcomes[name].attack) for name in root.outcomes]
        attacks = np.asarray(flags)[root.outcome]
        told = {
            item.reading.rule.move for item in self.seen if item.reading.rule and item.round == now
        }
        names, groups = [], []
        for instrument in self.crisis.instruments.values():
            hit = root.has(instrument.id, now)
            plain = not (instrument.seen_by or instrument.id in told)
            if plain and hit.any() and not attacks[hit].all():
                names.append(instrument.id)
                groups += [np.flatnonzero(hit & attacks), np.flatnonzero(hit)]
        if not names:
            return ()
        parts = root.sums(tuple(groups), look.factor, look.evidence).sum(axis=0) / look.fit
        found = []
        for place, name in enumerate(names):
            both, prob = parts[2 * place], parts[2 * place + 1]
            rest = look.attack - both
            cells = np.array([both, prob - both, rest, 1.0 - prob - rest])
            found.append(
                Signal(
                    instrument=name,
                    prob=float(prob.mean()),
                    attack_if=float(_ratio(both, prob).mean()),
                    attack_if_not=float(_ratio(rest, 1.0 - prob).mean()),
                    bits=float(_information(np.maximum(cells, 0.0)).mean()),
                )
            )
        return tuple(sorted(found, key=lambda item: -item.bits)[:N_SIGNALS])

    # --- roots -------------------------------------------------------------------------------------------------------

    def _stands(self, now: int) -> dict[str, str]:
        """Return the state at the start of a round: moves of earlier rounds, and what was set from outside until now."""
        state = dict(self.state)
        variables = self.crisis.state
        steps: list[tuple[int, int, Callable[[dict[str, str]], dict[str, str]]]] = []
        for item in self.seen:
            rule = item.reading.rule
            if rule is not None and rule.move and item.round < now:
                used, outcome = self.crisis.instruments[rule.move], rule.outcome
                steps.append(
                    (
                        item.round,
                        0,
                        partial(after_use, variables, instrument=used, outcome=outcome),
                    )
                )
        steps += [
            (number, 1, partial(after_change, variables, effects={variable: value}))
            for number, variable, value in self._set_in
        ]
        for _, _, step in sorted(steps, key=lambda step: step[:2]):
            state = step(state)
        return state

    def _new_root(self, day: date) -> None:
        now = self.round_of(day)
        factor, evidence = self._likelihood(day, PUBLIC, before_round=now)
        priors = self.root.sums(self.root.of_outcome, factor, evidence).sum(axis=1)
        self.root = self._grow(now, priors / priors.sum(axis=0))

    def _grow(self, first_round: int, priors: FloatArray | None) -> Root:
        """Solve the game from the start of a round, with the types' joint probabilities as priors, shape ``(V, D)``."""
        state = self._stands(first_round)
        key = (first_round, tuple(sorted(state.items())), priors)
        return self.engine.condition(
            self.draws,
            policy=self.policy,
            first_round=first_round,
            state=state,
            priors=priors,
            solved=lambda solve: self._solved(key, solve),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What the histories amount to for an observer: ``outcomes`` ``(n_outcomes, D)``, the others ``(D,)``.

    ``fit`` is the probability of what was observed; ``factor`` and ``evidence`` are its likelihood by history and profile.
    """

    factor: FloatArray
    evidence: FloatArray
    fit: FloatArray
    outcomes: FloatArray
    outcome_names: tuple[str, ...]
    attack: FloatArray
    types: Mapping[tuple[str, str], FloatArray]

    @property
    def mean_attack(self) -> float:
        return float(self.attack.mean())


def _effect(reading: EventReading, before: _Look, after: _Look) -> EventEffect:
    return EventEffect(
        reading=reading,
        attack=after.mean_attack - before.mean_attack,
        outcomes={
            name: float(after.outcomes[k].mean())
            - float(before.outcomes[before.outcome_names.index(name)].mean())
            for k, name in enumerate(after.outcome_names)
        },
        types={
            ".".join(name): float(row.mean() - before.types[name].mean())
            for name, row in after.types.items()
        },
    )


def _spread(values: FloatArray, weight: FloatArray) -> tuple[float, float, float, float]:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(values.mean()), float(low), float(high), float((values * weight).sum())


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)


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

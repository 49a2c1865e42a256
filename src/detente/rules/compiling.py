"""The rules of a crisis compiled for arrays, under a policy or under none: what every driver of a game walks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Instrument, Mechanism, Policy
from detente.crisis.odds import odds_bindings
from detente.errors import Place, UsageError
from detente.rules.instruments import CompiledInstrument, compile_instruments
from detente.rules.phases import CompiledPhase, Moment, compile_phase, make_schedule
from detente.rules.policies import find_policy, pledgers, start_state
from detente.rules.state import (
    BINDING,
    PLEDGE,
    ROUND,
    CompiledCondition,
    Projection,
    StateArray,
    StateColumns,
    condition_variables,
    project,
    read_variables,
)
from detente.summaries import html_fields, text_fields

__all__ = [
    "Rules",
    "compile_rules",
    "initial_states",
    "profile_labels",
    "profiles",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of a crisis, compiled, with a policy's restrictions on menus and its initial values applied.

    ``pledgers`` are the players who know whether the policy binds, where nature draws that; nobody where it surely does.
    ``sights`` are the labels of everything that a player can come to see; code 0 is nothing. ``consideration_reads``,
    ``chance_reads`` (per instrument; None without chance) and ``mechanism_reads`` say which variables decide the level.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    crisis: str
    policy: str
    rounds: int
    players: tuple[str, ...]
    pledgers: tuple[int, ...]
    types: tuple[tuple[str, ...], ...]
    type_labels: tuple[tuple[str, ...], ...]
    variables: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    initial: StateArray
    instruments: tuple[CompiledInstrument, ...]
    phases: tuple[CompiledPhase, ...]
    schedule: tuple[Moment, ...]
    ends_when: CompiledCondition
    outcomes: tuple[str, ...]
    outcome_rules: tuple[CompiledCondition, ...]
    sights: tuple[str, ...]
    considerations: tuple[str, ...]
    consideration_reads: tuple[Projection, ...]
    chance_reads: tuple[Projection | None, ...]
    mechanism_reads: Mapping[str, Projection]
    place: Place

    @property
    def n_players(self) -> int:
        """Number of strategic players."""
        return len(self.players)

    @property
    def type_columns(self) -> slice:
        """Columns of a state row that hold the players' types."""
        first = self.drawn_columns.start
        return slice(first, first + self.n_players)

    @property
    def drawn_columns(self) -> slice:
        """Columns of a state row that nature draws: types, and whether the policy binds where that is uncertain."""
        n_drawn = self.n_players + bool(self.pledgers)
        return slice(len(self.variables) - 1 - n_drawn, len(self.variables) - 1)

    def is_free(self, state: StateArray) -> NDArray[np.bool_]:
        """Tell in which states a policy that may not hold does not bind, shape ``(n,)``."""
        if not self.pledgers:
            return np.zeros(len(state), dtype=np.bool_)
        free: NDArray[np.bool_] = state[:, self.drawn_columns.stop - 1] == BINDING.index("free")
        return free

    @property
    def max_moves(self) -> int:
        """Moves in the phase that has most."""
        return max((len(phase.moves) for phase in self.phases), default=0)

    def project(self, variables: Iterable[str]) -> Projection:
        """Return the projection on some variables, in column order."""
        return project(variables, self.variables, self.values)

    def describe(self, state: NDArray[np.uint8], variables: Iterable[str] | None = None) -> str:
        """Write a state row as ``variable=value, ...``, for messages."""
        wanted = set(self.variables if variables is None else variables)
        return ", ".join(
            f"{name}={values[code]}"
            for name, values, code in zip(self.variables, self.values, state, strict=True)
            if name in wanted and len(values) > 1
        )

    def values_of(self, row: NDArray[np.uint8], projection: Projection) -> dict[str, str]:
        """Name the values in a decoded row of a projection."""
        return {
            name: self.values[column][code]
            for name, column, code in zip(
                projection.variables, projection.columns, row, strict=True
            )
        }


def compile_rules(
    crisis: Crisis,
    *,
    policy: str | Policy | None = None,
    rounds: int | None = None,
    first_round: int = 1,
    uncertain: Sequence[str] | None = None,
) -> Rules:
    """Compile the rules of a crisis for the drivers.

    Parameters
    ----------
    crisis
        A crisis whose references are sound (``detente check`` finds no error).
    policy
        A commitment, by id or as such: it restricts menus and sets initial values. None: no commitment.
    rounds
        Number of rounds instead of the crisis's own.
    first_round
        Round in which the game starts; of a crisis that is under way.
    uncertain
        Players who know whether the policy binds, in the place of its own pledgers: for the tree that policies share.

    Returns
    -------
    Rules
        What unroll, step and sample walk.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown policy, ``option-invalid`` for less than one round or a start after the last.
    """
    policy = find_policy(crisis, policy)
    n_rounds = crisis.rounds if rounds is None else rounds
    if n_rounds < 1:
        message = f"a game of {n_rounds} rounds has no moves"
        raise UsageError(message, code="option-invalid", at="rounds", fix="ask for 1 or more")
    if not 1 <= first_round <= n_rounds:
        message = f"a game of {n_rounds} rounds cannot start in round {first_round}"
        fix = f"start it in a round from 1 to {n_rounds}"
        raise UsageError(message, code="option-invalid", at="first_round", fix=fix)
    knowing = pledgers(crisis, policy) if uncertain is None else uncertain
    columns = StateColumns(crisis, n_rounds, pledged=bool(knowing))
    instruments, sights = compile_instruments(crisis, columns)
    phases = tuple(compile_phase(phase, crisis, columns, policy) for phase in crisis.phases)
    initial = {**start_state(crisis, policy), ROUND: str(first_round)}
    return Rules(
        crisis=crisis.id,
        policy=policy.id if policy is not None else "",
        rounds=n_rounds,
        players=tuple(crisis.players),
        pledgers=tuple(number for number, name in enumerate(crisis.players) if name in knowing),
        types=tuple(tuple(kind.id for kind in player.types) for player in crisis.players.values()),
        type_labels=tuple(
            tuple(kind.label for kind in player.types) for player in crisis.players.values()
        ),
        variables=columns.names,
        values=columns.values,
        initial=np.array(
            [columns.code(name, initial[name]) if name in initial else 0 for name in columns.names],
            dtype=np.uint8,
        ),
        instruments=instruments,
        phases=phases,
        schedule=make_schedule(crisis, phases, range(first_round, n_rounds + 1)),
        ends_when=columns.condition(crisis.ends_when),
        outcomes=tuple(crisis.outcomes),
        outcome_rules=tuple(columns.condition(rule.when) for rule in crisis.outcomes.values()),
        sights=sights,
        considerations=tuple(crisis.considerations),
        consideration_reads=tuple(
            columns.project(read_variables(item.price, crisis))
            for item in crisis.considerations.values()
        ),
        chance_reads=tuple(
            columns.project(_chance_variables(item, crisis)) if item.chance else None
            for item in crisis.instruments.values()
        ),
        mechanism_reads={
            item.id: columns.project(_mechanism_variables(item, crisis))
            for item in crisis.mechanisms.values()
        },
        place=Place(file="crisis.yaml", path="phases"),
    )


def initial_states(rules: Rules) -> StateArray:
    """Return the state at the start of the game for each profile.

    Returns
    -------
    StateArray
        One row per profile, in their order; shape ``(n_profiles, n_variables)``.
    """
    drawn = profiles(rules)
    states = np.tile(rules.initial, (len(drawn), 1))
    states[:, rules.drawn_columns] = drawn
    return states


def profiles(rules: Rules) -> StateArray:
    """Return everything that nature may draw: the players' types, and whether the policy binds where that is uncertain.

    Returns
    -------
    StateArray
        One row per profile, the last column varying fastest; shape ``(n_profiles, n_drawn)``.
    """
    columns = rules.values[rules.drawn_columns]
    rows = list(product(*(range(len(values)) for values in columns)))
    return np.array(rows, dtype=np.uint8).reshape(len(rows), len(columns))


def profile_labels(rules: Rules) -> tuple[str, ...]:
    """Return the label of each profile, ``player=type, ..., policy.pledge=binds``."""
    names = [*rules.players, *([PLEDGE] if rules.pledgers else [])]
    return tuple(
        ", ".join(
            f"{name}={values[code]}"
            for name, values, code in zip(
                names, rules.values[rules.drawn_columns], row, strict=True
            )
        )
        for row in profiles(rules)
    )


def _chance_variables(instrument: Instrument, crisis: Crisis) -> frozenset[str]:
    """Return what the chance of an instrument reads: the analysts' odds of its outcomes, those of players, and conditions."""
    return frozenset().union(
        *(
            read_variables(binding, crisis)
            for outcome in instrument.chance
            for binding in odds_bindings(crisis, outcome)
        ),
        *(condition_variables(outcome.when) for outcome in instrument.chance),
    )


def _mechanism_variables(mechanism: Mechanism, crisis: Crisis) -> frozenset[str]:
    return frozenset().union(
        *(read_variables(binding, crisis) for binding in mechanism.inputs.values())
    )

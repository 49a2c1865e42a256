"""Small crises for tests of rules: a builder with short arguments, and hypothesis strategies that make random ones.

Needs ``hypothesis``. The crises are built from :mod:`detente.crisis.elements` and touch no file.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from detente.crisis.crisis import Crisis
from detente.crisis.elements import (
    AlternativeCondition,
    Binding,
    ByState,
    ChanceOutcome,
    Condition,
    ConditionalEffect,
    Consideration,
    Constant,
    Distribution,
    Effect,
    Instrument,
    Mechanism,
    Move,
    OutcomeRule,
    Phase,
    Player,
    PlayerType,
    Pledge,
    Policy,
    Product,
    Quantity,
    QuantityOf,
    StateVariable,
    Sum,
)
from detente.errors import Place

__all__ = [
    "crises",
    "make_binding",
    "make_condition",
    "make_crisis",
    "make_instrument",
    "make_phase",
    "make_policy",
]

Draw = Any  # hypothesis passes its draw function untyped


def make_condition(*alternatives: Mapping[str, str | Sequence[str]]) -> Condition:
    """Return a condition from mappings of variable to value or values; any of them may hold.

    Examples
    --------
    >>> make_condition({"talks": "on"})[0].allowed
    {'talks': ('on',)}
    """
    return tuple(
        AlternativeCondition(
            allowed={
                name: (values,) if isinstance(values, str) else tuple(values)
                for name, values in alternative.items()
            }
        )
        for alternative in alternatives
    )


def make_binding(value: "float | str | Binding") -> Binding:
    """Return a binding from a number, the path of a quantity, or a binding."""
    if isinstance(value, int | float):
        return Constant(value=float(value))
    if isinstance(value, str):
        return QuantityOf(path=value)
    return value


def make_instrument(
    name: str,
    player: str,
    *,
    when: Condition = (),
    effects: Mapping[str, Effect] | None = None,
    chance: Mapping[str, tuple["float | str | Binding | None", Mapping[str, Effect]]] | None = None,
    possible: Mapping[str, Condition] | None = None,
    seen_by: Sequence[str] = (),
    looks_like: str = "",
) -> Instrument:
    """Return an instrument.

    ``chance`` maps an outcome's id to its probability (None: the rest) and effects, ``possible`` to where it can follow.
    """
    return Instrument(
        id=name,
        label=name,
        player=player,
        kind="test",
        when=when,
        effects=dict(effects or {}),
        chance=tuple(
            ChanceOutcome(
                id=outcome,
                label=f"{name} {outcome}",
                prob=None if prob is None else make_binding(prob),
                effects=dict(consequences),
                when=(possible or {}).get(outcome, ()),
            )
            for outcome, (prob, consequences) in (chance or {}).items()
        ),
        seen_by=tuple(seen_by),
        looks_like=looks_like,
        place=Place(file="crisis.yaml", line=1, path=f"instruments.{name}"),
    )


def make_phase(
    name: str,
    *moves: tuple[str, Sequence[str]],
    when: Condition = (),
    rounds: Sequence[int] = (),
) -> Phase:
    """Return a phase from pairs of player and menu; several make it sealed."""
    return Phase(
        id=name,
        label=name,
        moves=tuple(Move(player=player, menu=tuple(menu)) for player, menu in moves),
        when=when,
        rounds=tuple(rounds),
        place=Place(file="crisis.yaml", line=2, path=f"phases.{name}"),
    )


def make_policy(
    name: str,
    *,
    fix: Mapping[str, Sequence[str]] | None = None,
    forbid: Sequence[str] = (),
    state: Mapping[str, str] | None = None,
    credibility: "float | str | Binding | None" = None,
    cost: Mapping[str, "float | str | Binding"] | None = None,
    broken: Mapping[str, "float | str | Binding"] | None = None,
) -> Policy:
    """Return a policy; with credibility, cost or broken it rests on a pledge."""
    pledge = Pledge(
        id=name,
        credibility=None if credibility is None else make_binding(credibility),
        cost=tuple((player, make_binding(value)) for player, value in (cost or {}).items()),
        broken=tuple((player, make_binding(value)) for player, value in (broken or {}).items()),
    )
    return Policy(
        id=name,
        label=name,
        description="",
        fix={key: tuple(value) for key, value in (fix or {}).items()},
        forbid=tuple(forbid),
        state=dict(state or {}),
        pledges=() if pledge == Pledge(id=name) else (pledge,),
    )


def make_crisis(
    *,
    players: Mapping[str, Mapping[str, "float | str | Binding | None"]],
    state: Mapping[str, Sequence[str]],
    instruments: Sequence[Instrument],
    phases: Sequence[Phase],
    rounds: int = 1,
    ends_when: Condition | None = None,
    outcomes: Mapping[str, Condition] | None = None,
    considerations: Mapping[
        str,
        tuple["float | str | Binding", Mapping[str, Mapping[str, "float | str | Binding"]]],
    ]
    | None = None,
    mechanisms: Sequence[Mechanism] = (),
    quantities: Mapping[str, tuple[Distribution, str]] | None = None,
    policies: Sequence[Policy] = (),
) -> Crisis:
    """Return a crisis of rules alone.

    Parameters
    ----------
    players
        Types of each player with their priors (None: the rest).
    state
        Values of each variable; the first is the initial one.
    instruments, phases, rounds, ends_when, mechanisms, policies
        As in the crisis; without ``ends_when`` the game lasts all its rounds.
    outcomes
        Conditions in order; by default one outcome, ``end``, for every state.
    considerations
        Price and weights (player to type to binding) of each.
    quantities
        Distribution and unit of each.
    """
    day = date(2030, 1, 15)
    named = {"end": make_condition({})} if outcomes is None else outcomes
    return Crisis(
        id="test",
        title="test",
        as_of=day,
        summary="",
        scope="",
        disputes=(),
        limits=(),
        schema_version=1,
        folder=Path("test"),
        digest="0",
        rounds=rounds,
        rationality=QuantityOf(path="rationality"),
        sources={},
        actors={},
        players={
            name: Player(
                id=name,
                name=name,
                role="ally",
                actors=(),
                types=tuple(
                    PlayerType(
                        id=kind,
                        label=kind,
                        prior=None if prior is None else make_binding(prior),
                    )
                    for kind, prior in kinds.items()
                ),
                place=Place(file="crisis.yaml", line=3, path=f"players.{name}"),
            )
            for name, kinds in players.items()
        },
        quantities={
            path: Quantity(
                path=path,
                label=path,
                distribution=distribution,
                unit=unit,
                as_of=day,
                sources=(),
                grade="convention",
            )
            for path, (distribution, unit) in (quantities or {}).items()
        },
        tables={},
        issues={},
        state={
            name: StateVariable(
                id=name, label=name, values=tuple(values), value_labels={}, initial=values[0]
            )
            for name, values in state.items()
        },
        instruments={item.id: item for item in instruments},
        phases=tuple(phases),
        ends_when=_NEVER if ends_when is None else ends_when,
        outcomes={
            name: OutcomeRule(
                id=name,
                label=name,
                when=when,
                place=Place(file="crisis.yaml", line=4, path=f"outcomes.{name}"),
            )
            for name, when in named.items()
        },
        mechanisms={item.id: item for item in mechanisms},
        considerations={
            name: Consideration(
                id=name,
                label=name,
                price=make_binding(value),
                weights={
                    player: {kind: make_binding(weight) for kind, weight in by_type.items()}
                    for player, by_type in weights.items()
                },
                place=Place(file="crisis.yaml", line=5, path=f"considerations.{name}"),
            )
            for name, (value, weights) in (considerations or {}).items()
        },
        policies={item.id: item for item in policies},
        facts=(),
        correlations={},
    )


_NEVER = make_condition({"round": ()})
"""A condition that never holds."""

_PLAYERS = ("north", "west", "mid")
_QUANTITIES = {
    "worth": (Distribution(family="uniform", parameters=(1.0, 3.0)), "stakes"),
    "cost": (Distribution(family="triangular", parameters=(-2.0, 0.0, 5.0)), "stakes"),
    "prob": (Distribution(family="uniform", parameters=(0.1, 0.9)), "prob"),
    "rationality": (Distribution(family="fixed", parameters=(0.1,)), "per_stake"),
}


@st.composite
def crises(draw: Draw, *, max_rounds: int = 2, max_phases: int = 2) -> Crisis:
    """Draw a small crisis whose every menu has something available and whose every end has a name.

    It uses conditions, effects along an order and by the state, chance outcomes whose odds and occurrence depend on the
    state, hidden moves and what they look like, sealed phases (also with several moves of one player), skipped phases, types, and a policy called ``policy``.
    """
    state = {
        name: draw(st.sampled_from([("a", "b"), ("a", "b", "c")]))
        for name in ("door", "mood", "gas")[: draw(st.integers(1, 3))]
    }
    players: dict[str, dict[str, float | str | Binding | None]] = {
        name: {"soft": "prob", "hard": None} if draw(st.booleans()) else {"only": 1.0}
        for name in _PLAYERS[: draw(st.integers(1, 3))]
    }
    rounds = draw(st.integers(1, max_rounds))
    instruments: list[Instrument] = []
    phases = []
    for number in range(draw(st.integers(1, max_phases))):
        movers = draw(st.lists(st.sampled_from(sorted(players)), min_size=1, max_size=2))
        moves: list[tuple[str, list[str]]] = []
        for mover in movers:
            if moves and moves[0][0] == mover and draw(st.booleans()):
                moves.append(moves[0])  # the same menu twice
                continue
            again = "again" if moves and moves[0][0] == mover else ""
            menu = _draw_menu(draw, f"{mover}{number}{again}", mover, state, players)
            instruments.extend(menu)
            moves.append((mover, [item.id for item in menu]))
        when = _draw_condition(draw, state, list(players)) if draw(st.booleans()) else ()
        only = [draw(st.integers(1, rounds))] if draw(st.integers(0, 3)) == 0 else []
        phases.append(make_phase(f"phase{number}", *moves, when=when, rounds=only))
    names = [item.id for item in instruments]
    first_menu = phases[0].moves[0].menu
    policy = make_policy(
        "policy",
        fix={draw(st.sampled_from(["phase0", "phase0@1"])): draw(_some(first_menu))},
        forbid=draw(st.lists(st.sampled_from(names), max_size=1)),
        state={name: draw(st.sampled_from(values)) for name, values in list(state.items())[:1]},
    )
    return make_crisis(
        players=players,
        state=state,
        instruments=instruments,
        phases=phases,
        rounds=rounds,
        ends_when=_draw_condition(draw, state, []),
        outcomes={
            "first": _draw_condition(draw, state, []),
            "second": _draw_condition(draw, state, []),
            "rest": make_condition({}),
        },
        considerations={
            name: (
                _draw_price(draw, state),
                {
                    player: {kind: draw(st.sampled_from([1.0, -0.5, "worth"])) for kind in kinds}
                    for player, kinds in players.items()
                    if draw(st.booleans())
                },
            )
            for name in ("safety", "honour")
        },
        quantities=_QUANTITIES,
        policies=[policy],
    )


def _some(values: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(list(values)), min_size=1, max_size=2, unique=True)


def _draw_condition(
    draw: Draw, state: Mapping[str, Sequence[str]], players: Sequence[str]
) -> Condition:
    """Draw a condition on one or two variables, sometimes on the round or a type."""
    alternatives = []
    for _ in range(draw(st.integers(1, 2))):
        allowed: dict[str, Sequence[str]] = {}
        for name in draw(_some(list(state))):
            allowed[name] = draw(_some(state[name]))
        if players and draw(st.integers(0, 4)) == 0:
            allowed["round"] = [str(draw(st.integers(1, 3)))]
        if players and draw(st.integers(0, 4)) == 0:
            allowed[f"{draw(st.sampled_from(players))}.type"] = ["soft", "only"]
        alternatives.append(allowed)
    return make_condition(*alternatives)


def _draw_effects(
    draw: Draw, state: Mapping[str, Sequence[str]], types: Mapping[str, Sequence[str]]
) -> dict[str, Effect]:
    """Draw effects on some variables; some depend on the state or on a type, once or twice over."""
    names = draw(st.lists(st.sampled_from(sorted(state)), max_size=2, unique=True))
    readable = {**state, **types}

    def effect(name: str, depth: int) -> Effect:
        if draw(st.integers(0, 2 + depth)) > 0:
            return str(draw(st.sampled_from([*state[name], "up", "down", "keep"])))
        variable = draw(st.sampled_from(sorted(readable)))
        return ConditionalEffect(
            variable=variable,
            cases={value: effect(name, depth + 1) for value in readable[variable]},
        )

    return {name: effect(name, 0) for name in names}


def _draw_menu(
    draw: Draw,
    prefix: str,
    mover: str,
    state: Mapping[str, Sequence[str]],
    players: Mapping[str, Mapping[str, "float | str | Binding | None"]],
) -> list[Instrument]:
    """Draw the instruments of a menu; the first is always available and does nothing."""
    menu = [make_instrument(f"{prefix}_wait", mover)]
    types = {f"{player}.type": tuple(kinds) for player, kinds in players.items()}
    for number in range(draw(st.integers(1, 2))):
        chance: dict[str, tuple[float | str | Binding | None, Mapping[str, Effect]]] | None = None
        possible: dict[str, Condition] = {}
        if draw(st.integers(0, 2)) == 0:
            variable = draw(st.sampled_from(sorted(state)))
            prob: Binding = ByState(
                variable=variable,
                cases={
                    value: make_binding(draw(st.sampled_from([0.3, "prob"])))
                    for value in state[variable]
                },
            )
            chance = {
                "good": (prob, _draw_effects(draw, state, types)),
                "luck": (0.05, _draw_effects(draw, state, types)),
                "bad": (None, _draw_effects(draw, state, types)),
            }
            for outcome in ("good", "luck"):
                if draw(st.booleans()):
                    possible[outcome] = _draw_condition(draw, state, list(players))
        hidden = draw(st.booleans())
        menu.append(
            make_instrument(
                f"{prefix}_{number}",
                mover,
                when=_draw_condition(draw, state, list(players)) if draw(st.booleans()) else (),
                effects=_draw_effects(draw, state, types),
                chance=chance,
                possible=possible,
                seen_by=[draw(st.sampled_from(list(players)))] if hidden else [],
                looks_like=menu[0].id if hidden and draw(st.booleans()) else "",
            )
        )
    return menu


def _draw_price(draw: Draw, state: Mapping[str, Sequence[str]]) -> Binding:
    """Draw a price that depends on one or two variables."""
    variable = draw(st.sampled_from(sorted(state)))
    other = draw(st.sampled_from(sorted(state)))
    leaf = st.sampled_from(
        [make_binding(0.0), make_binding(2.5), make_binding("worth"), make_binding("cost")]
    )
    inner = ByState(variable=other, cases={value: draw(leaf) for value in state[other]})
    return ByState(
        variable=variable,
        cases={
            value: draw(
                st.sampled_from(
                    [
                        draw(leaf),
                        inner,
                        Sum(terms=(inner, draw(leaf))),
                        Product(factors=(draw(leaf), inner)),
                    ]
                )
            )
            for value in state[variable]
        },
    )

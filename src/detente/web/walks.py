"""Walks through the game: a juncture as programs get it and a page shows it."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from detente.analysis.records import OWN_ODDS, PLEDGE_PART
from detente.analysis.walking import Juncture, Quantiles, walk
from detente.brief.pictures.palette import NEUTRAL, band, player_colours
from detente.brief.pictures.scales import Scale
from detente.crisis.crisis import Crisis
from detente.engine.usual import DRAWS_OF_A_CHANGE
from detente.web.answers import Spread
from detente.web.rendering import Renderer
from detente.web.workbench import Workbench

__all__ = [
    "BeliefView",
    "Option",
    "OptionOfType",
    "PlaceView",
    "crumbs_of",
    "list_likeliest",
    "show_juncture",
    "tell_place",
    "view_place",
    "walk_to",
]


PlaceCase = Literal["end", "chance", "alike", "differ"]
"""How a juncture is told: the end, a draw of chance, or a choice that all types of the mover make alike most often, or not."""


class OptionOfType(BaseModel):
    """An option for one type of the mover: how often it is taken, what it is worth in stakes and the parts of that, largest first."""

    type: str
    label: str
    prob: Spread
    payoff: float | None
    parts: list[tuple[str, str, float]]


class Option(BaseModel):
    """A way on, with how often it is taken by whoever may be there; ``step`` continues the path."""

    step: str
    label: str
    prob: Spread
    seen_by: list[str]
    by_type: list[OptionOfType]


class BeliefView(BaseModel):
    """What one who sees every move believes of a player, before and after the moves."""

    player: str
    type: str
    label: str
    before: Spread
    now: Spread


class PlaceView(BaseModel):
    """Where play stands after a path of moves: who moves, what it has seen and cannot tell, its options, and what follows."""

    path: list[str]
    kind: str
    player: str
    round: int
    phase: str
    seen: list[str]
    cannot_tell: list[str]
    options: list[Option]
    reach: Spread
    beliefs: list[BeliefView]
    from_here: dict[str, Spread]
    at_start: dict[str, Spread]
    draws: int


def walk_to(
    bench: Workbench,
    crisis: Crisis,
    path: Sequence[str],
    *,
    policy: str | None,
    seed: int,
    is_stopped: Callable[[], bool] | None = None,
) -> Juncture:
    """Solve a crisis, or take what was solved lately, and walk to where a path leads."""
    solution = bench.solve(
        crisis, policy=policy, draws=DRAWS_OF_A_CHANGE, seed=seed, is_stopped=is_stopped
    )
    return walk(solution, path)


def view_place(crisis: Crisis, place: Juncture) -> PlaceView:
    """Return a juncture with the words of the crisis."""
    phases = {item.id: item.label for item in crisis.phases}
    return PlaceView(
        path=list(place.path),
        kind=place.kind,
        player=place.player,
        round=place.round,
        phase=phases.get(place.phase, ""),
        seen=list(place.seen),
        cannot_tell=[
            f"{player.name}: {' or '.join(kind.label for kind in player.types)}"
            for player in crisis.players.values()
            if place.kind == "choice" and player.id != place.player and len(player.types) > 1
        ],
        options=[_option(crisis, place, number) for number in range(len(place.branches))],
        reach=_spread(place.reach),
        beliefs=[
            BeliefView(
                player=player.name,
                type=kind.id,
                label=kind.label,
                before=_spread(place.priors[player.id, kind.id]),
                now=_spread(place.beliefs[player.id, kind.id]),
            )
            for player in crisis.players.values()
            for kind in player.types
            if (player.id, kind.id) in place.beliefs
        ],
        from_here={name: _spread(found) for name, found in place.outcomes.items()},
        at_start={name: _spread(found) for name, found in place.at_start.items()},
        draws=DRAWS_OF_A_CHANGE,
    )


def crumbs_of(crisis: Crisis, path: Sequence[str]) -> list[tuple[str, str]]:
    """Return each step of a path in words, with the path as far as it."""
    chance = {
        outcome.id: outcome.label for item in crisis.instruments.values() for outcome in item.chance
    }
    words = chance | {item.id: item.label for item in crisis.instruments.values()}
    return [(words.get(step, step), "/".join(path[: place + 1])) for place, step in enumerate(path)]


def show_juncture(renderer: Renderer, crisis: Crisis, place: Juncture) -> dict[str, Any]:
    """Return what the template says of a juncture."""
    view = view_place(crisis, place)
    scale = Scale(low=0.0, high=1.0, start=0.0, end=100.0, ticks=(), words=())
    names = {"attack": "an attack of any kind"} | {
        rule.id: rule.label for rule in crisis.outcomes.values()
    }
    end = names[max(view.from_here, key=lambda name: (name != "attack", view.from_here[name].mean))]
    return {
        "place": view,
        "at": scale.at,
        "names": names,
        "mover": crisis.players.get(place.player),
        "tone": band(player_colours(crisis).get(place.player, NEUTRAL)).name,
        "headline": renderer.words(
            "words.j2", "juncture", tell_place(view), view, crisis, end, list_likeliest(view)
        ),
    }


def tell_place(place: PlaceView) -> PlaceCase:
    """Return the case in which a juncture is told."""
    if place.kind != "choice":
        return "end" if place.kind == "end" else "chance"
    options = {option for _, option, _ in list_likeliest(place)}
    return "alike" if len(options) == 1 else "differ"


def list_likeliest(place: PlaceView) -> list[tuple[str, str, float]]:
    """Return what each type of the mover does most often: the type, the option, and how often it takes it."""
    found = []
    kinds = place.options[0].by_type if place.options else []
    for number, kind in enumerate(kinds):
        best = max(place.options, key=lambda option: option.by_type[number].prob.mean)
        found.append((kind.label, best.label, best.by_type[number].prob.mean))
    return found


def _option(crisis: Crisis, place: Juncture, number: int) -> Option:
    branch = place.branches[number]
    instrument = crisis.instruments.get(branch.id) if place.kind == "choice" else None
    kinds = {
        kind.id: kind.label
        for player in crisis.players.values()
        if player.id == place.player
        for kind in player.types
    }
    by_type = []
    for choice in place.choices:
        worth = next((item for item in choice.worths if item.instrument == branch.id), None)
        parts = {} if worth is None else worth.parts
        ordered = sorted(parts.items(), key=lambda pair: -abs(pair[1]))
        by_type.append(
            OptionOfType(
                type=choice.type,
                label=kinds[choice.type],
                prob=_spread(choice.probs[number]),
                payoff=None if worth is None else worth.payoff,
                parts=[(name, _words_of_part(crisis, name), value) for name, value in ordered],
            )
        )
    return Option(
        step=branch.id,
        label=branch.label,
        prob=_spread(branch.prob),
        seen_by=[crisis.players[item].name for item in (instrument.seen_by if instrument else ())],
        by_type=by_type,
    )


def _words_of_part(crisis: Crisis, name: str) -> str:
    if name in crisis.considerations:
        return crisis.considerations[name].label
    return {OWN_ODDS: "what its own odds add", PLEDGE_PART: "what the pledge takes"}.get(name, name)


def _spread(found: Quantiles) -> Spread:
    return Spread(mean=found.mean, low=found.low, high=found.high)

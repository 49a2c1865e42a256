"""Turn the validated entries of a draft into the frozen parts of a crisis."""

from collections.abc import Callable
from typing import Any, TypeVar

from detente.crisis.dates import first_day
from detente.crisis.draft import Draft, Keys, VariableUse
from detente.crisis.elements import (
    Actor,
    Binding,
    ChanceOutcome,
    Consideration,
    Constant,
    EventRule,
    Fact,
    Instrument,
    Issue,
    Mechanism,
    Move,
    Nest,
    OutcomeRule,
    OwnOdds,
    Phase,
    Player,
    PlayerType,
    Pledge,
    Policy,
    QuantityOf,
    Source,
    StatedAim,
    StateVariable,
)
from detente.crisis.expressions import (
    BINDING_WORDS,
    NEVER,
    read_binding,
    read_condition,
    read_effects,
)
from detente.crisis.indicators import build_indicators
from detente.crisis.metric_names import metric_name
from detente.crisis.quantity_building import (
    build_effects,
    build_exposures,
    build_positions,
    build_quantity,
    day_of,
    table_rows,
)
from detente.crisis.schema import (
    OF_NOBODY,
    ActorEntry,
    AimEntry,
    ConsiderationEntry,
    Entry,
    EventRuleEntry,
    FactEntry,
    InstrumentEntry,
    IssueEntry,
    MechanismEntry,
    NestEntry,
    OutcomeEntry,
    OwnEntry,
    PhaseEntry,
    PlayerEntry,
    PolicyEntry,
    QuantityEntry,
    StateVariableEntry,
)

__all__ = ["build", "number_or_quantity"]

AnyEntry = TypeVar("AnyEntry", bound=Entry)


def build(draft: Draft) -> None:
    """Fill the parts of a draft from its entries and tables."""
    _sources(draft)
    _each(draft, "actors", ActorEntry, _actor)
    _each(draft, "players", PlayerEntry, _player)
    _each(draft, "quantities", QuantityEntry, build_quantity)
    _each(draft, "issues", IssueEntry, _issue)
    build_exposures(draft)
    build_positions(draft)
    build_effects(draft)
    build_indicators(draft)
    _each(draft, "state", StateVariableEntry, _variable)
    _each(draft, "nests", NestEntry, _nest)
    _hopes(draft)
    _each(draft, "instruments", InstrumentEntry, _instrument)
    _each(draft, "phases", PhaseEntry, _phase)
    _each(draft, "outcomes", OutcomeEntry, _outcome)
    _each(draft, "mechanisms", MechanismEntry, _mechanism)
    _each(draft, "considerations", ConsiderationEntry, _consideration)
    _each(draft, "policies", PolicyEntry, _policy)
    _each(draft, "aims", AimEntry, _aim)
    _each(draft, "facts", FactEntry, _fact)
    _each(draft, "event_rules", EventRuleEntry, _event_rule)
    draft.ends_when = read_condition(
        draft, draft.header.get("ends_when"), ("ends_when",), absent=NEVER
    )


def _each(
    draft: Draft,
    section: str,
    model: type[AnyEntry],
    function: Callable[[Draft, str, AnyEntry], None],
) -> None:
    """Call a function with every valid entry of a section; entries of a list are named by their index."""
    for keys, entry in draft.each(section, model):
        function(draft, str(keys[1]), entry)


def _actor(draft: Draft, actor: str, entry: ActorEntry) -> None:
    draft.actors[actor] = draft.element(Actor, entry, ("actors", actor))


def _issue(draft: Draft, issue: str, entry: IssueEntry) -> None:
    draft.issues[issue] = draft.element(Issue, entry, ("issues", issue))


def _variable(draft: Draft, variable: str, entry: StateVariableEntry) -> None:
    draft.state[variable] = draft.element(StateVariable, entry, ("state", variable))


def _outcome(draft: Draft, outcome: str, entry: OutcomeEntry) -> None:
    keys = ("outcomes", outcome)
    when = read_condition(draft, entry.when, (*keys, "when"))
    attack = _whose_attack(draft, entry.attack, (*keys, "attack"))
    draft.outcomes[outcome] = draft.element(OutcomeRule, entry, keys, when=when, attack=attack)


def _whose_attack(draft: Draft, attack: str | None, keys: Keys) -> str:
    """Return the player whose act an attack is; of one that is nobody's by name, the only challenger's."""
    if attack != OF_NOBODY or OF_NOBODY in draft.players:
        return attack or ""
    challengers = [item.id for item in draft.players.values() if item.role == "challenger"]
    found = challengers[0] if len(challengers) == 1 else ""
    draft.report(
        "attack-unnamed",
        f"an attack is somebody's act: it is taken for that of the challenger {found!r}"
        if found
        else f"an attack is somebody's act, and there are {len(challengers)} challengers",
        at=keys,
        value=True,
        fix=f"name the player: attack: {found or next(iter(draft.players), 'PLAYER')}",
        severity="warning" if found else "error",
    )
    return found


def _sources(draft: Draft) -> None:
    for row in table_rows(draft, "sources"):
        cells = row.cells
        draft.sources.setdefault(
            cells["key"],
            Source(
                key=cells["key"],
                publisher=cells["publisher"],
                title=cells["title"],
                date=first_day(cells["date"]),
                date_printed=cells["date"],
                address=cells["address"],
                standing=cells["standing"],
                edition=cells.get("edition", ""),
                place=row.place,
            ),
        )


def _player(draft: Draft, player: str, entry: PlayerEntry) -> None:
    types = []
    for name, item in entry.types.items():
        prior: Binding | None = None
        keys = ("players", player, "types", name, "prior")
        if item.prior != "rest":
            if isinstance(item.prior, int | float | str):
                prior = read_binding(draft, item.prior, keys, role="prior")
            else:
                draft.report(
                    "value-type",
                    f"{item.prior!r} is no prior",
                    at=keys,
                    value=item.prior,
                    fix="write a number from 0 to 1, the path of a quantity, or rest",
                )
        types.append(draft.element(PlayerType, item, keys[:-1], prior=prior))
    draft.players[player] = draft.element(Player, entry, keys[:2], types=tuple(types))


def _nest(draft: Draft, nest: str, entry: NestEntry) -> None:
    keys = ("nests", nest)
    similarity = read_binding(draft, entry.similarity, (*keys, "similarity"), role="similarity")
    if similarity is not None:
        draft.nests[nest] = draft.element(
            Nest, entry, keys, similarity=similarity, weight=_menu_weight(draft, entry.weight, keys)
        )


def _menu_weight(draft: Draft, raw: Any, keys: tuple[str, ...]) -> Binding | None:
    """Return how much an option or a nest counts in its list; None for 1."""
    if raw is None:
        return None
    return read_binding(draft, raw, (*keys, "weight"), role="menu weight")


def _hopes(draft: Draft) -> None:
    """Read whose odds are shifted in its own favour; a role names all its players, a player goes before its role."""
    found: dict[str, Binding] = {}
    raw: dict[str, Any] = draft.header.get("hopes", {})
    roles = {player.role for player in draft.players.values()}
    for name in sorted(raw, key=lambda name: name in draft.players):
        keys = ("hopes", name)
        binding = read_binding(draft, raw[name], keys, role="shift")
        meant = [name] if name in draft.players else []
        meant = meant or [item.id for item in draft.players.values() if item.role == name]
        if not meant:
            draft.findings.append(
                draft.unknown(
                    "player-unknown", "player or role", name, [*draft.players, *roles], at=keys
                )
            )
        elif binding is not None:
            found |= dict.fromkeys(meant, binding)
    draft.hopes = found


def _own_odds(
    draft: Draft, own: dict[str, OwnEntry], keys: tuple[str | int, ...]
) -> dict[str, OwnOdds]:
    """Return how players rate a chance outcome."""
    found = {}
    for player, entry in own.items():
        at = (*keys, "own", player)
        if (entry.shift is None) == (entry.prob is None):
            draft.report(
                "key-missing",
                f"the odds of {player!r} need either a shift or a probability",
                at=at,
                value=player,
                fix="write `shift:` in log-odds, or `prob:`",
            )
            continue
        shift = prob = None
        if entry.shift is not None:
            shift = read_binding(draft, entry.shift, (*at, "shift"), role="shift")
        else:
            prob = read_binding(draft, entry.prob, (*at, "prob"), role="prob")
        if shift is not None or prob is not None:
            found[player] = OwnOdds(shift=shift, prob=prob)
    return found


def _instrument(draft: Draft, instrument: str, entry: InstrumentEntry) -> None:
    keys = ("instruments", instrument)
    chance = []
    for index, item in enumerate(entry.chance):
        place = (*keys, "chance", index)
        prob = (
            None
            if item.prob == "rest"
            else read_binding(draft, item.prob, (*place, "prob"), role="prob")
        )
        effects = read_effects(draft, item.effects, (*place, "effects"))
        when = read_condition(draft, item.when, (*place, "when"))
        chance.append(
            draft.element(
                ChanceOutcome,
                item,
                place,
                prob=prob,
                when=when,
                effects=effects,
                own=_own_odds(draft, item.own, place),
            )
        )
    draft.instruments[instrument] = draft.element(
        Instrument,
        entry,
        keys,
        when=read_condition(draft, entry.when, (*keys, "when")),
        effects=read_effects(draft, entry.effects, (*keys, "effects")),
        chance=tuple(chance),
        weight=_menu_weight(draft, entry.weight, keys),
        sources=tuple(entry.source),
    )


def _phase(draft: Draft, index: str, entry: PhaseEntry) -> None:
    keys = ("phases", int(index))
    single = entry.player is not None and entry.menu is not None
    partial = entry.player is not None or entry.menu is not None
    if single == (entry.moves is not None) or partial != single:
        draft.report(
            "key-missing",
            f"the phase {entry.id!r} needs either player and menu, or moves",
            at=keys,
            value=entry.id,
            fix="write `player:` and `menu:` for one move, or `moves:` for sealed ones",
        )
        return
    if entry.player is not None and entry.menu is not None:
        moves = [Move(player=entry.player, menu=tuple(entry.menu))]
    else:
        moves = [Move(player=item.player, menu=tuple(item.menu)) for item in entry.moves or ()]
    when = read_condition(draft, entry.when, (*keys, "when"))
    draft.phases.append(draft.element(Phase, entry, keys, moves=tuple(moves), when=when))


def _mechanism(draft: Draft, mechanism: str, entry: MechanismEntry) -> None:
    keys = ("mechanisms", mechanism)
    members = tuple(entry.members)
    inputs = {
        name: read_binding(draft, raw, (*keys, "inputs", name), role="input", members=members)
        for name, raw in entry.inputs.items()
    }
    known = {name: binding for name, binding in inputs.items() if binding is not None}
    draft.mechanisms[mechanism] = draft.element(Mechanism, entry, keys, inputs=known)


def _consideration(draft: Draft, consideration: str, entry: ConsiderationEntry) -> None:
    keys = ("considerations", consideration)
    price = read_binding(draft, entry.price, (*keys, "price"), role="price")
    weights = {
        player: _weights(draft, player, raw, consideration) for player, raw in entry.weights.items()
    }
    if price is not None:
        draft.considerations[consideration] = draft.element(
            Consideration, entry, keys, price=price, weights=weights
        )


def _weights(draft: Draft, player: str, raw: Any, consideration: str) -> dict[str, Binding]:
    """Return the weight per type; one binding counts for all types."""
    keys = ("considerations", consideration, "weights", player)
    known = draft.players[player].types if player in draft.players else ()
    types = dict.fromkeys(item.id for item in known)
    if isinstance(raw, dict) and not any(word in raw for word in BINDING_WORDS):
        found = {
            name: read_binding(draft, item, (*keys, name), role="weight")
            for name, item in raw.items()
        }
        if types:
            for name in found:
                if name not in types:
                    draft.findings.append(
                        draft.unknown(
                            "type-unknown", f"type of {player}", name, types, at=(*keys, name)
                        )
                    )
            for name in types:
                if name not in found:
                    draft.report(
                        "key-missing",
                        f"the weights of {player!r} lack its type {name!r}",
                        at=keys,
                        value=name,
                        fix=f"give a weight for {name}; 0 if it does not care",
                    )
        return {name: binding for name, binding in found.items() if binding is not None}
    binding = read_binding(draft, raw, keys, role="weight")
    return {} if binding is None else dict.fromkeys(types, binding)


def _policy(draft: Draft, policy: str, entry: PolicyEntry) -> None:
    keys = ("policies", policy)
    for variable, value in entry.state.items():
        draft.variables.append(
            VariableUse(
                keys=(*keys, "state", variable),
                variable=variable,
                values=(value,),
                role="initial",
            )
        )
    fix = {name: tuple(values) for name, values in entry.fix.items()}
    pledge = _pledge(draft, policy, entry)
    pledges = () if pledge is None else (pledge,)
    draft.policies[policy] = draft.element(Policy, entry, keys, fix=fix, pledges=pledges)


def _pledge(draft: Draft, policy: str, entry: PolicyEntry) -> Pledge | None:
    """Return what a policy rests on; None if it surely holds and costs nothing."""
    keys = ("policies", policy)
    credibility = None
    if entry.credibility is not None:
        at = (*keys, "credibility")
        credibility = read_binding(draft, entry.credibility, at, role="credibility")
    paid: dict[str, tuple[tuple[str, Binding], ...]] = {"cost": (), "broken": ()}
    for name, by_player in (("cost", entry.cost), ("broken", entry.broken)):
        for player, raw in by_player.items():
            binding = read_binding(draft, raw, (*keys, name, player), role="cost")
            if binding is not None:
                paid[name] += ((player, binding),)
    if credibility is None and not any(paid.values()):
        return None
    return Pledge(id=policy, credibility=credibility, **paid)


def _aim(draft: Draft, aim: str, entry: AimEntry) -> None:
    metrics = (
        *(metric_name("level", name) for name in entry.considerations),
        *(metric_name("outcome", name) for name in entry.outcomes),
        *(metric_name("payoff", name) for name in entry.payoffs),
    )
    less = entry.better == "less"
    draft.aims[aim] = draft.element(
        StatedAim, entry, ("aims", aim), metrics=metrics, lower_is_better=less
    )


def _fact(draft: Draft, index: str, entry: FactEntry) -> None:
    keys, day = ("facts", int(index)), day_of(draft, entry.as_of)
    draft.facts.append(draft.element(Fact, entry, keys, sources=tuple(entry.source), as_of=day))


def _event_rule(draft: Draft, index: str, entry: EventRuleEntry) -> None:
    move, _, outcome = entry.move.partition("/")
    evidence = {}
    for name, value in entry.evidence.items():
        player, _, kind = name.partition(".")
        evidence[player, kind] = number_or_quantity(value)
    keys = ("event_rules", int(index))
    for variable, value in entry.state.items():
        draft.variables.append(
            VariableUse(
                keys=(*keys, "state", variable), variable=variable, values=(value,), role="initial"
            )
        )
    rule = draft.element(
        EventRule,
        entry,
        keys,
        actors=tuple(entry.actor),
        targets=tuple(entry.target),
        categories=tuple(item.upper() for item in entry.category),
        modes=tuple(item.lower() for item in entry.mode),
        words=tuple(item.casefold() for item in entry.words),
        about=tuple(item.casefold() for item in entry.about),
        without=tuple(item.casefold() for item in entry.without),
        move=move,
        outcome=outcome,
        evidence=evidence,
        weight=number_or_quantity(entry.weight),
    )
    draft.event_rules.append(rule)


def number_or_quantity(value: float | str) -> Constant | QuantityOf:
    """Return a number, or the quantity that a path names."""
    return QuantityOf(path=value) if isinstance(value, str) else Constant(value=value)

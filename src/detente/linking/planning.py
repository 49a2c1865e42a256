"""Planning of prices: everything about payoffs and probabilities that does not depend on draws, worked out once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from detente.arrays import FloatArray, Int64Array
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Binding, Consideration, Instrument, Mechanism, Player
from detente.crisis.odds import odds_bindings, odds_of
from detente.errors import Code, Place, refuse
from detente.linking.bindings import (
    AbstractTerm,
    Levels,
    Scope,
    compile_binding,
    outputs_needed,
)
from detente.linking.tables import bind_model, responses_to
from detente.models import Model, find_model
from detente.models.registry import Input, Price
from detente.rules.compiling import Rules, profiles
from detente.rules.state import BINDING, read_outputs
from detente.rules.unrolling import Tree
from detente.summaries import html_fields, text_fields

if TYPE_CHECKING:
    from scipy import sparse

__all__ = [
    "Evaluation",
    "Lottery",
    "OwnTerms",
    "Plan",
    "Within",
    "mechanism_order",
    "plan_fixed",
    "plan_mechanisms",
    "plan_pricing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """A part of a tree, to price nothing beyond it: classes of terminals and chance events, sorted."""

    classes: Int64Array
    events: Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A mechanism with its inputs compiled; ``function`` is its model, bound to the tables that it works on."""

    mechanism: Mechanism
    model: Model
    function: Price
    inputs: tuple[tuple[Input, AbstractTerm], ...]
    n_levels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lottery:
    """Probabilities of some outcomes at some levels; ``terms`` None is the rest up to one.

    ``branches`` ``(n_levels, n_outcomes)`` says where they go in the flat axis of chance branches. ``own`` holds, for players
    who rate outcomes otherwise, a term for each outcome that they do: a shift in log-odds or a probability.
    """

    name: str
    code: Code
    place: Place
    terms: tuple[AbstractTerm | None, ...]
    branches: Int64Array
    own: tuple["OwnTerms", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTerms:
    """How a player, by number, rates the outcomes of a lottery: ``(outcome, term)`` for shifts, or for probabilities."""

    player: int
    shifts: tuple[tuple[int, AbstractTerm], ...] = ()
    probs: tuple[tuple[int, AbstractTerm], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything about pricing a tree that does not depend on draws.

    ``paths`` are the quantities that :func:`price` needs. ``level_states`` says for each mechanism what its levels are,
    ``mechanism_codes`` gives them as codes, ``reachable`` those that were asked for; mechanisms in ``shared`` are evaluated
    by the base plan. ``prices`` gives for each consideration the number of its levels and those that are priced,
    ``even`` even odds for each chance branch. ``menu_weights`` say how much each instrument and then each nest counts in its list
    (None: 1), ``similarities`` how alike the options of each nest are; both are empty where menus are plain. ``type_rows`` give for each player its type in each profile;
    ``share_of_types`` profiles have the same types, and share their probability evenly until it is known whether a policy
    binds.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    paths: tuple[str, ...]
    reachable: Mapping[str, Int64Array]
    mechanism_codes: Mapping[str, Int64Array]
    shared: frozenset[str]
    level_states: Mapping[str, tuple[dict[str, str], ...]]
    even: FloatArray
    shape: tuple[int, int]
    mechanisms: tuple[Evaluation, ...]
    prices: tuple[tuple[Consideration, int, Int64Array, AbstractTerm], ...]
    priors: tuple[Lottery, ...]
    type_rows: tuple[Int64Array, ...]
    share_of_types: int
    lotteries: tuple[Lottery, ...]
    menu_weights: tuple[AbstractTerm | None, ...]
    similarities: tuple[AbstractTerm, ...]
    weights: tuple[tuple[tuple[str, str, str], AbstractTerm], ...]
    weight_row: Int64Array
    price_row: Int64Array
    incidence: "sparse.csr_array"


def plan_pricing(
    tree: Tree,
    crisis: Crisis,
    *,
    reachable: Mapping[str, Int64Array] | None = None,
    base: Plan | None = None,
    within: Within | None = None,
) -> Plan:
    """Work out how to price a tree.

    Parameters
    ----------
    tree
        Unrolled from the rules of the crisis.
    crisis
        The crisis itself; ``check_game`` must find no error in it.
    reachable
        Levels at which each mechanism is evaluated for the briefing, as codes of what it reads; by default every one that its
        variables reach in the game. Those that a price or a probability needs come on top; with an empty mapping there are
        no others, which is all that payoffs take.
    base
        Plan of the same crisis under another policy. Mechanisms that it evaluates at every level needed here are taken
        from it: :func:`price` then wants what that plan gave for the same draws, as its own ``base``.
    within
        The part of the tree to price; levels beyond it have price zero, and chance events beyond it even odds.

    Returns
    -------
    Plan
        For :func:`price`.

    Raises
    ------
    CrisisFileError
        An error of :func:`check_game` that stands in the way: an unknown model or input, a cycle of mechanisms.
    """
    rules = tree.rules
    reachable = tree.mechanism_codes if reachable is None else reachable
    order = mechanism_order(crisis)
    now = Levels(projection=rules.project(rules.variables), values=rules.initial[None, :])
    rows = [
        np.arange(len(codes))
        if within is None
        else np.unique(tree.class_level[within.classes, number]).astype(np.int64)
        for number, codes in enumerate(tree.level_codes)
    ]
    prices = [
        Levels(projection=reads, values=reads.decode(codes[wanted]))
        for reads, codes, wanted in zip(
            rules.consideration_reads, tree.level_codes, rows, strict=True
        )
    ]
    events = _events(tree, crisis, within)
    consumers: list[tuple[Binding, Levels]] = [
        *(
            (item.price, levels)
            for item, levels in zip(crisis.considerations.values(), prices, strict=True)
        ),
        *(
            (binding, levels)
            for item, places, _, levels in events
            for place in places
            for binding in odds_bindings(crisis, item.chance[place])
        ),
        *(
            (kind.prior, now)
            for player in crisis.players.values()
            for kind in player.types
            if kind.prior is not None
        ),
        *((binding, now) for _, binding in _weight_bindings(crisis)),
        *((binding, now) for binding in _menu_bindings(crisis)),
    ]
    levels, shared = _mechanism_levels(
        crisis,
        rules,
        order,
        consumers,
        reachable=reachable,
        given=base.mechanism_codes if base is not None else {},
    )
    scope = Scope(
        crisis=crisis,
        rules=rules,
        levels=levels,
        per_member=lambda mechanism, output: _per_member(crisis, mechanism, output),
    )
    mechanisms = tuple(
        _plan_mechanism(crisis.mechanisms[name], scope)
        for name in order
        if len(levels[name]) and name not in shared
    )
    weights = [
        (key, compile_binding(binding, scope=scope, levels=now, place=_place(crisis, key[2])))
        for key, binding in _weight_bindings(crisis)
    ]
    price_terms = tuple(
        (
            item,
            len(codes),
            wanted,
            compile_binding(item.price, scope=scope, levels=levels_of, place=item.place),
        )
        for item, codes, wanted, levels_of in zip(
            crisis.considerations.values(), tree.level_codes, rows, prices, strict=True
        )
    )
    priors = tuple(_plan_prior(player, scope, now) for player in crisis.players.values())
    lotteries = tuple(
        _plan_lottery(item, places, branches, at, scope) for item, places, branches, at in events
    )
    menu_weights, similarities = _plan_menus(crisis, scope, now)
    weight_row, price_row, incidence = _incidence(tree, [key for key, _ in weights])
    return Plan(
        paths=tuple(sorted(scope.paths)),
        reachable=reachable,
        mechanism_codes=levels,
        shared=shared,
        level_states={
            name: tuple(
                rules.values_of(row, rules.mechanism_reads[name])
                for row in rules.mechanism_reads[name].decode(codes)
            )
            for name in crisis.mechanisms
            if len(codes := levels[name])
        },
        even=np.repeat(1.0 / np.diff(tree.chance_offset), np.diff(tree.chance_offset)),
        shape=(len(tree.class_types), len(tree.players)),
        mechanisms=mechanisms,
        prices=price_terms,
        priors=priors,
        type_rows=tuple(profiles(rules).astype(np.int64).T[: len(tree.players)]),
        share_of_types=len(BINDING) if rules.pledgers else 1,
        lotteries=lotteries,
        menu_weights=menu_weights,
        similarities=similarities,
        weights=tuple(weights),
        weight_row=weight_row,
        price_row=price_row,
        incidence=incidence,
    )


def plan_mechanisms(
    crisis: Crisis, rules: Rules, codes: Mapping[str, Int64Array]
) -> tuple[dict[str, Int64Array], frozenset[str], tuple[Evaluation, ...]]:
    """Work out how to evaluate some mechanisms at levels of the caller's choice, with those that they read.

    Parameters
    ----------
    crisis, rules
        The crisis and its rules.
    codes
        Levels by mechanism, as codes of what it reads.

    Returns
    -------
    tuple
        Levels of every mechanism that is evaluated, sorted; paths of the quantities read; evaluations in their order.
    """
    order = mechanism_order(crisis)
    levels, _ = _mechanism_levels(crisis, rules, order, (), reachable=codes, given={})
    scope = Scope(
        crisis=crisis,
        rules=rules,
        levels=levels,
        per_member=lambda mechanism, output: _per_member(crisis, mechanism, output),
    )
    planned = tuple(
        _plan_mechanism(crisis.mechanisms[name], scope) for name in order if len(levels[name])
    )
    return levels, frozenset(scope.paths), planned


def mechanism_order(crisis: Crisis) -> tuple[str, ...]:
    """Return the mechanisms so that each comes after those whose outputs it reads.

    Raises
    ------
    CrisisFileError
        ``mechanism-cycle`` naming the mechanisms of a cycle.
    """
    done: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in done or name not in crisis.mechanisms:
            return
        if name in open_:
            cycle = [*open_[open_.index(name) :], name]
            place = crisis.mechanisms[name].place
            refuse(
                f"mechanisms feed on each other: {' <- '.join(cycle)}",
                code="mechanism-cycle",
                at=place,
                fix="bind one of these inputs to a quantity instead",
                value=name,
            )
        open_.append(name)
        for binding in crisis.mechanisms[name].inputs.values():
            for output in read_outputs(binding):
                visit(output.mechanism)
        open_.pop()
        done.append(name)

    for name in crisis.mechanisms:
        visit(name)
    return tuple(done)


def _place(crisis: Crisis, consideration: str) -> Place:
    return crisis.considerations[consideration].place


def _weight_bindings(
    crisis: Crisis,
) -> Iterable[tuple[tuple[str, str, str], Binding]]:
    for item in crisis.considerations.values():
        for player, by_type in item.weights.items():
            for kind, binding in by_type.items():
                yield (player, kind, item.id), binding


def _menu_bindings(crisis: Crisis) -> Iterator[Binding]:
    """Yield what the numbers of menus are read from."""
    for nest in crisis.nests.values():
        yield nest.similarity
    yield from (weight for weight, _ in _weights_of_menus(crisis) if weight is not None)


def _weights_of_menus(crisis: Crisis) -> list[tuple[Binding | None, Place]]:
    """Return how much each instrument and then each nest counts in its list, and where that is written."""
    return [
        *((item.weight, item.place) for item in crisis.instruments.values()),
        *((nest.weight, nest.place) for nest in crisis.nests.values()),
    ]


def _plan_menus(
    crisis: Crisis, scope: Scope, now: Levels
) -> tuple[tuple[AbstractTerm | None, ...], tuple[AbstractTerm, ...]]:
    """Return the terms of weights, of instruments and then of nests, and of similarities; nothing where menus are plain."""
    options = crisis.instruments.values()
    if not any(item.weight is not None or item.nest for item in options):
        return (), ()

    def term(binding: Binding, place: Place) -> AbstractTerm:
        return compile_binding(binding, scope=scope, levels=now, place=place)

    return (
        tuple(
            None if weight is None else term(weight, place)
            for weight, place in _weights_of_menus(crisis)
        ),
        tuple(term(nest.similarity, nest.place) for nest in crisis.nests.values()),
    )


def _events(
    tree: Tree, crisis: Crisis, within: Within | None
) -> list[tuple[Instrument, tuple[int, ...], Int64Array, Levels]]:
    """Return the instruments whose chance outcomes occur, with the places of those that can follow, branches and levels.

    An instrument stands once for each set of outcomes that can follow.
    """
    found = []
    for number in np.unique(tree.chance_instrument[1:]).tolist():
        item = crisis.instruments[tree.rules.instruments[number].id]
        reads = tree.rules.chance_reads[number]
        if reads is None:  # pragma: no cover - an instrument of a chance event has chance outcomes
            continue
        rows = np.flatnonzero(tree.chance_instrument == number)
        if within is not None:
            rows = np.intersect1d(rows, within.events)
            if not rows.size:
                continue
        groups: dict[tuple[int, ...], list[int]] = {}
        for row in rows.tolist():
            part = slice(tree.chance_offset[row], tree.chance_offset[row + 1])
            groups.setdefault(tuple(tree.chance_outcome[part].tolist()), []).append(row)
        for places, alike in groups.items():
            branches = tree.chance_offset[alike][:, None] + np.arange(len(places))
            levels = Levels(projection=reads, values=reads.decode(tree.chance_level[alike]))
            found.append((item, places, branches.astype(np.int64), levels))
    return found


def _mechanism_levels(
    crisis: Crisis,
    rules: Rules,
    order: Iterable[str],
    consumers: Iterable[tuple[Binding, Levels]],
    *,
    reachable: Mapping[str, Int64Array],
    given: Mapping[str, Int64Array],
) -> tuple[dict[str, Int64Array], frozenset[str]]:
    """Return the levels at which each mechanism is evaluated, and the mechanisms that another plan evaluates.

    Levels are those that are reachable and those that a consumer needs. What reads a mechanism is settled before the
    mechanism itself.
    """
    needed: dict[str, list[Int64Array]] = {
        name: [reachable[name]] if name in reachable else [] for name in crisis.mechanisms
    }
    for binding, levels in consumers:
        for name, codes in outputs_needed(binding, rules=rules, levels=levels):
            needed[name].append(codes)
    result: dict[str, Int64Array] = {}
    shared: set[str] = set()
    for name in reversed(tuple(order)):
        codes = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *needed[name]]))
        if len(given.get(name, ())) and np.isin(codes, given[name]).all():
            result[name] = given[name]
            shared.add(name)
            continue
        result[name] = codes
        reads = rules.mechanism_reads[name]
        levels = Levels(projection=reads, values=reads.decode(codes))
        for binding in crisis.mechanisms[name].inputs.values():
            for other, codes_needed in outputs_needed(binding, rules=rules, levels=levels):
                needed[other].append(codes_needed)
    return result, frozenset(shared)


def _model(mechanism: Mechanism) -> Model:
    model = find_model(mechanism.model)
    if model is None:
        refuse(
            f"there is no model {mechanism.model!r}",
            code="model-unknown",
            at=mechanism.place,
            fix="run `detente check` for the nearest names",
            value=mechanism.model,
        )
    return model


def _per_member(crisis: Crisis, mechanism: str, output: str) -> bool:
    item = crisis.mechanisms[mechanism]
    found = _model(item).find_output(output)
    if found is None:
        refuse(
            f"{item.model} has no output {output!r}",
            code="model-output-unknown",
            at=item.place,
            fix="run `detente check` for the nearest names",
            value=output,
        )
    return found.per_member


def _plan_mechanism(mechanism: Mechanism, scope: Scope) -> Evaluation:
    model = _model(mechanism)
    reads = scope.rules.mechanism_reads[mechanism.id]
    levels = Levels(projection=reads, values=reads.decode(scope.levels[mechanism.id]))
    inputs = []
    for name, binding in mechanism.inputs.items():
        declared = model.find_input(name)
        if declared is None:
            _refuse_input(mechanism, name, code="model-input-unknown", what="has no input")
        term = compile_binding(
            binding,
            scope=scope,
            levels=levels,
            members=mechanism.members if declared.per_member else (),
            place=mechanism.place,
        )
        inputs.append((declared, term))
    for declared in model.inputs:
        if declared.default is None and declared.name not in mechanism.inputs:
            _refuse_input(
                mechanism, declared.name, code="model-input-missing", what="needs the input"
            )
    if model.reads_responses and not responses_to(mechanism.design, scope.crisis):
        _refuse_input(
            mechanism,
            mechanism.design or "design",
            code="model-input-missing",
            what="has no responses to",
        )
    return Evaluation(
        mechanism=mechanism,
        model=model,
        function=bind_model(mechanism, model, scope.crisis),
        inputs=tuple(inputs),
        n_levels=len(levels),
    )


def _refuse_input(mechanism: Mechanism, name: str, *, code: Code, what: str) -> NoReturn:
    refuse(
        f"{mechanism.model} {what} {name!r}",
        code=code,
        at=mechanism.place,
        fix="run `detente check` for the inputs that the model takes",
        value=name,
    )


def plan_fixed(binding: Binding, tree: Tree, crisis: Crisis, place: Place) -> AbstractTerm:
    """Compile a binding that depends on no state, for one level."""
    rules = tree.rules
    scope = Scope(crisis=crisis, rules=rules, levels={}, per_member=lambda *_: False)
    now = Levels(projection=rules.project(rules.variables), values=rules.initial[None, :])
    return compile_binding(binding, scope=scope, levels=now, place=place)


def _plan_prior(player: Player, scope: Scope, now: Levels) -> Lottery:
    return Lottery(
        name=f"the priors of {player.id!r}",
        code="priors-sum",
        place=player.place,
        terms=tuple(
            None
            if kind.prior is None
            else compile_binding(kind.prior, scope=scope, levels=now, place=player.place)
            for kind in player.types
        ),
        branches=np.arange(len(player.types))[None, :],
    )


def _plan_lottery(
    instrument: Instrument,
    places: tuple[int, ...],
    branches: Int64Array,
    levels: Levels,
    scope: Scope,
) -> Lottery:
    return Lottery(
        name=f"the chance outcomes of {instrument.id!r}",
        code="probability-out-of-range",
        place=instrument.place,
        terms=tuple(
            None
            if outcome.prob is None
            else compile_binding(outcome.prob, scope=scope, levels=levels, place=instrument.place)
            for outcome in (instrument.chance[place] for place in places)
        ),
        branches=branches,
        own=_plan_own(instrument, places, levels, scope),
    )


def _plan_own(
    instrument: Instrument, places: tuple[int, ...], levels: Levels, scope: Scope
) -> tuple[OwnTerms, ...]:
    """Return the players who rate some of the outcomes otherwise than the analysts, and how."""
    crisis = scope.crisis
    found = []
    for number, player in enumerate(crisis.players):
        rated = [(at, odds_of(crisis, instrument.chance[at], player)) for at in places]

        def term(binding: Binding) -> AbstractTerm:
            return compile_binding(binding, scope=scope, levels=levels, place=instrument.place)

        shifts = tuple(
            (at, term(own.shift))
            for at, (_, own) in enumerate(rated)
            if own is not None and own.shift is not None
        )
        probs = tuple(
            (at, term(own.prob))
            for at, (_, own) in enumerate(rated)
            if own is not None and own.prob is not None
        )
        if shifts or probs:
            found.append(OwnTerms(player=number, shifts=shifts, probs=probs))
    return tuple(found)


def _incidence(
    tree: Tree, keys: list[tuple[str, str, str]]
) -> "tuple[Int64Array, Int64Array, sparse.csr_array]":
    """Return which weight and price meet in each row of the table of priced parts, and which rows each payoff adds up.

    The table has a row for each (weight, level of its consideration).
    """
    from scipy import sparse  # noqa: PLC0415  slow to load

    n_levels = [len(codes) for codes in tree.level_codes]
    first_price = np.concatenate(([0], np.cumsum(n_levels))).astype(np.int64)
    n_classes, n_players = tree.class_types.shape
    weight_row: list[Int64Array] = []
    price_row: list[Int64Array] = []
    rows, columns = [], []
    size = 0
    for number, (player, kind, consideration) in enumerate(keys):
        at = tree.considerations.index(consideration)
        who = tree.players.index(player)
        weight_row.append(np.full(n_levels[at], number))
        price_row.append(first_price[at] + np.arange(n_levels[at]))
        classes = np.flatnonzero(tree.class_types[:, who] == tree.types[who].index(kind))
        rows.append(classes * n_players + who)
        columns.append(size + tree.class_level[classes, at])
        size += n_levels[at]
    row = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    column = np.concatenate([np.zeros(0, dtype=np.int64), *columns])
    incidence = sparse.csr_array(
        (np.ones(len(row)), (row, column)), shape=(n_classes * n_players, size)
    )
    nothing = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([nothing, *weight_row]),
        np.concatenate([nothing, *price_row]),
        incidence,
    )

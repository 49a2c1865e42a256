"""An independent enumerator of games: plain recursion over dictionaries, slow and simple.

It shares nothing with ``detente.rules`` and is the oracle (*independent code*) of the tests in this folder.
"""

from itertools import product
from math import prod
from types import SimpleNamespace

import pytest

from detente.crisis.elements import ByState, ConditionalEffect, Constant, Product, QuantityOf, Sum


class SlowGame:
    """Unfolds a crisis as nested nodes with ``kind``, ``labels``, ``children`` and what the mover knows."""

    def __init__(self, crisis, policy=None, rounds=None):
        self.crisis = crisis
        self.policy = crisis.policies[policy] if policy else None
        self.rounds = crisis.rounds if rounds is None else rounds

    def root(self):
        crisis = self.crisis
        names = list(crisis.players)
        kinds = [[kind.id for kind in player.types] for player in crisis.players.values()]
        labels, children = [], []
        for combination in product(*kinds):
            world = {name: variable.initial for name, variable in crisis.state.items()}
            if self.policy is not None:
                world.update(self.policy.state)
            world.update(
                {f"{name}.type": kind for name, kind in zip(names, combination, strict=True)}
            )
            know = {name: (("type", kind),) for name, kind in zip(names, combination, strict=True)}
            labels.append(combination)
            children.append(self.phase(world, know, 1, 0, ()))
        return SimpleNamespace(kind="chance", labels=labels, children=children, world=None)

    def holds(self, condition, world, number):
        if not condition:
            return True
        return any(
            all(
                (str(number) if name == "round" else world[name]) in allowed
                for name, allowed in alternative.allowed.items()
            )
            for alternative in condition
        )

    def phase(self, world, know, number, index, used):
        crisis = self.crisis
        if index == len(crisis.phases):
            if number == self.rounds or self.holds(crisis.ends_when, world, number):
                return self.end(world, used, number)
            return self.phase(world, know, number + 1, 0, used)
        phase = crisis.phases[index]
        if phase.rounds and number not in phase.rounds:
            return self.phase(world, know, number, index + 1, used)
        if not self.holds(phase.when, world, number):
            return self.phase(world, know, number, index + 1, used)
        return self.move(world, know, number, index, (), used)

    def menu(self, move, phase, world, number):
        menu = [
            name
            for name in move.menu
            if self.holds(self.crisis.instruments[name].when, world, number)
        ]
        if self.policy is None:
            return menu
        fixed = self.policy.fix.get(f"{phase.id}@{number}") or self.policy.fix.get(phase.id, ())
        if not set(fixed) & set(move.menu):
            fixed = move.menu
        kept = [name for name in menu if name not in self.policy.forbid]
        both = [name for name in kept if name in fixed]
        return both or kept or menu

    def move(self, world, know, number, index, chosen, used):
        phase = self.crisis.phases[index]
        place = len(chosen)
        if place == len(phase.moves):
            return self.resolve(world, know, number, index, chosen, used)
        move = phase.moves[place]
        menu = self.menu(move, phase, world, number)
        assert menu
        known = (*know[move.player], ("menu", number, index, place, tuple(menu)))
        children = []
        for name in menu:
            after = {**know, move.player: (*known, ("own", number, index, place, name))}
            children.append(
                self.move(
                    world, after, number, index, (*chosen, name), (*used, (move.player, name))
                )
            )
        if len(children) == 1:
            return children[0]
        return SimpleNamespace(
            kind="move",
            mover=move.player,
            labels=menu,
            children=children,
            key=(move.player, known),
            phase=phase.id,
            round=number,
            world=world,
        )

    def sees(self, instrument, player):
        return not instrument.seen_by or player == instrument.player or player in instrument.seen_by

    def look(self, instrument, player):
        if self.sees(instrument, player):
            return instrument.id
        if instrument.looks_like:
            other = self.crisis.instruments[instrument.looks_like]
            if self.sees(other, player):
                return other.id
        return None

    def effects(self, world, effects):
        before, world = world, dict(world)
        for name, effect in effects.items():
            target = effect
            while isinstance(target, ConditionalEffect):
                target = target.cases[before[target.variable]]
            values = self.crisis.state[name].values
            at = values.index(before[name])
            if target in values:
                world[name] = target
            elif target == "up":
                world[name] = values[min(at + 1, len(values) - 1)]
            elif target == "down":
                world[name] = values[max(at - 1, 0)]
            else:
                assert target == "keep"
        return world

    def resolve(self, world, know, number, index, chosen, used):
        know = dict(know)
        for place, name in enumerate(chosen):
            instrument = self.crisis.instruments[name]
            world = self.effects(world, instrument.effects)
            for player in know:
                if player != instrument.player:
                    seen = ("saw", number, index, place, self.look(instrument, player))
                    know[player] = (*know[player], seen)
        return self.chance(world, know, number, index, chosen, 0, used)

    def chance(self, world, know, number, index, chosen, place, used):
        if place == len(chosen):
            return self.phase(world, know, number, index + 1, used)
        instrument = self.crisis.instruments[chosen[place]]
        if not instrument.chance:
            return self.chance(world, know, number, index, chosen, place + 1, used)
        children = []
        possible = [
            outcome for outcome in instrument.chance if self.holds(outcome.when, world, number)
        ]
        assert possible
        for outcome in possible:
            after = {
                player: (*known, ("chance", number, index, place, outcome.id))
                if self.sees(instrument, player)
                else known
                for player, known in know.items()
            }
            children.append(
                self.chance(
                    self.effects(world, outcome.effects),
                    after,
                    number,
                    index,
                    chosen,
                    place + 1,
                    used,
                )
            )
        if len(children) == 1:
            return children[0]
        return SimpleNamespace(
            kind="chance",
            labels=[outcome.id for outcome in possible],
            children=children,
            instrument=instrument,
            world=world,
        )

    def end(self, world, used, number):
        outcome = next(
            (
                rule.id
                for rule in self.crisis.outcomes.values()
                if self.holds(rule.when, world, number)
            ),
            None,
        )
        return SimpleNamespace(
            kind="end", labels=[], children=[], world=world, outcome=outcome, used=used
        )


def slow_value(binding, world, values):
    """Evaluate a binding without mechanisms in a state, for one draw."""
    if isinstance(binding, Constant):
        return binding.value
    if isinstance(binding, QuantityOf):
        return values[binding.path]
    if isinstance(binding, ByState):
        return slow_value(binding.cases[world[binding.variable]], world, values)
    if isinstance(binding, Sum):
        return sum(slow_value(term, world, values) for term in binding.terms)
    assert isinstance(binding, Product)
    return prod(slow_value(factor, world, values) for factor in binding.factors)


def count_nodes(node):
    return 1 + sum(count_nodes(child) for child in node.children)


@pytest.fixture
def slow():
    """The independent enumerator: ``slow.root(crisis, policy)``, ``slow.value``, ``slow.count``."""
    return SimpleNamespace(
        root=lambda crisis, policy=None, rounds=None: SlowGame(crisis, policy, rounds).root(),
        value=slow_value,
        count=count_nodes,
    )

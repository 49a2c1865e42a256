"""Games by hand: add nodes one by one, in any order that puts parents first, and build the checked arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.arrays import FloatArray
from detente.characters import describe_character, escape, find_forbidden
from detente.errors import GameError, refuse
from detente.game.form import CHANCE, TERMINAL, ExtensiveForm
from detente.summaries import html_fields, text_fields

__all__ = ["Game", "GameBuilder", "Place"]

Place = tuple[int, str | int] | None
"""Where a node goes: its parent and the parent's action or branch, by label or number; None for the root."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Game:
    """A game with its numbers.

    ``payoffs`` has shape ``(K, P)``, payoffs of inner nodes included, and ``chance_probs`` ``(R,)``.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    title: str
    form: ExtensiveForm
    payoffs: FloatArray
    chance_probs: FloatArray


@dataclass(slots=True, kw_only=True)
class _Node:
    player: int
    set_key: int
    actions: tuple[str, ...]
    payoffs: tuple[float, ...]
    children: list[int]


@dataclass(slots=True, kw_only=True)
class _Set:
    label: str
    player: int
    actions: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Event:
    actions: tuple[str, ...]
    probs: tuple[float, ...]


def _check_characters(text: str, at: str) -> None:
    """Refuse a name with a character that no text may hold."""
    offset = find_forbidden(text)
    if offset is not None:
        refuse(
            f"a name holds the character {describe_character(text[offset])}, which no text may hold",
            code="character-forbidden",
            at=escape(at),
            fix="remove the character; retyping the word does it",
            error=GameError,
        )


@dataclass(slots=True)
class GameBuilder:
    """Builds a game node by node.

    Examples
    --------
    A challenger who may attack a defender who may resist:

    >>> builder = GameBuilder(["challenger", "defender"])
    >>> root = builder.decision(None, player="challenger", info_set="start", actions=["hold", "attack"])
    >>> _ = builder.terminal((root, "hold"), payoffs=[0.0, 0.0])
    >>> reply = builder.decision(
    ...     (root, "attack"), player="defender", info_set="reply", actions=["yield", "resist"]
    ... )
    >>> _ = builder.terminal((reply, "yield"), payoffs=[1.0, -1.0])
    >>> _ = builder.terminal((reply, "resist"), payoffs=[-0.5, -0.5])
    >>> builder.build().form.n_nodes
    5
    """

    players: Sequence[str]
    title: str = ""
    _nodes: list[_Node] = field(default_factory=list, init=False)
    _sets: dict[tuple[int, str], int] = field(default_factory=dict, init=False)
    _set_list: list[_Set] = field(default_factory=list, init=False)
    _events: list[_Event] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Refuse a game without players or with two of one name."""
        self.players = tuple(self.players)
        if not self.players or len(set(self.players)) != len(self.players):
            refuse(
                f"the players are {list(self.players)}",
                code="game-invalid",
                at="players",
                fix="name each player once",
                error=GameError,
            )
        for text in (self.title, *self.players):
            _check_characters(text, "title" if text is self.title else "players")

    def decision(
        self,
        place: Place,
        *,
        player: str,
        info_set: str,
        actions: Sequence[str],
        payoffs: Sequence[float] = (),
        label: str | None = None,
    ) -> int:
        """Add a node where a player moves; return its number.

        Nodes that share ``player`` and ``info_set`` are one information set: the player cannot tell them apart.
        ``payoffs``, one per player, are paid on passing the node. ``label`` is shown in place of ``info_set``.
        """
        if player not in self.players:
            refuse(
                f"there is no player {player!r}",
                code="player-unknown",
                at=info_set,
                fix=f"use one of {', '.join(self.players)}",
                error=GameError,
            )
        labels = self._labels(actions, info_set)
        _check_characters(info_set if label is None else label, "info_set")
        mover = list(self.players).index(player)
        key = self._sets.setdefault((mover, info_set), len(self._set_list))
        if key == len(self._set_list):
            self._set_list.append(
                _Set(label=info_set if label is None else label, player=mover, actions=labels)
            )
        elif self._set_list[key].actions != labels:
            refuse(
                f"information set {info_set!r} has actions {list(labels)} here and "
                f"{list(self._set_list[key].actions)} elsewhere",
                code="game-invalid",
                at=info_set,
                fix="give all nodes of a set the same actions in the same order",
                error=GameError,
            )
        return self._add(place, mover, key, labels, payoffs)

    def chance(
        self, place: Place, *, probs: Mapping[str, float], payoffs: Sequence[float] = ()
    ) -> int:
        """Add a node where chance moves, with the probability of each branch; return its number."""
        labels = self._labels(tuple(probs), "chance")
        values = tuple(float(value) for value in probs.values())
        if not all(value >= 0.0 for value in values) or not abs(sum(values) - 1.0) <= 1e-9:
            refuse(
                f"chance has probabilities {list(values)}",
                code="game-invalid",
                at=f"node {len(self._nodes)}",
                fix="give probabilities from 0 to 1 that sum to 1",
                error=GameError,
            )
        self._events.append(_Event(actions=labels, probs=values))
        return self._add(place, CHANCE, len(self._events) - 1, labels, payoffs)

    def terminal(self, place: Place, *, payoffs: Sequence[float]) -> int:
        """Add a node where the game ends, with a payoff for each player; return its number."""
        if len(payoffs) != len(self.players):
            refuse(
                f"{len(payoffs)} payoffs for {len(self.players)} players",
                code="game-invalid",
                at=f"node {len(self._nodes)}",
                fix="give one payoff for each player",
                error=GameError,
            )
        return self._add(place, TERMINAL, -1, (), payoffs)

    def build(self) -> Game:
        """Return the game with payoffs summed along each path and equal payoffs in one class.

        Raises
        ------
        GameError
            ``game-invalid`` if an action leads nowhere, ``recall-imperfect`` if a player would forget.
        """
        if not self._nodes:
            refuse(
                "the game has no node",
                code="game-invalid",
                at="root",
                fix="add a root with place None",
                error=GameError,
            )
        order = [0]
        first_child = []
        for index in order:
            node = self._nodes[index]
            if -1 in node.children:
                refuse(
                    f"action {node.actions[node.children.index(-1)]!r} of node {index} leads nowhere",
                    code="game-invalid",
                    at=f"node {index}",
                    fix="add a node at each action; terminal nodes end the game",
                    error=GameError,
                )
            first_child.append(len(order))
            order.extend(node.children)
        nodes = [self._nodes[index] for index in order]
        n_children = np.array([len(node.children) for node in nodes])
        total = np.array([node.payoffs for node in nodes]).reshape(len(nodes), len(self.players))
        for parent, (first, count) in enumerate(zip(first_child, n_children, strict=True)):
            total[first : first + count] += total[parent]
        ends = np.flatnonzero(n_children == 0)
        payoffs, payoff_class = np.unique(total[ends] + 0.0, axis=0, return_inverse=True)
        form = ExtensiveForm.from_arrays(
            [node.player for node in nodes],
            first_child,
            n_children,
            [node.set_key for node in nodes],
            [item.player for item in self._set_list],
            np.cumsum([0, *[len(item.actions) for item in self._set_list]]),
            np.cumsum([0, *[len(item.actions) for item in self._events]]),
            ends,
            payoff_class.reshape(-1),
            len(self.players),
            player_label=tuple(self.players),
            info_set_label=[item.label for item in self._set_list],
            action_label=[label for item in self._set_list for label in item.actions],
            chance_label=[label for item in self._events for label in item.actions],
        )
        probs = np.array([value for item in self._events for value in item.probs], dtype=np.float64)
        return Game(title=self.title, form=form, payoffs=payoffs, chance_probs=probs)

    def _labels(self, actions: Sequence[str], at: str) -> tuple[str, ...]:
        labels = tuple(actions)
        if not labels or len(set(labels)) != len(labels):
            refuse(
                f"the actions are {list(labels)}",
                code="game-invalid",
                at=at,
                fix="give one action or more, each named once",
                error=GameError,
            )
        for label in labels:
            _check_characters(label, at)
        return labels

    def _add(
        self,
        place: Place,
        player: int,
        key: int,
        actions: tuple[str, ...],
        payoffs: Sequence[float],
    ) -> int:
        number = len(self._nodes)
        paid = tuple(float(value) for value in payoffs) or (0.0,) * len(self.players)
        if len(paid) != len(self.players) or not np.isfinite(paid).all():
            refuse(
                f"node {number} pays {list(paid)}",
                code="game-invalid",
                at=f"node {number}",
                fix="give one finite payoff for each player",
                error=GameError,
            )
        if place is None:
            if number:
                refuse(
                    "there is a root already",
                    code="game-invalid",
                    at=f"node {number}",
                    fix="name the parent and its action",
                    error=GameError,
                )
        else:
            self._attach(place, number)
        self._nodes.append(
            _Node(
                player=player,
                set_key=key,
                actions=actions,
                payoffs=paid,
                children=[-1] * len(actions),
            )
        )
        return number

    def _attach(self, place: tuple[int, str | int], number: int) -> None:
        parent, action = place
        actions = self._nodes[parent].actions if 0 <= parent < number else ()
        if isinstance(action, str):
            where = actions.index(action) if action in actions else -1
        else:
            where = action if 0 <= action < len(actions) else -1
        if where < 0:
            refuse(
                f"there is no action {action!r} at node {parent}",
                code="game-invalid",
                at=f"node {number}",
                fix="name a node that exists and one of its actions",
                error=GameError,
            )
        if self._nodes[parent].children[where] >= 0:
            refuse(
                f"action {action!r} of node {parent} leads to node "
                f"{self._nodes[parent].children[where]} already",
                code="game-invalid",
                at=f"node {number}",
                fix="add each place once",
                error=GameError,
            )
        self._nodes[parent].children[where] = number

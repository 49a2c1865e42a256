"""Games without menus and own odds that are the same game, where there is one: for formats that cannot say either.

Weights that are whole numbers, with no nests, are copies of an action. Own odds of chance behind the last move are payoffs:
the chance node becomes an end that pays each player what it expects. Both are exact.
"""

from math import gcd
from typing import NoReturn

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.errors import Code, GameError, refuse
from detente.game._choices import visible_lists
from detente.game.building import Game, GameBuilder, Place
from detente.game.form import CHANCE, ExtensiveForm
from detente.game.formats._files import check_size
from detente.game.menus import Menus

__all__ = ["plain_game"]

_MOST_COPIES = 1000


def plain_game(game: Game) -> Game:
    """Return a game without menus and own odds that has the same equilibria, choices of copies added up.

    A player whose option became copies knows which of them it took, so that its later information sets are there once for
    each; nobody else can tell them apart.

    Raises
    ------
    GameError
        ``menu-invalid`` for menus with nests, or with weights that are no multiples of one another;
        ``odds-incompatible`` for own odds of chance that somebody moves after.
    """
    if game.menus is None and not game.own_odds:
        return game
    copies = _copies(game.form, game.menus)
    ends, value = _ends(game)
    form = game.form
    builder = GameBuilder(form.player_label, title=game.title)
    stack: list[tuple[int, Place, dict[int, tuple[int, ...]]]] = [(0, None, {})]
    count = 0
    while stack:
        node, place, taken = stack.pop()
        count += 1
        check_size(count, form.n_players, at=game.title[:80] or "game")
        if ends[node]:
            builder.terminal(place, payoffs=value[node].tolist())
            continue
        first, n_children = int(form.first_child[node]), int(form.n_children[node])
        which, mover = int(form.info_set[node]), int(form.player[node])
        if mover == CHANCE:
            rows = slice(int(form.chance_offset[which]), int(form.chance_offset[which + 1]))
            labels = form.chance_label[rows]
            probs = dict(zip(labels, game.chance_probs[rows].tolist(), strict=True))
            number = builder.chance(place, probs=probs)
            below = [(first + branch, (number, branch), taken) for branch in range(n_children)]
        else:
            offset = int(form.action_offset[which])
            times = copies[offset : offset + n_children]
            labels = form.action_label[offset : offset + n_children]
            past = taken.get(mover, ())
            number = builder.decision(
                place,
                player=form.player_label[mover],
                info_set=f"{which} {past}",
                actions=_names(labels, times),
                label=form.info_set_label[which],
            )
            branches = np.repeat(np.arange(n_children), times).tolist()
            below = []
            for action, branch in enumerate(branches):
                mark = action - branches.index(branch)
                after = taken if times[branch] == 1 else {**taken, mover: (*past, which, mark)}
                below.append((first + branch, (number, action), after))
        stack.extend(reversed(below))
    return builder.build()


def _refuse(message: str, *, code: Code, fix: str) -> NoReturn:
    refuse(message, code=code, at="game", fix=fix, error=GameError)


def _names(labels: tuple[str, ...], times: list[int]) -> list[str]:
    """Return the labels of actions and of their copies, each once."""
    taken = set(labels)
    names = []
    for label, count in zip(labels, times, strict=True):
        names.append(label)
        number = 2
        for _ in range(count - 1):
            while f"{label} ({number})" in taken:
                number += 1
            names.append(f"{label} ({number})")
            taken.add(names[-1])
    return names


def _copies(form: ExtensiveForm, menus: Menus | None) -> list[int]:
    """Return how often each action stands in a game without menus."""
    times = [1] * form.n_actions
    if menus is None:
        return times
    lists = visible_lists(menus.form)
    if menus.n_draws != 1 or lists.info_set.size != np.unique(lists.info_set).size:
        which = int(lists.info_set[lists.depth > 0][0]) if (lists.depth > 0).any() else 0
        _refuse(
            f"the menu of {form.info_set_label[which]!r} has nests, which this format cannot say",
            code="menu-invalid",
            fix="write the game as a tree in JSON, or keep its menus in a file beside the .efg",
        )
    weight = menus.weight[lists.share_weight[lists.share_row], 0]
    for number, which in enumerate(lists.info_set.tolist()):
        rows = lists.holder == number
        ratio = weight[rows] / weight[rows].min()
        here = ratio if (ratio == np.round(ratio)).all() else weight[rows]
        whole = [int(value) for value in np.minimum(here, _MOST_COPIES + 1).tolist()]
        divisor = gcd(*whole)
        whole = [value // divisor if divisor else 0 for value in whole]
        if (here != np.round(here)).any() or sum(whole) > _MOST_COPIES:
            _refuse(
                f"the weights of {form.info_set_label[which]!r} are {weight[rows].tolist()}, no numbers of copies",
                code="menu-invalid",
                fix="write the game as a tree in JSON, or give whole weights",
            )
        for action, value in zip(lists.action[rows].tolist(), whole, strict=True):
            times[action] = value
    return times


def _ends(game: Game) -> tuple[BoolArray, FloatArray]:
    """Return which nodes end the game written ``(N,)`` and what they pay ``(N, P)``."""
    form = game.form
    value = np.zeros((form.n_nodes, form.n_players))
    value[form.terminal_node] = game.payoffs[form.payoff_class]
    ends = form.n_children == 0
    odds = [game.own_odds.get(player, game.chance_probs) for player in range(form.n_players)]
    idle = ends.copy()  # nobody moves from here on
    for node in range(form.n_nodes - 1, -1, -1):
        if form.player[node] != CHANCE:
            continue
        first, last = form.first_child[node], form.first_child[node] + form.n_children[node]
        event = form.info_set[node]
        rows = slice(form.chance_offset[event], form.chance_offset[event + 1])
        idle[node] = idle[first:last].all()
        for player in range(form.n_players):
            value[node, player] = odds[player][rows] @ value[first:last, player]
        if all((each[rows] == game.chance_probs[rows]).all() for each in odds):
            continue
        if not idle[node]:
            _refuse(
                "players have their own odds of chance that somebody moves after, which this format cannot say",
                code="odds-incompatible",
                fix="write the game as a tree in JSON, or keep the odds in a file beside the .efg",
            )
        ends[node] = True
    return ends, value

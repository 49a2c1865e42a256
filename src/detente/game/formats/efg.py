"""Gambit's file format for extensive games (``.efg``): games from files and files from games.

A file lists the nodes of a tree from the root, each before its subtrees. Information sets, chance events and outcomes
carry numbers; what they hold is described once and may be left out where the number comes up again. The page
*The .efg format* in the documentation gives the grammar and what this reader accepts beyond it.

:func:`read_efg` and :func:`write_efg` turn files into games and back; :mod:`detente.game.formats.efg_text` keeps everything
that stands in a file, numbers as written.
"""

import re
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

import numpy as np

from detente.errors import GameError, refuse
from detente.game.building import Game
from detente.game.form import CHANCE, TERMINAL, ExtensiveForm
from detente.game.formats._files import decode, line_of, place_of, read_bytes
from detente.game.formats._foreign import check_bytes
from detente.game.formats._numbers import as_float, as_fraction, number_text, prob_texts
from detente.game.formats._tokens import number_repeated
from detente.game.formats.efg_text import (
    EfgEvent,
    EfgFile,
    EfgOutcome,
    EfgSet,
    format_efg_file,
    parse_efg_file,
)

__all__ = ["efg_file_of", "game_from_efg_file", "parse_efg", "read_efg", "write_efg"]


def read_efg(path: Path | str) -> Game:
    """Return the game in an ``.efg`` file; payoffs of inner nodes are added to those below.

    Players are in the order of the file, information sets in the order in which they first appear.

    Raises
    ------
    GameError
        ``file-missing``, ``file-not-utf8``, ``file-too-large``, ``file-foreign`` for a file of another kind;
        ``game-invalid``, ``payoff-not-finite``, ``probability-out-of-range``, ``game-too-large``, ``character-forbidden``
        or ``recall-imperfect`` with the line that is wrong.
    """
    name = Path(path).name
    data = read_bytes(path)
    check_bytes(data, name=name)
    return parse_efg(decode(data, name=name), name=name)


def write_efg(game: Game) -> str:
    """Return the game as the text of an ``.efg`` file.

    Each row of payoffs is one outcome; information sets of a player that share a name are numbered, since Gambit takes no
    name twice. Writing what was read from the text gives the same bytes.

    Examples
    --------
    >>> from detente.game import GameBuilder
    >>> builder = GameBuilder(["you"], title="choice")
    >>> root = builder.decision(None, player="you", info_set="pick", actions=["one", "half"])
    >>> _ = builder.terminal((root, "one"), payoffs=[1.0])
    >>> _ = builder.terminal((root, "half"), payoffs=[0.5])
    >>> print(write_efg(builder.build()), end="")
    EFG 2 R "choice" { "you" }
    ""
    <BLANKLINE>
    p "" 1 1 "pick" { "one" "half" } 0
    t "" 1 "" { 1 }
    t "" 2 "" { 0.5 }
    """
    return format_efg_file(efg_file_of(game))


def parse_efg(text: str, *, name: str = "text") -> Game:
    """Return the game that the text of an ``.efg`` file describes; errors as in :func:`read_efg`.

    Examples
    --------
    >>> game = parse_efg('EFG 2 R "choice" { "me" } p "" 1 1 "s" { "a" "b" } 0 t "" 1 { 1 } t "" 2 { 1/2 }')
    >>> game.payoffs.tolist()
    [[1.0], [0.5]]
    """
    return game_from_efg_file(parse_efg_file(text, name=name))


def game_from_efg_file(document: EfgFile) -> Game:
    """Return the game that a parsed file describes.

    Raises
    ------
    GameError
        ``recall-imperfect`` with the line of the information set whose mover would forget.
    """
    player = np.array(document.player, dtype=np.int32)
    n_nodes = player.size
    set_size = np.array([len(item.actions) for item in document.sets], dtype=np.int64)
    event_size = np.array([len(item.actions) for item in document.events], dtype=np.int64)
    which = np.array(document.info_set, dtype=np.int64)
    n_children = np.zeros(n_nodes, dtype=np.int64)
    decision, chance = player >= 0, player == CHANCE
    n_children[decision] = set_size[which[decision]] if decision.any() else 0
    n_children[chance] = event_size[which[chance]] if chance.any() else 0
    depth, parent = _depths(n_children.tolist())
    order = np.argsort(np.array(depth, dtype=np.int64), kind="stable")
    count = n_children[order]
    first_child = 1 + np.cumsum(count) - count
    terminal = np.flatnonzero(player[order] == TERMINAL)
    total, payoffs = _totals(document, parent)
    paid = np.array(total, dtype=np.int64)[order][terminal]
    used, payoff_class = np.unique(paid, return_inverse=True)
    try:
        form = ExtensiveForm.from_arrays(
            player[order],
            first_child,
            count,
            which[order],
            np.array([item.player for item in document.sets], dtype=np.int64),
            np.concatenate([[0], np.cumsum(set_size)]),
            np.concatenate([[0], np.cumsum(event_size)]),
            terminal,
            payoff_class.reshape(-1),
            len(document.players),
            player_label=document.players,
            info_set_label=[item.label or str(item.number) for item in document.sets],
            action_label=[label for item in document.sets for label in item.actions],
            chance_label=[label for item in document.events for label in item.actions],
        )
    except GameError as error:
        if error.code == "recall-imperfect":
            _refuse_recall(document, order, error)
        raise
    probs = [as_float(prob) for item in document.events for prob in item.probs]
    return Game(
        title=document.title,
        form=form,
        payoffs=np.array(payoffs, dtype=np.float64).reshape(-1, len(document.players))[used],
        chance_probs=np.array(probs, dtype=np.float64),
    )


def _depths(n_children: list[int]) -> tuple[list[int], list[int]]:
    """Return depth and parent of each node of a tree in prefix order."""
    depth, parent = [], []
    open_nodes: list[list[int]] = []
    for node, count in enumerate(n_children):
        while open_nodes and open_nodes[-1][1] == 0:
            open_nodes.pop()
        depth.append(len(open_nodes))
        parent.append(open_nodes[-1][0] if open_nodes else -1)
        if open_nodes:
            open_nodes[-1][1] -= 1
        if count:
            open_nodes.append([node, count])
    return depth, parent


def _totals(document: EfgFile, parent: list[int]) -> tuple[list[int], list[list[float]]]:
    """Return for each node the row of payoffs collected up to it, and the rows; sums are exact."""
    rows = [[0.0] * len(document.players)]
    rows += [[as_float(value) for value in item.payoffs] for item in document.outcomes]
    exact: dict[int, list[Fraction]] = {}
    sums: dict[tuple[int, int], int] = {}

    def fractions(row: int) -> list[Fraction]:
        if row not in exact:
            exact[row] = [as_fraction(value) for value in document.outcomes[row - 1].payoffs]
        return exact[row]

    total: list[int] = []
    for above, outcome in zip(parent, document.outcome, strict=True):
        before = total[above] if above >= 0 else 0
        if outcome < 0 or before == 0:
            total.append(before if outcome < 0 else outcome + 1)
            continue
        key = (before, outcome + 1)
        if key not in sums:
            added = [
                one + other for one, other in zip(fractions(before), fractions(key[1]), strict=True)
            ]
            sums[key] = len(rows)
            exact[len(rows)] = added
            rows.append([float(value) for value in added])
        total.append(sums[key])
    return total, rows


def _refuse_recall(
    document: EfgFile, order: "np.ndarray[tuple[int], np.dtype[np.intp]]", error: GameError
) -> NoReturn:
    """Say in the words of the file which information set forgets."""
    node = int(order[int(re.sub(r"\D", "", error.at))])
    which = document.info_set[node]
    item = document.sets[which]
    lines = (
        [
            line_of(document.text, document.offset[index])
            for index, (mover, here) in enumerate(
                zip(document.player, document.info_set, strict=True)
            )
            if mover >= 0 and here == which
        ][:4]
        if document.offset
        else []
    )
    refuse(
        f"{document.players[item.player]!r} forgets its own past at information set {item.number}"
        + (f" ({item.label!r})" if item.label else "")
        + (f", at lines {', '.join(str(line) for line in lines)}" if lines else ""),
        code="recall-imperfect",
        at=place_of(document.name, document.text, document.offset[node])
        if document.offset
        else document.name,
        fix="give the nodes different information sets if the player did or knew different things",
        error=GameError,
    )


def _set_labels(form: ExtensiveForm) -> list[str]:
    """Return the names of information sets, those numbered that a player has twice."""
    labels = list(form.info_set_label)
    for player in range(form.n_players):
        mine = np.flatnonzero(form.info_set_player == player).tolist()
        for which, label in zip(
            mine, number_repeated([labels[item] for item in mine], empty=False), strict=True
        ):
            labels[which] = label
    return labels


def efg_file_of(game: Game) -> EfgFile:
    """Describe a game as a file: nodes in prefix order, sets, events and outcomes numbered as they appear."""
    form = game.form
    mover, first = form.player.tolist(), form.first_child.tolist()
    counts, which = form.n_children.tolist(), form.info_set.tolist()
    paid = np.full(form.n_nodes, -1, dtype=np.int64)
    paid[form.terminal_node] = form.payoff_class
    pays = paid.tolist()
    sets: list[EfgSet] = []
    events: list[EfgEvent] = []
    outcomes: list[EfgOutcome] = []
    seen: dict[tuple[str, int], int] = {}
    per_player = [0] * form.n_players
    set_labels = _set_labels(form)
    player: list[int] = []
    info_set: list[int] = []
    outcome: list[int] = []
    stack = [0]
    while stack:
        node = stack.pop()
        stack.extend(range(first[node] + counts[node] - 1, first[node] - 1, -1))
        player.append(mover[node])
        here = which[node]
        if mover[node] == TERMINAL:
            info_set.append(-1)
            key = ("outcome", pays[node])
            if key not in seen:
                seen[key] = len(outcomes)
                row = tuple(number_text(value) for value in game.payoffs[pays[node]].tolist())
                outcomes.append(EfgOutcome(number=len(outcomes) + 1, label="", payoffs=row))
            outcome.append(seen[key])
            continue
        outcome.append(-1)
        key = ("chance" if mover[node] == CHANCE else "set", here)
        if key not in seen and mover[node] == CHANCE:
            seen[key] = len(events)
            rows = slice(form.chance_offset[here], form.chance_offset[here + 1])
            probs = prob_texts(game.chance_probs[rows].tolist())
            labels = form.chance_label[rows]
            number = len(events) + 1
            events.append(EfgEvent(number=number, label="", actions=labels, probs=probs))
        elif key not in seen:
            seen[key] = len(sets)
            rows = slice(form.action_offset[here], form.action_offset[here + 1])
            per_player[mover[node]] += 1
            sets.append(
                EfgSet(
                    player=mover[node],
                    number=per_player[mover[node]],
                    label=set_labels[here],
                    actions=form.action_label[rows],
                )
            )
        info_set.append(seen[key])
    return EfgFile(
        title=game.title,
        players=form.player_label,
        sets=tuple(sets),
        events=tuple(events),
        outcomes=tuple(outcomes),
        player=tuple(player),
        info_set=tuple(info_set),
        outcome=tuple(outcome),
        node_label=("",) * len(player),
    )

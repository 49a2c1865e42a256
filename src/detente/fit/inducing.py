r"""Choices in games of perfect information whose players have normal errors, by backward induction.

With *agent error* each action's worth has an error of its own when it is chosen, and its player foresees those of its later moves
like those of others. With *private information* each end has one for each player, known to that player from the start: what an
action is worth then varies by :math:`\sum_k p_k^2`, with :math:`p_k` the chance of end :math:`k` once the action is taken
:cite:p:`signorino2003`. Behind two actions lie different ends, so that what they are worth is independent, and the chance that one is
worth most an integral over one normal number at most. The values that others move by are known only up to their distribution, and
whoever has moved once moves no more: its move tells nothing that matters later. So the chance of a play is a product of choices.
"""

from collections.abc import Mapping
from itertools import pairwise

from detente.arrays import FloatArray
from detente.fit.jets import Jet, exp, log_largest, total
from detente.game import CHANCE, TERMINAL, ExtensiveForm

__all__ = ["induce_shares", "player_of_two_moves"]


def player_of_two_moves(form: ExtensiveForm) -> int | None:
    """Return a player that moves twice on some path, None if there is none."""
    before: dict[int, frozenset[int]] = {0: frozenset()}
    for node in range(form.n_nodes):
        player, seen = int(form.player[node]), before[node]
        if player in seen:
            return player
        moved = seen | {player} if player >= 0 else seen
        first = int(form.first_child[node])
        before |= dict.fromkeys(range(first, first + int(form.n_children[node])), moved)
    return None


def induce_shares(
    form: ExtensiveForm,
    payoffs: Mapping[tuple[int, int], Jet],
    *,
    odds: Mapping[int, FloatArray],
    private: bool,
) -> list[Jet]:
    """Return the logs of actions' probabilities.

    Parameters
    ----------
    form
        A game of perfect information.
    payoffs
        Of each end and player, in units of the standard deviation of the player's errors.
    odds
        By player, its own probability of each chance branch, shape ``(R,)``.
    private
        Whether errors are of ends and known to their player; else they are of actions. Then no player may move twice on a path.
    """
    zero = next(iter(payoffs.values())) * 0.0
    players = sorted(set(form.info_set_player.tolist()))
    worth: dict[tuple[int, int], Jet] = {}
    spread: dict[tuple[int, int], Jet] = {}
    for end, node in enumerate(form.terminal_node.tolist()):
        for player in players:
            worth[node, player], spread[node, player] = payoffs[end, player], zero + 1.0
    found: list[Jet] = [zero] * form.n_actions
    for node in reversed(range(form.n_nodes)):
        mover, place = int(form.player[node]), int(form.info_set[node])
        if mover == TERMINAL:
            continue
        first = int(form.first_child[node])
        children = range(first, first + int(form.n_children[node]))
        shares: list[Jet | float] = []
        if mover != CHANCE:
            begin, end = list(pairwise(form.action_offset.tolist()))[place]
            variances = [spread[child, mover] if private else zero + 1.0 for child in children]
            found[begin:end] = log_largest([worth[child, mover] for child in children], variances)
            shares = [exp(log) for log in found[begin:end]]
        for player in players:
            if mover == CHANCE:
                begin = int(form.chance_offset[place])
                shares = [float(odds[player][begin + number]) for number in range(len(children))]
            pairs = list(zip(children, shares, strict=True))
            worth[node, player] = total([worth[child, player] * share for child, share in pairs])
            if private:
                squares = [spread[child, player] * share * share for child, share in pairs]
                spread[node, player] = total(squares)
    return found

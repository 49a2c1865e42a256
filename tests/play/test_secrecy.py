"""No byte sent to a seat depends on what it may not know.

The oracle of what a seat may know is independent code: the games are stepped with the rules alone, and compared by what the rules
say that a player knows (its type, the menus it had, and what it has seen). Two games that are alike in this are two worlds of the
seat, and its views of them must be equal byte for byte, whatever others wrote to each other, sealed and thought.
"""

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.play.driving import Driven

from detente.play.folding import fold
from detente.play.rulebooks import Rulebook
from detente.play.views import PUBLIC, view_bytes
from detente.rules import compile_rules, find_situations, start, transition
from detente.rules.compiling import profiles
from detente.rules.phases import Kind
from detente.testing import rules as rule_tests
from detente.testing.profiles import examples


def _menus_now(position):
    """The menus of the phase that begins here, by player. Oracle: independent code, the rules' own functions."""
    rules, moment = position.rules, position.moment
    found = {player: [] for player in rules.players}
    for later in rules.schedule[position.at :]:
        if later.kind is not Kind.MOVE or (later.round, later.phase) != (
            moment.round,
            moment.phase,
        ):
            break
        open_ = transition.options(rules, later, position.batch)[0]
        if open_.sum() > 1:
            player = rules.players[rules.phases[later.phase].moves[later.move].player]
            found[player].append((position.at, later.move, tuple(open_.tolist())))
    return found


def _histories(rules):
    """Every way to the beginning of a phase: types, choices, and what each player knows there."""
    found = []
    for row in profiles(rules).tolist():
        types = {
            player: rules.types[number][code]
            for number, (player, code) in enumerate(zip(rules.players, row, strict=True))
        }
        todo = [(start(rules, types), (), dict.fromkeys(rules.players, ()), None)]
        while todo:
            position, choices, had, last = todo.pop()
            if position.is_over:
                continue
            moment, mover = position.moment, position.mover
            here = (moment.round, moment.phase)
            if mover is not None and here != last:
                now = _menus_now(position)
                known = {
                    player: (types[player], had[player], position.seen(player), tuple(now[player]))
                    for player in rules.players
                }
                found.append((types, choices, known))
            if mover is not None:
                had = {**had, mover: (*had[mover], (position.at, position.open))}
            todo.extend(
                (position.choose(choice), (*choices, choice), had, here)
                for choice in position.chance() or position.available()
            )
    return found


def _argued(state, *, but, noise):
    """What is argued, reasoned and drawn is public; the model's chance beside it, and what control has of it, are not."""
    variable = next(iter(state.book.crisis.state.values()))
    wanted = {"state": {variable.id: variable.values[0]}, "round": 2}
    for number in (1, 2):
        words = {"seat": but, "text": "so it is", "reasons": ["why"]}
        state = fold(state, "argued", {"argument": f"A{number}", **words, **wanted})
    given = {"argument": "A1", "sender": "control", "side": "against", "text": "no"}
    state = fold(state, "reasoned", given)
    prior = {who: [noise.random(), 0.0, 1.0] for who in ("control", "public")}
    drawn = {"status": "failed", "odds": 0.5, "drawn": 0.7, "why": "x", "inject": ""}
    return fold(state, "judged", {"argument": "A1", "prior": prior, **drawn})


def _session(book, types, choices, *, but, noise):
    """A session that came here by some choices; what others than one observer say, think and seal is noise."""
    seats = dict.fromkeys(types, "human")
    driven = Driven(book, chosen=types, case=0, seats=seats, arguments=True)
    others = [player for player in types if player != but]
    state = (
        _practise(driven.state, others, noise) if len(left := list(choices)) % 2 else driven.state
    )
    state = _argued(fold(state, "started", {}), but=but, noise=noise)

    def chatter(state):
        for sender in others:
            to = [player for player in (*others, "control") if player != sender]
            if noise.random() < 0.5:
                text = f"secret {noise.random()}"
                state = fold(state, "said", {"sender": sender, "to": to, "text": text})
            estimates = {f"outcome.{next(iter(book.crisis.outcomes))}": noise.random()}
            state = fold(state, "believed", {"seat": sender, "estimates": estimates})
            answers = {"aims": noise.randint(1, 5), "remark": f"secret {noise.random()}"}
            state = fold(state, "surveyed", {"seat": sender, "answers": answers})
        if len(others) > 1:
            data = {
                "proposal": f"P{len(state.proposals) + 1}",
                "sponsor": others[0],
                "parties": others,
                "terms": {"x": noise.random()},
                "text": "",
                "lapses": 0,
            }
            state = fold(state, "proposed", data)
        if others:  # what control tells others in confidence, and what it has in wait for them
            told = {"text": f"secret {noise.random()}", "to": [noise.choice(others)]}
            state = fold(state, "news", {**told, "kind": "inject"})
            waits = {"inject": "I1", "round": 9, "state": {}, "why": "", "when": {}, **told}
            state = fold(state, "injected", waits)
        return fold(state, "noted", {"text": f"note {noise.random()}"})

    while left:
        if state.where.position.chance():
            data = {"instrument": "", "outcome": left.pop(0), "odds": {}, "by": "chance"}
            state = fold(state, "drew", data)
            continue
        turn = state.where.turn
        round_number, phase = state.where.where
        data = {"turn": turn, "round": round_number, "phase": phase, "ends": ""}
        state = chatter(fold(state, "began", data))
        orders = {}
        for menu in state.menus:
            order = orders.setdefault(menu.player, {"choices": [], "why": "", "by": "human"})
            order["choices"].append(left.pop(0))
            order["why"] = "mine" if menu.player == but else f"why {noise.random()}"
        state = fold(state, "revealed", {"turn": turn, "orders": orders})
    state = chatter(state)
    for (
        player
    ) in state.movers:  # sealed by some, and the same in all worlds: that somebody sealed is seen
        if player != but and player < "s":
            mine = [menu for menu in state.menus if menu.player == player]
            picked = [noise.choice(menu.open) for menu in mine]
            data = {"seat": player, "choices": picked, "why": f"{noise.random()}", "by": "human"}
            state = fold(state, "sealed", data)
    return state


def _practise(state, others, noise):
    """A practice turn in which all but an observer seal, say and think what the observer may not know."""
    state = fold(state, "practised", {})
    for player in state.movers:
        if player in others:
            picked = [noise.choice(menu.open) for menu in state.menus if menu.player == player]
            data = {"seat": player, "choices": picked, "why": f"{noise.random()}", "by": "human"}
            state = fold(state, "sealed", data)
    for sender in others:
        data = {"sender": sender, "to": ["control"], "text": f"secret {noise.random()}"}
        state = fold(state, "said", data)
    return fold(state, "finished", {})


def _check(book, rng, pairs):
    """Compare the views of games that a player cannot tell apart; return how many pairs differed in what happened."""
    rules = compile_rules(book.crisis)
    every = _histories(rules)
    told = 0
    for player in rules.players:
        groups = {}
        for types, choices, known in every:
            groups.setdefault(known[player], []).append((types, choices))
        several = [group for group in groups.values() if len(group) > 1]
        for group in rng.sample(several, min(pairs, len(several))):
            one, other = rng.sample(group, 2)
            views = [
                view_bytes(
                    _session(book, types, choices, but=player, noise=Random(rng.random())),  # noqa: S311
                    player,
                )
                for types, choices in (one, other)
            ]
            assert views[0] == views[1]
            told += one[1] != other[1]
    return told


@examples(30)
@given(crisis=rule_tests.crises(), seed=st.integers(0, 2**32))
def test_views_of_a_seat_are_equal_in_all_its_worlds(crisis, seed):
    """Oracle: independent code, as above, on drawn rules: hidden moves, sealed and skipped phases, chance, types."""
    found = find_situations(compile_rules(crisis))
    assume(found.n_nodes < 600 and not found.stuck)
    _check(Rulebook(crisis, draws=2), Random(seed), pairs=3)  # noqa: S311


def test_views_of_a_template_are_equal_in_all_worlds_of_a_seat(coercion):
    """Oracle: independent code, as above; the template has a hidden move, so that some pairs differ in what happened."""
    assert _check(coercion, Random(1), pairs=12) > 0  # noqa: S311


def test_what_a_seat_may_know_does_reach_it(coercion):
    """Oracle: hand. The test above would pass if views were empty; here they differ."""
    types = {"north": "limited", "west": "hollow"}
    seats = dict.fromkeys(coercion.crisis.players, "human")
    driven = Driven(coercion, chosen=types, seats=seats).do("control", "start")
    before = view_bytes(driven.state, "mid")
    driven.do("west", "seal", choices=["arm"])
    assert view_bytes(driven.state, "mid") != before
    driven.do("north", "seal", choices=["subvert"])
    assert b"cyberattacks and subversion" in view_bytes(driven.state, "mid")


@pytest.mark.parametrize("who", ["west", PUBLIC])
def test_a_hidden_move_looks_like_another(coercion, who):
    """Oracle: the crisis file: to all but north and mid subversion looks like holding. What mid knows the others do not."""
    views = []
    for choice in ("hold", "subvert"):
        seats = dict.fromkeys(coercion.crisis.players, "human")
        driven = Driven(
            coercion, chosen={"north": "limited", "west": "hollow"}, seats=seats, case=0
        )
        driven.do("control", "start").do("west", "seal", choices=["arm"])
        driven.do("north", "say", to=["mid"], text=f"we {choice}")
        driven.do("north", "seal", choices=[choice], why=choice)
        views.append(view_bytes(driven.state, who))
    assert views[0] == views[1]

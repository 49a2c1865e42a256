"""Effects and chance that depend on the state.

Oracles: hand (small games whose every end is written down), independent code (the enumerator of this folder, for random
games, in ``test_unrolling.py`` and ``test_stepping.py``), theorem (an effect that is the same in every case is that effect).
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from detente.crisis.elements import ByState, ConditionalEffect, Constant
from detente.errors import CrisisFileError, DetenteError
from detente.linking import plan_pricing, price
from detente.linking.checks import check_play
from detente.rules import compile_rules, sample, start, unroll
from detente.rules.policies import FREE, after_use, changes_at_start
from detente.testing.rules import crises, make_condition, make_crisis, make_instrument, make_phase


def by(variable, **cases):
    return ConditionalEffect(variable=variable, cases=cases)


def game(*instruments, phases, state, **more):
    return make_crisis(
        players={"north": {"soft": 0.5, "hard": None}, "west": {"only": 1.0}},
        state=state,
        instruments=instruments,
        phases=phases,
        **more,
    )


WAR = {"posture": ("none", "armed"), "war": ("no", "won", "lost")}


def war_game(effect, *, order=("arm", "invade")):
    """West arms or waits and north invades or waits, sealed, in the order given."""
    moves = {"arm": ("west", ["wait", "arm"]), "invade": ("north", ["hold", "invade"])}
    return game(
        make_instrument("wait", "west"),
        make_instrument("arm", "west", effects={"posture": "armed"}),
        make_instrument("hold", "north"),
        make_instrument("invade", "north", effects={"war": effect}),
        phases=[make_phase("clash", *(moves[name] for name in order))],
        state=WAR,
    )


def ends(crisis, *choices):
    position = start(compile_rules(crisis), {"north": "soft"})
    for choice in choices:
        position = position.choose(choice)
    assert position.is_over
    return {name: position.state[name] for name in crisis.state}


LOST_IF_ARMED = by("posture", armed="lost", none="won")


def test_an_effect_depends_on_the_state_that_earlier_moves_of_the_phase_left():
    crisis = war_game(LOST_IF_ARMED)
    assert ends(crisis, "arm", "invade")["war"] == "lost"
    assert ends(crisis, "wait", "invade")["war"] == "won"


def test_a_move_that_stands_earlier_does_not_see_what_a_later_one_does():
    crisis = war_game(LOST_IF_ARMED, order=("invade", "arm"))
    assert ends(crisis, "invade", "arm") == {"posture": "armed", "war": "won"}


def test_effects_of_one_instrument_read_the_state_before_any_of_them():
    swap = {
        "left": by("right", a="a", b="b"),
        "right": by("left", a="a", b="b"),
    }
    crisis = game(
        make_instrument("wait", "north"),
        make_instrument("swap", "north", effects=swap),
        phases=[make_phase("turn", ("north", ["wait", "swap"]))],
        state={"left": ("a", "b"), "right": ("b", "a")},
    )
    assert ends(crisis, "swap") == {"left": "b", "right": "a"}
    after = after_use(crisis.state, {"left": "a", "right": "b"}, crisis.instruments["swap"])
    assert after == {"left": "b", "right": "a"}


@pytest.mark.parametrize(
    ("mood", "level", "expected"),
    [
        ("calm", "low", "low"),
        ("calm", "high", "mid"),
        ("angry", "low", "mid"),
        ("angry", "high", "high"),
    ],
)
def test_keep_up_and_down_may_stand_inside_and_cases_inside_cases(mood, level, expected):
    effect = by("mood", calm=by("level", low="keep", mid="low", high="down"), angry="up")
    crisis = game(
        make_instrument("wait", "north"),
        make_instrument("push", "north", effects={"level": effect}),
        phases=[make_phase("turn", ("north", ["wait", "push"]))],
        state={"mood": ("calm", "angry"), "level": ("low", "mid", "high")},
    )
    state = {"mood": mood, "level": level}
    assert after_use(crisis.state, state, crisis.instruments["push"]) == {
        **state,
        "level": expected,
    }
    rules = compile_rules(crisis, policy=replace(FREE, state=state))
    assert start(rules, {"north": "soft"}).choose("push").state["level"] == expected


def test_an_effect_may_depend_on_a_type_that_observers_do_not_know():
    crisis = game(
        make_instrument("wait", "north"),
        make_instrument(
            "push", "north", effects={"war": by("north.type", soft="won", hard="lost")}
        ),
        phases=[make_phase("turn", ("north", ["wait", "push"]))],
        state=WAR,
    )
    rules = compile_rules(crisis)
    assert start(rules, {"north": "soft"}).choose("push").state["war"] == "won"
    assert start(rules, {"north": "hard"}).choose("push").state["war"] == "lost"
    assert changes_at_start(crisis, crisis.instruments["push"]) == {}
    with pytest.raises(DetenteError, match=r"north\.type") as caught:
        after_use(crisis.state, {"posture": "none", "war": "no"}, crisis.instruments["push"])
    assert caught.value.code == "variable-unknown"


@given(crisis=crises())
def test_an_effect_that_is_the_same_in_every_case_is_that_effect(crisis):
    variable = next(iter(crisis.state.values()))

    def wrapped(effects):
        return {
            name: ConditionalEffect(
                variable=variable.id, cases=dict.fromkeys(variable.values, effect)
            )
            for name, effect in effects.items()
        }

    other = replace(
        crisis,
        instruments={
            name: replace(item, effects=wrapped(item.effects))
            for name, item in crisis.instruments.items()
        },
    )
    one, two = unroll(compile_rules(crisis)), unroll(compile_rules(other))
    for name in ("player", "info_set", "parent", "terminal_state", "outcome", "payoff_class"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert np.array_equal(one.state_codes, two.state_codes)


# --- chance ----------------------------------------------------------------------------------------------------------


def strike_game(**possible):
    """West hides or waits, then north strikes: it may hit, be seen, or fail."""
    return game(
        make_instrument("wait", "west"),
        make_instrument("hide", "west", effects={"posture": "armed"}),
        make_instrument("hold", "north"),
        make_instrument(
            "strike",
            "north",
            chance={
                "hit": (0.5, {"war": "won"}),
                "seen": (0.2, {"war": "lost"}),
                "fails": (None, {}),
            },
            possible=possible,
        ),
        phases=[
            make_phase("first", ("west", ["wait", "hide"])),
            make_phase("second", ("north", ["hold", "strike"])),
        ],
        state=WAR,
    )


HIDDEN, OPEN = make_condition({"posture": "armed"}), make_condition({"posture": "none"})


def odds(crisis):
    """Return the probabilities of what follows a strike, by posture."""
    tree = unroll(compile_rules(crisis))
    priced = price(plan_pricing(tree, crisis), {})
    found = {}
    for event in range(1, len(tree.chance_instrument)):
        part = slice(tree.chance_offset[event], tree.chance_offset[event + 1])
        reads = tree.rules.chance_reads[tree.chance_instrument[event]]
        row = reads.decode(tree.chance_level[[event]])[0]
        posture = tree.rules.values_of(row, reads).get("posture", "any")
        names = [name.partition(": ")[2] for name in tree.chance_label[part]]
        found[posture] = dict(zip(names, priced.chance_probs[part, 0].round(12), strict=True))
    return found


def test_what_cannot_follow_leaves_its_chance_to_the_rest():
    assert odds(strike_game(hit=OPEN)) == {
        "none": {"hit": 0.5, "seen": 0.2, "fails": 0.3},
        "armed": {"seen": 0.2, "fails": 0.8},
    }


def test_what_alone_can_follow_needs_no_draw():
    crisis = strike_game(hit=OPEN, seen=OPEN)
    assert odds(crisis) == {"none": {"hit": 0.5, "seen": 0.2, "fails": 0.3}}
    assert ends(crisis, "hide", "strike")["war"] == "no"
    position = start(compile_rules(crisis), {"north": "soft"}).choose("wait").choose("strike")
    assert position.chance() == ("hit", "seen", "fails")
    played = sample(compile_rules(crisis), rng=np.random.default_rng(1), n=400)
    hidden = played.state[:, 0] == 1
    assert hidden.any()
    assert not played.state[hidden, 1].any()


def test_a_step_offers_only_what_can_follow():
    position = start(compile_rules(strike_game(hit=OPEN)), {"north": "soft"})
    position = position.choose("hide").choose("strike")
    assert position.chance() == ("seen", "fails")
    assert position.choose("seen").state["war"] == "lost"
    with pytest.raises(DetenteError, match="hit"):
        position.choose("hit")


def test_a_state_in_which_nothing_can_follow_is_found_and_refused():
    crisis = strike_game(hit=OPEN, seen=OPEN, fails=OPEN)
    (item,) = [one for one in check_play(crisis) if one.code == "chance-empty"]
    assert "nothing can follow" in item.message
    assert "posture=armed" in item.value
    assert "rest" in item.fix
    for run in (
        lambda: unroll(compile_rules(crisis)),
        lambda: sample(compile_rules(crisis), rng=np.random.default_rng(0), n=400),
        lambda: ends(crisis, "hide", "strike"),
    ):
        with pytest.raises(CrisisFileError) as caught:
            run()
        assert caught.value.findings[0].code == "chance-empty"


def test_what_alone_can_follow_must_be_certain_or_the_rest():
    crisis = strike_game(seen=OPEN, fails=OPEN)
    (item,) = [one for one in check_play(crisis) if one.code == "chance-empty"]
    assert "only 'hit' can follow" in item.message
    with pytest.raises(CrisisFileError):
        unroll(compile_rules(crisis))


def chance_findings(crisis, change):
    strike = crisis.instruments["strike"]
    chance = tuple(change(outcome) for outcome in strike.chance)
    altered = replace(
        crisis, instruments={**crisis.instruments, "strike": replace(strike, chance=chance)}
    )
    return [one for one in check_play(altered) if one.code == "probability-out-of-range"]


@pytest.mark.parametrize(
    ("probs", "told"),
    [
        ({"hit": 0.9}, "sum to 1.1"),
        ({"seen": None}, "all take the rest"),
        (
            {
                "fails": ByState(
                    variable="posture",
                    cases={"none": Constant(value=0.3), "armed": Constant(value=0.1)},
                )
            },
            "sum to 0.3",
        ),
    ],
)
def test_a_state_in_which_chances_cannot_sum_to_one_is_found(probs, told):
    def change(outcome):
        prob = probs.get(outcome.id, outcome.prob)
        return replace(outcome, prob=Constant(value=prob) if isinstance(prob, float) else prob)

    (item,) = chance_findings(strike_game(hit=OPEN), change)
    assert told in item.message
    assert "posture=" in item.value
    assert "rest" in item.fix


def test_two_outcomes_may_take_the_rest_where_only_one_of_them_can_follow():
    crisis = strike_game(seen=OPEN, fails=HIDDEN)
    assert not chance_findings(
        crisis, lambda one: replace(one, prob=None) if one.id == "seen" else one
    )

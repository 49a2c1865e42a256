"""Policies as commitments: menus shortened before unrolling, initial values set."""

import pytest

from detente.errors import UsageError
from detente.rules import compile_rules, start, unroll
from detente.testing.rules import (
    make_condition,
    make_crisis,
    make_instrument,
    make_phase,
    make_policy,
)


def crisis_with(*policies):
    """Two rounds: north picks from a, b, c (c once only); then both choose sealed."""
    return make_crisis(
        players={"north": {"only": 1.0}, "west": {"only": 1.0}},
        state={"used": ("no", "yes")},
        instruments=[
            make_instrument("a", "north"),
            make_instrument("b", "north"),
            make_instrument(
                "c", "north", when=make_condition({"used": "no"}), effects={"used": "yes"}
            ),
            make_instrument("x", "north"),
            make_instrument("y", "north"),
            make_instrument("p", "west"),
            make_instrument("q", "west"),
        ],
        phases=[
            make_phase("act", ("north", ["a", "b", "c"])),
            make_phase("sealed", ("north", ["x", "y"]), ("west", ["p", "q"])),
        ],
        rounds=2,
        policies=policies,
    )


def menus(policy, *, choose=None):
    """What is open in each phase of the first and second round, forced moves included."""
    position = start(compile_rules(crisis_with(policy), policy=policy.id), {})
    seen = []
    while not position.is_over:
        seen.append((position.moment.round, position.mover, position.available()))
        names = position.available()
        position = position.choose(choose if choose in names else names[0])
    forced = [(made.round, made.player, (made.choice,)) for made in position.history if made.forced]
    return seen, forced


def test_a_fix_leaves_only_what_it_names():
    """Oracle: hand."""
    seen, forced = menus(make_policy("p1", fix={"act": ["b"]}))
    assert [entry[2] for entry in seen] == [("x", "y"), ("p", "q")] * 2
    assert forced == [(1, "north", ("b",)), (2, "north", ("b",))]


def test_a_fix_may_leave_several():
    """Oracle: hand."""
    seen, _ = menus(make_policy("p1", fix={"act": ["c", "a"]}))
    assert seen[0] == (1, "north", ("a", "c"))


def test_a_fix_of_a_round_goes_before_that_of_the_phase():
    """Oracle: hand."""
    _, forced = menus(make_policy("p1", fix={"act": ["b"], "act@2": ["a"]}))
    assert forced == [(1, "north", ("b",)), (2, "north", ("a",))]


def test_a_fix_of_a_sealed_phase_binds_the_move_that_has_the_instrument():
    """Oracle: hand."""
    seen, forced = menus(make_policy("p1", fix={"sealed": ["q"]}))
    assert (1, "north", ("x", "y")) in seen
    assert forced == [(1, "west", ("q",)), (2, "west", ("q",))]


def test_a_fix_that_cannot_be_carried_out_leaves_the_menu():
    """Oracle: hand. `c` can be used once: in round 2 north is free."""
    seen, forced = menus(make_policy("p1", fix={"act": ["c"]}))
    assert forced == [(1, "north", ("c",))]
    assert (2, "north", ("a", "b")) in seen


def test_what_is_forbidden_stays_so_where_a_fix_gives_way():
    """Oracle: hand. In round 2 the fix on `c` gives way, the ban on `a` does not."""
    _, forced = menus(make_policy("p1", fix={"act": ["c"]}, forbid=["a"]))
    assert forced == [(1, "north", ("c",)), (2, "north", ("b",))]


def test_fix_and_ban_work_together():
    """Oracle: hand."""
    _, forced = menus(make_policy("p1", fix={"act": ["a", "b"]}, forbid=["a"]))
    assert forced == [(1, "north", ("b",)), (2, "north", ("b",))]


def test_a_ban_that_would_empty_a_menu_leaves_it():
    """Oracle: hand."""
    seen, _ = menus(make_policy("p1", forbid=["x", "y"]))
    assert (1, "north", ("x", "y")) in seen


def test_a_policy_sets_initial_values():
    """Oracle: hand."""
    seen, _ = menus(make_policy("p1", state={"used": "yes"}))
    assert seen[0] == (1, "north", ("a", "b"))


def test_a_policy_may_be_given_as_such():
    """Oracle: hand."""
    policy = make_policy("p1", fix={"act": ["b"]})
    with_id = unroll(compile_rules(crisis_with(policy), policy="p1"))
    as_such = unroll(compile_rules(crisis_with(), policy=policy))
    assert with_id.n_nodes == as_such.n_nodes < unroll(compile_rules(crisis_with())).n_nodes


def test_an_unknown_policy_is_refused_with_the_known_ones():
    """Oracle: hand."""
    with pytest.raises(UsageError, match="no policy 'p2'") as caught:
        compile_rules(crisis_with(make_policy("p1")), policy="p2")
    assert caught.value.code == "policy-invalid"
    assert "p1" in caught.value.fix
    with pytest.raises(UsageError) as caught:
        compile_rules(crisis_with(), policy="p2")
    assert "it has none" in caught.value.fix


def test_a_game_has_a_round():
    """Oracle: hand."""
    with pytest.raises(UsageError, match="0 rounds") as caught:
        compile_rules(crisis_with(), rounds=0)
    assert caught.value.code == "option-invalid"

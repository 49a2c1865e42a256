"""Menus with nests and weights. Oracles: theorems of nested choice, hand, and an implementation by whole paths."""

import copy
import json
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given

from detente.errors import DetenteError
from detente.game import (
    GameBuilder,
    MenuForm,
    Menus,
    Status,
    action_payoffs,
    equilibrium_sensitivity,
    find_other_branches,
    game_from_tree,
    logit_residual,
    solve_logit_qre,
    trace_logit_branch,
)
from detente.game.qre import solving as qre
from detente.testing.games import bargaining_tree, game_trees, menu_lists, with_menus, with_own_odds
from detente.testing.profiles import examples

REFERENCE = Path(__file__).parents[3] / "shared" / "data" / "reference_nested_qre.json"
SLOW_ORACLE = examples(
    25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
SMALL_GAMES = game_trees(max_players=3, max_depth=4, max_nodes=24)


def terms(game):
    return {
        "payoffs": game.payoffs,
        "chance_probs": game.chance_probs,
        "menus": game.menus,
        "own_odds": game.own_odds,
    }


def solve(game, rationality, **options):
    return solve_logit_qre(game.form, rationality, **{**terms(game), **options})


def by_set(game, strategy, draw=0):
    """A flat strategy as a dict by player and name of the set."""
    form = game.form
    cuts = np.split(strategy[:, draw], form.action_offset[1:-1]) if form.n_info_sets else []
    keys = zip(form.info_set_player.tolist(), form.info_set_label, strict=True)
    return {(player, label): part for (player, label), part in zip(keys, cuts, strict=True)}


def choice(pays, menu):
    """One choice between options a, b, c, ... with a menu."""
    options = [chr(ord("a") + n) for n in range(len(pays))]
    tree = {
        "player": 0, "infoset": "s", "actions": options,
        "children": [{"payoffs": [pay]} for pay in pays],
    }  # fmt: skip
    return game_from_tree({"players": ["me"], "tree": tree, "menus": {"0:s": menu}})


def nest(of, similarity=0.5, weight=1.0, name="nest"):
    return {"nest": name, "similarity": similarity, "weight": weight, "of": of}


def agree(found, wanted, tolerance):
    for key, probs in wanted.items():
        np.testing.assert_allclose(found[key[0], str(key[1])], probs, atol=tolerance)


# closed forms


def test_a_nest_counts_as_one_option_and_is_searched_by_its_own_scale():
    """Oracle: hand, the red bus and the blue bus by the definition with numpy."""
    lam, t = 2.0, 0.4
    game = choice([1.0, 0.8, 0.7], ["a", nest(["b", "c"], similarity=0.6)])
    inside = np.exp(lam * np.array([0.8, 0.7]) / t) / 2
    value = t * np.log(inside.sum())
    car = np.exp(lam) / (np.exp(lam) + np.exp(value))
    wanted = [car, *((1 - car) * inside / inside.sum())]
    np.testing.assert_allclose(solve(game, lam).strategy[:, 0], wanted, rtol=1e-14)


def test_weights_are_constants_in_log_odds():
    """Oracle: hand, odds of two options are their weights' times exp(lambda times the difference)."""
    game = choice([0.5, 0.0], [{"option": "a", "weight": 1}, {"option": "b", "weight": 3}])
    found = solve(game, 2.0).strategy[:, 0]
    np.testing.assert_allclose(found[0] / found[1], np.exp(1.0) / 3, rtol=1e-14)


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=5), st.data())
def test_at_rationality_0_shares_multiply(pays, data):
    """Oracle: theorem, the start of the branch is the product of shares."""
    options = [chr(ord("a") + n) for n in range(len(pays))]
    menu = data.draw(menu_lists(options))

    def shares(entries, before=1.0):
        total = sum(entry["weight"] for entry in entries)
        for entry in entries:
            share = before * entry["weight"] / total
            if "option" in entry:
                yield entry["option"], share
            else:
                yield from shares(entry["of"], share)

    found = solve(choice(pays, menu), 0.0).strategy[:, 0]
    wanted = dict(shares(menu))
    np.testing.assert_allclose(found, [wanted[option] for option in options], rtol=1e-13)


def test_at_large_rationality_the_best_share_by_weights_and_scale():
    """Oracle: theorem, tied bests within a list share by q, a nest's best against another by q_m q^theta."""
    menu = [
        nest(
            [{"option": "a", "weight": 1}, {"option": "b", "weight": 3}], similarity=0.6, weight=2
        ),
        {"option": "c", "weight": 1},
        "d",
    ]
    found = solve(choice([1.0, 0.0, 1.0, 0.3], menu), 400.0).strategy[:, 0]
    odds = np.array([0.5 * 0.25**0.4, 0.0, 0.25, 0.0])
    np.testing.assert_allclose(found, odds / odds.sum(), atol=1e-12)


# what to write for what is wanted


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=6), st.floats(0.1, 20.0), st.data())
def test_similarity_0_and_the_number_of_options_as_weight_is_the_plain_logit(pays, lam, data):
    """Oracle: theorem, the plain logit."""
    options = [chr(ord("a") + n) for n in range(len(pays))]
    cut = data.draw(st.integers(1, len(pays) - 1))
    menu = [*options[:cut], nest(options[cut:], similarity=0.0, weight=len(pays) - cut)]
    plain = choice(pays, options)
    wanted = solve_logit_qre(plain.form, lam, payoffs=plain.payoffs).strategy
    np.testing.assert_allclose(solve(choice(pays, menu), lam).strategy, wanted, atol=1e-12)
    assert (solve(plain, lam).strategy == wanted).all() or plain.menus is not None


@given(st.lists(st.floats(-2, 2), min_size=3, max_size=6), st.floats(0.1, 20.0), st.floats(0, 0.9))
def test_the_textbook_form_has_the_weight_n_to_the_theta(pays, lam, similarity):
    """Oracle: theorem, McFadden's nested logit: exp(x) against (sum of exp(x / theta)) ** theta."""
    options = [chr(ord("a") + n) for n in range(len(pays))]
    theta, n = 1.0 - similarity, len(pays) - 1
    found = solve(choice(pays, ["a", nest(options[1:], similarity, n**theta)]), lam).strategy[:, 0]
    x = lam * np.array(pays)
    inside = np.exp((x[1:] - x.max()) / theta)
    alone = np.exp(x[0] - x.max())
    together = inside.sum() ** theta
    np.testing.assert_allclose(found[0], alone / (alone + together), rtol=1e-11)


def test_a_red_and_a_blue_bus_that_are_alike_leave_the_car_its_half():
    """Oracle: theorem, a nest of copies with weight 1 is the bus, whatever the similarity."""
    for similarity in (0.0, 0.3, 0.98):
        found = solve(choice([1.0, 1.0, 1.0], ["a", nest(["b", "c"], similarity)]), 7.0).strategy
        np.testing.assert_allclose(found[:, 0], [0.5, 0.25, 0.25], atol=1e-15)


# theorems on copies


def moves_below(node, player):
    return any(
        (child.get("player") == player and child.get("children")) or moves_below(child, player)
        for child in node.get("children", [])
    )


def nodes_of(node, key):
    if node.get("children"):
        if "player" in node and (node["player"], node["infoset"]) == key:
            yield node
        for child in node["children"]:
            yield from nodes_of(child, key)


def with_copies(game, key, place, weights, way):
    """The game with copies of an option that lead into the same information sets, of these weights."""
    game = copy.deepcopy(game)
    options = next(nodes_of(game["tree"], key))["actions"]
    option = options[place]
    names = [f"{option} again {n}" for n in range(len(weights) - 1)]
    for node in nodes_of(game["tree"], key):
        node["actions"] = node["actions"] + names
        node["children"] = node["children"] + [
            copy.deepcopy(node["children"][place]) for _ in names
        ]
    copies = [
        {"option": name, "weight": weight}
        for name, weight in zip([option, *names], weights, strict=True)
    ]

    def put(entries):
        for n, entry in enumerate(entries):
            if isinstance(entry, dict) and "nest" in entry:
                put(entry["of"])
            elif (entry if isinstance(entry, str) else entry["option"]) == option:
                weight = 1.0 if isinstance(entry, str) else entry.get("weight", 1.0)
                if way == "nest":
                    entries[n : n + 1] = [nest(copies, 0.7, weight, "copies")]
                else:
                    total = sum(weights)
                    entries[n : n + 1] = [
                        {**one, "weight": one["weight"] * weight / total} for one in copies
                    ]
                return

    menus = game.setdefault("menus", {})
    entries = menus.setdefault(f"{key[0]}:{key[1]}", list(options))
    put(entries)
    return game


@SLOW_ORACLE
@given(with_menus(SMALL_GAMES), st.floats(0.1, 4.0), st.data())
def test_copies_that_share_a_weight_or_a_nest_change_nothing(tree, lam, data):
    """Oracle: theorem 1, in games with information sets, by nests of their own and by shared weights."""
    keys = sorted({(p, s) for p, s in by_tree(tree)})
    assume(keys)
    key = data.draw(st.sampled_from(keys))
    nodes = list(nodes_of(tree["tree"], key))
    place = data.draw(st.integers(0, len(nodes[0]["actions"]) - 1))
    # copies are different own moves: a mover that moves again below would have to forget which
    assume(not any(moves_below({"children": [n["children"][place]]}, key[0]) for n in nodes))
    weights = data.draw(st.lists(st.sampled_from([0.5, 1.0, 3.0]), min_size=2, max_size=3))
    plain = game_from_tree(tree)
    wanted = solve(plain, lam)
    for way in ("nest", "weights"):
        copied = game_from_tree(with_copies(tree, key, place, weights, way))
        found = solve(copied, lam)
        assert wanted.converged.all() == found.converged.all()
        here = by_set(copied, found.strategy)
        for name, probs in by_set(plain, wanted.strategy).items():
            mine = here[name].copy()
            if name == (key[0], str(key[1])):
                mine[place] += mine[probs.size :].sum()
            np.testing.assert_allclose(mine[: probs.size], probs, atol=2e-12)


def by_tree(tree):
    found, stack = set(), [tree["tree"]]
    while stack:
        node = stack.pop()
        if node.get("children") and "player" in node:
            found.add((node["player"], node["infoset"]))
        stack.extend(node.get("children", []))
    return found


@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=4), st.floats(0, 0.95), st.integers(1, 4),
    st.floats(0.0, 6.0),
)  # fmt: skip
def test_copies_that_bring_weight_move_a_nest_by_the_formula(pays, similarity, more, lam):
    """Oracle: theorem 2, log-odds of the nest move by theta log(n (1 + j p) / (n + j))."""
    n = len(pays)
    options = [chr(ord("a") + k) for k in range(n + 1)]
    before = solve(choice([0.0, *pays], ["a", nest(options[1:], similarity)]), lam).strategy[:, 0]
    longer = [*options, *(chr(ord("a") + n + 1 + k) for k in range(more))]
    after = solve(
        choice([0.0, *pays, *[pays[0]] * more], ["a", nest(longer[1:], similarity)]), lam
    ).strategy[:, 0]
    p = before[1] / before[1:].sum()
    moved = np.log(after[1:].sum() / after[0]) - np.log(before[1:].sum() / before[0])
    wanted = (1.0 - similarity) * np.log(n * (1 + more * p) / (n + more))
    np.testing.assert_allclose(moved, wanted, atol=1e-12)


# other implementations


@pytest.mark.parametrize("way", ["traced", "iterated", "branch"])
@SLOW_ORACLE
@given(with_menus(SMALL_GAMES), st.sampled_from([0.3, 1.0, 2.0]))
def test_random_games_agree_with_sums_over_whole_paths(paths, way, tree, lam):
    """Oracle: independent code, by whole paths, for menus with nests up to three deep."""
    wanted, gap = paths.solve(tree, lam)
    assume(gap < 1e-10)
    game = game_from_tree(tree)
    small = qre._SMALL
    qre._SMALL = 0 if way == "iterated" else small
    try:
        if way == "branch":
            result = trace_logit_branch(game.form, [lam], **terms(game))
        else:
            result = solve(game, lam)
    finally:
        qre._SMALL = small
    assume((result.turns == 0).all())
    assert result.residual.max() < 1e-9
    agree(by_set(game, result.strategy), wanted, 1e-8)


@SLOW_ORACLE
@given(with_menus(SMALL_GAMES), st.sampled_from([0.5, 2.0]))
def test_a_start_at_the_answer_stays_there(tree, lam):
    """Oracle: theorem, an equilibrium is its own response, and its logits those of a menu."""
    game = game_from_tree(tree)
    answer = solve(game, lam)
    again = solve(game, lam, start=answer.strategy)
    np.testing.assert_allclose(again.strategy, answer.strategy, atol=1e-9)
    assert again.iterations.max() <= 8 + answer.turns.max() * 1000


@SLOW_ORACLE
@given(with_menus(SMALL_GAMES), st.integers(0, 2**32 - 1))
def test_draws_with_their_own_numbers_are_solved_as_if_alone(tree, seed):
    """Oracle: golden rule of the solver, the same bytes alone and in a block, with numbers by draw."""
    game = game_from_tree(tree)
    assume(game.menus is not None)
    rng = np.random.default_rng(seed)
    form = game.menus.form
    weight = rng.uniform(0.3, 3.0, (int(form.weight_row.max()) + 1, 11))
    similarity = rng.uniform(0.0, 0.9, (int(form.similarity_row.max(initial=-1)) + 1, 11))
    many = Menus.from_numbers(form, weight=weight, similarity=similarity)
    together = solve(game, 1.5, menus=many)
    for draw in (0, 7, 10):
        alone = solve(game, 1.5, menus=many.pick_draws(slice(draw, draw + 1)))
        assert alone.strategy[:, 0].tobytes() == together.strategy[:, draw].tobytes()


@pytest.mark.research
@pytest.mark.skipif(not REFERENCE.exists(), reason="research data are not beside the checkout")
def test_the_reference_games_are_met():
    """Oracle: independent code, the reference values of nested menus and own odds beside the checkout."""
    for data in json.loads(REFERENCE.read_text(encoding="utf-8"))["games"]:
        game = game_from_tree(data)
        form = game.form
        values = data["values"]
        branch = trace_logit_branch(form, [value["lam"] for value in values], **terms(game))
        for stop, value in enumerate(values):
            result = solve(game, value["lam"])
            assert result.turns[0] == branch.turns[stop] == value["turns"]
            beliefs = result.posteriors()[:, 0]
            found = by_set(game, result.strategy)
            traced = by_set(game, branch.strategy, stop)
            order = depth_first(form)
            for item in value["sets"]:
                key = (item["player"], item["infoset"])
                np.testing.assert_allclose(found[key], item["probs"], atol=1e-9)
                np.testing.assert_allclose(traced[key], item["probs"], atol=1e-9)
                which = list(
                    zip(form.info_set_player.tolist(), form.info_set_label, strict=True)
                ).index(key)
                nodes = [n for n in order if form.player[n] >= 0 and form.info_set[n] == which]
                np.testing.assert_allclose(beliefs[nodes], item["beliefs_own_odds"], atol=1e-8)
            reach = result.reach_probs()[:, 0]
            final = [node for node in order if form.n_children[node] == 0]
            np.testing.assert_allclose(reach[final], value["ends"], atol=1e-9)
            for got, wanted in (
                (result.expected_payoffs, "ev_own_odds"),
                (branch.expected_payoffs[:, stop : stop + 1], "ev_own_odds"),
                (result.analysts_payoffs(), "ev_analysts_odds"),
            ):
                np.testing.assert_allclose(got[:, 0], value[wanted], atol=1e-8)


def depth_first(form):
    order, stack = [], [0]
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(
            range(
                form.first_child[node] + form.n_children[node] - 1, form.first_child[node] - 1, -1
            )
        )
    return order


# policies


def test_what_is_forbidden_leaves_the_weights_of_nests_as_they_are():
    """Oracle: hand, a nest that loses one of two options is the other one, with the nest's weight."""
    menu = ["a", nest(["b", "c"], 0.6, 2.0), nest(["d"], 0.3, name="alone")]
    game = choice([0.2, 0.5, 0.9, 0.1], menu)
    found = solve(game, 1.5, allowed=np.array([True, True, False, True])).strategy[:, 0]
    odds = np.array([1.0, 2.0, 0.0, 1.0]) * np.exp(1.5 * np.array([0.2, 0.5, 0.9, 0.1]))
    odds[2] = 0.0
    np.testing.assert_allclose(found, odds / odds.sum(), rtol=1e-13)


def test_a_nest_without_an_open_option_is_gone():
    """Oracle: hand, the logit of what is left."""
    game = choice([0.2, 0.5, 0.9, 0.1], ["a", nest(["b", "c"], 0.6, 2.0), "d"])
    found = solve(game, 1.5, allowed=np.array([True, False, False, True])).strategy[:, 0]
    odds = np.exp(1.5 * np.array([0.2, -np.inf, -np.inf, 0.1]))
    np.testing.assert_allclose(found, odds / odds.sum(), rtol=1e-13)


def test_sets_that_no_play_comes_to_choose_as_at_rationality_0():
    """Oracle: theorem, the product of the shares of what is open."""
    tree = {
        "player": 0, "infoset": "first", "actions": ["out", "in"],
        "children": [
            {"payoffs": [0.0, 0.0]},
            {"player": 1, "infoset": "reply", "actions": ["a", "b", "c"],
             "children": [{"payoffs": [1.0, pay]} for pay in (0.0, 1.0, 2.0)]},
        ],
    }  # fmt: skip
    menus = {"1:reply": ["a", nest([{"option": "b", "weight": 3}, "c"], 0.5, 2.0)]}
    game = game_from_tree({"players": ["one", "two"], "tree": tree, "menus": menus})
    found = solve(game, 2.0, allowed=np.array([True, False, True, True, True])).strategy[:, 0]
    np.testing.assert_allclose(found, [1.0, 0.0, 1 / 3, 1 / 2, 1 / 6], rtol=1e-14)
    some = solve(game, 2.0, allowed=np.array([True, False, False, True, True])).strategy[:, 0]
    np.testing.assert_allclose(some, [1.0, 0.0, 0.0, 3 / 4, 1 / 4], rtol=1e-14)


@SLOW_ORACLE
@given(with_menus(SMALL_GAMES), st.floats(0.1, 3.0), st.integers(0, 2**32 - 1))
def test_a_policy_is_the_game_without_what_it_forbids(paths, tree, lam, seed):
    """Oracle: independent code, whole paths of the tree with the forbidden options taken out."""
    game = game_from_tree(tree)
    form = game.form
    assume(form.n_actions)
    rng = np.random.default_rng(seed)
    allowed = rng.random(form.n_actions) < 0.7
    allowed[form.action_offset[:-1]] = True
    less = copy.deepcopy(tree)
    masks = by_set(game, allowed[:, None])

    def cut(node):
        if not node.get("children"):
            return
        if "player" in node:
            open_ = masks[node["player"], str(node["infoset"])]
            for name in ("actions", "children"):
                node[name] = [item for item, keep in zip(node[name], open_, strict=True) if keep]
        for child in node["children"]:
            cut(child)

    def thin(entries, names):
        left = []
        for entry in entries:
            if isinstance(entry, dict) and "nest" in entry:
                inner = thin(entry["of"], names)
                left += [{**entry, "of": inner}] if inner else []
            elif (entry if isinstance(entry, str) else entry["option"]) in names:
                left.append(entry)
        return left

    cut(less["tree"])
    options = {f"{player}:{name}": item for (player, name), item in paths.options_of(less).items()}
    less["menus"] = {
        key: thin(menu, options[key]) for key, menu in tree["menus"].items() if key in options
    }
    wanted, gap = paths.solve(less, lam)
    assume(gap < 1e-10)
    result = solve(game, lam, allowed=allowed)
    assume(result.turns[0] == 0)
    assert result.converged.all()
    found = by_set(game, result.strategy)
    for (player, name), probs in wanted.items():
        mine = found[player, str(name)][masks[player, str(name)]]
        np.testing.assert_allclose(mine, probs, atol=1e-8)


# derivatives


@SLOW_ORACLE
@given(with_menus(SMALL_GAMES), st.integers(0, 2**32 - 1))
def test_sensitivities_are_differences_of_solutions(tree, seed):
    """Oracle: independent code, central differences of the solver's answers."""
    game = game_from_tree(tree)
    assume(game.form.n_actions)
    answer = solve(game, 0.7)
    assume(answer.residual[0] < 1e-11 and answer.turns[0] == 0)
    way = np.random.default_rng(seed).normal(size=game.payoffs.shape)
    moves = equilibrium_sensitivity(
        game.form, answer.strategy, 0.7, directions=[way], **terms(game)
    )
    assert moves.residual[0] < 1e-8
    step = 1e-5
    up, down = (solve(game, 0.7, payoffs=game.payoffs + sign * step * way) for sign in (1.0, -1.0))
    for name in ("strategy", "expected_payoffs"):
        slope = (getattr(up, name) - getattr(down, name))[:, 0] / (2 * step)
        np.testing.assert_allclose(getattr(moves, name)[:, 0], slope, atol=2e-6)


# refusals


@pytest.mark.parametrize(
    "menu",
    [
        ["a"],
        ["a", "b", "b"],
        ["a", "b", "zebra"],
        ["a", {"nest": "n", "similarity": 0.5, "of": []}, "b"],
        ["a", nest(["b"], similarity=1.0)],
        ["a", nest(["b"], similarity=0.981)],
        ["a", nest(["b"], similarity=-0.1)],
        ["a", nest(["b"], similarity=float("nan"))],
        ["a", {"nest": "n", "of": ["b"]}],
        ["a", {"option": "b", "weight": 0}],
        ["a", {"option": "b", "weight": -1}],
        ["a", {"option": "b", "weight": float("inf")}],
        ["a", {"option": "b", "wait": 2}],
        ["a", {"option": "b", "nest": "n"}],
        ["a", 7],
        [],
        "ab",
    ],
)
def test_menus_that_do_not_fit_are_refused(menu):
    """Oracle: hand, every option once, similarities from 0 to 0.98, weights above 0."""
    with pytest.raises(DetenteError) as caught:
        choice([0.0, 1.0], menu)
    assert caught.value.code == "menu-invalid"
    assert caught.value.fix


@pytest.mark.parametrize(
    "arrays",
    [
        {"holder": [-1, -1, 0], "action": [0, -1, 0], "nest": [-1, 0, -1]},
        {"holder": [0, 0], "action": [0, -1], "nest": [-1, 0]},
        {"holder": [-1, 1, 0, -1], "action": [0, -1, -1, 1], "nest": [-1, 0, 1, -1]},
        {"holder": [-1, -1], "action": [0, 5], "nest": [-1, -1]},
        {"holder": [-1, -1], "action": [0, 1], "nest": [-1, 0]},
        {"holder": [-1, -1], "action": [0, 1], "nest": [-1]},
        {"holder": [[-1, -1]], "action": [0, 1], "nest": [-1, -1]},
    ],
)
def test_lists_that_are_no_tree_are_refused(arrays):
    """Oracle: hand, each of them breaks one rule."""
    game = choice([0.0, 1.0], ["a", "b"])
    with pytest.raises(DetenteError) as caught:
        MenuForm.from_arrays(game.form, **arrays)
    assert caught.value.code == "menu-invalid"


def test_menus_of_another_game_are_refused():
    """Oracle: hand."""
    menus = choice([0.0, 1.0, 2.0], ["a", nest(["b", "c"])]).menus
    other = choice([0.0, 1.0], ["a", "b"])
    with pytest.raises(DetenteError) as caught:
        solve(other, 1.0, menus=menus)
    assert caught.value.code == "menu-invalid"


def test_a_set_has_one_menu_at_most():
    """Oracle: hand."""
    builder = GameBuilder(["me"])
    root = builder.decision(None, player="me", info_set="s", actions=["a", "b"])
    for label in "ab":
        builder.terminal((root, label), payoffs=[0.0])
    builder.menu(player="me", info_set="s", entries=["a", "b"])
    for player, name in (("me", "s"), ("me", "t"), ("you", "s")):
        with pytest.raises(DetenteError):
            builder.menu(player=player, info_set=name, entries=["a", "b"])


# certificates


def rare():
    """A nest that is picked once in 1e12 plays, and a second player who has to guess what was taken from it."""
    guess = lambda pays: {  # noqa: E731
        "player": 1, "infoset": "guess", "actions": ["left", "right"],
        "children": [{"payoffs": [pay, -pay]} for pay in pays],
    }  # fmt: skip
    tree = {
        "player": 0, "infoset": "move", "actions": ["safe", "l", "r"],
        "children": [{"payoffs": [14.0, 0.0]}, guess([0.4, -0.2]), guess([-0.3, 0.5])],
    }  # fmt: skip
    menus = {"0:move": ["safe", nest(["l", "r"], 0.3)]}
    return game_from_tree({"players": ["mover", "guesser"], "tree": tree, "menus": menus})


def test_the_certificate_fails_where_odds_within_a_rare_nest_are_wrong():
    """Oracle: hand, the answer with two options of a rare nest changed by less than 1e-12 in probability."""
    game = rare()
    result = solve(game, 2.0)
    good = {**terms(game)}
    assert result.converged[0]
    assert logit_residual(game.form, result.strategy, 2.0, **good)[0] < 1e-11
    wrong = result.strategy.copy()
    together = wrong[1:3].sum()
    assert together < 1e-11
    wrong[1:3, 0] = together * np.array([0.9, 0.1])
    assert np.abs(wrong - result.strategy).max() < 1e-11
    assert logit_residual(game.form, wrong, 2.0, **good)[0] > 0.1


@SLOW_ORACLE
@given(with_own_odds(with_menus(SMALL_GAMES)), st.sampled_from([0.4, 2.0]))
def test_the_certificate_of_probabilities_agrees_with_the_solver(tree, lam):
    """Oracle: independent code, the certificate that shares no step with the solver."""
    game = game_from_tree(tree)
    result = solve(game, lam)
    check = logit_residual(game.form, result.strategy, lam, **terms(game))
    np.testing.assert_allclose(check, 0.0, atol=1e-9)
    if game.form.n_actions and np.diff(game.form.action_offset).max() > 1:
        moved = 0.5 * result.strategy + 0.5 * game.form.uniform_strategy()[:, None]
        found = logit_residual(game.form, moved, lam, **terms(game))[0]
        response = by_list(game, moved, lam)
        np.testing.assert_allclose(found, response, atol=1e-9)


def by_list(game, strategy, lam):
    """The largest difference within lists of a strategy and its response, by the definition, list by list."""
    form = game.form
    pays = action_payoffs(form, strategy, game.payoffs, game.chance_probs, own_odds=game.own_odds)[
        :, 0
    ]
    lists = {} if game.menus is None else game.menus.lists_of(form)
    worst = 0.0
    for which in range(form.n_info_sets):
        rows = range(form.action_offset[which], form.action_offset[which + 1])
        x = {form.action_label[row]: lam * pays[row] for row in rows}
        sigma = {form.action_label[row]: strategy[row, 0] for row in rows}

        def visit(entries, scale, x=x, sigma=sigma):
            nonlocal worst
            values, masses, weights = [], [], []
            for item in entries:
                entry = {"option": item} if isinstance(item, str) else item
                weights.append(entry.get("weight", 1.0))
                if "option" in entry:
                    values.append(x[entry["option"]])
                    masses.append(sigma[entry["option"]])
                else:
                    value, mass = visit(entry["of"], scale * (1.0 - entry["similarity"]))
                    values.append(value)
                    masses.append(mass)
            q = np.array(weights) / sum(weights)
            part = q * np.exp((np.array(values) - max(values)) / scale)
            gap = np.abs(part / part.sum() - np.array(masses) / sum(masses))
            worst = max(worst, gap.max())
            return max(values) + scale * np.log(part.sum()), sum(masses)

        visit(lists.get(which, list(x)), 1.0)
    return worst


def test_branches_that_meet_are_found_on_menus_too():
    """Oracle: theorem 1, a game of two places to meet in, one of them there twice in a nest of its own."""
    other = lambda pays: {  # noqa: E731
        "player": 1, "infoset": "b", "actions": ["here", "there"],
        "children": [{"payoffs": [pay, pay]} for pay in pays],
    }  # fmt: skip
    plain = {
        "players": ["one", "two"],
        "tree": {
            "player": 0, "infoset": "a", "actions": ["here", "there"],
            "children": [other([1.0, 0.0]), other([0.0, 1.0])],
        },
    }  # fmt: skip
    copied = with_copies(plain, (0, "a"), 1, [1.0, 3.0], "nest")
    wanted, found = (
        find_other_branches(game.form, [3.0], **terms(game))
        for game in map(game_from_tree, (plain, copied))
    )
    assert [item.kind for item in found.bifurcations] == ["branch point"]
    np.testing.assert_allclose(
        found.bifurcations[0].rationality, wanted.bifurcations[0].rationality, rtol=1e-6
    )
    here, there = (
        sorted(item.strategy[0] for item in result.equilibria) for result in (wanted, found)
    )
    assert len(here) == 2
    np.testing.assert_allclose(there, here, atol=1e-9)


def test_folds_passed_apart_lead_to_the_answers_of_the_branch(monkeypatch):
    """Oracle: the branch of the whole game, with nests at all sets and own odds, followed round all its turns."""
    tree = bargaining_tree(rounds=3, challenger_types=2, defender_types=2)
    game = game_from_tree(tree)
    form = game.form
    rows = [slice(*form.action_offset[which : which + 2]) for which in range(form.n_info_sets)]
    labels = [form.action_label[row] for row in rows]
    lists = {which: [item[0], nest(item[1:], 0.2)] for which, item in enumerate(labels)}
    odds = game.chance_probs * np.random.default_rng(2).uniform(0.7, 1.3, form.n_branches)
    total = np.add.reduceat(odds, form.chance_offset[:-1])
    options = {
        **terms(game),
        "menus": Menus.from_lists(form, lists),
        "own_odds": {0: odds / np.repeat(total, np.diff(form.chance_offset))},
    }
    values = [20.0, 50.0]
    base = trace_logit_branch(form, values, **options)
    assert (base.status == Status.CONVERGED).all()
    assert base.turns[-1] > 0
    assert not base.apart.any()
    monkeypatch.setattr("detente.game.qre._unwinding._NESTED", 0)
    apart = trace_logit_branch(form, values, **options)
    assert (apart.status == Status.CONVERGED).all()
    assert apart.apart[-1] > 0
    np.testing.assert_allclose(apart.strategy, base.strategy, atol=1e-9)


@SLOW_ORACLE
@given(with_own_odds(with_menus(SMALL_GAMES)), st.integers(0, 2**32 - 1))
def test_policies_menus_and_odds_by_draw_are_solved_as_if_alone(tree, seed):
    """Oracle: golden rule of the solver, the same bytes alone and among draws with other masks, numbers and odds."""
    game = game_from_tree(tree)
    form = game.form
    assume(form.n_actions and game.menus is not None)
    rng, count = np.random.default_rng(seed), 5
    allowed = rng.random((form.n_actions, count)) < 0.7
    allowed[form.action_offset[:-1]] = True
    odds = {
        player: rng.dirichlet(np.ones(2), count).T[:1] * own[:, None]
        for player, own in game.own_odds.items()
    }
    sums = {p: np.add.reduceat(own, form.chance_offset[:-1], axis=0) for p, own in odds.items()}
    widths = np.diff(form.chance_offset)
    odds = {p: own / np.repeat(sums[p], widths, axis=0) for p, own in odds.items()}
    rows = int(game.menus.form.weight_row.max()) + 1
    menus = Menus.from_numbers(
        game.menus.form,
        weight=rng.uniform(0.5, 2.0, (rows, count)),
        similarity=rng.uniform(
            0.0, 0.8, (int(game.menus.form.similarity_row.max(initial=-1)) + 1, 1)
        ),
    )
    many = solve(game, 1.0, allowed=allowed, menus=menus, own_odds=odds)
    for draw in (0, 3):
        one = slice(draw, draw + 1)
        alone = solve(
            game,
            1.0,
            allowed=allowed[:, one],
            menus=menus.pick_draws(one),
            own_odds={player: own[:, one] for player, own in odds.items()},
        )
        assert alone.strategy[:, 0].tobytes() == many.strategy[:, draw].tobytes()
        assert not many.strategy[~allowed[:, draw], draw].any()

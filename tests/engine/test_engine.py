"""The engine: against the parts put together by hand, from several threads, and how little it does twice."""

import gc
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.engine.parts import kinds_and_odds

import detente.crisis
from detente.crisis import load_crisis
from detente.crisis.elements import Distribution
from detente.engine import Design, Engine, boards, draw_quantities
from detente.engine.drawing import DrawMemory
from detente.engine.metrics import compile_metrics, evaluate_metrics, find_move_keys
from detente.engine.solving import form_of, solve_draws
from detente.errors import UsageError
from detente.game import terminal_probs
from detente.linking import plan_pricing, price
from detente.rules import AdaptivePolicy, compile_rules, unroll

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
SOLVED = 1e-9


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


@pytest.fixture
def nothing_known(monkeypatch):
    """Nothing compiled, drawn or priced before."""
    monkeypatch.setattr(boards, "_KNOWN", [])


def changed(crisis, path, value):
    """The crisis with one quantity fixed."""
    law = Distribution(family="fixed", parameters=(value,))
    item = replace(crisis.quantities[path], distribution=law)
    return replace(crisis, quantities={**crisis.quantities, path: item})


def by_hand(crisis, policy, n_draws):
    """All metrics from the tree unrolled under the policy: no mask, no memory, no block."""
    tree = unroll(compile_rules(crisis, policy=policy))
    values = draw_quantities(crisis, n_draws, seed=1).as_mapping()
    priced = price(plan_pricing(tree, crisis), values)
    form, chance = form_of(tree), priced.chance_probs
    rationality = np.ascontiguousarray(values[crisis.rationality.path])
    more = kinds_and_odds(tree, crisis, priced, form)
    found = solve_draws(form, rationality, payoffs=priced.payoffs, chance_probs=chance, **more)
    n_profiles = int(form.chance_offset[1])
    given = chance.copy()
    given[:n_profiles] = 1.0 / n_profiles
    return evaluate_metrics(
        compile_metrics(tree, crisis, find_move_keys(tree, crisis)),
        given_profile=terminal_probs(form, found.strategy, given) * n_profiles,
        profile_probs=chance[:n_profiles],
        priced=priced,
    )


@pytest.mark.parametrize("policy", ["free", "arm", "nothing"])
def test_a_solution_is_what_the_parts_give(crisis, policy):
    # oracle independent code: the policy compiled into the rules, everything in one piece
    engine = Engine(crisis)
    found = engine.measure(engine.solve(policy, draws=150))  # two blocks
    expected = by_hand(crisis, policy, 150)
    assert [name for name in found if not name.startswith("certificate/")] == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=SOLVED, err_msg=name)


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("ukraine-2022", "nothing_more"),
        ("ukraine-2022", "dual_track"),
        ("kuwait-1990", "pay_partners"),
    ],
)
def test_so_it_is_in_crises_that_ship_where_a_policy_changes_the_start(name, policy):
    # oracle independent code: as above; these boards take prices from that of the crisis
    crisis = load_crisis(name)
    found = Engine(crisis).solve(policy, draws=4).measure()
    for metric, values in by_hand(crisis, policy, 4).items():
        np.testing.assert_allclose(found[metric], values, rtol=0, atol=SOLVED, err_msg=metric)


def test_only_what_is_asked_for_is_computed(crisis, monkeypatch):
    # oracle theorem: a metric is the same alone as in company; NashConv is not computed unasked
    engine = Engine(crisis)
    solution = engine.solve("arm", draws=5)
    whole = engine.measure(solution)
    fresh = engine.solve("arm", draws=5)
    monkeypatch.setattr("detente.engine.solutions.nash_conv", None)
    attack = fresh["attack"]
    np.testing.assert_array_equal(attack.values, whole["attack"])
    assert (attack.mean, attack.low) == (
        pytest.approx(whole["attack"].mean()),
        pytest.approx(np.quantile(whole["attack"], 0.05)),
    )
    below = engine.measure(fresh, ["outcome/", "certificate/residual", "attack+settlement"])
    assert below.keys() == {
        *(name for name in whole if name.startswith("outcome/")),
        "certificate/residual",
        "attack+settlement",
    }
    np.testing.assert_array_equal(below["attack+settlement"], whole["attack"] + whole["settlement"])
    for name in ("payoff/west", "use/west/arm", "belief/north/limited/hold", "prior/west/hollow"):
        np.testing.assert_array_equal(fresh[name].values, whole[name], err_msg=name)
    for name in ("atack", "atacks/", "certificate/x", "attack+x"):
        with pytest.raises(UsageError) as caught:
            fresh[name] if "/" not in name else engine.measure(fresh, [name])
        assert caught.value.code == "path-unknown"


@pytest.mark.usefixtures("nothing_known")
def test_a_changed_quantity_compiles_and_plans_nothing(crisis, monkeypatch):
    # oracle by counting; numbers against an engine that knows nothing
    counts = {"unroll": 0, "plan_pricing": 0}
    for name in counts:
        real = getattr(boards, name)

        def counted(*args, real=real, name=name, **options):
            counts[name] += 1
            return real(*args, **options)

        monkeypatch.setattr(boards, name, counted)
    Engine(crisis).solve("arm", draws=20)
    assert counts == {"unroll": 1, "plan_pricing": 1}
    for path in ("trade.cost", crisis.rationality.path, "prior.revisionist"):
        low = float(min(crisis.quantities[path].distribution.parameters))
        other = changed(crisis, path, low)
        warm = Engine(other).solve("arm", draws=20)
        assert counts == {"unroll": 1, "plan_pricing": 1}
        boards.PRICES.forget()
        cold = Engine(other).solve("arm", draws=20)
        for name, values in cold.measure().items():
            np.testing.assert_array_equal(warm.measure()[name], values, err_msg=name)
    other = replace(crisis, rounds=1)
    Engine(other).solve("arm", draws=2)
    assert counts == {"unroll": 2, "plan_pricing": 2}


def test_prices_taken_from_the_last_ones_are_the_same_bits(crisis):
    # oracle theorem (the requirement itself): for every quantity that is read
    tree = unroll(compile_rules(crisis))
    plan = plan_pricing(tree, crisis)
    values = dict(draw_quantities(crisis, 7, seed=3).as_mapping())
    last = price(plan, values)
    assert price(plan, dict(values), last=last) is last
    for path in plan.paths:
        moved = {**values, path: values[path][::-1].copy()}
        fresh, again = price(plan, moved), price(plan, moved, last=last)
        np.testing.assert_array_equal(again.payoffs, fresh.payoffs, err_msg=path)
        np.testing.assert_array_equal(again.chance_probs, fresh.chance_probs, err_msg=path)
        for name, outputs in fresh.outputs.items():
            for output, array in outputs.items():
                np.testing.assert_array_equal(again.outputs[name][output], array, err_msg=path)
    short = {path: array[:3] for path, array in values.items()}
    np.testing.assert_array_equal(price(plan, short, last=last).payoffs, price(plan, short).payoffs)


@pytest.mark.parametrize("name", ["streams", "sobol", "lhs", "monte-carlo"])
@pytest.mark.parametrize("mode", ["probabilistic", "exploratory"])
def test_draws_taken_from_the_last_ones_are_the_same_bits(crisis, name, mode):
    # oracle theorem (the requirement itself)
    memory, design = DrawMemory(), Design(name=name, mode=mode)
    memory.draw(crisis, 64, seed=2, design=design)
    for path in (*list(crisis.quantities)[:12], crisis.rationality.path):
        other = changed(crisis, path, float(crisis.quantities[path].distribution.parameters[0]))
        for one in (other, crisis):
            found = memory.draw(one, 64, seed=2, design=design)
            expected = draw_quantities(one, 64, seed=2, design=design)
            np.testing.assert_array_equal(found.values, expected.values, err_msg=path)
            found.values[:] = np.nan  # what was given away is not what is remembered


@pytest.mark.usefixtures("nothing_known")
def test_several_threads_get_what_one_gets(crisis):
    # oracle theorem (the requirement itself)
    engine = Engine(crisis, workers=1)
    policies = [*crisis.policies] * 3
    with ThreadPoolExecutor(6) as pool:
        many = list(pool.map(lambda name: engine.solve(name, draws=40)["attack"].values, policies))
    boards.PRICES.forget()
    for name, values in zip(policies, many, strict=True):
        np.testing.assert_array_equal(engine.solve(name, draws=40)["attack"].values, values)
    spread = Engine(crisis, workers=3).solve("arm", draws=400)
    np.testing.assert_array_equal(
        spread["attack"].values, engine.solve("arm", draws=400)["attack"].values
    )


def test_what_draws_took_under_another_policy_moves_no_bit(crisis):
    # oracle theorem: a draw's numbers depend on that draw alone
    engine = Engine(crisis)
    other = engine.solve("nothing", draws=150)
    plain = engine.solve("arm", draws=150)
    hinted = engine.solve("arm", draws=150, effort=other.effort)
    np.testing.assert_array_equal(hinted.effort, plain.effort)
    for name, values in engine.measure(plain).items():
        np.testing.assert_array_equal(engine.measure(hinted)[name], values, err_msg=name)


@pytest.mark.parametrize("workers", [1, 2])
def test_it_reports_progress_and_stops_between_blocks(crisis, workers):
    # oracle by hand: 300 draws are three blocks
    engine = Engine(crisis, workers=workers)
    told = []
    engine.solve("arm", draws=300, progress=lambda done, total: told.append((done, total)))
    assert len(told) == 3
    assert told[-1] == (300, 300)
    assert sorted(told) == told
    stop = threading.Event()
    with pytest.raises(CancelledError):
        engine.solve(
            "arm",
            draws=1000,
            is_stopped=stop.is_set,
            progress=lambda *_: stop.set(),
        )
    with pytest.raises(CancelledError):
        engine.solve("arm", draws=3, is_stopped=lambda: True)


def test_what_was_stopped_is_let_go_at_once(crisis):
    """Oracle: independent code, the collector of the interpreter, which finds nothing that only holds itself."""
    engine = Engine(crisis, workers=2)

    def stop_late():
        looks = iter([False, True, True, True, True, True, True, True])
        with pytest.raises(CancelledError):
            engine.solve("arm", draws=1024, is_stopped=lambda: next(looks))

    stop_late()
    gc.collect()
    gc.disable()
    try:
        left = []
        for _ in range(5):
            stop_late()
            left.append(gc.collect())
        assert (
            min(left) == 0
        )  # a cycle would be left each time; what else the process lets go comes and goes
    finally:
        gc.enable()


@pytest.mark.usefixtures("nothing_known")
def test_what_is_kept_is_bounded(crisis, monkeypatch):
    # oracle by hand
    for path in list(crisis.quantities)[:3]:
        Engine(changed(crisis, path, 0.0))
    assert len(boards._KNOWN) == 1
    for rounds in (1, 2, 3, 4, 5, 6):
        Engine(replace(crisis, rounds=rounds))
    assert len(boards._KNOWN) == 4
    monkeypatch.setattr(boards, "_MOST_PRICED", 3)
    engine = Engine(crisis)
    engine.solve("arm", draws=1000)
    assert len(boards.PRICES._known) == 3


def test_objects_fit_a_screen(crisis):
    # oracle by hand
    engine = Engine(crisis)
    solution = engine.solve("arm", draws=4, metrics=["attack"])
    text = repr(solution)
    assert max(map(len, text.splitlines())) <= 80
    assert len(text.splitlines()) <= 16
    assert "attack" in text
    assert "residual" in text
    page = solution._repr_html_()
    assert page.startswith("<table>")
    assert page.endswith("</svg>")
    assert "attack: mean" in repr(solution["attack"])
    assert "coercion" in repr(engine) or crisis.id in repr(engine)


def test_a_game_is_started_under_a_policy(crisis):
    # oracle by hand: the commitment leaves no choice at its menu
    seat = Engine(crisis).start({"north": "limited", "west": "hollow"})
    assert seat.mover == "west"
    bound = Engine(crisis).start({"north": "limited", "west": "hollow"}, policy="arm")
    assert bound.history[0].choice == "arm"
    assert Engine(crisis).start().mover is None


def test_histories_are_conditioned_on_a_state_and_beliefs(crisis):
    # oracle theorem: without anything new the root is the game itself; priors are taken as given
    engine = Engine(crisis)
    draws = engine.draw(6)
    root = engine.condition(draws)
    np.testing.assert_allclose(root.reach.sum(axis=0), 1.0, rtol=1e-12)
    attack = engine.solve(draws=draws)["attack"].values
    rows = [bool(crisis.outcomes[name].attack) for name in root.outcomes]
    np.testing.assert_allclose(
        root.reach[np.array(rows)[root.outcome]].sum(axis=0), attack, rtol=1e-12
    )
    priors = np.zeros((len(root.profile_types), 6))
    priors[0] = 1.0
    sure = engine.condition(draws, priors=priors)
    assert sure.reach[sure.profile != 0].max() == 0.0
    adaptive = AdaptivePolicy(
        id="a",
        label="a",
        start=crisis.policies["arm"],
        switch=crisis.policies["nothing"],
        signal="subvert",
    )
    with pytest.raises(UsageError, match="adapts"):
        engine.condition(draws, policy=adaptive)


def test_prices_are_those_of_every_state(crisis):
    # oracle independent code: the plan of the whole tree
    engine = Engine(crisis)
    draws = engine.draw(4)
    tree = unroll(compile_rules(crisis))
    expected = price(plan_pricing(tree, crisis), draws.as_mapping())
    found = engine.price(draws, "arm")
    np.testing.assert_array_equal(found.payoffs, expected.payoffs)
    assert found.level_states == expected.level_states
    with pytest.raises(UsageError, match="no policy 'x'"):
        engine.price(draws, "x")

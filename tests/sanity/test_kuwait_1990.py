"""Facts of 1990 that the model of ``kuwait-1990`` must be able to express.

Oracles: the debate of November 1990 as the claims state it (sanctions alone against a deadline, S4, N2; payments and who
stays in, A1 to A4; a partial withdrawal splits the partners, O2, A9; a face-saver, S5, D3), and the signs of theory.
"""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.engine import draw_quantities
from detente.linking import evaluate_mechanisms
from detente.runs import run_ensemble
from detente.watch.events import Event, understand

DRAWS = 32
WAIT, FORCE = "embargo_alone", "air_after_deadline"


@pytest.fixture(scope="module")
def explore(tmp_path_factory):
    """Return ``explore(settings, policies)``: the results of the crisis, each run once."""
    found = {}

    def run(settings=None, policies=(WAIT, FORCE)):
        settings = dict(settings or {})
        key = (tuple(policies), tuple(sorted(settings.items())))
        if key not in found:
            found[key] = run_ensemble(
                load_crisis("kuwait-1990", overrides=settings),
                folder=tmp_path_factory.mktemp("run"),
                policies=list(policies),
                n_draws=DRAWS,
                seed=7,
                workers=1,
            )
        return found[key]

    return run


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("kuwait-1990")


@pytest.fixture(scope="module")
def values(crisis):
    draws = draw_quantities(crisis, 128, seed=1)
    return dict(zip(draws.paths, draws.values, strict=True))


def advantage_of_waiting(results, metric="payoff/usa"):
    return results.values(metric, WAIT) - results.values(metric, FORCE)


# --- sanctions alone against a deadline ----------------------------------------------------------------------------------


def test_a_patient_coalition_prefers_the_embargo_and_an_impatient_one_the_deadline(explore):
    patient, impatient = (explore({"wait.per_month": cost}) for cost in ("0", "3"))
    assert advantage_of_waiting(patient).mean() > 0
    assert advantage_of_waiting(impatient).mean() < 0


def test_each_step_of_impatience_makes_waiting_worse(explore):
    found = [
        advantage_of_waiting(explore({"wait.per_month": cost})) for cost in ("0", "1", "2", "3")
    ]
    for before, after in pairwise(found):
        assert np.all(after < before)


def test_the_types_of_washington_differ_on_it(explore):
    results = explore()
    assert advantage_of_waiting(results, "payoff/usa/waiter").mean() > 0
    assert advantage_of_waiting(results, "payoff/usa/resolute").mean() < 0


def test_an_embargo_that_works_better_makes_waiting_better(explore):
    low, high = (explore({"embargo.works": share}) for share in ("0.25", "0.75"))
    assert np.all(advantage_of_waiting(high) > advantage_of_waiting(low))


# --- burden sharing ------------------------------------------------------------------------------------------------------


def joining(crisis, values, mechanism, **state):
    got = evaluate_mechanisms(crisis, [mechanism], values=values, states=(state,))[mechanism]
    return dict(zip(got.members, got.outputs["joining_prob"][:, 0], strict=True)), got


@pytest.mark.parametrize(
    ("mechanism", "paid"),
    [
        ("joining_embargo", ("TUR", "JOR", "SYR")),
        ("joining_embargo_part", ("TUR", "JOR", "SYR")),
        ("joining_force", ("EGY", "TUR", "SYR")),
        ("joining_force_part", ("EGY", "TUR", "SYR")),
    ],
)
def test_payments_move_who_stays_in(crisis, values, mechanism, paid):
    """Oracle: A1 to A4; whoever is paid joins more, and pays others in kind by the pressure of all joining."""
    without, _ = joining(crisis, values, mechanism, burden="unpaid")
    as_is, _ = joining(crisis, values, mechanism, burden="pledged")
    full, _ = joining(crisis, values, mechanism, burden="paid")
    for member in paid:
        assert np.all(without[member] < as_is[member])
        assert np.all(as_is[member] < full[member])


def test_jordan_is_the_leak_and_a_payment_helps_most_there(crisis, values):  # oracle: S9, A4
    without, _ = joining(crisis, values, "joining_embargo", burden="unpaid")
    full, _ = joining(crisis, values, "joining_embargo", burden="paid")
    gain = {member: (full[member] - without[member]).mean() for member in full}
    assert min(without, key=lambda member: without[member].mean()) == "JOR"
    assert max(gain, key=gain.get) == "JOR"


def test_payments_make_the_embargo_bite_harder(crisis, values):
    losses = []
    for burden in ("unpaid", "pledged", "paid"):
        got = evaluate_mechanisms(
            crisis, ["embargo_loss"], values=values, states=({"burden": burden},)
        )
        losses.append(np.ravel(got["embargo_loss"].outputs["loss_pct_gdp"]))
    assert np.all(losses[0] < losses[1])
    assert np.all(losses[1] < losses[2])


def test_a_partial_withdrawal_splits_the_partners(crisis, values):  # oracle: O2, A9
    whole, _ = joining(crisis, values, "joining_force", burden="pledged")
    part, _ = joining(crisis, values, "joining_force_part", burden="pledged")
    assert all(np.mean(part[member] < whole[member]) > 0.99 for member in whole)
    assert np.mean([part[member].mean() < 0.75 * whole[member].mean() for member in whole]) > 0.7


def test_the_loss_under_the_embargo_is_of_the_size_named_at_the_time(crisis, values):
    """Oracle: S3, 40 percent of civilian production and nearly half of GNP; the model may lie below, not far."""
    got = evaluate_mechanisms(crisis, ["embargo_loss"], values=values, states=({"burden": "paid"},))
    assert 25 < np.mean(got["embargo_loss"].outputs["loss_pct_gdp"]) < 50


# --- a way out ----------------------------------------------------------------------------------------------------------


def test_a_face_saver_makes_leaving_on_terms_possible(explore):  # oracle: S5, D3
    policies = ("as_announced", "face_saver")
    results = explore(policies=policies)
    assert np.all(results.values("outcome/settlement", "as_announced") == 0)
    assert results.values("outcome/settlement", "face_saver").mean() > 0.1
    assert (
        results.values("attack", "face_saver").mean()
        < results.values("attack", "as_announced").mean()
    )


def test_a_bargainer_leaves_more_often_than_a_stander(explore):
    results = explore(policies=("as_announced", "face_saver"))
    leaves = [
        sum(
            results.values(f"outcome_given/irq/{kind}/{name}", "face_saver").mean()
            for name in ("settlement", "withdrawal")
        )
        for kind in ("bargainer", "stander")
    ]
    assert leaves[0] > leaves[1]


def test_a_bargainer_would_take_terms_at_a_better_chance_of_victory_than_a_stander(crisis, values):
    """Oracle: theory; whose aim lies nearer gains more by common terms, so needs a better chance of victory to refuse."""
    below = [
        np.ravel(
            evaluate_mechanisms(crisis, ["room"], values=values, states=({"irq.type": kind},))[
                "room"
            ].outputs["challenger_accepts_below"]
        )
        for kind in ("bargainer", "stander")
    ]
    assert np.mean(below[0] > below[1]) > 0.95


# --- what dated events mean -----------------------------------------------------------------------------------------------

INSIDE = date(
    1990, 12, 15
)  # a day of the first round; the events are invented, one for each instrument that can be seen


@pytest.mark.parametrize(
    ("actor", "target", "category", "mode", "text", "wanted"),
    [
        ("IRQ", "KWT", "COERCE", "", "annexation declared", "noise"),
        ("IRQ", "all", "RETREAT", "release", "all foreigners may go home", "move:free_captives"),
        ("IRQ", "JPN", "RETREAT", "release", "twenty engineers go home", "evidence:irq.bargainer"),
        ("IRQ", "KWT", "RETREAT", "withdraw", "army leaves most of Kuwait", "move:leave_in_part"),
        ("IRQ", "KWT", "RETREAT", "withdraw", "army pulls out", "move:leave"),
        ("IRQ", "SAU", "ASSAULT", "heavy-weapons", "raid over the border", "move:strike_first"),
        ("IRQ", "ISR", "ASSAULT", "heavy-weapons", "missiles on a city", "move:widen"),
        ("IRQ", "UN", "REJECT", "", "a text is void", "evidence:irq.stander"),
        ("USA", "IRQ", "ASSAULT", "aerial", "raids on targets", "move:air_campaign"),
        ("USA+GBR", "IRQ", "ASSAULT", "", "tanks go over", "move:ground_offensive"),
        ("USA", "SAU", "MOBILIZE", "troops", "offensive corps ordered", "evidence:usa.resolute"),
        ("USCONG", "USA", "REJECT", "", "hearings ask for time", "evidence:usa.waiter"),
        ("USSR", "IRQ", "CONSULT", "third-party", "envoy brings a plan", "move:send_plan"),
        ("SAU", "EGY", "AID", "", "pledges are paid", "state:burden"),
        ("DEU", "USA", "AID", "", "a pledge", "noise"),
        ("UN", "IRQ", "SANCTION", "", "a further resolution", "noise"),
    ],
)
def test_events_mean_what_the_rules_say(crisis, actor, target, category, mode, text, wanted):
    event = Event(day=INSIDE, actor=actor, target=target, category=category, mode=mode, text=text)
    (reading,) = understand([event], crisis)
    rule = reading.rule
    assert rule is not None, reading.reason
    kind, _, name = wanted.partition(":")
    assert reading.kind == kind, rule.id
    if kind == "move":
        assert rule.move == name
    elif kind == "state":
        assert name in rule.state
    elif kind == "evidence":
        assert [f"{item[0]}.{item[1]}" for item in rule.evidence] == [name]

"""What any model of ``cuba-1962`` must be able to express: hidden warheads turn the best policy, secrecy makes a trade bearable.

Oracles: the two known facts of the research pack (what was there and not known; an exchange that could be borne in private
alone), and signs that hold in theory. Means over few draws carry a sign, not a figure.
"""

import pytest

from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.crisis import load_crisis
from detente.rules import compile_rules, start
from detente.runs import run_ensemble

DRAWS = 24
POLICIES = (
    "as_announced",
    "quarantine_and_pledge",
    "private_trade",
    "public_trade",
    "invade",
    "strike_now",
)


@pytest.fixture(scope="module")
def explore(tmp_path_factory):
    """Return ``explore(policies, **settings)``, each run once."""
    found = {}

    def run(policies, **settings):
        key = (policies, tuple(sorted(settings.items())))
        if key not in found:
            crisis = load_crisis(
                "cuba-1962", overrides={name.replace("__", "."): v for name, v in settings.items()}
            )
            found[key] = run_ensemble(
                crisis,
                folder=tmp_path_factory.mktemp("run"),
                policies=list(policies),
                n_draws=DRAWS,
                seed=7,
                workers=1,
            )
        return found[key]

    return run


def payoff(results, policy, player="usa"):
    return results.summary(f"payoff/{player}", policy).mean


# --- hidden warheads -------------------------------------------------------------------------------------------------


def test_a_landing_looks_better_than_waiting_to_those_who_know_what_washington_knew(explore):
    believed = explore(("as_announced", "invade"))
    assert payoff(believed, "invade") > payoff(believed, "as_announced")


def test_what_was_there_turns_the_choice_between_landing_and_waiting(explore):
    actual = explore(("as_announced", "invade"), state__island="actual")
    assert payoff(actual, "invade") < payoff(actual, "as_announced")


def test_nuclear_use_under_a_landing_is_many_times_likelier_than_believed(explore):
    believed = explore(("as_announced", "invade"))
    actual = explore(("as_announced", "invade"), state__island="actual")
    chance = [run.summary("outcome/nuclear", "invade").mean for run in (believed, actual)]
    assert chance[1] > 5 * chance[0]


@pytest.mark.parametrize("policy", ["strike_now", "invade"])
def test_force_loses_by_the_hidden_facts(explore, policy):
    policies = ("strike_now", "invade")
    worse = payoff(explore(policies), policy) - payoff(
        explore(policies, state__island="actual"), policy
    )
    assert worse > 10


def test_the_hidden_order_matters_and_not_the_mere_switch(explore):
    """With leave never given, no more men than seen and torpedoes held back, little is left of the difference."""
    settings = {
        "hidden__release": "0.02", "hidden__launch": "0.02", "hidden__sea": "0.01", "hidden__troops": "8000",
    }  # fmt: skip
    withheld = explore(("as_announced", "invade"), state__island="actual", **settings)
    actual = explore(("as_announced", "invade"), state__island="actual")
    assert payoff(withheld, "invade") > payoff(actual, "invade") + 10


# --- a private trade -------------------------------------------------------------------------------------------------


def test_a_private_trade_is_borne_where_an_open_one_is_not(explore):
    runs = explore(("as_announced", "private_trade", "public_trade"))
    waiting = payoff(runs, "as_announced")
    assert payoff(runs, "private_trade") > waiting > payoff(runs, "public_trade")


def test_allies_pay_for_the_open_trade_alone(explore):
    runs = explore(("as_announced", "private_trade", "public_trade"))
    private, public = (payoff(runs, name, "allies") for name in ("private_trade", "public_trade"))
    assert private > public + 5
    assert private > payoff(runs, "as_announced", "allies")


def test_moscow_takes_either_trade_rather_than_none(explore):
    runs = explore(("as_announced", "private_trade", "public_trade"))
    for name in ("private_trade", "public_trade"):
        more = (
            runs.summary("settlement", name).mean - runs.summary("settlement", "as_announced").mean
        )
        assert more > 0.15


def test_the_price_of_secrecy_is_the_risk_that_it_comes_out(explore):
    policies = ("private_trade",)
    safe, leaky = (explore(policies, trade__leak=value) for value in ("0.05", "0.35"))
    assert payoff(safe, "private_trade") > payoff(leaky, "private_trade")


def test_the_allies_cannot_tell_a_private_offer_from_waiting():
    """Oracle: the rule of `looks_like`, at the position after Moscow has stood firm."""
    rules = compile_rules(load_crisis("cuba-1962"))
    seen = []
    for step in ("hold", "offer_private_trade"):
        position = start(rules, {"ussr": "bargainer", "usa": "firm", "allies": "only"})
        for move in ("keep_quarantine", "turn_back", step, "stand_firm"):
            position = position.choose(move)
        seen.append([sight.label for sight in position.seen("allies")])
    assert seen[0] == seen[1]


# --- signs -----------------------------------------------------------------------------------------------------------


def test_a_costlier_nuclear_war_lowers_attack(explore):
    low, high = (explore(("free",), nuclear__cost=value) for value in ("150", "600"))
    assert high.summary("attack", "free").mean < low.summary("attack", "free").mean


def test_dearer_retreat_lowers_withdrawal_for_nothing(explore):
    low, high = (explore(("as_announced",), backdown__ussr=value) for value in ("15", "50"))
    chance = [run.summary("outcome/retreat", "as_announced").mean for run in (low, high)]
    assert chance[1] < chance[0]


# --- the briefing ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answers(explore):
    crisis = load_crisis("cuba-1962")
    run = explore(("as_announced", "private_trade", "invade", "strike_now"))
    brief = compose(crisis, keep_studies(crisis, run))
    return {answer.id: answer for answer in brief.answers}


def test_an_attack_of_ones_own_is_no_deployment(answers):
    text = " ".join((answers["deterrence"].answer, *answers["deterrence"].model))
    assert "deployments compared" not in text
    assert "air strike at once" not in text


def test_what_has_no_mechanism_is_said_to_be_absent(answers):
    assert any("no model of gas" in note for note in answers["alliance"].absent)
    assert answers["sanctions"].absent == ()


def test_the_briefing_shows_what_washington_believed(answers):
    for answer in answers.values():
        assert not any("hidden" in figure.id for figure in answer.figures), answer.id

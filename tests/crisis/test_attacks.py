"""Attacks are somebody's act, and what the rules leave no way to is excluded.

Oracle: hand (who attacks whom in the template ``occupation``, whose coalition expels by force; which of its policies leaves no
way to that), theorem (the acts of all players add up to an attack of any kind; what is excluded has probability zero in every
draw).
"""

import html
import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from detente.analysis.policy_tables import compare_in_crisis, compare_in_run
from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.brief.export.page import to_html
from detente.brief.export.rendering import to_json
from detente.brief.figures import EXCLUDED, plain
from detente.cli.policies import _text
from detente.crisis import check_folder, load_crisis
from detente.engine import Engine
from detente.runs import run_ensemble
from detente.testing import template_document, write_document
from detente.testing.rules import make_policy

OCCUPATION = str(files("detente.crisis") / "templates" / "occupation")
BLOCKADE = str(files("detente.crisis") / "templates" / "blockade")


FORGOING = ("patience", "forgo")
"""The policy of the template that waits for good, and one that forbids force by name."""


@pytest.fixture(scope="module")
def crisis():
    """Return the occupation with a policy that forbids force beside its own."""
    loaded = load_crisis(OCCUPATION)
    base = next(iter(loaded.policies))
    forgo = replace(make_policy("forgo", forbid=["expel"]), label="no force")
    return replace(
        loaded, policies={base: loaded.policies[base], **loaded.policies, "forgo": forgo}
    )


@pytest.fixture(scope="module")
def results(crisis, tmp_path_factory):
    return run_ensemble(crisis, folder=tmp_path_factory.mktemp("run"), n_draws=32, seed=1)


def attacked_by(value):
    def change(document):
        document["outcomes"]["war"]["attack"] = value

    return change


@pytest.mark.parametrize(
    ("value", "code"), [("NOR", "player-unknown"), ("Northland", "player-unknown")]
)
def test_an_attack_names_the_player_whose_act_it_is(tiny, value, code):
    document = template_document()
    attacked_by(value)(document)
    write_document(tiny, document)
    item = next(one for one in check_folder(tiny) if one.code == code)
    assert item.path == "outcomes.war.attack"
    assert "player" in item.message
    assert item.fix


def test_an_attack_of_nobody_by_name_is_the_only_challengers_and_said(tiny):
    document = template_document()
    attacked_by(True)(document)
    write_document(tiny, document)
    (item,) = check_folder(tiny)
    assert (item.code, item.severity, item.path) == (
        "attack-unnamed",
        "warning",
        "outcomes.war.attack",
    )
    assert item.fix == "name the player: attack: north"
    assert load_crisis(tiny).outcomes["war"].attack == "north"


def test_an_attack_of_one_of_two_challengers_needs_a_name(tiny):
    document = template_document()
    attacked_by(True)(document)
    document["players"]["west"]["role"] = "challenger"
    write_document(tiny, document)
    assert "attack-unnamed" in {
        item.code for item in check_folder(tiny) if item.severity == "error"
    }


def test_what_is_no_attack_may_say_so(tiny):
    document = template_document()
    document["outcomes"]["standoff"]["attack"] = False
    write_document(tiny, document)
    assert check_folder(tiny) == ()
    assert load_crisis(tiny).outcomes["standoff"].attack == ""


def test_the_acts_of_all_players_are_an_attack_of_any_kind():
    found = Engine(load_crisis(BLOCKADE)).solve(draws=16)
    by = [found[f"attack_by/{player}"].values for player in ("builder", "blocker")]
    np.testing.assert_allclose(sum(by), found["attack"].values, rtol=0, atol=1e-12)
    assert found["attack_by/blocker"].values == pytest.approx(found["outcome/strike"].values)
    assert found["attack_by/builder"].values == pytest.approx(found["outcome/war"].values)


def test_what_the_rules_leave_no_way_to_is_excluded(crisis):
    engine = Engine(crisis)
    forgo, base = engine.solve("forgo", draws=8), engine.solve(next(iter(crisis.policies)), draws=8)
    assert forgo.game.excluded == {"outcome/war", "attack", "attack_by/coalition"}
    assert "attack" not in base.game.excluded
    found = engine.measure(forgo)
    assert "attack                           excluded" in repr(forgo)
    for name in forgo.game.excluded:
        assert not found[name].any()
        assert found[f"excluded/{name}"].all()


def test_a_run_knows_what_a_policy_forgoes(results):
    assert results.is_excluded("attack", "forgo")
    assert not results.is_excluded("attack")
    assert results.is_excluded("attack+outcome/war", "forgo")
    assert not results.is_excluded("attack+settlement", "forgo")
    assert results.forgone("forgo") == ("coalition",)
    assert tuple(name for name in results.policy_ids if results.forgone(name)) == FORGOING
    rows = results.policies()
    assert "excluded" in str(rows)
    assert rows["forgo"].excluded
    assert not rows["free"].excluded


def test_policies_compared_print_excluded_and_rank_no_forgone_attack(crisis, results):
    in_run = compare_in_run(results, (), ())
    in_crisis = compare_in_crisis(crisis, (), (), (), 8, 1, 1)
    for data in (in_run, in_crisis):
        for policy in data["policies"]:
            cell, forgoes = policy["aims"]["attack"], policy["id"] in FORGOING
            assert policy["forgoes"] == (["coalition"] if forgoes else [])
            assert cell["excluded"] is forgoes
            assert (cell["mean"] is None) is forgoes
            assert (cell["regret_mean"] is None) is forgoes
        others = [item["aims"]["attack"] for item in data["policies"] if not item["forgoes"]]
        assert sum(one["best_share"] for one in others) == pytest.approx(1.0)
        json.dumps(data)
        (line,) = [
            text
            for text in _text(data, None).split("\n\n")[1].splitlines()
            if text.startswith("no force")
        ]
        assert "excluded" in line
        assert "by forgoing the attack of coalition" in line


def test_a_briefing_tells_a_forgone_attack_as_what_it_is(crisis, results):
    brief = compose(crisis, keep_studies(crisis, results))
    data = json.loads(to_json(brief))
    name = crisis.players["coalition"].name
    policy = next(item for item in data["policies"] if item["id"] == "forgo")
    assert policy["outcomes"]["war"] == {"mean": None, "low": None, "high": None, "excluded": True}
    assert policy["forgoes"] == ["coalition"]
    assert policy["regret_attack"] is None
    figure = brief.figures["outlook.policy.forgo.attack"]
    assert figure.value is None
    assert figure.text == EXCLUDED
    page = html.unescape(to_html(brief))
    assert f"“no force” rule out the attack of {name}, which deters nobody" in page
    assert "“no force”" not in plain(" ".join(brief.headline))

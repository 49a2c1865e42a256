"""Credibility and cost of a commitment, as a crisis file says them.

Oracle: hand (what the file says, the finding for each fault, and what is then written about it).
"""

import json

import pytest

from detente.analysis.commitments import list_commitments
from detente.analysis.mixes import search_mixes
from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.brief.figures import plain
from detente.crisis import check_folder, load_crisis
from detente.crisis.elements import Constant, Pledge, QuantityOf
from detente.linking import check_game
from detente.rules.policies import unite
from detente.runs import run_ensemble
from detente.runs.tracing import trace_metric
from detente.testing import template_document, write_document

KEPT = {
    "label": "chance that the threat is carried out",
    "triangular": [0.3, 0.6, 0.9],
    "unit": "prob",
    "as_of": "2030-01-10",
    "source": "gazette",
    "grade": "estimate",
}


def pledged(folder, **entry):
    document = template_document()
    document["quantities"]["word.kept"] = KEPT
    document["policies"]["threaten"] |= entry
    write_document(folder, document)
    return folder


def test_a_policy_may_rest_on_a_pledge(tiny):
    folder = pledged(tiny, credibility="word.kept", cost={"west": 1}, broken={"west": "war.gain"})
    assert not check_folder(folder)
    crisis = load_crisis(folder)
    assert not [item for item in check_game(crisis) if item.severity == "error"]
    assert crisis.policies["threaten"].pledges == (
        Pledge(
            id="threaten",
            credibility=QuantityOf(path="word.kept"),
            cost=(("west", Constant(value=1.0)),),
            broken=(("west", QuantityOf(path="war.gain")),),
        ),
    )
    assert not crisis.policies["arm"].pledges


@pytest.mark.parametrize(
    ("entry", "code", "path"),
    [
        ({"credibility": 1.5}, "probability-out-of-range", "credibility"),
        ({"credibility": "no.such"}, "quantity-unknown", "credibility"),
        ({"credibility": {"by": "posture", "none": 0.5, "armed": 1}}, "value-type", "credibility"),
        ({"credibility": {"output": "contest.success_prob"}}, "value-type", "credibility"),
        ({"cost": {"east": 1}}, "player-unknown", "cost.east"),
        ({"cost": {"west": {"by": "posture", "else": 1}}}, "value-type", "cost.west"),
        ({"broken": {"west": 1}}, "policy-invalid", "broken"),
        (
            {"credibility": 0.5, "fix": {}, "state": {"posture": "armed"}},
            "policy-invalid",
            "credibility",
        ),
    ],
)
def test_a_faulty_pledge_is_found_at_its_place(tiny, entry, code, path):
    found = check_folder(pledged(tiny, **entry))
    item = next(one for one in found if one.code == code)
    assert item.path == f"policies.threaten.{path}"
    assert item.fix


def test_a_credibility_in_another_unit_is_found(tiny):
    crisis = load_crisis(pledged(tiny, credibility="war.gain"))
    (item,) = [one for one in check_game(crisis) if one.code == "unit-mismatch"]
    assert item.path.endswith("credibility")


@pytest.fixture
def run(tiny, tmp_path):
    folder = pledged(tiny, credibility="word.kept", cost={"west": 1}, broken={"west": 2})
    crisis = load_crisis(folder)
    return crisis, run_ensemble(crisis, folder=tmp_path / "run", n_draws=32, seed=1)


def test_a_run_stores_what_a_pledge_costs_and_a_briefing_says_it(run):
    crisis, results = run
    paid = results.values("pledge/west/resolute", "threaten")
    assert ((paid >= 1.0) & (paid <= 3.0)).all()
    assert paid.std() > 0
    trace = trace_metric(crisis, "pledge/west/resolute")
    assert "word.kept" in trace.quantities
    assert "word.kept" in trace_metric(crisis, "attack").quantities
    brief = compose(crisis, keep_studies(crisis, results))
    text = plain(json.dumps([list(brief.assumptions)], ensure_ascii=False))
    assert "“threaten sanctions” rests on a pledge: it holds with a chance of 60%" in text
    assert "making it costs Westmark 1 stake" in text


def test_parts_of_a_pledged_policy_rest_on_its_pledge(tiny):
    crisis = load_crisis(pledged(tiny, credibility="word.kept", cost={"west": 1}))
    (choice,) = [one for one in list_commitments(crisis) if one.id == "answer@1"]
    part = next(one for one in choice.options if one.id.startswith("threaten"))
    assert part.id == "threaten@1-of-threaten"
    assert "threaten sanctions" in part.label.partition("pledge")[2]
    assert part.pledges == crisis.policies["threaten"].pledges
    assert unite([part]).pledges == part.pledges
    others = [one for one in choice.options if one.id and one is not part]
    assert others
    assert not any(one.pledges for one in others)


def test_a_search_combines_pledges(tiny):
    crisis = load_crisis(pledged(tiny, credibility="word.kept", cost={"west": 1}))
    found = search_mixes(
        crisis, list(crisis.policies), n_draws=16, seed=1, most_games=24, workers=1
    )
    assert found.n_games > 1

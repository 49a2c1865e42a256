"""The templates of new crises: each passes every check, can be run and watched, and is what its name says."""

import pytest

from detente.crisis import examine_folder, load_crisis, new_crisis
from detente.crisis.scaffold import template_names
from detente.errors import UsageError
from detente.linking import check_game
from detente.runs import run_ensemble
from detente.watch.watching import Watch

NAMES = template_names()


@pytest.fixture(scope="module", params=NAMES)
def crisis(request, tmp_path_factory):
    folder = new_crisis("a-crisis", tmp_path_factory.mktemp("new") / "a", template=request.param)
    findings, crisis = examine_folder(folder)
    assert findings == ()
    return crisis


def test_the_game_is_sound(crisis):
    assert not [finding for finding in check_game(crisis) if finding.severity == "error"]


def test_it_can_be_watched(crisis):
    day = Watch(crisis, n_draws=64).advance([], crisis.calendar[0])
    assert sum(row[0] for row in day.outcomes.values()) == pytest.approx(1.0)
    assert all(row[0] > 0.0 for row in day.outcomes.values())  # each outcome is within reach


def test_an_unknown_template_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(UsageError) as caught:
        new_crisis("a-crisis", tmp_path / "a", template="siege")
    assert all(name in caught.value.fix for name in NAMES)
    assert not (tmp_path / "a").exists()


def run(tmp_path, template, policies, **overrides):
    folder = new_crisis("a-crisis", tmp_path / "a", template=template)
    crisis = load_crisis(folder, overrides=overrides)
    return run_ensemble(crisis, folder=tmp_path / "run", policies=policies, n_draws=64)


def test_in_a_blockade_a_private_exchange_is_dearer_in_public(tmp_path):
    results = run(tmp_path, "blockade", ["private", "public"])
    private, public = (results.values("payoff/blocker", name) for name in ("private", "public"))
    assert (private > public).mean() > 0.9


def test_in_an_occupation_patience_decides_for_the_embargo(tmp_path):
    """Waiting costs a patient side less, so that the embargo alone looks better to it than to one in a hurry."""
    results = run(tmp_path, "occupation", ["patience", "pressure"])
    gain = {
        kind: (
            results.values(f"payoff/coalition/{kind}", "patience")
            - results.values(f"payoff/coalition/{kind}", "pressure")
        ).mean()
        for kind in ("patient", "hurried")
    }
    assert gain["patient"] > gain["hurried"]

"""The interface: the numbers are those of the engine, what is asked is what is answered, and a later request stops an earlier one."""

import threading
from concurrent.futures import CancelledError
from importlib.resources import files

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import CRISIS, HERE

from detente.analysis.differences import explain_change
from detente.analysis.driving import find_crisis_swings
from detente.engine import Engine
from detente.web import create_app
from detente.web.answers import Asked
from detente.web.assumptions import list_assumptions
from detente.web.workbench import Channels, Workbench

WHAT_IF = f"/api/crises/{CRISIS}/what-if"
SET = {"calm": 6, "berlin.risk": "2..5"}


def test_an_answer_has_the_numbers_of_the_engine(client, bench):
    """Oracle: the engine, asked by hand for the same crisis, policy, draws and seed."""
    asked = {"set": SET, "policy": "widen", "draws": 64, "seed": 7}
    answer = client.post(WHAT_IF, json=asked).json()
    crisis = bench.crisis(CRISIS)
    for which, version in (("now", crisis.set(SET)), ("filed", crisis)):
        solution = Engine(version).solve("widen", draws=64, seed=7)
        for row in answer["rows"]:
            values = solution["attack" if row["id"] == "attack" else f"outcome/{row['id']}"]
            assert row[which] == {"mean": values.mean, "low": values.low, "high": values.high}
            for item in row["by_type"]:
                of_type = f"{item['player']}/{item['type']}"
                name = (
                    f"attack_given/{of_type}"
                    if row["id"] == "attack"
                    else f"outcome_given/{of_type}/{row['id']}"
                )
                assert item[which]["mean"] == solution[name].mean


def test_an_answer_says_what_gives_it_again(client, bench):
    """Oracle by hand; asked again it is the same to the last digit."""
    asked = {"set": SET, "draws": 64, "seed": 3}
    first, again = (client.post(WHAT_IF, json=asked).json() for _ in range(2))
    assert first == again
    crisis = bench.crisis(CRISIS)
    assert (first["digest"], first["seed"], first["draws"], first["draft"]) == (
        crisis.digest,
        3,
        64,
        True,
    )
    assert first["policy"] == next(iter(crisis.policies))
    assert [item["path"] for item in first["changes"]] == sorted(SET)
    assert {item["path"]: item["value"] for item in first["changes"]} == {
        "calm": "6",
        "berlin.risk": "2..5",
    }
    fresh = Workbench([CRISIS], workers=1)
    assert (
        fresh.changed(CRISIS, {item["path"]: item["value"] for item in first["changes"]}).digest
        == crisis.set(SET).digest
    )


def test_a_value_outside_its_range_is_taken_and_marked(client, bench):
    """Oracle by hand: the range of the file."""
    low, _, high = bench.crisis(CRISIS).quantities["calm"].distribution.parameters
    for value, outside in ((low, False), (high + 1, True), (f"{low}..{high}", False)):
        answer = client.post(WHAT_IF, json={"set": {"calm": value}, "draws": 64}).json()
        assert [item["outside"] for item in answer["changes"]] == [outside]


def test_shares_add_up_to_the_change(client, bench):
    """Oracle: independent code, `explain_change`; and a theorem, the efficiency of Shapley's value."""
    found = client.post(f"{WHAT_IF}/shares", json={"set": SET}).json()
    crisis = bench.crisis(CRISIS)
    split = explain_change(crisis, crisis.set(SET), "attack")
    assert {part["path"]: part["part"] for part in found["parts"]} == {
        part.name: part.part for part in split.parts
    }
    assert sum(part["part"] for part in found["parts"]) == pytest.approx(
        found["after"] - found["before"], abs=1e-12
    )
    assert all(part["read_by"] for part in found["parts"])


def test_too_many_changes_are_not_split(client, bench):
    """Oracle by hand: nine changes have 512 sets."""
    nine = {item.path: item.reference for item in list_assumptions(bench.crisis(CRISIS))[:9]}
    error = client.post(f"{WHAT_IF}/shares", json={"set": nine}).json()["error"]
    assert error["code"] == "option-invalid"


def test_quantities_have_labels_ranges_and_sources(client, bench):
    """Oracle: the crisis file."""
    crisis = bench.crisis(CRISIS)
    found = client.get(f"/api/crises/{CRISIS}/quantities").json()
    everything = client.get(f"/api/crises/{CRISIS}/quantities?of=all").json()
    assert {item["path"] for item in everything} == set(crisis.quantities)
    assert {item["path"] for item in found} < set(crisis.quantities)
    for item in found:
        quantity = crisis.quantities[item["path"]]
        assert item["label"] == quantity.label
        assert item["parameters"] == list(quantity.distribution.parameters)
        assert item["low"] <= item["reference"] <= item["high"]
        assert [source["key"] for source in item["sources"]] == list(quantity.sources)
        assert item["used_in"]
    some = client.get(f"/api/crises/{CRISIS}/quantities?q=BERLIN").json()
    assert some
    assert all("berlin" in f"{item['path']} {item['label']}".lower() for item in some)


def test_weights_are_the_swings_of_a_tornado():
    """Oracle: independent code, `find_crisis_swings`, on a small crisis; every assumption has one, the farthest comes first."""
    small = Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)
    (name,) = small.names
    client = TestClient(create_app(small), base_url=HERE)
    found = client.get(f"/api/crises/{name}/weights").json()
    crisis = small.crisis(name)
    policy = next(iter(crisis.policies.values()))
    paths = [item.path for item in list_assumptions(crisis)]
    known = {
        swing.name: swing for swing in find_crisis_swings(crisis, "attack", policy, paths=paths)
    }
    assert sorted(item["path"] for item in found) == sorted(paths)
    for item in found:
        swing = known[item["path"]]
        assert (item["weight"], item["at_low"], item["at_high"]) == (
            swing.width,
            swing.at_low,
            swing.at_high,
        )
    weights = [item["weight"] for item in found]
    assert weights == sorted(weights, reverse=True)
    assert found[0]["words"] == f"moves an attack by {100 * weights[0]:.0f} points"


def test_a_trace_leads_to_file_and_sources(client, bench):
    """Oracle: the crisis file."""
    found = client.get(f"/api/crises/{CRISIS}/trace/calm").json()
    quantity = bench.crisis(CRISIS).quantities["calm"]
    assert found["place"] == f"crisis.yaml:{quantity.place.line}"
    assert [source["key"] for source in found["sources"]] == list(quantity.sources)


def test_why_is_that_of_the_command(client, bench):
    """Oracle: independent code, what `detente why` prints."""
    from detente.analysis.why_tables import why_in_crisis

    crisis = bench.crisis(CRISIS)
    found = client.post(f"/api/crises/{CRISIS}/why", json={"policy": "widen"}).json()
    known = why_in_crisis(crisis, "widen", None, "", draws=64, seed=1, workers=None)
    assert found["attack"] == known["attack"]
    assert [item["type"] for item in found["types"]] == [item["type"] for item in known["types"]]


def test_the_latest_request_of_a_channel_stops_the_one_before():
    """Oracle by hand; other channels, and requests without one, go on."""
    channels = Channels()
    with channels.latest("a") as first, channels.latest("b") as other, channels.latest("") as none:
        with channels.latest("a") as second:
            assert (first.is_set(), second.is_set()) == (True, False)
        assert not other.is_set()
        assert not none.is_set()
    with channels.latest("a") as third:
        assert not third.is_set()


def test_a_stopped_request_stops_in_the_engine(bench):
    """Oracle by hand: of eight blocks of draws the engine starts as many as it may before it is stopped."""
    from detente.web.answers import Answers

    answers = Answers(bench)
    looks = []

    def is_stopped():
        looks.append(threading.get_ident())
        return len(looks) > 2

    with pytest.raises(CancelledError):
        answers.give(CRISIS, Asked(set={"calm": 4}, draws=1024, seed=99), is_stopped=is_stopped)
    assert len(looks) <= 4
    done = answers.give(CRISIS, Asked(set={"calm": 4}, draws=64, seed=99))
    assert done.draws == 64  # and what was stopped is not kept as an answer


def test_a_superseded_request_is_told_so(client, monkeypatch):
    """Oracle by hand: status 409 and the code."""
    from detente.web.answers import Answers

    def stop(*_given, **_named):
        raise CancelledError

    monkeypatch.setattr(Answers, "give", stop)
    answer = client.post(WHAT_IF, json={"draws": 64, "channel": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "request-superseded")

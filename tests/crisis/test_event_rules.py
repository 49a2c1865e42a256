"""The parts of a crisis file that `detente watch` reads: every fault has its code and place."""

import pytest

from detente.crisis import check_folder, load_crisis
from detente.testing import template_document, tiny_crisis_folder, write_document


def faults(tmp_path, change):
    folder = tiny_crisis_folder(tmp_path)
    document = template_document()
    change(document)
    write_document(folder, document)
    return {(finding.code, finding.path) for finding in check_folder(folder)}


def rule(**parts):
    return lambda document: document.__setitem__("event_rules", [{"id": "one", **parts}])


def test_the_template_is_sound(tmp_path):
    crisis = load_crisis(tiny_crisis_folder(tmp_path))
    assert len(crisis.calendar) == crisis.rounds
    assert crisis.event_rules[0].move == "invade"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (rule(), "key-missing", "event_rules.0"),
        (rule(move="invade", noise="both"), "key-unknown", "event_rules.0"),
        (rule(move="fly"), "instrument-unknown", "event_rules.0.move"),
        (rule(move="invade/drawn"), "instrument-unknown", "event_rules.0.move"),
        (rule(state={"mood": "bad"}), "variable-unknown", "event_rules.0.state.mood"),
        (rule(state={"threat": "loud"}), "state-value-unknown", "event_rules.0.state.threat"),
        (rule(evidence={"east.bold": 2}), "player-unknown", "event_rules.0.evidence.east.bold"),
        (rule(evidence={"north.bold": 2}), "type-unknown", "event_rules.0.evidence.north.bold"),
        (
            rule(evidence={"north.limited": 0}),
            "value-out-of-range",
            "event_rules.0.evidence.north.limited",
        ),
        (
            rule(evidence={"north.limited": "no.such"}),
            "quantity-unknown",
            "event_rules.0.evidence.north.limited",
        ),
        (rule(noise="x", weight=1.2), "probability-out-of-range", "event_rules.0.weight"),
        (rule(noise="x", seen_by=["east"]), "player-unknown", "event_rules.0.seen_by"),
        (
            lambda document: document.__setitem__("calendar", ["2030-01-15"]),
            "value-out-of-range",
            "calendar",
        ),
        (
            lambda document: document.__setitem__("calendar", ["2030-02-15", "2030-01-15"]),
            "value-out-of-range",
            "calendar.1",
        ),
        (
            lambda document: document.__setitem__("watched_until", "2030-02-01"),
            "value-out-of-range",
            "watched_until",
        ),
        (
            lambda document: document.__setitem__("reported", {"fly": 0.5}),
            "instrument-unknown",
            "reported.fly",
        ),
        (
            lambda document: document.__setitem__("reported", {"invade": -0.5}),
            "probability-out-of-range",
            "reported.invade",
        ),
    ],
)
def test_a_fault_has_its_code_and_place(tmp_path, change, code, path):
    assert (code, path) in faults(tmp_path, change)


def test_a_rule_that_stands_twice_is_found(tmp_path):
    def twice(document):
        document["event_rules"] = [{"id": "one", "noise": "x"}, {"id": "one", "noise": "y"}]

    assert ("id-duplicate", "event_rules.1.id") in faults(tmp_path, twice)


def shadowed(tmp_path, *rules):
    folder = tiny_crisis_folder(tmp_path)
    document = template_document()
    document["event_rules"] = [{"id": f"r{place}", **rule} for place, rule in enumerate(rules)]
    write_document(folder, document)
    found = [item for item in check_folder(folder) if item.code == "rule-shadowed"]
    assert all(item.severity == "warning" and item.fix for item in found)
    return [str(item.value) for item in found]


RETREAT = {"actor": "NOR", "category": "RETREAT"}
LEAVES = RETREAT | {"words": ["withdraws"], "move": "withdraw"}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([LEAVES, RETREAT | {"noise": "a"}], []),
        ([RETREAT | {"noise": "a"}, LEAVES], ["r1"]),
        ([RETREAT | {"words": ["withdraw*"], "noise": "a"}, LEAVES], ["r1"]),
        (
            [RETREAT | {"words": ["go home"], "noise": "a"}, LEAVES],
            ["r1"],
        ),  # both may stand in a text
        ([RETREAT | {"not": ["withdraw*"], "noise": "a"}, LEAVES], []),
        ([{"actor": "WES", "noise": "a"}, LEAVES], []),
        ([{"category": "AID", "noise": "a"}, LEAVES], []),
        ([{"actor": "NOR", "target": "MID", "noise": "a"}, LEAVES], ["r1"]),
        ([LEAVES, LEAVES | {"noise": "what is denied", "move": ""}], []),
        ([{"noise": "all"}, {"actor": "WES", "category": "AID", "move": "arm"}], ["r1"]),
        (
            [
                {"actor": "WES", "noise": "a"},
                {"actor": "MID", "noise": "b"},
                {"actor": ["WES", "MID"], "category": "AID", "move": "arm"},
            ],
            ["r2"],
        ),
        (
            [RETREAT | {"words": ["go"], "noise": "a"}, RETREAT | {"words": ["go"], "noise": "b"}],
            ["r1"],
        ),
        ([RETREAT | {"not": ["x"], "noise": "a"}, RETREAT | {"noise": "b"}], []),
        ([RETREAT | {"about": ["army"], "noise": "a"}, RETREAT | {"noise": "b"}], []),
    ],
)
def test_a_rule_that_another_takes_the_reports_of_is_found(tmp_path, rules, found):
    """Oracle: hand; `withdraw` ends the game, `arm` does not."""
    assert shadowed(tmp_path, *rules) == found

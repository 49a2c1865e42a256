"""What a crisis says of kinds of move and of hopes is read, and refused where it is wrong. Oracle: hand."""

import pytest

from detente.crisis import load_crisis
from detente.crisis.elements import Constant, QuantityOf
from detente.crisis.loading import examine_folder
from detente.linking import check_game
from detente.testing.crises import template_document, tiny_crisis_folder, write_document


@pytest.fixture
def document():
    """Return the template without what it states of kinds and hopes."""
    made = template_document()
    made.pop("nests", None)
    made.pop("hopes", None)
    for name in ("similarity.kind", "optimism"):
        made["quantities"].pop(name)
    for item in made["instruments"].values():
        item.pop("nest", None)
        item.pop("weight", None)
        for outcome in item.get("chance", ()):
            outcome.pop("favours", None)
            outcome.pop("own", None)
    return made


@pytest.fixture
def write(tmp_path):
    folder = tiny_crisis_folder(tmp_path)

    def write(document):
        write_document(folder, document)
        return folder

    return write


def test_kinds_and_hopes_are_read(document, write):
    document["nests"] = {
        "force": {"label": "force", "similarity": 0.4},
        "raids": {"label": "raids", "in": "force", "similarity": 0.8, "weight": 2},
    }
    document["hopes"] = {"challenger": 0.4, "west": "contest.advantage"}
    document["instruments"]["subvert"] |= {"nest": "raids", "weight": 0.5}
    document["instruments"]["invade"]["nest"] = "force"
    first, last = document["instruments"]["invade"]["chance"]
    first["favours"] = "north"
    last["own"] = {"west": {"shift": 0.2}}
    crisis = load_crisis(write(document))
    assert crisis.nests["raids"].within == "force"
    assert crisis.nests["raids"].weight == Constant(value=2)
    assert crisis.instruments["subvert"].nest == "raids"
    assert crisis.instruments["subvert"].weight == Constant(value=0.5)
    assert crisis.hopes == {
        "north": Constant(value=0.4),
        "west": QuantityOf(path="contest.advantage"),
    }
    won, lost = crisis.instruments["invade"].chance
    assert (won.favours, dict(won.own)) == ("north", {})
    assert lost.own["west"].shift == Constant(value=0.2)


WRONG = {
    "an unknown nest": (lambda d: d["instruments"]["invade"].update(nest="forse"), "nest-unknown"),
    "a nest in an unknown one": (lambda d: d["nests"]["force"].update({"in": "x"}), "nest-unknown"),
    "a nest in itself": (lambda d: d["nests"]["force"].update({"in": "force"}), "nest-unknown"),
    "no similarity": (lambda d: d["nests"]["force"].pop("similarity"), "key-missing"),
    "a similarity of one": (
        lambda d: d["nests"]["force"].update(similarity=1),
        "value-out-of-range",
    ),
    "a similarity below zero": (
        lambda d: d["nests"]["force"].update(similarity=-0.1),
        "value-out-of-range",
    ),
    "a drawn similarity that is too large": (
        lambda d: d["nests"]["force"].update(similarity="weight.revisionist"),
        "value-out-of-range",
    ),
    "a weight of zero": (lambda d: d["nests"]["force"].update(weight=0), "value-out-of-range"),
    "a weight of an option below zero": (
        lambda d: d["instruments"]["invade"].update(weight=-1),
        "value-out-of-range",
    ),
    "hopes of nobody": (lambda d: d.update(hopes={"nort": 0.4}), "player-unknown"),
    "an outcome in favour of nobody": (
        lambda d: d["instruments"]["invade"]["chance"][0].update(favours="nort"),
        "player-unknown",
    ),
    "odds of nobody": (
        lambda d: d["instruments"]["invade"]["chance"][0].update(own={"nort": {"shift": 1}}),
        "player-unknown",
    ),
    "odds said twice": (
        lambda d: d["instruments"]["invade"]["chance"][0].update(
            own={"north": {"shift": 1, "prob": 0.5}}
        ),
        "key-missing",
    ),
    "odds not said": (
        lambda d: d["instruments"]["invade"]["chance"][0].update(own={"north": {}}),
        "key-missing",
    ),
    "an unknown key": (
        lambda d: d["instruments"]["invade"]["chance"][0].update(own={"north": {"shft": 1}}),
        "key-unknown",
    ),
    "a similarity that reads the state": (
        lambda d: d["nests"]["force"].update(similarity={"by": "gas", "flowing": 0.1, "cut": 0.2}),
        "value-type",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found(document, write, name):
    change, code = WRONG[name]
    document["nests"] = {"force": {"label": "force", "similarity": 0.4}}
    document["instruments"]["subvert"]["nest"] = "force"
    document["instruments"]["invade"]["nest"] = "force"
    assert examine_folder(write(document))[0] == ()
    change(document)
    findings = examine_folder(write(document))[0]
    assert code in {item.code for item in findings if item.severity == "error"}


WARNED = {
    "a copy": (
        lambda d: (
            d["instruments"].update(again=dict(d["instruments"]["hold"])),
            d["phases"][1]["menu"].append("again"),
        ),
        "option-copied",
    ),
    "a nest of whole menus": (
        lambda d: (
            d["nests"].update(answers={"label": "answers", "similarity": 0.4}),
            d["instruments"]["impose"].update(nest="answers"),
            d["instruments"]["condemn"].update(nest="answers"),
        ),
        "nest-useless",
    ),
    "hopes of what is certain": (
        lambda d: (
            d.update(hopes={"north": 0.4}),
            d["instruments"]["invade"]["chance"][0].update(prob=1, favours="north"),
        ),
        "probability-out-of-range",
    ),
}


@pytest.mark.parametrize("name", WARNED)
def test_what_says_nothing_is_warned_of(document, write, name):
    change, code = WARNED[name]
    document["nests"] = {"force": {"label": "force", "similarity": 0.4}}
    document["instruments"]["subvert"]["nest"] = "force"
    document["instruments"]["invade"]["nest"] = "force"
    change(document)
    findings = examine_folder(write(document))[0]
    assert code in {item.code for item in findings if item.severity == "warning"}


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        (lambda made: made["nests"]["waiting"].update(similarity="half"), "similarity"),
        (lambda made: made["nests"]["waiting"].update(weight="half"), "weight"),
        (lambda made: made["instruments"]["hold"].update(weight="half"), "weight"),
        (lambda made: made["hopes"].update(challenger="half"), "hopes.north"),
        (lambda made: _own(made, shift="half"), "chance.won.own.north"),
        (lambda made: _own(made, prob={"sum": ["half", 0.1]}), "chance.won.own.north"),
    ],
)
def test_a_number_in_another_unit_is_found(write, entry, key):
    """Oracle: hand; stakes are neither a share, nor a ratio, nor log-odds, nor a probability."""
    made = template_document()
    made["quantities"]["half"] = made["quantities"]["war.gain"] | {"triangular": [0.4, 0.5, 0.6]}
    entry(made)
    (item,) = [one for one in check_game(load_crisis(write(made))) if one.code == "unit-mismatch"]
    assert item.path.endswith(key)
    assert "stakes" in item.message


def _own(made, **stated):
    outcome = made["instruments"]["invade"]["chance"][0]
    assert outcome["id"] == "won"
    outcome.pop("favours", None)
    outcome["own"] = {"north": stated}

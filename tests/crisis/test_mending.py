"""Fixes that the program makes itself: after each, the finding is gone and nothing new is found."""

from importlib import resources

import pytest

from detente.analysis.checking import examine
from detente.crisis.editing import remove_entry, set_value, value_at
from detente.crisis.mending import keys_of, mend

TEMPLATE = resources.files("detente.crisis").joinpath("templates/coercion")
FILES = {item.name: item.read_text("utf-8") for item in TEMPLATE.iterdir()}
TEXT = FILES["crisis.yaml"]
MOVE = "{label: mediate, player: west, kind: diplomacy, nest: talks, when: {talks: none}, effects: {talks: agreed}}"


def check(text, folder):
    folder.mkdir(exist_ok=True)
    for name, content in {**FILES, "crisis.yaml": text}.items():
        folder.joinpath(name).write_text(content, "utf-8")
    return examine(folder)[0]


@pytest.mark.parametrize(
    ("text", "code", "label"),
    [
        pytest.param(
            set_value(TEXT, ("phases", 0, "menu", 1), "ofer"),
            "instrument-unknown",
            "Use “offer”",
            id="name in a list",
        ),
        pytest.param(
            set_value(TEXT, ("instruments", "arm", "effects", "posture"), "armd"),
            "state-value-unknown",
            "Use “armed”",
            id="value of a mapping",
        ),
        pytest.param(
            TEXT.replace("negotiable:", "negotiabel:", 1),
            "key-unknown",
            "Use “negotiable”",
            id="key",
        ),
        pytest.param(
            remove_entry(TEXT, ("quantities", "war.gain", "source")),
            "source-missing",
            "Say that it is judgement",
            id="source",
        ),
        pytest.param(
            set_value(TEXT, ("quantities", "war.gain", "triangular"), [30, 90, 80]),
            "distribution-invalid",
            "Use 30 / 80 / 90",
            id="order",
        ),
        pytest.param(
            TEXT.replace(
                "  threaten: {label: threaten sanctions, player",
                f"  mediate: {MOVE}\n  threaten: {{label: threaten sanctions, player",
                1,
            ),
            "instrument-unused",
            "Add to “Westmark's answer”",
            id="menu",
        ),
        pytest.param(
            set_value(TEXT, ("quantities", "spare"), value_at(TEXT, ("quantities", "war.gain"))),
            "entry-unused",
            "Remove “spare”",
            id="quantity that nothing reads",
        ),
        pytest.param(
            set_value(TEXT, ("actors", "NOR", "zzzz"), 1),
            "key-unknown",
            "Remove “zzzz”",
            id="strange key",
        ),
    ],
)
def test_mended_finding_is_gone(text, code, label, tmp_path):
    """Oracle: the checks of the package, which find nothing in the template."""
    findings = [item for item in check(text, tmp_path / "a") if item.code == code]
    found = mend({**FILES, "crisis.yaml": text}, findings[0])
    assert found is not None
    assert found.label == label
    assert [item.code for item in check(found.text, tmp_path / "b")] == []


def test_what_takes_a_person_is_left_to_one(tmp_path):
    """Oracle: hand. Nobody but the author knows what an unlabelled quantity is."""
    text = remove_entry(TEXT, ("quantities", "war.gain", "label"))
    files = {**FILES, "crisis.yaml": text}
    assert [mend(files, item) for item in check(text, tmp_path)][:1] == [None]


def test_path_with_dots_leads_to_its_keys():
    """Oracle: hand. The longest key that fits is meant."""
    assert keys_of(TEXT, "quantities.war.cost.north.triangular.0") == (
        "quantities",
        "war.cost.north",
        "triangular",
        0,
    )
    assert keys_of(TEXT, "quantities.nothing") is None
    assert keys_of(TEXT, "phases.99") is None
    assert keys_of(TEXT, "title.x") is None

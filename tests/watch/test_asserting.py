"""What a text asserts: cues, their reach, and words that only look like cues. Oracle: hand, unless a test says otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis.event_words import covers, pattern_of
from detente.crisis.registers import event_cues
from detente.watch.asserting import ReportText

ALL = ("denial", "reversal", "past", "possible")


def undone(text, *words, kinds=ALL, year=2030):
    cue = ReportText(text, year).undoing(words, kinds)
    return "" if cue is None else cue.kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Northland invades Midland", ""),
        ("Northland denies that it invaded Midland", "denial"),
        ("There is no evidence of an invasion", "denial"),
        ("Reports of an invasion are false", "denial"),
        ("Northland has not invaded Midland", "denial"),
        ("The invasion was called off", "reversal"),
        ("Northland cancelled the invasion", "reversal"),
        ("Ten years ago Northland invaded Midland", "past"),
        ("In 2014 Northland invaded Midland", "past"),
        ("Northland could invade Midland", "possible"),
        ("Troops rehearse an invasion", "possible"),
        ("Northland denies talks but invades Midland", ""),
        ("Northland denied it for weeks. It invaded at dawn", ""),
        ("Northland denied it for weeks; invasion begins", ""),
        ("After it denied all plans, Northland invaded Midland", ""),
        ("Denying all plans, Northland invaded Midland", ""),
        ("Northland denies that it will shell, bomb or invade Midland", "denial"),
        ("Northland invades Midland, ten years after it annexed the coast in 2014", ""),
        ("Not only shells fall: Northland invades", ""),
        ("Northland invades without warning", ""),
        ("In 2030 Northland invades Midland", ""),
        ("The war of 2030 begins with an invasion by 2000 men", ""),
    ],
)
def test_a_word_counts_where_the_text_asserts_it(text, kind):
    assert undone(text, "invade*", "invasion*", "invading") == kind


def test_one_asserted_word_of_several_is_enough():
    text = "Northland denies an invasion, yet its columns have crossed the border"
    assert undone(text, "invasion*", "crossed the border") == ""
    assert undone(text, "invasion*") == "denial"


def test_a_cue_that_the_phrase_holds_undoes_nothing():
    assert undone("Westmark pledges not to attack", "not to attack") == ""
    assert undone("Westmark pledges not to attack", "attack") == "denial"
    assert undone("Westmark will not be attacked", "not be attacked") == ""
    assert undone("Westmark refuses to pay", "refus*") == ""


def test_a_kind_that_is_not_asked_undoes_nothing():
    assert undone("Northland could invade", "invade", kinds=("denial", "past")) == ""


def test_a_cue_taken_back_with_its_object_is_undone():
    assert undone("Westmark withdraws its pledge not to attack", "pledge*") == "reversal"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Northland denies the raid", "denial"),
        ("Raid on the port is called off", "reversal"),
        ("Raid on the port; nobody is hurt", ""),
        ("Raid on the port but no word from Westmark", ""),
    ],
)
def test_a_report_is_undone_by_its_first_clause(text, kind):
    cue = ReportText(text, 2030).undone_whole(ALL)
    assert ("" if cue is None else cue.kind) == kind


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (("pull* out",), "the army pulls out", True),
        (("pull* out",), "the army pulls its men out", False),
        (("air strike*",), "an air-strike", True),
        (("air strike*",), "an air\nstrike", True),
        (("turn*",), "ships returned", False),
        (("oil",), "turmoil on foreign soil", False),
        (("turn",), "turns", False),
        (("cross* ... border",), "tanks cross the long eastern border", True),
        (("cross* ... border",), "tanks cross border", True),
        (("cross* ... border",), "tanks cross, and the border is quiet", False),
        (("cross* ... border",), "tanks cross one two three four five border", False),
    ],
)
def test_words_and_phrases_are_whole(words, text, found):
    assert (pattern_of(words).search(text) is not None) is found


def test_words_cover_what_they_find():
    assert covers(("withdraw*",), ("withdraws", "withdraw* from kuwait"))
    assert not covers(("withdraws",), ("withdraw*",))
    assert not covers(("withdraw",), ("withdraws",))
    assert covers(("cross*",), ("cross* ... border",))


@pytest.mark.parametrize("cue", event_cues(), ids=lambda cue: f"{cue.kind}-{cue.cue}-{cue.side}")
def test_each_cue_of_the_register_is_found(cue):
    """Oracle: theorem; what the register lists has an effect, or stops one."""
    assert cue.kind in {*ALL, "turn", "opening", "none"}
    assert cue.side in ({"before", "after", "both", "around"} if cue.kind in ALL else {""})
    words = cue.cue.replace("*", "")
    if cue.kind in ALL:
        found = {item.kind for item in ReportText(f"x {words} y", 2030).cues}
        assert cue.kind in found
    elif cue.kind in {"none", "turn"}:
        assert not [item for item in ReportText(f"x {words} y", 2030).cues if item.whole]


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    """Oracle: theorem; a reach lies within the text."""
    report = ReportText(text, 2030)
    assert all(0 <= cue.reach[0] <= len(report.text) for cue in report.cues)
    report.undone_whole(ALL)
    report.undoing(("x*",), ALL)

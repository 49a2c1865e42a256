# ruff: noqa: RUF001  # the sentences have dashes and signs of print
"""Sentences: which case is told, and that the words say the numbers. Oracles by hand."""

from pathlib import Path

import pytest

import detente.web
from detente.crisis.elements import OutcomeRule
from detente.crisis.expressions import NEVER
from detente.web.answers import OfType, Row, Spread
from detente.web.findings import find_leader, tell, tell_shares
from detente.web.rendering import Renderer

RENDERER = Renderer([Path(detente.web.__file__).parent / "templates"], [], None)


OUTCOMES = [
    OutcomeRule(id=name, label=name, when=NEVER, **more)
    for name, more in (
        ("a war", {"attack": "rus"}),
        ("a calm", {"group": "a stand-off"}),
        ("a deal", {"settlement": True}),
        ("a raid", {"attack": "rus"}),
        ("a chill", {"group": "a stand-off"}),
    )
]


def spread(mean):
    return None if mean is None else Spread(mean=mean, low=max(0.0, mean - 0.1), high=mean + 0.1)


def row(now, filed, *, label="an attack of any kind", by_type=()):
    return Row(
        id=label,
        label=label,
        kind="attack",
        now=spread(now),
        filed=spread(filed),
        by_type=list(by_type),
    )


@pytest.mark.parametrize(
    ("now", "filed", "changed", "case", "words"),
    [
        (0.28, 0.28, False, "as filed", "An attack of any kind stands at 28% (18–38%)."),
        (0.35, 0.28, True, "rises", "An attack of any kind rises from 28% to 35%."),
        (0.2, 0.28, True, "falls", "An attack of any kind falls from 28% to 20%."),
        (0.283, 0.281, True, "unmoved", "An attack of any kind stays at 28%."),
        (None, None, True, "excluded", "The rules leave no way to an attack of any kind."),
        (
            None,
            0.28,
            True,
            "ruled out",
            "An attack of any kind is ruled out; as filed it stands at 28%.",
        ),
        (
            0.28,
            None,
            True,
            "possible",
            "An attack of any kind stands at 28%; as filed the rules leave no way to it.",
        ),
    ],
)
def test_the_headline_says_the_numbers(now, filed, changed, case, words):
    found = row(now, filed)
    assert tell(found, changed=changed) == case
    assert RENDERER.words("words.j2", "headline", case, found) == words


@pytest.mark.parametrize(
    ("outcomes", "changed", "case", "words"),
    [
        (
            [("a war", 0.3, 0.3), ("a deal", 0.5, 0.5)],
            False,
            "likeliest",
            "The likeliest outcome is a deal (50%)",
        ),
        (
            [("a calm", 0.22, 0.22), ("a chill", 0.14, 0.14), ("a deal", 0.3, 0.3)],
            False,
            "together",
            "Likeliest is a stand-off (36%)",
        ),
        (
            [("a deal", 0.35, 0.35), ("a war", 0.3, 0.3), ("a raid", 0.2, 0.2)],
            False,
            "together",
            "Likeliest is an attack of any kind (50%)",
        ),
        (
            [("a war", 0.4, 0.3), ("a deal", 0.45, 0.5)],
            True,
            "gains most",
            "A war gains most (+10 points)",
        ),
        (
            [("a war", 0.31, 0.3), ("a deal", 0.4, 0.5)],
            True,
            "loses most",
            "A deal loses most (−10 points)",
        ),
        (
            [("a war", 0.301, 0.3), ("a deal", 0.5, 0.5)],
            True,
            "still",
            "No outcome moves by a point",
        ),
        (
            [("a war", None, None), ("a deal", 0.3, 0.3), ("a raid", 0.2, 0.2)],
            False,
            "likeliest",
            "The likeliest outcome is a deal (30%)",
        ),
        ([("a war", None, None)], False, "excluded", "Every outcome is excluded"),
    ],
)
def test_the_title_names_the_outcome_that_moves_most(outcomes, changed, case, words):
    """Outcomes are told together as the briefing tells them: attacks, and those of a group that the file declares."""
    rows = [row(0.3, 0.3), *(row(now, filed, label=label) for label, now, filed in outcomes)]
    found = find_leader(rows, OUTCOMES, changed=changed)
    assert found.case == case
    assert RENDERER.words("words.j2", "mover", found.case, found.label, found.value) == words


def test_types_are_told_with_their_ranges():
    items = [
        OfType(
            player="rus",
            player_label="Russia",
            type=name,
            label=name,
            now=spread(mean),
            filed=spread(mean),
        )
        for name, mean in (("limited", 0.09), ("revisionist", 0.67))
    ]
    assert RENDERER.words("words.j2", "types", items) == (
        "Russia, by type: “limited” 9% (0–19%); “revisionist” 67% (57–77%)."
    )
    assert RENDERER.words("words.j2", "types", []) == ""


@pytest.mark.parametrize(
    ("parts", "against", "words"),
    [
        ([], 0, "Nothing is changed"),
        ([("calm", 0.004)], 0, "The change does not move an attack by a point"),
        (
            [("calm", 0.004), ("risk", -0.004)],
            1,
            "None of the changes moves an attack by a point",
        ),
        (
            [("calm", 0.03), ("risk", 0.02), ("stakes", 0.02)],
            0,
            "Calm moves an attack most (+3 points)",
        ),
        ([("calm", 0.03)], 0, "Calm makes all of the difference (+3 points)"),
        ([("calm", 0.03), ("risk", 0.01)], 0, "Calm makes most of the difference (+3 points)"),
        (
            [("calm", 0.03), ("risk", -0.01)],
            1,
            "Calm moves an attack most (+3 points); 1 change pulls the other way",
        ),
        (
            [("calm", -0.03), ("a", 0.01), ("b", 0.01)],
            2,
            "Calm moves an attack most (−3 points); 2 changes pull the other way",
        ),
    ],
)
def test_shares_are_told_by_the_largest(parts, against, words):
    given = [{"label": label, "part": part} for label, part in parts]
    case = tell_shares([part for _, part in parts])
    assert RENDERER.words("words.j2", "shares", case, given, against) == words


@pytest.mark.parametrize(
    ("count", "whole", "words"),
    [
        (3, 3, "No commitment is beaten: each is best at something"),
        (1, 12, "1 of 12 commitments is unbeaten"),
        (5, 12, "5 of 12 commitments are unbeaten"),
    ],
)
def test_unbeaten_commitments_are_counted(count, whole, words):
    assert RENDERER.words("words.j2", "unbeaten", count, whole) == words


@pytest.mark.parametrize(
    ("better", "equal", "words"),
    [
        (0, 64, "The same in every one of 64 cases."),
        (64, 0, "Lower in every one of the same 64 cases."),
        (0, 3, "Lower in none of the same 64 cases."),
        (20, 3, "Lower in 20 of the same 64 cases."),
    ],
)
def test_cases_are_counted(better, equal, words):
    assert RENDERER.words("words.j2", "cases", better, equal, 64) == words


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("both excluded", "Neither “talk” nor “wait” leaves a way to an attack."),
        ("a excluded", "“Talk” leaves no way to an attack; under “wait” it is 30%."),
        ("b excluded", "“Talk”: an attack is 20%; “wait” leaves no way to one."),
        ("same", "“Talk”: an attack is 20%, as under “wait”."),
        ("differ", "“Talk”: an attack is 20%, against 30% under “wait”."),
    ],
)
def test_a_pair_says_the_numbers(case, words):
    told = RENDERER.words("words.j2", "compared", case, "talk", "wait", spread(0.2), spread(0.3))
    assert told == words


def test_a_juncture_says_who_chooses_what(tiny_place):
    place, crisis = tiny_place
    likely = [("firm", "wait", 0.7), ("hollow", "yield", 0.6)]
    told = [
        RENDERER.words("words.j2", "juncture", case, place, crisis, "a war", given)
        for case, given in (
            ("end", []),
            ("chance", []),
            ("alike", [("firm", "wait", 0.7)]),
            ("alike", [("firm", "wait", 0.7), ("hollow", "wait", 0.6)]),
            ("differ", likely),
        )
    ]
    assert told == [
        "It ends: a war.",
        "Chance decides: clear 25%; foggy 75%.",
        "Washington chooses, most often: wait (70%).",
        "Washington chooses, most often: wait (60% to 70%, by type).",
        "Washington chooses, most often: wait if firm (70%), yield if hollow (60%).",
    ]


@pytest.fixture
def tiny_place():
    from types import SimpleNamespace

    options = [
        SimpleNamespace(label=label, prob=spread(mean))
        for label, mean in (("clear", 0.25), ("foggy", 0.75))
    ]
    place = SimpleNamespace(player="usa", options=options)
    return place, SimpleNamespace(players={"usa": SimpleNamespace(name="Washington")})

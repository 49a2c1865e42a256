"""The one way to refuse and the one way to find near names."""

import pytest

from detente.errors import CrisisFileError, GameError, Place, UsageError, nearest, refuse


def test_a_place_makes_the_error_of_a_crisis_file():
    # Oracle: hand.
    place = Place(file="crisis.yaml", line=7, path="players.north")
    with pytest.raises(CrisisFileError) as caught:
        refuse("no such player", code="player-unknown", at=place, fix="name one", value="north")
    (finding,) = caught.value.findings
    assert (finding.line, finding.value) == (7, "north")
    assert str(caught.value) == (
        "no such player [player-unknown]\n  at:  crisis.yaml:7  players.north\n  fix: name one"
    )


def test_the_class_of_the_error_and_its_cause_are_kept():
    # Oracle: hand.
    cause = ValueError("why")
    with pytest.raises(GameError) as caught:
        refuse(
            "no game", code="game-invalid", at="tree", fix="mend it", error=GameError, cause=cause
        )
    assert caught.value.__cause__ is cause
    with pytest.raises(UsageError) as plain:
        refuse("no option", code="option-invalid", at="--x", fix="leave it out")
    assert plain.value.__cause__ is None


def test_near_names_by_hand():
    # Oracle: hand. Capitals do not count, of two names that differ in them the first counts, three at most.
    assert nearest("TALKS", ["talks"]) == ("talks",)
    assert nearest("talk", ["Talks", "talks", "tales"]) == ("Talks", "tales")
    assert nearest("abcd", ["abcde", "abcdf", "abcdg", "abcdh"]) == ("abcdh", "abcdg", "abcdf")
    assert nearest("weather", ["talks"]) == ()
    assert nearest("x", []) == ()

"""Who plays and what each weighs, in words. Each test names its oracle."""

import pytest

from detente.brief.actors import list_actors, list_phases, tell_care
from detente.crisis import load_crisis


@pytest.fixture(scope="module")
def cuba():
    return load_crisis("cuba-1962")


def test_every_weight_of_the_file_is_told_once_for_each_type(cuba):
    """Oracle: the crisis file: a weight that is not zero stands with its type, or with what all types weigh alike."""
    for player in list_actors(cuba):
        for kind in player.types:
            told = [care.id for care in (*player.shared, *kind.cares)]
            known = [
                item.id
                for item in cuba.considerations.values()
                if kind.id in item.weights.get(player.id, {})
            ]
            assert len(told) == len(set(told))
            assert set(told) <= set(known)
            assert len(known) - len(told) <= 1
        assert [item.player for item in player.instruments] == [player.id] * len(player.instruments)


@pytest.mark.parametrize(
    ("low", "high", "case"),
    [
        (0.0, 1.0, "gains"),
        (0.5, 0.5, "gains"),
        (-1.0, -1.0, "loses"),
        (-1.0, 0.0, "loses"),
        (-1.0, 1.0, "depends"),
    ],
)
def test_a_weight_is_told_by_its_ends(low, high, case):
    """Oracle by hand."""
    assert tell_care(low, high) == case


def test_products_of_quantities_have_the_ends_of_their_parts():
    """Oracle by hand: minus one times 0.7 to 1.0 lies between -1 and -0.7."""
    crisis = load_crisis("ukraine-2022")
    russia = next(item for item in list_actors(crisis) if item.id == "rus")
    bold = next(kind for kind in russia.types if kind.id == "revisionist")
    low, high = (
        min(law := crisis.quantities["weight.cost.revisionist"].distribution.parameters),
        max(law),
    )
    assert (low, high) == (0.7, 1.0)
    war = [
        care for care in bold.cares if care.id.startswith("war_cost") or "cost of war" in care.label
    ]
    assert [care.case for care in war] == ["loses"]
    assert "1.0" in war[0].weight
    assert "0.7" in war[0].weight


def test_phases_are_those_of_the_file(cuba):
    """Oracle: the crisis file."""
    phases = list_phases(cuba)
    assert [phase.label for phase in phases] == [phase.label for phase in cuba.phases]
    assert [len(phase.movers) for phase in phases] == [len(phase.moves) for phase in cuba.phases]
    several = [len({move.player for move in phase.moves}) > 1 for phase in cuba.phases]
    assert [phase.sealed for phase in phases] == several

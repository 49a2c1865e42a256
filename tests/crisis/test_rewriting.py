"""A crisis with values set, written as a folder: it says the same when it is loaded again, and the rest of its text stays."""

import pytest

import detente
from detente.crisis.rewriting import rewrite, write_changed
from detente.errors import UsageError

CRISIS = "cuba-1962"


@pytest.fixture(scope="module")
def filed():
    return detente.load(CRISIS)


def test_without_values_set_nothing_changes(filed):
    """Oracle by hand."""
    assert rewrite(filed) == dict(filed.files)


@pytest.mark.parametrize(
    "values",
    [
        {"calm": "6", "berlin.risk": "2..5"},
        {"hidden.troops": 42000},
        {"state.island": "actual"},
        {"types.ussr.expansionist": 0.4},
        {"types.usa.hawk": 0.5, "types.usa.hollow": 0.5},
        {"salience.USA.missiles": 0.8},
        {"effects.X04": 0.2},
    ],
)
def test_the_folder_says_what_was_set(filed, values, tmp_path):
    """Oracle, independent code: the folder loaded anew against the crisis with its values set."""
    wanted = filed.set(values)
    found = detente.load(write_changed(wanted, tmp_path / "changed"))
    for path, quantity in wanted.quantities.items():
        assert found.quantities[path].distribution == quantity.distribution
    assert {name: item.initial for name, item in found.state.items()} == {
        name: item.initial for name, item in wanted.state.items()
    }
    for player in wanted.players.values():
        assert [item.prior for item in found.players[player.id].types] == [
            item.prior for item in player.types
        ]
    assert found.overrides == {}


def test_what_was_not_set_stays_as_it_is_written(filed):
    """Oracle by hand: one line of the file differs, and it says what it was."""
    before = filed.files["crisis.yaml"].decode().splitlines()
    after = rewrite(filed.set({"calm": 6}))["crisis.yaml"].decode().splitlines()
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert len(pairs) == 1
    assert "the allies, value: 6, unit: stakes" in pairs[0][1]
    assert "set in a what-if; before that triangular: [5, 12, 22]" in pairs[0][1]


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ({"rounds": 2}, "calendar"),
        ({"positions.USA.missiles": 50}, "positions.USA.missiles"),
        ({"salience.USA.missiles": "0.2..0.4"}, "salience.USA.missiles"),
    ],
)
def test_what_a_folder_cannot_say_is_refused(filed, values, at):
    """Oracle by hand: fewer rounds than days of the calendar, a position without a spread, a range of a salience."""
    with pytest.raises(UsageError) as caught:
        rewrite(filed.set(values))
    assert caught.value.code == "option-invalid"
    assert at in caught.value.at
    assert "vary again" in caught.value.fix

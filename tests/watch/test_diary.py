"""The diary: days are kept, taken up again, and computed anew where something before them changed."""

import json
from datetime import date

import pytest

from detente.crisis import load_crisis
from detente.errors import UsageError
from detente.testing import tiny_crisis_folder
from detente.watch.diary import keep_diary
from detente.watch.events import Event, understand
from detente.watch.keeping import Keeper
from detente.watch.watching import Watch


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    return load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))


def readings(crisis, *said):
    return understand(
        [
            Event(day=day, actor="NOR", target="", category="", mode="", text=does, does=does)
            for day, does in said
        ],
        crisis,
    )


FIRST = (date(2030, 1, 16), "evidence:north.revisionist=2")
SECOND = (date(2030, 1, 18), "state:threat=firm")
THIRD = (date(2030, 1, 20), "move:arm")


def keep(crisis, folder, *said, **changes):
    options = {"until": date(2030, 1, 20), "n_draws": 64}
    return keep_diary(crisis, readings(crisis, *said), folder=folder, **(options | changes))


@pytest.fixture
def computed(monkeypatch):
    days = []
    advance = Watch.advance

    def counted(self, items, day):
        days.append(day.day)
        return advance(self, items, day)

    monkeypatch.setattr(Watch, "advance", counted)
    return days


def test_a_kept_day_is_not_computed_again(crisis, tmp_path, computed):
    first = keep(crisis, tmp_path, FIRST, SECOND)
    assert computed == [15, 16, 17, 18, 19, 20]
    computed.clear()
    assert keep(crisis, tmp_path, FIRST, SECOND) == first
    assert computed == []


def test_another_day_costs_that_day_only(crisis, tmp_path, computed):
    keep(crisis, tmp_path, FIRST, SECOND, until=date(2030, 1, 19))
    computed.clear()
    more = keep(crisis, tmp_path, FIRST, SECOND, THIRD)
    assert computed == [20]
    assert more == keep(crisis, tmp_path / "fresh", FIRST, SECOND, THIRD)  # same bytes either way


def test_a_change_of_the_past_is_computed_from_there(crisis, tmp_path, computed):
    keep(crisis, tmp_path, FIRST, SECOND)
    computed.clear()
    keep(crisis, tmp_path, FIRST, (SECOND[0], "state:posture=armed"))
    assert computed == [18, 19, 20]


def test_draws_and_overrides_make_other_days(crisis, tmp_path, computed):
    keep(crisis, tmp_path, FIRST)
    computed.clear()
    keep(crisis, tmp_path, FIRST, seed=2)
    assert len(computed) == 6


def test_damaged_files_are_computed_anew(crisis, tmp_path):
    whole = keep(crisis, tmp_path, FIRST, SECOND)
    (tmp_path / "days" / "2030-01-17.json").write_text("{", encoding="utf-8")
    for game in (tmp_path / "games").iterdir():
        game.write_bytes(game.read_bytes()[:100])
    assert keep(crisis, tmp_path, FIRST, SECOND) == whole


def test_a_solved_game_is_read_and_not_solved_again(crisis, tmp_path, monkeypatch):
    whole = keep(crisis, tmp_path, FIRST, SECOND)
    for day in (tmp_path / "days").iterdir():
        day.unlink()
    monkeypatch.setattr("detente.engine.solutions.solve_draws", None)
    assert keep(crisis, tmp_path, FIRST, SECOND) == whole


def test_a_watch_that_ends_before_it_starts_is_refused(crisis, tmp_path):
    with pytest.raises(UsageError) as caught:
        keep(crisis, tmp_path, until=date(2030, 1, 1))
    assert caught.value.code == "option-invalid"
    with pytest.raises(UsageError, match="days"):
        keep(crisis, tmp_path, until=date(2060, 1, 1))


def test_a_record_is_plain_data(crisis, tmp_path):
    (record, *_) = keep(crisis, tmp_path, FIRST)
    assert json.loads(json.dumps(record)) == record
    assert Keeper(tmp_path).read_day("2030-01-15", record["key"]) == record
    assert Keeper(tmp_path).read_day("2030-01-15", "another") is None

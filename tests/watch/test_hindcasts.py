"""The tables of later events that the track record is run over."""

from datetime import date
from pathlib import Path

import pytest

from detente.crisis import load_crisis
from detente.crisis.user_tables import read_user_table
from detente.watch.events import known_names, read_events

TABLES = Path(__file__).parents[2] / "docs/hindcasts"
ENDS = {"cuba-1962": date(1962, 10, 28), "kuwait-1990": date(1991, 1, 16)}


def test_every_crisis_of_the_tables_has_an_end_here():
    """Oracle: hand, decision note 0105."""
    assert {path.stem for path in TABLES.glob("*.csv")} == set(ENDS)


@pytest.mark.parametrize("slug", ENDS)
def test_a_table_is_read_whole_and_lies_between_the_cut_off_and_the_end(slug):
    """Oracle: hand, decision note 0105; the end itself is the last day, and the event rules alone say what a row means."""
    crisis = load_crisis(slug)
    path = TABLES / f"{slug}.csv"
    events, repeated = read_events(path)
    assert not repeated
    assert min(event.day for event in events) > crisis.as_of
    assert max(event.day for event in events) == ENDS[slug]
    assert "does" not in read_user_table(path, "events", wanted=("date", "event")).columns
    assert all(event.source and event.category and not event.does for event in events)


@pytest.mark.parametrize("slug", ENDS)
def test_a_table_names_actors_of_its_crisis_alone(slug):
    """Oracle: hand, decision note 0105."""
    known = known_names(load_crisis(slug))
    for event in read_events(TABLES / f"{slug}.csv")[0]:
        named = [name for who in (event.actor, event.target) for name in who.split("+") if name]
        assert named
        assert set(named) <= known

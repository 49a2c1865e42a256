"""Sessions: one of bots from its creation to its end, the fold of its events, and a view."""

import pytest

from detente.crisis import load_crisis
from detente.play.batches import play_alone
from detente.play.options import SessionOptions
from detente.play.rulebooks import Rulebook
from detente.play.views import view_bytes


@pytest.fixture(scope="module", params=["cuba-1962", "ukraine-2022"])
def book(request):
    found = Rulebook(load_crisis(request.param))
    play_alone(found, SessionOptions())  # solved
    return found


def test_a_session_of_bots(benchmark, book):
    seeds = iter(range(1_000_000))
    benchmark(lambda: play_alone(book, SessionOptions(session_seed=next(seeds))))


def test_a_view_of_a_seat(benchmark, book):
    state = play_alone(book, SessionOptions(session_seed=5))
    benchmark(lambda: view_bytes(state, next(iter(book.crisis.players))))

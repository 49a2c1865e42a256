"""Times of analyses of many cases, and of a watch of very many events."""

import time
from datetime import date, timedelta

import numpy as np
import pytest

from detente.analysis.discovery import find_box
from detente.analysis.sensitivity import find_sobol_indices
from detente.crisis import load_crisis
from detente.watch.diary import keep_diary
from detente.watch.events import Event, understand

pytestmark = pytest.mark.benchmark(timer=time.process_time)  # CPU seconds, as the targets


def test_sobol_indices_of_twenty_inputs(benchmark):
    """The target is 0.3 s for 2**14 base points."""
    values = np.random.default_rng(1).random(22 * 2**14)
    benchmark(find_sobol_indices, values, n_inputs=20)


def test_a_box_in_ten_thousand_cases(benchmark):
    """The target is 0.3 s for 20 inputs."""
    rng = np.random.default_rng(1)
    inputs = {f"x{k}": rng.random(10_000) for k in range(20)}
    hit = (inputs["x3"] > 0.6) & (inputs["x7"] < 0.5) & (inputs["x11"] > 0.3)
    hit ^= rng.random(10_000) < 0.03
    assert len(benchmark(find_box, inputs, hit).boxes) > 80


@pytest.mark.parametrize("crisis", ["cuba-1962", "kuwait-1990", "ukraine-2022"])
def test_a_watch_of_ten_thousand_events(benchmark, tmp_path, crisis):
    """The target is 60 s for 100,000 events at 64 draws, so 6 s for these."""
    loaded = load_crisis(crisis)
    first, last = loaded.calendar[0], loaded.watched_until
    days = (date.fromisoformat(str(last)) - date.fromisoformat(str(first))).days
    start = date.fromisoformat(str(first))
    actor = next(iter(loaded.actors))
    events = [
        Event(
            day=start + timedelta(days=k * days // 10_000),
            actor=actor,
            target="",
            category="",
            mode="",
            text=f"{k}",
            does="noise",
            weight=None,
        )
        for k in range(10_000)
    ]
    seen = understand(events, loaded)
    folders = iter(range(10**6))
    benchmark.pedantic(
        lambda: keep_diary(loaded, seen, folder=tmp_path / str(next(folders)), n_draws=64),
        rounds=1,
    )

"""Compiling is told, once, and only when it happens. Oracle: hand."""

import os
import subprocess
import sys

import numba
import pytest

from detente.game import watch_compiling


def test_compiling_is_told_once_and_only_when_it_happens():
    told = []
    kernel = numba.njit(lambda number: number + 1)
    with watch_compiling(lambda: told.append("compiling")):
        kernel(1)
        kernel(1.5)
    assert told == ["compiling"]
    with watch_compiling(lambda: told.append("again")):
        kernel(2)
    kernel(1j)
    assert told == ["compiling"]


@pytest.mark.slow
def test_the_command_says_so_on_a_fresh_cache_and_only_there(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "detente", "solve", "kuhn1950/poker", "--json"]
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert first.stderr.startswith("compiling the solver")
    assert first.stderr.count("compiling") == 1  # on a busy machine lines of progress follow
    assert second.stderr == ""
    assert first.stdout == second.stdout


@pytest.mark.slow
def test_a_briefing_that_searches_and_solves_says_so_once(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    out = str(tmp_path / "brief")
    command = [sys.executable, "-m", "detente", "brief", "cuba-1962", "--draws", "8", "--out", out]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.count("compiling the solver") == 1

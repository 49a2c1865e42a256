"""Settings for every test, and what is worked out once for all of them.

Property tests are judged by what they find, not by the clock; they try few examples here and many in ``make slow``
(:mod:`detente.testing.profiles`). Linear algebra runs in one thread: on matrices as small as ours a second one only waits,
and waiting takes a hundred times the processor time of the work. A crisis file that was parsed, and a picture that was
drawn, is not parsed or drawn again in the same process: both are pure functions of a text, and each caller gets a copy.
"""

import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # read once, when numpy is loaded; workers and commands inherit it

import json
import pickle
import sys
from contextlib import nullcontext
from functools import lru_cache

import pytest
from hypothesis import settings

from detente.crisis import loading
from detente.testing.profiles import QUICK, register_profiles

register_profiles()
settings.load_profile(QUICK)

BESIDE = "detente.brief.pictures.beside"


@pytest.fixture(scope="session", autouse=True)
def _crisis_files_are_parsed_once():
    """Keep what parsing gave: a shipped crisis takes a second, and some hundred tests load one."""
    parse = loading.read_document

    @lru_cache(maxsize=64)
    def parsed(text, file):
        return pickle.dumps(parse(text, file))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "read_document", lambda *given: pickle.loads(parsed(*given)))  # noqa: S301
        yield


@pytest.fixture(scope="session", autouse=True)
def _pictures_are_drawn_here_and_once():
    """Draw pictures in this process and keep them; :func:`pen` gives a test the second process that a briefing has."""
    beside = sys.modules.get(BESIDE)
    if beside is None:  # no test of this run draws
        yield None
        return
    draw, begin = beside.vl_convert.vegalite_to_svg, beside.drawing_beside

    @lru_cache(maxsize=512)
    def drawn(text):
        return draw(json.loads(text))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beside.vl_convert, "vegalite_to_svg", lambda spec: drawn(json.dumps(spec)))
        patch.setattr(beside, "drawing_beside", nullcontext)
        yield begin


@pytest.fixture
def pen(_pictures_are_drawn_here_and_once, monkeypatch):
    """Let a command draw in a second process, as it does outside the tests."""
    if _pictures_are_drawn_here_and_once is not None:
        monkeypatch.setattr(f"{BESIDE}.drawing_beside", _pictures_are_drawn_here_and_once)

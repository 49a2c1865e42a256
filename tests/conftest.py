"""Settings for every test, and what is worked out once for all of them.

Property tests are judged by what they find, not by the clock; they try few examples here and many in ``make slow``
(:mod:`detente.testing.profiles`). Linear algebra runs in one thread: on matrices as small as ours a second one only waits,
and waiting takes a hundred times the processor time of the work. A crisis file that was parsed is not parsed again in the
same process: that is a pure function of a text, and each caller gets a copy.
"""

import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # read once, when numpy is loaded; workers and commands inherit it

import pickle
from functools import lru_cache

import pytest
from hypothesis import settings

from detente.crisis import loading
from detente.testing.profiles import QUICK, register_profiles

register_profiles()
settings.load_profile(QUICK)


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

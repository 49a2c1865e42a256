"""Small ensembles of the reference crisis under overrides, each run once."""

import pytest

from detente.crisis import load_crisis
from detente.runs import run_ensemble

DRAWS = 64  # one shard: means over these carry a sign, not a figure


@pytest.fixture(scope="session")
def explore(tmp_path_factory):
    """Return ``explore(settings, policy)``: the results of the crisis with these ``--set`` settings."""
    found = {}

    def run(settings=None, *, policy="as_announced"):
        settings = dict(settings or {})
        key = (policy, tuple(sorted(settings.items())))
        if key not in found:
            crisis = load_crisis("ukraine-2022", overrides=settings)
            found[key] = run_ensemble(
                crisis,
                folder=tmp_path_factory.mktemp("run"),
                policies=[policy],
                n_draws=DRAWS,
                seed=7,
                workers=1,
            )
        return found[key]

    return run

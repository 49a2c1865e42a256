"""A command loads what it needs: the light ones start without the slow libraries."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import detente.crisis
from detente.crisis import load_crisis
from detente.runs import run_ensemble

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
SLOW = {"highspy", "jinja2", "llvmlite", "numba", "scipy.stats"}
"""Modules that take more than a tenth of a second each, which no light command asks for."""
ACTORS = "actor,capability,position,salience\nAlpha,3,0,0.9\nBeta,2,60,0.5\nGamma,1,100,1\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("light")
    (folder / "actors.csv").write_text(ACTORS, encoding="utf-8")
    run_ensemble(load_crisis(TEMPLATE), folder=folder / "run", policies=["free"], n_draws=64)
    return folder


@pytest.mark.parametrize(
    ("words", "also_left"),
    [
        (["--help"], {"duckdb", "numpy", "pyarrow", "ruamel.yaml", "scipy"}),
        (["explore", "--help"], {"duckdb", "numpy", "pyarrow", "ruamel.yaml", "scipy"}),
        (["list"], {"duckdb", "pyarrow", "ruamel.yaml", "scipy"}),
        (["base-rates"], {"duckdb", "numpy", "pyarrow", "ruamel.yaml", "scipy"}),
        (["bargain", "actors.csv"], {"duckdb", "pyarrow", "ruamel.yaml"}),
        (["query", "run", "select 1"], {"pyarrow", "ruamel.yaml", "scipy"}),
        (["check", str(TEMPLATE)], {"duckdb", "pyarrow", "scipy"}),
    ],
    ids=lambda item: " ".join(item)[:20] if isinstance(item, list) else "",
)
def test_a_light_command_leaves_the_slow_libraries_alone(place, words, also_left):
    # oracle: the interpreter's own log of what is imported
    again = [sys.executable, "-X", "importtime", "-m", "detente", *words]
    environment = os.environ | {"DETENTE_CACHE": str(place / "kept")}
    subprocess.run(again, cwd=place, env=environment, check=True, capture_output=True)  # warm
    found = subprocess.run(
        again, cwd=place, env=environment, check=True, capture_output=True, text=True
    )
    loaded = {line.rpartition("|")[2].strip() for line in found.stderr.splitlines()}
    assert "detente.cli" in loaded
    assert loaded & (SLOW | also_left) == set()

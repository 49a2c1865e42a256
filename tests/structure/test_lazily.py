"""Packages offer names without importing their modules. Oracle: hand."""

import importlib
import subprocess
import sys

import pytest

from detente.lazily import offer

PACKAGES = [
    "analysis",
    "brief",
    "crisis",
    "engine",
    "fit",
    "game",
    "linking",
    "log",
    "rules",
    "runs",
]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_of_a_package_is_that_of_its_module(name):
    package = importlib.import_module(f"detente.{name}")
    find = offer(f"detente.{name}")
    for public in getattr(package, "__all__", ()):  # `analysis` offers none
        assert find(public) is getattr(package, public)


def test_a_name_that_is_not_offered_is_refused():
    with pytest.raises(AttributeError, match=r"module 'detente\.runs' has no attribute 'nothing'"):
        offer("detente.runs")("nothing")


def test_a_package_imports_no_module_of_its_own():
    words = [f"import detente.{name}" for name in PACKAGES]
    script = "; ".join(["import sys", *words, "print(*(n for n in sys.modules if 'detente' in n))"])
    found = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    expected = {"detente", "detente.lazily", *(f"detente.{name}" for name in PACKAGES)}
    assert set(found.stdout.split()) == expected

"""What tests of sessions share: rulebooks that are solved once, and sessions driven by commands."""

from importlib.resources import files

import pytest

from detente.crisis import load_crisis
from detente.play.rulebooks import Rulebook


@pytest.fixture(scope="session")
def coercion():
    """The template with a hidden move, at few cases."""
    return Rulebook(load_crisis(str(files("detente.crisis") / "templates" / "coercion")), draws=16)


@pytest.fixture(scope="session")
def cuba():
    """A shipped crisis of three seats, at few cases."""
    return Rulebook(load_crisis("cuba-1962"), draws=16)

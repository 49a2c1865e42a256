"""Every quantity that people may touch has a short plain label of its own, in the crisis file or made of its table."""

from importlib import resources

import pytest

from detente.analysis.reading import paths_read, uncertain_paths
from detente.crisis import load_crisis, shipped_crises

TEMPLATES = resources.files("detente.crisis").joinpath("templates")
CRISES = [*shipped_crises(), *(str(item) for item in TEMPLATES.iterdir() if item.is_dir())]
LONGEST = 105  # characters: two lines beside a slider


@pytest.mark.parametrize("name", CRISES, ids=lambda name: name.rsplit("/", 1)[-1])
def test_labels_are_there_short_and_differ(name):
    """Oracle: hand. Those that an attack depends on stand beside sliders; two alike could not be told apart."""
    crisis = load_crisis(name)
    read = paths_read(crisis, "attack", uncertain_paths(crisis))
    labels = [crisis.quantities[path].label for path in read]
    assert all(len(label.split()) >= 1 and len(label) <= LONGEST for label in labels)
    assert len(set(labels)) == len(labels)
    assert all(item.label.strip() for item in crisis.quantities.values())

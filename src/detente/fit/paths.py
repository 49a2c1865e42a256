"""Ends of a game by the actions that lead to them."""

import numpy as np

from detente.arrays import BoolArray
from detente.errors import nearest
from detente.fit.specs import Spec
from detente.game import CHANCE, ExtensiveForm

__all__ = ["ends_under", "paths_of"]


def paths_of(form: ExtensiveForm) -> list[str]:
    """Return the actions and events that lead to each end, with a slash between them."""
    step = [""] * form.n_nodes
    for node in range(form.n_nodes):
        count = form.n_children[node]
        if not count:
            continue
        first, place = form.first_child[node], form.info_set[node]
        chance = form.player[node] == CHANCE
        labels, offsets = (
            (form.chance_label, form.chance_offset)
            if chance
            else (form.action_label, form.action_offset)
        )
        for number in range(count):
            label = labels[offsets[place] + number]
            step[first + number] = f"{step[node]}/{label}" if step[node] else label
    return [step[node] for node in form.terminal_node]


def ends_under(form: ExtensiveForm, wanted: str, spec: Spec, *keys: str) -> BoolArray:
    """Return which ends begin with a path; ``*`` stands for any one action or event.

    Raises
    ------
    UsageError
        ``path-unknown`` if none does.
    """
    paths = paths_of(form)
    steps = wanted.split("/")
    hit = [_begins(path.split("/"), steps) for path in paths]
    if not any(hit):
        near = nearest(wanted, paths) or tuple(paths[:4])
        spec.refuse(
            "path-unknown",
            f"no end of the game begins with {wanted!r}",
            *keys,
            fix=f"write actions from the start of the game with / between them, such as {', '.join(near)}",
        )
    return np.array(hit)


def _begins(path: list[str], steps: list[str]) -> bool:
    pairs = zip(path, steps, strict=False)
    return len(steps) <= len(path) and all(step in {"*", here} for here, step in pairs)

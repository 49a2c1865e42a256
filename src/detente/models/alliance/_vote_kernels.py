# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202  (numba infers the types of kernels)
"""Compiled loops of :mod:`detente.models.alliance.decisions`, one case at a time. Importing it loads numba."""

from typing import Any

import numba
import numpy as np

__all__ = ["tally_chances"]

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


def _tally(
    prob, counts, bins, table
):  # pragma: no cover - compiled, and tested through its callers
    """Fill ``table[case, count, weight]`` with the chances of so many events of so much weight; more is left out."""
    n_members, n_cases = prob.shape
    n_counts, n_weights = table.shape[1:]
    for case in range(n_cases):
        part = table[case]
        part[:, :] = 0.0
        part[0, 0] = 1.0
        for member in range(n_members):
            yes = prob[member, case]
            no = 1.0 - yes
            more, heavier = counts[member], bins[member, case]
            for count in range(n_counts - 1, -1, -1):
                row = part[count]
                if count >= more:
                    before = part[count - more]
                    for weight in range(n_weights - 1, heavier - 1, -1):
                        row[weight] = row[weight] * no + before[weight - heavier] * yes
                    for weight in range(min(heavier, n_weights)):
                        row[weight] *= no
                else:
                    for weight in range(n_weights):
                        row[weight] *= no


tally = numba.njit(**_OPTIONS)(_tally)


def tally_chances(prob, counts, bins, n_counts, n_weights):
    """Return the table of :func:`_tally` for every case, shape ``(n_cases, n_counts, n_weights)``."""
    table = np.empty((prob.shape[1], n_counts, n_weights))
    tally(prob, counts, bins, table)
    return table

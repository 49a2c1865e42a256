"""Draws: joint samples of the uncertain quantities of a crisis, keyed by seed, path and draw number.

A design (:mod:`detente.engine.designs`) gives uniform numbers, the quantities' distributions turn them into values, and
a Gaussian copula ties those of a correlation group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from detente.crisis.elements import Crisis
from detente.crisis.quantities import ppf, reference_value
from detente.engine.designs import Design, explored_distribution
from detente.engine.streams import MAX_DRAWS, keyed_uniforms
from detente.errors import UsageError

__all__ = ["MAX_DRAWS", "Draws", "check_draws", "draw_quantities", "keyed_uniforms"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Joint samples of all quantities of a crisis.

    ``paths`` are sorted by name; ``values`` has shape ``(n_quantities, n_draws)``, in the unit of each quantity;
    ``first`` is the number of the first draw. Fixed quantities are constant rows.
    """

    paths: tuple[str, ...]
    values: FloatArray
    first: int
    seed: int

    @property
    def n_draws(self) -> int:
        """Number of draws held here."""
        return int(self.values.shape[1])

    def as_mapping(self) -> Mapping[str, FloatArray]:
        """Return the values of each quantity, shape ``(n_draws,)``, by path."""
        return dict(zip(self.paths, self.values, strict=True))


def draw_quantities(
    crisis: Crisis,
    n_draws: int,
    *,
    seed: int,
    first: int = 0,
    design: Design | None = None,
    total: int | None = None,
) -> Draws:
    """Draw all quantities of a crisis jointly.

    Parameters
    ----------
    crisis
        The crisis; quantities with the same ``group`` share the correlation of ``crisis.correlations``
        between their normal scores (Gaussian copula), under every design and mode.
    n_draws
        How many draws.
    seed
        Key of all random numbers, an integer from 0.
    first
        Number of the first draw: draws ``first`` to ``first + n_draws - 1`` are returned.
    design
        Where the draws lie and what they are drawn from; by default one stream per quantity and the declared
        distributions.
    total
        Number of draws that the design is laid out for, by default those up to the last returned. Only a Latin hypercube
        depends on it.

    Returns
    -------
    Draws
        Values of shape ``(n_quantities, n_draws)``.

    Raises
    ------
    UsageError
        ``option-invalid`` for a negative seed or a number of draws outside 1 to :data:`MAX_DRAWS`.

    References
    ----------
    :cite:p:`owen1998` (supercube sampling), :cite:p:`burley2020` (hash-keyed nested uniform permutations).
    The choice of one stream per quantity is our own; see :doc:`/explanation/ensembles`.
    """
    design = design or Design()
    check_draws(n_draws, seed=seed, first=first)
    paths = tuple(sorted(crisis.quantities))
    held = design.cells(first, n_draws)
    laws = {path: crisis.quantities[path].distribution for path in paths}
    if design.mode == "exploratory":
        laws = {path: explored_distribution(law) for path, law in laws.items()}
    if design.name == "factorial" and design.others == "median":
        held |= {
            path: np.full(n_draws, reference_value(crisis.quantities[path].distribution))
            for path in paths
            if path not in held
        }
    loose = [path for path in paths if laws[path].family != "fixed" and path not in held]
    uniforms: dict[str, FloatArray] = {}
    if loose:
        streams, groups = _streams(crisis, loose)
        drawn = design.uniforms(
            streams, seed=seed, first=first, n_draws=n_draws, total=total or first + n_draws
        )
        uniforms = dict(zip(streams, drawn, strict=True))
        _tie_groups(crisis, groups, uniforms)
    values = np.empty((len(paths), n_draws))
    for row, path in enumerate(paths):
        if path in held:
            values[row] = held[path]
        elif laws[path].family == "fixed":
            values[row] = laws[path].parameters[0]
        else:
            values[row] = ppf(laws[path], uniforms[path])
    return Draws(paths=paths, values=values, first=first, seed=seed)


def check_draws(n_draws: int, *, seed: int, first: int = 0) -> None:
    """Refuse a seed or a number of draws that cannot be.

    Raises
    ------
    UsageError
        ``option-invalid``.
    """
    if seed < 0:
        message = f"the seed {seed} is negative"
        raise UsageError(message, code="option-invalid", at="seed", fix="give an integer from 0")
    if n_draws < 1 or first < 0 or first + n_draws > MAX_DRAWS:
        start = f" from number {first}" if first else ""
        message = f"a run of {n_draws} draws{start} cannot be: from 1 to {MAX_DRAWS:,} can"
        fix = f"ask for 1 to {MAX_DRAWS:,} draws"
        raise UsageError(message, code="option-invalid", at="draws", fix=fix)


def _streams(
    crisis: Crisis, loose: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Names of the streams that the quantities need, and the members of each correlation group.

    A positive common correlation is one shared factor, with a stream of its own. All quantities of a group are drawn,
    those too that an override has fixed: the others do not depend on it.
    """
    groups: dict[str, tuple[str, ...]] = {}
    for group, rho in sorted(crisis.correlations.items()):
        members = sorted(path for path, item in crisis.quantities.items() if item.group == group)
        if rho != 0.0 and any(path in loose for path in members):
            groups[group] = tuple(members)
    tied = [path for members in groups.values() for path in members]
    shared = [_factor(group) for group in groups if crisis.correlations[group] > 0.0]
    lone = [path for path in loose if path not in tied]
    return (*lone, *tied, *shared), groups


def _factor(group: str) -> str:
    return f"group {group}"


def _tie_groups(
    crisis: Crisis, groups: Mapping[str, tuple[str, ...]], uniforms: dict[str, FloatArray]
) -> None:
    """Replace the uniform numbers of the members of each group by correlated ones.

    A positive common correlation is one shared factor, so that a member's scores do not depend on who else is in the
    group. A negative one has no such form: there the symmetric square root of the correlation matrix is used.
    """
    for group, members in groups.items():
        rho = crisis.correlations[group]
        own = ndtri(np.array([uniforms[path] for path in members]))
        if rho > 0.0:
            shared = ndtri(uniforms[_factor(group)])
            joint = np.sqrt(rho) * shared + np.sqrt(1.0 - rho) * own
        else:
            mean = own.mean(axis=0, keepdims=True)
            spread = max(0.0, 1.0 + (len(members) - 1) * rho)
            joint = np.sqrt(1.0 - rho) * (own - mean) + np.sqrt(spread) * mean
        uniforms.update(zip(members, ndtr(joint), strict=True))

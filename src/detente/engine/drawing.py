"""Draws: joint samples of the uncertain quantities of a crisis, keyed by seed, path and draw number.

A design (:mod:`detente.engine.designs`) gives uniform numbers, the quantities' distributions turn them into values, and
a Gaussian copula ties those of a correlation group.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Correlation, Distribution
from detente.crisis.quantities import correlation_matrix, ppf, reference_value
from detente.engine.designs import Design, explored_distribution
from detente.engine.streams import MAX_DRAWS, keyed_uniforms
from detente.errors import UsageError, refuse
from detente.summaries import html_fields, text_fields

__all__ = ["MAX_DRAWS", "DrawMemory", "Draws", "check_draws", "draw_quantities", "keyed_uniforms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Joint samples of all quantities of a crisis.

    ``paths`` are sorted by name; ``values`` has shape ``(n_quantities, n_draws)``, in the unit of each quantity;
    ``first`` is the number of the first draw. Fixed quantities are constant rows.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    paths: tuple[str, ...]
    values: FloatArray
    first: int
    seed: int

    @property
    def n_draws(self) -> int:
        """Number of draws held here."""
        return int(self.values.shape[1])

    def row(self, path: str) -> int:
        """Return the row of ``values`` that holds a quantity.

        Raises
        ------
        UsageError
            ``quantity-unknown`` for a path that was not drawn.
        """
        if path not in self.paths:
            refuse(
                f"no quantity {path!r} was drawn",
                code="quantity-unknown",
                at=path,
                fix="use a path of the crisis file",
            )
        return self.paths.index(path)

    def block(self, first: int, last: int) -> "Draws":
        """Return the draws from one place here up to another, which is left out."""
        if (first, last) == (0, self.n_draws):
            return self
        return replace(self, values=self.values[:, first:last], first=self.first + first)

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
    laws = _laws(crisis, paths, design)
    span = _Span(
        design=design, seed=seed, first=first, n_draws=n_draws, total=total or first + n_draws
    )
    rows = _draw_rows(crisis, paths, laws, span)
    values = np.array([rows[path] for path in paths]).reshape(len(paths), n_draws)
    return Draws(paths=paths, values=values, first=first, seed=seed)


class DrawMemory:
    """Draws quantities and remembers the last draws: only what has another distribution is drawn again.

    The rows are those of :func:`draw_quantities`, to the bit. Safe to use from several threads.

    Parameters
    ----------
    most
        How many stretches of draws are remembered.
    """

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: dict[_Span, tuple[object, Mapping[str, Distribution], Draws]] = {}

    def draw(
        self,
        crisis: Crisis,
        n_draws: int,
        *,
        seed: int,
        first: int = 0,
        design: Design | None = None,
        total: int | None = None,
    ) -> Draws:
        """Draw as :func:`draw_quantities`, which see."""
        design = design or Design()
        check_draws(n_draws, seed=seed, first=first)
        paths = tuple(sorted(crisis.quantities))
        laws = _laws(crisis, paths, design)
        span = _Span(
            design=design, seed=seed, first=first, n_draws=n_draws, total=total or first + n_draws
        )
        ties = (
            paths,
            dict(crisis.correlations),
            tuple(crisis.quantities[path].group for path in paths),
        )
        with self._lock:
            known = self._known.get(span)
        moved: Sequence[str] = paths
        if known is not None and known[0] == ties and design.name in _BY_NAME:
            moved = [
                path
                for path in paths
                if laws[path] is not known[1][path] and laws[path] != known[1][path]
            ]
        values = np.empty((len(paths), n_draws)) if known is None else known[2].values.copy()
        if len(moved) == len(paths):
            values = np.empty((len(paths), n_draws))
        place = {path: row for row, path in enumerate(paths)}
        for path, row in _draw_rows(crisis, moved, laws, span).items():
            values[place[path]] = row
        draws = Draws(paths=paths, values=values, first=first, seed=seed)
        with self._lock:
            self._known.pop(span, None)
            self._known[span] = ties, laws, replace(draws, values=values.copy())
            while len(self._known) > self._most:
                self._known.pop(next(iter(self._known)))
        return draws


_BY_NAME = frozenset({"streams", "monte-carlo", "lhs"})
"""Designs in which the numbers of a quantity do not depend on which others are uncertain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    design: Design
    seed: int
    first: int
    n_draws: int
    total: int


def _laws(crisis: Crisis, paths: Sequence[str], design: Design) -> dict[str, Distribution]:
    """Return what each quantity is drawn from."""
    laws = {path: crisis.quantities[path].distribution for path in paths}
    if design.mode == "exploratory":
        return {path: explored_distribution(law) for path, law in laws.items()}
    return laws


def _draw_rows(
    crisis: Crisis, paths: Sequence[str], laws: Mapping[str, Distribution], span: _Span
) -> dict[str, FloatArray]:
    """Draw some quantities, shape ``(n_draws,)`` each: the same as if all were drawn."""
    design, first, n_draws = span.design, span.first, span.n_draws
    held = design.cells(first, n_draws)
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
            streams, seed=span.seed, first=first, n_draws=n_draws, total=span.total
        )
        uniforms = dict(zip(streams, drawn, strict=True))
        _tie_groups(crisis, groups, uniforms)
    rows: dict[str, FloatArray] = {}
    for path in paths:
        if path in held:
            rows[path] = held[path]
        elif laws[path].family == "fixed":
            rows[path] = np.full(n_draws, laws[path].parameters[0])
        else:
            rows[path] = ppf(laws[path], uniforms[path])
    return rows


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
        if rho and any(path in loose for path in members):
            groups[group] = tuple(members)
    tied = [path for members in groups.values() for path in members]
    shared = [_factor(group) for group in groups if _is_shared(crisis.correlations[group])]
    lone = [path for path in loose if path not in tied]
    return (*lone, *tied, *shared), groups


def _is_shared(correlation: Correlation) -> bool:
    """Tell whether one factor ties a group: a common correlation that is positive."""
    return not isinstance(correlation, Mapping) and correlation > 0.0


def _factor(group: str) -> str:
    return f"group {group}"


def _tie_groups(
    crisis: Crisis, groups: Mapping[str, tuple[str, ...]], uniforms: dict[str, FloatArray]
) -> None:
    """Replace the uniform numbers of the members of each group by correlated ones.

    A positive common correlation is one shared factor, so that a member's scores do not depend on who else is in the
    group. A negative one has no such form, nor have correlations pair by pair: there the symmetric square root of the
    correlation matrix is used.
    """
    for group, members in groups.items():
        rho = crisis.correlations[group]
        own = ndtri(np.array([uniforms[path] for path in members]))
        if isinstance(rho, Mapping):
            size, axes = np.linalg.eigh(correlation_matrix(rho, members))
            joint = (axes * np.sqrt(np.maximum(size, 0.0))) @ axes.T @ own
        elif rho > 0.0:
            shared = ndtri(uniforms[_factor(group)])
            joint = np.sqrt(rho) * shared + np.sqrt(1.0 - rho) * own
        else:
            mean = own.mean(axis=0, keepdims=True)
            spread = max(0.0, 1.0 + (len(members) - 1) * rho)
            joint = np.sqrt(1.0 - rho) * (own - mean) + np.sqrt(spread) * mean
        uniforms.update(zip(members, ndtr(joint), strict=True))

"""Solutions: the solved game of one policy at some draws, measured when asked."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from detente.arrays import BoolArray, FloatArray, Int64Array
from detente.crisis.metric_names import metric_name, metric_prefix
from detente.engine.boards import PolicyGame
from detente.engine.metrics import MoveKeys, evaluate_metrics
from detente.engine.solving import solve_draws
from detente.errors import UsageError, nearest
from detente.game import Menus, nash_conv, terminal_probs
from detente.linking import Priced
from detente.linking.pledges import PricedPledges
from detente.summaries import html_bars, html_grid, html_summary

__all__ = ["MetricValues", "Solution", "SolvedBlock", "solve_block"]

_LEVELS = frozenset({"level", "payoff", "pledge"})
_MOVES = frozenset({"use", "attack_with", "first", "belief"})
_CERTIFICATE: Final = "certificate"
_CERTIFICATES = tuple(
    metric_name(_CERTIFICATE, what) for what in ("residual", "iterations", "converged", "nashconv")
)
_NO_MOVES = MoveKeys(used=(), first=(), seen=())
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetricValues:
    """A named number of a solved game: one value per draw."""

    name: str
    values: FloatArray

    @property
    def mean(self) -> float:
        """Mean over draws."""
        return float(self.values.mean())

    @property
    def low(self) -> float:
        """5% quantile over draws."""
        return self.span[0]

    @property
    def high(self) -> float:
        """95% quantile over draws."""
        return self.span[1]

    @property
    def span(self) -> tuple[float, float]:
        """5% and 95% quantiles over draws; one reading of the values where both are wanted."""
        low, high = np.quantile(self.values, (0.05, 0.95))
        return float(low), float(high)

    def __repr__(self) -> str:
        """Name, mean and 5-95% range."""
        low, high = self.span
        return f"MetricValues({self.name}: mean {self.mean:.4g}, 5-95% {low:.4g} to {high:.4g}, {self.values.size} draws)"

    def _repr_html_(self) -> str:
        low, high = self.span
        span = f"{low:.4g} to {high:.4g}"
        rows = [("mean", f"{self.mean:.4g}"), ("5-95%", span), ("draws", str(self.values.size))]
        bars = [(self.name, self.mean, low, high)]
        return html_summary(self.name, rows) + html_bars(self.name, bars)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SolvedBlock:
    """A game solved for a block of D draws.

    ``payoffs`` has shape ``(K', P, D)``, ``strategy`` ``(A', D)``, over what is left of the board; ``residual``, ``iterations`` and ``converged``
    ``(D,)`` are its certificate.
    """

    game: PolicyGame
    priced: Priced
    payoffs: FloatArray
    strategy: FloatArray
    residual: FloatArray
    iterations: Int64Array
    converged: BoolArray
    pledges: PricedPledges | None = None

    @property
    def n_profiles(self) -> int:
        """Number of profiles: combinations of types, twice as many where it is uncertain whether the policy binds."""
        return int(self.game.board.tree.chance_offset[1])

    def given_profile(self) -> FloatArray:
        """Return the probability of each terminal given the types, shape ``(T', D)``."""
        given = self.priced.chance_probs.copy()
        given[: self.n_profiles] = 1.0 / self.n_profiles  # alike, so that each can be divided out
        return terminal_probs(self.game.form, self.strategy, given) * self.n_profiles

    def nash_conv(self) -> FloatArray:
        """Return what players could gain by deviating in the game that is left, summed, shape ``(D,)``."""
        return nash_conv(
            self.game.form,
            self.strategy,
            payoffs=self.payoffs,
            chance_probs=self.priced.chance_probs,
            own_odds=self.priced.own_odds,
        )


def solve_block(
    game: PolicyGame,
    priced: Priced,
    rationality: FloatArray,
    pledges: PricedPledges | None = None,
    *,
    effort: FloatArray | None = None,
) -> SolvedBlock:
    """Solve a game for the draws that its board is priced at; ``pledges`` are those of its policy, ``effort`` as for the solver."""
    payoffs = priced.payoffs_of(game.classes)
    if pledges is not None:
        payoffs = payoffs - pledges.cost[None, :, :]
        payoffs[game.classes_broken] -= pledges.broken
    menus = None
    if game.menus is not None:
        menus = Menus.from_numbers(
            game.menus, weight=priced.menu_weights, similarity=priced.similarities
        )
    found = solve_draws(
        game.form,
        rationality,
        payoffs=payoffs,
        chance_probs=priced.chance_probs,
        menus=menus,
        own_odds=priced.own_odds,
        effort=effort,
    )
    return SolvedBlock(
        game=game,
        priced=priced,
        payoffs=payoffs,
        strategy=found.strategy,
        residual=found.residual,
        iterations=found.iterations,
        converged=found.converged,
        pledges=pledges,
    )


class Solution:
    """The solved game of a policy: ``solution["attack"]`` is a :class:`MetricValues`, computed when it is first asked for.

    May be shared by threads. Make one with :meth:`detente.engine.Engine.solve`.

    Attributes
    ----------
    policy, label
        Id and words of the policy.
    game
        The game that it makes.
    blocks
        What was solved, block by block of draws.
    """

    def __init__(
        self,
        *,
        crisis: str,
        policy: str,
        label: str,
        game: PolicyGame,
        blocks: Sequence[SolvedBlock],
    ) -> None:
        self.crisis, self.policy, self.label = crisis, policy, label
        self.game, self.blocks = game, tuple(blocks)
        self._known: dict[tuple[bool, MoveKeys], dict[str, FloatArray]] = {}
        self._nash_conv: FloatArray | None = None
        self._lock = threading.Lock()

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return sum(block.residual.size for block in self.blocks)

    @property
    def unconverged(self) -> int:
        """Number of draws that missed the tolerance; they stay in every number."""
        return sum(int((~block.converged).sum()) for block in self.blocks)

    @property
    def effort(self) -> FloatArray:
        """What each draw took, shape ``(D,)``: a good guess of what it takes under another policy."""
        return np.concatenate([block.iterations for block in self.blocks]).astype(np.float64)

    @property
    def residual(self) -> float:
        """Largest residual of a draw."""
        return max(float(block.residual.max()) for block in self.blocks)

    def __getitem__(self, name: str) -> MetricValues:
        """Return a metric by name, or a sum of some joined by ``+``."""
        return MetricValues(name=name, values=self.measure([name])[name])

    def measure(
        self, metrics: Sequence[str] | None = None, *, moves: MoveKeys | None = None
    ) -> dict[str, FloatArray]:
        """Return metrics by name, shape ``(n_draws,)`` each; see :meth:`detente.engine.Engine.measure`."""
        moves = moves or self.game.moves
        if metrics is None:
            return {**self._family(moves, with_levels=True), **self._certificate(())}
        found: dict[str, FloatArray] = {}
        for metric in metrics:
            parts = [part.strip() for part in metric.split("+")]
            if len(parts) > 1:
                found[metric] = np.sum([self._one(part, moves) for part in parts], axis=0)
            elif metric.endswith("/"):
                found |= self._all_below(metric, moves)
            else:
                found[metric] = self._one(metric, moves)
        return found

    def _one(self, name: str, moves: MoveKeys) -> FloatArray:
        known = self._near(name, moves)
        if name not in known:
            raise _unknown_metric(name, (*self._family(moves, with_levels=True), *_CERTIFICATES))
        return known[name]

    def _all_below(self, prefix: str, moves: MoveKeys) -> dict[str, FloatArray]:
        known = self._near(prefix, moves)
        found = {name: values for name, values in known.items() if name.startswith(prefix)}
        if not found:
            raise _unknown_metric(prefix, (*known, *_CERTIFICATES))
        return found

    def _near(self, name: str, moves: MoveKeys) -> dict[str, FloatArray]:
        """Metrics that are computed together with one of this name."""
        head = name.partition("/")[0]
        if head == _CERTIFICATE:
            return self._certificate((name,))
        wanted = moves if head in _MOVES else _NO_MOVES
        return self._family(wanted, with_levels=head in _LEVELS)

    def _family(self, moves: MoveKeys, *, with_levels: bool) -> dict[str, FloatArray]:
        key = (with_levels, moves)
        with self._lock:
            if key not in self._known:
                plan = self.game.measures(moves, with_levels=with_levels)
                parts = [
                    evaluate_metrics(
                        plan,
                        given_profile=block.given_profile(),
                        profile_probs=block.priced.chance_probs[: block.n_profiles],
                        priced=block.priced,
                        pledges=block.pledges,
                    )
                    for block in self.blocks
                ]
                self._known[key] = {
                    name: np.concatenate([part[name] for part in parts]) for name in parts[0]
                }
            return self._known[key]

    def _certificate(self, names: Sequence[str]) -> dict[str, FloatArray]:
        """Return the certificate; ``nashconv`` only if it is asked for by name or everything is."""
        found = {
            metric_name(_CERTIFICATE, "residual"): np.concatenate(
                [block.residual for block in self.blocks]
            ),
            metric_name(_CERTIFICATE, "iterations"): np.concatenate(
                [block.iterations.astype(np.float64) for block in self.blocks]
            ),
            metric_name(_CERTIFICATE, "converged"): np.concatenate(
                [block.converged.astype(np.float64) for block in self.blocks]
            ),
        }
        if not names or any(
            metric_name(_CERTIFICATE, "nashconv").startswith(name) for name in names
        ):
            with self._lock:
                if self._nash_conv is None:
                    self._nash_conv = np.concatenate([block.nash_conv() for block in self.blocks])
            found[metric_name(_CERTIFICATE, "nashconv")] = self._nash_conv
        return found

    def _table(self) -> list[tuple[str, MetricValues]]:
        shown = self.measure(["attack", "settlement", metric_prefix("outcome")])
        return [(name, self[name]) for name in list(shown)[: _SHOWN + 2]]

    def __repr__(self) -> str:
        """Show the chances of the outcomes and the certificate."""
        rows = [
            f"  {name:32.32} excluded"
            if name in self.game.excluded
            else f"  {name:32.32} {item.mean:7.3f}  {item.low:.3f} to {item.high:.3f}"
            for name, item in self._table()
        ]
        head = f"Solution of {self.crisis}, policy {self.policy}, {self.n_draws} draws"
        foot = f"  residual {self.residual:.1e}, {self.unconverged} draws not converged"
        return "\n".join([head, f"  {'metric':32}    mean  5-95%", *rows, foot])

    def _repr_html_(self) -> str:
        table = self._table()
        rows = [
            [name, "excluded", ""]
            if name in self.game.excluded
            else [name, f"{item.mean:.3f}", f"{item.low:.3f} to {item.high:.3f}"]
            for name, item in table
        ]
        title = f"{self.crisis}: {self.label or self.policy}, {self.n_draws} draws"
        foot = f"residual {self.residual:.1e}, {self.unconverged} draws not converged"
        bars = [(name, item.mean, item.low, item.high) for name, item in table]
        return html_grid(f"{title}; {foot}", ["metric", "mean", "5-95%"], rows) + html_bars(
            title, bars, most=1.0
        )


def _unknown_metric(metric: str, known: Sequence[str]) -> UsageError:
    near = nearest(metric, known)
    return UsageError(
        f"there is no metric {metric!r} of a policy",
        code="path-unknown",
        at="metrics",
        fix=f"nearest: {', '.join(near)}" if near else "use attack, outcome/NAME or payoff/PLAYER",
    )

"""Runs: what a run folder says, read back as series, ranges, drivers, regret and differences.

Ranges are the 5% and 95% quantiles over draws. Shares of draws are shares *of explored cases*.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import Metric, metric_name, metric_prefix
from detente.errors import RunError, UsageError, nearest
from detente.runs import frames
from detente.runs import statistics as analysis
from detente.runs.querying import QueryResult, connect, run_query
from detente.runs.statistics import Difference, FirstChange, RegretTable
from detente.runs.store import (
    AGAIN,
    Manifest,
    check_run_links,
    check_shard,
    read_manifest,
    read_rows,
    read_shard,
    shard_file,
)
from detente.runs.studies import read_study
from detente.runs.tables import DriverTable, PolicyRow, PolicyTable, Summary
from detente.summaries import (
    html_bars,
    html_fields,
    html_grid,
    text_fields,
    text_grid,
    text_summary,
)

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

__all__ = ["Certificate", "Run"]

Record = TypeVar("Record")
_DENSE_BYTES = (
    128 * 2**20
)  # runs up to this size are held in memory, larger ones are read series by series
_CACHED_SERIES = 256
_CACHE_BYTES = 64 * 2**20
_BLOCK_BYTES = (
    16 * 2**20
)  # of series that are read together, and of quantities that are measured together
_POLICY, _METRIC = "policy", "metric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """How well the solutions behind a run hold.

    ``max_residual`` is the largest fixed-point residual of all draws and policies; ``unconverged`` counts pairs of draw
    and policy that missed the tolerance, ``unconverged_share`` is their share of ``n_solutions``. They stay in every
    figure.
    ``max_nashconv`` is the largest sum of what players could gain by deviating, in stakes: not an error (quantal players
    do err) but its size.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    max_residual: float
    unconverged: int
    unconverged_share: float
    n_solutions: int
    max_iterations: int
    max_nashconv: float
    unconverged_by_policy: dict[str, int]


class Run:
    """A finished run, read only.

    Make one with :func:`detente.run` or open one with :meth:`open`. A *metric* is named as in the reference of metrics
    (:doc:`/explanation/ensembles`); those of the crisis itself (``quantity/...``, ``mechanism/...``) stand under the
    policy ``""``.

    Attributes
    ----------
    folder
        Where it lies.
    manifest
        What it is a run of.
    crisis
        The crisis that was run, if it is at hand: :func:`detente.brief` needs it.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, crisis: Crisis | None = None) -> None:
        self.folder = folder
        self.manifest = manifest
        self.crisis = crisis
        self._cache: OrderedDict[tuple[str, str], FloatArray] = OrderedDict()
        self._kept_fifths: tuple[analysis.Fifths, ...] = ()

    @classmethod
    def open(cls, folder: str | Path, *, crisis: Crisis | None = None) -> "Run":
        """Open a run folder and check that it is complete.

        Parameters
        ----------
        folder
            A run folder.
        crisis
            The crisis that was run, with the same overrides.

        Raises
        ------
        RunError
            ``run-corrupt`` if there is no manifest, or a shard is missing, truncated or of another run: it is named;
            ``run-mismatch`` if the run is of another crisis or of other overrides.
        """
        folder = Path(folder)
        check_run_links(folder)
        manifest = read_manifest(folder)
        if manifest is None:
            message = f"{folder} holds no run"
            raise RunError(
                message, code="run-corrupt", at=str(folder), fix="give the folder of a finished run"
            )
        stamp = manifest.stamp()
        missing: list[int] = []
        for number in range(manifest.n_shards):
            wrong = check_shard(folder, number, stamp=stamp)
            if wrong == "missing":
                missing.append(number)
            elif wrong:
                path = shard_file(folder, number)
                message = f"shard {path.name} of the run is unusable: {wrong}"
                raise RunError(message, code="run-corrupt", at=str(path), fix=AGAIN)
        if missing:
            path = shard_file(folder, missing[0])
            there = manifest.n_shards - len(missing)
            message = f"the run is unfinished: {there:,} of {manifest.n_shards:,} shards are there, {path.name} is missing"
            raise RunError(message, code="run-corrupt", at=str(path), fix=AGAIN)
        found = cls(folder, manifest, crisis=crisis)
        if crisis is not None:
            found.check_crisis(crisis)
        return found

    def check_crisis(self, crisis: Crisis) -> None:
        """Refuse a crisis that is not the one that was run.

        Raises
        ------
        RunError
            ``run-mismatch`` if the run is of another crisis or of other overrides.
        """
        if self.manifest.digest != crisis.digest:
            message = (
                f"the run is not one of this version of crisis {crisis.id!r} and its overrides"
            )
            raise RunError(
                message,
                code="run-mismatch",
                at=str(self.folder),
                fix="give the crisis that was run, with the same overrides",
            )

    # --- what there is -----------------------------------------------------------------------------------------------

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return self.manifest.n_draws

    @property
    def policy_ids(self) -> tuple[str, ...]:
        """Ids of the policies, in the order of the run."""
        return self.manifest.policies

    def metrics(self, prefix: str = "", *, policy: str | None = None) -> tuple[str, ...]:
        """Names of the stored metrics that start with ``prefix``, in the order of the store.

        ``policy`` limits them to one policy (``""`` for those of the crisis itself).
        """
        names = self._named if policy is None else self._named_of.get(policy, ())
        return tuple(name for name in names if name.startswith(prefix))

    @cached_property
    def _named(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(metric for _, metric in self._places))

    @cached_property
    def _named_of(self) -> dict[str, list[str]]:
        """Names of metrics by policy, in the order of the store."""
        found: dict[str, list[str]] = {}
        for policy, metric in self._places:
            found.setdefault(policy, []).append(metric)
        return found

    def quantities(self) -> tuple[str, ...]:
        """Paths of the uncertain quantities, sorted; fixed ones have values but drive nothing."""
        return tuple(
            Metric.parse(name).about for name in self.metrics(metric_prefix("quantity"), policy="")
        )

    def has(self, metric: str, policy: str = "") -> bool:
        """Whether a metric is stored under a policy."""
        return (policy, metric) in self._places

    def choose_policies(self, policies: Sequence[str] | None) -> tuple[str, ...]:
        """Return the policies asked for, all by default.

        Raises
        ------
        UsageError
            ``path-unknown`` for one that the run does not hold, ``option-invalid`` for none.
        """
        chosen = self.policy_ids if policies is None else tuple(policies)
        for policy in chosen:
            if policy not in self.policy_ids:
                raise _unknown(_POLICY, policy, self.policy_ids)
        if not chosen:
            message = "no policy is left to choose among"
            raise UsageError(
                message, code="option-invalid", at="policies", fix="name one policy or more"
            )
        return chosen

    # --- numbers -----------------------------------------------------------------------------------------------------

    def values(self, metric: str, policy: str | None = None) -> FloatArray:
        """Values of a metric by draw, shape ``(n_draws,)``, read only.

        NaN stands where the metric is undefined in a draw (a belief after a move of probability zero).

        Parameters
        ----------
        metric
            Its name.
        policy
            Id of a policy, ``""`` for a metric of the crisis itself. By default whichever fits: the first policy of the
            run, the base case, for what depends on play.

        Raises
        ------
        UsageError
            ``path-unknown``, with the nearest names.
        """
        policy = self._policy_of(metric, policy)
        place = self._places.get((policy, metric))
        if place is None:
            return self._without_series(metric, policy)
        if self._dense is not None:
            series: FloatArray = self._dense[place]
            return series
        key = (policy, metric)
        if key not in self._cache:
            found = self._read_series([place])[0]
            found.setflags(write=False)
            self._cache[key] = found
            most = max(1, min(_CACHED_SERIES, _CACHE_BYTES // found.nbytes))
            while len(self._cache) > most:
                self._cache.popitem(last=False)
        self._cache.move_to_end(key)
        return self._cache[key]

    def stream(self, metrics: Sequence[str], policy: str = "") -> Iterator[tuple[str, FloatArray]]:
        """Yield some metrics with their values, as of :meth:`values`, and hold only few of them at a time.

        Parameters
        ----------
        metrics
            Their names, none of a fixed quantity.
        policy
            Id of a policy, ``""`` for metrics of the crisis itself.

        Raises
        ------
        UsageError
            ``path-unknown`` for a metric that the run does not store.
        """
        if self._dense is not None:
            for metric in metrics:
                yield metric, self.values(metric, policy)
            return
        together = max(1, _BLOCK_BYTES // (self.n_draws * 8))
        for first in range(0, len(metrics), together):
            names = metrics[first : first + together]
            unknown = [name for name in names if (policy, name) not in self._places]
            if unknown:
                raise _unknown(_METRIC, unknown[0], self.metrics(policy=policy))
            series = self._read_series([self._places[policy, name] for name in names])
            series.setflags(write=False)
            yield from zip(names, series, strict=True)

    def cases(self, most: int) -> dict[str, FloatArray]:
        """Values of every quantity of the crisis in the first draws, by path, shape ``(n,)``, read only.

        These are the draws that the run solved, whatever its design: its columns ``quantity/...``, and the fixed ones.

        Parameters
        ----------
        most
            How many draws at most: ``n`` is this, or all if the run has fewer.
        """
        n_draws = min(most, self.n_draws)
        paths = self.quantities()
        if self._dense is not None:
            found = {path: self.values(metric_name("quantity", path))[:n_draws] for path in paths}
        else:  # the other shards of a large run are not touched
            size, stamp = self.manifest.shard_draws, self.manifest.stamp()
            shards = [
                read_shard(self.folder, number, stamp=stamp)
                for number in range(-(-n_draws // size))
            ]
            rows = [self._places["", metric_name("quantity", path)] for path in paths]
            whole = np.concatenate([shard.values[rows] for shard in shards], axis=1)  # noqa: PD011  not a frame
            whole = whole[:, :n_draws]
            found = dict(zip(paths, whole, strict=True))
        found |= {path: np.full(n_draws, value) for path, value in self.manifest.fixed.items()}
        for values in found.values():
            values.setflags(write=False)
        return dict(sorted(found.items()))

    def study(self, name: str, kind: type[Record]) -> Record:
        """Return the record of a study that the run holds.

        Parameters
        ----------
        name
            Of the study.
        kind
            Class of its record; :mod:`detente.analysis.records` has those of this package.

        Raises
        ------
        RunError
            ``study-missing`` if the run holds none of that name or one of another number of draws, ``run-corrupt`` if it
            is damaged or of another run.
        """
        return read_study(self.folder, name, kind, manifest=self.manifest)

    def summary(self, metric: str, policy: str | None = None) -> Summary:
        """Mean and 5% and 95% quantiles of a metric over the draws; the policy is that of :meth:`values`."""
        return Summary.of(self.values(metric, policy))

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one SELECT over the tables ``run``, ``policies`` and ``fixed`` and return its rows.

        Raises
        ------
        UsageError
            ``query-invalid`` for SQL with a mistake, or that does more than read the run.
        RunError
            ``run-corrupt`` if a shard does not match its seal.
        """
        return list(self.ask(sql, parameters).rows)

    def ask(self, sql: str, parameters: Sequence[object] = ()) -> QueryResult:
        """Run one SELECT and return names of columns and an iterator over rows, for answers of any size.

        See :func:`detente.runs.querying.run_query`.
        """
        return run_query(connect(self.folder, self.manifest), sql, parameters)

    def columns(
        self, metrics: Sequence[str] | None = None, *, policies: Sequence[str] | None = None
    ) -> frames.RunColumns:
        """Return metrics of some policies side by side.

        Parameters
        ----------
        metrics
            Names of metrics, or prefixes that end in a slash (``quantity/``); all by default. Of a large run name those
            that are needed: each is held for every draw and policy.
        policies
            Ids of policies; all by default.

        Raises
        ------
        UsageError
            ``path-unknown`` for a metric or policy that the run does not hold.
        """
        chosen = self.choose_policies(policies)
        names: list[str] = []
        for name in self.metrics() if metrics is None else metrics:
            names.extend((self.metrics(name) or (name,)) if name.endswith("/") else (name,))
        values = {
            name: self.values(name)
            if self.has(name) or Metric.parse(name).kind == "quantity"
            else np.array([self.values(name, policy) for policy in chosen])
            for name in dict.fromkeys(names)
        }
        manifest = self.manifest
        return frames.RunColumns(
            policies=chosen,
            n_draws=self.n_draws,
            blocks=values,
            labels={
                "crisis": manifest.crisis,
                "digest": manifest.digest,
                "design": manifest.design,
                "mode": manifest.mode,
                "share": manifest.plan.share_label,
                "seed": str(manifest.seed),
            },
        )

    def to_pandas(
        self, metrics: Sequence[str] | None = None, *, policies: Sequence[str] | None = None
    ) -> "pd.DataFrame":
        """Return :meth:`columns` as a pandas data frame; see :func:`detente.runs.frames.to_pandas`."""
        return frames.to_pandas(self.columns(metrics, policies=policies))

    def to_polars(
        self, metrics: Sequence[str] | None = None, *, policies: Sequence[str] | None = None
    ) -> "pl.DataFrame":
        """Return :meth:`columns` as a polars data frame; see :func:`detente.runs.frames.to_polars`."""
        return frames.to_polars(self.columns(metrics, policies=policies))

    def to_xarray(
        self, metrics: Sequence[str] | None = None, *, policies: Sequence[str] | None = None
    ) -> "xr.Dataset":
        """Return :meth:`columns` as an xarray dataset; see :func:`detente.runs.frames.to_xarray`."""
        return frames.to_xarray(self.columns(metrics, policies=policies))

    # --- analyses ----------------------------------------------------------------------------------------------------

    def effects(self, metric: str, policy: str | None = None) -> list[tuple[str, float]]:
        """Effect of each uncertain quantity on a metric, in the order of :meth:`drivers`, and nothing more."""
        return list(analysis.find_effects(self._fifths(), self.values(metric, policy)))

    def drivers(self, metric: str, policy: str | None = None) -> DriverTable:
        """Effect, ends and rank correlation of each uncertain quantity for a metric, the largest absolute effect first.

        See :func:`detente.runs.statistics.find_drivers`.
        """
        known = {} if self.crisis is None else self.crisis.quantities
        return DriverTable(
            metric=metric,
            policy=self._policy_of(metric, policy),
            rows=analysis.find_drivers(self._fifths(), self.values(metric, policy)),
            labels={path: known[path].label for path in self.quantities() if path in known},
        )

    def policies(self) -> PolicyTable:
        """Compare the policies: outcomes, chance of an attack, what the defenders get and how far it falls short.

        Regret is that of :meth:`regret`: the defenders' payoff, draw by draw, against the best policy of that draw.
        """
        prefix = metric_prefix("outcome")
        payoffs = self._by_policy(None, self.policy_ids)
        regret = analysis.find_regret("", self.policy_ids, payoffs)
        return PolicyTable(
            crisis=self.manifest.crisis,
            cases=self.manifest.plan.case_label,
            n_draws=self.n_draws,
            rows=tuple(
                PolicyRow(
                    policy=policy,
                    label=self.manifest.policy_labels.get(policy, policy),
                    attack=self.summary("attack", policy),
                    excluded=self.is_excluded("attack", policy),
                    outcomes={
                        Metric.parse(name).about: self.summary(name, policy)
                        for name in self.metrics(prefix, policy=policy)
                    },
                    payoff=Summary.of(values),
                    regret=shortfall,
                )
                for policy, values, shortfall in zip(
                    self.policy_ids, payoffs, regret.rows, strict=True
                )
            ),
        )

    def is_excluded(self, metric: str, policy: str | None = None) -> bool:
        """Tell whether a policy rules out what a metric of outcomes is the probability of, whatever the numbers."""
        return all(
            self.has(metric_name("excluded", part.strip()), policy or self.policy_ids[0])
            for part in metric.split("+")
        )

    def forgone(self, policy: str) -> tuple[str, ...]:
        """Return the players whose attack a policy rules out by itself, and the first policy of the run does not."""
        prefix = metric_prefix("excluded") + metric_prefix("attack_by")

        def ruled_out(name: str) -> dict[str, None]:
            found = self.metrics(prefix, policy=name)
            return dict.fromkeys(metric.removeprefix(prefix) for metric in found)

        base = ruled_out(self.policy_ids[0])
        return tuple(player for player in ruled_out(policy) if player not in base)

    def regret(
        self,
        metric: str | None = None,
        *,
        lower_is_better: bool = False,
        policies: Sequence[str] | None = None,
    ) -> RegretTable:
        """Regret of each policy: per draw, its shortfall from the best policy in that draw.

        Parameters
        ----------
        metric
            What is wanted; by default the payoff of the players of the defender's role, summed; of a crisis without
            one, of those who are no challengers.
        lower_is_better
            True for a loss, such as ``attack``.
        policies
            The policies to choose among; all by default.
        """
        chosen = self.choose_policies(policies)
        return analysis.find_regret(
            metric or "payoff of the defender",
            chosen,
            self._by_policy(metric, chosen),
            lower_is_better=lower_is_better,
        )

    def difference(self, metric: str, policy: str, baseline: str) -> Difference:
        """Paired difference of a metric between two policies, draw by draw (common random numbers)."""
        pair = self.values(metric, policy) - self.values(metric, baseline)
        return analysis.summarise_difference(metric, policy, baseline, pair)

    def first_changes(
        self,
        metric: str | None = None,
        *,
        lower_is_better: bool = False,
        policies: Sequence[str] | None = None,
    ) -> tuple[FirstChange, ...]:
        """Where the preferred policy first changes as one quantity moves away from its middle.

        See :func:`detente.runs.statistics.find_first_changes`.
        """
        chosen = self.choose_policies(policies)
        return analysis.find_first_changes(
            self._fifths(),
            chosen,
            self._by_policy(metric, chosen),
            lower_is_better=lower_is_better,
        )

    @cached_property
    def certificate(self) -> Certificate:
        """How well the solutions behind the run hold, over all policies and draws."""
        ends = dict.fromkeys(("residual", "iterations", "nashconv"), 0.0)
        missed: dict[str, int] = {}
        for policy in self.policy_ids:  # one at a time: a large run has millions of solutions
            for name, end in ends.items():
                ends[name] = max(
                    end, float(self.values(metric_name("certificate", name), policy).max())
                )
            converged = self.values(metric_name("certificate", "converged"), policy)
            missed[policy] = int((converged == 0.0).sum())
        n_solutions = len(self.policy_ids) * self.n_draws
        return Certificate(
            max_residual=ends["residual"],
            unconverged=sum(missed.values()),
            unconverged_share=sum(missed.values()) / n_solutions,
            n_solutions=n_solutions,
            max_iterations=int(ends["iterations"]),
            max_nashconv=ends["nashconv"],
            unconverged_by_policy=missed,
        )

    # --- on a screen -------------------------------------------------------------------------------------------------

    def _head(self) -> str:
        manifest = self.manifest
        return f"Run of {manifest.crisis}: {self.n_draws:,} {manifest.plan.case_label}, {len(self.policy_ids)} policies"

    def _table(self) -> list[tuple[str, str, Summary]]:
        """Return what is shown of each policy: the chance of an attack, or the first metric that it has."""
        found = []
        for policy in self.policy_ids:
            metric = "attack" if self.has("attack", policy) else self.metrics(policy=policy)[0]
            label = self.manifest.policy_labels.get(policy, policy)
            found.append((label, metric, self.summary(metric, policy)))
        return found

    def __repr__(self) -> str:
        """Show what it is a run of, the chance of an attack under each policy, and where it lies."""
        rows = [
            [label, metric, f"{item.mean:.3f}", f"{item.low:.3f} to {item.high:.3f}"]
            for label, metric, item in self._table()
        ]
        table = text_grid(self._head(), ["policy", "metric", "mean", "5-95%"], rows)
        return "\n".join(
            [table, *text_summary("", [("folder", str(self.folder))]).splitlines()[1:]]
        )

    def _repr_html_(self) -> str:
        table = self._table()
        rows = [
            [label, metric, f"{item.mean:.3f}", f"{item.low:.3f} to {item.high:.3f}"]
            for label, metric, item in table
        ]
        bars = [(label, item.mean, item.low, item.high) for label, _, item in table]
        return html_grid(self._head(), ["policy", "metric", "mean", "5-95%"], rows) + html_bars(
            self._head(), bars
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _policy_of(self, metric: str, policy: str | None) -> str:
        """Return the policy under which a metric is meant."""
        if policy is not None:
            return policy
        kept = Metric.parse(metric).of_the_crisis or self.has(metric)
        return "" if kept else self.policy_ids[0]

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        """Row of each series, in the order of the store."""
        shard = read_shard(self.folder, 0, stamp=self.manifest.stamp())
        return {series: row for row, series in enumerate(shard.series)}

    @cached_property
    def _dense(self) -> FloatArray | None:
        """All values, shape (n_series, n_draws), verified; None if the run is too large to hold."""
        n_shards = self.manifest.n_shards
        size = self.manifest.shard_draws
        if len(self._places) * n_shards * size * 8 > _DENSE_BYTES:
            return None
        stamp = self.manifest.stamp()
        whole = np.empty((len(self._places), n_shards * size))
        for number in range(n_shards):
            shard = read_shard(self.folder, number, stamp=stamp)
            if shard.series != tuple(self._places):
                path = shard_file(self.folder, number)
                message = f"shard {path.name} holds other metrics than the first"
                raise RunError(
                    message,
                    code="run-corrupt",
                    at=str(path),
                    fix="remove the file, then run the command that made it again (explore: with --resume)",
                )
            whole[:, number * size : (number + 1) * size] = shard.values  # noqa: PD011  not a frame
        whole = whole[:, : self.n_draws]
        whole.setflags(write=False)
        return whole

    def _fifths(self) -> Iterator[analysis.Fifths]:
        """Yield the quantities with their fifths, some at a time; those of a small run are kept."""
        if self._kept_fifths:
            yield from self._kept_fifths
            return
        paths = self.quantities()
        together = max(1, _BLOCK_BYTES // (self.n_draws * 8))
        columns = self.stream([metric_name("quantity", path) for path in paths])
        is_small = len(paths) <= together
        for _ in range(0, len(paths), together):
            block = dict(islice(columns, together))
            names = tuple(Metric.parse(name).about for name in block)
            fifths = analysis.split_fifths(names, np.array(list(block.values())))
            if is_small:
                self._kept_fifths = (fifths,)
            yield fifths

    def _read_series(self, places: Sequence[int]) -> FloatArray:
        """Return some series of a large run, shape (len(places), n_draws); only their row groups are read from each shard."""
        size, n_series = self.manifest.shard_draws, len(self._places)
        found = np.empty((len(places), self.n_draws))
        for number in range(self.manifest.n_shards):
            first = number * size
            rows = read_rows(self.folder, number, places, n_series=n_series, shard_draws=size)
            found[:, first : first + size] = rows[:, : self.n_draws - first]
        return found

    def _by_policy(self, metric: str | None, policies: Sequence[str]) -> FloatArray:
        """Values of a metric, shape (n_policies, n_draws)."""
        names = (
            [metric]
            if metric
            else [metric_name("payoff", player) for player in self.manifest.defenders]
        )
        return np.array([sum(self.values(name, policy) for name in names) for policy in policies])

    def _without_series(self, metric: str, policy: str) -> FloatArray:
        """Values of a fixed quantity, or the error of an unknown metric."""
        wanted, fixed = Metric.parse(metric), self.manifest.fixed
        path = wanted.about if wanted.kind == "quantity" else ""
        if policy == "" and path in fixed:
            values = np.full(self.n_draws, fixed[path])
            values.setflags(write=False)
            return values
        if policy not in ("", *self.policy_ids):
            raise _unknown(_POLICY, policy, self.policy_ids)
        raise _unknown(_METRIC, metric, self.metrics(policy=policy))


def _unknown(what: str, name: str, known: Sequence[str]) -> UsageError:
    near = nearest(name, known)
    hint = f"nearest: {', '.join(near)}" if near else f"see the {what} names of the run"
    return UsageError(f"the run holds no {what} {name!r}", code="path-unknown", at=what, fix=hint)

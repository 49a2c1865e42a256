"""Where a metric comes from: the quantities, sources and models that feed it.

A metric of the crisis itself (a quantity, an output of a mechanism) has a closed set of inputs. A metric of a solved game
depends on the play of the whole game: its own inputs (*direct*) come first, then everything else that feeds payoffs,
chance and priors, in the order of how much it drives the metric.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from detente.crisis.crisis import Crisis
from detente.crisis.elements import (
    Binding,
    ByState,
    Column,
    Mechanism,
    OutputOf,
    Product,
    QuantityOf,
    Sum,
)
from detente.crisis.metric_names import Metric
from detente.crisis.odds import odds_bindings
from detente.crisis.quantity_building import split_sources
from detente.errors import UsageError
from detente.models.registry import find_model
from detente.summaries import html_fields, text_fields

__all__ = ["SOLUTION_REFERENCE", "Memory", "MetricTrace", "quantities_read", "trace_metric"]

SOLUTION_REFERENCE = "mckelvey1998, agent logit equilibrium on the principal branch"
"""What the numbers of a solved game rest on, in the form of a model's reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricTrace:
    """Where a metric comes from.

    ``direct`` are paths of quantities that enter the metric's own definition; ``quantities`` are all that can move it,
    the direct ones first. ``sources`` are keys in the order of the quantities. ``models`` are names in the register,
    ``mechanisms`` the crisis's own names for their uses; ``references`` name the equations. ``by_play`` tells that the
    metric depends on how the game is played.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    metric: str
    sources: tuple[str, ...]
    quantities: tuple[str, ...]
    direct: tuple[str, ...]
    mechanisms: tuple[str, ...]
    models: tuple[str, ...]
    references: tuple[str, ...]
    by_play: bool


class _Closure:
    """Collects what bindings read, through mechanisms, in the order of reading.

    ``where`` names values of state variables; cases of other values are not followed.
    """

    def __init__(self, crisis: Crisis) -> None:
        self.crisis = crisis
        self.where: dict[str, str] = {}
        self.quantities: dict[str, None] = {}
        self.mechanisms: dict[str, None] = {}

    def add(self, binding: Binding | None, mechanism: Mechanism | None = None) -> None:
        """Follow a binding; ``mechanism`` is the one that it is an input of, for its members."""
        if isinstance(binding, QuantityOf):
            self.add_quantity(binding.path)
        elif isinstance(binding, OutputOf):
            self.add_mechanism(binding.mechanism)
        elif isinstance(binding, Column) and mechanism is not None:
            for path in _column_paths(binding, mechanism, self.crisis):
                self.add_quantity(path)
        elif isinstance(binding, ByState):
            chosen = binding.cases.get(self.where.get(binding.variable, ""))
            cases = binding.cases.values() if chosen is None else (chosen,)
            self.add_all(cases, mechanism)
        elif isinstance(binding, Sum):
            self.add_all(binding.terms, mechanism)
        elif isinstance(binding, Product):
            self.add_all(binding.factors, mechanism)

    def add_all(
        self, bindings: Iterable[Binding | None], mechanism: Mechanism | None = None
    ) -> None:
        for binding in bindings:
            self.add(binding, mechanism)

    def add_quantity(self, path: str) -> None:
        if path in self.crisis.quantities:
            self.quantities[path] = None

    def add_mechanism(self, name: str) -> None:
        """Follow a mechanism's inputs."""
        if name in self.mechanisms:
            return
        self.mechanisms[name] = None
        mechanism = self.crisis.mechanisms[name]
        self.add_all(mechanism.inputs.values(), mechanism)

    def add_game(self) -> None:
        """Follow everything that the play of the game depends on."""
        self.add(self.crisis.rationality)
        for player in self.crisis.players.values():
            self.add_all(kind.prior for kind in player.types)
        for consideration in self.crisis.considerations.values():
            self.add_consideration(consideration.id)
            for player_weights in consideration.weights.values():
                self.add_all(player_weights.values())
        for instrument in self.crisis.instruments.values():
            self.add(instrument.weight)
            for outcome in instrument.chance:
                self.add_all(odds_bindings(self.crisis, outcome))
        for nest in self.crisis.nests.values():
            self.add_all((nest.similarity, nest.weight))
        for policy in self.crisis.policies.values():
            for pledge in policy.pledges:
                self.add(pledge.credibility)
                self.add_all(binding for _, binding in (*pledge.cost, *pledge.broken))

    def add_consideration(self, name: str) -> None:
        self.add(self.crisis.considerations[name].price)


def quantities_read(
    crisis: Crisis, bindings: Iterable[Binding | None], mechanism: Mechanism | None = None
) -> tuple[str, ...]:
    """Return the paths of the quantities that some bindings read themselves, not through mechanisms.

    Parameters
    ----------
    crisis
        The crisis.
    bindings
        As the crisis has them.
    mechanism
        The one that they are inputs of, for the members of their columns.
    """
    closure = _Closure(crisis)
    closure.mechanisms = dict.fromkeys(crisis.mechanisms)  # none of them is followed
    closure.add_all(bindings, mechanism)
    return tuple(closure.quantities)


class Memory:
    """What tracings of one crisis share: all that the play of its game depends on, and the sources of its tables."""

    def __init__(self, crisis: Crisis) -> None:
        game = _Closure(crisis)
        game.add_game()
        self.quantities, self.mechanisms = tuple(game.quantities), tuple(game.mechanisms)
        self.crisis = crisis
        self._designs: dict[frozenset[str], tuple[str, ...]] = {}

    def design_sources(self, mechanisms: Iterable[str]) -> tuple[str, ...]:
        """Return the sources of the packages and responses that mechanisms interpolate."""
        designs = frozenset(self.crisis.mechanisms[name].design for name in mechanisms) - {""}
        if designs not in self._designs:
            found = _design_sources(self.crisis, designs) if designs else ()
            self._designs[designs] = tuple(dict.fromkeys(found))
        return self._designs[designs]


def trace_metric(
    crisis: Crisis,
    metric: str,
    *,
    drivers: Sequence[tuple[str, float]] = (),
    memory: Memory | None = None,
) -> MetricTrace:
    """Find the quantities, sources and models behind a metric.

    Parameters
    ----------
    crisis
        The crisis of the run.
    metric
        A metric's name.
    drivers
        Pairs of quantity and effect (:meth:`detente.runs.Run.effects`); where a metric depends on the play of
        the whole game, its quantities are ordered by absolute effect.
    memory
        Of the same crisis, where many metrics are traced.

    Returns
    -------
    MetricTrace
        Fixed quantities are part of it: they too have a source.

    Raises
    ------
    UsageError
        ``path-unknown`` for a name that no run of this crisis stores.
    """
    memory = memory or Memory(crisis)
    closure = _Closure(crisis)
    named = Metric.parse(metric)
    follow = _FAMILIES.get(named.kind)
    if follow is None or not follow(closure, named):
        message = f"the crisis {crisis.id!r} has no metric {metric!r}"
        raise UsageError(
            message,
            code="path-unknown",
            at="metric",
            fix="list the metrics of a run and choose one",
        )
    direct = tuple(closure.quantities)
    by_play = named.kind not in _CLOSED_FAMILIES
    if by_play:
        closure.quantities |= dict.fromkeys(memory.quantities)
        closure.mechanisms |= dict.fromkeys(memory.mechanisms)
    effect = {path: abs(value) for path, value in drivers}
    own = set(direct)
    others = [path for path in closure.quantities if path not in own]
    ordered = (*direct, *sorted(others, key=lambda path: -effect.get(path, 0.0)))
    models = dict.fromkeys(crisis.mechanisms[name].model for name in closure.mechanisms)
    references = [
        model.reference for model in (find_model(name) for name in models) if model is not None
    ]
    if by_play:
        references.insert(0, SOLUTION_REFERENCE)
    sources = dict.fromkeys(key for path in ordered for key in crisis.quantities[path].sources)
    sources |= dict.fromkeys(memory.design_sources(closure.mechanisms))
    return MetricTrace(
        metric=metric,
        sources=tuple(sources),
        quantities=ordered,
        direct=direct,
        mechanisms=tuple(closure.mechanisms),
        models=tuple(models),
        references=tuple(dict.fromkeys(references)),
        by_play=by_play,
    )


def _design_sources(crisis: Crisis, designs: Collection[str]) -> Iterable[str]:
    """Yield the sources of the packages and responses of some designs."""
    for kind in ("packages", "responses"):
        table = crisis.tables.get(kind)
        for row in () if table is None else table.rows:
            if row.cells["package"] in designs:
                yield from split_sources(row.cells["source"])


# --- one function per family of metrics: adds what enters it directly, False if the name is unknown -------------------


def _follow_quantity(closure: _Closure, metric: Metric) -> bool:
    closure.add_quantity(metric.about)
    return metric.about in closure.crisis.quantities


def _follow_mechanism(closure: _Closure, metric: Metric) -> bool:
    if metric.about not in closure.crisis.mechanisms:
        return False
    closure.where = dict(metric.state)
    closure.add_mechanism(metric.about)
    return True


def _follow_level(closure: _Closure, metric: Metric) -> bool:
    if metric.about not in closure.crisis.considerations:
        return False
    closure.add_consideration(metric.about)
    return True


def _follow_prior(closure: _Closure, metric: Metric) -> bool:
    player = closure.crisis.players.get(metric.about)
    if player is None:
        return False
    closure.add_all(kind.prior for kind in player.types)
    return True


def _follow_payoff(closure: _Closure, metric: Metric) -> bool:
    player, more = metric.about, list(metric.parts[1:])
    if player not in closure.crisis.players:
        return False
    kinds = [kind.id for kind in closure.crisis.players[player].types]
    if more and more[0] not in kinds:
        return False
    wanted = more[1:] or list(closure.crisis.considerations)
    if not all(name in closure.crisis.considerations for name in wanted):
        return False
    for name in wanted:
        consideration = closure.crisis.considerations[name]
        weights = consideration.weights.get(player)
        if weights is not None:
            closure.add_consideration(name)
            closure.add_all(weights.get(kind) for kind in (more[:1] or kinds))
    return True


def _follow_pledge(closure: _Closure, metric: Metric) -> bool:
    player = closure.crisis.players.get(metric.about)
    if player is None or metric.parts[1] not in {kind.id for kind in player.types}:
        return False
    for policy in closure.crisis.policies.values():
        for pledge in policy.pledges:
            paid = (*pledge.cost, *pledge.broken)
            closure.add_all(binding for name, binding in paid if name == player.id)
    return True


def _follow_play(closure: _Closure, metric: Metric) -> bool:  # noqa: ARG001
    return True


def _follow_rules(closure: _Closure, metric: Metric) -> bool:  # noqa: ARG001
    return True  # it follows from the rules alone


_FAMILIES: dict[str, Callable[[_Closure, Metric], bool]] = {
    "quantity": _follow_quantity,
    "mechanism": _follow_mechanism,
    "prior": _follow_prior,
    "level": _follow_level,
    "payoff": _follow_payoff,
    "pledge": _follow_pledge,
    "outcome": _follow_play,
    "attack": _follow_play,
    "attack_by": _follow_play,
    "excluded": _follow_rules,
    "settlement": _follow_play,
    "outcome_given": _follow_play,
    "attack_given": _follow_play,
    "attack_with": _follow_play,
    "settlement_given": _follow_play,
    "use": _follow_play,
    "first": _follow_play,
    "belief": _follow_play,
    "certificate": _follow_play,
}
_CLOSED_FAMILIES = frozenset({"quantity", "mechanism", "prior", "excluded"})


def _column_paths(column: Column, mechanism: Mechanism, crisis: Crisis) -> list[str]:
    """Paths of the members' values in a column; members are actors or, in models over issues, issues."""
    table = {
        "exposure": "exposures",
        "position": "positions",
        "salience": "salience",
        "red_line": "red_lines",
    }[column.table]
    over_issues = bool(mechanism.members) and mechanism.members[0] in crisis.issues
    return [
        f"{table}.{column.name}.{member}" if over_issues else f"{table}.{member}.{column.name}"
        for member in mechanism.members
    ]

"""What every question reads: the crisis, the results of its run, and helpers that turn them into figures.

A question never solves and never draws. It asks the context for columns of the run, for quantities of the crisis and
for words, and keeps the figures that it makes in a :class:`Book`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from detente.analysis.mixes import MixSearch, read_mixes
from detente.brief.figures import FactView, Figure, TableView, Trace, ValueView
from detente.brief.pictures.palette import player_colours
from detente.brief.words import (
    KNOWN_DIGITS,
    format_date,
    format_range,
    format_value,
    join_words,
    plain_label,
    round_significant,
    sentence_case,
    unit_words,
)
from detente.crisis.elements import (
    Actor,
    Binding,
    ByState,
    Consideration,
    Crisis,
    Distribution,
    Instrument,
    Mechanism,
    OutputOf,
    Player,
    Policy,
    Product,
    Quantity,
    QuantityOf,
    Source,
    Sum,
    Table,
)
from detente.crisis.metric_names import Metric, metric_name, metric_prefix
from detente.crisis.quantities import mean, ppf, reference_value, support
from detente.runs.results import Results
from detente.runs.statistics import Driver
from detente.runs.tracing import Memory, trace_metric

__all__ = [
    "SOLUTION_MODEL",
    "Book",
    "Context",
    "Level",
    "centre",
    "given_range",
    "is_given",
    "known_digits",
    "quantity_text",
    "source_date",
]

FloatArray = NDArray[np.float64]

SOLUTION_MODEL = "game.logit_qre"
BELIEF_REFERENCE = "Bayes' rule on the solution's strategies"
_CELL_KINDS = {
    "actor": {"actor", "side", "sender", "actors", "participants", "claimed_by"},
    "date": {"date", "as_of", "scheduled_for"},
}
STRONGEST = 12
"""Quantities named in the trace of a figure that depends on many."""
NEXT_TO_NOTHING = 0.05
"""Levels whose means differ by less than this share of their spread count as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One evaluated output of a mechanism: at which state, for which member."""

    metric: str
    mechanism: str
    output: str
    state: tuple[tuple[str, str], ...]
    member: str = ""


class Context:
    """A crisis and its results, with the helpers that questions share.

    Parameters
    ----------
    crisis
        The loaded crisis.
    results
        The results of its run.
    """

    def __init__(self, crisis: Crisis, results: Results) -> None:
        self.crisis, self.results = crisis, results
        self.search: MixSearch | None = read_mixes(results.folder)
        found = () if self.search is None else self.search.mixes
        self._mixes = {mix.id: mix.policy() for mix in found if mix.id in results.policies}
        self.mixes: tuple[str, ...] = tuple(self._mixes)
        self.policies: tuple[str, ...] = tuple(
            policy for policy in results.policies if policy not in self._mixes
        )
        self.base = self.policies[0]
        self.colours = player_colours(crisis)
        self._cache: dict[tuple[str, str], FloatArray] = {}
        self._traces: dict[tuple[str, str], Trace] = {}
        self._names = frozenset(results.metrics())
        self._once = frozenset(results.metrics(policy=""))

    # --- columns of the run ------------------------------------------------------------------------------------------

    def has(self, metric: str) -> bool:
        """Say whether the run holds a metric."""
        return metric in self._names

    def metrics(self, prefix: str) -> tuple[str, ...]:
        """Return the names of the run's metrics under a prefix, sorted."""
        return tuple(sorted(name for name in self._names if name.startswith(prefix)))

    def values(self, metric: str, policy: str | None = None) -> FloatArray:
        """Return a metric per draw, shape ``(n_draws,)``, under a policy (default: the base case)."""
        key = (metric, self.column_policy(metric, policy))
        if key not in self._cache:
            self._cache[key] = np.asarray(self.results.values(*key), dtype=np.float64)
        return self._cache[key]

    def column_policy(self, metric: str, policy: str | None = None) -> str:
        """Return the policy that a metric is stored under: none for what the crisis alone decides."""
        if metric in self._once or Metric.parse(metric).of_the_crisis:
            return ""
        return policy or self.base

    def change(self, metric: str, policy: str) -> FloatArray:
        """Return what a policy changes in a metric, draw by draw, against the base case, shape ``(n_draws,)``."""
        return self.values(metric, policy) - self.values(metric)

    # --- roles and names ---------------------------------------------------------------------------------------------

    def players(self, *roles: str) -> tuple[Player, ...]:
        """Return the players with one of the roles, in file order; without roles, all."""
        every = self.crisis.players.values()
        return tuple(player for player in every if not roles or player.role in roles)

    def names(self, *roles: str) -> str:
        """Return the names of the players with one of the roles, joined as in a sentence."""
        return join_words([player.name for player in self.players(*roles)])

    def opponents(self) -> tuple[Player, ...]:
        """Return the players whose payoff regret is about: defenders; without any, those who are no challengers."""
        return tuple(self.crisis.players[name] for name in self.results.manifest.defenders)

    def opponent_names(self) -> str:
        """Return the names of :meth:`opponents`, joined as in a sentence."""
        return join_words([player.name for player in self.opponents()])

    @property
    def has_settlement(self) -> bool:
        """Whether the file counts any outcome as a settlement."""
        return any(rule.settlement for rule in self.crisis.outcomes.values())

    def _who(self, word: str) -> str:
        return self.crisis.actors[word].name if word in self.crisis.actors else word

    def actor_name(self, actor: str) -> str:
        """Return the name of an actor, a player or an issue, or the id itself."""
        crisis = self.crisis
        if actor in crisis.actors:
            return crisis.actors[actor].name
        if actor in crisis.players:
            return crisis.players[actor].name
        return crisis.issues[actor].label if actor in crisis.issues else actor

    def lead_actor(self, player: Player, issue: str) -> Actor | None:
        """Return the player's first actor with a position on the issue."""
        for actor in player.actors:
            if f"positions.{actor}.{issue}" in self.crisis.quantities:
                return self.crisis.actors[actor]
        return None

    def state_phrase(self, variable: str, value: str) -> str:
        """Return words that say, behind a noun, that a variable has a value: the file's phrase where it gives one."""
        if variable == "round":
            return f"in round {value}"
        player, _, tail = variable.partition(".")
        if tail == "type" and player in self.crisis.players:
            return f"if {self.crisis.players[player].name} is “{self.type_label(player, value)}”"
        known = self.crisis.state.get(variable)
        if known is None:
            return f"where {plain_label(variable)} is “{plain_label(value)}”"
        if value in known.phrases:
            return known.phrases[value]
        label = known.value_labels.get(value, plain_label(value))
        return f"where {known.label} is “{label}”"

    def exposure_label(self, name: str) -> str:
        """Return what an exposure measures: the label of its rows, without the actor's name."""
        for actor in self.crisis.actors.values():
            quantity = self.crisis.quantities.get(f"exposures.{actor.id}.{name}")
            label = "" if quantity is None else quantity.label.removeprefix(f"{actor.name}: ")
            if label not in {"", plain_label(name)}:
                return label
        return plain_label(name)

    def changed(self, level: Level) -> tuple[tuple[str, str], ...]:
        """Return the part of a level's state that differs from the start of the game."""
        known = self.crisis.state
        return tuple(
            (variable, value)
            for variable, value in level.state
            if variable not in known or known[variable].initial != value
        )

    def level_label(self, level: Level) -> str:
        """Return in words what differs at a level from the start of the game, to stand behind a noun."""
        parts = [self.state_phrase(variable, value) for variable, value in self.changed(level)]
        return join_words(parts) if parts else "as things stand"

    def state_words(self, level: Level) -> str:
        """Return in words the whole state that a level depends on, the start of the game included."""
        parts = [self.state_phrase(variable, value) for variable, value in level.state]
        return join_words(parts) if parts else "as things stand"

    def full_label(self, level: Level) -> str:
        """Return a mechanism's label with what differs at a level from the start of the game."""
        label = self.crisis.mechanisms[level.mechanism].label
        return f"{label} {self.level_label(level)}" if self.changed(level) else label

    def level_id(self, level: Level) -> str:
        """Return the part of a figure's id that names a level: what differs from the start."""
        parts = [f"{variable}={value}" for variable, value in self.changed(level)]
        return "." + "+".join(parts) if parts else ""

    def type_label(self, player: str, kind: str) -> str:
        """Return the label of a player's type."""
        for item in self.crisis.players[player].types:
            if item.id == kind:
                return item.label
        return plain_label(kind)

    def policy(self, policy: str) -> Policy:
        """Return a policy of the crisis; a crisis without policies is run without any commitment."""
        if policy in self.crisis.policies:
            return self.crisis.policies[policy]
        if policy in self._mixes:
            return self._mixes[policy]
        return Policy(
            id=policy,
            label="no commitment",
            description="Everyone chooses freely.",
            fix={},
            forbid=(),
            state={},
        )

    @property
    def compared(self) -> tuple[str, ...]:
        """The compared policies, and behind them the mixes that the search found."""
        return (*self.policies, *self.mixes)

    def short_name(self, policy: str) -> str:
        """Return how a sentence names a policy: its label in quotation marks; a mix by its letter."""
        if policy in self._mixes:
            return f"mix {chr(ord('A') + self.mixes.index(policy))}"
        return f"“{self.policy(policy).label}”"

    def policies_with(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """Return the compared policies that commit to an instrument of one of the kinds to which the base case does not."""
        wanted = set(kinds)
        found = []
        start = self._fixed(self.base)
        for name in self.policies:
            fixed = self._fixed(name) - start
            chosen = {self.crisis.instruments[one].kind for _, one in fixed if self._known(one)}
            if name != self.base and chosen & wanted:
                found.append(name)
        return tuple(found)

    def _fixed(self, policy: str) -> set[tuple[str, str]]:
        return {
            (phase, instrument)
            for phase, options in self.policy(policy).fix.items()
            for instrument in options
        }

    def _known(self, instrument: str) -> bool:
        return instrument in self.crisis.instruments

    def instruments_of(self, player: str) -> tuple[Instrument, ...]:
        """Return a player's instruments in file order."""
        return tuple(item for item in self.crisis.instruments.values() if item.player == player)

    # --- mechanisms --------------------------------------------------------------------------------------------------

    def mechanisms(self, *models: str) -> tuple[Mechanism, ...]:
        """Return the mechanisms whose model is one of the names, or of a family written ``family.``."""
        return tuple(
            mechanism
            for mechanism in self.crisis.mechanisms.values()
            if any(
                mechanism.model == name or (name.endswith(".") and mechanism.model.startswith(name))
                for name in models
            )
        )

    @cached_property
    def _levels(self) -> Mapping[tuple[str, str], tuple[Level, ...]]:
        found: dict[tuple[str, str], list[Level]] = {}
        for name in self.metrics(metric_prefix("mechanism")):
            level = self._parse_level(name)
            if level is not None:
                found.setdefault((level.mechanism, level.output), []).append(level)
        return {key: tuple(sorted(rows, key=self._level_order)) for key, rows in found.items()}

    def _parse_level(self, name: str) -> Level | None:
        found = Metric.parse(name)
        if found.about not in self.crisis.mechanisms:
            return None
        mechanism, output = found.parts
        return Level(
            metric=name,
            mechanism=mechanism,
            output=output,
            state=found.state,
            member=found.member,
        )

    def _level_order(self, level: Level) -> tuple[object, ...]:
        members = self.crisis.mechanisms[level.mechanism].members
        at = members.index(level.member) if level.member in members else -1
        return (*(self._value_rank(*pair) for pair in level.state), at, level.metric)

    def _value_rank(self, variable: str, value: str) -> int:
        known = self.crisis.state.get(variable)
        if known is not None and value in known.values:
            return known.values.index(value)
        return int(value) if value.isdigit() else 0

    def levels(self, mechanism: str, output: str) -> tuple[Level, ...]:
        """Return every evaluated level of a mechanism's output, in the order of the state's values."""
        return self._levels.get((mechanism, output), ())

    def main_levels(
        self, mechanism: str, output: str, *, most: int = 5, skip_zero: bool = False
    ) -> tuple[Level, ...]:
        """Return the levels to show: all if they are few, else the one nearest to the start and those a change away.

        A level that differs from one nearer to the start by next to nothing is left out, and with ``skip_zero`` one
        that is zero in every case.
        """
        every = self.levels(mechanism, output)
        if skip_zero:
            every = tuple(level for level in every if self.values(level.metric).any())
        every = self._telling(every)
        states = list(dict.fromkeys(level.state for level in every))
        if len(states) > most:
            ranked = sorted(states, key=lambda state: (self._distance(state), states.index(state)))
            nearest = self._distance(ranked[0])
            near = [state for state in ranked if self._distance(state) <= nearest + 1]
            states = near[: most + 1]
        return tuple(level for level in every if level.state in states)

    def _telling(self, levels: Sequence[Level]) -> tuple[Level, ...]:
        """Leave out states whose values hardly differ from those of a state kept before it, the start first."""
        by_state: dict[tuple[tuple[str, str], ...], dict[str, Level]] = {}
        for level in levels:
            by_state.setdefault(level.state, {})[level.member] = level
        kept: list[tuple[tuple[str, str], ...]] = []
        for state in sorted(by_state, key=self._distance):
            if not any(self._alike(by_state[state], by_state[other]) for other in kept):
                kept.append(state)
        return tuple(level for level in levels if level.state in kept)

    def _alike(self, first: Mapping[str, Level], second: Mapping[str, Level]) -> bool:
        for member, level in first.items():
            if member not in second:
                return False
            (mine, other), _ = _tamed(self.values(level.metric), self.values(second[member].metric))
            spread = max(float(np.std(mine)), float(np.std(other)))
            if float(np.abs(np.mean(mine - other))) > NEXT_TO_NOTHING * spread:
                return False
        return True

    def _distance(self, state: tuple[tuple[str, str], ...]) -> int:
        variables = self.crisis.state
        return sum(
            1
            for variable, value in state
            if variable in variables and variables[variable].initial != value
        )

    def start_levels(self, mechanism: str, output: str) -> tuple[Level, ...]:
        """Return the levels of an output nearest to the initial state (one per member)."""
        every = self.levels(mechanism, output)
        if not every:
            return ()
        least = min(self._distance(level.state) for level in every)
        first = next(level.state for level in every if self._distance(level.state) == least)
        return tuple(level for level in every if level.state == first)

    # --- traces ------------------------------------------------------------------------------------------------------

    def sources_of(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the source keys of quantities, sorted, each once."""
        found = {
            key
            for path in paths
            if path in self.crisis.quantities
            for key in self.crisis.quantities[path].sources
        }
        return tuple(sorted(found))

    def trace(self, metric: str, policy: str | None = None) -> Trace:
        """Trace of a figure read off a stored metric, under a policy (default: the base case).

        Of a metric that depends on the play of the whole game, the quantities that move it most are named.
        """
        key = (metric, policy or self.base)
        if key not in self._traces:
            self._traces[key] = self._make_trace(*key)
        return self._traces[key]

    def _make_trace(self, metric: str, policy: str) -> Trace:
        named = Metric.parse(metric)
        drivers = (
            []
            if named.of_the_crisis
            else self.results.drivers(metric, self.column_policy(metric, policy))
        )
        if named.kind == "prior":
            return self._trace_prior(metric)
        found = trace_metric(self.crisis, metric, drivers=drivers, memory=self._memory)
        paths = found.quantities
        if found.by_play:
            known = set(paths)
            moving = [path for path, effect in drivers if path in known and effect]
            paths = tuple(dict.fromkeys((*found.direct, *moving)))
        elif named.kind == "mechanism":
            paths = _nearest_first(paths, named.member)
        paths = paths[:STRONGEST]
        model, reference = "; ".join(found.models), "; ".join(found.references)
        if named.kind == "belief":
            model, reference = "beliefs.posterior", BELIEF_REFERENCE
        elif found.by_play:
            model, reference = SOLUTION_MODEL, found.references[0]
        return Trace(
            sources=self.sources_of(paths),
            quantities=paths,
            model=model,
            reference=reference,
            metric=metric,
            policy=policy if found.by_play else "",
            inputs_read=len(found.quantities),
        )

    def _trace_prior(self, metric: str) -> Trace:
        """Trace a prior to its own quantity, to the file's line where it is a number, or to those that leave the rest."""
        name, kind = Metric.parse(metric).parts
        player = self.crisis.players[name]
        own = next((item.prior for item in player.types if item.id == kind), None)
        priors = [item.prior for item in player.types] if own is None else [own]
        paths = tuple(
            dict.fromkeys(
                prior.path
                for prior in priors
                if isinstance(prior, QuantityOf) and prior.path in self.crisis.quantities
            )
        )
        return Trace(
            sources=self.sources_of(paths),
            quantities=paths,
            model="prior of the crisis file",
            metric=metric,
            inputs_read=len(paths),
            place="" if isinstance(own, QuantityOf) else _place(player),
        )

    @cached_property
    def _memory(self) -> Memory:
        return Memory(self.crisis)

    @cached_property
    def game_inputs(self) -> tuple[str, ...]:
        """Every quantity that the play of the game can depend on."""
        return trace_metric(self.crisis, "attack", memory=self._memory).quantities

    def movers(self, metric: str, policy: str | None = None) -> tuple[Driver, ...]:
        """Return the quantities that move a metric by more than chance among the draws would, the strongest first.

        Only quantities that the metric can depend on are looked at. The bar is a two-sided test of the difference
        between the ends at 5 %, corrected for their number (Bonferroni).
        """
        possible = set(trace_metric(self.crisis, metric).quantities)
        chosen = self.column_policy(metric, policy)
        table = self.results.driver_table(metric, chosen)
        table = tuple(driver for driver in table if driver.path in possible)
        if not table:
            return ()
        values = self.values(metric, policy)
        (tame,), scale = _tamed(values)
        spread = float(np.nanstd(tame)) * scale * (2 * 5 / values.size) ** 0.5
        bar = NormalDist().inv_cdf(1 - 0.025 / len(table)) * spread
        return tuple(driver for driver in table if abs(driver.effect) > max(bar, 1e-12))

    def binding_values(self, binding: Binding | None) -> tuple[FloatArray, str] | None:
        """Return the values and the metric of a binding at the start of the game; None if it is not a simple one."""
        if isinstance(binding, OutputOf):
            levels = self.start_levels(binding.mechanism, binding.output)
            if levels:
                return self.values(levels[0].metric), levels[0].metric
        if isinstance(binding, ByState) and binding.variable in self.crisis.state:
            return self.binding_values(
                binding.cases.get(self.crisis.state[binding.variable].initial)
            )
        if isinstance(binding, QuantityOf):
            metric = metric_name("quantity", binding.path)
            return self.values(metric), metric
        return None

    def priced_by(self, mechanism: str) -> tuple[Consideration, ...]:
        """Return the considerations whose price reads an output of a mechanism."""
        every = self.crisis.considerations.values()
        return tuple(item for item in every if _reads(item.price, {mechanism}))

    def inputs_of(self, *models: str) -> tuple[str, ...]:
        """Return the quantities that mechanisms of some models read, and those priced together with their outputs."""
        found: dict[str, None] = {}
        for mechanism in self.mechanisms(*models):
            trace = trace_metric(self.crisis, metric_name("mechanism", mechanism.id, "any"))
            found.update(dict.fromkeys(trace.quantities))
        names = {mechanism.id for mechanism in self.mechanisms(*models)}
        for consideration in self.crisis.considerations.values():
            if _reads(consideration.price, names):
                trace = trace_metric(self.crisis, metric_name("level", consideration.id))
                found.update(dict.fromkeys(trace.direct))
        return tuple(found)

    # --- facts and tables --------------------------------------------------------------------------------------------

    def source_name(self, key: str) -> str:
        """Return publisher and date of a source, for a line under a fact."""
        source = self.crisis.sources.get(key)
        if source is None:
            return key
        day = source_date(source)
        return f"{source.publisher}, {format_date(day)}" if day else source.publisher

    def source_names(self, keys: Iterable[str]) -> str:
        """Return several sources, joined."""
        return "; ".join(self.source_name(key) for key in keys)

    def grade_words(self, grade: str, claimed_by: str = "") -> str:
        """Return a grade in words; a claim names its claimant."""
        if grade == "claim" and claimed_by:
            names = re.sub(r"\w+", lambda word: self._who(word[0]), claimed_by)
            return f"claim by {names}"
        return {
            "memory-unverified": "from memory, unverified",
            "convention": "scale of our own",
        }.get(grade, grade)

    def facts(self, book: "Book") -> tuple[FactView, ...]:
        """Return the sourced facts of a question, with their values side by side where sources differ."""
        found = []
        for fact in self.crisis.facts:
            if fact.question != book.question:
                continue
            values = [view for path in fact.figures for view in self._value_views(book, path)]
            rival = any(self.is_contested(path) for path in fact.figures)
            found.append(
                FactView(
                    id=fact.id,
                    text=fact.text,
                    sources=fact.sources,
                    as_of=format_date(fact.as_of),
                    grade=self.grade_words(fact.grade, fact.claimed_by),
                    values=tuple(values),
                    contested=rival,
                    claims=fact.claims,
                )
            )
        return tuple(found)

    def is_contested(self, path: str) -> bool:
        """Say whether sources give a quantity different values."""
        quantity = self.crisis.quantities.get(path)
        return quantity is not None and len({value for value, _ in quantity.contested}) > 1

    def _value_views(self, book: "Book", path: str) -> list[ValueView]:
        quantity = self.crisis.quantities.get(path)
        if quantity is None:
            return []
        figure = book.quantity(path)
        grade = self.grade_words(quantity.grade, quantity.claimed_by)
        label = sentence_case(quantity.label)
        day = format_date(quantity.as_of)
        if quantity.contested:
            return [
                ValueView(
                    label=label,
                    text=format_value(
                        value,
                        quantity.unit,
                        exact=True,
                        digits=2 if quantity.grade == "derived" else KNOWN_DIGITS,
                    ),
                    source=self.source_names(key.split(";")),
                    source_key=key,
                    as_of=day,
                    grade=grade,
                    figure=figure.id,
                    rival=self.is_contested(path),
                )
                for value, key in quantity.contested
            ]
        return [
            ValueView(
                label=label,
                text=quantity_text(quantity),
                source=self.source_names(quantity.sources),
                source_key=";".join(quantity.sources),
                as_of=day,
                grade=grade,
                figure=figure.id,
            )
        ]

    def table(self, kind: str) -> Table | None:
        """Return the crisis table of a kind, if the folder has one with rows."""
        for table in self.crisis.tables.values():
            if table.kind == kind and table.rows:
                return table
        return None

    def table_view(
        self,
        kind: str,
        columns: Mapping[str, str],
        *,
        title: str,
        numeric: Sequence[str] = (),
        note: str = "",
    ) -> TableView | None:
        """Return a folded table of the crisis, its columns named in words; None without rows.

        Actors' ids become names, source keys publishers, dates dates; a column without any value is left out.
        """
        table = self.table(kind)
        if table is None:
            return None
        used = [
            name for name in columns if any(row.cells.get(name, "").strip() for row in table.rows)
        ]
        rows = tuple(
            tuple(self._cell(name, row.cells.get(name, ""), row.cells) for name in used)
            for row in table.rows
        )
        return TableView(
            id=kind,
            title=title,
            columns=tuple(columns[name] for name in used),
            rows=rows,
            numeric=tuple(name in numeric for name in used),
            note=note,
            folded=True,
        )

    def _cell(self, name: str, text: str, cells: Mapping[str, str]) -> str:
        text = text.strip()
        if name == "grade":
            return self.grade_words(text, cells.get("claimed_by", ""))
        if name == "value":
            return _table_value(cells)
        if name in _CELL_KINDS["actor"]:
            return self.actors_text(text)
        if name in _CELL_KINDS["date"]:
            return format_date(text) if text else ""
        if name == "source":
            return self.source_names(part.strip() for part in text.split(";") if part.strip())
        known = self.crisis.issues.get(text) if name == "issue" else None
        return text if known is None else known.label

    def actors_text(self, text: str) -> str:
        """Write ids of actors as names; other text is left as it is."""
        parts = [part for part in re.split(r"[;\s]+", text) if part]
        if parts and all(part in self.crisis.actors for part in parts):
            return join_words([self.crisis.actors[part].name for part in parts])
        return text

    def book(self, question: str) -> "Book":
        """Return an empty book of figures for a question."""
        return Book(self, question)


class Book:
    """The figures of one question, in the order of their making; the same id gives the same figure back."""

    def __init__(self, context: Context, question: str) -> None:
        self.context, self.question = context, question
        self._figures: dict[str, Figure] = {}

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures made so far."""
        return tuple(self._figures.values())

    def keep(self, figure: Figure) -> Figure:
        """Enter a figure made elsewhere; an id that is already there keeps its first figure."""
        return self._figures.setdefault(figure.id, figure)

    def metric(
        self, name: str, label: str, metric: str, *, policy: str | None = None, unit: str = "prob"
    ) -> Figure:
        """Make a figure of a stored column of the solved games: mean and 5-95 % range."""
        values = self.context.values(metric, policy)
        return self.array(name, label, values, unit=unit, trace=self.context.trace(metric, policy))

    def level(self, name: str, label: str, level: Level, *, unit: str) -> Figure:
        """Make a figure of a mechanism's output at a level."""
        return self.metric(name, label, level.metric, unit=unit)

    def array(
        self, name: str, label: str, values: FloatArray, *, unit: str, trace: Trace
    ) -> Figure:
        """Make a figure of one value per draw: mean and 5-95 % range; draws without a value are left out."""
        finite = values[np.isfinite(values)]
        if finite.size == 0:
            centre, low, high = None, None, None
        else:
            (tame,), scale = _tamed(finite)
            centre = float(np.mean(tame)) * scale
            low, high = (float(end) * scale for end in np.quantile(tame, (0.05, 0.95)))
        return self.keep(
            Figure(
                id=f"{self.question}.{name}",
                label=label,
                value=centre,
                low=low,
                high=high,
                unit=unit,
                trace=trace,
                explored=self.context.results.manifest.mode == "exploratory",
            )
        )

    def share(self, name: str, label: str, holds: NDArray[np.bool_], *, trace: Trace) -> Figure:
        """Make a figure of the share of explored cases in which something holds; it has no range of its own."""
        return self.keep(
            Figure(
                id=f"{self.question}.{name}",
                label=label,
                value=float(np.mean(holds)),
                low=None,
                high=None,
                unit="share",
                trace=trace,
            )
        )

    def number(
        self, name: str, label: str, value: float, *, unit: str, trace: Trace, exact: bool = True
    ) -> Figure:
        """Make a figure without a range: a count, a largest value, a mean over part of the cases."""
        return self.keep(
            Figure(
                id=f"{self.question}.{name}",
                label=label,
                value=value,
                low=None,
                high=None,
                unit=unit,
                trace=trace,
                exact=exact,
            )
        )

    def count(self, name: str, label: str, table: Table, number: int) -> Figure:
        """Make a figure that counts rows of a crisis table; its sources are those of the table."""
        keys = {
            key.strip()
            for row in table.rows
            for key in row.cells.get("source", "").split(";")
            if key.strip()
        }
        trace = Trace(sources=tuple(sorted(keys)), model="count of table rows", place=table.file)
        return self.number(name, label, float(number), unit="number", trace=trace)

    def quantity(self, path: str, *, label: str = "") -> Figure:
        """Make a figure of a quantity of the crisis: its centre and the 5-95 % range of its distribution."""
        quantity = self.context.crisis.quantities[path]
        distribution = quantity.distribution
        fixed = distribution.family == "fixed"
        low, high = (None, None) if fixed else given_range(distribution)
        return self.keep(
            Figure(
                id=f"{self.question}.quantity.{path}",
                label=label or quantity.label,
                value=centre(distribution),
                low=low,
                high=high,
                unit=quantity.unit,
                trace=Trace(
                    sources=tuple(quantity.sources),
                    quantities=(path,),
                    model=f"input of the crisis file: {distribution.family}",
                    place=_place(quantity),
                ),
                exact=is_given(distribution),
                digits=known_digits(quantity),
            )
        )


HUGE = 1e100
"""Above this the square or the sum of values may be too large for a number."""


def _tamed(*rows: FloatArray) -> tuple[tuple[FloatArray, ...], float]:
    """Divide huge values by their common scale, so that sums and squares of them are numbers; return the scale."""
    top = max(float(np.nanmax(np.abs(row), initial=0.0)) for row in rows)
    if not HUGE < top < np.inf:
        return rows, 1.0
    return tuple(row / top for row in rows), top


def _nearest_first(paths: Sequence[str], member: str) -> tuple[str, ...]:
    """Put a member's own quantities first, then those of nobody in particular, then those of other members."""

    def rank(path: str) -> int:
        parts = path.split(".")
        if member in parts:
            return 0
        return 2 if parts[0] in {"exposures", "positions", "salience", "red_lines"} else 1

    return tuple(sorted(paths, key=rank))


def _reads(binding: Binding, mechanisms: set[str]) -> bool:
    """Say whether a binding reads an output of one of the mechanisms."""
    if isinstance(binding, OutputOf):
        return binding.mechanism in mechanisms
    parts: Iterable[Binding] = ()
    if isinstance(binding, ByState):
        parts = binding.cases.values()
    elif isinstance(binding, Sum):
        parts = binding.terms
    elif isinstance(binding, Product):
        parts = binding.factors
    return any(_reads(part, mechanisms) for part in parts)


def source_date(source: Source) -> str:
    """Return the date of a source as its file prints it: a day, a month or a year; empty if there is none."""
    if source.date is None:
        return ""
    return source.date_printed or source.date.isoformat()


def _place(entry: Quantity | Player) -> str:
    place = entry.place
    return f"{place.file}:{place.line}" if place.line else place.file


def is_given(distribution: Distribution) -> bool:
    """Say whether the numbers of a distribution are printed in its source, not computed from it."""
    return distribution.family in {"fixed", "triangular", "uniform", "discrete"}


def known_digits(quantity: Quantity) -> int:
    """Return how many significant digits of a quantity are known: two of a computed one and between rivals."""
    rivals = len({value for value, _ in quantity.contested}) > 1
    return 2 if rivals or quantity.grade == "derived" else KNOWN_DIGITS


def quantity_text(quantity: Quantity) -> str:
    """Write a quantity as its source gives it: the value, or the centre with the range of its distribution."""
    distribution, digits = quantity.distribution, known_digits(quantity)
    exact = is_given(distribution)
    if distribution.family == "fixed":
        return format_value(distribution.parameters[0], quantity.unit, exact=True, digits=digits)
    low, high = given_range(distribution)
    middle = format_value(centre(distribution), quantity.unit, exact=exact, digits=digits)
    ends = format_range(low, high, quantity.unit, exact=exact, bare=True, digits=digits)
    return f"{middle} ({ends})" if ends else middle


def given_range(distribution: Distribution) -> tuple[float, float]:
    """Return the range that stands for a distribution: all of it if the file names its ends, else its 5-95 % range."""
    if is_given(distribution):
        return support(distribution)
    low, high = (float(end) for end in ppf(distribution, np.array([0.05, 0.95])))
    return round_significant(low), round_significant(high)


def centre(distribution: Distribution) -> float:
    """Return the value that stands for a distribution: mode of a triangular one, median or mean of the others."""
    match distribution.family:
        case "triangular":
            return float(distribution.parameters[1])
        case "lognormal":
            return reference_value(distribution)
        case _:
            return float(mean(distribution))


def _table_value(cells: Mapping[str, str]) -> str:
    text, unit = cells.get("value", "").strip(), cells.get("unit", "").strip()
    high = cells.get("value_hi", "").strip()
    digits = 2 if cells.get("grade") == "derived" else KNOWN_DIGITS
    try:
        ends = [float(part) for part in (text, high) if part]
    except ValueError:
        return f"{text} {unit}".strip()
    parts = [format_value(end, unit, exact=True, digits=digits) for end in ends]
    if len(parts) == 2:
        parts[0] = parts[0].removesuffix(unit_words(unit)).strip()
    return " to ".join(parts)

"""What is answered to "what if": outcomes with ranges, by type, beside those of the crisis as filed, at the same draws.

The numbers are those of :class:`detente.engine.MetricValues`. Here they are named, and put into the form in which programs
get them and pages show them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from detente.analysis.differences import explain_change
from detente.analysis.uses import find_uses
from detente.brief.quantity_words import centre, quantity_text
from detente.crisis.crisis import Crisis
from detente.crisis.elements import OutcomeRule, Player, PlayerType, Policy
from detente.crisis.metric_names import metric_name
from detente.engine.solutions import Solution
from detente.engine.usual import DRAWS_OF_A_CHANGE, SEED
from detente.errors import refuse
from detente.rules.policies import base_policy, find_policy
from detente.web.workbench import Recent, Workbench

__all__ = [
    "DRAWS",
    "MOST_SHARES",
    "Answers",
    "Asked",
    "Change",
    "OfType",
    "Row",
    "Share",
    "Shares",
    "Spread",
    "WhatIf",
    "list_changes",
    "metrics_of",
    "read_metrics",
    "rows_of",
    "version",
]

DRAWS = (64, 256, 1024)
"""Draws of an answer: the draft, and the two steps in which it is refined."""
MOST_SHARES = 8
"""Most changes that a difference is split among: every set of them is solved."""
_ANSWERS = 512

RowKind = Literal["attack", "attack outcome", "settlement", "neither"]


class Asked(BaseModel):
    """A what-if: values by path, as of ``Crisis.set``, under a policy; the first of the crisis by default.

    ``channel`` names who asks: the latest request of a channel stops the one before.
    """

    model_config = ConfigDict(extra="forbid")

    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)
    policy: str | None = Field(default=None, max_length=200)
    draws: Literal[64, 256, 1024] = 256
    seed: int = Field(default=SEED, ge=0, lt=2**53)
    channel: str = Field(default="", max_length=64)


class Spread(BaseModel):
    """Mean over the draws, and their 5% and 95% quantiles."""

    mean: float
    low: float
    high: float


class OfType(BaseModel):
    """What it is if a player is of a type."""

    player: str
    player_label: str
    type: str
    label: str
    now: Spread
    filed: Spread


class Row(BaseModel):
    """A probability: now, and of the crisis as filed; none where the rules leave no way to it."""

    id: str
    label: str
    kind: RowKind
    now: Spread | None
    filed: Spread | None
    by_type: list[OfType]


class Change(BaseModel):
    """An assumption that is set: what it was, what it is, and whether that lies in the range of the file.

    ``value`` is as ``Crisis.set`` takes it.
    """

    path: str
    label: str
    value: str
    was: str
    now: str
    outside: bool


class WhatIf(BaseModel):
    """The answer to a what-if: an average over versions of the crisis, not a forecast.

    ``digest`` is that of the crisis as filed, ``engine`` the version of the program; with ``seed``, ``draws`` and ``changes``
    they give the same numbers again. ``unsolved`` counts draws that missed the solver's tolerance; they are in every number.
    """

    crisis: str
    digest: str
    engine: str
    seed: int
    draws: int
    draft: bool
    policy: str
    policy_label: str
    changes: list[Change]
    unsolved: int
    rows: list[Row]

    @property
    def attack(self) -> Row:
        """An attack of any kind."""
        return self.rows[0]


class Share(BaseModel):
    """What an assumption adds to the change of a result, in 0-1, averaged over all orders of making the changes.

    ``alone`` is what it changes if it is made alone; ``read_by`` what reads it.
    """

    path: str
    label: str
    part: float
    alone: float
    was: str
    now: str
    read_by: list[str]


class Shares(BaseModel):
    """The change of a result between the crisis as filed and with the changes, split among these."""

    metric: str
    before: float
    after: float
    draws: int
    parts: list[Share]


@cache
def version() -> str:
    """Return the version of the program."""
    from importlib.metadata import version as found  # noqa: PLC0415  # slow

    return found("detente")


class Answers:
    """Answers of a workbench, with those given lately kept.

    Parameters
    ----------
    bench
        The crises.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._known: Recent[WhatIf] = Recent(_ANSWERS)
        self._rows: Recent[tuple[dict[str, Spread | None], int]] = Recent(_ANSWERS)

    def give(
        self, name: str, asked: Asked, *, is_stopped: Callable[[], bool] | None = None
    ) -> WhatIf:
        """Solve a what-if and the crisis as filed, and return both.

        Raises
        ------
        UsageError
            For a value that cannot be set, with the code of :meth:`detente.crisis.Crisis.set`; ``policy-invalid``.
        concurrent.futures.CancelledError
            If ``is_stopped`` says so.
        """
        filed = self._bench.crisis(name)
        changed = self._bench.changed(name, asked.set)
        policy = find_policy(filed, asked.policy) or base_policy(filed)
        key = (changed.digest, filed.digest, policy.id, asked.draws, asked.seed)

        def make() -> WhatIf:
            now, unsolved = self._measure(changed, policy, asked, is_stopped)
            before, _ = self._measure(filed, policy, asked, is_stopped)
            return WhatIf(
                crisis=filed.id,
                digest=filed.digest,
                engine=version(),
                seed=asked.seed,
                draws=asked.draws,
                draft=asked.draws < DRAWS[-1],
                policy=policy.id,
                policy_label=policy.label,
                changes=list_changes(filed, changed),
                unsolved=unsolved,
                rows=rows_of(filed, now, before),
            )

        return self._known.get(key, make)

    def split(
        self,
        name: str,
        asked: Asked,
        *,
        metric: str = "attack",
        progress: Callable[[int, int], None] | None = None,
    ) -> Shares:
        """Split the change of a result among the assumptions that are set; ``progress`` is as of ``explain_change``.

        Raises
        ------
        UsageError
            ``option-invalid`` for more changes than :data:`MOST_SHARES`, or none.
        """
        filed, changed = self._bench.crisis(name), self._bench.changed(name, asked.set)
        changes = {item.path: item for item in list_changes(filed, changed)}
        uses = find_uses(filed)
        if len(changes) > MOST_SHARES:
            refuse(
                f"{len(changes)} changes are more than {MOST_SHARES}: every set of them would be solved",
                code="option-invalid",
                at="set",
                fix=f"split at most {MOST_SHARES} changes",
            )
        draws = DRAWS_OF_A_CHANGE
        found = explain_change(
            filed,
            changed,
            metric,
            policy=asked.policy,
            n_draws=draws,
            seed=asked.seed,
            progress=progress,
        )
        return Shares(
            metric=metric,
            before=found.before,
            after=found.after,
            draws=draws,
            parts=[
                Share(
                    path=part.name,
                    label=changes[part.name].label if part.name in changes else part.name,
                    part=part.part,
                    alone=part.alone,
                    was=changes[part.name].was if part.name in changes else "",
                    now=changes[part.name].now if part.name in changes else "",
                    read_by=list(dict.fromkeys(use.label for use in uses.get(part.name, ()))),
                )
                for part in found.parts
            ],
        )

    def _measure(
        self,
        crisis: Crisis,
        policy: Policy,
        asked: Asked,
        is_stopped: Callable[[], bool] | None,
    ) -> tuple[dict[str, Spread | None], int]:
        """Return the metrics of an answer, none where the rules exclude one, and how many draws missed the tolerance."""

        def make() -> tuple[dict[str, Spread | None], int]:
            solution = self._bench.solve(
                crisis,
                policy=policy.id if policy.id in crisis.policies else None,
                draws=asked.draws,
                seed=asked.seed,
                is_stopped=is_stopped,
            )
            return read_metrics(solution, metrics_of(crisis)), solution.unconverged

        return self._rows.get((crisis.digest, policy.id, asked.draws, asked.seed), make)


def metrics_of(crisis: Crisis) -> tuple[str, ...]:
    """Return the metrics that an answer shows: an attack and each outcome, also given each type of a challenger."""
    outcomes = tuple(crisis.outcomes)
    types = list(_types(crisis))
    return (
        "attack",
        *(metric_name("outcome", item) for item in outcomes),
        *(metric_name("attack_given", player.id, kind.id) for player, kind in types),
        *(
            metric_name("outcome_given", player.id, kind.id, item)
            for player, kind in types
            for item in outcomes
        ),
    )


def read_metrics(solution: Solution, metrics: Sequence[str]) -> dict[str, Spread | None]:
    """Return metrics of a solution with their ranges; none for one that the rules exclude."""
    found: dict[str, Spread | None] = {}
    for metric in metrics:
        if metric in solution.game.excluded:
            found[metric] = None
        else:
            values = solution[metric]
            low, high = values.span
            found[metric] = Spread(mean=values.mean, low=low, high=high)
    return found


def rows_of(
    crisis: Crisis, now: Mapping[str, Spread | None], other: Mapping[str, Spread | None]
) -> list[Row]:
    """Return an attack of any kind and each outcome, beside what they are compared with."""
    attack = Row(
        id="attack",
        label="an attack of any kind",
        kind="attack",
        now=now["attack"],
        filed=other["attack"],
        by_type=list(_of_types(crisis, "attack_given", (), now, other)),
    )
    outcomes = [
        Row(
            id=rule.id,
            label=rule.label,
            kind=_kind(rule),
            now=now[metric_name("outcome", rule.id)],
            filed=other[metric_name("outcome", rule.id)],
            by_type=list(_of_types(crisis, "outcome_given", (rule.id,), now, other)),
        )
        for rule in crisis.outcomes.values()
    ]
    return [attack, *outcomes]


def _kind(rule: OutcomeRule) -> RowKind:
    if rule.attack:
        return "attack outcome"
    return "settlement" if rule.settlement else "neither"


def _of_types(
    crisis: Crisis,
    kind: Literal["attack_given", "outcome_given"],
    outcome: tuple[str, ...],
    now: Mapping[str, Spread | None],
    filed: Mapping[str, Spread | None],
) -> Iterator[OfType]:
    """Yield what it is given each type; nothing of a type for which the rules exclude it."""
    for player, item in _types(crisis):
        metric = metric_name(kind, player.id, item.id, *outcome)
        after, before = now[metric], filed[metric]
        if after is not None and before is not None:
            yield OfType(
                player=player.id,
                player_label=player.name,
                type=item.id,
                label=item.label,
                now=after,
                filed=before,
            )


def _types(crisis: Crisis) -> Iterator[tuple[Player, PlayerType]]:
    """Yield the types of challengers that have several."""
    for player in crisis.players.values():
        if player.role == "challenger" and len(player.types) > 1:
            for kind in player.types:
                yield player, kind


def list_changes(filed: Crisis, changed: Crisis) -> list[Change]:
    """Return what was set, in words, in the order of the paths."""
    return [_change(filed, changed, path) for path in sorted(changed.overrides)]


def _change(filed: Crisis, changed: Crisis, path: str) -> Change:
    text = changed.overrides[path]
    short = path.removeprefix("quantities.")
    if short in filed.quantities:
        before, after = filed.quantities[short], changed.quantities[short]
        law = before.distribution
        middle = centre(after.distribution)
        ends = _ends(law.parameters) if law.family in {"triangular", "uniform", "fixed"} else None
        return Change(
            path=short,
            label=before.label,
            value=text,
            was=quantity_text(before),
            now=quantity_text(after),
            outside=ends is not None and not ends[0] <= middle <= ends[1],
        )
    kind, _, rest = path.partition(".")
    label, was, now = path, "", text
    if kind == "state":
        variable = filed.state[rest]
        label = variable.label
        was = variable.value_labels.get(variable.initial, variable.initial)
        now = variable.value_labels.get(text, text)
    elif kind == "types":
        player, _, name = rest.partition(".")
        label = f"{filed.players[player].name}: " + next(
            item.label for item in filed.players[player].types if item.id == name
        )
    elif path == "rounds":
        label, was = "rounds of play", str(filed.rounds)
    return Change(path=path, label=label, value=text, was=was, now=now, outside=False)


def _ends(parameters: Sequence[float]) -> tuple[float, float]:
    return min(parameters), max(parameters)

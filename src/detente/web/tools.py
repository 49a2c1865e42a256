"""Tools: what a program that speaks for somebody may ask of a workbench; each reads, and one writes where that is allowed.

They give the numbers of the pages, each with its range, its unit and where it comes from (:mod:`detente.web.telling`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from detente.analysis.reading import paths_read, uncertain_paths
from detente.analysis.records import OWN_ODDS, PLEDGE_PART
from detente.analysis.uses import find_uses
from detente.analysis.why_tables import why_in_crisis
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import Metric, metric_name
from detente.crisis.rewriting import write_changed
from detente.crisis.scaffold import check_name
from detente.engine.usual import DRAWS_OF_A_CHANGE, SEED
from detente.errors import refuse
from detente.rules.policies import base_policy, find_policy
from detente.web.answers import Answers, Asked, Change, list_changes, read_metrics
from detente.web.assumptions import (
    Assumption,
    Switch,
    describe_quantity,
    list_assumptions,
    list_switches,
    look_up,
)
from detente.web.findings import tell
from detente.web.rendering import Renderer
from detente.web.telling import STANDING, NumberTold, check_figure, is_figure, tell_figure, trace_of
from detente.web.workbench import Workbench

__all__ = [
    "TOOLS",
    "AskedAssumptions",
    "AskedFigure",
    "AskedFolder",
    "AskedNothing",
    "AskedReason",
    "AskedTrace",
    "AskedWhatIf",
    "AssumptionsTold",
    "CrisesTold",
    "CrisisTold",
    "Desk",
    "FigureTold",
    "FolderTold",
    "OutcomeTold",
    "PartTold",
    "ReasonTold",
    "Tool",
    "ToolAnswer",
    "TracesTold",
    "TypeTold",
    "WhatIfTold",
    "WorthTold",
]

IsStopped = Callable[[], bool]

_SET = "Values by path, as list_assumptions gives them: a number, or a range as '6..20'. Also state.VARIABLE, types.PLAYER.TYPE, rounds."
_POLICY = "Id of a commitment of the crisis; its first by default."
_DRAWS = "Cases that are solved: 64 is a draft, 1024 takes longest."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What tools work with: the crises, the answers given lately, the words, and where may be written."""

    bench: Workbench
    answers: Answers
    renderer: Renderer
    folder: Path | None = None

    @classmethod
    def of(cls, bench: Workbench, *, folder: Path | None = None) -> "Desk":
        """Return the desk for some crises."""
        templates = Path(__file__).parent / "templates"
        renderer = Renderer([templates], [], bench)
        return cls(bench=bench, answers=Answers(bench), renderer=renderer, folder=folder)


class _Given(BaseModel):
    """Arguments: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class AskedNothing(_Given):
    """No arguments."""


class AskedAssumptions(_Given):
    """Which assumptions of a crisis are wanted."""

    crisis: str = Field(max_length=200, description="Id of a crisis, as list_crises gives it.")
    text: str = Field(
        default="", max_length=100, description="Only those with this in path or label."
    )
    most: int = Field(default=30, ge=1, le=200, description="How many at most.")


class AskedWhatIf(_Given):
    """A what-if of a crisis."""

    crisis: str = Field(max_length=200, description="Id of a crisis, as list_crises gives it.")
    set: dict[str, float | str | tuple[float, float]] = Field(
        default_factory=dict, max_length=200, description=_SET
    )
    policy: str | None = Field(default=None, max_length=200, description=_POLICY)
    draws: Literal[64, 256, 1024] = Field(default=256, description=_DRAWS)
    seed: int = Field(default=SEED, ge=0, lt=2**53, description="Key of the cases.")


class AskedFigure(AskedWhatIf):
    """A number of a crisis, perhaps with values set."""

    figure: str = Field(
        default="attack",
        max_length=400,
        description="attack, settlement, outcome/ID, attack_given/PLAYER/TYPE, payoff/PLAYER/TYPE, use/PLAYER/MOVE, ...",
    )


class AskedReason(_Given):
    """A choice that is to be explained."""

    crisis: str = Field(max_length=200, description="Id of a crisis, as list_crises gives it.")
    at: str = Field(
        default="",
        max_length=2000,
        description="What the mover has seen, and the phase, separated by commas: MOVE,...,PHASE@ROUND. "
        "Empty: the choice that bears most on an attack.",
    )
    set: dict[str, float | str | tuple[float, float]] = Field(
        default_factory=dict, max_length=200, description=_SET
    )
    policy: str | None = Field(default=None, max_length=200, description=_POLICY)
    seed: int = Field(default=SEED, ge=0, lt=2**53, description="Key of the cases.")


class AskedTrace(_Given):
    """A quantity or a figure whose origin is wanted."""

    crisis: str = Field(max_length=200, description="Id of a crisis, as list_crises gives it.")
    of: str = Field(
        max_length=400, description="Path of a quantity, or a figure as for ask_figure."
    )
    most: int = Field(default=30, ge=1, le=200, description="How many quantities at most.")


class AskedFolder(_Given):
    """A crisis with values set that is to be written."""

    crisis: str = Field(max_length=200, description="Id of a crisis, as list_crises gives it.")
    name: str = Field(max_length=80, description="Id of the new crisis, and name of its folder.")
    set: dict[str, float | str | tuple[float, float]] = Field(
        default_factory=dict, max_length=200, description=_SET
    )


class ToolAnswer(BaseModel):
    """What every answer says of itself."""

    standing: str = STANDING


class CrisisTold(BaseModel):
    """A crisis: what it is about, by whom it is played, what may be committed to and how it may end."""

    id: str
    title: str
    as_of: str
    digest: str
    summary: str
    limits: list[str]
    policies: dict[str, str]
    players: dict[str, dict[str, str]]
    outcomes: dict[str, str]
    figures: list[str]


class CrisesTold(ToolAnswer):
    """The crises that may be asked about."""

    crises: list[CrisisTold]


class AssumptionsTold(ToolAnswer):
    """Assumptions of a crisis: uncertain quantities that an attack depends on, and where the game may start from."""

    crisis: str
    digest: str
    count: int
    assumptions: list[Assumption]
    switches: list[Switch]


class OutcomeTold(BaseModel):
    """A way in which it may end: now, as filed, and now by type."""

    id: str
    label: str
    now: NumberTold
    as_filed: NumberTold
    by_type: list[NumberTold]


class WhatIfTold(ToolAnswer):
    """The answer to a what-if, beside that of the crisis as filed on the same cases."""

    says: str
    crisis: str
    digest: str
    engine: str
    draws: int
    seed: int
    policy: str
    policy_label: str
    unsolved: int
    changes: list[Change]
    outcomes: list[OutcomeTold]
    link: str


class FigureTold(ToolAnswer):
    """One number: now, and as filed on the same cases."""

    now: NumberTold
    as_filed: NumberTold
    changes: list[Change]
    unsolved: int


class PartTold(BaseModel):
    """What a consideration adds to the worth of an option, in stakes, with its range over cases."""

    id: str
    label: str
    mean: float
    low: float
    high: float


class WorthTold(BaseModel):
    """An option: how often it is taken, what it is worth to the mover in stakes, and the parts that add up to that."""

    instrument: str
    label: str
    prob: float
    prob_low: float
    prob_high: float
    worth: float
    low: float
    high: float
    parts: list[PartTold]


class TypeTold(BaseModel):
    """A type of the mover and its options, the likeliest first."""

    type: str
    label: str
    options: list[WorthTold]


class ReasonTold(ToolAnswer):
    """A choice and why it is made; probabilities 0-1, worth in stakes, means over the cases with 5% and 95% quantiles."""

    crisis: str
    digest: str
    policy: str
    policy_label: str
    draws: int
    seed: int
    changes: list[Change]
    player: str
    round: int
    phase: str
    seen: list[str]
    unit_of_prob: str = "prob"
    unit_of_worth: str = "stakes"
    types: list[TypeTold]


class TracesTold(ToolAnswer):
    """Where a number comes from: its quantities with range, unit, grade, sources and the line of the file.

    ``count`` is how many there are where only the first are told.
    """

    crisis: str
    digest: str
    of: str
    count: int
    quantities: list[Assumption]


class FolderTold(ToolAnswer):
    """The folder that was written, what is set in it, and its files."""

    crisis: str
    folder: str
    changes: list[Change]
    files: list[str]


def _list_crises(desk: Desk, _asked: AskedNothing, _stop: IsStopped) -> CrisesTold:
    return CrisesTold(crises=[_crisis(desk.bench.crisis(name)) for name in desk.bench.names])


def _crisis(crisis: Crisis) -> CrisisTold:
    return CrisisTold(
        id=crisis.id,
        title=crisis.title,
        as_of=crisis.as_of.isoformat(),
        digest=crisis.digest,
        summary=crisis.summary,
        limits=list(crisis.limits),
        policies={item.id: item.label for item in crisis.policies.values()},
        players={
            item.id: {kind.id: f"{item.name}: {kind.label}" for kind in item.types}
            for item in crisis.players.values()
        },
        outcomes={item.id: item.label for item in crisis.outcomes.values()},
        figures=["attack", "settlement", *(metric_name("outcome", i) for i in crisis.outcomes)],
    )


def _list_assumptions(desk: Desk, asked: AskedAssumptions, _stop: IsStopped) -> AssumptionsTold:
    crisis = desk.bench.crisis(asked.crisis)
    wanted = asked.text.casefold()
    found = [
        item
        for item in list_assumptions(crisis)
        if wanted in f"{item.path} {item.label}".casefold()
    ]
    return AssumptionsTold(
        crisis=crisis.id,
        digest=crisis.digest,
        count=len(found),
        assumptions=found[: asked.most],
        switches=list_switches(crisis),
    )


def _what_if(desk: Desk, asked: AskedWhatIf, stop: IsStopped) -> WhatIfTold:
    plain = Asked(set=asked.set, policy=asked.policy, draws=asked.draws, seed=asked.seed)
    answer = desk.answers.give(asked.crisis, plain, is_stopped=stop)
    filed = desk.bench.crisis(asked.crisis)
    changed = desk.bench.changed(asked.crisis, asked.set)
    as_filed = plain.model_copy(update={"set": {}})

    def told(metric: Metric, found: Any, *, now: bool) -> NumberTold:
        trace = trace_of(filed, changed if now else filed, metric, plain if now else as_filed)
        return tell_figure(desk.renderer, filed, metric, found, trace)

    outcomes = []
    for row in answer.rows:
        attack = row.id == "attack"
        metric = Metric.of("attack") if attack else Metric.of("outcome", row.id)
        of_types = [
            Metric.of("attack_given", item.player, item.type)
            if attack
            else Metric.of("outcome_given", item.player, item.type, row.id)
            for item in row.by_type
        ]
        outcomes.append(
            OutcomeTold(
                id=row.id,
                label=row.label,
                now=told(metric, row.now, now=True),
                as_filed=told(metric, row.filed, now=False),
                by_type=[
                    told(one, item.now, now=True)
                    for one, item in zip(of_types, row.by_type, strict=True)
                ],
            )
        )
    says = tell(answer.attack, changed=bool(answer.changes))
    return WhatIfTold(
        says=desk.renderer.words("words.j2", "headline", says, answer.attack),
        crisis=answer.crisis,
        digest=answer.digest,
        engine=answer.engine,
        draws=answer.draws,
        seed=answer.seed,
        policy=answer.policy,
        policy_label=answer.policy_label,
        unsolved=answer.unsolved,
        changes=answer.changes,
        outcomes=outcomes,
        link=outcomes[0].now.trace.link,
    )


def _ask_figure(desk: Desk, asked: AskedFigure, stop: IsStopped) -> FigureTold:
    bench = desk.bench
    filed, changed = bench.crisis(asked.crisis), bench.changed(asked.crisis, asked.set)
    metric = check_figure(filed, asked.figure)
    policy = find_policy(filed, asked.policy) or base_policy(filed)
    plain = Asked(set=asked.set, policy=asked.policy, draws=asked.draws, seed=asked.seed)
    found, unsolved = [], 0
    for crisis, ask in ((changed, plain), (filed, plain.model_copy(update={"set": {}}))):
        solution = bench.solve(
            crisis,
            policy=policy.id if policy.id in crisis.policies else None,
            draws=asked.draws,
            seed=asked.seed,
            is_stopped=stop,
        )
        unsolved += solution.unconverged
        spread = read_metrics(solution, [str(metric)])[str(metric)]
        trace = trace_of(filed, crisis, metric, ask)
        found.append(tell_figure(desk.renderer, filed, metric, spread, trace))
    return FigureTold(
        now=found[0],
        as_filed=found[1],
        changes=list_changes(filed, changed),
        unsolved=unsolved,
    )


def _why(desk: Desk, asked: AskedReason, _stop: IsStopped) -> ReasonTold:
    filed = desk.bench.crisis(asked.crisis)
    changed = desk.bench.changed(asked.crisis, asked.set)
    draws = DRAWS_OF_A_CHANGE
    data = why_in_crisis(
        changed, asked.policy, None, asked.at, draws=draws, seed=asked.seed, workers=None
    )
    labels = {name: item.label for name, item in filed.considerations.items()}
    labels |= {OWN_ODDS: "what its own odds add", PLEDGE_PART: "what the pledge takes"}
    return ReasonTold(
        crisis=filed.id,
        digest=filed.digest,
        policy=data["policy"],
        policy_label=data["policy_label"],
        draws=draws,
        seed=asked.seed,
        changes=list_changes(filed, changed),
        player=data["player_label"],
        round=data["round"],
        phase=data["phase_label"],
        seen=data["seen"],
        types=[
            TypeTold(
                type=item["type"],
                label=item["type_label"],
                options=[_worth(option, labels) for option in item["options"]],
            )
            for item in data["types"]
        ],
    )


def _worth(option: Mapping[str, Any], labels: Mapping[str, str]) -> WorthTold:
    return WorthTold(
        instrument=option["instrument"],
        label=option["label"],
        prob=option["prob"],
        prob_low=option["prob_range"][0],
        prob_high=option["prob_range"][1],
        worth=option["payoff"],
        low=option["range"][0],
        high=option["range"][1],
        parts=[
            PartTold(
                id=name,
                label=labels.get(name, name),
                mean=value,
                low=option["part_ranges"][name][0],
                high=option["part_ranges"][name][1],
            )
            for name, value in option["parts"].items()
        ],
    )


def _trace(desk: Desk, asked: AskedTrace, _stop: IsStopped) -> TracesTold:
    crisis = desk.bench.crisis(asked.crisis)
    uses = find_uses(crisis)
    if asked.of in crisis.quantities or not is_figure(asked.of):
        paths: tuple[str, ...] = (look_up(crisis, asked.of).path,)
    else:
        metric = check_figure(crisis, asked.of)
        paths = paths_read(crisis, str(metric), uncertain_paths(crisis))
    return TracesTold(
        crisis=crisis.id,
        digest=crisis.digest,
        of=asked.of,
        count=len(paths),
        quantities=[
            describe_quantity(crisis, crisis.quantities[path], uses) for path in paths[: asked.most]
        ],
    )


def _write_crisis(desk: Desk, asked: AskedFolder, _stop: IsStopped) -> FolderTold:
    if desk.folder is None:
        refuse(
            "this server may not write anything",
            code="access-denied",
            at="write_crisis",
            fix="start it as: detente mcp --allow-writing FOLDER",
        )
    check_name(asked.name)
    filed = desk.bench.crisis(asked.crisis)
    changed = desk.bench.changed(asked.crisis, asked.set)
    place = write_changed(changed, desk.folder / asked.name, name=asked.name)
    return FolderTold(
        crisis=asked.name,
        folder=str(place),
        changes=list_changes(filed, changed),
        files=sorted(changed.files),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool: what it is called and does, what it is given, what it answers with, and whether it writes."""

    name: str
    does: str
    asked: type[BaseModel]
    told: type[BaseModel]
    work: Callable[[Desk, Any, IsStopped], BaseModel]
    writes: bool = False


TOOLS: tuple[Tool, ...] = (
    Tool(
        name="list_crises",
        does="The crises that may be asked about: players and their types, commitments, outcomes, and the names of figures.",
        asked=AskedNothing,
        told=CrisesTold,
        work=_list_crises,
    ),
    Tool(
        name="list_assumptions",
        does="The uncertain quantities of a crisis that an attack depends on, with path, unit, range, sources and what reads them: "
        "what may be set in a what-if.",
        asked=AskedAssumptions,
        told=AssumptionsTold,
        work=_list_assumptions,
    ),
    Tool(
        name="ask_figure",
        does="One number of a crisis, now and as filed: the chance of an attack or an outcome, by type, a belief, a payoff.",
        asked=AskedFigure,
        told=FigureTold,
        work=_ask_figure,
    ),
    Tool(
        name="what_if",
        does="Solve a crisis with assumptions set: every outcome with its range and by type, beside the crisis as filed on the same cases.",
        asked=AskedWhatIf,
        told=WhatIfTold,
        work=_what_if,
    ),
    Tool(
        name="why",
        does="Why a choice is made: how often each type takes each option, what that is worth to it, and by which considerations.",
        asked=AskedReason,
        told=ReasonTold,
        work=_why,
    ),
    Tool(
        name="trace",
        does="Where a quantity or a figure comes from: ranges, units, grades, sources and lines of the crisis file.",
        asked=AskedTrace,
        told=TracesTold,
        work=_trace,
    ),
    Tool(
        name="write_crisis",
        does="Write a crisis with assumptions set as a new folder, beside others in the one folder that was allowed. Nothing is overwritten.",
        asked=AskedFolder,
        told=FolderTold,
        work=_write_crisis,
        writes=True,
    ),
)
"""All tools; those that write are offered where that is allowed."""

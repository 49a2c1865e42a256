"""Composing the summary: each part is read, and said in the words of its page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from detente.analysis.track_record import read_track_record
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.pages import say
from detente.brief.shared import SharedFigures
from detente.brief.summary.ahead import TELLING, Planned, Telling, read_planned, read_telling
from detente.brief.summary.allies import AlliesNumber, read_allies, read_split
from detente.brief.summary.charts import moves_chart, outcomes_chart, tradeoff_chart
from detente.brief.summary.choices import (
    Choices,
    NamedChoice,
    RemainingRisk,
    read_choices,
    read_prepared,
)
from detente.brief.summary.compared import read_comparisons
from detente.brief.summary.confidence import Doubts, read_doubts
from detente.brief.summary.likely import (
    Likely,
    attackers,
    read_horizon,
    read_likely,
    read_types,
)
from detente.brief.summary.moves import (
    Combination,
    EffectOnType,
    Moves,
    find_combination,
    has_attacks,
    read_moves,
)
from detente.brief.summary.value import (
    BriefSummary,
    Confidence,
    DebatedPolicy,
    Headings,
    KeyNumber,
    PlannedDate,
    Sign,
    Takeaway,
    TypeLine,
)
from detente.brief.words import format_date, format_percent
from detente.crisis.dates import first_day
from detente.crisis.hindcasts import EVEN_BRIER, Hindcast, mean_brier

__all__ = ["SummaryParts", "read_parts", "summarise"]

PAGE = "summary"
MOST_FINDINGS, MOST_LIMITS = 3, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryParts:
    """The named cases and numbers that a summary says, before any word."""

    types: tuple[TypeLine, ...]
    likely: Likely
    moves: Moves
    combination: Combination | None
    choices: Choices | None
    prepared: RemainingRisk | None
    doubts: Doubts
    allies: tuple[AlliesNumber, ...]
    planned: tuple[Planned, ...]
    telling: tuple[Telling, ...]
    record: tuple[Hindcast, ...]
    every: tuple[Hindcast, ...]


def read_parts(context: Context, book: Book, shared: SharedFigures) -> SummaryParts:
    """Read all that a summary says off a run."""
    types = read_types(context, book)
    likely = read_likely(context, book, shared, types)
    choices = read_choices(context, book, shared)
    record = read_track_record()
    return SummaryParts(
        types=types,
        likely=likely,
        moves=read_moves(context, shared, types),
        combination=find_combination(context, book, types),
        choices=choices,
        prepared=read_prepared(context, book, choices, types),
        doubts=read_doubts(context, shared, likely, record),
        allies=read_allies(context, book),
        planned=read_planned(context),
        telling=read_telling(context, book, shared.attack, types),
        record=() if context.crisis.overrides else record.hindcasts_of(context.crisis.id),
        every=record.hindcasts,
    )


def summarise(context: Context, shared: SharedFigures) -> BriefSummary:
    """Summarise a briefing.

    Parameters
    ----------
    context
        The crisis and its results.
    shared
        The figures that the whole briefing rests on.

    Returns
    -------
    BriefSummary
        SummaryParts that the crisis gives no ground for are empty.
    """
    book = Book(context, PAGE)
    parts = read_parts(context, book, shared)
    said = BriefSummary(
        crisis=context.crisis.id,
        kicker=_kicker(context),
        what_if=say(PAGE, "what_if", overrides=context.crisis.overrides),
        question=_question(context),
        lead=_lead(context, shared, parts),
        confidence=Confidence(word=parts.doubts.word, reasons=_reasons(context, parts.doubts)),
        headings=_headings(parts),
        outcomes=outcomes_chart(context, book, shared, parts.likely),
        types=parts.types,
        moves=moves_chart(context, parts.moves, parts.types),
        tradeoff=tradeoff_chart(context, parts.choices),
        findings=_findings(context, parts),
        choices_lead=_choices_lead(parts.choices),
        choices=_choices(context, parts.choices),
        prepare=_prepare(parts.prepared),
        allies_lead=_allies_lead(context),
        numbers=tuple(map(_number, parts.allies)),
        dates=tuple(map(_date, parts.planned)),
        signs=tuple(map(_sign, parts.telling)),
        assumed=_assumed(context, parts),
        limits=context.crisis.limits[:MOST_LIMITS],
        record=_record(context, parts.record, parts.every),
        note=_note(context, book, shared),
    )
    linked = set(said.links())
    return replace(said, figures=tuple(figure for figure in book.figures if figure.id in linked))


def _headings(parts: SummaryParts) -> Headings:
    return Headings(
        confidence=say(PAGE, "heading_confidence", word=parts.doubts.word),
        moves=say(PAGE, "heading_moves"),
        choices=say(PAGE, "heading_choices"),
        allies=say(
            PAGE,
            "heading_allies",
            gas=any(
                number.case in {"joins_cut", "gas_loss", "gas_price", "pact"}
                for number in parts.allies
            ),
        ),
        ahead=say(PAGE, "heading_ahead", dates=bool(parts.planned), signs=bool(parts.telling)),
        assumed=say(PAGE, "heading_assumed", record=bool(parts.record)),
        after=say(PAGE, "written_after"),
    )


# --- the first screen ------------------------------------------------------------------------------------------------


def _kicker(context: Context) -> str:
    day = format_date(context.crisis.as_of)
    title = context.crisis.title
    return say(PAGE, "kicker", title=title, day="" if day in title else day)


def _question(context: Context) -> str:
    acting = attackers(context)
    targets = context.roles.players("target")
    alone = len(acting) == 1 and acting[0].role == "challenger" and len(targets) == 1
    return say(
        PAGE,
        "question",
        attackers=[player.name for player in acting],
        target=targets[0].name if alone else "",
        compared=len(context.policies.ids) > 1 and has_attacks(context),
    )


def _lead(context: Context, shared: SharedFigures, parts: SummaryParts) -> tuple[str, ...]:
    several = sum(bool(rule.attack) for rule in context.crisis.outcomes.values()) > 1
    sentences = [
        say(
            PAGE,
            "likely",
            attack=shared.attack if has_attacks(context) else None,
            several=several,
            horizon=read_horizon(context),
            likely=parts.likely,
        )
    ]
    if len(context.policies.ids) > 1 and has_attacks(context):
        calm = parts.moves.calm
        sentences.append(
            say(
                PAGE,
                "helps",
                calm=calm,
                before=shared.attack,
                after=None if calm is None else shared.policies[calm.policy][0],
                **_moved(() if calm is None else calm.told),
                dilemma=parts.moves.dilemma,
                lowered=_clauses(parts.moves, rising=False),
                raised=_clauses(parts.moves, rising=True),
                types=parts.types,
            )
        )
        sentences.append(say(PAGE, "combine", **_combined(context, parts.combination)))
    return tuple(text for text in sentences if text)


def _clauses(moves: Moves, *, rising: bool) -> list[str]:
    """Return the types for which the dilemma raises an attack, or lowers it."""
    effects = () if moves.dilemma is None else moves.dilemma.told
    return [
        effect.type.clause
        for effect in effects
        if effect.type is not None and (effect.mean > 0.0) == rising
    ]


def _combined(context: Context, combination: Combination | None) -> dict[str, object]:
    if combination is None:
        return {"case": "open"}
    verdicts = {name: combination.of(name) for name in ("force", "helps", "harms", "none")}
    case = "+".join(name for name, found in verdicts.items() if found)
    return {
        "case": case,
        "others": [player.name for player in attackers(context) if player.role != "challenger"],
        "typed": any(line is not None for line, _, _ in combination.verdicts),
        "together": combination.label,
        "alone": combination.alone_label,
        **{
            name: [(line.clause if line else "", _size(figure)) for line, figure in found]
            for name, found in verdicts.items()
        },
    }


def _size(figure: Figure) -> tuple[Figure, str]:
    """Return a change with its size in points, without a sign: the verb says which way."""
    points = abs(round((figure.value or 0.0) * 100))
    return figure, f"{points} point{'' if points == 1 else 's'}" if points else "under 1 point"


def _spoken(effects: Sequence[EffectOnType]) -> list[tuple[str, tuple[Figure, str]]]:
    """Return effects as a sentence tells them: the clause of the type, and the size of the change."""
    return [
        (effect.type.clause if effect.type is not None else "", _size(effect.change))
        for effect in effects
    ]


def _moved(effects: Sequence[EffectOnType]) -> dict[str, object]:
    """Return effects as a sentence tells them: each with its type, once where all are the same; of more than two the smallest and the largest."""
    spoken = _spoken(effects)
    if len({words for _, (_, words) in spoken}) == 1:
        return {"moved": [("", spoken[0][1])]}
    if len(spoken) < 3:
        return {"moved": spoken}
    ends = sorted(effects, key=lambda effect: abs(effect.mean))
    (_, low), (figure, high) = _size(ends[0].change), _size(ends[-1].change)
    words = high if low == high else f"{low.partition(' point')[0]} to {high}"
    return {"moved": [("", (figure, words))]}


def _reasons(context: Context, doubts: Doubts) -> tuple[str, ...]:
    challengers = [
        player.name for player in context.roles.players("challenger") if len(player.types) > 1
    ]
    cases = (
        ("one_case", doubts.one_case),
        ("explored", doubts.explored),
        ("apart", doubts.apart),
        ("wide", doubts.wide and not doubts.apart),
        ("inputs", "inputs" in doubts.failed),
        ("failed", doubts.record == "failed"),
        ("open", doubts.record == "open" and doubts.word != "low"),
    )
    return tuple(
        say(
            PAGE,
            f"doubt_{case}",
            attack=doubts.attack,
            standing=doubts.standing,
            challengers=challengers,
            judgement=doubts.judgement,
            past=doubts.past,
        )
        for case, holds in cases
        if holds
    )


# --- what moves show -------------------------------------------------------------------------------------------------


def _findings(context: Context, parts: SummaryParts) -> tuple[Takeaway, ...]:
    moves, found = parts.moves, []
    if moves.dilemma is not None:
        told = [effect for effect in moves.dilemma.told if effect.type is not None]
        up = max(told, key=lambda effect: effect.mean)
        down = min(told, key=lambda effect: effect.mean)
        found.append(
            _finding(
                "dilemma",
                label=moves.dilemma.label,
                up=up,
                down=down,
                higher=format_percent(up.share_higher),
                lower=format_percent(down.share_lower),
            )
        )
    if moves.harm is not None:
        found.append(_finding("harm", label=moves.harm.label, **_moved(moves.harm.told)))
    if parts.combination is not None:
        found.append(_finding("combined", **_combined(context, parts.combination)))
    ranked = [move for move in moves.rows if move.compared]
    if moves.small > 1:
        found.append(_finding("small", small=moves.small, of=len(ranked), types=parts.types))
    return tuple(found[:MOST_FINDINGS])


def _finding(case: str, /, **values: object) -> Takeaway:
    return Takeaway(
        case=case,
        head=say(PAGE, f"{case}_head", **values),
        text=say(PAGE, f"{case}_text", **values),
    )


# --- policies --------------------------------------------------------------------------------------------------------


def _choices_lead(choices: Choices | None) -> str:
    if choices is None:
        return ""
    return say(
        PAGE,
        "choices_lead",
        unbeaten=len(choices.unbeaten),
        of=len(choices.points),
        named=[item.point.label for item in choices.named],
        base_unbeaten=any(
            point.base for point in choices.points if point.policy in choices.unbeaten
        ),
    )


def _choices(context: Context, choices: Choices | None) -> tuple[DebatedPolicy, ...]:
    return tuple(
        DebatedPolicy(
            policy=item.point.policy,
            label=item.point.label,
            text=_choice(context, item),
        )
        for item in (choices.named if choices is not None else ())
    )


def _choice(context: Context, item: NamedChoice) -> str:
    return say(
        PAGE,
        "choice",
        item=item,
        defenders=context.roles.opponent_names(),
        plural=len(context.roles.opponents()) > 1 or " and " in context.roles.opponent_names(),
    )


def _prepare(prepared: RemainingRisk | None) -> str:
    if prepared is None:
        return ""
    base = prepared.base.value or 0.0
    lower = [pair for pair in prepared.under if (pair[1].value or 0.0) < base]
    ranked = sorted(lower, key=lambda pair: -(pair[1].value or 0.0))
    return say(PAGE, "prepare", prepared=prepared, ranked=ranked)


# --- allies, days, signs ---------------------------------------------------------------------------------------------


def _allies_lead(context: Context) -> str:
    split = read_split(context)
    return "" if split is None else say(PAGE, "allies_lead", split=split)


def _number(number: AlliesNumber) -> KeyNumber:
    return KeyNumber(
        value=say(PAGE, "number_value", number=number),
        words=say(PAGE, "number_words", number=number),
    )


def _date(item: Planned) -> PlannedDate:
    day = first_day(item.day)
    if day is None:
        text = item.day
    else:
        text = _short_day(day) if len(item.day) == len("2030-01-31") else f"{day:%b %Y}"
    return PlannedDate(day=text, text=say(PAGE, "planned", item=item))


def _short_day(day: date) -> str:
    """Write a day without its year, as beside a text that names it.

    Examples
    --------
    >>> _short_day(date(2030, 2, 9))
    '9 Feb'
    """
    return f"{day.day} {day:%b}"


def _sign(item: Telling) -> Sign:
    return Sign(
        label=say(PAGE, "sign_label", item=item),
        direction="up" if item.shift > 0 else "down",
        text=say(PAGE, "sign_text", item=item),
    )


# --- what stands behind ----------------------------------------------------------------------------------------------


def _assumed(context: Context, parts: SummaryParts) -> tuple[str, ...]:
    crisis = context.crisis
    several = [player for player in context.roles.players("challenger") if len(player.types) > 1]
    first = say(
        PAGE,
        "assumed",
        players=len(context.roles.players()),
        kinds=[(len(player.types), player.name) for player in several],
        rounds=crisis.rounds,
        horizon=read_horizon(context),
        base=context.policies.get(context.policies.base).label,
        standing=parts.doubts.standing,
    )
    return (first,) if first else ()


def _record(
    context: Context, record: Sequence[Hindcast], every: Sequence[Hindcast]
) -> tuple[str, ...]:
    if not record:
        return ()
    first = record[0]
    player, _, kind = first.belief.partition(".")
    clause = context.names.type_clause(player, kind) if player in context.crisis.players else ""
    before, after = first.belief_first or 0.0, first.belief_last or 0.0
    alike = [row for row in every if row.event == first.event]
    return (
        say(
            PAGE,
            "record",
            first=first,
            clause=clause,
            day=format_date(first.happened_on),
            said=[(row.words, format_percent(row.last_prob)) for row in record],
            started=None if first.first_prob is None else format_percent(first.first_prob),
            belief=(format_percent(before), format_percent(after))
            if abs(after - before) >= TELLING
            else (),
            crises=len(alike),
            worse=mean_brier(alike) > EVEN_BRIER,
        ),
    )


def _note(context: Context, book: Book, shared: SharedFigures) -> str:
    results = context.results
    beside = [
        item.source
        for found in read_comparisons(context, book, shared)
        for item in (*found.rates, *found.views)
    ]
    return say(
        PAGE,
        "note",
        sources=list(dict.fromkeys(beside)),
        cases=results.n_draws,
        explored=results.manifest.mode == "exploratory",
    )

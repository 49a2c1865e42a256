"""The three charts of the summary: outcomes beside base rates and views, what moves do by type, an attack against cost."""

from collections.abc import Sequence

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, link
from detente.brief.pages import say
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.palette import INK, NEUTRAL, OKABE_ITO
from detente.brief.pictures.sections import (
    RangeMark,
    RangeRow,
    RangeSection,
    draw_sections,
    type_shape,
)
from detente.brief.pictures.tradeoff import TradeoffPoint, draw_tradeoff
from detente.brief.shared import SharedFigures
from detente.brief.summary.choices import Choices
from detente.brief.summary.compared import Beside, Comparison, read_comparisons
from detente.brief.summary.likely import Horizon, Likely, attackers, read_horizon
from detente.brief.summary.moves import EffectOnType, Moves, TypedMove
from detente.brief.summary.value import TypeLine
from detente.brief.words import format_percent, format_range, format_value, sentence_case
from detente.crisis.elements import OutcomeRule

__all__ = ["moves_chart", "outcomes_chart", "tradeoff_chart", "whole_points"]

PAGE = "summary"
HALF = 0.5
"""Chance from which on an outcome, or outcomes told together, dominate."""


def whole_points(change: float | None) -> str:
    """Write a change of a probability in whole points, with its sign.

    Examples
    --------
    >>> whole_points(-0.0812), whole_points(0.012), whole_points(0.002), whole_points(None)
    ('−8', '+1', '0', '')
    """
    if change is None:
        return ""
    whole = round(change * 100)
    return f"{'+' if whole > 0 else chr(0x2212)}{abs(whole)}" if whole else "0"


def _footnote(context: Context, *, sources: Sequence[str] = ()) -> str:
    return say(
        PAGE,
        "chart_source",
        crisis=context.crisis.id,
        day=context.crisis.as_of.isoformat(),
        cases=context.results.n_draws,
        sources=list(dict.fromkeys(sources)),
    )


# --- outcomes --------------------------------------------------------------------------------------------------------


def outcomes_chart(
    context: Context,
    book: Book,
    shared: SharedFigures,
    likely: Likely,
) -> Chart | None:
    """Draw the chance of each outcome that is possible, of an attack by type, and what stands beside these."""
    shown = [
        (rule, figure)
        for rule, figure in sorted(shared.outcomes, key=lambda pair: -(pair[1].value or 0.0))
        if figure.value is not None
    ]
    if not shown:
        return None
    comparisons = read_comparisons(context, book, shared)
    horizon = read_horizon(context)
    sections = [
        *_outcome_sections(context, shared, likely, shown, horizon),
        *_comparison_section(context, comparisons),
    ]
    beside = [item for found in comparisons for item in (*found.rates, *found.views)]
    words = Words(
        title=_outcomes_title(context, shared, likely),
        subtitle=say(
            PAGE,
            "outcomes_measure",
            cases=context.results.n_draws,
            explored=context.results.manifest.mode == "exploratory",
            views=any(found.views for found in comparisons),
        ),
        footnote=_footnote(context, sources=[item.source for item in beside]),
    )
    table = [
        *((sentence_case(rule.label), figure) for rule, figure in shown),
        *((line.clause, figure) for line, figure in likely.by_type),
    ]
    rows = [
        ("An attack", link(shared.attack), shared.attack.range_text or "\N{EN DASH}"),
        *((name, link(figure), figure.range_text or "\N{EN DASH}") for name, figure in table),
        *(
            (
                sentence_case(item.words),
                "" if item.value is None else format_percent(item.value),
                format_range(item.low, item.high, "prob"),
            )
            for item in beside
        ),
    ]
    return draw_sections(
        "summary-outcomes",
        sections,
        words,
        unit="prob",
        columns=("What", "Mean", "Range"),
        rows=rows,
    )


def _outcomes_title(context: Context, shared: SharedFigures, likely: Likely) -> str:
    return say(
        PAGE,
        "outcomes_title",
        likely=likely,
        dominates=(likely.share.value or 0.0) >= HALF,
        several=sum(bool(rule.attack) for rule, _ in shared.outcomes) > 1,
        attack=shared.attack if attackers(context) else None,
    )


def _outcome_sections(
    context: Context,
    shared: SharedFigures,
    likely: Likely,
    shown: Sequence[tuple[OutcomeRule, Figure]],
    horizon: Horizon | None,
) -> list[RangeSection]:
    quiet = [(rule, figure) for rule, figure in shown if not rule.attack]
    violent = [(rule, figure) for rule, figure in shown if rule.attack]
    heading = say(PAGE, "expected_heading", horizon=horizon)
    sections = [
        RangeSection(
            heading=heading,
            rows=tuple(
                _outcome_row(context, sentence_case(rule.label), figure, _colour(context, rule))
                for rule, figure in quiet
            ),
        )
    ]
    if not violent:
        return sections
    acting = {rule.attack for rule, _ in violent}
    colour = context.roles.colours[next(iter(acting))] if len(acting) == 1 else INK
    label = "An attack of any kind" if len(violent) > 1 else sentence_case(violent[0][0].label)
    rows = [_outcome_row(context, label, shared.attack, colour, bold=True)]
    count = len(likely.by_type)
    rows += [
        RangeRow(
            name=f"\N{HORIZONTAL ELLIPSIS} if {line.clause}",
            marks=(_mark(figure, context.roles.colours[line.player], place, count),),
        )
        for place, (line, figure) in enumerate(likely.by_type)
    ]
    if len(violent) > 1:
        rows += [
            _outcome_row(context, sentence_case(rule.label), figure, _colour(context, rule))
            for rule, figure in violent
        ]
    sections.append(RangeSection(heading="", rows=tuple(rows)))
    return sections


def _colour(context: Context, rule: OutcomeRule) -> str:
    if rule.attack:
        return context.roles.colours[rule.attack]
    taken = set(context.roles.colours.values())
    agreement = next(
        (OKABE_ITO[name] for name in ("green", "sky") if OKABE_ITO[name] not in taken), NEUTRAL
    )
    return agreement if rule.settlement else NEUTRAL


def _said(figure: Figure) -> str:
    return f"{figure.text} ({figure.range_text})" if figure.range_text else figure.text


def _mark(figure: Figure, colour: str, place: int = 0, count: int = 1) -> RangeMark:
    return RangeMark(
        value=figure.value,
        low=figure.low,
        high=figure.high,
        colour=colour,
        shape=type_shape(place, count),
        printed=(_said(figure),),
    )


def _outcome_row(
    context: Context, name: str, figure: Figure, colour: str, *, bold: bool = False
) -> RangeRow:
    del context
    mark = RangeMark(
        value=figure.value,
        low=figure.low,
        high=figure.high,
        colour=colour,
        printed=(_said(figure),),
        strong=bold,
    )
    return RangeRow(name=name, marks=(mark,), bold=bold)


def _comparison_section(context: Context, comparisons: Sequence[Comparison]) -> list[RangeSection]:
    rows: list[RangeRow] = []
    for found in comparisons:
        name = say(PAGE, "the_model", label=sentence_case(found.label))
        rows.append(_outcome_row(context, name, found.figure, INK, bold=True))
        rows += [_beside_row(item) for item in (*found.rates, *found.views)]
    return [RangeSection(heading=say(PAGE, "compare_heading"), rows=tuple(rows))] if rows else []


def _beside_row(item: Beside) -> RangeRow:
    bare = format_range(item.low, item.high, "prob")
    if item.value is None:
        printed = bare
    else:
        text = format_percent(item.value)
        printed = f"{text} ({bare})" if bare else text
    mark = RangeMark(
        value=item.value,
        low=item.low,
        high=item.high,
        colour=NEUTRAL,
        shape="box" if item.value is None else "dot",
        printed=(printed,),
    )
    return RangeRow(name=sentence_case(item.words), marks=(mark,))


# --- moves -----------------------------------------------------------------------------------------------------------


def moves_chart(context: Context, moves: Moves, types: Sequence[TypeLine]) -> Chart | None:
    """Draw what every commitment does to an attack, by type; None without a commitment to draw.

    Those that forgo the attack of their own side are left out: there is nothing to deter.
    """
    drawn = [move for move in moves.rows if not move.forgoes]
    if not drawn:
        return None
    marked = moves.dilemma
    sections = [
        RangeSection(
            heading=say(PAGE, f"group_{group}"),
            rows=tuple(
                _move_row(context, move, types, shaded=move is marked)
                for move in drawn
                if move.group == group
            ),
        )
        for group in dict.fromkeys(move.group for move in drawn)
    ]
    typed = any(effect.type is not None for move in drawn for effect in move.effects)
    words = Words(
        title=say(
            PAGE,
            "moves_title",
            calm=moves.calm,
            dilemma=moves.dilemma,
            harm=moves.harm,
            typed=typed,
            count=len(types),
        ),
        subtitle=say(
            PAGE,
            "moves_measure",
            cases=context.results.n_draws,
            base=context.policies.get(context.policies.base).label,
            typed=typed,
            marks=[
                (type_shape(place, len(types)), line.clause) for place, line in enumerate(types)
            ],
            left_out=[move.label for move in moves.rows if move.forgoes],
        ),
        footnote=_footnote(context),
    )
    rows = [
        (
            sentence_case(move.label),
            effect.type.label if effect.type is not None else "all",
            link(effect.change, effect.change.full_text),
            format_percent(effect.share_higher),
        )
        for move in drawn
        for effect in move.effects
    ]
    return draw_sections(
        "summary-moves",
        sections,
        words,
        unit="points",
        columns=("Commitment", "Type", "Change of an attack", "Likelier in"),
        rows=rows,
        heads=(say(PAGE, "head_change"), "attack\nlikelier in"),
        sides=(say(PAGE, "side_less"), say(PAGE, "side_more")),
        printed_width=780.0,
    )


def _move_row(
    context: Context, move: TypedMove, types: Sequence[TypeLine], *, shaded: bool
) -> RangeRow:
    return RangeRow(
        name=sentence_case(move.label),
        marks=tuple(_effect_mark(context, effect, types) for effect in move.effects),
        bold=shaded,
        shaded=shaded,
    )


def _effect_mark(context: Context, effect: EffectOnType, types: Sequence[TypeLine]) -> RangeMark:
    line = effect.type
    if line is None:
        acting = attackers(context)
        colour = context.roles.colours[acting[0].id] if len(acting) == 1 else INK
        place, count = 0, 1
    else:
        mine = [item for item in types if item.player == line.player]
        colour, place, count = context.roles.colours[line.player], mine.index(line), len(mine)
    return RangeMark(
        value=effect.change.value,
        low=effect.change.low,
        high=effect.change.high,
        colour=colour if line is not None or not types else NEUTRAL,
        shape=type_shape(place, count),
        printed=(
            whole_points(effect.change.value),
            "none" if effect.share_higher == 0 else format_percent(effect.share_higher),
        ),
        strong=True,
    )


# --- an attack against cost ------------------------------------------------------------------------------------------


def tradeoff_chart(context: Context, choices: Choices | None) -> Chart | None:
    """Draw each commitment by the chance of an attack and by what it is worth to those who make it."""
    if choices is None:
        return None
    named = [item.point.policy for item in choices.named]
    points = [
        TradeoffPoint(
            label=sentence_case(point.label),
            across=point.attack,
            up=point.gain,
            kind="base" if point.base else "named" if point.policy in named else "other",
        )
        for point in choices.points
    ]
    defenders = context.roles.opponent_names()
    colour = context.roles.colours[context.roles.opponents()[0].id]
    words = Words(
        title=say(PAGE, "tradeoff_title", choices=choices),
        subtitle=say(PAGE, "tradeoff_measure", cases=context.results.n_draws, defenders=defenders),
        footnote=_footnote(context),
    )
    rows = [
        (
            sentence_case(point.label),
            link(point.attack, point.attack.full_text),
            link(point.gain, format_value(point.gain.value, "stakes")),
            point.gain.range_text,
        )
        for point in choices.points
    ]
    return draw_tradeoff(
        "summary-tradeoff",
        points,
        words,
        colour=colour,
        across=say(PAGE, "tradeoff_across"),
        up=say(PAGE, "tradeoff_up", defenders=defenders),
        crowded=say(PAGE, "tradeoff_crowded"),
        columns=("Commitment", "Attack", "Payoff against the base case", "Range"),
        rows=rows,
    )

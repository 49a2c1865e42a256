"""What does the challenger want? Demands, positions, red lines, and the room between the sides."""

from collections.abc import Iterator
from dataclasses import dataclass

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView, present_table
from detente.brief.pictures.charts import Mark, draw_positions
from detente.brief.pictures.palette import INK
from detente.brief.questions._aims_card import aims_words
from detente.brief.questions._parts import picture_words
from detente.brief.questions._red_lines import lines_table
from detente.brief.questions._terms import (
    Terms,
    read_terms,
    room_table,
    terms_chart,
    terms_table,
)
from detente.brief.words import sentence_case
from detente.crisis.elements import Binding, ByState, Column, Issue, Player, Product, Sum

__all__ = ["answer"]

ID, ORDER = "aims", 10
DEMANDS = (
    *("side", "document", "article", "issue", "demand", "answer"),
    *("challenger_status", "defender_status", "grade", "source"),
)
"""Columns of the table of demands that are shown."""


def answer(book: Book) -> Answer:
    """Answer the question from positions, priors of types, and the bargaining mechanism where there is one."""
    context = book.context
    sides = _sides(context)
    ranked = _ranked_issues(context, book, sides)
    terms = read_terms(book)
    chart = _picture(context, book, ranked, sides, terms)
    issues = [issue for issue, _ in ranked]
    ends = [_position(book, side, issues[0].id) for side in sides] if issues else []
    said = aims_words(
        book,
        sides=(sides[0].name(context), sides[1].name(context)),
        issues=issues,
        positions=(ends[0], ends[1]) if len(ends) == 2 and ends[0] and ends[1] else None,
        terms=terms,
    )
    return Answer(
        id=ID,
        title=said.title,
        answer=said.answer,
        so_what=said.so_what,
        facts=read_facts(book),
        model=said.model,
        charts=() if chart is None else (chart,),
        tables=_tables(book, terms, ranked, (sides[0].name(context), sides[1].name(context))),
        changes=said.changes,
        absent=said.absent,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One of the two whose positions are compared: a player, and the actor that speaks for it where one is named."""

    player: Player | None
    actor: str = ""

    def name(self, context: Context) -> str:
        """Return the player's name, or the actor's where it is not the player's first."""
        if self.player is not None and self.actor in {"", *self.player.actors[:1]}:
            return self.player.name
        return context.names.actor(self.actor)


def _sides(context: Context) -> tuple[_Side, _Side]:
    """Return the sides that the bargaining mechanism compares; without one, challenger and defender."""
    for mechanism in context.levels.mechanisms("bargaining."):
        actors = [
            next(_columns(mechanism.inputs.get(f"{role}_position")), "")
            for role in ("challenger", "defender")
        ]
        if all(actor in context.crisis.actors for actor in actors):
            first, second = (_Side(player=_player_of(context, one), actor=one) for one in actors)
            return first, second
    challenger = next(iter(context.roles.players("challenger")), None)
    return _Side(player=challenger), _Side(player=next(iter(context.roles.opponents()), None))


def _columns(binding: Binding | None) -> Iterator[str]:
    """Yield the names of the columns of positions that a binding reads."""
    if isinstance(binding, Column) and binding.table == "position":
        yield binding.name
    elif isinstance(binding, Sum):
        for part in binding.terms:
            yield from _columns(part)
    elif isinstance(binding, Product):
        for part in binding.factors:
            yield from _columns(part)
    elif isinstance(binding, ByState):
        for part in binding.cases.values():
            yield from _columns(part)


def _player_of(context: Context, actor: str) -> Player | None:
    return next((player for player in context.roles.players() if actor in player.actors), None)


def _position(book: Book, side: _Side, issue: str) -> Figure | None:
    context = book.context
    lead = context.roles.lead_actor(side.player, issue) if side.player is not None else None
    actor = side.actor or (lead.id if lead is not None else "")
    path = f"positions.{actor}.{issue}"
    if path not in context.crisis.quantities:
        return None
    name = context.crisis.issues[issue].label
    return book.quantity(path, label=f"position of {context.names.actor(actor)} on {name}")


def _gap(book: Book, issue: str, sides: tuple[_Side, _Side]) -> float | None:
    ends = [_position(book, side, issue) for side in sides]
    values = [end.value for end in ends if end is not None and end.value is not None]
    return abs(values[0] - values[1]) if len(values) == 2 else None


def _salience(context: Context, issue: str, side: _Side) -> float:
    for actor in (side.actor,) if side.actor else side.player.actors if side.player else ():
        quantity = context.crisis.quantities.get(f"salience.{actor}.{issue}")
        if quantity is not None:
            return quantity.distribution.parameters[0]
    return 0.0


def _ranked_issues(
    context: Context, book: Book, sides: tuple[_Side, _Side]
) -> list[tuple[Issue, float]]:
    """Issues on which both sides have a position, the challenger's most salient first, with the gap."""
    found = []
    for issue in context.crisis.issues.values():
        gap = _gap(book, issue.id, sides)
        if gap is not None:
            found.append((issue, gap))
    return sorted(found, key=lambda pair: (-_salience(context, pair[0].id, sides[0]), -pair[1]))


def _picture(
    context: Context,
    book: Book,
    ranked: list[tuple[Issue, float]],
    sides: tuple[_Side, _Side],
    terms: Terms | None,
) -> Chart | None:
    """Draw the range by issue where a mechanism finds one, else the positions alone."""
    if terms is not None:
        positions = {}
        for issue, _ in ranked:
            pair = [_position(book, side, issue.id) for side in sides]
            if pair[0] is not None and pair[1] is not None:
                positions[issue.id] = (pair[0], pair[1])
        colours = [
            context.roles.colours[side.player.id] if side.player is not None else "#767676"
            for side in sides
        ]
        chart = terms_chart(
            context,
            book,
            terms,
            [issue for issue, _ in ranked],
            sides=(sides[0].name(context), sides[1].name(context)),
            colours=(colours[0], colours[1]),
            positions=positions,
        )
        if chart is not None:
            return chart
    return _chart(context, book, ranked, sides)


def _chart(
    context: Context, book: Book, ranked: list[tuple[Issue, float]], sides: tuple[_Side, _Side]
) -> Chart | None:
    marks = []
    held = {side.player.id for side in sides if side.player is not None}
    shown = [
        *sides,
        *(_Side(player=item) for item in context.roles.players() if item.id not in held),
    ]
    order_of = [item.id for item in context.roles.players()]
    shown.sort(key=lambda side: order_of.index(side.player.id) if side.player else len(order_of))
    best = context.say(ID, "positions_best")
    rank: dict[str, int] = {}
    mark_open = 2 * sum(issue.negotiable for issue, _ in ranked) < len(ranked)
    for issue, _ in ranked[:12]:
        case = "" if issue.negotiable != mark_open else "open" if mark_open else "closed"
        row = context.say(ID, "positions_row", issue=issue.label, case=case)
        rank[row] = len(rank)
        for side in shown:
            figure = _position(book, side, issue.id)
            if figure is None or figure.value is None:
                continue
            marks.append(
                Mark(
                    row=row,
                    series=side.name(context),
                    value=figure.value,
                    low=figure.low,
                    high=figure.high,
                    colour=context.roles.colours[side.player.id]
                    if side.player is not None
                    else "#767676",
                    figure=figure,
                )
            )
        point = _nash_point(context, book, issue)
        if point is not None and point.value is not None:
            marks.append(
                Mark(
                    row=row,
                    series=best,
                    value=point.value,
                    low=point.low,
                    high=point.high,
                    colour=INK,
                    kind="settlement",
                    figure=point,
                )
            )
    if not marks:
        return None
    marks.sort(key=lambda mark: (rank[mark.row], mark.kind == "settlement"))
    first, gap = ranked[0]
    nearest, least = min(ranked, key=lambda pair: pair[1])
    source = context.tables.get("positions")
    return draw_positions(
        f"{ID}-positions",
        marks,
        picture_words(
            context,
            ID,
            "positions",
            gap=f"{gap:.0f}",
            issue=first.label,
            nearest=nearest.label if nearest.id != first.id else "",
            least=f"{least:.0f}",
            file=source.file if source else "",
        ),
    )


def _nash_point(context: Context, book: Book, issue: Issue) -> Figure | None:
    for mechanism in context.levels.mechanisms("bargaining."):
        for level in context.levels.start(mechanism.id, "nash_point"):
            if level.member == issue.id:
                return book.level(
                    f"nash_point.{mechanism.id}.{issue.id}",
                    f"best common terms on {issue.label}",
                    level,
                    unit="score_0_100",
                )
    return None


def _tables(
    book: Book,
    terms: Terms | None,
    ranked: list[tuple[Issue, float]],
    names: tuple[str, str],
) -> tuple[TableView, ...]:
    context = book.context
    issues = context.crisis.issues.values()
    scales = present_table(
        "scales",
        context.say_lines(ID, "scales_heads"),
        tuple(
            (
                sentence_case(issue.label),
                issue.at_0,
                issue.at_50,
                issue.at_100,
                context.say(ID, "scales_yes", open=issue.negotiable),
            )
            for issue in issues
        ),
        title=context.say(ID, "scales_title"),
        folded=True,
        numeric=(),
    )
    demands = context.tables.view(
        "demands",
        dict(zip(DEMANDS, context.say_lines(ID, "demands_heads"), strict=True)),
        title=context.say(ID, "demands_title"),
    )
    shared = [issue for issue, _ in ranked]
    room: tuple[TableView | None, ...] = ()
    if terms is not None:
        room = (
            terms_table(context, terms, shared),
            lines_table(book, terms.mechanism, shared, cases=terms.open_cases),
            room_table(book, terms, names),
        )
    views = (*room, demands, scales if issues else None)
    return tuple(view for view in views if view is not None)

"""Are all allies on board? Who joins which package, who depends on what, and what the gas balance bears."""

from detente.brief.charts import Span, Words, draw_matrix, draw_ranges
from detente.brief.context import Book, Context, Level
from detente.brief.figures import Answer, Chart, Figure, TableView, link
from detente.brief.palette import INK
from detente.brief.parts import (
    change_sentences,
    effect_sentence,
    grouped_row,
    policy_figures,
    run_note,
)
from detente.brief.words import join_words, plain_label, sentence_case
from detente.crisis import attributes
from detente.crisis.elements import Binding, ByState, Column, Product, Sum

__all__ = ["answer"]

ID = "alliance"
KINDS = ("energy", "alliance")
CHANNELS = ("dependence", "trade_exposure", "bank_exposure")
"""Inputs of the joining model that say how exposed a member is, by channel."""
MOST_COLUMNS = 5
LIKELY = 0.55
"""Where the word "likely" begins on the scale of the briefing."""


def answer(context: Context) -> Answer:
    """Answer the question from the joining mechanism, the exposures and the energy balance."""
    book = context.book(ID)
    packages = _packages(context, book)
    dependence = _dependence(context, book)
    balance = _balance(context, book)
    effects = policy_figures(book, context.policies_with(KINDS), "attack", "an attack")
    charts = [
        _matrix(context, packages),
        _dependence_chart(context, dependence),
        _balance_chart(context, balance),
    ]
    return Answer(
        id=ID,
        title="Are all allies on board?",
        answer=_first_sentence(context, packages, dependence),
        facts=context.facts(book),
        model=(
            *_channels(context, dependence),
            *(
                effect_sentence(context, policy, "an attack", pair)
                for policy, pair in list(effects.items())[:3]
            ),
        ),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=_tables(context, book),
        changes=_changes(context, book),
        absent=_absent(packages, balance),
        # evaluated last: the parts above make the figures
        figures=book.figures,
    )


Packages = list[tuple[str, dict[str, Figure]]]
Dependence = list[tuple[str, list[tuple[str, Figure]]]]


def _packages(context: Context, book: Book) -> Packages:
    """Per package, the probability that each member joins."""
    found: Packages = []
    mechanisms = context.mechanisms("alliance.")
    for mechanism in mechanisms:
        rows: dict[tuple[tuple[str, str], ...], list[Level]] = {}
        for level in context.main_levels(mechanism.id, "joining_prob"):
            if level.member:
                rows.setdefault(level.state, []).append(level)
        for levels in rows.values():
            state = context.level_label(levels[0])
            name = state if len(rows) > 1 else mechanism.label
            if len(rows) > 1 and len(mechanisms) > 1:
                name = f"{mechanism.label}; {state}"
            cells = {
                level.member: book.level(
                    f"joining.{mechanism.id}.{level.member}{context.level_id(level)}",
                    f"{context.actor_name(level.member)} joins: {name}",
                    level,
                    unit="prob",
                )
                for level in levels
            }
            found.append((name, cells))
    return found


def _mean(cells: dict[str, Figure]) -> float:
    values = [figure.value or 0.0 for figure in cells.values()]
    return sum(values) / len(values) if values else 0.0


def _dependence(context: Context, book: Book) -> Dependence:
    """Per exposure that the file feeds into a mechanism (else every exposure), the actors from most to least exposed."""
    names: dict[str, None] = {}
    for mechanism in context.mechanisms("alliance."):
        for name in CHANNELS:
            binding = mechanism.inputs.get(name)
            if binding is not None:
                names.update(dict.fromkeys(_exposures_in(binding)))
    if not names:
        names.update(
            dict.fromkeys(
                path.split(".", 2)[2] for path in context.crisis.quantities if _is_exposure(path)
            )
        )
    found: Dependence = []
    for name in names:
        rows = []
        for actor in context.crisis.actors:
            path = f"exposures.{actor}.{name}"
            quantity = context.crisis.quantities.get(path)
            if quantity is not None and quantity.unit in {"share", "prob", "pct_gdp", "pct"}:
                label = quantity.label
                rows.append((actor, book.quantity(path, label=label)))
        rows.sort(key=lambda pair: -(pair[1].value or 0.0))
        if rows:
            found.append((name, rows))
    return found


def _is_exposure(path: str) -> bool:
    return path.startswith("exposures.") and path.count(".") >= 2


def _exposures_in(binding: Binding) -> list[str]:
    if isinstance(binding, Column):
        return [binding.name] if binding.table == "exposure" else []
    parts: tuple[Binding, ...] = ()
    if isinstance(binding, ByState):
        parts = tuple(binding.cases.values())
    elif isinstance(binding, Sum):
        parts = binding.terms
    elif isinstance(binding, Product):
        parts = binding.factors
    return [name for part in parts for name in _exposures_in(part)]


def _balance(context: Context, book: Book) -> list[tuple[Level, Figure]]:
    found = []
    for mechanism in context.mechanisms("energy."):
        for level in context.main_levels(mechanism.id, "shortfall_share"):
            figure = book.level(
                f"shortfall.{mechanism.id}{context.level_id(level)}",
                f"unmet demand, {context.level_label(level)}",
                level,
                unit="share",
            )
            found.append((level, figure))
    return found


def _first_sentence(context: Context, packages: Packages, dependence: Dependence) -> str:
    if packages:
        name, cells = min(packages, key=lambda item: _mean(item[1]))
        easy, many = max(packages, key=lambda item: _mean(item[1]))
        likely = sum((figure.value or 0.0) > LIKELY for figure in cells.values())
        ranked = sorted(cells.items(), key=lambda item: item[1].value or 0.0)
        least = [f"{context.actor_name(actor)} ({link(figure)})" for actor, figure in ranked[:3]]
        text = f"Not on everything: on the hardest package (“{name}”) {likely} of {len(cells)} members are likely to join"
        if likely == len(cells):
            text = f"Yes, as the model has it: even on the hardest package (“{name}”) all {len(cells)} members are likely to join"
        text += f", the least likely being {join_words(least)}"
        if easy != name:
            joined = sum((figure.value or 0.0) > LIKELY for figure in many.values())
            text += f"; on the easiest (“{easy}”) it is {joined} of {len(many)}"
        return text + "."
    if dependence:
        name, rows = dependence[0]
        actor, figure = rows[0]
        return (
            f"The file has no model of who joins what; {context.actor_name(actor)} is the most exposed by "
            f"{plain_label(name)} ({link(figure)})."
        )
    return "The file holds neither a model of who joins what nor exposures of allies."


def _coverage(context: Context, book: Book) -> TableView | None:
    rows = []
    seen: dict[str, int] = {}
    for mechanism in context.mechanisms("alliance."):
        for level in context.main_levels(mechanism.id, "coverage"):
            share = book.level(
                f"coverage.{mechanism.id}{context.level_id(level)}",
                f"weight of members that join, {mechanism.label}, {context.level_label(level)}",
                level,
                unit="share",
            )
            name, _ = grouped_row(context, level, seen)
            cell = ""
            same = [
                item
                for item in context.levels(mechanism.id, "unanimity_prob")
                if item.state == level.state
            ]
            if same:
                whole = book.level(
                    f"unanimity.{mechanism.id}{context.level_id(level)}",
                    f"all members join, {mechanism.label}, {context.level_label(level)}",
                    same[0],
                    unit="prob",
                )
                cell = link(whole, whole.full_text)
            rows.append((name, link(share, share.full_text), cell))
    if not rows:
        return None
    return TableView(
        id="coverage",
        title="How much of the members' weight joins each package",
        columns=("Package", "Weight that joins", "All join"),
        rows=tuple(rows),
        numeric=(False, True, True),
        note="Where a rule of unanimity holds, the last column decides. Mean and 5\N{EN DASH}95% of explored cases.",
    )


def _channels(context: Context, dependence: Dependence) -> tuple[str, ...]:
    parts = []
    for name, rows in dependence:
        if len(rows) < 3:
            continue
        top = [f"{context.actor_name(actor)} {link(figure)}" for actor, figure in rows[:4]]
        parts.append(f"by {plain_label(name)}: {', '.join(top)}")
    if not parts:
        return ()
    return ("Who is exposed depends on the channel. " + sentence_case("; ".join(parts[:4])) + ".",)


def _matrix(context: Context, packages: Packages) -> Chart | None:
    if not packages:
        return None
    shown = packages
    if len(packages) > MOST_COLUMNS:
        shown = _telling(packages)
    members = list(dict.fromkeys(member for _, cells in shown for member in cells))

    def average(member: str) -> float:
        known = [cells[member].value or 0.0 for _, cells in shown if member in cells]
        return sum(known) / len(known)

    members.sort(key=lambda member: -average(member))
    first, last = context.actor_name(members[0]), context.actor_name(members[-1])
    title = f"{first} is the surest to join, {last} the least sure"
    return draw_matrix(
        f"{ID}-joining",
        [context.actor_name(member) for member in members],
        [sentence_case(name) for name, _ in shown],
        [[cells.get(member) for _, cells in shown] for member in members],
        Words(
            title=title,
            subtitle="Probability that each member joins each package, mean over explored cases",
            footnote=run_note(context).replace(" Point: mean; line: 5\N{EN DASH}95% of cases.", ""),
        ),
    )


def _telling(packages: Packages) -> Packages:
    """Choose the columns to draw: of each mechanism the first, the easiest and the hardest package."""
    chosen: list[int] = []
    groups: dict[str, list[int]] = {}
    for index, (name, _) in enumerate(packages):
        groups.setdefault(name.partition(";")[0], []).append(index)
    for members in groups.values():
        ranked = sorted(members, key=lambda index: -_mean(packages[index][1]))
        chosen.extend(dict.fromkeys((members[0], ranked[0], ranked[-1])))
    return [packages[index] for index in sorted(chosen)][: 2 * MOST_COLUMNS - 2]


def _dependence_chart(context: Context, dependence: Dependence) -> Chart | None:
    wide = [item for item in dependence if len(item[1]) > 1] or dependence
    if not wide:
        return None
    name, rows = wide[0]
    owner = {
        actor: player.id for player in context.crisis.players.values() for actor in player.actors
    }
    actor, figure = rows[0]
    spans = [
        Span(
            row=context.actor_name(one),
            figure=value,
            colour=context.colours.get(owner.get(one, ""), INK),
        )
        for one, value in rows[:14]
    ]
    table = context.table("exposures")
    return draw_ranges(
        f"{ID}-dependence",
        spans,
        Words(
            title=f"{context.actor_name(actor)} is the most exposed by {plain_label(name)}: {figure.text}",
            subtitle=sentence_case(_meaning(name)) + ", in %; coloured by player, others in ink",
            footnote="Source: table of exposures"
            + (f" ({table.file})" if table is not None else "")
            + "; each row names its own source.",
        ),
        bars=True,
        row_title="Actor",
        heads=("Value", "Range"),
    )


def _meaning(name: str) -> str:
    """Say what an exposure measures, in the words of the register of attributes if it is there."""
    known = attributes().get(name)
    return known.description if known is not None and known.description else plain_label(name)


def _balance_chart(context: Context, balance: list[tuple[Level, Figure]]) -> Chart | None:
    if not balance:
        return None
    worst = max(balance, key=lambda pair: pair[1].value or 0.0)
    title = (
        f"At worst {worst[1].text} of gas demand would go unmet"
        if (worst[1].value or 0.0) > 0
        else "Gas demand would be met in every situation shown"
    )
    return draw_ranges(
        f"{ID}-energy",
        [
            Span(row=sentence_case(context.level_label(level)), figure=figure)
            for level, figure in balance
        ],
        Words(
            title=title,
            subtitle="Unmet share of gas demand after other supplies, storage and response, by state",
            footnote=run_note(context),
        ),
        bars=True,
        row_title="Situation",
    )


def _tables(context: Context, book: Book) -> tuple[TableView, ...]:
    rules = context.table_view(
        "rules",
        {
            "body": "Body",
            "matter": "Matter",
            "rule": "Rule",
            "who_can_block": "Who can block",
            "lag": "Lag",
            "grade": "Grade",
            "source": "Source",
        },
        title="Decision rules",
    )
    exposures = context.table_view(
        "exposures",
        {
            "actor": "Actor",
            "variable": "Variable",
            "value": "Value",
            "as_of": "As of",
            "grade": "Grade",
            "source": "Source",
        },
        title="All exposures",
        numeric=("value",),
    )
    views = (_coverage(context, book), rules, exposures)
    return tuple(view for view in views if view is not None)


def _changes(context: Context, book: Book) -> tuple[str, ...]:
    for mechanism in context.mechanisms("alliance.")[:1]:
        for level in context.start_levels(mechanism.id, "coverage")[:1]:
            if context.values(level.metric).std() > 0:
                noun = f"the weight of members that join ({mechanism.label})"
                return change_sentences(book, level.metric, noun)
    policies = context.policies_with(KINDS)
    policy = policies[0] if policies else None
    noun = f"an attack under “{context.policy(policy).label}”" if policy else "an attack"
    among = context.inputs_of("alliance.", "energy.") or [
        path for path in context.crisis.quantities if _is_exposure(path)
    ]
    return change_sentences(book, "attack", noun, policy=policy, among=among)


def _absent(packages: Packages, balance: list[tuple[Level, Figure]]) -> tuple[str, ...]:
    notes = []
    if not packages:
        notes.append(
            "The crisis file uses no alliance mechanism, so who joins which package is not computed."
        )
    if not balance:
        notes.append("The crisis file uses no energy balance.")
    return tuple(notes)

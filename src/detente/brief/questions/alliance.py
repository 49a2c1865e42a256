"""Are all allies on board? Who joins which package, who depends on what, and what the gas balance bears."""

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView, link, present_table
from detente.brief.levels import Level
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.matrix import draw_matrix
from detente.brief.pictures.palette import INK
from detente.brief.questions._alliance_card import alliance_words
from detente.brief.questions._coalition import coalition_parts, ranking_table
from detente.brief.questions._gas import describe_gas
from detente.brief.questions._parts import grouped_row, picture_words, run_note
from detente.brief.questions._supply import supply_charts
from detente.brief.words import plain_label, sentence_case
from detente.crisis import attributes
from detente.crisis.elements import Binding, ByState, Column, Product, Sum
from detente.crisis.registers import kinds_for

__all__ = ["answer"]

ID, ORDER = "alliance", 60
KINDS = kinds_for(ID)
CHANNELS = ("dependence", "trade_exposure", "bank_exposure")
"""Inputs of the joining model that say how exposed a member is, by channel."""
MOST_COLUMNS = 5
LIKELY = 0.55
"""Where the word "likely" begins on the scale of the briefing."""


def answer(book: Book) -> Answer:
    """Answer the question from the joining mechanism, the exposures and the energy balance."""
    context = book.context
    packages = _packages(context, book)
    dependence = _dependence(context, book)
    balance = _balance(context, book)
    coalition = coalition_parts(context, book)
    effects = book.policies(context.policies.with_kinds(KINDS), "attack", "an attack")
    gas = describe_gas(context, book)
    hardest = _hardest(context, packages)
    among = context.traces.inputs_of("alliance.", "energy.") or tuple(
        path for path in context.crisis.quantities if _is_exposure(path)
    )
    said = alliance_words(
        book,
        packages=packages,
        dependence=dependence,
        coalition=coalition,
        gas=gas.numbers,
        effects=effects,
        hardest=hardest,
        among=among,
        has_balance=bool(balance),
    )
    charts = [
        *sorted(coalition.charts, key=lambda chart: chart.id != "alliance-cut"),
        None
        if any(chart.id == "alliance-packages" for chart in coalition.charts)
        else _matrix(context, packages),
        _dependence_chart(context, dependence),
        *supply_charts(context, book),
        *(gas.charts or (_balance_chart(context, balance),)),
    ]
    return Answer(
        id=ID,
        title=said.title,
        answer=said.answer,
        so_what=said.so_what,
        facts=read_facts(book),
        model=said.model,
        charts=tuple(chart for chart in charts if chart is not None),
        tables=(
            *coalition.tables,
            *((table,) if (table := ranking_table(context, dependence)) is not None else ()),
            *_tables(context, book),
            *gas.tables,
        ),
        changes=said.changes,
        absent=said.absent,
    )


def _hardest(context: Context, packages: "Packages") -> tuple[str, str] | None:
    """Return the metric of the weight that joins the hardest package, and its name; None without such a weight."""
    if not packages:
        return None
    mechanism, _, _ = min(packages, key=lambda item: _mean(item[2]))
    for level in context.levels.start(mechanism, "coverage")[:1]:
        if context.columns.values(level.metric).std() > 0:
            return level.metric, f"the weight that joins {context.levels.full_label(level)}"
    return None


Packages = list[tuple[str, str, dict[str, Figure]]]
"""Mechanism, name of the package with its situation, and the probability that each member joins."""
Dependence = list[tuple[str, list[tuple[str, Figure]]]]


def _packages(context: Context, book: Book) -> Packages:
    """Per package, the probability that each member joins."""
    found: Packages = []
    mechanisms = context.levels.mechanisms("alliance.")
    for mechanism in mechanisms:
        rows: dict[tuple[tuple[str, str], ...], list[Level]] = {}
        for level in context.levels.main(mechanism.id, "joining_prob"):
            if level.member:
                rows.setdefault(level.state, []).append(level)
        for levels in rows.values():
            name = context.levels.full_label(levels[0])
            cells = {
                level.member: book.level(
                    f"joining.{mechanism.id}.{level.member}{context.levels.key(level)}",
                    f"{context.names.actor(level.member)} joins {name}",
                    level,
                    unit="prob",
                )
                for level in levels
            }
            found.append((mechanism.id, name, cells))
    return found


def _mean(cells: dict[str, Figure]) -> float:
    values = [figure.value or 0.0 for figure in cells.values()]
    return sum(values) / len(values) if values else 0.0


def _dependence(context: Context, book: Book) -> Dependence:
    """Per exposure that the file feeds into a mechanism (else every exposure), the actors from most to least exposed."""
    names: dict[str, None] = {}
    for mechanism in context.levels.mechanisms("alliance."):
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
    for mechanism in context.levels.mechanisms("energy."):
        for level in context.levels.main(mechanism.id, "shortfall_share"):
            figure = book.level(
                f"shortfall.{mechanism.id}{context.levels.key(level)}",
                f"unmet gas demand {context.levels.label(level)}",
                level,
                unit="share",
            )
            found.append((level, figure))
    return found


def _coverage(context: Context, book: Book) -> TableView | None:
    rows = []
    seen: dict[str, int] = {}
    for mechanism in context.levels.mechanisms("alliance."):
        for level in context.levels.main(mechanism.id, "coverage"):
            share = book.level(
                f"coverage.{mechanism.id}{context.levels.key(level)}",
                f"weight of the members that join {context.levels.full_label(level)}",
                level,
                unit="share",
            )
            name, _ = grouped_row(context, level, seen)
            cell = ""
            same = [
                item
                for item in context.levels.of(mechanism.id, "unanimity_prob")
                if item.state == level.state
            ]
            if same:
                whole = book.level(
                    f"unanimity.{mechanism.id}{context.levels.key(level)}",
                    f"all members join {context.levels.full_label(level)}",
                    same[0],
                    unit="prob",
                )
                cell = link(whole, whole.full_text)
            rows.append((name, link(share, share.full_text), cell))
    if not rows:
        return None
    return present_table(
        "coverage",
        ("Package", "Weight that joins", "All join"),
        rows,
        title=context.say(ID, "coverage_title"),
        note=context.say(ID, "coverage_note"),
    )


def _matrix(context: Context, packages: Packages) -> Chart | None:
    if not packages:
        return None
    shown = packages
    if len(packages) > MOST_COLUMNS:
        shown = _telling(packages)
    members = list(dict.fromkeys(member for _, _, cells in shown for member in cells))

    def average(member: str) -> float:
        known = [cells[member].value or 0.0 for _, _, cells in shown if member in cells]
        return sum(known) / len(known)

    members.sort(key=lambda member: -average(member))
    first, last = context.names.actor(members[0]), context.names.actor(members[-1])
    return draw_matrix(
        f"{ID}-joining",
        [context.names.actor(member) for member in members],
        [sentence_case(name) for _, name, _ in shown],
        [[cells.get(member) for _, _, cells in shown] for member in members],
        picture_words(
            context, ID, "joining", note=run_note(context, marks=""), first=first, last=last
        ),
    )


def _telling(packages: Packages) -> Packages:
    """Choose the columns to draw: of each mechanism the first, the easiest and the hardest package."""
    chosen: list[int] = []
    groups: dict[str, list[int]] = {}
    for index, (mechanism, _, _) in enumerate(packages):
        groups.setdefault(mechanism, []).append(index)
    for members in groups.values():
        ranked = sorted(members, key=lambda index: -_mean(packages[index][2]))
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
            row=context.names.actor(one),
            figure=value,
            colour=context.roles.colours.get(owner.get(one, ""), INK),
        )
        for one, value in rows[:14]
    ]
    table = context.tables.get("exposures")
    return draw_ranges(
        f"{ID}-dependence",
        spans,
        picture_words(
            context,
            ID,
            "dependence",
            exposure=context.names.exposure(name),
            meaning=_meaning(context, name),
            actor=context.names.actor(actor),
            share=figure,
            file="" if table is None else table.file,
        ),
        bars=True,
        row_title="Actor",
        heads=("Value", "Range"),
    )


def _meaning(context: Context, name: str) -> str:
    """Say what an exposure measures: its label, or the words of the register of attributes where it has none."""
    label = context.names.exposure(name)
    known = attributes().get(name)
    if label == plain_label(name) and known is not None and known.description:
        return known.description
    return label


def _balance_chart(context: Context, balance: list[tuple[Level, Figure]]) -> Chart | None:
    if not balance:
        return None
    worst = max(balance, key=lambda pair: pair[1].value or 0.0)
    return draw_ranges(
        f"{ID}-energy",
        [
            Span(row=sentence_case(context.levels.label(level)), figure=figure)
            for level, figure in balance
        ],
        picture_words(
            context,
            ID,
            "energy",
            note=run_note(context),
            unmet=(worst[1].value or 0.0) > 0,
            worst=worst[1],
        ),
        bars=True,
        row_title="Situation",
    )


def _tables(context: Context, book: Book) -> tuple[TableView, ...]:
    rules = context.tables.view(
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
        title=context.say(ID, "rules_title"),
    )
    exposures = context.tables.view(
        "exposures",
        {
            "actor": "Actor",
            "variable": "Variable",
            "value": "Value",
            "as_of": "As of",
            "grade": "Grade",
            "source": "Source",
        },
        title=context.say(ID, "exposures_title"),
        numeric=("value",),
    )
    views = (_coverage(context, book), rules, exposures)
    return tuple(view for view in views if view is not None)

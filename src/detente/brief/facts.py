"""The sourced facts of a question, with the values that they speak of."""

from detente.brief.book import Book
from detente.brief.figures import FactView, ValueView
from detente.brief.quantity_words import is_contested, quantity_text
from detente.brief.words import KNOWN_DIGITS, format_date, format_value, sentence_case

__all__ = ["read_facts"]


def read_facts(book: Book) -> tuple[FactView, ...]:
    """Return the sourced facts of a question, with their values side by side where sources differ."""
    crisis, names = book.context.crisis, book.context.names
    found = []
    for fact in crisis.facts:
        if fact.question != book.question:
            continue
        values = [view for path in fact.figures for view in _value_views(book, path)]
        rival = any(is_contested(crisis.quantities.get(path)) for path in fact.figures)
        found.append(
            FactView(
                id=fact.id,
                text=fact.text,
                sources=fact.sources,
                as_of=format_date(fact.as_of),
                grade=names.grade(fact.grade, fact.claimed_by),
                values=tuple(values),
                contested=rival,
                claims=fact.claims,
            )
        )
    return tuple(found)


def _value_views(book: Book, path: str) -> list[ValueView]:
    names = book.context.names
    quantity = book.context.crisis.quantities.get(path)
    if quantity is None:
        return []
    figure = book.quantity(path)
    grade = names.grade(quantity.grade, quantity.claimed_by)
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
                source=names.sources(key.split(";")),
                source_key=key,
                as_of=day,
                grade=grade,
                figure=figure.id,
                rival=is_contested(quantity),
            )
            for value, key in quantity.contested
        ]
    return [
        ValueView(
            label=label,
            text=quantity_text(quantity),
            source=names.sources(quantity.sources),
            source_key=";".join(quantity.sources),
            as_of=day,
            grade=grade,
            figure=figure.id,
        )
    ]

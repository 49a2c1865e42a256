"""``detente models``: the mechanisms that a crisis may bind."""

import re
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import JsonOption
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.errors import UsageError, nearest

if TYPE_CHECKING:
    from detente.models import Model

__all__ = ["command"]

NameArgument = Annotated[
    str | None,
    typer.Argument(help="A model, as mechanism.model; all of them without.", metavar="MODEL"),
]


def command(
    name: NameArgument = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show the models that a crisis file may bind; of one of them its inputs and outputs with unit, range and meaning.

    For example:

      detente models

      detente models bargaining.settlement
    """
    from detente.models import all_models

    known = all_models()
    if name is not None and name not in known:
        message = f"there is no model {name!r}"
        fix = f"use one of: {', '.join(nearest(name, known) or known)}"
        raise UsageError(message, code="model-unknown", at="MODEL", fix=fix)
    chosen = list(known.values()) if name is None else [known[name]]
    if as_json:
        sys.stdout.write(json_text([_fields(model) for model in chosen]))
    elif name is None:
        rows = [(model.name, _plain(model.summary)) for model in chosen]
        print_table(make_table([text("model", no_wrap=True), text("what it computes")], rows))
    else:
        _print_model(known[name])


def _plain(summary: str) -> str:
    """Return the first sentence of a docstring without the marks of its links."""
    return re.sub(r":\w+:`~?([^`]+)`", r"\1", summary)


def _fields(model: "Model") -> dict[str, Any]:
    return {
        "name": model.name,
        "summary": _plain(model.summary),
        "reference": model.reference,
        "cites": list(model.cites),
        "inputs": [asdict(item) for item in model.inputs],
        "outputs": [asdict(item) for item in model.outputs],
    }


def _print_model(model: "Model") -> None:
    print_line(f"{model.name}: {_plain(model.summary)}")
    print_line(f"Reference: {model.reference}")
    sys.stdout.write("\n")
    columns = [
        text("input", no_wrap=True),
        text("unit"),
        text("for each member"),
        number("default"),
        text("range", no_wrap=True),
        text("meaning"),
    ]
    rows = [
        (
            item.name,
            item.unit,
            "yes" if item.per_member else "",
            "required" if item.default is None else f"{item.default:g}",
            f"{item.low:g} to {item.high:g}",
            item.description,
        )
        for item in model.inputs
    ]
    print_table(make_table(columns, rows))
    sys.stdout.write("\n")
    columns = [text("output", no_wrap=True), text("unit"), text("for each member"), text("meaning")]
    print_table(
        make_table(
            columns,
            [
                (item.name, item.unit, "yes" if item.per_member else "", item.description)
                for item in model.outputs
            ],
        )
    )

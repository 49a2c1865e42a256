"""``detente schema``: print the JSON Schema of a crisis file."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from detente.cli._options import OUT, reworded
from detente.cli._output import json_text

__all__ = ["command"]

OutOption = Annotated[
    Path | None, reworded(OUT, help="Write it to this file instead.", metavar="FILE")
]
PageOption = Annotated[
    bool,
    typer.Option("--page", help="Print a page for readers instead: every key and what it means."),
]


def command(
    *,
    page: PageOption = False,
    out: OutOption = None,
) -> None:
    """Print the JSON Schema of a crisis file, so that editors complete keys and show what they mean.

    Name it in the first line of a crisis file: # yaml-language-server: $schema=crisis.schema.json

    For example:

      detente schema

      detente schema --page

      detente schema --out my-crisis/crisis.schema.json
    """
    from detente.crisis import crisis_schema
    from detente.files.writing import write_whole

    schema = crisis_schema()
    text = _as_page(schema) if page else json_text(schema)
    if out is None:
        sys.stdout.write(text)
    else:
        write_whole(out, text.encode())
        sys.stdout.write(f"{out}\n")


def _as_page(schema: Mapping[str, Any]) -> str:
    """Return the schema as Markdown: the top of a crisis file, then every kind of entry, key by key."""
    lines = [f"# {schema['title']}", "", schema["description"], "", *_keys(schema)]
    for name, entry in schema["$defs"].items():
        lines += ["", f"## {_words(name)}", "", entry["description"]]
        if "properties" in entry:
            lines += ["", *_keys(entry)]
    return "\n".join(lines) + "\n"


def _keys(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each key: what it takes, whether it must be there, what it means."""
    required = entry.get("required", ())
    for key, value in entry["properties"].items():
        kind = ", ".join(dict.fromkeys(_kinds(value)))
        must = ", required" if key in required else ""
        yield f"- `{key}` ({kind or 'any'}{must}): {value.get('description', '')}".rstrip(": ")


def _kinds(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield words for the types that a value may have."""
    if "$ref" in value:
        yield _words(value["$ref"].rpartition("/")[2])
    elif "enum" in value or "const" in value:
        choices = value.get("enum", [value.get("const")])
        yield " | ".join(map(str, choices)) if len(choices) <= _MANY else "one of a list"
    elif "anyOf" in value:
        for item in value["anyOf"]:
            yield from _kinds(item)
    elif value.get("type") == "array":
        yield f"list of {', '.join(dict.fromkeys(_kinds(value.get('items', {})))) or 'values'}"
    elif value.get("type") == "object":
        inner = value.get("additionalProperties")
        of = ", ".join(dict.fromkeys(_kinds(inner))) if isinstance(inner, dict) else ""
        yield f"names to {of or 'values'}"
    else:
        given = value.get("type", ())
        for kind in [given] if isinstance(given, str) else given:
            if kind != "null":
                yield _KINDS.get(kind, kind)


def _words(name: str) -> str:
    """Return the name of a definition as words: ``PhaseEntry`` is a phase."""
    parts = re.findall(r"[A-Z][a-z]*", name.removesuffix("Entry"))
    return " ".join(part.lower() for part in parts)


_KINDS = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
}
_MANY = 8
"""Most choices that a line lists."""

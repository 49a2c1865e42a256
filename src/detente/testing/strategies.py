"""Generators of crisis documents for property tests; they need the package ``hypothesis``."""

import math
from typing import Any

from hypothesis import strategies as st

from detente.crisis.elements import Distribution
from detente.testing.crises import template_document

__all__ = ["broken_documents", "crisis_documents", "distributions", "yaml_text"]

_NAMES = st.sampled_from(
    ["none", "agreed", "rest", "by", "up", "north", "west", "WES", "war", "force.mid", "gazette"]
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | _NAMES
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=10) | _NAMES, inner, max_size=3)
    ),
    max_leaves=8,
)


def _finite(low: float = -1e6, high: float = 1e6) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    """Generate valid distributions of every family, of moderate size."""
    family = draw(
        st.sampled_from(
            ["fixed", "triangular", "uniform", "normal", "lognormal", "beta", "discrete"]
        )
    )
    low, width = draw(_finite()), draw(_finite(1e-3, 1e6))
    match family:
        case "fixed":
            parameters: tuple[float, ...] = (low,)
        case "triangular":
            mode = min(low + draw(_finite(0, 1)) * width, low + width)
            parameters = (low, mode, low + width)
        case "uniform":
            parameters = (low, low + width)
        case "normal":
            parameters = (low, width)
        case "lognormal":
            parameters = (width, draw(_finite(1e-3, 3)))
        case "beta":
            shapes = draw(_finite(0.2, 50)), draw(_finite(0.2, 50))
            parameters = (*shapes, low, low + width)
        case _:
            values = draw(st.lists(_finite(), min_size=1, max_size=6, unique=True))
            shares = [draw(_finite(0.01, 1)) for _ in values]
            total = math.fsum(shares)
            parameters = tuple(
                number
                for value, share in zip(values, shares, strict=True)
                for number in (value, share / total)
            )
    return Distribution(family=family, parameters=parameters)  # type: ignore[arg-type]


@st.composite
def crisis_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Generate documents of valid crises: the small invented one with other figures, priors, rounds and policies."""
    document = template_document()
    document["rounds"] = draw(st.integers(1, 3))
    document["calendar"] = ["2030-01-15", "2030-02-15", "2030-03-01"][: document["rounds"]]
    for name in ("war.gain", "settlement.concession", "audience.cost", "force.aid"):
        low, width = draw(_finite(0, 50)), draw(_finite(0.5, 50))
        mode = min(low + draw(_finite(0, 1)) * width, low + width)
        document["quantities"][name]["triangular"] = [low, mode, low + width]
    prior = draw(_finite(0, 1))
    document["players"]["north"]["types"]["revisionist"]["prior"] = prior
    order = draw(st.permutations(list(document["policies"])))
    document["policies"] = {name: document["policies"][name] for name in order}
    for variable, entry in document["state"].items():
        if variable in {"talks", "posture", "threat"}:
            entry["initial"] = draw(st.sampled_from(entry["values"]))
    return document


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = list(part) if isinstance(part, dict) else range(len(part))
    found: list[tuple[Any, ...]] = []
    for key in keys:
        found.append((*path, key))
        if isinstance(part[key], dict | list):
            found += _places(part[key], (*path, key))
    return found


@st.composite
def broken_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Generate documents that may or may not be valid: the small invented crisis with parts dropped, swapped, replaced."""
    document = template_document()
    for _ in range(draw(st.integers(1, 4))):
        *parents, last = draw(st.sampled_from(_places(document)))
        part: Any = document
        for key in parents:
            part = part[key]
        action = draw(st.sampled_from(["drop", "replace", "rename", "nest", "repeat"]))
        if action == "drop":
            del part[last]
        elif action == "replace":
            part[last] = draw(_VALUES)
        elif action == "nest":
            part[last] = {draw(st.text(max_size=5) | _NAMES): part[last]}
        elif isinstance(part, list):
            part.insert(last, part[last])
        else:
            part[draw(st.text(max_size=8) | _NAMES)] = (
                part[last] if action == "repeat" else part.pop(last)
            )
        if not document:
            return document
    return document


def yaml_text() -> st.SearchStrategy[str]:
    """Generate text that looks like YAML, most of it malformed."""
    pieces = st.sampled_from(
        [
            *(
                "schema: 1",
                "id: x",
                "a:",
                "- ",
                "  ",
                "\n",
                "\n",
                ": ",
                "{",
                "}",
                "[",
                "]",
                ",",
                "&a ",
                "*a",
            ),
            *(
                "!!python/object:os.system ",
                "? ",
                "| ",
                "> ",
                "'",
                '"',
                "#",
                "---",
                "...",
                "%YAML 1.1\n",
            ),
            *(
                "<<: *a",
                ".nan",
                ".inf",
                "1e999",
                "\t",
                "\x00",
                "\u2028",
                "!",
                "@",
                "`",
                "quantities:\n",
            ),
        ]
    )
    return st.lists(pieces | st.text(max_size=6), max_size=40).map("".join)

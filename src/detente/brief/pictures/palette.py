"""Colours: the Okabe-Ito palette, one colour per player throughout.

Okabe and Ito (2008), *Color Universal Design*: distinguishable under the common forms of colour blindness. Players
take the bright colours; outcomes, levels and ranges take ink, grey and sky blue, so that colour always means who.

A colour is drawn in tones, each with a value for light and one for dark paper: its ``band`` for marks, at least 3:1 against
the paper, its ``ink`` for points and words, at least 4.5:1, and ``on`` for words that stand on the band. These are the ratios
that WCAG 2.2 asks for (1.4.3 and 1.4.11); the tones are the colour itself, darkened or lightened as far as they need.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from detente.crisis.crisis import Crisis

__all__ = [
    "INK",
    "LAND",
    "MUTED",
    "NEUTRAL",
    "OKABE_ITO",
    "PAPER",
    "RULE",
    "SOFT",
    "WATER",
    "Tone",
    "band",
    "contrast",
    "edge",
    "ink",
    "on_band",
    "on_shade",
    "player_colours",
    "shade",
]

OKABE_ITO: Mapping[str, str] = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
"""The eight colours by name."""

INK, MUTED, RULE, PAPER = "#1c1c1c", "#5c5c5c", "#d9d9d9", "#ffffff"
"""Text, secondary text, grid lines and ground of a picture; the page maps them to its own theme."""

NEUTRAL, SOFT = "#767676", "#949494"
"""Greys for what belongs to no player."""

_BY_ROLE = {"challenger": "vermillion", "defender": "blue", "ally": "green", "target": "orange"}
_SPARE = ("purple", "sky", "green", "orange", "blue", "vermillion")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_ALIASES = {
    "red": "vermillion",
    "sky blue": "sky",
    "bluish green": "green",
    "reddish purple": "purple",
}


def player_colours(crisis: Crisis) -> dict[str, str]:
    """Return a colour per player: the file's own (grey for one of the ground's), else that of its role, else the next one free."""
    chosen: dict[str, str] = {}
    for player in crisis.players.values():
        wish = player.colour.strip()
        name = _ALIASES.get(wish.lower(), wish.lower())
        if _HEX.fullmatch(wish):
            chosen[player.id] = NEUTRAL if wish.lower() in {PAPER, RULE} else wish
        elif name in OKABE_ITO:
            chosen[player.id] = OKABE_ITO[name]
    for player in crisis.players.values():
        if player.id in chosen:
            continue
        for name in (_BY_ROLE[player.role], *_SPARE):
            if OKABE_ITO[name] not in chosen.values():
                chosen[player.id] = OKABE_ITO[name]
                break
        else:
            chosen[player.id] = NEUTRAL
    return {name: chosen[name] for name in crisis.players}


# --- tones -----------------------------------------------------------------------------------------------------------

MARK, WORD = 3.0, 4.5
"""Least contrast of a mark and of a word against what it stands on."""
_MARGIN = 1.03
"""What tones are given beyond that, for papers that are not quite these."""
_DEEP = "#0b5f94"
_PAPERS = (PAPER, "#15171a")


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour by the name of its custom property, in light and in dark."""

    name: str
    light: str
    dark: str


_GROUNDS = {
    INK: Tone("ink", INK, "#e8e6e3"),
    MUTED: Tone("muted", MUTED, "#a9a7a3"),
    RULE: Tone("rule", RULE, "#3a3d42"),
    PAPER: Tone("paper", *_PAPERS),
}
"""Colours that are the page's own."""


_DARK = Tone("dark", "#404040", "#dcdad7")
"""Ink as a mark, in which a point of ink can still be seen."""


LAND, WATER = Tone("land", "#ecebe5", "#2a2d32"), Tone("water", "#6f8596", "#7890a3")
"""Ground of maps, and the shores and rivers on it: points and lines of ink stand out from land as marks must."""


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it.

    Examples
    --------
    >>> contrast("#ffffff", "#000000"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(one: str, other: str, share: float) -> str:
    pairs = ((int(one[k : k + 2], 16), int(other[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)


def _until(colour: str, paper: str, least: float) -> str:
    """Move a colour away from the paper until it stands out."""
    end = "#000000" if paper == PAPER else "#ffffff"
    steps = (_mixed(colour, end, k / 50) for k in range(51))
    return next(step for step in steps if contrast(step, paper) >= least * _MARGIN)


@cache
def band(colour: str) -> Tone:
    """Return the tone of marks: ranges, bars, areas. Ink, as a mark, is a dark grey."""
    if colour in {MUTED, RULE, PAPER}:
        return _GROUNDS[colour]
    if colour in {INK, OKABE_ITO["black"]}:
        return _DARK
    name = f"b{colour[1:].lower()}"
    return Tone(name, *(_until(colour, paper, MARK) for paper in _PAPERS))


def edge(colour: str) -> Tone:
    """Return the tone of the edge of a mark: paper, or what stands out from it where the mark itself is as pale."""
    return _GROUNDS[MUTED if colour in {RULE, PAPER} else PAPER]


@cache
def ink(colour: str) -> Tone:
    """Return the tone of points, lines and words."""
    if colour in _GROUNDS:
        return _GROUNDS[colour]
    if colour == OKABE_ITO["black"]:
        return _GROUNDS[INK]
    return Tone(f"i{colour[1:].lower()}", *(_until(colour, paper, WORD) for paper in _PAPERS))


def on_band(colour: str) -> Tone:
    """Return the tone of words on a band: black or white, whichever stands out more."""
    ground = band(colour)
    return Tone(f"o{ground.name}", _readable(ground.light), _readable(ground.dark))


@cache
def shade(level: float) -> Tone:
    """Return the tone of a cell, from nearly paper at 0 to deep blue at 1, in twenty steps."""
    step = round(20 * min(max(level, 0.0), 1.0))
    share = 0.07 + 0.93 * step / 20
    light, dark = (
        _mixed(paper, deep, share) for paper, deep in zip(_PAPERS, (_DEEP, "#7cc0ee"), strict=True)
    )
    return Tone(f"s{step}", light, dark)


def on_shade(level: float) -> Tone:
    """Return the tone of words in a cell."""
    ground = shade(level)
    return Tone(f"o{ground.name}", _readable(ground.light), _readable(ground.dark))


def _readable(ground: str) -> str:
    return max("#000000", "#ffffff", key=lambda colour: contrast(colour, ground))

"""Colours: the Okabe-Ito palette, one colour per player throughout.

Okabe and Ito (2008), *Color Universal Design*: distinguishable under the common forms of colour blindness. Players
take the bright colours; outcomes, levels and ranges take ink, grey and sky blue, so that colour always means who.
"""

import re
from collections.abc import Mapping

from detente.crisis.crisis import Crisis

__all__ = [
    "CELL_DARK",
    "CELL_LIGHT",
    "INK",
    "MUTED",
    "NEUTRAL",
    "OKABE_ITO",
    "PAPER",
    "RULE",
    "SOFT",
    "player_colours",
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

NEUTRAL, SOFT = "#7a7a7a", "#b5b5b5"
"""Greys for what belongs to no player."""

CELL_DARK, CELL_LIGHT = "#fdfdfd", "#141414"
"""Numbers on a dark and on a light area."""

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
    """Return a colour per player: the file's own, else that of its role, else the next one free."""
    chosen: dict[str, str] = {}
    for player in crisis.players.values():
        wish = player.colour.strip()
        name = _ALIASES.get(wish.lower(), wish.lower())
        if _HEX.fullmatch(wish):
            chosen[player.id] = wish
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

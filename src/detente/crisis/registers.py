"""The words that a crisis may use, and what each means: closed lists and known variables, tables that ship with the package."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from detente.crisis.csv_reader import decode_text, read_records
from detente.crisis.elements import Instrument

__all__ = [
    "Attribute",
    "EventCode",
    "EventCue",
    "EventLayout",
    "EventMode",
    "InstrumentKind",
    "LayoutField",
    "Unit",
    "attributes",
    "event_categories",
    "event_codes",
    "event_cues",
    "event_layouts",
    "event_modes",
    "event_names",
    "instrument_kinds",
    "kind_of",
    "kinds_for",
    "said_categories",
    "term_lists",
    "terms",
    "units",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit with the range that every value in it must keep."""

    name: str
    meaning: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A known exposure variable with its unit and plausible range."""

    name: str
    unit: str
    low: float
    high: float
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentKind:
    """What an instrument is, for the briefing.

    ``force`` ranks kinds from restraint to open force, ``question`` is the one that compares commitments to it, and
    ``intent`` are words that may follow "meant".
    """

    name: str
    label: str
    meaning: str
    intent: str
    question: str
    force: int
    open_force: bool

    @property
    def restrains(self) -> bool:
        """Tell whether it is the least forceful kind: waiting and holding back."""
        return self.force == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMode:
    """How an event of one of some categories takes place."""

    name: str
    categories: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCue:
    """Words by which a report says that something did not happen, does not hold, is long past, or is only possible.

    ``kind`` is ``denial``, ``reversal``, ``past`` or ``possible``; ``turn`` for words that end the reach of a cue, ``opening``
    for those that open a clause which ends at its comma, ``none`` for words that only look like a cue. ``side`` says where the cue
    stands: ``before`` what it undoes, ``after`` it, ``both``, or anywhere ``around`` it between two commas. ``whole`` tells
    whether it undoes a report as a whole.
    """

    cue: str
    kind: str
    side: str
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCode:
    """What a code of another coding is in PLOVER: no category, one, or several if the code does not tell which."""

    code: str
    categories: tuple[str, ...]
    mode: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutField:
    """A field of a layout: the columns that may hold it, by name and by place from 1, and a value that goes with it."""

    columns: tuple[str, ...]
    places: tuple[int, ...]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLayout:
    """How a source of event data arranges its rows: its fields by name, and the coding of its categories."""

    name: str
    coding: str
    fields: Mapping[str, LayoutField]


def _rows(file: str) -> list[dict[str, str]]:
    content = resources.files("detente.crisis").joinpath(file).read_bytes()
    return [cells for _, cells in read_records(decode_text(content))[1]]


@cache
def units() -> Mapping[str, Unit]:
    """Return the units that a crisis may use, by name.

    Examples
    --------
    >>> units()["prob"].high
    1.0
    """
    return {
        row["unit"]: Unit(
            name=row["unit"],
            meaning=row["meaning"],
            low=float(row["low"] or -math.inf),
            high=float(row["high"] or math.inf),
        )
        for row in _rows("units.csv")
    }


@cache
def attributes() -> Mapping[str, Attribute]:
    """Return the known exposure variables, by name; a crisis may use others.

    Examples
    --------
    >>> attributes()["gas_share"].unit
    'share'
    """
    return {
        row["variable"]: Attribute(
            name=row["variable"],
            unit=row["unit"],
            low=float(row["low"] or -math.inf),
            high=float(row["high"] or math.inf),
            description=row["description"],
        )
        for row in _rows("attributes.csv")
    }


@cache
def event_categories() -> Mapping[str, str]:
    """Return the categories that a dated event may have, those of the PLOVER manual, and what each means.

    The manual is :cite:p:`halterman2023`; two categories of its earlier version are taken too. Meanings are in our own words.

    Examples
    --------
    >>> event_categories()["RETREAT"]
    'withdraws forces or ends a use of force'
    """
    return {row["category"]: row["meaning"] for row in _rows("event_categories.csv")}


@cache
def said_categories() -> frozenset[str]:
    """Return the categories whose events are what somebody says: a threat, a demand, a refusal.

    Examples
    --------
    >>> "THREATEN" in said_categories(), "ASSAULT" in said_categories()
    (True, False)
    """
    return frozenset(row["category"] for row in _rows("event_categories.csv") if row["said"])


@cache
def event_cues() -> tuple[EventCue, ...]:
    """Return the words by which a report takes away what other words of it seem to say.

    The method is that of :cite:p:`chapman2001,harkema2009`; the words are our own.

    Examples
    --------
    >>> [cue.cue for cue in event_cues() if cue.kind == "reversal"][:2]
    ['cancel*', 'call* off']
    """
    return tuple(
        EventCue(cue=row["cue"], kind=row["kind"], side=row["side"], whole=row["whole"] == "yes")
        for row in _rows("event_cues.csv")
    )


@cache
def event_layouts() -> Mapping[str, EventLayout]:
    """Return the layouts of event data that are read, by name.

    Examples
    --------
    >>> event_layouts()["gdelt"].fields["date"].places
    (2,)
    """
    found: dict[str, dict[str, LayoutField]] = {}
    codings: dict[str, str] = {}
    for row in _rows("event_layouts.csv"):
        columns = tuple(row["column"].split(";")) if row["column"] else ()
        places = tuple(int(place) for place in row["position"].split(";") if place)
        if row["field"] == "coding":
            codings[row["layout"]] = row["column"]
        else:
            fields = found.setdefault(row["layout"], {})
            fields[row["field"]] = LayoutField(columns=columns, places=places, value=row["value"])
    return {
        name: EventLayout(name=name, coding=codings[name], fields=fields)
        for name, fields in found.items()
    }


@cache
def event_codes(coding: str) -> Mapping[str, EventCode]:
    """Return the codes of a coding, ``cameo`` or ``acled``, and what each is in PLOVER.

    Examples
    --------
    >>> event_codes("cameo")["08"].categories
    ('CONCEDE', 'RETREAT')
    """
    return {
        row["code"]: EventCode(
            code=row["code"],
            categories=tuple(row["category"].split()),
            mode=row["mode"],
            note=row["note"],
        )
        for row in _rows("event_codes.csv")
        if row["coding"] == coding
    }


@cache
def event_names(layout: str) -> Mapping[str, str]:
    """Return spellings of states and bodies in a layout, in lower case, and the actor that each is.

    Examples
    --------
    >>> event_names("icews")["south korea"]
    'KOR'
    """
    rows = _rows("event_names.csv")
    return {row["name"].casefold(): row["actor"] for row in rows if row["layout"] == layout}


@cache
def event_modes() -> Mapping[str, EventMode]:
    """Return the modes that a dated event may have, with the categories that each goes with.

    The manual is :cite:p:`halterman2023`, with names of its earlier version. Meanings are in our own words.

    Examples
    --------
    >>> event_modes()["cyber"].categories
    ('COERCE',)
    """
    return {
        row["mode"]: EventMode(
            name=row["mode"],
            categories=tuple(row["categories"].split()),
            meaning=row["meaning"],
        )
        for row in _rows("event_modes.csv")
    }


@cache
def instrument_kinds() -> Mapping[str, InstrumentKind]:
    """Return the kinds that an instrument may have, by name, from restraint to open force.

    Examples
    --------
    >>> [kind.name for kind in instrument_kinds().values() if kind.open_force]
    ['military']
    """
    return {
        row["kind"]: InstrumentKind(
            name=row["kind"],
            label=row["label"],
            meaning=row["meaning"],
            intent=row["intent"],
            question=row["question"],
            force=int(row["force"]),
            open_force=row["open_force"] == "yes",
        )
        for row in _rows("instrument_kinds.csv")
    }


def kind_of(instrument: Instrument) -> InstrumentKind:
    """Return the kind of an instrument of a crisis that was loaded, which has no other than those of the register."""
    return instrument_kinds()[instrument.kind]


def kinds_for(question: str, *, open_force: bool = True) -> tuple[str, ...]:
    """Return the kinds of instruments that a question of the briefing compares, the use of open force among them or not.

    Examples
    --------
    >>> kinds_for("alliance")
    ('energy', 'alliance')
    """
    return tuple(
        kind.name
        for kind in instrument_kinds().values()
        if kind.question == question and (open_force or not kind.open_force)
    )


@cache
def term_lists() -> tuple[str, ...]:
    """Return the names of the lists of :func:`terms`."""
    return tuple(dict.fromkeys(row["list"] for row in _rows("terms.csv")))


@cache
def terms(name: str) -> Mapping[str, str]:
    """Return the words of one short list, and what each means.

    Parameters
    ----------
    name
        One of :func:`term_lists`.

    Examples
    --------
    >>> list(terms("role"))
    ['challenger', 'defender', 'ally', 'target']
    """
    return {row["term"]: row["meaning"] for row in _rows("terms.csv") if row["list"] == name}

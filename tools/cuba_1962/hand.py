"""Hand-written parts of the tables of ``cuba-1962``: units, sources, claim ids, who knew what.

Everything that needs a person's judgement stands here in one place.
"""

from datetime import date
from math import asin, cos, radians, sin, sqrt

from crisis_tables.maps import NATURAL_EARTH, MapPlan

CUTOFF = date(1962, 10, 22)
CUT = CUTOFF.isoformat()

UNITS = {
    "%": "pct", "% a year": "pct", "% cut a year": "pct", "% of systems": "pct", "% of votes": "pct",
    "%, lower bound": "pct", "share": "share", "share, sum": "share", "ratio": "ratio",
    "persons": "persons", "person": "persons", "thousand": "persons", "thousand persons": "persons",
    "technicians named": "persons", "battalions": "battalions", "regiments": "number",
    "regiment": "number", "aircraft": "aircraft", "ships": "ships", "ships a month": "ships", "boats": "ships",
    "missiles": "missiles", "Thor missiles": "missiles", "launchers": "launchers", "pads": "launchers",
    "warheads": "warheads", "bombs": "warheads", "torpedoes": "warheads", "sorties": "sorties",
    "sites": "number", "nautical miles": "km", "km": "km", "hours": "hours", "day": "days", "days": "days",
    "days ahead": "days", "day ahead": "days", "year": "calendar_year", "votes": "votes",
    "votes in Senate": "votes", "members": "members", "states": "members", "allies": "members",
    "million USD": "usd_mn", "million USD a year": "usd_mn", "million tons": "tonnes",
    "thousand tons": "tonnes", "tons": "tonnes", "million barrels": "number",
    "thousand barrels a day": "mb_per_day", "US cents a pound": "number", "DEFCON level": "number",
    "DEFCON": "number", "order": "number", "owners": "number", "owners asked": "number", "keys": "number",
    "crises": "number", "cases": "number", "chains": "number", "cabinet": "number", "pictures": "number",
    "pacts in force": "number", "October 1962, day": "number", "February 1962, day": "number",
    "centre": "number",
}  # fmt: skip
FACTORS = {
    "thousand": 1000, "thousand persons": 1000, "nautical miles": 1.852, "million tons": 1e6,
    "thousand tons": 1000, "thousand barrels a day": 0.001,
}  # fmt: skip


def _source(publisher: str, title: str, day: str, address: str, standing: str) -> dict[str, str]:
    printed = day if day > CUT or not day else ""
    return {
        "publisher": publisher,
        "title": title,
        "date": "" if printed else day,
        "address": address,
        "standing": standing,
        "date_printed": day,
    }


SOURCES = {
    "natural-earth": NATURAL_EARTH,
    "judgement": _source("detente project", "Judgement of the compilers", CUT, "", "judgement"),
    "derived": _source("detente project", "Computed from the rows and coordinates named in the note", CUT, "", "derived"),
    "mem": _source("no page found", "From memory; no stored page found, to be checked before quoting", "", "", "memory"),
    "own": _source("detente project", "Scale, convention or suggestion of the compilers", CUT, "", "convention"),
    "sor-17": _source("T. Sorensen, White House", "Summary of agreed facts, possible courses and unanswered questions", "1962-10-17", "", "official; known from the list of claims, page not read"),
    "tna-tel": _source("The National Archives (UK)", "Record of telephone conversation Macmillan-Kennedy, about 19.30 in Washington, PREM 11/3689", CUT, "https://www.nationalarchives.gov.uk/education/resources/cold-war-on-file/kennedy-macmillan-talk-about-cuba/", "official"),
    "mccone-21": _source("CIA reading room", "Memorandum of meeting with the President, 21 October", "1962-10-21", "https://www.cia.gov/readingroom/document/cia-rdp80b01676r001900100021-0", "official"),
    "time-oil": _source("Time (archive copy)", "Oil from Russia", "1960-07-11", "https://content.time.com", "press"),
}  # fmt: skip
EDITIONS = {"mem": "2026-11", "icb": "2023"}
"""Day of the text that was read, where the research tables do not name it."""
ALWAYS = ("judgement", "derived", "mem", "sor-17", "natural-earth")
"""Sources that the crisis file cites whether a table does or not."""
QUANTITY_SOURCES = (
    "dobbs-17", "dobbs-19", "dobbs-79", "ww-inv", "malin", "malinov", "fn-n", "fn-kcw", "garthoff", "drent",
    "dobbs-dob", "dobbs-auth", "frus-s363", "frus11-32", "cia-blk", "cia-econ", "frus10-363", "jfk14-op",
    "tna-msg", "stern-20", "stern-18", "sheehan", "fp-12", "fas-12", "cc-41", "icb", "mongo", "usat-inv",
)  # fmt: skip
"""Sources of quantities, types among them, that no table need cite."""

LEFT_OUT = {"uncertain": "the day of the figure is unclear, or the paper is later"}

MOSCOW_ALONE = "secret in Moscow or Havana at the cut-off; it feeds types and chance alone"

# --- rows that stay out, and who knew --------------------------------------------------------------------------------

SKIP = {
    "tracks": {"K05": MOSCOW_ALONE},
    "forces": {
        "F40": "later count of what Moscow alone knew", "F41": "later count of what Moscow alone knew",
        "F43": "later count of what Moscow alone knew", "F44": "later count of what Moscow alone knew",
        "F45": "later count of what Moscow alone knew", "F46": "later count of what Moscow alone knew",
        "F47": "later count of what Moscow alone knew",
    },
    "rules": {"D07": MOSCOW_ALONE, "D08": MOSCOW_ALONE, "D09": MOSCOW_ALONE, "D04": "secret order of the President; it feeds chance alone"},
    "measures": {},
    "positions": {
        ("USR/garrison"): MOSCOW_ALONE, ("CUB/garrison"): MOSCOW_ALONE, ("CUB/missiles"): MOSCOW_ALONE,
    },
}  # fmt: skip
SKIP["demands"] = {"C3": MOSCOW_ALONE}

MENDED: dict[str, dict[str, dict[str, str]]] = {
    "tracks": {
        "K02": {"note": "trust lost on the US side by 16 October; secret"},
        "K07": {"format": "talks on arms", "outcome": "arms aid made public on 3 September"},
        "K08": {"note": ""},
        "K25": {"outcome": "open", "source_key": "frus5-248", "source": "US Department of State, FRUS 1961-63 vol. V no. 248, Telegram 970 from Moscow, Kohler's talk with Khrushchev, 1962-10-16, history.state.gov/historicaldocuments/frus1961-63v05/d248", "source_standing": "official"},
        "K26": {"status": "none"},
    },
    "positions": {
        "USR/missiles": {"paraphrase": "aid declared purely defensive; offensive weapons denied", "source_key": "tass-911", "source": "realtime1960s.com (newspaper digest), Soviet statement of 11 September 1962, 1962-09-11, www.realtime1960s.com/post/soviets-talk-war-over-cuba", "source_standing": "press digest"},
    },
    "rules": {"D17": {"note": ""}, "D11": {"rule": "Soviet air-defence and missile units obey a Soviet general; guns and militia obey Castro"}},
    "markets": {"E09": {"note": "plants to be delivered in later years"}},
    "base_rates": {
        **{f"B{n}": {"population": "ICB crises 1945 to before October 1962"} for n in (2, 3, 4)},
        **{f"B{n}": {"population": "six crises of both superpowers, 1945 to 1961"} for n in range(5, 12)},
    },
    "exposures": {"CUB/tie to USSR": {"note": "none is published"}},
}  # fmt: skip
"""Cells worded anew: what only Moscow or Havana knew, or what looks past the cut-off, is taken out."""

PUBLIC = ("public", "known", "both sides", "public later", "seen by signals")
KNOWN = {
    "USR/secret letter": "in a secret letter, known to both capitals",
    "USA/secret letter": "in a secret letter, known to both capitals",
    "USA/secret, public on 4 September": "made public on 4 September",
    "USA/secret": "known in Washington alone",
    "USR/private": "in private, known to both capitals",
    "GBR/private": "in private",
    "USA/secret, known in part to Havana": "secret, known in part in Havana",
}
"""Whose secrets a reader in Washington may read, and the words that say who knew."""
SHARED_SECRETS = {
    "message to Macmillan; ambassador told": "known in Washington and London",
    "Kennedy and Macmillan talk (about 00.30 London)": "known in Washington and London",
    "allies informed with pictures": "known to the allied governments that were told",
}

# --- figures of actors ----------------------------------------------------------------------------------------------

EXPOSURES = {
    "military personnel": ("military_persons", "military personnel"),
    "population": ("population", "inhabitants"),
    "Jupiters": ("jupiters", "Jupiter missiles on its soil"),
    "nuclear arms": ("thors", "Thor missiles on its soil"),
    "members voting": ("oas_votes", "members of the Organization of American States that vote"),
    "two thirds of the Organ of Consultation": ("oas_majority", "votes needed for measures of the Organization"),
    "January vote: exclusion": ("oas_votes_exclusion", "votes of January to exclude Cuba's government"),
    "January vote: economic measures": ("oas_votes_economic", "votes of January for economic measures"),
    "states that had broken with Cuba": ("oas_broken", "members that had broken with Cuba"),
    "tie to USSR": ("pacts_in_force", "published defence pacts"),
    "members": ("members", "member states"),
}  # fmt: skip

PLACES = {
    "CUB": (23.13, -82.38), "USA": (38.90, -77.04), "GBR": (51.51, -0.13), "FRA": (48.86, 2.35),
    "FRG": (50.73, 7.10), "ITA": (41.90, 12.50), "TUR": (39.93, 32.86), "CAN": (45.42, -75.70),
    "BRA": (-15.79, -47.88), "MEX": (19.43, -99.13), "ARG": (-34.60, -58.38), "VEN": (10.50, -66.90),
    "COL": (4.71, -74.07),
}  # fmt: skip
"""Latitude and longitude of capitals."""
WEIGHTS = {"GBR": 0.0377, "FRA": 0.0294, "FRG": 0.0402, "ITA": 0.0200, "TUR": 0.0071, "CAN": 0.0126}
"""Shares of world capability, row F71 of the research table of forces."""


def distance_km(one: str, other: str) -> float:
    """Great-circle distance between two capitals on a sphere of 6,371 km, by the haversine formula."""
    (lat, lon), (lat2, lon2) = (tuple(map(radians, PLACES[name])) for name in (one, other))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))


# --- measures, base rates -------------------------------------------------------------------------------------------

MEASURES = {
    "N01": {"effect_on": "CUB"}, "N02": {"effect_on": "CUB"}, "N03": {"effect_on": "USR"},
    "N17": {"effect_on": "CUB"}, "N18": {"effect_on": "CUB"}, "N46": {"effect_on": "CUB"}, "N47": {"effect_on": "CUB"},
}  # fmt: skip
_PAST = "past crises without a time limit; the model covers two weeks of this one"
BASE_RATES_SHOWN = {
    "B4": ("a crisis becomes a full war", "attack", _PAST),
    "B3": ("a crisis sees serious clashes", "attack", _PAST),
    "B1": ("a crisis passes without violence", "", ""),
    "B9": ("the two superpowers fight each other directly", "", ""),
}

# --- claim ids per row ----------------------------------------------------------------------------------------------

CLAIMS: dict[str, dict[str, str]] = {
    "demands": {
        "U1": "W1", "U2": "W1", "U3": "W2", "U4": "W3", "U5": "W3", "U6": "D3", "U7": "D4", "U8": "D2", "U9": "W8",
        "S1": "W4", "S2": "F11", "S3": "W4", "S4": "W4", "S5": "W6", "S6": "W7", "C1": "W5", "C2": "S1", "A1": "A2",
        "A2": "A2", "A3": "A3",
    },
    "positions": {
        "USA/missiles": "W1", "USA/verification": "W1", "USA/quarantine": "W2 O7", "USA/force": "O1 O2",
        "USA/berlin": "W3", "USA/forum": "D5", "USR/missiles": "W4", "USR/assurance": "W4", "USR/berlin": "W6",
        "USR/forum": "W7", "CUB/assurance": "W5", "GBR/force": "A2", "GBR/quarantine": "A2", "FRA/quarantine": "A2",
        "FRG/missiles": "A2", "TUR/jupiters": "A3", "ITA/jupiters": "A3", "OAS/force": "A4", "OAS/quarantine": "D3",
        "BRA/force": "A4", "MEX/force": "A4", "USA_hawks/force": "N1", "FRG/berlin": "A6", "FRA/berlin": "A6",
        "USR/jupiters": "F11", "GBR/forum": "A2",
    },
    "tracks": {
        "K02": "D1", "K04": "D3", "K08": "D1", "K09": "W4", "K11": "W5", "K12": "W7", "K13": "D1", "K14": "A1",
        "K15": "A1 A2", "K16": "A1 A2", "K17": "A1", "K18": "A1 A2", "K19": "A1", "K20": "D2", "K21": "N1", "K22": "D6",
        "K23": "D3", "K24": "D4", "K26": "D7", "K06": "W6",
    },
    "forces": {
        "F01": "F5", "F02": "F5", "F03": "F5 F6", "F06": "F5", "F08": "F6", "F09": "F6", "F10": "F5", "F13": "F6",
        "F15": "O4", "F16": "O4", "F17": "O4", "F18": "O3", "F19": "O5", "F20": "O5", "F21": "O5", "F25": "O5",
        "F33": "F7", "F34": "F7", "F35": "F7", "F37": "F8", "F38": "F8", "F39": "F8", "F42": "F5", "F48": "F1",
        "F49": "F1", "F50": "F1", "F51": "F1", "F52": "F1", "F55": "F1", "F56": "F1", "F57": "F1", "F58": "F2",
        "F59": "F2", "F60": "F10", "F61": "F10 N2", "F62": "O11", "F64": "O11",
    },
    "markets": {
        "E01": "S1", "E04": "S2", "E05": "S2", "E06": "S2", "E07": "S2", "E13": "S3", "E29": "S5", "E30": "S5",
        "E31": "S5", "E32": "S5", "E33": "S5", "E25": "S2", "E26": "S2",
    },
    "measures": {"N01": "W2 O2", "N02": "O7", "N03": "O8", "N17": "D3", "N46": "D3 A4"},
    "rules": {"D01": "O1", "D02": "N1", "D05": "N1", "D06": "N1", "D10": "O11", "D11": "O11 N3", "D12": "D3", "D13": "A4",
              "D15": "D4", "D21": "A3"},
    "timeline": {},
    "base_rates": {"B9": "N3"},
    "exposures": {
        "TUR/Jupiters": "F7 A3", "ITA/Jupiters": "F7 A3", "CUB/tie to USSR": "A5", "OAS/January vote: exclusion": "D3 A4",
    },
}  # fmt: skip

# what each measure does by itself: kind, measure, words, channel, quantity, output, state, number, grade, source, claims, note
EFFECTS = {
    "X01": ("output", "quarantine", "quarantine of offensive arms", "sea", "gdp", "loss_cuba.loss_pct_gdp", "measure=quarantine", "", "derived", "jfk-addr;cno-22", "O2", "trade formula of the game"),
    "X02": ("output", "petroleum", "quarantine widened to petroleum", "sea", "gdp", "loss_cuba.loss_pct_gdp", "measure=fuel", "", "derived", "jfkl-tel", "O7", "trade formula of the game"),
    "X03": ("none", "shipping", "no allied shipping and trade with Cuba", "shipping", "gdp", "", "", "", "estimate", "emb-926", "", "no estimate found"),
    "X04": ("range", "petroleum", "quarantine widened to petroleum", "sea", "overlap", "", "", "0", "convention", "own", "O7", "the wider quarantine holds the narrower"),
}  # fmt: skip

# --- map: see the decision note on maps ------------------------------------------------------------------------------

POINTS = {
    **dict.fromkeys(("F48", "F49", "F55", "F56", "F57", "F58", "F59", "F62"), ("21.9", "-79.0")),
    "F31": ("26.0", "-68.0"),
    "F61": ("32.0", "-62.0"),
    "F33": ("38.51", "27.01"),
    "F34": ("40.77", "16.93"),
    "F35": ("52.48", "0.52"),
}
"""Where rows of forces stand on the map, degrees north and east."""

MAP_PLAN = MapPlan(
    slug="cuba-1962",
    cutoff=CUT,
    box=(-98.0, 10.0, -58.0, 42.0),
    rivers=("Mississippi", "Rio Grande"),
    seas={
        "Gulf of Mexico": (25.0, -90.0),
        "Caribbean Sea": (15.5, -74.0),
        "Atlantic Ocean": (30.0, -71.0),
    },
    places=(
        "Havana",
        "Washington",
        "New York",
        "Key West, Florida",
        "Norfolk, Virginia",
        "Guantanamo Bay",
    ),
)

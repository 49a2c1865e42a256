"""Hand-written parts of the tables of ``kuwait-1990``: names of units, sources, claim ids, figures of single actors.

Everything that needs a person's judgement stands here in one place.
"""

from datetime import date

from crisis_tables.machinery import Compiler
from crisis_tables.maps import NATURAL_EARTH, MapPlan

CUTOFF = date(1990, 11, 30)

CHALLENGER = ("IRQ",)

UNITS = {
    "%": "pct",
    "% a year": "pct",
    "% of GNP": "pct_gdp",
    "% of the first ration": "pct",
    "% on month": "pct",
    "% plus one in each house": "pct",
    "% in each house": "pct",
    "% of former imports": "pct",
    "% of Iraqi exports stopped": "pct",
    "% of 60,000 barrels a day": "pct",
    "% of Iraqi outlet": "pct",
    "M USD a day": "usd_mn",
    "M barrels a day": "mb_per_day",
    "M barrels a day by early 1991": "mb_per_day",
    "M barrels a day early in 1991": "mb_per_day",
    "M barrels a day replaced": "mb_per_day",
    "M barrels": "number",
    "M persons": "persons",
    "USD": "usd",
    "USD per barrel": "usd_per_barrel",
    "USD per barrel asked": "usd_per_barrel",
    "bn USD": "usd_bn",
    "bn USD a day": "usd_bn",
    "bn USD a month": "usd_bn",
    "bn USD a month at 30 USD": "usd_bn",
    "bn USD a month at old prices": "usd_bn",
    "bn USD a month and more for the force": "usd_bn",
    "bn USD a year": "usd_bn",
    "bn USD in 1990": "usd_bn",
    "bn USD pledged": "usd_bn",
    "bn USD extra oil income a month at 30 USD": "usd_bn",
    "cases": "number",
    "days of use": "days",
    "days": "days",
    "days from 25 December": "days",
    "days from 30 November": "days",
    "hours": "hours",
    "hours a week": "hours",
    "minutes": "minutes",
    "months": "months",
    "months of consumption": "months",
    "years": "years",
    "persons": "persons",
    "person": "persons",
    "persons inside": "persons",
    "additional persons": "persons",
    "citizens in Iraq": "persons",
    "Soviet citizens in Iraq": "persons",
    "Westerners": "persons",
    "Westerners freed": "persons",
    "Americans at sites in October": "persons",
    "Britons to be freed": "persons",
    "French citizens freed": "persons",
    "of 305 Japanese to be freed": "persons",
    "points": "index",
    "states": "number",
    "donors": "number",
    "commands": "number",
    "stages": "number",
    "seats": "number",
    "delegates": "number",
    "members": "members",
    "members for sending forces": "members",
    "of 21": "members",
    "votes": "votes",
    "votes and no veto": "votes",
    "votes against": "votes",
    "votes for": "votes",
    "of 450 deputies": "votes",
    "aircraft": "aircraft",
    "Tornado aircraft": "aircraft",
    "belts": "number",
    "carriers": "ships",
    "ship": "ships",
    "ships": "ships",
    "US ships": "ships",
    "divisions": "divisions",
    "divisions and more": "divisions",
    "guns": "number",
    "km": "km",
    "missiles": "missiles",
    "missiles and more": "missiles",
    "tanks": "tanks",
    "tonnes": "tonnes",
    "vehicles": "vehicles",
    "wells": "number",
    "barrels a day of Iraqi oil": "number",
    "ratio": "ratio",
    "days from 25 December, to 25 March (one report: 15 March)": "days",
    "Westerners freed, most of them German": "persons",
    "bn USD, order of magnitude": "usd_bn",
    "bn USD pledged, half for US forces": "usd_bn",
    "ratio, up to": "ratio",
    "1 for, 0 abstained, -1 against, empty = did not take part": "ratio",
    "1 for, 0 abstained or reserved, -1 against": "ratio",
    "pledge of parliament": "number",
    "meeting": "number",
    "year more": "number",
    "meeting of presidents": "number",
}

FACTORS = {"M persons": 1e6, "M barrels": 1e6}


def _source(
    publisher: str, title: str, day: str = "", address: str = "", standing: str = ""
) -> dict[str, str]:
    return {
        "publisher": publisher, "title": title, "date": day, "address": address, "standing": standing,
        "date_printed": day,
    }  # fmt: skip


SOURCES = {
    "natural-earth": NATURAL_EARTH,
    "mem": _source("memory of the compilers", "No stored page was found", "", "", "memory"),
    "judgement": _source("detente project", "Judgement of the compilers", "1990-11-30", "", "judgement"),
    "conv": _source("detente project", "Convention or scale of this crisis", "1990-11-30", "", "judgement"),
    "derived": _source("detente project", "Great-circle distance or arithmetic from other rows", "1990-11-30", "", "arithmetic"),
    "nmc": _source("Correlates of War", "National Material Capabilities, year 1989", "", "https://correlatesofwar.org"),
    "cbo-0907": _source("Congressional Budget Office", "Estimated Costs of Operation Desert Shield", "1990-09-07", "", "hein.congrec/cbo9662"),
    "cia-1119": {**_source("CIA Directorate of Intelligence", "Seizing the Day: Iran's Response to the Persian Gulf Crisis (information as of 19 November 1990)", "", "https://archive.org"), "date_printed": "1990-11"},
    "time-0903": _source("TIME", "Moscow's Helping Hand?", "1990-09-03"),
    "time-0917c": _source("TIME", "Who's In Charge There?", "1990-09-17", "", "p. 33"),
    "time-0917e": _source("TIME", "Measuring The Embargo's Bite", "1990-09-17", "", "p. 32"),
    "time-1112": _source("TIME", "They Don't Need to Fight", "1990-11-12", "", "p. 34"),
    "time-1119": _source("TIME", "The Big Bill", "1990-11-19"),
    "time-1119j": _source("TIME", "World Notes: Japan", "1990-11-19"),
    "time-1203": {**_source("TIME", "Are Sanctions Working? (on sale the week before its date)"), "date_printed": "1990-12-03"},
    "un-1990": {**_source("UN Security Council", "Resolutions of 1990, 660 to 678", "", "https://is.muni.cz/el/law/jaro2008/MP803Z/um/5065649/5065652/NR057528.txt"), "date_printed": "1990"},
}  # fmt: skip

ALWAYS = ("judgement", "mem", "conv", "natural-earth")
BY_THE_CRISIS = ("ct-0819", "time-1203")  # cited by a fact, and by no row that enters

COMPILER = Compiler(
    cutoff=CUTOFF,
    units=UNITS,
    factors=FACTORS,
    sources=SOURCES,
    left_out={
        "held": "reference held back: a later publication",
        "later-page": "only page is later than the cut-off",
        "uncertain": "date of the page is uncertain",
    },
    later_writing=True,
    editions={"mem": "2026-11", "un-1990": "2008", "usn-chron": "1996-09-17"},
)

PUBLIC = (
    "public", "public next day", "public in outline", "leaked", "closed, known", "satellites, then press",
)  # fmt: skip

KNOWN = {
    "USA/secret, Iraqi text in September": "Iraq published its text in September",
    "IRQ/secret, leaked 30 August": "in the press since 30 August",
    "IRQ/secret, leaked 29 August": "in the press since 29 August",
    "USA+USSR/public, talks secret": "only the joint statement is public",
    "USSR/part secret": "only the press account is public",
}

SKIP = {"tracks": {"T03": "leaked on a day of 1990 that is not known"}}

CLAIMS = {
    "demands": {
        "P1": "W2", "P2": "W2 W3", "P3": "W2", "P4": "W2", "P5": "W2", "I1": "W1", "I2": "W4", "I3": "W4", "I4": "W4",
        "I5": "W5", "I6": "W5", "I8": "W5 O2", "I9": "O5", "I10": "D7", "I12": "D4", "U1": "W6", "U2": "W8", "U6": "D1 N5",
        "A1": "W6 D3", "A2": "W7", "A4": "D2", "K1": "W9", "K2": "W9", "K3": "W9", "B1": "D8", "B2": "F6", "F1": "D5",
        "S1": "D6", "S2": "D6", "M1": "D7", "E1": "F7", "L1": "A8",
    },
    "tracks": {
        "T07": "W5", "T10": "D5", "T11": "D6 W5", "T12": "D6", "T13": "O5", "T14": "O5", "T16": "D9", "T19": "D9",
        "T18": "F6", "T22": "D7", "T27": "D6", "T29": "D1", "T30": "A5", "T31": "D2 D4",
    },
    "forces": {
        "F004": "F1", "F005": "F1", "F006": "F1", "F007": "F1 O1", "F008": "F1", "F011": "F1", "F018": "O6", "F019": "O6",
        "F025": "O3", "F026": "O1", "F031": "F2", "F032": "F2", "F033": "F2", "F034": "F2", "F037": "F3", "F038": "F3",
        "F041": "F3", "F048": "F5", "F050": "F5", "F052": "F5", "F056": "F5", "F065": "F5", "F063": "F4",
        "F080": "F8", "F081": "F8", "F083": "F8", "F076": "O3",
    },
    "measures": {
        "M020": "S9", "M033": "S4", "M035": "A4", "M040": "S1 S2", "M044": "S7", "M045": "A1 A4", "M059": "A4",
        "M061": "S9", "M066": "A7", "M067": "A7", "M037": "A5",
    },
    "estimates": {
        "O01": "F9", "O02": "F9", "O03": "F9", "O04": "F9", "O08": "A3", "O10": "S4", "O12": "S6", "O13": "O7",
        "O15": "F8", "O16": "O2 A9", "O17": "N4 S8", "Q01": "N1", "Q04": "N1", "Q06": "N1",
    },
    "rules": {
        "R01": "D1", "R02": "O8 D1", "R05": "N2", "R07": "F3", "R08": "F6", "R10": "F6", "R11": "F7", "R12": "F7",
        "R16": "A7", "R20": "S6", "R22": "D9", "R25": "A8",
    },
    "markets": {
        "E001": "S3", "E010": "S1", "E032": "S7", "E033": "S7", "E044": "S8", "E048": "S8", "E054": "S8", "E055": "S8 N4",
        "E059": "S2", "E061": "S2", "E063": "S3", "E064": "S3", "E065": "S4", "E066": "S4", "E067": "S4", "E081": "A4",
        "E082": "A4", "E084": "A4", "E095": "A1", "E096": "A1", "E097": "A1", "E098": "A1", "E099": "A1", "E103": "A2",
        "E108": "A3", "E111": "A3", "E113": "A4", "E114": "A4", "E077": "O1",
    },
    "timeline": {
        "1990-08-12/linkage initiative": "W4",
        "1990-09-23/attack on oil fields and Israel if strangled": "O3",
        "1990-11-18/phased release offered": "O5",
        "1990-11-29/res. 678: deadline 15 January": "D1 N5",
        "1990-11-30/Aziz invited, Baker to go to Baghdad": "D2",
        "1990-11-30/RCC: resolution void": "D4",
        "1990-11-28/Crowe and Jones for patience": "N2 S4",
        "1990-10-29/President would act without a vote": "N2",
        "1990-11-08/offensive reinforcement ordered": "F2 F3",
        "1990-11-22/Baker fails in Sanaa": "A6",
        "1990-11-27/inspectors saw no diversion": "O7",
        "1990-11-29/report: sanctions likely to work in 18 to 24 months": "S4 S5",
        "1990-11-30/oil falls on the offer": "N4",
        "1990-11-30/debts cancelled": "A4",
        "1990-11-30/Bush receives Qian": "A5",
    },
    "exposures": {"JOR/dependence on Iraqi oil": "S9", "YEM/vote_on_res_678": "A6", "CHN/vote_on_res_678": "A5"},
}  # fmt: skip

MEASURES = (
    "M018", "M019", "M020", "M033", "M034", "M035", "M037", "M040", "M044", "M045", "M059", "M060", "M061", "M065",
    "M066", "M067",
)  # fmt: skip

EXPOSURES = {
    "dependence on Iraqi oil": ("challenger_share_of_oil", "Iraq's share of the member's oil"),
    "opinion against sending troops": ("opinion_against_force", "public against sending troops"),
    "hostage exposure": ("citizens_in_challenger", "citizens in Iraq"),
    "vote_on_res_678": (
        "vote_on_deadline",
        "vote on the deadline (1 for, 0 abstained, -1 against)",
    ),
    "vote_on_res_661": ("vote_on_embargo", "vote on the embargo (1 for, 0 abstained, -1 against)"),
    "arab_league_10_august": (
        "vote_arab_league",
        "vote of 10 August on sending Arab forces (1 for, -1 against)",
    ),
}

# latitude and longitude of capitals, from memory; distances to Baghdad follow
CAPITALS = {
    "IRQ": (33.3, 44.4), "GBR": (51.5, -0.1), "FRA": (48.9, 2.35), "SAU": (24.7, 46.7), "EGY": (30.0, 31.2),
    "SYR": (33.5, 36.3), "TUR": (39.9, 32.9), "JOR": (31.95, 35.9), "GCC5": (24.5, 54.4), "MAR": (34.0, -6.8),
    "USSR": (55.75, 37.6), "IRN": (35.7, 51.4), "DEU": (50.7, 7.1), "JPN": (35.7, 139.7), "CAN": (45.4, -75.7),
    "USA": (38.9, -77.0),
}  # fmt: skip

# (actor, variable): label, low, middle, high, unit, as_of, grade, sources, claims, note
FIGURES = {
    ("SAU", "troop_weight"): ("share in the allied force beside the US", 0.24, 0.28, 0.33, "share", "1990-10-21", "derived", "gw-1022;time-1112;sun-1109", "F5", "55,500 to 66,000 of about 200,000"),
    ("EGY", "troop_weight"): ("share in the allied force beside the US", 0.07, 0.09, 0.10, "share", "1990-10-21", "derived", "gw-1022;sun-1109", "F5", "14,000 to 20,000 of about 200,000"),
    ("SYR", "troop_weight"): ("share in the allied force beside the US", 0.02, 0.05, 0.075, "share", "1990-11-22", "derived", "gw-1022;ap-1105;sun-1109", "F5", "4,000 rising to 15,000"),
    ("GBR", "troop_weight"): ("share in the allied force beside the US", 0.05, 0.13, 0.15, "share", "1990-11-22", "derived", "gw-1022;lat-1123u;sun-1109", "F4 F5", "9,500 rising to 30,000"),
    ("FRA", "troop_weight"): ("share in the allied force beside the US", 0.05, 0.065, 0.07, "share", "1990-10-21", "derived", "gw-1022;sun-1109", "F5", "13,000 with ships"),
    ("GCC5", "troop_weight"): ("share in the allied force beside the US", 0.04, 0.05, 0.06, "share", "1990-10-21", "derived", "gw-1022;time-1112;sun-1109", "F5", "about 10,000"),
    ("TUR", "troop_weight"): ("share in the allied force beside the US", 0.02, 0.05, 0.1, "share", "1990-11-30", "convention", "judgement", "A4", "bases and a border that ties Iraqi divisions down, weighed like 10,000 men"),
    ("MAR", "troop_weight"): ("share in the allied force beside the US", 0.005, 0.006, 0.009, "share", "1990-11-11", "derived", "sun-1112;gw-1022", "F5", "1,200 to 1,700"),
    ("TUR", "embargo_weight"): ("share of Iraq's outlets that the actor can shut", 0.3, 0.4, 0.5, "share", "1990-08-08", "estimate", "lat-0808;judgement", "S1 A4", "half of the oil outlet before the crisis, less of the goods trade"),
    ("SAU", "embargo_weight"): ("share of Iraq's outlets that the actor can shut", 0.2, 0.26, 0.33, "share", "1990-08-08", "estimate", "lat-0808;judgement", "S1", "a third of exports by the Saudi line"),
    ("JOR", "embargo_weight"): ("share of Iraq's outlets that the actor can shut", 0.06, 0.12, 0.2, "share", "1990-11-28", "estimate", "ap-1128;gw-1022;judgement", "S9", "the road from Aqaba and oil by truck"),
    ("IRN", "embargo_weight"): ("share of Iraq's outlets that the actor can shut", 0.05, 0.08, 0.15, "share", "1990-11-19", "estimate", "cia-1119;judgement", "S9", "long border, little trade so far"),
    ("SYR", "embargo_weight"): ("share of Iraq's outlets that the actor can shut", 0.02, 0.05, 0.1, "share", "1990-11-30", "estimate", "judgement", "S9", "pipeline shut since 1982 (memory)"),
    ("USSR", "embargo_weight"): ("share of Iraq's outlets that the actor can shut", 0.02, 0.05, 0.1, "share", "1990-11-30", "estimate", "judgement", "D6", "arms and spare parts; a vote in the committee"),
    ("FRA", "embargo_weight"): ("share of Iraq's outlets that the actor can shut", 0.01, 0.02, 0.05, "share", "1990-11-30", "estimate", "judgement", "D5", "a vote in the committee; ships"),
    ("GBR", "embargo_weight"): ("share of Iraq's outlets that the actor can shut", 0.01, 0.02, 0.05, "share", "1990-11-30", "estimate", "judgement", "S1", "ships; a vote in the committee"),
    ("JOR", "embargo_loss_share"): ("yearly loss by the embargo, share of GDP", 0.3, 0.385, 0.67, "share", "1990-11-28", "derived", "ap-1128;mees-jor;mem", "A4", "1.56, 2.0 or 3.5 of 5.2 bn USD"),
    ("TUR", "embargo_loss_share"): ("yearly loss by the embargo, share of GDP", 0.027, 0.04, 0.06, "share", "1990-10-22", "derived", "lat-0810;sun-1022;mem", "A4", "2 to 4.5 of 75 bn USD"),
    ("EGY", "embargo_loss_share"): ("yearly loss by the embargo, share of GDP", 0.05, 0.08, 0.105, "share", "1990-11-30", "derived", "mem", "A4", "2 to 4 of 38 bn USD"),
    ("SYR", "embargo_loss_share"): ("yearly loss by the embargo, share of GDP", 0.0, 0.005, 0.02, "share", "1990-11-30", "estimate", "judgement", "S9", "little trade with Iraq since 1982 (memory)"),
    ("USSR", "embargo_loss_share"): ("yearly loss by the embargo, share of GDP", 0.001, 0.002, 0.005, "share", "1990-11-30", "estimate", "mem;judgement", "D6", "contracts and debt of 5 to 8 bn USD over some years"),
    ("FRA", "embargo_loss_share"): ("yearly loss by the embargo, share of GDP", 0.0005, 0.001, 0.002, "share", "1990-11-30", "estimate", "mem;judgement", "D5", "debt of 3 to 5 bn USD over some years"),
    ("EGY", "payment_pct_gdp"): ("payments promised, percent of GDP", 4, 7, 12, "pct_gdp", "1990-11-30", "derived", "gw-1025;ips-1130;mem;judgement", "A4", "6.7 and 4 bn USD of debt forgiven, 28 percent of 38 bn; service saved over some years counts"),
    ("TUR", "payment_pct_gdp"): ("payments promised, percent of GDP", 1, 3, 4, "pct_gdp", "1990-11-30", "derived", "lat-0906;time-1119;mem;judgement", "A4", "3 bn USD hoped for, of 75 bn"),
    ("SYR", "payment_pct_gdp"): ("payments promised, percent of GDP", 2, 5, 8, "pct_gdp", "1990-11-30", "memory-unverified", "mem", "A4", "1 bn USD from the Gulf, order of magnitude, of 18.5 bn"),
    ("JOR", "payment_pct_gdp"): ("payments promised, percent of GDP", 4, 8, 19, "pct_gdp", "1990-11-28", "derived", "ap-1128;mem", "A4", "404 M USD promised, 1 bn needed, of 5.2 bn"),
    ("MAR", "payment_pct_gdp"): ("payments promised, percent of GDP", 0, 1, 3, "pct_gdp", "1990-11-30", "estimate", "judgement", "A1", "no figure found; one of the hit states"),
    ("SAU", "pledge_usd_bn"): ("pledge", "", 8, "", "usd_bn", "1990-11-12", "fact", "time-1119", "A1", ""),
    ("DEU", "pledge_usd_bn"): ("pledge", "", 2, "", "usd_bn", "1990-11-12", "fact", "time-1119", "A1 A7", ""),
    ("JPN", "pledge_usd_bn"): ("pledge", "", 4, "", "usd_bn", "1990-11-12", "fact", "time-1119", "A1 A7", ""),
    ("KWT", "pledge_usd_bn"): ("pledge", 4, 4.5, 5, "usd_bn", "1990-11-12", "fact", "ct-0909;time-1119", "A1", "5 in September, 4 in November"),
}  # fmt: skip

# what observers expected, beside the model: id -> verdict, outcome, lowest and highest probability that the words mean
VERDICTS = {
    "Q04": ("37% of Americans would start a war if nothing has changed by January", "", "", ""),
    "O16": ("partners would be likely to accept a pull-out from most of Kuwait", "", "", ""),
    "O17": ("the oil market gave peace a real chance", "attack", "0.2", "0.7"),
}

# what each measure does by itself: id -> kind, measure, words, channel, on, quantity, horizon, low, value, high, unit,
# output, grade, source, claims, note; members' losses are the exposures above in percent
MEASURE_WORDS = {
    "trade": "embargo on all trade", "oil": "ban on oil", "imports": "ban on sales to Iraq",
    "assets": "freeze of assets",
}  # fmt: skip
EFFECTS = {
    "X01": ("range", "trade", "trade", "target", "gdp", "year", 45, 45, 50, "pct_gdp", "", "estimate", "lat-1130s", "S3", "final loss of national product, an institute; nearly half"),
    "X02": ("range", "oil", "trade", "target", "gdp", "month", 34, 46, 51, "pct_gdp", "", "derived", "cia-oct;wfb-irq;judgement", "S2", "12 to 18 bn USD a year of income over 35 bn; nine tenths stopped"),
    "X03": ("range", "oil", "trade", "target", "gdp", "year", 34, 46, 51, "pct_gdp", "", "derived", "cia-oct;wfb-irq;judgement", "S2", "12 to 18 bn USD a year of income over 35 bn; nine tenths stopped"),
    "X04": ("output", "imports", "trade", "target", "gdp", "year", "", "", "", "", "embargo_loss.loss_pct_gdp", "derived", "judgement", "S2", "trade formula of the game"),
    "X05": ("none", "assets", "assets", "target", "gdp", "year", "", "", "", "", "", "memory-unverified", "mem", "S2", "3 to 5 bn USD abroad are a stock; no estimate"),
    "X06": ("none", "trade", "trade", "senders", "gdp", "year", "", "", "", "", "", "estimate", "judgement", "A4", "no average: losses lie with a few neighbours"),
    "X07": ("range", "trade", "trade", "target", "overlap", "year", 0, 0, 0, "share", "", "convention", "conv", "S2", "what is not sold cannot pay for what is not bought"),
    "X08": ("evidence", "trade", "trade", "IRQ", "civilian production", "four months", "", -40, "", "pct", "", "claim", "orl-1129", "S3", "Crowe"),
    "X09": ("evidence", "oil", "trade", "world", "price of oil, highest over the eve of the invasion", "ten weeks", "", 91, "", "pct", "", "derived", "sun-1117o;lat-1023o", "S8", "21.54 to 41.15 USD; the oil of Kuwait is missing too"),
    "X10": ("evidence", "oil", "trade", "world", "price of oil, at the cut-off over the eve of the invasion", "four months", "", 34, "", "pct", "", "derived", "lat-1201o;lat-1023o", "S8", "21.54 to 28.85 USD; others have replaced what is missing"),
}  # fmt: skip

# --- map: see the decision note on maps ------------------------------------------------------------------------------

POINTS = {
    **dict.fromkeys(("F004", "F005", "F007", "F008", "F009", "F010"), ("29.9", "47.4")),
    **dict.fromkeys(("F033", "F045"), ("26.3", "50.1")),
    **dict.fromkeys(("F048", "F050", *(f"F0{k}" for k in range(52, 63))), ("27.9", "45.6")),
    "F066": ("37.2", "42.6"),
    "F067": ("37.0", "35.43"),
}
"""Where rows of forces stand on the map, degrees north and east."""

MAP_PLAN = MapPlan(
    slug="kuwait-1990",
    cutoff=CUTOFF.isoformat(),
    box=(30.0, 20.0, 60.0, 40.0),
    rivers=("Tigris", "Euphrates and Shatt al-Arab", "Nile"),
    seas={"Gulf": (27.4, 51.3), "Red Sea": (23.5, 37.0), "Mediterranean": (34.2, 32.0), "Caspian Sea": (38.5, 51.5)},
    places=("Baghdad", "Kuwait City", "Riyadh", "Tehran", "Basra", "Dhahran, Saudi Arabia", "Amman", "Damascus", "Tel Aviv", "Cairo"),
    borders={("Iraq", "Kuwait"): "disputed", ("Kuwait", "Saudi Arabia"): "border"},
    notes={
        ("Iraq", "Kuwait"): "Iraq denied the line and annexed Kuwait on 8 August 1990; shown is the demarcation of 1993, a little north of lines used before"
    },
)  # fmt: skip

SCHEDULED = {
    "F080": "1991-01-15",
    "F081": "1991-03-17",
    "F084": "1991-01-15",
    "F085": "1991-03-25",
}
"""Days ahead that the notes of rows of forces name."""

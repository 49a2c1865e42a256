"""Hand-written parts of the tables of ``ukraine-2022``: names, claim ids, sources and dated events.

Everything that needs a person's judgement stands here in one place.
"""

from crisis_tables.maps import NATURAL_EARTH, MapPlan

CUT = "2022-01-27"

ACTORS = (
    "AUT", "BGR", "BLR", "CAN", "CHN", "CZE", "DEU", "DNK", "ESP", "EST", "EU", "FIN", "FRA", "GBR",
    "GRC", "HRV", "HUN", "ITA", "LTU", "LVA", "NATO", "NLD", "POL", "QAT", "ROU", "RUS", "SVK",
    "SWE", "TUR", "UKR", "USA",
)  # fmt: skip

MEMBERS = (
    "AUT", "BGR", "CAN", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "HUN", "ITA",
    "LTU", "LVA", "NLD", "POL", "ROU", "SVK", "TUR", "USA",
)  # fmt: skip
MEMBERS_AND_OTHERS = (*MEMBERS, "GRC", "HRV", "SWE")
GDP_ACTORS = (*MEMBERS_AND_OTHERS, "BLR", "CHN", "QAT", "RUS", "UKR")

EU27 = (
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV",
    "HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN",
    "SWE",
)  # fmt: skip

GROUPS = {
    "LTU+LVA+EST": ("LTU", "LVA", "EST"),
    "DNK+GRC+SWE+PRT+IRL+SVN+CYP+MLT+LUX": ("DNK", "GRC", "SWE"),
}
WIOD_REGIONS = {
    "BAL": ("EST", "LTU", "LVA"),
    "REU": ("CYP", "DNK", "GRC", "IRL", "LUX", "MLT", "PRT", "SVN", "SWE"),
}

ISSUES = (
    "open_door", "forces_east", "missiles_exercises", "arms_ukraine", "swift", "bank_sanctions",
    "export_controls", "nord_stream_2", "personal_sanctions", "troops_east", "diplomacy",
)  # fmt: skip

# --- units: printed wording -> closed name; FACTORS turn the printed number into that unit ---------------------------

# Farthest positions that a side is taken to sign at the usual price: our reading of its words, see the decision note on
# the reference game. Russia: neutrality or a long moratorium, the posture of January kept, reciprocal limits give or take,
# no lethal arms. The United States: no moratorium, no withdrawal, no one-sided limits, arms for defence. Kyiv likewise.
RED_LINES = {
    ("RUS", "open_door"): "50", ("RUS", "forces_east"): "50",
    ("RUS", "missiles_exercises"): "60", ("RUS", "arms_ukraine"): "50",
    ("USA", "open_door"): "60", ("USA", "forces_east"): "45",
    ("USA", "missiles_exercises"): "40", ("USA", "arms_ukraine"): "50",
    ("UKR", "open_door"): "60", ("UKR", "missiles_exercises"): "40",
    ("UKR", "arms_ukraine"): "60",
}  # fmt: skip

# Rates that the research tables do not list, computed from the same collection; tests recompute them.
MORE_BASE_RATES = [
    {
        "id": "B071",
        "topic": "escalation",
        "population": "ICB crises 1918-2019 that are no part of a war",
        "statistic": "full-scale war (viol = 4)",
        "value": "0.083",
        "lo90": "0.063",
        "hi90": "0.108",
        "n": "410",
        "unit": "share",
        "show": "yes",
        "words": "a crisis outside a war becomes a full-scale war",
        "compare": "full_invasion",
        "differs": "crises of all kinds and sizes; this one has a force of more than 100,000 at the border and demands that were refused",
        "as_of": "2019-12-31",
        "grade": "derived",
        "claimed_by": "",
        "grade_wording": "computed by us",
        "confidence": "high",
        "source": "icb",
        "claims": "",
        "note": "34 of 410; iwcmb = 1; Wilson 90 per cent",
    },
    {
        "id": "B072",
        "topic": "escalation",
        "population": "ICB crises 1918-2019 that are no part of a war, set off by a non-violent military act",
        "statistic": "full-scale war (viol = 4)",
        "value": "0.028",
        "lo90": "0.009",
        "hi90": "0.082",
        "n": "71",
        "unit": "share",
        "show": "yes",
        "words": "a crisis set off by a non-violent military act becomes a full-scale war",
        "compare": "full_invasion",
        "differs": "shows of force, exercises and mobilisations of all sizes; the model conditions on the aims and the size of this one",
        "as_of": "2019-12-31",
        "grade": "derived",
        "claimed_by": "",
        "grade_wording": "computed by us",
        "confidence": "medium: two cases",
        "source": "icb",
        "claims": "",
        "note": "2 of 71; break = 7; Wilson 90 per cent",
    },
]

# Where places of the table of forces lie, in degrees north and east: gazetteer knowledge to a tenth or so, regions by a label point.
PLACES = {
    "occupied Donbas": ("48.2", "38.6"),
    "Transnistria": ("46.84", "29.63"),
    "Belarus": ("53.2", "28.0"),
    "Brest, Belarus": ("52.1", "23.69"),
    "Pogonovo range, Voronezh oblast": ("51.56", "39.14"),
    "Donbas": ("49.0", "37.3"),
    "Romania": ("45.9", "25.0"),
    "Lithuania": ("55.89", "23.39"),
    "Latvia": ("57.08", "24.32"),
    "Poland": ("52.0", "19.4"),
    "Bulgaria": ("42.29", "24.71"),
    "Germany": ("50.0", "11.0"),
    "Black Sea": ("43.6", "33.0"),
    "Baltic Sea": ("56.5", "19.0"),
    "Baltic states and Poland": ("56.2", "22.6"),
}
PLACE_NAMES = {
    "Estonia, Latvia, Lithuania, Poland": "Baltic states and Poland",
    "Belarus, Brest": "Brest, Belarus",
    "Belarus, Rechitsa": "Rechitsa, Belarus",
    "Pogonovo, Voronezh oblast": "Pogonovo range, Voronezh oblast",
}
OFF_MAP = {
    "F030": "not on the map: the sum of the places in Belarus",
    "F046": "not on the map: of 2017",
    "F047": "not on the map: of 2018",
    "F048": "not on the map: of 2018",
    "F049": "not on the map: a supply, no force",
    "F050": "not on the map: of spring 2021",
    "F083": "not on the map: of 2019",
    "F105": "not on the map: nothing sent",
}
"""Rows that are no marks at a place that the map has."""
HOLDS = {"F088": "stationed troops are counted each quarter; no later count was found"}
"""Why an older count still stands at the cut-off."""

# Places of the pack of places. What stood there is sourced; how many is our split of the total, see the decision note.
FORCES_TOTAL = 100_000
PLACE_SOURCES = {
    "Maxar Technologies captions": "military-times-220120;storyful-maxar-220120",
    "Conflict Intelligence Team via Ukrinform": "ukrinform-211230",
    "New York Times map": "new-york-220108",
    "CIT and DFRLab via NV": "nv-220119",
    "Radio Liberty and CIT via Euromaidan Press": "euromaidan-press-220122",
    "Overt Defense": "overt-defense-220118",
    "forces_in_theatre.csv F046-F048": "ukraine-journal-1711;ukrainian-radio-1620;uawire-2018",
}
PLACE_SKIP = {
    "FP13": "part of the row of Crimea, from memory",
    "FP17": "the base was read in a later page alone",
    "FP18": "already in the table (F030)",
    "FP20": "already in the table (F051)",
    "FP21": "already in the table (F020); its claimant names no place",
    "FP22": "already in the table (F054); under way",
    "FP99": "the sum",
}
PLACE_WORDS = {
    "FP06": {"claimed_by": "Maxar"},
    "FP19": {"claimed_by": "Ukraine", "item": "separatist corps, no count since 2018"},
}
"""Cells of a sighting that we word anew."""
NO_SIGHTING = {"FP16": "already in the table (F034)"}
"""Places whose sighting stands in the table already."""

UNITS = {
    "%": "pct", "percent": "pct", "percent sure": "pct", "percent of force per day": "pct",
    "% in the first year": "pct", "% in 2021": "pct", "% of members and of population": "pct",
    "percentage points": "pct_points", "points": "index", "basis points": "basis_points",
    "basis points in a day": "basis_points", "cents on the dollar": "pct",
    "share": "share", "share of world": "share", "probability": "prob", "AUC": "ratio",
    "ratio": "ratio", "times": "ratio", "log odds": "log_odds", "log odds per log unit": "ratio",
    "persons": "persons", "persons planned": "persons", "persons per BTG": "persons",
    "persons deployed": "persons", "person": "persons", "persons per 1000": "number",
    "BTG": "battalions", "BTG planned": "battalions", "battalion": "battalions",
    "battalions": "battalions", "brigades": "brigades", "aircraft": "aircraft",
    "helicopters": "helicopters", "ships": "ships", "ship": "ships", "boats": "ships",
    "submarines": "ships", "carrier group": "number", "tanks": "tanks", "vehicles": "vehicles",
    "pieces": "number", "missiles": "missiles", "launchers": "launchers", "shells": "shells",
    "helmets": "number", "flights": "number", "trains": "number", "sites": "number",
    "banks": "number", "parties": "number", "states": "members", "members": "members",
    "votes": "votes", "yes votes of 60 needed": "votes",
    "USD": "usd", "USD million": "usd_mn", "EUR": "eur", "CAD": "number", "USD bn": "usd_bn",
    "RUB per USD": "rub_per_usd", "EUR/MWh": "eur_per_mwh", "USD per barrel": "usd_per_barrel",
    "USD per 1,000 m3": "usd_per_1000_m3",
    "km": "km", "miles": "km", "tonnes": "tonnes", "lb": "tonnes",
    "minutes": "minutes", "hours": "hours", "days": "days", "weeks": "weeks",
    "date": "date", "month": "date",
    # words that stand where a unit would: the row has no number
    "qualitative": "text", "verdict": "text", "indicator": "text", "yes/no": "text",
    "unspecified number": "text", "pending": "text", "open to it": "text", "dozens": "text",
    "dozens of persons": "text", "hundreds of thousands": "text", "many thousands": "text",
    "sharp fall": "text",
}  # fmt: skip
FACTORS = {"miles": 1.609344, "lb": 0.00045359237}

# --- exposures -------------------------------------------------------------------------------------------------------

EXPOSURES = {
    "coal_share_of_primary_energy": ("coal_share_of_energy", "share", 0.01),
    "oil_share_of_primary_energy": ("oil_share_of_energy", "share", 0.01),
    "gas_share_of_primary_energy": ("gas_share_of_energy", "share", 0.01),
    "distance_capital_to_kyiv": ("distance_km", "km", 1),
    "distance_capital_to_moscow": ("distance_moscow_km", "km", 1),
    "bank_claims_on_russia": ("bank_claims_usd_bn", "usd_bn", 1),
    "exports_to_russia": ("exports_gbp_bn", "gbp_bn", 1),
    "imports_from_russia": ("imports_gbp_bn", "gbp_bn", 1),
    "exports_to_russia_2011": ("exports_usd_bn_2011", "usd_bn", 1),
    "imports_from_russia_2011": ("imports_usd_bn_2011", "usd_bn", 1),
    "exports_to_russia_2011_share": ("export_share_gdp", "share", 0.01),
    "imports_from_russia_2011_share": ("import_share_gdp", "share", 0.01),
    "fdi_stock_in_russia": ("fdi_stock_gbp_bn", "gbp_bn", 1),
    "gas_from_russia": ("challenger_gas_bcm", "bcm", 1),
    "land_border_with_russia": ("challenger_land_border_km", "km", 1),
    "lng_regasification_capacity": ("lng_capacity_bcm", "bcm_per_year", 1),
    "russian_share_of_gas_imports": ("challenger_share_of_gas", "share", 0.01),
    "russian_share_of_gas_supply": ("challenger_share_of_gas", "share", 0.01),
    "russian_tourists": ("challenger_tourists_mn", "number", 1),
    "russian_tourists_h1_2019": ("challenger_tourists_mn_h1", "number", 1),
    "trade_with_russia_total": ("challenger_trade_bn", "number", 1),
    "troops_in_eastern_members": ("troops_in_east", "persons", 1),
    "troops_on_alert": ("troops_on_alert", "persons", 1),
    "trainers_in_ukraine": ("trainers_in_target", "persons", 1),
    "battlegroup_contribution": ("battlegroup_persons", "persons", 1),
    "battlegroups_total": ("battlegroups_persons", "persons", 1),
    "multinational_land_force_romania": ("romania_force_persons", "persons", 1),
    "aircraft_sent": ("aircraft_sent", "aircraft", 1),
    "ships_sent": ("ships_sent", "ships", 1),
    "opinion_arms_to_ukraine_for": ("opinion_arms_for", "share", 0.01),
    "opinion_keep_nord_stream_2": ("opinion_pipeline_for", "share", 0.01),
    "opinion_nato_membership_for": ("opinion_membership_for", "share", 0.01),
    "opinion_sharper_sanctions_for": ("opinion_sanctions_for", "share", 0.01),
    "opinion_major_threat": ("opinion_major_threat", "share", 0.01),
}
PERIODS = {"lords": "_2021_q1_q3"}  # figures of another period get a name of their own
EXPOSURES_ELSEWHERE = {"arms_to_ukraine", "troops_offered"}

STANCES = {
    "hawk": 90,
    "hawk although a main loser": 90,
    "hawk in 2017; feared costs for the City in March 2014": 75,
    "hawk in 2017; industry against, politics divided in March 2014": 65,
    "close links to Russian gas in March 2014": 40,
    "worried for arms contracts in March 2014": 40,
    "reluctant in March 2015, priorities elsewhere": 30,
    "reluctant, wants dialogue, follows common line": 30,
    "against new sanctions September 2014, ambivalent later": 30,
    "reluctant throughout": 20,
    "against new sanctions September 2014, again March 2015": 15,
    "for lifting in 2017": 10,
}
"""Stands on the sanctions of 2014 in words, on a scale of 0 (for lifting all) to 100 (for more); 50 is neither."""
STANCE_SPREAD = 15
STANCE_DAYS = (("eln-2017", "2017-12-31"), ("aalep-17", "2017-12-31"), ("ri-2015", "2015-12-31"))

EXPOSURE_LABELS = {
    "stance_2014": "stand on the sanctions of 2014",
    "population": "inhabitants",
    "council_seat": "seat in the Council of the European Union",
    "controls_use_final_share": "households and investment",
    "controls_use_industry_share": "other industry",
    "controls_use_state_share": "the state, the forces among it",
    "controls_use_transport_share": "makers of transport equipment, aircraft among it",
    "reserves_currency_share": "share of Russian reserves in its currency",
    "aircraft_sent": "aircraft sent to eastern members",
    "bank_claims_share_gdp": "bank claims on Russia as a share of GDP",
    "bank_claims_usd_bn": "bank claims on Russia",
    "battlegroup_persons": "troops in the battlegroups",
    "battlegroups_persons": "troops in the battlegroups",
    "challenger_gas_bcm": "gas bought from Russia",
    "challenger_gas_dependence": "Russian gas as a share of all energy",
    "challenger_gas_twh": "gas from Russia",
    "challenger_land_border_km": "land border with Russia",
    "challenger_purchase_share": "what Russia buys from it as a share of Russian value added",
    "challenger_share_of_coal": "Russian share of coal",
    "challenger_share_of_energy": "Russian share of energy",
    "challenger_share_of_gas": "Russian share of gas",
    "challenger_share_of_oil": "Russian share of oil",
    "challenger_tourists_mn": "tourists from Russia, million",
    "challenger_tourists_mn_h1": "tourists from Russia in half a year, million",
    "challenger_trade_bn": "trade with Russia, billion",
    "coal_share_of_energy": "coal as a share of energy",
    "distance_km": "distance of the capital from Kyiv",
    "distance_moscow_km": "distance of the capital from Moscow",
    "export_share_gdp": "exports to Russia as a share of GDP",
    "exports_gbp_bn": "exports to Russia",
    "exports_gbp_bn_2021_q1_q3": "exports to Russia, first three quarters of 2021",
    "exports_usd_bn_2011": "exports to Russia in 2011",
    "fdi_stock_gbp_bn": "direct investment in Russia",
    "gas_production_twh": "own gas production",
    "gas_share_of_energy": "gas as a share of energy",
    "gas_storage_capacity_twh": "gas storage capacity",
    "gas_storage_fill": "share of gas storage that is filled",
    "gas_storage_twh": "gas in storage",
    "gas_use_twh": "gas use in a year",
    "gdp_growth_2022_pct": "growth of GDP forecast for 2022",
    "gdp_usd_bn": "GDP",
    "gdp_weight": "share of the members' GDP",
    "import_share_gdp": "imports from Russia as a share of GDP",
    "imports_gbp_bn": "imports from Russia",
    "imports_gbp_bn_2021_q1_q3": "imports from Russia, first three quarters of 2021",
    "imports_usd_bn_2011": "imports from Russia in 2011",
    "lng_capacity_bcm": "capacity to land LNG",
    "lng_exports_to_europe_tonnes": "LNG exports to Europe",
    "lng_exports_tonnes": "LNG exports",
    "lng_twh": "LNG landed in a year",
    "oil_share_of_energy": "oil as a share of energy",
    "opinion_arms_for": "respondents for arms to Ukraine",
    "opinion_membership_for": "respondents for NATO membership",
    "opinion_pipeline_for": "respondents for keeping Nord Stream 2",
    "opinion_sanctions_for": "respondents for sharper sanctions",
    "other_pipeline_gas_twh": "pipeline gas from others",
    "romania_force_persons": "troops in the multinational force in Romania",
    "share_of_europe_gas": "share of Europe's gas",
    "ships_sent": "ships sent to eastern members",
    "trade_share_gdp": "trade with Russia as a share of GDP",
    "trainers_in_target": "trainers in Ukraine",
    "troops_in_east": "troops in eastern members",
    "troops_on_alert": "troops at home on alert",
}
"""Words for readers; a flow is named after its route."""
EXPOSURE_LABELS |= {
    f"flow_{route}_twh": f"gas flow, {words}"
    for route, words in (
        ("algeria_italy", "Algeria to Italy"),
        ("algeria_spain_gme", "Algeria to Spain through Morocco"),
        ("algeria_spain_medgaz", "Algeria to Spain by Medgaz"),
        ("belarus_lithuania", "Belarus to Lithuania"),
        ("belarus_poland_other", "Belarus to Poland, other points"),
        ("britain_belgium", "Britain to Belgium"),
        ("britain_netherlands", "Britain to the Netherlands"),
        ("finland", "Russia to Finland"),
        ("libya_italy", "Libya to Italy"),
        ("nord_stream_1", "Nord Stream 1"),
        ("norway_belgium", "Norway to Belgium"),
        ("norway_britain", "Norway to Britain"),
        ("norway_emden", "Norway to Emden"),
        ("norway_france", "Norway to France"),
        ("russia_baltics", "Russia to the Baltic states"),
        ("tap", "Trans Adriatic Pipeline"),
        ("turkstream", "TurkStream"),
        ("ukraine_hungary", "Ukraine to Hungary"),
        ("ukraine_poland", "Ukraine to Poland"),
        ("ukraine_romania", "Ukraine to Romania"),
        ("ukraine_slovakia", "Ukraine to Slovakia"),
        ("yamal_poland", "Yamal to Poland"),
    )
}

VERDICTS = {
    "O008": ("full_invasion", "will not happen this winter", "0", "0.05"),
    "O009": ("full_invasion", "very unlikely this winter", "0.05", "0.2"),
    "O010": ("full_invasion", "unlikely in the near term", "0.2", "0.45"),
    "O011": ("attack", "will move in (a guess)", "0.55", "0.95"),
    "O014": ("attack", "significant escalation likely", "0.55", "0.8"),
    "O025": ("airstrikes", "may happen", "0.2", "0.8"),
    "O026": ("incursion", "may happen", "0.2", "0.8"),
}
"""Outcome that a forecast speaks of, its verdict, and the probabilities as which we read it."""

_ANY_WAR = "past crises without a time limit; the model covers some nine weeks of this one"
_WHOLE_WAR = "whole wars won; the model speaks of a quick breakthrough"
BASE_RATES_SHOWN = {
    "B057": ("a crisis becomes a full-scale war", "full_invasion", _ANY_WAR),
    "B058": ("a crisis becomes a full-scale war", "full_invasion", _ANY_WAR),
    "B001": ("the side that starts a war wins it", "contest_invasion.success_prob", _WHOLE_WAR),
    "B005": ("the side that starts a war wins it", "contest_invasion.success_prob", _WHOLE_WAR),
    "B037": (
        "the attacker wins a battle",
        "contest_incursion.success_prob",
        "battles of all kinds; the model speaks of a place that the attacker chooses",
    ),
    "B030": ("a war ends within the calendar year", "", ""),
    "B056": ("nuclear weapons are used in a crisis", "", ""),
}
"""Base rates shown first: what happens, what of the model it stands beside, and why the two may differ."""

_ACER = "ACER estimate for 2020"
_MEMORY = "number from memory, wide range; no page up to the cut-off found"


def _more(
    actor: str,
    variable: str,
    value: str,
    unit: str,
    day: str,
    grade: str,
    confidence: str,
    source: str,
    note: str,
    low: str = "",
    high: str = "",
) -> dict[str, str]:
    return {
        "actor": actor, "variable": variable, "value": value, "low": low, "high": high,
        "unit": unit, "as_of": day, "grade": grade, "confidence": confidence, "source": source,
        "note": note,
    }  # fmt: skip


MORE_EXPOSURES = (
    _more("RUS", "controls_use_final_share", "0.622", "share", "2011-12-31", "derived", "low: ten years old", "wiod", "Russian purchases of electrical and optical equipment from the members by user, 2011: households and investment"),
    _more("RUS", "controls_use_industry_share", "0.327", "share", "2011-12-31", "derived", "low: ten years old", "wiod", "the same: all other producers"),
    _more("RUS", "controls_use_transport_share", "0.027", "share", "2011-12-31", "derived", "low: ten years old", "wiod", "the same: makers of transport equipment, aircraft among them"),
    _more("RUS", "controls_use_state_share", "0.024", "share", "2011-12-31", "derived", "low: ten years old", "wiod", "the same: public services, defence among them"),
    _more("USA", "reserves_currency_share", "0.164", "share", "2021-06-30", "fact", "medium: press copy", "bofit-2201", "Russian reserves in dollars"),
    _more("DEU", "reserves_currency_share", "0.323", "share", "2021-06-30", "fact", "medium: press copy", "bofit-2201", "Russian reserves in euros; a freeze takes the Council's unanimity, for which Germany stands here"),
    _more("GBR", "reserves_currency_share", "0.067", "share", "2021-03-31", "fact", "medium: press copy", "sputnik-2110", "Russian reserves in pounds"),
    _more("CAN", "reserves_currency_share", "0.027", "share", "2021-03-31", "fact", "medium: press copy", "sputnik-2110", "Russian reserves in Canadian dollars"),
    _more("EU", "challenger_share_of_energy", "0.22", "share", "2019-12-31", "memory-unverified", "low: from memory and our own sum", "eurostat-2019;derived", "shares of Russia in imports of gas, crude oil and coal times what is imported of each; the high end counts oil products. Eurostat's own figure for 2020 came out in March 2022", "0.2", "0.25"),
    _more("EU", "challenger_share_of_energy", "0.33", "share", CUT, "claim", "high for the statement", "norman-2022", "Europe, about one third; fits Germany better than the whole"),
    _more("EU", "challenger_share_of_gas", "0.439", "share", "2020-12-31", "fact", "medium: numbers from a copy later than the cut-off", "eurostat-2106;eurostat-2019", "of imports from outside the Union, 2020; the other end is the share of 2019 (0.41, from memory)", "0.41", "0.439"),
    _more("EU", "challenger_share_of_gas", "0.4", "share", CUT, "claim", "high for the statement", "norman-2022", "Europe, about 40 per cent"),
    _more("EU", "challenger_share_of_oil", "0.255", "share", "2020-12-31", "fact", "medium: numbers from a copy later than the cut-off", "eurostat-2106;eurostat-2019", "of crude oil imported from outside the Union, 2020; the other end is the share of 2019 (0.27, from memory)", "0.255", "0.27"),
    _more("EU", "challenger_share_of_coal", "0.54", "share", "2020-12-31", "fact", "medium: numbers from a copy later than the cut-off", "eurostat-2106;eurostat-2019", "of solid fuels imported from outside the Union, 2020; the other end is the share of 2019 (0.47, from memory)", "0.47", "0.54"),
    _more("HUN", "challenger_share_of_gas", "0.75", "share", "2020-12-31", "memory-unverified", "number from memory", "mem", "by origin; what enters through Austria is counted as Russian, which ACER does not do", "0.6", "0.95"),
    _more("DEU", "challenger_share_of_gas", "0.55", "share", "2020-12-31", "estimate", "medium: press copy", "bdew-2020", "figure of the gas industry and the economy ministry, printed beside ACER's 49"),
    _more("TUR", "challenger_share_of_gas", "0.188", "share", "2019-10-31", "fact", "high for the month", "up-tr20", "imports, October 2019 (one month)"),
    _more("GBR", "challenger_share_of_gas", "0.03", "share", "2021-12-31", "memory-unverified", _MEMORY, "mem;times-220124", "British officials: hardly imports any Russian gas; the number is ours", "0.01", "0.07"),
    _more("ESP", "challenger_share_of_gas", "0.09", "share", "2021-12-31", "memory-unverified", _MEMORY, "mem", "liquefied gas only, no pipeline from Russia", "0.06", "0.12"),
    _more("DNK", "challenger_share_of_gas", "0.4", "share", "2021-12-31", "memory-unverified", _MEMORY, "mem", "own field closed for rebuilding since 2019, gas comes through Germany", "0.1", "0.75"),
    _more("SWE", "challenger_share_of_gas", "0.5", "share", "2021-12-31", "memory-unverified", _MEMORY, "mem;times-220124", "little gas in use; The Times calls it almost entirely reliant on Russia", "0.2", "0.95"),
    _more("CAN", "challenger_share_of_gas", "0", "share", "2021-12-31", "memory-unverified", "medium: exporter without imports from Russia", "mem", "net exporter of gas", "0", "0.01"),
    _more("USA", "challenger_share_of_gas", "0", "share", "2021-12-31", "memory-unverified", "medium: exporter without imports from Russia", "mem", "net exporter of gas", "0", "0.01"),
    _more("QAT", "share_of_europe_gas", "0.05", "share", "2022-01-26", "fact", "medium: agency", "bnn-0126", "Qatar's part in European gas supply, about 5 per cent; at full capacity"),
    _more("QAT", "distance_km", "3670", "km", CUT, "derived", "high", "derived", "great circle, Doha to Kyiv"),
    _more("RUS", "gdp_growth_2022_pct", "2.8", "pct", "2022-01-25", "estimate", "medium: copied from a later press page", "imf-220125", "International Monetary Fund, forecast for 2022 of January 2022"),
)  # fmt: skip

# Figures of the editions of 2021 where a later one was read, and ranges where none was found: see the decision note on editions.
# GDP 2020, bn USD: value, half-width, grade, confidence, source, note
_VINTAGE = "edition of 2021 from memory; a later one prints"
GDP_2020 = {
    "DEU": (3846.4, 3840.0, 3850.0, "fact", "medium: seen in one stored file", "wdi", "edition of 2021; a later one prints 3887.7"),
    **{
        actor: (value, value * 0.985, value * 1.015, "memory-unverified", "number from memory", "mem", f"{_VINTAGE} {later}")
        for actor, value, later in (
            ("USA", 20953.0, "21323"), ("GBR", 2759.8, "2697.8"), ("ROU", 248.7, "251.36"), ("HUN", 155.8, "157.29"),
            ("SVK", 105.2, "106.74"), ("HRV", 57.2, "58.221"), ("LTU", 56.5, "56.965"), ("LVA", 33.7, "34.391"),
            ("EST", 30.7, "31.33"), ("BLR", 60.3, "61.372"),
        )
    },
}  # fmt: skip
GDP_WIDTH = 0.03
"""Half-width of a GDP that was read in the edition of 2026 alone, as a share of it."""
CLAIMS_WIDTH = 0.1
"""Half-width of bank claims whose day of release is not known, as a share of them."""
GAS_RANGES = {
    "LVA": ("0.93", "0.9", "1", "over 90 in one copy of the table, 93 in another"),
    "SVK": ("0.85", "0.7", "1", "over 70 in one copy of the table, about 85 in another"),
    "EST": ("0.85", "0.7", "1", "over 70 in the table; all of it comes through neighbours"),
    "FIN": ("0.94", "0.92", "0.97", "94 and 95 in two copies"),
    "POL": ("0.48", "0.4", "0.55", "40 by border, about 55 by origin (from memory)"),
    "AUT": (
        "0.7",
        "0.64",
        "0.86",
        "64 in the table; no national share is published, transit mixes",
    ),
}
"""Shares of Russian gas that a point does not carry: value, low, high and why."""

EXPOSURE_CLAIMS = {
    ("EU", "challenger_share_of_energy"): "A3",
    ("EU", "challenger_share_of_gas"): "A4",
    ("DEU", "challenger_share_of_gas"): "A4",
    ("DEU", "challenger_gas_dependence"): "A4 A7",
    ("DEU", "opinion_pipeline_for"): "A5 A7",
    ("DEU", "opinion_sanctions_for"): "A7",
    ("DEU", "opinion_arms_for"): "A7",
    ("EU", "challenger_gas_twh"): "A4",
    ("EU", "lng_twh"): "A6",
    ("QAT", "lng_exports_tonnes"): "A6",
    ("QAT", "lng_exports_to_europe_tonnes"): "A6",
    ("QAT", "share_of_europe_gas"): "A6",
    ("QAT", "distance_km"): "A6",
    ("NATO", "battlegroups_persons"): "F2",
    ("NATO", "romania_force_persons"): "F2",
    ("USA", "troops_on_alert"): "F1",
    ("CAN", "trainers_in_target"): "F4",
    ("DNK", "aircraft_sent"): "F6",
    ("ESP", "ships_sent"): "F6",
}

FLOWS = {
    "NordStream1": ("EU", "flow_nord_stream_1_twh"),
    "Yamal_Kondratki": ("EU", "flow_yamal_poland_twh"),
    "Belarus_Poland_other": ("EU", "flow_belarus_poland_other_twh"),
    "Belarus_Lithuania_Kotlovka": ("EU", "flow_belarus_lithuania_twh"),
    "Ukraine_Slovakia_VelkeKapusany": ("EU", "flow_ukraine_slovakia_twh"),
    "Ukraine_Hungary_Bereg": ("EU", "flow_ukraine_hungary_twh"),
    "Ukraine_Poland_GCP": ("EU", "flow_ukraine_poland_twh"),
    "Ukraine_Romania": ("EU", "flow_ukraine_romania_twh"),
    "TurkStream_Strandzha2": ("EU", "flow_turkstream_twh"),
    "Finland_Imatra": ("EU", "flow_finland_twh"),
    "Baltic_Luhamaa_Varska_Misso": ("EU", "flow_russia_baltics_twh"),
    "Algeria_Italy_Mazara": ("EU", "flow_algeria_italy_twh"),
    "Algeria_Spain_Medgaz": ("EU", "flow_algeria_spain_medgaz_twh"),
    "Algeria_Spain_GME_Tarifa": ("EU", "flow_algeria_spain_gme_twh"),
    "Libya_Italy_Gela": ("EU", "flow_libya_italy_twh"),
    "TAP_Kipoi": ("EU", "flow_tap_twh"),
    "Norway_Belgium_Zeepipe": ("EU", "flow_norway_belgium_twh"),
    "Norway_France_Franpipe": ("EU", "flow_norway_france_twh"),
    "Norway_Netherlands_EmdenGTS": ("EU", "flow_norway_emden_twh"),
    "Norway_UK_StFergus_Easington": ("GBR", "flow_norway_britain_twh"),
    "UK_Belgium_IZT": ("EU", "flow_britain_belgium_twh"),
    "UK_Netherlands_BBL": ("EU", "flow_britain_netherlands_twh"),
    "LNG_sendout_FRA": ("FRA", "lng_twh"),
    "LNG_sendout_ESP_TVB": ("ESP", "lng_twh"),
    "LNG_sendout_ITA": ("ITA", "lng_twh"),
    "LNG_sendout_NLD": ("NLD", "lng_twh"),
    "LNG_sendout_POL": ("POL", "lng_twh"),
    "LNG_sendout_GRC": ("GRC", "lng_twh"),
    "LNG_sendout_LTU": ("LTU", "lng_twh"),
    "LNG_sendout_HRV": ("HRV", "lng_twh"),
    "LNG_sendout_GBR": ("GBR", "lng_twh"),
}
# sums of entry flows into the Union: origins, and routes that would count gas twice or land elsewhere
FLOW_SUMS = {
    "challenger_gas_twh": ({"RUS"}, set[str]()),
    "other_pipeline_gas_twh": (
        {"NOR", "DZA", "LBY", "AZE", "GBR"},
        {"TAP_Melendugno", "Norway_UK_StFergus_Easington"},
    ),
    "lng_twh": ({"LNG"}, {"LNG_sendout_GBR"}),
}
LNG_EXPORTERS = {"QAT", "USA"}

# --- sources ---------------------------------------------------------------------------------------------------------

RENAMED = {"norman": "norman-2022"}
NOT_A_SOURCE = {"tl", "l24-dk"}  # the second is undated; NATO said the same on 24 January
LATE = {"this-project", "pit-mont", "vb-mont", "eupapers", "imal"}
ALWAYS = (
    "cbr-2012",
    "norman-2022",
    "judgement",
    "derived",
    "mem",
    "times-211206",
    "caliendo-2015",
    "eurostat-1112",
    "boehm-2020",
    "levif-1501",
    "iep-2015",
    "bilgin-2018",
    "markets-insider-220121",
    "natural-earth",
)
GAS = (
    "entsog-2201", "rtr-150401", "fluxys-160527", "zeelink-2011", "lngjournal-061201",
    "bracewell-2108", "equinor-210920", "tass-220120", "cij-211006", "labandeira-2017",
)  # fmt: skip
"""Sources that only the tables of gas cite."""


def _source(
    publisher: str, title: str, day: str, address: str, standing: str, printed: str = ""
) -> dict[str, str]:
    return {
        "publisher": publisher, "title": title, "date": day, "address": address,
        "standing": standing, "date_printed": printed or day,
    }  # fmt: skip


SOURCES = {
    "natural-earth": NATURAL_EARTH,
    "norman-2022": _source("LSE USAPP - American Politics and Policy blog (Julie Norman)", "Explainer on the United States, NATO and Russia over Ukraine", CUT, "https://bit.ly/33Uk7e0", "scholarly blog", "late January 2022"),
    "judgement": _source("detente project", "Judgement of the compilers", CUT, "", "judgement"),
    "derived": _source("detente project", "Computed from the rows and coordinates named in the note", CUT, "", "derived"),
    "eurostat-1112": _source("Eurostat", "EU27 trade in goods with Russia, first nine months of 2011", "2011-12-12", "http://europe.xorte.com/0,3,EU27-Trade-in-Goods-with-Russia-up-by-27-in-the-First-Nine-Months-of-2011,14373.html", "official statistics; news release read from a copy"),
    "caliendo-2015": _source("Review of Economic Studies 82(1) (Caliendo, Parro)", "Estimates of the Trade and Welfare Effects of NAFTA", "2015-01-31", "https://doi.org/10.1093/restud/rdu035", "scholarly article; elasticities of its table 1 quoted from memory", "2015"),
    "boehm-2020": _source("NBER Working Paper 27064 (Boehm, Levchenko, Pandalai-Nayar)", "The Long and Short (Run) of Trade Elasticities", "2020-04-30", "https://www.nber.org/papers/w27064", "working paper; read in its abstract", "2020-04"),
    "bofit-2201": _source("BOFIT via bne IntelliNews", "Structure of the reserves of the Bank of Russia at the end of June 2021", "2022-01-14", "https://www.intellinews.com", "central bank figures, press copy; day of the first printing from memory", "2022-01"),
    "sputnik-2110": _source("Sputnik", "Shares of currencies in Russian reserves on 31 March 2021", "2021-10-01", "https://sputniknews.com/20211001/russian-international-reserves-shares-of-dollar-euro-down-gold-yuan-up-in-year-to-31-march-1089584289.html", "press copy of a central bank report", "2021-10-01"),
    "levif-1501": _source("Trends Le Vif", "Net capital outflow from Russia in the fourth quarter of 2014", "2015-01-17", "https://trends.levif.be/economie/politique-economique/russie-les-fuites-de-capitaux-ont-plus-que-double-en-2014/article-normal-362109.html", "press copy of central bank figures", "2015-01"),
    "iep-2015": _source("Gaidar Institute", "Capital outflow in 2014: far short of a record", "2015-01-31", "https://www.iep.ru/en/capital-outflow-in-2014-far-short-of-a-record.html", "research note", "2015"),
    "markets-insider-220121": _source("Markets Insider on JPMorgan", "Oil could hit USD 150 on tensions with Russia", "2022-01-21", "https://oltnews.com/oil-could-hit-150-in-q1-on-tensions-with-russia-jpmorgan-markets-insider", "press copy"),
    "bilgin-2018": _source("Bank of Canada (Bilgin, Ellwanger)", "The Simple Economics of Global Fuel Consumption", "2018-08-14", "http://businessdocbox.com/Green_Solutions/127769706-The-simple-economics-of-global-fuel-consumption.html", "slides; collects estimates of others"),
    "mem": _source("no page found", "From memory; no stored page found, to be checked before quoting", "", "", "memory"),
    "cbr-2012": _source("Bank of Russia", "Russian exports of crude oil, natural gas and coal, 2011", "", "", "official statistics; figures and year of release from memory", "2012"),
    "acer": _source("ACER", "Market monitoring report 2020, gas: origin of supply by country", "2021-07", "", "official agency; report of July 2021 (month from memory), figures read from press copies of April 2022", "2021-07"),
    "bis": _source("Bank for International Settlements", "Consolidated banking statistics, claims on Russia, end of September 2021", "", "https://www.bis.org/statistics/consstats.htm", "official statistics; release of January 2022 (day not checked), figures read from press copies of February 2022", "2022-01"),
    "ecb": _source("European Central Bank", "Euro reference rates, cross rate of the rouble", CUT, "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/", "official statistics"),
    "lngt": _source("SciGRID_gas project", "Early database of regasification terminals, values of gasinfocus.com", "", "https://www.gasinfocus.com/en/indicator/existing-and-planned-lng-terminals/", "research data", "2018"),
    "lords": _source(
        "Office for National Statistics",
        "UK trade with Russia, January to September 2021",
        CUT,
        "https://lordslibrary.parliament.uk/uk-trade-with-russia/",
        "official statistics; release of 27 January 2022, read from a page of the House of Lords Library",
    ),
    "owid": _source("Our World in Data", "Energy mix by country (BP Statistical Review 2021)", "2021", "https://ourworldindata.org/energy", "compiled statistics", "2021"),
    "wiod": _source("World Input-Output Database", "World input-output table for 2011, release 2013", "", "https://www.rug.nl/ggdc/valuechain/wiod/wiod-2013-release", "research data; sums computed here", "2013"),
    "wdi": _source("World Bank", "World Development Indicators, GDP at current prices, 2020", "", "https://data.worldbank.org/indicator/NY.GDP.MKTP.CD", "official statistics; read from a later snapshot"),
    "entsog": _source("ENTSOG", "Transparency Platform, physical flows at entry points, 2021", "2021-12-31", "https://transparency.entsog.eu", "official data; daily figures of 2021 as archived later"),
    "entsog-2201": _source("ENTSOG", "Transparency Platform, physical flows at entry points, weeks from January 2020 to 23 January 2022", "2022-01-24", "https://transparency.entsog.eu", "official data; weekly sums as archived later"),
    "rtr-150401": _source("Reuters", "Interconnector UK sets terms for sales of pipeline capacity from 2018", "2015-04-01", "http://uk.reuters.com/article/britain-interconnector-natural-gas-idUKL6N0WY3A920150401", "press"),
    "fluxys-160527": _source("Fluxys Belgium", "Energy in Europe: new gas transmission connection between France and Belgium inaugurated", "2016-05-27", "https://www.fluxys.com/en/press-releases/fluxys-belgium/2016/160527_press_-new_gas_transmission_connection", "operator"),
    "zeelink-2011": _source("Pipeline Journal", "November sees the first testing of the new German Zeelink gas pipeline", "2020-11-01", "https://www.pipeline-journal.net/news/november-sees-first-testing-new-german-zeelink-gas-pipeline", "trade press; day not shown", "2020-11"),
    "lngjournal-061201": _source("LNG Journal", "New Netherlands-UK natural gas pipeline opens", "2006-12-01", "https://lngjournal.com", "trade press"),
    "bracewell-2108": _source("Bracewell and Gaffney Cline in the National Law Review", "LNG in Europe 2021: current trends, the European LNG landscape and country focus", "2021-08-23", "https://natlawreview.com/article/lng-europe-2021-current-trends-european-lng-landscape-and-country-focus", "law firm and consultancy"),
    "equinor-210920": _source("dpa-AFX via finanznachrichten.de", "Equinor receives permission to increase gas exports from two fields", "2021-09-20", "https://www.finanznachrichten.de/nachrichten-2021-09/53983855-equinor-receives-permission-to-increase-gas-exports-from-two-fields-on-norwegian-continental-shelf-020.htm", "press"),
    "tass-220120": _source("TASS", "Flow of gas from Germany to Poland through Mallnow, 20 January 2022", "2022-01-20", "https://tass.com", "state media (RUS)"),
    "cij-211006": _source("CIJ Europe", "Gas from Serbia to Hungary since 1 October 2021", "2021-10-06", "", "trade press"),
    "labandeira-2017": _source("Labandeira, Labeaga and Lopez-Otero in Energy Policy 102", "A meta-analysis on the price elasticity of energy demand", "2017-03-01", "https://doi.org/10.1016/j.enpol.2017.01.002", "research article; figures from memory", "2017-03"),
    "agsi": _source("Gas Infrastructure Europe", "AGSI+ storage inventory, gas day 26 January 2022", CUT, "https://agsi.gie.eu", "official data"),
    "vygon-2201": _source("Vygon Consulting via Interfax and Biznes Alert", "Exports of liquefied natural gas in 2021", "", "https://biznesalert.pl", "consultancy via agency", "2022-01"),
    "ice-ttf": _source("Intercontinental Exchange", "Dutch TTF front-month settlement, monthly averages to December 2021", "2021-12", "", "exchange data; averages as printed in replication data of Guentner, Reif and Wolters", "2021-12"),
    "eurostat-2019": _source("Eurostat", "Shedding light on energy in the EU: from where do we import energy, 2019", "", "https://ec.europa.eu/eurostat/cache/infographs/energy", "official statistics; edition of 2021, figures and year of release from memory", "2021"),
    "eurostat-2106": _source("Eurostat", "EU imports of energy products: recent developments, data of June 2021", "2021-06", "https://ec.europa.eu/eurostat/statistics-explained/index.php?title=EU_imports_of_energy_products_-_recent_developments", "official statistics; opening of the edition of June 2021 seen, numbers read in bne IntelliNews of 11 April 2022", "2021-06"),
    "ukrinform-211230": _source("Conflict Intelligence Team via Ukrinform", "Camps of Russian forces near Ukraine, 30 December 2021 (our words)", "2021-12-30", "https://ukrinform.net/amp/rubric-defense/3378363", "agency"),
    "new-york-220108": _source("New York Times map via ukrainefrontlines.com and for-ua.com", "Map of Russian forces near Ukraine, ten clusters (our words)", "2022-01-08", "https://m.for-ua.com/article/1234754", "press copy; two places named in a later copy of the map"),
    "overt-defense-220118": _source("Overt Defense", "Columns of Russian forces in Belarus (our words)", "2022-01-18", "", "press"),
    "bdew-2020": _source("BDEW and German economy ministry", "Share of Russian gas in German supply, as printed in the press", "", "", "industry and ministry figure, press copy"),
    "imf-220125": _source("International Monetary Fund", "World Economic Outlook update, January 2022", "2022-01-25", "https://www.imf.org/en/Publications/WEO", "official forecast; number read from a later press page, day from memory"),
    "times-220124": _source("The Times", "Fears mount Russia will restrict gas supplies (front page)", "2022-01-24", "", "press"),
    "times-211206": _source("The Times", "Estimates of Russian strength and battalion tactical groups", "2021-12-06", "https://www.thetimes.co.uk", "press"),
    "cow-wars": _source("Correlates of War project", "Inter-State War data 4.0 (Sarkees and Wayman 2010)", "", "https://correlatesofwar.org", "research data; frequencies computed here", "2010"),
    "cow-nmc": _source("Correlates of War project", "National Material Capabilities (Singer 1987)", "", "https://correlatesofwar.org", "research data; frequencies computed here on years to 2016 from a later release"),
    "cdb90": _source("CAA Database of Battles 1990 (Helmbold 1993), copy by J. Arnold", "Battles 1600-1973", "2016-04-09", "https://github.com/jrnold/CDB90", "research data; frequencies computed here"),
    "icb": _source("International Crisis Behavior project", "Crises 1918-2019", "", "https://sites.duke.edu/icbdata/", "research data; frequencies computed here from version 15, a release later than the cut-off on older histories"),
}  # fmt: skip

# Day of the copy or edition that was read, where it is another than the source's: see the decision note on editions.
EDITIONS = {
    "acer": "2022-04", "agsi": "2022-09", "bis": "2022-02", "cow-nmc": "undated", "ecb": "undated", "entsog": "2023-03",
    "entsog-2201": "2023-03", "eurostat-2106": "2022-04-11", "icb": "2023", "ice-ttf": "2024", "imf-220125": "undated",
    "lords": "undated", "mem": "2026-11", "owid": "2022", "wdi": "2026", "wiki-b2": "undated",
    "wikipedia-copy": "undated",
}  # fmt: skip

# publisher prefix and words of the title -> key, for tables that carry four source columns
PUBLISHERS = {
    ("this project", ""): "this-project",
    ("LSE USAPP", ""): "norman-2022",
    ("memory", ""): "mem",
    ("computed", ""): "derived",
    ("Correlates of War Inter-State War", ""): "cow-wars",
    ("Correlates of War National Material", ""): "cow-nmc",
    ("CAA Database", ""): "cdb90",
    ("International Crisis Behavior", ""): "icb",
}

# --- claim ids -------------------------------------------------------------------------------------------------------

ROW_SOURCES = {"F025": "times-211206"}  # rows of our own timeline, by the page it names
GRADE_WORDINGS = {"K43": "memory-unverified (announcement before the cut-off)"}
POSITION_SOURCES = {
    ("DNK", "troops_east"): "kuna-0124",
    ("GBR", "arms_ukraine"): "promote-ukraine-2201",
    ("LTU", "arms_ukraine"): "ukrinform-220121-2",
    ("LVA", "arms_ukraine"): "ukrinform-220121-2",
}


def position_claims(actor: str, issue: str) -> str:
    """Claims that a position carries."""
    table = {
        ("RUS", "open_door"): "W3",
        ("RUS", "forces_east"): "W4 F9",
        ("RUS", "missiles_exercises"): "W6",
        ("RUS", "personal_sanctions"): "S5",
        ("USA", "open_door"): "W5 D3",
        ("USA", "forces_east"): "W5",
        ("USA", "missiles_exercises"): "W6 N4",
        ("USA", "swift"): "S2",
        ("USA", "bank_sanctions"): "S1 S3",
        ("USA", "export_controls"): "S4",
        ("USA", "personal_sanctions"): "S5",
        ("NATO", "open_door"): "W5",
        ("NATO", "forces_east"): "W5",
        ("NATO", "missiles_exercises"): "W6 N4",
        ("NATO", "diplomacy"): "N4",
        ("EU", "bank_sanctions"): "S1",
        ("DEU", "nord_stream_2"): "A5",
        ("DEU", "arms_ukraine"): "A7",
        ("DEU", "swift"): "A7",
        ("FRA", "troops_east"): "F5",
        ("ESP", "troops_east"): "F6",
        ("DNK", "troops_east"): "F6",
        ("GBR", "arms_ukraine"): "F8",
        ("QAT", "diplomacy"): "",
    }
    tougher = {"DEU", "FRA", "ITA", "HUN", "GBR", "POL", "LTU", "LVA", "EST"}
    extra = "A2 A7" if issue == "diplomacy" and actor in tougher else ""
    return " ".join(sorted({*table.get((actor, issue), "").split(), *extra.split()}))


DEMAND_ISSUES = {
    "open door": "open_door",
    "forces in eastern members": "forces_east",
    "forces outside national territory": "forces_east",
    "intermediate-range missiles": "missiles_exercises",
    "exercises near the border": "missiles_exercises",
    "missiles in Ukraine": "missiles_exercises",
}
DEMAND_CLAIMS = {
    "T1": "W2", "T2": "W2", "T3": "W2", "T4a": "W2 W3 W5 D3", "T4b": "W2 W3", "T5a": "W2 W4 W5",
    "T5b": "W2", "T5c": "W2 W6", "T6": "W2 W6", "T7": "W2", "T8": "W2 W3", "N1": "W2", "N2": "W2",
    "N3": "W2", "N4": "W2 W4 W5 F9", "N5": "W2 W6", "N6": "W2 W3 W5", "N7a": "W2", "N7b": "W2 W6",
    "N8": "W2", "N9": "W2", "R1": "W3 W5", "R3": "W3 W6", "W1": "N3", "W3": "N3 N4", "W4": "W6 N4",
    "W5": "W6 N4", "W6": "W6 N4", "W7": "D3",
}  # fmt: skip
TRACK_CLAIMS = {
    "K04": "S1", "K06": "W2", "K09": "W2", "K12": "D1", "K13": "D1 W6", "K14": "D1", "K15": "D1",
    "K17": "A5", "K21": "A1", "K22": "D1 D2", "K23": "S1 A2", "K24": "A1 A2", "K26": "D2 D3",
    "K27": "D4 W6", "K28": "D5 D7", "K32": "D7 W6", "K40": "D6", "K42": "A6", "K47": "D7",
    "K50": "D7", "K51": "D8", "K53": "A2",
}  # fmt: skip
FORCE_CLAIMS = {
    "F012": "W1", "F013": "W1", "F014": "W1", "F016": "W1", "F018": "W1", "F019": "W1",
    "F021": "W1", "F024": "W1", "F077": "F2", "F078": "F2", "F079": "F2", "F080": "F2",
    "F093": "F1", "F094": "F1", "F100": "F6", "F101": "F6", "F102": "F6", "F103": "F6",
    "F105": "F5", "F108": "F4", "F109": "F4",
}  # fmt: skip
ARMS_CLAIMS = {
    "A009": "F7", "A010": "F7", "A011": "F7", "A012": "F7", "A013": "F7", "A014": "F7",
    "A022": "F8", "A023": "F4", "A025": "A7", "A026": "A7", "A035": "F4", "A036": "F4",
    "A037": "F4", "A038": "F4", "A039": "F4", "A040": "F4", "A041": "F9",
}  # fmt: skip
MEASURE_CLAIMS = {
    "S2a": "S2", "S2b": "S2", "S3a": "S3", "S3b": "S3", "S3c": "S3", "S4": "S4", "S4x": "S4",
    "S5": "S5", "S6": "S5", "S7a": "A5", "S7b": "A5", "S8": "S1", "S9": "A4", "S10": "S1",
    "S11": "S1 S3", "S12": "A4 A6", "S13": "S1", "S14": "S2",
}  # fmt: skip
RULE_CLAIMS = {
    "R1": "W5", "R2": "W3", "R3": "F9", "R4": "A2 S1", "R7": "S2", "R8": "S3", "R12": "A7",
    "R13": "A5", "R14": "A5",
}  # fmt: skip
RULE_MATTERS = {
    "R1": "all decisions", "R2": "enlargement", "R3": "deployments", "R4": "sanctions",
    "R5": "sanctions", "R6": "sanctions", "R7": "financial messaging", "R8": "sanctions",
    "R9": "lifting of sanctions", "R10": "legislation", "R11": "arms", "R12": "arms",
    "R13": "pipeline", "R14": "pipeline", "R15": "straits", "R16": "straits",
    "R17": "use of force and talks", "R18": "use of force", "R19": "United Nations",
    "R20": "OSCE decisions", "R21": "deployments", "R22": "deployments", "R23": "deployments",
}  # fmt: skip
MORE_RULES = (
    {
        "id": "R24", "body": "USA", "matter": "deployments",
        "rule": "no US troops will be deployed to Ukraine itself", "who_can_block": "the president",
        "as_of": CUT, "grade": "claim", "claimed_by": "USA (Biden)", "confidence": "high for the statement",
        "source": "norman-2022", "claims": "F3", "note": "a commitment stated in public, not a rule of law",
    },
)  # fmt: skip
MARKET_CLAIMS = {
    "M1": "S3", "M2": "S3", "M12": "A4", "P10": "A5", "P11": "A5", "P12": "A7", "P13": "A7",
    "P14": "A7", "P15": "A7",
}  # fmt: skip
REINFORCEMENT_CLAIMS = {"R001": "F1", "R002": "F1", "R034": "D8", "R035": "D8"}


def option_claims(option: str, key: str) -> str:
    """Claims that an estimate on an option carries."""
    table = {
        "full-scale invasion": "O1", "most dangerous course": "O1", "some military action": "O1",
        "significant escalation": "O1", "multi-axis attack incl. sea landing": "O1",
        "air and missile campaign": "O2", "air option": "O2",
        "standoff fires or limited offensive": "O2 O3",
        "limited ground incursion": "O3", "limited seizure in the east": "O3",
        "overt deployment into occupied Donbas": "O3", "seizure of a city": "O3",
        "minor incursion": "O3", "amphibious option": "O3", "cyberattack": "O6",
        "false-flag operation": "O7 D8", "sabotage and supply in Donbas": "O7",
        "coup: install a government": "O8", "coup: recruit officials for a takeover": "O8",
        "destabilisation": "O4 O5",
    }  # fmt: skip
    extra = {"O047": "N1", "O031": "F9"}.get(key, "")
    return " ".join(sorted({*table.get(option, "").split(), *extra.split()}))


# --- timeline --------------------------------------------------------------------------------------------------------
# day, actors, event in our words, source keys of the other tables, claim ids, grade

TIMELINE = (
    ("2021-11-16", "DEU RUS", "The German network regulator suspends the certification of Nord Stream 2", "wp-1123", "A5", "fact"),
    ("2021-11-21", "UKR RUS", "Ukrainian military intelligence counts 92,000 Russian troops near the border", "polonia-news-211123", "W1", "claim"),
    ("2021-12-03", "USA RUS", "US officials speak of a Russian plan for up to 175,000 troops", "ansa-citing-211204", "O1 W1", "claim"),
    ("2021-12-06", "RUS UKR", "Press estimate: 50 of 168 Russian battalion tactical groups are near Ukraine", "times-211206", "W1", "estimate"),
    ("2021-12-07", "USA RUS", "Biden and Putin speak by video; Biden warns of strong economic measures", "trt-1208", "S1", "fact"),
    ("2021-12-15", "RUS USA", "Moscow hands a US envoy two draft treaties on security guarantees", "tass-1217", "W2", "fact"),
    ("2021-12-17", "RUS USA NATO", "Russia publishes both drafts: no further enlargement, forces back to 1997", "tass-1217;xinhua-1218", "W2 W3 W4", "fact"),
    ("2021-12-30", "USA RUS", "Biden and Putin speak by phone and confirm three rounds of talks for January", "infosur-1230;pt-1230", "D1", "fact"),
    ("2022-01-10", "USA RUS", "Deputy ministers meet in Geneva; the core stays unsolved, missiles and exercises are discussed", "taipei-0112", "D1 W6", "fact"),
    ("2022-01-12", "NATO RUS", "The NATO-Russia Council meets in Brussels for the first time in two and a half years", "pt-nrc", "D1", "fact"),
    ("2022-01-13", "RUS UKR USA", "Talks in the OSCE in Vienna end without a result", "wapo-0110;utv-0113", "D1", "fact"),
    ("2022-01-13", "USA DEU", "The US Senate fails to pass sanctions on Nord Stream 2: 55 votes, 60 needed", "hill-0113;upi-0113;crec-0113", "A5", "fact"),
    ("2022-01-14", "UKR RUS", "About 70 Ukrainian government sites are defaced or down overnight", "gmf-alliance-2201", "O6", "fact"),
    ("2022-01-14", "USA RUS", "Washington says that Russia has placed operatives for a false-flag operation", "straits-times-220115", "O7 D8", "claim"),
    ("2022-01-15", "UKR", "Microsoft reports destructive malware in Ukrainian systems", "nv-220116", "O6", "fact"),
    ("2022-01-17", "RUS BLR", "Minsk announces manoeuvres with Russian forces on its soil", "gtt-by", "N2 D8", "fact"),
    ("2022-01-18", "DEU NATO", "Scholz: after an attack on Ukraine everything is up for discussion, Nord Stream 2 too", "hindu-0118", "A5", "fact"),
    ("2022-01-18", "UKR RUS", "Kyiv counts 106,000 Russian ground troops, 127,000 with sea and air", "trt-afp-220119", "W1", "claim"),
    ("2022-01-20", "USA RUS", "The US Treasury lists four Ukrainians said to prepare a takeover", "al-jazeera-220120", "O8 O4", "fact"),
    ("2022-01-20", "GBR UKR", "Britain has flown about 2,000 light anti-tank weapons to Ukraine", "promote-ukraine-2201", "F8", "fact"),
    ("2022-01-21", "USA RUS", "Blinken and Lavrov meet in Geneva for 90 minutes; a written answer is promised", "up-0121;np-0121", "D2", "fact"),
    ("2022-01-21", "EST LVA LTU UKR", "The Baltic states announce Javelin and Stinger transfers with US consent", "ukrinform-220121-2", "A7", "fact"),
    ("2022-01-21", "RUS BGR ROU", "Moscow names Bulgaria and Romania as places that NATO forces should leave", "scmp-0121;afp-0121", "W4", "fact"),
    ("2022-01-22", "GBR RUS UKR", "London says that Moscow looked for a leader to install in Kyiv", "rfe-rl-220122", "O8", "claim"),
    ("2022-01-22", "USA UKR", "The first flight of the USD 200 million package lands in Ukraine", "promote-ukraine-2201", "F7", "fact"),
    ("2022-01-24", "USA NATO", "8,500 troops in the United States are put on heightened alert", "us-department-220124", "F1", "fact"),
    ("2022-01-24", "NATO DNK ESP FRA NLD", "NATO lists ships and jets going east; France is ready to send troops to Romania", "kuna-0124", "F5 F6", "fact"),
    ("2022-01-24", "USA EU NATO", "Biden confers for 80 minutes with European leaders", "up-0125;rtr-0124b", "A1", "fact"),
    ("2022-01-25", "USA RUS", "Biden would consider sanctions on Putin himself", "mg-0126", "S5", "fact"),
    ("2022-01-25", "USA RUS", "The White House outlines novel export controls and the hardest measures first", "wh-0125", "S1 S4", "fact"),
    ("2022-01-26", "USA RUS", "The US ambassador hands over the written answer; it is not published", "eir-0126;amn-0127", "D2 D3", "fact"),
    ("2022-01-26", "NATO RUS", "NATO sends its own written proposals in parallel", "nato-0126;nato-0126n", "D4", "fact"),
    ("2022-01-26", "FRA DEU RUS UKR", "Advisers of the four Normandy states talk for eight hours in Paris", "elysee-0126;presua-0127", "D5", "fact"),
    ("2022-01-26", "USA RUS", "Sherman expects a use of force between now and mid-February", "the-hill-220126", "O1", "claim"),
    ("2022-01-26", "UKR RUS", "Kuleba: the Russian force is not enough for an offensive along the whole border", "afp-via-220126", "O1 O4", "claim"),
    ("2022-01-26", "DEU UKR", "Germany offers 5,000 helmets and stays with no lethal arms", "tr-0126;uanews-0126", "A7", "fact"),
    ("2022-01-27", "RUS USA", "Lavrov: no positive answer on the main issue, talks on secondary ones possible", "ap-0127;pt-0127", "D7 W6", "fact"),
)  # fmt: skip

# --- map: see the decision note on maps ------------------------------------------------------------------------------

MAP_PLAN = MapPlan(
    slug="ukraine-2022",
    cutoff=CUT,
    box=(8.0, 39.0, 49.0, 61.5),
    rivers=("Danube", "Dnipro", "Dniester", "Don", "Volga", "Vistula", "Oder", "Elbe", "Daugava"),
    seas={"Black Sea": (43.2, 33.6), "Baltic Sea": (56.6, 19.0), "Sea of Azov": (46.1, 36.6), "Caspian Sea": (44.5, 48.2)},
    places=("Kyiv", "Moscow", "Minsk", "Berlin", "Riga", "Vienna", "Kharkiv", "Odesa", "Lviv", "Sevastopol"),
    routes={
        "nord_stream_1": [(28.7, 60.5), (26.5, 59.9), (23.0, 59.4), (20.0, 57.8), (18.6, 56.0), (15.5, 54.9), (13.65, 54.14)],
        "nord_stream_2": [(28.2, 59.7), (26.0, 59.6), (22.6, 59.0), (19.6, 57.2), (18.2, 55.6), (15.2, 54.6), (13.65, 54.14)],
        "yamal": [(39.0, 57.0), (32.0, 54.8), (27.6, 53.6), (23.7, 52.6), (18.6, 52.9), (14.6, 52.4)],
        "belarus_lithuania": [(32.0, 54.8), (28.0, 54.3), (25.3, 54.6)],
        "ukraine_slovakia": [(39.0, 53.0), (35.3, 51.3), (30.5, 49.9), (25.0, 49.0), (22.3, 48.6)],
        "ukraine_romania": [(30.5, 49.9), (28.4, 45.4)],
        "turkstream": [(37.5, 44.9), (35.5, 43.6), (31.0, 42.6), (28.1, 41.7), (27.0, 42.0)],
        "russia_finland": [(30.3, 60.2), (28.8, 61.0)],
    },
)  # fmt: skip

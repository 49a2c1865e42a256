"""Event data of others, read by named layouts. Every row here is invented. Oracle: hand, unless a test says otherwise."""

from datetime import date

import pytest

from detente.crisis import load_crisis
from detente.crisis.registers import event_categories, event_codes, event_layouts, event_modes
from detente.errors import UsageError
from detente.watch.events import understand
from detente.watch.layouts import read_layout

ICEWS = (
    "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO Code\tIntensity\tTarget Name\t"
    "Target Sectors\tTarget Country\tStory ID\tSentence Number\tPublisher"
)
POLECAT = (
    "Event ID\tEvent Date\tEvent Type\tEvent Mode\tContexts\tActor Name\tActor Country\tRecipient Name\tRecipient Country\t"
    "Placename\tSource"
)
ACLED = "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,actor2,notes,source,timestamp"


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("ukraine-2022")


def read(tmp_path, crisis, layout, *lines):
    path = tmp_path / "data.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_layout(path, layout, crisis)


def gdelt(**cells):
    """A row of 61 cells; names are places."""
    row = [""] * 61
    given = {
        "day": "20220201",
        "name1": "RUSSIA",
        "actor1": "RUS",
        "name2": "UKRAINE",
        "actor2": "UKR",
        "root": "1",
        "code": "154",
        "sources": "2",
        "place": "Kyiv",
        "url": "https://example.org/1",
    } | cells
    places = {
        "day": 2, "name1": 7, "actor1": 8, "group1": 9, "code1": 6, "name2": 17, "actor2": 18,
        "root": 26, "code": 27, "sources": 33, "place": 53, "url": 61,
    }  # fmt: skip
    for name, cell in given.items():
        row[places[name] - 1] = cell
    return "\t".join(row)


def test_gdelt_is_read_by_place(tmp_path, crisis):
    (event,), left = read(tmp_path, crisis, "gdelt", gdelt())
    assert (event.day, event.actor, event.target) == (date(2022, 2, 1), "RUS", "UKR")
    assert (event.category, event.mode) == ("MOBILIZE", "troops")
    assert event.text == "MOBILIZE, RUSSIA, UKRAINE, Kyiv"
    assert event.source == "https://example.org/1"
    assert event.weight == pytest.approx(1 - 0.75**2)  # two sources at 0.25 each
    assert left == ()
    (reading,) = understand([event], crisis)
    assert reading.kind == "evidence"
    assert reading.rule.weight.value == event.weight


@pytest.mark.parametrize(
    ("cells", "actor"),
    [
        ({"actor1": "", "group1": "NTO"}, "NATO"),
        ({"actor1": "", "code1": "RUSGOV"}, "RUS"),
        ({"actor1": "ROM"}, "ROU"),
        ({"actor1": "XXX"}, "XXX"),
    ],
)
def test_gdelt_names_an_actor_in_one_of_three_columns(tmp_path, crisis, cells, actor):
    (event,), _ = read(tmp_path, crisis, "gdelt", gdelt(**cells))
    assert event.actor == actor


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"code": "999"}, "the code '999' of CAMEO is in no list"),
        ({"code": "08"}, "may be CONCEDE or RETREAT"),
        ({"code": "17"}, "may be ASSAULT or COERCE"),
        ({"code": "010"}, "has no category of PLOVER: a statement"),
        ({"root": "0"}, "IsRootEvent is '0'"),
        ({"actor1": ""}, "no actor is named"),
    ],
)
def test_what_a_row_does_not_tell_is_left_out_with_the_reason(tmp_path, crisis, cells, reason):
    events, (left,) = read(tmp_path, crisis, "gdelt", gdelt(**cells))
    assert events == ()
    assert left.kind == "unmapped"
    assert reason in left.reason


@pytest.mark.parametrize(
    ("code", "category", "mode"),
    [
        ("0874", "RETREAT", "withdraw"),
        ("0833", "CONCEDE", ""),
        ("191", "COERCE", "restrict"),
        ("195", "ASSAULT", "aerial"),
        ("1712", "ASSAULT", "destroy"),
        ("1711", "COERCE", "seize"),
        ("1384", "THREATEN", "violence"),
        ("057", "SUPPORT", ""),
    ],
)
def test_a_code_of_cameo_is_looked_up_whole_then_shorter(tmp_path, crisis, code, category, mode):
    (event,), _ = read(tmp_path, crisis, "gdelt", gdelt(code=code))
    assert (event.category, event.mode) == (category, mode)


def test_the_same_event_of_gdelt_counts_once(tmp_path, crisis):
    events, left = read(tmp_path, crisis, "gdelt", gdelt(), gdelt(url="https://example.org/2"))
    assert len(events) == 1
    assert left[0].reason == "the same event stands twice"


def test_icews_names_countries_in_words(tmp_path, crisis):
    rows = (
        "1\t2022-02-01\tVladimir Putin\tGovernment\tRussian Federation\tThreaten\t138\t-7\tUkraine\t\tUkraine\t77\t1\tAgency",
        "2\t2022-02-01\tVladimir Putin\tGovernment\tRussian Federation\tThreaten\t138\t-7\tUkraine\t\tUkraine\t77\t4\tAgency",
        "3\t2022-02-02\tNorth Atlantic Treaty Organization\tIGO\t\tMake statement\t010\t0\tRussia\t\tRussian Federation\t78\t1\tAgency",
    )
    (event,), left = read(tmp_path, crisis, "icews", ICEWS, *rows)
    assert (event.actor, event.target, event.category, event.mode) == (
        "RUS",
        "UKR",
        "THREATEN",
        "violence",
    )
    assert (event.text, event.source, event.weight) == ("Threaten", "Agency, 77", 0.7)
    assert [item.event.line for item in left] == [3, 4]
    assert left[1].event.actor == "NATO"


def test_polecat_has_the_categories_of_plover(tmp_path, crisis):
    rows = (
        "1\t2022-02-01\tMOBILIZE\ttroops\tmilitary\tArmy\tRUS;BLR\t\t\tMinsk\tPaper",
        "2\t2022-02-01\tCOERCE\tNone\tdiplomatic; cyber\tHackers\tRUS\tBanks\tUKR\tKyiv\tPaper",
        "3\t2022-02-01\tSMILE\t\t\tX\tRUS\t\t\t\tPaper",
        "4\t2022-02-01\tASSAULT\tareal\t\tX\tRUS\t\tUKR\t\tPaper",
    )
    (joint, cyber), left = read(tmp_path, crisis, "polecat", POLECAT, *rows)
    assert (joint.actor, joint.target, joint.mode, joint.weight) == ("RUS+BLR", "", "troops", 0.62)
    assert (cyber.mode, understand([cyber], crisis)[0].rule.move) == ("cyber", "cyber")
    assert [item.reason for item in left] == [
        "'SMILE' is no category of PLOVER",
        "'areal' is no mode of PLOVER",
    ]


def test_acled_has_sentences_and_battles_both_ways(tmp_path, crisis):
    rows = (
        (
            "UKR1,27 January 2022,1,Battles,Armed clash,Military Forces of Ukraine (2019-),"
            "Military Forces of Russia (2000-),An invasion begins,Paper,10"
        ),
        (
            "UKR2,27-Jan-22,1,Explosions/Remote violence,Air/drone strike,Military Forces of Russia (2000-) Air Force,"
            "Civilians (Ukraine),Aircraft bomb a depot,Paper,10"
        ),
        (
            "UKR2,2022-01-28,1,Explosions/Remote violence,Air/drone strike,Military Forces of Russia (2000-) Air Force,"
            "Ukraine,Aircraft bomb a depot at noon,Paper,11"
        ),
        "UKR3,2022-01-28,3,Protests,Peaceful protest,Protesters (Ukraine),,A march,Paper,10",
        "UKR4,2022-01-28,1,Strategic developments,Other,Military Forces of Russia (2000-),,Something,Paper,10",
        "UKR5,2022-01-28,1,Parades,Big,Military Forces of Russia (2000-),,Something,Paper,10",
    )
    (battle, strike), left = read(tmp_path, crisis, "acled", ACLED, *rows)
    assert (battle.actor, battle.target, battle.day) == ("UKR+RUS", "UKR+RUS", date(2022, 1, 27))
    assert understand([battle], crisis)[0].rule.move == "invade"
    assert (strike.actor, strike.target, strike.mode, strike.line) == ("RUS", "UKR", "aerial", 4)
    assert strike.weight == 0.9
    reasons = [item.reason for item in left]
    assert reasons[0] == "time_precision is '3'"
    assert "has no category of PLOVER" in reasons[1]
    assert "'Parades / Big' of ACLED is in no list" in reasons[2]


@pytest.mark.parametrize(
    ("layout", "lines", "code", "says"),
    [
        ("gdelta", ["x"], "option-invalid", "gdelt"),
        ("gdelt", ["date,actor,event", "2022-02-01,RUS,x"], "table-row-invalid", "61"),
        ("gdelt", [gdelt(day="2022")], "table-row-invalid", "no day"),
        ("gdelt", [gdelt(sources="many")], "table-row-invalid", "number of sources"),
        ("icews", ["date,actor,event", "2022-02-01,RUS,x"], "table-column-missing", "Event Date"),
        ("acled", [ICEWS], "table-column-missing", "event_date"),
    ],
)
def test_a_table_in_another_layout_is_refused(tmp_path, crisis, layout, lines, code, says):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, crisis, layout, *lines)
    assert caught.value.code == code
    assert says in f"{caught.value} {caught.value.fix}"


def test_the_register_names_what_the_reader_needs_and_plover_has():
    """Oracle: theorem; a layout has day, actor and category, and a code leads to words of the other registers."""
    for layout in event_layouts().values():
        assert {"file", "date", "actor", "target", "category", "text", "weight"} <= set(
            layout.fields
        )
        assert 0 < float(layout.fields["weight"].value) < 1
    for coding in ("cameo", "acled"):
        for code in event_codes(coding).values():
            assert set(code.categories) <= set(event_categories())
            if code.mode:
                assert set(code.categories) <= set(event_modes()[code.mode].categories)


def test_every_full_code_of_cameo_has_one_category_but_statements():
    """Oracle: hand; only the bare roots 08, 17 and 19 are ambiguous, and only root 01 has none."""
    codes = event_codes("cameo")
    assert [code for code, item in codes.items() if len(item.categories) > 1] == ["08", "17", "19"]
    assert [code for code, item in codes.items() if not item.categories] == ["01"]
    assert {f"{root:02}" for root in range(1, 21)} <= set(codes)

"""Events: read from hostile and friendly tables, put into the crisis's terms by its rules alone."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis import load_crisis
from detente.crisis.registers import event_categories
from detente.errors import UsageError
from detente.testing import tiny_crisis_folder
from detente.watch.events import Event, read_events, understand

HEAD = "date,actor,target,category,mode,event,source,weight,does\n"


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    return load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))


def write(folder, text):
    path = folder / "events.csv"
    path.write_text(text, encoding="utf-8")
    return path


def event(**changes):
    fields = {
        "day": date(2030, 1, 20),
        "actor": "NOR",
        "target": "MID",
        "category": "ASSAULT",
        "mode": "",
        "text": "tanks cross the border",
        "line": 2,
    }
    return Event(**(fields | changes))


def test_rows_come_in_order_of_days_and_repeated_rows_apart(tmp_path):
    rows = (
        "2030-02-01,NOR,,,,later,,,\n2030-01-20,NOR,,,,sooner,a,,\n2030-01-20,NOR,,,,sooner,b,,\n"
    )
    events, repeated = read_events(write(tmp_path, HEAD + rows))
    assert [item.text for item in events] == ["sooner", "later"]
    assert [item.event.line for item in repeated] == [4]


def test_old_names_of_columns_are_read(tmp_path):
    path = write(
        tmp_path, "date,actor,target,plover,mode,text\n2030-01-20,NOR,MID,assault,AERIAL,bombs\n"
    )
    (found,), _ = read_events(path)
    assert (found.category, found.mode, found.text) == ("ASSAULT", "aerial", "bombs")


def test_a_time_with_a_zone_is_taken_to_its_day_in_utc(tmp_path):
    rows = "2030-01-20T01:30+03:00,NOR,,,,early,,,\n"
    (found,), _ = read_events(write(tmp_path, HEAD + rows))
    assert found.day == date(2030, 1, 19)  # hand: 22.30 on the day before


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "table-column-missing", 1),
        ("day,who\n", "table-column-missing", 1),
        (HEAD + "20 January,NOR,,,,x,,,\n", "table-row-invalid", 2),
        (HEAD + "2030-01-20,,,,,x,,,\n", "table-row-invalid", 2),
        (HEAD + "2030-01-20,NOR,,,,x,,1.5,\n", "table-row-invalid", 2),
        (HEAD + "2030-01-20,NOR,,,,x,,inf,\n", "table-row-invalid", 2),
        (HEAD + "2030-01-20,NOR,,,,x,,,,too,many\n", "table-row-invalid", 2),
        (HEAD + '2030-01-20,NOR,,,,"open quote\n', "table-row-invalid", 2),
    ],
)
def test_a_broken_table_is_refused_with_its_line(tmp_path, text, code, line):
    with pytest.raises(UsageError) as caught:
        read_events(write(tmp_path, text))
    assert caught.value.code == code
    assert caught.value.at.endswith(f":{line}")
    assert caught.value.fix


def test_a_missing_or_binary_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_events(tmp_path / "none.csv")
    path = tmp_path / "binary.csv"
    path.write_bytes(b"date,actor,event\n\xff\xfe")
    with pytest.raises(UsageError, match="UTF-8"):
        read_events(path)


def test_the_first_rule_that_fits_counts(crisis):
    reading, other, talk = understand(
        [event(), event(category="MOBILIZE"), event(category="CONSULT")], crisis
    )
    assert (reading.kind, reading.rule.move) == ("move", "invade")
    assert other.kind == "evidence"
    assert talk.kind == "noise"


def test_what_no_rule_fits_is_listed_and_not_guessed(crisis):
    strange, odd, coded = understand(
        [event(actor="XYZ"), event(category="AGREE"), event(category="SMILE")], crisis
    )
    assert {item.kind for item in (strange, odd, coded)} == {"unmapped"}
    assert "'XYZ'" in strange.reason
    assert odd.reason == "no rule fits"
    assert "PLOVER" in coded.reason


def test_one_of_several_who_act_together_is_enough(crisis):
    (reading,) = understand([event(actor="NOR+WES")], crisis)
    assert reading.rule.move == "invade"


def test_a_move_before_the_first_round_is_part_of_the_start(crisis):
    (reading,) = understand([event(day=date(2030, 1, 14))], crisis)
    assert reading.kind == "noise"
    assert "part of the start" in reading.rule.noise


@pytest.mark.parametrize(
    ("does", "kind"),
    [
        ("move:invade", "move"),
        ("move:invade/won", "move"),
        ("state:threat=firm", "state"),
        ("evidence:north.revisionist=1.5", "evidence"),
        ("evidence:north.revisionist=weight.revisionist", "evidence"),
        ("noise:rumour", "noise"),
    ],
)
def test_a_table_may_say_itself_what_an_event_means(crisis, does, kind):
    (reading,) = understand([event(does=does, weight=0.7)], crisis)
    assert reading.kind == kind
    assert reading.rule.weight.value == 0.7


@pytest.mark.parametrize(
    "does",
    [
        "move:fly",
        "move:invade/drawn",
        "state:threat=loud",
        "state:mood=bad",
        "evidence:north.mad=2",
        "evidence:east.limited=2",
        "evidence:north.revisionist=-1",
        "evidence:north.revisionist=nan",
        "guess",
    ],
)
def test_what_the_crisis_does_not_have_is_refused(crisis, does):
    with pytest.raises(UsageError) as caught:
        understand([event(does=does)], crisis)
    assert caught.value.code == "table-row-invalid"
    assert caught.value.at == "events:2"


@given(st.binary(max_size=300))
def test_random_bytes_end_in_events_or_an_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "events.csv"
    path.write_bytes(b"date,actor,event\n" + content)
    codes = {"file-not-utf8", "table-row-invalid", "table-column-missing"}
    try:
        events, _ = read_events(path)
    except UsageError as error:
        found = error.code
    else:
        assert all(item.actor for item in events)
        return
    assert found in codes


@pytest.mark.parametrize(
    "day",
    [
        "0001-01-01T00:00:00+02:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:30:00-05:00",
        "0000-01-01",
        "10000-01-01",
        "2030-02-30",
        "",
    ],
)
def test_a_day_outside_the_calendar_is_refused_with_its_line(tmp_path, day):
    """Oracle: hand."""
    rows = f"2030-01-16,NOR,,,,x,,,\n{day},NOR,,,,y,,,\n"
    with pytest.raises(UsageError) as caught:
        read_events(write(tmp_path, HEAD + rows))
    assert caught.value.code == "table-row-invalid"
    assert caught.value.at.endswith(":3")
    assert "YYYY-MM-DD" in caught.value.fix


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0001-01-01T00:00-01:00"])
def test_the_ends_of_the_calendar_are_days(tmp_path, day):
    """Oracle: hand."""
    (found,), _ = read_events(write(tmp_path, f"{HEAD}{day},NOR,,,,x,,,\n"))
    assert found.day.isoformat() == day[:10]


@pytest.mark.parametrize(
    "head",
    [
        "date,actor,event,date",
        "date,actor,event,text",
        "date,actor,event,Date ",
        "plover,date,actor,event,category",
        "date,actor,text,event",
    ],
)
def test_a_column_that_stands_twice_is_refused(tmp_path, head):
    """Oracle: hand; nobody could say which of the two counts."""
    row = ",".join(["2030-01-16"] * (head.count(",") + 1))
    with pytest.raises(UsageError, match=r"stands twice|same column") as caught:
        read_events(write(tmp_path, f"{head}\n{row}\n"))
    assert caught.value.at.endswith(":1")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_events_of_any_spreadsheet_are_read_alike(tmp_path, mark, encoding):
    """Oracle: hand."""
    comma = "0,5" if mark != "," else "0.5"
    rows = [
        ["date", "actor", "event", "weight"],
        ["2030-01-16", "NOR", '"two\nlines"', comma],
        ["2030-01-17", "NOR", "a\u2028b", "-"],
    ]
    path = tmp_path / "events.csv"
    path.write_bytes("\n".join(mark.join(row) for row in rows).encode(encoding))
    (first, second), _ = read_events(path)
    assert (first.text, first.weight, first.line) == ("two\nlines", 0.5, 2)
    assert (second.text, second.weight, second.line) == ("a\u2028b", None, 4)


@pytest.mark.parametrize(
    ("category", "near"), [("ASAULT", "ASSAULT"), ("threat", "THREATEN"), ("fight", "one of")]
)
def test_an_unknown_category_is_refused_with_the_nearest(tmp_path, category, near):
    """Oracle: hand."""
    with pytest.raises(UsageError, match="no category of PLOVER") as caught:
        read_events(write(tmp_path, f"{HEAD}2030-01-16,NOR,,{category},,x,,,\n"))
    assert caught.value.at.endswith(":2")
    assert near in caught.value.fix


@pytest.mark.parametrize("category", [*event_categories(), "assault", "", "-"])
def test_every_category_of_the_list_is_read(tmp_path, category):
    """Oracle: hand."""
    (found,), _ = read_events(write(tmp_path, f"{HEAD}2030-01-16,NOR,,{category},,x,,,\n"))
    assert found.category == category.upper().strip("-")


@pytest.mark.parametrize(
    ("word", "text", "fits"),
    [
        ("line", "The line is crossed", True),
        ("line", "A decline of trade", False),
        ("line", "Lines are drawn", False),
        ("line*", "Lines are drawn", True),
        ("line*", "A decline of trade", False),
        ("arms", "Farms burn", False),
        ("arms", "sends ARMS, again", True),
        ("arms", "arms-for-food", True),
        ("oil", "turmoil", False),
        ("air strike", "an air strike!", True),
        ("air strike", "an air strikes", False),
        ("strasse", "Die Straße", True),
        ("u.n.", "the U.N. meets", True),
        ("c++", "c++", True),
        ("3", "13 tanks", False),
        ("封锁", "海军封锁海峡", True),
        ("über", "Überfall", False),
    ],
)
def test_words_of_a_rule_match_whole_words(crisis, word, text, fits):
    """Oracle: hand; a word that ends in a star may go on, and scripts without spaces have no bounds."""
    rule = replace(crisis.event_rules[0], words=(word.casefold(),))
    changed = replace(crisis, event_rules=(rule,))
    (reading,) = understand([event(text=text)], changed)
    assert (reading.kind == "move") is fits


def test_a_mode_is_a_word_of_the_register(tmp_path):
    """Oracle: hand: the nearest mode is named, and none is asked for."""
    with pytest.raises(UsageError, match="'areal' is no mode of PLOVER") as caught:
        read_events(write(tmp_path, f"{HEAD}2030-01-20,NOR,MID,ASSAULT,areal,bombs,,,\n"))
    assert caught.value.code == "table-row-invalid"
    assert "aerial" in str(caught.value)
    events, _ = read_events(write(tmp_path, f"{HEAD}2030-01-20,NOR,MID,ASSAULT,,bombs,,,\n"))
    assert events[0].mode == ""


@pytest.mark.parametrize(
    ("targets", "target", "fits"),
    [
        ((), "MID", True),
        ((), "", True),
        ((), "all", True),
        ((), "XYZ", False),
        ((), "XYZ+MID", True),
        (("XYZ",), "XYZ", True),
        (("MID",), "", False),
        (("MID", "none"), "", True),
        (("MID", "none"), "XYZ", False),
        (("any",), "XYZ", True),
        (("any",), "", True),
    ],
)
def test_a_report_about_others_is_read_by_rules_that_name_them(crisis, targets, target, fits):
    """Oracle: hand."""
    rule = replace(crisis.event_rules[0], targets=targets)
    changed = replace(crisis, event_rules=(rule,))
    (reading,) = understand([event(target=target)], changed)
    assert (reading.kind == "move") is fits


def test_noise_asks_neither_whom_the_crisis_knows_nor_what_is_asserted(crisis):
    """Oracle: hand."""
    rule = replace(crisis.event_rules[0], targets=(), actors=(), move="", noise="of no use")
    changed = replace(crisis, event_rules=(rule,))
    text = "XYZ denies that tanks cross the border"
    (reading,) = understand([event(actor="XYZ", target="XYZ", text=text)], changed)
    assert reading.kind == "noise"


@pytest.mark.parametrize(
    ("category", "parts", "text", "fits"),
    [
        ("ASSAULT", {}, "Northland could attack", False),
        ("THREATEN", {}, "Northland could attack", True),
        ("REJECT", {}, "Northland refuses to talk", True),
        ("THREATEN", {"words": ("attack",)}, "Northland denies that it would attack", False),
        ("ASSAULT", {"about": ("port",)}, "attack on the port", True),
        ("ASSAULT", {"about": ("port",)}, "attack on the airport", False),
        ("ASSAULT", {"without": ("port",)}, "attack on the port", False),
        ("ASSAULT", {"without": ("port",)}, "attack on the airport", True),
    ],
)
def test_what_undoes_a_rule_depends_on_what_it_reads(crisis, category, parts, text, fits):
    """Oracle: hand; the table of the reference page."""
    rule = replace(crisis.event_rules[0], categories=(), **parts)
    changed = replace(crisis, event_rules=(rule,))
    (reading,) = understand([event(category=category, text=text)], changed)
    assert (reading.kind == "move") is fits

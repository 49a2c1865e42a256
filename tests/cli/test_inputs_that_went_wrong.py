"""Inputs that once went wrong, from the research folder: each gives its right answer, or a refusal that names the place.

Oracle: published, the file ``EXPECTED.txt`` beside each input.
"""

import json
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

CASES = Path(__file__).parents[2].parent / "shared" / "cases"

pytestmark = [
    pytest.mark.research,
    pytest.mark.skipif(not CASES.is_dir(), reason="the research copies of ../shared are not here"),
]


def detente(folder, *words):
    command = [sys.executable, "-m", "detente", *map(str, words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    for text in (out, err):
        raw = [sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf"} and sign != "\n"]
        assert raw == []
    assert "Warning" not in err
    assert "Traceback" not in err
    return done.returncode, out, err


BOX = "a is at least 0.6125"
DISCOVER = ("discover", "--outcome", "failed", "--json")
ANSWERED = {
    "discover-odd-number/clean.csv": ((), lambda found: found["boxes"][0]["words"] == BOX),
    "discover-odd-number/comma.csv": ((), lambda found: found["boxes"][0]["words"] == BOX),
    "csv-delimiters/cases-utf16.csv": ((), lambda found: found["cases"] == 40),
    "discover-unquoted-ls/t.csv": ((), lambda found: found["cases"] == 40),
    "discover-none-category/t.csv": (
        ("--drop-missing",),
        lambda found: found["cases"] == 39 and found["of_interest"] in {13, 14},
    ),
    "discover-id-column/t.csv": ((), lambda found: "'run'" in " ".join(found["notes"])),
    "discover-index-column/t.csv": ((), lambda found: "without a name" in " ".join(found["notes"])),
    "discover-int64/t.csv": ((), lambda found: "-9.2" not in json.dumps(found)),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_a_table_is_read_as_its_author_meant_it(tmp_path, name):
    options, is_right = ANSWERED[name]
    command, *words = DISCOVER
    code, out, err = detente(tmp_path, command, CASES / name, *words, *options)
    assert code == 0, err
    assert is_right(json.loads(out))


REFUSED = {
    "discover-odd-number/dash.csv": (("--outcome", "failed"), ("'-'", "dash.csv:7")),
    "discover-odd-number/outcome.csv": (
        ("--outcome", "cost", "--threshold", "6"),
        ("'-'", "outcome.csv:7"),
    ),
    "discover-blank-category/t.csv": (("--outcome", "failed"), ("policy", "t.csv:2")),
    "discover-inf-advice/t.csv": (("--outcome", "failed"), ("inf", "not finite", "remove the row")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_cannot_be_read_is_refused_at_its_cell(tmp_path, name):
    options, said = REFUSED[name]
    code, _, err = detente(tmp_path, "discover", CASES / name, *options)
    assert code == 2
    assert all(word in err for word in said)


def test_a_game_of_another_format_is_read_or_named(tmp_path):
    code, out, _ = detente(tmp_path, "solve", CASES / "efg-foreign" / "g.nfg", "--lambda", "1")
    assert (code, "0.8808" in out) == (0, True)
    code, _, err = detente(tmp_path, "solve", CASES / "efg-foreign" / "w.efg", "--lambda", "1")
    assert (code, "Gambit workbook" in err, ".efg" in err) == (2, True, True)


def test_an_open_quote_is_reported_where_it_opens(tmp_path):
    code, _, err = detente(tmp_path, "solve", CASES / "efg-open-quote" / "q.efg", "--lambda", "1")
    assert (code, "q.efg:2" in err) == (2, True)


def test_half_a_pair_in_a_game_is_refused(tmp_path):
    code, _, err = detente(tmp_path, "solve", CASES / "game-surrogate.json", "--lambda", "1")
    assert (code, "[character-forbidden]" in err) == (2, True)


def test_a_lambda_that_overflows_spoils_no_other(tmp_path):
    game = CASES / "lambda-overflow" / "two.efg"
    code, out, _ = detente(tmp_path, "solve", game, "--lambda", "1,1e308", "--json")
    assert code == 0
    shares = [
        [action["probability"] for action in row["information_sets"][0]["actions"]]
        for row in json.loads(out)
    ]
    assert shares[0][0] == pytest.approx(0.982014, abs=1e-6)
    assert shares[1][0] == 1.0


@pytest.fixture(scope="module")
def strait(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strait")
    assert detente(folder, "new", "strait-2031", "--from-template", "blockade")[0] == 0
    return folder


EVENTS = {
    "events-double-column/date.csv": "date.csv:1",
    "events-double-column/text.csv": "text.csv:1",
    "events-date-overflow/low.csv": "low.csv:3",
    "events-year1.csv": "events-year1.csv:2",
}


@pytest.mark.parametrize("name", EVENTS)
def test_reports_that_cannot_be_read_are_refused_at_their_line(strait, name):
    code, _, err = detente(strait, "watch", "strait-2031", "--events", CASES / name)
    assert code == 2
    assert "[table-row-invalid]" in err
    assert EVENTS[name] in err


def test_reports_between_semicolons_are_read(strait):
    events = CASES / "csv-delimiters" / "events.csv"
    words = ("--events", events, "--draws", "8", "--out", "semicolons")
    assert detente(strait, "watch", "strait-2031", *words)[0] == 0


@pytest.mark.parametrize("name", ["key-escape", "key-surrogate"])
def test_keys_with_signs_that_nobody_sees_reach_no_stream(tmp_path, name):
    shutil.copytree(CASES / name, tmp_path / name)
    code, out, err = detente(tmp_path, "check", name)
    assert code == 2
    assert "[character-forbidden]" in out + err

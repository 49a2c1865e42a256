"""``detente bargain``: tables that are right, and tables that are wrong in every way we could think of."""

import inspect
import io
import json
import re
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.cli import bargain, main
from detente.cli._actor_table import read_actor_table
from detente.errors import CrisisFileError
from detente.models.bargaining import (
    DEFAULT_PREDICTOR,
    MAX_ACTORS,
    PREDICTORS,
    VARIANTS,
    make_issue,
    solve_expected_utility,
)

TABLE = """actor,capability,position,salience
Alpha,3,0,0.9
Beta,2,60,0.5
Gamma,1,100,1
"""
HEADER = "actor,capability,position,salience\n"
ISSUE = make_issue([3, 2, 1], [0, 60, 100], [0.9, 0.5, 1])


@pytest.fixture
def detente(monkeypatch, capsys, tmp_path):
    """Return a function that runs the command on a table: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(table, *options, source="table.csv"):
        if table is not None:
            content = table if isinstance(table, bytes) else table.encode()
            (tmp_path / "table.csv").write_bytes(content)
        monkeypatch.setattr(sys, "argv", ["detente", "bargain", source, *map(str, options)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_text_shows_forecasts_and_every_round(detente):
    code, out, err = detente(TABLE, "--rounds", 2)
    assert (code, err) == (0, "")
    assert "3 actors on a scale from 0 to 100" in out
    for name in PREDICTORS:
        assert f"\n{name} " in out
    result = solve_expected_utility(ISSUE, rounds=2)
    for mean in result.means:
        assert f"  {mean:.7g}  " in out
    assert "Alpha" in out
    assert "capitulated" not in out


@pytest.mark.parametrize("variant", VARIANTS)
def test_json_holds_what_the_model_gives(detente, variant):
    code, out, _ = detente(TABLE, "--variant", variant, "--json", "--rounds", 3, "--capitulation")
    assert code == 0
    data = json.loads(out)
    result = solve_expected_utility(ISSUE, variant=variant, rounds=3, capitulation=True)
    assert data["variant"] == variant
    assert [row["mean"] for row in data["rounds"]] == result.means.tolist()
    assert [row["median"] for row in data["rounds"]] == result.medians.tolist()
    assert [row["positions"] for row in data["actors"]] == result.positions.T.tolist()
    assert [row["risk_exponents"] for row in data["actors"]] == result.risk_exponents.T.tolist()
    assert data["forecasts"] == {name: p.predict(ISSUE) for name, p in PREDICTORS.items()}


def test_salience_on_another_scale(detente):
    """Oracle: hand. Only proportions to full salience count, and what is assumed is said."""
    percent = HEADER + "A,3,0,90\nB,2,60,50\nC,1,100,0.5\n"
    _, out, _ = detente(percent, "--rounds", 0)
    assert "read as per cent" in out
    data = json.loads(detente(percent, "--rounds", 0, "--json")[1])
    assert [row["salience"] for row in data["actors"]] == [0.9, 0.5, 0.005]
    assert len(data["notes"]) == 1
    tenths = HEADER + "A,3,0,9\nB,2,60,5\nC,1,100,10\n"
    data = json.loads(detente(tenths, "--rounds", 0, "--json", "--salience-max", 10)[1])
    assert [row["salience"] for row in data["actors"]] == [0.9, 0.5, 1.0]
    assert data["notes"] == []


def test_equal_capability_needs_no_column(detente):
    """Oracle: theorem. A constant capability is no capability at all."""
    table = "actor,position,salience\nA,0,0.9\nB,60,0.5\nC,100,1\n"
    code, out, _ = detente(table, "--equal-capability", "--rounds", 2)
    assert code == 0
    assert "equally capable" in out
    data = json.loads(detente(table, "--equal-capability", "--rounds", 2, "--json")[1])
    sevens = table.replace("salience\n", "salience,capability\n")
    sevens = re.sub(r"(\d)\n", r"\1,7\n", sevens)
    other = json.loads(detente(sevens, "--rounds", 2, "--json")[1])
    for name, value in data["forecasts"].items():
        assert other["forecasts"][name] == pytest.approx(value)


def test_wide_letters_keep_columns_in_line(detente):
    """Oracle: hand. A letter that takes two columns counts twice."""
    _, out, _ = detente(TABLE.replace("Beta", "日本"), "--rounds", 1)
    rows = [line for line in out.splitlines() if line.startswith(("Alpha", "日本", "Gamma"))]
    assert len(rows) == 3
    assert len(rows[1]) + 2 == len(rows[0])


def test_capitulations_are_counted_where_they_happen(detente):
    table = HEADER + "Strong,2,0,1\nWeak,1,100,1\n"
    _, out, _ = detente(table, "--rounds", 1, "--capitulation")
    assert "capitulated" in out
    assert "with capitulation" in out
    assert re.search(r"^ +1 +0 +0 +0 +0 +1$", out, re.MULTILINE)
    assert re.search(r"^Weak +0.500 +100 +0$", out, re.MULTILINE)
    _, out, _ = detente(table, "--rounds", 1)
    assert re.search(r"^Weak +0.500 +100 +100$", out, re.MULTILINE)


def test_predictor_asked_for_comes_first(detente):
    _, out, _ = detente(TABLE, "--predictor", "weighted-median", "--rounds", 0)
    assert out.splitlines()[4].split()[:2] == ["weighted-median", "0"]
    assert inspect.signature(bargain.command).parameters["predictor"].default == DEFAULT_PREDICTOR


def test_standard_input_is_read(detente, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(TABLE.encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert detente(None, source="-")[1] == detente(TABLE)[1]


def test_quadrants_of_an_actor(detente):
    code, out, _ = detente(TABLE, "--quadrants", "Beta")
    assert code == 0
    chart = out[out.index("as Beta sees it") :]
    assert {line.split()[0] for line in chart.splitlines()[1:]} == {"Alpha", "Gamma"}
    data = json.loads(detente(TABLE, "--quadrants", "Beta", "--json")[1])["quadrants"]
    assert [pair["actor"] for pair in data["pairs"]] == ["Alpha", "Gamma"]
    code, _, err = detente(TABLE, "--quadrants", "Bta")
    assert code == 2
    assert "[actor-unknown]" in err
    assert "Beta" in err


def test_comparison_shows_every_variant(detente):
    code, out, _ = detente(TABLE, "--compare", "--rounds", 2)
    assert code == 0
    assert out.split("mean in round")[1].split()[: len(VARIANTS)] == list(VARIANTS)
    data = json.loads(detente(TABLE, "--compare", "--rounds", 2, "--json")[1])
    for name in VARIANTS:
        assert (
            data["means"][name]
            == solve_expected_utility(ISSUE, variant=name, rounds=2).means.tolist()
        )


def test_page_shows_what_the_command_prints(detente, tmp_path):
    """Oracle: golden. The table and the commands are those on the page."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "bargain-on-a-table.md"
    blocks = [
        textwrap.dedent(block)
        for block in re.findall(r"```text\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    ]
    table = next(block for block in blocks if block.startswith("actor,"))
    (tmp_path / "emissions.csv").write_text(table, encoding="utf-8")
    shown = [block.partition("\n") for block in blocks if block.startswith("$ ")]
    assert len(shown) == 2
    for command, _, expected in shown:
        words = command.split()
        assert words[:4] == ["$", "detente", "bargain", "emissions.csv"]
        assert detente(None, *words[4:], source="emissions.csv") == (
            0,
            expected.rstrip() + "\n",
            "",
        )


def test_scale_can_be_wider_than_positions(detente):
    wide = json.loads(detente(TABLE, "--json", "--low", -100, "--high", 200)[1])
    assert wide["scale"] == [-100.0, 200.0]
    assert wide["forecasts"]["midpoint"] == 50.0


@pytest.mark.parametrize(
    "table",
    [
        TABLE.replace("\n", "\r\n"),
        "\ufeff" + TABLE,
        TABLE.replace("actor", " Actor ").replace("position", "POSITION"),
        TABLE.replace("Beta,2,60,0.5", '"Beta", 2 ,6e1, .5 '),
        TABLE.replace("\nBeta", "\n\n , , ,\nBeta"),
        TABLE.rstrip("\n"),
        TABLE.replace(",", ";"),
        TABLE.replace(",", ";").replace("0.9", "0,9"),
        TABLE.replace(",", "\t"),
        TABLE.replace(",", "|"),
        TABLE.encode("utf-16"),
        "note,salience,position,capability,actor\nx,0.9,0,3,Alpha\n,0.5,60,2,Beta\ny,1,100,1,Gamma\n",
    ],
)
def test_spellings_of_the_same_table_give_the_same_answer(detente, table):
    assert detente(table) == detente(TABLE)


def test_all_positions_equal_is_an_answer(detente):
    code, out, _ = detente(HEADER + "A,1,40,0.5\nB,2,40,1\n")
    assert code == 0
    assert "nothing to bargain over" in out
    data = json.loads(detente(None, "--json")[1])
    assert set(data["forecasts"].values()) == {40.0}
    assert {row["mean"] for row in data["rounds"]} == {40.0}


def test_long_tables_show_the_heaviest(detente):
    rows = "".join(f"A{i},{i},{i % 7},0.5\n" for i in range(1, 61))
    code, out, _ = detente(HEADER + rows, "--rounds", 25)
    assert code == 0
    assert "\nA60 " in out
    assert "\nA20 " not in out
    assert "The 40 actors with the most weight" in out
    heading = next(line for line in out.splitlines() if line.startswith("actor"))
    assert heading.split()[2:] == ["0", "3", "6", "9", "12", "15", "18", "21", "24", "25"]


def test_progress_of_a_large_table_goes_to_standard_error(detente):
    rows = "".join(f"A{i},1,{i % 11},0.5\n" for i in range(1600))
    code, out, err = detente(HEADER + rows, "--rounds", 1)
    assert code == 0
    assert err == "\rround 1 of 1\n"
    assert "1600 actors" in out


def test_too_many_actors_name_the_row_and_the_way_out(detente):
    rows = "".join(f"A{i},1,{i},0.5\n" for i in range(10_000))
    code, _, err = detente(HEADER + rows)
    assert code == 2
    assert f"table.csv:{MAX_ACTORS + 2}" in err
    assert "[input-invalid]" in err
    assert "--rounds 0" in err
    code, out, _ = detente(None, "--rounds", 0)
    assert code == 0
    assert "4999.5" in out


BAD = {
    "empty file": ("", "table-column-missing", 1, "header row"),
    "blank lines only": ("\n\n", "table-column-missing", 1, "header row"),
    "header only": (HEADER, "table-row-invalid", 1, "two actors"),
    "one actor": (HEADER + "A,1,2,0.5\n", "table-row-invalid", 2, "two actors"),
    "missing column": ("actor,capability,position\nA,1,2\n", "table-column-missing", 1, "salience"),
    "spaces": (TABLE.replace(",", " "), "table-column-missing", 1, "separated by commas"),
    "no capability": (
        "actor,position,salience\nA,0,1\nB,1,1\n",
        "table-column-missing",
        1,
        "--equal-capability",
    ),
    "salience over 1": (HEADER + "A,1,2,0.5\nB,1,3,1.5\n", "value-out-of-range", 3, "0.8"),
    "salience over 1 in most rows": (
        HEADER + "A,1,2,0.5\nB,1,3,1.5\nC,1,3,1.2\n",
        "value-out-of-range",
        3,
        "--salience-max",
    ),
    "salience over 100": (HEADER + "A,1,2,50\nB,1,3,101\n", "value-out-of-range", 2, "0.8"),
    "decimal comma or thousands": (
        "actor;capability;position;salience\nA;1,000;0;1\nB;2;1;1\n",
        "table-row-invalid",
        2,
        "1000, or 1.000",
    ),
    "column twice": (
        "actor," + TABLE.replace("\n", "\nx,", 1),
        "table-row-invalid",
        1,
        "delete one",
    ),
    "no header": ("A,1,2,0.5\nB,1,3,0.5\n", "table-column-missing", 1, "header row"),
    "negative capability": (
        TABLE.replace("Beta,2", "Beta,-2"),
        "value-out-of-range",
        3,
        "zero or more",
    ),
    "salience over one": (TABLE.replace("0.5", "50"), "value-out-of-range", 3, "80% is 0.8"),
    "negative salience": (TABLE.replace("0.5", "-0.1"), "value-out-of-range", 3, "0 to 1"),
    "not a number": (TABLE.replace("60", "sixty"), "table-row-invalid", 3, "one scale"),
    "per cent": (TABLE.replace("0.5", "50%"), "table-row-invalid", 3, "80% is 0.8"),
    "decimal comma": (TABLE.replace("0.5", '"0,5"'), "table-row-invalid", 3, "point for decimals"),
    "underscore": (TABLE.replace("60", "6_0"), "table-row-invalid", 3, "give a number"),
    "blank value": (TABLE.replace("60", ""), "table-row-invalid", 3, "give a number"),
    "NaN": (TABLE.replace("60", "nan"), "value-not-finite", 3, "give a number"),
    "infinite": (TABLE.replace("Beta,2", "Beta,inf"), "value-not-finite", 3, "give a number"),
    "overflow": (TABLE.replace("60", "1e999"), "value-not-finite", 3, "give a number"),
    "too large": (TABLE.replace("60", "1e300"), "value-out-of-range", 3, "give a number"),
    "duplicate actor": (TABLE.replace("Gamma", " Alpha "), "id-duplicate", 4, "once"),
    "actor without name": (TABLE.replace("Beta", " "), "table-row-invalid", 3, "name the actor"),
    "too many fields": (TABLE.replace("0.5", "0.5,7"), "table-row-invalid", 3, "double quotes"),
    "too few fields": (TABLE.replace(",0.5", ""), "table-row-invalid", 3, "each column"),
    "open quote": (TABLE.replace("Beta", '"Beta'), "table-row-invalid", 4, "close every quote"),
    "nobody cares": (HEADER + "A,1,2,0\nB,0,3,1\n", "table-row-invalid", 3, "above zero"),
    "not UTF-8": (TABLE.replace("Beta", "B\xe9ta").encode("latin-1"), "file-not-utf8", 3, "UTF-8"),
    "torn UTF-16": (b"\xff\xfe" + TABLE.encode("utf-16-le")[:-1], "file-not-utf8", 4, "UTF-8"),
    "NUL bytes": (TABLE.replace("Beta", "\0").encode(), "character-forbidden", 3, "remove"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_table_is_refused_with_row_and_fix(detente, case):
    table, code, line, fix = BAD[case]
    status, out, err = detente(table)
    assert status == 2
    assert out == ""
    assert f"[{code}]" in err
    assert f"table.csv:{line}" in err
    assert fix in err[err.index("fix: ") :]
    assert "Traceback" not in err


SNIPPETS = [
    b"nan",
    b"-",
    b"1e99",
    b"5e-324",
    b"0",
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b" ",
    b"1",
]
cuts = st.lists(
    st.tuples(st.integers(0, len(TABLE)), st.integers(0, 4), st.sampled_from(SNIPPETS)),
    min_size=1,
    max_size=4,
)


@given(cuts)
def test_any_damage_gives_an_answer_or_a_reason(cuts):
    """Oracle: theorem. No damaged table escapes as a crash or as a number that is none."""
    content = TABLE.encode()
    for place, length, snippet in cuts:
        content = content[:place] + snippet + content[place + length :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(content)
        try:
            table = read_actor_table(str(path))
        except CrisisFileError:
            return
    issue = make_issue(table.capability, table.position, table.salience)
    assert np.isfinite(solve_expected_utility(issue, rounds=2).means).all()
    assert np.isfinite([predictor.predict(issue) for predictor in PREDICTORS.values()]).all()


def test_everything_wrong_is_named_at_once(detente):
    _, _, err = detente(HEADER + "A,-1,x,2\nA,1,1,1\n")
    assert err.count("fix: ") == 4


def test_a_long_list_of_problems_is_cut(detente):
    _, _, err = detente(HEADER + "".join(f"A{i},-1,0,1\n" for i in range(500)))
    assert err.count("fix: ") == 20


def test_file_that_is_not_there(detente, tmp_path):
    (tmp_path / "folder").mkdir()
    for source in ("nowhere.csv", "folder", "a\0b"):
        code, _, err = detente(None, source=source)
        assert code == 2
        assert "[file-missing]" in err
        assert "standard input" in err


def test_file_that_is_too_large(detente, monkeypatch):
    monkeypatch.setattr("detente.cli._actor_table._MOST_BYTES", 50)
    code, _, err = detente(TABLE)
    assert code == 2
    assert "[file-too-large]" in err


@pytest.mark.parametrize(
    ("options", "code", "fix"),
    [
        (("--variant", "best"), "option-invalid", "pairwise-nearest"),
        (("--predictor", "best"), "option-invalid", "weighted-mean"),
        (("--rounds", -1), "option-invalid", "number of rounds"),
        (("--rounds", 1001), "option-invalid", "number of rounds"),
        (("--salience-max", 0), "option-invalid", "such as 1"),
        (("--salience-max", "nan"), "option-invalid", "such as 1"),
        (("--low", 1), "value-out-of-range", "--low"),
        (("--high", 59), "value-out-of-range", "--high"),
        (("--low", "nan"), "value-out-of-range", "--low"),
        (("--low", "-inf"), "input-invalid", "low end"),
    ],
)
def test_option_that_cannot_be(detente, options, code, fix):
    status, _, err = detente(TABLE, *options)
    assert status == 2
    assert f"[{code}]" in err
    assert fix in err[err.index("fix: ") :]

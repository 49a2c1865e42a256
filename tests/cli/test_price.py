"""Pricing of situations from the command line. Oracle: hand, and the models called with the same draws."""

import json
import re
import sys

import numpy as np
import pytest

from detente.cli import main
from detente.crisis.scaffold import new_crisis


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["detente", "price", *arguments])
    code = 0
    try:
        main()
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    return code, *capsys.readouterr()


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    return str(new_crisis("invented", tmp_path_factory.mktemp("price")))


def test_a_family_that_is_not_bound_is_named_plainly(monkeypatch, capsys, invented):
    code, _, error = run(monkeypatch, capsys, invented, "beliefs")
    assert code == 2
    assert "binds no mechanism of beliefs" in error
    assert "fix:" in error


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("foo",), "model-unknown", "sanctions"),
        (("sanctions", "--package", "nothing"), "mechanism-unknown", "use one of"),
        (("sanctions", "--coalition", "XYZ"), "actor-unknown", "name actors"),
        (("sanctions", "--draws", "0"), "option-invalid", "fix"),
        (("sanctions", "--set", "nothing"), "option-invalid", "PATH"),
    ],
)
def test_a_wrong_option_is_refused_with_its_code(
    monkeypatch, capsys, invented, arguments, code, word
):
    got, out, error = run(monkeypatch, capsys, invented, *arguments)
    assert (got, out) == (2, "")
    assert f"[{code}]" in error
    assert word in error


def test_ranges_come_from_the_mechanism_at_every_situation(monkeypatch, capsys):
    code, out, _ = run(
        monkeypatch, capsys, "ukraine-2022", "energy", "--draws", "64", "--seed", "3", "--json"
    )
    assert code == 0
    found = json.loads(out)
    assert (found["draws"], found["seed"], found["subject"]) == (64, 3, "energy")
    for item in found["mechanisms"]:
        assert item["equation"]
        assert item["sources"]
        for situation in item["situations"]:
            for row in situation["values"]:
                assert (
                    row["low"] <= row["mean"] + 1e-9 * abs(row["mean"]) or row["low"] == row["high"]
                )
                assert np.isfinite([row["mean"], row["low"], row["high"]]).all()


def test_the_readable_table_names_equation_and_sources(monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "ukraine-2022", "energy", "--draws", "32")
    assert code == 0
    assert "5-95% of draws" in out
    assert "sources:" in out
    assert "model energy." in out


def test_a_fixed_quantity_narrows_the_range(monkeypatch, capsys):
    def width(*extra):
        code, out, _ = run(
            monkeypatch, capsys, "ukraine-2022", "energy", "--draws", "64", "--json", *extra
        )
        assert code == 0
        rows = [
            row
            for item in json.loads(out)["mechanisms"]
            for situation in item["situations"]
            for row in situation["values"]
            if row["output"] == "shortfall_share"
        ]
        return max(row["high"] - row["low"] for row in rows)

    assert width("--set", "gas.cut_share=0.9", "--set", "gas.hoarding=0.1") < width()


def test_a_coalition_prices_the_packages_that_it_can_take_part_in(monkeypatch, capsys):
    """Oracle: hand: more members, more loss of the target; a member that stays outside does not lose more."""

    def losses(coalition):
        code, out, _ = run(
            monkeypatch, capsys, "ukraine-2022", "sanctions", "--package", "banks", "--coalition",
            coalition, "--draws", "32", "--json",
        )  # fmt: skip
        assert code == 0
        found = json.loads(out)
        assert any("messaging" in note for note in found["notes"])
        item = next(m for m in found["mechanisms"] if m["mechanism"] == "pays_banks")
        return {
            row.get("member", ""): row["mean"]
            for row in item["situations"][0]["values"]
            if row["output"].endswith("loss_year_pct_gdp")
        }

    alone, half, both = losses("USA"), losses("USA,DEU=0.5"), losses("USA,DEU,POL,LTU")
    assert 0 < alone[""] < half[""] < both[""]
    assert alone["LTU"] < 0.1 < both["LTU"]


def counter(monkeypatch, capsys, *more):
    code, out, error = run(
        monkeypatch, capsys, "ukraine-2022", "sanctions", "--counter", "cut_gas", "--draws", "32", "--json",
        *more,
    )  # fmt: skip
    assert (code, error) == (0, "")
    found = json.loads(out)
    return found, {
        item["mechanism"]: {(row["actor"], row["horizon"]): row for row in item["losses"]}
        for item in found["packages"]
    }


def test_a_counter_measure_is_put_together_part_by_part(monkeypatch, capsys):
    """Oracle: hand: who has which part; the total of fixed losses is what the parts leave."""
    found, losses = counter(
        monkeypatch, capsys, "--package", "pays_banks", "--set", "gas.revenue=2"
    )
    assert found["counter"]["changes"] == {"gas": "cut"}
    rows = losses["pays_banks"]
    assert {horizon for _, horizon in rows} == {"month", "year", "3y"}
    target = rows["target", "year"]
    assert target["gas"]["mean"] == pytest.approx(2.0)
    for part in ("mean", "low", "high"):
        highest = sum(target[name][part] for name in ("trade", "finance", "gas"))
        assert target["total"][part] <= highest * 1.1
    assert set(rows["USA", "year"]) == {"actor", "horizon", "trade", "finance", "total"}
    assert set(rows["SWE", "year"]) == {"actor", "horizon", "gas", "total"}
    assert rows["AUT", "month"]["finance"] == rows["AUT", "year"]["finance"]
    assert rows["AUT", "3y"]["finance"]["mean"] == 0
    assert rows["target", "3y"]["finance"]["mean"] < target["finance"]["mean"]
    assert rows["DEU", "3y"]["gas"]["mean"] < rows["DEU", "year"]["gas"]["mean"]


def test_no_gas_is_counted_twice(monkeypatch, capsys):
    """A ban that holds gas leaves it to the gas part, which then takes all of it away; a cut-off of banks does not."""
    _, losses = counter(monkeypatch, capsys, "--package", "embargo", "--package", "banks")
    _, all_of_it = counter(
        monkeypatch,
        capsys,
        "--package",
        "embargo",
        "--package",
        "banks",
        "--set",
        "gas.cut_share=1",
    )
    code, out, _ = run(
        monkeypatch, capsys, "ukraine-2022", "sanctions", "--package", "pays_embargo", "--draws", "32", "--json",
    )  # fmt: skip
    assert code == 0
    start = json.loads(out)["mechanisms"][0]["situations"]
    whole = {
        item["state"]["gas"]: {
            value.get("member", "target"): value["mean"]
            for value in item["values"]
            if value["output"].endswith("loss_year_pct_gdp") and "finance" not in value["output"]
        }
        for item in start
    }
    for actor in ("target", "DEU", "ITA"):
        row = losses["pays_embargo"][actor, "year"]
        assert row["trade"]["mean"] == pytest.approx(whole["cut"][actor])
        assert row["trade"]["mean"] < whole["flowing"][actor]
    for actor in ("DEU", "ITA", "POL"):
        banned = losses["pays_embargo"][actor, "year"]["gas"]["mean"]
        assert banned > losses["pays_banks"][actor, "year"]["gas"]["mean"]
        for package in ("pays_embargo", "pays_banks"):
            assert all_of_it[package][actor, "year"]["gas"]["mean"] == pytest.approx(banned)


def test_a_counter_measure_is_printed_by_horizon(monkeypatch, capsys):
    code, out, _ = run(
        monkeypatch, capsys, "ukraine-2022", "sanctions", "--package", "pays_banks", "--counter",
        "cut_gas", "--coalition", "USA,DEU=0.5", "--draws", "16",
    )  # fmt: skip
    assert code == 0
    for words in ("after 1 month", "after 1 year", "after 3 years", "counted twice", "Sweden"):
        assert words in out


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("sanctions", "--counter", "cut_gaz"), "instrument-unknown", "cut_gas"),
        (("sanctions", "--counter", "invade"), "mechanism-unknown", "cut_gas"),
        (
            ("sanctions", "--counter", "cut_gas", "--package", "freeze"),
            "mechanism-unknown",
            "pays_",
        ),
        (("energy", "--counter", "cut_gas"), "option-invalid", "sanctions"),
        (("gas",), "model-unknown", "energy"),
    ],
)
def test_a_counter_measure_that_cannot_be_priced_is_refused(
    monkeypatch, capsys, arguments, code, word
):
    got, out, error = run(monkeypatch, capsys, "ukraine-2022", *arguments, "--draws", "8")
    assert (got, out) == (2, "")
    assert f"[{code}]" in error
    assert word in error


def test_nothing_is_printed_before_an_error(monkeypatch, capsys):
    """The elasticity lies outside the design of the gas mechanism; the gas year by itself would run."""
    code, out, error = run(
        monkeypatch, capsys, "ukraine-2022", "energy", "--set", "gas.demand_elasticity=0", "--draws", "8"
    )  # fmt: skip
    assert (code, out) == (2, "")
    assert "demand_elasticity" in error


def test_a_coalition_that_no_mechanism_has_is_refused(monkeypatch, capsys):
    code, _, error = run(monkeypatch, capsys, "ukraine-2022", "sanctions", "--coalition", "CHN")
    assert code == 2
    assert "[actor-unknown]" in error


def test_the_matrix_of_who_pays_has_the_three_horizons(monkeypatch, capsys):
    code, out, _ = run(
        monkeypatch, capsys, "ukraine-2022", "sanctions", "--package", "import_ban", "--draws", "32"
    )
    assert code == 0
    assert "1 month" in out
    assert "3 years" in out
    assert "Lithuania" in out
    assert "caliendo2015" in out


def test_notes_speak_only_of_models_that_the_crisis_binds(monkeypatch, capsys):
    """Oracle: the file: kuwait-1990 binds no package by horizon and no cut-off from messaging."""
    code, out, _ = run(monkeypatch, capsys, "kuwait-1990", "sanctions", "--draws", "16", "--json")
    assert code == 0
    found = json.loads(out)
    assert {item["model"] for item in found["mechanisms"]} == {
        "sanctions.target_loss", "sanctions.ces_loss",
    }  # fmt: skip
    assert len(found["notes"]) == 1


def test_energy_is_said_to_be_absent_where_no_model_of_it_is_bound(monkeypatch, capsys):
    """Oracle: the file: the energy of kuwait-1990 is oil, which enters as figures."""
    code, _, err = run(monkeypatch, capsys, "kuwait-1990", "energy")
    assert code == 2
    assert "mechanism-unknown" in err
    assert "alliance" in err


@pytest.mark.parametrize("width", [80, 120])
def test_sanctions_fit_the_terminal_and_no_name_is_broken(monkeypatch, capsys, width):
    """Oracle: hand: the width asked for; every name, source and figure stands whole on one line."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(width))
    what = ("--package", "pays_embargo", "--package", "damage_us", "--draws", "32")
    code, out, _ = run(monkeypatch, capsys, "ukraine-2022", "sanctions", *what)
    assert code == 0
    lines = [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()]
    assert max(map(len, lines)) <= width
    for name in ("United Kingdom", "Netherlands", "Lithuania", "the target"):
        found = [line for line in lines if line.startswith(f"{name} ")]
        assert len(found) == 1
        assert len(re.findall(r"-?\d+\.\d\d \[-?\d+\.\d\d, -?\d+\.\d\d\]", found[0])) == 3
    assert any("boehm-2020" in line for line in lines)
    at = next(i for i, line in enumerate(lines) if " loss_pct_gdp " in line)
    assert " trade_loss_pct_gdp " in lines[at + 1]


# --- by measure -------------------------------------------------------------------------------------------------------


def test_measures_of_the_crisis_are_priced_one_by_one(monkeypatch, capsys):
    """Oracle: independent code, the mechanism that prices the quarantine; hand, what the table leaves open."""
    code, out, _ = run(
        monkeypatch, capsys, "cuba-1962", "sanctions", "--by-measure", "--draws", "64", "--json"
    )
    assert code == 0
    found = json.loads(out)
    measures = {item["measure"]: item for item in found["measures"]}
    assert list(measures) == ["quarantine", "petroleum", "shipping"]
    (year,) = (
        effect
        for effect in measures["quarantine"]["effects"]
        if (effect["on"], effect["quantity"], effect["horizon"]) == ("target", "gdp", "year")
    )
    code, out, _ = run(monkeypatch, capsys, "cuba-1962", "sanctions", "--draws", "64", "--json")
    plain = next(m for m in json.loads(out)["mechanisms"] if m["mechanism"] == "loss_cuba")
    (situation,) = (s for s in plain["situations"] if s["state"] == {"measure": "quarantine"})
    (value,) = (v for v in situation["values"] if v["output"] == "loss_pct_gdp")
    assert year["alone"]["mean"] == pytest.approx(value["mean"])
    assert year["last"]["mean"] == 0.0  # the wider quarantine holds the narrower
    assert year["rows"][0]["output"] == "loss_cuba.loss_pct_gdp"
    shipping = [e for e in measures["shipping"]["effects"] if e["on"] == "target"]
    assert [(e["modelled"], e["alone"]) for e in shipping] == [(False, None)] * 3
    assert found["consent"] is None


def test_the_readable_tables_say_not_modelled(monkeypatch, capsys):
    """Oracle: hand. A measure without an estimate has words, never a small number."""
    code, out, _ = run(
        monkeypatch, capsys, "cuba-1962", "sanctions", "--by-measure", "--draws", "16"
    )
    assert code == 0
    line = next(line for line in out.splitlines() if "no allied shipping" in line)
    assert line.count("not modelled") == 3
    assert "Shapley" in out


def test_members_consent_and_evidence_stand_in_the_json(monkeypatch, capsys):
    """Oracle: hand and theorem: Germany loses most by gas; chances of consent fall with the size; parts add up."""
    code, out, _ = run(
        monkeypatch, capsys, "ukraine-2022", "sanctions", "--by-measure", "--draws", "32", "--json"
    )
    assert code == 0
    found = json.loads(out)
    germany = next(item for item in found["members"] if item["actor"] == "DEU")
    year = {
        loss["measure"]: loss["mean"] for loss in germany["losses"] if loss["horizon"] == "year"
    }
    assert max(year, key=year.get) == "gas"
    assert set(germany["not_modelled"]) == {"swift", "debt", "dollar", "oil", "personal"}
    assert germany["joins"]["all"]["mean"] < germany["joins"]["swift"]["mean"]
    sizes = [row["mean"] for row in found["consent"]["by_size"]]
    assert sizes == sorted(sizes, reverse=True)
    parts = [m["consent"]["mean"]["mean"] for m in found["measures"] if m["consent"]]
    assert sum(parts) == pytest.approx(sizes[-1] - sizes[0])
    banks = next(m for m in found["measures"] if m["measure"] == "banks")
    assert any("gurvich-and" in row["sources"] for row in banks["evidence"])


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("energy", "--by-measure"), "option-invalid", "price sanctions"),
        (("sanctions", "--by-measure", "--package", "x"), "option-invalid", "--package"),
        (("sanctions", "--by-measure"), "table-missing", "effects"),
    ],
)
def test_by_measure_where_it_cannot_be_is_refused(
    monkeypatch, capsys, invented, arguments, code, word
):
    """Oracle: hand. Another subject, another option, a crisis without effects."""
    got, out, error = run(monkeypatch, capsys, invented, *arguments)
    assert (got, out) == (2, "")
    assert f"[{code}]" in error
    assert word in error

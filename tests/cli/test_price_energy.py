"""``detente price CRISIS energy``: the gas year. Each test names its oracle."""

import json
import sys

import pytest

from detente.cli import main


@pytest.fixture(scope="module")
def printed():
    """What the command printed for its arguments, kept for the tests that ask the same."""
    return {}


@pytest.fixture
def price(monkeypatch, capsys, printed):
    def run(*arguments):
        if arguments not in printed:
            printed[arguments] = ask(*arguments)
        return printed[arguments]

    def ask(*arguments):
        monkeypatch.setattr(
            sys, "argv", ["detente", "price", "ukraine-2022", "energy", "--draws", "8", *arguments]
        )
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def year(price, case, *arguments):
    code, out, _ = price("--json", *arguments)
    assert code == 0
    return next(item for item in json.loads(out)["gas_year"] if item["case"] == case)


def lost(found):
    union = found["union"]
    return sum(union["response"].values()) + sum(union["cut_off"].values())


def test_the_union_s_balance_closes_every_month(price):
    """Oracle: accounting: what covers demand adds up to it, and the stock is what storage leaves."""
    union = year(price, "cut")["union"]
    parts = [key for key in union if key not in {"demand", "stock"}]
    for month, demand in union["demand"].items():
        assert sum(union[key][month] for key in parts) == pytest.approx(demand, abs=0.01)
    stock = list(union["stock"].values())
    drawn = list(union["from_storage"].values())
    for k in range(1, len(stock)):
        assert stock[k] == pytest.approx(stock[k - 1] - drawn[k], abs=0.01)


def test_the_year_by_weeks_closes_every_week_and_comes_near_the_months(price):
    """Oracle: accounting; the months of the same tables."""
    found = year(price, "cut", "--weekly")
    union = found["union"]
    assert len(union["demand"]) == 52
    parts = [key for key in union if key not in {"demand", "stock"}]
    for week, demand in union["demand"].items():
        assert sum(union[key][week] for key in parts) == pytest.approx(demand, abs=0.01)
    assert found["certificate"]["residual_twh"] < 1e-6
    months = year(price, "cut")
    share = [lost(x) / sum(x["union"]["demand"].values()) for x in (found, months)]
    assert share[0] == pytest.approx(share[1], rel=0.06)


def test_more_is_lost_the_more_is_cut(price):
    """Oracle: theorem: the programme only loses ways."""
    half = lost(year(price, "cut", "--cut", "RUS=0.5"))
    full = lost(year(price, "cut", "--cut", "RUS"))
    none = lost(year(price, "stands"))
    assert none < half < full


def test_a_route_can_be_cut_alone(price):
    found = year(price, "cut", "--cut", "nord_stream_1", "--cut", "transmed=0.5")
    assert found["cut"] == {"nord_stream_1": 1.0, "transmed": 0.5}
    flows = {item["id"]: sum(item["twh"].values()) for item in found["flows"]}
    assert flows["nord_stream_1"] == 0.0
    assert flows["ukraine_slovakia"] > 0.0


def test_cold_is_set_by_its_quantity(price):
    cold = lost(year(price, "cut", "--set", "gas.weather=1.1"))
    mild = lost(year(price, "cut", "--set", "gas.weather=0.9"))
    assert cold > mild


def test_the_text_names_cases_months_countries_and_flows(price):
    code, out, _ = price()
    assert code == 0
    for words in (
        "gas cut, members hoard",
        "2022-02",
        "Hungary",
        "Terminals of Spain",
        "member_loss_pct_gdp",
    ):
        assert words in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cut", "nord_stream"), "nord_stream_1"),
        (("--cut", "RUS=2"), "number from 0 to 1"),
        (("--cut", "RUS=much"), "number from 0 to 1"),
        (("--set", "gas.lng_spare=5000"), "outside"),
    ],
)  # fmt: skip
def test_bad_input_ends_with_a_fix(price, arguments, words):
    code, _, err = price(*arguments)
    assert code == 2
    assert words in err
    assert "fix" in err


def test_other_subjects_have_no_gas_to_cut(monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["detente", "price", "ukraine-2022", "sanctions", "--cut", "RUS"]
    )
    with pytest.raises(SystemExit):
        main()
    assert "no gas to cut" in capsys.readouterr().err

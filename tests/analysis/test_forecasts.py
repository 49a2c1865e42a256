"""Tables of forecasts: what is read, what is refused, and how forecasters compare."""

import math

import numpy as np
import pytest

from detente.analysis.forecasts import (
    compare_forecasters,
    read_forecast_table,
    score_forecasters,
)
from detente.errors import UsageError

HEAD = "id,forecaster,probability\n"
OUTCOMES = "id,outcome\na,1\nb,0\nc,0\nd,1\n"


@pytest.fixture
def read(tmp_path):
    def read(forecasts, outcomes=OUTCOMES):
        (tmp_path / "f.csv").write_text(forecasts, encoding="utf-8")
        (tmp_path / "o.csv").write_text(outcomes, encoding="utf-8")
        return read_forecast_table(tmp_path / "f.csv", tmp_path / "o.csv")

    return read


def test_two_forecasters_by_hand(read):
    """Oracle: hand."""
    table = read(HEAD + "a,x,0.7\nb,x,0.2\na,y,0.5\nb,y,0.5\n")
    first, second = score_forecasters(table, bins=10)
    assert (first.forecaster, first.forecasts, first.events) == ("x", 2, 2)
    assert first.means["brier"] == pytest.approx((0.09 + 0.04) / 2)
    assert first.means["log"] == pytest.approx(-(math.log(0.7) + math.log(0.8)) / 2)
    assert first.skill("coin", "brier") == pytest.approx(1 - 0.065 / 0.25)
    assert second.skill("coin", "brier") == 0.0
    assert second.skill("climatology", "log") == pytest.approx(0.0, abs=1e-12)
    assert table.without == ("c", "d")


def test_climatology_has_no_skill_over_itself_and_its_score_is_the_uncertainty(read):
    """Oracle: theorem."""
    table = read(HEAD + "".join(f"{name},x,0.5\n" for name in "abcd"))
    (card,) = score_forecasters(table, bins=10)
    assert card.skill("climatology", "brier") == 0.0
    assert card.baselines["climatology"]["brier"] == card.parts.uncertainty == 0.25


def test_infinite_scores_are_counted(read):
    """Oracle: hand; skill over a baseline that never errs is not defined."""
    table = read(HEAD + "a,x,0\nb,x,1\nc,x,0.1\na,y,0.2\nd,y,1\n")
    first, second = score_forecasters(table, bins=10)
    assert (first.infinite, first.means["log"]) == (2, math.inf)
    assert math.isinf(first.skill("coin", "log"))
    assert second.infinite == 0
    assert math.isnan(second.skill("climatology", "brier"))  # all of its events happened
    assert math.isnan(second.auc)


def test_distributions_and_quantiles_get_the_crps(read):
    """Oracle: hand; normal forecasts without spread, and quantiles that are all the same, have the absolute error."""
    values = "id,outcome\na,3\nb,10\n"
    (card,) = score_forecasters(read("id,mean,sd\na,1,0\nb,14,0\n", values), bins=10)
    assert (card.forecaster, card.means) == ("unnamed", {"crps": 3.0})
    assert card.baselines == {"climatology": {"crps": 7 / 4}}
    assert card.skill("climatology", "crps") == pytest.approx(1 - 3 / 1.75)
    text = "id;q95;q05;q50\na;1,0;1,0;1,0\nb;14;14;14\n"  # in any order, with decimal commas
    (card,) = score_forecasters(read(text, values), bins=10)
    assert card.means == {"crps": 3.0}


def test_days_of_one_event_are_drawn_together(read):
    """Oracle: hand. One event with a hundred days is no evidence of which of two is better; a hundred events are."""
    days = [f"2030-{1 + day // 28:02}-{1 + day % 28:02}" for day in range(100)]
    rows = "".join(f"a,{day},x,0.8\na,{day},y,0.6\n" for day in days)
    table = read("id,date,forecaster,probability\n" + rows)
    brier, _ = compare_forecasters(table)
    assert (brier.forecasts, brier.events) == (100, 1)
    assert brier.mean == pytest.approx(0.04 - 0.16)
    assert math.isnan(brier.low)
    rows = "".join(f"e{k},x,{0.8 - k % 7 / 50}\ne{k},y,0.6\n" for k in range(100))
    outcomes = "id,outcome\n" + "".join(f"e{k},1\n" for k in range(100))
    brier, _ = compare_forecasters(read(HEAD + rows, outcomes))
    assert brier.low <= brier.mean <= brier.high < 0
    assert brier.better == 1.0


def test_the_interval_is_that_of_the_normal_approximation(read):
    """Oracle: theorem, the central limit theorem: with many events the percentile interval is mean +- 1.645 s / sqrt(n)."""
    rng = np.random.default_rng(7)
    n = 400
    first, second, happened = rng.random(n), rng.random(n), rng.random(n) < 0.4
    outcomes = "id,outcome\n" + "".join(f"e{k},{int(happened[k])}\n" for k in range(n))
    rows = "".join(f"e{k},x,{first[k]}\ne{k},y,{second[k]}\n" for k in range(n))
    brier, _ = compare_forecasters(read(HEAD + rows, outcomes), resamples=20_000)
    difference = (first - happened) ** 2 - (second - happened) ** 2
    half = 1.6448536 * difference.std() / math.sqrt(n)
    assert brier.mean == pytest.approx(difference.mean())
    assert brier.low == pytest.approx(difference.mean() - half, abs=0.06 * half)
    assert brier.high == pytest.approx(difference.mean() + half, abs=0.06 * half)


def test_a_difference_has_the_other_sign_the_other_way_round(read):
    """Oracle: theorem."""
    rows = [
        f"{name},{who},{prob}\n"
        for name, prob in zip("abcd", (0.7, 0.3, 0.2, 0.6), strict=True)
        for who in "x"
    ]
    other = [f"{name},y,0.4\n" for name in "abcd"]
    one = compare_forecasters(read(HEAD + "".join(rows + other)))
    two = compare_forecasters(read(HEAD + "".join(other + rows)))
    for ours, theirs in zip(one, two, strict=True):
        assert (ours.first, ours.second) == (theirs.second, theirs.first)
        assert ours.mean == pytest.approx(-theirs.mean)
        assert (ours.low, ours.high) == pytest.approx((-theirs.high, -theirs.low))
        assert ours.better == pytest.approx(1.0 - theirs.better)


def test_only_what_both_forecast_is_compared(read):
    """Oracle: hand."""
    table = read(HEAD + "a,x,0.7\nb,x,0.2\nb,y,0.5\nc,z,0.5\n")
    brier, log = compare_forecasters(table)
    assert {(item.first, item.second, item.forecasts) for item in (brier, log)} == {("x", "y", 1)}
    assert brier.mean == pytest.approx(0.04 - 0.25)


@pytest.mark.parametrize(
    ("forecasts", "outcomes", "code", "place", "words"),
    [
        ("", OUTCOMES, "table-column-missing", "f.csv:1", "no column id"),
        ("id,chance\na,0.5\n", OUTCOMES, "table-column-missing", "f.csv:1", "holds a forecast"),
        (OUTCOMES, HEAD, "table-column-missing", "f.csv:1", "forecasts come first"),
        ("id,probability,mean,sd\na,0.5,1,1\n", OUTCOMES, "table-column-missing", "f.csv:1", "more than one"),
        ("id,mean\na,0.5\n", OUTCOMES, "table-column-missing", "f.csv:1", "both mean and sd"),
        ("id,q5,q95\na,1,2\n", OUTCOMES, "table-column-missing", "f.csv:1", "names no quantile"),
        ("id,q00,q50\na,1,2\n", OUTCOMES, "table-column-missing", "f.csv:1", "names no quantile"),
        ("id,q05,q50\na,1,2\n", OUTCOMES, "table-column-missing", "f.csv:1", "in pairs"),
        ("id,q05,q95\na,2,1\n", OUTCOMES, "table-row-invalid", "f.csv:2", "fall"),
        ("id,mean,sd\na,2,-1\n", OUTCOMES, "table-row-invalid", "f.csv:2", "below zero"),
        ("id,mean,sd\na,many,1\n", OUTCOMES, "table-row-invalid", "f.csv:2", "'many'"),
        ("id,mean,sd\na,1e200,1\n", OUTCOMES, "table-row-invalid", "f.csv:2", "1e200"),
        (HEAD, OUTCOMES, "table-row-invalid", "f.csv", "no row"),
        (HEAD + "a,x,0.5\nb,x,1.5\n", OUTCOMES, "table-row-invalid", "f.csv:3", "'1.5' is no prob"),
        (HEAD + "a,x,-0.1\n", OUTCOMES, "table-row-invalid", "f.csv:2", "'-0.1' is no prob"),
        (HEAD + "a,x,50%\n", OUTCOMES, "table-row-invalid", "f.csv:2", "'50%' is no prob"),
        (HEAD + "a,x,\n", OUTCOMES, "table-row-invalid", "f.csv:2", "'' is no prob"),
        (HEAD + "q,x,0.5\n", OUTCOMES, "table-row-invalid", "f.csv:2", "id 'q'"),
        (HEAD + ",x,0.5\n", OUTCOMES, "table-row-invalid", "f.csv:2", "id ''"),
        (HEAD + "a,x,0.5\na,x,0.6\n", OUTCOMES, "id-duplicate", "f.csv:3", "line 2"),
        ("id,date,probability\na,soon,0.5\n", OUTCOMES, "table-row-invalid", "f.csv:2", "'soon' is no day"),
        (HEAD + "a,x,0.5\n", "id,what\na,1\n", "table-column-missing", "o.csv:1", "no column outcome"),
        (HEAD + "a,x,0.5\n", "id,outcome\na,1\na,0\n", "id-duplicate", "o.csv:3", "line 2"),
        (HEAD + "a,x,0.5\n", "id,outcome\na,0.5\n", "table-row-invalid", "o.csv:2", "neither 0 nor 1"),
        (HEAD + "a,x,0.5\n", "id,outcome\na,yes\n", "table-row-invalid", "o.csv:2", "'yes'"),
        (HEAD + "a,x,0.5\n", "id,outcome\n,1\n", "table-row-invalid", "o.csv:2", "no id"),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused_with_line_and_fix(read, forecasts, outcomes, code, place, words):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        read(forecasts, outcomes)
    assert caught.value.code == code
    assert f"{place}\n" in str(caught.value)
    assert words in str(caught.value)
    assert "fix: " in str(caught.value)


def test_an_id_that_is_nearly_right_is_told_the_right_one(read):
    """Oracle: hand."""
    with pytest.raises(UsageError, match=r"write blockade, or add its outcome to o\.csv"):
        read(HEAD + "blockad,x,0.5\n", "id,outcome\nblockade,1\n")

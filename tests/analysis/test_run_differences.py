"""What moved between two runs: paired where draws are shared, ordered by what the headline is about.

Oracle: hand; means and differences of the stored columns.
"""

from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.analysis.run_differences import compare_inputs, compare_runs
from detente.crisis import load_crisis
from detente.engine import Design
from detente.errors import UsageError
from detente.runs import run_ensemble

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return small runs of the template: as it is, with another rationality, with fewer draws, with another seed."""
    folder = tmp_path_factory.mktemp("runs")
    crisis = load_crisis(TEMPLATE)
    other = load_crisis(TEMPLATE, overrides={crisis.rationality.path: "0.2"})
    latin = Design(name="lhs")
    made = {
        "usual": (crisis, {}),
        "other": (other, {}),
        "few": (crisis, {"n_draws": 40}),
        "seed": (crisis, {"seed": 9}),
        "latin": (crisis, {"design": latin}),
        "few_latin": (crisis, {"design": latin, "n_draws": 40}),
    }
    return {
        name: run_ensemble(
            one, folder=folder / name, policies=["free"], **({"n_draws": 64} | options)
        )
        for name, (one, options) in made.items()
    }


def row(found, metric):
    return next(item for item in found.moved if item.metric == metric)


def test_runs_of_the_same_draws_are_paired(runs):
    found = compare_runs(runs["usual"], runs["other"])
    gap = runs["other"].values("attack", "free") - runs["usual"].values("attack", "free")
    attack = row(found, "attack")
    error = 1.6448536269514722 * gap.std(ddof=1) / np.sqrt(gap.size)
    assert (found.pairing, found.n_shared) == ("same draws", 64)
    assert attack.after - attack.before == pytest.approx(gap.mean())
    assert (attack.low, attack.high) == pytest.approx((gap.mean() - error, gap.mean() + error))
    assert [path for path, *_ in compare_inputs(runs["usual"], runs["other"])] == ["rationality"]


def test_a_larger_run_is_compared_on_the_draws_that_both_have(runs):
    found = compare_runs(runs["usual"], runs["few"])
    assert (found.pairing, found.n_shared, found.moved) == ("first draws", 40, ())
    assert compare_inputs(runs["usual"], runs["few"]) == ()


@pytest.mark.parametrize("pair", [("usual", "seed"), ("latin", "few_latin"), ("usual", "latin")])
def test_other_draws_are_not_paired(runs, pair):
    first, second = (runs[name] for name in pair)
    found = compare_runs(first, second)
    attack = row(found, "attack")
    old, new = first.values("attack", "free"), second.values("attack", "free")
    error = 1.6448536269514722 * np.sqrt(old.var(ddof=1) / old.size + new.var(ddof=1) / new.size)
    assert (found.pairing, found.n_shared) == ("other draws", 0)
    assert attack.change == pytest.approx(new.mean() - old.mean())
    assert (attack.low, attack.high) == pytest.approx(
        (attack.change - error, attack.change + error)
    )
    assert compare_inputs(first, second) == ()


def test_what_the_headline_is_about_comes_first_and_nothing_twice(runs):
    found = compare_runs(runs["usual"], runs["other"])
    kinds = [item.metric.partition("/")[0] for item in found.moved]
    lead = len([kind for kind in kinds if kind in {"attack", "settlement", "outcome"}])
    assert kinds[:2] == ["attack", "settlement"]
    assert set(kinds[2:lead]) == {"outcome"}
    values = [
        tuple(
            run.values(item.metric, "free").astype(np.float32).tobytes()
            for run in (runs["usual"], runs["other"])
        )
        for item in found.moved
    ]
    assert len(set(values)) == len(values)
    assert row(found, "payoff/mid").same_as == ("payoff/mid/only",)
    copies = sum(len(item.same_as) for item in found.moved)
    unmoved = found.n_metrics - len(found.moved) - copies
    assert unmoved >= 0


def test_a_policy_of_one_run_only_is_refused(runs):
    with pytest.raises(UsageError, match="do not share"):
        compare_runs(runs["usual"], runs["other"], policy="arm")

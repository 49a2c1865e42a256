"""Formulas of data frames: the same estimates as lists of terms, where both can say a thing."""

import builtins
import importlib

import numpy as np
import pandas as pd
import pytest

from detente.errors import UsageError
from detente.fit import fit_frame, fit_game
from detente.testing.disputes import DISPUTES_SPEC as SPEC


@pytest.fixture
def frame(disputes):
    generator = np.random.default_rng(1)
    return pd.DataFrame(disputes).assign(g=generator.choice(["a", "b", "c"], 400))


def test_lists_of_terms_need_no_formulas(frame, disputes, write_table):
    """Oracle: independent code: the same rows from a file."""
    found = fit_frame("egame12", frame, SPEC)
    assert found.loglik == pytest.approx(fit_game("egame12", write_table(disputes), SPEC).loglik)


def test_formulas_say_the_same_as_terms(frame, tmp_path):
    """Oracle: independent code: terms with the same columns, from a file."""
    pytest.importorskip("formulaic", reason="the extra formulas is not installed")
    formulas = SPEC | {
        "utilities": {"u11": "1 + x + g", "u13": "1", "u14": "0 + w", "u24": "1 + z + x:z"}
    }
    terms = SPEC | {
        "utilities": {
            "u11": ["const", "x", "g"],
            "u13": ["const"],
            "u14": ["w"],
            "u24": ["const", "z", "x * z"],
        }
    }
    frame.to_csv(tmp_path / "data.csv", index=False)
    mine = fit_frame("egame12", frame, formulas)
    theirs = fit_game("egame12", tmp_path / "data.csv", terms)
    assert mine.loglik == pytest.approx(theirs.loglik, abs=1e-8)
    np.testing.assert_allclose(
        [item.estimate for item in mine.coefficients],
        [item.estimate for item in theirs.coefficients],
        atol=1e-6,
    )
    assert [item.term for item in mine.coefficients][:4] == ["const", "x", "g[T.b]", "g[T.c]"]


def test_a_formula_may_transform(frame):
    """Oracle: theorem: a polynomial through the cube fits no worse than the line that it holds."""
    pytest.importorskip("formulaic", reason="the extra formulas is not installed")
    cubic = SPEC | {"utilities": SPEC["utilities"] | {"u11": "1 + x + np.power(x, 3)"}}
    assert fit_frame("egame12", frame, cubic).loglik >= fit_frame("egame12", frame, SPEC).loglik


def test_a_formula_that_cannot_be_evaluated_is_refused(frame):
    """Oracle: hand."""
    pytest.importorskip("formulaic", reason="the extra formulas is not installed")
    wrong = SPEC | {"utilities": SPEC["utilities"] | {"u11": "1 + nonesuch"}}
    with pytest.raises(UsageError, match="nonesuch") as caught:
        fit_frame("egame12", frame, wrong)
    assert (caught.value.code, caught.value.at) == ("option-invalid", "utilities.u11")


def test_a_gap_is_refused_with_its_row(frame):
    """Oracle: hand: the third row stands in line 4 of a file."""
    frame.loc[2, "x"] = np.nan
    with pytest.raises(UsageError) as caught:
        fit_frame("egame12", frame, SPEC)
    assert (caught.value.code, caught.value.at) == ("table-row-invalid", "frame:4")
    assert fit_frame("egame12", frame, SPEC | {"missing": "drop"}).n == 399


def test_without_the_extra_it_is_said_what_to_install(frame, monkeypatch):
    """Oracle: hand."""

    def missing(name, *rest):
        if name == "formulaic":
            raise ImportError(name)
        return builtins.__import__(name, *rest)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UsageError, match="formulaic") as caught:
        fit_frame("egame12", frame, SPEC | {"utilities": {"u11": "1 + x"}})
    assert caught.value.code == "extra-missing"


def test_a_file_holds_no_formula(disputes, write_table, tmp_path):
    """Oracle: hand: a specification from somebody else runs no code."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "outcome: {column: outcome, order: [quiet, yield, war]}\n"
        "utilities: {u11: '1 + x', u24: [const]}\n",
        encoding="utf-8",
    )
    with pytest.raises(UsageError) as caught:
        fit_game("egame12", write_table(disputes), spec)
    assert caught.value.code == "value-type"

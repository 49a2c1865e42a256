"""What cannot be estimated is refused with a code, a row and a fix; what can be in spite of it comes out right.

Oracle: hand, unless a test says otherwise.
"""

import copy

import numpy as np
import pytest

from detente.errors import UsageError
from detente.fit import fit_game
from detente.testing.disputes import DISPUTES_SPEC as SPEC


def refused(columns, write_table, spec=SPEC, model="egame12", **options):
    with pytest.raises(UsageError) as caught:
        fit_game(model, write_table(columns), spec, **options)
    error = caught.value
    assert error.fix
    return error


def changed(**utilities):
    spec = copy.deepcopy(SPEC)
    spec["utilities"] |= utilities
    return spec


def test_collinear_regressors(disputes, write_table):
    columns = disputes | {"x2": 2.0 * disputes["x"] + 1.0}
    error = refused(columns, write_table, changed(u11=["const", "x", "x2"]))
    assert error.code == "regressor-collinear"
    assert "'x2' is a combination of const, x in every row of u11" in error.message
    assert error.at == "spec  utilities.u11"


def test_a_constant_regressor(disputes, write_table):
    columns = disputes | {"flag": np.ones(len(disputes["x"]))}
    error = refused(columns, write_table, changed(u24=["const", "z", "flag"]))
    assert error.code == "regressor-collinear"
    assert "'flag' is a combination of const, z in every row of u24" in error.message


def test_a_regressor_of_zeros(disputes, write_table):
    columns = disputes | {"flag": np.zeros(len(disputes["x"]))}
    error = refused(columns, write_table, changed(u24=["flag"]))
    assert error.code == "regressor-collinear"
    assert "'flag' is 0 in every row of u24" in error.message


def test_a_regressor_that_is_constant_where_the_move_is_reached(disputes, write_table):
    reached = disputes["outcome"] != "quiet"
    columns = disputes | {"flag": np.where(reached, 1.0, disputes["x"])}
    error = refused(columns, write_table, changed(u24=["const", "z", "flag"]))
    assert error.code == "regressor-collinear"
    assert f"in the {reached.sum()} rows that reached it" in error.message
    assert error.at.endswith(f".csv:{2 + int(np.flatnonzero(reached)[-1])}")


def test_constants_in_all_utilities_of_a_player(disputes, write_table):
    error = refused(disputes, write_table, changed(u14=["const", "w"]))
    assert error.code == "regressor-collinear"
    assert "player 1" in error.message


@pytest.mark.parametrize("overlap", [False, True])
def test_separated_choices(overlap, disputes, write_table):
    """Complete separation, and separation but for rows that lie on the border."""
    answer = disputes["answer"]
    flag = answer * 1.0
    if overlap:
        flag[np.flatnonzero(disputes["outcome"] == "yield")[:5]] = 1.0
    error = refused(disputes | {"flag": flag}, write_table, changed(u24=["const", "z", "flag"]))
    assert error.code == "data-separated"
    assert "player 2's choices are separated by" in error.message
    assert "u24 flag" in error.message
    assert ".csv:" in error.at


def test_overlapping_choices_are_not_separated(disputes, write_table):
    """One row on the wrong side is enough for a finite estimate."""
    flag = disputes["answer"] * 1.0
    flag[np.flatnonzero(disputes["outcome"] == "yield")[0]] = 1.0
    flag[np.flatnonzero(disputes["outcome"] == "war")[0]] = 0.0
    found = fit_game(
        "egame12", write_table(disputes | {"flag": flag}), changed(u24=["const", "flag"])
    )
    assert found.converged
    assert all(item.se is not None for item in found.coefficients)


def test_a_missing_value_is_refused_or_dropped(disputes, write_table):
    """Oracle: theorem: a dropped row is a row that was never there."""
    words = [f"{value:.17g}" for value in disputes["x"]]
    words[3] = "NA"
    error = refused(disputes | {"x": words}, write_table)
    assert (error.code, error.message) == ("table-row-invalid", "x is missing")
    assert error.at.endswith("data.csv:5")
    assert "missing: drop" in error.fix
    found = fit_game("egame12", write_table(disputes | {"x": words}), SPEC | {"missing": "drop"})
    without = {name: np.delete(column, 3) for name, column in disputes.items()}
    assert found.n == len(words) - 1
    assert found.loglik == pytest.approx(fit_game("egame12", write_table(without), SPEC).loglik)


def test_a_gap_in_a_column_that_is_not_used(disputes, write_table):
    note = ["NA"] * len(disputes["x"])
    assert fit_game("egame12", write_table(disputes | {"note": note}), SPEC).n == len(note)


def test_an_outcome_that_the_game_does_not_have(disputes, write_table):
    outcome = disputes["outcome"].copy()
    outcome[7] = "truce"
    error = refused(disputes | {"outcome": outcome}, write_table)
    assert (error.code, error.message) == (
        "table-row-invalid",
        "outcome is 'truce', which is no outcome",
    )
    assert error.at.endswith("data.csv:9")


def test_an_answer_that_is_missing_where_the_move_was_reached(disputes, write_table):
    answer = disputes["answer"].astype(object)
    reached = np.flatnonzero(disputes["act"] == 1)
    answer[disputes["act"] == 0] = "NA"
    spec = SPEC | {"outcome": {"actions": ["act", "answer"]}}
    assert fit_game("egame12", write_table(disputes | {"answer": answer}), spec).converged
    answer[reached[2]] = "NA"
    error = refused(disputes | {"answer": answer}, write_table, spec)
    assert error.message == "answer is missing where that move was reached"
    assert error.at.endswith(f"data.csv:{reached[2] + 2}")


def test_an_outcome_that_nobody_reached(disputes, write_table):
    columns = disputes | {
        "outcome": np.where(disputes["outcome"] == "war", "yield", disputes["outcome"])
    }
    error = refused(columns, write_table)
    assert error.code == "outcome-unobserved"
    assert error.at.endswith("data.csv")


@pytest.mark.parametrize("rows", [1, 3])
def test_few_rows(rows, disputes, write_table):
    columns = {name: column[:rows] for name, column in disputes.items()}
    error = refused(columns, write_table)
    assert error.code == "data-too-few"
    assert error.at.endswith(f"data.csv:{rows + 1}")


def test_no_row_and_an_empty_file(disputes, write_table, tmp_path):
    error = refused({name: [] for name in disputes}, write_table)
    assert error.code == "data-too-few"
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(UsageError):
        fit_game("egame12", empty, SPEC)


@pytest.mark.parametrize("cell", ["inf", "nan!", "1,5x", "=2"])
def test_a_cell_that_is_no_number(cell, disputes, write_table):
    words = [f"{value:.17g}" for value in disputes["z"]]
    words[-1] = cell
    error = refused(disputes | {"z": words}, write_table)
    assert error.code == "table-row-invalid"
    assert error.at.endswith(f"data.csv:{len(words) + 1}")


@pytest.mark.parametrize(("term", "bad"), [("sqrt(x)", -0.5), ("log(x)", 0.0)])
def test_a_root_or_log_without_a_value(term, bad, disputes, write_table):
    x = np.abs(disputes["x"]) + 0.1
    x[4] = bad
    error = refused(disputes | {"x": x}, write_table, changed(u11=["const", term]))
    assert error.code == "value-out-of-range"
    assert error.at.endswith("data.csv:6")


@pytest.mark.parametrize(
    ("spec", "code", "at"),
    [
        (changed(u99=["x"]), "key-unknown", "spec  utilities.u99"),
        (changed(u11=["const", "nonesuch"]), "table-column-missing", "spec  utilities.u11"),
        (changed(u11="const"), "value-type", "spec  utilities.u11"),
        (SPEC | {"errors": "some"}, "option-invalid", "spec  errors"),
        (SPEC | {"errors": "private", "link": "logit"}, "option-invalid", "spec  link"),
        (
            SPEC | {"outcome": {"column": "outcome", "order": ["quiet"]}},
            "value-type",
            "spec  outcome.order",
        ),
        (SPEC | {"outcome": {}}, "key-missing", "spec  outcome"),
        (SPEC | {"utilities": {}}, "key-missing", "spec  utilities"),
        (SPEC | {"utility": {}}, "key-unknown", "spec  utility"),
    ],
)
def test_a_specification_that_is_wrong(spec, code, at, disputes, write_table):
    error = refused(disputes, write_table, spec)
    assert (error.code, error.at) == (code, at)


@pytest.mark.parametrize(
    "options",
    [
        {"method": "npl"},
        {"errors": "none"},
        {"starts": 0},
        {"seed": -1},
        {"errors": "bootstrap", "resamples": 1},
    ],
)
def test_options_that_are_wrong(options, disputes, write_table):
    assert refused(disputes, write_table, **options).code == "option-invalid"


def test_a_model_that_is_unknown(disputes, write_table):
    error = refused(disputes, write_table, model="egame21")
    assert error.code == "model-unknown"
    assert "egame12" in error.fix


def test_a_scale_beside_all_utilities_is_not_identified(disputes, write_table):
    """Oracle: theorem: utilities and scale can grow together."""
    error = refused(disputes, write_table, SPEC | {"scale": ["const"]})
    assert error.code == "fit-unidentified"

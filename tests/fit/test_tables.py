"""Tables of estimates. Oracle: hand."""

import copy

import pytest

from detente.errors import UsageError
from detente.fit import fit_game, make_table
from detente.testing.disputes import DISPUTES_SPEC as SPEC


@pytest.fixture
def results(disputes, write_table):
    other = copy.deepcopy(SPEC)
    other["utilities"]["u24"] = ["const", "z", "w"]
    table = write_table(disputes)
    return [fit_game("egame12", table, spec) for spec in (SPEC, other)]


def test_models_stand_side_by_side(results):
    text = make_table(*results, digits=2)
    lines = [line.split() for line in text.splitlines()]
    assert lines[0] == ["egame12", "egame12"]
    first, second = (
        item.estimate for item in (results[0].coefficients[0], results[1].coefficients[0])
    )
    assert ["const", f"{first:.2f}", f"{second:.2f}"] in lines
    u24 = text[text.index("u24") :]
    assert next(line for line in u24.splitlines() if "  w" in line).split()[1:] == [
        f"{results[1].coefficients[-1].estimate:.2f}"
    ]
    assert ["n", "400", "400"] in lines


def test_latex_has_as_many_cells_in_each_row(results):
    latex = make_table(*results, form="latex")
    rows = [line for line in latex.splitlines() if " & " in line]
    assert {row.count(" & ") for row in rows} == {2}
    assert r"\begin{tabular}{lrr}" in latex
    assert latex.rstrip().endswith(r"\end{tabular}")


def test_signs_that_latex_and_html_would_read_are_escaped(disputes, write_table):
    spec = copy.deepcopy(SPEC)
    spec["utilities"]["u11"] = ["const", "a_b<%&"]
    columns = disputes | {"a_b<%&": disputes["x"]}
    found = fit_game("egame12", write_table(columns), spec)
    assert r"a\_b\textless{}\%\&" in make_table(found, form="latex")
    assert "a_b&lt;%&amp;" in make_table(found, form="html")


def test_what_is_no_table_is_refused(results):
    for given in ({"form": "word"}, {}):
        with pytest.raises(UsageError) as caught:
            make_table(*(results if given else ()), **given)
        assert caught.value.code == "option-invalid"


def test_a_result_shows_itself(results):
    shown = repr(results[0])
    assert shown.startswith("egame12 (ml): log-likelihood -")
    assert "u24" in shown
    assert results[0]._repr_html_().startswith("<table><caption>egame12 (ml)")


def test_several_maxima_are_told():
    from detente.fit.results import Start
    from detente.fit.searching import tell_starts

    best = Start(name="a", loglik=-10.0, converged=True)
    lower = Start(name="b", loglik=-12.0, converged=True)
    lost = Start(name="c", loglik=-9.0, converged=False, reason="the likelihood is flat")
    assert tell_starts([best, best]) == []
    assert "1 of 2 starts ended below the best" in tell_starts([best, lower])[0]
    words = tell_starts([best, lost])
    assert "1 of 2 starts did not converge" in words[0]
    assert "had a higher likelihood" in words[1]
    assert "no search converged" in tell_starts([lost])[0]

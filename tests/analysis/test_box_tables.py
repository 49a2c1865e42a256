"""Cases of tables and runs, and boxes as plain values."""

import numpy as np
import pytest

from detente.analysis.box_tables import cases_of_table, describe_boxes, describe_tree
from detente.analysis.cart import grow_tree
from detente.analysis.discovery import find_box
from detente.errors import UsageError


def test_words_for_true_and_false_are_read(tmp_path):
    # oracle by hand
    path = tmp_path / "cases.csv"
    path.write_text("a,failed\n1,yes\n2,No\n3,TRUE\n", encoding="utf-8")
    columns, values, _ = cases_of_table(path, "failed")
    assert columns["a"].tolist() == [1, 2, 3]
    assert values == [1, 0, 1]
    path.write_text("a,failed\n1,maybe\n2,no\n", encoding="utf-8")
    with pytest.raises(UsageError, match="neither a number nor true or false") as caught:
        cases_of_table(path, "failed")
    assert caught.value.at == f"{path}:2  failed"
    with pytest.raises(UsageError, match="has no column 'x'"):
        cases_of_table(path, "x")


def test_cases_of_leaves_and_of_a_search_add_up():
    # oracle by hand: 25 of 100 cases are of interest, those with a above 74
    columns = {"a": np.arange(100.0), "b": np.arange(100.0) % 7}
    wanted = (columns["a"] > 74).astype(int)
    tree = describe_tree(grow_tree(columns, wanted, depth=2), "y")
    assert (tree["cases"], tree["of_interest"]) == (100, 25)
    search = find_box(columns, wanted)
    found = describe_boxes(search, [search.balanced], "y")
    assert (found["outcome"], found["cases"], found["of_interest"]) == ("y", 100, 25)
    assert found["boxes"][0]["density"] > 0.9
    assert found["boxes"][0]["limits"][0]["input"] == "a"

"""How many inputs are judgement. Oracle: hand, on the template with sources changed, and the files of shipped crises."""

from dataclasses import replace

import pytest

from detente.analysis.driver_tables import drivers_in_run
from detente.analysis.provenance import StandingCount, count_standing, standing_of
from detente.analysis.reading import uncertain_paths
from detente.crisis import load_crisis
from detente.runs import run_ensemble
from detente.testing import tiny_crisis_folder


@pytest.fixture
def crisis(tmp_path):
    return load_crisis(tiny_crisis_folder(tmp_path))


@pytest.mark.parametrize(
    ("sources", "standing"),
    [
        (("gazette",), "sourced"),
        (("judgement",), "judgement"),
        (("gazette", "judgement"), "partly judgement"),
        ((), "sourced"),
    ],
)
def test_one_source_of_several_makes_it_partly_judgement(crisis, sources, standing):
    """Oracle: hand, the definition of decision 0091."""
    quantity = replace(crisis.quantities["war.gain"], sources=sources)
    assert standing_of(crisis, quantity) == standing


def test_a_position_with_a_range_is_the_authors_reading(crisis):
    """Oracle: hand; a position on a scale of the file, whatever its source, and not where it is set."""
    (path, *_) = [name for name in crisis.quantities if name.startswith("positions.")]
    quantity = replace(crisis.quantities[path], sources=("gazette",))
    assert standing_of(crisis, quantity) == "partly judgement"
    fixed = crisis.set({path: "50"}).quantities[path]
    assert standing_of(crisis, replace(fixed, sources=("gazette",))) == "sourced"


def test_counts_add_up_by_grade(crisis):
    """Oracle: hand; every quantity stands in one grade and one standing."""
    paths = uncertain_paths(crisis)
    count = count_standing(crisis, [*paths, "no.such"])
    assert count.n == len(paths)
    cells = [(standing, n) for _, counts in count.by_grade for standing, n in counts]
    assert sum(n for _, n in cells) == count.n
    assert sum(n for standing, n in cells if standing == "judgement") == count.wholly
    assert sum(n for standing, n in cells if standing == "partly judgement") == count.partly
    assert count.judged == count.wholly + count.partly


def count(n, wholly, partly, memory):
    return StandingCount(n=n, wholly=wholly, partly=partly, memory=memory, by_grade=())


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (count(0, 0, 0, 0), "there are no inputs"),
        (count(4, 0, 0, 0), "none of 4 inputs rests on the authors' judgement or on memory"),
        (
            count(4, 1, 1, 1),
            "of 4 inputs 1 is the authors' judgement, 1 rests partly on it, 1 is from memory",
        ),
        (
            count(9, 2, 3, 0),
            "of 9 inputs 2 are the authors' judgement, 3 rest partly on it",
        ),
        (count(9, 0, 3, 0), "of 9 inputs 3 rest partly on the authors' judgement"),
        (count(9, 0, 0, 1), "of 9 inputs 1 is from memory"),
    ],
)
def test_each_case_is_said(counted, said):
    """Oracle: hand."""
    assert counted.words("inputs") == said


def test_the_reader_counted_right():
    """Oracle: independent code, the file read as text; most uncertain inputs of the reference crisis name judgement."""
    crisis = load_crisis("ukraine-2022")
    text = (crisis.folder / "crisis.yaml").read_text(encoding="utf-8")
    paths = [path for path in uncertain_paths(crisis) if f"\n  {path}: " in text]
    lines = {path: text.split(f"\n  {path}: ", 1)[1].split("\n  ", 1)[0] for path in paths}
    named = [path for path in paths if "judgement" in lines[path].split("source:")[-1]]
    found = count_standing(crisis, paths)
    assert found.judged == len(named)
    assert found.judged > 0.9 * 143


def test_drivers_say_the_standing_of_each_quantity(crisis, tmp_path):
    """Oracle: independent code."""
    run = run_ensemble(crisis, folder=tmp_path / "run", n_draws=64, seed=1)
    data = drivers_in_run(run, "attack", None)
    rows = data["quantities"]
    assert [row["standing"] for row in rows] == [
        standing_of(crisis, crisis.quantities[row["name"]]) for row in rows
    ]
    strongest = data["judgement"]["strongest"]
    assert strongest["quantities"] == min(10, len(rows))
    assert strongest["judgement"] == sum(row["standing"] == "judgement" for row in rows[:10])

"""The few names of a notebook: what they import, in which order, and what they give. Oracle: hand, unless said."""

import gc
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

import detente
from detente.engine import Engine
from detente.errors import RunError, UsageError
from detente.runs import Run, run_ensemble

TEMPLATE = files("detente.crisis") / "templates" / "coercion"
EVENTS = """date,actor,event,does
2030-01-16,NOR,More brigades arrive,evidence:north.revisionist=2
2030-01-18,WES,Westmark sends arms,move:arm
2030-03-20,WES,Too late,noise
"""


@pytest.fixture(scope="module")
def crisis():
    return detente.load(TEMPLATE)


@pytest.fixture(scope="module")
def run(crisis):
    return detente.run(crisis, draws=64)


def python(script):
    found = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return found.stdout.split()


def test_the_package_imports_nothing_that_computes():
    script = "import detente, sys; print(*(n for n in sys.modules if n.partition('.')[0] in {'numpy', 'detente'}))"
    assert set(python(script)) == {"detente", "detente.lazily"}


def test_every_name_is_offered():
    assert set(detente.__all__) <= set(dir(detente))
    for name in detente.__all__:
        assert callable(getattr(detente, name)), name
    with pytest.raises(AttributeError, match=r"module 'detente' has no attribute 'nothing'"):
        _ = detente.nothing


@pytest.mark.parametrize("name", ["brief", "watch"])
@pytest.mark.parametrize(
    "first",
    [
        "import detente; detente.{name}; import detente.{name}",
        "import detente.{name}; import detente",
        "from detente import {name}; import detente.{name}, detente",
        "import detente.cli; import detente",
    ],
)
def test_a_package_can_be_called_whatever_was_imported_first(name, first):
    """Oracle: the import system, which sets a package's name for a submodule."""
    script = first.format(name=name)
    script += f"; import sys; print(callable(detente.{name}), detente.{name} is sys.modules['detente.{name}'])"
    assert python(script) == ["True", "True"]


def test_a_run_without_a_folder_goes_with_the_object(crisis):
    made = detente.run(crisis, draws=64, policies=["free"])
    folder = made.folder
    assert (folder / "manifest.json").is_file()
    assert made.values("attack", "free").shape == (64,)
    del made
    gc.collect()
    assert not folder.exists()


def test_a_run_that_fails_leaves_no_folder(crisis, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(UsageError, match="no policy"):
        detente.run(crisis, draws=64, policies=["nonesuch"])
    assert list(tmp_path.iterdir()) == []


def test_a_run_in_a_folder_goes_on_there(crisis, tmp_path):
    # oracle: independent code, the run that was made at once
    told = []
    short = detente.run(crisis, draws=64, folder=tmp_path, policies=["free", "arm"])
    longer = detente.run(
        crisis,
        draws=128,
        folder=tmp_path,
        policies=["free", "arm"],
        progress=lambda done, total: told.append((done, total)),
    )
    np.testing.assert_array_equal(
        longer.values("attack", "arm")[:64], short.values("attack", "arm")
    )
    assert told[0] == (64, 128)
    assert told[-1] == (128, 128)


def test_a_metric_is_read_under_the_base_case_unless_told(run):
    base = run.policy_ids[0]
    np.testing.assert_array_equal(run.values("attack"), run.values("attack", base))
    np.testing.assert_array_equal(
        run.values("quantity/war.gain"), run.values("quantity/war.gain", "")
    )
    assert run.summary("attack") == run.summary("attack", base)
    assert run.drivers("attack").policy == base
    assert run.drivers("attack").rows == run.drivers("attack", base).rows


def test_drivers_are_a_sequence_with_labels(run, crisis):
    table = run.drivers("attack")
    assert [(row.path, row.effect) for row in table] == run.effects("attack")
    assert table[0] is table.rows[0]
    assert len(table) == len(run.quantities())
    assert table.labels["war.gain"] == crisis.quantities["war.gain"].label


def test_policies_are_compared_by_the_numbers_of_the_run(run):
    # oracle: independent code
    table = run.policies()
    assert [row.policy for row in table] == list(run.policy_ids)
    assert len(table) == len(run.policy_ids)
    for row, regret in zip(table, run.regret().rows, strict=True):
        assert row.attack == run.summary("attack", row.policy)
        assert row.regret == regret
        assert sum(item.mean for item in row.outcomes.values()) == pytest.approx(1.0)
    assert table["arm"].policy == "arm"
    with pytest.raises(KeyError):
        table["nonesuch"]


def test_a_briefing_of_a_run_is_that_of_its_crisis(run, crisis, tmp_path):
    # oracle: independent code
    from detente.brief import compose, to_markdown

    brief = detente.brief(run)
    assert to_markdown(brief) == to_markdown(compose(crisis, run))
    paths = brief.write(tmp_path)
    assert paths.html.is_file()
    assert paths.markdown.read_text("utf-8") == to_markdown(brief)


def test_a_run_that_does_not_know_its_crisis_is_not_briefed(run):
    with pytest.raises(UsageError, match=r"does not know its crisis.*\n.*\n.*Run\.open") as caught:
        detente.brief(Run.open(run.folder))
    assert caught.value.code == "option-invalid"


def test_a_run_is_opened_with_its_own_crisis_only(run, crisis):
    assert Run.open(run.folder, crisis=crisis).crisis is crisis
    with pytest.raises(RunError) as caught:
        Run.open(run.folder, crisis=crisis.set({"war.gain": 30}))
    assert caught.value.code == "run-mismatch"


def test_a_watch_keeps_the_days_of_its_events(crisis, tmp_path):
    # oracle: independent code, the diary of the readings
    from detente.watch import keep_diary, read_events, understand

    table = tmp_path / "reports.csv"
    table.write_text(EVENTS, encoding="utf-8")
    diary = detente.watch(crisis, table, until="2030-01-20", draws=16)
    readings = understand(read_events(table)[0][:2], crisis)
    until = diary.days[-1]["day"]
    assert until == "2030-01-20"
    kept = keep_diary(
        crisis,
        readings,
        folder=tmp_path / "kept",
        until=crisis.calendar[0].replace(day=20),
        n_draws=16,
    )
    assert diary.days == kept
    assert [row[2] for row in diary.left_out] == ["after the last day, 2030-01-20"]
    again = detente.watch(crisis, table, until="2030-01-20", draws=16, folder=tmp_path / "kept")
    assert again.days == kept


@pytest.mark.parametrize(
    ("options", "words"), [({"until": "soon"}, "'soon' is no day"), ({}, "ships no events")]
)
def test_a_watch_says_what_it_lacks(crisis, options, words):
    with pytest.raises(UsageError, match=words):
        detente.watch(crisis, draws=16, **options)


def test_a_seat_is_taken_with_the_types_given_and_the_others_drawn(crisis):
    seat = detente.start(crisis, {"north": "revisionist"})
    assert seat.state["north.type"] == "revisionist"
    assert seat.state["west.type"] in {"resolute", "hollow"}
    drawn = {Engine(crisis).start({}, seed=seed).state["west.type"] for seed in range(1, 30)}
    assert drawn == {"resolute", "hollow"}
    first = seat.available()[0]
    assert seat.choose(first).history[0].choice == first


def test_types_are_drawn_as_often_as_the_prior_says(crisis):
    # oracle: theorem, a share of n draws lies within four standard errors
    certain = crisis.set({"types.west.resolute": 0.9})
    engine = Engine(certain)
    n = 100
    share = sum(engine.start({}, seed=seed).state["west.type"] == "resolute" for seed in range(n))
    assert abs(share / n - 0.9) < 4 * (0.9 * 0.1 / n) ** 0.5


def test_types_that_are_none_are_refused(crisis):
    for types, code in (({"north": "tall"}, "type-unknown"), ({"moon": "x"}, "player-unknown")):
        with pytest.raises(UsageError) as caught:
            detente.start(crisis, types)
        assert caught.value.code == code
    assert detente.start(crisis).chance()


def test_the_run_of_a_sub_ensemble_is_that_of_the_package(crisis, tmp_path):
    # oracle: independent code
    mine = detente.run(crisis, draws=64, policies=["free"])
    other = run_ensemble(crisis, folder=tmp_path, n_draws=64, policies=["free"])
    np.testing.assert_array_equal(mine.values("attack"), other.values("attack"))

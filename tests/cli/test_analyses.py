"""``detente discover``, ``policies`` and ``diff``: tables, runs and crises in, numbers and words out."""

import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.cli import main

TEMPLATE = str(Path(detente.crisis.__file__).with_name("templates") / "coercion")


def run(capsys, monkeypatch, *arguments):
    """Return the exit code, standard output and standard error of a command."""
    monkeypatch.setattr(sys, "argv", ["detente", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    output = capsys.readouterr()
    return left.value.code, output.out, output.err


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(1)
    x, count = rng.random(400), rng.integers(0, 5, 400)
    kind = np.array(["calm", "tense"])[rng.integers(0, 2, 400)]
    bad = (x > 0.6) & (kind == "tense")
    rows = ["x,count,kind,bad,cost"]
    rows += [
        f"{a:.6f},{b},{c},{int(d)},{a + d:.4f}"
        for a, b, c, d in zip(x, count, kind, bad, strict=True)
    ]
    path = tmp_path / "cases.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_table_is_searched_for_boxes(capsys, monkeypatch, table):
    code, out, _ = run(
        capsys, monkeypatch, "discover", table, "--outcome", "bad", "--leave-out", "cost", "--json"
    )
    assert code == 0
    data = json.loads(out)
    (box,) = data["boxes"]
    # oracle by construction
    limits = {limit["input"]: limit for limit in box["limits"]}
    assert set(limits) == {"x", "kind"}
    assert limits["kind"]["categories"] == ["tense"]
    assert limits["x"]["low"] == pytest.approx(0.6, abs=0.05)
    assert limits["x"]["high"] is None
    assert box["words"].startswith("x is at least 0.")
    assert data["trajectory"][0]["coverage"] == 1.0
    text = run(capsys, monkeypatch, "discover", table, "--outcome", "bad", "--leave-out", "cost")[1]
    assert "quasi-p" in text
    assert f"{data['boxes'][0]['cases']:,} cases in which" in text


def test_a_box_may_be_chosen_and_a_tree_grown(capsys, monkeypatch, table):
    some = ("discover", table, "--outcome", "cost", "--threshold", "1.5", "--leave-out", "bad")
    data = json.loads(run(capsys, monkeypatch, *some, "--box", "3", "--json")[1])
    assert data["boxes"][0] == data["trajectory"][3]
    grown = json.loads(run(capsys, monkeypatch, *some, "--tree", "--json")[1])
    assert sum(leaf["cases"] for leaf in grown["leaves"]) == 400
    assert "impurity" in run(capsys, monkeypatch, *some, "--tree")[1]
    below = json.loads(run(capsys, monkeypatch, *some, "--below", "--json")[1])
    assert below["of_interest"] > data["of_interest"]


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("x,y\n1,0\n2,1\n", ["--outcome", "z"], "table-column-missing"),
        ("x,y\n1,0\n2\n", ["--outcome", "y"], "table-row-invalid"),
        ("x,y\n1,0\n,1\n", ["--outcome", "y"], "table-row-invalid"),
        ("x,x\n1,0\n2,1\n", ["--outcome", "x"], "table-row-invalid"),
        ("x,y\n1,0\n2,maybe\n", ["--outcome", "y"], "value-type"),
        ("x,y\n1,0\n2,3\n", ["--outcome", "y"], "option-invalid"),
        ("x\n1\n", ["--outcome", "x"], "table-row-invalid"),
        ("", ["--outcome", "x"], "table-row-invalid"),
        ("x,y\n1,0\n2,1\n", ["--outcome", "y", "--box", "9"], "option-invalid"),
        ("x,y\n1,0\n2,1\n", ["--outcome", "y", "--objective", "best"], "option-invalid"),
        ("x,y\n1,0\n2,1\n", ["--outcome", "y", "--input", "q"], "option-invalid"),
        ("x,y\n1,0\n2,1\n", ["--outcome", "y", "--leave-out", "q"], "table-column-missing"),
    ],
)
def test_bad_tables_are_refused_with_a_code(capsys, monkeypatch, tmp_path, text, options, code):
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    status, _, err = run(capsys, monkeypatch, "discover", path, *options)
    assert status == 2
    assert f"[{code}]" in err
    assert "fix:" in err


def test_files_that_cannot_be_read_are_refused(capsys, monkeypatch, tmp_path):
    path = tmp_path / "cases.csv"
    assert "[file-missing]" in run(capsys, monkeypatch, "discover", path, "--outcome", "y")[2]
    path.write_bytes(b"x,y\n\xff,1\n")
    assert "[file-not-utf8]" in run(capsys, monkeypatch, "discover", path, "--outcome", "y")[2]
    assert "[run-corrupt]" in run(capsys, monkeypatch, "discover", tmp_path, "--outcome", "y")[2]


def test_policies_of_a_crisis_are_compared_and_searched(capsys, monkeypatch):
    some = ("policies", TEMPLATE, "--draws", "20")
    data = json.loads(
        run(
            capsys,
            monkeypatch,
            *some,
            "--satisfy",
            "attack<=0.5",
            "--adapt",
            "nothing,threaten,subvert",
            "--json",
        )[1]
    )
    names = [policy["id"] for policy in data["policies"]]
    assert names == ["free", "arm", "offer", "threaten", "nothing", "nothing>threaten@subvert"]
    assert all(0.0 <= policy["good_enough"] <= 1.0 for policy in data["policies"])
    assert any(policy["pareto"] for policy in data["policies"])
    shares = [policy["aims"]["attack"]["best_share"] for policy in data["policies"]]
    assert sum(shares) == pytest.approx(1.0)
    text = run(capsys, monkeypatch, *some, "--satisfy", "attack<=0.5")[1]
    assert "Good enough (attack <= 0.5)" in text
    found = json.loads(run(capsys, monkeypatch, *some, "--search", "--aims", "attack", "--json")[1])
    assert found["exhaustive"]
    assert found["pareto"][0]["aims"]["attack"]["mean"] == pytest.approx(
        min(policy["aims"]["attack"]["mean"] for policy in data["policies"][:5]), abs=0.02
    )
    assert "combinations of commitments" in run(capsys, monkeypatch, *some, "--search")[1]


@pytest.mark.parametrize(
    ("adapt", "reason", "words"),
    [
        ("nothing,threaten,shut", "unseen", "before a choice of its own"),
        ("arm,arm,subvert", "alike", "both policies leave the same choices"),
    ],
)
def test_adapting_that_changes_nothing_is_said_with_its_reason(
    capsys, monkeypatch, adapt, reason, words
):
    """Oracle: hand: the pipeline is shut after the last choice; in the second both policies are one."""
    some = ("policies", TEMPLATE, "--draws", "8", "--adapt", adapt)
    data = json.loads(run(capsys, monkeypatch, *some, "--json")[1])
    (item,) = data["idle_switches"]
    assert item["reason"] == reason
    start, adaptive = (
        next(policy for policy in data["policies"] if policy["id"] == name)
        for name in (adapt.split(",")[0], item["id"])
    )
    assert start["aims"] == adaptive["aims"]
    text = run(capsys, monkeypatch, *some)[1]
    assert "Adapting changes nothing in" in text
    assert words in text


def test_adapting_that_changes_something_is_not_called_idle(capsys, monkeypatch):
    """Oracle: hand: the west sees subversion (as talks) and may then arm or not."""
    some = ("policies", TEMPLATE, "--draws", "8", "--adapt", "nothing,threaten,subvert")
    assert json.loads(run(capsys, monkeypatch, *some, "--json")[1])["idle_switches"] == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--aims", "attack:best"], "option-invalid"),
        (["--aims", "nothing/here"], "path-unknown"),
        (["--satisfy", "attack=1"], "option-invalid"),
        (["--adapt", "free,arm"], "option-invalid"),
        (["--adapt", "free,nobody,subvert"], "policy-invalid"),
        (["--search", "--phase", "nowhere"], "option-invalid"),
    ],
)
def test_bad_questions_about_policies_are_refused(capsys, monkeypatch, options, code):
    status, _, err = run(capsys, monkeypatch, "policies", TEMPLATE, "--draws", "4", *options)
    assert status == 2
    assert f"[{code}]" in err


def test_briefings_runs_and_crises_are_compared(capsys, monkeypatch, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    common = ("brief", TEMPLATE, "--draws", "64", "--policy", "free", "--policy", "arm")
    assert run(capsys, monkeypatch, *common, "--out", one)[0] == 0
    change = ("--set", "prior.revisionist=0.6")
    code, _, err = run(capsys, monkeypatch, *common, *change, "--out", two)
    assert code == 0, err
    data = json.loads(run(capsys, monkeypatch, "diff", one, two, "--json")[1])
    assert [item["path"] for item in data["inputs"]] == ["prior.revisionist"]
    moved = {item["id"]: item for item in data["figures"]}["outlook.attack"]
    assert moved["change"] == pytest.approx(moved["after"] - moved["before"])
    assert "figures moved" in run(capsys, monkeypatch, "diff", one, two)[1]
    runs = [next((folder / "run").iterdir()) for folder in (one, two)]
    rows = json.loads(run(capsys, monkeypatch, "diff", *runs, "--json")[1])
    paired = {item["id"]: item for item in rows["figures"]}["attack"]
    assert paired["change"] == pytest.approx(moved["change"], abs=1e-6)
    assert paired["change_interval"][0] <= paired["change"] <= paired["change_interval"][1]
    table = json.loads(
        run(capsys, monkeypatch, "policies", one, "--satisfy", "attack<=0.5", "--json")[1]
    )
    assert [policy["id"] for policy in table["policies"]] == ["free", "arm"]
    code, out, _ = run(
        capsys, monkeypatch, "discover", one, "--outcome", "attack", "--threshold", "0.2"
    )
    assert code == 0
    assert "are of interest" in out
    status, _, err = run(capsys, monkeypatch, "diff", one, runs[0])
    assert (status, "[option-invalid]" in err) == (2, True)
    status, _, err = run(capsys, monkeypatch, "policies", one, "--search")
    assert (status, "[option-invalid]" in err) == (2, True)


def test_two_versions_of_a_crisis_are_split_among_their_inputs(capsys, monkeypatch, tmp_path):
    from detente.testing.crises import template_document, tiny_crisis_folder, write_document

    folder = tiny_crisis_folder(tmp_path)
    document = template_document()
    path = "prior.revisionist"
    entry = document["quantities"][path]
    for shape in ("value", "uniform", "triangular", "normal", "lognormal", "beta"):
        entry.pop(shape, None)
    entry["value"] = 0.65
    document["policies"]["free"]["fix"] = {"answer@1": "arm"}
    write_document(folder, document)
    data = json.loads(
        run(capsys, monkeypatch, "diff", TEMPLATE, folder, "--draws", "4", "--json")[1]
    )
    assert [item["path"] for item in data["inputs"]] == [path]
    assert data["rules"] == ["policies.free"]
    split = data["split"]
    parts = sum(part["part"] for part in split["parts"])
    assert parts == pytest.approx(split["after"] - split["before"])
    assert len(split["parts"]) == 2
    text = run(capsys, monkeypatch, "diff", TEMPLATE, folder, "--draws", "4")[1]
    assert "rules of the game" in text
    many = run(capsys, monkeypatch, "diff", TEMPLATE, folder, "--draws", "100000")[1]
    assert "ask for fewer --draws" in many
    other = run(capsys, monkeypatch, "diff", TEMPLATE, "ukraine-2022")[1]
    assert "these are two crises" in other
    same = run(capsys, monkeypatch, "diff", TEMPLATE, TEMPLATE)[1]
    assert "nothing differs" in same


def test_drivers_of_a_run_and_of_a_crisis(capsys, monkeypatch, tmp_path):
    out = tmp_path / "out"
    run(capsys, monkeypatch, "brief", TEMPLATE, "--draws", "64", "--policy", "free", "--out", out)
    data = json.loads(run(capsys, monkeypatch, "drivers", out, "--json")[1])
    orders = [row["first_order"] for row in data["quantities"]]
    assert orders == sorted(orders, reverse=True)
    assert "PAWN" in run(capsys, monkeypatch, "drivers", out)[1]
    assert data["is_crisis_at_hand"] is False
    shutil.copytree(TEMPLATE, tmp_path / "my-crisis")
    monkeypatch.chdir(tmp_path)
    text = run(capsys, monkeypatch, "drivers", out)[1]
    known = json.loads(run(capsys, monkeypatch, "drivers", out, "--json")[1])
    assert known["is_crisis_at_hand"]
    every = {row["name"] for row in data["quantities"]}
    ranked = {row["name"] for row in known["quantities"]}
    # oracle: hand; the template's exposure to gas is read by no consideration of the game, only by a briefing
    assert every - ranked == set(known["not_read"]) != set()
    assert {row["beyond_chance"] for row in known["quantities"]} == {True, False}
    assert "the result does not read" in text
    some = ("drivers", TEMPLATE, "--quantity", "prior.revisionist", "--quantity", "rationality")
    found = json.loads(
        run(capsys, monkeypatch, *some, "--tornado", "--sobol", "8", "--policy", "arm", "--json")[1]
    )
    assert {row["name"] for row in found["tornado"]} == {"prior.revisionist", "rationality"}
    assert found["sobol"]["base_points"] == 8
    assert found["policy"] == "arm"
    text = run(capsys, monkeypatch, *some, "--tornado", "--sobol", "8")[1]
    assert "reference" in text
    assert "base points" in text
    for bad in (("drivers", TEMPLATE), ("drivers", out, "--tornado"), (*some, "--sobol", "7")):
        status, _, err = run(capsys, monkeypatch, *bad)
        assert (status, "[option-invalid]" in err) == (2, True)


def test_tables_are_short_unless_all_is_asked_for(capsys, monkeypatch, tmp_path):
    """Labels stand where there are some, and ten rows at most; oracle: hand."""
    table = tmp_path / "cases.csv"
    rows = "".join(f"{i % 97},{i * 7 % 101},{int(i % 97 > 60)}\n" for i in range(400))
    table.write_text("x,y,bad\n" + rows, encoding="utf-8")
    few = run(capsys, monkeypatch, "discover", table, "--outcome", "bad")[1]
    full = run(capsys, monkeypatch, "discover", table, "--outcome", "bad", "--all")[1]
    boxes, every = (
        [line for line in text.splitlines() if re.search(r" (start|peel|paste)( +<-.*)?$", line)]
        for text in (few, full)
    )
    # the choices are always among them
    assert 10 <= len(boxes) <= 12 < len(every)
    assert (boxes[0], boxes[-1]) == (every[0], every[-1])
    assert [line for line in boxes if "<-" in line] == [line for line in every if "<-" in line]
    assert f"{len(boxes)} of {len(every)} boxes; --all shows all of them" in few
    assert "--all" not in full
    out = run(capsys, monkeypatch, "policies", TEMPLATE, "--draws", "4")[1]
    labels = [policy.label for policy in detente.load(str(TEMPLATE)).policies.values()]
    assert all(f"\n{label} " in out for label in labels[:5])

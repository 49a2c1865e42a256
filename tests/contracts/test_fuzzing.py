"""The fuzzer sees what it must see: each fault is planted once and found; a good command is at no fault.

Oracle: hand; every planted fault is one that the module of oracles lists.
"""

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[2] / "tools" / "fuzz"


@pytest.fixture
def tools(monkeypatch):
    """Return the modules of the fuzzer, which stand in a folder of their own."""
    monkeypatch.syspath_prepend(str(FUZZ))
    import children
    import oracles

    yield children, oracles
    for name in ("children", "oracles"):
        sys.modules.pop(name)


def outcome(children, **changed):
    usual = {
        "exit_code": 0,
        "hung": False,
        "wall_s": 1,
        "cpu_s": 1,
        "peak_bytes": 1,
        "out": "",
        "err": "",
    }
    return children.Outcome(**(usual | changed))


PLANTED = {
    "traceback": {"exit_code": 1, "err": "Traceback (most recent call last):\n  x\nKeyError: 'a'"},
    "exit 1": {"exit_code": 1},
    "uncoded": {"exit_code": 2, "err": "it did not work"},
    "no fix": {"exit_code": 2, "err": "UsageError: no [path-unknown]"},
    "hang": {"hung": True, "exit_code": -9},
    "memory": {"peak_bytes": 7 * 2**30},
    "warning": {"err": "/x.py:3: RuntimeWarning: overflow encountered"},
    "control U+001B": {"out": "\x1b[31m"},
    "control U+202E": {"err": "a\u202eb"},
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_seen(tools, fault):
    children, oracles = tools
    faults = oracles.judge(outcome(children, **PLANTED[fault]), exit_codes=(0, 2), wanted="any")
    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_what_is_wanted_is_judged(tools):
    children, oracles = tools
    refused = outcome(
        children, exit_code=2, err="UsageError: no [path-unknown]\n  at: -\n  fix: do"
    )
    assert oracles.judge(refused, exit_codes=(0, 2), wanted="refuse") == []
    assert oracles.judge(refused, exit_codes=(0, 2), wanted="accept") == ["refused"]
    assert oracles.judge(outcome(children), exit_codes=(0, 2), wanted="refuse") == ["accepted"]


FILES = {
    "page.html": ("<p onclick='x'>a</p>", "active onclick"),
    "linked.html": ("<a href='javascript:x'>a</a>", "active href"),
    "script.html": ("<script>1</script>", "active 1 scripts"),
    "picture.svg": ("<svg xmlns='http://www.w3.org/2000/svg'><image/></svg>", "active image"),
    "notes.md": ("see <script>", "active <script"),
    "brief.json": ('{"a": NaN}', "json NaN"),
    "table.csv": ("a\x07b", "control table.csv U+0007"),
    ".x.part": ("", "left over"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_planted_file_is_seen(tools, tmp_path, name):
    text, fault = FILES[name]
    (tmp_path / name).write_text(text, "utf-8")
    faults = tools[1].judge_files(tmp_path, scripts=0)
    assert len(faults) == 1
    assert faults[0].startswith(fault)


@pytest.mark.slow
def test_every_category_runs_and_finds_nothing(tmp_path):
    """Oracle: theorem; the listed faults are what no input may bring about."""
    command = [sys.executable, FUZZ, "all", "--count", "5", "--seed", "11"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("5 tried, 0 at fault") == 14

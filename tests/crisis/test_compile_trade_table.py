"""The script that compiles a compact trade table writes the table and where it comes from."""

import io
import json
import runpy
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from detente.crisis.trade_tables import TradeTable, read_trade_table, write_trade_table

SCRIPT = Path(__file__).parents[2] / "tools" / "compile_trade_table.py"


def run(tmp_path, mapping, *, licence="CC-BY-4.0", sell_more=0.0):
    rng = np.random.default_rng(1)
    intermediate = rng.uniform(0.1, 1.0, (3, 2, 3, 2))
    final = rng.uniform(5.0, 9.0, (3, 2, 3))
    final[0, 0, 1] = -0.5
    output = intermediate.sum(axis=(2, 3)) + final.sum(axis=2)
    output[0, 0] += sell_more
    source = tmp_path / "source.csv"
    table = TradeTable(
        regions=("A", "B", "C"),
        sectors=("x", "y"),
        intermediate=intermediate,
        final=final,
        output=output,
    )
    write_trade_table(table, source)
    (tmp_path / "mapping.csv").write_text(mapping, encoding="utf-8")
    words = [
        str(SCRIPT),
        str(source),
        str(tmp_path / "mapping.csv"),
        "--out",
        str(tmp_path / "small.csv"),
        "--source",
        "somebody2020",
        "--address",
        "https://example.org",
        "--licence",
        licence,
        "--year",
        "2014",
    ]
    return start(words), table


def start(words):
    """Run the script in this process as the interpreter would run it."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as left:
            runpy.run_path(words[0], run_name="__main__")
    return SimpleNamespace(returncode=left.value.code, stdout=out.getvalue(), stderr=err.getvalue())


MAPPING = (
    "kind,code,group\nregion,A,west\nregion,B,east\nregion,C,west\nsector,x,all\nsector,y,all\n"
)


def test_table_and_provenance(tmp_path):
    done, table = run(tmp_path, MAPPING)
    assert done.returncode == 0, done.stderr
    small = read_trade_table(tmp_path / "small.csv")
    assert small.regions == ("west", "east")
    assert small.sectors == ("all",)
    bought = table.intermediate[1, :, 1].sum()
    assert small.intermediate[1, 0, 1, 0] == pytest.approx(bought, rel=1e-9)
    provenance = json.loads((tmp_path / "small.provenance.json").read_text(encoding="utf-8"))
    assert provenance["may_ship"] is True
    assert provenance["source"] == "somebody2020"
    assert len(provenance["input_sha256"]) == 64
    assert provenance["mapping"]["region"]["C"] == "west"


def test_a_licence_that_is_not_known_to_be_free_may_not_ship(tmp_path):
    done, _ = run(tmp_path, MAPPING, licence="unverified")
    assert "may ship: False" in done.stdout


@pytest.mark.parametrize(
    ("mapping", "sell_more", "said"),
    [
        (MAPPING.replace("region,C,west\n", ""), 0.0, "'C' is in no group"),
        (MAPPING, 9.0, "does not balance: A_x"),
    ],
)
def test_nothing_is_written_if_a_check_fails(tmp_path, mapping, sell_more, said):
    done, _ = run(tmp_path, mapping, sell_more=sell_more)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "small.csv").exists()
    assert not (tmp_path / "small.provenance.json").exists()

"""Tables of statistical projects. Oracle: the test system that pymrio ships, and hand."""

import csv
from importlib.util import find_spec

import numpy as np
import pytest

from detente.crisis.trade_sources import convert_mrio, read_mrio
from detente.errors import CrisisFileError, ModelError, UsageError
from detente.models.sanctions import InputOutputTable, calibrate_economy

pytestmark = pytest.mark.skipif(
    find_spec("pymrio") is None, reason="pymrio is not installed (extra trade)"
)


@pytest.fixture(scope="module")
def system():
    import pymrio  # slow to import: only where it is used

    return pymrio.load_test()


def as_table(read, **more):
    return InputOutputTable(
        regions=read.regions,
        sectors=read.sectors,
        intermediate=read.intermediate,
        final=read.final,
        output=read.output,
        **more,
    )


def test_a_system_becomes_a_table_with_the_same_sums(system):
    read = convert_mrio(system)
    assert read.regions == tuple(system.get_regions())
    assert read.sectors == tuple(system.get_sectors())
    assert read.intermediate.sum() == pytest.approx(float(system.Z.to_numpy().sum()))
    assert read.final.sum() == pytest.approx(float(system.Y.to_numpy().sum()))
    one = system.Z.loc[("reg2", "mining"), ("reg4", "food")]
    assert read.intermediate[1, 1, 3, 0] == pytest.approx(one)
    assert read.final[1, 1, 3] == pytest.approx(
        float(system.Y.loc[("reg2", "mining"), "reg4"].sum())
    )


def test_reported_output_is_checked_and_the_worst_row_is_named(system):
    whole = system.copy()
    whole.calc_all()
    calibrate_economy(as_table(convert_mrio(whole)).without_negatives())
    whole.x.iloc[9] *= 1.5
    with pytest.raises(ModelError, match="does not balance: reg2_mining") as caught:
        as_table(convert_mrio(whole))
    assert caught.value.code == "input-invalid"


def test_negative_value_added_is_refused(system):
    read = convert_mrio(system)
    spoilt = read.intermediate.copy()
    spoilt[:, :, 0, 0] *= 50.0
    sales = spoilt.sum(axis=(2, 3)) + read.final.sum(axis=2)
    with pytest.raises(ModelError, match="value added") as caught:
        InputOutputTable(
            regions=read.regions,
            sectors=read.sectors,
            intermediate=spoilt,
            final=read.final,
            output=sales,
        )
    assert "reg1_food" in str(caught.value)


def test_an_unknown_country_code_is_named_with_its_neighbours(system):
    table = as_table(convert_mrio(system))
    with pytest.raises(ModelError, match="unknown region code 'reg9'") as caught:
        table.region_positions(["reg9"])
    assert "reg" in caught.value.fix


def test_a_saved_system_is_read_back(system, tmp_path):
    system.save_all(tmp_path / "saved")
    read = read_mrio(tmp_path / "saved", source="pymrio")
    assert np.abs(read.intermediate - convert_mrio(system).intermediate).max() < 1e-9


def test_the_wide_form_of_figaro(tmp_path):
    """Oracle: hand. Labels of two letters, several kinds of final demand, rows of value added."""
    path = tmp_path / "figaro.csv"
    header = ["rowLabels", "AT_A01", "AT_B", "FI_A01", "FI_B", "AT_P3_S14", "AT_P51G", "FI_P3_S14"]
    rows = [
        ["AT_A01", 1, 2, 3, 4, 10, 5, 1],
        ["AT_B", 1, 1, 1, 1, 6, 0, 2],
        ["FI_A01", 0, 1, 2, 1, 1, 1, 9],
        ["FI_B", 1, 0, 1, 2, 0, 1, 8],
        ["W2_D1", 5, 5, 5, 5, 0, 0, 0],
    ]
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    read = read_mrio(path, source="figaro")
    assert (read.regions, read.sectors) == (("AT", "FI"), ("A01", "B"))
    assert read.final[0, 0].tolist() == [15.0, 1.0]
    assert read.other_rows == ("W2_D1",)


def test_what_is_missing_or_is_no_such_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="none of wiod"):
        read_mrio(tmp_path, source="gtap")
    with pytest.raises(CrisisFileError, match="no table") as caught:
        read_mrio(tmp_path / "nothing.xlsx", source="wiod")
    assert caught.value.code == "file-missing"
    (tmp_path / "empty").mkdir()
    for source in ("wiod", "oecd", "pymrio"):
        with pytest.raises(CrisisFileError, match="cannot read") as caught:
            read_mrio(tmp_path / "empty", source=source, year=2011)
        assert caught.value.code == "table-row-invalid"


def test_systems_that_lack_something_are_refused(system):
    broken = system.copy()
    broken.Z = system.Z.iloc[:-1, :-1]
    with pytest.raises(CrisisFileError, match="has no sector"):
        convert_mrio(broken)
    broken = system.copy()
    broken.Y = system.Y.drop(columns="reg3", level=0)
    with pytest.raises(CrisisFileError, match="reg3 has no final demand"):
        convert_mrio(broken)
    broken.Y = None
    with pytest.raises(CrisisFileError, match="no Z or no Y"):
        convert_mrio(broken)

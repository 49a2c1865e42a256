"""Tables and specifications for tests of fitting."""

import csv

import pytest

from detente.testing.disputes import draw_disputes


@pytest.fixture
def write_table(tmp_path):
    """Return a function that writes columns as a CSV file."""

    def write(columns, name="data.csv"):
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return path

    return write


@pytest.fixture
def disputes():
    """Columns of a made-up egame12 data set, drawn from the model itself."""
    return draw_disputes(400, seed=7)

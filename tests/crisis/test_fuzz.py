"""The loader takes anything: it ends in a crisis or in a CrisisFileError, never in something else.

Oracle: theorem; the two ends are the only ones that the function promises.
"""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from detente.crisis import Crisis, load_crisis
from detente.errors import CODES, CrisisFileError, UsageError
from detente.testing import tiny_crisis_folder, write_document
from detente.testing.profiles import examples
from detente.testing.strategies import broken_documents, crisis_documents, yaml_text

FUZZ = examples(25, suppress_health_check=list(HealthCheck))
TABLES = ("sources.csv", "exposures.csv", "positions.csv", "timeline.csv")


def load(folder, **options):
    """Return the crisis of a folder, or the error of ours that stands in its way."""
    try:
        return load_crisis(folder, **options)
    except (CrisisFileError, UsageError) as error:
        return error


def check(result):
    """Assert that a result is a crisis, or an error that says everything."""
    if isinstance(result, Crisis):
        return
    assert isinstance(result, CrisisFileError)
    assert result.findings
    for finding in result.findings:
        assert finding.code in CODES
        assert finding.message
        assert finding.fix
        assert finding.line >= 0
        assert str(finding)


@pytest.fixture(scope="module")
def work():
    """Return a folder that all examples share; each writes the file it changes."""
    with tempfile.TemporaryDirectory() as name:
        yield tiny_crisis_folder(Path(name))


@pytest.fixture(scope="module")
def whole():
    with tempfile.TemporaryDirectory() as name:
        yield tiny_crisis_folder(Path(name))


@FUZZ
@given(content=st.binary(max_size=400))
def test_random_bytes_end_in_an_error(work, content):
    (work / "crisis.yaml").write_bytes(content)
    error = load(work)
    assert isinstance(error, CrisisFileError)
    check(error)


@FUZZ
@given(text=yaml_text())
def test_random_yaml_ends_in_an_error(work, text):
    (work / "crisis.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    error = load(work)
    assert isinstance(error, CrisisFileError)
    check(error)


@FUZZ
@given(document=broken_documents())
def test_random_changes_end_in_a_crisis_or_an_error(work, document):
    write_document(work, document)
    check(load(work))


@FUZZ
@given(document=crisis_documents())
def test_other_figures_end_in_a_crisis(work, document):
    write_document(work, document)
    crisis = load(work)
    assert isinstance(crisis, Crisis), str(crisis)


@FUZZ
@given(data=st.data())
def test_random_bytes_put_into_the_file_end_in_a_crisis_or_an_error(work, whole, data):
    content = (whole / "crisis.yaml").read_bytes()
    place = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 40))
    junk = data.draw(st.binary(max_size=12) | yaml_text().map(str.encode))
    (work / "crisis.yaml").write_bytes(content[:place] + junk + content[place + cut :])
    check(load(work))


@FUZZ
@given(data=st.data())
def test_random_bytes_put_into_a_table_end_in_a_crisis_or_an_error(work, whole, data):
    shutil.copyfile(whole / "crisis.yaml", work / "crisis.yaml")
    name = data.draw(st.sampled_from(TABLES))
    content = (whole / name).read_bytes()
    place = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 40))
    junk = data.draw(st.binary(max_size=12) | st.text('",;\n\r01-x', max_size=12).map(str.encode))
    try:
        (work / name).write_bytes(content[:place] + junk + content[place + cut :])
        check(load(work))
    finally:
        (work / name).write_bytes(content)


@FUZZ
@given(
    path=st.sampled_from(
        [
            "war.gain",
            "prior.resolute",
            "state.talks",
            "types.north.limited",
            "rounds",
            "quantities.gas.share",
        ]
    )
    | st.text(max_size=12),
    text=st.text(max_size=8)
    | st.sampled_from(["0.5", "1..2", "none", "3", "-1", "1e999", "nan", "٣"]),
)
def test_random_assignment_ends_in_a_crisis_or_a_usage_error(whole, path, text):
    result = load(whole, overrides={path: text})
    if isinstance(result, Crisis):
        assert result.overrides == {path: text}
    else:
        assert isinstance(result, UsageError)
        assert result.code in CODES
        assert result.fix

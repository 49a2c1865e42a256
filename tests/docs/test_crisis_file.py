"""The reference page of the crisis file names every section, key, column and limit that the code has."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from detente.crisis.expectations import ExpectationEntry
from detente.crisis.reading import MAX_BYTES, MAX_DEPTH, MAX_NODES
from detente.crisis.schema import LIST_SECTIONS, MAPPING_SECTIONS, MAX_ROUNDS, Header
from detente.crisis.tables import COMMON_COLUMNS, MAX_ROWS, TABLE_COLUMNS
from detente.crisis.teaching import QuestionEntry, TeachingEntry

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "crisis-file.md"
TEXT = PAGE.read_text(encoding="utf-8")
MODELS = {
    "Header": Header,
    **MAPPING_SECTIONS,
    **LIST_SECTIONS,
    "expect": ExpectationEntry,
    "teaching": TeachingEntry,
    "question": QuestionEntry,
}


@pytest.mark.parametrize("section", MODELS)
def test_every_key_is_described(section):
    for name, info in MODELS[section].model_fields.items():
        assert re.search(rf"\b{info.alias or name}\b", TEXT)


@pytest.mark.parametrize("kind", TABLE_COLUMNS)
def test_columns_of_every_table_are_listed(kind):
    columns = [name for name in TABLE_COLUMNS[kind] if name not in COMMON_COLUMNS]
    assert f"| `{kind}` | `{', '.join(columns)}` |" in TEXT


def test_limits_are_those_of_the_code():
    assert f"{MAX_BYTES // 2**20} MiB" in TEXT
    for number in (MAX_ROWS, MAX_NODES, MAX_DEPTH):
        assert f"{number:,} " in TEXT
    assert f"{MAX_ROUNDS} rounds" in TEXT


@pytest.mark.parametrize("snippet", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_snippets_are_yaml(snippet):
    reader = YAML(typ="safe", pure=True)
    reader.allow_duplicate_keys = True
    assert isinstance(reader.load(snippet), dict | list)

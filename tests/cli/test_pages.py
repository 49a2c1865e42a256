"""``detente models``, ``units`` and ``schema --page`` show what the generated pages of the documentation show.

Oracle: the registers themselves; and hand.
"""

import json
import re
import sys

import pytest

from detente.cli import main
from detente.crisis import crisis_schema
from detente.crisis.registers import attributes, units
from detente.models import all_models


@pytest.fixture
def out_of(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["detente", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code, *capsys.readouterr()

    return run


def test_every_model_is_listed_and_can_be_shown(out_of):
    code, out, _ = out_of("models")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if re.match(r"\w+\.\w+ ", line)] == list(
        all_models()
    )
    assert ":func:" not in out
    for name, model in all_models().items():
        _, out, _ = out_of("models", name)
        assert model.reference.split()[0] in out
        for item in (*model.inputs, *model.outputs):
            assert f"\n{item.name} " in out
    data = json.loads(out_of("models", "--json")[1])
    assert [item["name"] for item in data] == list(all_models())


def test_an_unknown_model_is_refused_with_the_nearest(out_of):
    code, _, err = out_of("models", "deterrence.contst")
    assert code == 2
    assert "[model-unknown]" in err
    assert "deterrence.contest" in err


def test_every_unit_and_known_variable_is_shown(out_of):
    _, out, _ = out_of("units")
    for name in (*units(), *attributes()):
        assert re.search(rf"^{re.escape(name)} ", out, re.MULTILINE), name
    data = json.loads(out_of("units", "--json")[1])
    assert [item["name"] for item in data["units"]] == list(units())
    assert data["units"][[*units()].index("ratio")]["high"] is None


def test_the_page_of_the_schema_names_every_key(out_of):
    _, out, _ = out_of("schema", "--page")
    schema = crisis_schema()
    for entry in (schema, *schema["$defs"].values()):
        for key, value in entry.get("properties", {}).items():
            assert f"- `{key}` (" in out
            assert value.get("description", "") in out
    assert "- `phases` (list of phase, required): The steps of a round, in order." in out

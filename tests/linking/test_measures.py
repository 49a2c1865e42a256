"""The table of effects by measure: what is wrong in it is named with its place and a fix."""

import pytest

from detente.crisis import load_crisis
from detente.crisis.scaffold import new_crisis
from detente.errors import CrisisFileError
from detente.linking.measures import check_effect_outputs, effect_rows, find_measures

HEAD = (
    "id,kind,measure,label,channel,consent,on,quantity,horizon,low,value,high,unit,output,when,"
    "as_of,grade,confidence,source,claims\n"
)
GOOD = "A,range,banks,blocked banks,finance,,target,gdp,year,1,2,3,pct_gdp,,,2030-01-01,estimate,,judgement,"
TAIL = ",2030-01-01,estimate,,judgement,"


def load(tmp_path, *rows):
    folder = new_crisis("invented", tmp_path)
    (folder / "effects.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    file = folder / "crisis.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace(
            "  sources: sources.csv\n", "  sources: sources.csv\n  effects: effects.csv\n", 1
        ),
        "utf-8",
    )
    return load_crisis(folder)


def test_a_range_becomes_a_quantity(tmp_path):
    """Oracle: hand. Low, value and high are a triangular quantity that --set can change."""
    crisis = load(tmp_path, GOOD, f"B,none,swift,messaging,finance,,target,gdp,year,,,,,,{TAIL}")
    quantity = crisis.quantities["effects.A"]
    assert quantity.distribution.parameters == (1.0, 2.0, 3.0)
    assert quantity.unit == "pct_gdp"
    assert "effects.B" not in crisis.quantities
    assert [item.id for item in find_measures(crisis)] == ["banks", "swift"]
    assert crisis.set({"effects.A": 2.5}).quantities["effects.A"].distribution.parameters == (2.5,)


@pytest.mark.parametrize(
    ("row", "code", "word"),
    [
        (f"B,guess,x,,f,,target,gdp,year,,,,,,{TAIL}", "term-unknown", "guess"),
        (f"B,range,x,,f,,target,gdp,year,,,,,,{TAIL}", "table-row-invalid", "gives nothing"),
        (f"B,none,x,,f,,target,gdp,year,1,2,3,pct_gdp,,{TAIL}", "table-row-invalid", "range"),
        (f"B,range,x,,f,,target,gdp,year,1,2,,pct_gdp,,{TAIL}", "table-row-invalid", "range"),
        (
            f"B,range,x,,f,,target,gdp,year,3,2,1,pct_gdp,,{TAIL}",
            "distribution-invalid",
            "not in order",
        ),
        (f"B,none,x,,f,,target,gdp,decade,,,,,,{TAIL}", "term-unknown", "decade"),
        (f"B,none,x,,f,,target,jobs,year,,,,,,{TAIL}", "term-unknown", "jobs"),
        (f"B,none,x,,f,,moon,gdp,year,,,,,,{TAIL}", "term-unknown", "moon"),
        (f"B,none,x,,f,nobody,target,gdp,year,,,,,,{TAIL}", "mechanism-unknown", "nobody"),
        (f"B,output,x,,f,,target,gdp,year,,,,,none.loss,{TAIL}", "mechanism-unknown", "none"),
        (f"B,none,x,,f,,target,gdp,year,,,,,,moon=full{TAIL}", "variable-unknown", "moon"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, row, code, word):
    """Oracle: hand, one row wrong in one way."""
    with pytest.raises(CrisisFileError) as caught:
        load(tmp_path, GOOD, row)
    findings = [item for item in caught.value.findings if item.code == code]
    assert findings
    assert word in findings[0].message
    assert findings[0].file.endswith("effects.csv")
    assert findings[0].line == 3
    assert findings[0].fix


def test_an_output_that_the_model_does_not_give_is_named():
    """Oracle: hand. An effect on the target reads an output of the whole, one on members one by member."""
    from dataclasses import replace

    crisis = load_crisis("ukraine-2022")
    assert not list(check_effect_outputs(crisis))
    table = crisis.tables["effects"]
    rows = [row for row in effect_rows(crisis) if row.cells["output"]]
    wrong = replace(rows[0], cells={**rows[0].cells, "on": "members"})
    broken = replace(crisis, tables={**crisis.tables, "effects": replace(table, rows=(wrong,))})
    (finding,) = check_effect_outputs(broken)
    assert finding.code == "model-output-unknown"
    assert "for each member" in finding.message

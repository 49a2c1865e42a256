"""Folders made to run away: many names that are wrong at once, in loops that meet each other.

Oracle: hand; the time is bounded and so is the number of findings.
"""

import pytest

from detente.crisis import check_folder
from detente.crisis.draft import MAX_FINDINGS
from detente.testing import template_document, write_document


def many_sources(_, folder, n):
    """Every row of a long table names a source that is almost one of many others."""
    with (folder / "sources.csv").open("a") as table:
        table.writelines(f"key{k},x,y,2030-01-01,,\n" for k in range(n))
    with (folder / "timeline.csv").open("a") as table:
        table.writelines(f"T{k},2030-01-01,,x,2030,fact,,kex{k},,\n" for k in range(n))


def many_actors(document, folder, n):
    """Every row of exposures names an actor that is almost one of many others."""
    document["actors"] |= {f"A{k}": {"name": "x", "kind": "state"} for k in range(n)}
    with (folder / "exposures.csv").open("a") as table:
        table.writelines(f"B{k},gas_share,nan,1,,kg,20,x,,,?,\n" for k in range(n))


def many_rivals(_, folder, n):
    """One exposure has thousands of rival values."""
    with (folder / "exposures.csv").open("a") as table:
        table.writelines(f"WES,depth,{k},,,km,2029,fact,,gazette,,\n" for k in range(n))


def many_values(document, _, n):
    """A variable has thousands of values and a binding leaves them all out."""
    document["state"]["talks"]["values"] = [f"v{k}" for k in range(n)]
    document["considerations"]["settlement"]["price"] = {"by": "talks"} | {
        f"w{k}": 0 for k in range(n)
    }


def many_members(document, _, n):
    """A mechanism has thousands of members and as many columns."""
    mechanism = document["mechanisms"]["target_loss"]
    mechanism["members"] = ["WES"] * n
    mechanism["inputs"] = {f"i{k}": {"exposure": "import_share"} for k in range(n)}


def many_types(document, _, n):
    """A player has thousands of types that no consideration weighs."""
    document["players"]["north"]["types"] = {f"t{k}": {"label": "x"} for k in range(n)}
    document["considerations"]["conquest"]["weights"]["north"] = {f"u{k}": 1 for k in range(n)}


def many_keys(document, _, n):
    """Thousands of keys are unknown at once."""
    document |= {f"roundz{k}": 1 for k in range(n)}


def many_instruments(document, _, n):
    """Menus and policies name thousands of instruments of somebody else."""
    own = document["instruments"]["wait"]
    document["instruments"] |= {f"i{k}": own for k in range(n // 5)}
    document["phases"][1]["menu"] = [f"i{k}" for k in range(n // 5)]
    document["policies"]["arm"]["fix"] = {"move": [f"j{k}" for k in range(n)]}


@pytest.mark.parametrize(
    "change",
    [
        many_sources,
        many_actors,
        many_rivals,
        many_values,
        many_members,
        many_types,
        many_keys,
        many_instruments,
    ],
)
@pytest.mark.parametrize("n", [1_500, pytest.param(5_000, marks=pytest.mark.slow)])
def test_hostile_folder_is_checked_in_bounded_time(tiny, change, n):
    document = template_document()
    change(document, tiny, n)
    write_document(tiny, document)
    findings = check_folder(tiny)
    assert len(findings) < 20 * MAX_FINDINGS
    assert findings or change is many_rivals
    assert all(len(item.message) < 1100 for item in findings)
    assert all(len(item.fix) < 1100 for item in findings)

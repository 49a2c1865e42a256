"""What nothing uses is a warning of ``check``, and what a reason keeps is not.

Oracle: hand, the template (which has no finding) with one thing added at a time.
"""

import pytest

from detente.analysis.checking import examine
from detente.crisis import examine_folder, shipped_crises
from detente.crisis.scaffold import new_crisis, template_names
from detente.testing import tiny_crisis_folder

QUANTITY = "quantities:\n  force.reserve: {label: reserves, value: 3, unit: brigades, as_of: 2030-01-01, source: judgement, grade: estimate}"


def changed(folder, old, new, *, file="crisis.yaml"):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def unused(folder):
    found, crisis = examine_folder(folder)
    assert crisis is not None
    assert all(item.severity == "warning" for item in found)
    return [(item.code, item.value) for item in found]


@pytest.fixture
def tiny(tmp_path):
    return tiny_crisis_folder(tmp_path)


def test_a_quantity_that_nothing_reads(tiny):
    changed(tiny, "quantities:", QUANTITY)
    assert unused(tiny) == [("entry-unused", "force.reserve")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("grade: estimate}", "grade: estimate, unused: for the next round}"),
        ("value: 3,", "contested: [{value: 3, source: gazette}, {value: 4, source: judgement}],"),
    ],
)
def test_a_reason_or_rival_values_keep_it(tiny, old, new):
    """Rival values stand in the briefing's table of what sources disagree on."""
    changed(tiny, "quantities:", QUANTITY.replace(old, new))
    assert unused(tiny) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("attacker_strength: force.north", "attacker_strength: {sum: [force.north, force.reserve]}"),
        ("facts:\n", "facts:\n  - {id: spare, question: options, text: Reserves stand by., source: gazette, as_of: 2030-01-01, grade: fact, figures: [force.reserve]}\n"),
    ],
)  # fmt: skip
def test_whatever_names_its_path_reads_it(tiny, old, new):
    changed(tiny, "quantities:", QUANTITY)
    changed(tiny, old, new)
    assert unused(tiny) == []


def test_a_reason_for_what_is_used_is_wrong(tiny):
    changed(tiny, "source: gazette, grade: fact}", "source: gazette, grade: fact, unused: spare}")
    ((code, _),) = unused(tiny)
    assert code == "entry-unused"


def test_a_red_line_that_no_mechanism_reads(tiny):
    path = tiny / "positions.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{head},red_line", *(f"{row},{40 if row[:3] == 'NOR' else ''}" for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert unused(tiny) == [("entry-unused", "red_lines.NOR.membership")]
    (found,) = examine_folder(tiny)[0]
    assert "no mechanism reads it" in found.message
    assert "{red_line: NOR}" in found.fix


def test_a_source_that_nothing_cites(tiny):
    path = tiny / "sources.csv"
    text = path.read_text(encoding="utf-8").rstrip("\n")
    columns = text.splitlines()[0].count(",")
    row = "ledger,A publisher,A title,2030-01-01" + "," * (columns - 3)
    path.write_text(f"{text}\n{row}\n", encoding="utf-8")
    assert unused(tiny) == [("entry-unused", "ledger")]
    head, *rows = f"{text}\n{row}".splitlines()
    kept = [f"{head},unused", *(f"{line}," for line in rows[:-1]), f"{rows[-1]},to be read"]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert unused(tiny) == []


def test_an_issue_without_a_position(tiny):
    issue = "issues:\n  border: {label: the border, at_0: moved, at_50: talks, at_100: kept, negotiable: true}"
    changed(tiny, "issues:", issue)
    assert unused(tiny) == [("entry-unused", "border")]


def test_a_value_that_nothing_sets_and_a_variable_that_nothing_reads(tiny):
    changed(tiny, "values: [none, armed], initial", "values: [none, armed, massed], initial")
    changed(tiny, "state:", "state:\n  mood: {label: mood, values: [calm], initial: calm}")
    found = [item for item in examine_folder(tiny)[0] if item.code == "entry-unused"]
    assert {item.value for item in found} == {"mood", "massed"}


def test_a_reason_keeps_a_value_that_only_a_what_if_sets(tiny):
    new = "values: [none, imposed, partial], unused: {partial: for --set},"
    changed(tiny, "values: [none, imposed],", new)
    values = [item.value for item in examine_folder(tiny)[0] if item.code == "entry-unused"]
    assert values == []


@pytest.mark.parametrize("name", shipped_crises())
def test_what_ships_has_no_finding(name):
    """Oracle: the rule of the house: what ships passes its own check, warnings included."""
    assert examine(name)[0] == ()


@pytest.mark.parametrize("template", template_names())
def test_what_a_template_makes_has_no_finding(tmp_path, template):
    """Oracle: the same rule."""
    folder = new_crisis("mine", tmp_path / "mine", template=template)
    assert examine(str(folder))[0] == ()


def test_a_group_of_one_outcome_and_a_group_of_an_attack(tiny):
    """Oracle: hand; in the template two outcomes are told together."""
    changed(
        tiny,
        "pressure: {label: subversion goes on, group: a stand-off of either kind,",
        "pressure: {label: subversion goes on,",
    )
    changed(tiny, "war: {label: war,", "war: {label: war, group: fighting,")
    assert unused(tiny) == [
        ("entry-unused", "fighting"),
        ("entry-unused", "a stand-off of either kind"),
    ]

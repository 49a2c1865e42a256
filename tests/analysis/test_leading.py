"""Which outcome leads, alone and in its group. Oracle: hand, on four cases."""

import numpy as np
import pytest

from detente.analysis.leading import find_lead, group_outcomes
from detente.crisis import load_crisis
from detente.crisis.elements import OutcomeRule
from detente.crisis.expressions import NEVER


def rule(name, **more):
    return OutcomeRule(id=name, label=f"the {name}", when=NEVER, **more)


WAR, RAID = rule("war", attack="a"), rule("raid", attack="a")
DEAL = rule("deal", settlement=True)
COLD, COVERT = rule("cold", group="a stand-off"), rule("covert", group="a stand-off")
RETREAT = rule("retreat")
EVERY = (WAR, COLD, DEAL, RAID, COVERT, RETREAT)


def probs(**rows):
    return {item.id: np.asarray(rows.get(item.id, [0.0] * 4), dtype=float) for item in EVERY}


def test_each_outcome_stands_in_one_group():
    """Oracle: hand."""
    found = [(group.label, group.id) for group in group_outcomes(EVERY)]
    assert found == [
        ("an attack of any kind", "war+raid"),
        ("a stand-off", "cold+covert"),
        ("the deal", "deal"),
        ("the retreat", "retreat"),
    ]


def test_a_single_outcome_leads():
    """Oracle: hand; 0.6 beats 0.2 + 0.1 in three cases of four."""
    lead = find_lead(probs(deal=[0.6, 0.6, 0.6, 0.1], war=[0.2] * 4, raid=[0.1] * 4), EVERY)
    assert (lead.kind, lead.outcome, lead.group.id) == ("outcome", DEAL, "deal")
    assert lead.leads.tolist() == [True, True, True, False]


def test_a_group_leads_with_its_likeliest_member():
    """Oracle: hand; 0.3 + 0.25 against 0.2 and a deal of 0.2, or of 0.6 in one case of four."""
    lead = find_lead(
        probs(cold=[0.3] * 4, covert=[0.25] * 4, war=[0.2] * 4, deal=[0.1, 0.1, 0.6, 0.1]),
        EVERY,
    )
    assert (lead.kind, lead.outcome, lead.group.id) == ("group", COLD, "cold+covert")
    np.testing.assert_allclose(lead.probs, 0.55)
    assert lead.leads.tolist() == [True, True, False, True]


def test_the_cut_decides_where_the_likeliest_outcome_is_outside_the_likeliest_group():
    """Oracle: hand; the deal has 0.35, no attack as much, both attacks together 0.5."""
    lead = find_lead(probs(deal=[0.35] * 4, war=[0.3] * 4, raid=[0.2] * 4), EVERY)
    assert (lead.kind, lead.outcome, lead.group.id) == ("cut", DEAL, "war+raid")
    assert lead.leads.all()


def test_a_tie_in_a_case_is_no_lead():
    """Oracle: hand."""
    lead = find_lead(probs(deal=[0.5, 0.6, 0.6, 0.6], retreat=[0.5, 0.2, 0.2, 0.2]), EVERY)
    assert lead.leads.tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("name", "group"),
    [("ukraine-2022", "covert+standoff"), ("kuwait-1990", "partial+waiting")],
)
def test_shipped_crises_tell_their_stand_offs_together(name, group):
    """Oracle: hand, as decision 0089 has it."""
    crisis = load_crisis(name)
    assert group in {item.id for item in group_outcomes(crisis.outcomes.values())}

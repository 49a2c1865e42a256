"""The title of the chart of outcomes says what leads. Oracle: hand, one case of each kind."""

import numpy as np
import pytest

from detente.analysis.leading import Lead, OutcomeGroup
from detente.brief.figures import Figure, Trace
from detente.brief.pages import say
from detente.brief.questions._leading import Leading, outcomes_case
from detente.crisis.elements import OutcomeRule
from detente.crisis.expressions import NEVER


def rule(name, **more):
    return OutcomeRule(id=name, label=name, when=NEVER, **more)


def prob(name, value):
    return Figure(
        id=f"outlook.{name}",
        label=name,
        value=value,
        low=None,
        high=None,
        unit="prob",
        trace=Trace(),
    )


WAR, RAID = rule("war", attack="a"), rule("raid", attack="a")
COLD, COVERT = rule("cold", group="a stand-off"), rule("covert", group="a stand-off")
DEAL = rule("deal", settlement=True)
OUTCOMES = [(item, prob(item.id, 0.2)) for item in (WAR, RAID, COLD, COVERT, DEAL)]


def leading(kind, alone, group, label, *, share):
    lead = Lead(
        kind=kind,
        outcome=alone,
        group=OutcomeGroup(label=label, members=group),
        probs=np.array([0.4]),
        leads=np.array([True]),
    )
    return Leading(
        lead=lead, alone=prob("alone", 0.3), group=prob("group", 0.4), share=prob("share", share)
    )


CASES = {
    "outcome": (
        leading("outcome", DEAL, (DEAL,), "deal", share=0.6),
        "No outcome dominates: “deal” is first with 40%; attacks of all kinds together come to 35%",
    ),
    "group": (
        leading("group", COLD, (COLD, COVERT), "a stand-off", share=0.4),
        "No outcome dominates: a stand-off is first with 40%; attacks of all kinds together come to 35%",
    ),
    "cut": (
        leading("cut", DEAL, (WAR, RAID), "an attack of any kind", share=0.6),
        "Together an attack of any kind leads with 40%, one by one “deal” with 30%",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_of_lead_is_said(kind):
    """Oracle: hand."""
    case, title = CASES[kind]
    values = outcomes_case(case, OUTCOMES, prob("attack", 0.35))
    assert say("outlook", "outcomes_title", **values) == title

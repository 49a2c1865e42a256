"""An element carries what its entry says: what is named alike by itself, the rest by a written conversion."""

from dataclasses import fields

import pytest

from detente.crisis import Crisis, claims_of, elements, load_crisis, schema
from detente.testing import template_document, write_document

CONVERTED = {
    "ActorEntry": ("Actor", set()),
    "TypeEntry": ("PlayerType", set()),
    "PlayerEntry": ("Player", set()),
    "QuantityEntry": (
        "Quantity",
        {
            "value",
            "triangular",
            "uniform",
            "normal",
            "lognormal",
            "beta",
            "discrete",
            "missing",
            "source",
        },
    ),
    "IssueEntry": ("Issue", set()),
    "StateVariableEntry": ("StateVariable", set()),
    "ChanceEntry": ("ChanceOutcome", set()),
    "InstrumentEntry": ("Instrument", {"source"}),
    "NestEntry": ("Nest", set()),
    "MoveEntry": ("Move", set()),
    "PhaseEntry": ("Phase", {"player", "menu"}),
    "OutcomeEntry": ("OutcomeRule", set()),
    "MechanismEntry": ("Mechanism", set()),
    "ConsiderationEntry": ("Consideration", set()),
    "PolicyEntry": ("Policy", {"credibility", "cost", "broken"}),
    "AimEntry": ("StatedAim", {"considerations", "outcomes", "payoffs", "better"}),
    "FactEntry": ("Fact", {"source"}),
    "EventRuleEntry": ("EventRule", {"actor", "target", "category", "mode"}),
    "Header": ("Crisis", set()),
}
"""Entry to element, and the fields of the entry that a conversion takes up under another name."""


@pytest.mark.parametrize("entry", CONVERTED)
def test_nothing_written_is_lost_between_entry_and_element(entry):
    """Oracle: hand, the list above; a new field of an entry needs one of the same name, or a conversion."""
    element, converted = CONVERTED[entry]
    written = set(getattr(schema, entry).model_fields)
    carried = {
        item.name for item in fields(Crisis if element == "Crisis" else getattr(elements, element))
    }
    assert written - carried == converted


def test_every_entry_of_a_section_is_listed_here():
    # Oracle: theorem; the schema lists its sections.
    sections = {**schema.MAPPING_SECTIONS, **schema.LIST_SECTIONS}
    assert {model.__name__ for model in sections.values()} <= set(CONVERTED)


def test_claims_of_an_event_rule_count(tiny):
    # Oracle: hand.
    document = template_document()
    document["event_rules"] = [{"id": "quiet", "noise": "says nothing", "claims": "W9"}]
    write_document(tiny, document)
    (place,) = claims_of(load_crisis(tiny))["W9"]
    assert place.path == "event_rules.0"

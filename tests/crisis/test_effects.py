"""Effects and chance outcomes by the state, as a crisis file says them.

Oracle: hand (what the file says, and the finding for each fault, with its place and its fix).
"""

import pytest

from detente.crisis import check_folder, crisis_schema, load_crisis
from detente.crisis.elements import AlternativeCondition, ConditionalEffect
from detente.testing import template_document, write_document


def changed(folder, change):
    document = template_document()
    change(document)
    write_document(folder, document)
    return folder


def effect_of_invasion(effect):
    def change(document):
        invade = document["instruments"]["invade"]
        invade["chance"][0]["effects"] = {"conflict": effect}

    return change


def test_an_effect_may_be_given_by_the_state_with_else(tiny):
    effect = {
        "by": "posture",
        "armed": {"by": "north.type", "limited": "keep", "else": "up"},
        "else": "war_won",
    }
    crisis = load_crisis(changed(tiny, effect_of_invasion(effect)))
    inner = ConditionalEffect(variable="north.type", cases={"limited": "keep", "revisionist": "up"})
    assert crisis.instruments["invade"].chance[0].effects == {
        "conflict": ConditionalEffect(variable="posture", cases={"armed": inner, "none": "war_won"})
    }


@pytest.mark.parametrize(
    ("effect", "code", "path"),
    [
        ({"by": "posture", "armed": "war_won"}, "key-missing", ""),
        ({"by": "posture", "armed": "war_won", "none": "up", "else": "up"}, "case-idle", ".else"),
        ({"by": "weather", "else": "up"}, "variable-unknown", ".by"),
        ({"by": "round", "else": "up"}, "variable-unknown", ".by"),
        ({"by": "posture", "armed": "peace", "else": "up"}, "state-value-unknown", ".armed"),
        ({"by": "posture", "aloof": "up", "else": "up"}, "state-value-unknown", ".aloof"),
        ({"posture": "armed"}, "value-type", ""),
        ({"by": "posture", "armed": ["up"], "else": "up"}, "value-type", ".armed"),
        (["up"], "value-type", ""),
        (0.5, "value-type", ""),
    ],
)
def test_a_faulty_effect_is_found_at_its_place(tiny, effect, code, path):
    found = check_folder(changed(tiny, effect_of_invasion(effect)))
    item = next(one for one in found if one.code == code)
    assert item.path == f"instruments.invade.chance.0.effects.conflict{path}"
    assert item.fix


def test_a_chance_outcome_may_have_a_condition(tiny):
    def change(document):
        document["instruments"]["invade"]["chance"][0]["when"] = {"posture": "none"}

    outcome = load_crisis(changed(tiny, change)).instruments["invade"].chance[0]
    assert outcome.when == (AlternativeCondition(allowed={"posture": ("none",)}),)


def test_the_condition_of_a_chance_outcome_is_checked_like_any(tiny):
    def change(document):
        document["instruments"]["invade"]["chance"][0]["when"] = {"postre": "none"}

    (item,) = check_folder(changed(tiny, change))
    assert (item.code, item.fix) == ("variable-unknown", "did you mean posture or threat?")


def test_up_down_and_keep_name_no_value(tiny):
    for word in ("up", "down", "keep"):

        def change(document, word=word):
            document["state"]["talks"]["values"].append(word)

        found = [item.code for item in check_folder(changed(tiny, change))]
        assert [code for code in found if not code.endswith("-unused")] == ["id-invalid"]


def test_the_schema_for_editors_knows_effects_by_the_state():
    schema = crisis_schema()
    effects = schema["$defs"]["InstrumentEntry"]["properties"]["effects"]
    assert effects["additionalProperties"] == {"$ref": "#/$defs/Effect"}
    assert schema["$defs"]["Effect"]["anyOf"][1]["additionalProperties"] == {
        "$ref": "#/$defs/Effect"
    }
    assert "when" in schema["$defs"]["ChanceEntry"]["properties"]

"""What the checks find in the game, and that they find nothing in a sound crisis."""

import dataclasses
import re
from importlib.resources import files

import pytest

from detente.crisis import load_crisis
from detente.crisis.elements import (
    ByState,
    Column,
    Distribution,
    Mechanism,
    OutputOf,
    Product,
    QuantityOf,
    Sum,
)
from detente.errors import Place
from detente.linking import check_game
from detente.testing.rules import (
    make_binding,
    make_condition,
    make_crisis,
    make_instrument,
    make_phase,
    make_policy,
)

BRIGADES = (Distribution(family="fixed", parameters=(10.0,)), "brigades")
QUANTITIES = {
    "force": BRIGADES,
    "guard": BRIGADES,
    "militia": (BRIGADES[0], "battalions"),
    "share": (Distribution(family="fixed", parameters=(0.5,)), "share"),
    "gain": (Distribution(family="fixed", parameters=(5.0,)), "stakes"),
}


def contest(name="contest", **changes):
    parts = {
        "id": name,
        "label": name,
        "model": "deterrence.contest",
        "members": (),
        "inputs": {
            "attacker_strength": QuantityOf(path="force"),
            "defender_strength": QuantityOf(path="guard"),
            "decisiveness": make_binding(1.0),
        },
        "place": Place(file="crisis.yaml", line=9, path=f"mechanisms.{name}"),
    }
    return Mechanism(**{**parts, **changes})


def with_input(**inputs):
    return contest(inputs={**contest().inputs, **inputs})


def crisis_with(**changes):
    """Sound unless changed: north holds or marches, once."""
    parts = {
        "players": {"north": {"soft": "share", "hard": None}},
        "state": {"door": ("shut", "open")},
        "instruments": [
            make_instrument("hold", "north"),
            make_instrument(
                "march", "north", when=make_condition({"door": "shut"}), effects={"door": "open"}
            ),
        ],
        "phases": [make_phase("act", ("north", ["hold", "march"]))],
        "rounds": 2,
        "outcomes": {"war": make_condition({"door": "open"}), "peace": make_condition({})},
        "mechanisms": [contest()],
        "quantities": QUANTITIES,
        "considerations": {"prize": ("gain", {"north": {"soft": 1.0, "hard": "share"}})},
    }
    return make_crisis(**{**parts, **changes})


def only_finding(crisis, **limits):
    findings = check_game(crisis, **limits)
    assert len(findings) == 1, [str(finding) for finding in findings]
    assert findings[0].fix
    return findings[0]


def test_a_sound_crisis_has_no_findings():
    """Oracle: hand."""
    assert check_game(crisis_with()) == ()


def test_the_template_has_no_findings():
    """Oracle: the template's own promise."""
    assert check_game(load_crisis(str(files("detente.crisis") / "templates" / "coercion"))) == ()


@pytest.mark.parametrize(
    ("mechanism", "code", "path", "words"),
    [
        (contest(model="deterrence.contst"), "model-unknown", "model", "contst"),
        (with_input(luck=make_binding(1.0)), "model-input-unknown", "inputs.luck", "luck"),
        (contest(inputs={}), "model-input-missing", "inputs", "attacker_strength"),
        (
            with_input(advantage=QuantityOf(path="share")),
            "unit-mismatch",
            "inputs.advantage",
            r"\[share\] where \[log_odds\]",
        ),
        (
            with_input(defender_strength=QuantityOf(path="militia")),
            "unit-mismatch",
            "inputs.defender_strength",
            r"\[battalions\] where force, .* \[brigades\]",
        ),
        (
            with_input(
                defender_strength=Sum(terms=(QuantityOf(path="guard"), QuantityOf(path="militia")))
            ),
            "unit-mismatch",
            "inputs.defender_strength",
            "militia",
        ),
        (
            with_input(
                defender_strength=ByState(
                    variable="door",
                    cases={"shut": QuantityOf(path="militia"), "open": make_binding(2.0)},
                )
            ),
            "unit-mismatch",
            "inputs.defender_strength",
            "militia",
        ),
        (
            with_input(decisiveness=OutputOf(mechanism="contest", output="success_prob")),
            "mechanism-cycle",
            "",
            "contest <- contest",
        ),
    ],
)
def test_mechanisms_are_checked(mechanism, code, path, words):
    """Oracle: hand."""
    findings = check_game(crisis_with(mechanisms=[mechanism]))
    found = next(finding for finding in findings if finding.code == code)
    assert found.path == f"mechanisms.contest.{path}".rstrip(".")
    assert found.line == 9
    assert re.search(words, found.message)
    assert found.fix


def test_a_near_miss_gets_the_right_name():
    """Oracle: hand."""
    crisis = crisis_with(mechanisms=[contest(model="deterrence.contst")])
    assert "deterrence.contest" in only_finding(crisis).fix


def test_products_and_numbers_have_no_unit_to_mismatch():
    """Oracle: hand."""
    strength = Product(factors=(QuantityOf(path="militia"), make_binding(0.25)))
    assert check_game(crisis_with(mechanisms=[with_input(defender_strength=strength)])) == ()


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        (
            {"considerations": {"prize": (OutputOf(mechanism="contest", output="luck"), {})}},
            "model-output-unknown",
            "considerations.prize.price",
        ),
        (
            {
                "considerations": {
                    "prize": (Sum(terms=(QuantityOf(path="gain"), QuantityOf(path="force"))), {})
                }
            },
            "unit-mismatch",
            "considerations.prize.price",
        ),
        (
            {"players": {"north": {"soft": "gain", "hard": None}}},
            "unit-mismatch",
            "players.north.types.soft.prior",
        ),
        (
            {
                "instruments": [
                    make_instrument("hold", "north"),
                    make_instrument(
                        "march",
                        "north",
                        effects={"door": "open"},
                        chance={"a": ("force", {}), "b": (None, {})},
                    ),
                ]
            },
            "unit-mismatch",
            "instruments.march.chance.a.prob",
        ),
    ],
)
def test_what_reads_a_number_is_checked(changes, code, path):
    """Oracle: hand."""
    found = only_finding(crisis_with(**changes))
    assert (found.code, found.path) == (code, path)


def test_unknown_mechanisms_and_quantities_are_left_to_the_checks_of_the_folder():
    """Oracle: hand. Nothing is raised and nothing is said twice."""
    price = Sum(terms=(OutputOf(mechanism="nobody", output="x"), QuantityOf(path="nobody")))
    assert check_game(crisis_with(considerations={"prize": (price, {})})) == ()


def member_mechanism(name, **changes):
    return contest(
        name,
        **{
            "model": "sanctions.sender_loss",
            "members": ("AAA",),
            "inputs": {
                "trade_share": Column(table="exposure", name="trade"),
                "joining_prob": make_binding(1.0),
                "trade_cost_pct": make_binding(10.0),
                "trade_elasticity": make_binding(5.0),
            },
            **changes,
        },
    )


def member_crisis(*mechanisms, **changes):
    quantities = {
        **QUANTITIES,
        "exposures.AAA.trade": QUANTITIES["share"],
        "exposures.BBB.trade": BRIGADES,
    }
    return crisis_with(mechanisms=mechanisms, quantities=quantities, **changes)


def test_columns_have_the_units_of_their_rows():
    """Oracle: hand. AAA's row is a share, BBB's is not, CCC has none."""
    assert check_game(member_crisis(member_mechanism("m"))) == ()
    assert check_game(member_crisis(member_mechanism("m", members=("AAA", "CCC")))) == ()
    found = only_finding(member_crisis(member_mechanism("m", members=("AAA", "BBB"))))
    assert (found.code, found.value) == ("unit-mismatch", "brigades")


def test_a_model_with_members_needs_them():
    """Oracle: hand."""
    found = only_finding(member_crisis(member_mechanism("m", members=())))
    assert (found.code, found.path) == ("key-missing", "mechanisms.m.members")


def test_an_output_per_member_goes_only_where_members_are():
    """Oracle: hand."""
    output = OutputOf(mechanism="m", output="member_loss_pct_gdp")
    crisis = member_crisis(member_mechanism("m"), considerations={"prize": (output, {})})
    assert only_finding(crisis).code == "value-type"
    inputs = dict(member_mechanism("m").inputs)
    inputs["joining_prob"] = Product(factors=(output, make_binding(0.0)))
    assert (
        check_game(member_crisis(member_mechanism("m"), member_mechanism("n", inputs=inputs))) == ()
    )
    other = member_mechanism("n", inputs=inputs, members=("AAA", "CCC"))
    assert "none for 'CCC'" in only_finding(member_crisis(member_mechanism("m"), other)).message


# --- what play can reach ---------------------------------------------------------------------------------------------


def test_an_instrument_in_no_menu_is_found():
    """Oracle: hand."""
    crisis = crisis_with(phases=[make_phase("act", ("north", ["hold"]))])
    findings = check_game(crisis)
    assert [(item.code, item.value) for item in findings] == [
        ("instrument-unused", "march"),
        ("outcome-unreachable", "war"),
    ]
    assert findings[1].severity == "warning"


def test_an_instrument_that_can_never_be_chosen_is_found():
    """Oracle: hand. It needs a round that does not come."""
    instruments = [
        *crisis_with().instruments.values(),
        make_instrument("late", "north", when=make_condition({"round": "3"})),
    ]
    phases = [make_phase("act", ("north", ["hold", "march", "late"]))]
    found = only_finding(crisis_with(instruments=instruments, phases=phases))
    assert (found.code, found.value) == ("instrument-unreachable", "late")
    assert found.path == "instruments.late.when"
    assert check_game(crisis_with(instruments=instruments, phases=phases, rounds=3)) == ()


def test_what_only_a_policy_makes_possible_is_reachable():
    """Oracle: hand."""
    instruments = [
        *crisis_with().instruments.values(),
        make_instrument("rush", "north", when=make_condition({"mood": "angry"})),
    ]
    changes = {
        "instruments": instruments,
        "phases": [make_phase("act", ("north", ["hold", "march", "rush"]))],
        "state": {"door": ("shut", "open"), "mood": ("calm", "angry")},
    }
    assert only_finding(crisis_with(**changes)).code == "instrument-unreachable"
    policy = make_policy("angry", state={"mood": "angry"})
    assert check_game(crisis_with(**changes, policies=[policy])) == ()


def test_a_menu_that_can_be_empty_is_found_once_with_a_state():
    """Oracle: hand."""
    instruments = [
        make_instrument(
            "march", "north", when=make_condition({"door": "shut"}), effects={"door": "open"}
        ),
    ]
    crisis = crisis_with(
        instruments=instruments,
        phases=[make_phase("act", ("north", ["march"]))],
        rounds=3,
        policies=[make_policy("ajar", state={"door": "open"})],
    )
    findings = [item for item in check_game(crisis) if item.severity == "error"]
    assert [item.code for item in findings] == ["menu-empty"]
    assert "door=open" in findings[0].value
    assert findings[0].path == "phases.act"


def test_every_menu_that_can_be_empty_is_found():
    """Oracle: hand. Two phases, the second stuck too where the first lets play go on."""
    needs_open = make_condition({"door": "open"})
    crisis = crisis_with(
        instruments=[
            make_instrument("hold", "north"),
            make_instrument("march", "north", effects={"door": "open"}),
            make_instrument("x", "north", when=needs_open),
            make_instrument("y", "north", when=make_condition({"door": "shut"})),
        ],
        phases=[
            make_phase("act", ("north", ["hold", "march"])),
            make_phase("one", ("north", ["x"]), rounds=[1]),
            make_phase("two", ("north", ["y"]), rounds=[2]),
        ],
    )
    codes = [item.path for item in check_game(crisis) if item.code == "menu-empty"]
    assert codes == ["phases.one", "phases.two"]


def test_an_end_without_a_name_is_found():
    """Oracle: hand."""
    found = only_finding(crisis_with(outcomes={"war": make_condition({"door": "open"})}))
    assert (found.code, found.value) == ("outcome-unnamed", "door=shut")


def test_a_game_too_large_names_its_menus():
    """Oracle: hand. Per type hold-hold, hold-march and march with a forced hold: three histories from one."""
    crisis = crisis_with()
    found = only_finding(crisis, node_limit=10)
    assert found.code == "game-too-large"
    assert "'act' of 'north' (x 3)" in found.message
    assert found.path == "phases.act"
    found = only_finding(crisis, situation_limit=1)
    assert "more than" in found.message


def test_a_price_that_reads_too_much_is_found():
    """Oracle: hand. 70 variables of two values have more combinations than can be numbered."""
    names = [f"v{number}" for number in range(70)]
    state = {"door": ("shut", "open"), **dict.fromkeys(names, ("a", "b"))}
    price = Sum(
        terms=tuple(
            ByState(variable=name, cases={"a": make_binding(0.0), "b": make_binding(1.0)})
            for name in names
        )
    )
    found = only_finding(crisis_with(state=state, considerations={"prize": (price, {})}))
    assert found.code == "game-too-large"
    assert "reads 70 variables" in found.message


def test_findings_stand_where_the_entry_stands():
    """Oracle: hand."""
    crisis = crisis_with(phases=[make_phase("act", ("north", ["hold"]))])
    moved = dataclasses.replace(
        crisis.instruments["march"],
        place=Place(file="crisis.yaml", line=77, path="instruments.march"),
    )
    crisis = dataclasses.replace(crisis, instruments={**crisis.instruments, "march": moved})
    assert check_game(crisis)[0].line == 77


def test_a_what_if_may_put_an_instrument_out_of_reach():
    template = str(files("detente.crisis") / "templates" / "coercion")
    crisis = load_crisis(template, overrides={"state.posture": "armed"})
    (finding,) = check_game(crisis)
    assert (finding.code, finding.severity) == ("instrument-unreachable", "warning")
    assert finding.value == "arm"

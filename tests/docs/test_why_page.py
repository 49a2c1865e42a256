"""The page that says why each policy of the reference crisis does what it does. Oracle: the games, solved again."""

import re
from pathlib import Path

import pytest

from detente.analysis.why import (
    compare_worth,
    explain_choice,
    find_turning_point,
    noise_of_attack,
)
from detente.crisis import load_crisis
from detente.engine import Engine

PAGE = Path(__file__).parents[2] / "docs" / "crises" / "ukraine-2022-why.md"
ROW = re.compile(r"\| `(\w+)` \| ([\d.]+)% \| (\S*) ?\| (\S+) \| (\S+) \|")
DRAWS = 256

SAID = {
    "nothing_more": {
        ("limited", "hold_and_talk", "payoff"): ("loses 5.3 stakes", -5.3),
        ("limited", "hold_and_talk", "deal_rus"): ("4.3 of them because no settlement", -4.3),
        ("limited", "hold_and_talk", "tacit"): ("and 2.2 because talks", -2.2),
        ("limited", "hold_and_talk", "prob"): ("taken 17 points less often", -17),
        ("limited", "sabotage", "prob"): ("9 points more often", 9),
        ("limited", "hold_and_talk", "insecurity"): ("eases by 1.1 stakes", 1.1),
    },
    "reciprocal_limits": {
        ("limited", "stall", "payoff"): ('"stall" gains 7.9 stakes', 7.9),
        ("limited", "stall", "deal_rus"): ("6.7 through what a settlement gives", 6.7),
        ("limited", "deescalate", "payoff"): ("without a deal gains 3.3", 3.3),
        ("revisionist", "invade", "payoff"): ("exactly what it was", 0.0),
        ("revisionist", "hold_and_talk", "payoff"): ('0.7 stakes on "hold and talk"', 0.7),
        ("revisionist", "deescalate", "prob"): ("going home is taken 3 points more often", 3),
    },
    "reinforce_east": {
        ("revisionist", "invade", "payoff"): ("a revisionist 2.8 stakes more", -2.8),
        ("revisionist", "invade", "prob"): ("about a point less often", -1),
        ("revisionist", "hold_and_talk", "insecurity"): ("holding loses 0.6", -0.6),
        ("revisionist", "deescalate", "insecurity"): ("going home 1.3 stakes", -1.3),
    },
    "arm_ukraine": {
        ("revisionist", "invade", "payoff"): ("7.7 stakes less", -7.7),
        ("revisionist", "invade", "war_cost_rus"): ("6.8 through the cost of war", -6.8),
        ("revisionist", "invade", "prob"): ("taken 3 points less often", -3),
        ("limited", "hold_and_talk", "insecurity"): ("holding 2.0", -2.0),
        ("limited", "deescalate", "insecurity"): ("going home 3.5 stakes worse", -3.5),
        ("limited", "airstrikes", "payoff"): ("lose only 1.1", -1.1),
        ("limited", "airstrikes", "prob"): ("a point *more* often", 1),
    },
    "severe_sanctions": {
        ("revisionist", "invade", "sanctions_us"): ("loses 1.2 stakes", -1.2),
        ("revisionist", "invade", "sanctions_europe"): ("gets 0.7 back", 0.7),
    },
    "severe_sanctions_full": {
        ("revisionist", "invade", "sanctions_europe"): ("falls by 2.0 stakes", 2.0),
        ("revisionist", "invade", "strain"): ("is worth 0.8 to Russia", 0.8),
        ("revisionist", "invade", "sanctions_us"): ("against 1.2 of American damage", -1.2),
        ("revisionist", "invade", "payoff"): ("worth 1.4 stakes *more*", 1.4),
    },
    "suspend_nord_stream_2": {
        ("limited", "hold_and_talk", "payoff"): ("lose 3.1 and 3.2 stakes", -3.1),
        ("limited", "deescalate", "payoff"): ("lose 3.1 and 3.2 stakes", -3.2),
        ("limited", "deescalate", "pipeline_rus"): ("all of it the pipeline", -3.2),
        ("revisionist", "invade", "payoff"): ("an invasion loses 0.3", -0.3),
    },
    "dual_track": {
        ("limited", "stall", "payoff"): ('"stall" gains 5.7 stakes', 5.7),
        ("limited", "stall", "deal_rus"): ("5.9 of them", 5.9),
        ("revisionist", "invade", "payoff"): ("an invasion loses 3.4", -3.4),
        ("revisionist", "invade", "tripwire"): ("2.8 of them beside", -2.8),
    },
    "moratorium": {
        ("limited", "hold_and_talk", "payoff"): ('"hold and talk" gains 20 stakes', 20),
        ("limited", "hold_and_talk", "deal_rus"): ("14 from what a settlement gives", 14),
        ("limited", "hold_and_talk", "insecurity"): ("4.2 from insecurity", 4.2),
        ("limited", "hold_and_talk", "audience"): ("3.1 because going home", 3.1),
        ("revisionist", "hold_and_talk", "payoff"): ("gains 7.2 stakes", 7.2),
        ("revisionist", "hold_and_talk", "prob"): ("taken 10 points more often", 10),
        ("revisionist", "invade", "prob"): ("the invasion 3 points less often", -3),
        ("revisionist", "invade", "payoff"): ("at the same worth", 0.0),
    },
}


@pytest.fixture(scope="module")
def solved():
    crisis = load_crisis("ukraine-2022")
    engine = Engine(crisis)
    draws = engine.draw(DRAWS, seed=1)
    return {name: engine.solve(name, draws=draws) for name in crisis.policies}


@pytest.fixture(scope="module")
def text():
    return PAGE.read_text(encoding="utf-8")


def test_the_table_is_that_of_the_games(solved, text):
    rows = ROW.findall(text)
    assert [row[0] for row in rows] == list(solved)
    base = [solved["as_announced"][name].mean for name in METRICS]
    for name, attack, *cells in rows:
        found = [solved[name][metric].mean for metric in METRICS]
        assert float(attack) == pytest.approx(100 * found[0], abs=0.051)
        if name == "as_announced":
            assert [float(cell.rstrip("%")) for cell in cells[1:]] == pytest.approx(
                [100 * value for value in found[1:]], abs=0.051
            )
            continue
        changes = [100 * (after - before) for after, before in zip(found, base, strict=True)]
        assert [float(cell) for cell in cells] == pytest.approx(changes, abs=0.051)


METRICS = ("attack", "attack_given/rus/limited", "attack_given/rus/revisionist")


@pytest.mark.parametrize("policy", SAID)
def test_each_number_of_a_paragraph_is_that_of_why(solved, text, policy):
    (paragraph,) = re.findall(rf"\(`{policy}`\)\.(.*?)\n\n", text, re.DOTALL)
    words = " ".join(paragraph.split())
    changes = {}
    for place in find_turning_point(solved[policy]):
        assert (place.player, place.phase, place.round) == ("rus", "move", 2)
        pair = (explain_choice(solved[one], place) for one in ("as_announced", policy))
        for item in compare_worth(*pair):
            changes[place.type, item.instrument] = item
    for (kind, instrument, what), (said, number) in SAID[policy].items():
        assert said in words, said
        item = changes[kind, instrument]
        found = {"prob": 100 * item.prob, "payoff": item.payoff} | dict(item.parts)
        slack = 0.51 if isinstance(number, int) else 0.051
        assert found[what] == pytest.approx(number, abs=slack), said


def test_what_the_page_says_of_the_rest(solved, text):
    assert (
        f"{100 * noise_of_attack(solved['as_announced']):.0f}% of an attack's chance is noise"
        in text
    )
    place = find_turning_point(solved["lng_first"])
    for item in place:
        pair = (explain_choice(solved[one], item) for one in ("as_announced", "lng_first"))
        assert max(abs(change.payoff) for change in compare_worth(*pair)) < 0.15
    named, base = (solved[name]["settlement"].mean for name in ("severe_sanctions", "as_announced"))
    assert f"a settlement, {100 * named:.1f}% in place of {100 * base:.1f}%" in text
    settled = [solved[name]["settlement"].mean for name in ("moratorium", "as_announced")]
    assert f"stands at {100 * settled[0]:.0f}% in place of {100 * settled[1]:.0f}%" in " ".join(
        text.split()
    )

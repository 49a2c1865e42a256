"""Indicators: signs that are no move, weighed by how things end, ranked by what they are expected to tell."""

import csv
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from detente.brief.signals import say_direction, say_signal
from detente.crisis import examine_folder, load_crisis
from detente.errors import UsageError
from detente.testing import template_document, tiny_crisis_folder, write_document
from detente.watch.events import Event, understand
from detente.watch.following import follow
from detente.watch.watching import Watch

DRAWS = 32
SUMS = 1e-10
COLUMNS = (
    "id,indicator,label,outcomes,value,low,high,unit,seen,as_of,grade,confidence,source,claims"
)
TAIL = "2030-01-15,estimate,low,judgement,"
ROWS = [
    "h0,hospital,field hospitals,,0.1,0.05,0.2,prob,no," + TAIL,
    "h1,hospital,,war,3,2,4,ratio,," + TAIL,
    "h2,hospital,,pressure; settlement,0.8,0.5,1,ratio,," + TAIL,
    "f0,flags,flags at half mast,,0.5,0.5,0.5,prob,no," + TAIL,
    "f1,flags,,war,1,1,1,ratio,," + TAIL,
    "w0,leave,troops go home,,0.3,0.3,0.3,prob,partly," + TAIL,
    "w1,leave,,war,0.5,0.5,0.5,ratio,," + TAIL,
    "s0,seen,what was seen,,0.3,0.3,0.3,prob,yes," + TAIL,
    "s1,seen,,war,2,2,2,ratio,," + TAIL,
]


def folder_with(parent, rows, rules=()):
    folder = tiny_crisis_folder(parent)
    document = template_document()
    document["tables"]["indicators"] = "indicators.csv"
    document["event_rules"] = [*document["event_rules"], *rules]
    write_document(folder, document)
    (folder / "indicators.csv").write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    rule = {"id": "hospitals", "words": ["field hospital*"], "indicator": "hospital"}
    folder = folder_with(tmp_path_factory.mktemp("signs"), ROWS, [rule])
    findings, crisis = examine_folder(folder)
    assert findings == ()
    return replace(crisis, reported={})


def reading(crisis, does, day=date(2030, 1, 20), text=""):
    event = Event(
        day=day, actor="NOR", target="", category="", mode="", text=text, does=does, weight=1.0
    )
    return understand([event], crisis)[0]


def entropy(*parts):
    return -sum(part * math.log2(part) for part in parts if part > 0.0)


def test_a_sign_multiplies_histories_by_how_they_end(crisis):
    """Oracle: independent code, history by history."""
    watch = Watch(crisis, n_draws=DRAWS)
    ratios = watch._ratios(crisis.indicators["hospital"])
    before = watch._look(date(2030, 1, 19))
    day = watch.advance([reading(crisis, "indicator:hospital")], date(2030, 1, 20))
    root = watch.root
    weighed, attack = np.zeros(DRAWS), np.zeros(DRAWS)
    for place in range(root.n_histories):
        share = root.reach[place] * ratios[root.outcome[place]]
        weighed += share
        attack += share * bool(crisis.outcomes[root.outcomes[root.outcome[place]]].attack)
    assert day.attack[0] == pytest.approx((attack / weighed).mean(), abs=SUMS)
    assert day.attack[0] > before.mean_attack
    assert day.effects[0].types["north.revisionist"] > 0.0  # who would attack is likelier


def test_one_number_says_how_telling_a_sign_is_for_all_its_outcomes(crisis):
    """Oracle: hand; both ranges at the same place of their distributions, so their order is that of the draws."""
    watch = Watch(crisis, n_draws=DRAWS)
    ratios = watch._ratios(crisis.indicators["hospital"])
    war, other = (ratios[watch.root.outcomes.index(name)] for name in ("war", "settlement"))
    assert (np.argsort(war) == np.argsort(other)).all()
    assert ((war >= 2) & (war <= 4) & (other >= 0.5) & (other <= 1)).all()
    assert (ratios[watch.root.outcomes.index("standoff")] == 1.0).all()


def test_a_sign_is_ranked_by_the_information_on_an_attack_that_is_expected_of_it(crisis):
    """Oracle: enumeration of outcomes and of seen or not; the expected fall of the entropy of attack or not."""
    watch = Watch(crisis, n_draws=DRAWS)
    day = watch.advance([], crisis.as_of)
    look = watch._look(crisis.as_of)
    by_id = {sign.indicator: sign for sign in day.indicators}
    assert [sign.bits for sign in day.indicators] == sorted(
        [sign.bits for sign in day.indicators], reverse=True
    )
    for name in ("hospital", "flags", "leave"):
        item = crisis.indicators[name]
        ratios, alarm = watch._ratios(item), watch._drawn(f"indicators.{name}.alarm", item.alarm)
        bits, probs = [], []
        for draw in range(DRAWS):
            cells = {(True, True): 0.0, (True, False): 0.0, (False, True): 0.0, (False, False): 0.0}
            for place, outcome in enumerate(look.outcome_names):
                seen = alarm[draw] * ratios[place, draw]
                attack = bool(crisis.outcomes[outcome].attack)
                cells[attack, True] += look.outcomes[place, draw] * seen
                cells[attack, False] += look.outcomes[place, draw] * (1.0 - seen)
            before = entropy(
                cells[True, True] + cells[True, False], cells[False, True] + cells[False, False]
            )
            after = 0.0
            for seen_or_not in (True, False):
                chance = cells[True, seen_or_not] + cells[False, seen_or_not]
                after += chance * entropy(
                    cells[True, seen_or_not] / chance, cells[False, seen_or_not] / chance
                )
            bits.append(before - after)
            probs.append(cells[True, True] + cells[False, True])
        assert by_id[name].bits == pytest.approx(np.mean(bits), abs=1e-12)
        assert by_id[name].prob == pytest.approx(np.mean(probs), abs=1e-12)


def test_a_sign_as_likely_however_it_ends_tells_nothing(crisis):
    """Theorem: independence has no information, and a factor of one changes nothing."""
    watch = Watch(crisis, n_draws=DRAWS)
    before = watch.advance([], date(2030, 1, 20))
    day = watch.advance([reading(crisis, "indicator:flags")], date(2030, 1, 20))
    (flags,) = [sign for sign in before.indicators if sign.indicator == "flags"]
    assert flags.bits == pytest.approx(0.0, abs=1e-12)
    assert day.attack == pytest.approx(before.attack, abs=SUMS)


def test_a_second_report_of_a_sign_and_one_seen_by_the_cutoff_tell_nothing(crisis):
    """Oracle: hand; both are part of what was known."""
    watch = Watch(crisis, n_draws=DRAWS)
    one = watch.advance([reading(crisis, "indicator:hospital")], date(2030, 1, 20))
    again = [reading(crisis, "indicator:hospital"), reading(crisis, "indicator:seen")]
    two = watch.advance(again, date(2030, 1, 21))
    assert two.attack == one.attack
    assert {sign.indicator for sign in two.indicators} == {"flags", "leave"}
    assert "seen" not in {
        sign.indicator for sign in Watch(crisis, n_draws=4).advance([], crisis.as_of).indicators
    }


def test_a_sign_counts_once_where_the_game_starts_anew_in_a_later_round(crisis):
    """Theorem: weighing by ends commutes with conditioning on what came before, so its order with the new start is free."""
    later = reading(crisis, "state:threat=firm", day=date(2030, 2, 16))
    ends = []
    for days in ((date(2030, 1, 20), date(2030, 2, 16)), (date(2030, 2, 16), date(2030, 2, 17))):
        watch = Watch(crisis, n_draws=DRAWS)
        told = {days[0]: "hospital"} if days[0] < later.event.day else {days[1]: "hospital"}
        for day in sorted({*days, date(2030, 2, 16)}):
            seen = [later] if day == later.event.day else []
            if day in told:
                seen.append(reading(crisis, "indicator:hospital", day=day))
            watch.advance(seen, day)
        assert watch.root.first_round == 2
        ends.append(watch.advance([], date(2030, 2, 20)).attack)
    assert ends[0] == pytest.approx(ends[1], abs=SUMS)


def test_an_event_rule_may_name_a_sign(crisis):
    """Oracle: hand, the rule of the fixture."""
    (found,) = understand(
        [replace(reading(crisis, "noise").event, does="", text="A field hospital")], crisis
    )
    assert (found.kind, found.rule.indicator) == ("evidence", "hospital")
    with pytest.raises(UsageError) as caught:
        reading(crisis, "indicator:nothing")
    assert "indicator:ID" in caught.value.fix


def test_a_crisis_is_watched_without_events_if_it_is_asked_so(crisis):
    """Oracle: hand, no event and the day of the cut-off alone."""
    diary = follow(crisis, (), draws=4)
    assert [day["day"] for day in diary.days] == ["2030-01-15"]
    assert len(diary.days[0]["indicators"]) == 3


@pytest.mark.parametrize(
    ("seen", "not_seen", "words"),
    [
        (0.5, 0.2, "points to an attack"),
        (0.2, 0.5, "points away from an attack"),
        (0.301, 0.3, "tells little either way"),
    ],
)
def test_the_direction_of_a_sign_is_said(crisis, seen, not_seen, words):
    """Oracle: hand, the three named cases."""
    signal = {"instrument": "", "indicator": "hospital", "prob": 0.1, "bits": 0.02}
    signal |= {"attack_if": seen, "attack_if_not": not_seen}
    assert say_direction(signal) == words
    assert say_signal(crisis, signal).startswith(f"Field hospitals: {words}; seen with 10%; ")


@pytest.mark.parametrize(
    ("row", "changed", "code"),
    [
        (1, "h1,hospital,,siege,3,2,4,ratio,," + TAIL, "path-unknown"),
        (1, "h1,hospital,,war,3,4,2,ratio,," + TAIL, "value-out-of-range"),
        (1, "h1,hospital,,war,3,,4,ratio,," + TAIL, "value-out-of-range"),
        (1, "h1,hospital,,war,3,2,4,prob,," + TAIL, "unit-mismatch"),
        (1, "h1,hospital,,war,3,2,9,ratio,," + TAIL, "probability-out-of-range"),
        (1, "h1,hospital,,,3,2,4,prob,," + TAIL, "table-row-invalid"),
        (2, "h2,hospital,,war,0.8,0.5,1,ratio,," + TAIL, "table-row-invalid"),
        (0, "h0,hospital,field hospitals,,0.1,0.05,0.2,prob,maybe," + TAIL, "term-unknown"),
        (
            0,
            "h0,hospital,x,,0.1,0.05,0.2,prob,no,2030-01-16,estimate,low,judgement,",
            "date-after-cutoff",
        ),
        (
            0,
            "h0,hospital,x,,0.1,0.05,0.2,prob,no,2030-01-15,estimate,low,nobody,",
            "source-unknown",
        ),
    ],
)
def test_a_row_that_cannot_be_is_found_with_its_line(tmp_path, row, changed, code):
    """Oracle: hand; the check names the file, and says what to write."""
    rows = [*ROWS]
    rows[row] = changed
    findings, _ = examine_folder(folder_with(tmp_path, rows))
    found = [item for item in findings if item.code == code]
    assert found
    assert found[0].file == "indicators.csv"
    assert found[0].fix


def test_a_rule_that_names_no_sign_is_found(tmp_path):
    """Oracle: hand."""
    rule = {"id": "one", "words": ["x"], "indicator": "nothing"}
    findings, _ = examine_folder(folder_with(tmp_path, ROWS, [rule]))
    assert [(item.code, item.path) for item in findings] == [
        ("path-unknown", "event_rules.6.indicator")
    ]


def test_the_ranges_of_ukraine_are_those_of_the_decision_note():
    """Oracle: hand; no likelihood rests on anything but judgement, and none was reported after the cut-off."""
    crisis = load_crisis("ukraine-2022")
    assert {"IN03", "IN05", "IN02", "IN26", "IN16"} <= set(crisis.indicators)
    assert crisis.indicators["IN03"].alarm.parameters == (0.01, 0.03, 0.083)
    assert crisis.indicators["IN03"].ratios[0] == (
        ("full_invasion",),
        replace(crisis.indicators["IN03"].alarm, parameters=(2.5, 5.0, 12.0)),
    )
    with (crisis.folder / "indicators.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["source"] == "judgement"
            assert row["reported_on"] <= "2022-01-27"

"""What a room is taught with: numbers against the sessions that they speak of, timetables by hand, notes that change nothing."""

import shutil
from importlib.resources import files

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.crisis.loading import shipped_crises
from detente.crisis.teaching import TEACHING_FILE, TeachingNotes, read_teaching
from detente.errors import CrisisFileError
from detente.play.decisions import DecisionTable
from detente.play.forecasts import choice_chances, forecast, parallels
from detente.play.options import SessionOptions
from detente.play.reports import report_data
from detente.play.teaching import plan_demonstration, plan_role_play, teaching_data

SHIPPED = sorted(shipped_crises())


def copy_template(name, folder):
    """Copy a template to a folder of its own."""
    return shutil.copytree(str(files("detente.crisis") / "templates" / name), folder)


def walk(course, stand, weight, choose):
    """Walk every way of play from a stand, and tell of each choice how likely the way to it is in every case."""
    position = stand.position
    if position.is_over:
        return
    odds = choose(stand)
    names = position.chance() or position.available()
    if position.mover is not None:
        yield stand, position.mover, dict(zip(names, weight * odds, strict=True))
    for name, part in zip(names, odds, strict=True):
        yield from walk(course, course.after(stand, name), weight * part, choose)


def test_decisions_are_those_of_a_walk_over_all_ways_of_play(coercion):
    """Oracle: independent code, the stands of the course walked one by one with the bots' odds."""
    opening = coercion.opening()
    table = DecisionTable(coercion)
    came, made = {}, {}
    for profile, prior in enumerate(opening.prior()):
        begun = opening.course.begin(profile)
        for stand, mover, chances in walk(opening.course, begun, prior, opening.odds):
            key = (mover, *stand.where)
            came[key] = came.get(key, 0.0) + sum(part.mean() for part in chances.values())
            for name, part in chances.items():
                made[key, name] = made.get((key, name), 0.0) + part.mean()
    assert came.keys() == {(item.player, item.round, item.phase) for item in table.all}
    for item in table.all:
        key = (item.player, item.round, item.phase)
        assert item.comes_up == pytest.approx(came[key])
        for move in item.moves:
            assert move.open * move.chance == pytest.approx(made[key, move.instrument])


def test_moves_of_a_decision_share_its_chance_and_its_ends(coercion):
    """Oracle: theorem, the law of total probability; by types too, and Bayes' rule closes."""
    table = DecisionTable(coercion)
    for item in table.all:
        assert sum(move.open * move.chance for move in item.moves) == pytest.approx(item.comes_up)
        assert 0.0 <= item.hangs <= item.comes_up + 1e-12
        assert 0.0 <= item.swing <= 1.0
        for move in item.moves:
            assert sum(move.ends.values()) == pytest.approx(1.0)
            assert sum(move.types.values()) == pytest.approx(1.0)
            mixed = sum(share * move.by_type[kind] for kind, share in move.types.items())
            assert mixed == pytest.approx(move.chance)


def test_turns_and_choices_are_those_of_a_walk(coercion):
    """Oracle: independent code, the turns that stands count themselves."""
    opening, table = coercion.opening(), DecisionTable(coercion)
    longest = mean = 0.0
    choices = dict.fromkeys(coercion.crisis.players, 0.0)
    for profile, prior in enumerate(opening.prior()):
        todo = [(opening.course.begin(profile), prior)]
        while todo:
            stand, weight = todo.pop()
            position = stand.position
            if position.is_over:
                longest = max(longest, stand.turn)
                mean += stand.turn * weight.mean()
                continue
            if position.mover is not None:
                choices[position.mover] += weight.mean()
            names = position.chance() or position.available()
            for name, part in zip(names, opening.odds(stand), strict=True):
                todo.append((opening.course.after(stand, name), weight * part))
    assert table.turns == (pytest.approx(mean), longest)
    for player, expected in choices.items():
        assert table.choices(player)[0] == pytest.approx(expected)


def test_figures_of_a_script_are_those_that_the_report_shows(coercion):
    """Oracle: independent code, the forecasts that reports are made of, at the first choice of the game."""
    opening = coercion.opening()
    table = DecisionTable(coercion)
    first = table.all[0]
    begun = [opening.course.begin(profile) for profile in range(len(opening.course.profiles))]
    chances = choice_chances(opening, begun)
    for move in first.moves:
        assert move.chance == pytest.approx(chances[move.instrument][0], abs=1e-6)
        after = forecast(
            opening,
            coercion.crisis,
            parallels(opening.course, opening.course.after(begun[0], move.instrument)),
        )
        for name, share in after.shares.items():
            assert move.ends[name] == pytest.approx(share, abs=1e-6)


def test_odds_at_the_start_are_those_of_a_session(coercion):
    """Oracle: independent code, the report of a session of bots at its first turn."""
    from detente.play.batches import play_alone

    data = teaching_data(coercion)
    state = play_alone(coercion, SessionOptions(draws=16, session_seed=3))
    labels = {item.label: name for name, item in coercion.crisis.outcomes.items()}
    said = {labels[row["label"]]: row["mean"] for row in data["odds"]["ends"]}
    assert said == {
        name: share[0] for name, share in report_data(state)["turns"][0]["ends"].items()
    }


@pytest.mark.parametrize(
    ("choices", "minutes"), [(0, 12.0), (1, 12.0), (3, 4.0), (4, 3.0), (5, 2.0), (30, 0.5)]
)
def test_a_demonstration_takes_twenty_minutes(choices, minutes):
    """Oracle: hand."""
    plan = plan_demonstration(choices, 3)
    assert plan.order == minutes
    assert 8 + plan.order * plan.turns <= max(20, 8 + 0.5 * choices)


@pytest.mark.parametrize(
    ("longest", "rounds", "talk", "order"),
    [
        ([2, 5, 7], 3, 5, 4),
        ([3, 7, 9], 3, 4, 3),
        ([4, 16, 17], 2, 2, 2),
        ([40], 1, 1, 1),
        ([1], 1, 33, 32),
    ],
)
def test_a_role_play_takes_two_hours(longest, rounds, talk, order):
    """Oracle: hand, 65 minutes shared by the turns of the longest run that leaves each four."""
    plan = plan_role_play(longest)
    assert (plan.rounds, plan.talk, plan.order) == (rounds, talk, order)


def test_what_is_believed_after_a_telling_move_follows_bayes(coercion):
    """Oracle: hand, from the figures that the question prints with one decimal."""
    asked = next(item for item in teaching_data(coercion)["assignment"] if item["case"] == "belief")
    printed = [(round(kind["before"], 3), round(kind["makes"], 3)) for kind in asked["types"]]
    total = sum(before * makes for before, makes in printed)
    for kind, (before, makes) in zip(asked["types"], printed, strict=True):
        assert kind["after"] == pytest.approx(before * makes / total, abs=0.01)


def test_a_card_tells_its_type_and_no_other(coercion):
    """Oracle: hand, two worlds: what the ends are worth to another type does not stand on a card, but for the ends of the scale."""
    cards = {(card["player"], card["type"]): card for card in teaching_data(coercion)["cards"]}
    assert cards.keys() == {
        (player, kind.id) for player, who in coercion.crisis.players.items() for kind in who.types
    }
    for (player, kind), card in cards.items():
        assert [worth["label"] for worth in card["worths"]] == [card["type_label"]]
        assert card["hides"] == (len(coercion.crisis.players[player].types) > 1)
        assert all("type" not in other for other in card["others"])
        twins = [other for key, other in cards.items() if key[0] == player and key[1] != kind]
        same = ("moves", "issues", "others", "clock", "sources", "scale", "name")
        assert all(card[name] == twin[name] for twin in twins for name in same)


def test_injects_open_or_close_something_and_end_nothing(coercion):
    """Oracle: hand, against the conditions of the template."""
    crisis = coercion.crisis
    labels = {variable.label: variable for variable in crisis.state.values()}
    found = teaching_data(coercion)["injects"]
    assert found
    for item in found:
        assert item["opens"] or item["closes"]
        variable = labels[item["variable"]]
        value = next(v for v in variable.values if variable.value_labels.get(v, v) == item["value"])
        assert value != variable.initial
        assert not any(value in rule.allowed.get(variable.id, ()) for rule in crisis.ends_when)


# --- teaching.yaml ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_crises_have_aims_and_questions_with_sources(name):
    """Oracle: hand; each source is one of the crisis, or reading would fail."""
    notes = read_teaching(load_crisis(name))
    assert notes.about
    assert notes.aims
    assert all(item.sources for item in (*notes.questions, *notes.debrief))
    assert len(notes.questions) >= 3


def test_notes_for_teaching_change_no_digest_and_no_figure(tmp_path):
    """Oracle: theorem, the same folder with and without the file."""
    from detente.play.rulebooks import Rulebook

    folder = copy_template("coercion", tmp_path / "c")
    bare = load_crisis(folder)
    (folder / TEACHING_FILE).write_text("aims: [To see why.]\n")
    told = load_crisis(folder)
    assert told.digest == bare.digest
    assert read_teaching(bare) == read_teaching(told) == TeachingNotes(aims=("To see why.",))
    before, after = (Rulebook(crisis, draws=4).opening().root.reach for crisis in (bare, told))
    assert np.array_equal(before, after)


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("aims: [1]\n", "value-type", "aims.0"),
        ("hopes: [x]\n", "key-unknown", "hopes"),
        ("questions:\n  - {ask: Why?, guide: So.}\n", "source-missing", "questions.0"),
        (
            "questions:\n  - {ask: Why?, guide: So., source: nobody}\n",
            "source-unknown",
            "questions.0.source",
        ),
        ("about: [a, b, c, d, e, f]\n", "value-out-of-range", "about"),
        ("- x\n", "value-type", ""),
    ],
)
def test_notes_that_cannot_be_used_are_refused_with_place_and_fix(tmp_path, text, code, path):
    """Oracle: hand."""
    folder = copy_template("coercion", tmp_path / "c")
    (folder / TEACHING_FILE).write_text(text)
    with pytest.raises(CrisisFileError) as caught:
        read_teaching(load_crisis(folder))
    finding = caught.value.findings[0]
    assert finding.code == code
    assert finding.file == TEACHING_FILE
    assert finding.path.startswith(path)
    assert finding.line
    assert finding.fix


def test_check_reads_the_notes(tmp_path):
    """Oracle: hand."""
    from detente.analysis.checking import examine

    folder = copy_template("coercion", tmp_path / "c")
    (folder / TEACHING_FILE).write_text("questions:\n  - {ask: Why?, guide: So., source: nobody}\n")
    findings, _ = examine(folder)
    assert [item.code for item in findings if item.file == TEACHING_FILE] == ["source-unknown"]

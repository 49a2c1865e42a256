"""A first crisis, step by step: after each step it passes every check."""

from datetime import date

import pytest

from detente.analysis.checking import examine
from detente.crisis.editing import value_at
from detente.crisis.guided import (
    add_move,
    add_source,
    begin_crisis,
    drop_move,
    list_effects,
    list_weighings,
    rename_words,
    set_position,
    set_weighing,
    template_files,
)
from detente.crisis.scaffold import template_names
from detente.engine import Engine
from detente.errors import UsageError


def begin(template="coercion"):
    return begin_crisis(
        template, title="A dispute over a strait", question="Who gives way?", as_of=date(2027, 5, 4)
    )


def load(files, folder):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        folder.joinpath(name).write_text(text, "utf-8")
    findings, crisis = examine(folder)
    assert [str(item) for item in findings] == []
    return crisis


@pytest.mark.parametrize("template", template_names())
def test_new_crisis_rests_on_judgement_alone(template, tmp_path):
    """Oracle: hand. It passes every check, its dates end at its cut-off, and no source of the template's world is left."""
    crisis = load(begin(template), tmp_path)
    assert crisis.id == "a-dispute-over-a-strait"
    assert crisis.as_of == date(2027, 5, 4)
    assert list(crisis.sources) == ["judgement"]
    assert {key for item in crisis.quantities.values() for key in item.sources} == {"judgement"}
    assert crisis.facts == ()
    assert "gazette" not in "".join(begin(template).values())


@pytest.mark.parametrize("template", template_names())
def test_new_crisis_has_the_numbers_of_its_template(template, tmp_path):
    """Oracle: theorem. Dates, sources and titles are no part of the game."""
    old = tmp_path / "old"
    old.mkdir()
    for name, text in template_files(template).items():
        old.joinpath(name).write_text(text, "utf-8")
    filed = examine(old)[1]
    made = load(begin(template), tmp_path / "new")
    before, after = (Engine(item).solve(draws=4)["attack"].values for item in (filed, made))
    assert after.tolist() == before.tolist()


def test_names_change_wherever_they_are_written(tmp_path):
    """Oracle: hand. Swapped names do not run into each other; a name that needs quotes gets them."""
    words = {"Northland": "Westmark", "Westmark": "Upper Isle, the", "Midland": "Reed's Land"}
    crisis = load(rename_words(begin(), words), tmp_path)
    assert [item.name for item in crisis.actors.values()] == [
        "Westmark",
        "Upper Isle, the",
        "Reed's Land",
    ]
    assert crisis.phases[0].label == "Upper Isle, the's answer"
    text = tmp_path.joinpath("crisis.yaml").read_text("utf-8")
    assert "Northland" not in text
    assert "Midland" not in text


@pytest.mark.parametrize("template", template_names())
def test_every_single_move_can_be_left_out_or_says_why_not(template, tmp_path):
    """Oracle: the checks. Most moves leave a crisis that passes; what does not is an outcome or phase that needed the move."""
    left = 0
    moves = value_at(begin(template)["crisis.yaml"], ("instruments",))
    for name in moves:
        folder = tmp_path / name
        folder.mkdir()
        files = drop_move(begin(template), name)
        for file, text in files.items():
            folder.joinpath(file).write_text(text, "utf-8")
        codes = {item.code for item in examine(folder)[0]}
        left += not codes
        assert codes <= {
            "outcome-unreachable",
            "instrument-unreachable",
            "entry-unused",
            "menu-empty",
            "policy-invalid",
        }
    assert left >= len(moves) // 3


def test_move_of_ones_own_is_on_its_menu(tmp_path):
    """Oracle: hand."""
    files = begin()
    assert ("posture=armed", "arms aid: armed") in list_effects(files["crisis.yaml"])
    files = add_move(
        files,
        label="Send a warship",
        player="west",
        phase="answer",
        kind="deterrence",
        effect="posture=armed",
    )
    crisis = load(files, tmp_path)
    assert crisis.phases[0].moves[0].menu[-1] == "send_a_warship"
    assert crisis.instruments["send_a_warship"].nest == "arms"


@pytest.mark.parametrize("times", [0.0, 0.5, 2.0])
def test_weights_are_multiples_of_those_of_the_template(times, tmp_path):
    """Oracle: hand. A number, weights by type with a quantity among them; setting it again gives the same."""
    files = begin()
    for _ in range(2):
        files = set_weighing(files, "coercion", "conquest", "north", times)
        files = set_weighing(files, "coercion", "audience", "north", times)
    found = {item[:3:2]: item.times for item in list_weighings(files["crisis.yaml"], "coercion")}
    assert found["conquest", "north"] == times
    assert found["audience", "north"] == times
    assert found["audience", "north"] == -value_at(
        files["crisis.yaml"], ("considerations", "audience", "weights", "north")
    )
    if times:
        load(files, tmp_path)
    back = set_weighing(files, "coercion", "conquest", "north", 1.0)
    assert value_at(back["crisis.yaml"], ("considerations", "conquest", "weights", "north")) == {
        "limited": 1,
        "revisionist": "weight.revisionist",
    }


def test_positions_and_sources_are_rows_of_their_tables(tmp_path):
    """Oracle: hand."""
    files = set_position(begin(), "NOR", "membership", 15)
    files = add_source(
        files,
        publisher="The Times",
        title="Ships, and more",
        day="2027-05-01",
        address="",
        figure="war.gain",
    )
    crisis = load(files, tmp_path)
    assert crisis.quantities["positions.NOR.membership"].distribution.parameters[1] == 15
    assert crisis.sources["the-times"].title == "Ships, and more"
    assert crisis.quantities["war.gain"].sources == ("the-times", "judgement")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            lambda _: begin_crisis("war", title="x", question="y", as_of=date(2027, 1, 1)),
            "option-invalid",
        ),
        (
            lambda _: begin_crisis("coercion", title=" ", question="y", as_of=date(2027, 1, 1)),
            "key-missing",
        ),
        (lambda files: rename_words(files, {"Northland": ""}), "value-type"),
        (lambda files: rename_words(files, {"Northland": "a\nb: c"}), "value-type"),
        (lambda files: set_position(files, "NOR", "membership", 101), "value-out-of-range"),
        (
            lambda files: set_weighing(files, "coercion", "conquest", "north", 9),
            "value-out-of-range",
        ),
        (lambda files: set_weighing(files, "coercion", "nothing", "north", 1), "path-unknown"),
    ],
)
def test_bad_steps_are_refused_with_code_and_fix(change, code):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        change(begin())
    assert caught.value.code == code
    assert caught.value.fix

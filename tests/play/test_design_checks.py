"""What makes a poor game: each check fires where it should, keeps still where it should not, and measures what it says."""

import shutil
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from ruamel.yaml import YAML

from detente.crisis import load_crisis
from detente.play.decisions import DecisionTable
from detente.play.design_checks import (
    DESIGN_CASES,
    LONG,
    SHORT,
    DesignFinding,
    check_design,
    design_data,
)
from detente.play.rulebooks import Rulebook
from detente.web.teaching.packs import find_renderer

TEMPLATES = files("detente.crisis") / "templates"


def found_in(template, **overrides):
    crisis = load_crisis(str(TEMPLATES / template), overrides=overrides)
    return check_design(Rulebook(crisis, draws=8))


def edited(folder, template, edit):
    """Copy a template and edit its document."""
    shutil.copytree(str(TEMPLATES / template), folder)
    yaml, path = YAML(), folder / "crisis.yaml"
    document = yaml.load(path)
    edit(document)
    yaml.dump(document, path)
    return check_design(Rulebook(load_crisis(folder), draws=8))


@pytest.mark.parametrize(
    ("template", "overrides", "case", "seat", "what"),
    [
        ("coercion", {}, "few_choices", "Midland", ""),
        ("occupation", {}, "waits", "Rivermouth", ""),
        ("coercion", {"rationality": 1.5}, "never_made", "Northland", "withdraw"),
        ("blockade", {}, "dominated", "Northland", "send a ship through the line"),
        ("occupation", {"rationality": 5}, "foregone", "Westmark", "agree to a partial withdrawal"),
        ("coercion", {}, "hardly_matters", "Northland", ""),
        ("occupation", {}, "little_at_stake", "Rivermouth", ""),
        ("coercion", {"rationality": 1.5}, "end_never_comes", "", "Northland withdraws"),
        (
            "occupation",
            {"rationality": 5},
            "settled_beforehand",
            "",
            "partial withdrawal by agreement",
        ),
        ("blockade", {"rounds": 1}, "too_short", "", ""),
        ("blockade", {"rounds": 5}, "too_long", "", ""),
    ],
)
def test_a_check_fires_on_a_template(template, overrides, case, seat, what):
    """Oracle: hand: what is changed makes the game poor in just this way; the figure is on the wrong side of the bound."""
    hits = [item for item in found_in(template, **overrides) if item.case == case]
    assert (seat, what) in {(item.seat, item.what) for item in hits}
    for item in hits:
        over = item.figure > item.bound
        at = item.figure >= item.bound
        assert (
            at
            if case in {"foregone", "settled_beforehand", "dominated"}
            else over == (case == "too_long")
        )


def test_a_game_without_types_and_hidden_moves_has_no_secrets(tmp_path):
    """Oracle: hand."""

    def bare(document):
        for who in document["players"].values():
            for name in list(who["types"])[1:]:
                del who["types"][name]
            next(iter(who["types"].values()))["prior"] = 1
        del document["event_rules"]
        for item in document["considerations"].values():
            for player, weights in item.get("weights", {}).items():
                kept = set(document["players"][player]["types"])
                if isinstance(weights, dict) and set(weights) - kept:
                    item["weights"][player] = {k: v for k, v in weights.items() if k in kept}

    cases = [item.case for item in edited(tmp_path / "c", "occupation", bare)]
    assert cases.count("no_secrets") == 1
    assert not any(item.case == "no_secrets" for item in found_in("occupation"))


def test_a_hidden_move_that_is_hardly_open_is_not_used(tmp_path):
    """Oracle: hand: subversion that is open in the last round alone, after a settlement is on the table and refused, is rare."""

    def close(document):
        document["instruments"]["subvert"]["when"] = {
            "conflict": "none",
            "round": 2,
            "talks": "offered",
            "posture": "armed",
            "threat": "firm",
        }

    hits = [item for item in edited(tmp_path / "c", "coercion", close) if "subversion" in item.what]
    assert "secret_unused" in {item.case for item in hits}
    assert not any(item.case == "secret_unused" for item in found_in("coercion"))


def test_moves_that_are_never_best_are_those_of_a_walk(coercion):
    """Oracle: independent code: stands walked one by one, worth of each choice by what its mover knows, in every case."""
    opening, form = coercion.opening(), coercion.opening().root.form
    place = {int(node): row for row, node in enumerate(form.terminal_node)}
    players = list(coercion.crisis.players)
    paid, made = {}, {}

    def walk(stand, weight, path):
        position = stand.position
        if position.is_over:
            row = place[opening.node(stand)]
            for key, name, number in path:
                paid[key, name] = (
                    paid.get((key, name), 0.0) + weight * coercion.payoffs[row, number]
                )
                made[key, name] = made.get((key, name), 0.0) + weight
            return
        names = position.chance() or position.available()
        for name, part in zip(names, opening.odds(stand), strict=True):
            step = path
            if position.mover is not None:
                own = opening.course.profiles[stand.path[0]][position.mover]
                number = players.index(position.mover)
                key = (position.mover, own, stand.where, stand.seen[number], tuple(names))
                step = (*path, (key, name, number))
            walk(opening.course.after(stand, name), weight * part, step)

    for profile, prior in enumerate(opening.prior()):
        walk(opening.course.begin(profile), prior, ())
    keys = {}
    for key, name in paid:
        keys.setdefault(key, []).append(name)
    best = set()
    for key, names in keys.items():
        worth = np.array([paid[key, name] / made[key, name] for name in names])
        best |= {
            names[row] for row in np.flatnonzero((worth >= worth.max(axis=0) - 1e-6).any(axis=1))
        }
    moves = {move.instrument for item in DecisionTable(coercion).all for move in item.moves}
    known = {
        move.instrument
        for item in DecisionTable(coercion).all
        for move in item.moves
        if move.ever_best
    }
    assert known == best
    expected = {coercion.crisis.instruments[name].label for name in moves - best}
    flagged = {
        item.what for item in check_design(coercion) if item.case in {"dominated", "never_made"}
    }
    assert flagged == expected


def test_plain_data_has_what_is_measured_and_what_fires(coercion):
    """Oracle: hand."""
    data = design_data(coercion)
    assert [item["case"] for item in data["findings"]] == [
        item.case for item in check_design(coercion)
    ]
    assert {item["seat"] for item in data["seats"]} == {
        who.name for who in coercion.crisis.players.values()
    }
    total = sum(item["choices"] for item in data["seats"])
    assert total >= data["turns"]["average"] - 1e-9
    assert SHORT <= data["turns"]["longest"] <= LONG


@pytest.mark.parametrize("case", DESIGN_CASES)
def test_every_case_has_words_and_a_fix_of_its_own(case):
    """Oracle: hand: the figure or what it is about stands in the words, and no two cases share them."""
    words = find_renderer().words
    item = DesignFinding(
        case=case,
        seat="Westmark",
        phase="The answer",
        round=2,
        what="wait",
        figure=2.0 if case.startswith("too") else 0.42,
        bound=0.5,
        place="phases.answer",
    )
    said = words("teach-words.j2", "fault", item)
    others = {
        words("teach-words.j2", "fault", replace(item, case=name))
        for name in DESIGN_CASES
        if name != case
    }
    assert said.endswith(".")
    assert said not in others
    assert any(part in said for part in ("Westmark", "wait", "2 turns", "No seat"))
    assert words("teach-words.j2", "mend", item).endswith(".")

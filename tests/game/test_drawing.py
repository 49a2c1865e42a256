"""Drawings of game trees. Oracle: hand; that a picture reads well was looked at, not computed."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from detente.errors import GameError
from detente.game import GameBuilder, read_efg
from detente.game.catalogue import catalogue, find_game
from detente.game.formats.drawing import draw_tree, fits_page, summarise
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree

parse = ET.fromstring
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", catalogue())
def test_every_published_game_fits_its_picture(name):
    game = read_efg(find_game(name))
    root = parse(draw_tree(game))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.attrib["x"]) <= width
        assert 0 <= float(text.attrib["y"]) <= height
    circles = list(root.iter(f"{SVG}circle"))
    assert len(circles) == int((game.form.n_children > 0).sum())


def test_no_two_labels_stand_on_each_other():
    root = parse(draw_tree(read_efg(find_game("kuhn1950/poker"))))
    places = [(text.attrib["x"], text.attrib["y"]) for text in root.iter(f"{SVG}text")]
    assert len(set(places)) == len(places)
    assert "1/6" in "".join(text.text or "" for text in root.iter(f"{SVG}text"))


def test_strange_labels_make_no_broken_picture():
    name = '<&">\n' + "x" * 500
    builder = GameBuilder([name], title=name)
    move = builder.decision(None, player=name, info_set=name, actions=[name])
    builder.terminal((move, name), payoffs=[-1.5])
    game = builder.build()
    # no reader and no builder lets these through, arrays do
    form = replace(game.form, action_label=("\x00" + name,), player_label=("\x00" + name,))
    drawn = draw_tree(replace(game, form=form, title="\x00" + name))
    assert "\x00" not in drawn
    parse(drawn)


def test_a_large_game_is_summed_up_instead():
    game = game_from_tree(bargaining_tree(rounds=3, challenger_types=2, defender_types=2))
    assert not fits_page(game)
    with pytest.raises(GameError) as caught:
        draw_tree(game)
    assert caught.value.code == "game-too-large"
    assert summarise(game).nodes == game.form.n_nodes


def test_the_summary_counts_right():
    summary = summarise(read_efg(find_game("selten1975/fig1")))
    assert (summary.nodes, summary.decisions, summary.ends, summary.depth) == (9, 4, 5, 3)
    assert summary.payoff_high == (4.0, 4.0, 2.0)
    assert not summary.perfect_information
    assert summarise(read_efg(find_game("selten1975/fig2"))).perfect_information

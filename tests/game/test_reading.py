"""Games from files of any format: what is read, and how what is not is named. Oracle: hand, Gambit's format pages, unless
said otherwise."""

import gzip
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.characters import find_forbidden
from detente.errors import GameError
from detente.game import GameBuilder, solve_logit_qre
from detente.game.formats.efg import parse_efg, read_efg, write_efg
from detente.game.formats.nfg import parse_nfg
from detente.game.formats.reading import parse_game, read_game
from detente.game.formats.trees import game_from_tree, parse_tree, read_tree
from detente.testing.profiles import examples

EFG = 'EFG 2 R "T & <t>" { "X" }\n""\n\np "" 1 1 "" { "l" "r & s" } 0\nt "" 1 "" { 4 }\nt "" 2 "" { 0 }\n'
TREE = '{"players": ["X"], "tree": {"player": 0, "infoset": 0, "children": [{"payoffs": [4]}, {"payoffs": [0]}]}}'
NFG = 'NFG 1 R "x" { "A" "B" } { 2 2 }\n\n1 2 3 4 5 6 7 8\n'
OUTCOMES = """NFG 1 R "Battle of the Sexes" { "Player 1" "Player 2" }
{ { "Top" "Bottom" }
{ "Left" "Right" }
}
"a comment"
{
{ "" 3, 2 }
{ "nothing" 0 0 }
{ "" 2, 3 }
}
1 2 0 3
"""


def workbook(text, tag="efgfile", before=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<gambit:document xmlns:gambit="http://gambit.sourceforge.net/" '
        f'version="0.1">\n<numbers decimals="4"/>\n<game>\n<{tag}>\n{text}</{tag}>\n</game>\n</gambit:document>\n'
    )


def cell(game, *choices):
    """Payoffs where the players make these choices, by walking the tree."""
    node = 0
    for choice in choices:
        node = int(game.form.first_child[node]) + choice
    return game.payoffs[game.form.payoff_class[game.form.terminal_node == node]][0].tolist()


# games in normal form


def test_a_table_of_payoffs_lists_the_first_players_strategies_fastest():
    game = parse_nfg(NFG)
    assert [cell(game, row, column) for row in (0, 1) for column in (0, 1)] == [
        [1.0, 2.0], [5.0, 6.0], [3.0, 4.0], [7.0, 8.0]
    ]  # fmt: skip
    assert game.form.action_label == ("1", "2", "1", "2")
    assert game.form.player_label == ("A", "B")


def test_outcomes_are_referred_to_by_number_and_none_pays_nothing():
    game = parse_nfg(OUTCOMES)
    assert game.form.action_label == ("Top", "Bottom", "Left", "Right")
    assert [cell(game, 0, 0), cell(game, 1, 0), cell(game, 0, 1), cell(game, 1, 1)] == [
        [3.0, 2.0], [0.0, 0.0], [0.0, 0.0], [2.0, 3.0]
    ]  # fmt: skip


@examples(40)
@given(data=st.data())
def test_any_number_of_players_and_strategies(data):
    """Oracle: hand, the formula of the format's page: cell a1, a2, ... stands at a1 + s1 * (a2 + s2 * ...)."""
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    cells = int(np.prod(sizes))
    table = np.arange(cells * len(sizes)).reshape(cells, len(sizes))
    names = " ".join(f'"{chr(65 + number)}"' for number in range(len(sizes)))
    text = f'NFG 1 R "" {{ {names} }} {{ {" ".join(map(str, sizes))} }}\n' + " ".join(
        map(str, table.ravel())
    )
    game = parse_nfg(text)
    for choices in np.ndindex(*sizes):
        place, step = 0, 1
        for choice, size in zip(choices, sizes, strict=True):
            place, step = place + step * choice, step * size
        assert cell(game, *choices) == table[place].tolist()
    assert parse_efg(write_efg(game)).form.n_nodes == game.form.n_nodes


def test_a_game_in_normal_form_has_the_equilibrium_of_simultaneous_choice():
    """Oracle: hand; both have a dominant second strategy, worth 2 and 4 more: odds exp(2) and exp(4)."""
    game = parse_nfg(NFG)
    result = solve_logit_qre(game.form, 1.0, payoffs=game.payoffs)
    np.testing.assert_allclose(
        result.strategy[[1, 3], 0], [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(-4))], rtol=1e-12
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('NFG 2 R "x" { "A" } { 1 } 1', "game-invalid", 1),
        ('NFG 1 R "x" { "A" "B" }\n{ 2 } 1', "game-invalid", 2),
        ('NFG 1 R "x" { "A" "B" }\n{ 2 0 } 1', "game-invalid", 2),
        ('NFG 1 R "x" { "A" "B" } { 2 2 }\n1 2 3 4 5 6 7', "game-invalid", 2),
        ('NFG 1 R "x" { "A" "B" } { 2 2 }\n1 2 3 4 5 6 7 8 9', "game-invalid", 2),
        ('NFG 1 R "x" { "A" "B" } { 2 2 }\n1 2 3 4 5 6 7 x', "game-invalid", 2),
        ('NFG 1 R "x" { "A" "B" } { 2 2 }\n1 2 3 4 5 6 7 1e999', "payoff-not-finite", 2),
        ('NFG 1 R "x" { "A" "B" } { 99999 99999 }\n1', "game-too-large", 1),
        (OUTCOMES.replace("1 2 0 3", "1 2 0 4"), "game-invalid", 11),
        (OUTCOMES.replace("1 2 0 3", "1 2 0"), "game-invalid", 12),
        (OUTCOMES.replace('{ "" 2, 3 }', '{ "" 2 }'), "game-invalid", 9),
        (NFG.replace('"A"', '"A').replace('"B"', '"B"'), "game-invalid", 1),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_by_code_and_line(text, code, line):
    with pytest.raises(GameError) as caught:
        parse_nfg(text, name="bad.nfg")
    at = "bad.nfg" if code == "game-too-large" else f"bad.nfg:{line}"
    assert (caught.value.code, caught.value.at) == (code, at)
    assert caught.value.fix


# containers


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.efg", EFG),
        ("a.txt", EFG),
        ("a.json", TREE),
        ("tree.efg", TREE),
        ("a.nfg", NFG),
        ("a.gbt", workbook(EFG)),
        ("a.gbt", workbook(NFG, "nfgfile")),
        ("a.gbt", workbook(f"<![CDATA[{EFG}]]>")),
        ("a.gbt", "\n" + workbook(EFG).partition("\n")[2]),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_formats_are_told_apart_by_what_stands_in_them(tmp_path, name, data, packed):
    file = tmp_path / (name + ".gz" * packed)
    raw = data.encode()
    file.write_bytes(gzip.compress(raw) if packed else raw)
    game = read_game(file)
    assert game.payoffs.max() in {4.0, 8.0}


def test_a_workbook_keeps_what_xml_would_escape_and_its_lines():
    """Gambit writes the text of the game as it is."""
    game = parse_game(EFG)
    assert game.form.action_label == ("l", "r & s")


def test_a_workbook_is_read_by_line(tmp_path):
    file = tmp_path / "w.gbt"
    file.write_text(workbook(EFG.replace("{ 4 }", "{ x }")))
    with pytest.raises(GameError) as caught:
        read_game(file)
    assert caught.value.at == "w.gbt:10"
    file.write_text(workbook(EFG))
    assert read_game(file).title == "T & <t>"


def test_nothing_in_a_workbook_is_expanded(tmp_path):
    file = tmp_path / "w.gbt"
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/hosts">]>\n'
    for text in ("&b;", "&c;", EFG):
        file.write_text(workbook(f"<![CDATA[]]>{text}", before=bomb))
        with pytest.raises(GameError) as caught:
            read_game(file)
        assert caught.value.code == "game-invalid"
        assert "document type" in caught.value.message


def test_what_gzip_has_packed_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("detente.game.formats._files.MOST_BYTES", 1_000_000)
    file = tmp_path / "bomb.efg.gz"
    file.write_bytes(gzip.compress(bytes(100_000_000)))
    tracemalloc.start()
    with pytest.raises(GameError) as caught:
        read_game(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == "file-too-large"
    assert peak < 10_000_000
    many = gzip.compress(bytes(400_000))
    file.write_bytes(many * 3)
    with pytest.raises(GameError) as caught:
        read_game(file)
    assert caught.value.code == "file-too-large"


@pytest.mark.parametrize("cut", [5, 12, 40, -3])
def test_damaged_gzip_is_refused(tmp_path, cut):
    file = tmp_path / "a.efg.gz"
    file.write_bytes(gzip.compress(EFG.encode())[:cut])
    with pytest.raises(GameError) as caught:
        read_game(file)
    assert caught.value.code == "game-invalid"
    assert "damaged" in caught.value.message


# other programs' files


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (gzip.compress(gzip.compress(EFG.encode())), "gzip"),
        (b"BZh91AY", "bzip2"),
        (b"\x89PNG\r\n", "PNG"),
        (
            workbook("").replace("<efgfile>", "").replace("</efgfile>", "").encode(),
            "Gambit workbook",
        ),
        (b'<gte version="0.1">\n</gte>', "Game Theory Explorer"),
        (b"<!DOCTYPE html>\n<html><br></html>", "HTML"),
        (b"<html><head/></html>", "HTML"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"<game><tree/></game>", "<game>"),
        (b"<game", "XML"),
        (b'{"cells": [], "nbformat": 4}', "JSON"),
        (b"#AGG\n2\n", "action graph"),
        (b"# Automatically generated by OpenSpiel SerializeGameAndState\n", "OpenSpiel"),
        (b"import pygambit\ngame = 1\n", "Python"),
        (b"\\documentclass{article}\n", "LaTeX"),
        (b"title: x\nplayers:\n", "YAML"),
        (b"a,b,c\n1,2,3\n", "CSV"),
    ],
)
@pytest.mark.parametrize("name", ["g.efg", "g.dat", "g.gbt"])
def test_files_of_other_kinds_are_named(tmp_path, data, what, name):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(GameError) as caught:
        read_game(file)
    assert caught.value.code == "file-foreign"
    assert what in caught.value.message
    assert ".efg" in caught.value.fix


@pytest.mark.parametrize(
    ("read", "text"), [(read_efg, NFG), (read_efg, workbook(EFG)), (read_tree, EFG)]
)
def test_readers_of_one_format_name_another(tmp_path, read, text):
    file = tmp_path / "game"
    file.write_text(text)
    with pytest.raises(GameError) as caught:
        read(file)
    assert caught.value.code == "file-foreign"
    assert caught.value.fix


@examples(200)
@given(
    data=st.binary(max_size=40),
    start=st.sampled_from([b"", b"<", b"\x1f\x8b", b"NFG 1 R ", b"{", b"EFG"]),
)
def test_any_bytes_are_a_game_or_refused(tmp_path_factory, data, start):
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_bytes(start + data)
    with pytest.raises(GameError) as caught:
        read_game(file)
    assert caught.value.fix


# texts whose end was forgotten


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('EFG 2 R "A" { "X" }\n"a comment\n\n' + EFG.partition("\n\n")[2], 2),
        ('EFG 2 R "A" { "X" }\n""\np "" 1 1 "" { "l" "r } 0\nt "" 1 "" { 1 }\nt "" 2 "" { 0 }\n', 3),
        ('EFG 2 R "A" { "X }\n""\np "" 1 1 "" { "l" "r" } 0\nt "" 1 "" { 1 }\nt "" 2 "" { 0 }\n', 1),
        ('EFG 2 R "A" { "X" }\n"over\ntwo lines"\np "" 1 1 "s { "l" "r" } 0\nt "" 1 { 1 }\nt "" 0\n', 4),
        ('EFG 2 R "A" { "X" }\n"over\ntwo lines"\np "" 1 1 "s" { "l" "r" } 0\nt "" 1 { 1 }\nt " 0\n', 6),
        ('EFG 2 R "A" { "X" }\n"with \\"marks\\" in\nit"\np "" 1 1 "s" { "l" "r" } 0\nt "" 1 { 1 }\nt " 0\n', 6),
        (NFG.replace("\n\n", '\n"open\n'), 2),
    ],
)  # fmt: skip
def test_a_text_whose_end_was_forgotten_is_named_where_it_opens(text, line):
    with pytest.raises(GameError) as caught:
        parse_game(text, name="q")
    assert (caught.value.code, caught.value.at) == ("game-invalid", f"q:{line}")


def test_a_text_over_several_lines_is_not_blamed_for_what_follows():
    text = 'EFG 2 R "A" { "X" }\n"over\ntwo lines"\np "" 1 1 "s" { "l" "r" } 0\nt "" 1 { 1 }\nx\n'
    with pytest.raises(GameError) as caught:
        parse_efg(text, name="q")
    assert caught.value.at == "q:6"


# characters


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\u202e", "\u2066", "\ufffe"])
@pytest.mark.parametrize("place", ["T & <t>", '"X"', '"l"'])
def test_forbidden_characters_are_refused_in_texts(character, place):
    text = EFG.replace(place, place[:-1] + character + place[-1])
    for read, what in (
        (parse_efg, text),
        (parse_game, text),
        (parse_nfg, NFG.replace("x", character)),
    ):
        with pytest.raises(GameError) as caught:
            read(what)
        assert caught.value.code == "character-forbidden"
        assert character not in str(caught.value)


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\u202e", "\udc00"])
@pytest.mark.parametrize("key", ["title", "player", "label", "action", "extra"])
def test_forbidden_characters_are_refused_in_trees(character, key, escaped):
    names = dict.fromkeys(["title", "player", "label", "action", "extra"], "n")
    names[key] = f"a{character}b"
    tree = {"player": 0, "infoset": 0, "label": names["label"], "actions": ["z", names["action"]],
            "children": [{"payoffs": [1]}, {"payoffs": [0]}]}  # fmt: skip
    data = {"title": names["title"], "players": [names["player"]], "tree": tree, names["extra"]: 0}
    with pytest.raises(GameError) as caught:
        parse_tree(json.dumps(data, ensure_ascii=escaped))
    if escaped or character > "\x1f":  # raw controls are no JSON at all
        assert caught.value.code == "character-forbidden"
    if key != "extra":
        with pytest.raises(GameError) as caught:
            game_from_tree(data)
        assert caught.value.code == "character-forbidden"


def test_pairs_of_surrogates_are_joined():
    text = TREE.replace('"player": 0', '"player": 0, "label": "\\ud83d\\ude00"')
    assert parse_tree(text).form.info_set_label == ("\U0001f600",)


# names that Gambit takes


def test_sets_that_share_a_name_are_numbered_when_written():
    """Oracle: published, Gambit refuses a name that a player has twice (tried with pygambit 16.7)."""
    builder = GameBuilder(["X", "Y"])
    root = builder.decision(None, player="X", info_set="1", actions=["a", "b"], label="s")
    low = builder.decision((root, "a"), player="X", info_set="2", actions=["a", "b"], label="s")
    high = builder.decision((root, "b"), player="Y", info_set="3", actions=["a", "b"], label="s")
    for node in (low, high):
        for number, action in enumerate("ab"):
            builder.terminal((node, action), payoffs=[1e-7 * number, 1e22])
    game = builder.build()
    text = write_efg(game)
    back = parse_efg(text)
    assert back.form.info_set_label == ("s_1", "s_2", "s")
    assert write_efg(back) == text
    assert "e+" not in text  # Gambit takes no plus in an exponent
    np.testing.assert_array_equal(back.payoffs, game.payoffs)
    np.testing.assert_array_equal(back.form.info_set, game.form.info_set)


@examples(60)
@given(labels=st.lists(st.sampled_from(["", "x", "x_1", "x_2", "_1"]), min_size=1, max_size=6))
def test_names_written_are_empty_or_unique(labels):
    builder = GameBuilder(["X"])
    place = None
    for number, label in enumerate(labels):
        node = builder.decision(
            place, player="X", info_set=f"{number}!", actions=["a"], label=label
        )
        place = (node, "a")
    builder.terminal(place, payoffs=[1.0])
    written = [label for label in _labels(write_efg(builder.build())) if label]
    assert len(set(written)) == len(written)
    assert all(find_forbidden(label) is None for label in written)


def _labels(text):
    return [line.split('"')[3] for line in text.splitlines() if line.startswith("p ")]

"""The tools of assistants: over standard input and output as a program gets them, and what garbage gets in answer."""

import asyncio
import json
import os
import sys
import threading

import pytest

import detente
from detente.web.assistants import call_tool, offered
from detente.web.telling import STANDING
from detente.web.tools import TOOLS, Desk

mcp = pytest.importorskip("mcp", reason="the extra assistants is not installed")

CRISIS = "cuba-1962"
CALM = {"calm": 6}
CALLS = [
    ("list_crises", {}),
    ("list_assumptions", {"crisis": CRISIS, "text": "worth of an end"}),
    ("ask_figure", {"crisis": CRISIS, "figure": "attack", "draws": 64}),
    ("what_if", {"crisis": CRISIS, "set": CALM, "draws": 64}),
    ("why", {"crisis": CRISIS}),
    ("trace", {"crisis": CRISIS, "of": "calm"}),
    ("write_crisis", {"crisis": CRISIS, "set": CALM, "name": "calmer"}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("writing")


@pytest.fixture(scope="module")
def session(folder):
    """What a client of the protocol's own library gets from the command in a process of its own, call by call."""
    arguments = ["-m", "detente", "mcp", CRISIS, "--allow-writing", str(folder)]
    server = mcp.StdioServerParameters(
        command=sys.executable, args=arguments, env=dict(os.environ), cwd=folder
    )

    async def talk():
        async with mcp.Client(mcp.stdio_client(server)) as client:
            listed = await client.list_tools()
            answers = {name: await client.call_tool(name, given) for name, given in CALLS}
            answers["unknown"] = await client.call_tool("ask_figure", {"crisis": "atlantis"})
            return client.instructions, listed.tools, answers

    return asyncio.run(talk())


@pytest.fixture(scope="module")
def desk(bench):
    return Desk.of(bench)


def numbers_in(data):
    """Every number that is told, wherever it stands in an answer."""
    if isinstance(data, dict):
        if {"mean", "standing", "trace"} <= set(data):
            yield data
        for part in data.values():
            yield from numbers_in(part)
    elif isinstance(data, list):
        for part in data:
            yield from numbers_in(part)


def test_each_tool_is_listed_and_says_whether_it_writes(session):
    """Oracle: the register of tools; by hand, one of them writes."""
    about, listed, _ = session
    assert STANDING in about
    assert [tool.name for tool in listed] == [tool.name for tool in TOOLS]
    assert [tool.name for tool in listed if not tool.annotations.read_only_hint] == ["write_crisis"]
    assert all(STANDING in tool.description for tool in listed)


@pytest.mark.parametrize("name", [name for name, _ in CALLS])
def test_each_tool_answers_over_standard_streams(session, name):
    """Oracle by hand: an answer says what it is, as data and as the same text."""
    answer = session[2][name]
    assert not answer.is_error
    assert answer.structured_content["standing"] == STANDING
    assert json.loads(answer.content[0].text) == answer.structured_content


def test_the_numbers_are_those_of_the_workbench(session, desk):
    """Oracle, independent code: the engine, asked in this process at the same draws and seed."""
    found = detente.Engine(desk.bench.changed(CRISIS, CALM)).solve("as_announced", draws=64, seed=1)
    attack = session[2]["what_if"].structured_content["outcomes"][0]["now"]
    assert attack["mean"] == pytest.approx(found["attack"].mean, abs=1e-9)
    assert (attack["low"], attack["high"]) == pytest.approx(
        (found["attack"].low, found["attack"].high), abs=1e-9
    )
    figure = session[2]["ask_figure"].structured_content
    assert figure["now"]["mean"] == figure["as_filed"]["mean"]
    assert (
        figure["now"]["mean"]
        == session[2]["what_if"].structured_content["outcomes"][0]["as_filed"]["mean"]
    )


def test_every_number_has_range_unit_trace_and_says_what_it_is(session):
    """Oracle by hand: mean between its quantiles' least and largest, a unit, a metric, a link, and the words."""
    told = list(numbers_in(session[2]["what_if"].structured_content))
    told += numbers_in(session[2]["ask_figure"].structured_content)
    assert len(told) > 20
    for item in told:
        assert item["standing"] == STANDING
        assert item["unit"] == "prob"
        assert item["trace"]["metric"] == item["id"]
        assert item["trace"]["link"].startswith(f"/{CRISIS}/what-if?digest=")
        assert item["trace"]["reads_in_all"] >= len(item["trace"]["reads"]) > 0
        assert item["excluded"] or 0 <= item["low"] <= item["high"] <= 1
    changed = next(item for item in told if "set.calm=6" in item["trace"]["link"])
    assert changed["id"] == "attack"


def test_reasons_add_up_and_have_ranges(session):
    """Oracle: the parts of a payoff sum to it; a mean of probabilities lies within what they can be."""
    for kind in session[2]["why"].structured_content["types"]:
        assert sum(option["prob"] for option in kind["options"]) == pytest.approx(1, abs=1e-6)
        for option in kind["options"]:
            parts = sum(part["mean"] for part in option["parts"])
            assert parts == pytest.approx(option["worth"], abs=1e-6)
            assert option["low"] <= option["high"]
            assert 0 <= option["prob_low"] <= option["prob_high"] <= 1
            assert all(part["low"] <= part["high"] for part in option["parts"])


def test_a_written_crisis_says_what_was_set(session, folder):
    """Oracle, independent code: the folder loaded again, against the crisis with the value set."""
    wrote = session[2]["write_crisis"].structured_content
    assert wrote["folder"] == str(folder / "calmer")
    found = detente.load(folder / "calmer")
    assert found.id == "calmer"
    assert found.quantities["calm"].distribution.parameters == (6.0,)
    assert "set in a what-if" in found.quantities["calm"].note
    assert "tna-tel" not in found.quantities["calm"].sources


def test_an_error_over_the_protocol_has_code_and_fix(session):
    """Oracle by hand."""
    answer = session[2]["unknown"]
    assert answer.is_error
    assert answer.structured_content["error"]["code"] == "crisis-unknown"
    assert CRISIS in answer.structured_content["error"]["fix"]


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("nonsense", {}, "option-invalid"),
        ("write_crisis", {"crisis": CRISIS, "name": "x"}, "option-invalid"),  # not offered here
        ("list_crises", {"crisis": CRISIS}, "option-invalid"),
        ("ask_figure", {}, "option-invalid"),
        ("ask_figure", {"crisis": 3}, "option-invalid"),
        ("ask_figure", {"crisis": CRISIS, "figure": "outcome/nothing"}, "figure-unknown"),
        ("ask_figure", {"crisis": CRISIS, "figure": "payoff/nobody/x"}, "figure-unknown"),
        ("ask_figure", {"crisis": CRISIS, "figure": "level/general_war"}, "figure-unknown"),
        ("ask_figure", {"crisis": CRISIS, "figure": "outcome/"}, "figure-unknown"),
        ("ask_figure", {"crisis": CRISIS, "draws": 10**9}, "option-invalid"),
        ("ask_figure", {"crisis": CRISIS, "seed": -1}, "option-invalid"),
        ("ask_figure", {"crisis": CRISIS, "policy": "surrender"}, "policy-invalid"),
        ("what_if", {"crisis": CRISIS, "set": {"calmness": 6}}, "path-unknown"),
        ("what_if", {"crisis": CRISIS, "set": {"calm": "plenty"}}, "value-type"),
        ("what_if", {"crisis": CRISIS, "set": {"calm": float("nan")}}, "value-type"),
        ("what_if", {"crisis": CRISIS, "set": [["calm", 6]]}, "option-invalid"),
        ("why", {"crisis": CRISIS, "at": "wave a flag, nowhere@9"}, "instrument-unknown"),
        ("trace", {"crisis": CRISIS, "of": "calmness"}, "quantity-unknown"),
        ("trace", {"crisis": CRISIS, "of": "outcome/nothing"}, "figure-unknown"),
        ("trace", {"crisis": "../../etc", "of": "calm"}, "crisis-unknown"),
    ],
)
def test_garbage_gets_a_code_and_a_fix(desk, name, given, code):
    """Oracle by hand: the code, and that there is a fix."""
    found, is_error = call_tool(desk, name, given, threading.Event())
    assert is_error
    assert found["error"]["code"] == code
    assert found["error"]["fix"]


def test_nothing_writes_unless_a_folder_is_named(desk):
    """Oracle by hand."""
    assert all(not tool.writes for tool in offered(desk))


@pytest.mark.parametrize(
    ("name", "code"), [("../out", "id-invalid"), (CRISIS, "id-invalid"), ("taken", "folder-exists")]
)
def test_a_folder_is_new_and_within_the_one_that_was_allowed(bench, tmp_path, name, code):
    """Oracle by hand: a name that leads elsewhere, one that ships, one that is there."""
    (tmp_path / "taken").mkdir()
    desk = Desk.of(bench, folder=tmp_path)
    given = {"crisis": CRISIS, "name": name}
    found, is_error = call_tool(desk, "write_crisis", given, threading.Event())
    assert is_error
    assert found["error"]["code"] == code
    assert [item.name for item in tmp_path.iterdir()] == ["taken"]


def test_a_figure_of_each_kind_has_words(desk):
    """Oracle by hand: one name for each kind."""
    wanted = {
        "attack": "an attack of any kind",
        "settlement": "a settlement",
        "attack_by/usa": "an attack by Washington",
        "attack_given/ussr/expansionist": "an attack if Moscow is expansionist",
        "settlement_given/ussr/expansionist": "a settlement if Moscow is expansionist",
        "outcome/retreat": desk.bench.crisis(CRISIS).outcomes["retreat"].label,
        "payoff/ussr/expansionist": "what Moscow expects if Moscow is expansionist",
        "payoff/ussr/expansionist/general_war": "what Moscow expects if Moscow is expansionist: risk of general war",
        "use/usa/air_strike": "Washington uses “air strike on the missiles”",
    }
    for figure, words in wanted.items():
        given = {"crisis": CRISIS, "figure": figure, "draws": 64}
        found, is_error = call_tool(desk, "ask_figure", given, threading.Event())
        assert not is_error, found
        assert found["now"]["label"] == words
        assert found["now"]["unit"] == ("stakes" if figure.startswith("payoff") else "prob")

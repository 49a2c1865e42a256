"""Policies, the game and the sources: what the pages show is what the interface answers, and no link on them is dead."""

import re
from html import unescape
from importlib.resources import files

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import CRISIS, HERE

from detente.engine import Engine
from detente.web import Workbench, create_app
from detente.web.access import Limits
from detente.web.answers import Row, Spread
from detente.web.comparing import tell_pair
from detente.web.walks import Option, OptionOfType, PlaceView, list_likeliest, tell_place

COMPARE = f"/api/crises/{CRISIS}/compare"
GAME = f"/api/crises/{CRISIS}/game"


def test_a_pair_has_the_numbers_of_the_engine(client, bench):
    """Oracle: the engine, asked by hand on the same draws."""
    asked = {"a": "widen", "b": "talks_only", "draws": 64, "seed": 5, "set": {"calm": 6}}
    pair = client.post(COMPARE, json=asked).json()
    engine = Engine(bench.crisis(CRISIS).set({"calm": 6}))
    first, second = (engine.solve(name, draws=64, seed=5) for name in ("widen", "talks_only"))
    assert pair["rows"][0]["now"]["mean"] == first["attack"].mean
    assert pair["rows"][0]["filed"]["mean"] == second["attack"].mean
    attack = next(item for item in pair["aims"] if item["metric"] == "attack")
    lower = int((first["attack"].values < second["attack"].values - 1e-12).sum())
    assert attack["better"] == lower
    assert attack["change"] == pytest.approx(first["attack"].mean - second["attack"].mean)


def test_a_policy_beside_itself_is_the_same(client):
    """Oracle: theorem."""
    pair = client.post(COMPARE, json={"a": "widen", "b": "widen", "draws": 64}).json()
    assert all(row["now"] == row["filed"] for row in pair["rows"])
    assert all(
        (item["better"], item["equal"], item["change"]) == (0, 64, 0.0) for item in pair["aims"]
    )


def test_all_policies_are_those_of_the_command():
    """Oracle: independent code, what `detente policies` prints, on a small crisis."""
    from detente.analysis.policy_tables import compare_in_crisis

    small = Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)
    (name,) = small.names
    client = TestClient(create_app(small, limits=Limits(burst=1000)), base_url=HERE)
    found = client.post(f"/api/crises/{name}/policies", json={"seed": 2}).json()
    crisis = small.crisis(name)
    known = compare_in_crisis(crisis, (), (), (), 64, 2, None)
    for mine, other in zip(found["policies"], known["policies"], strict=True):
        assert (mine["id"], mine["pareto"], mine["aims"]) == (
            other["id"],
            other["pareto"],
            other["aims"],
        )
    for page in ("what-if", "game", "sources"):
        assert client.get(f"/{name}/{page}").status_code == 200


@pytest.mark.parametrize(
    ("now", "other", "case"),
    [
        (None, None, "both excluded"),
        (None, 0.2, "a excluded"),
        (0.2, None, "b excluded"),
        (0.201, 0.199, "same"),
        (0.2, 0.3, "differ"),
    ],
)
def test_two_policies_are_told_by_what_is_printed(now, other, case):
    """Oracle by hand."""

    def spread(mean):
        return None if mean is None else Spread(mean=mean, low=mean, high=mean)

    row = Row(
        id="attack",
        label="an attack",
        kind="attack",
        now=spread(now),
        filed=spread(other),
        by_type=[],
    )
    assert tell_pair(row) == case


def place_of(kind, probs=()):
    one = Spread(mean=1.0, low=1.0, high=1.0)
    options = [
        Option(
            step=name,
            label=name,
            prob=one,
            seen_by=[],
            by_type=[
                OptionOfType(
                    type=str(number),
                    label=f"type {number}",
                    prob=Spread(mean=value, low=value, high=value),
                    payoff=0.0,
                    parts=[],
                )
                for number, value in enumerate(values)
            ],
        )
        for name, values in probs
    ]
    return PlaceView(
        path=[],
        kind=kind,
        player="usa",
        round=1,
        phase="",
        seen=[],
        cannot_tell=[],
        options=options,
        reach=one,
        beliefs=[],
        from_here={},
        at_start={},
        draws=64,
    )


def test_a_juncture_is_told_by_its_likeliest_options():
    """Oracle by hand."""
    differ = place_of("choice", [("wait", [0.7, 0.2]), ("strike", [0.3, 0.8])])
    assert tell_place(differ) == "differ"
    assert list_likeliest(differ) == [("type 0", "wait", 0.7), ("type 1", "strike", 0.8)]
    assert tell_place(place_of("choice", [("wait", [0.7, 0.6]), ("strike", [0.3, 0.4])])) == "alike"
    assert tell_place(place_of("chance")) == "chance"
    assert tell_place(place_of("end")) == "end"


def test_a_place_in_the_game_is_that_of_the_walk(client, bench):
    """Oracle: independent code, `walk` on the engine's solution."""
    from detente.analysis.walking import walk

    found = client.post(GAME, json={"path": ["test_line", "stopped"]}).json()
    solution = Engine(bench.crisis(CRISIS)).solve("as_announced", draws=64)
    place = walk(solution, ["test_line", "stopped"])
    assert [item["step"] for item in found["options"]] == [branch.id for branch in place.branches]
    assert found["from_here"]["attack"]["mean"] == place.outcomes["attack"].mean
    assert found["player"] == place.player
    assert found["cannot_tell"]


def links_of(text):
    return [
        unescape(link)
        for link in re.findall(r'<a [^>]*href="([^"]+)"', text)
        if link.startswith("/")
    ]


def test_the_game_is_walked_by_its_links_to_an_end(client):
    """Oracle by hand: the first way on is taken until the page says how it ends; the way back leads to each step."""
    address, seen = f"/{CRISIS}/game", 0
    while True:
        answer = client.get(address)
        assert answer.status_code == 200
        ways = re.findall(r'<a class="go" href="([^"]+)"', answer.text)
        if not ways:
            break
        address, seen = unescape(ways[-1]), seen + 1
    assert "It ends: " in answer.text
    assert seen > 1
    crumbs = re.search(r'<nav class="crumbs".*?</nav>', answer.text, re.DOTALL)[0]
    assert [client.get(link).status_code for link in links_of(crumbs)] == [200] * seen


@pytest.mark.parametrize(
    "page",
    ["what-if?set.calm=6", "policies?set.calm=6", "game", "sources?q=berlin", "sources?first=100"],
)
def test_no_link_of_a_page_is_dead(client, page):
    """Oracle by hand: every link that stays in the workbench answers."""
    links = set(links_of(client.get(f"/{CRISIS}/{page}").text))
    assert links
    some = sorted(links)[:25]
    assert {client.get(link, follow_redirects=True).status_code for link in some} == {200}


def test_sources_show_every_figure_once(client, bench):
    """Oracle: the crisis file."""
    crisis = bench.crisis(CRISIS)
    shown = []
    for first in range(0, len(crisis.quantities), 100):
        text = client.get(f"/{CRISIS}/sources?first={first}").text
        shown += re.findall(r'<li id="([^"]+)">', text)
    assert shown == list(crisis.quantities)


def test_sources_can_be_searched_and_taken_one_by_one(client, bench):
    """Oracle: the crisis file."""
    crisis = bench.crisis(CRISIS)
    key = crisis.quantities["calm"].sources[0]
    text = client.get(f"/{CRISIS}/sources?source={key}&q=calm").text
    found = re.findall(r'<li id="([^"]+)">', text)
    assert "calm" in found
    assert all(key in crisis.quantities[path].sources for path in found)
    assert "0 figures" in client.get(f"/{CRISIS}/sources?q=zzzz").text
    assert "&lt;b&gt;" in client.get(f"/{CRISIS}/sources?q=<b>").text

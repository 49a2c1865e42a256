"""*Build a commitment*: chosen from the menus, compared on the same cases, and what it tells others."""

from dataclasses import replace

import pytest
from tests.web.accessibility import find_faults
from tests.web.conftest import CRISIS

import detente
from detente.errors import UsageError
from detente.rules.policies import fixed_by_round
from detente.web.building import (
    BuiltOption,
    build_policy,
    infer,
    read_choices,
    with_policy,
)
from detente.web.tools import Desk

ADDRESS = f"/{CRISIS}/policies/build"
PLEDGE = "do.first_step@1=keep_quarantine&do.second_step@2=offer_pledge"


@pytest.fixture(scope="module")
def crisis():
    return detente.load(CRISIS)


@pytest.fixture(scope="module")
def renderer(bench):
    return Desk.of(bench).renderer


def test_what_is_built_is_what_the_file_would_say(crisis, renderer):
    """Oracle, independent code: the engine under the policy of the file that fixes the same."""
    pairs = [tuple(part.split("=")) for part in PLEDGE.split("&")]
    policy = build_policy(renderer, crisis, read_choices(crisis, pairs))
    built = detente.Engine(with_policy(crisis, policy)).solve(policy.id, draws=64, seed=1)
    filed = detente.Engine(crisis).solve("quarantine_and_pledge", draws=64, seed=1)
    assert built["attack"].mean == filed["attack"].mean
    assert (
        policy.label
        == "The first step: keep to the quarantine; pressure or bargain: offer a pledge not to invade"
    )


def test_a_policy_of_the_file_is_taken_apart_by_rounds(crisis):
    """Oracle by hand: a phase without a round counts in each round that has it, a round of its own goes before."""
    one = crisis.policies["as_announced"]
    assert fixed_by_round(crisis, one) == {
        "first_step@1": ("keep_quarantine",),
        "second_step@2": ("hold",),
    }
    two = replace(
        one, fix={"reply_to_force": ("hit_turkey",), "reply_to_force@2": ("accept_blow",)}
    )
    assert fixed_by_round(crisis, two) == {
        "reply_to_force@1": ("hit_turkey",),
        "reply_to_force@2": ("accept_blow",),
        "reply_to_force@3": ("hit_turkey",),
    }


def test_two_commitments_that_differ_have_other_ids(crisis, renderer):
    """Oracle by hand: solutions are kept by id, so another commitment needs another one."""
    ids = {
        build_policy(renderer, crisis, {"second_step@2": names}).id
        for names in (("hold",), ("offer_pledge",), ("hold", "offer_pledge"))
    }
    assert len(ids) == 3


def test_a_move_that_all_types_must_make_tells_nothing(crisis):
    """Oracle, theorem: by Bayes' rule, a move that every type makes for sure leaves the prior as it is."""
    engine = detente.Engine(crisis)
    solved = [engine.solve(name, draws=64, seed=1) for name in ("as_announced", "widen")]
    found = [item for item in infer(crisis, *solved) if item.player == "Washington"]
    assert found
    for item in found:
        assert item.a.mean == pytest.approx(item.before.mean, abs=1e-9)
    others = [item for item in infer(crisis, *solved) if item.player == "Moscow"]
    assert any(abs(item.a.mean - item.before.mean) > 0.01 for item in others)


def test_the_page_compares_and_keeps_closed_options_with_their_reason(client):
    """Oracle by hand: the numbers of the table of commitments of the file, and the reason beside what is closed."""
    text = client.get(f"{ADDRESS}?{PLEDGE}&b=as_announced&all=1").text
    assert "an attack is 27%, against 43% under “the quarantine as announced”" in text
    assert (
        "Closed by what is committed to in other phases: it is open where terms on offer is" in text
    )
    assert 'value="ask_trade" disabled' in text
    assert "Among all commitments, with regret" in text
    assert "A: The first step: keep to the quarantine" in text


def test_one_begins_from_a_commitment_of_the_file(client):
    """Oracle by hand: its choices are ticked."""
    text = client.get(f"{ADDRESS}?begin=quarantine_and_pledge").text
    assert 'value="offer_pledge" checked' in text
    assert 'value="hold" checked' not in text


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("do.nowhere@1=hold", "path-unknown"),
        ("do.second_step@1=hold", "path-unknown"),
        ("do.second_step@2=fly", "instrument-unknown"),
        ("do.second_step@2=withdraw", "instrument-unknown"),
        (f"{PLEDGE}&b=surrender", "policy-invalid"),
    ],
)
def test_what_is_on_no_menu_is_refused(client, query, code):
    """Oracle by hand: no such phase, another round, no such instrument, one of another menu, no such policy."""
    answer = client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 422
    assert code in answer.text


def test_nothing_ticked_is_no_commitment(crisis, renderer):
    """Oracle by hand."""
    assert build_policy(renderer, crisis, read_choices(crisis, [("do.second_step@2", "")])).id == (
        "free"
    )
    with pytest.raises(UsageError):
        read_choices(crisis, [("do.", "x")])


@pytest.mark.parametrize(
    ("case", "condition", "words"),
    [
        ("open", "", ""),
        ("open", "with fuel", "Open with fuel."),
        ("committed away", "", "Closed by what is committed to in other phases."),
        (
            "committed away",
            "with fuel",
            "Closed by what is committed to in other phases: it is open with fuel.",
        ),
        ("ruled out", "", "Closed by the rules."),
        ("ruled out", "with fuel", "Closed by the rules: it is open with fuel."),
    ],
)
def test_each_reason_has_its_sentence(renderer, case, condition, words):
    """Oracle by hand: one sentence for each case."""
    option = BuiltOption(
        instrument="x", label="x", description="", case=case, chosen=False, condition=condition
    )
    assert renderer.words("building-words.j2", "closed", option) == words


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 820, 390, 360])
def test_the_page_fits_and_axe_finds_nothing(visit, width):
    """Oracle: axe, and by hand that nothing lies beyond the edge of the screen."""
    page = visit(f"{ADDRESS}?{PLEDGE}&b=as_announced", width=width)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert find_faults(page) == []


@pytest.mark.browser
def test_a_commitment_is_built_by_keyboard(visit):
    """Oracle by hand: space ticks, the button shows what follows, the address holds it."""
    page = visit(ADDRESS)
    box = page.locator("input[name='do.second_step@2'][value='offer_pledge']")
    box.focus()
    box.press("Space")
    page.locator("#menus button").press("Enter")
    page.wait_for_selector("text=What others infer")
    assert "do.second_step%402=offer_pledge" in page.url
    assert box.is_checked()

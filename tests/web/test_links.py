"""A link is a finding: it opens to the same numbers, and says what differs where it cannot."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.conftest import CRISIS

from detente.crisis import load_crisis
from detente.web.answers import Asked, version
from detente.web.links import open_link, write_link

SET = {"calm": 6, "berlin.risk": (2.0, 5.0), "state.posture": "massed", "rounds": 2}


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(CRISIS)


def query_of(link):
    return parse_qsl(urlsplit(link).query)


def test_a_link_holds_what_was_changed_and_nothing_else(crisis):
    """Oracle by hand."""
    link = write_link(crisis, Asked(set=SET, policy="widen", seed=9))
    assert query_of(link) == [
        ("digest", crisis.digest[:12]),
        ("engine", version()),
        ("seed", "9"),
        ("policy", "widen"),
        ("set.berlin.risk", "2..5"),
        ("set.calm", "6"),
        ("set.rounds", "2"),
        ("set.state.posture", "massed"),
    ]
    assert "set" not in write_link(crisis, Asked())


def test_a_link_opens_to_what_was_asked(crisis):
    """Oracle: the digest of the crisis that results, which its numbers follow from."""
    asked = Asked(set=SET, policy="widen", seed=9)
    opened = open_link(crisis, query_of(write_link(crisis, asked)))
    assert crisis.set(opened.asked.set).digest == crisis.set(SET).digest
    assert (opened.asked.policy, opened.asked.seed) == ("widen", 9)
    assert not opened.stale.differs


def test_a_stale_link_opens_with_what_differs(crisis):
    """Oracle by hand: another file, another version, an assumption and a policy that there are no more, a value of another unit."""
    query = [
        ("digest", "0123456789ab"),
        ("engine", "0.0.1"),
        ("policy", "peace"),
        ("set.calm", "6"),
        ("set.gone", "1"),
        ("set.prior.expansionist", "7"),
    ]
    opened = open_link(crisis, query)
    assert opened.asked.set == {"calm": "6"}
    assert opened.asked.policy is None
    assert (opened.stale.digest, opened.stale.engine) == ("0123456789ab", "0.0.1")
    assert len(opened.stale.dropped) == 3
    assert opened.stale.differs


def test_the_page_of_a_stale_link_says_so(client, crisis):
    """Oracle by hand; what the link holds is shown as text."""
    text = client.get(f"/{CRISIS}/what-if?digest=0123456789ab&engine=0.0.1&set.gone=<b>1").text
    assert 'id="stale"' in text
    assert "0123456789ab" in text
    assert crisis.digest[:12] in text
    assert "version 0.0.1" in text
    assert "gone = &lt;b&gt;1" in text
    assert 'id="stale"' not in client.get(write_link(crisis, Asked(set={"calm": 6}))).text


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "digest",
                    "seed",
                    "engine",
                    "policy",
                    "set.calm",
                    "set.x",
                    "set.",
                    "why",
                    "set.rounds",
                ]
            ),
            st.text(max_size=12),
        )
    )
)
def test_nothing_in_a_link_is_an_error(query):
    """Oracle by hand: whatever stands in it, something opens."""
    crisis = load_crisis(CRISIS)
    opened = open_link(crisis, query)
    crisis.set(opened.asked.set)


def test_the_form_without_scripts_goes_to_the_link(client, crisis):
    """Oracle by hand: empty fields are no changes, and a link of the list puts one back."""
    from tests.web.conftest import csrf_of

    csrf = csrf_of(client.get(f"/{CRISIS}/what-if").text)
    form = {
        "csrf": csrf,
        "seed": "4",
        "policy": "widen",
        "set.calm": "6",
        "set.berlin.risk": " ",
        "set.state.posture": "",
    }
    answer = client.post(f"/{CRISIS}/what-if", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"] == write_link(
        crisis, Asked(set={"calm": 6}, policy="widen", seed=4)
    )
    text = client.get(answer.headers["location"]).text
    assert 'name="set.calm" inputmode="decimal" size="9" value="6"' in text
    back = unescape(re.search(r'href="([^"]+)" data-drop="calm"', text)[1])
    assert back == write_link(crisis, Asked(policy="widen", seed=4))


def test_the_form_refuses_what_cannot_be_set(client):
    """Oracle by hand: with the code, on a page."""
    from tests.web.conftest import csrf_of

    csrf = csrf_of(client.get(f"/{CRISIS}/what-if").text)
    answer = client.post(f"/{CRISIS}/what-if", data={"csrf": csrf, "set.calm": "much"})
    assert answer.status_code == 422
    assert "value-type" in answer.text

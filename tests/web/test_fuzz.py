"""Whatever is sent to the interface, the answer is no failure of the server, and an error has a code of the package.

Oracle by hand: a status below 500; what is refused says why.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.web.conftest import CRISIS, HERE

from detente.errors import CODES
from detente.testing.profiles import examples
from detente.web import create_app
from detente.web.access import Limits

PATHS = [
    "calm",
    "berlin.risk",
    "rationality",
    "rounds",
    "state.posture",
    "types.ussr.bargainer",
    "prior.expansionist",
    "x",
    "",
]
VALUES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(
        ["1", "0.1..0.2", "..", "massed", "1e308", "-1", "1e-300..1e300", "\0", "NaN", "🜁"]
    ),
    st.tuples(st.floats(), st.floats()),
    st.booleans(),
    st.none(),
    st.text(max_size=6),
)
BODIES = {
    "what-if": ["set", "policy", "seed", "draws", "shows"],
    "compare": ["set", "a", "b", "seed", "draws"],
    "game": ["set", "policy", "path", "seed"],
    "why": ["set", "policy", "against", "at", "seed"],
}
FIELDS = {
    "set": st.dictionaries(st.sampled_from(PATHS), VALUES, max_size=3),
    "policy": st.sampled_from(["widen", "free", "", "nobody", None, 3]),
    "a": st.sampled_from(["widen", "strike_now", "", None]),
    "b": st.sampled_from(["as_announced", "free", "nobody"]),
    "against": st.sampled_from(["widen", "", None, []]),
    "at": st.sampled_from(["", "line", "test_line,line@1", "@", ",,", "line@99", "\0"]),
    "path": st.lists(
        st.sampled_from(["test_line", "turn_back", "stopped", "fight", "", "x"]), max_size=4
    ),
    "seed": st.one_of(st.just(1), st.integers(-1, 2**60), st.floats(), st.none()),
    "draws": st.sampled_from([64, 64, 64, 0, "64", None]),
    "shows": st.booleans(),
}


@pytest.fixture(scope="module")
def served(bench):
    app = create_app(bench, limits=Limits(burst=10**9))
    return TestClient(app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False)


def check(answer):
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["code"] in CODES
        assert error["message"]
        assert error["fix"]


@examples(250)
@given(data=st.data())
def test_no_body_makes_the_server_fail(served, data):
    verb = data.draw(st.sampled_from(sorted(BODIES)))
    body = {
        name: data.draw(FIELDS[name])
        for name in BODIES[verb]
        if name in {"a", "b", "draws"} or data.draw(st.booleans())
    }
    text = json.dumps(body)  # NaN and infinities, too, as careless programs write them
    check(
        served.post(
            f"/api/crises/{CRISIS}/{verb}",
            content=text.encode("utf-8", "surrogatepass"),
            headers={"content-type": "application/json"},
        )
    )


@examples(250)
@given(
    body=st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"", b"[]", b"null", b'{"set": {"calm": ', b'{"set":' * 500, b"\xff\xfe"]),
    )
)
def test_no_bytes_make_the_server_fail(served, body):
    check(
        served.post(
            f"/api/crises/{CRISIS}/what-if",
            content=body,
            headers={"content-type": "application/json"},
        )
    )


@examples(250)
@given(
    page=st.sampled_from(["what-if", "policies", "game", "sources"]),
    query=st.dictionaries(
        st.sampled_from(
            [
                "set.calm",
                "set.x",
                "policy",
                "path",
                "a",
                "b",
                "seed",
                "q",
                "first",
                "source",
                "why",
                "digest",
            ]
        ),
        st.text(max_size=8),
        max_size=3,
    ),
)
def test_no_address_makes_a_page_fail(served, page, query):
    answer = served.get(f"/{CRISIS}/{page}", params=query)
    assert answer.status_code < 500, answer.text
    assert "<h1" in answer.text

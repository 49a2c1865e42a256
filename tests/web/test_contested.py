"""*Sources*: rival values and claims, side by side."""

import pytest
from starlette.testclient import TestClient
from tests.web.accessibility import find_faults
from tests.web.conftest import CRISIS, HERE

import detente
from detente.crisis.loading import shipped_crises
from detente.web import Workbench, create_app
from detente.web.access import Limits
from detente.web.contested import list_claims, list_contested

ADDRESS = f"/{CRISIS}/sources"


@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_every_contested_figure_stands_with_each_value_and_its_source(name):
    """Oracle: the crisis file; each value once, in order, with a source that the crisis has."""
    crisis = detente.load(name)
    found = {item.path: item for item in list_contested(crisis)}
    assert set(found) == {item.path for item in crisis.quantities.values() if item.contested}
    for path, item in found.items():
        rivals = crisis.quantities[path].contested
        assert [rival.value for rival in item.rivals] == sorted(value for value, _ in rivals)
        assert all(rival.sources for rival in item.rivals)


@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_every_claim_names_who_makes_it(name):
    """Oracle: the crisis file."""
    crisis = detente.load(name)
    claimed = [item for item in (*crisis.quantities.values(), *crisis.facts) if item.claimed_by]
    found = list_claims(crisis)
    assert len(found) == len(claimed)
    assert all(item.who and item.says for item in found)


@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_the_page_shows_them_first_and_not_among_what_is_found(name):
    """Oracle by hand: with all figures, and not where one looks for some."""
    app = create_app(Workbench([name], workers=1), limits=Limits(burst=1000))
    client = TestClient(app, base_url=HERE, follow_redirects=False)
    text = client.get(f"/{name}/sources").text
    assert "on which sources differ" in text
    assert "on which sources differ" not in client.get(f"/{name}/sources?q=weight").text


def test_a_value_leads_to_its_what_if(client):
    """Oracle by hand: the value of one of the two counts of troops, set."""
    text = client.get(ADDRESS).text
    assert f'href="/{CRISIS}/what-if?set.hidden.troops=41902.0"' in text
    assert client.get(f"/{CRISIS}/what-if?set.hidden.troops=41902.0").status_code == 200


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(visit, width):
    """Oracle: axe, and by hand that nothing lies beyond the edge of the screen."""
    page = visit(ADDRESS, width=width)
    assert page.locator(".contested .rivals li").count() == 9
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert find_faults(page) == []

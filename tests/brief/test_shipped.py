"""Every crisis that ships briefs: the data follow the schema and nothing stays without a number."""

import importlib.resources
import json
import re
from pathlib import Path

import jsonschema
import pytest
from tests.brief.drawn import collisions, words

import detente.crisis
from detente.analysis.studies import keep_studies
from detente.brief import compose, to_html, to_json, to_markdown
from detente.brief.words import LINK_OPENS
from detente.crisis import load_crisis, shipped_crises
from detente.runs import run_ensemble

SCHEMA = json.loads(
    (importlib.resources.files("detente.brief") / "brief.schema.json").read_text("utf-8")
)


TEMPLATES = sorted(
    path.parent for path in Path(detente.crisis.__file__).parent.glob("templates/*/crisis.yaml")
)


def check_pictures(brief):
    """No words of a picture touch words or marks, none is smaller than 12 pixels."""
    for chart in brief.every_chart:
        for svg in (chart.wide, chart.narrow, chart.svg, chart.picture().printed or chart.svg):
            assert collisions(svg) == [], chart.id
            assert min(word.size for word in words(svg)) >= 12, chart.id


@pytest.mark.parametrize("folder", TEMPLATES, ids=lambda folder: folder.name)
def test_words_on_the_pictures_of_a_template_touch_nothing(folder, tmp_path):
    """Oracle: independent code, the boxes of words and marks that the SVG gives."""
    crisis = load_crisis(folder)
    run = run_ensemble(crisis, folder=tmp_path, n_draws=16, seed=1)
    check_pictures(compose(crisis, keep_studies(crisis, run)))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_a_shipped_crisis_briefs(name, tmp_path):
    crisis = load_crisis(name)
    run = run_ensemble(crisis, folder=tmp_path, n_draws=64, seed=1)
    brief = compose(crisis, keep_studies(crisis, run))
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(to_json(brief)))
    page = to_html(brief)
    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    for figure in brief.figures.values():
        assert figure.trace.sources or figure.trace.model, figure.id
        assert figure.excluded or figure.value is not None, figure.id
    assert LINK_OPENS not in to_markdown(brief)
    assert len(brief.charts) >= len(brief.answers)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_words_on_the_pictures_of_a_shipped_crisis_touch_nothing(name, tmp_path):
    """Oracle: independent code, as for the templates."""
    crisis = load_crisis(name)
    run = run_ensemble(crisis, folder=tmp_path, n_draws=64, seed=1)
    check_pictures(compose(crisis, keep_studies(crisis, run)))

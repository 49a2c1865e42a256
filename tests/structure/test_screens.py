"""What a notebook shows: each public object fits a screen, and its HTML lets no text of a crisis through as markup.

Oracle: hand, the limits of a screen: 25 lines of 120 characters.
"""

import dataclasses
import importlib
import inspect
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser

import pytest

import detente
from detente.crisis import load_crisis
from detente.engine import Design, Engine
from detente.game import (
    best_response,
    read_efg,
    sample_histories,
    solve_logit_qre,
    solve_nash,
    trace_logit_branch,
)
from detente.game.catalogue import find_game
from detente.linking import plan_pricing
from detente.rules import compile_rules, find_situations, sample, unroll
from detente.testing import template_document, tiny_crisis_folder, write_document

PACKAGES = ["brief", "crisis", "engine", "game", "linking", "rules", "runs", "watch"]
MARK = "<script>x & y</script>"
MAIN = {
    "Brief",
    "Crisis",
    "DayRecord",
    "Design",
    "Diary",
    "DriverTable",
    "Draws",
    "Engine",
    "ExtensiveForm",
    "Game",
    "LogitQREResult",
    "MetricValues",
    "Plan",
    "PolicyTable",
    "Position",
    "Priced",
    "Rules",
    "Run",
    "Solution",
    "Tree",
}
"""Those that have an HTML form."""


class _Markup(HTMLParser):
    """Collect tags, and check that they close in order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags = [], set()

    def handle_starttag(self, tag, _attrs):
        self.open.append(tag)
        self.tags.add(tag)

    def handle_startendtag(self, tag, _attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def marked(folder):
    """The small crisis with markup wherever it has words."""
    document = template_document()
    document["title"] = MARK
    for part in ("instruments", "policies", "outcomes"):
        entries = document[part]
        for entry in entries.values() if isinstance(entries, dict) else entries:
            entry["label"] = f"{entry.get('label', '')} {MARK}"
    write_document(folder, document)
    return load_crisis(folder)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """One instance of each public class that can be come by, by class."""
    folder = tiny_crisis_folder(tmp_path_factory.mktemp("crisis"))
    crisis = marked(folder)
    engine = Engine(crisis)
    run = detente.run(crisis, draws=64)
    draws = engine.draw(4)
    solution = engine.solve("arm", draws=4)
    events = folder / "reports.csv"
    events.write_text(
        f"date,actor,event,does\n2030-01-16,NOR,{MARK},evidence:north.revisionist=2\n",
        encoding="utf-8",
    )
    diary = detente.watch(crisis, events, draws=4)
    game = read_efg(find_game("mckelvey1992/four-move"))
    given = {"payoffs": game.payoffs, "chance_probs": game.chance_probs}
    found = solve_logit_qre(game.form, 1.0, **given)
    rules = compile_rules(crisis)
    import numpy as np

    rng = np.random.default_rng(1)
    tree = unroll(rules)
    roots = [
        crisis,
        engine,
        run,
        run.certificate,
        run.policies(),
        run.drivers("attack"),
        run.regret(),
        run.difference("attack", *run.policy_ids[:2]),
        draws,
        Design(),
        solution,
        solution["attack"],
        diary,
        diary.days[-1],
        detente.brief(run),
        engine.start({}),
        engine.price(draws),
        rules,
        tree,
        find_situations(rules),
        sample(rules, rng=rng, n=3),
        plan_pricing(tree, crisis),
        game,
        found,
        trace_logit_branch(game.form, [0.0, 1.0], **given),
        best_response(game.form, found.strategy, **given, player=0),
        solve_nash(game.form, **given),
        sample_histories(game.form, found.strategy[:, 0], rng=rng, n=3, **given)
        if "payoffs" in inspect.signature(sample_histories).parameters
        else sample_histories(game.form, found.strategy[:, 0], rng=rng, n=3),
    ]
    known = {}
    for item in roots:
        _collect(item, known)
    return known


def _collect(item, known, depth=4):
    """Gather instances of the package's classes below an object."""
    kind = type(item)
    if kind in public_classes():
        known.setdefault(kind.__name__, item)
    if depth == 0:
        return
    if dataclasses.is_dataclass(item):
        inside = [getattr(item, field.name) for field in dataclasses.fields(item)]
    elif isinstance(item, Mapping):
        inside = list(item.values())[:3]
    elif isinstance(item, tuple | list):
        inside = item[:3]
    elif hasattr(item, "__dict__") and kind.__module__.startswith("detente"):
        inside = list(vars(item).values())
    else:
        return
    for part in inside:
        _collect(part, known, depth - 1)


@cache
def public_classes():
    return {
        getattr(home, name)
        for package in PACKAGES
        for home in [importlib.import_module(f"detente.{package}")]
        for name in home.__all__
        if inspect.isclass(getattr(home, name)) and not issubclass(getattr(home, name), tuple)
    }


def test_public_objects_fit_a_screen(shown):
    names = sorted(shown)
    too_large = {
        name: text
        for name in names
        for text in [repr(shown[name])]
        if len(text.splitlines()) > 25 or max(map(len, text.splitlines())) > 120
    }
    assert too_large == {}
    assert set(names) >= MAIN


@pytest.mark.parametrize("name", sorted(MAIN))
def test_html_is_small_balanced_and_escaped(shown, name):
    page = shown[name]._repr_html_()
    markup = _Markup()
    markup.feed(page)
    markup.close()
    assert markup.open == []
    assert markup.tags <= {
        "table",
        "caption",
        "tr",
        "th",
        "td",
        "svg",
        "title",
        "text",
        "rect",
        "path",
    }
    assert len(page) < 20_000


def test_the_words_of_a_crisis_are_there_as_text(shown):
    assert "&lt;script&gt;x &amp; y" in shown["Crisis"]._repr_html_()
    assert "&lt;script&gt;x &amp; y" in shown["Diary"]._repr_html_()


def test_solutions_and_runs_have_a_chart(shown):
    for name in ("Solution", "Run", "PolicyTable", "DriverTable", "Brief", "Diary", "DayRecord"):
        assert "<svg" in shown[name]._repr_html_(), name

"""The page: how long, how heavy, how it reads, and that it works without a mouse, a script or a network.

Oracle: hand, the bars that decision note 0104 sets; the page is read by the parser of the standard library.
"""

import html.parser
import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import detente.crisis
from detente.analysis.studies import keep_studies
from detente.brief import compose, to_appendix, to_html, to_markdown
from detente.brief.export.page import Citations
from detente.brief.figures import links_in, plain
from detente.brief.summary.value import count_words
from detente.crisis import load_crisis, shipped_crises
from detente.crisis.claims import claims_of
from detente.runs import run_ensemble

TEMPLATES = sorted(
    path.parent for path in Path(detente.crisis.__file__).parent.glob("templates/*/crisis.yaml")
)
MOST_WORDS, MOST_BYTES, MOST_CARD = 6_000, 1_000_000, 120
REFERENCE = "ukraine-2022"
TOLD = Path(__file__).parents[2] / "docs" / "crises" / "ukraine-2022-told.md"
"""Claims of the reference crisis, the card that tells of each, and the figures, or the words where there is none."""
VOID = {"meta", "link", "br", "input", "hr", "img"}
CONTROLS = {"a", "summary", "input"}

BAD = {
    "a long sentence with two brackets": re.compile(
        r"^(?=(?:\S+\s+){30,})[^(]*\([^)]*\)[^(]*\(.*$"
    ),
    "a term defined in passing": re.compile(
        r"\bwhat is called\b|\bcall(?:ed)? (?:it |this )?good enough\b", re.IGNORECASE
    ),
    "a bracket after a bracket": re.compile(r"\([^)]*\)\s*\("),
    "a number of four digits or more": re.compile(
        r"(?<![\d-])(?!(?:1[89]|20)\d\d\b)\d{4,}|\d,\d{3}"
    ),
    "a change that is none": re.compile(
        r"from (\S+%) to \1(?!\d)|(\S+%) of versions instead of \2(?!\d)|\b0 to 0 points|by under 1 point|by 0 points"
    ),
    "an equality told as a comparison": re.compile(
        r"(\d+%) (?:against|instead of|rather than|compared with|as against|\u2192) \1(?!\d)"
        r"|\bbetween (\d+%) and \2(?!\d)|\bat (\d+%)[^.;:]*; the file puts it at \3(?!\d)"
    ),
    "jargon of the code": re.compile(
        r"\b(?:mean regret of|log-odds|logit precision|point estimate|draws?|quantile|metric)\b(?! \()"
    ),
    "two marks in a row": re.compile(r"[.,;:]{2}|\s[.,;:]|\(\s|\s\)|\bthe the\b|\ba a\b"),
    "a probability of": re.compile(
        r"\bprobability of an attack hinges\b|\bexplored cases\b|\bcase by case\b"
    ),
    "a template that was not filled in": re.compile(r"\{\{|\{%|\bNone\b|\bnan\b"),
}
"""Kinds of sentence that must not come back, as far as a pattern can tell them."""
TITLES_MAY = {
    "a number of four digits or more",
    "jargon of the code",
}
"""Kinds that are no fault in a title: counts of persons as the sources have them, words of the field in the appendix."""


class Page(html.parser.HTMLParser):
    """Elements, words outside of pictures, and what each control is called."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.path, self.words, self.sources = [], [], []
        self.elements, self.unnamed, self.loads = [], [], []
        self.levels, self.ids = [], []
        self._control = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.elements.append((tag, known))
        if "id" in known:
            self.ids.append(known["id"])
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.loads += [known[name] for name in ("src", "srcset", "data") if name in known]
        if tag not in VOID:
            self.path.append((tag, known.get("id", "")))
        if tag in {"a", "summary"}:
            self._control = [tag, known.get("aria-label", "")]

    def handle_endtag(self, tag):
        while self.path and self.path[-1][0] != tag:
            self.path.pop()
        if self.path:
            self.path.pop()
        if self._control and self._control[0] == tag:
            if not self._control[1].strip():
                self.unnamed.append(tag)
            self._control = None

    def handle_data(self, data):
        if self._control:
            self._control[1] += data
        tags = {tag for tag, _ in self.path}
        if tags & {"style", "svg", "title", "script"}:
            return
        (self.sources if ("section", "sources") in self.path else self.words).append(data)

    @property
    def n_words(self):
        return sum(map(count_words, self.words))


def sentences(text):
    return [part for part in re.split(r"(?<=[.?:;])\s+", text) if part]


def said(brief):
    """Yield every sentence that the page says in its own words: facts are those of their sources."""
    summary = brief.summary
    for text in (*summary.lead, *summary.confidence.reasons, summary.prepare, *summary.record):
        yield from sentences(plain(text))
    for item in (*summary.findings, *summary.choices):
        yield from sentences(plain(item.text))
    for answer in brief.answers:
        for text in (answer.answer, answer.so_what, *answer.model, *answer.changes, *answer.absent):
            yield from sentences(plain(text))


def titles(brief):
    """Yield the titles of pictures and tables, and what pictures say that they measure."""
    for chart in brief.every_chart:
        yield from (chart.title, *sentences(chart.subtitle))
    for answer in brief.answers:
        yield from (table.title for table in answer.tables)


def check(brief):
    """Check a briefing, and print how long and how heavy its page is."""
    text = to_html(brief)
    page = Page(text)
    length = f"{brief.crisis.id}: {page.n_words} words, {len(text.encode()):,} bytes"
    sys.stdout.write(f"{length}\n")
    assert page.n_words <= MOST_WORDS
    assert len(text.encode()) <= MOST_BYTES
    for answer in brief.answers:
        open_words = " ".join((answer.title, plain(answer.answer), plain(answer.so_what)))
        assert count_words(open_words) <= MOST_CARD, answer.id
    for sentence in said(brief):
        for kind, pattern in BAD.items():
            assert not pattern.search(sentence), (kind, sentence)
    for title in titles(brief):
        for kind in set(BAD) - TITLES_MAY:
            assert not BAD[kind].search(title), (kind, title)
    return page


@pytest.fixture(scope="module", params=TEMPLATES, ids=lambda folder: folder.name)
def page_of_a_template(request, tmp_path_factory):
    crisis = load_crisis(request.param)
    run = run_ensemble(crisis, folder=tmp_path_factory.mktemp("run"), n_draws=32, seed=1)
    brief = compose(crisis, keep_studies(crisis, run))
    return brief, check(brief)


def test_a_template_keeps_the_bars_and_says_no_bad_sentence(page_of_a_template):
    brief, page = page_of_a_template
    assert page.n_words > 500
    assert len(brief.answers) == 7


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_a_shipped_crisis_keeps_the_bars(name, tmp_path):
    crisis = load_crisis(name)
    run = run_ensemble(crisis, folder=tmp_path, n_draws=64, seed=1)
    brief = compose(crisis, keep_studies(crisis, run))
    check(brief)
    if name == REFERENCE:
        check_told(brief)


def told():
    """Return the rows of the table of what is told where: claims, card, figures, words."""
    rows = [line.strip("| ").split(" | ") for line in TOLD.read_text("utf-8").splitlines()]
    return [
        (
            row[0].split(", "),
            row[2],
            [] if row[3].startswith("says") else re.findall("`([^`]+)`", row[3]),
            re.findall("`([^`]+)`", row[3]) if row[3].startswith("says") else [],
        )
        for row in rows
        if len(row) == 4 and row[0] != "claims"
    ]


def test_the_table_of_what_is_told_has_every_claim_of_the_reference_crisis():
    """Oracle: independent code, the claims that the folder carries; those of the allies and of the moment among them."""
    rows = told()
    named = {claim for claims, *_ in rows for claim in claims}
    assert named == set(claims_of(load_crisis(REFERENCE)))
    assert all(figures or words for _, _, figures, words in rows)


def check_told(brief):
    """What the reference crisis asks about is told with a number of the run, or it is said that the model has none."""
    cards = {
        answer.id: [answer.answer, answer.so_what, *answer.model, *answer.changes, *answer.absent]
        for answer in brief.answers
    }
    said = brief.summary
    cards["summary"] = [*said.lead, *(finding.text for finding in said.findings), said.prepare]
    for claims, card, figures, words in told():
        linked = {name for text in cards[card] for name in links_in(text)}
        missing = [name for name in figures if name not in linked]
        assert missing == [], (claims, card, missing)
        text = " ".join(map(plain, cards[card]))
        assert [part for part in words if part not in text] == [], (claims, card, words)
        assert all(brief.figures[name].value is not None for name in figures)
    assert "combined" in {finding.case for finding in said.findings}


def test_a_full_crisis_keeps_the_bars(full_brief):
    check(full_brief)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            "a long sentence with two brackets",
            (
                "The probability of an attack hinges most on advantage of the attacker beyond numbers in a full invasion (21% where "
                "that is low, 37% where it is high) and coercive worth of a successful air campaign (29% where that is low)."
            ),
        ),
        ("a term defined in passing", "What is called a probability here is the mean of that."),
        ("a bracket after a bracket", "An attack is unlikely (31%) (range 6-56%)."),
        ("a number of four digits or more", "All 16,384 games are solved."),
        ("a change that is none", "The belief goes from 18% to 18%."),
        ("a probability of", "It holds in 31% of explored cases."),
        ("an equality told as a comparison", "An attack stands at 31% against 31% before."),
        ("an equality told as a comparison", "A risk would do at 5%; the file puts it at 5%."),
        ("jargon of the code", "It rises by 0.2 log-odds."),
        ("two marks in a row", "It rises , and falls."),
    ],
)
def test_a_bad_sentence_is_found(kind, sentence):
    """Each pattern finds the kind that it is named after."""
    assert BAD[kind].search(sentence)


def test_good_sentences_pass():
    for sentence in (
        "An attack of any kind within nine weeks is unlikely (31%, range 6-56%).",
        "32 meetings and calls have been held since 2 November 2021, and 11 more are planned.",
        "It rises from 18% to 180%.",
    ):
        assert not any(pattern.search(sentence) for pattern in BAD.values()), sentence


def test_every_control_is_reached_by_keys_and_has_a_name(page_of_a_template):
    """Links, folds and radio buttons are native; nothing takes itself out of their order or its outline away."""
    brief, page = page_of_a_template
    for tag, attrs in page.elements:
        assert "tabindex" not in attrs or attrs["tabindex"] == "0"
        assert not any(name.startswith("on") for name in attrs)
        if tag == "a":
            assert attrs.get("href")
        if tag == "input":
            assert attrs["type"] == "radio"
            assert any(t == "label" and a.get("for") == attrs["id"] for t, a in page.elements)
    assert page.unnamed == []
    assert "outline: none" not in to_html(brief)
    assert "outline: 0" not in to_html(brief)


def test_headings_step_down_and_regions_are_named(page_of_a_template):
    brief, page = page_of_a_template
    for levels in (page.levels, Page(to_appendix(brief)).levels):
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
    for tag, attrs in page.elements:
        if tag in {"section", "article"}:
            assert attrs["aria-labelledby"] in page.ids
        if tag == "svg":
            assert attrs["role"] == "img"
            assert attrs["aria-label"]
    assert [tag for tag, _ in page.elements].count("main") == 1


def test_nothing_is_loaded_and_nothing_is_a_script(page_of_a_template):
    brief, page = page_of_a_template
    assert page.loads == []
    assert not {"script", "img", "iframe", "object", "form"} & {tag for tag, _ in page.elements}
    styles = re.findall(r"url\(|@import", to_html(brief))
    assert styles == []


def test_each_source_stands_once(full_brief):
    """Numbers of citations run from 1 without a gap, each leads to its source, and each source stands once."""
    text = to_html(full_brief)
    listed = re.findall(r'<li id="s-([^"]+)" value="(\d+)">', text)
    assert [int(number) for _, number in listed] == list(range(1, len(listed) + 1))
    assert len({key for key, _ in listed}) == len(listed)
    cited = re.findall(r'href="#s-([^"]+)" aria-label="source (\d+)"', text)
    assert cited
    assert set(cited) == set(listed)


def test_citations_are_numbered_by_first_mention(full_brief):
    first, second = full_brief.sources[:2]
    citations = Citations({first.key: first, second.key: second})
    assert citations.cite([second.key, "unknown"]) == ((1, second.key),)
    assert citations.cite([first.key, second.key]) == ((2, first.key), (1, second.key))
    assert [number for number, _ in citations.listed()] == [1, 2]


def test_markdown_says_what_the_page_says(full_brief):
    """Every sentence of the cards stands in both."""
    text = " ".join(to_markdown(full_brief).split())
    for answer in full_brief.answers:
        for part in (answer.answer, answer.so_what, *answer.model, *answer.changes):
            words = re.sub(r"[\\\\*_`]", "", plain(part))
            assert words in re.sub(r"[\\\\*_`]", "", text), part


def test_the_toggle_names_every_type_and_needs_no_script(page_of_a_template):
    brief, page = page_of_a_template
    radios = [attrs for tag, attrs in page.elements if tag == "input"]
    types = brief.summary.types
    if brief.summary.moves is None or len(types) < 2:
        assert radios == []
        return
    assert len(radios) == len(types) + 1
    assert sum("checked" in attrs for attrs in radios) == 1
    text = to_html(brief)
    for attrs in radios[1:]:
        shape = attrs["id"].removeprefix("kind-")
        assert f"#kind-{shape}:checked" in text
        assert f' class="t-{shape}"/>' in text

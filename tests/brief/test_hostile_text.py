"""Text of a crisis and of events acts nowhere: not as a link to a figure, not as Markdown, HTML or markup of a terminal.

Oracle: independent code. The page is read by the parser of the standard library, Markdown by markdown-it; a briefing of a
crisis whose every text carries an attack has the same headings, links, tables and cells as that of the crisis without.
"""

import html.parser
import json
import shutil
import sys

import pytest
from markdown_it import MarkdownIt
from ruamel.yaml import YAML

from detente.analysis.studies import keep_studies
from detente.brief import compose, to_html, to_markdown
from detente.brief.export.rendering import to_csv_files, to_json
from detente.brief.export.writing import BriefPaths
from detente.brief.words import LINK_CLOSES, LINK_OPENS, LINK_TEXT
from detente.cli import main
from detente.cli.brief import _summarise
from detente.crisis import load_crisis
from detente.runs import run_ensemble
from detente.testing import tiny_crisis_folder, write_document

FORGED = "[[outlook.attack|99%]]"
ATTACK = (
    f"{FORGED} [x](javascript:alert(1)) ![y](http://evil.example/y.png) | a | `c` **d** ~~e~~ <script>f</script> "
    "<img src=x onerror=g> &lt; [bold]h[/bold] [/] {{ 7 * 7 }} {% raw %} \\"
)
BLOCK = f"{ATTACK}\n# head\n\n- item\n\n> quote\n\n```\ncode\n\na|b\n:-:|---\n1|2\n\n    indented\n<div>\n"
WORDS = {"label", "name", "title", "claimed_by_words"}
BLOCKS = {"description", "note", "summary", "scope", "text", "decision_rule"}


def poisoned(part, key=""):
    """Return a document whose texts for readers carry the attack."""
    if isinstance(part, dict):
        return {name: poisoned(value, name) for name, value in part.items()}
    if isinstance(part, list):
        return [poisoned(item, "text" if key in {"limits", "disputes"} else "") for item in part]
    if isinstance(part, str) and key in WORDS | BLOCKS:
        return f"{part} {ATTACK if key in WORDS else BLOCK}"
    return part


@pytest.fixture(scope="module")
def hostile_folder(full_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "full"
    shutil.copytree(full_folder, folder)
    path = folder / "crisis.yaml"
    document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    write_document(folder, poisoned(json.loads(json.dumps(document, default=str))))
    quoted = ATTACK.replace('"', '""')
    sources = (folder / "sources.csv").read_text(encoding="utf-8")
    sources = sources.replace("Sites", f'"Sites {quoted}"').replace(
        "Judgement of the authors", f'"Judgement {quoted}"'
    )
    (folder / "sources.csv").write_text(sources, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def briefs(full_brief, hostile_folder, tmp_path_factory):
    """The briefing of the crisis as it is, and of the hostile one; runs of the same draws."""
    crisis = load_crisis(hostile_folder)
    run = run_ensemble(crisis, folder=tmp_path_factory.mktemp("run"), n_draws=64, seed=1)
    return full_brief, compose(crisis, keep_studies(crisis, run))


class Page(html.parser.HTMLParser):
    """What a page holds: its elements, the places that its links name, its text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.links, self.words = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert not any(name.startswith("on") for name in names)
        self.elements.append(tag)
        if tag == "a":
            self.links.append(dict(attrs).get("href", ""))

    def handle_data(self, data):
        self.words.append(data)


def structure(text):
    """Return the kinds of all parts of a Markdown text, with the addresses of links, without its words."""
    found = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        found.append(token.type)
        found += [
            (child.type, child.attrGet("href"), child.attrGet("src"))
            for child in token.children or ()
            if child.type not in {"text", "softbreak", "text_special"}
        ]
    return found


def test_the_page_has_the_elements_and_links_of_the_harmless_one(briefs):
    harmless, hostile = (Page(to_html(brief)) for brief in briefs)
    assert not {"script", "img", "iframe", "object", "embed", "form"} & set(hostile.elements)
    assert [link for link in hostile.links if link.startswith("#")] == [
        link for link in harmless.links if link.startswith("#")
    ]
    assert not any("javascript" in link or "evil" in link for link in hostile.links)
    count = {
        name: hostile.elements.count(name) for name in ("a", "table", "td", "h2", "h3", "li", "p")
    }
    assert count == {name: harmless.elements.count(name) for name in count}
    assert FORGED in "".join(hostile.words)


def test_markdown_is_built_as_the_harmless_one(briefs):
    harmless, hostile = (to_markdown(brief) for brief in briefs)
    kinds = structure(hostile)
    assert not {"html_block", "fence", "code_block", "blockquote_open"} & {
        kind for kind in kinds if isinstance(kind, str)
    }
    children = [kind for kind in kinds if isinstance(kind, tuple)]
    before = [kind for kind in structure(harmless) if isinstance(kind, tuple)]
    assert not {"html_inline"} & {name for name, _, _ in children}
    assert children == before
    for name in ("heading_open", "table_open", "tr_open", "td_open", "bullet_list_open"):
        assert kinds.count(name) == structure(harmless).count(name), name


def test_no_mark_of_a_link_is_left_in_a_file(briefs):
    _, hostile = briefs
    for text in (
        to_html(hostile),
        to_markdown(hostile),
        to_json(hostile),
        *to_csv_files(hostile).values(),
    ):
        assert not {LINK_OPENS, LINK_TEXT, LINK_CLOSES} & set(text)


def test_the_terminal_shows_the_title_as_it_stands(briefs, tmp_path, capsys):
    _, hostile = briefs
    place = tmp_path / "brief"
    names = ("html", "appendix", "markdown", "json", "pdf", "docx", "pptx")
    paths = BriefPaths(**dict.fromkeys(names, place), charts=(), tables=())
    _summarise(hostile, paths, "no time")
    assert " ".join(ATTACK.split()) in " ".join(capsys.readouterr().out.split())


def test_events_act_nowhere_in_a_watch(tmp_path, monkeypatch, capsys):
    """Two watches of one crisis: the same events, with the attack and without."""
    folder = tiny_crisis_folder(tmp_path)
    pages = []
    for number, attack in enumerate(("", ATTACK.replace('"', '""'))):
        table = f'date,actor,target,category,event,source\n2030-01-16,NOR,MID,MOBILIZE,"Troops {attack}","g {attack}"\n'
        (tmp_path / "events.csv").write_text(table, encoding="utf-8")
        words = ["watch", folder, "--events", tmp_path / "events.csv", "--draws", 4, "--out"]
        place = tmp_path / f"out-{number}"
        monkeypatch.setattr(sys, "argv", ["detente", *map(str, [*words, place])])
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 0
        pages.append(
            [(place / f"watch.{kind}").read_text(encoding="utf-8") for kind in ("html", "md")]
        )
    (before, text_before), (after, text_after) = pages
    assert Page(after).elements == Page(before).elements
    assert Page(after).links == Page(before).links
    assert structure(text_after) == structure(text_before)
    assert " ".join(ATTACK.split())[:40] in " ".join(capsys.readouterr().out.split())

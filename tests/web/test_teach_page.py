"""*Teach*: sheets on the page and on paper: each card on one sheet, hostile texts as text, and no card with another's secret."""

import json
import re
import shutil
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest
import typst
from starlette.testclient import TestClient
from tests.web.accessibility import find_faults
from tests.web.conftest import HERE, PATIENCE, csrf_of

from detente.brief.words import format_percent
from detente.crisis import load_crisis
from detente.crisis.loading import shipped_crises
from detente.errors import UsageError
from detente.play.design_checks import design_data
from detente.play.rulebooks import Rulebook
from detente.web import Workbench, create_app
from detente.web.access import Limits
from detente.web.rendering import format_stakes
from detente.web.teaching.blocks import bars, to_markdown
from detente.web.teaching.packs import LAYOUT, PACK_FILES, find_renderer, make_pack, write_pack

TEMPLATES = files("detente.crisis") / "templates"
TEMPLATE = str(TEMPLATES / "coercion")
HOSTILE = '<script>x</script> #import "@a/b:1" $x^2$ *b* `c` \\\\ [d](http://e) {{ 7*7 }} </style>'


def pack_of(crisis, draws=4):
    return make_pack(Rulebook(crisis, draws=draws), find_renderer())


def asked(pack, sheets, label):
    compiler = typst.Compiler(LAYOUT, sys_inputs={"data": json.dumps(pack.data(sheets))})
    return json.loads(compiler.query(label, field="value"))


def pages_of(pack, sheets):
    compiler = typst.Compiler(LAYOUT, sys_inputs={"data": json.dumps(pack.data(sheets))})
    found = compiler.compile(format="png", ppi=20)
    return len(found) if isinstance(found, list) else 1


@pytest.fixture(scope="module")
def pack():
    return pack_of(load_crisis(TEMPLATE))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A crisis whose words try to be markup."""
    folder = tmp_path_factory.mktemp("hostile") / "c"
    shutil.copytree(TEMPLATE, folder)
    path = folder / "crisis.yaml"
    text = path.read_text("utf-8")
    quoted = json.dumps(HOSTILE)
    for old in ("title: Northland - Westmark - Midland", "label: limited aims"):
        assert old in text
        text = text.replace(old, f"{old.partition(':')[0]}: {quoted}")
    text = re.sub(r"(?m)^summary: .*(\n  .*)*", lambda _: f"summary: {quoted}", text)
    path.write_text(text, "utf-8")
    entry = {"ask": HOSTILE, "guide": HOSTILE, "source": ["judgement"]}
    notes = {"about": [HOSTILE], "aims": [HOSTILE], "questions": [entry], "debrief": [entry]}
    (folder / "teaching.yaml").write_text(json.dumps(notes), "utf-8")
    return load_crisis(folder)


@pytest.fixture(scope="module")
def teacher():
    bench = Workbench([TEMPLATE], workers=1)
    app = create_app(bench, limits=Limits(burst=10_000))
    return TestClient(app, base_url=HERE, follow_redirects=False)


@pytest.mark.parametrize("name", [*sorted(shipped_crises()), "coercion", "blockade", "occupation"])
def test_each_card_is_one_sheet_front_and_back(name):
    """Oracle: hand, the pages that typst makes; a side that does not fit would say 0 and go on."""
    crisis = load_crisis(name if name in shipped_crises() else str(TEMPLATES / name))
    found = pack_of(crisis)
    cards = [sheet for sheet in found.sheets if sheet.file in {"cards", "open-cards"}]
    sizes = asked(found, cards, "<fitted>")
    assert len(sizes) == 2 * len(cards) == pages_of(found, cards)
    assert min(sizes) >= 6.5
    fitted = [sheet for sheet in found.sheets if sheet.fits and sheet not in cards]
    assert min(asked(found, fitted, "<fitted>")) >= 6.5


def test_a_side_that_no_letter_fits_goes_on_to_another_sheet(pack):
    """Oracle: hand: nothing is cut, each of many lines is on some page."""
    from dataclasses import replace

    lines = {"kind": "list", "items": [f"line {n}" for n in range(400)], "numbered": False}
    long = replace(pack.sheets[0], sides=((lines,),))
    assert asked(pack, [long], "<fitted>") == [0]
    assert pages_of(pack, [long]) > 1


@pytest.mark.parametrize("name", [name for name in PACK_FILES if name.endswith(".pdf")])
def test_files_are_tagged_documents(pack, name):
    """Oracle: hand."""
    content = pack.write(name)
    assert content.startswith(b"%PDF")
    assert content == pack.write(name)
    assert b"pdfuaid" in content


def test_hostile_words_are_text_on_paper(hostile):
    """Oracle: hand: the title that typst holds is the very text, and all files are made."""
    found = pack_of(hostile)
    assert found.sheets[0].title.endswith(f": {HOSTILE}")
    compiler = typst.Compiler(LAYOUT, sys_inputs={"data": json.dumps(found.data(found.sheets[:1]))})
    titles = [item["body"] for item in json.loads(compiler.query("heading.where(level: 1)"))]
    assert HOSTILE in json.dumps(titles[0], ensure_ascii=False).encode().decode("unicode_escape")
    for name in PACK_FILES:
        assert found.write(name)


def test_hostile_words_are_text_on_the_page_and_in_markdown(hostile):
    """Oracle: hand."""
    found = pack_of(hostile)
    page = found.write("pack.html").decode()
    assert "<script>x" not in page
    assert HOSTILE in unescape(page)
    assert "49" not in re.findall(r"<li>(.{0,9})</li>", page)
    text = to_markdown([sheet for sheet in found.sheets if sheet.id == "assignment"])
    assert "<script>" not in text.replace("\\<", "")
    assert "\\[d\\](http://e)" in text


def test_a_single_card_has_one_side_of_one_type(pack):
    """Oracle: hand, two worlds: what an end is worth to the other type stands on no card but its own and the open one."""
    cards = {sheet.id: json.dumps(sheet.sides, ensure_ascii=False) for sheet in pack.sheets}
    data = Rulebook(load_crisis(TEMPLATE), draws=4)
    from detente.play.aims import worth_of_ends

    limited, revisionist = (
        {format_stakes(row["mean"]) for row in worth_of_ends(data, "north", kind)}
        for kind in ("limited", "revisionist")
    )
    own = cards["card-north-limited"]
    assert all(f'"{words}"' in own for words in limited)
    assert not any(f'"{words}"' in own for words in revisionist - limited)
    assert "“limited aims”" in own
    assert "“revisionist”" not in own
    assert all(f'"{words}"' in cards["card-north"] for words in limited | revisionist)
    handouts = "".join(cards[sheet.id] for sheet in pack.sheets if sheet.file == "handouts")
    assert not any(f'"{words}"' in handouts for words in limited | revisionist)


def test_players_are_not_told_what_came_later():
    """Oracle: hand: the record and the debrief stand with the facilitator alone."""
    found = pack_of(load_crisis("cuba-1962"))
    for sheet in found.sheets:
        text = json.dumps(sheet.sides)
        told = "withdrew" in text or "28 October" in text
        assert told == (sheet.id == "debrief")


def test_bars_lie_on_their_scale():
    """Oracle: hand."""
    row = bars([("end", 0.0, -50.0, 50.0, "0")], [-100.0, 100.0])
    assert row["zero"] == 50.0
    assert (row["rows"][0]["low"], row["rows"][0]["mean"], row["rows"][0]["high"]) == (25, 50, 75)
    assert bars([("end", 0.0, 0.0, 0.0, "0")], [0.0, 0.0])["rows"][0]["mean"] == 0.0


def test_the_page_offers_every_file_and_solves_nothing(teacher):
    """Oracle: hand."""
    answer = teacher.get("/my-crisis/teach")
    assert answer.status_code == 200
    links = re.findall(r'href="(/my-crisis/teach/[^"?]+)', answer.text)
    assert {link.rpartition("/")[2] for link in links} >= {*PACK_FILES, "sheets"}
    for name in ("cards.pdf", "card-north-limited.pdf", "guide.md", "pack.html"):
        file = teacher.get(f"/my-crisis/teach/{name}")
        assert file.status_code == 200
        assert file.headers["content-disposition"].endswith(f'my-crisis-{name}"')
    sheets = teacher.get("/my-crisis/teach/sheets?set.rounds=1")
    assert "1 round." in sheets.text
    assert "Changed from the file: rounds = 1." in sheets.text
    filed = teacher.get("/my-crisis/teach/sheets").text
    assert "2 rounds." in filed
    assert "Changed from the file" not in filed


def test_the_page_of_the_designer_shows_what_fires(teacher):
    """Oracle: independent code, the plain data of the checks on the same cases."""
    data = design_data(Rulebook(load_crisis(TEMPLATE)))
    text = " ".join(unescape(teacher.get("/my-crisis/teach/design").text).split())
    assert f"{len(data['findings'])} things to look at" in text
    for item in data["findings"]:
        assert f"{item['case']} · {item['place']} in crisis.yaml" in text
    for item in data["seats"]:
        assert f'{item["seat"]}</th><td class="num">{item["choices"]:.2f}' in text
    assert text.count('<th scope="row">') == len(data["seats"]) + len(data["decisions"])


def test_a_session_reports_the_figures_of_the_sheet():
    """Oracle: independent code: a session of the page with its usual options, played by bots, and its report."""
    app = create_app(Workbench(["kuwait-1990"], workers=1), limits=Limits(burst=10_000))
    teacher = TestClient(app, base_url=HERE, follow_redirects=False)
    text = unescape(teacher.get("/kuwait-1990/teach/sheets").text)
    said = re.search(r"likeliest end was “(.+?)”, (\S+?%)", text)
    expected = re.findall(r"The model expects: (.+?)\.</li>", text)[0]
    page = teacher.get("/kuwait-1990/play").text
    headers = {"x-csrf-token": csrf_of(page), "origin": HERE}
    crisis = load_crisis("kuwait-1990")
    seats = dict.fromkeys(crisis.players, "equilibrium")
    asked = {"crisis": "kuwait-1990", "seats": seats}
    name = teacher.post("/api/sessions", json=asked, headers=headers).json()["id"]
    start = {"id": "a1", "kind": "start"}
    teacher.post(f"/api/sessions/{name}/control/commands", json=start, headers=headers)
    report = teacher.get(f"/api/sessions/{name}/report").json()
    ends = report["turns"][0]["ends"]
    best = max(ends, key=lambda end: ends[end][0])
    assert said.groups() == (crisis.outcomes[best].label, format_percent(ends[best][0]))
    first = report["steps"][0]
    did = crisis.instruments[first["did"]].label
    assert f"{did} {format_percent(first['expected'][0])} (then an attack " in expected
    assert f"(then an attack {format_percent(first['after']['attack'][0])}," in expected


@pytest.mark.parametrize("name", ["nothing.pdf", "cards.docx", "cards", "..%2Fcrisis.yaml"])
def test_what_is_no_sheet_is_refused_with_the_names(teacher, name):
    """Oracle: hand."""
    answer = teacher.get(f"/my-crisis/teach/{name}", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "page-unknown"


def test_a_pack_is_written_whole_and_never_through_a_link(pack, tmp_path):
    """Oracle: hand."""
    written = write_pack(tmp_path / "pack", pack)
    assert [path.name for path, _ in written] == list(PACK_FILES)
    assert all(path.stat().st_size and says for path, says in written)
    (tmp_path / "pack" / "cards.pdf").unlink()
    (tmp_path / "pack" / "cards.pdf").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="link"):
        write_pack(tmp_path / "pack", pack)
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(UsageError):
        pack.write("cards.txt")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(server, browser, width, scheme):
    """Oracle: axe-core, and no sideways scroll of the page."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE)
    for path in ("teach", "teach/sheets", "teach/design"):
        page.goto(f"{server}/cuba-1962/{path}")
        assert find_faults(page) == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0
    page.close()


def test_styles_of_a_file_are_those_of_the_page(pack):
    """Oracle: hand."""
    css = (files("detente.web") / "static" / "sheets.css").read_text("utf-8")
    assert css in pack.write("pack.html").decode()
    assert Path(LAYOUT).is_file()

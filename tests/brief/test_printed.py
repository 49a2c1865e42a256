"""Printed forms of a briefing: two pages, a document, slides, pictures. Read back with the libraries of their formats."""

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest

from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.brief.export.office import allowed, fix_times
from detente.brief.export.printing import PAGES, PPI, SIZES, _set, to_pdf, to_png, to_printed
from detente.brief.figures import plain
from detente.brief.words import sentence_case
from detente.crisis import load_crisis, shipped_crises
from detente.errors import RunError
from detente.runs import run_ensemble

docx = pytest.importorskip("docx")
pptx = pytest.importorskip("pptx")


@pytest.fixture(scope="module")
def printed(brief):
    return to_printed(brief)


def pages(pdf):
    """Count the pages of a PDF of typst, which names each in its outline of pages."""
    counts = [
        int(number) for number in re.findall(rb"/Type\s*/Pages\b.*?/Count (\d+)", pdf, re.DOTALL)
    ]
    assert counts
    return max(counts)


def with_question(brief, text):
    return replace(brief, summary=replace(brief.summary, question=text))


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_pages_declare_their_standard_their_title_and_their_language(brief, printed):
    """Oracle: published; ISO 14289-1 asks for a tagged file with a title and its own mark in the metadata."""
    pdf = printed["brief.pdf"]
    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid:part>1<" in pdf
    assert brief.summary.question.encode() in pdf
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", pdf)
    assert b"/Lang" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/Alt" in pdf


def test_the_pages_of_a_template_are_two_at_most(printed):
    assert 1 <= pages(printed["brief.pdf"]) <= PAGES


def test_the_same_summary_is_the_same_bytes(brief, printed):
    """Times within the files are the cut-off's."""
    again = to_printed(brief)
    assert list(again) == list(printed)
    assert all(again[name] == printed[name] for name in printed)


def test_a_long_summary_takes_smaller_letters_and_stays_on_two_pages(brief):
    long = tuple(brief.summary.limits) * 14
    assert SIZES[0] > SIZES[-1]
    assert pages(to_pdf(replace(brief, summary=replace(brief.summary, limits=long)))) == PAGES


@pytest.mark.parametrize(
    "text", ["#let x = 1", "*bold* $x$ `c` @a <b> \\ [c]", "Łódź, Київ, Αθήνα", "e\u0301"]
)
def test_words_are_words_and_no_markup(brief, text):
    """Oracle: independent code; the title in the metadata is the text as it is."""
    pdf = to_pdf(with_question(brief, text))
    said = re.search(rb"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", pdf, re.DOTALL)[1].decode()
    assert said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_letters_that_no_font_has_are_named_and_the_pages_stand(brief):
    """Oracle: hand; U+0378 is no letter. The standard cannot be kept, and is not declared."""
    pdf = to_pdf(with_question(brief, "A \u0378 letter"))
    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid:part" not in pdf
    assert pages(pdf) <= PAGES


def test_pages_that_typst_refuses_are_an_error(brief):
    with pytest.raises(RunError, match="heading title is empty") as caught:
        to_pdf(with_question(brief, ""))
    assert caught.value.code == "print-failed"
    assert "report it" in caught.value.fix


# --- pictures --------------------------------------------------------------------------------------------------------


def test_every_chart_is_a_picture_of_its_size(brief, printed):
    """Oracle: published; the header of PNG holds width and height at bytes 16 to 24. a pixel of SVG is a 96th of an inch."""
    names = {name for name in printed if name.startswith("charts/")}
    assert names == {f"charts/{chart.id}.png" for chart in brief.every_chart}
    for chart in brief.every_chart:
        content = printed[f"charts/{chart.id}.png"]
        assert content.startswith(b"\x89PNG")
        width = int.from_bytes(content[16:20], "big")
        points = float(re.search(r'viewBox="0 0 (\S+)', chart.svg)[1])
        assert width == pytest.approx(points * PPI / 96, abs=1.5)


def test_a_picture_in_a_file_bears_its_source(brief):
    for chart in brief.every_chart:
        words = " ".join(re.findall(r">([^<>]+)</text>", chart.svg))
        assert "ource" in words


def test_no_pictures_make_no_files():
    assert to_png({}, "x") == {}


def test_a_halo_is_written_below_its_words():
    """Oracle: hand."""
    halo = ' stroke="#ffffff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    svg = f'<svg><text x="1" y="2" font-size="12"{halo}>Word</text><text x="3" y="4">bare</text></svg>'
    assert _set(svg) == (
        f'<svg><text x="1" y="2" font-size="12"{halo}>Word</text><text x="1" y="2" font-size="12">Word</text>'
        '<text x="3" y="4">bare</text></svg>'
    )


# --- document and slides ---------------------------------------------------------------------------------------------


def test_the_document_says_what_the_summary_says(brief, printed):
    """Oracle: independent code, read back with python-docx."""
    found = docx.Document(io.BytesIO(printed["brief.docx"]))
    summary = brief.summary
    said = "\n".join(paragraph.text for paragraph in found.paragraphs)
    said += "\n".join(
        cell.text for table in found.tables for row in table.rows for cell in row.cells
    )
    told = [*summary.lead, *summary.limits, *summary.assumed, summary.note, summary.prepare]
    told += [
        item.text for item in (*summary.findings, *summary.choices, *summary.signs, *summary.dates)
    ]
    for text in told:
        assert plain(text) in said
    assert found.core_properties.title == summary.question
    headings = [
        one.text for one in found.paragraphs if one.style.name.startswith(("Heading", "Title"))
    ]
    assert headings[0] == summary.question
    assert summary.headings.moves in headings
    pictures = [shape._inline.docPr for shape in found.inline_shapes]
    assert [one.get("descr") for one in pictures] == [plain(chart.alt) for chart in summary.charts]


def test_each_slide_has_a_title_and_notes_and_pictures_have_words(brief, printed):
    """Oracle: independent code, read back with python-pptx."""
    deck = pptx.Presentation(io.BytesIO(printed["brief.pptx"]))
    summary = brief.summary
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=0.001)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles[0] == summary.question
    assert {plain(chart.title) for chart in summary.charts} <= set(titles)
    for slide in deck.slides:
        assert slide.shapes.title.text_frame.text
        assert slide.notes_slide.notes_text_frame.text
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
            if shape.shape_type == 13:
                assert shape._element.nvPicPr.cNvPr.get("descr")
    notes = {
        slide.shapes.title.text_frame.text: slide.notes_slide.notes_text_frame.text
        for slide in deck.slides
    }
    for chart in summary.charts:
        assert plain(chart.footnote) in notes[plain(chart.title)]
    named = "\n".join(
        shape.text_frame.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame
    )
    for choice in summary.choices:
        assert sentence_case(choice.label) in named


def test_what_xml_does_not_allow_is_left_out():
    """Oracle: published; XML 1.0, 2.2: tab, line feed, and letters from 0x20 but surrogates and the last two of a plane."""
    assert allowed("a\x00b\tc\nd\x1fe\ufffe\ud800é\U0001f600") == "a" + "b\tc\nde" + "é\U0001f600"


def test_times_of_an_archive_are_the_day():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("one.xml", "<a/>")
    from datetime import date

    fixed = fix_times(buffer.getvalue(), date(1962, 10, 22))
    with zipfile.ZipFile(io.BytesIO(fixed)) as archive:
        assert archive.read("one.xml") == b"<a/>"
        assert archive.infolist()[0].date_time == (1980, 10, 22, 0, 0, 0)


# --- files -----------------------------------------------------------------------------------------------------------


def test_all_forms_are_written_and_listed(brief, tmp_path):
    paths = brief.write(tmp_path)
    data = json.loads(paths.json.read_text("utf-8"))
    for path in (paths.pdf, paths.docx, paths.pptx):
        assert path.is_file()
        assert path.name in data["files"]
    assert all((tmp_path / name).is_file() for name in data["files"])
    assert data["summary"]["question"] == brief.summary.question
    assert {chart["id"] for chart in data["summary"]["charts"]} == {
        chart.id for chart in brief.summary.charts
    }
    assert {figure["id"] for figure in data["summary"]["figures"]} <= set(brief.figures)


def test_a_refused_page_leaves_what_was_there(brief, tmp_path):
    brief.write(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(RunError, match="print-failed"):
        with_question(brief, "").write(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_a_shipped_crisis_has_exactly_two_pages(name, tmp_path):
    crisis = load_crisis(name)
    run = run_ensemble(crisis, folder=tmp_path, n_draws=64, seed=1)
    pdf = to_pdf(compose(crisis, keep_studies(crisis, run)))
    assert pages(pdf) == PAGES
    assert b"pdfuaid:part>1<" in pdf


def test_a_value_set_by_hand_is_said_in_every_form(template, tmp_path):
    crisis = load_crisis(template).set({"war.gain": "20..40"})
    run = run_ensemble(crisis, folder=tmp_path, n_draws=8, seed=1)
    brief = compose(crisis, keep_studies(crisis, run))
    line = "What if: set by hand against the crisis file, war.gain = 20..40."
    assert brief.summary.what_if == line
    forms = to_printed(brief)
    document = docx.Document(io.BytesIO(forms["brief.docx"]))
    assert line in "\n".join(paragraph.text for paragraph in document.paragraphs)
    deck = pptx.Presentation(io.BytesIO(forms["brief.pptx"]))
    first = "\n".join(one.text_frame.text for one in deck.slides[0].shapes if one.has_text_frame)
    assert line in first
    assert len(forms["brief.pdf"]) != len(
        to_pdf(replace(brief, summary=replace(brief.summary, what_if="")))
    )

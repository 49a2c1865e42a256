"""Words stand in pages: no sentence is left in the code of the briefing, and what the code asks a page to say is there.

Oracle: independent code, the syntax trees of the modules and the parsed templates.
"""

import ast
import re
from pathlib import Path

import jinja2
import jinja2.nodes
import pytest

import detente.brief
from detente.brief import pages
from detente.brief.pages import LANGUAGE

HOME = Path(detente.brief.__file__).parent
MODULES = sorted(HOME.rglob("*.py"))
PARSER = jinja2.Environment(autoescape=True)
MOST = 5
"""A text of more words than this with a capital is a sentence, a title or a note."""
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\0")
REFUSALS = {"refuse", "UsageError", "RunError", "ValueError", "TypeError"}
"""Calls whose arguments are messages of errors, which have a form and pages of their own."""
MESSAGES = {"message", "fix", "problem"}
SOURCES = ("REFERENCE", "_SOURCE")
"""How names of citations end, which stand in traces as they were looked up."""


def relative(path):
    return path.relative_to(HOME).as_posix()


def called(node):
    """Return the last part of the name of what a call calls."""
    function = node.func
    return getattr(function, "id", getattr(function, "attr", ""))


def is_message(node):
    """Tell whether a node is no sentence of the briefing: the text of an error, or the source that a trace names."""
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Call):
        return called(node) in REFUSALS
    if isinstance(node, ast.keyword):
        return node.arg == "reference"
    targets = [item for item in getattr(node, "targets", [getattr(node, "target", None)]) if item]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return any(name in MESSAGES or name.endswith(SOURCES) for name in names)


def texts(tree):
    """Yield the texts of a module with their lines: docstrings, messages of errors and parts of other texts left out."""
    skipped = set()
    for node in ast.walk(tree):
        for statement in (
            getattr(node, "body", ()) if isinstance(getattr(node, "body", ()), list) else ()
        ):
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                skipped.add(statement.value)
        if is_message(node):
            skipped.update(ast.walk(node))
        elif isinstance(node, ast.JoinedStr) and node not in skipped:
            skipped.update(part for part in node.values if isinstance(part, ast.Constant))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def is_sentence(text):
    """Tell whether a text reads as one: more than a few words, a capital, no markup, no expression of a search."""
    if re.search(r'[<>{}\\]|="', text):
        return False
    return len(WORD.findall(text)) > MOST and bool(re.search(r"[A-Z]", text))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_sentence_is_left_in_the_code(path):
    """A finding, a measure, a note is said by a page: what the code hands over are numbers and the case that they are in."""
    tree = ast.parse(path.read_text("utf-8"))
    left = [f"{relative(path)}:{line}: {text!r}" for line, text in texts(tree) if is_sentence(text)]
    assert left == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('title = f"The sides stand {gap} points apart on {first}"', 1),
        ('note = "By mean payoff, each quantity by itself;" " where it stands out"', 1),
        ('"""A module says what it is for in a sentence."""', 0),
        ('message = f"the language {name} has No words at all here"', 0),
        ('raise ValueError("This text has more than five words, and a capital")', 0),
        ('label = "share of versions in which every limit holds"', 0),
        ('head = "Chance of an attack"', 0),
        ('SHARE_REFERENCE = "Savage (1951), regret: shortfall from the best of each case"', 0),
        ('f(reference="Bayes rule on the strategies of the solution")', 0),
    ],
)  # fmt: skip
def test_a_sentence_in_the_code_is_found(code, found):
    """Oracle: hand; messages of errors, docstrings, labels of figures and heads of columns are none."""
    assert sum(is_sentence(text) for _, text in texts(ast.parse(code))) == found


def constants(tree):
    """Return the texts that a module gives a name at its top, such as the page that it speaks with."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = (
                    zip(target.elts, node.value.elts, strict=True)
                    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                    else [(target, node.value)]
                )
                found |= {
                    name.id: value.value
                    for name, value in pairs
                    if isinstance(name, ast.Name) and isinstance(value, ast.Constant)
                }
    return found


def asked(tree):
    """Yield what a module asks pages to say: the page, the block and the line; blocks whose names are made up are left out."""
    known = constants(tree)

    def text(node):
        return node.value if isinstance(node, ast.Constant) else known.get(getattr(node, "id", ""))

    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, arguments = called(node), [text(item) for item in node.args[:3]]
        if name in {"say", "say_lines"} and len(arguments) > 1 and all(arguments[:2]):
            yield *arguments[:2], node.lineno
        if name == "picture_words" and all(arguments[1:3]):
            noted = any(item.arg == "note" for item in node.keywords)
            for part in ("title", "measure", *(() if noted else ("note",))):
                yield arguments[1], f"{arguments[2]}_{part}", node.lineno


def blocks(page):
    path = Path(pages.__file__).parent / LANGUAGE / f"{page}.j2"
    parsed = PARSER.parse(path.read_text("utf-8"))
    return [block.name for block in parsed.find_all(jinja2.nodes.Block)]


def test_what_the_code_asks_a_page_to_say_is_there():
    """A block that is not there would say nothing, without an error."""
    wanted = [
        (page, block, f"{relative(path)}:{line}")
        for path in MODULES
        for page, block, line in asked(ast.parse(path.read_text("utf-8")))
    ]
    there = {page: set(blocks(page)) for page in {page for page, _, _ in wanted}}
    assert len(wanted) > 100
    assert [item for item in wanted if item[1] not in there[item[0]]] == []


def test_what_a_page_says_of_pictures_is_asked_for():
    """No words are left behind in a page when the code no longer asks for them."""
    every = [ast.parse(path.read_text("utf-8")) for path in MODULES]
    wanted = {(page, block) for tree in every for page, block, _ in asked(tree)}
    parts = re.compile(r".*_(?:title|measure|note|heads)")
    left = [
        (page, block)
        for page in {page for page, _ in wanted} - {"summary"}
        for block in blocks(page)
        if parts.fullmatch(block) and (page, block) not in wanted
    ]
    assert left == []

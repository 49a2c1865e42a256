"""What commands print does nothing to a terminal, whatever stands in it.

Oracle: theorem (no forbidden character, as :mod:`detente.characters` lists them, comes out of any text) and hand.
"""

import ast
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente.cli
from detente.characters import escape, find_forbidden
from detente.cli._output import json_text, make_table, print_table, print_title, terminal, text
from detente.cli._streams import SafeStream, printing_safely

HOSTILE = [
    "\x1b]0;pwned\x07",
    "\x1b[31mred\x1b[0m",
    "\x1b[2J",
    "\x9b31m",
    "\x00\x07\x08\x7f\x85",
    "\u202egnp.exe",
    "\u2066x",
    "\ud800",
    "\udcff",
    "\uffff\ufdd0",
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None, categories=None), max_size=30),
    st.lists(st.sampled_from([*HOSTILE, "plain", "\r", "\u2028"]), max_size=5).map("".join),
)


def show_all(words):
    """Print a text in every way that commands have, and return what came out."""
    held = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", SafeStream(held, is_vital=True))
        print_table(make_table([text(words)], [(words,)], title=words))
        print_title(terminal(), words, words)
        terminal().print(words)
    return held.getvalue()


@pytest.fixture
def detente_in_process(monkeypatch, capsys, tmp_path):
    """Return a function that runs the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["detente", *arguments])
        with pytest.raises(SystemExit) as stop:
            detente.cli.main()
        return stop.value.code, *capsys.readouterr()

    return run


@given(words=TEXTS)
def test_nothing_forbidden_comes_out_of_a_stream(words):
    held = io.StringIO()
    stream = SafeStream(held, is_vital=True)
    stream.write(words)
    stream.writelines([words])
    assert find_forbidden(held.getvalue()) is None
    assert "\r" not in held.getvalue()
    assert held.getvalue() == 2 * escape(words)


@given(words=TEXTS)
def test_consoles_pass_styles_and_the_start_of_a_line_alone(words):
    held = io.StringIO()
    SafeStream(held, is_vital=True).rich_proxied_file.write(words)
    rest = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", held.getvalue())
    assert find_forbidden(rest) is None


@given(
    data=st.recursive(
        TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    )
)
def test_json_says_the_same_without_the_characters(data):
    shown = json_text(data)
    assert find_forbidden(shown) is None
    assert escape(shown) == shown
    assert json.loads(shown) == json.loads(json.dumps(data))


@pytest.mark.parametrize("words", HOSTILE)
def test_tables_lines_and_titles_escape_even_where_there_is_colour(words, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = show_all(words)
    assert "\x1b[" in shown  # styles of our own
    shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert find_forbidden(shown) is None
    assert shown.count(escape(words[0])) >= 6


@pytest.mark.parametrize(
    "words", ["[bold]a[/bold]", "[/]", "[link=http://evil]x[/link]", ":smile:"]
)
def test_no_text_is_markup(words):
    assert show_all(words).count(words) == 6


def test_an_encoding_that_lacks_a_character_gets_its_code(monkeypatch):
    """Codes are those of JSON: characters beyond the first plane are two."""
    held = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(held, encoding="ascii"))
    with printing_safely():
        import sys

        sys.stdout.write(json_text({"a": "8\u201310 é \U0001f600"}))
        sys.stdout.flush()
    assert json.loads(held.getvalue().decode("ascii")) == {"a": "8\u201310 é \U0001f600"}


def test_no_command_has_a_way_of_its_own_to_print():
    """Commands write to the two streams and to consoles of ``_output``; nothing else reaches a terminal."""
    folder = Path(detente.cli.__file__).parent
    for path in sorted(folder.glob("*.py")):
        if path.name in {"_output.py", "_streams.py"}:
            continue
        source = path.read_text(encoding="utf-8")
        called = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Call)
        }
        assert not called & {
            "print",
            "Console",
            "rich.print",
            "typer.echo",
            "typer.secho",
            "os.write",
        }, path
        for way in ("stdout.buffer", "stderr.buffer", "__stdout__", "__stderr__", "stdout.fileno"):
            assert way not in source, path


@pytest.mark.parametrize("words", [part for part in HOSTILE if "\0" not in part])
@pytest.mark.parametrize(
    "before", [["check"], ["drivers", "nope", "--policy"], ["query", "nope"], []]
)
def test_an_argument_is_refused_and_shown_by_codes(words, before, detente_in_process):
    code, out, err = detente_in_process(*before, words)
    assert (code, out) == (2, "")
    assert "[character-forbidden]" in err
    assert find_forbidden(err) is None
    assert escape(words).partition("\n")[0] in err
    assert "\n  fix: " in err

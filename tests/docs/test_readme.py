"""Commands in the README and the guides name what is there.

Oracle: hand. Commands are those between ``console`` fences, in their order. A file that one of them names exists in the
clone, or an earlier one of the same page makes it; cheap ones are run.
"""

import re
import shlex
import sys
from pathlib import Path

import pytest
import typer.main

from detente.cli import app, main
from detente.crisis import shipped_crises

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [
    README,
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]
COMMANDS = typer.main.get_command(app).commands


def commands_of(page):
    """Return the words behind ``detente`` of every command of a page."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = re.match(r"\$ (?:\.venv/bin/)?detente (.*)", line)
            if words and not re.search(r"[|<>]", words[1]):
                found.append(shlex.split(words[1], comments=True))
    return found


def test_the_readme_shows_commands():
    assert len(commands_of(README)) > 8


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_can_be_parsed(page):
    """Names of commands and options; what it does is not done."""
    for name, *words in commands_of(page):
        if "--help" in words or name.startswith("-"):
            continue
        command = COMMANDS[name]
        known = {option for item in command.params for option in item.opts}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= known, (name, given - known)


def test_files_that_the_readme_names_are_there_or_made_before():
    made = {Path("brief"), Path("brief/ukraine-2022"), Path("brief/ukraine-2022/brief.json")}
    for name, *words in commands_of(README):
        if name == "new":
            made |= {Path(words[0]), Path(words[0]) / "reports.csv"}
        if "--out" in words:
            folder = Path(words[words.index("--out") + 1])
            made |= {folder, folder / "brief.json"}
        for word in words:
            if re.search(r"/|\.(csv|json|efg)$", word) and "=" not in word:
                assert Path(word) in made or (ROOT / word).exists(), word


def test_no_two_pages_make_a_folder_of_the_same_name():
    names = [words[1] for page in PAGES for words in commands_of(page) if words[0] == "new"]
    assert len(names) == len(set(names)) > 2
    assert not set(names) & set(shipped_crises())


def test_cheap_commands_of_the_readme_do_what_they_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ran = []
    for name, *words in commands_of(README):
        if name not in {"list", "check", "models", "new", "watch", "base-rates"}:
            continue
        few = ["--draws", "4"] if name == "watch" else []
        monkeypatch.setattr(sys, "argv", ["detente", name, *words, *few])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        assert stop.value.code == 0, err
        assert out
        ran.append(name)
    assert {"new", "watch", "models"} <= set(ran)
    assert "0 events fit no rule" not in out
    assert (tmp_path / "watch" / "island-2030" / "watch.html").is_file()

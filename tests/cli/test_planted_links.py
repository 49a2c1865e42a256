"""Links planted in a folder that somebody else made: nothing outside of it is written, read into it, or removed.

Oracle: hand. What lies outside is compared byte by byte, with its times, before and after.
"""

import shutil

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import DetenteError
from detente.runs.folders import inspect_run, remove_run
from detente.testing import tiny_crisis_folder

EVENTS = "date,actor,target,category,mode,event,source\n2030-01-16,NOR,MID,MOBILIZE,troops,More brigades,gazette\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A crisis with a run, a briefing and a watch of it; tests copy what they change."""
    place = tmp_path_factory.mktemp("made")
    tiny_crisis_folder(place).rename(place / "crisis")
    (place / "events.csv").write_text(EVENTS, encoding="utf-8")
    for words in COMMANDS.values():
        succeeds(place, words)
    return place


COMMANDS = {
    "run": "explore CRISIS --run run/ --draws 64 --executor threads --workers 1",
    "briefing": "brief CRISIS --out briefing/ --draws 64 --search 8 --workers 1",
    "watch": "watch CRISIS --events EVENTS --out watch/ --draws 64",
}


def call(place, words, home):
    """Run a command whose folders lie in a place."""
    named = {"CRISIS": home / "crisis", "EVENTS": home / "events.csv"}
    parts = [str(named.get(word, word)) for word in words.split()]
    parts = [str(place / word) if word[:-1] in COMMANDS else word for word in parts]
    return CliRunner().invoke(app, parts)


def succeeds(place, words, home=None):
    result = call(place, words, home or place)
    assert result.exit_code == 0, (result.output, result.exception)


def snapshot(folder):
    return {
        path.relative_to(folder).as_posix(): (
            path.read_bytes() if path.is_file() else b"",
            path.lstat().st_mtime_ns,
        )
        for path in [folder, *folder.rglob("*")]
    }


LINKS = [
    ("run", "manifest.json"),
    ("run", "shards"),
    ("run", "shards/shard-000000.parquet"),
    ("run", "shards/shard-000000.json"),
    ("briefing", "brief.html"),
    ("briefing", "brief.json"),
    ("briefing", "charts"),
    ("briefing", "tables"),
    ("briefing", "charts/outlook-outcomes.svg"),
    ("briefing", "run"),
    ("briefing", "run/*"),
    ("briefing", "run/*/search.json"),
    ("briefing", "run/*/shards"),
    ("briefing", ".briefing-journal.json"),
    ("watch", "watch.html"),
    ("watch", "days"),
    ("watch", "games"),
    ("watch", "days/2030-01-15.json"),
    ("watch", "games/*"),
    ("watch", ".watch-journal.json"),
]


@pytest.mark.parametrize(("kind", "name"), LINKS, ids=lambda value: value.replace("/", "-"))
def test_a_link_among_own_files_is_refused_and_leads_nowhere(made, tmp_path, kind, name):
    folder = tmp_path / kind
    shutil.copytree(made / kind, folder)
    outside = tmp_path / "outside"
    outside.mkdir()
    (path,) = list(folder.glob(name))[:1] or [folder / name]
    target = outside / path.name
    if path.exists():
        shutil.move(path, target)
    else:
        target.write_bytes(b"mine")
    path.symlink_to(target)
    before = snapshot(outside)
    words = COMMANDS[kind] + (" --resume" if kind == "run" else "")
    if kind == "watch" and name.startswith("games"):
        for day in (folder / "days").iterdir():  # so that games are read
            day.unlink()
    result = call(tmp_path, words, made)
    assert isinstance(result.exception, DetenteError), result.output
    assert result.exception.code == "path-linked"
    assert result.exception.fix
    assert snapshot(outside) == before
    assert path.is_symlink()


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_link_that_the_user_names_is_followed(made, tmp_path, kind):
    (tmp_path / "real").mkdir()
    (tmp_path / kind).symlink_to(tmp_path / "real")
    succeeds(tmp_path, COMMANDS[kind], made)
    assert any((tmp_path / "real").iterdir())


@pytest.mark.parametrize(
    "name",
    [
        ".brief.html.brief-new",
        ".brief.html.brief-old",
        "charts/.outlook-outcomes.svg.brief-new",
        ".briefing-0123456789abcdef",
        "..briefing-journal.json.part",
    ],
)
def test_links_under_names_that_might_be_guessed_are_not_used(made, tmp_path, name):
    folder = tmp_path / "briefing"
    shutil.copytree(made / "briefing", folder)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "new-0").write_bytes(b"mine")
    (folder / name).symlink_to(outside if "0123" in name else outside / "new-0")
    before = snapshot(outside)
    succeeds(tmp_path, COMMANDS["briefing"], made)
    assert snapshot(outside) == before
    assert (folder / name).is_symlink()


def test_a_run_whose_folder_of_shards_is_a_link_is_not_removed(made, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(made / "run", run)
    (run / "shards").rename(tmp_path / "outside")
    (run / "shards").symlink_to(tmp_path / "outside")
    before = snapshot(tmp_path / "outside")
    assert ("shards", "a link, which is not followed") in inspect_run(run).damaged
    with pytest.raises(DetenteError) as caught:
        remove_run(run)
    assert caught.value.code == "path-linked"
    assert snapshot(tmp_path / "outside") == before


def test_a_file_that_the_user_names_takes_the_place_of_a_link(tmp_path):
    """``schema --out`` and ``show --out`` write the file that is named, and nothing that it leads to."""
    (tmp_path / "outside").write_bytes(b"mine")
    for words in ("schema --out OUT", "show books/kuhn1950/poker --out OUT"):
        (tmp_path / "out").symlink_to(tmp_path / "outside")
        parts = [str(tmp_path / "out") if word == "OUT" else word for word in words.split()]
        assert CliRunner().invoke(app, parts).exit_code == 0
        assert (tmp_path / "outside").read_bytes() == b"mine"
        assert not (tmp_path / "out").is_symlink()
        (tmp_path / "out").unlink()


def test_a_new_crisis_is_not_written_through_a_link(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "strait").symlink_to(tmp_path / "outside")
    result = CliRunner().invoke(app, ["new", "strait", "--folder", str(tmp_path / "strait")])
    assert result.exception.code == "folder-exists"
    assert list((tmp_path / "outside").iterdir()) == []

"""Drafts: every change is kept, can be taken back, and is never made over somebody else's."""

from importlib import resources

import pytest

from detente.crisis.editing import remove_entry, set_value, value_at
from detente.errors import CrisisFileError, UsageError
from detente.log import Log
from detente.web import Workbench
from detente.web.drafts import Drafts, EditConflictError, files_of

TEMPLATE = resources.files("detente.crisis").joinpath("templates/coercion")
GAIN = ("quantities", "war.gain", "triangular")
NOTE = ("quantities", "war.gain", "note")


@pytest.fixture
def store(tmp_path):
    with Log.open(f"sqlite:///{tmp_path}/log.sqlite") as log:
        yield log


@pytest.fixture
def bench():
    return Workbench(["cuba-1962"], workers=1)


@pytest.fixture
def drafts(store, bench):
    found = Drafts(store, bench)
    bench.add(found)
    return found


@pytest.fixture
def draft(drafts):
    return drafts.begin(files_of(TEMPLATE), origin="coercion")


def test_draft_holds_the_folder_it_was_begun_with(draft):
    """Oracle: hand."""
    assert draft.files == files_of(TEMPLATE)
    assert (draft.origin, draft.name, draft.done) == ("coercion", "my-crisis", ())
    assert next(iter(draft.files)) == "crisis.yaml"


def test_changes_are_taken_back_and_made_again(drafts, draft):
    """Oracle: theorem. Undoing all changes gives the first text, making them again the last; both are kept as events."""
    first = draft.text
    drafts.patch(draft.id, GAIN, [1, 2, 3], base=draft.version)
    state = drafts.patch(draft.id, NOTE, "why: so", base=draft.version)
    last = state.text
    assert [edit.label for edit in state.done] == [".".join(GAIN), ".".join(NOTE)]
    drafts.undo(draft.id)
    assert drafts.undo(draft.id).text == first
    assert drafts.undo(draft.id).text == first
    drafts.undo(draft.id, again=True)
    assert drafts.undo(draft.id, again=True).text == last
    assert drafts.state(draft.id).version == draft.version + 6


def test_new_change_closes_the_way_forward(drafts, draft):
    """Oracle: hand."""
    drafts.patch(draft.id, GAIN, [1, 2, 3], base=draft.version)
    drafts.undo(draft.id)
    state = drafts.patch(draft.id, NOTE, "so", base=draft.version)
    assert state.undone == ()
    assert drafts.undo(draft.id, again=True).version == state.version


def test_another_process_sees_the_same(drafts, draft, store, bench):
    """Oracle: theorem. What a draft is follows from its events alone; nothing is lost when the server starts anew."""
    drafts.patch(draft.id, GAIN, [1, 2, 3], base=draft.version)
    drafts.patch(draft.id, NOTE, "so", base=draft.version)
    drafts.undo(draft.id)
    assert Drafts(store, bench).state(draft.id) == drafts.state(draft.id)


def test_two_tabs_change_different_places(drafts, draft):
    """Oracle: hand. Both began from the same version; both changes are made."""
    drafts.patch(draft.id, GAIN, [1, 2, 3], base=draft.version)
    state = drafts.patch(draft.id, NOTE, "so", base=draft.version)
    assert value_at(state.text, GAIN) == [1, 2, 3]
    assert value_at(state.text, NOTE) == "so"


def test_two_tabs_change_the_same_place(drafts, draft):
    """Oracle: hand. The second is told both values and what both began from; the same value twice is no conflict."""
    drafts.patch(draft.id, GAIN, [1, 2, 3], base=draft.version)
    with pytest.raises(EditConflictError) as caught:
        drafts.patch(draft.id, GAIN, [4, 5, 6], base=draft.version)
    assert caught.value.code == "log-conflict"
    assert (caught.value.was, caught.value.theirs, caught.value.yours) == (
        [30, 50, 80],
        [1, 2, 3],
        [4, 5, 6],
    )
    drafts.patch(draft.id, GAIN, [1, 2, 3], base=draft.version)
    state = drafts.patch(draft.id, GAIN, [4, 5, 6], base=caught.value.version)
    assert value_at(state.text, GAIN) == [4, 5, 6]


def test_request_that_comes_twice_changes_once(drafts, draft):
    """Oracle: hand. A page whose line broke sends its change again."""
    for _ in range(2):
        state = drafts.patch(draft.id, NOTE, "so", base=draft.version, command="c1")
    assert len(state.done) == 1


def test_part_of_a_text_is_replaced_where_it_stands_by_now(drafts, draft):
    """Oracle: hand. A change above it moves it down."""
    start = draft.text.index("summary:")
    end = draft.text.index("scope:")
    drafts.patch(
        draft.id, ("title",), "Another title that is longer than it was", base=draft.version
    )
    state = drafts.replace_text(
        draft.id, "crisis.yaml", "summary: short\n", base=draft.version, span=(start, end)
    )
    assert value_at(state.text, ("summary",)) == "short"
    assert value_at(state.text, ("title",)).startswith("Another")
    with pytest.raises(EditConflictError):
        drafts.replace_text(
            draft.id, "crisis.yaml", "summary: other\n", base=draft.version, span=(start, end)
        )


def test_text_that_cannot_be_read_is_kept(drafts, draft):
    """Oracle: hand. A draft may be broken; its checks say so, and it cannot be saved."""
    state = drafts.replace_text(draft.id, "crisis.yaml", "title: [", base=draft.version)
    checked = drafts.check(state)
    assert not checked.is_clean
    assert checked.findings[0].code == "yaml-invalid"
    with pytest.raises(CrisisFileError):
        drafts.save(draft.id)
    assert drafts.undo(draft.id).text == draft.text


def test_saved_version_is_a_crisis_of_its_own(drafts, draft, bench, store):
    """Oracle: hand. Served at once, by another workbench on the same log, too; later changes of the draft leave it alone."""
    first = drafts.save(draft.id)
    drafts.patch(draft.id, ("title",), "Later", base=draft.version)
    second = drafts.save(draft.id)
    assert (first.id, second.id) == ("my-crisis-v1", "my-crisis-v2")
    assert (first.title, second.title) == ("Northland - Westmark - Midland", "Later")
    assert bench.names == ("cuba-1962", "my-crisis-v1", "my-crisis-v2")
    assert drafts.state(draft.id).versions == ("my-crisis-v1", "my-crisis-v2")
    other = Workbench(["cuba-1962"], workers=1)
    shelf = Drafts(store, other)
    other.add(shelf)
    assert other.crisis("my-crisis-v1").digest == first.digest
    assert other.crisis("my-crisis-v2").title == "Later"


def test_version_needs_clean_checks(drafts, draft):
    """Oracle: hand. The draft itself is kept."""
    text = remove_entry(draft.text, ("quantities", "war.gain", "source"))
    state = drafts.replace_text(draft.id, "crisis.yaml", text, base=draft.version)
    with pytest.raises(CrisisFileError) as caught:
        drafts.save(draft.id)
    assert caught.value.code == "source-missing"
    assert drafts.state(draft.id) == state


def test_draft_set_aside_is_kept(drafts, draft):
    """Oracle: hand."""
    assert [item.id for item in drafts.list()] == [draft.id]
    drafts.set_aside(draft.id, aside=True)
    assert drafts.list() == []
    assert drafts.state(draft.id).files == draft.files
    drafts.set_aside(draft.id, aside=False)
    assert [item.id for item in drafts.list()] == [draft.id]


def test_large_texts_are_kept_in_pieces(drafts):
    """Oracle: theorem. Pieces put together are the text."""
    text = "title: x\n" + "# a comment that fills the file\n" * 20_000
    assert drafts.begin({"crisis.yaml": text}, origin="").text == text


@pytest.mark.parametrize("name", ["0" * 12, "../../x", "a b", "x" * 50])
def test_draft_that_is_not_there_is_refused(drafts, name):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        drafts.state(name)
    assert caught.value.code == "page-unknown"


def test_version_that_nobody_saw_is_refused(drafts, draft):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        drafts.patch(draft.id, NOTE, "so", base=draft.version + 1)
    assert caught.value.code == "option-invalid"


def test_change_that_changes_nothing_is_no_event(drafts, draft):
    """Oracle: hand."""
    same = drafts.change(
        draft.id,
        lambda files: {**files, "crisis.yaml": set_value(files["crisis.yaml"], ("rounds",), 2)},
        label="x",
    )
    assert same.version == draft.version

"""The after-action report in the browser: its words by named cases, its timeline, other rooms, the survey, pages to take along."""

import re
import socket
import threading
import time
from importlib.resources import files

import pytest
import uvicorn
from tests.web.accessibility import find_faults
from tests.web.conftest import csrf_of

from detente.errors import RunError
from detente.play.options import SessionOptions
from detente.play.reports import report_data
from detente.play.research import number_people
from detente.play.survey import QUESTIONS
from detente.web import Workbench, create_app
from detente.web.access import Access, Limits
from detente.web.play import printing
from detente.web.play.pictures import WIDE, draw_belief, draw_ladder, draw_path, draw_rooms
from detente.web.play.printing import to_pages
from detente.web.play.reporting import rooms_case
from detente.web.rendering import Renderer

TEMPLATE = str(files("detente.crisis") / "templates" / "coercion")
WORDS, TIMELINE = "play/words.j2", "play/timeline.j2"
NAMES = {"usa": "Washington", "ussr": "Moscow", "": "chance"}
LABELS = {"strike": "air strike", "wait": "wait and see", "lost": "the strike fails"}
HOSTILE = "<script>alert(1)</script> *b* #let x = 1 $y$ @z \\ [c] `d` // e"


@pytest.fixture(scope="module")
def bench():
    """A template: its games are small."""
    return Workbench([TEMPLATE], workers=1)


@pytest.fixture(scope="module")
def renderer(bench):
    templates = files("detente.web") / "templates"
    return Renderer([templates], [], bench)


def play(rooms, *moves, **options):
    """A session of two people that talks, signs, claims a breach, and is played as listed."""
    given = {"seats": {"north": "human", "west": "human"}, "draws": 16, "case": 0}
    types = {"north": "limited", "west": "hollow", "mid": "only"}
    session = rooms.create("my-crisis", SessionOptions(**given, chosen=types, **options))
    session.send("west", "join", {"name": "Ilse <b>Marchand"})
    session.send("control", "start")
    issue = next(item.id for item in session.book.crisis.issues.values() if item.negotiable)
    session.send("west", "say", {"text": HOSTILE, "to": ["north"]})
    session.send("west", "propose", {"to": ["north"], "terms": {issue: 40}, "text": HOSTILE})
    session.send("north", "sign", {"proposal": "P1"})
    session.send("north", "breach", {"proposal": "P1", "of": "west"})
    session.send("north", "estimate", {"estimates": {"west.hollow": 1.0}})
    for seat, choice in moves:
        session.send(seat, "seal", {"choices": [choice], "why": HOSTILE})
    if session.state.status != "ended":
        session.send("control", "end", {"why": HOSTILE})
    session.send("west", "survey", {"answers": {"aims": 4, "remark": HOSTILE}})
    return session.name


@pytest.fixture(scope="module")
def two(rooms):
    """Two rooms of one class that parted in the second turn."""
    return (
        play(rooms, ("west", "arm"), ("north", "withdraw")),
        play(rooms, ("west", "arm"), ("north", "subvert")),
    )


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (
            {"case": "changed_the_ends", "seat": "usa", "did": "strike", "of": "", "size": 0.41},
            "“air strike” by Washington was unlikely, and 41% of the runs",
        ),
        (
            {"case": "changed_the_ends", "seat": "", "did": "lost", "of": "strike", "size": 0.41},
            "“the strike fails” after “air strike” was unlikely",
        ),
        ({"case": "kept_an_end_open_unseen", "seat": "usa", "did": "strike"}, "did not see"),
        (
            {"case": "signed_and_broken", "proposal": "P1", "by": "usa", "seat": "ussr"},
            "all had signed P1, and Washington said that Moscow had broken it",
        ),
        (
            {
                "case": "far_estimate",
                "seat": "usa",
                "player": "ussr",
                "type": "firm",
                "own": 0.95,
                "model": 0.5,
            },
            "Washington gave “firm aims” of Moscow 95%, where 50% could be believed",
        ),
        ({"case": "intervened", "did": "strike", "size": 0.5}, "control set “air strike”, and 50%"),
        ({"case": "intervened", "did": "", "size": 0.5}, "control changed how things stood"),
        (
            {
                "case": "unexpected",
                "seat": "usa",
                "did": "strike",
                "expected": 0.2,
                "likeliest": "wait",
                "size": 0.301,
            },
            "chose “air strike” (20% expected), where “wait and see” was likelier by 30 points",
        ),
        (
            {"case": "goal_missed", "seat": "usa", "short_by": 2.04},
            "Washington got 2.0 stakes less",
        ),
    ],
)
def test_questions_for_the_debrief_have_words(renderer, item, said):
    """Oracle by hand."""
    types = {("ussr", "firm"): "firm aims"}
    words = renderer.words(WORDS, "question", {"turn": 2, **item}, NAMES, LABELS, types)
    assert said in words
    assert words.endswith("?")


@pytest.mark.parametrize(
    ("case", "seat", "said"),
    [
        ("none", "usa", ""),
        (
            "by_seat",
            "usa",
            "It turned in turn 3, where Washington chose “the strike fails”, which the model expected 10% of the time.",
        ),
        (
            "by_chance",
            "",
            "It turned in turn 3, where chance made of “air strike”: the strike fails, at 10%.",
        ),
        ("by_control", "usa", "It turned in turn 3, where control set “the strike fails”."),
    ],
)
def test_the_head_says_where_it_turned(renderer, case, seat, said):
    """Oracle by hand."""
    step = {"turn": 3, "seat": seat, "did": "lost", "of": "strike", "expected": [0.1, 0, 1]}
    assert renderer.words(WORDS, "lead", case, step, NAMES, LABELS) == said


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("unwarned", "Nothing warned of it: the chance of an attack hardly moved (20% to 25%)"),
        ("warned", "moved between 20% and 25% before it came"),
        ("unmoved", "hardly moved (20% to 25%) until the step that ended it"),
        ("moved", "moved between 20% and 25%, and none came"),
        ("plain", "What was to be expected, step by step"),
        ("stopped", "What was to be expected, step by step"),
    ],
)
def test_the_path_has_a_title(renderer, case, said):
    """Oracle by hand."""
    assert said in renderer.words(WORDS, "path_title", case, 0.2, 0.25)


@pytest.mark.parametrize(
    ("ends", "parts", "case", "said"),
    [
        (("war", "war"), (None, None), "alike", "The same was done in all 2 rooms"),
        (("war", "war"), (None, {"turn": 1}), "other_ways", "2 rooms came to the same end"),
        (("war", "deal"), (None, {"turn": 1}), "other_ends", "Same start, 2 ends in 2 rooms"),
    ],
)
def test_rooms_have_a_title(renderer, ends, parts, case, said):
    """Oracle by hand."""
    found = [{"outcome": end, "parts": part} for end, part in zip(ends, parts, strict=True)]
    assert rooms_case(found) == case
    assert said in renderer.words(WORDS, "rooms_title", case, 2, len(set(ends)))


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["said"], "1 message"),
        (["said", "signed", "said"], "2 messages, 1 signature"),
        (["breached", "breached", "taken"], "2 claims of a breach, 1 seat handed on"),
        (["ended"], "The end"),
    ],
)
def test_entries_of_the_timeline_are_counted(renderer, kinds, said):
    """Oracle by hand."""
    assert renderer.words(TIMELINE, "summary", kinds) == said


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_tells_one_timeline_and_no_markup_of_people(make, two):
    """Oracle by hand: what was said stands before what was signed and claimed, and all before the move; texts are text."""
    page = make(owner=True).get(f"/play/{two[0]}/report").text
    places = [
        page.index(words)
        for words in (
            "takes the seat of Westmark",
            "Westmark to Northland",
            "proposes P1",
            "signs P1",
            "says that Westmark has broken P1",
            "The game ends",
            "answers the survey",
        )
    ]
    assert places == sorted(places)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *b* #let x = 1" in page
    assert "Ilse &lt;b&gt;Marchand" in page
    assert "all had signed P1" in page
    assert "could be believed. What had it seen" in page


def test_each_picture_has_words_and_a_table(make, two):
    """Oracle by hand: every drawing that is not hidden from readers without sight says what it shows, and each has its table."""
    page = make(owner=True).get(f"/play/{two[0]}/report").text
    drawn = re.findall(r'<svg class="drawn (\w+)"[^>]*>', page)
    assert set(drawn) == {"path", "ladder", "belief", "rooms"}
    assert len(re.findall(r'role="img" aria-label="[^"]{20,}"><desc>', page)) == len(drawn)
    for caption in ("What was to be expected, table", "Beliefs, table", "Rooms, table"):
        assert caption in page


def test_other_rooms_are_for_control_alone(make, rooms, two):
    """Oracle by hand: control and the owner see where the other room parted; a seat is told of no other room."""
    here, other = two
    owner = make(owner=True)
    told = owner.get(f"/api/sessions/{here}/report").json()["rooms"]
    assert [item["room"] for item in told] == [here, other]
    assert told[1]["parts"]["turn"] == 2
    assert "Same start" in owner.get(f"/play/{here}/report").text
    seat = make()
    seat.get(f"/play/{here}/west/join?s={rooms.token(here, 'west')}")
    assert seat.get(f"/api/sessions/{here}/report").json()["rooms"] == []
    page = seat.get(f"/play/{here}/report").text
    assert other not in page
    assert "Rooms, table" not in page
    control = make()
    control.get(f"/play/{here}/control/join?s={rooms.token(here, 'control')}")
    assert len(control.get(f"/api/sessions/{here}/report").json()["rooms"]) == 2


def test_control_plays_a_turn_anew_from_the_report(make, rooms):
    """Oracle by hand: the form goes to the desk of a room of its own; a seat has no such form."""
    name = play(rooms, ("west", "arm"), ("north", "withdraw"), session_seed=11)
    owner, seat = make(owner=True), make()
    page = owner.get(f"/play/{name}/report").text
    place = f"/play/{name}/control/forks"
    assert page.count(f'action="{place}"') == 2
    answer = owner.post(place, data={"csrf": csrf_of(page), "turn": "2"})
    assert answer.status_code == 303
    other = answer.headers["location"].split("/")[2]
    assert rooms.find(other).state.forked == (name, 2)
    seat.get(f"/play/{name}/west/join?s={rooms.token(name, 'west')}")
    assert place not in seat.get(f"/play/{name}/report").text


def test_rooms_of_other_cases_or_that_run_are_not_compared(rooms, two):
    """Oracle by hand."""
    other = rooms.create("my-crisis", SessionOptions(draws=4))
    other.send("control", "start")
    running = rooms.create("my-crisis", SessionOptions(draws=16, seats={"west": "human"}))
    names = {item["room"] for item in rooms.compare(two[0])}
    assert names >= set(two)
    assert not names & {other.name, running.name}


def test_the_survey_is_answered_by_a_form_and_shown_as_counts(make, rooms):
    """Oracle by hand: without scripts; the form comes back filled, counts and texts stand in the report, and only points in the table."""
    name = play(rooms, ("west", "arm"), ("north", "withdraw"), session_seed=9)
    seat = make()
    seat.get(f"/play/{name}/north/join?s={rooms.token(name, 'north')}")
    page = seat.get(f"/play/{name}/north").text
    for item in QUESTIONS:
        assert item.words in page
    form = {"csrf": csrf_of(page), "kind": "survey", "answers.aims": "4", "answers.otherwise": "5"}
    assert seat.post(f"/play/{name}/north", data=form).status_code == 303
    page = seat.get(f"/play/{name}/north").text
    assert 'name="answers.aims" value="4" checked' in page
    assert HOSTILE[:8] not in page
    report = seat.get(f"/api/sessions/{name}/report").json()["survey"]
    assert report["answers"]["north"] == {"aims": 4, "otherwise": "5"}
    assert report["counts"]["aims"] == [0, 0, 0, 2, 0]
    text = seat.get(f"/api/sessions/{name}/survey.csv").text
    assert text.count("\n") == 3
    assert "script" not in text
    assert "What the seats say of it" in seat.get(f"/play/{name}/report").text


def test_a_session_that_was_ended_before_it_began_has_a_report(make, rooms):
    """Oracle by hand: no move, no path, no belief; it is told, and printed all the same."""
    session = rooms.create("my-crisis", SessionOptions(draws=4, seats={"west": "human"}))
    session.send("control", "end", {"why": "nobody came"})
    owner = make(owner=True)
    page = owner.get(f"/play/{session.name}/report").text
    assert "Control ended the session before the game did" in page
    assert "No move was made." in page
    assert "nobody came" in page
    assert owner.get(f"/play/{session.name}/report.pdf").content.startswith(b"%PDF-")


def test_a_session_with_values_set_from_outside_is_told_and_printed(make, rooms):
    """Oracle by hand: the change has a point of its own on the path, stands in the timeline, and ends what goals are measured by."""
    session = rooms.create(
        "my-crisis", SessionOptions(draws=16, seats={"north": "human", "west": "human"})
    )
    session.send("control", "start")
    session.send("control", "inject", {"state": {"posture": "armed"}, "why": "to see"})
    session.send("west", "seal", {"choices": ["wait"]})
    session.send("north", "seal", {"choices": ["hold"]})
    session.send("control", "take", {"seat": "north", "kind": "random"})
    session.send("control", "end", {"why": "enough"})
    owner = make(owner=True)
    data = owner.get(f"/api/sessions/{session.name}/report").json()
    assert [point["step"] for point in data["path"]].count(0) == 2
    page = owner.get(f"/play/{session.name}/report").text
    words = ("Inject I1 happens.", "All are told how", "is played by a bot from now on")
    places = [page.index(item) for item in words]
    assert places == sorted(places)
    assert "control changed how things stood" in page
    assert "not modelled: the game did not end, or was changed from outside" in page
    assert owner.get(f"/play/{session.name}/report.pdf").content.startswith(b"%PDF-")


# --- pictures --------------------------------------------------------------------------------------------------------


def point(step, attack):
    return {"turn": step, "step": step, "attack": [attack] * 3, "settlement": [0.0] * 3}


def test_turning_points_are_marked_and_named_in_the_path():
    """Oracle by hand: a band and a name for each, nothing for other steps; a name that is too long is cut; names are text."""
    path = [point(0, 0.2), point(1, 0.3), point(2, 1.0)]
    drawn = draw_path(path, {2: "<i>strike"}, width=WIDE, says="words")
    assert drawn.count('class="turned"') == 1
    assert "&lt;i&gt;strike" in drawn
    assert drawn.count("<circle") == 6
    plain = draw_path(path, {}, width=WIDE, says="words")
    assert 'class="turned"' not in plain
    assert 'class="named"' not in plain
    assert "\N{HORIZONTAL ELLIPSIS}" in draw_path(path, {1: "x" * 200}, width=340, says="words")
    assert draw_path([], {}, width=WIDE, says="words") == ""


def test_the_ladder_goes_from_rung_to_rung():
    """Oracle by hand: the line begins at the first move, rises to a higher rung and comes back; a turn without a move keeps its height."""
    turns = [{"turn": number, "ladder": force} for number, force in enumerate((1, 9, 0, 1), 1)]
    drawn = draw_ladder(turns, {1: "restraint", 9: "military"}, width=340, says="words")
    low, high, again = re.search(
        r'd="M[\d.]+ ([\d.]+)H[\d.]+V([\d.]+)H[\d.]+V([\d.]+)H', drawn
    ).groups()
    assert float(high) < float(low)
    assert low == again
    assert "military" in drawn
    assert draw_ladder([], {1: "restraint"}, width=340, says="words") == ""


def test_own_estimates_are_points_beside_what_could_be_believed():
    """Oracle by hand."""
    drawn = draw_belief([(0.5, 0.4, 0.6), (0.7, 0.6, 0.8)], [None, 0.1], "words")
    assert drawn.count('class="own"') == 1
    assert drawn.count('class="reading"') == 2


def test_a_path_of_a_room_ends_where_the_room_did():
    """Oracle by hand: the room that is reported is drawn last, so on top."""
    drawn = draw_rooms([[0.2, 0.3], [0.2, 0.3, 1.0]], width=WIDE, says="words")
    lines = re.findall(r'<polyline class="room ([\w-]+)" points="([^"]+)"', drawn)
    assert [(kind, len(spots.split())) for kind, spots in lines] == [("end-0", 3), ("here", 2)]
    assert draw_rooms([], width=WIDE, says="words") == ""


# --- pages to take along ---------------------------------------------------------------------------------------------


def test_the_report_is_printed_and_kept_as_a_file_without_names(make, two):
    """Oracle: published, ISO 14289-1 asks for a tagged file with its mark and words for pictures; and by hand: no name of a person
    stands in the pages, no markup of one in the file, and the file asks for nothing."""
    owner = make(owner=True)
    pdf = owner.get(f"/play/{two[0]}/report.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert b"pdfuaid:part>1<" in pdf.content
    assert b"/StructTreeRoot" in pdf.content
    assert b"/Alt" in pdf.content
    page = owner.get(f"/play/{two[0]}/report.html").text
    assert "person1 takes the seat of Westmark" in page
    assert "Ilse" not in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "url(" not in page
    assert owner.get(f"/play/{two[0]}/report.pdf").content == pdf.content


@pytest.mark.parametrize(
    "text",
    [
        '#panic("source")',
        "*b _i_ `c` $x$ @key <label> \\ ] [ } { // c /* d",
        '"); #panic("source") //',
        "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d",
        "\U0001f600 e\u0301\u0301\u0301",
        "x" * 2000,
        "\n" * 50 + "line",
    ],
)
def test_no_text_of_a_person_breaks_the_pages(rooms, renderer, two, text):
    """Oracle: independent code, typst itself: what it took as source would stop it, for `panic` stops it."""
    session = rooms.find(two[0])
    data = number_people(session.state, report_data(session.state)) | {"rooms": []}
    told = [item | ({"text": text} if "text" in item else {}) for item in data["timeline"]]
    steps = [item | {"why": text} for item in data["steps"]]
    answers = {"west": {"aims": 1, "remark": text}}
    changed = data | {
        "timeline": told,
        "steps": steps,
        "survey": data["survey"] | {"answers": answers},
    }
    made = to_pages(renderer, session.book.crisis, changed, room="ROOM", digest="0" * 64)
    assert made["report.pdf"].startswith(b"%PDF-")
    assert sorted(made) == ["report.html", "report.pdf"]


def test_pages_that_typst_refuses_say_so(rooms, renderer, two, monkeypatch, tmp_path):
    """Oracle by hand."""
    layout = tmp_path / "broken.typ"
    layout.write_text('#panic("no")', "utf-8")
    monkeypatch.setattr(printing, "_LAYOUT", layout)
    session = rooms.find(two[0])
    data = number_people(session.state, report_data(session.state)) | {"rooms": []}
    with pytest.raises(RunError) as caught:
        to_pages(renderer, session.book.crisis, data, room="ROOM", digest="0" * 64)
    assert (caught.value.code, caught.value.at) == ("print-failed", "report.pdf")


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(bench, rooms):
    """The address of a workbench that listens and holds the rooms."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    access = Access(port=listening.getsockname()[1])
    app = create_app(bench, log=rooms.log, rooms=rooms, access=access, limits=Limits(burst=10_000))
    running = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{access.port}"
    running.should_exit = True
    thread.join(10)
    listening.close()


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 820, 360])
def test_the_report_fits_and_all_can_use_it(visit, rooms, two, theme, width):
    """Oracle: independent code, axe with the rules of WCAG 2.2 AA; nothing is wider than the window; one drawing of each is shown."""
    page = visit(f"/play/{two[0]}/report", width=width, color_scheme=theme)
    page.evaluate("for (const item of document.querySelectorAll('details')) item.open = true")
    assert find_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown = [item.is_visible() for item in page.locator("svg.path").all()]
    assert sorted(shown) == [False, True]
    seat = visit(
        f"/play/{two[0]}/west/join?s={rooms.token(two[0], 'west')}",
        width=width,
        color_scheme=theme,
    )
    assert seat.locator("form.survey").is_visible()
    assert find_faults(seat) == []
    assert seat.evaluate("document.documentElement.scrollWidth <= innerWidth")

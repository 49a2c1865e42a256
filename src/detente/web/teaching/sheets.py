"""The sheets of a pack: cards, handouts, the facilitator's, an assignment and its guide, each made of blocks."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from detente.play.teaching import POINTS
from detente.web.rendering import Renderer, format_stakes
from detente.web.teaching.blocks import (
    Block,
    Sheet,
    bars,
    head,
    lines,
    listed,
    paragraph,
    scale,
    table,
)

__all__ = ["FILES", "make_sheets"]

FILES: Final = ("cards", "open-cards", "handouts", "facilitator", "assignment", "guide")
"""Names of the files that sheets are printed in."""

_DEBRIEF = ("aims", "believed", "watched", "signed", "odds", "outside")
_QUESTIONS = ("aims", "options", "diplomacy", "deterrence", "sanctions", "alliance", "outlook")

Say = Callable[..., str]


def make_sheets(data: Mapping[str, Any], renderer: Renderer) -> tuple[Sheet, ...]:
    """Return the sheets of a pack in the order in which they are printed.

    Parameters
    ----------
    data
        From :func:`detente.play.teaching.teaching_data`.
    renderer
        Has the words.
    """

    def say(macro: str, *given: Any) -> str:
        """Say a line."""
        return renderer.words("teach-words.j2", macro, *given)

    def sheet(name: str, file: str, *sides: Iterable[Block], fits: bool = True) -> Sheet:
        """Make a sheet that is no card."""
        return Sheet(
            id=name,
            file=file,
            title=say("title_of", name),
            kicker=say("kicker", data, say("what_is", file)),
            note=say("note", file, data),
            sides=tuple(tuple(side) for side in sides),
            fits=fits,
        )

    return (
        *(_card(data, card, say) for card in data["cards"]),
        *(_card(data, card, say) for card in data["open_cards"]),
        sheet("issues", "handouts", _issues(data, say)),
        sheet("proposal", "handouts", _proposal(data, say)),
        sheet("course", "handouts", _course(data, say, secret=False)),
        sheet("facts", "handouts", _facts(data, say), fits=False),
        sheet("facilitator", "facilitator", _facilitator(data, say), fits=False),
        sheet("demonstration", "facilitator", _demonstration(data, say)),
        sheet("role_play", "facilitator", _role_play(data, say)),
        sheet("debrief", "facilitator", _debrief(data, say), fits=False),
        sheet("assignment", "assignment", _assignment(data, say), fits=False),
        sheet("guide", "guide", _guide(data, say), fits=False),
    )


# --- cards -----------------------------------------------------------------------------------------------------------


def _card(data: Mapping[str, Any], card: Mapping[str, Any], say: Say) -> Sheet:
    return Sheet(
        id="-".join(filter(None, ("card", card["player"], card["type"]))),
        file="cards" if card["type"] else "open-cards",
        title=say("card_title", card),
        kicker=say("kicker", data, say("what_is", "cards")),
        note=say("card_note", card),
        sides=(tuple(_front(data, card, say)), tuple(_back(card, say))),
    )


def _front(data: Mapping[str, Any], card: Mapping[str, Any], say: Say) -> Iterable[Block]:
    yield paragraph(say("who", card), strong=True)
    yield paragraph(data["crisis"]["summary"])
    yield head(say("want"))
    yield paragraph(say("want_how"), small=True)
    for worth in card["worths"]:
        if len(card["worths"]) > 1:
            yield paragraph(say("want_as", worth["label"]), strong=True)
        if worth["rows"]:
            yield paragraph(say("most", worth["rows"]))
        rows = [
            (row["label"], row["mean"], row["low"], row["high"], format_stakes(row["mean"]))
            for row in worth["rows"]
        ]
        yield bars(rows, card["scale"])
    yield head(say("may"))
    yield paragraph(say("may_how"), small=True)
    yield table(
        [say("column", name) for name in ("move", "open", "seen")],
        [[move["label"], say("open", move["when"]), say("seen", move)] for move in card["moves"]],
        label=say("may"),
    )


def _back(card: Mapping[str, Any], say: Say) -> Iterable[Block]:
    if card["issues"]:
        yield head(say("stand"))
        for issue in card["issues"]:
            marks = [(item["actor"], float(item["positions"])) for item in issue["stands"]]
            yield scale(issue["label"], [issue["at_0"], issue["at_50"], issue["at_100"]], marks)
    yield head(say("know"))
    yield paragraph(say("know_how", card))
    yield listed([say("belief", other) for other in card["others"]])
    yield head(say("talk"))
    yield paragraph(say("talk_how", [other["name"] for other in card["others"]]))
    yield head(say("clock"))
    yield table(
        [say("column", name) for name in ("round", "phase", "mover")],
        [[str(row["round"]), row["phase"], say("mine", row["mine"])] for row in card["clock"]],
        label=say("clock"),
    )
    if card["sources"]:
        yield paragraph(say("sourced", card["sources"]), small=True)


# --- handouts --------------------------------------------------------------------------------------------------------


def _issues(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    if not data["issues"]:
        yield paragraph(say("no_issues"))
        return
    yield paragraph(say("issues_how"))
    for issue in data["issues"]:
        yield scale(issue["label"], [issue["at_0"], issue["at_50"], issue["at_100"]])
    yield head(say("binds"))
    yield paragraph(say("binds_how"))


def _proposal(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    yield paragraph(say("proposal_how"))
    yield lines([say("label", "from"), say("label", "to")])
    for issue in data["issues"]:
        yield scale(issue["label"], [issue["at_0"], issue["at_50"], issue["at_100"]])
    yield lines([say("label", "text"), "", say("label", "lapses")])
    yield lines([say("label", "signed"), say("label", "signed"), say("label", "signed")])
    yield paragraph(say("binds_how"), small=True)


def _course(data: Mapping[str, Any], say: Say, *, secret: bool) -> Iterable[Block]:
    yield paragraph(say("course_how", data))
    yield table(
        [say("column", name) for name in ("round", "phase", "mover", "moves")],
        [
            [str(row["round"]), row["phase"], say("movers", row), say("menus", row, secret)]
            for row in data["course"]
        ],
        label=say("title_of", "course"),
    )


def _facts(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    yield paragraph(say("facts_how"))
    for name in _QUESTIONS:
        found = [say("fact", item) for item in data["facts"] if item["question"] == name]
        if found:
            yield head(say("question_of", name))
            yield listed(found)
    keys = sorted({key for item in data["facts"] for key in item["sources"]})
    known = [(key, data["sources"][key]) for key in keys if key in data["sources"]]
    if known:
        yield head(say("column", "sources"))
        words = "; ".join(f"{key}: {item['publisher']}, {item['title']}" for key, item in known)
        yield paragraph(words, small=True)


# --- the facilitator's -----------------------------------------------------------------------------------------------


def _about(data: Mapping[str, Any]) -> list[str]:
    return list(data["notes"]["about"]) or [data["crisis"]["summary"]]


def _facilitator(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    yield head(say("about"))
    for line in _about(data):
        yield paragraph(line)
    if data["notes"]["aims"]:
        yield head(say("learn"))
        yield listed(data["notes"]["aims"])
    yield head(say("odds_head"))
    yield paragraph(say("odds_how", data))
    yield table(
        [say("column", name) for name in ("end", "chance", "range")],
        [
            [row["label"], say("percent", row["mean"]), say("range", row)]
            for row in data["odds"]["ends"]
        ],
        label=say("odds_head"),
    )
    yield head(say("watch"))
    yield listed([say("watched", item) for item in data["watch"]], numbered=True)
    yield head(say("secrets"))
    yield from _course(data, say, secret=True)


def _slots(plan: Mapping[str, Any], say: Say, slots: Iterable[tuple[str, int, float]]) -> Block:
    """Return a timetable: a row for each slot of a name, a number and minutes."""
    rows, begins = [], 0.0
    for name, number, minutes in slots:
        if minutes:
            words = say("slot", name, number, plan)
            rows.append([say("minutes", begins, begins + minutes), words])
            begins += minutes
    return table(
        [say("column", name) for name in ("minutes", "what")], rows, label=say("timetable")
    )


def _demonstration(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    plan = data["plans"]["demonstration"]
    slots = [
        ("begin", 0, plan["begin"]),
        *(("order", number, plan["order"]) for number in range(1, plan["turns"] + 1)),
        ("close", 0, plan["close"]),
    ]
    yield head(say("timetable"))
    yield _slots(plan, say, slots)
    yield head(say("script"))
    steps = [say("step_setup", data)]
    steps += [say("step_about", line) for line in _about(data)]
    steps.append(say("step_card", data))
    for item in data["script"]:
        steps += [say("step_choice", item), say("step_say", item)]
    yield listed([*steps, say("step_end", data)], numbered=True)
    for item in data["script"]:
        yield head(say("title_of_choice", item))
        yield _moves(item, say)


def _moves(item: Mapping[str, Any], say: Say) -> Block:
    return table(
        [say("column", name) for name in ("move", "chance", "attack", "settlement", "likeliest")],
        [
            [
                move["label"],
                say("percent", move["chance"]),
                say("percent", move["attack"]),
                say("percent", move["settlement"]),
                say("ends_then", move),
            ]
            for move in item["moves"]
        ],
        label=say("title_of_choice", item),
    )


def _role_play(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    plan = data["plans"]["role_play"]
    yield head(say("seats"))
    yield paragraph(say("seats_how", data))
    yield paragraph(say("length", data))
    slots: list[tuple[str, int, float]] = [
        ("welcome", 0, plan["begin"]),
        ("cards", 0, plan["cards"]),
    ]
    for number in range(1, plan["turns"] + 1):
        slots += [("talk", number, plan["talk"]), ("seal", number, plan["order"])]
        if number == -(-plan["turns"] // 2):
            slots.append(("pause", 0, plan["pause"]))
    used = sum(minutes for _, _, minutes in slots)
    slots.append(("debrief", 0, plan["total"] - used))
    yield head(say("timetable"))
    yield _slots(plan, say, slots)
    yield head(say("injects"))
    if data["injects"]:
        yield paragraph(say("injects_how"))
        yield listed([say("inject", item) for item in data["injects"]])
    else:
        yield paragraph(say("no_injects"))


def _debrief(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    yield head(say("ask"))
    yield listed([say("debrief", case, data) for case in _DEBRIEF], numbered=True)
    if data["notes"]["debrief"]:
        yield listed([say("guided", item) for item in data["notes"]["debrief"]])
    if data["record"]:
        yield head(say("happened"))
        yield listed([say("happened_how", item) for item in data["record"]])


# --- the assignment --------------------------------------------------------------------------------------------------


def _total(data: Mapping[str, Any]) -> int:
    return POINTS * (len(data["assignment"]) + len(data["notes"]["questions"]))


def _assignment(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    yield paragraph(say("assignment_how", data))
    asked = [say("points", say("asked", item), item["points"]) for item in data["assignment"]]
    asked += [say("points", item["ask"], POINTS) for item in data["notes"]["questions"]]
    yield listed(asked, numbered=True)
    yield paragraph(say("total", _total(data)), small=True)


def _guide(data: Mapping[str, Any], say: Say) -> Iterable[Block]:
    answers = [say("points", say("answer", item), item["points"]) for item in data["assignment"]]
    answers += [
        say("points", f"{item['guide']} [{', '.join(item['sources'])}]", POINTS)
        for item in data["notes"]["questions"]
    ]
    yield listed(answers, numbered=True)
    yield paragraph(say("total", _total(data)), small=True)

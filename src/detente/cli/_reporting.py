"""The report of a session in the terminal."""

from typing import Any

from detente.cli._output import make_table, number, print_line, print_table, text

__all__ = ["print_report"]

_REASONS = {
    "changed_the_ends": "turning point: it changed how this ends",
    "kept_an_end_open_unseen": "turning point: it kept an end open unseen",
}


def print_report(data: dict[str, Any]) -> None:
    """Print what was expected and done at each turn, where it turned, and who got what."""
    names = {seat["id"]: seat["name"] for seat in data["seats"]}
    print_line(f"{data['crisis']['title']}: {data['outcome_label'] or 'ended by control'}.")
    for seat in data["seats"]:
        print_line(f"  {seat['name']}, played by {seat['kind']}, was: {seat['type_label']}")
    print_line("")
    rows = [
        (
            str(step["turn"]),
            names.get(step["seat"], "chance"),
            step["did"],
            f"{step['expected'][0]:.0%}",
            "" if step["did"] == step["likeliest"] else step["likeliest"],
            f"{step['before']['attack'][0]:.0%} > {step['after']['attack'][0]:.0%}",
            f"{step['before']['settlement'][0]:.0%} > {step['after']['settlement'][0]:.0%}",
        )
        for step in data["steps"]
    ]
    columns = [number("turn"), text("seat"), text("did"), number("expected"), text("likelier")]
    columns += [number("attack"), number("settlement")]
    print_table(make_table(columns, rows))
    print_line("")
    for point in data["turning_points"]:
        who = names.get(point["seat"], "chance")
        for reason in point["why"]:
            print_line(f"Turn {point['turn']}, {who}, {point['did']}: {_REASONS[reason]}.")
    for item in data.get("rooms", ())[1:]:
        print_line(_room(item, names))
    for goal in data["goals"]:
        print_line(f"{names[goal['seat']]}: {_goal(goal)}.")


def _room(item: dict[str, Any], names: dict[str, str]) -> str:
    """Say how another room ended, and where it parted from this one."""
    ended = f"Session {item['room']}: {item['outcome_label'] or 'ended by control'}"
    parts = item["parts"]
    if parts is None:
        return f"{ended}; the same was done in it."
    did = ", ".join(f"{names.get(one['seat'], 'chance')} {one['did']}" for one in parts["there"])
    return f"{ended}; it parted in turn {parts['turn']}, with {did or 'nothing'}."


def _goal(goal: dict[str, Any]) -> str:
    """Say what the end is worth to a seat, beside what it could expect."""
    if not goal["modelled"]:
        return "what the end is worth is not modelled"
    met = "met" if goal["met"] else "not met"
    return f"{goal['stakes']:.0f} stakes, {goal['expected']:.0f} expected at the start: {met}"

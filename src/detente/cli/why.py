"""``detente why``: what each option of a decision is worth to the mover, and what a policy changes in it."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

import detente
from detente.cli._options import (
    DRAWS,
    SEED,
    CrisisArgument,
    JsonOption,
    PolicyOption,
    SetOption,
    WorkersOption,
    reworded,
)
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.engine import usual

__all__ = ["command"]

DrawsOption = Annotated[int, reworded(DRAWS, help="Draws to average over.")]
SeedOption = Annotated[int, reworded(SEED, help="Key of these draws.")]
AtOption = Annotated[
    str,
    typer.Option(
        "--at",
        help="What the mover has seen or used before, and the phase, separated by commas; the decision that bears most on an attack by default. Where several move in a phase: PHASE/PLAYER, and PHASE/PLAYER/2 for a second move.",
        metavar="MOVE,...,PHASE@ROUND",
    ),
]
AgainstOption = Annotated[
    str | None,
    typer.Option("--against", help="Say what differs from this policy.", metavar="ID"),
]
MostOption = Annotated[
    int, typer.Option("--options", help="Options to print, the likeliest first.", min=1)
]


def command(
    crisis: CrisisArgument,
    *,
    policy: PolicyOption = None,
    against: AgainstOption = None,
    at: AtOption = "",
    draws: DrawsOption = usual.DRAWS_OF_A_CHANGE,
    seed: SeedOption = usual.SEED,
    assignments: SetOption = None,
    most: MostOption = 5,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why a choice is made: what each option is worth, by consideration, and what a policy changes in that.

    The parts of a payoff add up to it exactly, and so do the changes. All numbers are means over draws, in stakes.

    For example:

      detente why my-crisis

      detente why my-crisis --policy arm --against free

      detente why my-crisis --policy arm --at "arm,move@2"
    """
    from detente.analysis.records import OWN_ODDS
    from detente.analysis.why_tables import why_in_crisis
    from detente.cli._crises import parse_assignments

    loaded = detente.load(crisis, parse_assignments(assignments or ()))
    data = why_in_crisis(loaded, policy, against, at, draws=draws, seed=seed, workers=workers)
    if as_json:
        sys.stdout.write(json_text(data))
        return
    labels = {name: item.label for name, item in loaded.considerations.items()}
    labels[OWN_ODDS] = "hopes: what its own odds add"
    _print(data, labels, most)


def _print(data: dict[str, Any], labels: Mapping[str, str], most: int) -> None:
    after = f" after {', '.join(data['seen'])}" if data["seen"] else ""
    print_line(
        f"{data['crisis']}: {data['phase_label']}, round {data['round']}{after}, under “{data['policy_label']}”"
    )
    print_line(f"Means over {data['draws']:,} {data['cases_are']}; payoffs in stakes.")
    print_line(
        f"An attack: {data['attack']:.0%}; {data['attack_noise']:.0%} of that is noise of choice, "
        "made although another option was worth more to the one who made it."
    )
    for item in data["types"]:
        print_line("")
        print_line(f"{data['player_label']}, {item['type_label']}:")
        _print_worths(item["options"], labels, most)
        if item["changes"]:
            print_line("")
            print_line(f"What “{data['policy_label']}” changes against “{data['against_label']}”:")
            _print_worths(item["changes"], labels, most, signed=True)
        if item["not_compared"]:
            print_line(f"Not compared: {item['not_compared']}.")


def _print_worths(
    options: Sequence[dict[str, Any]], labels: Mapping[str, str], most: int, *, signed: bool = False
) -> None:
    """Print a table of considerations by options; what is nowhere as large as a tenth of a stake is added up."""
    shown = options[:most]
    names = list(dict.fromkeys(name for item in shown for name in item["parts"]))
    names.sort(key=lambda name: -max(abs(item["parts"].get(name, 0.0)) for item in shown))
    small = [n for n in names if all(abs(item["parts"].get(n, 0.0)) < 0.1 for item in shown)]
    sign = "+" if signed else ""
    rows = [
        (
            "taken",
            [
                f"{100 * item['prob']:{sign}.1f} pts" if signed else f"{item['prob']:.0%}"
                for item in shown
            ],
        ),
        ("worth", [f"{item['payoff']:{sign}.1f}" for item in shown]),
    ]
    rows += [
        (
            f"  {labels.get(name, name)}",
            [f"{item['parts'].get(name, 0.0):{sign}.1f}" for item in shown],
        )
        for name in names
        if name not in small
    ]
    if small:
        rest = [sum(item["parts"].get(name, 0.0) for name in small) for item in shown]
        rows.append(("  all others", [f"{value:{sign}.1f}" for value in rest]))
    columns = [text("")] + [number(item["label"]) for item in shown]
    print_table(make_table(columns, [(head, *cells) for head, cells in rows]))
    if len(options) > most:
        print_line(f"and {len(options) - most} more options (--options {len(options)})")

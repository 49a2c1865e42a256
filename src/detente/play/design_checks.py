"""What of a crisis makes a poor game, measured on its solved game: named cases with a figure, the bound, and where to change it.

The rules stand in :doc:`/decisions/0130-teaching-and-design`; all cases of the ensemble are one mixture, bots in all seats.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from detente.play.aims import worth_of_ends
from detente.play.decisions import DecisionTable, SeatDecision
from detente.play.forecasts import forecast
from detente.play.menus import describe_instrument
from detente.play.rulebooks import Rulebook

__all__ = ["DESIGN_CASES", "DesignCase", "DesignFinding", "check_design", "design_data"]

DesignCase = Literal[
    "few_choices",
    "waits",
    "never_made",
    "dominated",
    "foregone",
    "hardly_matters",
    "little_at_stake",
    "end_never_comes",
    "settled_beforehand",
    "no_secrets",
    "secret_unused",
    "too_short",
    "too_long",
]
"""What may be wrong with a game."""
DESIGN_CASES: Final = get_args(DesignCase)

COUNTS: Final = 0.05
"""A decision or move counts if it comes up in at least so many of all runs."""
CHOICES: Final = 1.0
TURNS_OF_A_SEAT: Final = 0.25
NEVER: Final = 0.01
FOREGONE: Final = 0.9
MATTERS: Final = 0.05
STAKE: Final = 0.25
END: Final = 0.005
SETTLED: Final = 0.8
SECRET: Final = 0.01
SHORT, LONG = 3, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignFinding:
    """A case that fires: whom and what it is about by label, the figure and the bound in its own unit, and where to change it.

    ``place`` is a section of ``crisis.yaml`` with the id; ``round`` is 0 where it is about no round.
    """

    case: DesignCase
    seat: str = ""
    phase: str = ""
    round: int = 0
    what: str = ""
    figure: float
    bound: float
    place: str


def check_design(book: Rulebook) -> tuple[DesignFinding, ...]:
    """Return what fires of the checks, in their order.

    Parameters
    ----------
    book
        The crisis without a commitment; it is solved.
    """
    table = DecisionTable(book)
    found = (
        *_seats(book, table),
        *_decisions(book, table),
        *_stakes(book),
        *_ends(book),
        *_secrets(book, table),
        *_length(table),
    )
    return tuple(sorted(found, key=lambda item: DESIGN_CASES.index(item.case)))


def design_data(book: Rulebook) -> dict[str, Any]:
    """Return the checks as plain data, with what they were measured on.

    Returns
    -------
    dict
        ``seats`` with choices of the average run, share of the turns and stakes between best and worst end; ``decisions`` with the
        chance that each comes up, what hangs on it, and how far the ends move between the move worth most and the second;
        ``turns``; and ``findings``.
    """
    crisis, table = book.crisis, DecisionTable(book)
    phases = {phase.id: phase.label for phase in crisis.phases}
    mean, longest = table.turns
    return {
        "crisis": crisis.id,
        "digest": crisis.digest,
        "cases": book.draws,
        "seed": book.seed,
        "turns": {"average": mean, "longest": longest},
        "seats": [
            {
                "seat": who.name,
                "choices": table.choices(player)[0],
                "share_of_turns": table.choices(player)[0] / mean if mean else 0.0,
                "stakes": _spread(book, player),
            }
            for player, who in crisis.players.items()
        ],
        "decisions": [
            {
                "seat": crisis.players[item.player].name,
                "round": item.round,
                "phase": phases[item.phase],
                "comes_up": item.comes_up,
                "hangs": item.hangs,
                "swing": item.swing,
                "gain": item.gain,
            }
            for item in table.all
        ],
        "findings": [asdict(item) for item in check_design(book)],
    }


def _seats(book: Rulebook, table: DecisionTable) -> Iterator[DesignFinding]:
    """Find seats that seldom choose, and seats that wait."""
    mean = table.turns[0]
    for player, who in book.crisis.players.items():
        choices = table.choices(player)[0]
        share = choices / mean if mean else 0.0
        if choices < CHOICES:
            yield DesignFinding(
                case="few_choices",
                seat=who.name,
                figure=choices,
                bound=CHOICES,
                place=f"phases, menus of {player}",
            )
        elif share < TURNS_OF_A_SEAT:
            yield DesignFinding(
                case="waits",
                seat=who.name,
                figure=share,
                bound=TURNS_OF_A_SEAT,
                place=f"phases, rounds of {player}",
            )


def _decisions(book: Rulebook, table: DecisionTable) -> Iterator[DesignFinding]:
    """Find choices without a choice, and moves that nobody makes or should."""
    crisis = book.crisis
    phases = {phase.id: phase.label for phase in crisis.phases}
    for item in table.all:
        if item.comes_up >= COUNTS:
            yield from _decision(crisis.players[item.player].name, phases[item.phase], item, table)
    for name, instrument in crisis.instruments.items():
        made = [move for item in table.all for move in item.moves if move.instrument == name]
        if sum(move.open for move in made) < COUNTS:
            continue
        seat, place = crisis.players[instrument.player].name, f"instruments.{name}"
        most = max(move.most for move in made)
        if most < NEVER:
            yield DesignFinding(
                case="never_made",
                seat=seat,
                what=instrument.label,
                figure=most,
                bound=NEVER,
                place=place,
            )
        elif not any(move.ever_best for move in made):
            yield DesignFinding(
                case="dominated",
                seat=seat,
                what=instrument.label,
                figure=0.0,
                bound=0.0,
                place=place,
            )


def _decision(
    seat: str, phase: str, item: SeatDecision, table: DecisionTable
) -> Iterator[DesignFinding]:
    first = item.moves[0]
    share = first.open * first.chance / item.comes_up
    label = table.book.crisis.instruments[first.instrument].label
    if share >= FOREGONE:
        yield DesignFinding(
            case="foregone",
            seat=seat,
            phase=phase,
            round=item.round,
            what=label,
            figure=share,
            bound=FOREGONE,
            place=f"phases.{item.phase}",
        )
    elif item.swing < MATTERS and item.gain < MATTERS * _spread(table.book, item.player):
        yield DesignFinding(
            case="hardly_matters",
            seat=seat,
            phase=phase,
            round=item.round,
            figure=item.swing,
            bound=MATTERS,
            place=f"phases.{item.phase}",
        )


def _spread(book: Rulebook, player: str) -> float:
    """Return the stakes between the best and the worst end of a seat, for the type with most."""
    spreads = [0.0]
    for kind in book.crisis.players[player].types:
        worths = [float(row["mean"]) for row in worth_of_ends(book, player, kind.id)]
        spreads.append(max(worths) - min(worths) if worths else 0.0)
    return max(spreads)


def _stakes(book: Rulebook) -> Iterator[DesignFinding]:
    """Find seats for which little depends on the end."""
    spreads = {player: _spread(book, player) for player in book.crisis.players}
    most = max(spreads.values())
    for player, spread in spreads.items():
        if spread < STAKE * most:
            yield DesignFinding(
                case="little_at_stake",
                seat=book.crisis.players[player].name,
                figure=spread / most,
                bound=STAKE,
                place=f"considerations, weights of {player}",
            )


def _ends(book: Rulebook) -> Iterator[DesignFinding]:
    """Find ends that never come, and one that always does."""
    opening = book.opening()
    begun = [opening.course.begin(profile) for profile in range(len(opening.course.profiles))]
    for name, share in forecast(opening, book.crisis, begun).shares.items():
        label, place = book.crisis.outcomes[name].label, f"outcomes.{name}"
        if share < END:
            yield DesignFinding(
                case="end_never_comes", what=label, figure=share, bound=END, place=place
            )
        elif share >= SETTLED:
            yield DesignFinding(
                case="settled_beforehand", what=label, figure=share, bound=SETTLED, place=place
            )


def _secrets(book: Rulebook, table: DecisionTable) -> Iterator[DesignFinding]:
    """Find games without anything to find out, and hidden moves that nobody makes."""
    crisis = book.crisis
    hidden = [
        name
        for name, item in crisis.instruments.items()
        if describe_instrument(crisis, item)["hidden_from"]
    ]
    kinds = sum(len(who.types) > 1 for who in crisis.players.values())
    if not hidden and not kinds:
        yield DesignFinding(
            case="no_secrets", figure=0.0, bound=1.0, place="players, types; instruments, seen_by"
        )
    for name in hidden:
        share = sum(
            move.open * move.chance
            for item in table.all
            for move in item.moves
            if move.instrument == name
        )
        if share < SECRET:
            yield DesignFinding(
                case="secret_unused",
                seat=crisis.players[crisis.instruments[name].player].name,
                what=crisis.instruments[name].label,
                figure=share,
                bound=SECRET,
                place=f"instruments.{name}",
            )


def _length(table: DecisionTable) -> Iterator[DesignFinding]:
    """Find games that end before a room has warmed up, and games that outlast it."""
    longest = table.turns[1]
    if longest < SHORT:
        yield DesignFinding(case="too_short", figure=longest, bound=SHORT, place="rounds")
    elif longest > LONG:
        yield DesignFinding(case="too_long", figure=longest, bound=LONG, place="rounds")

"""``detente show``: draw a game tree, or sum it up."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from detente.cli._options import GAME, OUT, reworded

if TYPE_CHECKING:
    from detente.game.formats.drawing import GameSummary

__all__ = ["command"]

OutOption = Annotated[
    Path | None, reworded(OUT, help="Write the drawing there.", metavar="FILE.svg")
]
GameArgument = Annotated[str, GAME]


def command(
    game: GameArgument,
    *,
    out: OutOption = None,
) -> None:
    """Draw the tree of a game that fits a page as SVG; sum up a larger one.

    The drawing goes to --out, with the summary on standard output, or else to standard output if that is no terminal.

    For example:

      detente show books/kuhn1950/poker --out kuhn.svg

      detente show game.efg
    """
    from detente.cli.solve import load
    from detente.files.writing import write_whole
    from detente.game.formats.drawing import draw_tree, fits_page, summarise

    loaded = load(game)
    if out is not None:
        write_whole(out, draw_tree(loaded).encode())
    elif fits_page(loaded) and not sys.stdout.isatty():
        sys.stdout.write(draw_tree(loaded))
        return
    sys.stdout.write(_text(summarise(loaded)))


def _text(summary: "GameSummary") -> str:
    lines = [
        summary.title or "(no title)",
        f"  nodes        {summary.nodes}: {summary.decisions} decisions, {summary.chance_nodes} chance, {summary.ends} ends",
        f"  sets         {sum(summary.sets)} information sets with {summary.actions} actions",
        f"  depth        {summary.depth} moves",
        "  information  "
        + ("perfect" if summary.perfect_information else "imperfect")
        + ", perfect recall",
    ]
    width = max(len(name) for name in summary.players)
    lines += [
        f"  {name:{width}}  {sets} sets, payoffs {low:g} to {high:g}"
        for name, sets, low, high in zip(
            summary.players, summary.sets, summary.payoff_low, summary.payoff_high, strict=True
        )
    ]
    return "\n".join([*lines, ""])

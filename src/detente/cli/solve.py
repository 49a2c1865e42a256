"""``detente solve``: agent quantal response equilibria of a game from a file or the catalogue."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import GAME, JsonOption
from detente.cli._output import json_text, make_table, number, text
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.game import BranchResult, Game

__all__ = ["command", "describe", "load"]

_MOST_FOLDED = 500
"""Rows that are folded to fit the terminal; longer tables are printed as they come."""

GameArgument = Annotated[str | None, GAME]
RationalityOption = Annotated[
    str,
    typer.Option("--lambda", help="Values of rationality, separated by commas.", metavar="L,L,..."),
]
MenusOption = Annotated[
    Path | None,
    typer.Option(
        "--menus",
        help="Menus with nests and players' own odds of chance, for a game whose file cannot say them; "
        "game.menus.json beside game.efg is read without being named.",
        metavar="FILE",
    ),
]
ShowListOption = Annotated[bool, typer.Option("--list", help="List the published games that ship.")]


def command(
    game: GameArgument = None,
    *,
    rationality: RationalityOption = "1",
    menus: MenusOption = None,
    as_json: JsonOption = False,
    show_list: ShowListOption = False,
) -> None:
    """Solve a game for its logit agent quantal response equilibria on the principal branch.

    Prints the probability of every action at every value of rationality, each player's payoff, and the residual that
    certifies the answer. The exit code is 1 if a value did not converge.

    For example:

      detente solve game.efg --lambda 0.5,1,5

      detente solve books/kuhn1950/poker --lambda 1 --json

      detente solve --list
    """
    if show_list:
        _print_catalogue()
        return
    if game is None:
        message = "no game is named"
        raise UsageError(
            message,
            code="path-unknown",
            at="FILE|NAME",
            fix="name a file or a published game; detente solve --list shows them",
        )
    values = _values(rationality)
    solved = load(game, menus)
    from detente.cli._compiling import saying_what_compiles
    from detente.game import trace_logit_branch

    with saying_what_compiles():
        result = trace_logit_branch(
            solved.form,
            values,
            payoffs=solved.payoffs,
            chance_probs=solved.chance_probs,
            menus=solved.menus,
            own_odds=solved.own_odds,
        )
    rows = describe(solved, result)
    if as_json:
        sys.stdout.write(json_text(rows))
    else:
        _print(solved, result, rows)
    if any(row["status"] != "converged" for row in rows):
        raise typer.Exit(1)


def _values(words: str) -> list[float]:
    try:
        values = [float(part) for part in words.split(",")]
    except ValueError:
        values = []
    if not values:
        message = f"--lambda is {words!r}, not numbers separated by commas"
        raise UsageError(
            message, code="option-invalid", at="--lambda", fix="write for instance --lambda 0.5,1,5"
        )
    return values


def load(name: str, menus: Path | None = None) -> "Game":
    """Return the game of a file or of the catalogue, with the menus and own odds of another file or of the one beside it."""
    from detente.game.catalogue import find_game
    from detente.game.formats.reading import ENDINGS, read_game

    file = Path(name)
    if not file.exists() and file.suffix.lower() not in ENDINGS:
        file = find_game(name)
    return read_game(file, menus=menus)


def _print_catalogue() -> None:
    from rich.console import Console

    from detente.game.catalogue import catalogue
    from detente.game.formats.efg import read_efg

    rows = []
    for name, file in catalogue().items():
        game = read_efg(file)
        sizes = (game.form.n_players, game.form.n_info_sets, game.form.n_nodes)
        rows.append((name, game.title, *map(str, sizes)))
    columns = [text("name", no_wrap=True), text("title", overflow="fold")]
    columns += map(number, ("players", "sets", "nodes"))
    Console().print(make_table(columns, rows))


def describe(game: "Game", result: "BranchResult") -> list[dict[str, Any]]:
    """Return plain values for each rationality, players in the game's order and each player's sets in its order.

    Payoffs are what players expect; where some have their own odds of chance ``payoffs_by_analysts`` are those by the odds of
    the game. A row behind turns of the branch has ``turns`` besides, one that is not certified to lie on the principal branch
    ``segment`` "apart" and ``apart``, the folds passed so, and one that did not converge ``reason``.
    """
    from detente.game import expected_payoffs

    form = game.form
    analysts = expected_payoffs(form, result.strategy, game.payoffs, game.chance_probs)
    order = sorted(range(form.n_info_sets), key=lambda which: int(form.info_set_player[which]))
    rows = []
    for stop, value in enumerate(result.rationality.tolist()):
        sets = []
        for which in order:
            span = slice(int(form.action_offset[which]), int(form.action_offset[which + 1]))
            pairs = zip(form.action_label[span], result.strategy[span, stop].tolist(), strict=True)
            sets.append(
                {
                    "player": form.player_label[int(form.info_set_player[which])],
                    "label": form.info_set_label[which],
                    "actions": [{"label": label, "probability": prob} for label, prob in pairs],
                }
            )
        row = {
            "lambda": value,
            "residual": float(result.residual[stop]),
            "status": "converged" if result.status[stop] == 1 else "stalled",
            "payoffs": result.expected_payoffs[:, stop].tolist(),
            **({"payoffs_by_analysts": analysts[:, stop].tolist()} if game.own_odds else {}),
            "information_sets": sets,
        }
        if result.turns[stop]:
            row["turns"] = int(result.turns[stop])
        if result.apart[stop]:
            row["segment"], row["apart"] = "apart", int(result.apart[stop])
        if row["status"] == "stalled":
            row["reason"] = result.reasons[stop]
        rows.append(row)
    return rows


def _print(game: "Game", result: "BranchResult", rows: list[dict[str, Any]]) -> None:
    heads = ["player", "information set", "action", *(f"lambda {row['lambda']:g}" for row in rows)]
    lines: list[list[str]] = []
    for which, item in enumerate(rows[0]["information_sets"]):
        for place, action in enumerate(item["actions"]):
            probs = [
                f"{row['information_sets'][which]['actions'][place]['probability']:.4f}"
                for row in rows
            ]
            names = (item["player"], item["label"]) if place == 0 else ("", "")
            lines.append([*names, action["label"], *probs])
    for place, player in enumerate(game.form.player_label):
        lines.append([player, "", "payoff", *(f"{row['payoffs'][place]:.4f}" for row in rows)])
        if place in game.own_odds:
            paid = [f"{row['payoffs_by_analysts'][place]:.4f}" for row in rows]
            lines.append(["", "", "payoff by the analysts' odds", *paid])
    lines.append(["", "", "residual", *(f"{row['residual']:.0e}" for row in rows)])
    lines.append(["", "", "turns", *(str(count) for count in result.turns.tolist())])
    if result.apart.any():
        lines.append(
            ["", "", "folds passed apart", *(str(count) for count in result.apart.tolist())]
        )
    lines.append(["", "", "status", *(row["status"] for row in rows)])
    if len(lines) > _MOST_FOLDED:
        _print_plain(game.title, heads, lines)
    else:
        _print_folded(game.title, heads, lines)
    for note in _notes(rows):
        sys.stdout.write(note + "\n")


def _notes(rows: list[dict[str, Any]]) -> list[str]:
    """Return what must be said of rows that are no plain answers."""
    apart = [f"{row['lambda']:g}" for row in rows if "apart" in row and "reason" not in row]
    notes = [
        f"lambda {row['lambda']:g} stalled: {row['reason']}" for row in rows if "reason" in row
    ]
    if apart:
        notes.append(
            f"lambda {', '.join(apart)}: an equilibrium by its residual, but not certified to lie on the principal "
            "branch: some folds on the way were passed in one part of the game alone"
        )
    return notes


def _print_folded(title: str, heads: list[str], lines: list[list[str]]) -> None:
    """Print a table that fits the terminal: long names go over several lines."""
    from rich.console import Console
    from rich.text import Text

    columns = [
        text(head, overflow="fold") if place < 3 else number(head)
        for place, head in enumerate(heads)
    ]
    rows = [tuple(map(Text, line)) for line in lines]
    name = Text(title) if title else None
    Console().print(make_table(columns, rows, title=name, title_justify="center"))


def _print_plain(title: str, heads: list[str], lines: list[list[str]]) -> None:
    """Print a long table as it comes, in columns as wide as they need."""
    widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
    sys.stdout.write(title + "\n" if title else "")
    for line in (heads, *lines):
        cells = [
            cell.ljust(width) if number < 3 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        sys.stdout.write(" ".join(cells).rstrip() + "\n")

"""``detente solve``: agent quantal response equilibria of a game from a file or the catalogue."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from detente.cli._options import GAME, JsonOption
from detente.cli._output import json_text, make_table, number, terminal, text
from detente.errors import UsageError
from detente.runs.progress import ProgressDisplay

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.game import BranchResult, ExtensiveForm, Game, OtherBranchesResult

__all__ = ["command", "describe", "describe_others", "load"]

_PATIENCE = 2.0
"""Seconds that work may take before it is said how far it is."""
_MOST_PAYOFF = 1e12
"""Payoffs that are shown with decimals; larger ones in powers of ten."""
_ROUNDING = 1000.0
"""Lambda times the spread of payoffs, over the least scale of a menu's lists, beyond which rounding may show."""
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
BranchOption = Annotated[
    bool,
    typer.Option(
        "--branch",
        help="Follow the other branches at each branch point that is passed, and print the equilibria on them too.",
    ),
]
ShowListOption = Annotated[bool, typer.Option("--list", help="List the published games that ship.")]


def command(
    game: GameArgument = None,
    *,
    rationality: RationalityOption = "1",
    menus: MenusOption = None,
    branch: BranchOption = False,
    as_json: JsonOption = False,
    show_list: ShowListOption = False,
) -> None:
    """Solve a game for its logit agent quantal response equilibria on the principal branch.

    Prints the probability of every action at every value of rationality, each player's payoff, and the residual that
    certifies the answer; then where the branch turned, or met another one, on the way. The exit code is 1 if a value did not
    converge.

    A file is Gambit's (.efg, .nfg, or a workbook .gbt) or a tree in JSON; gzip may have packed it.

    For example:

      detente solve game.efg --lambda 0.5,1,5

      detente solve meeting.nfg --lambda 3 --branch

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
    result, others = _solve(solved, values, branch=branch)
    rows = describe(solved, result)
    describe_others(solved, rows, others, branch=branch)
    if as_json:
        sys.stdout.write(json_text(rows))
    else:
        _print(solved, result, rows)
        _print_others(solved, result, rows, others)
    if any(row["status"] != "converged" for row in rows):
        raise typer.Exit(1)


def _solve(
    game: "Game", values: list[float], *, branch: bool
) -> "tuple[BranchResult, OtherBranchesResult]":
    """Trace the principal branch, and look for what lies elsewhere; say how far it is if that takes long."""
    from detente.cli._compiling import saying_what_compiles
    from detente.game import find_other_branches, trace_logit_branch

    with saying_what_compiles(), _Waiting() as waiting:
        result = trace_logit_branch(
            game.form,
            values,
            payoffs=game.payoffs,
            chance_probs=game.chance_probs,
            menus=game.menus,
            own_odds=game.own_odds,
            progress=waiting.on("Tracing the branch"),
        )
        others = find_other_branches(
            game.form,
            values,
            payoffs=game.payoffs,
            chance_probs=game.chance_probs,
            menus=game.menus,
            own_odds=game.own_odds,
            switch=branch,
            progress=waiting.on("Following other branches"),
        )
    return result, others


class _Waiting:
    """Shows how far work is once it has taken two seconds."""

    def __init__(self) -> None:
        self.begin = time.monotonic()
        self.words = ""
        self.display: ProgressDisplay | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def on(self, words: str) -> "Callable[[float], None]":
        """Return what to call with how far the work of that name is, from 0 to 1."""

        def tell(share: float) -> None:
            if words != self.words:
                self.stop()
                self.words = words
            if time.monotonic() - self.begin < _PATIENCE:
                return
            if self.display is None:
                self.display = ProgressDisplay(
                    words, unit="hundredth", plural="s of the way", at_once=True
                )
                self.display.__enter__()
            self.display(int(100 * share), 100)

        return tell

    def stop(self) -> None:
        """Take the display away."""
        if self.display is not None:
            self.display.__exit__(None, None, None)
            self.display = None


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
    from detente.game.catalogue import catalogue
    from detente.game.formats.efg import read_efg

    rows = []
    for name, file in catalogue().items():
        game = read_efg(file)
        sizes = (game.form.n_players, game.form.n_info_sets, game.form.n_nodes)
        rows.append((name, game.title, *map(str, sizes)))
    columns = [text("name", no_wrap=True), text("title", overflow="fold")]
    columns += map(number, ("players", "sets", "nodes"))
    terminal().print(make_table(columns, rows))


def describe(game: "Game", result: "BranchResult") -> list[dict[str, Any]]:
    """Return plain values for each rationality, players in the game's order and each player's sets in its order.

    Payoffs are what players expect; where some have their own odds of chance ``payoffs_by_analysts`` are those by the odds of
    the game. A row behind turns of the branch has ``turns`` besides, one that is not certified to lie on the principal branch
    ``segment`` "apart" and ``apart``, the folds passed so, one whose log-odds go so far that rounding may show ``span``, and one
    that did not converge ``reason``.
    """
    from detente.game import expected_payoffs

    form = game.form
    analysts = expected_payoffs(form, result.strategy, game.payoffs, game.chance_probs)
    rows: list[dict[str, Any]] = []
    for stop, value in enumerate(result.rationality.tolist()):
        row = {
            "lambda": value,
            "residual": float(result.residual[stop]),
            "status": "converged" if result.status[stop] == 1 else "stalled",
            "payoffs": result.expected_payoffs[:, stop].tolist(),
            **({"payoffs_by_analysts": analysts[:, stop].tolist()} if game.own_odds else {}),
            "information_sets": _sets(form, result.strategy[:, stop].tolist()),
        }
        if game.menus is not None and result.span[stop] > _ROUNDING:
            row["span"] = float(result.span[stop])
        if result.turns[stop]:
            row["turns"] = int(result.turns[stop])
        if result.apart[stop]:
            row["segment"], row["apart"] = "apart", int(result.apart[stop])
        if row["status"] == "stalled":
            row["reason"] = result.reasons[stop]
        rows.append(row)
    return rows


def _sets(form: "ExtensiveForm", strategy: list[float]) -> list[dict[str, Any]]:
    """Return what is chosen at each information set, player by player."""
    sets = []
    for which in sorted(
        range(form.n_info_sets), key=lambda which: int(form.info_set_player[which])
    ):
        span = slice(int(form.action_offset[which]), int(form.action_offset[which + 1]))
        pairs = zip(form.action_label[span], strategy[span], strict=True)
        sets.append(
            {
                "player": form.player_label[int(form.info_set_player[which])],
                "label": form.info_set_label[which],
                "actions": [{"label": label, "probability": prob} for label, prob in pairs],
            }
        )
    return sets


def describe_others(
    game: "Game", rows: list[dict[str, Any]], others: "OtherBranchesResult", *, branch: bool
) -> None:
    """Add to the rows what the branch passed on the way, and with ``branch`` the equilibria that lie elsewhere."""
    for row, count in zip(rows, others.passed, strict=True):
        passed = [
            {
                "lambda": item.rationality,
                "kind": item.kind,
                **({"other_curves": item.curves} if item.curves >= 0 else {}),
            }
            for item in others.bifurcations[:count]
        ]
        if passed:
            row["bifurcations"] = passed
        if not branch:
            continue
        row["others"] = [
            {
                "residual": item.residual,
                "status": "converged",
                "payoffs": item.expected_payoffs.tolist(),
                "information_sets": _sets(game.form, item.strategy.tolist()),
                **({} if item.met_at != item.met_at else {"from_lambda": item.met_at}),
            }
            for item in others.equilibria
            if item.rationality == row["lambda"]
        ]
        if others.left_out:
            row["left_out"] = others.left_out


def _print(game: "Game", result: "BranchResult", rows: list[dict[str, Any]]) -> None:
    heads = [f"lambda {row['lambda']:g}" for row in rows]
    lines = _lines(game, rows)
    lines.append(["", "", "turns", *(str(count) for count in result.turns.tolist())])
    if result.apart.any():
        lines.append(
            ["", "", "folds passed apart", *(str(count) for count in result.apart.tolist())]
        )
    lines.append(["", "", "status", *(row["status"] for row in rows)])
    _print_table(game.title, heads, lines)
    for note in _notes(rows):
        sys.stdout.write(note + "\n")


def _lines(game: "Game", rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return probabilities, payoffs and residuals as lines of a table, a column for each row."""
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
        lines.append([player, "", "payoff", *(_payoff(row["payoffs"][place]) for row in rows)])
        if place in game.own_odds and "payoffs_by_analysts" in rows[0]:
            paid = [_payoff(row["payoffs_by_analysts"][place]) for row in rows]
            lines.append(["", "", "payoff by the analysts' odds", *paid])
    lines.append(["", "", "residual", *(f"{row['residual']:.0e}" for row in rows)])
    return lines


def _payoff(value: float) -> str:
    return f"{value:.4f}" if abs(value) < _MOST_PAYOFF else f"{value:.6g}"


def _print_table(title: str, heads: list[str], lines: list[list[str]]) -> None:
    heads = ["player", "information set", "action", *heads]
    if len(lines) > _MOST_FOLDED:
        _print_plain(title, heads, lines)
    else:
        _print_folded(title, heads, lines)


def _print_others(
    game: "Game",
    result: "BranchResult",
    rows: list[dict[str, Any]],
    others: "OtherBranchesResult",
) -> None:
    """Print what the branch passed, and the equilibria that lie elsewhere if they were looked for."""
    asked = "others" in rows[0]
    passed = [item for item in others.bifurcations if item.curve == 0]
    turns = [item.rationality for item in passed if item.kind == "turn"] or result.folds
    if turns:
        sys.stdout.write(f"the branch turned at lambda {', '.join(f'{at:.6g}' for at in turns)}\n")
    for item in passed:
        if item.kind != "turn":
            sys.stdout.write(
                f"the branch met another one at lambda {item.rationality:.6g} (a branch point)"
                f"{_curves(item.curves) if asked else '; --branch shows what lies there'}\n"
            )
    if others.left_out and asked:
        sys.stdout.write(others.left_out + "\n")
    found = [{**other, "lambda": row["lambda"]} for row in rows for other in row.get("others", [])]
    if found:
        _print_table(
            "Other equilibria", [f"lambda {row['lambda']:g}" for row in found], _lines(game, found)
        )
    elif asked:
        sys.stdout.write("no other equilibrium was found on a curve that meets the branch\n")


def _curves(count: int) -> str:
    if count < 0:
        return "; there was no time to look what lies there"
    if count == 0:
        return "; no other curve could be followed from there"
    return f"; other curves that leave it: {count}"


def _notes(rows: list[dict[str, Any]]) -> list[str]:
    """Return what must be said of rows that are no plain answers."""
    sharp = [f"{row['lambda']:g}" for row in rows if "span" in row]
    apart = [f"{row['lambda']:g}" for row in rows if "apart" in row and "reason" not in row]
    notes = [
        f"lambda {row['lambda']:g} stalled: {row['reason']}" for row in rows if "reason" in row
    ]
    if apart:
        notes.append(
            f"lambda {', '.join(apart)}: an equilibrium by its residual, but not certified to lie on the principal "
            "branch: some folds on the way were passed in one part of the game alone"
        )
    if sharp:
        notes.append(
            f"lambda {', '.join(sharp)}: lambda times the spread of payoffs, over the least scale of a menu's lists, is beyond "
            f"{_ROUNDING:g}: rounding may show; a smaller similarity or lambda keeps its digits"
        )
    return notes


def _print_folded(title: str, heads: list[str], lines: list[list[str]]) -> None:
    """Print a table that fits the terminal: long names go over several lines."""
    from rich.text import Text

    columns = [
        text(head, overflow="fold") if place < 3 else number(head)
        for place, head in enumerate(heads)
    ]
    rows = [tuple(map(Text, line)) for line in lines]
    name = Text(title) if title else None
    terminal().print(make_table(columns, rows, title=name, title_justify="center"))


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

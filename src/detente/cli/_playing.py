"""A seat in the terminal: what it is told is printed, what is typed becomes its order."""

import sys
from typing import TYPE_CHECKING, Any

from detente.cli._output import make_table, number, print_line, print_table, text
from detente.cli._reporting import print_report
from detente.play.reports import report_data

if TYPE_CHECKING:
    from detente.play.language import Endpoint
    from detente.play.sessions import Session

__all__ = ["Play"]

_HELP = """Type the number or the id of a move; then `seal` it, or `back` to choose again: until it is sealed nobody knows.
`brief`: who you are, what you want and may do. `seen`: what was done so far. `facts`: what is known, with sources. `state`: how things stand, as far as you can know.
`beliefs`: what the model says you may believe of the others. `menu`: your moves again. `quit`: leave the game."""


class Play:
    """A game in the terminal; reads lines, also from a pipe."""

    def __init__(self, session: "Session", seat: str, endpoint: "Endpoint | None" = None) -> None:
        self.session, self.seat, self.endpoint = session, seat, endpoint
        self.told = {"seen": 0, "news": 0, "drawn": 0}
        self.names = {item["id"]: item["name"] for item in self.view["seats"]}
        self.crisis = session.book.crisis

    @property
    def view(self) -> dict[str, Any]:
        """What the seat is sent."""
        return self.session.view(self.seat)

    def run(self) -> None:
        """Play until the end, or until no more lines come."""
        shown = self.view
        print_line(f"{shown['crisis']['title']}")
        self.brief()
        self.others(shown)
        print_line("`help` says what you can type.")
        while True:
            self.ask_models()
            shown = self.view
            self.tell(shown)
            if shown["status"] == "ended":
                self.close(shown)
                return
            choices = self.choose(shown)
            if choices is None:
                print_line(f"You leave in turn {shown['turn'] or ''}; the game is not over.")
                return
            self.session.send(self.seat, "seal", {"choices": choices})

    def others(self, shown: dict[str, Any]) -> None:
        """Print who plays the other seats."""
        for item in shown["seats"]:
            if item["id"] != self.seat:
                model = f"a language model ({item['model']})" if item["kind"] == "model" else ""
                print_line(
                    f"  {item['name']} is played by {model or 'a bot, which neither talks nor signs'}."
                )

    def ask_models(self) -> None:
        """Ask for the orders of seats that a language model plays; say whom it is waited for, and what went wrong."""
        from detente.play.language import answer_seat, seats_of_models

        while self.endpoint is not None and (seats := seats_of_models(self.session.state)):
            print_line(f"  asking {self.endpoint.model} for {self.names[seats[0]]}")
            answer_seat(self.session, self.endpoint, seats[0])
            last = self.session.state.asked[-1]
            if last["fallback"]:
                print_line(f"  {last['fault'] or 'no legal order'}: the bot's order stands")

    def tell(self, shown: dict[str, Any]) -> None:
        """Print what has been seen since the last time."""
        self.seen(shown["seen"][self.told["seen"] :])
        for item in shown["drawn"][self.told["drawn"] :]:
            made = self.crisis.instruments[item["instrument"]]
            labels = {chance.id: chance.label for chance in made.chance}
            odds = ", ".join(f"{labels[name]} {odds:.0%}" for name, odds in item["odds"].items())
            print_line(f"  the odds were {odds}")
        for item in shown["news"][self.told["news"] :]:
            print_line(f"  news: {item['text']}")
        self.told = {name: len(shown[name]) for name in self.told}

    def seen(self, items: list[dict[str, Any]]) -> None:
        """Print moves, as the seat saw them."""
        for item in items:
            who = self.names.get(item["player"], "Chance" if not item["instrument"] else "")
            print_line(f"  round {item['round']}  {who}: {item['label']}")

    def choose(self, shown: dict[str, Any]) -> list[str] | None:
        """Ask for a move from each menu, and whether to seal; None if no line comes, or the player leaves."""
        print_line("")
        print_line(f"Round {shown['round']} of {shown['rounds']}: {shown['phase_label']}.")
        while True:
            chosen: list[str] = []
            for menu in shown["menus"]:
                self.menu(menu)
                found = self.ask(menu, shown)
                if found is None:
                    return None
                chosen.append(found)
            print_line(f"Chosen: {', '.join(chosen)}. `seal` or `back`?")
            while (word := self.read()) not in {None, "seal", "back", "quit"}:
                if not self.inform(word or "", shown):
                    print_line("`seal` seals the order, `back` chooses again.")
            if word == "seal":
                return chosen
            if word != "back":
                return None

    def ask(self, menu: dict[str, Any], shown: dict[str, Any]) -> str | None:
        """Ask for one move of a menu."""
        names = [item["id"] for item in menu["open"]]
        while (word := self.read()) not in {None, "quit"}:
            if word in names:
                return word
            if word and word.isdecimal() and 1 <= int(word) <= len(names):
                found: str = names[int(word) - 1]
                return found
            self.answer(word or "", menu, shown)
        return None

    def answer(self, word: str, menu: dict[str, Any], shown: dict[str, Any]) -> None:
        """Answer what is no move."""
        closed = {item["id"]: item["why"] for item in menu["closed"]}
        if word in {"", "menu"}:
            self.menu(menu)
        elif word in closed:
            print_line(f"{word} is closed: {closed[word]}.")
        elif not self.inform(word, shown):
            print_line(f"{word!r} is no open move; `help` says what you can type.")

    def inform(self, word: str, shown: dict[str, Any]) -> bool:
        """Answer what asks about the game, at any prompt; tell whether it does."""
        if word in {"help", "?"}:
            print_line(_HELP)
        elif word == "brief":
            self.brief()
        elif word == "seen":
            self.seen(shown["seen"])
            if not shown["seen"]:
                print_line("Nobody has moved yet.")
        elif word == "facts":
            for fact in shown["brief"]["facts"]:
                print_line(f"- {fact['text']} [{', '.join(fact['sources'])}]")
        elif word == "state":
            self.state(shown)
        elif word == "beliefs":
            self.beliefs(shown)
        else:
            return False
        return True

    def state(self, shown: dict[str, Any]) -> None:
        """Print how things stand, as far as the seat can know."""
        for name, value in shown["state"].items():
            variable = self.crisis.state[name]
            held = [value] if isinstance(value, str) else value
            words = " or ".join(variable.value_labels.get(item, item) for item in held)
            print_line(f"  {variable.label}: {words}")

    def menu(self, menu: dict[str, Any]) -> None:
        """Print a menu: what is open, how it looks to others, and what is closed."""
        rows = []
        for place, item in enumerate(menu["open"], 1):
            hidden = [self.names[name] for name in item["hidden_from"]]
            looks = f"{', '.join(hidden)}: {item['seen_as_label']}" if hidden else ""
            rows.append((str(place), item["id"], item["label"], looks))
        columns = [number(""), text("move"), text("what it is"), text("what others see")]
        shown = 4 if any(looks for *_, looks in rows) else 3
        print_table(make_table(columns[:shown], [row[:shown] for row in rows]))
        for item in menu["closed"]:
            print_line(f"  closed: {item['label']} ({item['why']})")

    def brief(self) -> None:
        """Print who the seat is, what the ends are worth to it, and what it may do in the game."""
        brief = self.view["brief"]
        print_line(f"You are {brief['name']}, {brief['type_label']}.")
        print_line(brief["summary"])
        print_line("What each end is worth to you, in stakes (mean and 5-95% range):")
        rows = [
            (item["label"], f"{item['mean']:.0f}", f"{item['low']:.0f} to {item['high']:.0f}")
            for item in brief["worth"]
        ]
        print_table(make_table([text("end"), number("worth"), number("range")], rows))
        moves = ", ".join(item["label"] for item in brief["instruments"])
        print_line(f"In the course of the game you may: {moves}.")

    def beliefs(self, shown: dict[str, Any]) -> None:
        """Print what the seat may believe of the others' types."""
        if not shown["beliefs"]:
            print_line("There is nothing to believe: all types are known.")
        for player, types in shown["beliefs"].items():
            labels = {kind.id: kind.label for kind in self.crisis.players[player].types}
            words = ", ".join(
                f"{labels[name]} {mean:.0%} ({low:.0%} to {high:.0%})"
                for name, (mean, low, high) in types.items()
            )
            print_line(f"  {self.names[player]}: {words}")

    def close(self, shown: dict[str, Any]) -> None:
        """Print how it ended, and what was hidden."""
        worth = {item["outcome"]: item for item in shown["brief"]["worth"]}.get(shown["outcome"])
        stakes = f", worth {worth['mean']:.0f} stakes to you" if worth else ""
        print_line(f"The end: {shown['outcome_label']}{stakes}.")
        for player, label in shown["type_labels"].items():
            if len(self.crisis.players[player].types) > 1:
                print_line(f"  {self.names[player]} was: {label}")
        print_line("`report` says what was to be expected, turn by turn; anything else leaves.")
        if self.read() == "report":
            print_report(report_data(self.session.state))

    def read(self) -> str | None:
        """Read a line; None where there is none."""
        sys.stdout.write("> ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        return line.strip() if line else None

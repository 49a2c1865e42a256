"""Sessions driven by commands, for tests."""

from datetime import timedelta

from detente.play.batches import EPOCH
from detente.play.commands import Command
from detente.play.creating import create
from detente.play.deciding import decide
from detente.play.folding import fold, fold_all
from detente.play.options import read_options


class Driven:
    """A session without a log: its events, its state, and a clock that the test moves."""

    def __init__(self, book, **options):
        given = {"draws": book.draws, "seed": book.seed, **options}
        if book.policy is not None:
            given["policy"] = book.policy.id
        self.book, self.now = book, EPOCH
        self.events = list(create(book, read_options(given)))
        self.state = fold_all(book, self.events)

    def do(self, seat, kind, /, **data):
        """Send a command, and fold what it gives."""
        found = decide(self.state, Command(id="", seat=seat, kind=kind, data=data), now=self.now)
        for event, what in found:
            self.events.append((event, what))
            self.state = fold(self.state, event, what)
        return self

    def wait(self, minutes):
        """Let time pass."""
        self.now += timedelta(minutes=minutes)
        return self

    def open_to(self, seat):
        """Return what is open in each menu of a seat."""
        return [menu.open for menu in self.state.menus if menu.player == seat]

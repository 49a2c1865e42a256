"""The state of the world of a watched crisis: what reports of moves and of changes from outside make of it, round by round."""

from collections.abc import Mapping

from detente.crisis.crisis import Crisis
from detente.rules.policies import after_change, after_use

__all__ = ["World"]


class World:
    """The state of the world as reports make it: the moves of a round work when it ends, in their order, then what was set."""

    def __init__(self, crisis: Crisis, state: Mapping[str, str]) -> None:
        self._crisis = crisis
        self._start = dict(state)
        self._round = 1
        self._moves: list[tuple[str, str]] = []
        self._settings: list[tuple[str, str]] = []
        self._now = dict(state)

    def stands(self, now: int) -> dict[str, str]:
        """Return the state in a round: moves of earlier rounds, and what was set from outside until now."""
        if now > self._round:
            self._start = self._after(self._start)
            self._now, self._moves, self._settings = dict(self._start), [], []
            self._round = now
        return dict(self._now)

    def use(self, now: int, instrument: str, outcome: str) -> None:
        """Note that an instrument was used in a round."""
        self.stands(now)
        self._moves.append((instrument, outcome))

    def set_in(self, now: int, variable: str, value: str) -> None:
        """Note that a variable was set from outside in a round."""
        self.stands(now)
        self._settings.append((variable, value))
        self._now = after_change(self._crisis.state, self._now, {variable: value})

    def _after(self, state: dict[str, str]) -> dict[str, str]:
        variables = self._crisis.state
        for move, outcome in self._moves:
            state = after_use(variables, state, self._crisis.instruments[move], outcome)
        for variable, value in self._settings:
            state = after_change(variables, state, {variable: value})
        return state

"""The game of a crisis as an environment of PettingZoo; imported by :mod:`detente.play.environments` where that is installed."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import AECEnv

from detente.errors import refuse
from detente.play.bots import pick
from detente.play.courses import Stand
from detente.play.rulebooks import Rulebook
from detente.rules.phases import Moment

__all__ = ["CrisisEnvironment"]


class CrisisEnvironment(AECEnv):  # type: ignore[misc]  # pettingzoo has no types
    """Agents are the players, in turn as the rules ask them; an action is an instrument, by its place in the crisis file.

    An agent observes what its seat may know: its type, the phase in which it moves, and all that it has seen, its own moves among
    it. What is open to it stands in ``infos[agent]["action_mask"]``, the form in which PettingZoo's ``sample`` takes it.
    Of the moves of a sealed phase nobody sees another's before all have chosen. Rewards come at the end: what it is worth, in stakes.
    """

    metadata = {"render_modes": [], "name": "detente_crisis_v0", "is_parallelizable": False}  # noqa: RUF012

    def __init__(self, book: Rulebook, *, case: int | None = None) -> None:
        super().__init__()
        self.book, self.case = book, case
        self.render_mode = None
        self._opening = book.opening()
        self._course = self._opening.course
        rules = self._course.rules
        self._instruments = [item.id for item in rules.instruments]
        self._places: dict[tuple[int, str], int] = {}
        for moment in rules.schedule:
            self._places.setdefault(
                (moment.round, rules.phases[moment.phase].id), len(self._places)
            )
        self._most_types = max(len(kinds) for kinds in rules.types)
        n_seen = len(self._places) * len(rules.sights)
        self.possible_agents = list(rules.players)
        self.agents = list(self.possible_agents)
        shape = (self._most_types + len(self._places) + n_seen,)
        self.observation_spaces = {
            agent: spaces.Box(0, 1, shape, np.int8) for agent in self.possible_agents
        }
        self.action_spaces = {
            agent: spaces.Discrete(len(self._instruments)) for agent in self.possible_agents
        }
        self.infos: dict[str, dict[str, Any]] = {}
        self._random = np.random.default_rng()
        self._drawn = 0
        self._stand: Stand = self._course.begin(0)

    def observation_space(self, agent: str) -> Any:
        """Return what an agent may observe."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Any:
        """Return what an agent may choose from: all instruments; the mask says which are open."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin a game: its case and its types are drawn."""
        del options
        if seed is not None:
            self._random = np.random.default_rng(seed)
        cases = self.book.draws
        self._drawn = int(self._random.integers(cases)) if self.case is None else self.case
        prior = self._opening.prior()[:, self._drawn].tolist()
        self._stand = self._course.begin(pick(prior, float(self._random.random())))
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self._go_on()

    def step(self, action: int | None) -> None:
        """Let the agent whose turn it is choose an instrument; None for one whose game is over."""
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        names = self._stand.position.available()
        name = "" if action is None else self._instruments[int(action)]
        if name not in names:
            refuse(
                f"{name!r} is not open to {agent!r} here",
                code="order-illegal",
                at="action",
                fix=f"choose one of: {', '.join(names)}; the action mask shows them",
            )
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        self._stand = self._course.after(self._stand, name)
        self._go_on()
        self._accumulate_rewards()

    def _go_on(self) -> None:
        """Let chance draw; then it is somebody's turn, or the game is over."""
        while names := self._stand.position.chance():
            odds = self._opening.odds(self._stand)[:, self._drawn].tolist()
            drawn = names[pick(odds, float(self._random.random()))]
            self._stand = self._course.after(self._stand, drawn)
        self.infos = {agent: {} for agent in self.agents}
        if not self._stand.position.is_over:
            self.agent_selection = str(self._stand.position.mover)
            self.infos[self.agent_selection] = {"action_mask": self._mask()}
            return
        node = self._opening.node(self._stand)
        end = int(np.flatnonzero(self._opening.root.form.terminal_node == node)[0])
        for number, agent in enumerate(self.possible_agents):
            self.rewards[agent] = float(self.book.payoffs[end, number, self._drawn])
            self.terminations[agent] = True
            self.infos[agent] = {"outcome": self._stand.position.outcome}
        self.agent_selection = self.agents[0]

    def observe(self, agent: str) -> NDArray[np.int8]:
        """Return what an agent may know."""
        rules = self._course.rules
        number = rules.players.index(agent)
        position = self._stand.position
        own = self._course.profiles[self._stand.path[0]][agent]
        kind = np.zeros(self._most_types, dtype=np.int8)
        kind[rules.types[number].index(own)] = 1
        seen = np.zeros((len(self._places), len(rules.sights)), dtype=np.int8)
        for sight in position.seen(agent):
            seen[self._places[sight.round, sight.phase], sight.code] = 1
        when = np.zeros(len(self._places), dtype=np.int8)
        moment: Moment | None = position.moment
        if moment is not None and position.mover == agent:
            when[self._places[moment.round, rules.phases[moment.phase].id]] = 1
        return np.concatenate([kind, when, seen.reshape(-1)])

    def _mask(self) -> NDArray[np.int8]:
        """Return which instruments are open to the agent whose turn it is."""
        mask = np.zeros(len(self._instruments), dtype=np.int8)
        for name in self._stand.position.available():
            mask[self._instruments.index(name)] = 1
        return mask

    def render(self) -> None:
        """Show nothing: there is nothing to draw."""

    def close(self) -> None:
        """Let nothing go: nothing is held."""

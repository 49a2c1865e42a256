"""The compared policies of a run, and the mixes of them that a search found."""

from collections.abc import Iterable

from detente.analysis.mixes import MixSearch, read_mixes
from detente.brief.words import join_words
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.runs.run import Run

__all__ = ["ComparedPolicies"]


class ComparedPolicies:
    """What was compared: ``ids`` of the policies of the file, the first of them the ``base`` case, and ``mixes``.

    Parameters
    ----------
    crisis
        The crisis that was run.
    results
        The finished run; beside it lies the ``search`` for mixes, if there was one.
    """

    def __init__(self, crisis: Crisis, results: Run) -> None:
        self._crisis = crisis
        self.search: MixSearch | None = read_mixes(results.folder)
        found = () if self.search is None else self.search.mixes
        self._mixes = {mix.id: mix for mix in found if mix.id in results.policy_ids}
        self.mixes: tuple[str, ...] = tuple(self._mixes)
        self.ids: tuple[str, ...] = tuple(
            policy for policy in results.policy_ids if policy not in self._mixes
        )
        self.base = self.ids[0]
        self._results = results

    @property
    def compared(self) -> tuple[str, ...]:
        """The compared policies, and behind them the mixes that the search found."""
        return (*self.ids, *self.mixes)

    def get(self, policy: str) -> Policy:
        """Return a policy of the crisis; a crisis without policies is run without any commitment."""
        if policy in self._crisis.policies:
            return self._crisis.policies[policy]
        if policy in self._mixes:
            return self._mixes[policy]
        return Policy(id=policy, label="no commitment", description="Everyone chooses freely.")

    def forgoes(self, policy: str) -> str:
        """Return the names of the players whose attack a policy rules out by itself; empty if it forgoes none."""
        names = [self._crisis.players[one].name for one in self._results.forgone(policy)]
        return join_words(names)

    @property
    def ranked(self) -> tuple[str, ...]:
        """The policies that may be compared by how likely an attack is: those that forgo none, the base case among them."""
        return tuple(policy for policy in self.ids if not self.forgoes(policy))

    def short_name(self, policy: str) -> str:
        """Return how a sentence names a policy: its label in quotation marks; a mix by its letter."""
        if policy in self._mixes:
            return f"mix {chr(ord('A') + self.mixes.index(policy))}"
        return f"“{self.get(policy).label}”"

    def with_kinds(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """Return the compared policies that commit to an instrument of one of the kinds to which the base case does not."""
        wanted, known = set(kinds), self._crisis.instruments
        found = []
        start = set(self.get(self.base).fixed)
        for name in self.ids:
            fixed = set(self.get(name).fixed) - start
            chosen = {known[one].kind for _, one in fixed if one in known}
            if name != self.base and chosen & wanted:
                found.append(name)
        return tuple(found)

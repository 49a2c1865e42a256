"""Solving a crisis for policies of one's own, at draws or at settings of one's own, without a run folder.

A run stores everything about the policies of the crisis file. This is for many policies of which little is asked: a
search over combinations of commitments, a policy that adapts to what is seen, a function of settings whose drivers are
wanted. Draws are those of a run with the same seed, so that numbers agree with it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.crisis.elements import Crisis, Policy
from detente.ensemble._columns import refuse
from detente.ensemble.drawing import check_draws, draw_quantities
from detente.ensemble.metrics import MetricPlan, MoveKeys, compile_metrics, evaluate_metrics
from detente.errors import UsageError
from detente.game import ExtensiveForm, solve_logit_qre, terminal_probs
from detente.rules import Plan, Priced, Tree, compile_rules, plan_pricing, price, unroll

__all__ = ["AdaptivePolicy", "Evaluator", "PolicyValues", "find_policies"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
_BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptivePolicy:
    """Start with one policy, go on with another once a signal is seen.

    ``signal`` is an instrument of another player. At every information set of a player that has seen it (or what it takes
    for it), menus are those of ``switch``; at all others those of ``start``. Initial values are those of ``start``: a
    commitment cannot change what was before it.
    """

    id: str
    label: str
    start: Policy
    switch: Policy
    signal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyValues:
    """Metrics of policies, ``values[metric]`` of shape ``(n_policies, n_draws)``.

    ``same_as`` gives for each policy the first one that makes the very same game; ``unconverged`` counts draws that
    missed the tolerance, which stay in every number.
    """

    policies: tuple[str, ...]
    labels: tuple[str, ...]
    values: Mapping[str, FloatArray]
    same_as: tuple[int, ...]
    unconverged: tuple[int, ...]


class Evaluator:
    """Solves one crisis for policies, all at the same draws (common random numbers).

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    n_draws, seed
        Draws of its quantities; those of a run with the same seed.
    settings
        Instead of drawing: values of quantities by path, each of shape ``(n,)``. Those not named stay at the values of
        draws ``0`` to ``n - 1``.
    workers
        Threads; the result does not depend on it.
    """

    def __init__(
        self,
        crisis: Crisis,
        *,
        n_draws: int = 256,
        seed: int = 1,
        settings: Mapping[str, ArrayLike] | None = None,
        workers: int = 2,
    ) -> None:
        check_draws(n_draws, seed=seed)
        self.crisis, self.n_draws, self.workers = crisis, n_draws, max(1, workers)
        values = dict(draw_quantities(crisis, n_draws, seed=seed).as_mapping())
        for path, given in (settings or {}).items():
            if path not in values:
                message = f"crisis {crisis.id!r} has no quantity {path!r}"
                raise UsageError(
                    message, code="quantity-unknown", at=path, fix="use a path of the crisis file"
                )
            array = np.asarray(given, dtype=np.float64).reshape(-1)
            if array.size != n_draws:
                refuse(
                    f"{path} has {array.size} values for {n_draws} settings",
                    at=f"settings[{path!r}]",
                    fix="give one value for each setting",
                )
            values[path] = array
        self._values = values
        self._known: dict[str, tuple[dict[str, FloatArray], int]] = {}

    def evaluate(
        self, policies: Sequence[Policy | AdaptivePolicy], metrics: Sequence[str]
    ) -> PolicyValues:
        """Solve the game under each policy and return some metrics of it.

        Parameters
        ----------
        policies
            Policies of the crisis or made up; an :class:`AdaptivePolicy` is solved on the tree of both its parts.
        metrics
            Names of metrics of the solved game; see :doc:`/explanation/ensembles`. Metrics of single moves (``use/``,
            ``first/``, ``belief/``) are not among them.

        Raises
        ------
        UsageError
            ``path-unknown`` for a metric that there is not, ``policy-invalid`` for an unknown signal.
        """
        self._base_tree  # noqa: B018  # once, before threads ask for it
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            prepared = list(pool.map(self._prepare, policies))
            first: dict[str, int] = {}
            same = tuple(first.setdefault(item.key, place) for place, item in enumerate(prepared))
            fresh = {item.key: item for item in prepared if item.key not in self._known}
            jobs = {
                key: [pool.submit(self._solve, item, block) for block in range(self._n_blocks)]
                for key, item in fresh.items()
            }
            for key, futures in jobs.items():
                parts = [future.result() for future in futures]
                joined = {
                    name: np.concatenate([part[name] for part, _ in parts])[: self.n_draws]
                    for name in parts[0][0]
                }
                self._known[key] = (joined, sum(missed for _, missed in parts))
        found: dict[str, FloatArray] = {}
        for metric in metrics:
            rows = [self._known[item.key][0].get(metric) for item in prepared]
            kept = [row for row in rows if row is not None]
            if len(kept) != len(rows):
                raise _unknown_metric(metric, self._known[prepared[0].key][0] if prepared else {})
            found[metric] = np.array(kept).reshape(len(prepared), self.n_draws)
        return PolicyValues(
            policies=tuple(policy.id for policy in policies),
            labels=tuple(policy.label for policy in policies),
            values=found,
            same_as=same,
            unconverged=tuple(self._known[item.key][1] for item in prepared),
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _n_blocks(self) -> int:
        return -(-self.n_draws // _BLOCK)

    @cached_property
    def _base_tree(self) -> tuple[Plan, tuple[Priced, ...]]:
        """Prices of the game without commitments: mechanisms are evaluated once, not once per policy."""
        tree = unroll(compile_rules(self.crisis))
        plan = plan_pricing(tree, self.crisis)
        blocks = []
        for block in range(self._n_blocks):
            priced = price(plan, self._block(block))
            blocks.append(
                replace(priced, payoffs=np.empty((0, 0, 0)), chance_probs=np.empty((0, 0)))
            )
        return plan, tuple(blocks)

    def _block(self, number: int) -> dict[str, FloatArray]:
        """Draws of a block, the last one filled up with its own last draw."""
        at = np.minimum(np.arange(number * _BLOCK, (number + 1) * _BLOCK), self.n_draws - 1)
        return {path: values[at] for path, values in self._values.items()}

    def _prepare(self, policy: Policy | AdaptivePolicy) -> "_Game":
        if isinstance(policy, AdaptivePolicy):
            tree = unroll(compile_rules(self.crisis, policy=_union(policy)))
            allowed: BoolArray | None = _allowed(tree, policy)
        else:
            tree = unroll(compile_rules(self.crisis, policy=policy))
            allowed = None
        return _Game(tree=tree, allowed=allowed, key=_key(tree, allowed))

    def _solve(self, game: "_Game", block: int) -> tuple[dict[str, FloatArray], int]:
        base_plan, base = self._base_tree
        draws = self._block(block)
        plan = game.plan(self.crisis, base_plan)
        priced = price(plan, draws, base=base[block])
        rationality = np.ascontiguousarray(draws[self.crisis.rationality.path])
        chance = priced.chance_probs
        solution = solve_logit_qre(
            game.form,
            rationality,
            payoffs=priced.payoffs,
            chance_probs=chance,
            allowed=game.allowed,
        )
        n_profiles = int(game.form.chance_offset[1])
        given = chance.copy()
        given[:n_profiles] = 1.0 / n_profiles
        metrics = evaluate_metrics(
            game.metrics(self.crisis),
            given_profile=terminal_probs(game.form, solution.strategy, given) * n_profiles,
            profile_probs=chance[:n_profiles],
            priced=priced,
        )
        n_real = min(_BLOCK, self.n_draws - block * _BLOCK)
        return metrics, int((~solution.converged[:n_real]).sum())


class _Game:
    """A game to solve: its tree, the actions that may be taken, and a key that equal games share."""

    def __init__(self, *, tree: Tree, allowed: BoolArray | None, key: str) -> None:
        self.tree, self.allowed, self.key = tree, allowed, key
        self.form = ExtensiveForm.from_arrays(
            tree.player,
            tree.first_child,
            tree.n_children,
            tree.info_set,
            tree.info_set_player,
            tree.action_offset,
            tree.chance_offset,
            tree.terminal_node,
            tree.payoff_class,
            len(tree.players),
        )
        self._plan: Plan | None = None
        self._metrics: MetricPlan | None = None

    def metrics(self, crisis: Crisis) -> MetricPlan:
        """Plan of its metrics, without those of single moves."""
        if self._metrics is None:
            keys = MoveKeys(used=(), first=(), seen=())
            self._metrics = compile_metrics(self.tree, crisis, keys)
        return self._metrics

    def plan(self, crisis: Crisis, base: Plan) -> Plan:
        """Plan of its prices; made by whichever thread asks first, the same by all."""
        if self._plan is None:
            self._plan = plan_pricing(self.tree, crisis, every_state=False, base=base)
        return self._plan


def find_policies(crisis: Crisis, names: Sequence[str] | None = None) -> tuple[Policy, ...]:
    """Return policies of a crisis file by id, all by default; a crisis without any is left free.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown id.
    """
    if not crisis.policies:
        return (
            Policy(id="free", label="no commitment", description="", fix={}, forbid=(), state={}),
        )
    for name in names or ():
        if name not in crisis.policies:
            message = f"crisis {crisis.id!r} has no policy {name!r}"
            raise UsageError(
                message,
                code="policy-invalid",
                at="policies",
                fix=f"use one of: {', '.join(crisis.policies)}",
            )
    return tuple(crisis.policies[name] for name in (names or crisis.policies))


def _union(policy: AdaptivePolicy) -> Policy:
    """Make the policy that leaves open what either part leaves open."""
    fix: dict[str, tuple[str, ...]] = {}
    for phase in policy.start.fix.keys() & policy.switch.fix.keys():
        both = (*policy.start.fix[phase], *policy.switch.fix[phase])
        fix[phase] = tuple(dict.fromkeys(both))
    forbid = tuple(name for name in policy.start.forbid if name in policy.switch.forbid)
    return Policy(
        id=policy.id,
        label=policy.label,
        description="",
        fix=fix,
        forbid=forbid,
        state=policy.start.state,
    )


def _allowed(tree: Tree, policy: AdaptivePolicy) -> BoolArray:
    """Actions left at each information set by the part of the policy that holds there, shape ``(A,)``."""
    known = {item.id: item for item in tree.rules.instruments}
    if policy.signal not in known:
        message = f"the signal {policy.signal!r} is no instrument of the crisis"
        raise UsageError(
            message,
            code="policy-invalid",
            at="signal",
            fix=f"use one of: {', '.join(known)}",
        )
    signal = known[policy.signal]
    allowed = np.ones(int(tree.action_offset[-1]), dtype=np.bool_)
    seen_by = [_remembers(tree, signal.sight[player]) for player in range(len(tree.players))]
    for number in range(tree.n_info_sets):
        player = int(tree.info_set_player[number])
        seen = player != signal.player and bool(seen_by[player][int(tree.info_set_memory[number])])
        part = policy.switch if seen else policy.start
        first, last = (int(end) for end in tree.action_offset[number : number + 2])
        menu = tree.action_label[first:last]
        phase = tree.phases[int(tree.info_set_phase[number])]
        fixed = part.fix.get(f"{phase}@{int(tree.info_set_round[number])}", part.fix.get(phase, ()))
        keep = np.array([name in fixed for name in menu]) if fixed else np.zeros(0)
        free = np.array([name not in part.forbid for name in menu])
        mask = keep & free if keep.any() else free
        if mask.any():
            allowed[first:last] = mask
    return allowed


def _remembers(tree: Tree, sight: int) -> BoolArray:
    """Tell of each memory whether it holds a sight, shape ``(H,)``; the last entry answers for an empty memory."""
    found = np.zeros(len(tree.memory_parent) + 1, dtype=np.bool_)
    for memory in range(len(tree.memory_parent)):  # what was remembered before comes before
        parent = int(tree.memory_parent[memory])
        found[memory] = int(tree.memory_sight[memory]) == sight or (parent >= 0 and found[parent])
    return found


def _key(tree: Tree, allowed: BoolArray | None) -> str:
    """Digest of all that a game's solution depends on: equal games are solved once."""
    digest = hashlib.sha256()
    for array in (
        tree.player,
        tree.first_child,
        tree.n_children,
        tree.info_set,
        tree.info_set_player,
        tree.action_offset,
        tree.chance_offset,
        tree.chance_instrument,
        tree.chance_level,
        tree.terminal_node,
        tree.payoff_class,
        tree.outcome,
        tree.class_types,
        tree.class_level,
        *tree.level_codes,
        np.zeros(0) if allowed is None else np.packbits(allowed),
        np.array(allowed is None),
    ):
        part = np.ascontiguousarray(array)
        digest.update(f"{part.dtype}{part.shape}".encode())
        digest.update(part.tobytes())
    return digest.hexdigest()


def _unknown_metric(metric: str, known: Mapping[str, FloatArray]) -> UsageError:
    import difflib  # noqa: PLC0415  # only on the way out

    near = difflib.get_close_matches(metric, list(known), n=3, cutoff=0.4)
    return UsageError(
        f"there is no metric {metric!r} of a policy",
        code="path-unknown",
        at="metrics",
        fix=f"nearest: {', '.join(near)}" if near else "use attack, outcome/NAME or payoff/PLAYER",
    )

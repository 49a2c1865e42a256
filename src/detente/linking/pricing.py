r"""Prices of considerations, chance probabilities and payoffs for a block of draws.

A game tree is compiled once; draws change only what is computed here:

.. math:: u_i(z; d) = \sum_c w_{i, type_i(z), c}(d) \; p_{c, level_c(z)}(d)

Histories enter only through the types and the level of each consideration, so payoffs are priced once per class of
terminals with the same types and levels. :func:`plan_pricing` works out every index; :func:`price` is called for each
block of draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from detente.arrays import FloatArray, Int64Array
from detente.crisis.elements import Consideration, Mechanism
from detente.errors import Code, ModelError, UsageError, refuse
from detente.linking.bindings import AbstractTerm, DrawBlock
from detente.linking.planning import Evaluation, Lottery, OwnTerms, Plan, plan_pricing
from detente.models.registry import Input
from detente.summaries import html_fields, text_fields

__all__ = ["Plan", "Priced", "evaluate_mechanism", "plan_pricing", "price"]

PROB_TOLERANCE = 1e-9
"""Rounding allowed on probabilities and on ranges of inputs."""

SUM_TOLERANCE = 1e-6
"""How far probabilities that are all given may be from summing to one before it is an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """Payoffs and probabilities of a block of D draws.

    Attributes
    ----------
    plan
        What was priced.
    values
        The draws that were read: ``(D,)`` by path.
    chance_probs
        ``(R, D)``; sums to one over the branches of each chance event. The analysts' odds.
    own_odds
        By number of a player who does not share them: its own odds of all chance branches, ``(R, D)``.
    menu_weights, similarities
        How much each instrument and then each nest counts in its list, ``(W, D)``, and how alike the options of each nest are,
        ``(N, D)``; both are empty where menus are plain.
    prices
        Per consideration ``(n_levels, D)``, levels as in ``tree.level_codes``.
    weights
        Per (player, type, consideration) ``(D,)``; absent where the crisis gives no weight.
    outputs
        Per mechanism and output ``(n_levels, D)``, or ``(n_members, n_levels, D)``.
    parts
        What each weight gives to each level of its consideration, ``(n_parts, D)``; payoffs are sums of them.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    plan: Plan
    values: Mapping[str, FloatArray]
    chance_probs: FloatArray
    own_odds: dict[int, FloatArray]
    menu_weights: FloatArray
    similarities: FloatArray
    prices: dict[str, FloatArray]
    weights: dict[tuple[str, str, str], FloatArray]
    outputs: dict[str, dict[str, FloatArray]]
    parts: FloatArray

    def with_profiles(self, probs: FloatArray) -> "Priced":
        """Return it with other probabilities of nature's draw, ``(V, D)``: everybody's, since nobody rates types otherwise."""
        chance, own = self.chance_probs.copy(), {}
        chance[: len(probs)] = probs
        for player, odds in self.own_odds.items():
            own[player] = odds.copy()
            own[player][: len(probs)] = probs
        return replace(self, chance_probs=chance, own_odds=own)

    @property
    def level_states(self) -> Mapping[str, tuple[dict[str, str], ...]]:
        """Per mechanism what its levels are: variable to value."""
        return self.plan.level_states

    @property
    def payoffs(self) -> FloatArray:
        """Payoffs of all classes of terminals, ``(K, P, D)`` in stakes."""
        return self.payoffs_of(np.arange(self.plan.shape[0]))

    def payoffs_of(self, classes: Int64Array) -> FloatArray:
        """Return the payoffs of some classes of terminals, shape ``(n_classes, P, D)``, in stakes.

        Raises
        ------
        ModelError
            ``payoff-not-finite`` if parts that are finite are too large to add up.
        """
        n_players = self.plan.shape[1]
        rows = (np.asarray(classes)[:, None] * n_players + np.arange(n_players)).reshape(-1)
        every = rows.size == self.plan.incidence.shape[0]
        incidence = self.plan.incidence if every else self.plan.incidence[rows]
        with np.errstate(over="ignore", invalid="ignore"):
            payoffs = np.asarray(incidence @ self.parts)
        if not np.isfinite(payoffs).all():
            raise _too_large(self.plan, self.prices)
        return payoffs.reshape(-1, n_players, self.parts.shape[1])


@np.errstate(over="ignore", invalid="ignore")  # what is not finite is refused by name
def price(
    plan: Plan,
    values: Mapping[str, FloatArray],
    *,
    base: Priced | None = None,
    last: Priced | None = None,
) -> Priced:
    """Price a block of draws.

    Parameters
    ----------
    plan
        From :func:`plan_pricing`.
    values
        Draws of each quantity by path, shape ``(D,)``; more than ``plan.paths`` may be given.
    base
        What the plan's base gave for the same draws; wanted if the plan was made with one.
    last
        What the same plan gave for other draws, as many. What no changed quantity reaches is taken from it: the result is
        the same, to the bit, as without.

    Returns
    -------
    Priced
        Payoffs, probabilities and their parts. Every number in it is finite, save mechanism outputs that nothing reads.

    Raises
    ------
    UsageError
        ``quantity-unknown`` if a quantity is lacking.
    ModelError
        ``input-invalid`` naming mechanism, input and value; ``payoff-not-finite`` naming the consideration.
    CrisisFileError
        ``priors-sum`` or ``probability-out-of-range`` naming player or instrument.
    """
    draws = _read_draws(plan, values)
    if last is not None and (last.plan is not plan or last.parts.shape[1] != draws.n_draws):
        last = None
    moved = _Moved(last, draws)
    if plan.shared:
        draws.outputs.update(_shared(plan, base, draws))
        moved.note(draws.outputs)
    if last is not None and not moved.names:
        return last
    for item in plan.mechanisms:
        name = item.mechanism.id
        if last is not None and moved.keeps(term for _, term in item.inputs):
            draws.outputs[name] = last.outputs[name]
        else:
            _, draws.outputs[name] = evaluate_mechanism(item, draws)
            moved.names.add(("mechanism", name))
    prices: dict[str, FloatArray] = {}
    for consideration, n_levels, rows, term in plan.prices:
        if last is not None and moved.keeps([term]):
            prices[consideration.id] = last.prices[consideration.id]
            continue
        table = np.broadcast_to(term.evaluate(draws), (len(rows), draws.n_draws))
        _check_finite(table, "price", consideration)
        if len(rows) < n_levels:
            whole = np.zeros((n_levels, draws.n_draws))
            whole[rows] = table
            table = whole
        prices[consideration.id] = table
    weights: dict[tuple[str, str, str], FloatArray] = {}
    for key, term in plan.weights:
        weights[key] = np.broadcast_to(term.evaluate(draws), (1, draws.n_draws))[0]
    chance_probs = _chance_probs(plan, draws)
    return Priced(
        plan=plan,
        values=draws.values,
        chance_probs=chance_probs,
        own_odds=_own_odds(plan, draws, chance_probs),
        menu_weights=_rows(plan.menu_weights, draws),
        similarities=_rows(plan.similarities, draws),
        prices=prices,
        weights=weights,
        outputs=draws.outputs,
        parts=_parts(plan, prices, weights, draws.n_draws),
    )


class _Moved:
    """What differs from the draws that were priced last: paths of quantities and mechanisms, as terms name them."""

    def __init__(self, last: Priced | None, draws: DrawBlock) -> None:
        self.last = last
        known: Mapping[str, FloatArray] = {} if last is None else last.values
        self.names = {
            ("quantity", path)
            for path, array in draws.values.items()
            if path not in known or not (known[path] is array or np.array_equal(known[path], array))
        }

    def note(self, outputs: Mapping[str, Mapping[str, FloatArray]]) -> None:
        """Note the mechanisms that a base gives and that are not what it gave last."""
        known = {} if self.last is None else self.last.outputs
        self.names |= {
            ("mechanism", name) for name, given in outputs.items() if given is not known.get(name)
        }

    def keeps(self, terms: Iterable[AbstractTerm]) -> bool:
        """Tell whether terms have the value that they had last."""
        return not any(name in self.names for term in terms for name in term.reads())


def _read_draws(plan: Plan, values: Mapping[str, FloatArray]) -> DrawBlock:
    read: dict[str, FloatArray] = {}
    for path in plan.paths:
        if path not in values:
            message = f"no draws are given for the quantity {path!r}"
            raise UsageError(
                message, code="quantity-unknown", at=path, fix="draw every path of `plan.paths`"
            )
        read[path] = np.asarray(values[path], dtype=np.float64)
    n_draws = (
        {len(array) for array in read.values()} or {len(array) for array in values.values()} or {1}
    )
    if len(n_draws) > 1:
        message = f"quantities have different numbers of draws: {sorted(n_draws)}"
        raise UsageError(
            message, code="option-invalid", at="values", fix="give the same draws of each"
        )
    return DrawBlock(values=read, n_draws=n_draws.pop())


def _shared(plan: Plan, base: Priced | None, draws: DrawBlock) -> dict[str, dict[str, FloatArray]]:
    """Return the mechanisms that the base plan has evaluated."""
    outputs = {} if base is None else base.outputs
    nothing: dict[str, FloatArray] = {}
    shared = {name: outputs.get(name, nothing) for name in sorted(plan.shared)}
    for name, given in shared.items():
        for array in given.values() or [np.empty(0)]:
            if array.shape[-1] != draws.n_draws:
                message = f"the plan takes mechanism {name!r} from a base that does not fit"
                raise UsageError(
                    message,
                    code="option-invalid",
                    at="base",
                    fix="give the result of the base plan for the same draws",
                )
    return shared


def evaluate_mechanism(
    item: Evaluation, draws: DrawBlock
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Evaluate one mechanism at its levels; return its inputs as bound and its outputs, by name."""
    given: dict[str, FloatArray] = {}
    for declared, term in item.inputs:
        array = term.evaluate(draws)
        if declared.per_member and array.ndim < 3:
            array = array[None, ...]
        given[declared.name] = array
    try:
        found = item.function(**given)
    except ModelError as error:
        for declared, _ in item.inputs:
            _blame_binding(item.mechanism, declared, given[declared.name])
        message = f"mechanism {item.mechanism.id!r}: {error.message}"
        raise ModelError(message, code=error.code, at=error.at, fix=error.fix) from error
    shape = (item.n_levels, draws.n_draws)
    outputs = {}
    for declared_output in item.model.outputs:
        array = found[declared_output.name]
        full = (len(item.mechanism.members), *shape) if declared_output.per_member else shape
        outputs[declared_output.name] = np.broadcast_to(array, full)
    return given, outputs


def _blame_binding(mechanism: Mechanism, declared: Input, array: FloatArray) -> None:
    """Say which line of the crisis binds an input whose range the model has found broken; nothing if it is another."""
    low, high = array.min(), array.max()
    slack = PROB_TOLERANCE * max(1.0, abs(low), abs(high))
    finite = np.isfinite(low) and np.isfinite(high)
    if finite and low >= declared.low - slack and high <= declared.high + slack:
        return
    wrong = ~np.isfinite(array) | (array < declared.low - slack) | (array > declared.high + slack)
    value = array[wrong][0]
    message = (
        f"input {declared.name!r} of mechanism {mechanism.id!r} is {value:g}, outside "
        f"{declared.low:g} to {declared.high:g} [{declared.unit}]"
    )
    place = mechanism.place
    raise ModelError(
        message,
        code="input-invalid",
        at=f"{place.file}:{place.line}  mechanisms.{mechanism.id}.inputs.{declared.name}",
        fix=f"check the unit and the distribution of what is bound to it: {declared.description}",
    )


def _check_finite(table: FloatArray, what: str, item: Consideration) -> None:
    if np.isfinite(table).all():
        return
    level, draw = np.argwhere(~np.isfinite(table))[0]
    message = (
        f"the {what} of consideration {item.id!r} is {table[level, draw]} "
        f"at level {level} in draw {draw} of the block"
    )
    raise ModelError(
        message,
        code="payoff-not-finite",
        at=f"{item.place.file}:{item.place.line}  considerations.{item.id}",
        fix="check the quantities and mechanisms that it reads; a mechanism may have no answer there",
    )


def _parts(
    plan: Plan,
    prices: Mapping[str, FloatArray],
    weights: Mapping[tuple[str, str, str], FloatArray],
    n_draws: int,
) -> FloatArray:
    nothing = np.zeros((0, n_draws))
    weight = np.concatenate([nothing, *(item[None, :] for item in weights.values())])
    table = np.concatenate([nothing, *prices.values()])
    parts: FloatArray = weight[plan.weight_row] * table[plan.price_row]
    if np.isfinite(parts).all():
        return parts
    if not np.isfinite(weight).all():
        row = int(np.flatnonzero(~np.isfinite(weight).all(axis=1))[0])
        player, kind, name = list(weights)[row]
        item = next(entry for entry, *_ in plan.prices if entry.id == name)
        _check_finite(weight[[row]], f"weight of {player!r} ({kind}) on the price", item)
    raise _too_large(plan, prices)


def _too_large(plan: Plan, prices: Mapping[str, FloatArray]) -> ModelError:
    """Return the error for payoffs that are too large for a number: it names the largest price."""
    table = np.concatenate(list(prices.values()))
    largest = int(np.abs(table).max(axis=1).argmax())
    name = [entry.id for entry, n_levels, *_ in plan.prices for _ in range(n_levels)][largest]
    item = next(entry for entry, *_ in plan.prices if entry.id == name)
    message = (
        f"a payoff is too large for a number: the price of consideration {item.id!r} goes up to "
        f"{np.abs(table[largest]).max():g} stakes"
    )
    return ModelError(
        message,
        code="payoff-not-finite",
        at=f"{item.place.file}:{item.place.line}  considerations.{item.id}",
        fix="check the unit and the size of the quantities that it reads",
    )


def _chance_probs(plan: Plan, draws: DrawBlock) -> FloatArray:
    result = np.repeat(plan.even[:, None], draws.n_draws, axis=1)
    n_types = len(plan.type_rows[0]) if plan.type_rows else 1
    types = np.ones((n_types, draws.n_draws))
    for prior, row in zip(plan.priors, plan.type_rows, strict=True):
        types *= _probabilities(prior, draws)[0][row]
    result[:n_types] = types / plan.share_of_types
    for lottery in plan.lotteries:
        result[lottery.branches] = _probabilities(lottery, draws)
    return result


def _rows(terms: Sequence[AbstractTerm | None], draws: DrawBlock) -> FloatArray:
    """Return the values of terms that read no state, ``(n, D)``; 1 where there is none."""
    result = np.ones((len(terms), draws.n_draws))
    for row, term in enumerate(terms):
        if term is not None:
            result[row] = np.broadcast_to(term.evaluate(draws), (1, draws.n_draws))[0]
    return result


def _own_odds(plan: Plan, draws: DrawBlock, chance_probs: FloatArray) -> dict[int, FloatArray]:
    """Return the odds of the players who do not share those of the analysts."""
    found: dict[int, FloatArray] = {}
    for lottery in plan.lotteries:
        for own in lottery.own:
            odds = found.setdefault(own.player, chance_probs.copy())
            odds[lottery.branches] = _rated(lottery, own, chance_probs[lottery.branches], draws)
    return found


def _rated(lottery: Lottery, own: OwnTerms, probs: FloatArray, draws: DrawBlock) -> FloatArray:
    """Return how a player rates the outcomes of a lottery, shape ``(n_levels, n_outcomes, D)``.

    A shift multiplies the odds of an outcome; what has a probability of the player's own has that, and the other outcomes
    share the rest as the analysts' odds of them stand to each other.
    """
    if own.shifts:
        logs = np.zeros(probs.shape)
        for at, term in own.shifts:
            logs[:, at] = term.evaluate(draws)
        raised = probs * np.exp(logs - logs.max(axis=1, keepdims=True))
        shifted: FloatArray = raised / raised.sum(axis=1, keepdims=True)
        return shifted
    result = probs.copy()
    stated = [at for at, _ in own.probs]
    for at, term in own.probs:
        result[:, at] = term.evaluate(draws)
    low, high = result[:, stated].min(), result[:, stated].sum(axis=1).max()
    if not (low >= 0.0 and high <= 1.0 + PROB_TOLERANCE):
        _refuse_lottery(lottery, "probability-out-of-range", "a player's own odds are no odds")
    others = [at for at in range(probs.shape[1]) if at not in stated]
    left = np.maximum(1.0 - result[:, stated].sum(axis=1), 0.0)
    share = probs[:, others].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(share > 0.0, left / share, 0.0)
    result[:, others] = probs[:, others] * scale[:, None]
    total = result.sum(axis=1)
    if np.abs(total - 1.0).max() > SUM_TOLERANCE or ((result > 0.0) != (probs > 0.0)).any():
        _refuse_lottery(
            lottery,
            "probability-out-of-range",
            "a player's own odds leave open what the analysts' do not, or the reverse",
        )
    return result


def _probabilities(lottery: Lottery, draws: DrawBlock) -> FloatArray:
    """Return the probabilities of a lottery, shape ``(n_levels, n_outcomes, D)``."""
    n_levels, n_outcomes = lottery.branches.shape
    result = np.zeros((n_levels, n_outcomes, draws.n_draws))
    rest = [number for number, term in enumerate(lottery.terms) if term is None]
    for number, term in enumerate(lottery.terms):
        if term is not None:
            result[:, number] = term.evaluate(draws)
    low, high = result.min(), result.max()
    if not (low >= -PROB_TOLERANCE and high <= 1.0 + PROB_TOLERANCE):
        bad = result[~((result >= -PROB_TOLERANCE) & (result <= 1.0 + PROB_TOLERANCE))][0]
        _refuse_lottery(lottery, "probability-out-of-range", f"{bad:g} is no probability")
    result = np.clip(result, 0.0, 1.0)
    total = result.sum(axis=1)
    if rest:
        if total.max() > 1.0 + SUM_TOLERANCE:
            _refuse_lottery(lottery, lottery.code, f"they sum to {total.max():g}")
        result[:, rest] = (np.maximum(1.0 - total, 0.0) / len(rest))[:, None, :]
        total = result.sum(axis=1)
    worst = total.flat[np.abs(total - 1.0).argmax()]
    if abs(worst - 1.0) > SUM_TOLERANCE:
        _refuse_lottery(lottery, lottery.code, f"they sum to {worst:g}")
    normal: FloatArray = result / total[:, None, :]
    return normal


def _refuse_lottery(lottery: Lottery, code: Code, why: str) -> NoReturn:
    refuse(
        f"{lottery.name} are wrong in some draw: {why}",
        code=code,
        at=lottery.place,
        fix="narrow the distributions, or leave one outcome to the rest (`rest`)",
        value=why,
    )

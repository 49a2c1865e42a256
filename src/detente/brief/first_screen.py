"""The first screen in words: the answer in three sentences, and how sure they are."""

from collections.abc import Sequence

from detente.analysis.provenance import count_standing
from detente.analysis.reading import uncertain_paths
from detente.brief.context import Context
from detente.brief.figures import Answer, link
from detente.brief.shared import MOST_MOVERS, QUESTION, SharedFigures
from detente.brief.type_effects import type_clause
from detente.brief.words import (
    format_percent,
    join_words,
    plural,
    sentence_case,
    spread_word,
)

__all__ = ["MEMORY", "headline_sentences", "how_sure", "residual_text"]

MEMORY = "memory"
"""Standing of a source that is what the authors remember."""


def headline_sentences(
    context: Context, answers: Sequence[Answer], shared: SharedFigures
) -> tuple[str, str, str]:
    """Return the answer of the last question, what commitments do, and what the answer hinges on."""
    first = next(answer.answer for answer in answers if answer.id == QUESTION)
    return first, _policy_sentence(context, shared), _hinge_sentence(context, shared)


def _policy_sentence(context: Context, shared: SharedFigures) -> str:
    base, under_each = shared.attack, shared.policies
    if len(context.policies.ids) < 2:
        alone = "Only the base case was run"
        if len(context.crisis.policies) < 2:
            alone = "The file names no commitment to compare with the base case"
        return f"{alone}: an attack stands at {link(base, base.full_text)}."
    least = min(
        context.policies.ranked,
        key=lambda policy: under_each[policy][0].value or 0.0,
    )
    payoff = context.results.regret(policies=context.policies.ids).least_mean
    under, _ = under_each[least]
    others = len(context.policies.ranked) - 1
    label = context.policies.get(least).label
    if not others:
        text = f"Every other commitment compared forgoes an attack; in the base case it stands at {link(base)}"
    elif least == context.policies.base:
        text = f"None of {plural(others, 'other commitment')} compared brings an attack below the base case ({link(base)})"
    else:
        text = (
            f"Of {plural(others, 'commitment')} compared with the base case, “{label}” lowers the probability of an attack most, "
            f"from {link(base)} to {link(under, under.full_text)}"
        )
        if by_type := type_clause(context, shared.by_type[least]):
            text += f" (by type: {by_type})"
    if payoff == least:
        text += f", and it also leaves {context.roles.opponent_names()} with the least regret once costs are counted"
    else:
        text += (
            f"; counting costs as well, “{context.policies.get(payoff).label}” leaves "
            f"{context.roles.opponent_names()} with the least regret"
        )
    return text + "." + _forgoing(context, shared)


def _forgoing(context: Context, shared: SharedFigures) -> str:
    """Say which commitments are not ranked, because they rule an attack out and deter nobody from one."""
    by_whom: dict[str, list[str]] = {}
    for policy in context.policies.ids:
        if forgone := context.policies.forgoes(policy):
            by_whom.setdefault(forgone, []).append(policy)
    said = []
    for names, policies in by_whom.items():
        cells = [
            f"“{context.policies.get(policy).label}” ({link(shared.policies[policy][0])})"
            for policy in policies
        ]
        verb = "forgoes" if len(policies) == 1 else "forgo"
        said.append(
            f"{join_words(cells)} {verb} the attack of {names} and so {'is' if len(policies) == 1 else 'are'} not ranked with these"
        )
    return "".join(f" {sentence_case(text)}." for text in said)


def _hinge_sentence(context: Context, shared: SharedFigures) -> str:
    rows = [
        f"{mover.quantity.label} ({link(mover.low)} where that is low, {link(mover.high)} where it is high)"
        for mover in shared.movers[:2]
        if mover.effect != 0
    ]
    if not rows and context.results.n_draws == 1:
        return "One case does not show which quantity moves the probability of an attack."
    if not rows:
        return (
            "No single uncertain quantity of the file moves the probability of an attack by more than chance among "
            f"{plural(context.results.n_draws, 'case')} would."
        )
    return f"The probability of an attack hinges most on {join_words(rows)}."


def how_sure(context: Context, shared: SharedFigures) -> tuple[str, ...]:
    """Say how well games were solved, how wide results spread, and how many inputs are judgements."""
    attack = shared.attack
    certificate = context.results.certificate
    n, missed = certificate.n_solutions, certificate.unconverged
    solved = (
        ("The one game is" if n == 1 else f"All {n:,} games are") + " solved to tolerance"
        if missed == 0
        else f"{missed:,} of {plural(n, 'game')} ({format_percent(certificate.unconverged_share)}) missed the tolerance and are kept"
    )
    sentences = [
        f"Solver. {solved}; the largest residual is {residual_text(certificate.max_residual, 0)}."
    ]
    if context.results.n_draws == 1:
        sentences.append("Spread. One case was explored, so there is no range.")
    elif not attack.range_text:
        sentences.append(f"Spread. An attack stands at {link(attack)} in nearly every case.")
    elif attack.low is not None and attack.high is not None:
        sentences.append(
            f"Spread. The range of an attack is {spread_word(attack.low, attack.high)}: "
            f"{link(attack, attack.range_text)} across the cases that the file's own uncertainty allows."
        )
    sentences.append(f"Inputs. {_judgement_sentence(context)}")
    return tuple(sentences)


def _judgement_sentence(context: Context) -> str:
    """Say how many of the uncertain quantities that matter are judgement: all that the game reads, and the strongest."""
    crisis, uncertain = context.crisis, set(uncertain_paths(context.crisis))
    read = [path for path in context.traces.game_inputs if path in uncertain]
    told = [count_standing(crisis, read).words("uncertain quantities that the game reads")]
    nouns = {"attack": "an attack"} | (
        {"settlement": "a settlement"} if context.has_settlement else {}
    )
    for metric, noun in nouns.items():
        strongest = [driver.path for driver in context.traces.movers(metric)[:MOST_MOVERS]]
        if len(strongest) > 1:
            told.append(count_standing(crisis, strongest).words(f"that move {noun} most"))
    return f"{sentence_case('; '.join(told))}."


def residual_text(value: float, digits: int) -> str:
    """Write a residual with some digits behind the point; none at all is 0."""
    return "0" if value == 0 else f"{value:.{digits}e}"

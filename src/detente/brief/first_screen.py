"""How sure a briefing is, for the methods: how games were solved, how wide results spread, what inputs rest on."""

from detente.analysis.provenance import count_standing
from detente.analysis.reading import uncertain_paths
from detente.brief.context import Context
from detente.brief.figures import link
from detente.brief.shared import MOST_MOVERS, SharedFigures
from detente.brief.words import (
    format_percent,
    plural,
    sentence_case,
    spread_word,
)

__all__ = ["MEMORY", "how_sure", "residual_text"]

MEMORY = "memory"
"""Standing of a source that is what the authors remember."""


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

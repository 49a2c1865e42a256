"""How sure a briefing is, for the methods: how games were solved, how wide results spread, what inputs rest on."""

from detente.analysis.provenance import count_standing
from detente.analysis.reading import uncertain_paths
from detente.brief.context import Context
from detente.brief.pages import say_lines
from detente.brief.shared import MOST_MOVERS, SharedFigures
from detente.brief.words import (
    format_percent,
    spread_word,
)

__all__ = ["MEMORY", "how_sure", "residual_text"]

MEMORY = "memory"
"""Standing of a source that is what the authors remember."""


def how_sure(context: Context, shared: SharedFigures) -> tuple[str, ...]:
    """Say how well games were solved, how wide results spread, and how many inputs are judgements."""
    attack = shared.attack
    certificate = context.results.certificate
    known = attack.low is not None and attack.high is not None
    return say_lines(
        "methods",
        "sure",
        games=certificate.n_solutions,
        missed=certificate.unconverged,
        missed_share=format_percent(certificate.unconverged_share),
        residual=residual_text(certificate.max_residual, 0),
        cases=context.results.n_draws,
        attack=attack,
        spread=spread_word(attack.low or 0.0, attack.high or 0.0) if known else "",
        judged=_judged(context),
    )


def _judged(context: Context) -> str:
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
    return "; ".join(told)


def residual_text(value: float, digits: int) -> str:
    """Write a residual with some digits behind the point; none at all is 0."""
    return "0" if value == 0 else f"{value:.{digits}e}"

"""What to watch for, in words: moves that may be reported and indicators that may be seen."""

from collections.abc import Mapping
from typing import Any, Literal

from detente.brief.words import sentence_case
from detente.crisis.crisis import Crisis

__all__ = ["SignCase", "find_direction", "say_direction", "say_signal"]

SignCase = Literal["to an attack", "away", "neither"]
"""Which way an observation points."""

NEAR = 0.005
"""Difference of the chance of an attack that is no direction."""


def say_signal(crisis: Crisis, signal: Mapping[str, Any]) -> str:
    """Say how likely an observation is, what it would do to the chance of an attack, and how much it is expected to tell."""
    move, sign = signal["instrument"], signal["indicator"]
    label = crisis.instruments[move].label if move else crisis.indicators[sign].label
    seen = "expected with" if move else f"{say_direction(signal)}; seen with"
    return (
        f"{sentence_case(label)}: {seen} {signal['prob']:.0%}; an attack would then have "
        f"{signal['attack_if']:.0%}, without it {signal['attack_if_not']:.0%} ({signal['bits']:.3f} bits)"
    )


def find_direction(signal: Mapping[str, Any]) -> SignCase:
    """Return which way an observation points."""
    change = signal["attack_if"] - signal["attack_if_not"]
    if abs(change) < NEAR:
        return "neither"
    return "to an attack" if change > 0.0 else "away"


def say_direction(signal: Mapping[str, Any]) -> str:
    """Say which way a sign points: towards an attack, away from it, or nowhere that can be told."""
    return {
        "neither": "tells little either way",
        "to an attack": "points to an attack",
        "away": "points away from an attack",
    }[find_direction(signal)]

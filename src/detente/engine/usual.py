"""How many draws are taken, by which key, and how many games searched, unless something else is asked for."""

__all__ = [
    "DRAWS",
    "DRAWS_OF_AN_EXPECTATION",
    "DRAWS_OF_A_CHANGE",
    "DRAWS_OF_A_COMPARISON",
    "GAMES_OF_A_SEARCH",
    "SEED",
]

DRAWS = 1024
"""Draws of a run and of a watch."""

DRAWS_OF_A_COMPARISON = 256
"""Draws at which policies are compared or searched, and mechanisms priced, without a run."""

DRAWS_OF_A_CHANGE = 64
"""Draws over which a change of one metric is split among inputs: many games are solved for each."""

DRAWS_OF_AN_EXPECTATION = 128
"""Draws of each what-if that is held against what the author of a crisis expects."""

GAMES_OF_A_SEARCH = 32
"""Different games that are solved at most to search mixes of the policies' commitments."""

SEED = 1
"""Key of the draws."""

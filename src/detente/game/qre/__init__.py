"""Agent quantal response equilibrium: the principal branch, single games and many draws, and how it answers to payoffs."""

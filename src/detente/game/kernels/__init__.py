"""Loops compiled by numba: passes over trees for blocks of draws, and the algebra of a branch."""

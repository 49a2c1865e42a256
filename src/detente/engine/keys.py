"""Keys: 64-bit hashes that every random number of an ensemble comes from."""

import hashlib

import numpy as np

from detente.arrays import Uint64Array

__all__ = ["ODD", "key_of", "mix"]

ODD = np.uint64(0x9E3779B97F4A7C15)
"""The step of splitmix64: 2**64 over the golden ratio."""


def key_of(seed: int, name: str, use: str) -> int:
    """64 bits that depend on seed, name of a stream and what they are used for."""
    text = f"{seed}\x1f{name}\x1f{use}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "little")


def mix(value: Uint64Array) -> Uint64Array:
    """Apply the finalizer of splitmix64 (Steele, Lea and Flood 2014): a bijection of 64 bits that avalanches."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))

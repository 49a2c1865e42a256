"""Hand-written parts of the compiler of ``cuba-1962``."""

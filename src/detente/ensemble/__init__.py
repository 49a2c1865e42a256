"""Ensembles: draws of the uncertain quantities times policies, solved, stored and read back."""

from detente.ensemble.analysis import (
    Difference,
    Driver,
    FirstChange,
    PolicyRegret,
    RegretTable,
)
from detente.ensemble.drawing import Draws, draw_quantities
from detente.ensemble.results import Certificate, Results, Summary
from detente.ensemble.store import SHARD_DRAWS, Manifest
from detente.ensemble.tracing import Trace, trace_metric

__all__ = [
    "SHARD_DRAWS",
    "Certificate",
    "Difference",
    "Draws",
    "Driver",
    "FirstChange",
    "Manifest",
    "PolicyRegret",
    "RegretTable",
    "Results",
    "Summary",
    "Trace",
    "draw_quantities",
    "trace_metric",
]

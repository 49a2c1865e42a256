"""Ensembles: draws of the uncertain quantities times policies, solved, stored and read back.

:func:`run_ensemble` fills a run folder, :class:`Results` reads it, :func:`trace_metric` tells where a number comes from.
"""

from detente.ensemble.analysis import (
    Difference,
    Driver,
    FirstChange,
    PolicyRegret,
    RegretTable,
)
from detente.ensemble.coalitions import Coalition, CutOff, read_coalitions
from detente.ensemble.designs import Design
from detente.ensemble.drawing import Draws, draw_quantities
from detente.ensemble.results import Certificate, Results, Summary
from detente.ensemble.running import Part, run_ensemble, run_part
from detente.ensemble.store import SHARD_DRAWS, Manifest
from detente.ensemble.tracing import Trace, trace_metric

__all__ = [
    "SHARD_DRAWS",
    "Certificate",
    "Coalition",
    "CutOff",
    "Design",
    "Difference",
    "Draws",
    "Driver",
    "FirstChange",
    "Manifest",
    "Part",
    "PolicyRegret",
    "RegretTable",
    "Results",
    "Summary",
    "Trace",
    "draw_quantities",
    "read_coalitions",
    "run_ensemble",
    "run_part",
    "trace_metric",
]

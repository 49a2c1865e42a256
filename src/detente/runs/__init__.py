"""Runs: draws under several policies, solved shard by shard into a folder, and read from it.

:func:`run_ensemble` fills a run folder, :class:`Results` reads it, :func:`trace_metric` tells where a number comes from.
"""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.runs.results import Certificate, Results, Summary
    from detente.runs.running import RunPart, run_ensemble, run_part
    from detente.runs.statistics import (
        Difference,
        Driver,
        FirstChange,
        PolicyRegret,
        RegretTable,
    )
    from detente.runs.store import SHARD_DRAWS, Manifest
    from detente.runs.tracing import MetricTrace, trace_metric

__all__ = [
    "SHARD_DRAWS",
    "Certificate",
    "Difference",
    "Driver",
    "FirstChange",
    "Manifest",
    "MetricTrace",
    "PolicyRegret",
    "RegretTable",
    "Results",
    "RunPart",
    "Summary",
    "run_ensemble",
    "run_part",
    "trace_metric",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)

"""Runs: draws under several policies, solved shard by shard into a folder, and read from it.

:func:`run_ensemble` fills a run folder, :class:`Run` reads it, :func:`trace_metric` tells where a number comes from.
"""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.runs.run import Certificate, Run
    from detente.runs.running import RunPart, run_ensemble, run_part
    from detente.runs.statistics import (
        Difference,
        Driver,
        FirstChange,
        PolicyRegret,
        RegretTable,
    )
    from detente.runs.store import SHARD_DRAWS, Manifest
    from detente.runs.tables import DriverTable, PolicyRow, PolicyTable, Summary
    from detente.runs.tracing import MetricTrace, trace_metric

__all__ = [
    "SHARD_DRAWS",
    "Certificate",
    "Difference",
    "Driver",
    "DriverTable",
    "FirstChange",
    "Manifest",
    "MetricTrace",
    "PolicyRegret",
    "PolicyRow",
    "PolicyTable",
    "RegretTable",
    "Run",
    "RunPart",
    "Summary",
    "run_ensemble",
    "run_part",
    "trace_metric",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)

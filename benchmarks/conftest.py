"""What pytest need not look into: scripts beside the benchmarks."""

collect_ignore_glob = ["_*.py", "*peers.py", "report.py"]

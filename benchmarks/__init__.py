"""Benchmarks: ratios to other tools, measured in one run on one machine. `python -m benchmarks` runs them all."""

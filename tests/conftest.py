"""Settings for every test: deterministic draws, float64 in JAX, and nothing skipped where it counts."""

import os

import jax
import pytest
from hypothesis import HealthCheck, settings

# In this process only, not by an environment variable: commands run as subprocesses must manage without it.
jax.config.update("jax_enable_x64", True)

# A failure has to come back on the next run and on every machine; time limits are pytest's business, not Hypothesis'.
settings.register_profile(
    "house", derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
# By hand, to look for what nobody thought of: HYPOTHESIS_PROFILE=explorer .venv/bin/python -m pytest tests/symbolic
settings.register_profile("explorer", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def _nothing_skipped(report):
    """Turn a skip into a failure where CI=true: a test that did not run has shown nothing. Expected failures stay."""
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Guard against skipped tests."""
    report = yield
    return _nothing_skipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Guard against skipped modules."""
    report = yield
    return _nothing_skipped(report)

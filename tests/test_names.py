"""The public names stay what they are, whatever was imported before."""

import subprocess
import sys

import pytest

import theorycheck as tc


@pytest.mark.parametrize("name", [n for n in tc.__all__ if n not in ("derive", "solve")])
def test_public_names_are_callable(name):
    assert callable(getattr(tc, name))


def test_functions_survive_the_import_of_packages_of_their_name():
    code = """
import theorycheck as tc
import theorycheck.falsify.search
import theorycheck.claims.store
from theorycheck.falsify.search import falsify
from theorycheck.claims import store
assert callable(tc.falsify) and callable(tc.claims)
assert len(tc.claims()) > 10
assert tc.falsify is not falsify
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

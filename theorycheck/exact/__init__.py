"""Exact solvers, one a file; each returns a solution and its certificate."""

"""The search for small exact counterexamples."""

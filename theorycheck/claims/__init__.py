"""Claims: theorems as data, the checks they are made of, and verdicts."""

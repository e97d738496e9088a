"""The library: one file a paper, one literal tuple of claims each."""

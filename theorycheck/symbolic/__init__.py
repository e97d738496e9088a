"""Derivations and proofs."""

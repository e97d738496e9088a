"""Checks that claims are made of: proofs, exact solutions, exact inequalities at points, training."""

"""Activations, networks, losses, data, instances."""

"""Training in float64: label-noise SGD and GD over many seeds, gradient flow, the limiting flow, and predictions."""

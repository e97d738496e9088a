"""Studies: a question asked on a grid of parameters, kept on disk as it is answered."""

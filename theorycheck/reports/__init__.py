"""Tables, LaTeX, figures and HTML."""

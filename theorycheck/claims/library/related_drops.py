"""The drop-one tables of Min et al. 2023 (arXiv 2307.12851) and Tsoy & Konstantinov 2024 (arXiv 2405.17299).

True: an exact counterexample is expected. False: the statement holds without the assumption.
"""

from theorycheck.claims.claim import Drop

_THREE_AXES = {"X": "1,0,0;-1,0,0;0,1,0;0,-1,0;0,0,1;0,0,-1", "y": "1,1,-1,-1,1,1"}
ALIGNMENT = (
    Drop("orthogonally_separable", {}, True, "samples of a class with a negative product"),
    Drop("logistic_loss", {"loss": "square"}, True, "squared loss: fits that are too large"),
    Drop("relu_activation", {"slope": "1/2"}, False, "leaky, 1/2"),
    Drop("dominant_outputs", {}, False, "|a| < |w|"),
    Drop(None, {}, False, "nothing dropped"),
)
XOR = (
    Drop("xor_clusters", {}, True, "one sample"),
    Drop("xor_clusters", {"n": 6, "d": 2}, True, "six samples in the plane"),
    Drop("xor_clusters", _THREE_AXES, True, "clusters on three axes: more directions"),
    Drop("small_initialisation", {}, False, "a large start"),
    Drop(None, {}, False, "nothing dropped"),
)

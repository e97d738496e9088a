"""The drop-one tables of three related papers: arXiv 2307.12851 (Min), 2405.17299 (Tsoy), 2403.06903 (Karhadkar).

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
_LONG = {"X": "1,0;2,1", "y": "1,1"}
_OBTUSE = {"X": "1,0;-1,1", "y": "1,1", "slope": "1/10", "width": "2"}
MAX_MARGIN = (
    Drop("orthogonally_separable", {}, True, "found: the smallest"),
    Drop("orthogonally_separable", _OBTUSE, True, "an obtuse angle in a class: a neuron a sample"),
    Drop("nonnegative_multipliers", _LONG, True, "a longer sample that is left over"),
    Drop("equal_widths", {"width": "1,2"}, True, "m_+ = 1, m_- = 2: the weights for equal widths"),
    Drop(None, {}, False, "nothing dropped"),
)
_CLEAN = {"X": "1,1,0;-1,0,1", "y": "1,-1", "loss": "hinge"}
_ANGLE = {"X": "1,1,0;1,3/5,4/5", "y": "1,1"}
_ALONG = {"X": "8/5,4/5,0;1,0,1", "y": "1,1"}
SIGNAL = (
    Drop("signal_and_orthogonal_noise", {}, True, "found: the smallest"),
    Drop("signal_and_orthogonal_noise", _ANGLE, True, "noise at an angle to other noise"),
    Drop("signal_and_orthogonal_noise", _ALONG, True, "noise not orthogonal to the signal"),
    Drop("leaky_activation", _CLEAN | {"slope": "0", "activation": "leaky"}, False, "ReLU: gamma = 0"),
    Drop("hinge_loss", _CLEAN | {"loss": "logistic"}, False, "logistic loss: the point is the same"),
    Drop("equal_widths", {"X": "1,1", "y": "1", "width": "1,30"}, True, "m_+ = 1, m_- = 30: the factor"),
    Drop("equal_widths", _CLEAN | {"width": "1,2"}, False, "m_+ = 1, m_- = 2"),
    Drop(None, _CLEAN, False, "nothing dropped"),
)

"""The drop-one table of `boursier2024`: what each row fixes, and what is known of it (arXiv 2410.02348).

True: an exact counterexample is expected. False: the statement holds without the assumption. None: nothing exact is
known; runs say what they saw. Rows that drop nothing show what a statement does not depend on.
"""

from theorycheck.claims.claim import Drop

B0_BALANCE = (Drop("dominant_outputs", {}, True, "|a| < |w|: an output weight changes its sign"),)
B2 = (
    Drop("symmetric_inputs", {"law": "clusters"}, True, "three clusters on a circle"),
    Drop("linear_teacher", {"law": "absolute"}, True, "y = |x_1| - |x_2|"),
    Drop("margin_condition", {"law": "gaussian"}, False, "x ~ N(0, I): the angle shrinks, the number stays"),
)
B2_TWO = (
    Drop("samples_away", {}, True, "samples near the hyperplane"),
    Drop("alignment_almost_constant", {}, True, "alignment vectors vary"),
    Drop("alignment_almost_constant", {"law": "gaussian", "n": 32}, True, "x ~ N(0, I)"),
    Drop("alignment_almost_constant", {"law": "margin", "sigma": 5, "n": 32, "d": 2}, True, "noise above the signal"),
    Drop("alignment_almost_constant", {"law": "clusters", "n": 32}, True, "three clusters on a circle"),
    Drop("alignment_almost_constant", {"law": "absolute", "n": 32}, True, "y = |x_1| - |x_2|"),
    Drop(
        "alignment_almost_constant",
        {"law": "margin", "sigma": "1/2", "n": 32, "d": 2},
        False,
        "margin law, sigma = 1/2: two in all draws",
    ),
    Drop("alignment_almost_constant", {"X": "1,0;-1,0;0,1;0,-1", "y": "1,1,-1,-1"}, True, "XOR"),
    Drop(None, {}, False, "nothing dropped"),
)
B3 = (
    Drop("antipodal_sample", {}, True, "not antipodal"),
    Drop("relu_activation", {}, True, "leaky: the vector is longer"),
    Drop("labels_not_orthogonal", {}, False, "sum y x = 0: there is none"),
    Drop("both_layers", {}, False, "fixed outputs"),
)
B4 = (Drop("patterns_kept", {}, True, "a fit leaves its side"),)
OWN_SIDE = (Drop(None, {}, True, "active on the other side too"),)
_LAW = {"n": 32, "d": 2}  # 16 samples an input: there nothing breaks in the first draws of the margin law
_MARGIN = {"law": "margin", "sigma": "1/2", **_LAW}
B4_LIMIT = (
    Drop("both_output_signs", {"signs": "plus"}, True, "all output weights positive"),
    Drop("both_output_signs", {"width": 1}, True, "one neuron"),
    Drop("small_initialisation", {"init": "1/10", **_MARGIN}, True, "lambda = 1/10"),
    Drop("small_initialisation", {"init": 1, **_MARGIN}, True, "lambda = 1"),
    Drop("small_initialisation", {"init": 10, **_MARGIN}, None, "lambda = 10, measured"),
    Drop("margin_condition", {"law": "gaussian", **_LAW}, True, "x ~ N(0, I)"),
    Drop("noise_below_signal", {}, True, "sigma = 5"),
    Drop("many_samples", {}, True, "n <= 2d: it interpolates"),
    Drop("patterns_kept", {"law": "margin", "sigma": 1, "n": 16, "d": 2}, True, "the fit is not at rest"),
    Drop("symmetric_inputs", {"law": "shifted", **_LAW}, True, "mean moved by 3/2"),
    Drop("symmetric_inputs", {"law": "clusters", **_LAW}, True, "three clusters on a circle"),
    Drop("symmetric_inputs", {"law": "orthant", **_LAW}, False, "positive orthant: one fit, and it is the two-sided"),
    Drop("symmetric_inputs", {"X": "1,0;0,1;0,2;0,-1;0,-3", "y": "1,1,5/2,-1,-7/2"}, True, "a dead sample"),
    Drop("linear_teacher", {"law": "absolute", **_LAW}, True, "y = |x_1| - |x_2|"),
    Drop("relu_activation", {"slope": 1}, True, "linear network: one fit instead"),
    Drop("relu_activation", {"slope": "1/2", **_MARGIN}, False, "leaky, 1/2"),
    Drop("relu_activation", {"activation": "tanh", **_MARGIN}, None, "tanh, measured"),
    Drop("dominant_outputs", {"dominance": "3/10", **_MARGIN}, False, "|a| = 3/10 |w|"),
    Drop(None, {"eta": "1/50", **_MARGIN}, False, "steps of 1/50"),
    Drop(None, _MARGIN, False, "nothing dropped"),
)
B4_LEAKY = (Drop("leaky_patterns_kept", {}, True, "a neuron leaves its side"),)
B4_ORTHANT = (
    Drop("positive_inputs", {}, True, "samples on both sides"),
    Drop("relu_activation", {"slope": "1/2"}, False, "leaky, 1/2"),
)
B7 = (
    Drop("relu_activation", {"slope": "1/2"}, True, "leaky: one sign learns both sides"),
    Drop("dominant_outputs", {}, True, "|a| < |w|: an output weight changes its sign"),
    Drop(None, {}, False, "nothing dropped"),
)
B5 = (
    Drop("many_samples", {}, True, "n < 2d"),
    Drop("label_noise", {}, False, "no noise: both are 0"),
)
B8 = (
    Drop("label_noise", {}, True, "no noise: no threshold"),
    Drop("many_samples", {}, True, "n <= 2d: it interpolates"),
)

"""The drop-one table of `boursier2024`: what each row fixes, and what is known of it (arXiv 2410.02348).

True: an exact counterexample is expected. False: the statement holds without the assumption. None: nothing exact is
known; runs say what they saw. Rows that drop nothing show what a statement does not depend on.
"""

from theorycheck.claims.claim import Drop

B4 = (
    Drop("patterns_kept", {}, True, "a fit leaves its side"),
    Drop("patterns_kept", {"X": "1,0;1,1;1,2;-1,1;-1,1/2;-2,0", "y": "1,6,11,-1,-1/2,-3"}, True, "own signs kept"),
)
B4_LIMIT = (
    Drop("both_output_signs", {"signs": "plus"}, True, "all output weights positive"),
    Drop("both_output_signs", {"width": 1}, True, "one neuron"),
    Drop("relu_activation", {"slope": 1}, True, "linear network: one fit instead"),
    Drop("many_samples", {}, True, "n <= 2d: it interpolates"),
    Drop("patterns_kept", {}, True, "the fit is not at rest"),
)
B5 = (
    Drop("many_samples", {}, True, "n < 2d"),
    Drop("label_noise", {}, False, "no noise: both are 0"),
)
B8 = (
    Drop("label_noise", {}, True, "no noise: no threshold"),
    Drop("many_samples", {}, True, "n <= 2d: it interpolates"),
)

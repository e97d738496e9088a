"""The drop-one table of `sukenik2024`: what each row fixes, and what is known of it (arXiv 2405.14468).

True: an exact counterexample is expected. False: the statement holds without the assumption. None: nothing exact is
known; a local search says what it saw. Rows that drop nothing show what a statement does not depend on.
"""

from theorycheck.claims.claim import Drop

_LINEAR = Drop("relu_layers", {}, True, "ReLU removed")
_LARGE = Drop("small_regularisation", {}, True, "lambda far above lambda_0: only zero")

THM_MAIN = (
    Drop("enough_classes", {"classes": 2}, True, "K = 2"),
    Drop("enough_classes", {"classes": 3, "depth": 3}, None, "K = 3, L = 3"),
    Drop("enough_layers", {"depth": 1}, True, "L = 1"),
    Drop("enough_layers", {"depth": 2, "classes": 6}, None, "K = 6, L = 2"),
    _LINEAR,
    _LARGE,
    Drop("wide_enough", {"width": 5, "classes": 6}, False, "d < K: there is no DNC to beat"),
    Drop(None, {"counts": 2}, False, "n = 2"),
    Drop(None, {"classes": 6, "depth": 4, "reg": "1/50,1/100,1/200,1/100,1/100"}, False, "unequal lambda"),
    Drop(None, {"classes": 6, "depth": 4, "reg": "1/100000"}, False, "tiny lambda"),
)
THM_SRG = (
    Drop("enough_classes", {"classes": 2}, True, "K = 2"),
    Drop("enough_classes", {"classes": 3, "depth": 4}, False, "K = 3: SRG is above DNC, the ladder below"),
    Drop("triangular_classes", {"classes": 8, "depth": 4}, False, "K = 8: block sums"),
    Drop("enough_layers", {"depth": 3, "classes": 6}, None, "K = 6, L = 3"),
    Drop("enough_layers", {"depth": 1}, True, "L = 1"),
    _LINEAR,
    _LARGE,
    Drop(
        "small_regularisation", {"classes": 6, "depth": 4, "reg": "1/28"}, False, "just above lambda_0: SRG below zero"
    ),
    Drop(None, {"classes": 6, "depth": 4, "counts": 4}, False, "n = 4"),
)
SRG_FLIPPED = (
    Drop("enough_classes", {"classes": 6}, None, "K = 6"),
    Drop("three_layers", {"depth": 2, "classes": 10}, None, "K = 10, L = 2"),
    Drop("three_layers", {"depth": 1}, True, "L = 1"),
    _LINEAR,
    _LARGE,
)
ALL_CLASSES = (
    Drop("enough_classes", {}, True, "K = 2"),
    Drop("enough_layers", {"depth": 3, "classes": 3}, None, "K = 3, L = 3"),
    Drop("enough_layers", {"depth": 3, "classes": 4}, None, "K = 4, L = 3"),
    Drop("enough_layers", {"depth": 2, "classes": 3}, None, "K = 3, L = 2"),
    Drop("enough_layers", {}, True, "L = 1"),
    _LINEAR,
    _LARGE,
    Drop("wide_enough", {"width": 2, "classes": 3, "depth": 4}, False, "d < K: there is no DNC to beat"),
    Drop(None, {"classes": 3, "depth": 4, "counts": 2}, False, "n = 2"),
    Drop(None, {"classes": 3, "depth": 4, "reg": "1/50,1/100,1/200,1/100,1/100"}, False, "unequal lambda"),
    Drop(None, {"classes": 3, "depth": 4, "reg": "1/100000"}, False, "tiny lambda"),
)
CUT = (
    Drop("enough_classes", {"classes": 2}, True, "K = 2"),
    Drop("enough_classes", {"classes": 10}, None, "K = 10"),
    Drop("two_layers", {"depth": 1}, True, "L = 1"),
    _LINEAR,
    _LARGE,
)
TWO_CLASSES = (
    Drop("two_classes", {}, True, "K = 3"),
    Drop("two_classes", {"depth": 2}, True, "L = 2"),
    Drop("relu_layers", {}, False, "ReLU removed"),
    Drop("small_regularisation", {}, True, "lambda above lambda_0"),
    Drop(
        "balanced_classes", {"counts": "9,1", "depth": 2, "reg": "1/20"}, True, "imbalance: the minority class is lost"
    ),
    Drop("wide_enough", {}, True, "d < K: no DNC"),
    Drop(None, {"counts": 3}, False, "n = 3"),
)
LINEAR_MSE = (
    Drop("linear_layers", {}, True, "ReLU"),
    Drop("linear_layers", {"depth": 2}, True, "ReLU, L = 2"),
    Drop("linear_layers", {"depth": 3}, True, "ReLU, L = 3"),
    Drop("linear_layers", {"classes": 3, "depth": 3}, None, "ReLU, K = 3, L = 3"),
    Drop("squared_loss", {}, True, "cross-entropy"),
    Drop("small_regularisation", {}, True, "lambda above lambda_0"),
    Drop(
        "small_regularisation",
        {"classes": 3, "depth": 2, "counts": 1, "reg": "1/6,1/6,1/12"},
        None,
        "lambda_0: DNC and zero tie",
    ),
    Drop(
        "balanced_classes", {"counts": "9,1", "depth": 2, "reg": "1/20"}, True, "imbalance: the minority class is lost"
    ),
    Drop("wide_enough", {}, True, "d < K: no DNC"),
    Drop(None, {"counts": 2}, False, "n = 2"),
    Drop(None, {"classes": 3, "depth": 2, "reg": "1/50,1/100,1/200"}, False, "unequal lambda"),
)
L2_NUCLEAR = (
    Drop("nuclear_equality", {}, True, "points whose nuclear norm the ReLU raises"),
    Drop("nuclear_equality", {"classes": 4}, None, "the same, K = 4"),
    Drop("small_regularisation", {"classes": 3, "reg": 1}, True, "lambda above lambda_0"),
)
NUCLEAR_TWO = (Drop("two_classes", {}, True, "three columns"),)

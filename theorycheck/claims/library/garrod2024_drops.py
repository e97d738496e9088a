"""The drop-one table of `garrod2024`: what each row fixes, and what is known of it (arXiv 2410.23169).

True: an exact counterexample is expected. False: the statement holds without the assumption. None: nothing exact is
known; a local search says what it saw. Rows that drop nothing show what a statement does not depend on.
"""

from theorycheck.claims.claim import Drop

_MSE = Drop("cross_entropy", {}, True, "squared loss")

THM1 = (
    Drop("enough_layers", {"depth": 1}, True, "L = 1"),
    Drop("enough_layers", {"classes": 4, "depth": 2}, None, "K = 4, L = 2"),
    Drop("enough_layers", {"classes": 5, "depth": 2}, False, "K = 5, L = 2: a centred structure of rank 3"),
    Drop("enough_classes", {"classes": 2}, True, "K = 2"),
    Drop("enough_classes", {"classes": 3, "depth": 3}, None, "K = 3"),
    _MSE,
    Drop("wide_enough", {"classes": 4, "depth": 3, "width": 2}, False, "d < K - 1: there is no DNC to beat"),
    Drop(None, {"classes": 4, "depth": 3, "reg": "1/8"}, False, "lambda where DNC is above zero"),
    Drop(None, {"classes": 4, "depth": 3, "counts": 2}, False, "n = 2"),
    Drop(None, {"classes": 4, "depth": 3, "reg": "1/50,1/100,1/200,1/100"}, False, "unequal lambda"),
)
THM2 = (
    Drop("enough_layers", {"depth": 1}, True, "L = 1"),
    Drop("enough_layers", {"classes": 6, "depth": 2}, False, "K = 6, L = 2: LR instead"),
    Drop("enough_classes", {"classes": 2}, True, "K = 2"),
    _MSE,
)
TWO_CLASSES = (
    Drop("two_classes", {}, True, "K = 4"),
    Drop("two_classes", {"classes": 3}, None, "K = 3"),
    Drop("cross_entropy", {}, False, "squared loss"),
    Drop(None, {"counts": 3}, False, "n = 3"),
)
ONE_LAYER = (
    Drop("one_layer", {}, True, "L = 3"),
    Drop("one_layer", {"depth": 2}, True, "L = 2"),
    Drop("cross_entropy", {}, False, "squared loss"),
    Drop("wide_enough", {"classes": 4, "width": 2}, True, "d < K - 1: no DNC"),
    Drop("wide_enough", {"classes": 4, "width": 3}, False, "d = K - 1"),
)
THM4_EXACT = (
    Drop("below_stability", {"classes": 4, "depth": 2, "reg": "1/6"}, True, "between stability and fold"),
    Drop("below_stability", {}, True, "lambda above the stability threshold"),
    Drop("enough_layers", {"depth": 1}, False, "L = 1"),
)
THM7 = (
    Drop("relu_layers", {"classes": 10, "depth": 5}, False, "ReLU removed"),
    Drop("enough_layers", {"classes": 10, "depth": 1}, True, "L = 1"),
)

"""The drop-one table of `frei2022`: what each row fixes, and what is known of it (arXiv 2210.07082).

True: an exact counterexample is expected. False: the statement holds without the assumption. None: nothing exact is
known. One step of the logistic loss has no exact stable rank, so that claim has no rows.
"""

from theorycheck.claims.claim import Drop
from theorycheck.models import generators_signs as signed

_PAIRS = {"data": signed.opposite_pairs(2), "slope": "1/2"}
_XOR = {"data": signed.xor(), "slope": "1/2"}
_RELU = {"slope": "0", "activation": "leaky"}
_WIDTHS = {"width": "1,2"}

RANK = (
    Drop("nearly_orthogonal", {}, False, "any data with the pattern of the labels"),
    Drop("own_pattern", _PAIRS, True, "classes +-e_i"),
    Drop("own_pattern", _XOR, False, "XOR"),
    Drop("leaky_activation", _RELU, True, "ReLU"),
    Drop("equal_widths", _WIDTHS, False, "m_+ = 1, m_- = 2"),
)
LINEAR_BOUNDARY = (
    Drop("own_pattern", _PAIRS, True, "classes +-e_i"),
    Drop("own_pattern", _XOR, True, "XOR"),
    Drop("leaky_activation", {"data": signed.xor(), "slope": "0"}, True, "ReLU: opposite samples of one label"),
)

"""φ'² as a polynomial in φ, found where there is one; then values at rational u = φ(z) are exact."""

from functools import lru_cache
from typing import Any

from flint import fmpq, fmpq_mat

from theorycheck.certificates import check

_DEGREE = 4


def square_law(activation: Any) -> Any:
    """The polynomial p of degree 4 or less with φ'² = p(φ), as an expression tree in z, or None.

    It is interpolated at generator values and checked as an identity; activations that are not rational in one
    generator have none.
    """
    return _law(check.brief(activation.document), tuple(activation.jets()[:2]))


@lru_cache(maxsize=256)
def _law(text: str, jets: tuple) -> Any:
    del text  # the key: two activations with one text are one
    form = check.generator(*jets)
    if not form:
        return None
    (top, low), (slope, under) = (check.fraction(t, form[1]) for t in jets)
    spots = [g for g in map(fmpq, range(1, 40)) if low(g) != 0 and under(g) != 0]
    pairs = {top(g) / low(g): (slope(g) / under(g)) ** 2 for g in spots}
    if len(pairs) < _DEGREE + 4:
        return None
    nodes = list(pairs)[: _DEGREE + 1]
    vandermonde = fmpq_mat([[u**k for k in range(_DEGREE + 1)] for u in nodes])
    weights = vandermonde.solve(fmpq_mat(_DEGREE + 1, 1, [pairs[u] for u in nodes])).entries()
    fits = all(sum(c * u**k for k, c in enumerate(weights)) == square for u, square in pairs.items())
    return _polynomial(weights) if fits else None


def _polynomial(weights: list) -> Any:
    tree: Any = None
    for k, c in enumerate(weights):
        if c != 0:
            base = "z" if k == 1 else ["**", "z", str(k)]
            single = str(c) if k == 0 else base if c == 1 else ["*", str(c), base]
            tree = single if tree is None else ["+", tree, single]
    return tree or "0"

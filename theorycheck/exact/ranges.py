"""The range of an activation: rigorous ends, and whether they are taken; and labels that no network can give."""

from fractions import Fraction
from functools import lru_cache
from math import inf
from typing import Any

from attrs import frozen
from flint import arb, fmpq

from theorycheck.certificates import check
from theorycheck.errors import InvalidInstance
from theorycheck.exact.problem import Problem
from theorycheck.models.inverse import bracket

_HALF_PI = Fraction("1.5707963267948966192313216916397514420986")  # rounded up

End = Any  # a Fraction, or inf with a sign


@frozen
class Range:
    """Ends between which all values of φ lie, and whether each is itself a value."""

    low: End
    high: End
    takes_low: bool
    takes_high: bool


@lru_cache(maxsize=256)
def outputs(phi: Any) -> Range:
    """The closed hull of φ's values: proved to contain them, sharp for the functions of our grammar that have ends."""
    tree = phi.jets()[0]
    low, high = _hull(tree)
    low, high = _sharper(phi, tree, low, 1), _sharper(phi, tree, high, -1)
    return Range(low, high, _taken(phi, low), _taken(phi, high))


def _taken(phi: Any, end: End) -> bool:
    if end in (inf, -inf):
        return False
    try:
        return bool(bracket(phi, end, bits=8))
    except InvalidInstance:
        return False


def _sharper(phi: Any, tree: Any, end: End, side: int) -> End:
    """The end, moved to the short rational that floats suggest if the checker proves it to be one."""
    import numpy as np

    grid = np.linspace(-40, 40, 1601) if "tan(" not in phi.text else np.linspace(-1.57, 1.57, 1601)
    with np.errstate(all="ignore"):
        values = side * phi.numpy(0)(grid)
    seen = float(np.min(values[np.isfinite(values)]))
    guess = side * Fraction(seen).limit_denominator(24)
    if not abs(seen) < 1e3 or abs(float(guess) - side * seen) > 1e-9 or guess == end:
        return end
    try:
        gap = check.add(tree, fmpq(-guess.numerator, guess.denominator))
        check.holds(gap if side > 0 else check.mul(fmpq(-1), gap), False)
    except check.Refused:
        return end
    return guess


def _hull(tree: Any) -> tuple[End, End]:
    """Ends of the values for z from -inf to inf, by interval arithmetic with infinite ends."""
    if isinstance(tree, fmpq):
        q = Fraction(int(tree.p), int(tree.q))
        return q, q
    if isinstance(tree, str):
        return (Fraction(3), Fraction(4)) if tree == "pi" else (-inf, inf)
    u = _hull(tree[1])
    if tree[0] == "**":
        return _raised(u, Fraction(int(tree[2].p), int(tree[2].q)))
    if tree[0] in ("+", "*"):
        v = _hull(tree[2])
        if tree[0] == "+":
            return u[0] + v[0], u[1] + v[1]
        ends = [_product(a, b) for a in u for b in v]
        return min(ends), max(ends)
    return _function(tree[0], u)


def _product(a: End, b: End) -> End:
    return Fraction(0) if 0 in (a, b) else a * b


def _raised(u: tuple[End, End], q: Fraction) -> tuple[End, End]:
    if q.denominator != 1 or (q < 0 and u[0] <= 0 <= u[1] and u[0] != 0):
        return (Fraction(0), inf) if u[0] >= 0 or q.numerator % 2 == 0 else (-inf, inf)
    k = abs(q.numerator)
    ends = sorted([a**k if a not in (inf, -inf) else (inf if a > 0 or k % 2 == 0 else -inf) for a in u])
    low = Fraction(0) if k % 2 == 0 and u[0] <= 0 <= u[1] else ends[0]
    if q > 0:
        return low, ends[1]
    over = [Fraction(0) if a in (inf, -inf) else inf if a == 0 else 1 / a for a in (low, ends[1])]
    return min(over), max(over)


def _function(name: str, u: tuple[End, End]) -> tuple[End, End]:
    """The values of an increasing function; where an end of the argument is finite, a ball rounded outwards."""
    limits = {
        "exp": (Fraction(0), inf),
        "softplus": (Fraction(0), inf),
        "relu": (Fraction(0), inf),
        "erf": (Fraction(-1), Fraction(1)),
        "atan": (-_HALF_PI, _HALF_PI),
    }
    low, high = limits.get(name, (-inf, inf))
    if name in ("step", "kink"):
        return Fraction(0), Fraction(1)
    if name in ("log", "tan"):
        return -inf, inf
    return (low if u[0] == -inf else _at(name, u[0], 0)), (high if u[1] == inf else _at(name, u[1], 1))


def _at(name: str, end: End, up: int) -> Fraction:
    v = arb(check.value((name, "z"), z=fmpq(end.numerator, end.denominator)))
    q = (v.upper() if up else v.lower()).fmpq()
    return Fraction(int(q.p), int(q.q))


def refuse_empty(problem: Problem) -> None:
    """Refuse labels outside the network's outputs.

    Raises:
        InvalidInstance: the zero-loss set is proved to be empty.
    """
    seen = outputs(problem.phi)
    low, takes_low = _total(problem.a, seen, 0)
    high, takes_high = _total(problem.a, seen, 1)
    for i in problem.active:
        y = problem.data.y[i]
        outside = y < low or y > high or (y == low and not takes_low) or (y == high and not takes_high)
        if outside:
            ends = [e if len(str(e)) < 20 else f"{float(e):.12g}" for e in (low, high)]
            brackets = f"{'[' if takes_low else '('}{ends[0]}, {ends[1]}{']' if takes_high else ')'}"
            width = f"a network of width {problem.m} with φ = {problem.phi.text} has outputs in {brackets}"
            raise InvalidInstance(f"the zero-loss set is empty: sample {i} has label {y}, but {width}")


def _total(weights: tuple[Fraction, ...], seen: Range, top: int) -> tuple[End, bool]:
    ends = [(seen.high, seen.takes_high) if (a > 0) == bool(top) else (seen.low, seen.takes_low) for a in weights]
    return sum(a * end for a, (end, _) in zip(weights, ends, strict=True)), all(taken for _, taken in ends)

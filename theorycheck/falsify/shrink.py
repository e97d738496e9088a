"""Make a counterexample smaller, in the steps that its kind of instance knows.

Nothing here decides what is a counterexample: every step is tested again by the caller's exact predicate.
"""

import time
from collections.abc import Callable
from fractions import Fraction

from theorycheck.claims.attacks.grids import cost
from theorycheck.claims.claim import Candidate
from theorycheck.falsify.setting import Setting


def shrink(
    candidate: Candidate, holds: Callable[[Candidate], bool], seconds: float, setting: Setting
) -> tuple[Candidate, int]:
    """The smallest counterexample that single steps lead to, and the number of steps tried.

    Args:
        candidate: a counterexample.
        holds: whether a candidate is one, exactly; also whether it has what the user fixed.
        seconds: stop trying after this time.
        setting: what is specific to the kind of instance.
    """
    deadline, tries, best = time.monotonic() + seconds, 0, candidate
    while time.monotonic() < deadline:
        smaller = (c for c in setting.steps(best) if setting.price(c) < setting.price(best))
        for step in smaller:
            tries += 1
            if holds(step):
                best = step
                break
            if time.monotonic() > deadline:
                break
        else:
            break
    return tidy(best, holds, setting), tries


def tidy(candidate: Candidate, holds: Callable[[Candidate], bool], setting: Setting) -> Candidate:
    """The symmetry normal form, where it is still a counterexample."""
    for form in setting.forms(candidate):
        if form.point == candidate.point:
            return candidate
        if setting.price(form) <= setting.price(candidate) and holds(form):
            return form
    return candidate


def simpler(v: Fraction) -> list[Fraction]:
    """Rationals near v or standard that take less ink, cheapest first."""
    near = [v.limit_denominator(k) for k in (1, 2, 3, 4, 5, 10)]
    choices = {Fraction(0), Fraction(1), Fraction(-1), Fraction(2), Fraction(1, 2), abs(v), *near}
    return sorted((c for c in choices if cost(c) < cost(v)), key=cost)

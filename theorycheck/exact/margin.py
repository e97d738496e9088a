"""The maximum-margin KKT point of a two-layer (leaky) ReLU network with fixed outputs (arXiv 2310.18935)."""

from typing import Any

import attrs
from flint import fmpq

from theorycheck.errors import InvalidInstance
from theorycheck.exact.margin_cone import Farkas, solve
from theorycheck.exact.margin_problem import MarginProblem, accepted, fraction, labelled, patterned
from theorycheck.exact.margin_settle import settled
from theorycheck.exact.margin_solution import MarginSolution
from theorycheck.models.relu import ReluInstance

_SHOWN = 4  # weights that a message spells out
_LONGEST = 20  # characters of such a weight; `no_margin` has all of them

__all__ = ["accepted", "margin", "no_margin"]


def margin(instance: ReluInstance, pattern: Any = None) -> MarginSolution:
    """Solve an instance; see `theorycheck.solve.margin`.

    Args:
        instance: fixed outputs, (leaky) ReLU, logistic or hinge loss.
        pattern: (P_plus, P_minus), 0/1 matrices (m_j, n); None for the pattern that agrees with the labels.

    Returns:
        The solution.

    Raises:
        InvalidInstance: the input is wrong, or no point with this pattern has positive margins; the message brings
            weights that show it, which `no_margin` returns exactly.
    """
    problem = labelled(instance) if pattern is None else patterned(instance, pattern)
    solution = _solved(problem, "labels" if pattern is None else "given")
    if isinstance(solution, Farkas):
        raise InvalidInstance(f"{instance.data.name}: {_impossible(solution, problem.slope == 1)}")
    if solution.kkt:
        return solution
    other = settled(problem)
    return attrs.evolve(solution, settled=None if other is None else _solved(other, "self-consistent"))


def no_margin(instance: ReluInstance, pattern: Any = None) -> tuple[fmpq, ...] | None:
    """Weights μ >= 0 of sum 1 with Σ μ_i times the gradient of margin i equal to 0, where there are some.

    Args:
        instance: as for `margin`.
        pattern: likewise.

    Returns:
        The weights, which show that no point with this pattern has positive margins, or None where one has.
    """
    found = solve((labelled(instance) if pattern is None else patterned(instance, pattern)).K)
    return found.weights if isinstance(found, Farkas) else None


def _solved(problem: MarginProblem, name: str) -> MarginSolution | Farkas:
    found = solve(problem.K)
    if isinstance(found, Farkas):
        return found
    return MarginSolution(problem, name, found.lam, found.unique)


def _impossible(found: Farkas, linear: bool) -> str:
    used = [(i, v) for i, v in enumerate(found.weights) if v]
    terms = " + ".join(f"{_told(v)} of row {i}" for i, v in used[:_SHOWN])
    more = f" and {len(used) - _SHOWN} more" if len(used) > _SHOWN else ""
    other = "pass a slope below 1" if linear else "pass another pattern=(P_plus, P_minus)"
    return (
        f"no weights with this activation pattern have positive margins: the margins' gradients cancel ({terms}{more});"
        f" leave such rows out, or {other}"
    )


def _told(weight: fmpq) -> str:
    text = str(weight)
    return text if len(text) <= _LONGEST else f"≈{float(fraction(weight)):.6g}"

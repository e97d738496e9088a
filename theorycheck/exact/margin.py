"""The maximum-margin KKT point of a two-layer (leaky) ReLU network with fixed outputs (arXiv 2310.18935)."""

from typing import Any

import attrs
from flint import fmpq

from theorycheck.certificates import relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.exact.margin_cone import Farkas, solve
from theorycheck.exact.margin_problem import MarginProblem, accepted, fraction, labelled, patterned
from theorycheck.exact.margin_settle import settled
from theorycheck.exact.margin_solution import MarginSolution
from theorycheck.models.relu import ReluInstance

_SHOWN = 4  # weights that a message spells out
_LONGEST = 20  # characters of such a weight; `no_margin` has all of them

__all__ = ["NoMargin", "accepted", "margin", "no_margin", "no_margin_certificate"]


class NoMargin(InvalidInstance):
    """No weights with this activation pattern have positive margins.

    Attributes:
        certificate: of just that; None where its numbers are too long for the checker.
    """

    def __init__(self, message: str, certificate: Certificate | None):
        super().__init__(message)
        self.certificate = certificate


def margin(instance: ReluInstance, pattern: Any = None) -> MarginSolution:
    """Solve an instance; see `theorycheck.solve.margin`.

    Args:
        instance: fixed outputs, (leaky) ReLU, logistic or hinge loss.
        pattern: (P_plus, P_minus), 0/1 matrices (m_j, n); None for the pattern that agrees with the labels.

    Returns:
        The solution.

    Raises:
        InvalidInstance: the input is wrong.
        NoMargin: an `InvalidInstance`: no point with this pattern has positive margins; the message brings weights
            that show it, which `no_margin` returns exactly, and the error has their certificate.
    """
    problem = labelled(instance) if pattern is None else patterned(instance, pattern)
    solution = _solved(problem, "labels" if pattern is None else "given")
    if isinstance(solution, Farkas):
        message = f"{instance.data.name}: {_impossible(solution, problem.slope == 1)}"
        raise NoMargin(message, _excluded(problem, solution.weights, pattern is None))
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


def no_margin_certificate(instance: ReluInstance, pattern: Any = None) -> Certificate | None:
    """The certificate that no weights with this pattern have positive margins.

    Args:
        instance: as for `margin`.
        pattern: likewise.

    Returns:
        The sealed certificate; None where some weights have, or where its numbers are too long for the checker.
    """
    problem = labelled(instance) if pattern is None else patterned(instance, pattern)
    found = solve(problem.K)
    return _excluded(problem, found.weights, pattern is None) if isinstance(found, Farkas) else None


def _excluded(problem: MarginProblem, weights: tuple[fmpq, ...], labels: bool) -> Certificate | None:
    sides = [[[int(s == 1) for s in g.slopes] for g in problem.groups if g.sign == sign] for sign in (1, -1)]
    try:
        part = relu_build.no_margin_part(problem.instance, weights, None if labels else sides)
        return relu_build.sealed(part, problem.instance)
    except CertificateError:
        return None


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

"""The last digits: Newton steps with pre-activations held on their kinks, and the test that a point is stationary.

Optima of ReLU networks sit on kinks, where gradients jump and first-order methods crawl. On the manifold where the
entries of a set A stay zero the objective is smooth, so a Newton step with these as equality constraints converges
quickly; the true objective, whose kinks are an exact penalty for leaving the manifold, decides how far to go.

A point is stationary when each entry a of A has a multiplier μ_a between 0 and δ_a, its derivative were it positive,
with ∇ + Σ μ_a ∇M_a = 0. Both sides are linear in μ, so the least violation is a linear program.
"""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from theorycheck.exact.dufm_search_problem import Network, Problem

TOLERANCES = (3e-3, 3e-2, 3e-4, 1e-5, 1e-7)  # relative sizes at which an entry counts as on its kink, in turn
_RELEASES = 3
_GAIN = 1e-14  # a step that gains less, relative to the value, counts as none
_GOOD = 1e-7  # one that gains less moves on to the next tolerance
_FLAT = 1e-9  # curvatures below, relative to the largest, are those of a symmetry
_ENTRIES = 700  # at which Newton's matrices still pay off
_PROGRAM = 1_000_000  # entries of the linear program's matrix that are still quick
_Arguments = tuple[np.ndarray, np.ndarray, int, np.ndarray, np.ndarray, np.ndarray, bool, np.ndarray]


@attrs.frozen
class Piece:
    """A network with the mask of its ReLUs and the entries that are held on their kinks."""

    problem: Problem
    rows: np.ndarray
    theta: np.ndarray
    mask: np.ndarray
    held: np.ndarray

    @property
    def arguments(self) -> _Arguments:
        """What the compiled functions take first."""
        K, reg, p, q, _, entropy = self.problem.arguments()
        return self.theta, self.rows, K, reg, p, q, entropy, self.mask

    def means(self) -> np.ndarray:
        """All layers before activation."""
        from theorycheck.exact.dufm_search_kinks import means

        before = np.empty(len(self.mask))
        means(self.theta, self.rows, self.problem.instance.classes, self.mask, before, before.copy())
        return before

    def pulled(self, push: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gradient of objective + <push, M>, and the derivative at each held entry were it positive."""
        from theorycheck.exact.dufm_search_kinks import pull

        n, size = len(self.theta), len(self.mask)
        back, gradient = np.empty(size), np.empty(n)
        pull(*self.arguments, push, 1.0, np.empty(size), np.empty(size), back, gradient)
        return gradient, back[self.held]

    def constraints(self) -> tuple[np.ndarray, np.ndarray]:
        """∇M_a for all held a, (|A|, n), and the change of δ by μ, (|A|, |A|)."""
        from theorycheck.exact.dufm_search_kinks import jacobian

        J, cross = np.zeros((len(self.held), len(self.theta))), np.zeros((len(self.held), len(self.held)))
        jacobian(*self.arguments, self.held, J, cross)
        return J, cross

    def curvature(self, multipliers: np.ndarray) -> np.ndarray:
        """Second derivatives of objective + Σ μ_a M_a, (n, n)."""
        from theorycheck.exact.dufm_search_kinks import hessian

        push, out = np.zeros(len(self.mask)), np.empty((len(self.theta), len(self.theta)))
        push[self.held] = multipliers
        hessian(*self.arguments, push, out)
        return out


def piece_at(problem: Problem, rows: np.ndarray, theta: np.ndarray, tolerance: float) -> Piece:
    """The piece around `theta`, entries below `tolerance` times their neuron's largest held."""
    mask = np.ones(int(rows.sum()) * problem.instance.classes)
    held: list[int] = []
    if problem.instance.relu:
        held = _masked(problem, rows, theta, tolerance, mask)
    return Piece(problem, rows, theta, mask, np.array(held, dtype=np.int64))


def _masked(problem, rows, theta, tolerance, mask):
    """Write the mask; the places of the held entries."""
    K, matrices, held = problem.instance.classes, problem.matrices(rows, theta), []
    S, at = matrices[0], int(rows[0]) * K
    for W in matrices[1:-1]:
        M = W @ S
        S = np.maximum(M, 0.0)
        near = np.abs(M) <= tolerance * np.abs(M).max(axis=1, keepdims=True)
        mask[at : at + M.size] = ((M > 0) & ~near).ravel()
        held.extend(at + np.flatnonzero(near))
        at += M.size
    return held


def _step(piece):
    """A Newton step along the manifold of the held entries and back to it; the multipliers at its end."""
    g, _ = piece.pulled(np.zeros(len(piece.mask)))
    if not len(piece.held):
        return _newton(piece.curvature(np.zeros(0)), g, np.eye(len(g))), np.zeros(0), np.zeros(0)
    across, along, solve = _split(piece.constraints()[0])
    B = piece.curvature(-solve(g))
    normal = -across(piece.means()[piece.held])
    d = normal + _newton(B, g + B @ normal, along)
    multipliers = -solve(g + B @ d)
    push = np.zeros(len(piece.mask))
    push[piece.held] = multipliers
    return d, multipliers, piece.pulled(push)[1]


def _split(J):
    """Of the constraints' gradients: a step for given changes, a basis along them, and multipliers for a gradient.

    A QR decomposition with pivots picks independent rows; the others hold then as well, and get multiplier 0.
    """
    from scipy.linalg import qr, solve_triangular

    parts: Any = qr(J.T, pivoting=True)
    Q, R, order = parts
    sizes = np.abs(np.diagonal(R))
    rank = int(np.sum(sizes > 1e-9 * sizes[0])) if sizes[0] > 0 else 0
    R, chosen, basis = R[:rank, :rank], order[:rank], Q[:, :rank]

    def solve(g):
        found = np.zeros(len(J))
        found[chosen] = solve_triangular(R, basis.T @ g)
        return found

    return lambda c: basis @ solve_triangular(R.T, c[chosen], lower=True), Q[:, rank:], solve


def _newton(B, g, along):
    """-(Zᵀ B Z)^{-1} Zᵀ g in the span of Z, negative curvatures turned round, flat directions left alone."""
    values, vectors = np.linalg.eigh(along.T @ B @ along)
    sizes = np.abs(values)
    pulled = vectors.T @ (along.T @ g)
    use = sizes > _FLAT * sizes.max(initial=0.0)
    scaled = np.where(use, -pulled / np.where(use, sizes, 1.0), 0.0)
    return along @ (vectors @ scaled)


def value_at(problem: Problem, rows: np.ndarray, theta: np.ndarray) -> float:
    """The objective of a flat vector."""
    from theorycheck.exact.dufm_search_kernel import evaluate

    scratch = np.empty((3, int(rows.sum()) * problem.instance.classes))
    return evaluate(theta, rows, *problem.arguments(), 0.0, scratch[0], scratch[1], scratch[2], np.empty(len(theta)))


def _searched(problem, rows, theta, d, value):
    """The best of a few step lengths: (value, theta), or None."""
    best = None
    for t in 0.5 ** np.arange(12):
        moved = theta + t * d
        found = value_at(problem, rows, moved)
        if found < value:
            best, value = (found, moved), found
        elif best is not None:
            break
    return best


def _released(piece, multipliers, derivatives):
    """The piece without the held entries whose multipliers push them off; each goes to the side it is pushed to."""
    slack = 1e-9 * (1.0 + np.abs(derivatives))
    up, down = multipliers > derivatives + slack, multipliers < -slack
    if not (up | down).any():
        return None
    mask = piece.mask.copy()
    mask[piece.held[up]] = 1.0
    return attrs.evolve(piece, mask=mask, held=piece.held[~(up | down)])


def _tried(problem, rows, theta, value, tolerance):
    """A step with the kinks told at one tolerance, released as multipliers demand; (value, theta) or None."""
    best, piece = None, piece_at(problem, rows, theta, tolerance)
    for _ in range(_RELEASES):
        d, multipliers, derivatives = _step(piece)
        found = _searched(problem, rows, theta, d, value if best is None else best[0])
        best = found or best
        freed = _released(piece, multipliers, derivatives)
        if freed is None:
            break
        piece = freed
    return best


def polish(problem: Problem, network: Network, late: Callable[[], bool]) -> Network:
    """The network after Newton steps on its kinks; never worse, and the same where it is too large for them.

    Args:
        problem: of the network.
        network: near a local minimum.
        late: asked before each step whether to stop.

    Returns:
        The network when no tolerance gives a step that gains.
    """
    theta, value = network.theta, network.loss
    if len(theta) > _ENTRIES or not theta.any():
        return network
    failed = at = 0
    while failed < len(TOLERANCES) and not late():
        better = _tried(problem, network.rows, theta, value, TOLERANCES[at])
        gain = 0.0 if better is None else value - better[0]
        if better is not None:
            value, theta = better
        failed = 0 if gain > _GAIN * abs(value) else failed + 1
        if gain < _GOOD * abs(value):
            at = (at + 1) % len(TOLERANCES)
    return attrs.evolve(network, theta=theta, loss=value)


def stationarity(problem: Problem, network: Network, tolerance: float = 1e-6) -> float:
    """The least t with |∇ + Σ μ_a ∇M_a| <= t in each entry and -t <= μ_a <= δ_a + t, over the penalty's largest entry.

    Args:
        problem: of the network.
        network: where to test.
        tolerance: relative size at which an entry counts as on its kink.

    Returns:
        0 at a stationary point (up to rounding); NaN where the linear program is too large or has no answer.
    """
    from scipy.optimize import linprog

    piece = piece_at(problem, network.rows, network.theta, tolerance)
    scale = problem.mean_reg * max(float(np.abs(network.theta).max()), 1e-300)
    g, delta = piece.pulled(np.zeros(len(piece.mask)))
    if not len(piece.held):
        return float(np.abs(g).max() / scale)
    if len(g) * len(piece.held) > _PROGRAM:
        return float("nan")
    J, cross = piece.constraints()
    m, one = len(piece.held), np.ones((len(g), 1))
    rows = [
        np.hstack([J.T, -one]),
        np.hstack([-J.T, -one]),
        np.hstack([-np.eye(m), -np.ones((m, 1))]),
        np.hstack([np.eye(m) - cross, -np.ones((m, 1))]),
    ]
    right = np.concatenate([-g, g, np.zeros(m), delta]) / scale
    solved = linprog(np.eye(m + 1)[m], A_ub=np.vstack(rows), b_ub=right, bounds=[(None, None)] * m + [(0, None)])
    if solved.status != 0:
        return float("nan")
    mu = np.append(solved.x[:m], 0.0)  # the solver keeps its constraints only up to a tolerance: count them again
    return float(max(np.max(np.vstack(rows) @ mu - right), 0.0))

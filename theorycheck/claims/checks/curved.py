"""Checks of the Riemannian Hessian: in floats near the solution, and exactly along pairs of neurons anywhere."""

from functools import lru_cache
from typing import Any

from flint import fmpq, fmpq_mat

from theorycheck.certificates import build, check
from theorycheck.claims.checks.pointwise import document_of, network_of
from theorycheck.claims.checks.rates import bounds
from theorycheck.claims.checks.sampling import points
from theorycheck.claims.claim import Candidate, Check, Finding
from theorycheck.errors import CertificateError
from theorycheck.models.activations import Activation
from theorycheck.models.instance import Instance

_POINTS = 24


@lru_cache(maxsize=64)
def normality(phi: Activation) -> float:
    """β = inf φ'² φ''' / |φ''| in floats: the least value on a grid, refined around its minimum."""
    import numpy as np
    from scipy.optimize import minimize_scalar

    def quotient(z: Any) -> Any:
        bend = np.abs(phi.numpy(2)(z))
        return phi.numpy(1)(z) ** 2 * phi.numpy(3)(z) / np.maximum(bend, 1e-300)

    with np.errstate(all="ignore"):
        grid = np.linspace(-1.5, 1.5, 301) if "tan(" in phi.text else np.linspace(-6, 6, 1201)
        values = np.nan_to_num(quotient(grid), nan=np.inf)
        k = int(np.argmin(values))
        near = (grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)])
        return float(min(values[k], minimize_scalar(quotient, bounds=near, method="bounded").fun))


def tangent_form(fitted: Any, theta: Any) -> tuple[Any, Any, float]:
    """The Riemannian Hessian of F in the span of the data.

    Args:
        fitted: a `training.problem.Problem` with fixed output weights.
        theta: a point of the zero-loss set, (m, d).

    Returns:
        An orthonormal basis of the tangent directions, (m r, k), as columns of θ in an orthonormal basis of the span;
        the Hessian in that basis, (k, k); and |∇_M F|.
    """
    import numpy as np
    from scipy.linalg import block_diag, null_space

    Z, a = fitted.preactivations(theta), fitted.output_weights
    p = [fitted.activation.numpy(k)(Z) for k in range(4)]
    L = fitted.X @ np.linalg.qr(fitted.X.T)[0]
    w, jacobian = fitted.squared_norms[:, None], a * p[1]
    pull = 2 * fitted.kappa * w * a**2 * p[1] * p[2]
    gram = L @ L.T
    alpha = np.linalg.solve(gram * (jacobian @ jacobian.T), np.sum(jacobian * (gram @ pull), axis=1))
    form = 2 * fitted.kappa * w * a**2 * (p[2] ** 2 + p[1] * p[3]) - alpha[:, None] * a * p[2]
    tangent = null_space(np.array([np.outer(j, row).ravel() for j, row in zip(jacobian, L, strict=True)]))
    blocks = block_diag(*[(L.T * column) @ L for column in form.T])
    gradient = float(np.linalg.norm((pull - alpha[:, None] * jacobian).T @ L))
    return tangent, tangent.T @ blocks @ tangent, gradient


def least_curvature(fitted: Any, theta: Any) -> tuple[float, float]:
    """Least eigenvalue of the Riemannian Hessian on tangent directions in the span of the data, and |∇_M F|."""
    import numpy as np

    tangent, hessian, gradient = tangent_form(fitted, theta)
    return (float(np.linalg.eigvalsh(hessian)[0]) if tangent.shape[1] else np.inf), gradient


def curvature_along(fitted: Any, theta: Any, draw: Any) -> tuple[float, Any]:
    """Hess(v, v) for a random unit tangent direction v, and v of shape (m, d); None where there is none."""
    import numpy as np

    tangent, hessian, _ = tangent_form(fitted, theta)
    if tangent.shape[1] == 0:
        return 0.0, None
    mix = draw.normal(size=tangent.shape[1])
    mix /= np.linalg.norm(mix)
    basis = np.linalg.qr(fitted.X.T)[0]
    return float(mix @ hessian @ mix), (tangent @ mix).reshape(theta.shape[0], -1) @ basis.T


def _local(instance: Instance) -> list[Finding]:
    import numpy as np

    from theorycheck.training.flows import project
    from theorycheck.training.predict import predict
    from theorycheck.training.problem import problem

    fitted = problem(instance.data, instance.network, instance.loss)
    target = np.linalg.pinv(fitted.X) @ predict(fitted).preactivations
    draw, margins = np.random.default_rng(0), []
    least, mu = float(min(fitted.squared_norms)), float(np.linalg.eigvalsh(fitted.X @ fitted.X.T)[0])
    threshold = fitted.kappa * least * np.sqrt(mu) * normality(instance.network.activation)
    rho1, rho2 = map(float, bounds(instance))
    bound = fitted.kappa * least * mu * rho1 * rho2
    for scale in np.repeat([1.0, 0.3, 0.1, 0.03], _POINTS // 4):
        start = target + scale * draw.normal(size=(instance.network.width, fitted.X.shape[1]))
        curvature, gradient = least_curvature(fitted, project(fitted, start)[0])
        if gradient <= threshold and np.isfinite(curvature):
            margins.append(curvature - bound)
    worst = min(margins, default=None)
    holds = None if worst is None else True if worst >= -1e-7 * bound else None
    note = f"{len(margins)} of {_POINTS} points had a small gradient; floats, slack 1e-7 of the bound"
    evidence = "SUPPORTED" if holds else "UNDECIDED"
    bounded = f">= {bound:.6g}"
    return [
        Finding(
            "train: local convexity",
            "least curvature less its bound",
            worst,
            bounded,
            holds,
            evidence,
            len(margins),
            note=note,
        )
    ]


def pair_direction(candidate: Candidate, net: check.Network) -> list[list[str]] | None:
    """A tangent direction that moves two neurons against each other on the first sample and nothing else."""
    if net.m < 2:
        return None
    gram = fmpq_mat(net.gram)
    if gram.det() == 0:
        return None
    unit = fmpq_mat(net.n, 1, [int(i == 0) for i in range(net.n)])
    weights = gram.solve(unit).entries()
    dual = [check.dot(weights, column) for column in zip(*net.X, strict=True)]
    spots, a = net.feasible(candidate.point)
    first, second = a[0] * spots[0][0](1), a[1] * spots[0][1](1)
    if not check.exact(first, second) or (first == 0 and second == 0):
        return None
    moves = [second, -first, *[fmpq(0)] * (net.m - 2)]
    return [[str(move * entry) for entry in dual] for move in moves]


def _everywhere(instance: Instance) -> list[Finding]:
    seen, worst = 0, None
    for candidate in points(instance, _POINTS):
        net = network_of(candidate.instance)
        try:
            direction = pair_direction(candidate, net)
            if direction is None:
                continue
            certificate = build.direction(document_of(candidate.instance), candidate.point, direction)
        except (check.Refused, CertificateError):
            continue
        seen += 1
        curvature = check.rational(certificate.document["curvature"])
        if worst is None or curvature < worst[0]:
            worst = (curvature, certificate)
    if worst is None:
        return [Finding("solve: curvature", "least curvature", None, ">= 0", None, "UNDECIDED", 0)]
    refuted = worst[0] < 0
    note = f"{seen} exact points, each along one pair of neurons" + (
        "" if refuted else "; other directions were not tried"
    )
    evidence = "CERTIFIED" if refuted else "UNDECIDED"
    certificate = worst[1] if refuted else None
    held = False if refuted else None
    return [
        Finding(
            "solve: curvature",
            "least curvature",
            str(worst[0]),
            ">= 0",
            held,
            evidence,
            seen,
            note=note,
            certificate=certificate,
        )
    ]


def _second_difference(instance: Instance) -> list[Finding]:
    """The formula's least eigenvalue direction against second differences of F along M."""
    import numpy as np

    from theorycheck.training.flows import project
    from theorycheck.training.problem import gaussian_start, observe, problem

    fitted = problem(instance.data, instance.network, instance.loss)
    theta = project(fitted, gaussian_start(fitted, [0], 0.5))[0]
    form, direction = curvature_along(fitted, theta, np.random.default_rng(1))
    if direction is None:
        note = "the zero-loss set is a point in the span of the data: no tangent direction there"
        return [Finding("train: second differences", "formula gap", None, None, None, "UNDECIDED", 0, note=note)]
    step = 1e-3
    ends = project(fitted, theta + step * np.array([[[1.0]], [[0.0]], [[-1.0]]]) * direction)
    F = observe(fitted, ends)["hessian_trace"]
    measured = float((F[0] - 2 * F[1] + F[2]) / step**2)
    gap, allowed = abs(measured - form), 1e-4 * max(1.0, abs(form), abs(F[1]))
    holds = True if gap <= allowed else None
    note = f"formula {form:.8g}, differences {measured:.8g} with step {step:g} along M"
    evidence = "SUPPORTED" if holds else "UNDECIDED"
    return [Finding("train: second differences", "formula gap", gap, allowed, holds, evidence, 1, note=note)]


LOCAL_CONVEXITY = Check("train", "curvature near the solution", _local)
SECOND_DIFFERENCE = Check("train", "the formula against second differences along M", _second_difference)
GLOBAL_CONVEXITY = Check("solve", "curvature at exact points anywhere", _everywhere)

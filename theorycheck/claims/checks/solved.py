"""Checks by exact solution: the least Hessian trace with certified ends, against what the theorem says of it."""

from typing import Any

import attrs

from theorycheck.claims.claim import Check, Finding
from theorycheck.models.instance import Instance

AGREEMENT = 1e-9  # relative distance between certified numbers and the float formula that counts as agreement


def solution_of(instance: Instance) -> Any:
    """The `SharpnessSolution` of an instance."""
    from theorycheck.exact.problem import problem
    from theorycheck.exact.sharpness import solve

    return solve(problem(instance.data, None, instance.network, instance.loss))


def predicted_value(instance: Instance) -> float:
    """κ m Σ_i w_i φ'(ν_i)² in floats."""
    import numpy as np

    phi, m = instance.network.activation, instance.network.width
    _, y = instance.inputs.arrays()
    w = np.array([float(v) for v in instance.inputs.squared_norms()])
    return float(instance.kappa) * m * float(np.sum(w * phi.numpy(1)(phi.inverse(y / m)) ** 2))


def _end(bound: Any, side: str) -> float:
    return float(bound[side]) if isinstance(bound, dict) else float(bound)


def _near(value: float, formula: float) -> bool:
    return abs(value - formula) <= AGREEMENT * max(1.0, abs(formula))


def _finding(name: str, quantity: str, solution: Any, bound: Any, holds: bool | None, assertions: int) -> Finding:
    text = solution.to_json()
    return Finding(
        check=f"solve: {name}",
        quantity=quantity,
        value=f"lower {_short(text['lower'])}, upper {_short(text['upper'])}, rank {solution.rank}",
        bound=bound,
        holds=holds,
        evidence="CERTIFIED" if holds else "UNDECIDED",
        assertions=assertions if holds is not None else 0,
        note=f"{solution.method}; gap {solution.gap:.3g}; agreement with the formula within {AGREEMENT:g}, relative",
        margin=solution.gap,
        certificate=solution.certificate,
    )


def _short(told: Any) -> str:
    """An exact number as it is; a ball by its lower end to twelve digits."""
    return str(told) if not isinstance(told, dict) else f"{float(told['lo']):.12g}..."


def _optimum(instance: Instance) -> list[Finding]:
    """The certified minimum is the predicted value, and the minimiser has rank at most one."""
    solution, formula = solution_of(instance), predicted_value(instance)
    reached = solution.settled and _near(_end(solution.lower, "lo"), formula) and solution.rank in (0, 1)
    bound = f"least trace {formula:.12g}, rank at most 1"
    return [_finding("least Hessian trace", "least trace over the zero-loss set", solution, bound, reached or None, 3)]


def _lower_bound(instance: Instance) -> list[Finding]:
    """The certified lower bound is the value at equal neurons."""
    solution, formula = solution_of(instance), predicted_value(instance)
    reached = _near(_end(solution.lower, "lo"), formula)
    return [_finding("Jensen bound", "lower bound of the trace", solution, f"{formula:.12g}", reached or None, 1)]


def _weighted(instance: Instance) -> list[Finding]:
    """At the certified minimum a_j φ''(z_ij) is the same for all neurons."""
    import numpy as np

    solution = solution_of(instance)
    if not solution.settled or solution.minimiser is None:
        return [_finding("weighted optimum", "spread of a_j phi''(z_ij)", solution, "0", None, 0)]
    Z = np.array([[float(v) for v in row] for row in solution.minimiser.preactivations])
    image = np.array([float(a) for a in instance.network.output_weights]) * instance.network.activation.numpy(2)(Z)
    spread = float(np.max(np.ptp(image, axis=1)))
    holds = True if spread <= 1e-8 * max(1.0, float(np.max(np.abs(image)))) else None
    found = _finding(
        "weighted optimum", f"spread of a_j phi''(z_ij) is {spread:.3g}", solution, "0 within 1e-8", holds, 2
    )
    # the optimum is certified, the spread at it is measured in floats
    return [attrs.evolve(found, evidence="SUPPORTED" if holds else "UNDECIDED")]


def _hessian_trace(instance: Instance) -> list[Finding]:
    """The symbolic trace, its parts and autodiff of the loss agree at a random point."""
    import jax
    import numpy as np

    from theorycheck import derive
    from theorycheck.training.problem import problem

    symbolic = derive.hessian_trace(instance.network, X=instance.data.X, y=instance.data.y, loss=instance.loss)
    fitted, draw = problem(instance.data, instance.network, instance.loss), np.random.default_rng(0)
    theta = draw.normal(size=(instance.network.width, fitted.X.shape[1])) / 2
    with jax.enable_x64(True):
        phi, a = instance.network.activation.jax(0), fitted.output_weights
        misfit = lambda flat: phi(fitted.X @ flat.reshape(theta.shape).T) @ a - fitted.y  # noqa: E731
        loss = lambda flat: fitted.kappa / 2 * (misfit(flat) ** 2).sum()  # noqa: E731
        autodiff = float(np.trace(np.asarray(jax.hessian(loss)(theta.ravel()))))
    value = float(symbolic.evaluate(theta, instance.data.X, instance.data.y))
    gap = abs(value - autodiff) / max(1.0, abs(autodiff))
    holds = True if gap <= AGREEMENT and symbolic.proof.holds else None
    note = f"formula {value:.12g}, autodiff {autodiff:.12g}; agreement within {AGREEMENT:g}, relative"
    evidence = "SUPPORTED" if holds else "UNDECIDED"
    bound = f"<= {AGREEMENT:g}"
    return [Finding("train: formula against autodiff", "relative gap", gap, bound, holds, evidence, 1, note=note)]


HESSIAN_TRACE = Check("train", "the formula against autodiff", _hessian_trace)
OPTIMUM = Check("solve", "the least Hessian trace, certified", _optimum)
LOWER_BOUND = Check("solve", "the Jensen bound, certified", _lower_bound)
WEIGHTED_OPTIMUM = Check("solve", "the optimum for unequal weights, certified", _weighted)

"""`theorycheck derive`."""

from difflib import get_close_matches

from theorycheck.commands import output
from theorycheck.commands.inputs import DataChoice, numbers
from theorycheck.errors import InvalidInstance

FORMULAS = {  # what is printed of each, label and attribute
    "loss": (("L", "expression"),),
    "gradient": (("gradient, a row a parameter", "expression"),),
    "hessian-trace": (
        ("trace of the Hessian", "expression"),
        ("on the zero-loss set", "on_manifold"),
        ("difference, in the residuals", "residual_part"),
        ("proof that they agree modulo the residuals", "proof"),
    ),
    "jacobian": (("Jacobian, a row a sample", "expression"),),
    "tangent-space": (
        ("dimension", "dimension"),
        ("basis, a column a vector", "basis"),
        ("where this is not zero", "condition"),
    ),
    "normal-space": (("basis, a column a sample", "basis"), ("Gram matrix", "gram")),
    "riemannian-gradient": (
        ("multipliers solve (matrix, then right side)", "system"),
        ("gradient, a row a parameter", "expression"),
    ),
    "riemannian-hessian": (("summand", "form"), ("quadratic form", "expression")),
    "stationarity": (
        ("equations, a row a parameter", "equations"),
        ("for each sample and neuron", "pairs"),
        ("under", "conditions"),
        ("proof", "proof"),
    ),
    "flow-constant": (
        ("c of the noise covariance c Hess L", "noise"),
        ("coefficient of the gradient of the trace, time T / eta^2", "coefficient"),
        ("proof", "proof"),
    ),
    "finite-step": (
        ("stationary variance", "variance"),
        ("speed factor", "speed_factor"),
        ("regulariser", "regulariser"),
    ),
}


def derive_formula(what: str, options: dict, sizes: dict, choice: DataChoice, latex: bool, as_json: bool) -> int:
    """Print a formula as text, LaTeX or JSON."""
    if what not in FORMULAS:
        near = get_close_matches(what, FORMULAS, n=3, cutoff=0.3) or list(FORMULAS)
        raise InvalidInstance(f"unknown formula {what!r}; nearest: {', '.join(near)}")
    result = _derive(what, options, sizes, choice)
    if as_json:
        parts = {name: _told(getattr(result, name)) for _, name in FORMULAS[what]}
        output.document({"formula": what, "parts": parts, "latex": result.latex(), **_about(result, options)})
    else:
        output.text(result.latex() if latex else _text(what, result))
    return 0


def _text(what: str, result) -> str:
    return "\n".join(f"{label}:\n{_indented(getattr(result, name))}" for label, name in FORMULAS[what])


def _indented(value) -> str:
    """Matrices row by row, tuples item by item."""
    if _is_matrix(value):
        lines = [str(row[0]) if len(row) == 1 else str(row) for row in value.tolist()]
    elif isinstance(value, tuple):
        return "\n".join(map(_indented, value))
    else:
        lines = str(value).splitlines()
    return "\n".join(f"  {line}" for line in lines)


def _is_matrix(value) -> bool:
    return hasattr(value, "tolist") and hasattr(value, "shape")


def _told(value):
    """For JSON: texts, and lists of them for matrices, tuples and proofs."""
    if _is_matrix(value):
        return [list(map(str, row)) for row in value.tolist()]
    if isinstance(value, tuple):
        return list(map(_told, value))
    lines = str(value).splitlines()
    return lines if len(lines) > 1 else str(value)


def _about(result, options: dict) -> dict:
    """What the formula is of: the network and the sizes, or the algorithm and the loss."""
    problem = getattr(result, "problem", None)
    if problem is None:
        return {name: options[name] for name in ("algorithm", "loss") if hasattr(result, name)}
    network = {name: value for name, value in options.items() if name != "algorithm"}
    return {**network, "samples": problem.n, "inputs": len(problem.X[0])}


def _derive(what: str, options: dict, sizes: dict, choice: DataChoice):
    from theorycheck import derive
    from theorycheck.models.networks import TwoLayer

    if what == "flow-constant":
        return derive.flow_constant(options["algorithm"], options["loss"])
    if what == "finite-step":
        return derive.finite_step()
    for name, value in sizes.items():
        if value < 1:
            raise InvalidInstance(f"--{name} is {value}; pass a whole number of at least 1")
    weights = tuple(numbers(options["weights"], "--weights")) if options["weights"] else ()
    network = TwoLayer(
        options["width"], options["activation"], weights, trained_output=options["trained_output"], bias=options["bias"]
    )
    if choice.path:
        data = choice.load()
        sizes = {"X": data.X, "y": data.y}
    return getattr(derive, what.replace("-", "_"))(network, loss=options["loss"], **sizes)

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
    "dufm-reduction": (
        ("loss in one variable", "expression"),
        ("C, P the product of the factors' squared norms at scale one", "constant"),
        ("C of collapse", "collapse"),
        ("lambda, from equal lambda_0 and n samples a class", "effective"),
        ("proof", "proof"),
    ),
    "dufm-stationarity": (
        ("in lambda", "strength"),
        ("equals", "profile"),
        ("derivative: their difference times", "cofactor"),
        ("proof", "proof"),
    ),
    "dufm-stability": (
        ("fit to second order, N = |X|^2, D = sum of X_cc^2", "fit"),
        ("parts", "parts"),
        ("K >= 4: least stable alpha", "four"),
        ("K = 3: stable where nonnegative", "three"),
        ("K = 2: stable where nonnegative", "two"),
        ("lambda at a critical alpha", "reg"),
        ("proof", "proof"),
    ),
    "schatten-form": (
        ("least sum of squared norms of k factors", "expression"),
        ("penalty", "penalty"),
        ("proof", "proof"),
    ),
    "solution-set-dimension": (
        ("dimension for rank r and width d", "dimension"),
        ("for collapse", "collapse"),
        ("ratio R(d)", "ratio"),
        ("limit of R(d)", "limit"),
        ("twice the difference over L", "excess"),
        ("proof", "proof"),
    ),
    "sample-coordinates": (
        ("a step adds to the coefficient of x_i, p = -l'(y f), s = sigma'(w.x)", "coefficient"),
        ("in rho, N = |x|^2", "rho"),
        ("to the preactivation of sample k", "preactivation"),
        ("proof", "proof"),
    ),
    "one-step": (
        ("j y w(1).x is at least, R = R_min^2, P = max |x_i.x_k|, u = |w(0).x|", "lower"),
        ("logistic loss at outputs 0", "at_start"),
        ("positive for a small start where", "condition"),
        ("and stays so where", "persistence"),
        ("proof", "proof"),
    ),
    "margin-kkt": (
        ("K over x_i.x_k, two labels 1", "same_plus"),
        ("two labels -1", "same_minus"),
        ("equal labels and equal widths", "same"),
        ("different labels", "different"),
        ("|W|^2, Lambda = sum of lambda", "norm"),
        ("normalised margin", "margin"),
        ("stable rank, a = m_+ |v_+|^2, b = m_- |v_-|^2, c^2 = m_+ m_- (v_+.v_-)^2", "stable_rank"),
        ("orthogonal samples, balanced", "orthogonal"),
        ("limit of loss times gradient-flow time", "loss_limit"),
        ("proof", "proof"),
    ),
    "alignment": (
        ("D_n(w), factor of x_k", "direction"),
        ("flow of w, factor of x_k, r = y - h(x)", "inner"),
        ("flow of a, from sample k", "outer"),
        ("kept, w stands for |w|", "conserved"),
        ("proof", "proof"),
    ),
    "two-sided": (
        ("expected squared residuals of a side", "side"),
        ("expected loss, at least d samples a side", "loss"),
        ("0 for", "interpolates"),
        ("proof", "proof"),
    ),
}
THRESHOLDS = {  # the same of dufm-thresholds, for each loss
    "mse": (
        ("fold, x = C lambda/(L + 1)", "fold"),
        ("at c", "fold_at"),
        ("beats zero below x", "zero"),
        ("at c", "zero_at"),
        ("collapse: fold, lambda", "collapse_fold"),
        ("collapse beats zero below lambda", "collapse_zero"),
        ("a family with constant C beats zero below lambda", "survival"),
        ("proof", "proof"),
    ),
    "ce": (
        ("lambda where alpha is critical", "critical"),
        ("fold, an equation for alpha", "fold"),
        ("solved", "fold_at"),
        ("as good as zero, an equation for alpha", "zero"),
        ("proof", "proof"),
    ),
}
WITH_LOSS = ("dufm-reduction", "dufm-stationarity", "dufm-thresholds")
SIZED = {  # of plain training: the sizes that each takes
    "sample-coordinates": ("samples", "inputs", "width"),
    "one-step": (),
    "margin-kkt": ("samples", "inputs"),
    "alignment": ("samples", "inputs", "width"),
    "two-sided": ("samples", "inputs"),
}
WITHOUT_LOSS = ("dufm-stability", "schatten-form", "solution-set-dimension", *SIZED)
NAMES = (*FORMULAS, "dufm-thresholds")


def derive_formula(what: str, options: dict, sizes: dict, choice: DataChoice, latex: bool, as_json: bool) -> int:
    """Print a formula as text, LaTeX or JSON."""
    if what not in NAMES:
        near = get_close_matches(what, NAMES, n=3, cutoff=0.3) or list(NAMES)
        raise InvalidInstance(f"unknown formula {what!r}; nearest: {', '.join(near)}")
    options = {**options, "loss": _loss(what, options["loss"])}
    result = _derive(what, options, sizes, choice)
    shown = THRESHOLDS[options["loss"]] if what == "dufm-thresholds" else FORMULAS[what]
    if as_json:
        parts = {name: _told(getattr(result, name)) for _, name in shown}
        output.document({"formula": what, "parts": parts, "latex": result.latex(), **_about(result, options)})
    else:
        output.text(result.latex() if latex else _text(shown, result))
    return 0


def _loss(what: str, loss: str | None) -> str | None:
    """The loss that was asked for, or the default of the formula; some formulas are about one loss or none."""
    if what in WITHOUT_LOSS:
        if loss not in (None, "ce" if what == "dufm-stability" else None):
            raise InvalidInstance(f"{what} has no loss {loss!r} to choose; leave --loss out")
        return None
    return loss if loss is not None else "mse" if what in WITH_LOSS else "half-sum"


def _text(shown: tuple, result) -> str:
    return "\n".join(f"{label}:\n{_indented(getattr(result, name))}" for label, name in shown)


def _indented(value) -> str:
    """Matrices row by row, tuples item by item."""
    if _is_matrix(value):
        lines = [str(row[0]) if len(row) == 1 else str(row) for row in value.tolist()]
    elif isinstance(value, tuple):
        return "\n".join(map(_indented, value))
    else:
        lines = _line(value).splitlines()
    return "\n".join(f"  {line}" for line in lines)


def _line(value) -> str:
    """The text; an equation as one writes it."""
    return f"{value.lhs} = {value.rhs}" if getattr(value, "rel_op", None) == "==" else str(value)


def _is_matrix(value) -> bool:
    return hasattr(value, "tolist") and hasattr(value, "shape")


def _told(value):
    """For JSON: texts, and lists of them for matrices, tuples and proofs."""
    if _is_matrix(value):
        return [list(map(str, row)) for row in value.tolist()]
    if isinstance(value, tuple):
        return list(map(_told, value))
    lines = _line(value).splitlines()
    return lines if len(lines) > 1 else _line(value)


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

    for name, value in {**sizes, "width": options["width"]}.items():
        if value < 1:
            raise InvalidInstance(f"--{name} is {value}; pass a whole number of at least 1")
    if what == "flow-constant":
        return derive.flow_constant(options["algorithm"], options["loss"])
    if what in SIZED:
        given = {**sizes, "width": options["width"]}
        return getattr(derive, what.replace("-", "_"))(**{name: given[name] for name in SIZED[what]})
    if what == "finite-step" or what in WITHOUT_LOSS:
        return getattr(derive, what.replace("-", "_"))()
    if what in WITH_LOSS:
        return getattr(derive, what.replace("-", "_"))(options["loss"])
    weights = tuple(numbers(options["weights"], "--weights")) if options["weights"] else ()
    network = TwoLayer(
        options["width"], options["activation"], weights, trained_output=options["trained_output"], bias=options["bias"]
    )
    if choice.path:
        data = choice.load()
        sizes = {"X": data.X, "y": data.y}
    return getattr(derive, what.replace("-", "_"))(network, loss=options["loss"], **sizes)

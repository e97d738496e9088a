"""`theorycheck derive`."""

from difflib import get_close_matches

from theorycheck.commands import output
from theorycheck.commands.inputs import DataChoice, numbers
from theorycheck.errors import InvalidInstance

FORMULAS = (
    "loss",
    "gradient",
    "hessian-trace",
    "jacobian",
    "tangent-space",
    "normal-space",
    "riemannian-gradient",
    "riemannian-hessian",
    "stationarity",
    "flow-constant",
    "finite-step",
)


def derive_formula(what: str, options: dict, sizes: dict, choice: DataChoice, latex: bool, as_json: bool) -> int:
    """Print a formula as text, LaTeX or JSON."""
    if what not in FORMULAS:
        near = get_close_matches(what, FORMULAS, n=3, cutoff=0.3) or FORMULAS
        raise InvalidInstance(f"unknown formula {what!r}; nearest: {', '.join(near)}")
    result = _derive(what, options, sizes, choice)
    if as_json:
        output.document({"formula": what, "text": str(result), "latex": result.latex(), **options, **sizes})
    else:
        output.text(result.latex() if latex else str(result))
    return 0


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
    network = TwoLayer(options["width"], options["activation"], weights)
    if choice.path:
        data = choice.load()
        sizes = {"X": data.X, "y": data.y}
    return getattr(derive, what.replace("-", "_"))(network, loss=options["loss"], **sizes)

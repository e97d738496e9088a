"""Activations: a function φ given once, as text or as a sympy expression; everything else follows from it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from theorycheck.certificates import check
from theorycheck.errors import InvalidInstance
from theorycheck.models.expressions import parse, text_of
from theorycheck.models.translate import from_sympy, to_document, to_sympy

BUILT_IN = {
    "cube": "z**3",
    "cubic": "z**3 + z",
    "sinh": "sinh(z)",
    "exp": "exp(z)",
    "expm1": "expm1(z)",
    "exp_minus": "exp(-z)",
    "tan": "tan(z)",
    "tanh": "tanh(z)",
    "sigmoid": "sigmoid(z)",
    "softplus": "softplus(z)",
    "erf": "erf(z)",
    "atan": "atan(z)",
    "asinh": "asinh(z)",
    "relu": "relu(z)",
    "leaky_relu": "leaky_relu(z, 1/10)",
    "gelu": "gelu(z)",
    "square": "z**2",
    "quadratic": "z + z**2/2",
    "quartic": "z**4",
    "quintic": "z + z**3 + z**5",
    "cosh": "cosh(z)",
    "linear": "z",
}


@frozen
class Activation:
    """A function φ: R → R (for tan: on the branch around 0), with its derivatives and evaluations.

    Attributes:
        name: the built-in name, or the text itself.
        text: the expression in our grammar, variable `z`.

    Example:
        >>> activation("sinh").expression(1)
        cosh(z)
        >>> activation("z**3 + z/10").text
        'z**3 + z/10'
    """

    name: str = field(eq=False)
    text: str

    def expression(self, order: int = 0):
        """The derivative of the given order as a sympy expression in the real symbol z."""
        return _derivative(self.text, order)

    def numpy(self, order: int = 0) -> Callable:
        """The derivative as a vectorised float64 function."""
        return _compiled(self.text, order, "numpy")

    def jax(self, order: int = 0) -> Callable:
        """The derivative as a function of JAX arrays."""
        return _compiled(self.text, order, "jax")

    @property
    def document(self) -> Any:
        """The expression as the JSON tree that certificates carry."""
        return to_document(parse(self.text))

    def jets(self) -> list:
        """The checker's expressions of φ, φ', φ'' and φ'''."""
        return list(_jets(self.text))

    def at(self, z: Any, order: int = 0) -> Any:
        """The derivative at z: a flint rational where the value plainly is rational, else a ball.

        Args:
            z: a flint rational or ball.
            order: which derivative, 0 to 3.
        """
        return check.value(_jets(self.text)[order], z=z)

    def inverse(self, u: Any) -> Any:
        """The z nearest 0 with φ(z) = u, in floats (scalar or array).

        Raises:
            InvalidInstance: u is not a value of φ.
        """
        from theorycheck.models.inverse import inverse

        return inverse(self, u)

    def __str__(self) -> str:
        return self.name if self.name == self.text else f"{self.name} = {self.text}"


def activation(spec: Any) -> Activation:
    """The activation that a name, a text or a sympy expression denotes.

    Args:
        spec: a built-in name (`BUILT_IN`), text in the grammar of `models.expressions`, a sympy expression in one
            symbol, or an Activation.

    Raises:
        InvalidInstance: the name or the text has no meaning; the message lists what has.
    """
    if isinstance(spec, Activation):
        return spec
    if isinstance(spec, str):
        return _from_text(spec)
    if hasattr(spec, "free_symbols"):
        text = text_of(from_sympy(spec))
        return Activation(text, text)
    raise InvalidInstance(f"{spec!r:.60} is no activation; pass a name, text such as 'z + z**3', or a sympy expression")


@lru_cache(maxsize=512)
def _from_text(spec: str) -> Activation:
    if spec in BUILT_IN:
        return Activation(spec, BUILT_IN[spec])
    try:
        tree = parse(spec)
    except InvalidInstance as reason:
        if spec.isidentifier() and spec != "z":
            from difflib import get_close_matches

            near = get_close_matches(spec, BUILT_IN, n=3) or sorted(BUILT_IN)
            raise InvalidInstance(f"unknown activation {spec!r}; nearest: {', '.join(near)}") from None
        raise reason from None
    if not _mentions_z(tree):
        raise InvalidInstance(f"activation {spec!r} does not depend on z")
    text = text_of(tree)
    name = next((name for name, known in BUILT_IN.items() if known == text), text)
    return Activation(name, text)


def _mentions_z(tree: Any) -> bool:
    return tree == "z" or (isinstance(tree, tuple) and any(map(_mentions_z, tree[1:])))


@lru_cache(maxsize=512)
def _jets(text: str) -> tuple:
    trees = [check.tree(to_document(parse(text)))]
    for _ in range(3):
        trees.append(check.derivative(trees[-1]))
    return tuple(trees)


@lru_cache(maxsize=1024)
def _derivative(text: str, order: int):
    import sympy

    z = sympy.Symbol("z", real=True)
    return to_sympy(parse(text), z) if order == 0 else sympy.diff(_derivative(text, order - 1), z)


@lru_cache(maxsize=1024)
def _compiled(text: str, order: int, module: str) -> Callable:
    import sympy

    z = sympy.Symbol("z", real=True)
    compute = sympy.lambdify(z, _derivative(text, order), modules=_modules(module))
    # a constant derivative must still have its argument's shape
    return lambda value: compute(value) + 0 * value


def _modules(module: str) -> list:
    if module == "numpy":
        return ["scipy", "numpy"]
    from jax.scipy.special import erf

    return [{"erf": erf}, "jax"]  # sympy's own printer for JAX takes erf from the standard library, for scalars only

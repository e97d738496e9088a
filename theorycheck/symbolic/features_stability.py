r"""Second order at linear collapse with cross-entropy, on each isotypic part of the symmetric group; n = 1.

At $Z = \alpha S$ a direction of the output $X = \delta Z$ with columns that sum to zero splits into parts on which
every invariant form is a small matrix: symmetric with zero diagonal, multiples of S, skew, and a part of multiplicity
two, $S\operatorname{diag}(u)S$ together with equal columns $v1^T/\sqrt K$. With $w = 1/(e^\alpha + K - 1)$ the fit
has the form $\tfrac1K[w\|X\|^2 + w^2K(e^\alpha - 1)\sum_c X_{cc}^2]$, and the factors that produce X add at least
$-\tfrac{L-1}{L+1}\tfrac{w}{\alpha}\|X\|^2$ on symmetric parts (the concave Schatten penalty) and
$+\tfrac{w}{\alpha}\|X\|^2$ on the others.

The diagonal couples $S\operatorname{diag}(u)S$ to equal columns, so that for K = 3 the Hessian is positive
semidefinite only from an α on that is larger than where the form on $S\operatorname{diag}(u)S$ alone changes sign.
"""

from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Expr, ImmutableMatrix, Matrix, Rational, Symbol

from theorycheck.symbolic.features import CLASSES, DEPTH, LOGIT, WEIGHT, Q
from theorycheck.symbolic.steps import CALCULUS, EXPANSION, Proof, Step, vanishes

NORM = Symbol("N", positive=True)  # ‖X‖²
DIAGONAL = Symbol("D", nonnegative=True)  # Σ X_cc²
GROWTH = Symbol("e", positive=True)  # e^α, where algebra is quicker without the exponential
SHARE = WEIGHT * (sympy.exp(LOGIT) - 1)  # how much likelier the right class is


def fit_form() -> Expr:
    """The fit's second-order form in ‖X‖² and Σ X_cc², for columns that sum to zero."""
    return (WEIGHT * NORM + WEIGHT**2 * CLASSES * (sympy.exp(LOGIT) - 1) * DIAGONAL) / CLASSES


@attrs.frozen
class Part:
    """One isotypic part.

    Attributes:
        name: what its matrices look like.
        dimension: of the irreducible representation, in K; the part is absent where it is zero.
        diagonal: Gram matrix of the diagonals of unit matrices X, one row and column for each copy of the
            representation; 1 by 1 where there is one copy.
        concave: for each copy, whether the penalty is concave on it.
    """

    name: str
    dimension: Expr
    diagonal: ImmutableMatrix
    concave: tuple[bool, ...]

    @property
    def fit(self) -> ImmutableMatrix:
        """The fit's curvature, on unit matrices."""
        ones = sympy.eye(len(self.concave))
        return (WEIGHT * ones + WEIGHT * CLASSES * SHARE * self.diagonal).as_immutable() / CLASSES

    @property
    def penalty(self) -> ImmutableMatrix:
        """The least curvature of the penalty over all factors that produce X."""
        return sympy.diag(*((-Q if c else 1) * WEIGHT / LOGIT for c in self.concave)).as_immutable()

    @property
    def curvature(self) -> Any:
        """The sum of both; a number where there is one copy."""
        return self.fit + self.penalty

    @property
    def threshold(self) -> Expr | None:
        """What is at least zero where the curvature is positive semidefinite; None where it is so for every α."""
        if not any(self.concave):
            return None
        size = len(self.concave)
        scaled = self.curvature * CLASSES * LOGIT * (DEPTH + 1) / WEIGHT
        plain = scaled.subs(sympy.exp(LOGIT), GROWTH).applyfunc(sympy.cancel)
        return sympy.factor(plain.det()).subs(GROWTH, sympy.exp(LOGIT)) / (DEPTH + 1) ** size

    def __str__(self) -> str:
        told: Any = self.curvature[0, 0] if len(self.concave) == 1 else self.curvature.tolist()
        return f"{self.name}: dimension {self.dimension}, curvature {told}"


def parts() -> tuple[Part, ...]:
    """All isotypic parts of the directions whose columns sum to zero."""
    k, zero = CLASSES, ImmutableMatrix([[0]])
    mixed = sympy.sqrt(k - 2) / k
    return (
        Part("symmetric, zero diagonal", k * (k - 3) / 2, zero, (True,)),
        Part(
            "S diag(u) S, and equal columns",
            k - 1,
            ImmutableMatrix([[1 - 2 / k, mixed], [mixed, 1 / k]]),
            (True, False),
        ),
        Part("multiples of S", sympy.S.One, ImmutableMatrix([[(k - 1) / k]]), (True,)),
        Part("skew", (k - 1) * (k - 2) / 2, zero, (False,)),
    )


@attrs.frozen
class Stability:
    """Where collapse has a positive semidefinite Hessian: exactly where every part's curvature is nonnegative."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts with their curvatures."""
        return parts()

    @property
    def fit(self) -> Expr:
        """The fit's second-order form; N is ‖X‖², D is the sum of squares of the diagonal."""
        return fit_form()

    @property
    def four(self) -> Expr:
        """The least stable α for K >= 4; the part with zero diagonal decides."""
        return CLASSES * Q

    @property
    def three(self) -> Expr:
        """What is at least zero where collapse is stable for K = 3: the coupled part decides."""
        return _decisive(parts()[1], 3)

    @property
    def two(self) -> Expr:
        """What is at least zero where collapse is stable for K = 2: from the fold on."""
        return _decisive(parts()[2], 2)

    @property
    def reg(self) -> Expr:
        """The λ at which α is stationary."""
        return LOGIT**Q * WEIGHT

    @cached_property
    def proof(self) -> Proof:
        """The fit's form by differentiating, the parts' dimensions and diagonals, and the thresholds."""
        first, *_, skew = parts()
        total: Any = sum(p.dimension * len(p.concave) for p in parts()) - CLASSES * (CLASSES - 1)
        fold = parts()[2].curvature[0, 0] - WEIGHT * (sympy.exp(LOGIT) * WEIGHT - Q / LOGIT)
        return Proof(
            (
                _fit_step(3),
                _fit_step(4),
                Step("dimensions", "K(K-1)", CALCULUS, vanishes(total)),
                _diagonal_step(3),
                _diagonal_step(4),
                _penalty_step(),
                Step("zero diagonal", "K(L-1)/(L+1)", CALCULUS, vanishes(first.curvature[0, 0].subs(LOGIT, self.four))),
                Step("multiples of S: the fold", r"w(\alpha e^\alpha w - q)/\alpha", CALCULUS, vanishes(fold)),
                Step("skew", r"w(1/K + 1/\alpha) > 0", CALCULUS, skew.threshold is None),
            )
        )

    def latex(self) -> str:
        """The forms and the thresholds."""
        lines = (
            rf"\nabla^2 g[X, X] = \tfrac1K\bigl[w\|X\|^2 + w^2K(e^\alpha - 1)\textstyle\sum_c X_{{cc}}^2\bigr],\quad"
            rf" w = {sympy.latex(WEIGHT)}",
            rf"K \ge 4:\ \alpha \ge {sympy.latex(self.four)}",
            rf"K = 3:\ {sympy.latex(self.three)} \ge 0",
            rf"K = 2:\ {sympy.latex(self.two)} \ge 0",
        )
        return r",\quad ".join(lines)


def _decisive(part: Part, classes: int) -> Expr:
    """A part's threshold for some K, without positive factors, in powers of α."""
    growth = part.threshold.subs(CLASSES, classes).subs(sympy.exp(LOGIT), GROWTH)  # type: ignore[union-attr]
    _, factors = sympy.factor_list(sympy.numer(sympy.together(growth)))
    (factor,) = (f for f, _ in factors if LOGIT in f.free_symbols and GROWTH in f.free_symbols)
    terms = sympy.Poly(sympy.expand(factor), LOGIT).all_coeffs()
    told: Any = sum(sympy.factor(c / (DEPTH + 1)) * LOGIT**k for k, c in enumerate(reversed(terms)))
    return told.subs(GROWTH, sympy.exp(LOGIT))


def _fit_step(classes: int) -> Step:
    """The second derivative of the cross-entropy along a general direction whose columns sum to zero."""
    t, e, names = Symbol("t", real=True), GROWTH, range(classes)
    columns = [_centred(f"x{j}_", classes) for j in names]
    second: Any = sympy.S.Zero
    for j, x in enumerate(columns):  # of log(total), times total² at t = 0
        total: Any = sum((e if i == j else 1) * sympy.exp(t * x[i]) for i in names)
        first = total.diff(t).subs(t, 0)
        second += total.diff(t, 2).subs(t, 0) * (e + classes - 1) - first**2
    norm = sum(entry**2 for x in columns for entry in x)
    squares = sum(x[j] ** 2 for j, x in enumerate(columns))
    form = (e + classes - 1) * NORM + classes * (e - 1) * DIAGONAL
    told = fit_form().subs({CLASSES: classes, sympy.exp(LOGIT): e}) * classes * (e + classes - 1) ** 2
    same = vanishes(second - form.subs({NORM: norm, DIAGONAL: squares})) and vanishes(sympy.cancel(told) - form)
    return Step(f"the fit's form for K = {classes}", r"\nabla^2 g[X, X]", EXPANSION, same)


def _diagonal_step(classes: int) -> Step:
    """The Gram matrix of the diagonals of S diag(u) S and v 1^T / sqrt(K), for u and v that sum to zero."""
    u, v = (_centred(name, classes) for name in "uv")
    centring = sympy.eye(classes) - sympy.ones(classes) / classes
    gram = parts()[1].diagonal.subs(CLASSES, classes)
    length = sympy.sqrt(1 - sympy.Integer(2) / classes)  # of S diag(u) S, for a unit vector u
    one: Any
    one, two = centring * sympy.diag(*u) * centring / length, v * sympy.ones(1, classes) / sympy.sqrt(classes)
    differences = []
    for (a, b), x, y, s, t in (((0, 0), one, one, u, u), ((0, 1), one, two, u, v), ((1, 1), two, two, v, v)):
        inner = sum(s[c] * t[c] for c in range(classes))
        differences.append(sum(x[c, c] * y[c, c] for c in range(classes)) - gram[a, b] * inner)
        norm = sum(p * q for p, q in zip(x, y, strict=True))
        differences.append(norm - (inner if a == b else 0))
    shown = all(map(vanishes, differences))
    return Step(f"the diagonals' Gram matrix for K = {classes}", "1 - 2/K, sqrt(K - 2)/K, 1/K", EXPANSION, shown)


def _centred(name: str, classes: int) -> Any:
    entries = [Symbol(f"{name}{i}", real=True) for i in range(classes - 1)]
    return Matrix([*entries, -sum(entries)])


def _penalty_step() -> Step:
    """The Schatten penalty's second derivative at a singular value α, λ its stationary value."""
    s = Symbol("s", positive=True)
    reg = LOGIT**Q * WEIGHT
    penalty = reg / 2 * (DEPTH + 1) * s ** (1 - Q)
    ratio = penalty.diff(s, 2).subs(s, LOGIT) / (-Q * WEIGHT / LOGIT)
    shown = vanishes(sympy.powsimp(sympy.simplify(ratio), force=True) - Rational(1))
    return Step("the penalty's curvature", r"-\tfrac{L-1}{L+1}\tfrac{w}{\alpha}", CALCULUS, shown)

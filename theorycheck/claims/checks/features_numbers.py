"""Checks of inequalities between constants, as expressions in rationals, roots and pi, evaluated in balls."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from theorycheck.certificates import build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.claim import Check, Finding
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures as Features

Tree = (
    Any  # an expression as certificates write it: "3/2", "pi", ["+", a, b], ["*", a, b], ["**", a, "1/2"], ["tan", a]
)
Side = tuple[str, Tree]
Sides = tuple[Side, Side]


def plus(*parts: Tree) -> Tree:
    """The sum."""
    first, *rest = parts
    return ["+", _told(first), plus(*rest)] if rest else _told(first)


def times(*parts: Tree) -> Tree:
    """The product."""
    first, *rest = parts
    return ["*", _told(first), times(*rest)] if rest else _told(first)


def power(base: Tree, exponent: Any) -> Tree:
    """A power with a rational exponent."""
    return ["**", _told(base), str(exponent)]


def root(of: Tree) -> Tree:
    """The square root."""
    return power(of, Fraction(1, 2))


def _told(part: Tree) -> Tree:
    return part if isinstance(part, list) else str(part)


def smaller(left: Side, right: Side, claim: Any = None) -> Certificate:
    """The certificate that one constant is less than another, each given by name and expression.

    Raises:
        CertificateError: it is not.
    """
    sides = [(name, [build.number(tree)]) for name, tree in (left, right)]
    return build.less(None, sides[0], sides[1], claim)  # type: ignore[arg-type]  # no instance: numbers speak of none


def compared(name: str, quantity: str, sides: Callable[[Features], Sides], about: str) -> Check:
    """A check that one constant of an instance's K and L is less than another.

    Args:
        name: of the check.
        quantity: what is compared.
        sides: the smaller and the larger constant of an instance.
        about: what follows from it.
    """

    def run(net: Features) -> list[Finding]:
        left, right = sides(net)
        told = f"{left[0]} < {right[0]}"
        try:
            certificate = smaller(left, right)
        except CertificateError as reason:
            return [Finding(f"solve: {name}", quantity, None, told, None, "UNDECIDED", 0, note=str(reason)[:200])]
        value = certificate.statement.split(" [")[0]
        return [
            Finding(f"solve: {name}", quantity, value, told, True, "CERTIFIED", 1, note=about, certificate=certificate)
        ]

    return Check("solve", name, run)


def nuclear(r: int) -> Tree:
    """N = sqrt(2 (r - 1)) + (r - 1) sqrt(r - 2), the nuclear norm of the incidence matrix of K_r."""
    return plus(root(2 * (r - 1)), times(r - 1, root(r - 2)))


def srg_sides(r: int, depth: int) -> Sides:
    """r^(L-2) N^2 and 4 K^(L-1): SRG against DNC."""
    K = r * (r - 1) // 2
    left = times(power(r, depth - 2), power(nuclear(r), 2))
    return ("r^(L-2) N^2", left), ("4 K^(L-1)", str(4 * K ** (depth - 1)))


def flipped_sides(r: int) -> Sides:
    """N^2 (K r / 4) u and K^4 at L = 3: SRG with the signs flipped against DNC, u the norm of the last layer."""
    K = r * (r - 1) // 2
    u = Fraction(4, ((r - 2) * (r - 3)) ** 2) + Fraction(r - 1, (r - 3) ** 2) + (K - r)  # Kneser's spectrum, inverted
    return ("N^2 (K r / 4) u", times(power(nuclear(r), 2), u * K * r / 4)), ("K^4", str(K**4))


def ladder_sides(depth: int, beta: Fraction = Fraction(9, 10)) -> Sides:
    """Π(β) 2^(L-3) and 3^(L+1): the ladder against DNC at K = 3, so a block of three classes against one of DNC."""
    first = plus(times(Fraction(1) / beta, root("1/2")), root(8 + 2 / beta**2))
    second = plus(1, root(1 + 2 * beta**2))
    product = times(power(first, 2), power(second, 2), Fraction(2) ** (depth - 3))
    return (f"Pi({beta}) 2^(L-3)", product), ("3^(L+1)", str(3 ** (depth + 1)))


def pairs_sides(classes: int, depth: int) -> Sides:
    """4 m^(L+1) and (2 m - 1)^(L+1), m = floor(K / 2): pairs of opposite classes against the simplex."""
    m = classes // 2
    return ("4 m^(L+1)", str(4 * m ** (depth + 1))), ("(2 m - 1)^(L+1)", str((2 * m - 1) ** (depth + 1)))


def circle_sides(classes: int, depth: int) -> Sides:
    """2^(L+1) (γ K / 2)^2 and (K - 1)^(L+1), γ = 1 / (1 - cos(2π/K)): the circle code against the simplex."""
    square = power(["tan", times("pi", Fraction(1, classes))], 2)
    gamma = times(plus(1, square), power(times(2, square), -1))
    left = times(2 ** (depth + 1), power(times(gamma, Fraction(classes, 2)), 2))
    return ("2^(L+1) (gamma K / 2)^2", left), ("(K - 1)^(L+1)", str((classes - 1) ** (depth + 1)))


def rectified_pairs_sides(classes: int, depth: int) -> Sides:
    """(2 K + 4)^(L+1) K^3 and (K - 1)^(L+1) 4^(L-1) (K + 2)^3: rectified pairs against the simplex, K even."""
    K, L = classes, depth
    right = (K - 1) ** (L + 1) * 4 ** (L - 1) * (K + 2) ** 3
    names = "(2K + 4)^(L+1) K^3", "(K - 1)^(L+1) 4^(L-1) (K + 2)^3"
    return (names[0], str((2 * K + 4) ** (L + 1) * K**3)), (names[1], str(right))

"""Squared losses and their normalisation κ, where papers differ and most mistakes are made."""

from fractions import Fraction

from attrs import field as _field
from attrs import frozen, validators

from theorycheck.errors import InvalidInstance

FORMULAS = {
    "sum": "L = sum_i r_i^2",
    "half-sum": "L = 1/2 sum_i r_i^2",
    "mean": "L = 1/n sum_i r_i^2",
    "half-mean": "L = 1/(2n) sum_i r_i^2",
}


def _known(instance, attribute, value):
    if value not in FORMULAS:
        raise InvalidInstance(f"unknown loss {value!r}; choose one of {', '.join(FORMULAS)}")


@frozen
class Loss:
    """A squared loss of the residuals r_i = f(x_i) - y_i.

    Attributes:
        name: `sum`, `half-sum`, `mean` or `half-mean`.

    Example:
        >>> Loss("mean").kappa(4)
        Fraction(1, 2)
    """

    name: str = _field(default="half-sum", validator=[validators.instance_of(str), _known])

    def scale(self, n: int) -> Fraction:
        """The factor c of L = c sum_i r_i^2 for n samples."""
        return {
            "sum": Fraction(1),
            "half-sum": Fraction(1, 2),
            "mean": Fraction(1, n),
            "half-mean": Fraction(1, 2 * n),
        }[self.name]

    def kappa(self, n: int) -> Fraction:
        """κ of tr ∇²L = κ Σ_i ‖x_i‖² Σ_j a_j² φ'(z_ij)² on zero loss: 2, 1, 2/n or 1/n."""
        return 2 * self.scale(n)

    def __str__(self) -> str:
        return FORMULAS[self.name]

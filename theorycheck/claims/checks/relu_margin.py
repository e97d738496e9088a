"""Checks at the maximum-margin point that gradient descent approaches: exact multipliers, margins and stable ranks."""

from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat

from theorycheck.certificates import build, check, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks.relu_found import brief, certified, nothing, solving, supported
from theorycheck.claims.claim import Finding
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.relu import ReluInstance

POINT = "a KKT point of the maximum-margin problem"


def solved(one: ReluInstance) -> Any:
    """The maximum-margin solution of the pattern that agrees with the labels.

    Raises:
        InvalidInstance: there is none, or its point does not have that pattern.
    """
    from theorycheck.exact.margin import margin

    solution = margin(one)
    if not solution.kkt:
        raise InvalidInstance(f"{one.data.name}: {solution.statement}")
    return solution


def point(solution: Any) -> dict:
    """The weights of a solution as certificates write them: a row for each group of neurons that share theirs."""
    from theorycheck.exact.margin_certificate import weights

    return weights(solution)


def bodies(solution: Any) -> dict[str, dict]:
    """The parts of the solver's certificate by role: the KKT point, its stable ranks, and limits where they follow.

    Raises:
        CertificateError: there is no certificate.
    """
    if solution.certificate is None:
        raise CertificateError("the point has no certificate: its numbers are too long, or it is no KKT point")
    parts = solution.certificate.document["parts"]
    return {part["role"]: {key: v for key, v in part.items() if key != "role"} for part in parts}


def kkt_part(solution: Any) -> dict:
    """The body that shows the point to be a KKT point."""
    return bodies(solution)["KKT point"]


def limits_part(solution: Any) -> dict:
    """The body that says where gradient flow goes while the slopes stay.

    Raises:
        CertificateError: the slopes are not those of the labels, or a multiplier is 0.
    """
    found = bodies(solution)
    if "limits" not in found:
        raise CertificateError("no limits follow: a multiplier is 0, or the slopes are not those of the labels")
    return found["limits"]


def value_part(one: ReluInstance, name: str, told: dict) -> dict:
    """The body that gives one number its value."""
    return build.part("value", one.document, **build.value_parts(one.document, name, [told]))


def rank_term(solution: Any, block: str) -> dict:
    """The stable rank of a block at the point."""
    return relu_build.term("stable rank", point(solution), block=block)


def number(told: Any) -> float:
    """A number of a certificate as a float: the lower end of a ball."""
    return float(told["lo"]) if isinstance(told, dict) else float(check.rational(told))


def _is_one(parts: list[dict]) -> bool:
    return all(part["value"] == "1" for part in parts)


def _kkt(one: ReluInstance) -> list[Finding]:
    solution = solved(one)
    certificate = build.all_of(one.document, {POINT: kkt_part(solution), "limits": limits_part(solution)})
    least = min(solution.lam)
    told = f"{float(least):.6g} of {one.data.n}"
    note = "lambda = K^-1 1 in rationals; the weights are the only minimiser with their slopes"
    return certified("multipliers", "least multiplier", told, "> 0, all margins 1", certificate, note, assertions=2)


def _equal(one: ReluInstance) -> list[Finding]:
    solution = solved(one)
    spread = value_part(one, "largest margin less the smallest", relu_build.term("spread", point(solution)))
    certificate = build.all_of(one.document, {POINT: kkt_part(solution), "margins": spread})
    holds = True if spread["value"] == "0" else None
    return certified("margins", "spread of the margins", spread["value"], "0", certificate, holds=holds)


def inverse_of_ones(solution: Any) -> list[fmpq] | None:
    """K^-1 1, or None where K is singular."""
    K = solution.problem.K
    return None if K.det() == 0 else K.solve(fmpq_mat(K.nrows(), 1, [1] * K.nrows())).entries()


def _iff(one: ReluInstance) -> list[Finding]:
    """Both sides of the equivalence, each by itself: a linear system, and the margins of a certified KKT point."""
    solution = solved(one)
    inverse = inverse_of_ones(solution)
    if inverse is None:
        return nothing("solve", "both sides", "the two sides", "K is singular: the claim is about invertible K")
    positive, equal = min(inverse) >= 0, solution.margins_equal
    spread = value_part(one, "largest margin less the smallest", relu_build.term("spread", point(solution)))
    certificate = build.all_of(one.document, {POINT: kkt_part(solution), "margins": spread})
    told, same = f"K^-1 1 >= 0: {positive}; margins equal: {equal}", True if positive == equal else None
    return certified("both sides", "the two sides", told, "the same", certificate, holds=same)


def _blocks(one: ReluInstance) -> list[Finding]:
    solution = solved(one)
    names = ("plus", "minus")
    parts = {name: value_part(one, f"stable rank of W_{name}", rank_term(solution, name)) for name in names}
    certificate = build.all_of(one.document, {POINT: kkt_part(solution), **parts})
    holds = True if _is_one(list(parts.values())) else None
    told = ", ".join(str(parts[name]["value"]) for name in names)
    return certified("stable ranks", "stable ranks of W_+ and W_- in the limit", told, "1, 1", certificate, holds=holds)


def stacked_certificate(one: ReluInstance) -> Certificate:
    """The stable rank of the stacked W is above 1 at the point that gradient flow approaches in direction."""
    solution = solved(one)
    sides = (("1", [build.number("1")]), ("stable rank of W", [rank_term(solution, "stacked")]))
    above = build.part("less", one.document, **build.less_parts(one.document, *sides))
    return build.all_of(one.document, {"limits": limits_part(solution), "above 1": above})


def _stacked_breaks(one: ReluInstance) -> list[Finding]:
    certificate = stacked_certificate(one)
    told = number(certificate.document["parts"][1]["right"]["value"])
    note = "the limit direction is exact; so the stable rank of W along it is this number, not 1"
    return certified("stacked", "stable rank of the stacked W in the limit", told, "1", certificate, note, holds=False)


def balanced_rank(slope: Fraction) -> Fraction:
    """2 (1 + γ²) / (1 + γ)²: orthogonal samples of equal length, as many of each class."""
    return 2 * (1 + slope**2) / (1 + slope) ** 2


def _stacked(one: ReluInstance) -> list[Finding]:
    solution, expected = solved(one), balanced_rank(one.slope)
    part = value_part(one, "stable rank of W", rank_term(solution, "stacked"))
    certificate = build.all_of(one.document, {POINT: kkt_part(solution), "value": part})
    holds = True if part["value"] == str(expected) else None
    note = f"about {float(expected):.6g}"
    return certified(
        "stacked", "stable rank of the stacked W", str(part["value"]), str(expected), certificate, note, holds=holds
    )


def _limits(one: ReluInstance) -> list[Finding]:
    solution = solved(one)
    certificate = build.all_of(one.document, {"limits": limits_part(solution)})
    quantity, note = "limit of t L(t), and of margins over |W|", "for gradient flow while the slopes stay"
    told = f"{brief(solution.norm_squared)}; 1/{float(solution.norm_squared) ** 0.5:.8g} for all"
    return certified("limits", quantity, told, "|W*|^2; 1/|W*|", certificate, note, assertions=2)


def _positive(one: ReluInstance) -> list[Finding]:
    """All multipliers are positive: they solve K λ = 1 and are those of a certified KKT point."""
    from theorycheck.exact.margin import margin

    solution = margin(one)
    least = min(inverse_of_ones(solution) or [fmpq(0)])
    if not solution.kkt:
        return [
            supported("multipliers", "least entry of K^-1 1", float(least), "> 0", least > 0 or None, "in rationals")
        ]
    certificate = build.all_of(one.document, {POINT: kkt_part(solution)})
    holds = True if least > 0 and min(solution.lam) > 0 else None
    return certified("multipliers", "least entry of K^-1 1", float(least), "> 0", certificate, holds=holds)


KKT = solving("multipliers of the maximum margin, exact", "least multiplier", _kkt)
EQUAL_MARGINS = solving("margins at the KKT point, exact", "spread of the margins", _equal)
IFF = solving("K^-1 1 against the margins, exact", "the two sides", _iff)
BLOCKS = solving("stable ranks a sign, exact", "stable ranks", _blocks)
STACKED = solving("stable rank of the stacked W, exact", "stable rank", _stacked)
STACKED_BREAKS = solving("stable rank of the stacked W against 1", "stable rank", _stacked_breaks)
LIMITS = solving("limits of loss and margins, exact", "limit of t L(t)", _limits)
POSITIVE = solving("multipliers, exact", "least entry of K^-1 1", _positive)

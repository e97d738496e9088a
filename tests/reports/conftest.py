"""Small hand-made claims, verdicts, tables and runs, with every character that could go wrong."""

from fractions import Fraction
from types import SimpleNamespace

import attrs
import numpy as np
import pytest

from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.claim import Assumption, Check, Claim, Conclusion, Finding, Margin, Mark, Source
from theorycheck.claims.verdict import Verdict
from theorycheck.reports.figures import Decay

NASTY = "50% of φ'''(z_ij) & Σᵢ‖xᵢ‖² ≥ ν̃ #1 $5 {a} ~ ^ \\ <b>bold</b> \"quoted\" [RECALL] don't -- é"


def certificate():
    """e^z is positive."""
    return build.sign("e^z", ">", expression=["exp", "z"])


def forged():
    """The same, turned round and sealed again: its seal fits, its statement does not hold."""
    document = {**certificate().document, "relation": "<"}
    del document["seal"]
    return Certificate({**document, "seal": check.digest(document)})


def assumption(name, text="a text", latex=r"\varphi' > 0"):
    return Assumption(name, text, latex, lambda instance: Margin(Fraction(1), True, "by hand"), "activation")


def claim(key="sample2026.thm_1", mark=Mark.PAPER, proof=None, statement=NASTY):
    return Claim(
        key=key,
        title="Neurons agree, by 100% & more: φ' > 0",
        statement=statement,
        latex=r"Where $\varphi'>0$ one has $F\ge\kappa m\sum_i w_i\varphi'(\nu_i)^2$.",
        source=Source("2410.16401", "Theorem 3.1", mark, "constants_unseen & 50%"),
        assumptions=(
            assumption("increasing_activation"),
            assumption("independent_data", NASTY, r"XX^\top\succeq\mu I"),
        ),
        conclusion=Conclusion("spread", "the spread_of Z is 0", r"\max_j z_{ij}=\min_j z_{ij}"),
        checks=(Check("prove", "by proof", lambda i: []), Check("solve", "exactly", lambda i: [])),
        instances=lambda seed, size: None,
        proof=proof,
    )


def finding(holds=True, evidence="CERTIFIED", certificate=None, assertions=3, **fields):
    margins = (("increasing_activation", Margin(Fraction(1, 3), True, "exact sign")),)
    margins += (("independent_data", Margin(0.25, False, "least eigenvalue")),)
    plain = {
        "check": "solve",
        "quantity": "F_min of Σ",
        "value": Fraction(9, 8),
        "bound": {"lo": "1.12499999999999", "hi": "1.1250000000001"},
        "instance": "n=1, d=1, m=2; φ = tanh(z); L = 1/2 Σ r²; data {a}_b",
        "instance_digest": "ab" * 32,
        "note": "tolerance 1e-9 & 3 seeds",
    }
    return Finding(
        holds=holds,
        evidence=evidence,
        certificate=certificate,
        assertions=assertions,
        margins=margins,
        **(plain | fields),
    )


def verdict(outcome="CERTIFIED", key="sample2026.thm_1", proof=None, mark=Mark.PAPER, shown=None):
    """A verdict that merges to the given outcome."""
    shown = shown or certificate()
    findings = {
        "PROVED": (finding(evidence="PROVED"),),
        "CERTIFIED": (finding(certificate=shown), finding(evidence="SUPPORTED", check="train", value=0.123456789)),
        "SUPPORTED": (finding(evidence="SUPPORTED"),),
        "REFUTED": (finding(holds=False, certificate=shown), finding(evidence="PROVED")),
        "UNDECIDED": (finding(holds=None, evidence="UNDECIDED"),),
        "VACUOUS": (),
        "ERROR": (finding(holds=None, evidence="ERROR", assertions=0),),
    }[outcome]
    found = Verdict(claim(key, mark, proof), findings, 1.234)
    assert found.outcome.value == outcome
    return found


@attrs.frozen
class DropRow:
    """A row of the drop-one table."""

    claim: str
    dropped: str
    label: str
    outcome: str
    witness: str
    tries: int
    seconds: float
    certificate: object = None


LONG_WITNESS = "φ = z³+z, n=d=1, m=2, z=(1,2), y=12, α = 8496/185: Hess(v,v) = −114096/34225 < 0 along v"


def drops():
    return (
        DropRow("sample2026.thm_1", "increasing_activation", "X1: z^3 5%", "counterexample", "F = 9 > 7_{1}", 12, 0.4),
        DropRow("sample2026.thm_1", "strictly_convex_derivative", "X4: tanh", "survived", "", 1, 60.0),
        DropRow("sample2026.thm_2", "uniform_bounds", "X3", "counterexample", LONG_WITNESS, 3, 0.01, certificate()),
    )


def decay(seeds=(0, 1), values=3):
    steps = np.arange(0, 2001, 50)
    fall = np.exp(-np.outer(steps, np.arange(values)) / 200) * np.array([2.0, 0.5, 0.25][:values])
    return Decay(
        title="Label-noise SGD: φ(z) = z**3 + z_1/10 & $5",
        steps=(steps,) * len(seeds),
        values=tuple(fall * (1 + 0.1 * seed) for seed in seeds),
        seeds=tuple(seeds),
        e_fold=200.0,
        time_per_step=0.01,
        choices={"activation": "z**3 + z/10", "start_scale": 0.3},
    )


SOLUTION = {
    "kappa": "1",
    "lower": "34/5",
    "upper": "34/5",
    "evidence": "CERTIFIED",
    "minimiser": {"preactivations": [["1/2", {"lo": "0.56882", "hi": "0.56883"}]], "theta": None},
    "rank": 1,
    "attained": True,
    "certificate": None,
}
DERIVATIONS = {
    "Hessian trace & more": r"\operatorname{tr}\nabla^2 L = \sum_{i=1}^{n} \lVert x_{i}\rVert^{2} "
    r"\cosh^{2}{\left(z_{ij} \right)},\quad "
    r"z_{ij} = \theta_{j}\cdot x_{i}",
    "A long one": " + ".join(rf"\frac{{a_{{{k}}}}}{{b_{{{k}}}}}" for k in range(60)),
}


@pytest.fixture(scope="session")
def samples():
    """Everything above."""
    return SimpleNamespace(**globals())

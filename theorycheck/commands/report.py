"""`theorycheck report`: the main job. Every claim, its false siblings, the drop-one table, all of it written up."""

from pathlib import Path
from typing import Any

from theorycheck.commands import output
from theorycheck.commands.check import save_verdict, summary

FIGURE_STEPS = 1_500_000


def write(out: str, html: str | None, latex: str | None, seed: int, seconds: float) -> int:
    """Check, attack, derive, train, write; what is finished is on disk even if the rest is stopped.

    Returns:
        0 when every claim came out as the library says and every false sibling was refuted; 1 when something was
        refuted that should hold, or broke down; 3 when something stayed undecided.
    """
    from theorycheck.claims.store import all_claims
    from theorycheck.falsify.table import drop_one_table

    place = output.folder(out)
    claims = all_claims()
    verdicts = _verdicts(claims, place, seed, seconds)
    strong = _siblings(claims)
    with output.Progress(sum(max(1, len(claim.drops)) for claim in claims if claim.attacks)) as progress:
        drops = drop_one_table(claims, seconds, progress.step)
    output.say("solutions, derivations, phase diagrams and training figures")
    written = _write(place, html, latex, (verdicts, drops, _solutions(), _trainings(), _derivations(), _studies()))
    _print(verdicts, drops, written)
    return _exit_code(verdicts, strong)


def _verdicts(claims: Any, place: Path, seed: int, seconds: float) -> list:
    from theorycheck.claims.check import Budget, run

    found, folder = [], output.folder(str(place / "verdicts"))
    with output.Progress(len(claims)) as progress:
        for claim in claims:
            verdict = run(claim, Budget(seconds=seconds), seed, progress=progress.step)
            save_verdict(folder, verdict)
            progress.done(summary(verdict))
            found.append(verdict)
    return found


def _siblings(claims: Any) -> bool:
    """Whether every false sibling was refuted by a certificate that the checker accepts."""
    from theorycheck.certificates.check import Refused
    from theorycheck.errors import TheorycheckError

    strong = True
    for sibling in (s for claim in claims for s in claim.siblings):
        try:
            sibling.refute().verify()
            output.say(f"{sibling.key:36} refuted, as it should be")
        except (TheorycheckError, Refused) as reason:
            strong = False
            output.say(f"{sibling.key:36} NOT REFUTED: the checks have no power against it ({reason})")
    return strong


_INSTANCES = {  # small instances whose answers are known, and two outside the theorem
    "sinh, one sample, y = 3, m = 5": ([[1]], [3], 5, "sinh"),
    "z^3 + z, X = I, y = (4, 20), m = 2": ([[1, 0], [0, 1]], [4, 20], 2, "cubic"),
    "tanh, one sample, y = 6/5, m = 2": ([[1]], ["6/5"], 2, "tanh"),
    "z^3 + z, x = 1 and 2, y = (6, 48), m = 3": ([[1], [2]], [6, 48], 3, "cubic"),
}
_FEATURES = {  # K, L, λ, loss, activation
    "unconstrained features, K = 10, L = 4": (10, 4, "1/250", "mse", "relu"),
    "unconstrained features, K = 6, L = 4, linear": (6, 4, "1/100", "mse", "linear"),
    "unconstrained features, K = 4, L = 3, cross-entropy": (4, 3, "7/400", "ce", "linear"),
}


def _solutions() -> dict:
    """The solutions; one that fails is told and left out, so that it does not cost the report."""
    from theorycheck import solve
    from theorycheck.errors import TheorycheckError
    from theorycheck.models import generators_signs as families

    found = {}
    for title, (X, y, width, phi) in _INSTANCES.items():
        try:
            found[title] = solve.sharpness(X, y, width=width, activation=phi)
        except TheorycheckError as reason:
            output.say(f"not solved: {title} ({reason})")
    for title, (classes, depth, reg, loss, phi) in _FEATURES.items():
        found[title] = solve.dufm(classes, depth, reg, loss, phi, seconds=0)
    for cosine in ("1/3", "1/2"):
        title = f"largest margin, lengths 1 and 3 in one class, cosine {cosine}"
        found[title] = solve.margin(families.tilted(cosine), slope="1/2", width=20)
    return found


def _studies() -> list:
    """All studies; one that fails is told and left out."""
    from theorycheck.errors import TheorycheckError

    found = []
    for part in (_features_studies, _extremal_studies, _margin_studies, _threshold_studies):
        try:
            found += part()
        except TheorycheckError as reason:
            output.say(f"no figure: {reason}")
    return found


def _extremal_studies() -> list:
    """Extremal vectors of three samples, and of many."""
    from theorycheck import solve
    from theorycheck.models.teacher import Law
    from theorycheck.studies.alignment import concentration

    samples = [Law("margin", 2).draw(20), Law("clusters", 2, sigma="1/10").draw(24, seed=2)]
    samples.append(Law("gaussian", 3).draw(8, seed=2))
    laws = [Law("margin", 2), Law("gaussian", 2)]
    return [*map(solve.extremal, samples), concentration(laws, (4, 10, 20, 50, 100, 200), seeds=10)]


def _margin_studies() -> list:
    """Stable ranks and margins of leaky ReLU and ReLU networks, and where margins stay unequal."""
    from theorycheck.models import generators_signs as families
    from theorycheck.models.relu import ReluInstance
    from theorycheck.studies.trajectory import study

    near = families.gaussian(10, 784)
    instances = [
        ReluInstance(near, width=50, slope="1/2", init="1/100"),
        ReluInstance(near, width=50, slope=0, init="1/100000"),
        ReluInstance(families.tilted("1/2"), width=20, slope="1/2", init="1/100"),
    ]
    return [study(instance, seeds=3) for instance in instances]


def _threshold_studies() -> list:
    """How training of both layers ends, against n/d and against the scale of the start."""
    from theorycheck.studies.threshold import Question, solve

    size: dict[str, Any] = {"width": 60, "seeds": 6, "steps": 100_000}
    questions = [
        Question([3], ["1", "3/2", "2", "3", "5", "8"], ["1/1000"], **size),
        Question([3], ["5"], ["1/1000", "1/100", "1/10", "1/3", "1"], **size),
    ]
    return [solve(question) for question in questions]


def _features_studies() -> list:
    """Phase diagrams from closed forms, and how often training collapses."""
    from theorycheck.models.features import UnconstrainedFeatures
    from theorycheck.studies.phase import Question, solve
    from theorycheck.training.collapse import against_reg, against_width

    depths, middle, ratios = range(1, 6), ["3/10"], ["1/50", "1/10", "3/10", "9/10", "105/100"]
    questions = [
        Question(range(2, 12), depths, middle),
        Question([6], range(3, 6), ratios),
        Question(range(2, 9), depths, middle, loss="ce", activation="linear"),
        Question([5], range(2, 5), ratios, loss="ce", activation="linear"),
    ]
    model = UnconstrainedFeatures(4, 3, "7/400", loss="ce", activation="linear")
    regs = ["1/10", "1/20", "1/40", "1/80", "1/320"]
    trained = [against_width(model, (4, 6, 8, 16, 32), 48), against_reg(model, regs, 8, 48)]
    return [*(solve(question, workers=2) for question in questions), *trained]


def _trainings() -> list:
    from theorycheck.training.figure1 import Figure1Setting, figure1

    return [figure1(Figure1Setting(steps=FIGURE_STEPS))]


def _derivations() -> dict:
    from theorycheck import derive
    from theorycheck.models.networks import TwoLayer

    net = TwoLayer(2, "sinh")
    return {
        "Hessian trace": derive.hessian_trace(net, samples=1, inputs=1),
        "Tangent space": derive.tangent_space(net, samples=1, inputs=1),
        "Stationarity": derive.stationarity(net, samples=1, inputs=1),
        "Riemannian gradient": derive.riemannian_gradient(net, samples=1, inputs=1),
        "Limiting flow, full batch, half-sum": derive.flow_constant("full-batch", "half-sum"),
        "Limiting flow, one sample, half-mean": derive.flow_constant("one-sample", "half-mean"),
        "First step on nearly orthogonal data": derive.one_step(),
        "Early alignment": derive.alignment(),
        "Two-sided least squares": derive.two_sided(),
    }


def _write(place: Path, html: str | None, latex: str | None, parts: tuple) -> Any:
    from theorycheck.reports.bundle import write_report

    return write_report(place, *parts, latex=latex, html=html)


def _print(verdicts: list, drops: Any, written: Any) -> None:
    from theorycheck.reports import table

    output.table(table.verdicts(verdicts))
    output.table(table.drops(drops.rows))
    output.text(f"report: {written.latex}, {written.html}")


def _exit_code(verdicts: list, strong: bool) -> int:
    wrong = [v for v in verdicts if v.outcome.value in ("REFUTED", "ERROR") and v.claim.believed]
    missed = [v for v in verdicts if not v.claim.believed and v.outcome.value != "REFUTED"]
    if wrong or missed or not strong:
        return 1
    return 3 if any(v.outcome.value in ("UNDECIDED", "VACUOUS") for v in verdicts) else 0

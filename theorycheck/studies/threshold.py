"""The optimization threshold: how many samples an input it takes until training stops short of interpolation.

A point is a number of inputs d, a number of samples n and a scale λ of the start; it is trained from many seeds, each
with data of its own. A run that has not met its criterion is unfinished and counts for neither side: the intervals
below hold whatever it would have done. Runs are written to a CSV file as they end; a study that was stopped goes on.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from theorycheck import __version__
from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance
from theorycheck.models.teacher import Law
from theorycheck.numbers import exact
from theorycheck.studies.rows import read_rows, write_rows
from theorycheck.training.both_layers import ENDINGS, Flow, run

CONFIDENCE = 0.95
TEST = 20_000  # samples of the law that test losses are averaged over


@attrs.frozen
class Run:
    """One run of the study.

    Attributes:
        inputs, samples: d and n.
        init: λ.
        seed: of the data and of the start.
        ending: one of ENDINGS.
        train: training loss, (1/2n) Σ (f - y)².
        two_sided: the training loss of the two-sided least-squares fit.
        test: excess test loss, E (f(x) - E[y|x])²/2 on fresh inputs; the noise adds σ²/2.
        test_two_sided, test_ols: the same of the two-sided and of the ordinary least-squares fit.
        patterns: distinct activation patterns of neurons that matter.
        kinks: of the exact end point; -1 without one.
        steps: taken.
        eta: their size.
        digest: of the instance and of how it was run.
        seconds: wall time.
    """

    inputs: int
    samples: int
    init: Fraction
    seed: int
    ending: str
    train: float
    two_sided: float
    test: float
    test_two_sided: float
    test_ols: float
    patterns: int
    kinks: int
    steps: int
    eta: float
    digest: str
    seconds: float


@attrs.frozen
class Question:
    """What is asked.

    Attributes:
        inputs: values of d.
        ratios: values of n/d; n is rounded to a whole number, at least 1.
        inits: values of λ.
        law: the kind of law, one of `teacher.LAWS`.
        sigma: of the label noise.
        amount: of the law; None for its own.
        width: m.
        seeds: runs a point.
        steps: at most, a run.

    Raises:
        InvalidInstance: an empty axis or numbers that make no sense.
    """

    inputs: tuple[int, ...] = attrs.field(converter=tuple)
    ratios: tuple[Fraction, ...] = attrs.field(converter=lambda v: tuple(exact(r, "the ratio n/d") for r in v))
    inits: tuple[Fraction, ...] = attrs.field(converter=lambda v: tuple(exact(r, "the scale λ") for r in v))
    law: str = "margin"
    sigma: Fraction = attrs.field(default=Fraction(1, 2), converter=lambda v: exact(v, "the noise sigma"))
    amount: Any = None
    width: int = 100
    seeds: int = 10
    steps: int = 200_000

    def __attrs_post_init__(self):
        for name in ("inputs", "ratios", "inits"):
            if not getattr(self, name):
                raise InvalidInstance(f"threshold: no value for {name}; pass at least one")
        for what, values in (("ratio n/d", self.ratios), ("scale λ of the start", self.inits)):
            if min(values) <= 0:
                raise InvalidInstance(f"threshold: a {what} is {min(values)}; pass positive numbers")
        if self.seeds < 1:
            raise InvalidInstance(f"threshold: {self.seeds} seeds; pass at least 1")
        if self.width < 1:
            raise InvalidInstance(f"threshold: the width m is {self.width}; pass a whole number of at least 1")
        if len(self.inputs) * len(self.inits) > 6 and len(self.ratios) > 1:
            raise InvalidInstance("threshold: more than 6 curves; pass fewer values of d or λ, or a single ratio")
        Flow(steps=self.steps)
        for d in self.inputs:  # refuses what makes no sense before anything is trained
            self.instance(d, 1, self.inits[0], 0)

    def points(self) -> list[tuple[int, int, Fraction]]:
        """All (d, n, λ), without repetition."""
        sizes = [(d, max(1, round(ratio * d))) for d in self.inputs for ratio in self.ratios]
        return list(dict.fromkeys((d, n, init) for d, n in sizes for init in self.inits))

    def instance(self, d: int, n: int, init: Fraction, seed: int) -> ReluInstance:
        """The instance of one run; data and start have a seed in common."""
        law = Law(self.law, d, sigma=self.sigma, amount=self.amount)
        data = law.draw(n, seed)
        return ReluInstance(data, self.width, loss="square", outputs="trained", init=init, law=law, seed=seed)


@attrs.frozen
class Point:
    """All runs of one d, n and λ.

    Attributes:
        inputs, samples, init: d, n, λ.
        runs: one a seed.
    """

    inputs: int
    samples: int
    init: Fraction
    runs: tuple[Run, ...]

    def count(self, ending: str) -> int:
        """How many runs ended so."""
        return sum(one.ending == ending for one in self.runs)

    @property
    def span(self) -> tuple[float, float]:
        """The share that interpolates, if no unfinished run would and if every one would."""
        least, all_ = self.count("interpolates"), len(self.runs)
        return least / all_, (least + self.count("unfinished")) / all_

    @property
    def interval(self) -> tuple[float, float]:
        """Exact (Clopper and Pearson) 95 % bounds of the probability to interpolate, whatever the unfinished do."""
        from scipy.stats import binomtest

        least, all_ = self.count("interpolates"), len(self.runs)
        low = binomtest(least, all_).proportion_ci(CONFIDENCE).low
        high = binomtest(least + self.count("unfinished"), all_).proportion_ci(CONFIDENCE).high
        return float(low), float(high)

    def mean(self, name: str, finished: bool = True) -> float:
        """The mean of one number over the finished runs, or over all; NaN without one."""
        values = self._values(name, finished)
        return float(np.mean(values)) if values else float("nan")

    def median(self, name: str, finished: bool = False) -> float:
        """The median of one number over all runs, or over the finished ones; NaN without one."""
        values = self._values(name, finished)
        return float(np.median(values)) if values else float("nan")

    def _values(self, name: str, finished: bool) -> list[float]:
        return [getattr(one, name) for one in self.runs if one.ending != "unfinished" or not finished]


@attrs.frozen
class Threshold:
    """The answer.

    Attributes:
        question: what was asked.
        points: in the order of the question.
    """

    question: Question
    points: tuple[Point, ...]

    @property
    def axis(self) -> str:
        """`samples`, or `init` where n/d has a single value."""
        return "samples" if len(self.question.ratios) > 1 or len(self.question.inits) == 1 else "init"

    def curves(self) -> list[tuple[str, tuple[Point, ...]]]:
        """The points by what is held fixed, each with its name."""
        other = "init" if self.axis == "samples" else "samples"
        keys = list(dict.fromkeys((p.inputs, getattr(p, other)) for p in self.points))
        sign = {"init": "λ", "samples": "n"}[other]
        found = []
        for d, value in keys:
            points = [p for p in self.points if (p.inputs, getattr(p, other)) == (d, value)]
            name = f"d = {d}, {sign} = {float(value):g}"
            found.append((name, tuple(sorted(points, key=lambda p: getattr(p, self.axis)))))
        return found

    @property
    def unfinished(self) -> int:
        """How many runs have not met their criterion."""
        return sum(p.count("unfinished") for p in self.points)

    @property
    def note(self) -> str:
        """What was run and what was our choice, for a caption."""
        q = self.question
        left = f"{self.unfinished} of {sum(len(p.runs) for p in self.points)} runs are unfinished and support nothing"
        return (
            f"{Law(q.law, q.inputs[0], sigma=q.sigma, amount=q.amount)}; m = {q.width}, {q.seeds} seeds a point with "
            f"data of their own, at most {q.steps} steps. A run interpolates if its loss is below 1e-7 or an exact "
            f"network of loss zero lies beside it; else it ends beside an exact stationary point. {left}. Intervals: "
            "exact 95 % bounds of the probability to interpolate, whatever the unfinished runs would do. Losses carry "
            "the factor 1/2; training losses are means, excess test losses medians."
        )

    def to_json(self) -> dict:
        """The document of `study threshold --json`."""
        points = [
            {"inputs": p.inputs, "samples": p.samples, "init": str(p.init), "runs": len(p.runs)}
            | {"endings": {ending: p.count(ending) for ending in ENDINGS}, "interval": list(p.interval)}
            | {"train": _number(p.mean("train")), "two_sided": p.mean("two_sided", False)}
            | {"test": _number(p.median("test", True)), "test_two_sided": p.median("test_two_sided")}
            | {"test_ols": p.median("test_ols")}
            for p in self.points
        ]
        return {"law": self.question.law, "sigma": str(self.question.sigma), "points": points, "note": self.note}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def solve(
    question: Question, store: Path | None = None, workers: int = 1, progress: Callable[[str], Any] | None = None
) -> Threshold:
    """Train every run.

    Args:
        question: what is asked.
        store: a CSV file that is read first and rewritten after each run; a study that was stopped goes on from it.
        workers: processes; more than one only below an `if __name__ == "__main__"`.
        progress: called with a line of text after each run.

    Raises:
        InvalidInstance: the store holds something else.
    """
    say = progress or (lambda line: None)
    known = {one.digest: one for one in read_rows(store, Run)} if store and store.exists() else {}
    wanted = [(point, seed) for point in question.points() for seed in range(question.seeds)]
    digests = {key: _digest(question, *key) for key in wanted}
    for one in _runs(question, [key for key in wanted if digests[key] not in known], workers):
        known[one.digest] = one
        say(f"d={one.inputs}, n={one.samples}, λ={float(one.init):g}, seed {one.seed}: {one.ending}")
        if store:
            write_rows(store, known.values(), Run)
    found = [
        Point(*point, tuple(known[digests[point, seed]] for seed in range(question.seeds)))
        for point in question.points()
    ]
    return Threshold(question, tuple(found))


def _digest(question: Question, point: tuple[int, int, Fraction], seed: int) -> str:
    return f"{question.instance(*point, seed).digest[:16]}-{question.steps}-{__version__}"


def _runs(question: Question, keys: Sequence[tuple], workers: int) -> Iterable[Run]:
    if workers <= 1 or len(keys) < 8:  # not worth a second interpreter
        yield from (one_run(question, *key) for key in keys)
        return
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:  # JAX and forks do not mix
        for done in as_completed([pool.submit(one_run, question, *key) for key in keys]):
            yield done.result()


def one_run(question: Question, point: tuple[int, int, Fraction], seed: int) -> Run:
    """Train one run and test it on fresh inputs."""
    began = time.perf_counter()
    instance = question.instance(*point, seed)
    found = run(instance, Flow(steps=question.steps))
    fit, (X, y) = found.two_sided, instance.data.arrays()
    fresh = instance.law.inputs(TEST, [seed, 1])
    truth = instance.law.mean_label(fresh)
    side = fresh @ instance.law.direction() >= 0
    both = np.where(side, fresh @ fit.beta_plus, fresh @ fit.beta_minus) if fit else truth
    excess = [
        float(((f - truth) ** 2).mean() / 2)
        for f in (found.outputs(fresh), both, fresh @ np.linalg.lstsq(X, y, rcond=None)[0])
    ]
    return Run(
        *point,
        seed=seed,
        ending=found.ending,
        train=found.loss,
        two_sided=fit.loss if fit else float("nan"),
        test=excess[0],
        test_two_sided=excess[1],
        test_ols=excess[2],
        patterns=found.looks[-1].patterns,
        kinks=found.end.kinks if found.end else -1,
        steps=found.looks[-1].step,
        eta=found.eta,
        digest=_digest(question, point, seed),
        seconds=round(time.perf_counter() - began, 3),
    )

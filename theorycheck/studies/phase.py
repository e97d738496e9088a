"""The phase diagram of the unconstrained-features model: which structure wins where, cell by cell.

A cell is an instance. Its winner is the structure of least loss among all that are known or were found; it is no more
than that unless the bounds meet. Cells are written to a CSV file as they are solved, and a study that was stopped goes
on from there.
"""

import csv
import io
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from theorycheck import __version__
from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures
from theorycheck.numbers import exact

FIELDS = (
    "classes",
    "depth",
    "reg",
    "ratio",
    "winner",
    "loss",
    "dnc",
    "lower",
    "ranks",
    "statement",
    "digest",
    "seconds",
)


@attrs.frozen
class Cell:
    """One solved cell.

    Attributes:
        classes, depth, reg: K, L, λ.
        ratio: λ over the largest λ at which collapse beats zero, in floats.
        winner: the best structure's name.
        loss: its objective, in floats.
        dnc: the objective of collapse, in floats.
        lower: the certified lower bound of every parameter's objective, in floats, rounded down.
        ranks: of each layer before / after the ReLU, as text.
        statement: what follows.
        digest: of the instance and of how it was solved.
        seconds: wall time.
    """

    classes: int
    depth: int
    reg: Fraction
    ratio: float
    winner: str
    loss: float
    dnc: float
    lower: float
    ranks: str
    statement: str
    digest: str
    seconds: float

    @property
    def met(self) -> bool:
        """Whether the bounds meet: then the winner is globally optimal, up to 1e-8, relative."""
        return self.lower >= self.loss * (1 - 1e-8)

    @property
    def gain(self) -> float:
        """By which part of its loss the winner beats collapse."""
        return 1 - self.loss / self.dnc if self.dnc > 0 else 0.0


@attrs.frozen
class Phase:
    """A solved grid.

    Attributes:
        model: loss and activation, as text.
        axes: the names of the two axes among classes, depth and ratio; the first goes to the right.
        cells: the cells.
        seconds_each: the search time a cell was given; 0 for closed forms alone.
    """

    model: str
    axes: tuple[str, str]
    cells: tuple[Cell, ...]
    seconds_each: float

    @property
    def note(self) -> str:
        """What a winner is, for a caption."""
        how = f"a search of {self.seconds_each:g} s a cell" if self.seconds_each else "no search"
        return (
            f"The structure of least objective among the closed forms and {how}; where the bounds do not meet another "
            "one may be better still. Percentages: how far below the objective of collapse it lies; `optimal': the "
            "certified bounds meet; hatched: collapse is the best known, and the bounds do not meet."
        )

    def to_json(self) -> dict:
        """The document of `study --json`."""
        cells = [{name: getattr(cell, name) for name in FIELDS} | {"reg": str(cell.reg)} for cell in self.cells]
        head = {"model": self.model, "axes": list(self.axes), "seconds_each": self.seconds_each}
        return head | {"cells": cells, "note": self.note}

    def to_csv(self) -> str:
        """All cells, a row each, with a head."""
        return as_csv(self.cells)


@attrs.frozen
class Question:
    """What a phase diagram is asked for.

    Attributes:
        classes: values of K.
        depths: values of L.
        ratios: values of λ over the λ at which collapse and zero tie; exact rationals.
        loss: "mse" or "ce".
        activation: "relu" or "linear".
        samples: n.
        seconds: of search a cell; 0 for closed forms alone.

    Raises:
        InvalidInstance: an empty axis, or both K, L and λ vary.
    """

    classes: tuple[int, ...] = attrs.field(converter=tuple)
    depths: tuple[int, ...] = attrs.field(converter=tuple)
    ratios: tuple[Fraction, ...] = attrs.field(converter=lambda v: tuple(exact(r, "the ratio of λ") for r in v))
    loss: str = "mse"
    activation: str = "relu"
    samples: int = 1
    seconds: float = 0.0

    def __attrs_post_init__(self):
        sizes = {"classes": len(self.classes), "depth": len(self.depths), "ratio": len(self.ratios)}
        for name, size in sizes.items():
            if size == 0:
                raise InvalidInstance(f"phase diagram: no value for {name}; pass at least one")
        if sum(size > 1 for size in sizes.values()) > 2:
            raise InvalidInstance("phase diagram: classes, depth and ratio all vary; fix one of them to a single value")
        if min(self.ratios) <= 0:
            raise InvalidInstance(f"phase diagram: the ratio {min(self.ratios)} of λ; pass positive numbers")
        self.instances()  # refuses sizes that make no sense before anything is solved

    @property
    def axes(self) -> tuple[str, str]:
        """The two axes: those that vary, classes before depth before ratio."""
        sizes = {"classes": self.classes, "depth": self.depths, "ratio": self.ratios}
        varying = [name for name, values in sizes.items() if len(values) > 1]
        rest = [name for name in sizes if name not in varying]
        first, second = (varying + rest)[:2]
        return ("ratio", first) if second == "ratio" and len(varying) == 2 else (first, second)

    def instances(self) -> list[tuple[UnconstrainedFeatures, Fraction]]:
        """Each cell's instance and ratio; λ is rounded to seven digits, so that it can be typed again."""
        found = []
        for K in self.classes:
            for L in self.depths:
                model = UnconstrainedFeatures(K, L, 1, self.loss, self.activation, counts=self.samples)
                largest = tie(model)
                for ratio in self.ratios:
                    reg = Fraction(f"{float(ratio) * largest:.7g}")
                    found.append((attrs.evolve(model, reg=(reg,)), ratio))
        return found


def tie(model: UnconstrainedFeatures) -> float:
    """The λ, one for all factors, at which the best linear collapse and the zero solution have one objective."""
    import numpy as np

    from theorycheck.exact.dufm_scalar import dnc_threshold
    from theorycheck.exact.dufm_thresholds import zero_reg

    K, L = model.classes, model.depth
    simplex = np.eye(K) - 1 / K
    mean = dnc_threshold(K, L) if model.loss == "mse" else zero_reg(model, simplex, [K - 1] * (L + 1))
    return mean * model.counts[0] ** (-1 / (L + 1))  # λ̄ counts the samples of a class


def solve(
    question: Question,
    store: Path | None = None,
    workers: int = 1,
    progress: Callable[[str], Any] | None = None,
) -> Phase:
    """Solve every cell, on several processes.

    Args:
        question: the grid.
        store: a CSV file that is read first and rewritten after each cell; a study that was stopped goes on from it.
        workers: processes; more than one only below an `if __name__ == "__main__"`.
        progress: called with a line of text after each cell.

    Raises:
        InvalidInstance: the store holds something else.
    """
    say = progress or (lambda line: None)
    known = {cell.digest: cell for cell in read_csv(store)} if store and store.exists() else {}
    wanted = question.instances()
    open_ = [pair for pair in wanted if _digest(pair[0], question.seconds) not in known]
    for cell in _solved(open_, question.seconds, workers):
        known[cell.digest] = cell
        say(f"K={cell.classes}, L={cell.depth}, λ={float(cell.reg):.4g}: {cell.winner}, {100 * cell.gain:.2f} % below")
        if store:
            write_csv(store, known.values())
    cells = tuple(known[_digest(instance, question.seconds)] for instance, _ in wanted)
    if store:
        write_csv(store, sorted(known.values(), key=lambda cell: (cell.classes, cell.depth, cell.reg)))
    model = f"{question.activation}, {question.loss}, n={question.samples}"
    return Phase(model, question.axes, cells, question.seconds)


def _solved(pairs: Sequence[tuple], seconds: float, workers: int) -> Iterable[Cell]:
    if workers <= 1 or len(pairs) * (1 + seconds) < 8:  # not worth a second interpreter
        yield from (_cell(instance, ratio, seconds) for instance, ratio in pairs)
        return
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:  # JAX and forks do not mix
        for done in as_completed([pool.submit(_cell, instance, ratio, seconds) for instance, ratio in pairs]):
            yield done.result()


def _digest(instance: UnconstrainedFeatures, seconds: float) -> str:
    return f"{instance.digest[:16]}-{seconds:g}-{__version__}"  # another version may know other structures and bounds


def _cell(instance: UnconstrainedFeatures, ratio: Fraction, seconds: float) -> Cell:
    from theorycheck.exact.dufm import dufm

    began = time.perf_counter()
    document = dufm(instance, seconds=seconds).to_json()
    layers = document["best"]["layers"]
    return Cell(
        classes=instance.classes,
        depth=instance.depth,
        reg=instance.reg[0],
        ratio=float(ratio),
        winner=document["best"]["structure"],
        loss=float(document["best"]["loss"]),
        dnc=float(document["structures"]["dnc"]),
        lower=_end(document["lower"]),
        ranks=" ".join(f"{layer['rank_before']}/{layer['rank_after']}" for layer in layers),
        statement=document["statement"],
        digest=_digest(instance, seconds),
        seconds=round(time.perf_counter() - began, 3),
    )


def _end(bound: Any) -> float:
    return float(bound["lo"]) if isinstance(bound, dict) else float(Fraction(bound))


def as_csv(cells: Iterable[Cell]) -> str:
    """Cells as CSV text, floats with all their digits."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
    writer.writeheader()
    for cell in cells:
        writer.writerow({name: str(getattr(cell, name)) for name in FIELDS})
    return stream.getvalue()


def write_csv(path: Path, cells: Iterable[Cell]) -> None:
    """Write a CSV file by atomic rename."""
    from theorycheck.certificates.certificate import write_text

    write_text(path, as_csv(cells))


def read_csv(path: Path) -> tuple[Cell, ...]:
    """The cells of a CSV file.

    Raises:
        InvalidInstance: it is no such file.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if tuple(rows.fieldnames or ()) != FIELDS:
                raise ValueError("other columns")
            return tuple(_numbered(k, row) for k, row in enumerate(rows, 1))
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as reason:
        raise InvalidInstance(f"{path}: no phase diagram of ours ({reason}); name another file or remove it") from None


def _numbered(k: int, row: dict) -> Cell:
    try:
        return _read(row)
    except (KeyError, TypeError, ValueError, InvalidInstance):
        raise ValueError(f"row {k} is incomplete or holds no numbers") from None


def _read(row: dict) -> Cell:
    numbers = {name: float(row[name]) for name in ("ratio", "loss", "dnc", "lower", "seconds")}
    texts = {name: row[name] for name in ("winner", "ranks", "statement", "digest")}
    return Cell(int(row["classes"]), int(row["depth"]), reg=exact(row["reg"], "reg"), **numbers, **texts)

"""How often gradient descent ends in collapse, against the width and against the regularisation."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.models.features import UnconstrainedFeatures
from theorycheck.training.features import Descent, gradient_descent
from theorycheck.training.structures import Share, endings, share


@attrs.frozen(eq=False)
class CollapsePoint:
    """The runs of one width and one λ.

    Attributes:
        width: d.
        reg: λ.
        share: how many runs ended in collapse.
        losses: least and largest loss among runs that met their criterion; None without one.
        ranks: how often the output had which rank, by rank, among those runs.
    """

    width: int
    reg: Fraction
    share: Share
    losses: tuple[float, float] | None
    ranks: dict = attrs.field(hash=False)


@attrs.frozen(eq=False)
class CollapseStudy:
    """Probabilities of collapse along one axis.

    Attributes:
        instance: the model; its λ is replaced where λ is the axis.
        axis: "width" or "reg".
        points: one a value.
        seeds: how many.
        settings: of gradient descent.
    """

    instance: UnconstrainedFeatures
    axis: str
    points: tuple[CollapsePoint, ...]
    seeds: int
    settings: Descent

    @property
    def note(self) -> str:
        """What was run and what was our choice, for a caption."""
        lost = sum(p.share.unfinished for p in self.points)
        left = f"; {lost} runs did not meet the criterion and are not counted" if lost else ""
        s = self.settings
        quiet = f" or 500 steps change the objective by less than {s.plateau:g}, relative" if s.plateau else ""
        return (
            f"{self.seeds} seeds a point{left}; bars: exact 95 % intervals. Our choices: gradient descent with step "
            f"{s.eta:g} until all gradients are below {s.tolerance:g}{quiet}, entries of the start normal with "
            f"standard deviation {s.scale:g}/√d"
        )


def against_width(
    instance: UnconstrainedFeatures,
    widths: Sequence[int],
    seeds: int = 64,
    settings: Descent | None = None,
    progress: Callable[[str], Any] | None = None,
) -> CollapseStudy:
    """How often runs of each width end in collapse.

    Args:
        instance: the model.
        widths: values of d.
        seeds: runs a width.
        settings: of gradient descent.
        progress: called with a line of text before each width.
    """
    settings = settings or Descent()
    points = tuple(_point(instance, width, seeds, settings, progress) for width in widths)
    return CollapseStudy(instance, "width", points, seeds, settings)


def against_reg(
    instance: UnconstrainedFeatures,
    regs: Sequence[Any],
    width: int,
    seeds: int = 64,
    settings: Descent | None = None,
    progress: Callable[[str], Any] | None = None,
) -> CollapseStudy:
    """How often runs with each λ, the same for all factors, end in collapse; see `against_width`."""
    settings = settings or Descent()
    chosen = [attrs.evolve(instance, reg=(reg,)) for reg in regs]
    points = tuple(_point(one, width, seeds, settings, progress) for one in chosen)
    return CollapseStudy(instance, "reg", points, seeds, settings)


def _point(instance, width, seeds, settings, progress) -> CollapsePoint:
    if progress:
        progress(f"training: d = {width}, λ = {float(instance.reg[0]):.3g}, {seeds} seeds")
    runs = gradient_descent(instance, width, tuple(range(seeds)), settings)
    found = endings(runs)
    ended = [e for e in found if e.kind != "unfinished"]
    losses = (min(e.loss for e in ended), max(e.loss for e in ended)) if ended else None
    ranks = {r: sum(e.output_rank == r for e in ended) for r in sorted({e.output_rank for e in ended})}
    return CollapsePoint(width, instance.reg[0], share(found), losses, ranks)

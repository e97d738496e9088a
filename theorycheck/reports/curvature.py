"""Small multiples of h''(u) = 2φ'''/φ', the second derivative of φ'² as a function of u = φ(z), one an activation."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.reports import pictures
from theorycheck.reports.pictures import BLUE, INK, MUTED, RED

SHOWN = ("sinh", "cubic", "exp", "tan", "cube", "quadratic", "tanh", "sigmoid", "softplus", "erf", "atan", "asinh")
_REACH = {
    "tan": 1.35,
    "exp": 1.6,
    "expm1": 1.6,
    "sinh": 2.2,
    "softplus": 5.0,
    "sigmoid": 7.0,
    "asinh": 6.0,
    "atan": 14.0,
}
_BRANCH = {"quadratic": -1.0, "square": 0.0, "quartic": 0.0, "cosh": 0.0, "gelu": -0.75}  # z from here up: φ increases
_EDGE = 1e-3  # |φ'| below it counts as a critical point, where h'' is not defined


@attrs.frozen(eq=False)
class Curve:
    """h'' of one activation.

    Attributes:
        name: of the activation.
        formula: of φ, as text.
        u: values of φ, increasing.
        h2: h''(u); NaN where φ' vanishes.
        branch: where z starts if φ is not monotone, else None.
    """

    name: str
    formula: str
    u: np.ndarray
    h2: np.ndarray
    branch: float | None


def curve(spec: Any, samples: int = 801) -> Curve:
    """H'' of an activation on the range of φ that the figure shows."""
    from theorycheck.models.activations import activation

    phi = activation(spec)
    reach, branch = _REACH.get(phi.name, 2.5), _BRANCH.get(phi.name)
    z = np.linspace(-reach if branch is None else branch, reach, samples)
    with np.errstate(all="ignore"):
        u, first, third = (np.asarray(phi.numpy(order)(z), dtype=float) for order in (0, 1, 3))
        h2 = np.where(np.abs(first) > _EDGE, 2 * third / first, np.nan)
    keep = np.isfinite(u)
    if not keep.any():
        raise InvalidInstance(f"activation {phi.name}: no finite value to draw; choose another")
    order = np.argsort(u[keep], kind="stable")
    return Curve(phi.name, phi.text, u[keep][order], h2[keep][order], branch)


def curvature_figure(names: Sequence[Any] = SHOWN) -> Any:
    """The matplotlib figure: four panels a row."""
    curves = [curve(name) for name in names]
    columns = min(4, max(1, len(curves)))
    rows = max(1, -(-len(curves) // columns))
    figure = pictures.canvas(pictures.WIDTH, 0.8 + 1.45 * rows)
    figure.set_layout_engine("constrained", w_pad=0.05, h_pad=0.07)
    panels = figure.subplots(rows, columns, squeeze=False)
    for panel in panels.flat[len(curves) :]:
        panel.set_visible(False)
    for panel, drawn in zip(panels.flat, curves, strict=False):
        _panel(panel, drawn)
    figure.supxlabel(r"$u = \varphi(z)$", size=9, color=INK)
    figure.supylabel(r"$h''(u) = 2\varphi'''(z)\,/\,\varphi'(z)$", size=9, color=INK)
    return figure


def _panel(panel: Any, drawn: Curve) -> None:
    low, high = _limits(drawn.h2)
    clipped = np.clip(drawn.h2, low, high)
    panel.fill_between(drawn.u, 0, clipped, where=drawn.h2 > 0, color=BLUE, alpha=0.18, linewidth=0)
    negative = drawn.h2 < -1e-12
    if negative.any():
        panel.fill_between(
            drawn.u, 0, clipped, where=negative, facecolor="none", hatch="////", edgecolor=RED, linewidth=0
        )
        panel.plot(drawn.u[negative], np.full(int(negative.sum()), low), "|", color=RED, markersize=4)
    panel.axhline(0, color=MUTED, linewidth=0.8)
    panel.plot(drawn.u, np.where(drawn.h2 > high, np.nan, drawn.h2), color=INK, linewidth=1.2)
    panel.set_ylim(low, high)
    panel.set_title(_title(drawn), size=8, color=INK)
    panel.text(0.03, 0.04, _verdict(drawn), transform=panel.transAxes, size=7, color=_colour(drawn), va="bottom")
    panel.locator_params(axis="both", nbins=3)


def _title(drawn: Curve) -> str:
    start = "" if drawn.branch is None else f", z > {Fraction(drawn.branch).limit_denominator(100)}".replace("-", "−")
    return f"{drawn.name}{start}"


def _verdict(drawn: Curve) -> str:
    """What the panel shows; samples of a curve, so no proof."""
    known = drawn.h2[np.isfinite(drawn.h2)]
    if (np.abs(known) < 1e-12).all():
        return "zero"
    if (known > 0).all():
        return "positive"
    return "negative" if (known < 0).all() else "changes sign"


def _colour(drawn: Curve) -> str:
    return {"positive": BLUE, "zero": MUTED}.get(_verdict(drawn), RED)


def _limits(h2: np.ndarray) -> tuple[float, float]:
    """Limits that show zero and the bulk of the curve, with room below for the panel's word."""
    known = h2[np.isfinite(h2)]
    usual = 6 * float(np.median(known[known > 0])) if (known > 0).any() else 0.0
    low = min(0.0, float(np.min(known)))
    high = max(0.0, min(float(np.max(known)), max(usual, -3 * low)))
    span = max(high - low, 1e-9) if high > low else 2.0
    return low - 0.35 * span, high + 0.15 * span

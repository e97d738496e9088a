"""Figures of extremal vectors: circle or sphere with the arrangement, shaded by G_n, critical directions marked."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.reports import pictures
from theorycheck.reports.extremal import LABELS
from theorycheck.reports.files import write
from theorycheck.reports.pictures import BLUE, GREEN, INK, LINE, MUTED, RED

if TYPE_CHECKING:
    from theorycheck.exact.extremal import ExtremalSolution, ExtremalVector

ENDINGS = (".pdf", ".svg", ".png")
COLOURS = {1: BLUE, -1: RED, 0: GREEN}
MARKS = {1: "^", -1: "v", 0: "o"}
SHADES = "PuOr"  # of G_n: white at 0
ROUNDING = 1e-13  # of G_n, relative to what its terms could sum to: below it values are rounding errors
_PIXELS = 400  # across a hemisphere
_MOST_LINES = 100  # great circles and kinks that are drawn one by one


def drawable(data: Any, path: str = "figure.pdf") -> None:
    """Refuse what cannot be drawn.

    Raises:
        InvalidInstance: d is not 2 or 3, or the file has another ending.
    """
    if data.d not in (2, 3):
        raise InvalidInstance(
            f"a figure shows the circle or the sphere, d = 2 or 3, and here d = {data.d}; leave --figure out"
        )
    if Path(path).suffix not in ENDINGS:
        raise InvalidInstance(f"{path}: unknown kind of figure; pass a file that ends in {', '.join(ENDINGS)}")


def draw(solution: "ExtremalSolution", path: str) -> Path:
    """The figure of a solution in one file: PDF, SVG or PNG by its ending.

    Raises:
        InvalidInstance: see `drawable`.
    """
    drawable(solution.data, path)
    kind = Path(path).suffix[1:]
    dated = {"pdf": "CreationDate", "svg": "Date", "png": "Software"}[kind]
    with pictures.style():
        stream = io.BytesIO()
        figure(solution).savefig(stream, format=kind, metadata={dated: None}, dpi=160)
        return write(Path(path), stream.getvalue())


def extremal(solution: "ExtremalSolution", folder: Path, name: str = "extremal") -> tuple[Path, Path]:
    """The figure as PDF and SVG.

    Args:
        solution: of samples in R² or R³.
        folder: where to.
        name: of the files.

    Returns:
        The paths of the PDF and of the SVG.

    Raises:
        InvalidInstance: see `drawable`.
    """
    drawable(solution.data)
    with pictures.style():
        return pictures.save(figure(solution), folder, name)


def figure(solution: "ExtremalSolution") -> Any:
    """The matplotlib figure: the circle and G_n along it (d = 2), or both halves of the sphere (d = 3)."""
    canvas = pictures.canvas(pictures.WIDTH, 3.4)
    canvas.set_layout_engine("constrained", w_pad=0.05, h_pad=0.05)
    (_circle if solution.data.d == 2 else _sphere)(canvas, solution)
    data = solution.data
    what = f"{data.name}: n = {data.n}, d = {data.d}, {solution.cells or 'many'} cells"
    canvas.suptitle(f"Extremal vectors, {what}", size=9, x=0.01, ha="left", color=INK, parse_math=False)
    _legend(canvas, solution)
    return canvas


def heights(solution: "ExtremalSolution", W: np.ndarray) -> np.ndarray:
    """G_n at the rows of W (..., d), in floats."""
    X, y = solution.data.arrays()
    values = np.maximum(W @ X.T, 0) @ y / len(y)
    size = float(np.linalg.norm(X, axis=1) @ np.abs(y)) / len(y)
    return np.where(np.abs(values) < ROUNDING * size, 0, values)


def _directions(solution: "ExtremalSolution") -> list[tuple["ExtremalVector", np.ndarray]]:
    return [(v, np.array([float(c) for c in v.unit])) for v in solution.vectors]


def _legend(canvas: Any, solution: "ExtremalSolution") -> None:
    from matplotlib.lines import Line2D

    kinds = dict.fromkeys((v.sign, _filled(v)) for v in solution.vectors)
    names = {True: "", False: ", unstable"}
    handles = [
        Line2D([], [], linestyle="", label=LABELS[sign] + names[filled], **_mark(sign, filled))
        for sign, filled in kinds
    ]
    if handles:
        canvas.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8)


def _filled(vector: "ExtremalVector") -> bool:
    return vector.attracts is not False


def _mark(sign: int, filled: bool) -> dict:
    colour = COLOURS[sign]
    face = colour if filled else pictures.PAPER
    return {"marker": MARKS[sign], "color": colour, "markerfacecolor": face, "markersize": 7, "markeredgewidth": 1.2}


# ---- d = 2 ----------------------------------------------------------------------------------------------------------


def _circle(canvas: Any, solution: "ExtremalSolution") -> None:
    left, right = canvas.subplots(1, 2, width_ratios=(1, 1.25))
    _plane(left, solution)
    _profile(right, solution)


def _plane(panel: Any, solution: "ExtremalSolution") -> None:
    """Samples, the kinks of G_n on the circle, arcs coloured by G_n, and the critical directions as arrows."""
    X, y = solution.data.arrays()
    longest = float(np.linalg.norm(X, axis=1).max())
    angles = np.linspace(0, 2 * np.pi, 721)
    _ring(panel, angles, heights(solution, _on_circle((angles[1:] + angles[:-1]) / 2)))
    for ray in _kinks(X):
        panel.plot(*zip(0.96 * ray, 1.12 * ray, strict=True), color=MUTED, linewidth=0.5)
    for label, colour, name in ((1, INK, "y > 0"), (-1, MUTED, "y < 0"), (0, LINE, "y = 0")):
        chosen = 0.9 / longest * X[np.sign(y) == label]
        face = colour if label == 1 else pictures.PAPER
        panel.scatter(
            *chosen.T,
            s=11,
            zorder=5,
            facecolor=face,
            edgecolor=colour,
            linewidth=0.7,
            label=name if len(chosen) else None,
        )
    for vector, w in _directions(solution):
        if vector.sign:
            arrow = {"arrowstyle": "-|>", "color": COLOURS[vector.sign], "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
            panel.annotate("", xy=0.96 * w, xytext=(0, 0), arrowprops=arrow)
        panel.plot(*(1.2 * w), clip_on=False, **_mark(vector.sign, _filled(vector)))
    panel.legend(loc="upper right", fontsize=6.5, frameon=False, bbox_to_anchor=(1.12, 1.08), handletextpad=0.1)
    panel.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), aspect="equal")
    panel.set_title("samples; ring: G_n, violet > 0, orange < 0", size=7, color=MUTED, y=-0.06)
    panel.axis("off")


def _on_circle(angles: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def _kinks(X: np.ndarray) -> np.ndarray:
    """The unit vectors orthogonal to a sample, (2n, 2), a few of them where there are many."""
    lengths = np.linalg.norm(X, axis=1)
    units = X[lengths > 0] / lengths[lengths > 0, None]
    turned = np.stack([-units[:, 1], units[:, 0]], axis=1)[: 4 * _MOST_LINES]
    return np.vstack([turned, -turned])


def _ring(panel: Any, angles: np.ndarray, values: np.ndarray) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import TwoSlopeNorm

    inner, outer = 0.98 * _on_circle(angles), 1.1 * _on_circle(angles)
    quads = [np.array([inner[k], inner[k + 1], outer[k + 1], outer[k]]) for k in range(len(angles) - 1)]
    top = float(np.abs(values).max()) or 1.0
    norm = TwoSlopeNorm(0, -top, top)
    panel.add_collection(PolyCollection(quads, array=values, cmap=SHADES, norm=norm, edgecolor="face", linewidth=0.2))


def _profile(panel: Any, solution: "ExtremalSolution") -> None:
    """G_n against the angle; between kinks it is a piece of a cosine."""
    angles = np.linspace(-180, 180, 1441)
    panel.axhline(0, color=MUTED, linewidth=0.7)
    kinks = _kinks(solution.data.arrays()[0])
    if len(kinks) <= 2 * _MOST_LINES:
        at = np.degrees(np.arctan2(kinks[:, 1], kinks[:, 0]))
        panel.vlines(at, 0, 0.02, transform=panel.get_xaxis_transform(), color=MUTED, linewidth=0.5)
    panel.plot(angles, heights(solution, _on_circle(np.radians(angles))), color=INK, linewidth=1.2)
    for vector, w in _directions(solution):
        spot = float(np.degrees(np.arctan2(w[1], w[0])))
        panel.plot(spot, float(heights(solution, w)), clip_on=False, zorder=4, **_mark(vector.sign, _filled(vector)))
    if not any(v.sign for v in solution.vectors):
        panel.set_ylim(-1, 1)
    panel.set(xlim=(-180, 180), xlabel="angle of w in degrees", ylabel="G_n(w)")
    panel.set_xticks(range(-180, 181, 90))


# ---- d = 3 ----------------------------------------------------------------------------------------------------------


def _sphere(canvas: Any, solution: "ExtremalSolution") -> None:
    frame = _frame(solution)
    panels = canvas.subplots(1, 2)
    shown = None
    for panel, side, name in zip(panels, (1, -1), ("front", "back"), strict=True):
        shown = _hemisphere(panel, solution, frame * np.array([[side], [1], [side]]))
        panel.set_title(name, size=8, color=MUTED)
    bar = canvas.colorbar(shown, ax=list(panels), shrink=0.75, pad=0.01)
    bar.set_label("G_n(w)", size=8)
    bar.outline.set_visible(False)


def _frame(solution: "ExtremalSolution") -> np.ndarray:
    """Rows: to the right, up, and towards the viewer; critical directions lie off the rim of the hemispheres."""
    spots = [w for v, w in _directions(solution) if v.sign] or [np.array([0.0, 0.0, 1.0])]
    tries = np.random.default_rng(0).normal(size=(2000, 3))
    tries /= np.linalg.norm(tries, axis=1, keepdims=True)
    facing = tries @ np.array(spots).T
    # the longest vector in front, and no marker near the rim
    view = tries[np.argmax(np.abs(facing).min(axis=1) + 0.3 * facing[:, 0])]
    up = np.array([0.0, 0.0, 1.0]) if abs(view[2]) < 0.9 else np.array([0.0, 1.0, 0.0])
    up = up - (up @ view) * view
    up /= np.linalg.norm(up)
    return np.stack([np.cross(up, view), up, view])


def _hemisphere(panel: Any, solution: "ExtremalSolution", frame: np.ndarray) -> Any:
    """One half of the sphere, seen from far away."""
    axis = np.linspace(-1, 1, _PIXELS)
    across, upward = np.meshgrid(axis, axis)
    inside = across**2 + upward**2 < 1
    depth = np.sqrt(np.where(inside, 1 - across**2 - upward**2, 0))
    W = np.stack([across, upward, depth], axis=-1) @ frame
    values = np.where(inside, heights(solution, W), np.nan)
    top = _largest(solution)
    image = panel.imshow(
        values, origin="lower", extent=(-1, 1, -1, 1), cmap=SHADES, vmin=-top, vmax=top, interpolation="bilinear"
    )
    turn = np.linspace(0, 2 * np.pi, 361)
    image.set_clip_path(_disc(panel))
    _great_circles(panel, solution.data.arrays()[0], frame)
    panel.plot(np.cos(turn), np.sin(turn), color=MUTED, linewidth=0.9)
    for vector, w in _directions(solution):
        x, y, z = frame @ w
        if z >= 0:
            panel.plot(x, y, zorder=4, path_effects=_halo(), **_mark(vector.sign, _filled(vector)))
    panel.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), aspect="equal")
    panel.axis("off")
    return image


def _halo() -> list:
    """A light rim, so that marks are seen where G_n is large."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3, foreground=pictures.GAP)]


def _disc(panel: Any) -> Any:
    from matplotlib.patches import Circle

    return panel.add_patch(Circle((0, 0), 1, facecolor="none", edgecolor="none"))


def _largest(solution: "ExtremalSolution") -> float:
    """The largest |G_n| on the sphere; it is taken at an extremal vector."""
    return max((v.norm for v in solution.vectors), default=1.0) or 1.0


def _great_circles(panel: Any, X: np.ndarray, frame: np.ndarray) -> None:
    turn = np.linspace(0, 2 * np.pi, 241)
    for x in _normals(X):
        a = np.cross(x, frame[2] if abs(x @ frame[2]) < 0.9 else frame[0])
        a /= np.linalg.norm(a)
        line = (np.outer(np.cos(turn), a) + np.outer(np.sin(turn), np.cross(x, a))) @ frame.T
        line[line[:, 2] < -1e-9] = np.nan
        panel.plot(line[:, 0], line[:, 1], color=INK, linewidth=0.45, alpha=0.55)


def _normals(X: np.ndarray) -> Iterable[np.ndarray]:
    lengths = np.linalg.norm(X, axis=1)
    return (X[lengths > 0] / lengths[lengths > 0, None])[:_MOST_LINES]

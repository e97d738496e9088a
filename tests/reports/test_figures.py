"""Figures: both formats, the same bytes twice, no text cut off, and the numbers that they show."""

import attrs
import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.reports import figures, pictures
from theorycheck.reports.curvature import SHOWN, curvature_figure, curve
from theorycheck.reports.dropped import TALLEST, drop_figures


def texts(figure):
    from matplotlib.text import Text

    figure.canvas.draw()
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def assert_nothing_cut(figure):
    """All that is drawn, tick labels outside of the view excepted, lies on the canvas."""
    assert texts(figure)
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(box.x0, box.y0) >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y1 <= height + 0.01


@pytest.fixture(autouse=True)
def _house_style():
    with pictures.style():
        yield


@pytest.mark.parametrize(("seeds", "values"), [((0,), 1), ((0, 1), 3), ((0, 1, 2, 3), 2)])
def test_singular_values_fit_the_canvas(samples, seeds, values):
    figure = figures.singular_values_figure(samples.decay(seeds, values))
    assert_nothing_cut(figure)
    assert len([axes for axes in figure.axes if axes.get_visible()]) == len(seeds)


def test_the_dashed_line_has_the_predicted_rate(samples):
    figure = figures.singular_values_figure(samples.decay())
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    (steps,), (values,) = zip(*[(line.get_xdata(), line.get_ydata()) for line in dashed], strict=True)
    assert np.log(values[0] / values[1]) / (steps[1] - steps[0]) == pytest.approx(1 / 200)


def test_the_second_axis_is_gradient_flow_time(samples):
    figure = figures.singular_values_figure(samples.decay())
    assert [t.get_text() for t in texts(figure)].count("gradient-flow time") == 2
    without = figures.singular_values_figure(attrs.evolve(samples.decay(), time_per_step=0.0))
    assert "gradient-flow time" not in [t.get_text() for t in texts(without)]


def test_a_run_without_decay_or_records_is_drawn(samples):
    flat = attrs.evolve(samples.decay((7,), 2), e_fold=np.inf, values=(np.full((41, 2), 0.5),))
    assert_nothing_cut(figures.singular_values_figure(flat))
    lost = attrs.evolve(samples.decay((7,), 2), values=(np.vstack([np.full((3, 2), 0.5), np.full((38, 2), np.nan)]),))
    assert_nothing_cut(figures.singular_values_figure(lost))


def test_failed_runs_are_told_in_the_caption(samples):
    assert "none diverged" in samples.decay().note
    failed = attrs.evolve(samples.decay(), failures=("seed 1: diverged by step 100",))
    assert "seed 1: diverged" in failed.note
    assert "none diverged" not in failed.note


def test_no_run_and_no_training_are_refused(samples):
    with pytest.raises(InvalidInstance, match="at least one run"):
        figures.singular_values_figure(samples.decay(()))
    with pytest.raises(InvalidInstance, match="no training result"):
        figures.decay(3)


def test_a_rebuilt_figure_one_becomes_a_record():
    from theorycheck.training.figure1 import Figure1Setting, figure1

    result = figure1(Figure1Setting(steps=200, records=4, run_seeds=(0, 1)))
    record = figures.decay(result)
    assert record.seeds == (0, 1)
    assert record.values[0].shape == (len(record.steps[0]), 3)
    assert "noise_variance = 0.03" in record.note
    # one e-fold at the slowest rate is a gradient-flow time of one over that rate
    assert record.time_per_step * record.e_fold * result.prediction.rate == pytest.approx(1)
    assert record.time_per_step == pytest.approx(0.05**2 * (2 / 3) * 0.03 / 4)  # η² c/4 with c = κσ², κ = 2/n


KNOWN = {
    "sinh": lambda u: 2 + 0 * u,
    "exp": lambda u: 2 + 0 * u,
    "tan": lambda u: 4 + 12 * u**2,
    "cube": lambda u: 4 * np.abs(u) ** (-2 / 3),
    "tanh": lambda u: 12 * u**2 - 4,
    "sigmoid": lambda u: 2 - 12 * u + 12 * u**2,
    "softplus": lambda u: 2 * np.exp(-2 * u) * (2 - np.exp(u)),
    "atan": lambda u: -2 * np.cos(2 * u) - 2 * np.cos(4 * u),
    "asinh": lambda u: 2 * (np.cosh(2 * u) - 2) / np.cosh(u) ** 4,
    "quadratic": lambda u: 0 * u,
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_drawn_curvature_against_closed_forms(name):
    drawn = curve(name)
    known = np.isfinite(drawn.h2)
    assert known.mean() > 0.9
    assert (np.diff(drawn.u) >= 0).all()
    np.testing.assert_allclose(drawn.h2[known], KNOWN[name](drawn.u[known]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("names", [("sinh",), SHOWN, ("relu", "gelu", "square", "linear", "z**5 + z")])
def test_curvatures_fit_the_canvas(names):
    assert_nothing_cut(curvature_figure(names))


def test_where_the_curvature_is_negative_the_panel_says_so():
    said = [t.get_text() for t in texts(curvature_figure(("sinh", "tanh", "quadratic")))]
    assert said.count("positive") == said.count("changes sign") == said.count("zero") == 1


def test_the_drop_table_fits_its_pages(samples):
    rows = samples.drops() * 9
    pages = drop_figures(rows)
    assert len(pages) > 1
    for page in pages:
        assert_nothing_cut(page)
        assert page.get_size_inches()[1] <= TALLEST + 0.2
    said = [t.get_text() for page in pages for t in texts(page)]
    assert said.count("survived") == 9
    assert said.count("counterexample") == 18
    assert not drop_figures(())


def test_no_text_of_the_drop_table_overlaps_another(samples):
    (page,) = drop_figures(samples.drops())
    boxes = [t.get_window_extent().shrunk(0.98, 0.75) for t in texts(page)]
    assert not [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if a.overlaps(b)]


def test_both_formats_and_the_same_bytes_twice(samples, tmp_path):
    first = figures.singular_values(samples.decay(), tmp_path / "a")
    second = figures.singular_values(samples.decay(), tmp_path / "b")
    assert [path.suffix for path in first] == [".pdf", ".svg"]
    assert first[0].read_bytes()[:5] == b"%PDF-"
    assert first[1].read_text().startswith("<?xml")
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_the_users_matplotlib_settings_come_back():
    import matplotlib

    with matplotlib.rc_context({"font.size": 31.0}):
        with pictures.style():
            assert matplotlib.rcParams["font.size"] != 31.0
        assert matplotlib.rcParams["font.size"] == 31.0

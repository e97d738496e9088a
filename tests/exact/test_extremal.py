"""Extremal vectors: the definition in rationals, a scan of the circle, hulls on the sphere, the checker, ascent."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck import solve
from theorycheck.certificates import relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import InvalidInstance
from theorycheck.exact.extremal import extremal
from theorycheck.exact.extremal_ascent import ascend
from theorycheck.exact.extremal_certificate import instance
from theorycheck.exact.extremal_faces import alignment
from theorycheck.exact.extremal_hull import weights
from theorycheck.models.data import Dataset
from theorycheck.models.teacher import Law

from .extremal_oracles import critical_on_circle, critical_on_sphere, is_extremal


def data(d, most, size=3):
    entry = st.integers(-size, size)
    row = st.lists(entry, min_size=d, max_size=d)
    pairs = st.lists(st.tuples(row, entry), min_size=1, max_size=most)
    return pairs.filter(lambda p: any(any(x) for x, _ in p)).map(
        lambda p: Dataset([x for x, _ in p], [y for _, y in p])
    )


def general(n, seed, kind="gaussian"):
    return Law(kind, 3).draw(n, seed=seed)


def known(solution):
    """(D, sign) of all vectors, less D = 0 where it is only taken orthogonal to all samples."""
    return {(v.D, v.sign) for v in solution.vectors if any(v.pattern)}


# ---- the definition --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 2, 3])
def test_every_vector_meets_the_definition(d):
    @given(data(d, 6))
    def holds(samples):
        found = extremal(samples)
        for v in (*found.vectors, *found.by_free_weights):
            assert is_extremal(samples.X, samples.y, v)
        assert len({(v.D, v.sign) for v in found.vectors}) == len(found.vectors)
        assert found.complete

    holds()


@given(data(2, 6))
def test_against_a_scan_of_the_circle(samples):
    found = extremal(samples)
    seen = critical_on_circle(samples.X, samples.y)
    if seen is None:
        assert any(v.sign == 0 for v in found.vectors)
        return
    ours = [(float(v.unit[0]), float(v.unit[1]), v.sign * v.norm) for v in found.vectors if v.sign]
    theirs = [(np.cos(a), np.sin(a), g) for a, g in seen if abs(g) > 1e-9]
    assert len(ours) == len(theirs)
    for one in ours:
        assert min(np.abs(np.array(theirs) - one).max(axis=1)) < 1e-6
    assert any(v.sign == 0 for v in found.vectors) == any(abs(g) <= 1e-9 for _, g in seen)


@pytest.mark.parametrize(
    "samples",
    [
        general(4, 0),
        general(6, 1),
        Dataset([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, -1, 2]),
        Dataset([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], [1, 1, -3, 1]),  # three planes through a line
        Dataset([[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, -1, 0], [0, 1, 2]], [1, -1, 2, 1, -1]),
        Dataset([[1, 1, 1], [1, 1, 1], [-2, -2, -2], [0, 1, -1], [0, 0, 0]], [1, -1, 1, 3, 5]),
    ],
)
def test_against_hulls_on_the_sphere(samples):
    found = [v for v in extremal(samples).vectors if any(v.pattern)]
    seen = critical_on_sphere(samples.X, samples.y)
    ours = np.array([[*map(float, v.unit), v.sign * v.norm] for v in found if v.sign])
    theirs = [np.append(w, value) for w, value in seen if abs(value) > 1e-7]
    assert len(ours) == len(theirs)
    for one in theirs:
        assert np.abs(ours - one).max(axis=1).min() < 1e-6
    if any(abs(value) < 1e-7 for _, value in seen):
        assert any(v.sign == 0 for v in found)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_against_the_checker(d):
    """The checker has a program of its own, for both readings of the kinks."""

    @settings(max_examples=60)
    @given(data(d, 5, 2).filter(lambda s: s.rank() <= 3))
    def agrees(samples):
        found = extremal(samples)
        about = instance(samples)
        part = relu_build.extremal_list_part(about, None, None, "limits")
        assert {(tuple(map(Fraction, e["D"])), e["side"]) for e in part["list"]} == known(found)
        assert part["cells"] == found.cells
        free = relu_build.extremal_list_part(about, None, None, "weights")
        both = known(found) | {(v.D, v.sign) for v in found.by_free_weights if any(v.pattern)}
        assert {(tuple(map(Fraction, e["D"])), e["side"]) for e in free["list"]} == both

    agrees()


# ---- shape -----------------------------------------------------------------------------------------------------------


@given(data(3, 5), st.permutations(range(3)), st.integers(1, 5))
def test_symmetries(samples, order, factor):
    """Permuting inputs, scaling labels, turning labels around, and adding a zero row change what they should."""
    before = extremal(samples)
    turned = Dataset([[x[i] for i in order] for x in samples.X], samples.y)
    assert known(extremal(turned)) == {(tuple(D[i] for i in order), s) for D, s in known(before)}
    scaled = samples.with_labels([-factor * y for y in samples.y])
    assert known(extremal(scaled)) == {(tuple(-factor * v for v in D), -s) for D, s in known(before)}
    longer = Dataset([*samples.X, (0, 0, 0)], [*(y * (samples.n + 1) for y in samples.y), 7])
    assert known(extremal(longer)) == {(tuple(samples.n * v for v in D), s) for D, s in known(before)}


@given(data(2, 5))
def test_maxima_and_minima_take_turns_on_the_circle(samples):
    found = [v for v in extremal(samples).vectors if v.sign]
    if all(v.attracts is not None for v in found) and not any(v.sign == 0 for v in extremal(samples).vectors):
        highs = sum((v.sign == 1) == v.attracts for v in found)
        assert 2 * highs == len(found)


def test_saddles_repel_and_attractors_attract():
    samples = general(10, 1)
    X, y = samples.arrays()
    random = np.random.default_rng(0).normal(size=(40, 3)) * 1e-4
    told = [v for v in extremal(samples).vectors if v.sign]
    assert {v.attracts for v in told} == {True, False}
    for v in told:
        w = np.array([float(c) for c in v.unit])
        around = w + random
        around /= np.linalg.norm(around, axis=1, keepdims=True)
        rise = v.sign * (np.maximum(around @ X.T, 0) @ y / 10 - np.maximum(X @ w, 0) @ y / 10)
        assert (rise.max() <= 1e-12) == v.attracts


@pytest.mark.parametrize(
    ("X", "y", "zeros", "where"),
    [
        ([[1, 0], [0, 1], [1, 1]], [1, 2, -1], {"dead": 1}, "dead"),
        ([[1], [-1]], [0, 0], {"dead": 0, "cell": 2}, "cell"),
        ([[1, 0], [1, 0], [-1, 0]], [1, -1, 1], {"dead": 0, "cell": 1}, "cell"),  # by cancellation
        ([[1, 0], [-1, 0]], [1, 1], {"dead": 0, "cell": 0, "boundary": 1}, "boundary"),  # at w orthogonal to both
    ],
)
def test_zero(X, y, zeros, where):
    found = extremal(X, y)
    [zero] = [v for v in found.vectors if v.sign == 0]
    assert zero.where == where
    assert {name: found.zeros[name] for name in zeros} == zeros
    assert not any(zero.D)


def test_no_zero_where_it_does_not_belong():
    assert all(v.sign for v in extremal([[1, 0], [-1, 0]], [1, -1]).vectors)  # D = (1, 0) for every w
    assert all(v.sign for v in extremal([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]] * 2, [1] * 6).vectors) is False


def test_free_weights_reach_further_only_between_parallel_samples():
    """Antipodal samples with odd labels: D_n is the same in every cell, so limits have two directions and no more."""
    found = extremal([[1, 0], [-1, 0], [0, 1], [0, -1]], [1, -1, 1, -1])
    assert [([str(v) for v in e.D], e.sign) for e in found.vectors] == [(["1/4", "1/4"], 1), (["1/4", "1/4"], -1)]
    assert len(found.by_free_weights) == 4
    assert not extremal(general(8, 3)).by_free_weights


# ---- beyond enumeration ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_ascent_finds_only_what_enumeration_finds(seed):
    samples = general(10, seed)
    every = {(v.D, v.sign): v for v in extremal(samples).vectors}
    G = alignment(samples)
    found, told = ascend(samples, G, 64, 0)
    keys = {(G.rational(c.D, c.over), c.sign) for c in found}
    assert keys <= set(every)
    assert {k for k, v in every.items() if v.attracts} <= keys
    assert "from 67 starts each" in told


def test_four_dimensions():
    samples = Law("margin", 5).draw(60, seed=5)
    found = extremal(samples)
    assert not found.complete
    assert found.cells is None
    assert found.starts == 64
    assert "rank 5" in found.how
    assert [v.sign for v in found.vectors] == [1, -1]
    assert all(is_extremal(samples.X, samples.y, v) for v in found.vectors)
    assert found.certificate is not None
    assert not found.certified_complete


def test_a_dead_cell_beyond_three_dimensions():
    found = extremal(np.eye(5).tolist(), [1, -1, 1, 1, 2])
    [zero] = [v for v in found.vectors if v.sign == 0]
    assert zero.where == "dead"
    assert all(w < 0 for w in zero.direction)


def test_too_many_planes_are_left_to_ascent():
    found = extremal(general(500, 0, "margin"))
    assert not found.complete
    assert [v.sign for v in found.vectors] == [1, -1]


def test_one_line_of_samples_in_many_dimensions():
    found = extremal([[1, 2, 3, 4, 5], [-1, -2, -3, -4, -5]], [2, 3])
    assert found.complete
    assert found.cells == 2


# ---- certificates and documents --------------------------------------------------------------------------------------


def test_the_certificate_replays_and_a_changed_one_does_not(tmp_path):
    found = solve.extremal(Dataset([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"]))
    assert found.certificate is not None
    path = found.certificate.save(tmp_path / "c.json")
    assert "4 cells" in Certificate.load(path).verify()
    assert found.certified_complete
    for old, new in (('"7/4"', '"5/4"'), ('"cells": 4', '"cells": 6'), ('"side": -1', '"side": 1')):
        (tmp_path / "d.json").write_text(path.read_text().replace(old, new, 1))
        with pytest.raises(Exception, match=r".+"):
            Certificate.load(tmp_path / "d.json").verify()


def test_document():
    document = solve.extremal([[3, 4], [0, 1]], [1, 1]).to_json()
    assert {"cells", "vectors", "two_sided_ols"} <= set(document)
    assert all({"D", "direction", "sign"} <= set(v) for v in document["vectors"])
    assert document["evidence"] == "CERTIFIED"
    first = document["vectors"][0]
    assert first["D"] == ["3/2", "5/2"]
    assert first["direction"] == pytest.approx([3 / 34**0.5, 5 / 34**0.5], abs=1e-15)
    alone = solve.extremal([[3, 4]], [1]).to_json()["vectors"][0]
    assert alone["direction"] == ["3/5", "4/5"]  # rational, so exact


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([[0, 0], [0, 0]], [1, 2]), "every sample is zero"),
        (([[1, 0]], None), "no labels"),
        (([[1, 0]], [1, 2]), "label"),
        (([[1.0, float("nan")]], [1]), "finite"),
        (([[1, 0], [0, 1]], [1, 1], [1]), "split"),
        (([[1, 0], [0, 1]], [1, 1], [0, 0]), "split"),
    ],
)
def test_bad_input(given, words):
    with pytest.raises(InvalidInstance, match=words):
        solve.extremal(*given)


# ---- hulls -----------------------------------------------------------------------------------------------------------


def test_weights_of_a_hull():
    square = [(0, 0), (2, 0), (0, 2), (2, 2)]
    found = weights(square, (1, 1))
    assert found is not None
    assert sum(found.values()) == 1
    assert [sum(v * square[k][i] for k, v in found.items()) for i in (0, 1)] == [1, 1]
    assert weights(square, (3, 1)) is None
    assert weights([(1,)], (1,)) == {0: 1}
    assert weights(square, (2, 1)) is not None  # on an edge

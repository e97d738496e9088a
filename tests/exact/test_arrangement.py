"""Cells of central arrangements against linear programs, counts and sampling; degenerate positions first."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theorycheck.errors import InvalidInstance
from theorycheck.exact.arrangement import arrangement, cells, faces, signs

from .extremal_oracles import patterns_by_programs, patterns_by_sampling


def rows(d, most):
    entry = st.integers(-3, 3)
    row = st.lists(entry, min_size=d, max_size=d)
    return st.lists(row, min_size=1, max_size=most).filter(lambda X: any(map(any, X)))


@pytest.mark.parametrize(
    ("X", "count"),
    [
        ([[2]], 2),
        ([[2], [-1], [0]], 2),
        ([[1, 0]], 2),
        ([[1, 0], [-2, 0], [0, 0]], 2),
        ([[1, 0], [0, 1]], 4),
        ([[1, 0], [0, 1], [1, 1], [2, 2]], 6),
        ([[1, 0, 0]], 2),
        ([[1, 0, 0], [0, 1, 0]], 4),
        ([[1, 0, 0], [0, 1, 0], [1, 1, 0]], 6),  # rank 2 in R³
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], 8),
        ([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], 12),  # three planes through a line: fewer than 14
        ([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]], 8),  # rank 3 in R⁴
    ],
)
def test_degenerate_positions(X, count):
    found = cells(X)
    assert len(found) == len(set(found)) == count
    zero = [k for k, row in enumerate(X) if not any(row)]
    assert all(pattern[k] == 0 for pattern in found for k in zero)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_against_linear_programs(d):
    X = [[3, 1, 2], [-1, 2, 2], [2, -5, 1], [1, 1, -4], [6, 2, 4], [-2, -3, -5]]
    X = [row[:d] for row in X]
    assert set(cells(X)) == patterns_by_programs(X)


@given(rows(2, 7))
def test_all_cells_of_the_plane_are_seen_by_sampling(X):
    assert set(cells(X)) == patterns_by_sampling(X, 4000)


@given(rows(3, 6))
def test_every_sampled_cell_of_space_is_there(X):
    found = set(cells(X))
    assert patterns_by_sampling(X, 2000) <= found
    assert {tuple(-s for s in pattern) for pattern in found} == found


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 10, 20])
def test_counts_in_general_position(n):
    space = [[1, k, k * k] for k in range(1, n + 1)]  # any three are independent (Vandermonde)
    assert len(cells(space)) == (n * n - n + 2 if n > 1 else 2)
    assert len(cells([row[:2] for row in space])) == 2 * n


@given(rows(3, 6))
def test_a_lifted_point_lies_in_its_face(X):
    exact = [tuple(map(Fraction, row)) for row in X]
    planes = arrangement(exact)
    for face in faces(planes):
        w = planes.lift(face)
        values = [sum(a * b for a, b in zip(x, w, strict=True)) for x in exact]
        assert tuple((v > 0) - (v < 0) for v in values) == signs(planes, face, len(X))


@given(rows(3, 6))
def test_euler(X):
    """On the sphere of the span: rays - arcs + cells = 2 (rank 3), rays = arcs (rank 2)."""
    planes = arrangement([tuple(map(Fraction, row)) for row in X])
    found = list(faces(planes))
    assert len({(f.above, f.zero) for f in found}) == len(found)
    by_codimension = [0, 0, 0]
    for f in found:
        through = [v for j, v in enumerate(planes.normals) if f.zero >> j & 1]
        by_codimension[arrangement([tuple(map(Fraction, v)) for v in through]).rank if through else 0] += 1
    cell, arc, ray = by_codimension
    assert (cell, arc, ray) == (2, 0, 0) if planes.rank == 1 else True
    assert (cell == arc and ray == 0) if planes.rank == 2 else True
    assert ray - arc + cell == 2 if planes.rank == 3 else True


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([[0, 0], [0, 0]], "every sample is zero"),
        ([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], "rank 4.*solve.extremal"),
        ([[1, k, k * k] for k in range(1000)], "too many"),
        ([[float("nan"), 1.0]], "finite"),
    ],
)
def test_bad_input(X, words):
    with pytest.raises(InvalidInstance, match=words):
        cells(X)

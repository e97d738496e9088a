"""Datasets against independent readers (csv, numpy, pandas, scikit-learn's own files) and against every bad input."""

# ruff: noqa: SIM300 (X is a matrix, not a constant)

import csv
import hashlib
import importlib.resources
import io
import time
import zipfile
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset

F = Fraction
PROPERTY = settings(derandomize=True, deadline=None, max_examples=40)
rationals = st.fractions(min_value=-1000, max_value=1000, max_denominator=50)
floats = st.floats(allow_nan=False, allow_infinity=False, width=64)


def matrices(entries, low=1, high=5):
    sizes = st.tuples(st.integers(low, high), st.integers(2, high))
    return sizes.flatmap(
        lambda size: st.lists(st.lists(entries, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
    )


@pytest.fixture
def write(tmp_path):
    def put(text, name="design.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put


def refusal(call, *args, **kwargs):
    """The message of an InvalidInstance, which must be one line."""
    with pytest.raises(InvalidInstance) as caught:
        call(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


# -- exactness ---------------------------------------------------------------------------------------------------------


def test_cells_of_a_csv_file_are_rationals(write):
    data = Dataset.from_csv(write("a,b,y\n3/2,0.1,1e-3\n-7,+.5,1.5/3\n"), target="y")
    assert data.X == ((F(3, 2), F(1, 10)), (F(-7), F(1, 2)))
    assert data.y == (F(1, 1000), F(1, 2))
    assert data.exact_source
    assert data.columns == ("a", "b")
    assert data.name == "design"


def test_a_float_stands_for_its_binary_value():
    data = Dataset.from_arrays(np.array([[0.1, 1.0]]), np.array([2.0]))
    assert data.X == ((F(0.1), F(1)),)
    assert data.X[0][0] != F(1, 10)
    assert not data.exact_source


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_every_float_type_keeps_its_value(dtype):
    value = dtype(1) / dtype(3)
    data = Dataset.from_arrays(np.array([[value]], dtype=dtype), np.array([1], dtype=dtype))
    assert data.X[0][0] == F(*map(int, value.as_integer_ratio()))
    assert not data.exact_source


def test_large_integers_are_not_rounded_through_floats():
    data = Dataset.from_arrays([[2**60 + 1, 0.5], [F(1, 3), "2/7"]], [10**30, Decimal("0.1")])
    assert data.X == ((F(2**60 + 1), F(1, 2)), (F(1, 3), F(2, 7)))
    assert data.y == (F(10**30), F(1, 10))
    assert Dataset.from_arrays(np.array([[2**62 + 1]]), [1]).X[0][0] == 2**62 + 1
    assert Dataset.from_arrays(np.array([[F(1, 3)]], dtype=object), [1]).exact_source


def test_the_constructor_takes_exact_numbers_only():
    assert Dataset(X=[["1/2", 0]], y=[1]).X == ((F(1, 2), F(0)),)
    assert "from_arrays" in refusal(Dataset, X=[[0.5]], y=[1])
    assert "from_arrays" in refusal(Dataset, X=np.eye(2), y=[1, 2])


# -- round trips -------------------------------------------------------------------------------------------------------


@PROPERTY
@given(matrices(rationals), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_csv_round_trip(tmp_path_factory, rows, delimiter, end, quoted):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    names = [f"c {j}" for j in range(len(rows[0]))]
    with path.open("w", newline="") as stream:
        quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
        csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([names, *rows])
    data = Dataset.from_csv(path, target=names[0])
    assert data.y == tuple(row[0] for row in rows)
    assert data.X == tuple(tuple(row[1:]) for row in rows)
    assert data.exact_source


@PROPERTY
@given(matrices(floats))
def test_pandas_reads_the_same_numbers(rows):
    frame = pd.DataFrame(rows, columns=[f"c{j}" for j in range(len(rows[0]))])
    text = io.StringIO(frame.to_csv(index=False))
    data = Dataset.from_frame(frame, target="c1")
    X, y = data.arrays()
    back = pd.read_csv(text, dtype=str).astype(float)
    np.testing.assert_array_equal(X, back.drop(columns="c1").to_numpy(float))
    np.testing.assert_array_equal(y, back["c1"].to_numpy(float))
    assert data.X == tuple(tuple(F(v) for v in [*row[:1], *row[2:]]) for row in rows)


@PROPERTY
@given(matrices(floats), st.sampled_from(["npy", "two files", "npz", "compressed"]))
def test_numpy_round_trip(tmp_path_factory, rows, kind):
    folder, matrix = tmp_path_factory.mktemp("npy"), np.array(rows)
    X, y = matrix[:, :-1], matrix[:, -1]
    path, target = folder / ("d.npy" if kind in ("npy", "two files") else "d.npz"), None
    if kind == "npy":
        np.save(path, matrix)
    elif kind == "two files":
        target = folder / "labels.npy"
        np.save(path, X)
        np.save(target, y)
    else:
        (np.savez if kind == "npz" else np.savez_compressed)(path, X=X, y=y)
    data = Dataset.from_file(path, target)
    np.testing.assert_array_equal(data.arrays()[0], X)
    np.testing.assert_array_equal(data.arrays()[1], y)
    assert data.X[0][0] == F(rows[0][0])


def test_arrays_of_a_npz_file_by_name(tmp_path):
    path = tmp_path / "d.npz"
    np.savez(path, X=np.eye(2), labels=np.array([1, 2]), more=np.array([3, 4]))
    assert Dataset.from_npy(path, target="more").y == (3, 4)
    assert Dataset.from_npy(path).y == (1, 2)
    np.savez(path, only=np.arange(6).reshape(2, 3))
    assert Dataset.from_npy(path, target=0).y == (0, 3)


def test_frames_keep_text_exact_and_accept_odd_labels():
    frame = pd.DataFrame({"a": ["3/2", "0.1"], 7: [1, 2]}, index=["u", "v"])
    data = Dataset.from_frame(frame, target=7)
    assert data.X == ((F(3, 2),), (F(1, 10),))
    assert data.exact_source
    assert "row v, column 'a'" in refusal(Dataset.from_frame, frame.replace("0.1", None), target=7)


# -- CSV dialects and targets ------------------------------------------------------------------------------------------

SAME = ((F(1), F(2)), (F(4), F(5)))


@pytest.mark.parametrize(
    "text",
    [
        "a,b,y\n1,2,3\n4,5,6\n",
        "\ufeffa,b,y\n1,2,3\n4,5,6\n",
        "a,b,y\r\n1,2,3\r\n4,5,6\r\n",
        "a;b;y\n1;2;3\n4;5;6",
        "a\tb\ty\n1\t2\t3\n4\t5\t6\n",
        '"a","b","y"\n"1","2","3"\n"4","5","6"\n',
        "\n a , b , y \n\n 1 , 2 , 3 \n4,5,6\n\n",
        "1,2,3\n4,5,6\n",
        '"a, first",b;b,y\n1,2,3\n4,5,6\n',
    ],
    ids=["plain", "bom", "windows", "semicolon", "tab", "quoted", "spaces", "no header", "awkward names"],
)
def test_dialects(write, text):
    data = Dataset.from_csv(write(text), target="y")
    assert data.X == SAME
    assert data.y == (3, 6)


@pytest.mark.parametrize(
    ("header", "target", "expected"),
    [
        ("a,b,y", None, 2),
        ("a,y,b", None, 1),
        ("a,b,c", None, 2),
        ("a,b,c", "a", 0),
        ("a,b,c", 1, 1),
        ("a,b,c", "1", 1),
        ("a,b,c", -1, 2),
        ("a,b,c", "last", 2),
        ("2,1,c", "1", 1),
        (None, None, 2),
        (None, "y", 2),
        (None, "x1", 0),
        (None, 0, 0),
    ],
)
def test_targets(write, header, target, expected):
    rows = [[1, 2, 3], [4, 5, 6]]
    lines = ([header] if header else []) + [",".join(map(str, row)) for row in rows]
    data = Dataset.from_csv(write("\n".join(lines)), target=target)
    assert data.y == tuple(row[expected] for row in rows)
    assert data.X == tuple(tuple(F(v) for j, v in enumerate(row) if j != expected) for row in rows)
    if header is None:
        assert data.columns == tuple(f"x{j + 1}" for j in range(3) if j != expected)


def test_features_leave_text_columns_out(write):
    path = write("id,a,b,y\nanna,1,2,3\nbob,4,5,6\n")
    assert Dataset.from_csv(path, target="y", features=["a", "b"]).X == SAME
    assert Dataset.from_csv(path, target="y", features="1:3").X == SAME
    assert "column 'id'" in refusal(Dataset.from_csv, path, target="y")


# -- bad input ---------------------------------------------------------------------------------------------------------

BAD_CSV = {
    "empty": ("", ["empty"]),
    "blank lines": ("\n \n\n", ["empty"]),
    "header only": ("a,b,y\n", ["n = 0"]),
    "ragged": ("a,y\n1,2\n\n3\n", ["line 4", "1 cells", "2"]),
    "long line": ("a,y\n1,2\n3,4,5\n", ["line 3", "3 cells"]),
    "nan": ("a,y\n1,2\nNaN,3\n", ["line 3", "column 'a'", "'NaN'"]),
    "infinity": ("a,y\n1,2\n1,-inf\n", ["line 3", "column 'y'", "'-inf'"]),
    "infinity at once": ("1,inf\n1,2\n", ["line 1", "column 'x2'"]),
    "text": ("a,y\n1,2\nhigh,3\n", ["line 3", "column 'a'", "'high'"]),
    "empty cell": ("a,y\n1,2\n,3\n", ["line 3", "column 'a'", "empty"]),
    "code": ("a,y\n__import__('os'),3\n", ["line 2", "column 'a'"]),
    "division by zero": ("a,y\n1/0,3\n", ["line 2", "column 'a'", "zero"]),
    "huge exponent": ("a,y\n1e999999,3\n", ["line 2", "column 'a'", "exponent"]),
    "huge negative exponent": ("a,y\n1e-999999999,3\n", ["line 2", "exponent"]),
    "many digits": ("a,y\n" + "7" * 5000 + ",3\n", ["line 2", "column 'a'", "5000"]),
    "very many digits": ("a,y\n" + "7" * 500_000 + ",3\n", ["field"]),
    "decimal comma": ("a;y\n1,5;2\n", ["line 2", "column 'a'", "1.5"]),
    "underscore": ("a,y\n1_000,2\n", ["line 2", "'1_000'"]),
    "hexadecimal": ("a,y\n0x10,2\n", ["line 2"]),
    "a very long name": ("a" * 99_999 + ",y\nhigh,2\n", ["line 2", "'aaa"]),
    "duplicate names": ("a,b,a,y\n1,2,3,4\n", ["'a'", "1 and 3"]),
    "one column": ("y\n1\n2\n", ["d = 0"]),
    "blanks as delimiter": ("a b y\n1 2 3\n", ["d = 0", "comma"]),
    "written index": (",a,y\n0,1,2\n", ["column 1", "no name"]),
    "open quote": ('a,y\n"1,2\n3,4\n', ["line 1", "quotes"]),
    "binary": (bytes(range(128, 256)) * 4, ["UTF-8"]),
    "zeros": (b"a,y\n1,\x00\n", ["binary"]),
    "utf-16": ("a,y\n1,2\n".encode("utf-16"), ["UTF-8"]),
    "latin-1": ("größe,y\n1,2\n".encode("latin-1"), ["UTF-8", "byte 2"]),
}


@pytest.mark.parametrize("case", BAD_CSV)
def test_bad_csv(write, case):
    text, parts = BAD_CSV[case]
    path = write(text)
    begin = time.perf_counter()
    message = refusal(Dataset.from_csv, path)
    assert time.perf_counter() - begin < 2
    assert str(path) in message
    for part in parts:
        assert part in message


def test_quoted_line_breaks_do_not_shift_the_lines(write):
    path = write('"a\nb",y\n1,2\n"3\n",x\n')
    assert "line 4, column 'y'" in refusal(Dataset.from_csv, path)


@pytest.mark.parametrize("target", ["z", "Weigth", 3, -4, "99", True, 1.5, "", ["y"]])
def test_a_target_that_does_not_exist(write, target):
    message = refusal(Dataset.from_csv, write("height,weight,y\n1,2,3\n"), target=target)
    assert repr(str(target)) in message
    assert "0 to 2" in message
    if target == "Weigth":
        assert "'weight'" in message


@pytest.mark.parametrize("features", [["y"], ["nope"], [5], [], "7:9", ["a", "a"], [True], 3.5, "0:2:0"])
def test_bad_features(write, features):
    refusal(Dataset.from_csv, write("a,b,y\n1,2,3\n"), target="y", features=features)


def test_missing_files_and_folders(tmp_path, write):
    path = write("a,y\n1,2\n")
    message = refusal(Dataset.from_file, tmp_path / "desing.csv")
    assert "no such file" in message
    assert "'design.csv'" in message
    assert "folder" in refusal(Dataset.from_csv, tmp_path)
    assert "folder" in refusal(Dataset.from_csv, tmp_path / "none" / "x.csv")
    assert ".npz" in refusal(Dataset.from_file, write("a", "d.parquet"))
    assert "no such file" in refusal(Dataset.from_file, tmp_path / "none.parquet")
    assert "regular file" in refusal(Dataset.from_csv, "/dev/zero")
    assert "path" in refusal(Dataset.from_csv, "a\0b.csv")
    assert "path" in refusal(Dataset.from_csv, "x" * 5000 + ".csv")
    assert "path" in refusal(Dataset.from_csv, 3)
    assert Dataset.from_file(str(path)).y == (2,)


def bad_arrays():
    return {
        "1-d X": (np.arange(3), [1, 2, 3], ["(3,)", "2-dimensional"]),
        "3-d X": (np.zeros((2, 2, 2)), [1, 2], ["(2, 2, 2)"]),
        "2-d y": (np.eye(2), np.ones((2, 1)), ["(2, 1)", "1-dimensional"]),
        "short y": (np.eye(3), [1, 2], ["2 labels", "3 rows"]),
        "no rows": (np.zeros((0, 3)), [], ["n = 0"]),
        "no rows, list": ([], [], ["n = 0"]),
        "no columns": (np.zeros((3, 0)), [1, 2, 3], ["d = 0"]),
        "nan": (np.array([[1.0, np.nan]]), [1], ["row 0", "'x2'", "nan"]),
        "infinite label": ([[1.0]], [float("inf")], ["'y'", "inf"]),
        "complex": (np.array([[1j]]), [1], ["complex128"]),
        "complex in a list": ([[1j]], [1], ["complex"]),
        "objects": (np.array([[{}]], dtype=object), [1], ["dict"]),
        "dates": (np.array([["2020-01-01"]], dtype="datetime64[D]"), [1], ["datetime64"]),
        "none": ([[None]], [1], ["empty"]),
        "text": ([["abc"]], [1], ["'abc'"]),
        "ragged": ([[1, 2], [3]], [1, 2], ["row 1"]),
        "flat list": ([1, 2], [1, 2], ["2-dimensional"]),
        "nested labels": ([[1]], [[1]], ["list"]),
        "nothing": (None, [1], ["()"]),
        "a masked cell": (np.ma.masked_equal([[1, 2]], 2).tolist(), [1], ["empty"]),
        "infinite decimal": ([[Decimal("Infinity")]], [1], ["Infinity"]),
        "huge decimal": ([[Decimal("1e999999")]], [1], ["exponent"]),
    }


@pytest.mark.parametrize("case", bad_arrays())
def test_bad_arrays(case):
    X, y, parts = bad_arrays()[case]
    message = refusal(Dataset.from_arrays, X, y)
    for part in parts:
        assert part in message


def test_bad_names_and_frames():
    assert "2 column names" in refusal(Dataset.from_arrays, [[1]], [1], columns=["a", "b"])
    assert "data frame" in refusal(Dataset.from_frame, {"a": [1]})
    twice = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "y"])
    assert "'a' twice" in refusal(Dataset.from_frame, twice, target="y")
    assert "n = 0" in refusal(Dataset.from_frame, pd.DataFrame({"a": [], "y": []}), target="y")
    gap = pd.DataFrame({"a": [1.0, np.nan], "y": [1, 2]})
    assert "row 1, column 'a'" in refusal(Dataset.from_frame, gap, target="y")
    gap = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "y": [1, 2]})
    assert "row 1, column 'a'" in refusal(Dataset.from_frame, gap, target="y")
    assert "column 'a'" in refusal(Dataset.from_frame, pd.DataFrame({"a": [pd.Timestamp(0)], "y": [1]}))


def test_numpy_files_never_unpickle(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was loaded",))

    np.save(tmp_path / "o.npy", np.array([[Bomb()]], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "o.npz", X=np.array([[Bomb()]], dtype=object), y=np.ones(1), allow_pickle=True)
    for name in ("o.npy", "o.npz"):
        assert "pickled" in refusal(Dataset.from_file, tmp_path / name)


def forged(shape):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return stream.getvalue()


def test_corrupt_numpy_files(tmp_path, write):
    whole = io.BytesIO()
    np.save(whole, np.ones((10, 10)))
    for junk in (b"", b"\x80\x04junk", whole.getvalue()[:50], whole.getvalue()[:-8], forged((10**6, 3)), b"PK\3\4junk"):
        refusal(Dataset.from_npy, write(junk, "j.npy"))
        refusal(Dataset.from_npy, write(junk, "j.npz"))
    assert "cells" in refusal(Dataset.from_npy, write(forged((10**9, 10**9)), "h.npy"))
    path = tmp_path / "forged.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", forged((10**9, 10**9)))
        archive.writestr("y.npy", b"junk")
    assert "cells" in refusal(Dataset.from_npy, path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "text")
    assert "not a .npy array" in refusal(Dataset.from_npy, path)
    zipfile.ZipFile(path, "w").close()
    assert "no arrays" in refusal(Dataset.from_npy, path)


def test_every_cut_and_flip_of_a_npz_file_is_refused_or_harmless(tmp_path):
    path = tmp_path / "d.npz"
    np.savez_compressed(path, X=np.arange(12.0).reshape(4, 3), y=np.arange(4.0))
    raw = path.read_bytes()
    for at in range(0, len(raw), 7):
        for damaged in (raw[:at], raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :]):
            path.write_bytes(damaged)
            try:
                Dataset.from_npy(path)
            except InvalidInstance as refused:
                assert "\n" not in str(refused)  # noqa: PT017


def test_wrong_contents_of_numpy_files(tmp_path):
    path = tmp_path / "d.npz"
    np.savez(path, X=np.eye(2), y=np.ones(3))
    assert "3 labels" in refusal(Dataset.from_npy, path)
    np.savez(path, X=np.eye(2), y=np.ones(2))
    assert "'z'" in refusal(Dataset.from_npy, path, target="z")
    np.savez(path, a=np.eye(2), b=np.eye(2), y=np.ones(2))
    assert "call one of them X" in refusal(Dataset.from_npy, path)
    np.savez(path, a=np.eye(2), b=np.eye(2))
    assert "'y'" in refusal(Dataset.from_npy, path)
    np.save(tmp_path / "v.npy", np.ones(3))
    assert "2-dimensional" in refusal(Dataset.from_npy, tmp_path / "v.npy")
    np.save(tmp_path / "s.npy", np.zeros(3, dtype=[("a", "f8"), ("b", "f8")]))
    refusal(Dataset.from_npy, tmp_path / "s.npy")
    np.save(tmp_path / "m.npy", np.array([[1, np.inf]]))
    assert "row 0 (from 0), column 'x2'" in refusal(Dataset.from_npy, tmp_path / "m.npy")


# -- what a dataset knows ----------------------------------------------------------------------------------------------


@PROPERTY
@given(matrices(st.fractions(min_value=-3, max_value=3, max_denominator=3)))
def test_rank_and_gram_against_sympy(rows):
    data = Dataset(X=rows, y=[0] * len(rows))
    matrix = sympy.Matrix(rows)
    assert data.rank() == matrix.rank()
    assert data.affine_rank() == matrix.row_join(sympy.ones(len(rows), 1)).rank()
    assert sympy.Matrix(data.gram()) == matrix * matrix.T
    assert data.squared_norms() == tuple(data.gram()[i][i] for i in range(data.n))
    assert data.with_bias().X == tuple((*row, 1) for row in data.X)


def test_rank_sees_what_floats_cannot():
    tiny = F(1, 10**40)
    data = Dataset(X=[[1, 1], [1, 1 + tiny]], y=[0, 0])
    assert data.rank() == 2
    assert np.linalg.matrix_rank(data.arrays()[0]) == 1


@pytest.mark.parametrize(
    ("X", "rank", "affine"), [([[0]], 0, 1), ([[2]], 1, 1), ([[0, 0], [0, 0]], 0, 1), ([[1], [2]], 1, 2)]
)
def test_the_smallest_sizes(X, rank, affine):
    data = Dataset(X=X, y=[0] * len(X))
    assert (data.rank(), data.affine_rank()) == (rank, affine)
    assert "rank" in data.describe()


def test_digest_is_of_the_exact_numbers_alone():
    data = Dataset(X=[["1/2", -17]], y=[3], name="one")
    text = "theorycheck dataset 1\n1 2\n1/2 -11/1 | 3/1\n"
    assert data.digest == hashlib.sha256(text.encode()).hexdigest()
    other = Dataset(X=[["2/4", -17]], y=["3.0"], name="two", provenance="elsewhere")
    assert data == other
    assert hash(data) == hash(other)
    changed = [
        Dataset(X=[["1/2", -17]], y=["3.1"]),
        Dataset(X=[["1/2", 17]], y=[3]),
        Dataset(X=[["1/2"]], y=[3]),
        data.with_bias(),
    ]
    assert len({data.digest, *(c.digest for c in changed)}) == 5
    with pytest.raises(AttributeError):
        data.y = ()  # type: ignore[misc]


@PROPERTY
@given(matrices(rationals, low=2))
def test_centring_is_exact(rows):
    data = Dataset(X=rows, y=range_labels(rows)).centred()
    assert all(sum(column) == 0 for column in zip(*data.X, strict=True))
    assert all(a - b == F(p) - F(q) for a, b, p, q in zip(data.X[0], data.X[1], rows[0], rows[1], strict=True))
    assert data.exact_source


def range_labels(rows):
    return list(range(len(rows)))


def test_normalising_is_exact_where_the_norm_is_rational():
    data = Dataset(X=[[3, 4], ["5/13", "12/13"]], y=[0, 0]).normalised()
    assert data.X == ((F(3, 5), F(4, 5)), (F(5, 13), F(12, 13)))
    assert data.exact_source
    assert "exact" in data.provenance


@PROPERTY
@given(st.lists(st.one_of(rationals, floats.map(F)), min_size=1, max_size=4).filter(any))
def test_normalising_rounds_to_the_nearest_float(row):
    data = Dataset(X=[row], y=[0]).normalised()
    square = sum(F(x) * F(x) for x in row)
    if data.exact_source:
        assert data.squared_norms() == (1,)
        return
    for x, u in zip(row, data.X[0], strict=True):
        value = float(u)
        assert F(value) == u
        assert (u > 0) == (x > 0) or u == 0
        middles = [abs(u + F(float(np.nextafter(value, side)))) / 2 for side in (-2.0, 2.0)]
        low = 0 if u == 0 else min(middles)
        assert low**2 <= F(x) ** 2 / square <= max(middles) ** 2


def test_rounding_is_reported():
    data = Dataset(X=[[1, 1], [3, 4]], y=[0, 0]).normalised()
    assert data.X[0] == (F(0.5**0.5),) * 2
    assert "1 of 2" in data.provenance
    assert not data.exact_source
    assert "row 1" in refusal(Dataset(X=[[1], [0]], y=[0, 0]).normalised)


def test_extreme_entries():
    data = Dataset.from_arrays([["1e400", "1e-400"]], [1])
    assert "1e308" in refusal(data.arrays)
    assert data.rank() == 1
    assert "≈" in data.describe() or "beyond" in data.describe()
    long = Dataset(X=[[F(1, 10**6000)]], y=[0])
    assert len(long.digest) == 64
    assert long.describe()


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        ("0:2", None, [[0, 1, 2], [3, 4, 5]]),
        (2, None, [[0, 1, 2], [3, 4, 5]]),
        ("2", "1", [[0], [3]]),
        (slice(1, None), [2, 0], [[5, 3], [8, 6]]),
        ([2, 0, 2], ["b"], [[7], [1], [7]]),
        ("-1:", "a,c", [[6, 8]]),
        (np.array([1]), "b", [[4]]),
        ("::2", "0:3:2", [[0, 2], [6, 8]]),
    ],
)
def test_select(rows, columns, expected):
    data = Dataset.from_arrays(np.arange(9).reshape(3, 3), [0, 1, 2], columns=["a", "b", "c"])
    chosen = data.select(rows, columns)
    assert chosen.X == tuple(tuple(map(F, row)) for row in expected)
    assert chosen.y == tuple(row[0] // 3 for row in data.select(rows).X)
    assert "rows" in chosen.provenance


@pytest.mark.parametrize(
    "rows", [0, 4, -1, "0:9", "3:3", [3], [], ["a"], [True], [0.5], 1.5, "x", "0:1:0", {}, "9" * 30]
)
def test_bad_selections(rows):
    data = Dataset.from_arrays(np.eye(3), [1, 2, 3])
    assert "rows" in refusal(data.select, rows)
    refusal(data.select, columns=rows)


def test_labels_and_columns_can_be_replaced():
    data = Dataset(X=[[1], [2]], y=[0, 0])
    other = data.with_labels([0.5, "1/3"])
    assert other.y == (F(1, 2), F(1, 3))
    assert other.X == data.X
    assert not other.exact_source
    assert "3 labels" in refusal(data.with_labels, [1, 2, 3])
    refusal(Dataset, X=[[1, 2], [3]], y=[1, 2])
    refusal(Dataset, X=[[1, 2]], y=[1, 2])
    refusal(Dataset, X=[[]], y=[1])
    refusal(Dataset, X=[], y=[])
    refusal(Dataset, X=[[1]], y=[1], columns=["a", "b"])


def test_zero_columns_are_allowed_and_reported(write):
    data = Dataset.from_csv(write("a,b,y\n0,0,1\n0,2,2\n"))
    assert data.rank() == 1
    assert "zero: 1 (a)" in data.describe()


# -- bundled sets ------------------------------------------------------------------------------------------------------

SIZES = {"breast_cancer": (569, 30), "diabetes": (442, 10), "digits": (1797, 64), "iris": (150, 4), "wine": (178, 13)}


@pytest.mark.parametrize("name", [*SIZES, "linnerud"])
def test_bundled_sets_are_scikit_learns(name):
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    data = Dataset.bundled(name)
    X, y = data.arrays()
    assert (data.n, data.d) == SIZES.get(name, (20, 3))
    np.testing.assert_array_equal(X, bunch.data)
    np.testing.assert_array_equal(y, bunch.target[:, 0] if name == "linnerud" else bunch.target)
    assert data.exact_source == (name != "diabetes")


@pytest.mark.parametrize(
    ("name", "file"), [("iris", "iris"), ("wine", "wine_data"), ("breast_cancer", "breast_cancer")]
)
def test_bundled_decimals_are_those_of_the_published_file(name, file):
    text = (importlib.resources.files("sklearn.datasets.data") / f"{file}.csv").read_text()
    rows = list(csv.reader(text.splitlines()))[1:]
    data = Dataset.bundled(name)
    assert data.X == tuple(tuple(map(F, row[:-1])) for row in rows)
    assert data.y == tuple(F(row[-1]) for row in rows)


def test_eight_digits():
    data = Dataset.bundled("digits", rows="0:8")
    assert (data.n, data.d, data.rank()) == (8, 64, 8)
    assert data.y == tuple(range(8))
    assert data == Dataset.bundled("digits", rows=8) == Dataset.bundled("digits", rows=list(range(8)))
    assert data.name == "digits[0:8]"
    assert "rows 0:8" in data.provenance


def test_bundled_choices():
    data = Dataset.bundled("diabetes", rows=5, columns=["bmi", "bp"], target="age", centre=True, normalise=True)
    assert (data.n, data.d, data.columns) == (5, 2, ("bmi", "bp"))
    from sklearn.datasets import load_diabetes

    raw = load_diabetes().data[:5]
    centred = raw[:, 2:4] - raw[:, 2:4].mean(axis=0)
    X, y = data.arrays()
    np.testing.assert_allclose(X, centred / np.linalg.norm(centred, axis=1, keepdims=True), rtol=1e-13)
    np.testing.assert_array_equal(y, raw[:, 0])
    assert Dataset.bundled("linnerud", target="Pulse").columns == ("Chins", "Situps", "Jumps")
    assert Dataset.bundled("digits", rows=3, columns="2:6").d == 4


def test_bad_bundled_choices():
    assert "'digits'" in refusal(Dataset.bundled, "digit")
    assert "there are only 150" in refusal(Dataset.bundled, "iris", rows="0:151")
    assert "'bmi'" in refusal(Dataset.bundled, "diabetes", columns=["bmy"])
    assert "no target column" in refusal(Dataset.bundled, "iris", target="colour")
    refusal(Dataset.bundled, "iris", columns=[])
    refusal(Dataset.bundled, ["iris"])


# -- speed -------------------------------------------------------------------------------------------------------------


def test_a_large_csv_file_loads_quickly(tmp_path):
    path = tmp_path / "large.csv"
    numbers = np.random.default_rng(0).standard_normal((2000, 65))
    np.savetxt(path, numbers, delimiter=",", fmt="%.17g")
    times = []
    for _ in range(3):
        begin = time.process_time()
        data = Dataset.from_csv(path)
        times.append(time.process_time() - begin)
    assert (data.n, data.d) == (2000, 64)
    assert min(times) < 1
    np.testing.assert_array_equal(data.arrays()[0], numbers[:, :-1])

"""Datasets: exact samples and labels, from files, frames, arrays and scikit-learn's bundled sets."""

from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models import rational
from theorycheck.models.rational import Row
from theorycheck.models.selection import choose, pair, shorten, two_classes
from theorycheck.models.tables import Table, check_shapes, exact_matrix, exact_vector, find_column, split


@attrs.frozen
class Dataset:
    """n samples x_i in R^d with labels y_i, every number exact.

    Floats are kept as their exact binary value, so rank, Gram matrix and certificates mean what they say. Two datasets
    are equal when X and y are; names and provenance do not count.

    Attributes:
        X: (n, d) rationals; rows are samples.
        y: (n,) rationals.
        name: short, for tables and file names.
        provenance: where the numbers came from and what was done to them.
        exact_source: True when the numbers came as rationals or decimals, False when any came as a float.
        columns: d names; `x1`, `x2`, … by default.

    Raises:
        InvalidInstance: no samples, no features, ragged rows, a wrong number of labels, or floats.

    Example:
        >>> data = Dataset(X=[["1/2", 0], [1, 3]], y=[1, "0.1"])
        >>> data.n, data.d, data.rank(), data.y[1]
        (2, 2, 2, Fraction(1, 10))
    """

    X: tuple[Row, ...] = attrs.field(converter=exact_matrix)
    y: Row = attrs.field(converter=exact_vector)
    name: str = attrs.field(default="data", eq=False)
    provenance: str = attrs.field(default="given by hand", eq=False)
    exact_source: bool = attrs.field(default=True, eq=False)
    columns: tuple[str, ...] = attrs.field(default=(), eq=False, converter=tuple)

    def __attrs_post_init__(self) -> None:
        check_shapes(self.X, self.y, self.columns, self.name)
        if not self.columns:
            object.__setattr__(self, "columns", tuple(f"x{j + 1}" for j in range(self.d)))

    @property
    def n(self) -> int:
        """The number of samples."""
        return len(self.X)

    @property
    def d(self) -> int:
        """The number of features."""
        return len(self.X[0])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the exact numbers, whatever the name and the provenance; see `rational.digest`."""
        return rational.digest(self.X, self.y)

    def arrays(self) -> tuple[Any, Any]:
        """X of shape (n, d) and y of shape (n,), each entry the nearest float64.

        Raises:
            InvalidInstance: an entry is larger than every float64.
        """
        import numpy as np

        try:
            return np.array([[float(x) for x in row] for row in self.X]), np.array([float(label) for label in self.y])
        except OverflowError:
            raise InvalidInstance(f"{self.name}: an entry exceeds 1e308 and has no float64; rescale the data")

    def rank(self) -> int:
        """The exact rank of X."""
        return rational.rank(self.X)

    def affine_rank(self) -> int:
        """The exact rank of (X, 1): the largest number of affinely independent samples, which a bias can fit."""
        return self.with_bias().rank()

    def gram(self) -> tuple[Row, ...]:
        """The exact Gram matrix of the samples, (n, n): entry (i, k) is x_i · x_k."""
        return rational.gram(self.X)

    def squared_norms(self) -> Row:
        """The exact squared norms w_i = ‖x_i‖², (n,)."""
        return tuple(sum((x * x for x in row), Fraction(0)) for row in self.X)

    def describe(self) -> str:
        """Sizes, exact ranks, ranges, zero columns, source and digest, on a few lines."""
        from theorycheck.models.describe import describe

        return describe(self)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, n={self.n}, d={self.d}, digest={self.digest[:12]!r})"

    def select(self, rows: Any = None, columns: Any = None) -> "Dataset":
        """Some samples and some features.

        Args:
            rows: None for all, a count, slice text such as `0:8`, a slice, or a list of indices (from 0).
            columns: the same, and names.

        Raises:
            InvalidInstance: nothing is chosen, or something that is not there.
        """
        chosen = choose(rows, self.n, self.name, "row")
        kept = choose(columns, self.d, self.name, "column", self.columns)
        parts = [f"{what} {shorten(s)}" for what, s in (("rows", rows), ("columns", columns)) if s is not None]
        return attrs.evolve(
            self,
            X=tuple(tuple(self.X[i][j] for j in kept) for i in chosen),
            y=tuple(self.y[i] for i in chosen),
            columns=tuple(self.columns[j] for j in kept),
            provenance="; ".join([self.provenance, *parts]),
        )

    def two_classes(self, first: Any, second: Any) -> "Dataset":
        """The samples of two classes, in their order, labelled 1 (the first class) and -1 (the second).

        Args:
            first: a label of the data.
            second: another.

        Raises:
            InvalidInstance: the two are the same, or no sample carries one of them.
        """
        rows, y = two_classes(self.y, first, second, self.name)
        chosen = self.select(rows)
        name = f"{self.name}-{first}-{second}"
        return attrs.evolve(chosen, y=y, name=name, provenance=f"{self.provenance}; class {first} as 1, {second} as -1")

    def centred(self) -> "Dataset":
        """Each feature minus its exact mean over the samples; the labels stay."""
        means = [sum(column, Fraction(0)) / self.n for column in zip(*self.X, strict=True)]
        X = tuple(tuple(x - mean for x, mean in zip(row, means, strict=True)) for row in self.X)
        return attrs.evolve(self, X=X, provenance=f"{self.provenance}; features centred")

    def normalised(self) -> "Dataset":
        """Each sample divided by its norm: exact where the norm is rational, else rounded to the nearest floats.

        Raises:
            InvalidInstance: a sample is zero and has no direction.
        """
        zero = next((i for i, row in enumerate(self.X) if not any(row)), None)
        if zero is not None:
            raise InvalidInstance(f"{self.name}: row {zero} is zero and cannot be normalised; leave it out")
        units = [rational.unit(row) for row in self.X]
        rounded = sum(not is_exact for _, is_exact in units)
        note = f"rounded to floats in {rounded} of {self.n} whose norm is irrational" if rounded else "exact"
        return attrs.evolve(
            self,
            X=tuple(row for row, _ in units),
            exact_source=self.exact_source and not rounded,
            provenance=f"{self.provenance}; samples divided by their norms ({note})",
        )

    def with_labels(self, y: Any) -> "Dataset":
        """The same samples with other labels: n numbers; floats keep their exact value.

        Raises:
            InvalidInstance: a wrong number of labels, or a label that is no finite number.
        """
        other = Dataset.from_arrays(self.X, y, name=self.name)
        exact_source = self.exact_source and other.exact_source
        return attrs.evolve(self, y=other.y, exact_source=exact_source, provenance=f"{self.provenance}; other labels")

    def with_bias(self) -> "Dataset":
        """Each x replaced by (x, 1), so that a network without bias on it is one with bias on x."""
        X = tuple((*row, Fraction(1)) for row in self.X)
        provenance = f"{self.provenance}; a column of ones for the bias"
        return attrs.evolve(self, X=X, columns=(*self.columns, "bias"), provenance=provenance)

    @classmethod
    def from_file(cls, path: Any, target: Any = None, features: Any = None) -> "Dataset":
        """A `.csv`, `.tsv`, `.txt`, `.npy` or `.npz` file; see `from_csv` and `from_npy`.

        Raises:
            InvalidInstance: another suffix, or what those two raise.
        """
        from theorycheck.models import readers

        suffix = Path(str(path)).suffix.lower()
        if suffix in (".csv", ".tsv", ".txt"):
            return cls.from_csv(path, target, features)
        if suffix in (".npy", ".npz"):
            return cls.from_npy(path, target, features)
        readers.existing_file(path)
        raise InvalidInstance(f"{path}: unknown kind {suffix!r}; pass .csv, .tsv, .txt, .npy or .npz, or from_frame")

    @classmethod
    def from_csv(cls, path: Any, target: Any = None, features: Any = None) -> "Dataset":
        """A UTF-8 CSV file whose cells are exact: `3/2`, `0.1` and `1e-3` are rationals.

        The delimiter is a comma, a semicolon or a tab, whichever splits the first lines evenly. Without a header (all
        cells of the first line look like numbers) the columns are called x1, x2, …, and `y` means the last.

        Args:
            path: the file.
            target: a column's name, its index (from 0, or from -1 backwards; a name wins), or `last`. None takes the
                column called `y`, else the last one.
            features: the other columns that count: names, indices, a count or slice text. None takes all others.

        Raises:
            InvalidInstance: the file or a cell is wrong; the message names the line and the column.
        """
        from theorycheck.models import readers

        return cls._of_table(readers.read_csv(path), target, features, Path(str(path)).stem, Path(str(path)).name)

    @classmethod
    def from_npy(cls, path: Any, target: Any = None, features: Any = None) -> "Dataset":
        """A numpy file; pickled objects are never loaded.

        Args:
            path: `.npy` with a matrix, or `.npz` with arrays X and y.
            target: for a matrix the index of its target column (None: the last), or the path of a `.npy` file with y
                of shape (n,); for `.npz` the name of the array y (None: `y`, `target` or `labels`).
            features: indices, a count or slice text. None takes all columns but the target.

        Raises:
            InvalidInstance: the file is corrupt, holds objects, or its shapes do not fit.
        """
        from theorycheck.models import array_readers

        table, column = array_readers.read_npy(path, target)
        return cls._of_table(table, column, features, Path(str(path)).stem, Path(str(path)).name)

    @classmethod
    def from_frame(cls, frame: Any, target: Any = None, features: Any = None, name: str = "frame") -> "Dataset":
        """A pandas data frame (or one that looks like it); cells that are text, such as `3/2`, are exact.

        Args:
            frame: n rows with named columns.
            target: as in `from_csv`.
            features: as in `from_csv`.
            name: what to call it.

        Raises:
            InvalidInstance: a column is missing or named twice, or a cell is not a finite number.
        """
        from theorycheck.models import readers

        return cls._of_table(readers.read_frame(frame), target, features, name, "a data frame")

    @classmethod
    def from_arrays(cls, X: Any, y: Any, name: str = "arrays", columns: Any = None) -> "Dataset":
        """Numpy arrays (or what turns into them), or nested lists; floats keep their exact binary value.

        Args:
            X: (n, d) numbers: floats, integers, Fractions, or text such as `3/2`.
            y: (n,) numbers.
            name: what to call it.
            columns: d names; None for x1, x2, ….

        Raises:
            InvalidInstance: wrong shapes, or an entry that is not a finite number.
        """
        from theorycheck.models import array_readers

        table = array_readers.table_of_arrays(X, y, name, columns)
        part = split(table, len(table.names) - 1)
        return cls(part.X, part.y, name, "arrays in memory", part.exact_source, part.columns)

    @classmethod
    def bundled(
        cls,
        name: str,
        rows: Any = None,
        columns: Any = None,
        target: Any = None,
        *,
        classes: Any = None,
        centre: bool = False,
        normalise: bool = False,
    ) -> "Dataset":
        """A real data set that scikit-learn carries: classes first, then rows and columns, then centring, then norms.

        Args:
            name: `breast_cancer`, `diabetes`, `digits`, `iris`, `linnerud` or `wine`.
            rows: a count, slice text such as `0:8`, or a list of indices, in the file's order; None for all. With
                `classes` it counts the samples of these two alone.
            columns: the same for features, or their names.
            target: None for the set's own (classes as 0, 1, …; for `linnerud` the weight), or any column's name.
            classes: two labels, of which the first becomes 1 and the second -1; None keeps all as they are.
            centre: subtract each feature's mean over the chosen rows; see `centred`.
            normalise: divide each sample by its norm; see `normalised`.

        Raises:
            InvalidInstance: no such set, row or column.
        """
        from theorycheck.models import bundled

        early = rows if classes is None else None
        table, label, features, title, origin = bundled.read_bundled(name, early, columns, target)
        data = cls._of_table(table, label, features, title, origin)
        if classes is not None:
            data = data.two_classes(*pair(classes)).select(rows)
        data = data.centred() if centre else data
        return data.normalised() if normalise else data

    @classmethod
    def _of_table(cls, table: Table, target: Any, features: Any, name: str, origin: str) -> "Dataset":
        part = split(table, find_column(table, target), features)
        provenance = f"{origin}, target {part.target!r}"
        return cls(part.X, part.y, name, provenance, part.exact_source, part.columns)

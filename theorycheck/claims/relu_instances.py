"""Instances of the theorems on plainly trained ReLU networks: degenerate ones first, then small exact rationals.

Samples are nearly orthogonal by construction: multiples of the unit vectors, each entry moved by at most δ, so that
R_min² ≥ (1 - δ)², p ≤ 2 (s + δ) δ + n δ² for multiples up to s = 3/2. δ is chosen so that the claims' conditions hold.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.claims.instances import sequence
from theorycheck.models import generators_signs as signed
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance
from theorycheck.models.teacher import Law, antipodal

SLOPES = (Fraction(1, 2), Fraction(1, 10), Fraction(1, 4), Fraction(3, 4), Fraction(1))
SIZES = (Fraction(1), Fraction(5, 4), Fraction(3, 2))
START = Fraction(1, 10**5)


def named(name: str, X: Any, y: Any) -> Dataset:
    """A small dataset with a name."""
    return Dataset(X, y, name=name)


def fixed(data: Dataset, width: Any = 3, slope: Any = Fraction(1, 2), **rest: Any) -> ReluInstance:
    """A network with fixed outputs and the logistic loss."""
    options: dict[str, Any] = {"init": START}
    return ReluInstance(data, width, slope, **(options | rest))


def trained(data: Dataset, width: int = 20, **rest: Any) -> ReluInstance:
    """A ReLU network of which both layers are trained, with the squared loss."""
    usual: dict[str, Any] = {"loss": "square", "outputs": "trained", "init": Fraction(1, 1000), "signs": "balanced"}
    return ReluInstance(data, width, **(usual | rest))


def units(n: int, labels: Any = None) -> Dataset:
    """The unit vectors e_1, ..., e_n, labels alternating unless given."""
    rows = [[int(i == k) for k in range(n)] for i in range(n)]
    return named(f"unit vectors, n={n}", rows, labels or [1 if i % 2 == 0 else -1 for i in range(n)])


ONE = named("one sample", [[1]], [1])
ONE_CLASS = units(3, [1, 1, 1])
TILTED = named("two tilted samples", [[2, "1/10", 0], ["-1/10", "3/2", "1/5"]], [1, -1])
COLLINEAR = named("collinear, unequal", [[1, 0], [3, 0], [0, 1]], [1, 1, -1])


def first(slope: Any = Fraction(1, 2), **rest: Any) -> tuple[ReluInstance, ...]:
    """One sample and one neuron, one class, unit vectors, two tilted samples."""
    return (
        fixed(ONE, 1, slope, **rest),
        fixed(units(2), 2, slope, **rest),
        fixed(ONE_CLASS, 2, slope, **rest),
        fixed(TILTED, 3, slope, **rest),
    )


def balanced(slopes: tuple[Fraction, ...] = SLOPES) -> Any:
    """A strategy of instances with orthogonal samples of one length, as many of each label."""
    from hypothesis import strategies as st

    @st.composite
    def instances(choose):
        n, scale = 2 * choose(st.integers(1, 3)), choose(st.sampled_from(SIZES))
        data = units(n)
        data = attrs.evolve(data, X=tuple(tuple(scale * v for v in row) for row in data.X))
        return fixed(data, choose(st.integers(1, 4)), choose(st.sampled_from(slopes)))

    return instances()


def tilts() -> tuple[ReluInstance, ...]:
    """Families whose multipliers change sign: a sample of length 3 at cosine r to one of length 1, around r = 1/3."""
    cosines = (Fraction(1, 5), Fraction(1, 3), Fraction(1, 2), Fraction(2, 3))
    return tuple(fixed(signed.tilted(r), 2) for r in cosines)


def tilted_pairs() -> Any:
    """A strategy of that family: lengths and cosines on both sides of the threshold, not collinear."""
    from hypothesis import strategies as st

    cosines = st.integers(-5, 5).map(lambda k: Fraction(k, 6))
    data = st.builds(signed.tilted, cosines, st.sampled_from([Fraction(1, 2), Fraction(3, 2), 2, 3]))
    return st.builds(fixed, data, st.integers(1, 3), st.sampled_from(SLOPES))


def _moved(choose: Any, n: int, d: int, delta: Fraction) -> list[list[Fraction]]:
    from hypothesis import strategies as st

    entry = st.sampled_from([Fraction(0), Fraction(0), delta, -delta, delta / 2])
    sizes = [choose(st.sampled_from(SIZES)) for _ in range(n)]
    return [[sizes[i] * (i == k) + choose(entry) for k in range(d)] for i in range(n)]


def nearly(slopes: tuple[Fraction, ...] = SLOPES, **rest: Any) -> Any:
    """A strategy of instances with nearly orthogonal samples, any labels ±1, one slope of those given.

    Args:
        slopes: to choose from; a zero slope asks for no more than dominance.
        rest: of the instance; `delta=0` for orthogonal samples, `width` for more neurons, `classes=True` for
            labels in turn, `sizes` for numbers of samples.
    """
    from hypothesis import strategies as st

    own = ("delta", "width", "classes", "sizes")
    options = {name: v for name, v in rest.items() if name not in own}

    @st.composite
    def instances(choose):
        n = choose(st.sampled_from(rest.get("sizes", (1, 2, 3, 4))))
        slope = choose(st.sampled_from(slopes))
        d = n + choose(st.integers(0, 1))
        delta = Fraction(rest.get("delta", Fraction(1, max(40, int(20 / slope) if slope else 0))))
        labels = [choose(st.sampled_from([1, -1])) for _ in range(n)]
        if rest.get("classes"):
            labels = [1 if i % 2 else -1 for i in range(n)]
        width = rest.get("width") or choose(st.integers(1, 4))
        data = named("drawn, nearly orthogonal", _moved(choose, n, d, delta), labels)
        return fixed(data, width, slope, **options)

    return instances()


def drawn(
    before: tuple[ReluInstance, ...], slopes: tuple[Fraction, ...] = SLOPES, **rest: Any
) -> Callable[[int, int], Any]:
    """Instances by seed and position: the given ones first, then nearly orthogonal ones."""
    return sequence(before, lambda: nearly(slopes, **rest))


# ---- data of a teacher ----------------------------------------------------------------------------------------------

DISTURBED = named("a neuron active on both sides", [[0, -2], [1, -2]], [1, -1])
POINTS = named("four points", [[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"])
TRIPLE = antipodal(named("three points", [[2, 1, 0], [2, -1, 1], [1, 0, -1]], [2, 2, 1]))


def rounded(data: Dataset, grid: int = 64) -> Dataset:
    """The data with every number on multiples of 1/grid: short rationals, close to what was drawn."""
    near = lambda v: Fraction(round(v * grid), grid)  # noqa: E731
    X = tuple(tuple(near(v) for v in row) for row in data.X)
    told = f"{data.provenance}; rounded to multiples of 1/{grid}"
    return attrs.evolve(data, X=X, y=tuple(near(v) for v in data.y), provenance=told)


def taught(law: Law, n: int, seed: int, **rest: Any) -> ReluInstance:
    """An instance with data drawn from a law."""
    return trained(rounded(law.draw(n, seed)), law=law, **rest)


def small_samples(most: int = 5, d: int = 2) -> Any:
    """A strategy of trained networks on a few small rational samples without a law, none of them zero."""
    from hypothesis import strategies as st

    number = st.sampled_from([Fraction(k, 2) for k in range(-4, 5)])

    @st.composite
    def instances(choose):
        n, inputs = choose(st.integers(1, most)), choose(st.integers(1, d))
        rows = [[choose(number) for _ in range(inputs)] for _ in range(n)]
        rows = [row if any(row) else [Fraction(1), *row[1:]] for row in rows]
        labels = [choose(number) for _ in range(n)]
        return trained(named("drawn", rows, labels))

    return instances()


def antipodal_samples() -> Any:
    """A strategy of trained networks on small antipodal samples."""
    return small_samples(3, 3).map(lambda one: attrs.evolve(one, data=antipodal(one.data)))


def of_law(laws: tuple[tuple[Law, int], ...], **rest: Any) -> Callable[[int, int], ReluInstance]:
    """Instances by seed and position, drawn from laws in turn, each with its number of samples."""

    def instance(seed: int, position: int) -> ReluInstance:
        law, n = laws[position % len(laws)]
        return taught(law, n, 1000 * seed + position // len(laws), **rest)

    return instance


ANTIPODAL_PAIR = named("two samples", [[1], [-1]], [1, "-1/2"])
DEGENERATE = (
    trained(ONE, 1),
    trained(named("one negative label", [[2]], [-1]), 2),
    trained(named("duplicates", [[1, 1], [1, 1]], [1, 2])),
    trained(named("label zero", [[1, 0], [0, 1]], [0, 1])),
)


def two_sided_samples(slopes: tuple[Fraction, ...] = (Fraction(0),)) -> Any:
    """A strategy of trained networks on samples beside both ends of the first axis; their fits keep sides."""
    from hypothesis import strategies as st

    first = st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(2)])
    rest, noise = (st.sampled_from([Fraction(k, q) for k in range(-2, 3)]) for q in (2, 8))

    @st.composite
    def instances(choose):
        d, sides = choose(st.integers(1, 2)), (choose(st.integers(1, 3)), choose(st.integers(1, 3)))
        signs = [1] * sides[0] + [-1] * sides[1]
        rows = [[sign * choose(first), *(choose(rest) for _ in range(d - 1))] for sign in signs]
        data = named("drawn, two sides", rows, [row[0] + choose(noise) for row in rows])
        return trained(data, choose(st.sampled_from([2, 5, 20])), slope=choose(st.sampled_from(slopes)))

    return instances().filter(keeps_sides)


def keeps_sides(one: ReluInstance) -> bool:
    """Whether both fits keep the signs for which they were fitted, with the slope of the instance too."""
    from theorycheck.claims.relu_assumptions import LEAKY_PATTERNS, PATTERNS

    return bool(PATTERNS.margin(one).holds and LEAKY_PATTERNS.margin(one).holds)


def orthant_samples() -> Any:
    """A strategy of trained networks on small samples with positive entries."""
    from hypothesis import strategies as st

    entry = st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2), Fraction(3)])
    label = st.sampled_from([Fraction(k, 2) for k in range(-3, 5)])

    @st.composite
    def instances(choose):
        n, d = choose(st.integers(1, 4)), choose(st.integers(1, 3))
        rows = [[choose(entry) for _ in range(d)] for _ in range(n)]
        return trained(named("drawn, positive", rows, [choose(label) for _ in range(n)]))

    return instances()


# ---- classes, clusters, signals -------------------------------------------------------------------------------------


def separable_samples(**rest: Any) -> Any:
    """A strategy of orthogonally separable samples: close to ± one direction, by the label.

    Args:
        rest: of `trained`; by default the logistic loss.
    """
    from hypothesis import strategies as st

    size, off = st.sampled_from(SIZES), st.sampled_from([Fraction(k, 4) for k in (-1, 0, 1)])

    @st.composite
    def instances(choose):
        n, d = choose(st.integers(2, 4)), choose(st.integers(2, 3))
        labels = [1 if i % 2 == 0 else -1 for i in range(n)]
        rows = [[label * choose(size), *(choose(off) for _ in range(d - 1))] for label in labels]
        options: dict[str, Any] = {"loss": "logistic"}
        return trained(named("drawn, separable", rows, labels), **(options | rest))

    return instances()


def signals() -> Any:
    """A strategy of signal plus orthogonal noise: the first label flipped or not, the hinge loss, a leaky network."""
    from hypothesis import strategies as st

    number = st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(2)])

    @st.composite
    def instances(choose):
        n, rho, tau = choose(st.integers(1, 4)), choose(number), choose(number)
        slope, width = choose(st.sampled_from(SLOPES)), choose(st.integers(1, 3))
        return signal_instance(n, rho, tau, choose(st.booleans()), width, slope)

    return instances()


def signal_instance(n: int, rho: Any, tau: Any, flipped: bool, width: int = 2, slope: Any = "1/2") -> ReluInstance:
    """x_i = ±ρ e_1 + τ e_(i+1), true labels in turn, the first one flipped or not."""
    true = [1 if i % 2 == 0 else -1 for i in range(n)]
    rows = [[true[i] * Fraction(rho), *(Fraction(tau) * (i == k) for k in range(n))] for i in range(n)]
    labels = [-y if flipped and i == 0 else y for i, y in enumerate(true)]
    return fixed(named("signal and noise", rows, labels), width, slope, loss="hinge")


PAIR = named("a pair of classes", [[1, 0], [-1, "1/2"]], [1, -1])


def fixed_separable() -> Callable[[int, int], Any]:
    """Orthogonally separable samples with fixed outputs, whose max-margin point has equal margins."""
    from theorycheck.claims.relu_assumptions import NONNEGATIVE, OWN_PATTERN

    def keeps(one: ReluInstance) -> bool:
        return bool(OWN_PATTERN.margin(one).holds and NONNEGATIVE.margin(one).holds)

    def as_fixed(one: ReluInstance) -> ReluInstance:
        return fixed(one.data, 2)

    return sequence((fixed(ONE, 1), fixed(PAIR, 2)), lambda: separable_samples().map(as_fixed).filter(keeps))


def xor_instance(size: Any = 1, width: int = 16, **rest: Any) -> ReluInstance:
    """±size e_1 labelled +, ±size e_2 labelled -, the logistic loss."""
    options: dict[str, Any] = {"loss": "logistic"}
    return trained(signed.xor(mu=size), width, **(options | rest))


def xor_samples() -> Any:
    """A strategy of XOR data at several sizes, turned by rational rotations, with both losses."""
    from hypothesis import strategies as st

    turns = st.sampled_from(
        [(Fraction(1), Fraction(0)), (Fraction(3, 5), Fraction(4, 5)), (Fraction(5, 13), Fraction(12, 13))]
    )
    size, loss = st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(2)]), st.sampled_from(["logistic", "square"])

    @st.composite
    def instances(choose):
        (c, s), one = choose(turns), xor_instance(choose(size), loss=choose(loss))
        rows = [[c * x - s * y, s * x + c * y] for x, y in one.data.X]
        return attrs.evolve(one, data=named("turned XOR", rows, one.data.y))

    return instances()

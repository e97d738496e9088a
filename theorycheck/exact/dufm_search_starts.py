"""Where the search begins: arms that draw random networks of one shape, and a few constructions.

What decides is the shape and the sign of the inner layers. The optima found have few features, non-negative, that pass
unchanged through the inner layers and are decoded by a wider last hidden layer; networks drawn like that reach them
hundreds of times as often as Gaussian ones of full width, many of which end in zero.
"""

import attrs
import numpy as np

from theorycheck.exact.dufm_search_problem import Network, Problem


@attrs.frozen
class Arm:
    """A way to draw starts.

    Attributes:
        features: ρ, the width of all layers but the last hidden one.
        last: width of the last hidden layer.
        coded: whether the inner layers hold non-negative sparse features (else all is Gaussian).
    """

    features: int
    last: int
    coded: bool

    def draw(self, problem: Problem, random: np.random.Generator) -> Network:
        """A network of random entries; its loss is not computed."""
        matrices = _coded(self, problem, random) if self.coded else _gaussian(self, problem, random)
        kind = "non-negative codes" if self.coded else "Gaussian entries"
        return network_of(matrices, f"random {kind}, {self.features} features, {self.last} neurons in the last layer")


def network_of(matrices: list[np.ndarray], origin: str) -> Network:
    """A network of the rescaled problem, of unknown loss."""
    rows = np.array([len(F) for F in matrices], dtype=np.int64)
    return Network(rows, np.concatenate([F.ravel() for F in matrices]), np.inf, origin)


def arms(problem: Problem) -> list[Arm]:
    """All shapes to draw from, narrow ones first; no layer is wider than the instance allows."""
    K, L = problem.instance.classes, problem.instance.depth
    limit = problem.instance.width or 3 * K
    few = range(min(2, K - 1, limit), min(K + 2, limit) + 1)
    if not problem.instance.relu:
        return [Arm(f, f, False) for f in range(1, min(K, limit) + 1)]
    lasts = sorted({min(limit, w) for w in (K, (3 * K + 1) // 2, 2 * K, 3 * K)})
    wide = [Arm(f, min(limit, 2 * K), False) for f in few]
    return [Arm(f, w, L > 2) for f in few for w in lasts] + (wide if L > 2 else [])


def _gaussian(arm, problem, random):
    K, L = problem.instance.classes, problem.instance.depth
    rows = [arm.features] * L + [K]
    if L > 1:
        rows[L - 1] = arm.last
    size, before, matrices = random.uniform(1.0, 1.5), K, []
    for r in rows:
        matrices.append(random.normal(size=(r, before)) * size / np.sqrt(before))
        before = r
    return matrices


def _coded(arm, problem, random):
    """Sparse non-negative features, nearly unchanged through the inner layers, then a random decoder."""
    K, L, f = problem.instance.classes, problem.instance.depth, arm.features
    code = np.abs(random.normal(size=(f, K))) * (random.random((f, K)) < random.uniform(0.4, 0.8))
    code += 0.05 * random.random((f, K))
    U, s, Vt = np.linalg.svd(code, full_matrices=False)
    half = np.sqrt(s)
    inner = [np.eye(f) + 0.1 * random.normal(size=(f, f)) for _ in range(L - 3)]
    size = random.uniform(1.0, 1.5)
    decoder = [
        random.normal(size=(arm.last, f)) * size / np.sqrt(f),
        random.normal(size=(K, arm.last)) * 0.7 * size / np.sqrt(arm.last),
    ]
    return [half[:, None] * Vt, U * half, *inner, *decoder]


def collapsed(problem: Problem) -> Network:
    """Every factor a multiple of the identity, deep neural collapse; narrower where the width is limited."""
    K, limit = problem.instance.classes, problem.instance.width or problem.instance.classes
    f = min(K, limit)
    matrices = [np.eye(f, K), *[np.eye(f)] * (problem.instance.depth - 1), np.eye(K, f)]
    return network_of(matrices, "identity matrices of one size")


def zero(problem: Problem) -> Network:
    """All parameters zero."""
    K, L = problem.instance.classes, problem.instance.depth
    return network_of([np.zeros((1, K)), *[np.zeros((1, 1))] * (L - 1), np.zeros((K, 1))], "zero")

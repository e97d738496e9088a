"""Steps from a good network to a different one, each followed by a descent: neurons, classes, decoders, noise."""

from collections.abc import Callable

import numpy as np

from theorycheck.exact.dufm_objective import fit_gradient
from theorycheck.exact.dufm_search_problem import Network, Problem
from theorycheck.exact.dufm_search_starts import network_of

Matrices = list[np.ndarray]
_TRIED, _CLIMBS = 200, 12  # directions for a new neuron, and how often each is improved


def _noise(F, random, size):
    return F + size * np.sqrt(np.mean(F**2)) * random.normal(size=F.shape)


def shaken(matrices: Matrices, problem: Problem, random: np.random.Generator) -> Matrices:
    """Noise on every factor."""
    size = 10.0 ** random.uniform(-1.0, 0.0)
    return [_noise(F, random, size) for F in matrices]


def redecoded(matrices: Matrices, problem: Problem, random: np.random.Generator) -> Matrices:
    """The features stay; the last two factors are drawn anew, with more or fewer neurons."""
    K, f = matrices[-1].shape[0], matrices[-2].shape[1]
    limit = problem.instance.width or 3 * K
    last = min(limit, int(random.integers(K, 2 * K + 2)))
    size = random.uniform(1.0, 1.5)
    into = random.normal(size=(last, f)) * size / np.sqrt(f)
    out = random.normal(size=(K, last)) * 0.7 * size / np.sqrt(last)
    return [*matrices[:-2], into, out]


def reclassed(matrices: Matrices, problem: Problem, random: np.random.Generator) -> Matrices:
    """One or two classes get features of their own choice, and everything a little noise."""
    H = matrices[0].copy()
    for k in random.choice(H.shape[1], size=int(random.integers(1, 3)), replace=False):
        H[:, k] = random.normal(size=H.shape[0]) * np.sqrt(np.mean(H**2))
    return [H, *(_noise(F, random, 0.1) for F in matrices[1:])]


def thinned(matrices: Matrices, problem: Problem, random: np.random.Generator) -> Matrices:
    """One neuron of one hidden layer is dropped."""
    layer = int(random.integers(1, len(matrices) - 1))
    if len(matrices[layer]) < 2:
        return shaken(matrices, problem, random)
    keep = np.arange(len(matrices[layer])) != random.integers(len(matrices[layer]))
    found = [_noise(F, random, 0.1) for F in matrices]
    found[layer], found[layer + 1] = found[layer][keep], found[layer + 1][:, keep]
    return found


def widened(matrices: Matrices, problem: Problem, random: np.random.Generator) -> Matrices:
    """A few new neurons, most often in the last hidden layer, and a little noise."""
    layer = len(matrices) - 2 if random.random() < 0.6 else int(random.integers(1, len(matrices) - 1))
    found = [_noise(F, random, 0.05) for F in matrices]
    into, out = found[layer], found[layer + 1]
    limit = problem.instance.width or 4 * matrices[-1].shape[0]
    new = min(int(random.integers(1, 5)), limit - len(into))
    if new > 0:
        rows = random.normal(size=(new, into.shape[1])) * np.sqrt(np.mean(into**2))
        columns = random.normal(size=(out.shape[0], new)) * np.sqrt(np.mean(out**2))
        found[layer], found[layer + 1] = np.vstack([into, rows]), np.hstack([out, columns])
    return found


def split(matrices: Matrices, problem: Problem, random: np.random.Generator) -> Matrices:
    """One hidden neuron becomes two that differ, so that its classes can part."""
    layer = int(random.integers(1, len(matrices) - 1))
    limit = problem.instance.width or 4 * matrices[-1].shape[0]
    found = [_noise(F, random, 0.05) for F in matrices]
    if len(found[layer]) >= limit:
        return shaken(matrices, problem, random)
    i = int(random.integers(len(found[layer])))
    twin = _noise(found[layer][i], random, 0.7)
    found[layer] = np.vstack([found[layer], twin])
    found[layer + 1] = np.hstack([found[layer + 1], 0.7 * found[layer + 1][:, i : i + 1]])
    return found


def priced(matrices: Matrices, problem: Problem, random: np.random.Generator) -> Matrices:
    """New neurons where they gain most at first order; where none gains, as `widened`.

    A neuron w, v between two layers changes the fit by v·D s(w A), D its derivative in the layer above and A the layer
    below, and costs λ̄ |v| |w|: it gains where |D s(w A)| > λ̄ |w|.
    """
    layer = len(matrices) - 2 if random.random() < 0.6 else int(random.integers(1, len(matrices) - 1))
    below, above = _around(matrices, problem, layer)
    W = random.normal(size=(_TRIED, len(below)))
    for _ in range(_CLIMBS):
        S = np.maximum(W @ below, 0.0)
        W = ((S @ (above.T @ above)) * (S > 0)) @ below.T
        W /= np.linalg.norm(W, axis=1, keepdims=True) + 1e-300
    D = np.maximum(W @ below, 0.0) @ above.T
    price = np.linalg.norm(D, axis=1) / problem.mean_reg
    limit = (problem.instance.width or 4 * matrices[-1].shape[0]) - len(matrices[layer])
    chosen = _distinct(W, price, min(limit, int(random.integers(1, 5))))
    if not chosen:
        return widened(matrices, problem, random)
    size = 0.3 * np.sqrt(np.mean(np.sum(matrices[layer] ** 2, axis=1)))
    found = [_noise(F, random, 1e-3) for F in matrices]
    found[layer] = np.vstack([found[layer], size * W[chosen]])
    outward = -D[chosen] / np.linalg.norm(D[chosen], axis=1, keepdims=True)
    found[layer + 1] = np.hstack([found[layer + 1], size * outward.T])
    return found


def _around(matrices, problem, layer):
    """The activations below a hidden layer, and the derivative of the fit in the layer above it."""
    states = [matrices[0]]
    for W in matrices[1:-1]:
        states.append(np.maximum(W @ states[-1], 0.0))
    delta = fit_gradient(problem.instance, matrices[-1] @ states[-1])
    for l in range(len(matrices) - 1, layer + 1, -1):
        delta = (matrices[l].T @ delta) * (states[l - 1] > 0)
    return states[layer - 1], delta


def _distinct(W, price, count):
    """Up to `count` directions whose price is above 1, the best first, no two nearly the same."""
    chosen: list[int] = []
    for i in np.argsort(-price):
        if len(chosen) >= count or price[i] <= 1.001:
            break
        if all(W[i] @ W[j] < 0.99 for j in chosen):
            chosen.append(int(i))
    return chosen


MOVES: tuple[tuple[Callable, str], ...] = (
    (shaken, "shaken"),
    (redecoded, "with a new decoder"),
    (reclassed, "with classes moved"),
    (thinned, "with a neuron dropped"),
    (widened, "with neurons added"),
    (split, "with a neuron split"),
    (priced, "with neurons that pay"),
)


def moved(problem: Problem, network: Network, random: np.random.Generator) -> Network:
    """A neighbour of `network`; its loss is not computed."""
    matrices = problem.matrices(network.rows, network.theta)
    few = len(matrices) < 3 or not problem.instance.relu
    move, words = MOVES[0] if few else MOVES[int(random.integers(len(MOVES)))]
    root = network.origin.split(" -> ")[0]
    return network_of(move(matrices, problem, random), f"{root} -> {words}")

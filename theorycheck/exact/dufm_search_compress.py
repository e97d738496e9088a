"""The same output from fewer neurons and at a smaller penalty: what a local minimum would do, done at once."""

import attrs
import numpy as np

from theorycheck.exact.dufm_search_polish import value_at
from theorycheck.exact.dufm_search_problem import Network, Problem

_DEAD = 1e-6  # a neuron whose two norms multiply to less, relative to the largest, is dropped
_WEAK = 1e-6  # singular values below, relative to the largest, are noise
_PARALLEL = 1e-5  # sine of the angle below which two neurons are one


def _features(problem, M2):
    """H and W_1 of the least penalty with W_1 H = M2: the balanced singular value decomposition."""
    root = np.sqrt(problem.counted)
    U, s, Vt = np.linalg.svd(M2 * root, full_matrices=False)
    keep = max(int(np.sum(s > _WEAK * s[0])), 1)
    half = np.sqrt(s[:keep])
    return half[:, None] * Vt[:keep] / root, U[:, :keep] * half


def _balanced(into, out):
    """Scale each neuron so that what goes in is as long as what goes out."""
    a, b = np.linalg.norm(into, axis=1), np.linalg.norm(out, axis=0)
    t = np.sqrt(np.where((a > 0) & (b > 0), b, 0.0) / np.where(a > 0, a, 1.0))
    return into * t[:, None], out * np.where(t > 0, 1.0 / np.where(t > 0, t, 1.0), 0.0)


def _groups(S):
    """Lists of neurons whose activations are parallel; silent neurons are in none."""
    norms = np.linalg.norm(S, axis=1)
    left = [i for i in np.argsort(-norms) if norms[i] > 0]
    found = []
    while left:
        head = S[left[0]] / norms[left[0]]
        gaps = {i: np.linalg.norm(S[i] / norms[i] - head) for i in left}
        found.append([i for i in left if gaps[i] < _PARALLEL])
        left = [i for i in left if gaps[i] >= _PARALLEL]
    return found, norms


def _merged(into, out, below):
    """One neuron for each group of parallel ones; weak neurons go."""
    S = np.maximum(into @ below, 0.0)
    groups, norms = _groups(S)
    rows, columns = [], []
    for group in groups:
        head = group[0]
        rows.append(into[head])
        columns.append(sum(out[:, i] * (norms[i] / norms[head]) for i in group))
    if not rows:
        return into[:1], out[:, :1]
    into, out = _balanced(np.array(rows), np.array(columns).T)
    size = np.sum(into**2, axis=1)
    keep = size > _DEAD * size.max()
    return (into[keep], out[:, keep]) if keep.any() else (into[:1], out[:, :1])


def _chain(problem, Z):
    """A linear network of the least penalty with output Z: its singular values shared out evenly."""
    depth, root = problem.instance.depth, np.sqrt(problem.counted)
    U, s, Vt = np.linalg.svd(Z * root, full_matrices=False)
    keep = max(int(np.sum(s > _WEAK * s[0])), 1)
    share = s[:keep] ** (1.0 / (depth + 1))
    return [share[:, None] * Vt[:keep] / root, *[np.diag(share)] * (depth - 1), U[:, :keep] * share]


def _small(problem, factors):
    if not problem.instance.relu:
        Z = factors[0]
        for W in factors[1:]:
            Z = W @ Z
        return _chain(problem, Z)
    S = factors[0]
    for l in range(1, len(factors) - 1):
        factors[l], factors[l + 1] = _merged(factors[l], factors[l + 1], S)
        S = np.maximum(factors[l] @ S, 0.0)
    return [*_features(problem, factors[1] @ factors[0]), *factors[2:]]


def compress(problem: Problem, network: Network) -> Network:
    """The network with parallel neurons merged, silent and weak ones dropped, and the first two factors balanced.

    Linear layers are merged and shared out again.

    Returns:
        The smaller network where its loss is no more than a millionth above the given one's, else the given one.
    """
    if not network.theta.any():
        return network
    factors = _small(problem, problem.matrices(network.rows, network.theta))
    rows = np.array([len(F) for F in factors], dtype=np.int64)
    theta = np.concatenate([F.ravel() for F in factors])
    loss = value_at(problem, rows, theta)
    if not loss <= network.loss + 1e-6 * abs(network.loss):
        return network
    return attrs.evolve(network, rows=rows, theta=theta, loss=loss)

"""A second way for the proofs about cross-entropy: each step, read as a formula, holds in float64 on a model."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq, minimize

from tests.proofs.test_numbers import Reader
from theorycheck.symbolic.proof import prove, statements
from theorycheck.symbolic.proof_files import load_proof, proof_names

BUILT_IN = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "power": lambda a, k: a**k,
    "delta": lambda i, j: float(i == j), "relu": lambda a: max(a, 0.0),
}  # fmt: skip
REALS = {"R": [-0.7, 0.0, 0.4], "T": [0.0, 0.3], "I": [], "J": []}


def constants(**values):
    return {name: (lambda v=v: v) for name, v in values.items()}


def entries(**arrays):
    return {name: (lambda *place, a=a: float(a[place])) for name, a in arrays.items()}


def model(at, sizes, tangent=()):
    return {**BUILT_IN, **at}, {**sizes, "N": 3}, REALS, list(tangent), np.random.default_rng(0)


def partners(m, singles):
    return [k ^ 1 for k in range(2 * m)] + list(range(2 * m, 2 * m + singles))


def pairs(m, singles, h, j, n=2.0, alpha=1.7, lam=0.03):
    """Theorem 1: the low-rank parameters, layer by layer."""
    K, pi = 2 * m + singles, partners(m, singles)
    swap = np.eye(K)[:, pi]
    P, E = (np.eye(K) - swap) / 2, np.eye(K) * swap
    g, r = 2 ** (1 / (h + 2)), (alpha * math.sqrt(n)) ** (1 / (h + 2))
    W = g * r * P + r * E
    M = [W / math.sqrt(n)]
    for _ in range(h + 6):
        M.append(W @ M[-1])
    Z = M[h + 1]
    fit = np.mean(np.log(np.exp(Z - np.diag(Z)).sum(axis=0)))
    low = fit + lam / 2 * (h + 2) * (W**2).sum()
    dnc = math.log(1 + (K - 1) * math.exp(-alpha)) + lam / 2 * (h + 2) * (K - 1) * r**2
    at = {
        "pi": lambda c: pi[c], "M": lambda a, c, k: M[k][a, c], **entries(P=P, E=E, W=W, Z=Z),
        **constants(m=m, n=n, rn=math.sqrt(n), lam=lam, alpha=alpha, g=g, r=r, low=low, dnc=dnc, h=h, j=j,
                    n0=1, n_deep=1, n_wide=1, a1=0, c1=0, a2=0, c2=1),
    }  # fmt: skip
    return model(at, {"C": K})


def rectified(K, h, j, alpha=1.3, lam=0.01):
    """Theorem 7: the parameters with ReLU layers."""
    pi, half = partners(K // 2, 0), (K / 2 + 1) ** h
    B = np.eye(K) - np.eye(K)[:, pi]
    kappa, r = (2 * K**3 * half) ** (1 / (h + 3)), alpha ** (1 / (h + 3))
    g = kappa * r**2
    x, z, y = math.sqrt(g / 2 / K), math.sqrt(g / 2 / K), math.sqrt(g / (2 * K + 4))
    U, W, V = x * (B / math.sqrt(2) + 1 / math.sqrt(K)), y * (B + 2 / K), z * B
    M = [U @ U]
    for _ in range(h + 6):
        M.append(W @ np.maximum(M[-1], 0))
    Z = V @ np.maximum(M[h], 0)
    fit = np.mean(np.log(np.exp(Z - np.diag(Z)).sum(axis=0)))
    low = fit + lam / 2 * (2 * (U**2).sum() + h * (W**2).sum() + (V**2).sum())
    dnc = math.log(1 + (K - 1) * math.exp(-alpha)) + lam / 2 * (h + 3) * (K - 1) * r**2
    at = {
        "pi": lambda c: pi[c], "M": lambda a, c, k: M[k][a, c], **entries(B=B, U=U, W=W, V=V, Z=Z),
        **constants(lam=lam, alpha=alpha, kappa=kappa, g=g, r=r, x=x, y=y, z=z, o=2 * K + 4, rt=math.sqrt(2),
                    rk=math.sqrt(K), low=low, dnc=dnc, h=h, j=j, n0=1, n_deep=1, n_four=1, a1=0, c1=0, a2=0, c2=1),
    }  # fmt: skip
    return model(at, {"C": K})


def samples(K, n, Z, y):
    """What both bounds by the mean margin speak of."""
    gaps = Z - Z[y, np.arange(n)]
    tau = -gaps.sum() / n / (K - 1)
    f = np.log(np.exp(gaps).sum(axis=0))
    level = math.log(1 + (K - 1) * math.exp(-tau))
    return {"y": lambda i: int(y[i]), **entries(Z=Z, f=f), **constants(o=K - 1, tau=tau, g=level)}, f.mean()


def plain(K, m, lam=0.05, seed=0):
    """One layer, random parameters."""
    rng, n = np.random.default_rng(seed), K * m
    W, H, y = rng.normal(size=(K, 3)), rng.normal(size=(3, n)), np.repeat(np.arange(K), m)
    shared, fit = samples(K, n, W @ H, y)
    J = fit + lam / 2 * ((W**2).sum() + (H**2).sum())
    at = {**shared, **entries(W=W, H=H), **constants(lam=lam, m=m, rm=math.sqrt(m), J=J)}
    return model(at, {"C": K, "D": 3, "n": n})


def binary(m, rectify, lam=0.05, seed=0):
    """Two classes, any depth, random parameters."""
    rng, n = np.random.default_rng(seed), 4
    H, inner, last = rng.normal(size=(3, n)), rng.normal(size=(9, 3, 3)) * 0.7, rng.normal(size=(2, 3))

    def act(s, k):
        return np.maximum(s, 0) if rectify and k > 0 else s

    M = [H]
    for k, W in enumerate(inner):
        M.append(W @ act(M[-1], k))
    Z, y = last @ act(M[m], m), np.array([0, 1, 1, 0])
    shared, fit = samples(2, n, Z, y)
    sizes = [(W**2).sum() for W in inner]
    ends, both = (H**2).sum(), (last**2).sum()
    S = [ends + both + sum(sizes[:k]) for k in range(9)]
    B = [ends * math.prod(sizes[:k]) for k in range(9)]
    r, alpha = (Z**2).sum() ** (1 / (m + 2)), math.sqrt(2 * (Z**2).sum() / n)
    at = {
        **shared, **entries(H=H, WL=last), "W": lambda d, a, k: inner[k][d, a], "M": lambda d, i, k: M[k][d, i],
        "act": lambda s, k: float(act(s, k)), "S": lambda k: S[k], "B": lambda k: B[k], "P": lambda k: both * B[k],
        **constants(lam=lam, r=r, alpha=alpha, J=fit + lam / 2 * S[m], m=m, n0=1, n1=1),
    }  # fmt: skip
    return model(at, {"C": 2, "D": 3, "n": n})


def optimum(lam=0.1):
    """The best last layer for random features."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(2, 5)), np.array([0, 1, 2, 1, 0])

    def objective(v):
        Z = v.reshape(3, 2) @ X
        return np.mean(np.log(np.exp(Z - Z[y, np.arange(5)]).sum(axis=0))) + lam / 2 * (v**2).sum()

    W = minimize(objective, np.zeros(6), method="BFGS", options={"gtol": 1e-9}).x.reshape(3, 2)
    at = {"y": lambda i: int(y[i]), **entries(W=W, X=X, Z=W @ X), **constants(lam=lam)}
    return model(at, {"C": 3, "D": 2, "n": 5}, [rng.normal(size=(3, 2))])


def critical(K=4, alpha=2.0):
    """Four balanced factors of collapse."""
    s, S, w = alpha**0.25, np.eye(K) - 1 / K, 1 / (math.exp(alpha) + K - 1)
    at = {**entries(U=s * S, A=s * S, B=s * S, V=s * S, G=-w * S), **constants(lam=w * s**2)}
    return model(at, dict.fromkeys("CnPMQ", K))


def orbit(r, K, d, L=3.0):
    """Balanced factors of rank two, turned outside their features; the dimensions for any d."""
    F, A = np.diag([1.0, 1.0, 0.0, 0.0]), np.zeros((4, 4))
    A[2, 3], A[3, 2] = 1, -1
    count = lambda s, rank: L * (s * (s - 1) / 2 - (s - rank) * (s - rank - 1) / 2)  # noqa: E731
    at = {
        "F": lambda a, b, k: F[a, b], "A": lambda a, b, k: A[a, b] * (1 + k), "full": lambda s: count(s, K - 1),
        "low": lambda s: count(s, r), **constants(L=L, K=K, r=r, d=d, e=d + 2.5, n0=1),
    }  # fmt: skip
    return model(at, {"D": 4})


def codes():
    """Three classes by distinct reals; two classes by signs. No rank-one matrix can do it."""
    x, sign = np.array([0.3, -1.0, 2.0]), np.array([1.0, -1.0, 0.0])
    M = 2 * np.outer(x, x) - x[:, None] ** 2
    ones = np.ones(3)
    return model({**entries(u=ones, v=ones, x=x, M=M, sign=sign), **constants(a1=0, a2=1, a3=2, c1=0, k1=2)}, {"C": 3})


def deep(p):
    """Collapse of four classes against pairs, at the exponent p."""
    X, M = np.eye(4) - 1 / 4, np.kron(np.eye(2), [[1.0, -1.0], [-1.0, 1.0]])
    t, u, alpha, mu = np.log([2.0, 2.0]), np.zeros(3), 1.4, 0.02
    fit = lambda Z: np.mean(np.log(np.exp(alpha * (Z - np.diag(Z))).sum(axis=0)))  # noqa: E731
    low, high = (fit(Z) + mu * alpha**p * np.exp(p * s).sum() for Z, s in ((M, t), (X, u)))
    at = {
        "y": lambda i: i, **entries(X=X, M=M, t=t, u=u),
        **constants(low=low, high=high, alpha=alpha, mu=mu, A=0.0, B=math.log(2), p=p),
    }  # fmt: skip
    return model(at, {"C": 4, "n": 4, "Q": 2, "P": 3})


def scalar(x, L=3.0, K=5.0):
    q = (L - 1) / (L + 1)
    fold = brentq(lambda s: s * math.exp(s) - q * (math.exp(s) + K - 1), 1e-6, 10)
    at = constants(L=L, K=K, q=q, x=x, z=math.log((L - 1) / L), w=math.log((L - 1) / 2 / L), a=math.log(fold))
    return model(at, {})


def second_order(alpha, K=5, A=3):
    """Random centred directions at collapse."""
    rng, centre = np.random.default_rng(3), np.eye(K) - 1 / K
    D = np.array([centre @ rng.normal(size=(K, K)) @ centre for _ in range(A)])
    v = centre @ rng.normal(size=K)
    X, w = D.sum(axis=0), 1 / (math.exp(alpha) + K - 1)
    Y, G = X + v[:, None], np.zeros((K, K))
    for a, b, s in ((0, 1, 1), (1, 2, -1), (2, 3, 1), (0, 3, -1)):
        G[a, b] = G[b, a] = s

    def form(Y, D, X, v):
        fit = w * (Y**2).sum() + w**2 * K * (math.exp(alpha) - 1) * (np.diag(Y) ** 2).sum()
        rest = (D**2).sum() + sum((d * d.T).sum() for d in D) - (X * X.T).sum() + K * (v**2).sum()
        return fit / K + w / alpha * rest

    def moments(a, t):
        p = np.exp(alpha * (np.arange(K) == a) + t * Y[:, a])
        mean = (p * Y[:, a]).sum() / p.sum()
        return math.log(p.sum()), mean, (p * Y[:, a] ** 2).sum() / p.sum() - mean**2

    at = {
        **entries(D=D, v=v, X=X, Y=Y, G=G, E=np.array([G / A] * A)), "F": lambda a, t: moments(a, t)[0],
        "F1": lambda a, t: moments(a, t)[1], "F2": lambda a, t: moments(a, t)[2],
        **constants(w=w, alpha=alpha, Q=form(Y, D, X, v), P=form(G, np.array([G / A] * A), G, np.zeros(K)), z=0.0,
                    c1=0, c2=1, c3=2, c4=3, a1=0, b1=0, a2=0, b2=1),
    }  # fmt: skip
    return model(at, {"C": K, "A": A})


CASES = {
    "thm1": (pairs(2, 1, 3, 1), pairs(3, 1, 2, 1), pairs(2, 0, 2, 0)),
    "thm2": (deep(1 / 4), deep(1 / 2)),
    "thm7": (rectified(10, 3, 0), rectified(14, 2, 0)),
    "one_layer": (plain(3, 2), plain(2, 1, seed=4), plain(3, 1, seed=5)),
    "two_classes": (binary(2, True), binary(0, False, seed=1), binary(3, True, seed=2)),
    "centring": (optimum(),),
    "lemma1": (critical(), critical(3, 0.5)),
    "dimension": (orbit(2.0, 5.0, 5.0), orbit(1.0, 3.0, 8.0)),
    "rank_codes": (codes(),),
    "thresholds": (scalar(0.3), scalar(0.2), scalar(0.5, L=1.5, K=2.0)),
    "stability": (second_order(2.9), second_order(1.2)),
}
IMPOSSIBLE = {"rank_codes": {"a1_a2", "a2_a1", "a2_a3", "a3_a2", "a1_a3", "a3_a1", "impossible"}, "one_layer": set()}


def test_every_proof_has_a_model():
    assert {f"garrod2024/{name}" for name in CASES} == {n for n in proof_names() if n.startswith("garrod2024")}


@pytest.mark.parametrize("name", CASES)
def test_every_step_holds_in_numbers(name):
    proof = load_proof(f"garrod2024/{name}")
    texts, depends = statements(proof), {s.step.name: s.depends for s in prove(proof).steps}
    assumed = {h.name for h in proof.hypotheses} | {s.name for s in proof.steps if s.rule == "suppose"}
    checked = set()
    for built in CASES[name]:
        reader = Reader(proof, built)
        met = {part: reader.holds(texts[part], 1e-9) for part in assumed}
        for step in (*proof.definitions, *proof.steps):
            if step.name not in assumed and all(met[d] for d in depends[step.name]):
                outcome = reader.holds(step.statement, 1e-6 if name == "centring" else 1e-9)
                assert outcome is not False, (step.name, step.statement)
                checked |= {step.name} if outcome else set()
    missing = {s.name for s in (*proof.definitions, *proof.steps)} - checked - assumed
    assert missing <= IMPOSSIBLE.get(name, set()), missing

"""A second way for the proofs about plain training: each step, read as a formula, holds in float64 on a model."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import lambertw

from tests.proofs.test_numbers import Reader
from theorycheck.symbolic.proof import prove, statements
from theorycheck.symbolic.proof_files import load_proof, proof_names

BUILT_IN = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "abs": abs, "power": lambda a, k: a**k,
    "delta": lambda i, j: float(i == j), "relu": lambda a: max(a, 0.0), "step": lambda a: float(a > 0),
}  # fmt: skip
REALS = {"R": [-0.7, 0.0, 0.4, 1.0], "T": [0.0, 0.3, 2.0]}


class Strict(Reader):
    """Reads > as it is written: a supposition that holds with equality only is not met."""

    def compare(self, comparison, env, slack):
        if comparison.relation not in "<>":
            return super().compare(comparison, env, slack)
        left, right = self.value(comparison.lhs, env), self.value(comparison.rhs, env)
        return left > right if comparison.relation == ">" else left < right


def constants(**values):
    return {name: (lambda v=v: v) for name, v in values.items()}


def entries(**arrays):
    return {name: (lambda *place, a=a: float(a[place])) for name, a in arrays.items()}


def model(at, sizes, tangent=()):
    return {**BUILT_IN, **at}, {**sizes, "N": 3}, REALS, list(tangent), np.random.default_rng(0)


def orthogonal_to(X, rng):
    """A vector beside the span of the rows."""
    v = rng.normal(size=X.shape[1])
    return v - np.linalg.pinv(X) @ (X @ v)


def nearly(n, d, rng, noise=0.05):
    """Nearly orthogonal rows of different lengths, labels of both classes."""
    X = np.eye(n, d) * rng.uniform(1, 1.3, size=n)[:, None] + noise * rng.normal(size=(n, d)) / math.sqrt(d)
    gram = np.abs(X @ X.T - np.diag(np.sum(X * X, axis=1)))
    return X, np.where(np.arange(n) % 3, -1.0, 1.0), float(np.min(np.sum(X * X, axis=1))), float(gram.max())


def slopes(u, gamma):
    return np.where(u > 0, 1.0, gamma)


def training(n=3, m=2, d=5, gamma=0.6, s=1.0, aligned=True, seed=0):
    """A few steps of gradient descent of one block, with loss derivatives of our choice."""
    rng = np.random.default_rng(seed)
    X, y, R2, p = nearly(n, d, rng)
    g, eta = rng.uniform(0.9, 1.0, size=(n, 9)), rng.uniform(0.1, 0.5, size=9)
    start = 0.1 * np.outer(np.ones(m), s * y @ np.linalg.pinv(X).T) if aligned else 0
    w = [start + 0.02 * rng.normal(size=(m, d)) * (1 if not aligned else 0.1)]
    c = [np.zeros((m, n))]
    for k in range(8):
        a = slopes(w[-1] @ X.T, gamma)
        w.append(w[-1] + s * eta[k] / n / m * (a * g[:, k] * y) @ X)
        c.append(c[-1] + eta[k] / n / m * g[:, k] * a)
    N, u = np.sum(X * X, axis=1), [v @ X.T for v in w]
    at = {
        **entries(x=X, y=y, Q=X @ X.T, nu=N, g=g, eta=eta, w0=w[0], o=orthogonal_to(X, rng)),
        "w": lambda r, l, k: w[k][r, l], "u": lambda r, i, k: u[k][r, i],
        "a": lambda r, i, k: slopes(u[k], gamma)[r, i], "c": lambda r, i, k: c[k][r, i],
        "rho": lambda r, i, k: N[i] * c[k][r, i], "top": lambda k: int(np.argmax(g[:, k])),
        **constants(s=s, gamma=gamma, R2=R2, p=p, n0=1),
    }  # fmt: skip
    return model(at, {"n": n, "m": m, "d": d}, [orthogonal_to(X, rng)])


def first(n=3, m=2, h=3, d=4, gamma=0.5, s=1.0, seed=1, eta=2.0, start=1e-3):
    """One step of gradient descent on the logistic loss."""
    rng = np.random.default_rng(seed)
    X, y, R2, p = nearly(n, d, rng)
    w, z = start * rng.normal(size=(m, d)), start * rng.normal(size=(h, d))
    u, o = w @ X.T, z @ X.T
    f = s * ((slopes(u, gamma) * u).mean(axis=0) - (slopes(o, gamma) * o).mean(axis=0))
    g = 1 / (1 + np.exp(y * f))
    w1 = w + s * eta / n / m * (slopes(u, gamma) * g * y) @ X
    at = {
        **entries(x=X, y=y, w0=w, w1=w1, u=u, o=o, a=slopes(u, gamma), c=slopes(o, gamma), f=f, g=g, Q=X @ X.T),
        **constants(s=s, gamma=gamma, eta=eta, R2=R2, p=p, e=float(max(np.abs(u).max(), np.abs(o).max()))),
    }
    return model(at, {"n": n, "m": m, "h": h, "d": d})


def pattern(n=3, d=4, P=2, M=2, gamma=0.4, seed=2):
    """The point of the pattern, and weights that are allowed beside it."""
    rng = np.random.default_rng(seed)
    X, y, *_ = nearly(n, d, rng, 0.2)
    up, down = (np.where(y * j > 0, 1.0, gamma) for j in (1, -1))
    Q = X @ X.T
    K = np.outer(y, y) * (np.outer(up, up) / P + np.outer(down, down) / M) * Q
    lam = np.linalg.solve(K, np.ones(n))
    vp, vm = (lam * y * up) @ X / P, -(lam * y * down) @ X / M
    A, B = 1.4 * vp + 0.02 * rng.normal(size=(P, d)), 1.3 * vm + 0.02 * rng.normal(size=(M, d))
    at = {
        **entries(x=X, y=y, lam=lam, mu=lam, q=K @ lam, c=up, e=down, Q=Q, K=K, vp=vp, vm=vm, A0=A, B0=B),
        **constants(gamma=gamma, o=1.0, j=0),
    }
    return model(at, {"n": n, "d": d, "P": P, "M": M}, [A, B])


def multipliers(n=4, gamma=0.3, seed=3):
    """Equal widths: the solution of the system of kou2023/positive."""
    rng = np.random.default_rng(seed)
    X, y, R2, p = nearly(n, n + 1, rng, 0.2)
    Q = X @ X.T
    K = ((1 + gamma) ** 2 * np.outer(y, y) + (1 - gamma) ** 2) / 2 * Q
    lam = np.linalg.solve(K, np.ones(n))
    at = {
        **entries(y=y, lam=lam, Q=Q, K=K),
        **constants(gamma=gamma, R2=R2, p=p, top=int(np.argmax(lam)), j=0, o=n - 1),
    }
    return model(at, {"n": n, "d": n + 1})


def spectral(W):
    """The first right singular vector and the squared spectral norm."""
    _, s, v = np.linalg.svd(W)
    return v[0], s[0] ** 2


def two_groups(P=2, M=3, d=3, same=False, seed=4):
    """Two groups of equal rows; `same`: of equal length and orthogonal."""
    rng = np.random.default_rng(seed)
    vp, vm = rng.normal(size=(2, d))
    if same:
        vp, vm = math.sqrt(1 / P) * np.eye(d)[0], math.sqrt(1 / M) * np.eye(d)[1]
    z, Lam = spectral(np.vstack([np.tile(vp, (P, 1)), np.tile(vm, (M, 1))]))
    a, b, c = P * vp @ vp, M * vm @ vm, math.sqrt(P * M) * vp @ vm
    s = math.hypot((a - b) / 2, c)
    at = {**entries(vp=vp, vm=vm, z=z, alpha=math.sqrt(P) * vp, beta=math.sqrt(M) * vm),
          **constants(a=a, b=b, c=c, s=s, Lam=Lam)}  # fmt: skip
    return model(at, {"P": P, "M": M, "d": d})


def balanced(n=4, m=2, gamma=0.3, N=2.0):
    """Orthogonal inputs of equal norm, balanced labels."""
    X, y = math.sqrt(N) * np.eye(n, n + 1), np.where(np.arange(n) % 2, -1.0, 1.0)
    up, down = (np.where(y * j > 0, 1.0, gamma) for j in (1, -1))
    lam = 1 / (1 + gamma**2) / N
    vp, vm = lam * (y * up) @ X, -lam * (y * down) @ X
    _, Lam = spectral(np.vstack([np.tile(vp, (m, 1)), np.tile(vm, (m, 1))]))
    Q = X @ X.T
    at = {
        **entries(x=X, y=y, c=up, e=down, Q=Q, vp=vp, vm=vm,
                  K=((1 + gamma) ** 2 * np.outer(y, y) + (1 - gamma) ** 2) / 2 * Q),
        **constants(gamma=gamma, lam=lam, nu=N, a=m * vp @ vp, b=m * vm @ vm, o=m * vp @ vm, Lam=Lam),
    }  # fmt: skip
    return model(at, {"n": n, "m": m, "d": n + 1})


def frozen(n=2, m=3, d=3, s=-1.0, seed=5):
    """Rows that all move alike."""
    rng = np.random.default_rng(seed)
    X, y, c, g, eta = rng.normal(size=(n, d)), np.array([1.0, -1.0]), np.array([1.0, 0.4]), *rng.uniform(size=(2, n, 9))
    w = [rng.normal(size=(m, d))]
    for k in range(8):
        w.append(w[-1] + s * eta[0, k] / n / m * (g[:, k] * y * c) @ X)
    mean = [v.mean(axis=0) for v in w]
    tops = [spectral(v) for v in w]
    kappa = spectral(w[0] - mean[0])[1]
    least = min(np.linalg.norm(v) / math.log(k + 2) for k, v in enumerate(mean))
    at = {
        **entries(x=X, y=y, c=c, g=g, eta=eta[0], w0=w[0]),
        "w": lambda r, l, k: w[k][r, l], "M": lambda l, k: mean[k][l], "E": lambda r, l, k: (w[k] - mean[k])[r, l],
        "z": lambda l, k: tops[k][0][l], "Lam": lambda k: tops[k][1], "grown": lambda k: math.log(k + 2),
        **constants(s=s, kappa=kappa, C=least * (1 - 1e-9), n0=1),
    }  # fmt: skip
    return model(at, {"n": n, "m": m, "d": d})


def exponential(n=2, seed=6, c=0.7):
    """The flow on the exponential loss, from margins near zero."""
    rng = np.random.default_rng(seed)
    V = np.eye(n) + 0.1 * rng.normal(size=(n, n))
    K = V @ V.T
    lam = np.linalg.solve(K, np.ones(n))
    a, kappa = np.log(lam), float(np.linalg.eigvalsh(K)[0]) * (1 - 1e-9)
    flow = solve_ivp(lambda _, q: c * K @ np.exp(-q), (0, 3), 0.2 * rng.normal(size=n), method="DOP853", rtol=1e-12,
                     atol=1e-12, dense_output=True)  # fmt: skip
    clock = lambda t: math.log(c * t + 1)  # noqa: E731
    r = lambda t: flow.sol(t) + a - clock(t)  # noqa: E731
    dq, dL = (lambda t: c * K @ np.exp(-flow.sol(t))), (lambda t: c / (c * t + 1))
    V = lambda t: float(np.sum(lam * (np.exp(-r(t)) - 1 + r(t))))  # noqa: E731
    dV = lambda t: float(np.sum(lam * (1 - np.exp(-r(t))) * (dq(t) - dL(t))))  # noqa: E731
    least = float(lam.min())
    deep = 1 + V(0) / least
    at = {
        **entries(K=K, a=a), "q": lambda i, t: flow.sol(t)[i], "dq": lambda i, t: dq(t)[i], "L": clock, "dL": dL,
        "r": lambda i, t: r(t)[i], "dr": lambda i, t: dq(t)[i] - dL(t), "V": V, "dV": dV,
        "p": lambda i, t: clock(t) - a[i], "dp": lambda i, t: dL(t),
        **constants(c=c, kappa=kappa, least=least, deep=deep, alpha=kappa * least * math.exp(-deep), o=0.0),
    }  # fmt: skip
    return model(at, {"n": n})


def logistic(c=0.3):
    """Margins of orthogonal data under the logistic loss."""
    kappa, start = np.array([0.5, 1.5]), np.array([0.1, -0.2])
    C = np.exp(start) + start

    def q(i, t):
        total = kappa[i] * t + C[i]
        return total - float(np.real(lambertw(math.exp(total))))

    at = {
        **entries(kappa=kappa, lam=c / kappa), "q": q, "dq": lambda i, t: kappa[i] / (1 + math.exp(q(i, t))),
        "F": lambda i, t: C[i] + 0 * t, "dF": lambda i, t: 0.0, **constants(c=c, o=0.0),
    }  # fmt: skip
    return model(at, {"n": 2})


def rectified(a0=0.3, s=1.0, seed=7):
    """ReLU neurons on orthogonal inputs; nobody sees own sample 1."""
    rng = np.random.default_rng(seed)
    n, m, d, own = 4, 2, 5, [0, 2, 3]
    X, y = np.diag(rng.uniform(1, 2, size=n)) @ np.eye(n, d), s * np.array([1.0, -1.0, 1.0, 1.0])
    N, g, eta = np.sum(X * X, axis=1), rng.uniform(size=(n, 9)), rng.uniform(size=9)
    w = [0.1 * rng.normal(size=(m, d))]
    w[0][:, own[1]] = -np.abs(w[0][:, own[1]])
    R = [np.zeros(len(own))]
    for k in range(8):
        w.append(w[-1] + s * eta[k] / n / m * ((w[-1] @ X.T > 0) * g[:, k] * y) @ X)
        R.append(R[-1] + eta[k] / n / m * (g[:, k] * N)[own])
    at = {
        **entries(x=X, y=y, Q=X @ X.T, nu=N, g=g, eta=eta, w0=w[0], B=(w[0] @ X.T > 0)[:, own].astype(float)),
        "w": lambda r, l, k: w[k][r, l], "u": lambda r, i, k: (w[k] @ X.T)[r, i], "own": lambda j: own[j],
        "R": lambda j, k: R[k][j], **constants(s=s, dead=1, a0=a0, h0=0.4, n0=1, n1=1),
    }  # fmt: skip
    return model(at, {"n": n, "o": len(own), "m": m, "d": d})


def coins(n=3, m=5, d=4, mu=0.7, seed=8):
    """Zeros and ones, a column for each own sample."""
    rng = np.random.default_rng(seed)
    X, B, c = (
        np.diag(rng.uniform(1, 2, size=n)) @ np.eye(n, d),
        (rng.random((m, n)) < 0.5).astype(float),
        rng.normal(size=n),
    )
    B[0] = 1
    W, S = B @ (c[:, None] * X), B.sum(axis=0)
    at = {**entries(x=X, B=B, c=c, W=W, S=S, nu=np.sum(X * X, axis=1), A=mu * (np.eye(n) + 1)),
          **constants(a=S.min(), mu=mu, Lam=spectral(W)[1])}  # fmt: skip
    return model(at, {"n": n, "m": m, "d": d})


def unseen(other):
    """One sample that no neuron of its sign sees."""
    u = np.array([other, -0.2])
    q = -np.maximum(u, 0).mean()
    loss = np.array([0.3, math.log(1 + math.exp(-q)), 1.0])
    at = {**entries(v=np.array([-0.1, -1.0, -0.3]), u=u, loss=loss), "chance": lambda k: 0.5**k,
          **constants(margin=q, point=1, n0=2)}  # fmt: skip
    return model(at, {"n": 3, "m": 3, "h": 2})


def family(r, rho=3.0, P=2, M=3, gamma=0.5, seed=9):
    """Two samples of a class with norms 1 and rho."""
    rng = np.random.default_rng(seed)
    x1, x2, x3 = np.eye(4)[0], rho * np.array([r, math.sqrt(1 - r * r), 0, 0]), np.eye(4)[2]
    kp, km = 1 / P + gamma**2 / M, 1 / M + gamma**2 / P
    lam = np.linalg.lstsq(kp * np.array([[1, rho * r], [rho * r, rho**2]]), np.ones(2))[0]
    mu1, mu3 = 1 / kp, 1 / km
    vp, vm = (mu1 * x1 - gamma * mu3 * x3) / P, (mu3 * x3 - gamma * mu1 * x1) / M
    A, B = 1.5 * vp + 0.05 * rng.normal(size=(P, 4)), 1.5 * vm + 0.05 * rng.normal(size=(M, 4))
    at = {
        **entries(x1=x1, x2=x2, x3=x3, vp=vp, vm=vm, A0=A, B0=B),
        **constants(gamma=gamma, rho=rho, r=r, kp=kp, km=km, lam1=lam[0], lam2=lam[1], mu1=mu1, mu3=mu3),
    }
    return model(at, {"P": P, "M": M, "d": 4}, [A, B])


def agreeing(gamma=0.3, seed=10):
    """Every neuron is one of two vectors."""
    rng = np.random.default_rng(seed)
    v, u, side = *rng.normal(size=(2, 4)), np.array([1.0, 0.0, 0.0])
    a, b = 0.7, 1.1
    z = a * v - b * u
    beside = orthogonal_to(np.array([v, u]), rng)
    on = orthogonal_to(z[None], rng)
    W = np.outer(side, v) + np.outer(1 - side, u)
    at = {**entries(v=v, u=u, side=side, W=W, x=z, o=-z, q=on, p=beside), **constants(a=a, b=b, gamma=gamma)}
    return model(at, {"h": 3, "d": 4}, [z, -z, on, beside, rng.normal(size=4)])


CASES = {
    "kou2023/decomposition": (training(), training(aligned=False, s=-1.0, gamma=0.0)),
    "kou2023/persistence": (training(), training(s=-1.0, seed=1), training(n=1, seed=2)),
    "kou2023/one_step": (first(), first(s=-1.0, seed=2), first(n=1, m=1, h=1, d=1)),
    "kou2023/kkt": (pattern(), pattern(P=1, M=3, seed=5), pattern(n=1, gamma=0.0)),
    "kou2023/equal_margins": (pattern(), pattern(P=1, M=3, seed=5)),
    "kou2023/positive": (multipliers(), multipliers(2, 1.0), multipliers(1, 0.0)),
    "kou2023/stable_rank": (two_groups(), two_groups(same=True)),
    "kou2023/orthogonal": (balanced(), balanced(2, 1, 0.0, 0.5)),
    "kou2023/rate": (frozen(),),
    "kou2023/limits": (exponential(), exponential(3, 7)),
    "kou2023/orthogonal_margins": (logistic(),),
    "kou2023/relu_orthogonal": (rectified(), rectified(-0.3, -1.0)),
    "kou2023/relu_rank": (coins(),),
    "kou2023/dead_point": (unseen(-0.4), unseen(0.4)),
    "kou2023/collinear": (family(0.2), family(0.8), family(1.0)),
    "frei2022/linear_boundary": (agreeing(),),
}
IMPOSSIBLE = {  # under a supposition that is refuted
    "kou2023/positive": {"turned", "value", "at_negative", "at_most", "none_scaled", "none", "absurd", "so",
                         "if_negative"},
}  # fmt: skip


def test_every_proof_has_a_model():
    assert set(CASES) == {n for n in proof_names() if n.startswith(("kou2023", "frei2022"))}


@pytest.mark.parametrize("name", CASES)
def test_every_step_holds_in_numbers(name):
    proof = load_proof(name)
    texts, depends = statements(proof), {s.step.name: s.depends for s in prove(proof).steps}
    assumed = {h.name for h in proof.hypotheses} | {s.name for s in proof.steps if s.rule == "suppose"}
    checked, used = set(), set()
    for built in CASES[name]:
        reader = Strict(proof, built)
        met = {part: reader.holds(texts[part], 1e-9) for part in assumed}
        used |= {part for part in assumed if met[part]}
        for step in (*proof.definitions, *proof.steps):
            if step.name not in assumed and all(met[d] for d in depends[step.name]):
                outcome = reader.holds(step.statement, 1e-9)
                assert outcome is not False, (step.name, step.statement)
                checked |= {step.name} if outcome else set()
    missing = {s.name for s in (*proof.definitions, *proof.steps)} - checked - assumed
    assert missing <= IMPOSSIBLE.get(name, set()), missing
    assert {h.name for h in proof.hypotheses} <= used

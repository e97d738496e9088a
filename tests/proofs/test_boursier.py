"""A second way for the proofs about two-layer networks: instances that meet the assumptions, goals in float64."""

import itertools
import math
from functools import lru_cache

import numpy as np
import pytest
from scipy.linalg import expm, null_space

from tests.proofs.test_numbers import Reader
from theorycheck.symbolic.proof_files import load_proof

FUNCTIONS = {
    "relu": lambda u: max(u, 0.0),
    "step": lambda u: float(u > 0),
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "power": lambda a, k: a**k,
    "delta": lambda i, k: float(i == k),
}


def entry(value):
    """A symbol of index arguments from an array; functions stay as they are."""
    return value if callable(value) else lambda *place: np.asarray(value)[place].item()


def model(rng, sizes, times=(0.0,), reals=(0.7, -1.3, 0.0), tangents=(), **symbols):
    at = {**FUNCTIONS, **{name: entry(value) for name, value in symbols.items()}}
    return at, sizes, {"T": list(times), "R": list(reals)}, list(tangents), rng


def relu(u):
    return np.maximum(u, 0)


def symmetric(seed):
    rng = np.random.default_rng(seed)
    half, beta, p = rng.normal(size=(3, 2)), rng.normal(size=2), rng.uniform(0.1, 1, 3)
    x, p = np.vstack([half, -half]), np.tile(p, 2)
    y = x @ beta
    d = x.T @ (p * y) / 2
    size, share = np.linalg.norm(d), rng.normal(size=3)
    shares = np.concatenate([share, 1 - share])
    yield model(rng, {"n": 6, "d": 2}, x=x, y=y, p=p, mate=np.roll(np.arange(6), 3), w=rng.normal(size=2), beta=beta,
                D=d, v=d / size, z=-d / size, c=size, b=-size, q=-1.0, tangents=[shares])  # fmt: skip


def gradient(seed):
    rng = np.random.default_rng(seed)
    n, m, d = 3, 2, 2
    x, s, a, w, y = (rng.normal(size=k) for k in ((n, d), (n, m), m, (m, d), n))
    h = (s * (x @ w.T)) @ a
    first = 4 * (h - y) ** 3
    ga, gw = (first[:, None] * s * (x @ w.T)).mean(0), np.einsum("k,j,kj,kl->jl", first, a, s, x) / n
    value = lambda t: np.mean(((s * (x @ (w - t * gw).T)) @ (a - t * ga) - y) ** 4)  # noqa: E731
    slope = (value(1e-5) - value(-1e-5)) / 2e-5
    yield model(rng, {"n": n, "m": m, "d": d}, x=x, s=s, a=lambda j, _: a[j], w=lambda j, k, _: w[j, k],
                da=lambda j, _: -ga[j], dw=lambda j, k, _: -gw[j, k], G=lambda j, _: ga[j], g=lambda j, k, _: gw[j, k],
                ell=lambda k, u: (u - y[k]) ** 4, ell1=lambda k, u: 4 * (u - y[k]) ** 3, h=lambda k, _: h[k],
                L=value, dL=lambda _: slope)  # fmt: skip


def conservation(seed):
    """Constant forces: the flow of each neuron is linear, and its solution a matrix exponential."""
    rng = np.random.default_rng(seed)
    n, m, d = 3, 2, 2
    x, f, s, w0 = (rng.normal(size=k) for k in ((n, d), n, (n, m), (m, d)))
    a0 = np.array([1.5, -1.2]) * np.linalg.norm(w0, axis=1)
    f = f / 4
    force = np.einsum("k,kj,kl->jl", f, s, x)

    @lru_cache
    def state(j, t):
        rate = np.zeros((d + 1, d + 1))
        rate[0, 1:] = rate[1:, 0] = -force[j]
        return expm(rate * t) @ np.concatenate([a0[j : j + 1], w0[j]])

    a, w = (lambda j, t: state(j, t)[0]), (lambda j, k, t: state(j, t)[1 + k])
    da, dw = (lambda j, t: -state(j, t)[1:] @ force[j]), (lambda j, k, t: -state(j, t)[0] * force[j, k])
    yield model(rng, {"n": n, "m": m, "d": d}, (0.0, 0.4, 1.1), x=x, f=lambda k, _: f[k], s=lambda k, j, _: s[k, j],
                act=lambda k, j, t: s[k, j] * (state(j, t)[1:] @ x[k]), a=a, w=w, da=da, dw=dw,
                N=lambda j, t: state(j, t)[0] ** 2 - state(j, t)[1:] @ state(j, t)[1:],
                V=lambda j, k, _: force[j, k], na=lambda j, t: a(j, t) + 0.3 * da(j, t),
                nw=lambda j, k, t: w(j, k, t) + 0.3 * dw(j, k, t), eta=0.3,
                B=1.1 * np.linalg.norm(force, axis=1).max(), o=0.0)  # fmt: skip


def early_alignment(seed):
    rng = np.random.default_rng(seed)
    n, m, d = 4, 2, 2
    x, y, out, a, w, W = (rng.normal(size=k) for k in ((n, d), n, n, m, (m, d), d))
    W, s = W / np.linalg.norm(W), rng.uniform(0, 1, (n, m))
    h = lambda k, t: t * out[k]  # noqa: E731
    off = lambda t: t * out - y  # noqa: E731
    E = -0.6 * W
    F = x.T @ (y * (x @ W > 0)) / n
    yield model(rng, {"n": n, "m": m, "d": d}, (0.0, 1.0), x=x, y=y, h=h, s=lambda k, j, _: s[k, j], o=0.0,
                a=lambda j, _: a[j], w=lambda j, k, _: w[j, k], W=W, U=1e-3 * rng.normal(size=d), E=E, c=-0.6, q=W @ E,
                F=F, tangent=E - (W @ E) * W, da=lambda j, t: -np.mean(off(t) * s[:, j] * (x @ w[j])),
                dw=lambda j, k, t: -np.mean(off(t) * a[j] * s[:, j] * x[:, k]),
                D=lambda j, k, _: np.mean(s[:, j] * y * x[:, k]),
                R=lambda j, k, t: t * np.mean(out * s[:, j] * x[:, k]))  # fmt: skip


def escape(seed):
    rng = np.random.default_rng(seed)
    D, w0 = rng.normal(size=3), rng.normal(size=3)
    v = np.linalg.norm(D)
    rate = np.zeros((4, 4))
    rate[0, 1:] = rate[1:, 0] = D
    for start in (np.concatenate([[0.01], 0.01 * D / v]), np.concatenate([[-0.4], w0])):
        state = lambda t, start=start: expm(rate * t) @ start  # noqa: E731
        yield model(rng, {"d": 3}, (0.0, 0.5, 1.7), D=D, v=v, K=50.0, o=0.0, tau=math.log(50) / v,
                    a=lambda t, s=state: s(t)[0], w=lambda k, t, s=state: s(t)[1 + k],
                    da=lambda t, s=state: s(t)[1:] @ D, dw=lambda k, t, s=state: s(t)[0] * D[k])  # fmt: skip


def least_squares(x, y):
    return np.linalg.lstsq(x, y, rcond=None)[0]


def sides(rng, sigma, n=12, d=2):
    """Data whose first coordinate tells the sides apart, and the fit of each side."""
    e = (np.arange(n) % 2).astype(float)
    x = np.column_stack([(2 * e - 1) * (2 + rng.uniform(0, 1, n)), rng.normal(size=(n, d - 1)) / 3])
    y = x[:, 0] + sigma * rng.normal(size=n)
    return x, y, e, least_squares(x[e == 1], y[e == 1]), least_squares(x[e == 0], y[e == 0])


def two_sided_network(seed, slope):
    """Loss and gradient of the network by finite differences, nothing taken from the proof."""
    rng = np.random.default_rng(seed)
    x, y, e, bp, bm = sides(rng, 0.1)
    u, U = rng.uniform(0.5, 2, 2), rng.uniform(0.5, 2, 3)
    v, V = u / (u @ u), U / (U @ U)
    ap, am = (bp - slope * bm) / (1 - slope**2), (bm - slope * bp) / (1 - slope**2)
    parts = [np.outer(u, ap), -np.outer(U, am), v, -V]
    act = lambda z: np.maximum(z, slope * z)  # noqa: E731
    out = lambda w, q, a, b: act(x @ w.T) @ a + act(x @ q.T) @ b  # noqa: E731
    loss = lambda *net: np.mean((out(*net) - y) ** 2) / 2  # noqa: E731
    grads = []
    for k, part in enumerate(parts):
        grad = np.zeros_like(part)
        for place in np.ndindex(part.shape):
            ends = [[*map(np.copy, parts)] for _ in range(2)]
            for net, sign in zip(ends, (1, -1), strict=True):
                net[k][place] += sign * 1e-6
            grad[place] = (loss(*ends[0]) - loss(*ends[1])) / 2e-6
        grads.append(grad)
    assert max(np.abs(g).max() for g in grads) < 1e-9
    yield model(rng, {"n": len(x), "d": 2, "P": 2, "M": 3}, x=x, y=y, e=e, bp=bp, bm=bm, ap=ap, am=am, u=u, v=v, U=U,
                V=V, zp=x @ parts[0].T, zm=x @ parts[1].T, h=out(*parts), L=loss(*parts), c=slope,
                r=1 / (1 - slope**2), gp=grads[0], gm=grads[1], Gp=grads[2], Gm=-grads[3])  # fmt: skip


def global_ols(seed):
    for sigma in (0.3, 0.0):
        rng = np.random.default_rng(seed)
        x, y, e, bp, bm = sides(rng, sigma)
        b = least_squares(x, y)
        gp, gm = (((w * (x @ b - y)) @ x) for w in (e, 1 - e))
        yield model(rng, {"n": len(x), "d": 2}, x=x, y=y, e=e, b=b, bp=bp, bm=bm, gp=gp, gm=gm)


def expected_loss(seed):
    """Noise from a Hadamard matrix: eight outcomes, uncorrelated columns."""
    rng = np.random.default_rng(seed)
    x, _, e, _, _ = sides(rng, 0.0, n=5)
    signs = np.array([[1, 1], [1, -1]])
    eta = 1.3 * np.kron(np.kron(signs, signs), signs)[:, 1:6].T
    truth = rng.normal(size=2)
    y = (x @ truth)[:, None] + eta
    fits, inverses, hats = {}, {}, {}
    for name, w in (("plus", e), ("minus", 1 - e), ("all", np.ones(5))):
        inverses[name] = np.linalg.inv((x.T * w) @ x)
        fits[name] = inverses[name] @ (x.T * w) @ y
        hats[f"H_{name}"] = x @ inverses[name] @ x.T
    yield model(rng, {"n": 5, "d": 2, "O": 8}, x=x, y=y, e=e, f=1 - e, eta=eta, p=np.full(8, 1 / 8), var=1.69,
                truth=truth, bp=fits["plus"], bm=fits["minus"], b=fits["all"], Kp=inverses["plus"],
                Km=inverses["minus"], K=inverses["all"], **hats)  # fmt: skip


def failure(seed):
    rng = np.random.default_rng(seed)
    outcomes = list(itertools.product((0.0, 1.0), repeat=5))
    a, z, y = rng.uniform(0, 1, 3), rng.normal(size=(4, 3)), np.array([-1.0, 2.0, -0.5, 1.0])
    h = relu(z) @ a
    for c in (1.0, -1.0):
        yield model(rng, {"n": 4, "m": 3, "O": 32, "N": 3}, b=lambda o, k: outcomes[o][k],
                    A=lambda o, k: float(np.prod(outcomes[o][:k])), p=np.full(32, 1 / 32),
                    C=lambda o, k: float(np.prod([1 - b for b in outcomes[o][:k]])), c=c, a=c * a, z=z, y=y, h=c * h,
                    L=np.mean((c * h - y) ** 2) / 2, i0=0 if c > 0 else 1)  # fmt: skip


def threshold(seed):
    rng = np.random.default_rng(seed)
    xp, xm, x = (rng.normal(size=(k, 2)) for k in (2, 1, 5))
    yp, ym, y, e = rng.normal(size=2), rng.normal(size=1), rng.normal(size=5), np.array([1.0, 1, 1, 0, 0])
    c = np.concatenate([null_space(x[:3].T)[:, 0], [7.0, -2.0]])
    fp, fm = (np.linalg.pinv(part) @ labels for part, labels in ((xp, yp), (xm, ym)))
    tangents = (least_squares(x[:3], y[:3]), rng.normal(size=2))
    yield model(rng, {"n": 5, "d": 2, "P": 2, "M": 1}, x=x, y=y, e=e, c=c, xp=xp, xm=xm, yp=yp, ym=ym, fp=fp, fm=fm,
                tangents=tangents)  # fmt: skip


def orthant(seed):
    rng = np.random.default_rng(seed)
    x, W, b = rng.uniform(0.1, 2, (5, 2)), -rng.uniform(0.1, 1, (2, 2)), rng.normal(size=2)
    y = rng.uniform(0, 3, 5)
    w, beta = np.array([[1.0, 0.0], [0.5, 2.0]]), least_squares(x, y)
    a = np.linalg.solve(w.T, beta)
    r = relu(x @ w.T) @ a + relu(x @ W.T) @ b - y
    g = np.einsum("k,j,kj,kl->jl", r, a, (x @ w.T) > 0, x) / 5
    yield model(rng, {"n": 5, "d": 2, "m": 2, "M": 2}, x=x, y=y, a=a, w=w, lead=np.array([0, 1]), b=b, W=W, z=x @ w.T,
                Z=x @ W.T, h=r + y, beta=beta, G=relu(x @ w.T).T @ r / 5, g=g, H=relu(x @ W.T).T @ r / 5,
                f=np.einsum("k,j,kj,kl->jl", r, b, (x @ W.T) > 0, x) / 5, j0=0)  # fmt: skip


def classes(rng, n=4, d=5):
    """Orthogonally separable data: opposite quadrants of the first coordinate, and little else."""
    y = np.array([1.0, -1, 1, -1, 1][:n])
    return np.column_stack([y * rng.uniform(1, 2, n), rng.normal(size=(n, d - 1)) / 8]), y


def separable(seed):
    rng = np.random.default_rng(seed)
    x, y = classes(rng)
    gram, size = np.outer(y, y) * (x @ x.T), np.linalg.norm(x, axis=1)
    q, s, w = rng.uniform(0.1, 1, 4), np.array([1.0, 0, 1, 0]), rng.normal(size=5)
    mu, force = (gram / np.outer(size, size)).min(), (q * s * y) @ x
    assert mu > 0
    yield model(rng, {"n": 4, "d": 5}, (0.0, 0.5, 2.0), x=x, y=y, R=size, mu=mu, q=lambda k, _: q[k], c=-1.0, o=0.5,
                s=lambda k, _: s[k], a=lambda _: -0.8, w=lambda k, t: w[k] - 0.8 * t * force[k], k0=0,
                dw=lambda k, _: -0.8 * force[k], V=lambda k, _: force[k], rho=0.8 * mu * q[0] * size[0])  # fmt: skip


def multipliers(x, y, slope):
    same = np.outer(y, y) > 0
    return np.linalg.solve(np.where(same, 1 + slope**2, -2 * slope) * (x @ x.T), np.ones(len(y)))


def best(x, y, lam, slope):
    up, down = (x.T @ (lam * (y == c)) for c in (1, -1))
    return up - slope * down, down - slope * up


def network(p, q, x, a, slope):
    act = lambda z: np.maximum(z, slope * z)  # noqa: E731
    return a * (act(x @ p.T).sum(1) - act(x @ q.T).sum(1))


def max_margin(seed):
    rng = np.random.default_rng(seed)
    for slope, a in ((0.3, 0.5), (0.0, 1.0), (1.0, 2.0)):
        y = np.array([1.0, -1, 1, -1])
        x = np.column_stack([y * rng.uniform(0.2, 0.5, 4), np.diag(rng.uniform(0.8, 1.2, 4))])
        lam, m = multipliers(x, y, slope), 2
        assert lam.min() > 0
        vp, vm = best(x, y, lam, slope)
        while True:  # any network that separates the classes, scaled
            p, q = (v / (a * m) + 0.3 * rng.normal(size=(m, 5)) for v in (vp, vm))
            if (least := (y * network(p, q, x, a, slope)).min()) > 0.1:
                break
        p, q, e = p / least, q / least, (y + 1) / 2
        shares = [on * (slope + (1 - slope) * (x @ w.T > 0)) + slope * (1 - on)
                  for on, w in ((e[:, None], p), (1 - e[:, None], q))]  # fmt: skip
        yield model(rng, {"n": 4, "d": 5, "m": m}, x=x, e=e, lam=lam, c=slope, a=a, b=1 / (a * m), vp=vp, vm=vm, p=p,
                    q=q, P=x @ p.T, Q=x @ q.T, f=network(p, q, x, a, slope), t_plus=shares[0], t_minus=shares[1],
                    B_plus=(shares[0] * (lam * y)[:, None]).T @ x,
                    B_minus=-(shares[1] * (lam * y)[:, None]).T @ x)  # fmt: skip


def xor(seed):
    rng = np.random.default_rng(seed)
    frame = np.linalg.qr(rng.normal(size=(3, 3)))[0].T
    mu = 1.7
    for w, shares in ((frame[0], (1, 0, 0.3, 0.3)), (-frame[1], (0.2, 0.2, 0, 1)), (frame[2], (0.5, 0.5, 0.1, 0.1))):
        A, B, C, E = shares
        D = mu / 4 * ((A - B) * frame[0] - (C - E) * frame[1])
        yield model(rng, {"d": 3}, e1=frame[0], e2=frame[1], w=w, D=D, A=A, B=B, C=C, E=E, c=float(D @ w), mu=mu)


def margin(seed):
    rng = np.random.default_rng(seed)
    n, m, d, rho, tau, slope, a = 5, 2, 7, 0.8, 1.3, 0.4, 0.7
    frame = np.linalg.qr(rng.normal(size=(d, d)))[0].T
    u, z, y, c = frame[0], frame[1 : n + 1], np.array([1.0, -1, 1, 1, -1]), np.array([1.0, 1, -1, 1, 1])
    x = (y * c * rho)[:, None] * u + tau * z
    lam = np.linalg.solve(np.outer(y, y) * (x @ x.T), np.ones(n))
    v, total = (lam * y) @ x, tau**2 + n * rho**2
    while True:
        p, q = (sign * v / (a * m) + 0.3 * rng.normal(size=(m, d)) for sign in (1, -1))
        if (least := (y * network(p, q, x, a, slope)).min()) > 0.1:
            break
    p, q = p / least, q / least
    slopes = [slope + (1 - slope) * (x @ w.T > 0) for w in (p, q)]
    tangents = (v, 1.5 * v)
    yield model(rng, {"n": n, "m": m, "d": d}, x=x, y=y, c=c, z=z, u=u, rho=rho, tau=tau, S=c.sum(), Q=total, lam=lam,
                v=v, a=a, g=slope, t=1 / (a * m * (1 + slope)), p=p, q=q, P=x @ p.T, R=x @ q.T,
                f=network(p, q, x, a, slope), s_plus=slopes[0], s_minus=slopes[1], tangents=tangents,
                B_plus=(slopes[0] * y[:, None]).T @ x, B_minus=-(slopes[1] * y[:, None]).T @ x)  # fmt: skip


CASES = {
    "boursier2024/symmetric": symmetric,
    "boursier2024/gradient": gradient,
    "boursier2024/conservation": conservation,
    "boursier2024/early_alignment": early_alignment,
    "boursier2024/escape": escape,
    "boursier2024/two_sided": lambda seed: two_sided_network(seed, 0.0),
    "boursier2024/leaky": lambda seed: two_sided_network(seed, 0.3),
    "boursier2024/global_ols": global_ols,
    "boursier2024/expected_loss": expected_loss,
    "boursier2024/failure": failure,
    "boursier2024/threshold": threshold,
    "boursier2024/orthant": orthant,
    "min2023/separable": separable,
    "min2023/max_margin": max_margin,
    "tsoy2024/xor": xor,
    "karhadkar2024/margin": margin,
}


@pytest.mark.parametrize("name", CASES)
def test_goals_hold_in_numbers_where_the_assumptions_do(name):
    """Every assumption is met by some instance, every goal holds wherever its assumptions do, and none is vacuous."""
    proof = load_proof(name)
    seen, met = set(), set()
    for instance in CASES[name](3):
        reader = Reader(proof, instance)
        held = {h.name for h in proof.hypotheses if reader.holds(h.statement, 1e-9)}
        met |= held
        for definition in proof.definitions:
            assert reader.holds(definition.statement, 1e-6), definition.name
        for goal in proof.goals:
            if held >= set(goal.given):
                outcome = reader.holds(goal.statement, 1e-6)
                assert outcome is not False, goal.name
                seen |= {goal.name} if outcome else set()
    assert met == {h.name for h in proof.hypotheses}
    assert seen == {goal.name for goal in proof.goals}

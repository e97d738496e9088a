"""A second way for every proof: each step, read as a plain formula, holds in float64 on concrete networks and flows."""

import itertools
import math
import operator

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from theorycheck.symbolic.proof import prove, statements
from theorycheck.symbolic.proof_files import load_proof
from theorycheck.symbolic.proof_syntax import INTERVALS, parse_statement

STEP = 1e-25  # of complex differentiation: no cancellation, so no error of its own

SINH = (np.sinh, np.cosh, np.sinh, np.cosh)
CUBIC = (lambda z: z**3 + z, lambda z: 3 * z**2 + 1, lambda z: 6 * z, lambda z: 6 + 0 * z)
NORMALITY = {"sinh": 3 * math.sqrt(3) / 2, "cubic": 16 / 3}
PHI = {"sinh": SINH, "cubic": CUBIC}
BOUNDS = {"sinh": (1.0, 1.0, 1.0), "cubic": (1.0, 6.0, 0.1)}  # rho1, rho2, and rho on |z| <= 4


def real(value):
    return float(np.real(value))


class Point:
    """Everything about one point theta of the manifold, in formulas that complex differentiation can pass through."""

    def __init__(self, X, y, w, kappa, phi):
        self.X, self.y, self.w, self.kappa, self.phi = X, y, w, kappa, phi

    def z(self, theta):
        return self.X @ theta.T

    def trace(self, theta):
        return self.kappa * np.sum(self.w[:, None] * self.phi[1](self.z(theta)) ** 2)

    def multipliers(self, theta):
        p1, p2, gram = self.phi[1](self.z(theta)), self.phi[2](self.z(theta)), self.X @ self.X.T
        kernel = gram * (p1 @ p1.T)
        return np.linalg.solve(kernel, np.sum(p1 * (gram @ (2 * self.kappa * self.w[:, None] * p1 * p2)), axis=1))

    def residual(self, theta, alpha=None):
        alpha = self.multipliers(theta) if alpha is None else alpha
        return 2 * self.kappa * self.w[:, None] * self.phi[2](self.z(theta)) - alpha[:, None]

    def gradient(self, theta):
        return (self.phi[1](self.z(theta)) * self.residual(theta)).T @ self.X

    def along(self, function, theta, velocity):
        return np.imag(function(theta + 1j * STEP * velocity)) / STEP


def inverse(phi, u):
    return brentq(lambda s: real(phi[0](s)) - u, -50, 50, xtol=1e-15, rtol=1e-15)


def network(seed, n, m, d, phi, agree=False, special=None):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    if special == "orthonormal":
        X = np.linalg.qr(X.T)[0].T
    theta = rng.normal(size=(m, d)) * 0.6
    if special == "spanned":
        theta = theta @ np.linalg.pinv(X) @ X
    if agree:
        theta = np.repeat(theta[:1], m, axis=0)
    z = X @ theta.T
    return rng, X, theta, Point(X, phi[0](z).sum(axis=1), (X**2).sum(axis=1), 1.5, phi)


def shared(point, theta, rng, name):
    """Meanings that all proofs share."""
    phi, X = point.phi, point.X
    m = len(theta)
    nu = np.array([inverse(phi, u / m) for u in point.y])
    rho1, rho2, rho = BOUNDS[name]
    gram = X @ X.T
    mu = float(np.linalg.eigvalsh(gram)[0])
    least = point.kappa * m * np.sum(point.w * phi[1](nu) ** 2)
    return {
        **{key: (lambda s, f=f: real(f(s))) for key, f in zip(("phi", "phi1", "phi2", "phi3"), phi, strict=True)},
        "x": lambda i, l: X[i, l],
        "y": lambda i: point.y[i],
        "w": lambda i: point.w[i],
        "nu": lambda i: nu[i],
        "e": lambda l: np.linalg.lstsq(X, nu, rcond=None)[0][l],
        "kappa": lambda: point.kappa,
        "Fstar": lambda: least,
        "wmin": lambda: float(point.w.min()),
        "mu": lambda: mu * (1 - 1e-9),
        "rho1": lambda: rho1,
        "rho2": lambda: rho2,
        "rho": lambda: rho,
        "beta": lambda: NORMALITY[name],
        "exp": math.exp,
        "log": math.log,
        "sqrt": math.sqrt,
        "abs": abs,
    }


def static(seed, n, m, d, name, agree):
    """A point of the manifold, for the proofs without time."""
    phi = PHI[name]
    rng, X, theta, point = network(seed, n, m, d, phi, agree)
    z, alpha = point.z(theta), point.multipliers(theta)
    S = point.residual(theta)
    g = point.gradient(theta)
    table = shared(point, theta, rng, name)
    nu = np.array([table["nu"](i) for i in range(n)])
    slack = phi[1](z) ** 2 - phi[1](nu[:, None]) ** 2 - 2 * phi[2](nu[:, None]) * (phi[0](z) - phi[0](nu[:, None]))
    jacobian = np.einsum("ij,il->ijl", phi[1](z), X).reshape(n, -1)
    U = rng.normal(size=m * d)
    U -= np.linalg.pinv(jacobian) @ (jacobian @ U)
    bent = rng.normal(size=m * d)
    coefficients = rng.normal(size=(m, n)) * (0 if agree else 1)
    eta = theta - coefficients @ X if not agree else theta
    psi = lambda u: inverse(phi, u)  # noqa: E731
    constant = point.kappa * point.w.min() * math.sqrt(table["mu"]()) * table["rho1"]() * table["rho2"]()
    at = {
        **table,
        "z": lambda i, j: z[i, j],
        "alpha": lambda i: alpha[i],
        "S": lambda i, j: S[i, j],
        "g": lambda j, l: g[j, l],
        "F": lambda: real(point.trace(theta)),
        "N2": lambda: float(np.sum(g**2)),
        "rate": lambda: constant,
        "top": lambda i: int(np.argmax(z[i])),
        "low": lambda i: int(np.argmin(z[i])),
        "slack": lambda i, j: slack[i, j],
        "U": lambda j, l: U.reshape(m, d)[j, l],
        "theta": lambda j, l: theta[j, l],
        "eta": lambda j, l: eta[j, l],
        "c": lambda *place: coefficients[place] if place else 0.5,
        "a": lambda: 0.3,
        "b": lambda: -0.4,
        "psi": psi,
        "psi1": lambda u: 1 / real(phi[1](psi(u))),
        "h": lambda u: real(phi[1](psi(u)) ** 2),
        "h1": lambda u: 2 * real(phi[2](psi(u))),
        "h2": lambda u: 2 * real(phi[3](psi(u)) / phi[1](psi(u))),
    }
    tangent = [U.reshape(m, d), bent.reshape(m, d)]
    return at, {"n": n, "m": m, "d": d}, {"I": [-0.9, 0.0, 0.5, 1.3], "J": [-0.5, 0.2, 1.1]}, tangent, rng


def moving(seed, n, m, d, name, late, special=None):
    """A stretch of the flow; with ``late`` the times include some where the gradient is below the threshold."""
    phi = PHI[name]
    rng, X, theta, point = network(seed, n, m, d, phi, special=special)
    table = shared(point, theta, rng, name)
    wmin, mu, beta = table["wmin"](), table["mu"](), table["beta"]()
    level = point.kappa**2 * wmin**2 * mu * beta**2
    lam = point.kappa * wmin * mu * table["rho1"]() * table["rho2"]()
    eps = min(0.5, math.sqrt(level) / 2)
    start = real(point.trace(theta))
    arrival = (start - table["Fstar"]()) / level + math.log(level / eps**2) / (2 * lam)
    horizon = arrival * 1.01 if late else 0.3
    flow = solve_ivp(lambda _, u: -point.gradient(u.reshape(m, d)).ravel(), (0, horizon), theta.ravel(), method="LSODA",
                     rtol=1e-11, atol=1e-12, dense_output=True)  # fmt: skip
    at_time = lambda t: flow.sol(t).reshape(m, d)  # noqa: E731
    velocity = lambda u: -point.gradient(u)  # noqa: E731
    speed = lambda u: point.along(point.trace, u, velocity(u))  # noqa: E731
    norm = lambda u: np.sum(velocity(u) ** 2)  # noqa: E731
    first = next(t for t in np.linspace(0, horizon, 4001) if real(norm(at_time(t))) <= level or t == horizon)
    off, start_at = rng.normal(size=d), theta @ np.linalg.pinv(X)
    off -= np.linalg.pinv(X) @ (X @ off)

    def combination(i, j, t):
        return (at_time(t) @ np.linalg.pinv(X))[j, i]

    def weight(u):
        p1, p2, p3 = (f(point.z(u)) for f in phi[1:])
        return 2 * point.kappa * point.w[:, None] * p1 * p3 + p2 * point.residual(u)

    at = {
        **table,
        "theta": lambda j, l, t: at_time(t)[j, l],
        "v": lambda j, l, t: velocity(at_time(t))[j, l],
        "a": lambda j, l, t: point.along(velocity, at_time(t), velocity(at_time(t)))[j, l],
        "z": lambda i, j, t: point.z(at_time(t))[i, j],
        "dz": lambda i, j, t: point.z(velocity(at_time(t)))[i, j],
        "ddz": lambda i, j, t: point.z(point.along(velocity, at_time(t), velocity(at_time(t))))[i, j],
        "alpha": lambda i, t: point.multipliers(at_time(t))[i],
        "S": lambda i, j, t: point.residual(at_time(t))[i, j],
        "Q": lambda i, j, t: weight(at_time(t))[i, j],
        "F": lambda t: real(point.trace(at_time(t))),
        "F1": lambda t: real(speed(at_time(t))),
        "F2": lambda t: -real(point.along(norm, at_time(t), velocity(at_time(t)))),
        "N2": lambda t: real(norm(at_time(t))),
        "N3": lambda t: real(point.along(norm, at_time(t), velocity(at_time(t)))),
        "K": lambda: level,
        "lam": lambda: lam,
        "eps": lambda: eps,
        "F0": lambda: point.kappa * wmin * real(max(phi[1](-0.9) ** 2, phi[1](1.3) ** 2)),
        "o": lambda: 0.0,
        "p": lambda: first,
        "tau": lambda: horizon,
        "late": lambda: horizon,
        "e": lambda: n - 1,
        "c": lambda *place: start_at[place] if place else int(np.argmin(point.z(at_time(horizon))[n - 1])),
        "f": lambda: 0,
        "b": lambda *place: combination(*place) if place else int(np.argmax(point.z(at_time(horizon))[0])),
        "P": lambda l: off[l],
        "sigma": lambda: horizon,
    }
    samples = {"I": [-0.9, 0.0, 1.3], "T": [0.0, 0.2 * horizon, horizon], "R": [-0.7, 0.0, 0.4]}
    return at, {"n": n, "m": m, "d": d}, samples, [off], rng


def orthonormal(*case):
    """The flow for orthonormal inputs."""
    return moving(*case, special="orthonormal")


def spanned(*case):
    """The flow from a start in the span of the data."""
    return moving(*case, special="spanned")


def weighted(seed, n, m, d, name, same):
    """A balanced point z for output weights of both signs, and another point zeta on the same manifold."""
    phi = PHI[name]
    rng, X, theta, point = network(seed, n, m, d, phi)
    a = rng.uniform(0.5, 2, size=m) * np.where(np.arange(m) % 2, -1, 1)
    zeta = point.z(theta)
    y = phi[0](zeta) @ a
    if name == "sinh":  # then phi'' = phi, so the levels are y / m
        z = np.arcsinh(y[:, None] / (m * a))
    else:
        roots = [brentq(lambda s, u=u: s**3 * np.sum(a**-2.0) + m * s - u, -50, 50, xtol=1e-15) for u in y]
        z = np.array(roots)[:, None] / a
    zeta = z if same else zeta
    alpha = 2 * point.kappa * point.w * a[0] * phi[2](z[:, 0])
    jacobian = np.einsum("j,ij,il->ijl", a, phi[1](z), X).reshape(n, -1)
    U = rng.normal(size=m * d)
    U -= np.linalg.pinv(jacobian) @ (jacobian @ U)
    excess = phi[1](zeta) ** 2 - phi[1](z) ** 2 - 2 * phi[2](z) * (phi[0](zeta) - phi[0](z))
    trace = lambda at: point.kappa * np.sum(point.w[:, None] * a**2 * phi[1](at) ** 2)  # noqa: E731
    at = {
        **shared(point, theta, rng, name),
        "a": lambda j: a[j],
        "y": lambda i: y[i],
        "z": lambda i, j: z[i, j],
        "zeta": lambda i, j: zeta[i, j],
        "alpha": lambda i: alpha[i],
        "lam": lambda i: a[0] * phi[2](z[i, 0]),
        "level": lambda i: alpha[i] / (2 * point.kappa * point.w[i]),
        "F": lambda: trace(z),
        "G": lambda: trace(zeta),
        "slack": lambda i, j: excess[i, j],
        "b": lambda: 0.3,
        "c": lambda: -0.4,
        "U": lambda j, l: U.reshape(m, d)[j, l],
    }
    tangent = [U.reshape(m, d), (a[0] * phi[2](z[:, 0]))]
    return at, {"n": n, "m": m, "d": d}, {"I": [-0.9, 0.0, 0.5, 1.3]}, tangent, rng


def lines(seed, n, m, d, name, fits):
    """All coordinate lines through a point; the loss along them differentiated numerically."""
    phi = PHI[name]
    rng, X, theta, point = network(seed, n, m, d, phi)
    y = point.y if fits else point.y + rng.normal(size=n)
    unit = lambda p, k: np.outer(np.eye(m)[p], np.eye(d)[k])  # noqa: E731
    path = lambda p, k, t: X @ (theta + t * unit(p, k)).T  # noqa: E731
    misfit = lambda p, k, t: phi[0](path(p, k, t)).sum(axis=1) - y  # noqa: E731
    loss = lambda p, k, t: 1.5 * np.sum(misfit(p, k, t) ** 2)  # noqa: E731
    slope = lambda f, p, k, t: np.imag(f(p, k, t + 1j * STEP)) / STEP  # noqa: E731
    bend = lambda f, p, k, t: (slope(f, p, k, t + 1e-5) - slope(f, p, k, t - 1e-5)) / 2e-5  # noqa: E731
    at = {
        **shared(point, theta, rng, name),
        "y": lambda i: y[i],
        "w": lambda i: point.w[i],
        "c": lambda: 1.5,
        "z0": lambda i, j: path(0, 0, 0)[i, j],
        "r0": lambda i: misfit(0, 0, 0)[i],
        "E": lambda j, p: float(j == p),
        "D": lambda l, k: float(l == k),
        "theta": lambda j, l, p, k, t: (theta + t * unit(p, k))[j, l],
        "v": lambda j, l, p, k, _: unit(p, k)[j, l],
        "a": lambda *_: 0.0,
        "z": lambda i, j, p, k, t: path(p, k, t)[i, j],
        "dz": lambda i, j, p, k, t: slope(path, p, k, t)[i, j],
        "ddz": lambda *_: 0.0,
        "res": lambda i, p, k, t: misfit(p, k, t)[i],
        "dres": lambda i, p, k, t: slope(misfit, p, k, t)[i],
        "ddres": lambda i, p, k, t: bend(misfit, p, k, t)[i],
        "loss": lambda p, k, t: loss(p, k, t),
        "dloss": lambda p, k, t: slope(loss, p, k, t),
        "ddloss": lambda p, k, t: bend(loss, p, k, t),
        "trace": lambda: sum(bend(loss, p, k, 0.0) for p in range(m) for k in range(d)),
        "o": lambda: 0.0,
    }
    return at, {"n": n, "m": m, "d": d}, {"T": [0.0, 0.3]}, [], rng


def affine(seed, n, m, d, *_):
    """Inputs with a constant 1 in the last place, and the only relation among them: zero."""
    rng = np.random.default_rng(seed)
    X = np.hstack([rng.normal(size=(n, d - 1)), np.ones((n, 1))])
    at = {"x": lambda i, l: X[i, l], "o": lambda: d - 1, "c": lambda _: 0.0}
    return at, {"n": n, "m": m, "d": d}, {}, [], rng


def curve(seed, n, m, d, name, _):
    """The two-jet of a geodesic at time zero, for the Riemannian Hessian."""
    phi = PHI[name]
    rng, X, theta, point = network(seed, n, m, d, phi)
    z = point.z(theta)
    jacobian = np.einsum("ij,il->ijl", phi[1](z), X).reshape(n, -1)
    v = rng.normal(size=m * d)
    v -= np.linalg.pinv(jacobian) @ (jacobian @ v)
    dz = X @ v.reshape(m, d).T
    a = np.linalg.pinv(jacobian) @ -np.sum(phi[2](z) * dz**2, axis=1)
    v, a = v.reshape(m, d), a.reshape(m, d)
    ddz = X @ a.T
    path = lambda t: point.trace(theta + t * v + t**2 / 2 * a)  # noqa: E731
    slope = lambda t: np.imag(path(t + 1j * STEP)) / STEP  # noqa: E731
    S, g, alpha = point.residual(theta), point.gradient(theta), point.multipliers(theta)
    at = {
        **shared(point, theta, rng, name),
        "theta": lambda j, l, _: theta[j, l],
        "v": lambda j, l, _: v[j, l],
        "a": lambda j, l, _: a[j, l],
        "z": lambda i, j, _: z[i, j],
        "dz": lambda i, j, _: dz[i, j],
        "ddz": lambda i, j, _: ddz[i, j],
        "S": lambda i, j: S[i, j],
        "g": lambda j, l: g[j, l],
        "alpha": lambda i: alpha[i],
        "F": lambda _: real(path(0)),
        "F1": lambda _: slope(0.0),
        "F2": lambda _: (slope(1e-5) - slope(-1e-5)) / 2e-5,
        "o": lambda: 0.0,
    }
    return at, {"n": n, "m": m, "d": d}, {"I": [0.1], "T": [0.0], "R": []}, [v], rng


OPERATIONS = {
    "add": operator.add,
    "sub": operator.sub,
    "neg": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
}


class Reader:
    """Evaluates statements in one model; knows nothing of the proof kernel but its parser."""

    def __init__(self, proof, model):
        self.at, self.sizes, self.samples, self.tangent, self.rng = model
        self.variables = {v.name: v for v in proof.variables}

    def value(self, node, env):
        if node.op == "number":
            return node.data
        if node.op == "sum":
            ranges = [range(self.sizes[self.variables[v].sort]) for v in node.data]
            points = itertools.product(*ranges)
            return sum(self.value(node.kids[0], {**env, **dict(zip(node.data, p, strict=True))}) for p in points)
        kids = [self.value(kid, env) for kid in node.kids]
        if node.op == "app":
            if node.name in env:
                return env[node.name][tuple(kids)] if kids else env[node.name]
            return self.sizes[node.name] if node.name in self.sizes else self.at[node.name](*kids)
        if node.op == "pow":
            return kids[0] ** node.data
        left, right = (0, kids[0]) if node.op == "neg" else kids
        if node.op == "div":
            return left / right
        return (
            {"add": left + right, "sub": left - right, "neg": left - right}[node.op]
            if node.op != "mul"
            else left * right
        )

    def names(self, node):
        own = {node.name} if node.op == "app" else set()
        return own.union(*(self.names(kid) for kid in node.kids)) - set(node.data if node.op == "sum" else ())

    def choices(self, names):
        options = []
        for v in names:
            sort, args = self.variables[v].sort, self.variables[v].args
            if args:
                shape = [self.sizes[s] for s in args]
                draws = [t for t in self.tangent if list(t.shape) == shape] or [self.rng.normal(size=shape)]
                options.append([*draws, np.zeros(shape)])
            else:
                options.append(self.samples[sort] if sort in INTERVALS else range(self.sizes[sort]))
        return (dict(zip(names, values, strict=True)) for values in itertools.product(*options))

    def compare(self, comparison, env, slack):
        left, right = self.value(comparison.lhs, env), self.value(comparison.rhs, env)
        room = slack * (1 + abs(left) + abs(right))
        return {
            "=": abs(left - right) <= room,
            "!=": left != right,
            ">=": left >= right - room,
            ">": left > right - room,
            "<=": left <= right + room,
            "<": left < right + room,
        }[comparison.relation]

    def for_all(self, comparison, env, slack):
        return all(self.compare(comparison, {**env, **more}, slack) for more in self.choices(comparison.bound))

    def holds(self, text, slack=1e-7):
        """Whether the statement holds at all sampled values; None if no value meets its premises."""
        statement = parse_statement(text)
        free = set()
        for c in (*statement.premises, statement.conclusion):
            free |= ((self.names(c.lhs) | self.names(c.rhs)) & self.variables.keys()) - set(c.bound)
        met = 0
        for env in self.choices(sorted(free)):
            if all(self.for_all(premise, env, 1e-10) for premise in statement.premises):
                met += 1
                if not self.compare(statement.conclusion, env, slack):
                    return False
        return True if met else None


STATIC = (  # model, seed, n, m, d, activation, and whether the neurons agree (or the flow has nearly arrived)
    (static, 1, 2, 3, 3, "sinh", False),
    (static, 2, 2, 2, 3, "cubic", True),
    (static, 3, 1, 1, 1, "sinh", True),
)
CASES = {
    "d1": STATIC,
    "thm1": STATIC,
    "d3": ((curve, 1, 2, 3, 3, "sinh", None), (curve, 2, 2, 2, 2, "cubic", None), (curve, 3, 1, 2, 1, "sinh", None)),
    "d4": STATIC,
    "d5": ((moving, 1, 2, 2, 3, "sinh", False), (moving, 2, 1, 3, 1, "cubic", False)),
    "d8": (
        (weighted, 1, 2, 3, 3, "sinh", False),
        (weighted, 2, 2, 2, 3, "cubic", True),
        (weighted, 3, 1, 1, 1, "sinh", True),
    ),
    "d10": ((orthonormal, 1, 2, 3, 3, "sinh", False), (orthonormal, 2, 1, 2, 1, "cubic", False)),
    "d0": ((lines, 1, 2, 2, 3, "sinh", True), (lines, 2, 3, 2, 2, "cubic", False), (lines, 3, 1, 1, 1, "cubic", True)),
    "t5": ((spanned, 1, 2, 2, 3, "sinh", False), (spanned, 2, 1, 2, 1, "cubic", False)),
    "d12": ((affine, 1, 3, 1, 3), (affine, 2, 1, 1, 1)),
    "d6": ((moving, 1, 2, 2, 3, "sinh", True), (moving, 3, 1, 2, 2, "cubic", True)),
}


@pytest.mark.parametrize("name", CASES)
def test_every_step_holds_in_numbers(name):
    proof = load_proof(f"gatmiry2024/{name}")
    report, checked = prove(proof), set()
    texts = statements(proof)
    depends = {s.step.name: s.depends for s in report.steps}
    assumed = {h.name for h in proof.hypotheses} | {s.name for s in proof.steps if s.rule == "suppose"}
    for build, *case in CASES[name]:
        reader = Reader(proof, build(*case))
        met = {part: reader.holds(texts[part], 1e-9) for part in assumed}
        for step in (*proof.definitions, *proof.steps):
            if step.name not in assumed and all(met[d] for d in depends[step.name]):
                outcome = reader.holds(step.statement)
                assert outcome is not False, (step.name, step.statement, case)
                checked |= {step.name} if outcome else set()
    missing = {s.name for s in (*proof.definitions, *proof.steps)} - checked - assumed
    assert not missing, missing


def test_the_reader_notices_false_statements():
    """A control: the same reading refutes the goals of every proof once they claim too much."""
    for name, statement in (
        ("d1", "F >= 5*Fstar"),
        ("d1", "h2(u) = 3*phi3(psi(u))/phi1(psi(u))"),
        ("d3", "F2(o) = sum[i,j](2*kappa*w[i]*phi1(z[i,j](o))*phi3(z[i,j](o))*dz[i,j](o)**2)"),
        ("d4", "100*abs(z[i,j] - nu[i]) <= sqrt(N2)/rate"),
        ("d5", "N2(t) >= 400*kappa*rho*wmin*mu*rho1**2*(F(t) - Fstar)"),
        ("d6", "N2(r) <= K, r <= t => N2(t) <= N2(r)*exp(-200*lam*(t - r))"),
        ("d8", "z[i,j]*z[k,q] = z[i,q]*z[k,j] + 1"),
        ("d10", "all[q](u <= z[i,q](r)), r <= t => u + 1 <= z[i,j](t)"),
    ):
        proof = load_proof(f"gatmiry2024/{name}")
        build, *case = CASES[name][0]
        assert Reader(proof, build(*case)).holds(statement) is False, statement

"""The eighth part of the checker of certificates: ReLU networks at rest, without a margin, and steps of descent.

Like the first part it needs only Python's standard library and python-flint; it uses the names of `check` and `relu`.
"""

from flint import arb, fmpq, fmpq_mat

from theorycheck.certificates.check import (
    KINDS,
    ONE,
    ZERO,
    brief,
    dot,
    exact,
    rational,
    require,
    total,
    verify,
)
from theorycheck.certificates.relu import combined, leaky, numbers, product_fits, shown, strings, whole

# ---- end of imports

__all__ = ["verify"]
LONGEST = 2**11  # bits of a number up to which steps are exact; beyond it is a ball
WHERE = {"output": "entry", "margin": "entry", "moved": "entry", "stable rank": "block"}
TOLD = {"norm": "squared norm of all trained weights", "moved": "squared distance moved"}
ENOUGH = 2**18  # bits of all weights at the end up to which what is said of them is exact
EFFORT = 10**6  # see `costs`: about ten seconds


def squared(net):
    """The model of the instance, refused unless it has the squared loss."""
    require(leaky(net).loss == "square", "only for the squared loss")
    return net


def normal(beta, chosen, net):
    """Refuse unless beta is the least-squares fit on the chosen samples that has the least norm."""
    if not chosen:
        return require(not any(beta), "without samples the fit is 0")
    X, y = fmpq_mat([net.X[i] for i in chosen]), fmpq_mat([[net.y[i]] for i in chosen])
    gap = X * fmpq_mat([[b] for b in beta]) - y
    require(not any((X.transpose() * gap).entries()), "the normal equations do not hold")
    whole_span = fmpq_mat([net.X[i] for i in chosen] + [beta]).rank() == X.rank()
    return require(whole_span, "a fit of smaller norm exists")


def check_two_sided(c, net):
    """Least squares on the two sides of a hyperplane, and the two neurons made of them.

    S+ and S- are the samples with split.x > 0 and < 0; beta_+ and beta_- fit their labels, with the least norm. The
    network is h(x) = max(beta_+.x, 0) - max(-beta_-.x, 0); whether it is a stationary point of both layers does not
    depend on how a neuron's scale is shared between them, and a neuron that is 0 is at rest.
    """
    net = squared(net)
    require(net.slope == 0, "only for the ReLU")
    u, betas = numbers(c, "split", net.d), [numbers(c, name, net.d) for name in ("beta_plus", "beta_minus")]
    require(any(u), "the split is no direction")
    sides, fits = [dot(u, x) for x in net.X], [[dot(b, x) for b in betas] for x in net.X]
    chosen = [[i for i, v in enumerate(sides) if v * j > 0] for j in (1, -1)]
    for beta, kept in zip(betas, chosen, strict=True):
        normal(beta, kept, net)
    loss = total((fits[i][k] - net.y[i]) ** 2 for k in (0, 1) for i in chosen[k]) / (2 * net.n)
    own = all(fits[i][0] > 0 for i in chosen[0]) and all(fits[i][1] < 0 for i in chosen[1])
    other = all(fits[i][1] >= 0 for i in chosen[0]) and all(fits[i][0] <= 0 for i in chosen[1])
    signs = f"signs {'kept' if own else 'not kept'} on the own side, {'kept' if other else 'not kept'} on the other"
    none = f", {len(sides) - sum(map(len, chosen))} on neither"
    return (
        f"with split {brief(strings(u))}, {len(chosen[0])} samples on S+, {len(chosen[1])} on S-{none}: least squares "
        f"beta_+ = {brief(strings(betas[0]))}, beta_- = {brief(strings(betas[1]))}, 1/(2n) sum of squared residuals "
        f"there = {shown(loss)}; {signs}; {_two_neurons(c, net, betas)}"
    )


def _two_neurons(c, net, betas):
    """What the network made of the two fits is."""
    neurons = [(fmpq(j), [j * v for v in beta], 1) for j, beta in zip((1, -1), betas, strict=True)]
    z = net.before(neurons)
    f = net.outputs(neurons, z)
    gap = [p - y for p, y in zip(f, net.y, strict=True)]

    def live(i, r):
        return gap[i] != 0 and any(net.X[i]) and any(betas[r])

    kinked = any(v == 0 and live(i, r) for i, row in enumerate(z) for r, v in enumerate(row))
    if kinked and "weights" not in c:
        rest = "is not seen to be (samples with a residual lie on a kink)"
    else:
        s, _ = net.acting(z, lambda: c["weights"], live)
        pulls = [combined([g * t[r] for g, t in zip(gap, s, strict=True)], net) for r in (0, 1) if any(betas[r])]
        still = not any(v for pull in pulls for v in pull)
        require(still or not kinked, "with these weights at kinks the gradient is not 0")
        rest = ("is" if still else "is not") + (f" (slopes at kinks {brief(c['weights'])})" if kinked else "")
    fit = "interpolates" if not any(gap) else "does not interpolate"
    return (
        f"the network max(beta_+.x, 0) - max(-beta_-.x, 0) has loss {shown(net.loss_of(f))}, {fit}, and {rest} a "
        f"stationary point of both layers"
    )


def check_still(c, net):
    """Weights at which the gradient of the squared loss vanishes, with slopes told at kinks that matter."""
    net = squared(net)
    neurons = net.neurons(c["point"])
    z = net.before(neurons)
    f = net.outputs(neurons, z)
    gap = [p - y for p, y in zip(f, net.y, strict=True)]

    def live(i, r):
        return gap[i] != 0 and any(net.X[i]) and neurons[r][0] != 0

    s, at = net.acting(z, lambda: c["kinks"], live)
    for r, (a, *_) in enumerate(neurons):
        pull = combined([g * t[r] for g, t in zip(gap, s, strict=True)], net)
        require(a == 0 or not any(pull), f"the gradient in row {r} is not 0")
        outer = total(g * net.sigma(row[r]) for g, row in zip(gap, z, strict=True))
        require(net.fixed or outer == 0, f"the gradient in output weight {r} is not 0")
    patterns = len({tuple(v > 0 for v in column) for column in zip(*z, strict=True)})
    kinks = f"with slopes {brief(c['kinks'])} at kinks" if at else "no kink matters"
    fit = "interpolates" if not any(gap) else "does not interpolate"
    return (
        f"a stationary point of the squared loss, {net.told()} [{brief(c['point'])}; {kinks}]: "
        f"loss {shown(net.loss_of(f))}, {fit}; the neurons are active on {patterns} sets of samples"
    )


def check_dead(c, net):
    """Samples on which every neuron of a ReLU network is inactive and stays so.

    They are orthogonal to all other samples. So the preactivation of a neuron on one of them is changed only by
    gradients on these samples, which are 0 while it is negative: by descent with any steps, or by its flow.
    """
    net = leaky(net)
    dead = c["samples"]
    fits = isinstance(dead, list) and dead and all(whole(i, 0, net.n - 1) for i in dead) and sorted({*dead}) == dead
    require(fits and net.slope == 0, "the samples are no list of indices in order, or the slope is not 0")
    others = [k for k in range(net.n) if k not in dead]
    require(all(net.inner[i][k] == 0 for i in dead for k in others), "a sample is not orthogonal to another one")
    z = net.before(net.neurons(c["point"]))
    require(all(v < 0 for i in dead for v in z[i]), "a neuron is active there, or at its kink")
    y = [net.y[i] for i in dead]
    least = {"logistic": arb(2).log() * len(y), "hinge": fmpq(len(y)), "square": total(v * v for v in y) / 2}[net.loss]
    return (
        f"{net.told()}, from {brief(c['point'])}: on samples {brief(dead)} all neurons are inactive, and stay so for "
        f"ever under gradient descent with any steps; f = 0 there, the {net.loss} loss >= {shown(least / net.n)}"
    )


# ---- no margin ------------------------------------------------------------------------------------------------------


def check_no_margin(c, net):
    """Multipliers mu >= 0, not all 0, with which the gradients of the margins cancel in every neuron.

    With slopes s_ri that stay, the margin of sample i is the sum over the neurons r of a_r s_ri y_i w_r.x_i, for fixed
    outputs a_r. So the sum of mu_i times it is sum_r a_r w_r.(sum_i mu_i y_i s_ri x_i) = 0 for all weights.
    """
    net = leaky(net)
    require(net.fixed and all(abs(v) == 1 for v in net.y), "only for fixed outputs and labels 1 and -1")
    mu = numbers(c, "multipliers", net.n)
    require(all(v >= 0 for v in mu) and any(mu), "a multiplier is negative, or all are 0")
    product_fits([mu], net.d)
    rows = slopes_told(c["pattern"], net) if "pattern" in c else slopes_of_labels(net)
    require(len(rows) * net.n * net.d <= 10**6, "too large a pattern")
    for r, row in enumerate(rows):
        pull = combined([p * y * s for p, y, s in zip(mu, net.y, row, strict=True)], net)
        require(not any(pull), f"the gradients do not cancel in row {r} of the pattern")
    told = f"neurons with the patterns {brief(c['pattern'])}, any number of each," if "pattern" in c else ""
    return (
        f"with the slopes of {told or 'the labels'} no weights have all margins y_i f(x_i) positive, {net.told()}: the "
        f"gradients of the margins times mu = {brief(strings(mu))} >= 0 have sum 0 in every neuron"
    )


def slopes_of_labels(net):
    """1 on the samples of the neuron's sign, the smaller slope on the others; a row a sign."""
    return [[ONE if y == j else net.slope for y in net.y] for j in (1, -1)]


def slopes_told(pattern, net):
    """The rows of slopes of {"plus", "minus"}, 1 where a neuron is active and else 0; some neuron has each row."""
    found = []
    for name, m in zip(("plus", "minus"), net.width, strict=True):
        rows = pattern[name]
        fits = isinstance(rows, list) and 1 <= len(rows) <= m
        fits = fits and all(isinstance(row, list) and len(row) == net.n for row in rows)
        require(fits and all(whole(v, 0, 1) for v in flat(rows)), "the pattern is no rows of 0 and 1, a row a neuron")
        found += [[ONE if v else net.slope for v in row] for row in rows]
    return found


# ---- steps ----------------------------------------------------------------------------------------------------------


def check_steps(c, net):
    """What holds after some steps of gradient descent from rational weights; exact, or in balls rounded outwards.

    The logistic loss needs balls; other weights become balls once their numbers are long. At y f = 1 the slope of the
    hinge loss is 0; at a preactivation 0 the slope of the activation is the one told. As rows move by multiples of
    samples, w_r = w_r(0) + sum_i C_ri x_i, a step costs nothing for more inputs.
    """
    net = leaky(net)
    eta, steps, neurons = rational(c["eta"]), c["steps"], net.neurons(c["start"])
    require(eta > 0 and whole(steps, 1, 10_000), "eta is positive, and steps are 1 to 10000")
    require(costs(c["found"], steps, len(neurons), net) <= EFFORT, "too many steps of so large a network")
    require(all(map(short, [eta, *net.y, *flat(net.X), *flat(net.inner)])), "too long numbers for steps")
    used, outer, C = [], [kept_short(a) for a, *_ in neurons], [[ZERO] * net.n for _ in neurons]
    start = [[kept_short(v) for v in column] for column in zip(*net.before(neurons), strict=True)]
    for _ in range(steps):
        shares = [a * count for a, (*_, count) in zip(outer, neurons, strict=True)]
        outer, C = stepped(
            outer, C, _reached(start, C, net), shares, net, eta, lambda: used.append(c["kink"]) or c["kink"]
        )
    end = [(a, _moved(w, row, net), count) for a, (_, w, count), row in zip(outer, neurons, C, strict=True)]
    about = rounded(end)
    told = [_found(term, (neurons, end, about), net) for term in c["found"]]
    require(told, "nothing is said")
    kink = (f", slope {c['kink']} at kinks" if used else "") + (", 0 at margin 1" if net.loss == "hinge" else "")
    return (
        f"after {steps} steps of gradient descent of size {c['eta']} on the {net.loss} loss of {net.told()} from "
        f"{brief(c['start'])}{kink}: {', '.join(told)}"
    )


def costs(found, steps, m, net):
    """The number of operations, counted in those that take the longest."""
    require(isinstance(found, list) and len(found) <= 100, "too much is said")
    ranks = sum(term["quantity"] == "stable rank" for term in found)
    said = (1 + len(found)) * m * net.n * net.d // 10 + ranks * min(m, net.d) ** 3 // 4
    return steps * m * (net.n**2 + 8 * net.n) + said


def flat(rows):
    """All entries of a matrix."""
    return [v for row in rows for v in row]


def short(v):
    """Whether a rational may stay one."""
    return v.height_bits() <= LONGEST


def gathered(terms):
    """The sum, a ball as soon as it is long: many short rationals can have a sum that fills the memory."""
    found = ZERO
    for v in terms:
        found = kept_short(found + v)
    return found


def rounded(neurons):
    """Balls around all weights where together they are long."""
    bits = sum(v.height_bits() for a, w, _ in neurons for v in (a, *w) if exact(v))
    return neurons if bits <= ENOUGH else [(arb(a), [arb(v) for v in w], count) for a, w, count in neurons]


def _reached(start, C, net):
    """The preactivations, a row a neuron."""
    found = []
    for row, z in zip(C, start, strict=True):
        live = [(i, e) for i, e in enumerate(row) if not nothing(e)]
        found.append([gathered([v, *(e * net.inner[i][k] for i, e in live)]) for k, v in enumerate(z)] if live else z)
    return found


def _moved(w, row, net):
    live = [(i, e) for i, e in enumerate(row) if not nothing(e)]
    return [gathered([v, *(e * net.X[i][k] for i, e in live)]) for k, v in enumerate(w)] if live else w


def stepped(outer, C, z, shares, net, eta, kink):
    """Output weights and coefficients after one step, given the preactivations, a row a neuron."""
    f = [gathered(a * net.sigma(v) for a, v in zip(shares, column, strict=True)) for column in zip(*z, strict=True)]
    pull = [kept_short(eta * slope_of_loss(p, y, net.loss) / net.n) for p, y in zip(f, net.y, strict=True)]
    found = []
    for a, coefficients, values in zip(outer, C, z, strict=True):
        row = list(coefficients)
        for i, g in enumerate(pull):
            if any(net.X[i]) and not nothing(a) and not nothing(g):
                s = slope_at(values[i], net, kink)
                row[i] = kept_short(row[i] - a * g * s) if s != 0 else row[i]  # what is inactive stays exact
        found.append(row)
    if not net.fixed:
        turns = [gathered(g * net.sigma(v) for g, v in zip(pull, values, strict=True)) for values in z]
        outer = [kept_short(a - turn) for a, turn in zip(outer, turns, strict=True)]
    return outer, found


def nothing(v):
    """Whether a number is exactly 0."""
    return exact(v) and v == 0


def kept_short(v):
    """A rational, or a ball around it where it is long."""
    return v if not exact(v) or short(v) else arb(v)


def slope_of_loss(f, y, loss):
    """The derivative of n times the loss in one output."""
    if loss == "square":
        return f - y
    if loss == "logistic":
        return -y / (1 + arb(y * f).exp())
    require(y * f < 1 or y * f >= 1, "it is not seen on which side of its kink the hinge loss is")
    return -y if y * f < 1 else ZERO


def slope_at(z, net, kink):
    """The slope of the activation at a preactivation."""
    if z > 0 or z < 0 or net.slope == 1:
        return ONE if z > 0 else net.slope
    require(exact(z), "the sign of a preactivation is not seen")
    slope = rational(kink())
    require(net.slope <= slope <= 1, "the slope at kinks is not between those beside it")
    return slope


def _found(term, weights, net):
    """One inequality, given the neurons at the start, at the end, and these as balls where they are long."""
    start, exactly, end = weights
    kind, relation, bound = term["quantity"], term["relation"], rational(term["bound"])
    if kind == "agreement":
        got = agreement(end, net)
    elif kind == "moved":
        [r] = term["entry"]
        require(whole(r, 0, len(end) - 1), "no such row")
        got = gathered((p - q) ** 2 for p, q in zip(start[r][1], exactly[r][1], strict=True))
    else:
        require(kind != "stable rank" or all(exact(*w) for _, w, _ in end), "the stable rank needs exact weights")
        got = net.number(kind, term, end)
    require(relation in ("<=", ">=", "="), "an unknown relation")
    holds_there = (
        got <= bound if relation == "<=" else got >= bound if relation == ">=" else exact(got) and got == bound
    )
    require(holds_there, f"the {kind} is {shown(got)}")
    name = WHERE.get(kind)
    of = f" of {name} {brief(term[name])}" if name else ""
    return f"{TOLD.get(kind, kind)}{of} {relation} {term['bound']}"


def agreement(neurons, net):
    """The share of pairs (neuron, sample) whose preactivation has the sign of output weight times label."""
    right = 0
    for row, y in zip(net.before(neurons), net.y, strict=True):
        for v, (a, _, count) in zip(row, neurons, strict=True):
            require(v * a * y > 0 or v * a * y <= 0, "a sign is not seen")
            right += count * bool(v * a * y > 0)
    return fmpq(right, net.n * sum(count for *_, count in neurons))


KINDS |= {"two-sided": check_two_sided, "still": check_still, "dead": check_dead, "steps": check_steps}
KINDS |= {"no margin": check_no_margin}

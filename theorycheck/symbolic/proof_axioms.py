"""The theorems of analysis and linear algebra that proofs may take for granted: a short, closed list.

Each function computes what its theorem gives for the terms in a step and checks the theorem's side conditions against
facts that the step cites. The first line of each docstring is the theorem as printed with every proof that uses it.
A theorem that asserts existence introduces a new symbol, which must depend on everything that its facts depend on.
"""

from collections.abc import Callable

import attrs

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_desk import Condition, Desk, Sequent
from theorycheck.symbolic.proof_syntax import INTERVALS, Node, NotDischarged
from theorycheck.symbolic.proof_terms import Poly


def at(poly: Poly, var: str, value: Poly) -> Poly:
    """The term with a variable replaced."""
    return terms.substitute(poly, {var: ((), value)})


def plain(relation: str, diff: Poly) -> Sequent:
    """The statement ``diff relation 0``."""
    return Sequent((), Condition((), relation, diff))


def implied(relation: str, diff: Poly, *premises: tuple[str, Poly]) -> Sequent:
    """The statement that premises, as relation and difference, imply ``diff relation 0``."""
    return Sequent(tuple(Condition((), r, p) for r, p in premises), Condition((), relation, diff))


def real_variables(desk: Desk, *nodes: Node) -> tuple[str, ...]:
    """Names of distinct real variables of one sort."""
    names = desk.distinct_variables(nodes)
    sorts = {desk.scope.variables[v].sort for v in names}
    if len(sorts) != 1 or not sorts <= set(INTERVALS) or any(desk.scope.variables[v].args for v in names):
        raise NotDischarged("real variables of one sort are needed")
    return names


def function(desk: Desk, extra: int = 0) -> tuple[Poly, Poly, str, str, Poly, Poly, list[Node]]:
    """Read ``E; s; r; ...``: E(s), E(r), the names s and r as they are and as terms, and the remaining data."""
    value, here, there, *rest = desk.data(3 + extra)
    s, r = real_variables(desk, here, there)
    e = desk.poly(value)
    if r in e.free:
        raise NotDischarged(f"{r} is not a new variable")
    return e, at(e, s, terms.app(r)), s, r, terms.app(s), terms.app(r), rest


def required(desk: Desk, sequent: Sequent, wanted: Condition) -> None:
    """Check a side condition against the fact cited for it.

    Raises:
        NotDischarged: if the fact says something else.
    """
    if sequent.premises or not wanted.follows_from(sequent.conclusion):
        raise NotDischarged(f"{desk.rule} needs {wanted.diff.key} {wanted.relation} 0, not what is cited")


def injective(desk: Desk) -> Sequent:
    """Rolle: if E' vanishes nowhere on an interval, E(s) = E(r) implies s = r."""
    e, f, s, _, here, there, _ = function(desk)
    required(desk, desk.cited()[0], Condition((), "!=", desk.scope.derivative(e, s)))
    return implied("=", here - there, ("=", e - f))


def increasing(desk: Desk) -> Sequent:
    """Mean value: if E' >= 0 on an interval, s <= r implies E(s) <= E(r)."""
    e, f, s, _, here, there, _ = function(desk)
    required(desk, desk.cited()[0], Condition((), ">=", desk.scope.derivative(e, s)))
    return implied(">=", f - e, (">=", there - here))


def order_reflecting(desk: Desk) -> Sequent:
    """Mean value: if E' > 0 on an interval, E(s) <= E(r) implies s <= r."""
    e, f, s, _, here, there, _ = function(desk)
    required(desk, desk.cited()[0], Condition((), ">", desk.scope.derivative(e, s)))
    return implied(">=", there - here, (">=", f - e))


def keeps_sign(desk: Desk) -> Sequent:
    """Intermediate value: a differentiable E that vanishes nowhere on an interval keeps its sign, E(s) E(r) > 0."""
    e, f, s, *_ = function(desk)
    desk.scope.derivative(e, s)  # only what is declared differentiable is known to be continuous
    required(desk, desk.cited()[0], Condition((), "!=", e))
    return plain(">", e * f)


def slope(desk: Desk) -> Sequent:
    """Mean value: if E' >= c on an interval, (E(s) - E(r)) (s - r) >= c (s - r)^2."""
    e, f, s, r, here, there, (bound,) = function(desk, extra=1)
    c = desk.poly(bound)
    if {s, r} & c.free:
        raise NotDischarged("the bound must be constant")
    required(desk, desk.cited()[0], Condition((), ">=", desk.scope.derivative(e, s) - c))
    return plain(">=", (e - f) * (here - there) - c * (here - there) ** 2)


def strict_slope(desk: Desk) -> Sequent:
    """Mean value: if E' > 0 on an interval, s != r implies (E(s) - E(r)) (s - r) > 0."""
    e, f, s, _, here, there, _ = function(desk)
    required(desk, desk.cited()[0], Condition((), ">", desk.scope.derivative(e, s)))
    return implied(">", (e - f) * (here - there), ("!=", here - there))


def tangent_line(desk: Desk) -> Sequent:
    """Taylor: if E'' >= 2c on an interval, E(s) >= E(r) + E'(r) (s - r) + c (s - r)^2."""
    e, f, s, r, here, there, (bound,) = function(desk, extra=1)
    c, first = desk.poly(bound), desk.scope.derivative(e, s)
    if {s, r} & c.free:
        raise NotDischarged("the bound must be constant")
    required(desk, desk.cited()[0], Condition((), ">=", desk.scope.derivative(first, s) - c - c))
    gap = here - there
    return plain(">=", e - f - at(first, s, there) * gap - c * gap**2)


def tangent_contact(desk: Desk) -> Sequent:
    """Taylor: if E'' > 0 on an interval, E(s) = E(r) + E'(r) (s - r) implies s = r."""
    e, f, s, _, here, there, _ = function(desk)
    first = desk.scope.derivative(e, s)
    required(desk, desk.cited()[0], Condition((), ">", desk.scope.derivative(first, s)))
    gap = here - there
    return implied("=", gap, ("=", e - f - at(first, s, there) * gap))


def _valley(desk: Desk) -> tuple[Poly, Poly, Poly, Poly]:
    """Read ``E; s; b`` for E that may depend on b: E(s), E(b), E'(s) (s - b) and s - b."""
    value, here, there = desk.data(3)
    s, b = real_variables(desk, here, there)
    e, gap = desk.poly(value), terms.app(s) - terms.app(b)
    return e, at(e, s, terms.app(b)), desk.scope.derivative(e, s) * gap, gap


def valley(desk: Desk) -> Sequent:
    """Mean value: if E'(s) (s - b) >= 0 on an interval around b, E(s) >= E(b)."""
    e, least, away, _ = _valley(desk)
    required(desk, desk.cited()[0], Condition((), ">=", away))
    return plain(">=", e - least)


def strict_valley(desk: Desk) -> Sequent:
    """Mean value: if E'(s) (s - b) > 0 for all s != b on an interval around b, E(s) = E(b) implies s = b."""
    e, least, away, gap = _valley(desk)
    wanted, (fact, *_) = implied(">", away, ("!=", gap)), desk.cited()
    if len(fact.premises) != 1 or not fact.premises[0].follows_from(wanted.premises[0]):
        raise NotDischarged("the cited fact does not hold for all s != b")
    required(desk, attrs.evolve(fact, premises=()), wanted.conclusion)
    return implied("=", gap, ("=", e - least))


def square_root(desk: Desk) -> Sequent:
    """Square root: for a >= 0, sqrt(a) >= 0 (> 0 if a > 0) and sqrt(a)^2 = a."""
    (node,), (fact, *_) = desk.data(1), desk.cited()
    a = desk.poly(node)
    required(desk, fact, Condition((), ">=", a))
    root = terms.app("sqrt", a)
    if desk.statement.conclusion.relation == "=":
        return plain("=", root**2 - a)
    return plain(">" if fact.conclusion.relation == ">" else ">=", root)


def root_of_square(desk: Desk) -> Sequent:
    """Order: a^2 <= b^2 and b >= 0 imply a <= b."""
    (a, b), (squares, sign, *_) = desk.data(2), desk.cited()
    small, large = desk.poly(a), desk.poly(b)
    required(desk, squares, Condition((), ">=", large**2 - small**2))
    required(desk, sign, Condition((), ">=", large))
    return plain(">=", large - small)


def absolute_value(desk: Desk) -> Sequent:
    """Absolute value: |a| >= 0 and |a|^2 = a^2; a <= b and -a <= b imply |a| <= b."""
    a, *rest = (desk.poly(node) for node in desk.data(len(desk.by.split(";"))))
    size = terms.app("abs", a)
    if not rest:
        return plain("=", size**2 - a**2) if desk.statement.conclusion.relation == "=" else plain(">=", size)
    above, below, *_ = desk.cited()
    required(desk, above, Condition((), ">=", rest[0] - a))
    required(desk, below, Condition((), ">=", rest[0] + a))
    return plain(">=", rest[0] - size)


def exponential(desk: Desk) -> Sequent:
    """Exponential: exp(a) > 0, exp(a + b) = exp(a) exp(b), exp(0) = 1."""
    a, *rest = (desk.poly(node) for node in desk.data(len(desk.by.split(";"))))
    if rest:
        return plain("=", terms.app("exp", a + rest[0]) - terms.app("exp", a) * terms.app("exp", rest[0]))
    if desk.statement.conclusion.relation == "=" and not a.terms:
        return plain("=", terms.app("exp", a) - terms.constant(1))
    return plain(">", terms.app("exp", a))


def logarithm(desk: Desk) -> Sequent:
    """Logarithm: exp(log(a)) = a for a > 0."""
    (node,), (fact, *_) = desk.data(1), desk.cited()
    a = desk.poly(node)
    required(desk, fact, Condition((), ">", a))
    return plain("=", terms.app("exp", terms.app("log", a)) - a)


def _decay(desk: Desk, extra: int) -> tuple[Poly, Poly, Poly, Poly, Poly, list[Poly]]:
    """Read ``E; t; r; rate; ...``: E(t), E(r), E'(t) + rate E(t), the decay from r to t, t - r and the constants."""
    e, start, t, r, now, then, (rate, *rest) = function(desk, extra=1 + extra)
    constants = [desk.poly(node) for node in (rate, *rest)]
    if desk.scope.variables[t].sort != "T" or any({t, r} & p.free for p in constants):
        raise NotDischarged("a time variable and constant rates are needed")
    speed = desk.scope.derivative(e, t) + constants[0] * e
    decay = start * terms.app("exp", -constants[0] * (now - then)) - e
    return e, start, speed, decay, now - then, constants


def gronwall(desk: Desk) -> Sequent:
    """Gronwall: if E' <= -rate E for all times, E(t) <= E(r) exp(-rate (t - r)) for r <= t."""
    _, _, speed, decay, elapsed, _ = _decay(desk, 0)
    required(desk, desk.cited()[0], Condition((), ">=", -speed))
    return implied(">=", decay, (">=", elapsed))


def gronwall_below(desk: Desk) -> Sequent:
    """Gronwall: if E <= K implies E' <= -rate E (rate, K > 0), E(r) <= K implies E(t) <= E(r) exp(-rate (t - r))."""
    e, start, speed, decay, elapsed, (rate, level) = _decay(desk, 1)
    fact, positive_rate, positive_level, *_ = desk.cited()
    if fact != implied(">=", -speed, (">=", level - e)):
        raise NotDischarged("the cited fact is not: E <= K implies E' <= -rate E")
    required(desk, positive_rate, Condition((), ">", rate))
    required(desk, positive_level, Condition((), ">", level))
    return implied(">=", decay, (">=", level - start), (">=", elapsed))


def minimum_principle(desk: Desk) -> Sequent:
    """Dini: if E_j' >= 0 whenever E_j is the least of finitely many E_q, the least E_q never falls below its start."""
    value, *names = desk.data(6)
    j, q, t, r, u = desk.distinct_variables(tuple(names))
    e, sorts = desk.poly(value), {v: desk.scope.variables[v] for v in (j, q, t, r, u)}
    if sorts[j].sort not in desk.scope.indices or sorts[q].sort != sorts[j].sort or {q, r, u} & e.free:
        raise NotDischarged("two index variables of one sort are needed, the second of them new")
    if (sorts[t].sort, sorts[r].sort, sorts[u].sort) != ("T", "T", "R") or any(s.args for s in sorts.values()):
        raise NotDischarged("two times and a real variable are needed")
    other, bound = at(e, j, terms.app(q)), terms.app(u)
    least = Condition((q,), ">=", other - e)
    required_form = Sequent((least,), Condition((), ">=", desk.scope.derivative(e, t)))
    if desk.cited()[0] != required_form:
        raise NotDischarged("the cited fact is not: the least E_j has E_j' >= 0")
    start = Condition((q,), ">=", at(other, t, terms.app(r)) - bound)
    later = Condition((), ">=", terms.app(t) - terms.app(r))
    return Sequent((start, later), Condition((), ">=", e - bound))


CLASSICAL: dict[str, Callable[[Desk], Sequent]] = {
    function.__name__: function
    for function in (
        injective,
        increasing,
        order_reflecting,
        keeps_sign,
        slope,
        strict_slope,
        tangent_line,
        tangent_contact,
        valley,
        strict_valley,
        square_root,
        root_of_square,
        absolute_value,
        exponential,
        logarithm,
        gronwall,
        gronwall_below,
        minimum_principle,
    )
}

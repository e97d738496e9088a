"""Whole numbers in proofs: induction, recursive definitions, case distinctions, powers with a symbolic exponent.

Variables and symbols of sort ``N`` are the numbers 0, 1, 2, ...; whole numbers, sums and products of such terms are of
sort ``N`` too, and nothing else is. ``power(a, k)`` is $a^k$ with $a^0 = 1$.
"""

from collections.abc import Callable
from functools import reduce

import attrs

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_axioms import at, implied, plain, required
from theorycheck.symbolic.proof_desk import Condition, Desk, Sequent
from theorycheck.symbolic.proof_existence import new_symbol
from theorycheck.symbolic.proof_syntax import Node, NotDischarged
from theorycheck.symbolic.proof_terms import Poly

OPPOSITE = {("=", "!="), ("!=", "=")}


def counter(desk: Desk, node: Node) -> str:
    """The name of a variable of sort N."""
    (name,) = desk.distinct_variables((node,))
    if desk.scope.variables[name].sort != "N" or desk.scope.variables[name].args:
        raise NotDischarged(f"{name} is not a variable for whole numbers")
    return name


def whole(desk: Desk, node: Node) -> Poly:
    """A term of sort N."""
    if desk.scope.sort(node) != "N":
        raise NotDischarged("the exponent is not a whole number")
    return desk.poly(node)


def successor(k: str) -> Poly:
    """``k + 1``."""
    return terms.app(k) + terms.constant(1)


def induction(desk: Desk) -> Sequent:
    """From ``P(0)`` and ``P(k) => P(k + 1)``: ``P(k)`` for all k; ``by`` names k."""
    (node,), (base, step) = desk.data(1), desk.cited()
    k = counter(desk, node)
    if base.premises or len(step.premises) != 1 or k in step.premises[0].bound:
        raise NotDischarged("needs P(0) and P(k) => P(k + 1)")
    claim = attrs.evolve(step.premises[0], bound=())
    here = {"0": at(claim.diff, k, terms.constant(0)), "k + 1": at(claim.diff, k, successor(k))}
    for name, fact in (("0", base.conclusion), ("k + 1", step.conclusion)):
        if not attrs.evolve(claim, diff=here[name]).follows_from(fact):
            raise NotDischarged(f"the cited fact is not P({name})")
    return Sequent((), claim)


def recursion(desk: Desk) -> Sequent:
    """A new sequence by its start and its next term: ``by`` is ``s(k); start; next term``, which may mention s(k)."""
    head, start, later = desk.data(3)
    symbol = desk.scope.symbols.get(head.name)
    names = desk.distinct_variables(head.kids)
    if symbol is None or symbol.sort != "R" or not names or symbol.derivative:
        raise NotDischarged("a sequence of real numbers is needed")
    k = counter(desk, head.kids[-1])
    if tuple(desk.scope.variables[v].sort for v in names) != symbol.args:
        raise NotDischarged(f"{head.name} must be defined for all of its arguments")
    first, after = desk.poly(start), desk.poly(later)
    if k in first.free or head.name in first.free or desk.variables_of(first, after) - set(names):
        raise NotDischarged(f"{head.name} depends on other variables")
    if any(place != terms.app(k) for place in places(after, head.name)):
        raise NotDischarged(f"the next term may use {head.name} at {k} only")
    if not all(desk.scope.fits(desk.scope.sort(node), "R") for node in (start, later)):
        raise NotDischarged("a sequence of real numbers is needed")
    desk.made = head.name
    value = desk.poly(head)
    options = (at(value, k, terms.constant(0)) - first, at(value, k, successor(k)) - after)
    stated = desk.sequent(desk.statement).conclusion.diff
    return plain("=", next((diff for diff in options if stated in (diff, -diff)), options[0]))


def places(poly: Poly, name: str) -> list[Poly]:
    """The last arguments at which a symbol is used in a term, inside sums and arguments too."""
    found = []
    for mono in poly.terms:
        for atom, _ in mono:
            found += [atom.args[-1]] if atom.name == name and atom.args else []
            for inner in (*atom.args, *([Poly({atom.body: terms.ONE})] if atom.bound else [])):
                found += places(inner, name)
    return found


def cases(desk: Desk) -> Sequent:
    """From ``A => G`` and ``not A => G``: ``G``; further premises must agree."""
    one, two = desk.cited()
    if not one.premises or len(one.premises) != len(two.premises) or one.premises[1:] != two.premises[1:]:
        raise NotDischarged("two facts that differ in their first premise are needed")
    yes, no = one.premises[0], two.premises[0]
    signs = (yes.relation, no.relation)
    equal = signs in OPPOSITE and yes.diff in (no.diff, -no.diff)
    order = signs in ((">", ">="), (">=", ">")) and yes.diff == -no.diff
    if yes.bound or no.bound or not (equal or order) or one.conclusion != two.conclusion:
        raise NotDischarged("the first premises do not exclude each other, or the conclusions differ")
    return Sequent(one.premises[1:], one.conclusion)


def power(desk: Desk) -> Sequent:
    """``a^0 = 1`` (``by`` a); ``a^(k + 1) = a a^k``, ``a^3 = a a a``, and ``a^k`` has the sign of a cited ``a > 0``.

    With ``by`` a; b; k: ``(a b)^k = a^k b^k``.
    """
    base, *rest = desk.data(len(desk.by.split(";")))
    if len(rest) == 2:
        return _power_of_product(desk, base, rest[0], rest[1])
    a, (sign, *_) = desk.poly(base), desk.cited() or [None]
    if not rest:
        return plain("=", terms.app("power", a, terms.constant(0)) - terms.constant(1))
    k = whole(desk, rest[0])
    if sign is not None:
        relation = sign.conclusion.relation if sign.conclusion.relation == ">" else ">="
        required(desk, sign, Condition((), relation, a))
        return plain(relation, terms.app("power", a, k))
    options = [terms.app("power", a, k + terms.constant(1)) - a * terms.app("power", a, k)]
    if rest[0].op == "number" and 0 < rest[0].data <= 12:
        options.append(terms.app("power", a, k) - a ** rest[0].data)
    stated = desk.sequent(desk.statement).conclusion.diff
    return plain("=", next((diff for diff in options if stated in (diff, -diff)), options[0]))


def _power_of_product(desk: Desk, left: Node, right: Node, exponent: Node) -> Sequent:
    a, b, k = desk.poly(left), desk.poly(right), whole(desk, exponent)
    return plain("=", terms.app("power", a * b, k) - terms.app("power", a, k) * terms.app("power", b, k))


def power_reflects(desk: Desk) -> Sequent:
    """Powers: a^(k+1) <= b^(k+1) and b >= 0 imply a <= b, and the same with < twice."""
    (small, large, exponent), (fact, sign) = desk.data(3), desk.cited()
    a, b, k = desk.poly(small), desk.poly(large), whole(desk, exponent) + terms.constant(1)
    gap = terms.app("power", b, k) - terms.app("power", a, k)
    relation = ">" if fact.conclusion.relation == ">" else ">="
    required(desk, fact, Condition((), relation, gap))
    required(desk, sign, Condition((), ">=", b))
    return plain(relation, b - a)


def root(desk: Desk) -> Sequent:
    """Roots: each p > 0 is g^(k+1) for some g > 0, each p >= 0 for some g >= 0."""
    new, value, exponent = desk.data(3)
    p, k, (sign,) = desk.poly(value), whole(desk, exponent), desk.cited()
    required(desk, sign, Condition((), ">=", p))
    g = new_symbol(desk, new, p, k)
    if desk.scope.symbols[new.name].sort != "R":
        raise NotDischarged(f"{new.name} must be a real number")
    if desk.statement.conclusion.relation == "=":
        return plain("=", terms.app("power", g, k + terms.constant(1)) - p)
    return plain(sign.conclusion.relation.replace("=", "") + ("=" if sign.conclusion.relation != ">" else ""), g)


def means(desk: Desk) -> Sequent:
    """Means: terms s_0, ..., s_(k-1) and b_1, ..., b_p >= 0 with product >= g^(k+p), g >= 0, have a sum >= (k + p) g.

    ``by`` is ``S(k); P(k); s(k); k; g; b_1; ...``. Cited: the signs of s(k) and of the b, the start of S, its next
    term, the start of P, its next term.
    """
    total, product, term, index, bound, *base = desk.data(len(desk.by.split(";")))
    k = counter(desk, index)
    sums, products, s, g, *starts = (desk.poly(node) for node in (total, product, term, bound, *base))
    facts, zero = desk.cited(), terms.constant(0)
    if k in g.free.union(*(b.free for b in starts)):
        raise NotDischarged(f"the bound and the first terms must not depend on {k}")
    wanted = [Condition((), ">=", part) for part in (s, *starts)]
    wanted += [
        Condition((), "=", diff)
        for diff in (
            at(sums, k, zero) - reduce(Poly.__add__, starts, zero),
            at(sums, k, successor(k)) - sums - s,
            at(products, k, zero) - reduce(Poly.__mul__, starts, terms.constant(1)),
            at(products, k, successor(k)) - products * s,
        )
    ]
    if len(facts) != len(wanted):
        raise NotDischarged("needs the signs of all terms, then start and next term of the sum and of the product")
    for fact, condition in zip(facts, wanted, strict=True):
        required(desk, fact, condition)
    count = terms.app(k) + terms.constant(len(starts))
    return implied(">=", sums - count * g, (">=", g), (">=", products - terms.app("power", g, count)))


INDUCTION: dict[str, Callable[[Desk], Sequent]] = {rule.__name__: rule for rule in (induction, recursion, cases, power)}
POWERS: dict[str, Callable[[Desk], Sequent]] = {rule.__name__: rule for rule in (power_reflects, root, means)}

"""The trusted logic of proofs: arithmetic certificates and the structural rules.

Each rule recomputes what follows from the facts that a step cites; :mod:`theorycheck.symbolic.proof` then compares
that with what the step states. Rules that rest on a theorem of analysis are in
:mod:`theorycheck.symbolic.proof_axioms` and :mod:`theorycheck.symbolic.proof_existence`.
"""

from collections.abc import Callable, Collection

import attrs

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_desk import (
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    SIGN_OF,
    UNKNOWN,
    ZERO,
    Condition,
    Desk,
    Origin,
    Sequent,
    conditions,
    free_names,
    instance,
)
from theorycheck.symbolic.proof_scope import Scope, arithmetic
from theorycheck.symbolic.proof_syntax import INTERVALS, Node, NotDischarged, parse_term
from theorycheck.symbolic.proof_terms import Poly


def certificate(desk: Desk, node: Node, signs: dict[terms.Atom, str]) -> tuple[Poly, str]:
    """Value and sign of a certificate: numbers, squares, and cited facts have signs, and so do what they make up.

    Raises:
        NotDischarged: if it is ill-formed, cites a conditional fact or may divide by zero.
    """
    if node.op == "number":
        return terms.constant(node.data), POSITIVE if node.data else ZERO
    if node.op == "cite":
        sequent = desk.cite(node)
        if sequent.premises:
            raise NotDischarged(f"{node.name} has premises; apply it first")
        return sequent.conclusion.diff, SIGN_OF[sequent.conclusion.relation]
    if node.op == "app":
        poly = desk.poly(node)
        least = NONNEGATIVE if desk.scope.sort(node) == "N" else UNKNOWN
        least = POSITIVE if node.name in desk.scope.indices else least
        return poly, signs.get(poly.atom, least) if poly.atom else least
    parts = [certificate(desk, kid, signs) for kid in node.kids]
    polys = [p for p, _ in parts]
    if node.op == "sum":
        desk.scope.sort(Node("sum", data=node.data))
        return desk.scope.summed(polys[0], node.data), parts[0][1] if parts[0][1] != NONZERO else UNKNOWN
    if node.op == "div" and parts[1][1] not in (POSITIVE, NONZERO):
        desk.check_nonzero(polys[1], signs)
    return arithmetic(node, polys), _sign(node, [s for _, s in parts])


def _sign(node: Node, signs: list[str]) -> str:
    first, last = signs[0], signs[-1]
    if node.op == "pow":
        even = {UNKNOWN: NONNEGATIVE, NONZERO: POSITIVE}.get(first, first)
        return UNKNOWN if node.data == 0 else first if node.data % 2 else even
    if node.op in ("neg", "sub"):
        return first if last == ZERO or (node.op == "neg" and first == NONZERO) else UNKNOWN
    if node.op == "add":
        if ZERO in signs:
            return last if first == ZERO else first
        return _merge(signs) if set(signs) <= {POSITIVE, NONNEGATIVE} else UNKNOWN
    if first == ZERO or (last == ZERO and node.op == "mul"):
        return ZERO
    if UNKNOWN in signs or {NONNEGATIVE, NONZERO} == set(signs) or (node.op == "div" and last in (ZERO, NONNEGATIVE)):
        return UNKNOWN
    return next((sign for sign in (NONZERO, NONNEGATIVE) if sign in signs), POSITIVE)


def _merge(signs: list[str]) -> str:
    return POSITIVE if POSITIVE in signs else NONNEGATIVE


def combination(desk: Desk) -> Sequent:
    """The statement's difference equals a combination of facts, squares and products with the right sign."""
    poly, sign = certificate(desk, parse_term(desk.by or "0"), desk.known())
    if sign == UNKNOWN:
        raise NotDischarged("the certificate has no sign")
    relation = {sign: relation for relation, sign in SIGN_OF.items()}[sign]
    return Sequent((), Condition((), relation, poly))


def cancel(desk: Desk) -> Sequent:
    """From ``p * (a - b) relation 0`` and ``p > 0`` (or ``p != 0``, for equations): ``a relation b``."""
    fact, *_ = desk.cited()
    signs = desk.known()
    factor, sign = certificate(desk, parse_term(desk.by), signs)
    stated = desk.sequent(desk.statement)
    if sign != POSITIVE:
        if len(factor.terms) != 1 or fact.conclusion.relation not in ("=", "!="):
            raise NotDischarged("the factor is not known to be positive")
        desk.check_nonzero(factor, signs)
    scaled = attrs.evolve(stated.conclusion, diff=factor * stated.conclusion.diff)
    if fact.premises or stated.premises or not scaled.follows_from(fact.conclusion):
        raise NotDischarged("the factor times the statement is not the cited fact")
    return stated


def apply(desk: Desk) -> Sequent:
    """From a conditional fact and each of its premises: its conclusion."""
    rule, *others = desk.cited()
    given = others[: len(rule.premises)]  # further facts only say that denominators are nonzero
    if not rule.premises or len(given) < len(rule.premises) or any(fact.premises for fact in given):
        raise NotDischarged(f"{len(rule.premises)} premises are needed, {len(given)} facts are given")
    for premise, fact in zip(rule.premises, given, strict=True):
        if not attrs.evolve(premise, bound=()).follows_from(fact.conclusion):
            raise NotDischarged(f"a premise differs from the fact given for it: {premise.diff.key}")
    return Sequent((), rule.conclusion)


def congruence(desk: Desk) -> Sequent:
    """From ``a = b``: ``f(a) = f(b)``."""
    stated, facts = desk.sequent(desk.statement), desk.cited()
    left, right = desk.statement.conclusion.lhs, desk.statement.conclusion.rhs
    equal = [f.conclusion.diff for f in facts if f.conclusion.relation == "=" and not f.premises]
    if left.op != "app" or right.op != "app" or left.name != right.name or desk.statement.conclusion.relation != "=":
        raise NotDischarged("the statement is not f(a) = f(b)")
    for a, b in zip(left.kids, right.kids, strict=True):
        gap = desk.poly(a) - desk.poly(b)
        if gap.terms and gap not in equal and -gap not in equal:
            raise NotDischarged("the arguments are not known to be equal")
    return attrs.evolve(stated, premises=())


def derivative(desk: Desk) -> Sequent:
    """From ``a = b`` for all values of a real variable: the derivatives are equal."""
    fact, *_ = desk.cited()
    variable = desk.scope.variables.get(desk.by)
    if variable is None or variable.args or variable.sort not in INTERVALS:
        raise NotDischarged(f"{desk.by} is not a real variable")
    if fact.premises or fact.conclusion.relation != "=":
        raise NotDischarged("only an unconditional equation can be differentiated")
    return Sequent((), Condition((), "=", desk.scope.derivative(fact.conclusion.diff, desk.by)))


def term_of_sum(desk: Desk) -> Sequent:
    """From ``t >= 0`` for all indices: each ``t`` is at most the sum."""
    fact, *_ = desk.cited()
    names = desk.distinct_variables(tuple(parse_term(part) for part in desk.by.split(",")))
    desk.scope.sort(Node("sum", data=names))
    if fact.premises or fact.conclusion.relation not in (">=", ">"):
        raise NotDischarged("the terms are not known to be nonnegative")
    diff = fact.conclusion.diff
    return Sequent((), Condition((), ">=", desk.scope.summed(diff, names) - diff))


def antisymmetry(desk: Desk) -> Sequent:
    """From ``a >= b`` and ``b >= a``: ``a = b``."""
    one, two = desk.cited()
    if one.premises or two.premises or {one.conclusion.relation, two.conclusion.relation} != {">="}:
        raise NotDischarged("two unconditional inequalities are needed")
    if one.conclusion.diff != -two.conclusion.diff:
        raise NotDischarged("the two inequalities are not opposite")
    return Sequent((), attrs.evolve(one.conclusion, relation="="))


def define(desk: Desk) -> Sequent:
    """A new symbol by its value; the value must be as differentiable as the symbol is declared to be."""
    left, right = desk.statement.conclusion.lhs, desk.statement.conclusion.rhs
    symbol = desk.scope.symbols.get(left.name)
    if desk.statement.premises or desk.statement.conclusion.relation != "=" or left.op != "app" or symbol is None:
        raise NotDischarged("a definition reads symbol[variables] = term")
    names = desk.distinct_variables(left.kids)
    value = desk.poly(right)
    if tuple(desk.scope.variables[v].sort for v in names) != symbol.args:
        raise NotDischarged(f"{left.name} must be defined for all of its arguments")
    if desk.variables_of(value) - set(names) or not desk.scope.fits(desk.scope.sort(right), symbol.sort):
        raise NotDischarged(f"the value of {left.name} depends on other variables or has another sort")
    tower, real = tower_of(desk.scope, left.name), [v for v in names if desk.scope.variables[v].sort in INTERVALS]
    if value.free & set(tower):
        raise NotDischarged(f"the definition of {left.name} is circular")
    smooth = value
    for _ in tower[1:]:
        smooth = desk.scope.derivative(smooth, real[0])
    desk.made = left.name
    return Sequent((), Condition((), "=", terms.app(left.name, *map(terms.app, names)) - value))


def rests_on(origin: Origin, supposition: str, constants: Collection[str]) -> bool:
    """Whether a symbol was introduced by way of a supposition or of its constants."""
    return supposition in origin.depends or not origin.names.isdisjoint(constants)


def tower_of(scope: Scope, name: str) -> list[str]:
    """A symbol and its declared derivatives, in order."""
    tower = [name]
    while (after := scope.symbols[tower[-1]].derivative) and after not in tower:
        tower.append(after)
    return tower


def suppose(desk: Desk) -> Sequent:
    """Suppose a condition on new constants, named in ``by``; it must be discharged before the end."""
    stated, constants = desk.sequent(desk.statement), [name.strip() for name in desk.by.split(",") if name.strip()]
    derivatives = {s.derivative for s in desk.scope.symbols.values()}
    for name in constants:
        symbol = desk.scope.symbols.get(name)
        if symbol is None or symbol.derivative or name in desk.seen | derivatives:
            raise NotDischarged(f"{name} is not a new constant")
    if stated.premises:
        raise NotDischarged("suppose one condition at a time")
    return stated


def discharge(desk: Desk) -> Sequent:
    """From a fact that rests on a supposition about constants: for all values, the supposition implies it.

    ``uses`` is the fact and the supposition, ``by`` lists ``constant = variable``.
    """
    fact, supposed, *_ = desk.cited()
    if any("(" in text for text in desk.uses[:2]) or desk.facts[desk.uses[1]].rule != "suppose":
        raise NotDischarged("needs a fact and a supposition, both as they stand")
    kept, name = (desk.facts[text] for text in desk.uses[:2])
    desk.discharged = name.name
    pairs = {
        left.strip(): right.strip()
        for left, _, right in (pair.partition("=") for pair in desk.by.split(","))
        if left.strip()
    }
    others = [c for d in kept.depends - {name.name} for c in conditions(desk.facts[d].sequent)]
    elsewhere = frozenset().union(*(free_names(c) for c in others))
    names = frozenset().union(*(c.diff.free | set(c.bound) for c in (*conditions(fact), supposed.conclusion)))
    known = [desk.origins[s] for s in (names | elsewhere) - pairs.keys() if s in desk.origins]
    foreign = [c for c in pairs if c not in desk.origins or desk.origins[c].made_by != ("suppose", name.name)]
    if foreign or elsewhere & pairs.keys() or any(rests_on(o, name.name, pairs.keys()) for o in known):
        raise NotDischarged("the constants are not arbitrary: something else rests on them")
    swap = _generalised(desk, pairs, names)
    bound = tuple(sorted(desk.variables_of(supposed.conclusion.diff)))
    premise = attrs.evolve(supposed.conclusion, bound=bound, diff=terms.substitute(supposed.conclusion.diff, swap))
    general = instance(fact, swap)
    return Sequent((premise, *general.premises), general.conclusion)


def _generalised(desk: Desk, pairs: dict[str, str], names: frozenset[str]) -> dict[str, tuple[tuple[str, ...], Poly]]:
    """The substitution of variables for constants."""
    if len(set(pairs.values())) != len(pairs):
        raise NotDischarged("each constant needs its own variable")
    swap = {}
    for constant, variable in pairs.items():
        old, new = desk.scope.symbols.get(constant), desk.scope.variables.get(variable)
        if old is None or new is None or (old.args, old.sort) != (new.args, new.sort) or variable in names:
            raise NotDischarged(f"{constant} cannot be generalised to {variable}")
        slots = tuple(f"%a{k}" for k in range(len(old.args)))
        swap[constant] = (slots, terms.app(variable, *map(terms.app, slots)))
    return swap


STRUCTURAL: dict[str, Callable[[Desk], Sequent]] = {
    "combination": combination,
    "cancel": cancel,
    "apply": apply,
    "congruence": congruence,
    "derivative": derivative,
    "term_of_sum": term_of_sum,
    "antisymmetry": antisymmetry,
    "define": define,
    "suppose": suppose,
    "discharge": discharge,
}

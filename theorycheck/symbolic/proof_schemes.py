"""Counting in proofs: Kronecker's delta on index sets of any size, and positive parts.

``delta[i,j]`` is 1 if i = j and 0 otherwise, for two terms of one index sort. So matrices of zeros and ones that are
defined by coincidences (incidence matrices, association schemes) are terms, and their products are counted exactly for
all sizes: a sum over an index that a delta ties to another term is that one summand.
"""

from collections.abc import Callable, Collection
from functools import reduce

import attrs

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_axioms import plain, required
from theorycheck.symbolic.proof_desk import SIGN_OF, UNKNOWN, Condition, Desk, Sequent
from theorycheck.symbolic.proof_existence import new_symbol
from theorycheck.symbolic.proof_rules import certificate
from theorycheck.symbolic.proof_syntax import Node, NotDischarged, parse_term
from theorycheck.symbolic.proof_terms import Atom, Monomial, Poly

Binding = dict[str, Poly]
Pair = tuple[Poly, Poly]


@attrs.frozen
class Known:
    """Deltas known to vanish, as their two arguments, and the names in them that stand for anything."""

    pairs: tuple[Pair, ...] = ()
    variables: frozenset[str] = frozenset()

    def vanishes(self, left: Poly, right: Poly) -> bool:
        """Whether a delta is an instance of one that is known to vanish."""
        for pattern in self.pairs:
            for a, b in ((left, right), (right, left)):
                binding: Binding = {}
                if self._match(pattern[0], a, binding) and self._match(pattern[1], b, binding):
                    return True
        return False

    def _match(self, pattern: Poly, term: Poly, binding: Binding) -> bool:
        """Whether some values of the variables turn the pattern into the term; records them."""
        wanted, found = pattern.atom, term.atom
        if wanted is None or found is None:
            return pattern == term
        if wanted.name in self.variables and not wanted.args:
            return binding.setdefault(wanted.name, term) == term
        same = wanted.name == found.name and len(wanted.args) == len(found.args)
        return same and all(self._match(p, t, binding) for p, t in zip(wanted.args, found.args, strict=True))


def counted(poly: Poly, known: Known) -> Poly:
    """The normal form of a term in which every delta has been used."""
    return terms.total(_counted_monomial(mono, known) * Poly({(): c}) for mono, c in poly.terms.items())


def _counted_monomial(mono: Monomial, known: Known) -> Poly:
    bound, factors = _flat(mono, known)
    waiting = [(a.args[0], a.args[1]) for a, e in factors if a.name == "delta" and e > 0]
    factors = [(a, e) for a, e in factors if a.name != "delta" or e < 0]
    kept: list[Pair] = []
    while waiting:
        pair = waiting.pop(0)
        if pair[0] == pair[1]:
            continue
        if known.vanishes(*pair):
            return terms.constant(0)
        old, new = _oriented(*pair, bound)
        factors = [(replaced_atom(a, old, new), e) for a, e in factors]
        moved = [(replaced(a, old, new), replaced(b, old, new)) for a, b in kept]
        waiting = [(replaced(a, old, new), replaced(b, old, new)) for a, b in waiting]
        waiting += [after for before, after in zip(kept, moved, strict=True) if before != after]
        kept = [before for before, after in zip(kept, moved, strict=True) if before == after]
        if old.name in bound and not any(old.name in a.free for a, _ in factors):
            del bound[old.name]
        else:
            kept.append(pair)
    if any(known.vanishes(a, b) for group in _groups(kept) for a in group for b in group if a != b):
        return terms.constant(0)
    deltas = (terms.app("delta", *sorted(pair, key=lambda side: side.key)) for pair in kept)
    body = (Poly({((a, e),): terms.ONE}) for a, e in factors)
    result = reduce(Poly.__mul__, (*body, *deltas), terms.constant(1))
    return reduce(lambda p, name: terms.summed(p, *name), bound.items(), result)


def _groups(pairs: list[Pair]) -> list[set[Poly]]:
    """The terms that the deltas of a monomial make equal."""
    groups: list[set[Poly]] = []
    for pair in pairs:
        touching = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touching] + [set(pair).union(*touching)]
    return groups


def _flat(mono: Monomial, known: Known) -> tuple[dict[str, str], list[tuple[Atom, int]]]:
    """All sums of a monomial as one: the bound variables with their sorts, and the factors."""
    bound: dict[str, str] = {}
    factors: list[tuple[Atom, int]] = []
    avoid = set().union(*(a.free for a, _ in mono))
    waiting = list(mono)
    while waiting:
        atom, e = waiting.pop(0)
        if not atom.bound or e < 0:
            factors.append((_counted_arguments(atom, known), e))
            continue
        for _ in range(e):
            names, body = terms.opened(atom, avoid)
            bound.update(names)
            avoid |= {v for v, _ in names}
            waiting += body
    return bound, factors


def _counted_arguments(atom: Atom, known: Known) -> Atom:
    if atom.bound or not atom.args:
        return atom
    return attrs.evolve(atom, args=tuple(counted(a, known) for a in atom.args))


def _oriented(left: Poly, right: Poly, bound: Collection[str]) -> tuple[Atom, Poly]:
    """Which side of a delta is replaced by which: summed variables first, then names, then longer terms."""

    def rank(side: Atom) -> tuple[bool, bool, str]:
        return not side.args and side.name in bound, not side.args, side.key

    sides = [(side.atom, other) for side, other in ((left, right), (right, left))]
    usable = [(old, new) for old, new in sides if old is not None and old not in _atoms(new)]
    if not usable:
        raise NotDischarged("the arguments of a delta must be indices")
    return max(usable, key=lambda pair: rank(pair[0]))


def _atoms(poly: Poly) -> set[Atom]:
    """The atoms of a term and of their arguments."""
    here = {a for mono in poly.terms for a, _ in mono}
    return here.union(*(_atoms(arg) for a in here for arg in a.args))


def replaced_atom(atom: Atom, old: Atom, new: Poly) -> Atom:
    """An atom with an index term replaced in its arguments; sums that stayed closed are left as they are."""
    return atom if atom.bound else attrs.evolve(atom, args=tuple(replaced(a, old, new) for a in atom.args))


def replaced(poly: Poly, old: Atom, new: Poly) -> Poly:
    """A term with an index term replaced."""
    total = terms.constant(0)
    for mono, c in poly.terms.items():
        parts = ((new if a == old else Poly({((replaced_atom(a, old, new), 1),): terms.ONE}), e) for a, e in mono)
        powers = (p**e if e >= 0 else p.inverse() ** -e for p, e in parts)
        total += reduce(Poly.__mul__, powers, Poly({(): c}))
    return total


def kronecker(desk: Desk) -> Sequent:
    """Like a certificate, but equal only after all deltas have been used; cited deltas vanish (``delta[a,b] = 0``)."""
    facts = desk.cited()
    poly, sign = certificate(desk, parse_term(desk.by or "0"), desk.known())
    stated = desk.sequent(desk.statement)
    if sign == UNKNOWN:
        raise NotDischarged("the certificate has no sign")
    relation = {sign: relation for relation, sign in SIGN_OF.items()}[sign]
    pairs = tuple(pair for fact in facts if (pair := _vanishing(fact)) is not None)
    known = Known(pairs, frozenset(desk.scope.variables))
    options = (stated.conclusion.diff - poly, stated.conclusion.diff + poly)
    if not any(not counted(diff, known).terms for diff in options[: 2 if relation in ("=", "!=") else 1]):
        raise NotDischarged(f"what is left is {counted(options[0], known).key[:200]}")
    return plain(relation, stated.conclusion.diff)


def rewriting(desk: Desk) -> Sequent:
    """Like a certificate, but equal only after names are replaced: ``by`` is ``certificate; a; b``.

    The first cited facts are equations that say what a, then b, is; further ones are signs.
    """
    text, *rest = desk.by.split(";")
    names, facts = [parse_term(part) for part in rest], desk.cited()
    poly, sign = certificate(desk, parse_term(text), desk.known())
    stated = desk.sequent(desk.statement)
    if sign == UNKNOWN or len(facts) < len(names):
        raise NotDischarged("the certificate has no sign, or there are fewer facts than names")
    gap = stated.conclusion.diff - poly
    for node, fact in zip(names, facts, strict=False):
        gap = terms.substitute(gap, {node.name: ((), _solved(fact, desk.poly(node)))})
    if gap.terms:
        raise NotDischarged(f"what is left is {gap.key[:200]}")
    relation = {sign: relation for relation, sign in SIGN_OF.items()}[sign]
    return plain(relation, stated.conclusion.diff)


def _solved(fact: Sequent, name: Poly) -> Poly:
    """What a name is, by an equation that is linear in it."""
    atom, diff = name.atom, fact.conclusion.diff
    if fact.premises or fact.conclusion.relation != "=" or atom is None or atom.args:
        raise NotDischarged("a name without arguments and an unconditional equation are needed")
    factor = next((c for mono, c in diff.terms.items() if mono == ((atom, 1),)), None)
    if factor is None:
        raise NotDischarged(f"the equation does not say what {atom.key} is")
    image = name - diff * Poly({(): 1 / factor})
    if atom.name in image.free:
        raise NotDischarged(f"the equation is not linear in {atom.key}")
    return image


def _vanishing(fact: Sequent) -> Pair | None:
    """The arguments of the delta that a fact says to be zero."""
    atom = fact.conclusion.diff.atom
    if fact.premises or fact.conclusion.relation != "=" or atom is None or atom.name != "delta":
        return None
    return atom.args[0], atom.args[1]


def positive_part(desk: Desk) -> Sequent:
    """Positive part: b >= 0, b >= a and b (b - a) = 0 say relu(a) = b; relu(a) itself has these properties.

    ``relu(a)`` is ``step(a)`` times a, and ``step(a)`` is 0 or 1.
    """
    value, *rest = desk.data(len(desk.by.split(";")))
    a = desk.poly(value)
    part = terms.app("relu", a)
    if rest:
        b, (sign, above, product) = desk.poly(rest[0]), desk.cited()[:3]
        required(desk, sign, Condition((), ">=", b))
        required(desk, above, Condition((), ">=", b - a))
        required(desk, product, Condition((), "=", b * (b - a)))
        return plain("=", part - b)
    stated = desk.sequent(desk.statement).conclusion
    step = terms.app("step", a)
    equations = (part**2 - a * part, part - step * a, step**2 - step)
    options = (plain(">=", part), plain(">=", part - a), *(plain("=", diff) for diff in equations))
    return next((o for o in options if stated.follows_from(o.conclusion)), options[0])


def subsets(desk: Desk) -> Sequent:
    """Counting: of the subsets of s of r elements, m given ones lie in the fraction s(s-1).../r(r-1)... .

    ``by`` is ``x[p,v]; s; t; u; v; w``: x is 1 where v is in the subset p and 0 elsewhere, p runs over an index set of
    which nothing else is known, the last terms are different variables for elements. Cited: s <= r.
    """
    member, size, *names = desk.data(len(desk.by.split(";")))
    p, v = desk.distinct_variables(member.kids)
    elements, (fact, *_) = desk.distinct_variables(tuple(names)), desk.cited()
    family, sort = desk.scope.variables[p].sort, desk.scope.variables[v].sort
    if family == sort or {family, sort} - set(desk.scope.indices) or desk.scope.sort(size) != "N":
        raise NotDischarged("two index sets and a whole number are needed")
    if any(desk.scope.variables[name].sort != sort for name in elements):
        raise NotDischarged("the elements must be variables of the set")
    s, r = desk.poly(size), terms.app(sort)
    required(desk, fact, Condition((), ">=", r - s))
    if desk.variables_of(s):
        raise NotDischarged("the size of the subsets must be a constant")
    new_symbol(desk, member)
    _nothing_known(desk, family, member.name)
    inside = desk.poly(member)
    options = [inside**2 - inside, desk.scope.summed(inside, (v,)) - s]
    options += [_together(desk, member, p, elements[:m], s, r) for m in range(1, len(elements) + 1)]
    stated = desk.sequent(desk.statement).conclusion.diff
    return plain("=", next((diff for diff in options if stated in (diff, -diff)), options[0]))


def _nothing_known(desk: Desk, family: str, name: str) -> None:
    """Check that an index set has not been spoken of before the symbol that says what it is."""
    touched = [s.name for s in desk.scope.symbols.values() if family in (*s.args, s.sort) and s.name in desk.seen]
    if name not in desk.origins and (touched or family in desk.seen):
        raise NotDischarged(f"something is known about {family} already")


def _together(desk: Desk, member: Node, p: str, elements: tuple[str, ...], s: Poly, r: Poly) -> Poly:
    """Different elements lie together in the right number of subsets, as a difference."""
    product, ways, all_ways, different = (terms.constant(1) for _ in range(4))
    for k, v in enumerate(elements):
        product *= terms.app(member.name, terms.app(p), terms.app(v))
        ways, all_ways = ways * (s - terms.constant(k)), all_ways * (r - terms.constant(k))
        for other in elements[:k]:
            different *= terms.constant(1) - terms.app("delta", terms.app(other), terms.app(v))
    number = terms.app(desk.scope.variables[p].sort)
    return different * (all_ways * desk.scope.summed(product, (p,)) - ways * number)


COUNTING: dict[str, Callable[[Desk], Sequent]] = {"subsets": subsets}
SCHEMES: dict[str, Callable[[Desk], Sequent]] = {rule.__name__: rule for rule in (kronecker, rewriting, positive_part)}

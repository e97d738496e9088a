"""Facts and their instances, and the desk at which one step is examined."""

from collections.abc import Iterator

import attrs

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_scope import Scope
from theorycheck.symbolic.proof_syntax import (
    Comparison,
    Node,
    NotDischarged,
    Statement,
    parse_term,
)
from theorycheck.symbolic.proof_terms import Poly

ZERO, NONNEGATIVE, POSITIVE, NONZERO, UNKNOWN = "zero", "nonnegative", "positive", "nonzero", "unknown"
SIGN_OF = {"=": ZERO, ">=": NONNEGATIVE, ">": POSITIVE, "!=": NONZERO}


@attrs.frozen
class Condition:
    """``diff relation 0`` for all values of ``bound``; the relation is one of ``=``, ``>=``, ``>``, ``!=``."""

    bound: tuple[str, ...]
    relation: str
    diff: Poly

    def follows_from(self, other: "Condition") -> bool:
        """Whether ``other`` says the same or more."""
        stronger = {"=": "=", ">": ">", "!=": "!= >", ">=": ">= > ="}[self.relation].split()
        either = other.relation == "=" or self.relation == "!="
        signs = (self.diff, -self.diff) if either else (self.diff,)
        return self.bound == other.bound and other.relation in stronger and other.diff in signs


@attrs.frozen
class Sequent:
    """Premises and conclusion in normal form."""

    premises: tuple[Condition, ...]
    conclusion: Condition


@attrs.frozen
class Fact:
    """Something known in the course of a proof, and the assumptions that it rests on."""

    name: str
    sequent: Sequent
    rule: str
    depends: frozenset[str]


@attrs.frozen
class Origin:
    """How a symbol came into a proof: the step's rule, data and citations, and all that its meaning rests on."""

    made_by: tuple
    depends: frozenset[str]
    names: frozenset[str]


@attrs.define
class Desk:
    """One step under examination: what is known before it, and what it has cited so far."""

    scope: Scope
    facts: dict[str, Fact]
    seen: set[str]
    origins: dict[str, Origin]
    rule: str
    statement: Statement
    uses: tuple[str, ...]
    by: str
    used: list[Fact] = attrs.field(factory=list)
    made: str = ""
    discharged: str = ""

    def cite(self, node: Node) -> Sequent:
        """An instance of an earlier fact.

        Raises:
            NotDischarged: if the fact is not known at this point or the instance is ill-formed.
        """
        fact = self.facts.get(node.name)
        if fact is None:
            raise NotDischarged(f"{node.name} is not an established fact before this step")
        self.used.append(fact)
        swap = dict(self._binding(pattern, image) for pattern, image in node.data)
        unknown = swap.keys() - set().union(*(free_names(c) for c in conditions(fact.sequent)))
        if unknown:
            raise NotDischarged(f"{node.name} has no free variable {', '.join(sorted(unknown))}")
        return instance(fact.sequent, swap)

    def _binding(self, pattern: Node, image: Node) -> tuple[str, tuple[tuple[str, ...], Poly]]:
        variable = self.scope.variables.get(pattern.name)
        if variable is None:
            raise NotDischarged(f"{pattern.name} is not a variable")
        parameters = self.distinct_variables(pattern.kids)
        sorts = tuple(self.scope.variables[p].sort for p in parameters)
        if sorts != variable.args or not self.scope.fits(self.scope.sort(image), variable.sort):
            raise NotDischarged(f"{pattern.name} cannot take that value: the sorts differ")
        return pattern.name, (parameters, self.poly(image))

    def distinct_variables(self, nodes: tuple[Node, ...]) -> tuple[str, ...]:
        """The names of nodes that must be distinct variables.

        Raises:
            NotDischarged: if they are not.
        """
        names = tuple(node.name for node in nodes)
        plain = all(node.op == "app" and not node.kids and node.name in self.scope.variables for node in nodes)
        if not plain or len(set(names)) != len(names):
            raise NotDischarged("arguments must be distinct variables")
        return names

    def cited(self) -> list[Sequent]:
        """The facts in ``uses``, in order."""
        return [self.cite(parse_term("#" + text)) for text in self.uses]

    def known(self) -> dict[terms.Atom, str]:
        """Signs of single atoms that the facts in ``uses`` give."""
        signs: dict[terms.Atom, str] = {}
        nodes = [parse_term("#" + text) for text in self.uses]
        for sequent in [
            self.cite(node) for node in nodes if not any(list(denominators(image)) for _, image in node.data)
        ]:
            relation, diff = sequent.conclusion.relation, sequent.conclusion.diff
            if not sequent.premises and len(diff.terms) == 1:
                ((mono, c),) = diff.terms.items()
                if relation in (">", "!="):
                    signs.update({a: NONZERO for a, _ in mono if a not in signs})
                if c > 0 and len(mono) == 1 and mono[0][1] == 1 and relation in (">", ">="):
                    signs[mono[0][0]] = SIGN_OF[relation]
        return signs

    def poly(self, node: Node) -> Poly:
        """The normal form of a term, every denominator known to be nonzero.

        Raises:
            NotDischarged: if the term is ill-formed or may divide by zero.
        """
        poly, divisors = self.scope.poly(node), list(denominators(node))
        signs = self.known() if divisors else {}
        for divisor in divisors:
            self.check_nonzero(self.scope.poly(divisor), signs)
        return poly

    def check_nonzero(self, poly: Poly, signs: dict[terms.Atom, str]) -> None:
        """Check that a denominator is a product of atoms known to be nonzero.

        Raises:
            NotDischarged: otherwise.
        """
        for mono in poly.terms:
            for atom, _ in mono:
                size = atom.name in self.scope.indices
                if not size and signs.get(atom) not in (POSITIVE, NONZERO):
                    raise NotDischarged(f"division by {atom.key}, not known to be nonzero")

    def sequent(self, statement: Statement) -> Sequent:
        """The normal form of a statement."""
        return Sequent(tuple(map(self.condition, statement.premises)), self.condition(statement.conclusion))

    def condition(self, comparison: Comparison) -> Condition:
        """The normal form of one comparison."""
        lhs, rhs, relation = self.poly(comparison.lhs), self.poly(comparison.rhs), comparison.relation
        if not all(self.scope.fits(self.scope.sort(side), "R") for side in (comparison.lhs, comparison.rhs)):
            raise NotDischarged("only real numbers are compared")
        for v in comparison.bound:
            if v not in self.scope.variables or self.scope.variables[v].args:
                raise NotDischarged(f"{v} is not a plain variable")
        diff = rhs - lhs if relation in ("<", "<=") else lhs - rhs
        return Condition(tuple(sorted(comparison.bound)), relation.replace("<", ">"), diff)

    def data(self, count: int) -> list[Node]:
        """The terms of ``by``, separated by semicolons.

        Raises:
            NotDischarged: if there are not ``count`` of them.
        """
        parts = [parse_term(part) for part in self.by.split(";")] if self.by else []
        if len(parts) != count:
            raise NotDischarged(f"{self.rule} needs {count} terms, got {len(parts)}")
        return parts

    def variables_of(self, *polys: Poly) -> frozenset[str]:
        """The variables that are free in the terms."""
        return frozenset().union(*(p.free for p in polys)) & self.scope.variables.keys()


def denominators(node: Node) -> Iterator[Node]:
    """All divisors in a term that are not mere numbers."""
    for kid in node.kids:
        yield from denominators(kid)
    if node.op == "div":
        yield node.kids[1]


def conditions(sequent: Sequent) -> tuple[Condition, ...]:
    """Premises and conclusion."""
    return (*sequent.premises, sequent.conclusion)


def free_names(condition: Condition) -> frozenset[str]:
    """All names that occur and are not bound."""
    return condition.diff.free - set(condition.bound)


def instance(sequent: Sequent, swap: terms.Substitution) -> Sequent:
    """Replace free variables, never capturing one.

    Raises:
        NotDischarged: if a value would mention a variable that a premise binds.
    """

    def replace(condition: Condition) -> Condition:
        inner = {name: value for name, value in swap.items() if name in free_names(condition)}
        for name, (parameters, image) in inner.items():
            if (image.free - set(parameters)) & set(condition.bound):
                raise NotDischarged(f"the value of {name} mentions a variable that a premise binds")
        return attrs.evolve(condition, diff=terms.substitute(condition.diff, inner))

    return Sequent(tuple(map(replace, sequent.premises)), replace(sequent.conclusion))

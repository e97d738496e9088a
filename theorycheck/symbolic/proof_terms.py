r"""Exact normal form of real terms with abstract functions and finite sums over index sets of any size.

A term is a polynomial with rational coefficients (negative powers of single atoms allowed) in *atoms*. An atom is

* an application ``f(a, b)`` of a symbol, variables included: $z_{ij}$, $\varphi''(z_{ij})$, $\kappa$;
* a connected sum $\sum_{i, j} \prod \text{atoms}$ whose body does not split into independent factors.

Linearity, exchanging finite sums, renaming summed indices and multiplying sums out are all built into the normal
form, so that two terms with the same normal form are equal for **every** size of the index sets and every
interpretation of the symbols, as long as each negative power is of something nonzero (the caller checks that).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, reduce
from itertools import count, permutations, product

import attrs
from flint import fmpq

Monomial = tuple[tuple["Atom", int], ...]
ONE = fmpq(1)
Substitution = Mapping[str, tuple[tuple[str, ...], "Poly"]]


@attrs.frozen(eq=False)
class Atom:
    """An application (``name``, ``args``) or a connected sum (``bound`` variables with their sorts, ``body``)."""

    name: str
    args: tuple["Poly", ...] = ()
    bound: tuple[tuple[str, str], ...] = ()
    body: Monomial = ()

    @cached_property
    def key(self) -> str:
        """Text that determines the atom."""
        if self.bound:
            return f"S{{{','.join(f'{v}:{s}' for v, s in self.bound)}}}({monomial_key(self.body)})"
        return f"{self.name}({','.join(a.key for a in self.args)})" if self.args else self.name

    @cached_property
    def free(self) -> frozenset[str]:
        """Names of the symbols and unbound variables that occur."""
        if self.bound:
            return frozenset().union(*(a.free for a, _ in self.body)) - {v for v, _ in self.bound}
        return frozenset({self.name}).union(*(a.free for a in self.args))

    @cached_property
    def height(self) -> int:
        """Depth of nested sums; it keeps the canonical names of nested bound variables apart."""
        if self.bound:
            return 1 + max(a.height for a, _ in self.body)
        return max((a.height for p in self.args for mono in p.terms for a, _ in mono), default=0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@attrs.frozen(eq=False)
class Poly:
    """A term in normal form: monomial to nonzero coefficient."""

    terms: Mapping[Monomial, fmpq]

    @cached_property
    def key(self) -> str:
        """Text that determines the term."""
        return "+".join(sorted(f"{c}*{monomial_key(mono)}" for mono, c in self.terms.items())) or "0"

    @cached_property
    def free(self) -> frozenset[str]:
        """Names of the symbols and unbound variables that occur."""
        return frozenset().union(*(a.free for mono in self.terms for a, _ in mono))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __add__(self, other: "Poly") -> "Poly":
        return collect((*self.terms.items(), *other.terms.items()))

    def __neg__(self) -> "Poly":
        return Poly({mono: -c for mono, c in self.terms.items()})

    def __sub__(self, other: "Poly") -> "Poly":
        return self + -other

    def __mul__(self, other: "Poly") -> "Poly":
        if len(self.terms) == len(other.terms) == 1:
            ((a, c),), ((b, e),) = self.terms.items(), other.terms.items()
            return Poly({times(a, b): c * e})
        return collect((times(a, b), c * e) for a, c in self.terms.items() for b, e in other.terms.items())

    def __pow__(self, power: int) -> "Poly":
        return reduce(Poly.__mul__, [self] * power) if power else constant(1)

    def inverse(self) -> "Poly":
        """The reciprocal of a single monomial.

        Raises:
            ValueError: if the term is zero or has several monomials.
        """
        if len(self.terms) != 1:
            raise ValueError("a denominator must be a product of atoms")
        ((mono, c),) = self.terms.items()
        return Poly({tuple((a, -e) for a, e in mono): 1 / c})

    @property
    def atom(self) -> Atom | None:
        """The atom, where the term is a single atom."""
        if len(self.terms) == 1:
            ((mono, c),) = self.terms.items()
            if c == 1 and len(mono) == 1 and mono[0][1] == 1:
                return mono[0][0]
        return None


def monomial_key(mono: Monomial) -> str:
    """Text that determines a monomial."""
    return "*".join(f"{a.key}^{e}" for a, e in mono)


def collect(pairs: Iterable[tuple[Monomial, fmpq]]) -> Poly:
    """Sum of coefficient times monomial, zero terms dropped."""
    terms: dict[Monomial, fmpq] = {}
    for mono, c in pairs:
        terms[mono] = terms[mono] + c if mono in terms else c
    return Poly({mono: c for mono, c in terms.items() if c})


def total(parts: Iterable[Poly]) -> Poly:
    """The sum of many terms at once."""
    return collect(pair for part in parts for pair in part.terms.items())


def monomial(pairs: Iterable[tuple[Atom, int]]) -> Monomial:
    """Product of powers of atoms, sorted."""
    powers: dict[Atom, int] = {}
    for a, e in pairs:
        powers[a] = powers.get(a, 0) + e
    return tuple(sorted(((a, e) for a, e in powers.items() if e), key=lambda pair: pair[0].key))


def times(a: Monomial, b: Monomial) -> Monomial:
    """Product of two monomials."""
    return monomial((*a, *b)) if a and b else a or b


def constant(value: int) -> Poly:
    """A whole number as a term."""
    return collect([((), fmpq(value))])


def app(name: str, *args: Poly) -> Poly:
    """Application of a symbol; without arguments: the symbol or variable itself."""
    return Poly({((Atom(name, args), 1),): ONE})


def summed(poly: Poly, var: str, sort: str) -> Poly:
    """The sum of ``poly`` over ``var`` in the index set ``sort``."""
    return total(_sum_monomial(mono, var, sort) * Poly({(): c}) for mono, c in poly.terms.items())


def _sum_monomial(mono: Monomial, var: str, sort: str) -> Poly:
    inside = [(a, e) for a, e in mono if var in a.free]
    outside = Poly({tuple((a, e) for a, e in mono if var not in a.free): ONE})
    if not inside:
        return outside * app(sort)  # the index set itself names its size
    bound, flat, avoid = [(var, sort)], [], set().union({var}, *(a.free for a, _ in mono))
    for a, e in inside:
        if not a.bound or e < 0:  # a reciprocal of a sum stays closed
            flat.append((a, e))
            continue
        for _ in range(e):
            names, body = opened(a, avoid)
            bound += names
            avoid |= {v for v, _ in names}
            flat += body
    return outside * Poly({((_closed(bound, monomial(flat)), 1),): ONE})


def opened(atom: Atom, avoid: Iterable[str]) -> tuple[list[tuple[str, str]], Monomial]:
    """The bound variables and body of a sum, renamed apart from ``avoid``."""
    taken = set(avoid) | atom.free
    fresh = (f"%o{k}" for k in count() if f"%o{k}" not in taken)
    names = [(next(fresh), sort) for _, sort in atom.bound]
    swap = {old: ((), app(new)) for (old, _), (new, _) in zip(atom.bound, names, strict=True)}
    return names, _rename(atom.body, swap)


def _rename(mono: Monomial, swap: Substitution) -> Monomial:
    renamed = reduce(Poly.__mul__, (_signed_power(substitute_atom(a, swap), e) for a, e in mono), constant(1))
    ((body, _),) = renamed.terms.items()
    return body


def _closed(bound: list[tuple[str, str]], mono: Monomial) -> Atom:
    """The sum over ``bound`` with canonical names: the least key over all ways to number the variables."""
    height = 1 + max(a.height for a, _ in mono)
    by_sort: dict[str, list[str]] = {}
    for v, sort in bound:
        by_sort.setdefault(sort, []).append(v)
    sorts = sorted(by_sort)
    names = tuple((f"%{height}{sort}{k}", sort) for sort in sorts for k in range(len(by_sort[sort])))
    best = None
    for orders in product(*(permutations(by_sort[sort]) for sort in sorts)):
        olds = [v for order in orders for v in order]
        body = _rename(mono, {old: ((), app(new)) for old, (new, _) in zip(olds, names, strict=True)})
        candidate = Atom("", bound=names, body=body)
        best = candidate if best is None or candidate.key < best.key else best
    assert best is not None
    return best


def _signed_power(poly: Poly, power: int) -> Poly:
    return poly**power if power >= 0 else poly.inverse() ** -power


def substitute(poly: Poly, swap: Substitution) -> Poly:
    """Replace names by terms: ``swap[name] = (parameters, image)``, parameters standing for the name's arguments."""
    if not poly.free & swap.keys():
        return poly
    changed = frozenset(swap)
    return total(
        reduce(Poly.__mul__, (_signed_power(substitute_atom(a, swap), e) for a, e in mono), constant(c))
        if any(a.free & changed for a, _ in mono)
        else Poly({mono: c})
        for mono, c in poly.terms.items()
    )


def substitute_atom(atom: Atom, swap: Substitution) -> Poly:
    """Replace names by terms inside one atom."""
    if not atom.free & swap.keys():
        return Poly({((atom, 1),): ONE})
    if atom.bound:
        return _over_body(atom, lambda body: substitute(body, swap), swap)
    args = tuple(substitute(a, swap) for a in atom.args)
    if atom.name not in swap:
        return app(atom.name, *args)
    parameters, image = swap[atom.name]
    return substitute(image, {p: ((), a) for p, a in zip(parameters, args, strict=True)}) if parameters else image


def _over_body(atom: Atom, change: Callable[[Poly], Poly], swap: Substitution) -> Poly:
    """Open a sum, change its body, sum again; nothing in ``swap`` is captured."""
    avoid = set(swap).union(*(image.free for _, image in swap.values()))
    names, body = opened(atom, avoid)
    return reduce(lambda p, name: summed(p, *name), names, change(Poly({body: ONE})))


def differentiate(poly: Poly, var: str, derivative: Callable[[Atom], tuple[int, str]]) -> Poly:
    """The derivative with respect to the real variable ``var``.

    Args:
        poly: The term.
        var: The variable; indices must not depend on it.
        derivative: For an application, the position of its differentiable argument and the derivative's name.

    Raises:
        ValueError: if an atom depends on ``var`` in a way that no declared derivative covers.
    """
    total = constant(0)
    for mono, c in poly.terms.items():
        for k, (a, e) in enumerate(mono):
            if var in a.free:
                rest = Poly({monomial((*mono[:k], (a, e - 1), *mono[k + 1 :])): c * e})
                total += rest * _differentiate_atom(a, var, derivative)
    return total


def _differentiate_atom(atom: Atom, var: str, derivative: Callable[[Atom], tuple[int, str]]) -> Poly:
    if atom.bound:
        return _over_body(atom, lambda body: differentiate(body, var, derivative), {var: ((), app(var))})
    if atom.name == var:
        return constant(1)
    place, name = derivative(atom)
    if any(var in a.free for k, a in enumerate(atom.args) if k != place):
        raise ValueError(f"{atom.key} depends on {var} other than through its differentiable argument")
    return app(name, *atom.args) * differentiate(atom.args[place], var, derivative)

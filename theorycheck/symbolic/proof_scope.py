"""What names mean in one proof: sorts are checked here, and parsed terms become normal forms."""

import attrs

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_syntax import INTERVALS, SORTS, Node, NotDischarged, Symbol


@attrs.frozen
class Scope:
    """What names mean in one proof: index sets, symbols (functions included) and variables."""

    indices: tuple[str, ...]
    symbols: dict[str, Symbol]
    variables: dict[str, Symbol]

    def lookup(self, name: str) -> Symbol:
        """The declaration of a name; an index set names its own size, a real number.

        Raises:
            NotDischarged: if the name is not declared.
        """
        if name in self.indices:
            return Symbol(name)
        found = self.symbols.get(name) or self.variables.get(name)
        if found is None:
            raise NotDischarged(f"{name} is not declared")
        return found

    def fits(self, sort: str, wanted: str) -> bool:
        """Whether a term of sort ``sort`` may stand where ``wanted`` is asked for."""
        return sort == wanted or (wanted == "R" and sort in SORTS)

    def sort(self, node: Node) -> str:
        """The sort of a term, all arguments checked.

        Raises:
            NotDischarged: if a name is unknown or an argument has the wrong sort.
        """
        if node.op == "number":
            return "N"
        if node.op == "app":
            symbol = self.lookup(node.name)
            sorts = tuple(self.sort(kid) for kid in node.kids)
            if node.name == "delta" and len(sorts) == 2 and sorts[0] == sorts[1] and sorts[0] in self.indices:
                return "R"
            if len(sorts) != len(symbol.args) or not all(map(self.fits, sorts, symbol.args)):
                raise NotDischarged(f"{node.name} takes ({', '.join(symbol.args)}), got ({', '.join(sorts)})")
            return symbol.sort
        for v in node.data if node.op == "sum" else ():
            if v not in self.variables or self.variables[v].sort not in self.indices:
                raise NotDischarged(f"cannot sum over {v}: it is not an index variable")
        sorts = tuple(self.sort(kid) for kid in node.kids)
        if not all(self.fits(sort, "R") for sort in sorts):
            raise NotDischarged("arithmetic with an index")
        return "N" if node.op in ("add", "mul") and set(sorts) == {"N"} else "R"

    def poly(self, node: Node) -> terms.Poly:
        """The normal form of a term without citations.

        Raises:
            NotDischarged: if the term is ill-formed.
        """
        self.sort(node)
        return self._poly(node)

    def _poly(self, node: Node) -> terms.Poly:
        if node.op == "cite":
            raise NotDischarged(f"#{node.name} can stand in a certificate only")
        if node.op == "number":
            return terms.constant(node.data)
        kids = [self._poly(kid) for kid in node.kids]
        if node.op == "app":
            return terms.app(node.name, *kids)
        if node.op == "sum":
            return self.summed(kids[0], node.data)
        return arithmetic(node, kids)

    def summed(self, poly: terms.Poly, names: tuple[str, ...]) -> terms.Poly:
        """The sum of a term over index variables."""
        for v in names:
            poly = terms.summed(poly, v, self.variables[v].sort)
        return poly

    def derivative(self, poly: terms.Poly, var: str) -> terms.Poly:
        """The derivative of a term with respect to a real variable, from the declared derivatives.

        Raises:
            NotDischarged: if some declared derivative is missing.
        """
        try:
            return terms.differentiate(poly, var, self._derivative_name)
        except ValueError as error:
            raise NotDischarged(str(error)) from error

    def _derivative_name(self, atom: terms.Atom) -> tuple[int, str]:
        symbol = self.lookup(atom.name)
        if not symbol.derivative:
            raise NotDischarged(f"no derivative is declared for {atom.name}")
        return next(k for k, sort in enumerate(symbol.args) if sort in INTERVALS), symbol.derivative


def arithmetic(node: Node, kids: list[terms.Poly]) -> terms.Poly:
    """Apply the arithmetic operation of a node to normal forms.

    Raises:
        NotDischarged: if a denominator is not a product of atoms.
    """
    if node.op == "neg":
        return -kids[0]
    if node.op == "pow":
        return kids[0] ** node.data
    left, right = kids
    if node.op == "div":
        try:
            return left * right.inverse()
        except ValueError as error:
            raise NotDischarged(str(error)) from error
    return {"add": left + right, "sub": left - right}[node.op] if node.op != "mul" else left * right

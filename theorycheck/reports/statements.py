"""Statements of proofs, from their grammar to LaTeX."""

from theorycheck.symbolic.proof import Proof
from theorycheck.symbolic.proof_syntax import (
    FUNCTIONS,
    INTERVALS,
    Comparison,
    Node,
    NotDischarged,
    Symbol,
    parse_statement,
)

_RELATIONS = {"=": "=", ">": ">", "<": "<", ">=": r"\ge", "<=": r"\le", "!=": r"\ne"}
_SUM, _PRODUCT, _POWER = 1, 2, 3  # how tightly an operation binds
_BINDS = {"add": _SUM, "sub": _SUM, "neg": _SUM, "sum": _PRODUCT, "mul": _PRODUCT, "div": _PRODUCT, "pow": _POWER}


def statement_latex(text: str, proof: Proof) -> str:
    """LaTeX of a statement of a proof; empty where the text is no statement.

    Args:
        text: in the grammar of proofs.
        proof: which declares its symbols.

    Returns:
        A formula, without dollars.
    """
    symbols = {s.name: s for s in (*FUNCTIONS, *proof.symbols, *proof.variables)}
    try:
        parsed = parse_statement(text)
    except NotDischarged:
        return ""
    conclusion = _comparison(parsed.conclusion, symbols)
    if not parsed.premises:
        return conclusion
    premises = r",\ ".join(_comparison(premise, symbols) for premise in parsed.premises)
    return rf"{premises} \;\Rightarrow\; {conclusion}"


def _comparison(c: Comparison, symbols: dict[str, Symbol]) -> str:
    inner = f"{_term(c.lhs, symbols)} {_RELATIONS[c.relation]} {_term(c.rhs, symbols)}"
    if not c.bound:
        return inner
    return rf"\bigl(\forall {','.join(_name(v, symbols) for v in c.bound)}\colon {inner}\bigr)"


def _name(name: str, symbols: dict[str, Symbol]) -> str:
    written = symbols[name].latex if name in symbols else ""
    upright = name.replace("_", r"\_")
    return written or (name if len(name) == 1 else rf"\mathrm{{{upright}}}")


def _term(node: Node, symbols: dict[str, Symbol], last: bool = True) -> str:
    """LaTeX of a term; `last` says that no factor follows it, so that a sum needs no parentheses."""
    if node.op == "number":
        return str(node.data)
    if node.op == "app":
        return _application(node, symbols)
    if node.op == "cite":
        return rf"\mathrm{{[{node.name.replace('_', ' ')}]}}"
    if node.op == "sum":
        indices = ",".join(_name(v, symbols) for v in node.data)
        written = rf"\sum_{{{indices}}} {_within(node.kids[0], symbols, _PRODUCT)}"
        return written if last else rf"\left({written}\right)"
    return _arithmetic(node, symbols, last)


def _arithmetic(node: Node, symbols: dict[str, Symbol], last: bool) -> str:
    left, right = node.kids[0], node.kids[-1]
    if node.op == "div":
        return rf"\frac{{{_term(left, symbols)}}}{{{_term(right, symbols)}}}"
    if node.op == "neg":
        return f"-{_within(left, symbols, _PRODUCT, last)}"
    if node.op == "pow":
        return f"{{{_within(left, symbols, _POWER + 1)}}}^{{{node.data}}}"
    if node.op == "mul":
        first = right.kids[0] if right.op == "mul" else right
        dot = r" \cdot " if first.op == "number" else r"\, "
        start = _term(left, symbols, False) if left.op == "neg" else _within(left, symbols, _PRODUCT, False)
        return start + dot + _within(right, symbols, _PRODUCT, last)
    sign, needed = ("+", _SUM) if node.op == "add" else ("-", _PRODUCT)
    return f"{_term(left, symbols)} {sign} {_within(right, symbols, needed, last)}"


def _within(node: Node, symbols: dict[str, Symbol], needed: int, last: bool = True) -> str:
    """In parentheses where the operation binds less than is needed."""
    if _BINDS.get(node.op, _POWER + 2) >= needed:
        return _term(node, symbols, last)
    return rf"\left({_term(node, symbols)}\right)"


def _application(node: Node, symbols: dict[str, Symbol]) -> str:
    symbol = symbols.get(node.name)
    kids = [_term(kid, symbols) for kid in node.kids]
    if node.name == "sqrt":
        return rf"\sqrt{{{kids[0]}}}"
    if node.name == "abs":
        return rf"\lvert {kids[0]} \rvert"
    sorts = symbol.args if symbol and len(symbol.args) == len(kids) else ("R",) * len(kids)
    indices = [kid for kid, sort in zip(kids, sorts, strict=True) if sort not in INTERVALS]
    reals = [kid for kid, sort in zip(kids, sorts, strict=True) if sort in INTERVALS]
    below = f"_{{{','.join(indices) if any(len(k) > 1 for k in indices) else ''.join(indices)}}}" if indices else ""
    name = _name(node.name, symbols)
    name = f"{{{name}}}" if below and "_" in name else name  # TeX takes one subscript only
    return f"{name}{below}" + (f"({', '.join(reals)})" if reals else "")

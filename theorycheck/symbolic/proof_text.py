"""Proofs for readers: formulas and whole reports in LaTeX, reports in plain text."""

from theorycheck.symbolic.proof import Proof, ProofReport, scope_of
from theorycheck.symbolic.proof_scope import Scope
from theorycheck.symbolic.proof_syntax import Comparison, Node, NotDischarged, parse_statement

RELATIONS = {"=": "=", ">=": r"\ge", "<=": r"\le", ">": ">", "<": "<", "!=": r"\ne"}
SPECIAL = str.maketrans({"\\": r"\textbackslash ", "^": r"\^{}", **{c: f"\\{c}" for c in "_#&%{}$"}})
RULES = {"combination": "certificate", "apply": "modus ponens", "define": "definition"}


def latex_statement(scope: Scope, text: str) -> str:
    """A statement as LaTeX (math mode); text that is not a statement comes back verbatim."""
    try:
        statement = parse_statement(text)
    except NotDischarged:
        return rf"\texttt{{{_escape(text)}}}"
    premises = r",\; ".join(_comparison(scope, premise) for premise in statement.premises)
    conclusion = _comparison(scope, statement.conclusion)
    return rf"{premises} \;\Longrightarrow\; {conclusion}" if premises else conclusion


def _comparison(scope: Scope, comparison: Comparison) -> str:
    lhs, rhs = latex_term(scope, comparison.lhs), latex_term(scope, comparison.rhs)
    bound = rf"\;\text{{for all }} {', '.join(comparison.bound)}" if comparison.bound else ""
    return f"{lhs} {RELATIONS[comparison.relation]} {rhs}{bound}"


def latex_term(scope: Scope, node: Node) -> str:
    """A term as LaTeX (math mode)."""
    if node.op == "number":
        return str(node.data)
    if node.op == "app":
        return _application(scope, node)
    if node.op == "cite":
        return rf"\langle\text{{{_escape(node.name)}}}\rangle"
    if node.op == "sum":
        return rf"\sum_{{{','.join(node.data)}}} {_factor(scope, node.kids[0])}"
    if node.op == "neg":
        return f"-{_factor(scope, node.kids[0])}"
    if node.op == "pow":
        return f"{_base(scope, node.kids[0])}^{{{node.data}}}"
    left, right = node.kids
    if node.op == "div":
        return rf"\frac{{{latex_term(scope, left)}}}{{{latex_term(scope, right)}}}"
    if node.op == "mul":
        head = latex_term(scope, left)
        head = rf"\left({head}\right)" if left.op in ("add", "sub") or _ends_in_sum(left) else head
        return rf"{head}\, {_factor(scope, right)}"
    tail = _factor(scope, right) if right.op in ("add", "sub", "neg") else latex_term(scope, right)
    return f"{latex_term(scope, left)} {'+' if node.op == 'add' else '-'} {tail}"


def _ends_in_sum(node: Node) -> bool:
    return node.op == "sum" or (node.op in ("mul", "neg") and _ends_in_sum(node.kids[-1]))


def _factor(scope: Scope, node: Node) -> str:
    text = latex_term(scope, node)
    return rf"\left({text}\right)" if node.op in ("add", "sub", "neg") else text


def _base(scope: Scope, node: Node) -> str:
    text = latex_term(scope, node)
    plain = node.op == "number" or (
        node.op == "app" and node.name not in ("exp", "log", "power") and not _raised(scope, node)
    )
    return text if plain else rf"\left({text}\right)"


def _raised(scope: Scope, node: Node) -> bool:
    symbol = scope.lookup(node.name)
    return "^" in symbol.latex or ("'" in symbol.latex and not node.kids)


def _application(scope: Scope, node: Node) -> str:
    args = [latex_term(scope, kid) for kid in node.kids]
    if node.name == "sqrt":
        return rf"\sqrt{{{args[0]}}}"
    if node.name == "abs":
        return rf"\left|{args[0]}\right|"
    if node.name == "relu":
        return rf"\left({args[0]}\right)_+"
    if node.name == "power":
        return rf"{_base(scope, node.kids[0])}^{{{args[1]}}}"
    if node.name == "delta":
        return rf"\delta_{{{','.join(args)}}}"
    symbol = scope.lookup(node.name)
    name = symbol.latex or (node.name if len(node.name) == 1 else rf"\mathrm{{{_escape(node.name)}}}")
    index = [arg for arg, sort in zip(args, symbol.args, strict=True) if sort in scope.indices]
    reals = [arg for arg, sort in zip(args, symbol.args, strict=True) if sort not in scope.indices]
    name = f"{{{name}}}" if "_" in name and index else name
    comma = "," if any(len(arg) > 1 for arg in index) else ""
    return name + (f"_{{{comma.join(index)}}}" if index else "") + (f"({', '.join(reals)})" if reals else "")


def _escape(text: str) -> str:
    return text.translate(SPECIAL)


def latex_report(report: ProofReport) -> str:
    """A proof as a LaTeX fragment: assumptions, every step with its rule and citations, goals, and what is trusted."""
    proof, scope = report.proof, scope_of(report.proof)
    lines = [rf"\paragraph{{{_escape(proof.title)}}} ({_escape(proof.source)}; {report.evidence}.)", ""]
    lines += ["Assumptions:", r"\begin{itemize}"]
    lines += [rf"\item[({_escape(h.name)})] ${latex_statement(scope, h.statement)}$" for h in proof.hypotheses]
    lines += [r"\end{itemize}", "Steps:", r"\begin{enumerate}"]
    for entry in report.steps:
        cites = ", ".join(_escape(name) for name in entry.cites)
        rule = RULES.get(entry.step.rule, entry.step.rule.replace("_", " "))
        state = "" if entry.discharged else rf" \textbf{{Not discharged: {_escape(entry.reason)}}}"
        lines.append(
            rf"\item[({_escape(entry.step.name)})] ${latex_statement(scope, entry.step.statement)}$"
            rf" \emph{{[{_escape(rule)}{': ' + cites if cites else ''}]}}{state}"
        )
    lines += [r"\end{enumerate}", "Hence:", r"\begin{itemize}"]
    for entry in report.goals:
        given = ", ".join(_escape(name) for name in entry.goal.given)
        verdict = "" if entry.proved else rf" \textbf{{Not proved: {_escape(entry.reason)}}}"
        statement = latex_statement(scope, entry.goal.statement)
        lines.append(rf"\item {_escape(entry.goal.name)}: ${statement}$ (given {given}).{verdict}")
    lines.append(r"\end{itemize}")
    if report.axioms:
        lines.append("Taken for granted: " + " ".join(_escape(_first_line(text)) for _, text in report.axioms))
    lines += [_escape(f"{line[0].upper()}{line[1:]}.") for line in regularity(proof)]
    lines += [rf"Not checked: {_escape(part)}." for part in proof.not_checked]
    return "\n".join(lines) + "\n"


def text_report(report: ProofReport) -> str:
    """A proof as plain text: assumptions, every step with its rule and citations, goals, and what is trusted."""
    proof = report.proof
    lines = [f"{proof.key}: {report.evidence}", proof.title, proof.source, "", "Assumptions"]
    lines += [f"  {h.name}: {h.statement}" + (f"   ({h.meaning})" if h.meaning else "") for h in proof.hypotheses]
    lines += ["", "Steps"]
    for entry in report.steps:
        mark = "ok" if entry.discharged else f"FAILED: {entry.reason}"
        lines.append(f"  {entry.step.name}: {entry.step.statement}")
        lines.append(f"      [{entry.step.rule}{_citations(entry.cites)}] {mark}")
    lines += ["", "Goals"]
    for entry in report.goals:
        lines.append(f"  {entry.goal.name}: {entry.goal.statement}")
        lines.append(f"      given {', '.join(entry.goal.given) or 'nothing'}: {entry.reason}")
    lines += ["", "Taken for granted", *(f"  {name}: {_first_line(text)}" for name, text in report.axioms)]
    lines += [f"  {line}" for line in regularity(proof)]
    lines += ["", "Not checked", *(f"  {part}" for part in proof.not_checked)] if proof.not_checked else []
    return "\n".join(lines) + "\n"


def regularity(proof: Proof) -> tuple[str, ...]:
    """The differentiability that the declarations of a proof assume, and the sizes it is for."""
    smooth = ", ".join(f"{s.name}' = {s.derivative}" for s in proof.symbols if s.derivative)
    sets = ", ".join(proof.indices)
    sizes = (f"the index sets {sets} are finite and not empty, of any size",) if sets else ()
    return (*sizes, f"differentiable as declared: {smooth}") if smooth else sizes


def _citations(names: tuple[str, ...]) -> str:
    return f": {', '.join(names)}" if names else ""


def _first_line(text: str) -> str:
    return text.splitlines()[0]

"""The write-up as one HTML page that needs nothing else: styles, figures, formulas and certificates are inside."""

import base64
import re
from typing import Any

from markupsafe import Markup, escape

from theorycheck.reports import grids, mathml, pictures, tex, words
from theorycheck.reports.blueprint import blueprint
from theorycheck.reports.content import CertificateFile, Content

_INLINE = 6000  # characters of a certificate that the page also shows as text
_COLOURS = {
    pictures.INK: "var(--ink)",
    pictures.MUTED: "var(--muted)",
    pictures.LINE: "var(--line)",
    pictures.BLUE: "var(--blue)",
    pictures.PAPER: "transparent",
    "#000000": "var(--ink)",
}


def html(content: Content) -> str:
    """The page.

    Args:
        content: what to say; its figures are read from their SVG files.

    Returns:
        HTML without any script and without any address.
    """
    evidence = {name: proof.evidence for name, proof in content.proofs.items()}
    plan = blueprint(content.verdicts, evidence)
    return _environment().get_template("page.html.j2").render(content=content, plan=plan)


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("theorycheck.reports"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "mathml": lambda latex: Markup(mathml.mathml(latex)),
        "display": lambda latex: [Markup(mathml.mathml(line, display=True)) for line in tex.lines(latex)],
        "prose": lambda latex: Markup(mathml.prose(latex)),
        "number": words.number,
        "standing": words.standing,
        "plural": words.plural,
        "sign": words.sign,
        "breakable": breakable,
        "data": _data,
    }
    environment.globals |= {
        "svg": svg,
        "held": grids.held,
        "seconds": words.seconds,
        "assumption_grid": grids.assumption_grid,
        "inline": lambda certificate: len(certificate.text) <= _INLINE,
    }
    return environment


def breakable(key: str) -> Markup:
    """A key that may be broken after its dots, slashes and underscores."""
    return Markup(re.sub(r"([._/-])(?=\w)", r"\1<wbr>", str(escape(key))))


def _data(certificate: CertificateFile) -> str:
    return f"data:application/json;base64,{base64.b64encode(certificate.text.encode()).decode()}"


def svg(picture: Any, number: int) -> Markup:
    """A figure's SVG for use inside a page: ids of its own, colours of the page, no addresses.

    Args:
        picture: with `svg` (the file) and `caption`.
        number: of the figure on the page.

    Returns:
        Markup.
    """
    text = picture.svg.read_text(encoding="utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'(\sid="|url\(#|href="#)', rf"\1f{number}-", text)
    for colour, name in _COLOURS.items():
        text = text.replace(colour, name)
    label = f'<svg role="img" aria-label="{escape(picture.caption)}"'
    head, body = text.split(">", 1)
    return Markup(re.sub(r'\s(width|height|version)="[^"]*"', "", head).replace("<svg", label, 1) + ">" + body)

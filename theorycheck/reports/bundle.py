"""The whole write-up as a folder: LaTeX, HTML, figures, verdicts and certificates, each file by atomic rename."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from theorycheck.reports import figures
from theorycheck.reports.content import Content, Picture, gather
from theorycheck.reports.curvature import SHOWN
from theorycheck.reports.files import write
from theorycheck.reports.studies import study_pictures

_CURVATURE = (
    "The second derivative of φ'² as a function of u = φ(z), sampled in floats: where it is nowhere negative, equal "
    "neurons minimise the Hessian trace; where it is negative (hatched, and marked on the axis) they need not."
)


@attrs.frozen
class Written:
    """Where everything went; iterating gives all paths.

    Attributes:
        latex: the LaTeX document.
        html: the page.
        verdicts: the verdicts as JSON.
        figures: PDF and SVG files.
        certificates: JSON files.
    """

    latex: Path
    html: Path
    verdicts: Path
    figures: tuple[Path, ...]
    certificates: tuple[Path, ...]

    def __iter__(self) -> Iterator[Path]:
        yield from (self.latex, self.html, self.verdicts, *self.figures, *self.certificates)


def write_report(
    folder: str | Path,
    verdicts: Iterable[Any],
    drop_table: Iterable[Any] = (),
    solutions: Mapping[str, Any] | Iterable[Any] = (),
    trainings: Iterable[Any] = (),
    derivations: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
    studies: Iterable[Any] = (),
    latex: str | Path | None = None,
    html: str | Path | None = None,
) -> Written:
    """Write the report.

    Args:
        folder: for everything that has no other place: `report.tex`, `index.html`, `figures/`, `verdicts.json`,
            `certificates/`.
        verdicts: of the claims.
        drop_table: rows of the drop-one table, or an object with `rows`.
        solutions: by title, each a solution or its JSON document.
        trainings: `Figure1` results or `figures.Decay` records.
        derivations: by title, each LaTeX or a result with `.latex()`.
        studies: see `reports.studies.study_pictures`.
        latex: the LaTeX file, if not in the folder; its figures lie beside it.
        html: the folder of the page, if another.

    Returns:
        The paths.

    Raises:
        InvalidInstance: a place that cannot be written to; what was written before it stays.
    """
    place = Path(folder)
    content = gather(verdicts, drop_table, solutions, trainings, derivations, studies)
    document = Path(latex) if latex is not None else place / "report.tex"
    page = (Path(html) if html is not None else place) / "index.html"
    # what took longest to find is written first
    data = write(place / "verdicts.json", verdicts_json(content))
    certificates = tuple(write(place / "certificates" / c.name, c.text) for c in content.certificates)
    content = attrs.evolve(content, pictures=draw(content, document.parent / "figures"))
    from theorycheck.reports.html import html as as_html
    from theorycheck.reports.latex import latex as as_latex

    write(document, as_latex(content, document.parent))
    write(page, as_html(content))
    drawn = tuple(path for picture in content.pictures for path in (picture.pdf, picture.svg))
    return Written(document, page, data, drawn, certificates)


def draw(content: Content, folder: Path) -> tuple[Picture, ...]:
    """Draw and write all figures.

    Args:
        content: whose decays and drop-one table are drawn.
        folder: where to.

    Returns:
        The pictures with their captions.
    """
    pictures = []
    for k, record in enumerate(content.decays, 1):
        pair = figures.singular_values(record, folder, f"singular-values-{k}")
        pictures.append(Picture(*pair, f"Singular values of the preactivations Z. {record.title}. {record.note}"))
    pictures.append(Picture(*figures.curvatures(SHOWN, folder), _CURVATURE))
    pictures += [Picture(*pair, caption) for pair, caption in study_pictures(content.studies, folder)]
    for k, pair in enumerate(figures.drop_pages(content.drops, folder), 1):
        part = f", part {k}" if k > 1 else ""
        told = "a cross is an exact counterexample, a circle a search that found none, which proves nothing"
        pictures.append(Picture(*pair, f"Each claim without one of its assumptions{part}: {told}.", tabular=True))
    return tuple(pictures)


def verdicts_json(content: Content) -> str:
    """The verdicts and the drop-one table as the JSON documents have them."""
    drops = [
        {name: getattr(row, name) for name in ("claim", "dropped", "label", "outcome", "witness", "tries", "seconds")}
        for row in content.drops
    ]
    document = {"version": content.version, "verdicts": [v.to_json() for v in content.verdicts], "drops": drops}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

"""`theorycheck solve extremal`."""

from theorycheck.commands import output
from theorycheck.commands.inputs import DataChoice, numbers
from theorycheck.commands.solve_relu import given_data
from theorycheck.errors import InvalidInstance


def solve_extremal(
    choice: DataChoice,
    samples: tuple[str | None, str | None],
    split: str | None,
    figure: str | None,
    as_json: bool,
    out: str | None,
) -> int:
    """Find extremal vectors, print, draw, and write the certificate; 3 where there may be others.

    Args:
        choice: the data that the user pointed at.
        samples: X and y as text.
        split: u of the two-sided least squares, as text.
        figure: file of the figure, .pdf, .svg or .png.
        as_json: print the document instead of tables.
        out: file of the certificate.
    """
    from theorycheck import solve

    output.writable(out, figure)
    if samples[0] and samples[1] is None and not choice.path:
        raise InvalidInstance("--X was given without labels; pass --y too, such as --y 1,-1")
    data = given_data(choice, *samples)
    if figure:
        from theorycheck.reports.extremal_figures import drawable

        drawable(data, figure)
    solution = solve.extremal(data, split=numbers(split, "--split") if split else None)
    document = solution.to_json()
    if not solution.complete:
        output.say(solution.how)
    if figure:
        from theorycheck.reports.extremal_figures import draw

        draw(solution, figure)
    if out:
        _save(solution, out)
    if as_json:
        output.document(document)
    else:
        from theorycheck.reports.extremal import tables

        output.table(tables(document))
    return 0 if solution.complete else 3


def _save(solution, out: str) -> None:
    if solution.certificate is None:
        output.say(f"no certificate was written to {out}")
    else:
        solution.certificate.save(out)

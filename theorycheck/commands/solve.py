"""`theorycheck solve`."""

from theorycheck.commands import output
from theorycheck.commands.inputs import DataChoice, dataset, numbers
from theorycheck.errors import InvalidInstance


def solve_sharpness(
    choice: DataChoice,
    samples: str | None,
    labels: str | None,
    network: dict,
    loss: str,
    as_json: bool,
    out: str | None,
) -> int:
    """Solve, print, and write the certificate; 3 where lower and upper bound do not meet."""
    from theorycheck import solve

    if choice.path and samples:
        raise InvalidInstance("both --data and --X were given; pass one of them")
    given = {name: value for name, value in (("X", samples), ("y", labels)) if value is not None}
    data = dataset(choice, given, "--")
    solution = solve.sharpness(
        data,
        width=network["width"],
        activation=network["activation"],
        loss=loss,
        output_weights=tuple(numbers(network["weights"], "--weights")) if network["weights"] else None,
        trained_output=network["trained"],
        bias=network["bias"],
    )
    document = solution.to_json()
    if out and solution.certificate is not None:
        solution.certificate.save(out)
    if as_json:
        output.document(document)
    else:
        from theorycheck.reports.table import solution as table

        output.table(table(document))
    return 0 if solution.settled else 3

"""`theorycheck solve`."""

from theorycheck.commands import output
from theorycheck.commands.inputs import DataChoice, dataset, numbers, whole
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

    output.writable(out)
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


def solve_dufm(
    sizes: tuple[int, int],
    reg: str,
    kind: dict[str, str],
    samples: tuple[int | None, str | None],
    limits: tuple[int | None, str | None, float],
    as_json: bool,
    out: str | None,
) -> int:
    """Solve an unconstrained-features model, print, and write the certificate; 3 where the statement decides nothing.

    Args:
        sizes: K and L.
        reg: λ, or L + 1 of them separated by commas.
        kind: `loss` and `activation`.
        samples: n, or n_1, ..., n_K as text; at most one of the two.
        limits: width, the structure asked for by name, and the seconds of a search.
        as_json: print the document instead of tables.
        out: file of the certificate.
    """
    from theorycheck import solve

    output.writable(out)
    n, counts = samples
    width, structure, seconds = limits
    solution = solve.dufm(
        *sizes,
        _one_or_all(numbers(reg, "--reg")),
        loss=kind["loss"],
        activation=kind["activation"],
        samples=n,
        counts=None if counts is None else tuple(whole(v, "--counts") for v in counts.split(",")),
        width=width,
        seconds=seconds,
        structure=structure,
        progress=_say,
    )
    document = solution.to_json()
    if out:
        solution.certificate.save(out)
    if as_json:
        output.document(document)
    else:
        from theorycheck.reports.table import structures as tables

        output.table(tables(document))
    return 0 if solution.settled else 3


def _say(seconds: float, loss: float, origin: str) -> None:
    output.say(f"{seconds:6.1f} s  {loss:.10f}  {origin}")


def _one_or_all(values: list) -> object:
    return values[0] if len(values) == 1 else tuple(values)

"""`theorycheck solve margin`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from theorycheck.commands import output
from theorycheck.commands.inputs import DataChoice, dataset, whole
from theorycheck.errors import InvalidInstance


def solve_margin(
    choice: DataChoice,
    samples: tuple[str | None, str | None],
    network: dict[str, Any],
    pattern: str | None,
    as_json: bool,
    out: str | None,
) -> int:
    """Solve, print, and write the certificate; 3 where no KKT point of the network was found.

    Args:
        choice: the data that the user pointed at.
        samples: X and y as text.
        network: `slope`, `width` and `eta` as text.
        pattern: a JSON file with the activation pattern.
        as_json: print the document instead of tables.
        out: file of the certificate.
    """
    from theorycheck import solve

    output.writable(out)
    data = given_data(choice, *samples)
    with _told_why_not(out):
        solution = solve.margin(
            data,
            slope=network["slope"],
            width=tuple(whole(m, "--width") for m in network["width"].split(",")),
            pattern=None if pattern is None else read_pattern(pattern),
            eta=network["eta"],
        )
    document = solution.to_json()
    best = solution if solution.kkt else solution.settled
    if out:
        _save(best, out)
    if as_json:
        output.document(document)
    else:
        from theorycheck.reports.margins import tables

        output.table(tables(document))
    return 3 if best is None else 0


@contextmanager
def _told_why_not(out: str | None) -> Iterator[None]:
    """Where no weights have positive margins, write the certificate of that, and say so in the message."""
    from theorycheck.exact.margin import NoMargin

    try:
        yield
    except NoMargin as reason:
        if not out or reason.certificate is None:
            raise
        reason.certificate.save(out)
        raise InvalidInstance(f"{reason}; the certificate of this is in {out}") from None


def given_data(choice: DataChoice, samples: str | None, labels: str | None) -> Any:
    """The data of --data, or of --X and --y.

    Raises:
        InvalidInstance: both, or neither.
    """
    if choice.path and samples:
        raise InvalidInstance("both --data and --X were given; pass one of them")
    return dataset(choice, {name: v for name, v in (("X", samples), ("y", labels)) if v is not None}, "--")


def read_pattern(path: str) -> tuple[list, list]:
    """The matrices P_plus and P_minus of a JSON file {"plus": [[1, 0], ...], "minus": [[0, 1], ...]}.

    Raises:
        InvalidInstance: the file cannot be read, or holds something else.
    """
    wanted = 'pass a JSON file {"plus": [[1, 0], ...], "minus": [[0, 1], ...]}, a row a neuron'
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as reason:
        raise InvalidInstance(f"{path}: cannot be read ({reason.strerror}); {wanted}") from None
    except (ValueError, RecursionError):
        raise InvalidInstance(f"{path}: not a JSON document; {wanted}") from None
    if not isinstance(document, dict) or not all(isinstance(document.get(k), list) for k in ("plus", "minus")):
        raise InvalidInstance(f"{path}: no activation pattern; {wanted}")
    return document["plus"], document["minus"]


def _save(solution: Any, out: str) -> None:
    if solution is None or solution.certificate is None:
        reason = "its numbers are too long" if solution else "the point is no KKT point of the network"
        output.say(f"no certificate was written to {out}: {reason}")
        return
    solution.certificate.save(out)

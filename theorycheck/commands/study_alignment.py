"""`theorycheck study alignment`."""

from theorycheck.commands import output
from theorycheck.commands.inputs import whole
from theorycheck.errors import InvalidInstance
from theorycheck.numbers import exact


def study_alignment(laws: str, ns: str, seeds: int, model: tuple[int, str], as_json: bool, out: str) -> int:
    """Enumerate extremal vectors of many samples, and write alignment.csv and the figure.

    Args:
        laws: names of laws, separated by commas.
        ns: numbers of samples, separated by commas.
        seeds: samples of each law and n.
        model: d, and the noise σ as text.
        as_json: print the document instead of a table.
        out: the folder.
    """
    from theorycheck.models.teacher import Law
    from theorycheck.reports import alignment as pictures
    from theorycheck.studies.alignment import concentration, refuse

    if seeds < 1:
        raise InvalidInstance(f"--seeds {seeds}; pass at least 1")
    d, sigma = model
    chosen = [Law(name.strip(), d, sigma=exact(sigma, "--sigma")) for name in laws.split(",")]
    sizes = [whole(part, "--n") for part in ns.split(",")]
    for law in chosen:
        refuse(law, max(sizes))
    place = output.folder(out)
    with output.Progress(len(chosen) * len(sizes)) as progress:
        found = concentration(chosen, sizes, seeds, progress.done)
    output.save(place / "alignment.csv", found.to_csv())
    written = [place / "alignment.csv", *pictures.alignment(found, place)]
    if as_json:
        output.document(found.to_json())
    else:
        output.table(pictures.alignment_grid(found))
        output.text("written: " + ", ".join(map(str, written)))
    return 0

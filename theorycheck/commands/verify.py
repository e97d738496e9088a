"""`theorycheck verify`."""

from theorycheck.commands import output


def verify_files(files: list[str], as_json: bool) -> int:
    """Replay certificates: 0 if all hold, 1 if one does not, 2 if one is no certificate."""
    from theorycheck.certificates.certificate import verify_file

    records = [verify_file(file) for file in files]
    if as_json:
        output.document({"files": records})
    else:
        from theorycheck.reports.table import verified

        output.table(verified(records))
    if any(record["kind"] is None for record in records):
        for record in records:
            if record["kind"] is None:
                output.say(f"theorycheck: {record['file']}: {record['reason']}")
        return 2
    return 0 if all(record["valid"] for record in records) else 1

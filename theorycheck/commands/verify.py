"""`theorycheck verify`."""

from theorycheck.commands import output
from theorycheck.errors import CertificateError


def verify_files(files: list[str], as_json: bool) -> int:
    """Replay certificates: 0 if all hold, 1 if one does not, 2 if one is no certificate; all are looked at."""
    records = [_record(file) for file in files]
    foreign = [record for record in records if record["kind"] is None]
    if as_json:
        output.document({"files": records})
    else:
        from theorycheck.reports.table import verified

        output.table(verified(records))
    for record in foreign:
        output.say(f"theorycheck: {record['reason']}")
    return 2 if foreign else 0 if all(record["valid"] for record in records) else 1


def _record(file: str) -> dict:
    from theorycheck.certificates.certificate import verify_file

    try:
        return verify_file(file).to_json()
    except CertificateError as reason:
        return {"file": file, "valid": False, "kind": None, "statement": None, "reason": str(reason)}

"""The certificate record: a JSON document with its checker, saved, loaded, and turned into a stand-alone script."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from attrs import field, frozen

from theorycheck.certificates import check
from theorycheck.certificates.script import script_text
from theorycheck.errors import CertificateError


@frozen
class Certificate:
    """A statement about explicit numbers, with the data that make it easy to check.

    Attributes:
        document: the JSON document, sealed.
    """

    document: dict = field(repr=False, hash=False)

    @property
    def kind(self) -> str:
        """Which kind of proof it is."""
        return self.document["kind"]

    @property
    def statement(self) -> str:
        """What it proves, in words and numbers."""
        return self.document["statement"]

    @property
    def digest(self) -> str:
        """The seal: SHA-256 of everything else in the document."""
        return self.document["seal"]

    def verify(self) -> str:
        """Replay the proof; see `verify_document`."""
        return verify_document(self.document)

    def save(self, path: Any) -> Path:
        """Write the document as JSON, whole or not at all."""
        return write_text(path, json.dumps(self.document, indent=1) + "\n")

    @classmethod
    def load(cls, path: Any) -> "Certificate":
        """Read a document; it is not checked until `verify`.

        Raises:
            CertificateError: the file is missing, corrupt, or no certificate of ours.
        """
        return cls(_read(Path(str(path))))

    def to_script(self, path: Any) -> Path:
        """Write a Python file that holds the certificate and its checker and needs only python-flint."""
        return write_text(path, script_text(self.document))

    def __str__(self) -> str:
        return self.statement


def verify_document(document: Any) -> str:
    """The statement that a document proves.

    Raises:
        CertificateError: the document is not a certificate of ours.
        check.Refused: it is one, and does not hold.
    """
    try:
        return check.verify(document)  # with the kinds of all parts, which `script` loads
    except check.Malformed as reason:
        raise CertificateError(f"no certificate: {reason}") from None


@frozen
class Verification:
    """What `verify` found about one file: JSON keys as the documents pin them."""

    file: str
    valid: bool
    kind: str | None
    statement: str | None
    reason: str | None

    def to_json(self) -> dict:
        """The record as a plain dictionary."""
        return {name: getattr(self, name) for name in ("file", "valid", "kind", "statement", "reason")}


def verify_file(path: Any) -> Verification:
    """Replay the certificate in a file; needs no solver.

    Raises:
        CertificateError: the file is missing, corrupt, or no certificate of ours.
    """
    certificate = Certificate.load(path)
    try:
        told = certificate.verify()
    except check.Refused as reason:
        return Verification(str(path), False, certificate.kind, None, str(reason))
    except CertificateError as reason:
        raise CertificateError(f"{path}: {reason}") from None
    return Verification(str(path), True, certificate.kind, told, None)


def _read(path: Path) -> dict:
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=check.once)
    except OSError as reason:
        raise CertificateError(f"{path}: cannot be read ({reason.strerror})") from None
    except check.Malformed as reason:
        raise CertificateError(f"{path}: {reason}") from None
    except (ValueError, RecursionError):
        raise CertificateError(f"{path}: not a JSON document; pass a certificate that theorycheck wrote") from None
    known = isinstance(document, dict) and document.get("format") == check.FORMAT
    if not known or not isinstance(document.get("kind"), str) or not isinstance(document.get("seal"), str):
        raise CertificateError(f"{path}: not a certificate of the format {check.FORMAT}")
    return document


def write_text(path: Any, text: str) -> Path:
    """Write a file by atomic rename, so that a reader never sees half of it.

    Raises:
        CertificateError: the folder does not exist or cannot be written to.
    """
    target = Path(str(path))
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except OSError as reason:
        raise CertificateError(f"{target}: cannot be written ({reason.strerror})") from None
    return target

"""Counterexamples kept in a folder, each under the digest of its certificate; replayed before they are used again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from theorycheck.certificates.certificate import Certificate, verify_file
from theorycheck.errors import CertificateError
from theorycheck.falsify.counterexample import Counterexample

FOLDER = "runs/counterexamples"


def keep(found: Counterexample, folder: Any = FOLDER) -> Path:
    """Save a counterexample's certificate as FOLDER/<claim>/<digest>.json, once.

    Raises:
        CertificateError: the folder cannot be written to.
    """
    target = _place(folder, found.claim) / f"{found.certificate.digest}.json"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise CertificateError(f"{target.parent}: cannot be made ({reason.strerror}); pass another folder") from None
    return target if target.exists() else found.save(target)


def replayed(claim: str, dropped: str | None = None, folder: Any = FOLDER) -> Iterator[Certificate]:
    """The kept counterexamples of a claim that still hold, those without `dropped` in the order of their names.

    A file that is corrupt, was changed, is about something else, or no longer holds is passed over.

    Args:
        claim: the claim's key.
        dropped: the assumption that was left out.
        folder: where they are kept.
    """
    for path in sorted(_place(folder, claim).glob("*.json")):
        try:
            if not verify_file(path).valid:
                continue
            certificate = Certificate.load(path)
        except CertificateError:
            continue
        about = certificate.document.get("claim") or {}
        if certificate.digest == path.stem and about.get("key") == claim and about.get("dropped") == dropped:
            yield certificate


def _place(folder: Any, claim: str) -> Path:
    """The folder of a claim; keys are plain names, and nothing else gets into a path."""
    if not claim.replace(".", "").replace("_", "").isalnum():
        raise CertificateError(f"{claim!r:.60} is no claim's key")
    return Path(str(folder)) / claim

"""A certificate as one stand-alone Python file: the checker's own text, the document, and a few lines that run it."""

import json
from pathlib import Path

from theorycheck.certificates import check, cover

_OPENING = '''#!/usr/bin/env python3
"""{statement}

This file holds a certificate and its whole checker; it needs Python 3.11 and python-flint and nothing else.
Run it: it prints the statement and exits with 0 if the certificate holds, 1 if not.
"""
__name__ = "checker"  # so that the checker below does not start its own command line
'''

_CLOSING = """

CERTIFICATE = r'''
{literal}
'''

try:
    print("holds:", verify(json.loads(CERTIFICATE)))
except (Refused, Malformed) as reason:
    print("REFUSED:", reason)
    sys.exit(1)
sys.exit(0)
"""


def script_text(document: dict) -> str:
    """The text of the stand-alone file."""
    literal = json.dumps(document, indent=1).replace("'", "\\u0027")
    statement = str(document["statement"]).replace("\\", "/").replace('"', "'")
    parts = [_OPENING.format(statement=statement), Path(check.__file__).read_text(encoding="utf-8")]
    if needs_cover(document):
        parts.append(_without_imports(Path(cover.__file__).read_text(encoding="utf-8")))
    return "\n".join(parts) + _CLOSING.format(literal=literal)


def needs_cover(document: dict) -> bool:
    """Whether a kind occurs that lives in the checker's second part."""
    return any(f'"kind": "{kind}"' in json.dumps(document) for kind in cover.COVER_KINDS)


def _without_imports(text: str) -> str:
    """The second part of the checker without the lines that import the first, which stands above it."""
    head, marker, tail = text.partition("# ---- end of imports")
    kept = [line for line in head.split("\n") if not line.startswith(("from theorycheck", "    ", ")"))]
    return "\n".join(kept) + marker + tail

"""A certificate as one stand-alone Python file: the checker's own text, the document, and a few lines that run it."""

import json
from pathlib import Path

from theorycheck.certificates import bounds, check, cover

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
_END = "# ---- end of imports"


def script_text(document: dict) -> str:
    """The text of the stand-alone file: the first part of the checker verbatim, the others without their imports."""
    literal = json.dumps(document, indent=1).replace("'", "\\u0027")
    statement = ascii(document["statement"])[1:-1].replace("\\", "/").replace('"', "'")
    parts = [_OPENING.format(statement=statement), _text(check)]
    if not _kinds(document) <= first_kinds():
        parts += [_imports(), *(_text(module).partition(_END)[2] for module in (bounds, cover))]
    return "\n".join(parts) + _CLOSING.format(literal=literal)


def first_kinds() -> set[str]:
    """The kinds that the first part of the checker knows."""
    return {"all", "less", "sign", "value"}


def _text(module) -> str:
    return Path(module.__file__).read_text(encoding="utf-8")


def _imports() -> str:
    """What the other parts import beside the first: the lines about flint and the standard library."""
    lines = [line for module in (bounds, cover) for line in _text(module).partition(_END)[0].splitlines()]
    return "\n".join(dict.fromkeys(line for line in lines if line.startswith("from ") and "theorycheck" not in line))


def _kinds(document: dict) -> set[str]:
    parts = document.get("parts", []) if document.get("kind") == "all" else []
    return {document["kind"], *(kind for part in parts for kind in _kinds(part))}

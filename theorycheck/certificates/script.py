"""A certificate as one stand-alone Python file: the checker's own text, the document, and a few lines that run it."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from theorycheck.certificates import (
    arrangement,
    bounds,
    check,
    collapse,
    columns,
    cover,
    features,
    floors,
    relu,
    stationary,
)

# The parts after the first, in the order in which they build on one another.
PARTS: tuple[ModuleType, ...] = (bounds, cover, features, collapse, floors, columns, relu, stationary, arrangement)

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
    parts = needed(document)
    texts = [_OPENING.format(statement=statement), _text(check)]
    texts += [_imports(parts), *(_text(part).partition(_END)[2] for part in parts)] if parts else []
    return "\n".join(texts) + _CLOSING.format(literal=literal)


def needed(document: dict) -> list[ModuleType]:
    """The parts beside the first that check a certificate: those of its kinds, rules and model, and what these use."""
    names = {entry.__module__ for entry in _entries(document)}
    while more := {used for part in PARTS if part.__name__ in names for used in _uses(part)} - names:
        names |= more
    return [part for part in PARTS if part.__name__ in names]


def _entries(document: dict) -> Iterator[Any]:
    """What checks the kinds, rules and model of a document."""
    tables: tuple[tuple[str, dict[Any, Any]], ...]
    tables = (("kind", check.KINDS), ("rule", features.RULES), ("model", check.MODELS))
    yield from (table[document[name]] for name, table in tables if name in document)
    inner = [*document.get("parts", ()), document.get("instance")]
    yield from (entry for part in inner if part for entry in _entries(part))


def _uses(part: ModuleType) -> set[str]:
    return set(re.findall(r"^from (theorycheck\.certificates\.\w+) import", _text(part), re.MULTILINE))


def _text(part: ModuleType) -> str:
    return Path(str(part.__file__)).read_text(encoding="utf-8")


def _imports(parts: Iterable[ModuleType]) -> str:
    """What the parts import beside the first: the lines about flint and the standard library."""
    lines = [line for part in parts for line in _text(part).partition(_END)[0].splitlines()]
    foreign = (line for line in lines if line.startswith(("from ", "import ")) and "theorycheck" not in line)
    return "\n".join(dict.fromkeys(foreign))

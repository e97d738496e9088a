"""Changes of a certificate that its checker must refuse."""

import copy
import re

from theorycheck.certificates import check
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?(/\d+)?")


def leaves(doc, path=()):
    items = doc.items() if isinstance(doc, dict) else enumerate(doc) if isinstance(doc, list) else ()
    for key, value in items:
        yield from leaves(value, (*path, key))
    if not isinstance(doc, (dict, list)):
        yield path, doc


def variants(value):
    """Other values in the place of a number, a flag, or a number in a text."""
    return [other for other in _variants(value) if other != value or type(other) is not type(value)]


def _variants(value):
    if value is None:
        yield from (1, "1", 0)
    elif isinstance(value, bool):
        yield from (not value, int(value), value + 1, -value - 1, float(value), str(value), None, 10**12)
    elif isinstance(value, int):
        yield from (value + 1, value - 1, -value - 1, float(value), bool(value), str(value), None, 10**12)
    elif NUMBER.fullmatch(value):
        q = check.rational(value)
        yield from {str(q + 1), str(-q - 1), str(q + check.fmpq(1, 10**9)), str(2 * q + 1), "nan", "inf", "1/0", ""}
        yield from (None, True, [value], float(q))
        if q != 0:
            yield str(-q)
    else:
        digits = [m.start() for m in re.finditer(r"\d", value)]
        for k in digits[:: max(1, len(digits) // 4)]:
            yield value[:k] + str((int(value[k]) + 1) % 10) + value[k + 1 :]
        yield from ("nonsense", None, 3, [value])


def replaced(doc, path, value):
    changed = copy.deepcopy(doc)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def resealed(doc):
    return {**doc, "seal": check.digest({k: v for k, v in doc.items() if k != "seal"})}


def refused(doc):
    try:
        return Certificate(doc).verify() is None
    except (check.Refused, CertificateError):
        return True

"""From evidence to the parts of a certificate."""

from theorycheck.certificates import build
from theorycheck.claims.attacks.exactly import Evidence


def bodies(about: dict, evidence: list[Evidence]) -> dict[str, dict]:
    """The parts of a certificate by role, each accepted by the checker.

    Args:
        about: the instance's document.
        evidence: what the parts are to show.

    Raises:
        CertificateError: the checker refuses one.
    """
    found: dict[str, dict] = {}
    for role, kind, fields in evidence:
        same = sum(known == role or known.startswith(f"{role} (") for known in found)
        name = f"{role} ({same + 1})" if same else role
        found[name] = build.part(kind, about, **_fields(kind, about, fields))
    return found


def _fields(kind: str, about: dict, fields: dict) -> dict:
    makers = {
        "less": lambda: build.less_parts(about, *((fields[k]["name"], fields[k]["terms"]) for k in ("left", "right"))),
        "value": lambda: build.value_parts(about, fields["name"], fields["terms"]),
        "rank": lambda: build.rank_parts(fields["name"], fields["matrix"], about),
        "direction": lambda: build.direction_parts(about, fields["point"], fields["direction"]),
        "convex": lambda: build.convex_parts(about, **fields),
    }
    return makers.get(kind, lambda: fields)()

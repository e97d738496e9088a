"""Small samples of the laws that theorems on early alignment speak of, in short rationals."""

from collections.abc import Iterator
from typing import Any

from theorycheck.claims.relu_instances import rounded
from theorycheck.errors import InvalidInstance
from theorycheck.falsify.assumed import Assumed
from theorycheck.models.data import Dataset
from theorycheck.models.teacher import Law

GRID = 8  # numbers are multiples of 1 / GRID
SEEDS = (0, 1)
SIZES = (1, 2, 8)  # samples an input; a limit is claimed for the last
_OF_LAWS = frozenset({"linear_teacher", "symmetric_inputs", "margin_condition", "label_noise"})
_WIDTHS = ((10,), (1,))
_DRAWS = 6
_KINDS = ("margin", "gaussian", "shifted", "orthant", "clusters", "absolute")
_NOISES = ("1/2", 0, 5)


def speaks_of_laws(assumed: Assumed) -> bool:
    """Whether a claim has an assumption about the law that the samples were drawn from."""
    return any(a.name in _OF_LAWS for a in (*assumed.kept, *assumed.dropped))


def sampled(values: dict[str, Any], wanted: bool) -> Iterator[tuple[Dataset, Law | None]]:
    """Rounded samples with their laws, the fewest samples first; none where nothing speaks of laws.

    Args:
        values: what is fixed; `law`, `sigma`, `n`, `d` and `seed` count here.
        wanted: whether the claim speaks of laws.
    """
    if "X" in values or "y" in values or not (wanted or "law" in values):
        return
    kinds = (values["law"],) if "law" in values else _KINDS
    noises = (values["sigma"],) if "sigma" in values else _NOISES
    dimensions = (values["d"],) if "d" in values else (1, 2)
    found = []
    for kind in kinds:
        for sigma in noises if kind == "margin" or "sigma" in values else noises[:1]:
            found += [law for d in dimensions if (law := _law(kind, d, sigma)) is not None]
    for times in (values["n"],) if "n" in values else SIZES:
        for law in found:
            n = times if "n" in values else times * law.d
            for seed in _seeds(values, last=times == SIZES[-1]):
                yield rounded(law.draw(n, seed), GRID), law


def _seeds(values: dict[str, Any], last: bool) -> tuple[int, ...]:
    """More draws where the law and the number of samples are fixed."""
    if "seed" in values:
        return (values["seed"],)
    return tuple(range(_DRAWS)) if {"law", "n"} <= set(values) else SEEDS if last else SEEDS[:1]


def narrowed(choices: list[Any]) -> list[Any]:
    """The choices of network, loss, outputs and widths for samples of a law: the theorems' own loss and outputs only.

    Args:
        choices: networks, losses, outputs, widths, and what else is changed.
    """
    networks, losses, outputs, widths, special = choices
    losses = losses if len(losses) == 1 else ("square",)
    outputs = outputs if len(outputs) == 1 else ("trained",)
    return [networks, losses, outputs, widths if len(widths) == 1 else _WIDTHS, special]


def _law(kind: str, d: int, sigma: Any) -> Law | None:
    try:
        return Law(kind, d, sigma=sigma)
    except InvalidInstance:  # the kind needs more inputs, or fewer
        return None

"""Finds the proof files: beside the package in a source checkout, inside it (``_proofs``) in an installed wheel."""

import importlib.util
from pathlib import Path
from typing import Any

from theorycheck.errors import InvalidClaim
from theorycheck.symbolic.proof import Proof

PACKAGE = Path(__file__).resolve().parents[1]


def proof_folder() -> Path:
    """The folder that holds one folder of proofs per paper.

    Raises:
        InvalidClaim: if neither place exists.
    """
    for folder in (PACKAGE / "_proofs", PACKAGE.parent / "proofs"):
        if folder.is_dir():
            return folder
    raise InvalidClaim("the proof files are missing from this installation; reinstall theorycheck")


def proof_names() -> tuple[str, ...]:
    """The names of all proofs, such as ``gatmiry2024/thm1``."""
    folder = proof_folder()
    return tuple(sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.glob("*/[a-z]*.py")))


def load_proof(name: str) -> Proof:
    """Read one proof file.

    Args:
        name: Paper and proof, for example ``gatmiry2024/thm1``.

    Returns:
        The proof, unchecked.

    Raises:
        InvalidClaim: if there is no such proof.
    """
    names = proof_names()
    if name not in names:
        raise InvalidClaim(f"there is no proof {name!r}; choose one of {', '.join(names)}")
    return read_module(proof_folder() / f"{name}.py").PROOF


def shared_steps(beside: str, name: str) -> Any:
    """The module ``_name.py`` beside a proof file, for steps that several proofs have in common.

    Args:
        beside: the ``__file__`` of the proof.
        name: the module's name without its underscore.

    Returns:
        The module.

    Raises:
        InvalidClaim: if it cannot be read.
    """
    return read_module(Path(beside).with_name(f"_{name}.py"))


def read_module(path: Path) -> Any:
    """Run a proof file.

    Raises:
        InvalidClaim: if it cannot be read.
    """
    spec = importlib.util.spec_from_file_location(f"theorycheck_proof_{path.parent.name}_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise InvalidClaim(f"the proof file {path.name} cannot be read; reinstall theorycheck")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

"""Files by atomic rename: a reader sees the old file or the new one, never half of either."""

import os
import tempfile
from pathlib import Path

from theorycheck.errors import InvalidInstance


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, its folders included.

    Args:
        path: where.
        content: text, stored as UTF-8, or bytes.

    Returns:
        The path.

    Raises:
        InvalidInstance: the place cannot be written to.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
    except OSError as error:
        reason = error.strerror or "not possible"
        raise InvalidInstance(f"cannot write {path}: {reason}; pass a folder that you may write to") from None
    return path


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o666 & ~_mask())  # mkstemp makes files that only their owner may read
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

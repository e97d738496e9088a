"""Where commands print: documents and tables to standard output, progress to standard error, files by atomic rename."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from theorycheck.errors import InvalidInstance


def document(content: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def table(content: Any) -> None:
    """Print something that Rich can render; plain text when standard output is no terminal."""
    from rich.console import Console

    Console(soft_wrap=False).print(content)


def say(line: str) -> None:
    """A line of progress."""
    print(line, file=sys.stderr, flush=True)


class Progress:
    """What is going on: a bar with the current step on a terminal, a line a step where standard error is piped."""

    def __init__(self, total: int):
        self._total, self._bar, self._task = total, None, None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total)
        return self

    def __exit__(self, *unused: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, line: str) -> None:
        """Tell what begins now."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=line[:90])
        else:
            say(line)

    def done(self, line: str) -> None:
        """Tell what ended, and move the bar on."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)
            self._bar.console.print(line, markup=False, highlight=False)
        else:
            say(line)


def text(line: str) -> None:
    """A line of the result."""
    print(line, flush=True)


def folder(path: str) -> Path:
    """The folder, made if need be.

    Raises:
        InvalidInstance: it cannot be written to.
    """
    place = Path(path)
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as reason:
        raise InvalidInstance(f"cannot write to the folder {path}: {reason.strerror}; pass another --out") from None
    return place


def writable(*paths: str | None) -> None:
    """Refuse, before any work is done, places that a file cannot be written to.

    Raises:
        InvalidInstance: the folder does not exist or cannot be written to, or the place is a folder.
    """
    for path in (Path(p) for p in paths if p):
        if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise InvalidInstance(f"cannot write {path}; pass a file in a folder that exists and may be written to")


def save(path: str | Path, content: str) -> None:
    """Write a text file by atomic rename.

    Raises:
        InvalidInstance: the place cannot be written to.
    """
    place = Path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, place)
    except OSError as reason:
        raise InvalidInstance(f"cannot write {path}: {reason.strerror}; pass another --out") from None

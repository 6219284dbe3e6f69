"""One bot to a database: two would send every message twice, for each takes what waits for its own."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import StorageError


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Held as long as the process lives, however it ends; commands that only read or import are not in the way.

    Raises StorageError when another bot runs with this file.
    """
    with open(f"{path}.running", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise StorageError(f"database.url: another obhvat runs with {path}. Stop it first.") from taken
        yield

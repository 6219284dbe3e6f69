"""Whether some program has a database file open, asked without SQLite, so also of a file that is damaged.

What a newcomer gets wrong: the locks are those of a process. Whoever has the file open himself sees nothing here, and
closing it here would take his locks away. It is for commands that have nothing else open.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READING_FIRST, READING_SIZE = 0x40000002, 510
"""Every program that has a WAL file open has locked one of these (sqlite.org/fileformat2.html#the_lock_byte_page)."""


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Keeps every other program away from the file meanwhile; False when one has it open."""
    with open(path, "r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, READING_SIZE, READING_FIRST)
        except BlockingIOError:
            yield False
        else:
            yield True

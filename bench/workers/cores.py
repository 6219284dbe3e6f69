"""Keeping all that is played to so many cores: the workers, their PostgreSQL, and who plays with them.

So one worker on one core can be compared with two on two. What a newcomer gets wrong: who is begun inherits the cores
of who begins it, so it is enough to say it to those who are there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tests import postgres


@contextmanager
def only(count: int, server: postgres.Server) -> Iterator[None]:
    """Of this process and of PostgreSQL; workers are begun within."""
    every = sorted(os.sched_getaffinity(0))
    assert count <= len(every), f"this machine gives us {len(every)} cores"
    _keep(server, every[:count])
    try:
        yield
    finally:
        _keep(server, every)


def _keep(server: postgres.Server, cores: list[int]) -> None:
    for one in (psutil.Process(), *of_postgres(server)):
        with suppress(psutil.NoSuchProcess):  # the end of a connection of the play before
            one.cpu_affinity(cores)


def of_postgres(server: postgres.Server) -> list[psutil.Process]:
    """All its processes that are there now."""
    head = psutil.Process(int((server.folder / "data" / "postmaster.pid").read_text().split()[0]))
    return [head, *head.children()]

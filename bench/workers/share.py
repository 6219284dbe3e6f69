"""Holding a process to a share of a core, by the control groups of Linux (the first or the second version of them).

So two workers can be compared with one on a machine whose cores they do not have for themselves: each has as much in
either case. Only root may do that, and only in processes that were started here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECOND = Path("/sys/fs/cgroup")
FIRST = SECOND / "cpu"
PERIOD = 10_000
"""Microseconds. What is used up is given again after them, so a process that waits for that waits less than a tap."""
EMPTY_WITHIN = 5.0


class NoShares(Exception):
    """Says what would be needed."""


@contextmanager
def held(share: float) -> Iterator[Path]:
    """The file into which the number of a process is written that shall have so much of a core."""
    quota = int(share * PERIOD)
    is_second = (SECOND / "cgroup.controllers").exists()
    group = (SECOND if is_second else FIRST) / f"obhvat-bench-{os.getpid()}-{time.monotonic_ns()}"
    try:
        if is_second:
            (SECOND / "cgroup.subtree_control").write_text("+cpu")
        group.mkdir()
        if is_second:
            (group / "cpu.max").write_text(f"{quota} {PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
    except OSError as no:
        raise NoShares(f"{group} cannot be made ({no.strerror}): needs root and the cpu controller of cgroups.") from no
    try:
        yield group / "cgroup.procs"
    finally:
        _remove(group)


def _remove(group: Path) -> None:
    """When the last process in it is gone, which has been told to go."""
    until = time.monotonic() + EMPTY_WITHIN
    while (group / "cgroup.procs").read_text() and time.monotonic() < until:
        time.sleep(0.01)
    group.rmdir()

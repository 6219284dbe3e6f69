"""`make bench`: each bot a process of its own, over the sandbox of this one; people tap as fast as they see.

`python -m bench reporting steady …` plays only these. Everything is on loopback, bounded in count and time; only
processes started here are ended.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bench import broadcast, counted, crowd, outage, reporting, steady, unfinished
from bench.table import Line, printed

GROUPS: dict[str, Callable[[], Awaitable[list[Line]]]] = {
    "reporting": reporting.lines,
    "counted": counted.lines,
    "steady": steady.lines,
    "crowd": crowd.lines,
    "outage": outage.lines,
    "broadcast": broadcast.lines,
    "unfinished": unfinished.lines,
}
LONGEST_SECONDS = 600
"""Of one group."""


async def main(names: list[str]) -> None:
    # Whoever ends this ends the bots with it.
    if task := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    lines = list[Line]()
    for name in names:
        began = time.monotonic()
        async with asyncio.timeout(LONGEST_SECONDS):
            found = await GROUPS[name]()
        # At once as well: whoever interrupts the rest has these.
        print(f"{name}: {time.monotonic() - began:.0f} s\n{printed(found)}\n", flush=True)
        lines += found
    print(f"\n{datetime.now(UTC).date()}\n\n{printed(lines)}")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("groups", nargs="*", metavar="group", help=f"all of them, or some: {', '.join(GROUPS)}")
    groups = asked.parse_args().groups or list(GROUPS)
    if unknown := set(groups).difference(GROUPS):
        asked.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    asyncio.run(main(groups))

"""`obhvat run` as it is installed, in a process that even as root is bound by what may be written.

What a newcomer gets wrong: Linux asks whether a file may be written when it is opened, never again. A disk that becomes
read-only refuses also what is open; so here what is to be opened is refused by its mode, and what is open by a limit.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import resource
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.permissions import read_only

WITHIN = 30.0
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


@dataclass
class Running:
    process: asyncio.subprocess.Process
    told: list[dict[str, Any]] = field(default_factory=list)

    async def tells(self, what: str) -> None:
        """Until the operator reads this."""
        async with asyncio.timeout(WITHIN):
            while True:
                line = await self._line()
                if what in line["event"]:
                    return

    async def ends(self) -> tuple[int, str]:
        """The status, and all that it said."""
        said, _ = await asyncio.wait_for(self.process.communicate(), WITHIN)
        return self.process.returncode or 0, said.decode()

    async def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        assert line, f"it has ended: {self.told}"
        self.told.append(json.loads(line))
        return self.told[-1]

    @contextmanager
    def reads_only(self, folder: Path) -> Iterator[None]:
        """Nothing in the folder can be written, by whatever is open or is opened."""
        allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (1, allowed[1]))
        try:
            with read_only(folder):
                yield
        finally:
            if self.process.returncode is None:
                resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, allowed)


@asynccontextmanager
async def running(environ: Mapping[str, str]) -> AsyncIterator[Running]:
    """Killed at the end, if it still lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", env={**_outside(), **environ},
        preexec_fn=_bound_by_modes, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def _outside() -> dict[str, str]:
    """Without what would measure it: that writes files."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("OBHVAT_", "COVERAGE"))}


def _bound_by_modes() -> None:
    """Root may write what nobody may; what it starts with this, no more. Everybody else is bound anyway."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0):
        raise OSError("root cannot be bound by modes here")

"""Bot processes one after the other, forked from one that has imported everything; seen from outside."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from sandbox.pulse import Pulse
from tests.soak.chance import Death
from tests.soak.life import live

HARD = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.soak.life"])


class Life:
    """A running bot. `log` is what the operator has read so far."""

    def __init__(self, environ: Mapping[str, str], ahead: timedelta, death: Death) -> None:
        self._reader, writer = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=live, args=(dict(environ), ahead.total_seconds(), death, writer))
        self._process.start()
        writer.close()
        self.began = time.monotonic()
        self.ended = asyncio.Event()
        self.log = ""
        self._told = Pulse()
        loop = asyncio.get_running_loop()
        os.set_blocking(self._reader.fileno(), False)
        loop.add_reader(self._reader.fileno(), self._read)
        loop.add_reader(self._process.sentinel, self._gone)

    def _read(self) -> None:
        try:
            while read := os.read(self._reader.fileno(), 65536):
                self.log += read.decode(errors="replace")
                self._told.fire()
        except BlockingIOError:
            return
        asyncio.get_running_loop().remove_reader(self._reader.fileno())

    async def tells(self, what: str, within: float = 30.0) -> None:
        """Until this stands in the log."""
        async with asyncio.timeout(within):
            while what not in self.log:
                await self._told.wait()

    def _gone(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        self.ended.set()

    @property
    def killed(self) -> bool:
        return self._process.exitcode == -signal.SIGKILL

    def kill(self) -> None:
        self._process.kill()

    @asynccontextmanager
    async def full_disk(self) -> AsyncIterator[None]:
        """No file of this process may grow meanwhile. (Linux only; elsewhere the disk stays as it is.)"""
        self._limit(1)
        try:
            yield
        finally:
            self._limit(HARD)

    def _limit(self, size: int) -> None:
        pid = self._process.pid
        if pid is not None and self._process.exitcode is None and hasattr(resource, "prlimit"):
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, HARD))

    def close(self) -> None:
        """Also when the test has failed meanwhile: nothing is left running."""
        if not self.ended.is_set():
            self._process.kill()
            asyncio.get_running_loop().remove_reader(self._process.sentinel)
            self._process.join()
        self._read()
        asyncio.get_running_loop().remove_reader(self._reader.fileno())
        self._reader.close()
        self._process.close()


@asynccontextmanager
async def living(environ: Mapping[str, str], ahead: timedelta, death: Death) -> AsyncIterator[Life]:
    life = Life(environ, ahead, death)
    try:
        yield life
    finally:
        life.close()

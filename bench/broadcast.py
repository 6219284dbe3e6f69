"""A coordinator announces something to five thousand people; the messenger allows thirty messages a second."""

from __future__ import annotations

import sys
import time
from datetime import datetime

from bench import district
from bench.bots import Bot, Running, running
from bench.table import AT_LEAST, AT_MOST, Aim, Line
from sandbox import Person, Sandbox
from sandbox.telegram.limits import OVERALL_PER_SECOND

READERS = 5_000
WORKDAY = "2026-12-01T10:00+02:00"
BY_DAY = Bot("obhvat", lambda _sandbox, _folder: [sys.executable, "-m", "bench.by_day", WORKDAY], is_ours=True)
NEWS = "Утре срещата е в осем."


async def lines() -> list[Line]:
    async with district.played(READERS + 1, limits=True) as (sandbox, crowd, folder):
        coordinator, *readers = crowd
        await district.fill(folder, readers, coordinator, datetime.fromisoformat(WORKDAY))
        # Its own pace, as it comes out of the box.
        async with running(BY_DAY, sandbox, folder, pace="") as live:
            return await _announced(sandbox, coordinator, readers, live)


async def _announced(sandbox: Sandbox, coordinator: Person, readers: list[Person], live: Running) -> list[Line]:
    for said in ("/announce", NEWS):
        await coordinator.says(said)
        await coordinator.hears()
    await coordinator.taps("Всички в моя район")
    await coordinator.hears()
    before, began = live.processor_s(), time.perf_counter()
    await coordinator.taps("Изпрати")
    assert NEWS in (await readers[0].hears(60)).text
    first = time.perf_counter()
    deadline = time.monotonic() + 3 * READERS / OVERALL_PER_SECOND
    for one in readers[1:]:
        heard = await one.hears(deadline - time.monotonic())
        assert NEWS in heard.text, heard.text
    took = time.perf_counter() - first
    refused = sum(call.status == 429 for call in sandbox.calls)
    twice = sum(len(one.chat) > 1 for one in readers)
    pace = READERS / took / OVERALL_PER_SECOND * 100
    return [
        Line("from the tap on Send until the first one reads it (s)", first - began),
        Line(f"a broadcast to {READERS:,}, of the pace that the messenger allows (%)", pace, None, Aim(AT_LEAST, 97)),
        Line("refused meanwhile with 429", refused, None, Aim(AT_MOST, 0)),
        Line("told something else or twice", twice, None, Aim(AT_MOST, 0)),
        Line("processor time per message of it (ms)", (live.processor_s() - before) * 1000 / READERS),
    ]

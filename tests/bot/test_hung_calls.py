"""More calls hang than the process has connections: everybody else is answered, and the operator is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sandbox import Fault, Sandbox
from tests.bot.test_watchdog import looks, operated

CONNECTIONS = 100
"""Of one aiohttp session."""


async def test_taps_whose_acknowledgements_hang_hold_up_neither_answers_nor_alarms(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        tapping, mila = await world.person("Боян"), await world.person("Мила")
        await world.settled()
        sandbox.faults.add(Fault("answerCallbackQuery", kind="hang", seconds=30, times=CONNECTIONS + 20))
        message = tapping.last
        for _ in range(CONNECTIONS + 20):
            await tapping.taps_data("go.menu", message)
        await world.settled()
        await mila.says("/menu")
        assert "какво ще правим" in (await mila.hears(10)).text
        world.app.watchdog.limits = replace(world.app.watchdog.limits, disk_free_mb=10**9)
        await looks(world)
        assert "disk" in (await operator.hears(10)).text
        assert sandbox.faults.unused()  # the last ones are not even asked yet

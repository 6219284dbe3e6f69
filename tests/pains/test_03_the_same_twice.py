"""Pain 3: the same update processed twice, two reports (courier #225, #23; openclaw #739; telegram-bot-api #341)."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from tests.faults.conftest import House
from tests.faults.conftest import house as house

pytestmark = pytest.mark.kill


async def test_every_update_comes_again_at_once_later_after_a_restart_and_after_two_days(house: House) -> None:
    mila = house.mila.person
    updates: list[dict[str, Any]] = []

    async def twice(act: Awaitable[object]) -> None:
        await act
        updates.append(dict(house.sandbox.world.pending[-1]))
        house.sandbox.world.inject(dict(updates[-1]))

    async def again() -> None:
        for update in updates:
            house.sandbox.world.inject(dict(update))
        await house.settled()

    async with house.bot():
        await twice(mila.says("1 никой"))
        review = await mila.hears()
        await twice(mila.taps("Запази", review))
        assert "Записано. Доклад № 1" in (await mila.hears()).text
        await house.settled()
        seen = [(one.id, one.text) for one in mila.chat]
        house.sandbox.world.clock.move(timedelta(seconds=6))
        await again()
    for later in (timedelta(0), timedelta(hours=48)):
        house.sandbox.world.clock.move(later)
        async with house.bot():
            await again()
    assert house.rows("SELECT count(*) FROM visit") == house.rows("SELECT count(*) FROM visit_version") == [(1,)]
    assert house.rows("SELECT count(*) FROM inbox") == [(2,)]
    assert [(one.id, one.text) for one in mila.chat][: len(seen)] == seen
    assert not [one for one in mila.chat[len(seen) :] if "Прегледайте" in one.text or "Записано" in one.text]

"""Pain 6: albums and attachments lost or merged (python-telegram-bot #1529, #2894; central-backend #299)."""

from __future__ import annotations

from datetime import timedelta

from sandbox import Fault
from storage.database import Tx, to_micros
from tests.bot.conftest import World
from tests.bot.conftest import sandbox as sandbox
from tests.bot.conftest import world as world


async def test_of_an_album_with_two_equal_photos_each_is_kept_once_and_a_failed_one_is_fetched_again(
    world: World,
) -> None:
    mila = await world.person("Мила")
    files = world.sandbox.world.files
    same, others = files.draw(), [files.draw() for _ in range(3)]
    await mila.says("1 никой")
    await mila.hears()
    world.sandbox.faults.add(Fault("file", kind="disconnect"))
    await mila.shows_photos([same, same, *others])
    # What is told is what is kept: the two that are equal are one.
    while "Снимки: 4\n" not in (told := await mila.hears()).text:
        continue
    await mila.taps("Запази", told)
    assert "Записано" in (await mila.hears()).text

    async def kept(tx: Tx) -> bool:
        waiting = await tx.rows("SELECT not_before FROM media WHERE state = 'waiting'")
        if any(row["not_before"] > to_micros(world.app.now()) for row in waiting):
            world.sandbox.world.clock.move(timedelta(minutes=1))
        return not waiting

    await world.until(kept)
    async with world.app.database.reading() as tx:
        rows = await tx.rows("SELECT stored_as FROM media")
    assert len(rows) == len({row["stored_as"] for row in rows}) == 4
    assert world.sandbox.faults.unused() == []

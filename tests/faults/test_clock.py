"""The machine's clock jumps: nobody waits for an hour that has been before, and nothing is told twice."""

from __future__ import annotations

from datetime import timedelta

from casework.records import MUNICIPAL
from sandbox import Fault
from storage.database import Tx
from tests.bot.conftest import World
from tests.bot.conftest import sandbox as sandbox
from tests.bot.conftest import world as world

HOUR = timedelta(hours=1)


async def test_what_waits_when_the_clock_is_put_back_goes_out_at_once(world: World) -> None:
    mila = await world.person("Мила")
    await world.settled()
    world.sandbox.faults.add(Fault("sendMessage", mila.id, "500"))

    async def tried(tx: Tx) -> bool:
        row = await tx.one("SELECT count(*) AS n FROM outbox WHERE state = 'waiting' AND tries > 0")
        return bool(row["n"])

    await mila.says("1 никой")
    await world.until(tried)
    world.sandbox.world.clock.move(-HOUR)
    await world.app.awake.beat()
    assert "Прегледайте" in (await mila.hears(10)).text
    await mila.taps("Запази")
    assert "Записано" in (await mila.hears()).text


async def test_the_alarm_goes_on_by_itself_when_the_clock_is_put_back(world: World) -> None:
    kolyo, clock = await world.person("Кольо", MUNICIPAL, "Бяла"), world.sandbox.world.clock
    mila = await world.person("Мила")
    await mila.says("1 никой")
    await mila.hears()
    await mila.taps("Запази")
    await mila.hears()
    world.app.schedule.ring_seconds = 0.1
    await world.rung()
    kolyo.forget()
    # Nobody is told of these: not the world's people, not the bot.
    clock.offset -= HOUR
    clock.offset += HOUR + timedelta(hours=7, minutes=45)
    assert (await kolyo.hears()).text.startswith("Обхват, 24.11.2026 г.")


async def test_a_summary_told_three_days_too_early_is_told_on_its_day_and_no_other_twice(world: World) -> None:
    mila = await world.person("Мила")
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    await mila.says("1 никой")
    await mila.hears()
    await mila.taps("Запази")
    await mila.hears()
    world.move_to(0, 17, 31)
    await world.rung()
    for days in (3, -3, 3):
        world.sandbox.world.clock.move(timedelta(days=days))
        await world.app.awake.beat()
        await world.rung()
    heads = [one.text.partition("\n")[0] for one in kolyo.chat if one.text.startswith("Обхват, ")]
    assert heads[0] == "Обхват, 24.11.2026 г."
    # The week's was told by a clock that was wrong, and again on its own day.
    assert [heads.count(head) for head in dict.fromkeys(heads)] == [1, 2]

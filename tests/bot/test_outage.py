"""After an outage coordinators are told once, by day, what was caught up, what came late and what may be lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework.records import MUNICIPAL, REGIONAL
from sandbox import Fault, Person, Sandbox, ViberPhone
from storage import life
from storage.database import Tx
from tests.bot.conftest import World, living
from tests.bot.test_aside import failed_for_good, nonsense
from tests.bot.viber import joins, on_viber, says, taps

NONE_LOST = "Нито едно съобщение не е изгубено."
QUICK = "[schedule]\ncharts = false"
"""Without pictures, each of which takes a second to draw."""
MANY = 10_000
"""Calls that fail: as many as are made until somebody mends it."""


async def full_already(_app: Any) -> None:
    """What an earlier life has filled."""


def reports(someone: Person | ViberPhone) -> list[str]:
    texts = [message.text for message in someone.chat if message.from_bot]
    return [text for text in texts if text.startswith(("Не работех", "Нямах връзка"))]


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


async def looks(world: World, days: int, hour: int, minute: int = 0) -> None:
    world.move_to(days, hour, minute)
    await world.rung()


async def beats(world: World) -> None:
    """The bot keeps the time each minute; here a day passes in a moment."""
    await world.settled()
    async with world.app.database.transaction() as tx:
        await life.awake(tx, world.app.now())


def fails(channel: str) -> Callable[[Tx], Awaitable[bool]]:
    async def failed(tx: Tx) -> bool:
        sql = "SELECT 1 FROM outbox WHERE state = 'waiting' AND tries > 0 AND channel = :channel"
        return bool(await tx.rows(sql, channel=channel))

    return failed


def is_back(channel: str) -> Callable[[Tx], Awaitable[bool]]:
    async def back(tx: Tx) -> bool:
        sql = "SELECT 1 FROM outage WHERE until IS NOT NULL AND channel = :channel"
        return bool(await tx.rows(sql, channel=channel))

    return back


@asynccontextmanager
async def alive_again(world: World) -> AsyncIterator[World]:
    async with living(world.sandbox, world.folder, QUICK, fill=full_already) as again:
        await again.app.schedule.rung.wait()
        await again.settled()
        yield again


async def reported(mila: Person, text: str = "14 никой") -> None:
    await mila.says(text)
    await mila.hears()
    await mila.taps("Запази")
    assert "Записано" in (await mila.hears()).text


@pytest.fixture
async def stopped(sandbox: Sandbox, tmp_path: Path) -> tuple[World, Person, Person, Person]:
    """Кольо, Рени and Мила, whose bot was stopped on a Tuesday at five in the afternoon."""
    async with living(sandbox, tmp_path, QUICK) as world:
        kolyo, reni = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Рени", REGIONAL)
        mila = await world.person("Мила")
        await reported(mila)
        world.move_to(0, 17)
        await beats(world)
    return world, kolyo, reni, mila


Stopped = tuple[World, Person, Person, Person]


async def test_what_happened_in_the_evening_is_told_in_the_morning_and_once(stopped: Stopped) -> None:
    world, kolyo, reni, mila = stopped
    world.move_to(0, 18)
    for text in ("15 никой", "/cases", "/menu"):
        await mila.says(text)
    world.move_to(0, 21)
    async with alive_again(world) as again:
        await looks(again, 0, 21, 30)
        assert reports(kolyo) == reports(reni) == []
        await looks(again, 1, 8, 31)
        assert reports(kolyo) == [
            "Не работех от 24.11, 17:00 до 24.11, 21:00 ч.\n\n"
            "3 съобщения, изпратени междувременно, получиха отговор (1 човек).\n"
            "1 обобщение или известие дойде с 15 часа 1 минута по-късно.\n"
            f"{NONE_LOST}"
        ]
        assert "2 обобщения и известия дойдоха по-късно, най-много с 15 часа 1 минута." in reports(reni)[0]
        for days, hour in ((0, 9), (0, 16), (1, 9)):
            await looks(again, days, hour)
        assert len(reports(kolyo)) == len(reports(reni)) == 1


async def test_what_came_late_is_shown_with_one_tap_to_each_their_own(stopped: Stopped) -> None:
    world, kolyo, reni, mila = stopped
    world.move_to(0, 18)
    async with alive_again(world) as again:
        await looks(again, 1, 8, 31)
        for someone, shown in ((kolyo, ["Кольо"]), (reni, ["Кольо", "Рени"])):
            someone.forget()
            await someone.taps_data("go.outage_below.1")
            lines = (await someone.hears()).text.splitlines()
            assert lines == ["Какво закъсня:", *(f"• {who}: обобщението, с 30 минути" for who in shown)]
        for someone, number in ((mila, 1), (reni, 7)):
            await someone.taps_data(f"go.outage_below.{number}")
            assert (await someone.hears()).text == "Нищо не закъсня."


async def test_several_short_outages_of_a_night_are_one_report(stopped: Stopped) -> None:
    world, kolyo, _reni, mila = stopped
    for hour, text in ((19, "15 никой"), (21, "16 никой"), (23, "/cases")):
        world.move_to(0, hour)
        await mila.says(text)
        world.move_to(0, hour, 20)
        async with alive_again(world) as again:
            again.move_to(0, hour, 40)
            await beats(again)
    async with alive_again(world) as again:
        await looks(again, 1, 8, 31)
        [told] = reports(kolyo)
        assert told.splitlines()[:5] == [
            "Не работех от 24.11, 17:00 до 24.11, 19:20 ч.",
            "Не работех от 24.11, 19:40 до 24.11, 21:20 ч.",
            "Не работех от 24.11, 21:40 до 24.11, 23:20 ч.",
            "",
            "3 съобщения, изпратени междувременно, получиха отговор (1 човек).",
        ]


async def test_a_second_outage_of_a_day_is_told_on_the_next(stopped: Stopped) -> None:
    world, _kolyo, reni, _mila = stopped
    world.move_to(1, 8, 40)
    async with alive_again(world) as again:
        await looks(again, 0, 8, 41)
        assert reports(reni) == []  # what waits at a messenger does not come all at once
        await looks(again, 0, 8, 46)
        assert len(reports(reni)) == 1
        await beats(again)
    world.move_to(0, 11)
    async with alive_again(world) as again:
        await looks(again, 0, 12)
        assert len(reports(reni)) == 1
        await looks(again, 1, 8, 31)
        assert reports(reni)[1].startswith("Не работех от 25.11, 08:46 до 25.11, 11:00 ч.")


async def test_a_short_stop_is_no_outage(stopped: Stopped) -> None:
    world, kolyo, reni, mila = stopped
    world.move_to(0, 17, 14)
    await mila.says("/menu")
    async with alive_again(world) as again:
        await looks(again, 1, 8, 31)
        assert reports(kolyo) == reports(reni) == []


async def test_whoever_looks_after_others_hears_nothing_and_the_region_that_nothing_waited(stopped: Stopped) -> None:
    world, _kolyo, reni, _mila = stopped
    async with alive_again(world) as again:
        other = await again.person("Вяра", MUNICIPAL, "Русе")
        again.move_to(0, 17, 40)
        await beats(again)
    world.move_to(0, 23)
    async with alive_again(world) as again:
        await looks(again, 1, 8, 31)
        assert reports(other) == []
        assert reports(reni) == [
            "Не работех от 24.11, 17:40 до 24.11, 23:00 ч.\n\n"
            f"Междувременно не е чакало нито едно съобщение.\n{NONE_LOST}"
        ]


async def test_nobody_is_told_while_something_waits_and_what_is_set_aside_is_counted(stopped: Stopped) -> None:
    world, kolyo, _reni, mila = stopped
    world.move_to(1, 9)
    await mila.says("/menu")
    world.sandbox.world.inject(nonsense(mila.id))
    world.move_to(1, 9, 30)
    async with living(world.sandbox, world.folder, QUICK, fill=full_already) as again:

        async def tried(tx: Tx) -> bool:
            return bool(await tx.rows("SELECT 1 FROM inbox WHERE tries > 0"))

        await again.until(tried)
        async with again.app.database.transaction() as tx:  # it fails again and again, and always has another try
            await tx.run("UPDATE inbox SET tries = -9, not_before = 9e15 WHERE tries > 0")
        again.move_to(0, 9, 40)
        await again.app.schedule.ring()
        assert reports(kolyo) == []
        async with again.app.database.transaction() as tx:
            await tx.run("UPDATE inbox SET tries = 1, not_before = 0 WHERE tries < 0")
        again.app.wake()
        await failed_for_good(again)
        await looks(again, 0, 9, 50)
        [told] = reports(kolyo)
        assert "1 съобщение, изпратено междувременно, получи отговор (1 човек).\n1 съобщение още не може" in told
        assert kolyo.last.labels == ["Какво закъсня", "Отложени съобщения", "Меню"]


async def test_updates_that_telegram_kept_no_longer_are_counted_by_their_numbers(stopped: Stopped) -> None:
    world, kolyo, reni, mila = stopped
    for text in ("15 никой", "16 никой"):
        await mila.says(text)
    world.sandbox.world.updates.drop_all()
    world.move_to(1, 18)
    await mila.says("/menu")
    async with alive_again(world) as again:
        assert any(message.text.startswith("Нямаше ме от ") for message in mila.chat)
        await looks(again, 1, 8, 31)
        assert reports(kolyo)[0].splitlines()[2:] == [
            "1 съобщение, изпратено междувременно, получи отговор (1 човек).",
            "1 обобщение или известие дойде с 30 минути по-късно.",
            "2 съобщения от Telegram са изгубени; не може да се каже чии са.",
            "2 души, които пишеха тогава, бяха помолени да изпратят отново останалото без отговор.",
        ]
        assert "3 души, които пишеха тогава" in reports(reni)[0]


async def test_what_telegram_kept_to_the_last_number_is_not_lost_however_long_it_took(stopped: Stopped) -> None:
    world, kolyo, _reni, mila = stopped
    world.move_to(1, 18)
    await mila.says("/menu")
    async with alive_again(world) as again:
        await looks(again, 1, 8, 31)
        assert NONE_LOST in reports(kolyo)[0]


async def test_a_messenger_that_is_away_is_an_outage_of_its_own(world: World) -> None:
    kolyo, reni = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Рени", REGIONAL)
    mila = await world.person("Мила")
    await reported(mila)
    world.move_to(0, 16)
    await world.settled()
    world.sandbox.faults.add(Fault("*", kind="500", times=MANY))
    await mila.says("/cases")  # is taken by the call that waits, and not answered

    await world.until(fails("telegram"))
    world.move_to(0, 17)
    await mila.says("/menu")
    world.move_to(0, 17, 31)
    await world.app.schedule.ring()
    world.move_to(0, 19)
    world.sandbox.faults.clear()

    await world.until(is_back("telegram"))
    world.move_to(0, 19, 6)
    await world.settled()
    await looks(world, 1, 8, 31)
    [told] = reports(kolyo)
    assert told.startswith("Нямах връзка с Telegram от 24.11, 16:00 до 24.11, 19:00 ч.\n\n1 съобщение, изпратено")
    assert "\n1 обобщение или известие дойде с 1 час " in told
    assert told.endswith(NONE_LOST)
    kolyo.forget()
    await kolyo.taps_data("go.outage_below.1")
    assert (await kolyo.hears()).text.startswith("Какво закъсня:\n• Кольо: обобщението, с 1 час ")
    assert len(reports(reni)) == 1


async def test_one_messenger_of_two_may_be_away(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        reni, mila = await world.person("Рени", REGIONAL), await world.person("Мила")
        vera = await joins(world, "Вера")
        await world.settled()
        sandbox.faults.add(Fault("send_message", kind="500", times=MANY))
        await vera.says("/cases")
        await world.until(fails("viber"))
        world.move_to(0, 11, 30)
        await mila.says("/cases")
        assert "Моите случаи" in (await mila.hears()).text
        sandbox.faults.clear()
        world.move_to(0, 11, 40)
        await world.until(is_back("viber"))
        await looks(world, 0, 11, 46)
        [told] = reports(reni)
        assert told.startswith("Нямах връзка с Viber от 24.11, 10:00 до 24.11, 11:40 ч.")
        assert "Viber не пази съобщенията толкова дълго: там може нещо да се е изгубило." in told
        assert told.endswith("1 човек, който пишеше тогава, беше помолен да изпрати отново останалото без отговор.")
        assert "Нямаше ме от " in str([message.text for message in vera.chat])
        assert "Нямаше ме от " not in str([message.text for message in mila.chat])


async def test_an_outage_of_a_messenger_outlives_the_bot(sandbox: Sandbox, tmp_path: Path) -> None:
    async with living(sandbox, tmp_path, QUICK) as world:
        reni, mila = await world.person("Рени", REGIONAL), await world.person("Мила")
        await world.settled()
        sandbox.faults.add(Fault("*", kind="500", times=MANY))
        await mila.says("/cases")
        await world.until(fails("telegram"))
        world.move_to(0, 10, 30)
        await world.app.awake.beat()
    async with living(sandbox, tmp_path, QUICK, fill=full_already) as again:
        again.move_to(0, 11)
        sandbox.faults.clear()
        await again.until(is_back("telegram"))
        await looks(again, 0, 11, 6)
        assert reports(reni)[0].startswith("Нямах връзка с Telegram от 24.11, 10:00 до 24.11, 11:00 ч.")


async def test_on_viber_the_report_comes_in_the_own_chat_with_its_buttons(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path) as world:
        kolyo = await joins(world, "Кольо", MUNICIPAL, "Бяла")
        mila = await joins(world, "Мила")
        await says(mila, "14 никой")
        await taps(mila, "Запази")
        world.move_to(0, 17)
        await beats(world)
    world.move_to(0, 17, 40)
    await mila.says("/menu")
    async with on_viber(sandbox, tmp_path, fill=full_already) as again:
        await again.settled()
        await looks(again, 1, 8, 31)
        await says(kolyo, "/menu")  # a report is not worth money: it has waited until its reader writes
        await again.settled()
        [told] = reports(kolyo)
        assert "1 съобщение, изпратено междувременно, получи отговор (1 човек)." in told
        assert told.endswith(NONE_LOST)

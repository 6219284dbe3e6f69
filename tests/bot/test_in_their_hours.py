"""What can wait comes in its reader's own hours, days and zone; what waited comes in one message, once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from casework.records import INSTITUTION, MUNICIPAL
from handlers.engine.scene import Message
from handlers.engine.views import Button, View
from handlers.menu import MENU
from sandbox import Fault, Person, Sandbox
from storage import hours, people
from storage.outbox import NOTICE
from tests.bot.conftest import World, living
from tests.bot.test_absent import goes_away, heard
from tests.bot.test_announcing import does, writes
from tests.bot.test_one_person import linked
from tests.bot.viber import on_viber, rows

NEW_YORK = ZoneInfo("America/New_York")


async def tell(world: World, *texts: str, to: int = 1, urgent: bool = False) -> None:
    async with world.app.database.transaction() as tx:
        for text in texts:
            view = View((text,), ((Button("Отвори", "1", "card"),), (MENU,)))
            told = Message(view, replaces=False, to=to, urgent=urgent)
            await world.app.teller.notify(tx, told, world.app.now(), NOTICE)


def said(someone: Person, since: int) -> list[str]:
    return [one.text for one in someone.chat if one.from_bot][since:]


async def pauses(someone: Person, day: str) -> None:
    await writes(someone, "/settings")
    await does(someone, "Пауза")
    await writes(someone, day)


async def test_by_night_only_what_is_urgent_comes_and_the_rest_in_the_morning(world: World) -> None:
    mila = await world.person("Мила")
    before = heard(mila)
    world.move_to(0, 20)
    await tell(world, "може да почака")
    await tell(world, "спешно", urgent=True)
    await world.rung()
    assert said(mila, before) == ["спешно"]
    world.move_to(1, 7, 29)
    await world.rung()
    assert heard(mila) == before + 1
    world.move_to(0, 7, 30)
    await world.rung()
    assert said(mila, before) == ["спешно", "може да почака"]


async def test_over_a_weekend_what_waited_comes_as_one_with_the_ways_of_all(world: World) -> None:
    mila = await world.person("Мила")
    before = heard(mila)
    world.move_to(4, 10)
    await tell(world, "първо", "второ", "трето")
    world.move_to(1, 10)
    await world.rung()
    assert heard(mila) == before
    world.move_to(1, 7, 30)
    await world.rung()
    [one] = said(mila, before)
    assert one == "3 съобщения Ви чакаха.\n\nпърво\n\nвторо\n\nтрето"
    assert mila.last.labels == ["Отвори", "Отвори", "Отвори", "Меню"]
    await world.rung()
    assert heard(mila) == before + 1


async def test_what_was_taken_back_meanwhile_does_not_come(world: World) -> None:
    mila = await world.person("Мила")
    before = heard(mila)
    world.move_to(0, 21)
    await tell(world, "първо", "второ", "трето")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE outbox SET state = 'cancelled' WHERE payload LIKE '%второ%'")
    world.move_to(1, 8)
    await world.rung()
    assert said(mila, before) == ["2 съобщения Ви чакаха.\n\nпърво\n\nтрето"]


async def test_on_two_messengers_it_comes_once_and_on_the_other_if_the_first_is_lost(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        mila, phone = await linked(world)
        await world.settled()
        before, seen = heard(mila), len(phone.chat)
        world.move_to(0, 21)
        await tell(world, "първо", "второ")
        world.move_to(1, 8)
        await world.rung()
        assert said(mila, before) == ["2 съобщения Ви чакаха.\n\nпърво\n\nвторо"]
        assert len(phone.chat) == seen
        world.move_to(0, 21)
        await tell(world, "трето", "четвърто")
        sandbox.faults.add(Fault("sendMessage", mila.id, "403"))
        world.move_to(1, 8)
        await world.rung()
        assert [one.text for one in phone.chat[seen:]] == ["2 съобщения Ви чакаха.\n\nтрето\n\nчетвърто"]
        assert await rows(world, "SELECT 1 FROM outbox WHERE state IN ('waiting', 'held', 'spare')") == []


async def test_what_stands_ready_for_the_other_messenger_moves_with_the_hours(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path, telegram=True) as world:
        mila, phone = await linked(world)
        await pauses(mila, "1.12")
        await tell(world, "чака")
        waits = "SELECT DISTINCT not_before FROM outbox WHERE hushed > 0 AND state IN ('waiting', 'spare')"
        assert len(await rows(world, "SELECT 1 FROM outbox WHERE hushed > 0")) == 2
        [moment] = await rows(world, waits)
        back = datetime(2026, 12, 1, 7, 30, tzinfo=world.app.work.zone)
        assert moment["not_before"] == back.timestamp() * 1e6
        await writes(mila, "/settings")
        await does(mila, "Часове", "10:00", "18:00")
        [moment] = await rows(world, waits)
        assert moment["not_before"] == back.replace(hour=10, minute=0).timestamp() * 1e6
        sandbox.faults.add(Fault("sendMessage", mila.id, "403"))
        seen = len(phone.chat)
        await mila.taps("Край на паузата")
        await world.rung()
        assert [one.text for one in phone.chat[seen:]] == ["чака"]


async def test_an_absence_that_ends_early_leaves_a_pause_as_it_is(world: World) -> None:
    mila = await world.person("Мила")
    await pauses(mila, "27.11")
    await goes_away(mila, "30.11")
    await tell(world, "чака")
    await does(mila, "Меню", "Върнах се")
    await world.rung()
    assert "чака" not in said(mila, 0)
    world.move_to(3, 7, 30)
    await world.rung()
    assert said(mila, 0)[-1] == "чака"


async def test_a_pause_that_ends_early_leaves_an_absence_as_it_is(world: World) -> None:
    mila = await world.person("Мила")
    await goes_away(mila, "27.11")
    await pauses(mila, "26.11")
    await tell(world, "чака")
    await does(mila, "Край на паузата")
    await world.rung()
    world.move_to(3, 12)
    await world.rung()
    assert "чака" not in said(mila, 0)
    world.move_to(3, 8)
    await world.rung()
    assert "чака" in said(mila, 0)


async def test_what_was_to_go_when_the_bot_was_stopped_does_not_come_by_night(sandbox: Sandbox, tmp_path: Path) -> None:
    async with living(sandbox, tmp_path) as world:
        mila = await world.person("Мила")
        before = heard(mila)
        sandbox.faults.add(Fault("sendMessage", mila.id, "500", times=3))
        await tell(world, "първо", "второ")
        await mila.quiet(0.1)
    sandbox.faults.clear()
    sandbox.world.clock.move(timedelta(hours=13))

    async def nothing(_app: object) -> None:
        pass

    async with living(sandbox, tmp_path, fill=nothing) as world:
        await world.rung()
        assert said(mila, before) == []
        world.move_to(1, 8)
        await world.rung()
        assert said(mila, before) == ["2 съобщения Ви чакаха.\n\nпърво\n\nвторо"]


async def test_of_whoever_left_nothing_is_told(world: World) -> None:
    mila = await world.person("Мила")
    before = heard(mila)
    world.move_to(0, 21)
    await tell(world, "чака")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0")
    world.move_to(1, 9)
    await world.rung()
    assert heard(mila) == before
    assert await rows(world, "SELECT 1 FROM outbox WHERE state = 'waiting'") == []


async def test_a_digest_comes_at_the_hour_of_the_readers_own_zone(world: World) -> None:
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    async with world.app.database.transaction() as tx:
        await hours.set_zone(tx, 1, "America/New_York", world.app.now())
        await tx.run("UPDATE child_case SET due_on = '2026-11-20'")
    clock = world.sandbox.world.clock
    for at, count in ((time(17, 29), 0), (time(17, 31), 1)):
        clock.move_to(datetime.combine(date(2026, 11, 24), at, NEW_YORK))
        await world.rung()
        assert sum(one.text.startswith("Обхват, 24.11") for one in kolyo.chat) == count
    kolyo.forget()
    assert "17:31" in (await writes(kolyo, "/settings")).text


async def test_the_digest_at_once_is_that_of_the_day_and_comes_only_if_there_is_something(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL")
    await writes(kolyo, "/settings")
    assert "Засега няма нищо ново.\nСледващото идва днес" in (await does(kolyo, "Обобщение сега")).text
    await writes(mila, "14 никой")
    await does(mila, "Запази")
    await writes(kolyo, "/settings")
    assert "Посещения: 1" in (await does(kolyo, "Обобщение сега")).text
    await world.settled()
    before = heard(kolyo)
    world.move_to(0, 17, 31)
    await world.rung()
    assert heard(kolyo) == before
    await writes(mila, "15 никой")
    await does(mila, "Запази")
    kolyo.forget()
    await writes(kolyo, "/settings")
    assert "Посещения: 1" in (await does(kolyo, "Обобщение сега")).text
    await world.settled()
    world.move_to(1, 17, 31)
    await world.rung()
    assert any("Посещения: 1" in one for one in said(kolyo, before + 3))


async def test_a_pause_is_covered_by_the_next_digest(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    await pauses(kolyo, "27.11")
    before = heard(kolyo)
    await writes(mila, "14 никой")
    await does(mila, "Запази")
    for days in (0, 1, 1):
        world.move_to(days, 18)
        await world.rung()
    assert heard(kolyo) == before
    world.move_to(1, 7, 31)
    await world.rung()
    assert heard(kolyo) == before
    world.move_to(0, 17, 31)
    await world.rung()
    [digest] = [one for one in said(kolyo, before) if one.startswith("Обхват, седмицата 23.11 – 27.11")]
    assert "От предишното обобщение: 1 посещение" in digest
    assert "закъсняло" not in digest


async def test_what_falls_due_on_a_day_that_is_not_theirs_is_told_to_the_next_in_turn(world: World) -> None:
    world.to_a_working_day(7)
    lidia, mila = await world.person("Лидия", "leader"), await world.person("Мила")
    await writes(mila, "14 никой")
    await does(mila, "Запази")
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = NULL WHERE running <> 14")
        await tx.run("UPDATE child_case SET due_on = :today WHERE running = 14", today=world.today().isoformat())
        # All days but the one that it is: a Wednesday.
        await hours.set_days(tx, 2, (0, 1, 3, 4), world.app.now(), on_holidays=False)
    before = heard(mila)
    world.move_to(0, 9)
    await world.rung()
    assert heard(mila) == before
    assert "1 посещение е за днес:\n• Бяла: БЯ-014" in said(lidia, 0)


async def test_people_of_a_school_hear_in_the_vacation_only_what_cannot_wait(world: World) -> None:
    director = await world.person("Диана", INSTITUTION, "Бяла", "I10")
    police = await world.person("Павел", INSTITUTION, "Бяла", "I50")
    world.sandbox.world.clock.move_to(datetime(2026, 12, 29, 10, tzinfo=world.app.work.zone))
    told, other = heard(director), heard(police)
    for to in (1, 2):
        await tell(world, "първо", to=to)
        await tell(world, "второ", to=to)
    await tell(world, "спешно", urgent=True)
    await world.rung()
    assert said(director, told) == ["спешно"]
    assert said(police, other) == ["първо", "второ"]
    world.sandbox.world.clock.move_to(datetime(2027, 1, 4, 7, 30, tzinfo=world.app.work.zone))
    await world.rung()
    assert said(director, told)[1:] == ["2 съобщения Ви чакаха.\n\nпърво\n\nвторо"]


async def test_a_pause_ends_on_the_readers_own_midnight(world: World) -> None:
    mila = await world.person("Мила")
    async with world.app.database.transaction() as tx:
        await hours.set_zone(tx, 1, "America/New_York", world.app.now())
    await pauses(mila, "26.11")
    clock = world.sandbox.world.clock
    for hour, ended in ((time(23, 59), False), (time(0, 1), True)):
        day = date(2026, 11, 26) if ended else date(2026, 11, 25)
        clock.move_to(datetime.combine(day, hour, NEW_YORK))
        await world.rung()
        async with world.app.database.reading() as tx:
            me = await people.get(tx, 1)
        assert me is not None
        assert (me.paused_until is None) is ended

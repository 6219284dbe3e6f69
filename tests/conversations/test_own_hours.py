"""When somebody wants to be told something, as they say it in the chat."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from casework.records import GOVERNOR, Person
from handlers.engine.replies import Tapped
from storage import people
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import NOW, TODAY, Chat, Joining, joins


async def kept(database: Database, name: str) -> Person:
    async with database.reading() as tx:
        row = await tx.one("SELECT id FROM person WHERE name LIKE :name", name=f"{name}%")
        found = await people.get(tx, row["id"])
    assert found is not None
    return found


async def test_hours_days_and_zone_are_kept(database: Database, mila: Chat) -> None:
    await mila.says("/settings")
    await mila.taps("Часове", "10:00")
    assert mila.labels == ["13:00", "16:00", "17:00", "18:00", "20:00", "21:00"]
    assert "поне един час след 10:00" in await mila.says("10:59")
    await mila.says("11:00")
    await mila.taps("Настройки", "Дни", "Неделя", "Събота", "Понеделник", "Петък", "Четвъртък", "Готово")
    assert mila.text.startswith("Дни: пн, чт, пт, сб, нд\n")
    await mila.taps("Настройки", "Часова зона", "Лондон")
    assert mila.text.startswith("Часова зона: Лондон, там е 09:00 ч.")
    hours = (await kept(database, "Мила")).hours
    assert (hours.begin, hours.end, hours.days) == (time(10), time(11), (0, 3, 4, 5, 6))
    assert (hours.zone, hours.on_holidays) == ("Europe/London", False)
    await mila.says("/settings")
    await mila.taps("Дни", "И по празници", "Готово")
    assert mila.text.startswith("Дни: работните, и по празници\n")
    hours = (await kept(database, "Мила")).hours
    assert (hours.days, hours.on_holidays) == (None, True)


@pytest.mark.parametrize(
    ("typed", "zone", "shown"),
    [
        ("New York", "America/New_York", "Ню Йорк"),
        ("europe/paris", "Europe/Paris", "Paris"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires", "Buenos Aires"),
    ],
)
async def test_another_city_may_be_typed(database: Database, mila: Chat, typed: str, zone: str, shown: str) -> None:
    await mila.says("/settings")
    await mila.taps("Часова зона")
    assert f"Часова зона: {shown}, " in await mila.says(typed)
    assert (await kept(database, "Мила")).hours.zone == zone


async def test_today_and_tomorrow_are_those_of_the_reader(database: Database, mila: Chat) -> None:
    async with database.transaction() as tx:
        await tx.run("UPDATE person SET zone = 'Pacific/Kiritimati', paused_until = '2026-11-25'")
    await mila.says("/settings")
    assert "там е 23:00 ч." in mila.text


async def test_a_pause_shows_in_the_menu_and_ends_by_a_tap(database: Database, mila: Chat) -> None:
    await mila.says("/settings")
    await mila.taps("Пауза", "пн, 30.11" if "пн, 30.11" in mila.labels else "чт, 26.11")
    assert mila.labels[-1] == "Край на паузата"
    assert "На пауза сте. Пак ще Ви пиша чт, 26.11." in mila.text
    paused = await kept(database, "Мила")
    assert paused.paused_until == date(2026, 11, 26)
    assert paused.told_from == datetime(2026, 11, 25, 22, tzinfo=UTC)
    old = mila.button("Край на паузата")
    await mila.taps("Край на паузата")
    assert mila.text.startswith("Пак Ви пиша.")
    assert "Край на паузата" not in mila.labels
    assert await mila.sends(old) == "Не сте на пауза.\n\nМила, какво ще правим?"
    ended = await kept(database, "Мила")
    assert (ended.paused_until, ended.told_from) == (None, NOW)


async def test_people_of_institutions_and_readers_may_pause_too(database: Database, somebody: Joining) -> None:
    async with database.transaction() as tx:
        await joins(tx, "ana", Invitation(GOVERNOR, None, "", "Ана"))
    for chat in (await somebody("sonya", "Соня", "I10"), Chat(database, "ana")):
        await chat.says("/settings")
        await chat.taps("Пауза")
        await chat.says("27.11")
        assert "На пауза сте." in chat.text
        await chat.taps("Край на паузата")
        assert chat.text.startswith("Пак Ви пиша.")
        await chat.says("/settings")
        await chat.taps("Часове", "09:00", "17:00")
        assert chat.text.startswith("Ще Ви пиша от 09:00 до 17:00 ч.")


async def test_the_digest_at_once_is_a_coordinators(mila: Chat) -> None:
    assert (await mila.sends(Tapped("go", "digest_now", ""))).startswith("Обобщението е за координаторите.")


async def test_with_nothing_to_tell_the_digest_says_when_it_comes(kolyo: Chat) -> None:
    await kolyo.says("/settings")
    assert await kolyo.taps("Обобщение сега") == "Засега няма нищо ново.\nСледващото идва днес, 24.11 в 17:30 ч."


async def test_whoever_has_had_it_today_is_told_that_the_next_comes_tomorrow(kolyo: Chat, mila: Chat) -> None:
    await mila.says("14 никой")
    await mila.taps("Запази")
    kolyo.now = NOW + timedelta(hours=1)
    await kolyo.says("/settings")
    assert "Посещения: 1" in await kolyo.taps("Обобщение сега")
    kolyo.now = NOW + timedelta(hours=2)
    await kolyo.says("/settings")
    assert await kolyo.taps("Обобщение сега") == "Засега няма нищо ново.\nСледващото идва утре, 25.11 в 17:30 ч."
    await kolyo.says("/hour")
    assert "следващото – утре, 25.11" in await kolyo.taps("18:30")
    assert TODAY.isoformat() == "2026-11-24"

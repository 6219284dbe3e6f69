"""What one says to an alert: it is kept once, within its limits, and only as long as the step is the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from casework import calendar
from casework.records import Case
from handlers.engine.replies import Tapped
from handlers.engine.scene import Message
from handlers.engine.words import Words
from handlers.morning import alerts
from handlers.morning.respite import NOTHING
from storage import cases
from storage.database import Database
from tests import everybody
from tests.conversations.conftest import NOW, TODAY, WORK, Chat

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
UNCHANGED = Words("bg", TODAY).say(NOTHING)


@pytest.fixture
async def lidia(database: Database) -> Chat:
    """The leader, who has just been told of БЯ-001 and БЯ-002."""
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2027-01-15'")
        await tx.run("UPDATE child_case SET due_on = :day, told_rung = 1 WHERE id < 3", day=YESTERDAY.isoformat())
    assert await told(database) == {"Лидия Колева": ["БЯ-001", "БЯ-002"]}
    return Chat(database, "lidia")


async def morning(database: Database, now: datetime = NOW) -> list[Message]:
    async with database.transaction() as tx:
        return await alerts.morning(tx, WORK, calendar.local_day(now, WORK.zone), now)


async def told(database: Database, days: int = 0) -> dict[str, list[str]]:
    """Who is told of which overdue cases so many days on."""
    messages = await morning(database, NOW + timedelta(days=days))
    async with database.reading() as tx:
        names = {one.id: one.name for one in await everybody.on_duty(tx)}
    return {names[one.to or 0]: numbers(one) for one in messages}


def numbers(one: Message) -> list[str]:
    words = Words("bg", TODAY)
    lines = [words.say(line) for line in one.view.lines]
    return [line[2:8] for line in lines if line.startswith("• БЯ-")]


def pressed(key: str, value: str) -> Tapped:
    return Tapped("go", key, value)


def later(day: date, reason: str = "L50", due_on: date = YESTERDAY) -> Tapped:
    return pressed("later_on", f"1.{due_on}.{day}.{reason}")


async def kept(database: Database, kind: str) -> list[tuple[int, str, bool]]:
    """Case, day, and whether it still counts."""
    async with database.reading() as tx:
        rows = await tx.rows(
            "SELECT case_id, until_on, ended_at FROM respite WHERE kind = :kind ORDER BY id", kind=kind
        )
    return [(row["case_id"], row["until_on"], row["ended_at"] is None) for row in rows]


async def moves(database: Database, number: int, due_on: date) -> None:
    async with database.transaction() as tx:
        me = next(one for one in await everybody.on_duty(tx) if one.name == "Лидия Колева")
        case = await cases.get(tx, me, number)
        assert isinstance(case, Case)
        await cases.owe(tx, me, case, "visit", due_on, NOW)


async def test_knowing_twice_is_knowing_once(lidia: Chat, database: Database) -> None:
    for _twice in range(2):
        assert (await lidia.sends(pressed("know", TODAY.isoformat()))).startswith("Отбелязано: знаете за 2 случая.")
    assert await kept(database, "known") == [(1, str(YESTERDAY), True), (2, str(YESTERDAY), True)]
    assert (await lidia.taps("Върни")).startswith("Върнато.")
    assert [counts for _case, _day, counts in await kept(database, "known")] == [False, False]
    assert await lidia.sends(pressed("unknow", TODAY.isoformat())) == UNCHANGED


@pytest.mark.parametrize("day", [str(YESTERDAY), "", "x", "2026-13-40"])
async def test_a_button_of_another_day_knows_nothing(lidia: Chat, database: Database, day: str) -> None:
    assert await lidia.sends(pressed("know", day)) == UNCHANGED
    assert await kept(database, "known") == []


async def test_what_has_moved_since_is_not_known(lidia: Chat, database: Database) -> None:
    await moves(database, 1, TODAY)
    assert (await lidia.sends(pressed("know", TODAY.isoformat()))).startswith("Отбелязано: знаете за 1 случай.")
    assert [case for case, _day, _counts in await kept(database, "known")] == [2]


async def test_what_is_put_off_is_told_again_on_its_day_and_once(lidia: Chat, database: Database) -> None:
    day = TODAY + timedelta(days=2)
    for _twice in range(2):
        await lidia.sends(later(day))
    assert await kept(database, "later") == [(1, str(day), True)]
    assert await told(database, 1) == {}
    assert await told(database, 2) == {"Лидия Колева": ["БЯ-001"]}
    assert await told(database, 2) == {}
    assert await kept(database, "later") == [(1, str(day), False)]


@pytest.mark.parametrize("day", [TODAY, YESTERDAY, TODAY + timedelta(days=11)])
async def test_it_is_put_off_to_a_later_day_within_the_limit_only(lidia: Chat, database: Database, day: date) -> None:
    assert await lidia.sends(later(day)) == UNCHANGED
    assert await kept(database, "later") == []


NOT_OURS = (
    later(TOMORROW, "L99"), later(TOMORROW, due_on=TODAY), pressed("later", "1"), pressed("later_on", "99.x.y.z"),
    pressed("alert", ""), pressed("mute", "1"),
)  # fmt: skip


@pytest.mark.parametrize("tap", NOT_OURS)
async def test_what_no_button_of_ours_says_changes_nothing(lidia: Chat, database: Database, tap: Tapped) -> None:
    assert await lidia.sends(tap) == UNCHANGED
    assert await kept(database, "later") == await kept(database, "muted") == []


async def test_it_is_put_off_twice_at_most(lidia: Chat, database: Database) -> None:
    await lidia.sends(later(TOMORROW))
    assert await told(database, 1) == {"Лидия Колева": ["БЯ-001"]}
    lidia.now = NOW + timedelta(days=1)
    await lidia.sends(later(TODAY + timedelta(days=2)))
    await told(database, 2)
    lidia.now = NOW + timedelta(days=2)
    assert await lidia.sends(later(TODAY + timedelta(days=3))) == UNCHANGED
    await lidia.sends(pressed("alert", "1"))
    assert "Напомни ми по-късно" not in lidia.labels


async def test_what_is_taken_back_is_spent_by_nobody(lidia: Chat, database: Database) -> None:
    for _time in range(3):
        await lidia.sends(later(TOMORROW))
        assert "отложено 1 път: нямаше транспорт" in lidia.text
        assert (await lidia.taps("Напомняй ми както преди")).startswith("Върнато.")
    assert await lidia.sends(pressed("unlater", f"1.{YESTERDAY}.{TOMORROW}")) == UNCHANGED
    assert await told(database, 1) == {}


async def test_a_case_that_moves_is_told_anew_whatever_was_said(lidia: Chat, database: Database) -> None:
    await lidia.sends(pressed("know", TODAY.isoformat()))
    await lidia.sends(later(TODAY + timedelta(days=3)))
    await moves(database, 1, TODAY)
    assert (await told(database, 1))["Лидия Колева"] == ["БЯ-001"]


async def test_a_muted_case_is_told_above_and_again_when_its_days_are_over(
    lidia: Chat, kolyo: Chat, database: Database
) -> None:
    until = TODAY + timedelta(days=7)
    await lidia.sends(pressed("mute", f"1.{YESTERDAY}.{until}"))
    assert "Няма да Ви напомням за БЯ-001 до" in lidia.text
    await moves(database, 1, TODAY)
    assert await told(database, 1) == {}
    assert (await told(database, 3))["Кольо"] == ["БЯ-002", "БЯ-001"]
    assert await kept(database, "muted") == [(1, str(until), True)]


async def test_what_somebody_above_muted_is_theirs_to_take_back(lidia: Chat, kolyo: Chat, database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET told_rung = 2, due_on = '2026-11-19' WHERE id < 3")
    assert (await told(database))["Кольо"] == ["БЯ-001", "БЯ-002"]
    until = TODAY + timedelta(days=7)
    await kolyo.sends(pressed("mute", f"1.2026-11-19.{until}"))
    await lidia.sends(pressed("card", "1"))
    assert "Казано на Кольо днес, 24.11, без напомняния до" in lidia.text
    assert await lidia.sends(pressed("unmute", f"1.2026-11-19.{until}")) == UNCHANGED
    assert await kept(database, "muted") == [(1, str(until), True)]
    assert (await kolyo.taps("Отново с напомняния")).startswith("Върнато.")
    assert await kept(database, "muted") == [(1, str(until), False)]


async def test_a_member_mutes_nothing(lidia: Chat, mila: Chat, database: Database) -> None:
    assert await mila.sends(pressed("mute", f"1.{YESTERDAY}.{TODAY + timedelta(days=7)}")) == UNCHANGED
    assert await kept(database, "muted") == []
    await mila.sends(pressed("alert", "1"))
    assert not any(label.startswith("Без напомняния") for label in mila.labels)

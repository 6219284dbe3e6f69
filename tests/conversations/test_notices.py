"""Notices: of drafts that go, short however many there are; and the digest, each once a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from casework.escalation import Turn
from casework.records import MUNICIPAL
from handlers.desk import coordinate
from handlers.engine.scene import Message
from handlers.engine.words import Words
from handlers.morning import notices, overdue
from storage import cases, people
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import NOW, TODAY, WORK, joins

LATER = NOW + timedelta(days=7)


async def drafts_end(database: Database) -> list[Message]:
    async with database.transaction() as tx:
        until = LATER.date() + timedelta(days=1)
        return await notices.drafts_end(tx, WORK, LATER.date(), LATER - timedelta(days=6), until, LATER)


async def test_many_drafts_are_one_message_that_shows_eight(mila: Any, database: Database) -> None:
    for number in range(1, 10):
        await mila.says("/menu")
        await mila.says(f"{number} никой")
    [message] = await drafts_end(database)
    lines = [Words("bg", LATER.date()).say(line) for line in message.view.lines]
    assert lines[0] == "Чернова за БЯ-001 ще се изтрие утре, 2.12."
    assert (len(lines), lines[-1]) == (9, "и още 1")
    assert len(message.view.rows) == 9
    assert await drafts_end(database) == []


async def test_a_photo_without_a_case_is_worth_a_notice(mila: Any, database: Database) -> None:
    await mila.shows(1)
    [message] = await drafts_end(database)
    assert Words("bg", TODAY).say(message.view.lines[0]).startswith("Чернова за доклад без избран случай ще се изтрие")


async def test_who_had_a_notice_today_has_the_next_one_tomorrow(mila: Any, database: Database) -> None:
    await mila.says("14 никой")
    await drafts_end(database)
    await mila.says("/menu")
    await mila.says("15 никой")
    async with database.transaction() as tx:
        await tx.run("UPDATE journal SET warned_on = ''")
    assert await drafts_end(database) == []


async def test_the_digest_of_a_day_is_made_once(mila: Any, database: Database) -> None:
    await mila.says("14 никой")
    await mila.taps("Запази")
    async with database.transaction() as tx:
        me = await people.get(tx, await joins(tx, "kolyo", Invitation(MUNICIPAL, None, "Бяла", "Кольо")))
        assert me is not None
        made = [
            await coordinate.make_digest(
                tx, WORK, me, TODAY, NOW - timedelta(days=1), NOW + timedelta(hours=9), late=False, now=NOW
            )
            for _ in range(2)
        ]
    assert [len(messages) for messages in made] == [2, 0]


async def test_all_of_a_morning_is_one_message_whose_ways_lead_on_when_there_is_no_room(
    mila: Any, database: Database
) -> None:
    for number in range(1, 10):
        await mila.says("/menu")
        await mila.says(f"{number} никой")
    async with database.reading() as tx:
        me = await people.get(tx, 1)
        assert me is not None
        listed, _total = await cases.due_first(tx, me, TODAY, offset=0, limit=4)
    drafts = await drafts_end(database)
    due = overdue.told(WORK, [Turn(case, 1, me, 1) for case in listed], TODAY)
    [message] = notices.together([due, *drafts])
    assert (message.to, message.can_wait) == (1, False)
    assert [notices.together([one])[0].can_wait for one in (due, *drafts)] == [False, True]
    assert message.view.lines == (*due.view.lines, "", *drafts[0].view.lines)
    assert message.view.rows[:10] == (*due.view.rows, *drafts[0].view.rows)[:10]
    assert [button.key for button in message.view.rows[10]] == ["cases_below", "drafts", "menu"]
    other = replace(due, to=2)
    assert [one.to for one in notices.together([other, due, *drafts])] == [1, 2]

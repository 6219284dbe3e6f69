"""Who looked at a case, when and as whom: told to the coordinators who see it, from what was recorded then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.records import REGIONAL
from handlers.desk.saw import LISTED
from handlers.engine.replies import Tapped
from storage import people, teams
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import NOW, Chat, Joining, joins
from tests.conversations.referred import reports

NOBODY = "БЯ-014: никой не е гледал името и не е отпечатван формуляр."
SAW = Tapped("go", "saw", "14")


@pytest.fixture
async def region(database: Database) -> Chat:
    async with database.transaction() as tx:
        await joins(tx, "reni", Invitation(REGIONAL, None, "", "Рени"))
    return Chat(database, "reni")


def looked(chat: Chat) -> list[str]:
    """The lines without the one above them."""
    return chat.text.splitlines()[1:]


async def test_nobody_has_looked_yet(kolyo: Chat) -> None:
    assert await kolyo.sends(SAW) == NOBODY


async def test_each_look_says_who_when_and_as_whom(
    mila: Chat, kolyo: Chat, database: Database, somebody: Joining
) -> None:
    yana = await somebody("yana", "Яна Драгнева", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    await mila.sends(Tapped("go", "form", "1"))
    await mila.sends(Tapped("go", "forms", "2026-11-24.all"))
    await mila.sends(Tapped("go", "sheet", "2026-11-24.all"))
    yana.now = NOW + timedelta(hours=1)
    assert "Росица" in await yana.sends(Tapped("go", "name", "14"))
    kolyo.now = NOW + timedelta(days=1)
    await kolyo.sends(Tapped("go", "name", "14"))
    assert (await kolyo.sends(SAW)).startswith("Кой е гледал БЯ-014, най-новото отгоре:\n")
    assert looked(kolyo) == [
        "• днес, 25.11, 11:00 · името · Кольо, координатор, Бяла",
        "• вчера, 24.11, 12:00 · името · Яна Драгнева, като „Община“",
        "• вчера, 24.11, 11:00 · таблицата за деня · Мила Петрова, екип Б-1",
        "• вчера, 24.11, 11:00 · формулярите за деня · Мила Петрова, екип Б-1",
        "• вчера, 24.11, 11:00 · отпечатан формуляр · Мила Петрова, екип Б-1",
    ]


async def test_as_whom_stays_what_it_was(mila: Chat, kolyo: Chat, database: Database) -> None:
    await mila.sends(Tapped("go", "name", "14"))
    async with database.transaction() as tx:
        await teams.put(tx, "Б-2", "Бяла", "")
        other = (await teams.by_name(tx))["б-2"]
        me, _kept = await people.with_journal(tx, "telegram", "mila")
        assert me is not None
        await teams.join(tx, me, me.id, other, NOW)
        await teams.leave(tx, me, me.id, me.teams[0], NOW)
        await people.set_role(tx, me, me.id, "leader", NOW)
        await people.release(tx, me, me.id, NOW)
    await kolyo.sends(SAW)
    assert looked(kolyo) == ["• днес, 24.11, 11:00 · името · Мила Петрова, екип Б-1"]


async def test_what_was_recorded_before_that_is_told_without_it(mila: Chat, kolyo: Chat, database: Database) -> None:
    await mila.sends(Tapped("go", "name", "14"))
    async with database.transaction() as tx:
        await tx.run("UPDATE audit SET detail = '' WHERE what = 'saw the name'")
    await kolyo.sends(SAW)
    assert looked(kolyo) == ["• днес, 24.11, 11:00 · името · Мила Петрова"]


async def test_the_region_and_a_case_without_a_team_are_told_as_such(
    mila: Chat, kolyo: Chat, region: Chat, database: Database
) -> None:
    await region.sends(Tapped("go", "name", "14"))
    await mila.sends(Tapped("go", "name", "14"))
    async with database.transaction() as tx:
        await tx.run("UPDATE audit SET detail = 'as member' WHERE person_id <> (SELECT max(id) FROM person)")
    await kolyo.sends(SAW)
    assert looked(kolyo) == [
        "• днес, 24.11, 11:00 · името · Мила Петрова, член",
        "• днес, 24.11, 11:00 · името · Рени, РУО",
    ]


async def test_the_newest_are_named_and_the_others_counted(mila: Chat, kolyo: Chat) -> None:
    for _ in range(LISTED + 2):
        await mila.sends(Tapped("go", "name", "14"))
    await kolyo.sends(SAW)
    assert len(looked(kolyo)) == LISTED + 1
    assert looked(kolyo)[-1] == "и още 2"


async def test_the_button_is_with_coordinators_who_see_the_case(mila: Chat, kolyo: Chat, vera: Chat) -> None:
    await mila.sends(Tapped("go", "name", "14"))
    for other in (mila, vera):
        await other.sends(Tapped("go", "card", "14"))
        assert "Кой е гледал" not in other.labels
        of_it = await other.sends(SAW)
        assert of_it == await other.sends(Tapped("go", "saw", "987654"))
        assert "Мила" not in of_it
    await kolyo.sends(Tapped("go", "card", "14"))
    assert "Кой е гледал" in kolyo.labels

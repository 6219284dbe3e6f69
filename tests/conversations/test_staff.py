"""Who is in which team is changed by coordinators, from now on; what was done before stays as it was."""

from __future__ import annotations

import pytest

from casework.records import LEADER, MEMBER, Person
from handlers.engine.replies import Tapped
from storage import duty, journals, people, visits
from storage.database import Database
from tests.conversations.conftest import Chat
from tests.conversations.moving import Oblast, oblast, tap
from tests.conversations.test_absences import somebody_of

OUTSIDE = "не е във Вашия район"


@pytest.fixture
async def there(database: Database) -> Oblast:
    return await oblast(database)


async def id_of(there: Oblast, account: str) -> int:
    async with there.database.reading() as tx:
        return (await somebody_of(tx, account)).id


async def stands(there: Oblast, number: int) -> Person:
    async with there.database.reading() as tx:
        found = await people.get(tx, number)
    assert found is not None
    return found


async def changes(who: Chat, what: str, number: int, *taps: str) -> str:
    await who.sends(Tapped("go", "staff", f"{what}.{number}"))
    return await who.taps(*taps) if taps else who.text


async def test_a_visit_is_of_the_team_that_had_the_case(there: Oblast) -> None:
    mila = await id_of(there, "mila")
    await changes(there.kolyo, "join", mila, "Б-2", "Да")
    assert there.told(there.kolyo) == {
        "Мила Петрова": "Кольо Ви включи и в екип Б-2.",
        "Стоян": "Мила Петрова вече е в Б-1, Б-2.",
    }
    await there.kolyo.sends(tap("give"))
    await there.kolyo.taps("Б-2", "Дай го на Б-2")
    await there.reports(there.mila, 1)
    await there.reports(there.mila, 2)
    await changes(there.kolyo, "leave", mila, "Б-1", "Да")
    assert not await there.sees(there.mila, 2)
    async with there.database.reading() as tx:
        rows = await tx.rows("SELECT case_id, team_id FROM visit ORDER BY id")
        assert [tuple(row) for row in rows] == [(1, there.team["Б-2"]), (2, there.team["Б-1"])]
        kolyo = await somebody_of(tx, "kolyo")
        assert [one.report.went for one in await visits.history(tx, kolyo, 2)] == [(mila,)]


async def test_who_goes_to_another_team_keeps_no_case_of_the_old_one(there: Oblast) -> None:
    mila = await id_of(there, "mila")
    await there.mila.says("3 никой")
    await changes(there.kolyo, "move", mila, "Б-2", "Да")
    assert there.told(there.kolyo) == {
        "Мила Петрова": "Кольо Ви премести в екип Б-2; екип Б-1 продължава без Вас.",
        "Лидия Колева": "Мила Петрова вече е в Б-2.",
        "Стоян": "Мила Петрова вече е в Б-2.",
    }
    assert "при екип Б-1" in await there.mila.taps("Запази")
    assert not await there.sees(there.mila, 3)


async def test_who_leaves_is_a_stranger_and_their_drafts_go(there: Oblast) -> None:
    mila = await id_of(there, "mila")
    await there.reports(there.mila, 1)
    await there.mila.says("2 никой")
    await changes(there.kolyo, "release", mila, "Да, приключва")
    assert there.told(there.kolyo) == {}
    assert "поканени екипи" in await there.mila.says("/menu")
    async with there.database.reading() as tx:
        assert await journals.held(tx, mila) == []
        assert await duty.instead_of(tx, mila) is None
        assert [row["n"] for row in await tx.rows("SELECT count(*) AS n FROM visit")] == [1]
    assert OUTSIDE in await there.kolyo.sends(tap("person", mila))


async def test_a_leader_is_made_and_unmade(there: Oblast) -> None:
    mila = await id_of(there, "mila")
    await changes(there.kolyo, "lead", mila, "Да")
    assert (await stands(there, mila)).role == LEADER
    await there.mila.sends(tap("move"))
    assert "Предай другаде" in there.mila.labels
    await changes(there.kolyo, "follow", mila, "Да")
    assert (await stands(there, mila)).role == MEMBER
    assert there.told(there.kolyo) == {"Мила Петрова": "Кольо отбеляза, че вече не ръководите екипа."}


@pytest.mark.parametrize("who", ["mila", "lidia", "vera", "stoyan"])
@pytest.mark.parametrize("what", ["join", "move", "leave", "lead", "follow", "release", "add", "wrong"])
async def test_nobody_changes_people_outside_their_area(there: Oblast, who: str, what: str) -> None:
    mila, before = await id_of(there, "mila"), await stands(there, await id_of(there, "mila"))
    chat = Chat(there.database, who)
    assert OUTSIDE in await changes(chat, what, mila)
    assert await stands(there, mila) == before


@pytest.mark.parametrize("value", ["", "move", "move.", "move.x", f"move.{9**30}", ".1"])
async def test_a_button_that_was_not_ours_changes_nobody(there: Oblast, value: str) -> None:
    assert OUTSIDE in await there.kolyo.sends(Tapped("go", "staff", value))


async def test_a_coordinator_has_the_teams_of_the_municipality_and_the_region_all(there: Oblast) -> None:
    mila = await id_of(there, "mila")
    await changes(there.kolyo, "join", mila)
    assert there.kolyo.labels == ["Б-2"]
    await changes(there.reni, "join", mila)
    assert there.reni.labels == ["Б-2, Бяла", "Р-1, Русе"]
    await changes(there.vera, "add", there.team["Р-1"])
    assert "Няма кого" in there.vera.text


async def test_in_every_team_already(there: Oblast) -> None:
    mila = await id_of(there, "mila")
    for team in ("Б-2", "Р-1"):
        await changes(there.reni, "join", mila, team, "Да")
    assert [team.name for team in (await stands(there, mila)).teams] == ["Б-1", "Б-2", "Р-1"]
    assert await changes(there.reni, "join", mila) == "Няма друг екип за избор."
    assert await changes(there.reni, "move", mila) == "Няма друг екип за избор."
    await changes(there.reni, "leave", mila)
    assert there.reni.labels == ["Б-1", "Б-2", "Р-1"]


async def test_two_coordinators_at_once(there: Oblast) -> None:
    mila = await id_of(there, "mila")
    await changes(there.reni, "release", mila)
    await changes(there.kolyo, "lead", mila, "Да")
    assert "промени междувременно" in await there.reni.taps("Да, приключва")
    assert (await stands(there, mila)).active


async def test_teams_are_listed_on_pages(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        await tx.many(
            "INSERT INTO team (name, municipality) VALUES (:name, 'Бяла')",
            [{"name": f"Б-{n:02}"} for n in range(10, 20)],
        )
    assert await there.kolyo.sends(tap("teams", 0)) == "12 екипа."
    assert there.kolyo.labels[-2:] == ["Още →", "Меню"]
    await there.kolyo.taps("Още")
    assert len(there.kolyo.labels) == 4 + len(("back", "menu"))
    assert await there.kolyo.sends(tap("teams", 99)) == "12 екипа."


async def test_a_leader_of_two_teams_sees_both(there: Oblast) -> None:
    lidia = await id_of(there, "lidia")
    await changes(there.kolyo, "join", lidia, "Б-2", "Да")
    await there.lidia.sends(tap("teams", 0))
    assert there.lidia.labels == ["Б-1", "Б-2", "Меню"]
    await there.lidia.taps("Б-2")
    assert "Стоян" in there.lidia.text
    assert OUTSIDE in await there.lidia.sends(tap("team", there.team["Р-1"]))
    assert OUTSIDE in await there.mila.sends(tap("teams", 0))


async def test_the_region_sees_a_coordinator_as_somebody_who_may_be_away(there: Oblast) -> None:
    await there.reni.sends(tap("person", await id_of(there, "kolyo")))
    assert there.reni.labels == ["Ще отсъства", "Екипи и хора", "Меню"]
    assert OUTSIDE in await changes(there.reni, "lead", await id_of(there, "kolyo"))

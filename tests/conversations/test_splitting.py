"""A caseload is split in one go, and put back by one tap on the same day."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from storage import cases
from storage.database import Database
from tests.conversations.moving import Oblast, oblast, tap


@pytest.fixture
async def there(database: Database) -> Oblast:
    return await oblast(database)


async def splits(there: Oblast, place: str = "Бяла · 8", which: str = "Всички") -> str:
    await there.kolyo.says("/cases")
    await there.kolyo.taps("Раздели случаите на екип", "Б-1 · 16")
    await there.kolyo.taps(*((place, "Готово") if place else ("Пропусни",)))
    await there.kolyo.taps(which)
    return await there.kolyo.taps("Б-2 · 0")


async def loads(there: Oblast) -> Counter[str]:
    return Counter([(await there.case(number)).holder for number in range(1, 17)])


async def test_the_cases_of_a_settlement_go_together_and_each_leader_gets_one_message(there: Oblast) -> None:
    assert await splits(there) == "Бяла: 8\n8 случая отиват от екип Б-1 при екип Б-2."
    assert await there.kolyo.taps("Премести ги") == "8 случая вече са при екип Б-2."
    told = there.told(there.kolyo)
    assert {name: text.splitlines()[:2] for name, text in told.items()} == {
        "Стоян": ["Кольо дава на екипа Ви 8 случая от екип Б-1:", "• БЯ-001, Бяла"],
        "Лидия Колева": ["Кольо даде 8 случая от екипа Ви на екип Б-2:", "• БЯ-001, Бяла"],
    }
    assert await loads(there) == {"Б-1": 8, "Б-2": 8}


async def test_every_second_one_of_all_is_half_and_what_is_many_is_counted(there: Oblast) -> None:
    await splits(there, place="", which="Всеки втори")
    await there.kolyo.taps("Премести ги")
    assert await loads(there) == {"Б-1": 8, "Б-2": 8}
    await there.kolyo.sends(tap("split", 0))
    await there.kolyo.taps("Б-1 · 8", "Пропусни", "Всички", "Б-2 · 8", "Премести ги")
    await there.kolyo.sends(tap("split", there.team["Б-2"]))
    await there.kolyo.taps("Пропусни", "Всички", "Б-1 · 0", "Премести ги")
    assert "и още 8" in there.told(there.kolyo)["Лидия Колева"]
    assert await loads(there) == {"Б-1": 16}


async def test_put_back_is_as_it_was_but_what_was_worked_on_stays_and_is_named(there: Oblast) -> None:
    there.kolyo.now += timedelta(days=9)
    before = await there.case(3)
    await splits(there)
    await there.kolyo.taps("Премести ги")
    back = there.kolyo.button("Върни ги")
    assert (await there.case(3)).due_on != before.due_on
    there.stoyan.now = there.kolyo.now
    await there.reports(there.stoyan, 1)
    assert await there.kolyo.sends(back) == (
        "7 случая отново са при екип Б-1.\nПо тези междувременно е работено и остават:\n• БЯ-001, Бяла"
    )
    assert set(there.told(there.kolyo)) == {"Лидия Колева", "Стоян"}
    after = await there.case(3)
    assert (after.due_on, after.holder, after.next_step) == (before.due_on, "Б-1", "visit")
    assert await loads(there) == {"Б-1": 15, "Б-2": 1}
    assert "вече не може да се върне" in await there.kolyo.sends(back)
    assert await loads(there) == {"Б-1": 15, "Б-2": 1}


async def test_the_next_day_it_is_too_late(there: Oblast) -> None:
    await splits(there)
    await there.kolyo.taps("Премести ги")
    there.kolyo.now += timedelta(days=1)
    assert "вече не може да се върне" in await there.kolyo.taps("Върни ги")


async def test_others_have_nothing_to_put_back(there: Oblast) -> None:
    await splits(there)
    await there.kolyo.taps("Премести ги")
    back = there.kolyo.button("Върни ги")
    for who in (there.mila, there.stoyan, there.vera):
        assert "вече не може да се върне" in await who.sends(back)
    assert "отново са при екип Б-1" in await there.reni.sends(back)


async def test_what_has_left_meanwhile_is_said(there: Oblast) -> None:
    await splits(there)
    await there.reni.sends(tap("give", 1))
    await there.reni.taps("Р-1", "Дай го на")
    assert (
        await there.kolyo.taps("Премести ги")
        == "7 случая вече са при екип Б-2.\n1 случай междувременно вече не беше там."
    )


async def test_when_all_have_left_nothing_is_done(there: Oblast) -> None:
    await splits(there)
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET team_id = :p", p=there.team["Р-1"])
    assert await there.kolyo.taps("Премести ги") == "Тези случаи вече не са при екип Б-1. Нищо не е променено."


async def test_nothing_chosen_or_nobody_to_give_to_changes_nothing(there: Oblast) -> None:
    await splits(there)
    assert await there.kolyo.taps("Остави, както е") == "Нищо не е променено."
    assert await there.mila.sends(tap("split", 0)) == "Нищо не е променено."
    assert await there.vera.sends(tap("split", 0)) == "Нищо не е променено."
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET team_id = NULL, settlement = '' WHERE running > 1")
        me = await cases.get(tx, (await there._reni(tx)), 1)
    assert me is not None
    await there.kolyo.sends(tap("split", there.team["Б-1"]))
    assert await there.kolyo.taps("Пропусни", "Всеки втори", "Б-2 · 0") == "Нищо не е променено."

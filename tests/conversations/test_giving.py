"""A case is given to another team or taken from one: who may, who is told, and what a late tap says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.records import DECISION
from storage.database import Database
from tests.conversations.conftest import TODAY
from tests.conversations.moving import Oblast, oblast, tap


@pytest.fixture
async def there(database: Database) -> Oblast:
    return await oblast(database)


async def gives(there: Oblast, team: str = "Б-2", number: int = 1) -> str:
    await there.kolyo.sends(tap("card", number))
    await there.kolyo.taps("Премести или реши", "Дай на друг екип", f"{team} · ")
    return await there.kolyo.taps(f"Дай го на {team}")


async def test_both_leaders_are_told_once_and_the_old_team_no_longer_sees_it(there: Oblast) -> None:
    assert await gives(there) == "БЯ-001 вече е при екип Б-2."
    assert there.told(there.kolyo) == {
        "Стоян": "Кольо дава на екипа Ви случай: БЯ-001, Бяла.",
        "Лидия Колева": "Кольо даде БЯ-001, Бяла на екип Б-2.",
    }
    assert (await there.sees(there.mila), await there.sees(there.stoyan)) == (False, True)
    last = (await there.moved())[-1]
    assert (last.cause.kind, last.cause.id, last.team_id) == (DECISION, there.team["Б-1"], there.team["Б-2"])
    case = await there.case()
    assert (case.status, case.next_step, case.due_on) == ("S11", "visit", TODAY)


async def test_a_coordinator_gives_to_teams_of_the_municipality_and_the_region_to_all(there: Oblast) -> None:
    await there.kolyo.sends(tap("give"))
    assert there.kolyo.labels == ["Б-2 · 0 отворени случая"]
    await there.reni.sends(tap("give"))
    assert there.reni.labels == ["Б-2, Бяла · 0 отворени случая", "Р-1, Русе · 0 отворени случая"]
    await there.reni.taps("Р-1", "Дай го на")
    assert (await there.case()).municipality == "Русе"
    assert (await there.sees(there.vera), await there.sees(there.kolyo)) == (True, False)


async def test_what_the_old_team_let_lapse_is_not_late_with_the_new_one(there: Oblast) -> None:
    there.kolyo.now += timedelta(days=10)
    await gives(there)
    case = await there.case()
    assert case.due_on is not None
    assert case.due_on > TODAY + timedelta(days=10)


async def test_nothing_is_done_when_it_is_left_as_it_is(there: Oblast) -> None:
    await there.kolyo.sends(tap("give"))
    assert await there.kolyo.taps("Б-2", "Остави, както е") == "Нищо не е променено."
    assert (await there.case()).version == 1


async def test_the_second_of_two_coordinators_sees_what_the_first_did(there: Oblast) -> None:
    await there.reni.sends(tap("give"))
    await there.reni.taps("Р-1")
    await gives(there)
    assert await there.reni.taps("Дай го на") == (
        "Кольо даде БЯ-001 на екип Б-2 (току-що).\nЗатова Вашето не е направено. Сега е така:\n"
        "Разпределен на екип · при екип Б-2\nСледва: посещение. Срок: днес, 24.11"
    )
    assert there.told(there.reni) == {}
    assert (await there.case()).holder == "Б-2"


async def test_a_member_and_another_municipality_find_no_such_case(there: Oblast) -> None:
    for who, keys in (
        (there.mila, ("move", "give", "take_away", "hand_over", "decide", "keep_it")),
        (there.vera, ("move", "give")),
    ):
        for key in keys:
            assert await who.sends(tap(key)) in ("Този случай сега не е във Вашия район. Нищо не е променено.",), key
    assert "Премести или реши" not in (await there.mila.sends(tap("card")), there.mila.labels)[1]
    assert await there.lidia.sends(tap("give")) == "Нищо не е променено."
    assert (await there.case()).version == 1


async def test_a_case_without_a_team_is_the_coordinators_until_it_is_given_again(there: Oblast) -> None:
    await there.kolyo.sends(tap("take_away"))
    assert "вече е без екип" in await there.kolyo.taps("Вземи го от Б-1")
    assert there.told(there.kolyo) == {"Лидия Колева": "Кольо взе БЯ-001, Бяла от екипа Ви."}
    case = await there.case()
    assert (case.status, case.next_step, case.team_id) == ("S10", "assign", None)
    assert not await there.sees(there.mila)
    assert await there.kolyo.sends(tap("take_away")) == "Нищо не е променено."
    await there.kolyo.sends(tap("give"))
    assert "отива при екип Б-2" in await there.kolyo.taps("Б-2")
    await there.kolyo.taps("Дай го на")
    case = await there.case()
    assert (case.status, case.next_step, case.holder) == ("S11", "visit", "Б-2")


async def test_an_open_report_of_the_old_team_stays_as_a_draft_and_says_who_has_the_case(there: Oblast) -> None:
    await there.mila.says("1 никой")
    await gives(there)
    assert (await there.mila.taps("Запази")).splitlines()[0] == (
        "БЯ-001 вече е при екип Б-2, затова нищо не е записано. Написаното остава в „Чернови“."
    )
    await there.mila.says("/drafts")
    assert there.mila.labels[0].startswith("БЯ-001")
    await there.reni.sends(tap("give"))
    await there.reni.taps("Б-1", "Дай го на")
    await there.mila.taps("БЯ-001")
    assert "Записано. Доклад № 1" in await there.mila.taps("Запази")


async def test_a_draft_of_a_case_that_nobody_has_says_so_too(there: Oblast) -> None:
    await there.mila.says("1 никой")
    await there.kolyo.sends(tap("take_away"))
    await there.kolyo.taps("Вземи го")
    assert "вече е при координатора на Бяла" in await there.mila.taps("Запази")


async def test_a_visit_stays_that_of_the_team_which_made_it(there: Oblast) -> None:
    await there.reports(there.mila, 1)
    await gives(there)
    await there.reports(there.stoyan, 1)
    async with there.database.reading() as tx:
        made = await tx.rows("SELECT reporter_id, team_id FROM visit ORDER BY id")
    assert [(there.names[row["reporter_id"]], row["team_id"]) for row in made] == [
        ("Мила Петрова", there.team["Б-1"]),
        ("Стоян", there.team["Б-2"]),
    ]


async def test_a_correction_after_the_case_was_given_still_moves_it_as_its_visits_say(there: Oblast) -> None:
    await there.reports(there.mila, 1)
    await gives(there)
    await there.stoyan.sends(tap("card"))
    await there.stoyan.taps("Поправи № 1", "Промени", "Резултат", "Отказ", "Майка", "Пропусни")
    assert "версия 2" in await there.stoyan.taps("Запази")
    assert (await there.case()).next_step == "other_team"


async def test_a_team_without_a_leader_is_said(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Стоян'")
    assert "няма ръководител" in await gives(there)

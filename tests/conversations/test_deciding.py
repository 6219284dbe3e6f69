"""A coordinator closes, opens again, or sets another step; a report that comes late is kept and told why."""

from __future__ import annotations

from typing import Any

import pytest

from casework.records import DECISION
from storage import audit, referrals
from storage.database import Database
from tests.conversations.conftest import NOW, TODAY
from tests.conversations.moving import Oblast, day, oblast, tap


@pytest.fixture
async def there(database: Database) -> Oblast:
    return await oblast(database)


async def decides(there: Oblast, *labels: str) -> str:
    await there.kolyo.sends(tap("card"))
    return await there.kolyo.taps("Премести или реши", "Реши", *labels, "Реши така")


async def test_a_duplicate_is_closed_and_the_leader_is_told(there: Oblast) -> None:
    assert await decides(there, "Дублира друг случай") == "БЯ-001: Дублира друг случай.\nСлучаят е приключен."
    assert there.told(there.kolyo) == {
        "Лидия Колева": "Кольо реши за БЯ-001, Бяла: Дублира друг случай.\nСлучаят е приключен."
    }
    case, last = await there.case(), (await there.moved())[-1]
    assert (case.status, case.due_on) == ("S70", None)
    assert (last.cause.kind, last.detail) == (DECISION, "D10")


async def test_what_institutions_are_asked_and_others_are_offered_is_withdrawn_with_it(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        await referrals.ask(tx, 1, "I30", TODAY, NOW, asked_by=1, measure="M30")
    await there.lidia.sends(tap("hand_over"))
    await there.lidia.taps("Русе", "Р-1", "Предложи го")
    said = await decides(there, "Грешка в списъка")
    assert said.splitlines()[2:] == [
        "1 запитване до институция е оттеглено.", "Предложението за предаване е оттеглено.",
    ]  # fmt: skip
    async with there.database.reading() as tx:
        assert await referrals.open_of(tx, 1) == []
        assert "withdrawn a hand-over" in [what for what, _who in await audit.of_case(tx, 1)]


async def test_a_report_about_a_case_that_was_closed_meanwhile_is_kept_and_told_who_closed_it(there: Oblast) -> None:
    await there.mila.says("1 никой")
    await decides(there, "Дублира друг случай")
    assert await there.mila.taps("Запази") == (
        "Записано. Доклад № 1 · БЯ-001\n"
        "Кольо закри случая днес, 24.11: Дублира друг случай. Остава закрит; докладът Ви е запазен към него."
    )
    case = await there.case()
    assert (case.status, case.due_on, case.attempts) == ("S70", None, 1)


async def test_a_correction_of_a_late_report_opens_no_closed_case(there: Oblast) -> None:
    await there.mila.says("1 никой")
    await decides(there, "Дублира друг случай")
    await there.mila.taps("Запази")
    await there.mila.sends(tap("fix", 1))
    await there.mila.taps("Промени", "Резултат")
    await there.mila.says("Посещението не се състоя")
    assert "версия 2" in await there.mila.taps("Запази")
    case = await there.case()
    assert (case.status, case.due_on, case.attempts) == ("S70", None, 1)


async def test_a_report_about_a_case_that_another_report_closed_says_so(there: Oblast) -> None:
    await there.mila.says("1 никой")
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET status = 'S70', due_on = NULL WHERE id = 1")
    assert "беше закрит и остава закрит" in await there.mila.taps("Запази")


async def test_a_closed_case_is_opened_again_and_owes_a_visit(there: Oblast) -> None:
    await decides(there, "Грешка в списъка")
    await there.kolyo.sends(tap("move"))
    assert there.kolyo.labels == ["Реши", "Раздели случаите на Б-1", "Моите случаи", "Меню"]
    await there.kolyo.taps("Реши")
    assert there.kolyo.labels == ["Отвори случая отново"]
    assert await there.kolyo.taps("Отвори случая отново", "Реши така") == (
        "БЯ-001: Отвори случая отново.\nСледва: посещение. Срок: пн, 30.11"
    )
    assert (await there.case()).status == "S11"


async def test_a_case_without_a_team_is_opened_to_be_given_to_one(there: Oblast) -> None:
    await there.kolyo.sends(tap("take_away"))
    await there.kolyo.taps("Вземи го")
    await decides(there, "Грешка в списъка")
    await decides(there, "Отвори случая отново")
    case = await there.case()
    assert (case.status, case.next_step) == ("S11", "assign")


async def test_another_step_and_day(there: Oblast) -> None:
    await there.kolyo.sends(tap("decide"))
    await there.kolyo.taps("Друга стъпка и ден", "Още")
    assert "запитване до община и МВР" in there.kolyo.labels
    await there.kolyo.taps("Още", "← Предишни", "писмо до кмета")
    assert "Следва: писмо до кмета. Срок: утре, 25.11" in await there.kolyo.taps("утре")
    await there.kolyo.taps("Реши така")
    case = await there.case()
    assert (case.status, case.next_step, case.due_on) == ("S11", "mayor", day(1))


async def test_who_decides_second_overwrites_nothing(there: Oblast) -> None:
    await there.reni.sends(tap("decide"))
    await there.reni.taps("Друга стъпка и ден", "посещение", "утре")
    await decides(there, "Дублира друг случай")
    assert "Кольо реши за БЯ-001: дублира друг случай (току-що)." in await there.reni.taps("Реши така")
    assert (await there.case()).status == "S70"


async def test_what_moved_of_itself_is_said_without_a_name(there: Oblast) -> None:
    await there.reni.sends(tap("decide"))
    await there.reni.taps("Дублира друг случай")
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET version = version + 1, due_on = NULL WHERE id = 1")
    assert "По БЯ-001 има новост" in await there.reni.taps("Реши така")


async def test_nothing_is_decided_by_leaders_and_members_or_when_it_is_left(there: Oblast) -> None:
    for who in (there.mila, there.lidia):
        said: Any = await who.sends(tap("decide"))
        assert "Нищо не е променено." in said
    await there.kolyo.sends(tap("decide"))
    assert await there.kolyo.taps("Дублира друг случай", "Остави, както е") == "Нищо не е променено."
    assert (await there.case()).version == 1

"""A case is offered with a card and is the other side's when they accept; every late tap is told what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.records import HANDOVER
from storage import people
from storage.database import Database
from tests.conversations.conftest import NOW
from tests.conversations.moving import Oblast, oblast, tap

OFFER = (
    "Лидия Колева предлага случай на екип Р-1: БЯ-001, Бяла.\n0 посещения.\n"
    "Следва: посещение. Срок: днес, 24.11\nМоля, отговорете до пт, 27.11."
)


@pytest.fixture
async def there(database: Database) -> Oblast:
    return await oblast(database)


async def offers(there: Oblast, place: str = "Русе", team: str = "Р-1") -> str:
    await there.lidia.sends(tap("card"))
    await there.lidia.taps("Премести или реши", "Предай другаде", place, team)
    return await there.lidia.taps("Предложи го")


async def test_it_stays_until_it_is_accepted_and_then_team_and_municipality_change(there: Oblast) -> None:
    assert await offers(there) == "БЯ-001 е предложен на екип Р-1. Отговорът се чака до пт, 27.11."
    assert there.told(there.lidia) == {"Румен": OFFER, "Вера": OFFER}
    assert (await there.sees(there.rumen), await there.sees(there.mila)) == (False, True)
    there.hand(there.lidia, there.rumen, "Румен")
    assert await there.rumen.taps("Приеми") == "БЯ-001 вече е при екип Р-1."
    assert there.told(there.rumen) == {"Лидия Колева": "Румен прие БЯ-001, Бяла. Вече е при екип Р-1."}
    case, last = await there.case(), (await there.moved())[-1]
    assert (case.number, case.holder, case.municipality, case.next_step) == ("БЯ-001", "Р-1", "Русе", "visit")
    assert (last.cause.kind, last.cause.id, last.team_id) == (HANDOVER, 1, there.team["Р-1"])
    seen = [await there.sees(who) for who in (there.mila, there.kolyo, there.rumen, there.vera, there.reni)]
    assert seen == [False, False, True, True, True]


async def test_the_card_tells_the_last_outcome_the_promise_and_the_visits(there: Oblast) -> None:
    await there.mila.says("1 обещание 30.11")
    await there.mila.taps("Майка", "Пропусни", "Запази")
    await offers(there)
    assert there.told(there.lidia)["Румен"].splitlines()[1:-1] == [
        "1 посещение.",
        "Последно: Обещание да се запише или върне, днес, 24.11",
        "Обещали са до пн, 30.11.",
        "Следва: проверка на обещанието. Срок: вт, 1.12",
    ]


async def test_it_is_sent_back_with_a_reason_and_stays(there: Oblast) -> None:
    await offers(there)
    there.hand(there.lidia, there.rumen, "Румен")
    assert "Защо се връща?" in await there.rumen.taps("Върни")
    assert await there.rumen.says("Живеят в Бяла") == "БЯ-001 се връща. Уведомявам Лидия Колева."
    assert there.told(there.rumen) == {"Лидия Колева": "Румен връща БЯ-001: „Живеят в Бяла“\nОстава, където беше."}
    assert (await there.case()).holder == "Б-1"
    assert await there.vera.sends(tap("take_over")) == "БЯ-001 вече е върнат. Върна го Румен."
    assert await there.vera.sends(tap("send_back")) == "БЯ-001 вече е върнат. Върна го Румен."
    assert "е предложен на екип Р-1" in await offers(there)


async def test_accepted_twice_is_said(there: Oblast) -> None:
    await offers(there)
    await there.rumen.sends(tap("take_over"))
    for who in (there.rumen, there.vera):
        assert await who.sends(tap("take_over")) == "БЯ-001 вече е приет. Прие го Румен."
    assert len(await there.moved()) == 2


async def test_one_case_has_one_open_offer(there: Oblast) -> None:
    await there.kolyo.sends(tap("hand_over"))
    await there.kolyo.taps("Русе", "Решава координаторът им")
    await offers(there)
    assert await there.kolyo.taps("Предложи го") == "БЯ-001 е предложен на екип Р-1. Отговорът се чака до пт, 27.11."
    assert there.told(there.kolyo) == {}
    await there.kolyo.sends(tap("move"))
    assert "е предложен на екип Р-1" in there.kolyo.text
    assert "Оттегли предложението" in there.kolyo.labels


async def test_after_it_was_withdrawn_there_is_nothing_to_accept(there: Oblast) -> None:
    await offers(there)
    await there.kolyo.sends(tap("move"))
    assert "предложението е оттеглено" in await there.kolyo.taps("Оттегли предложението")
    assert await there.kolyo.sends(tap("keep_it")) == "БЯ-001 не е предложен на никого сега."
    assert await there.rumen.sends(tap("take_over")) == "БЯ-001 вече не се предлага: Кольо реши друго."
    assert (await there.case()).holder == "Б-1"


async def test_a_case_that_was_given_to_somebody_meanwhile_is_offered_no_more(there: Oblast) -> None:
    await offers(there)
    await there.kolyo.sends(tap("give"))
    await there.kolyo.taps("Б-2", "Дай го на")
    assert await there.rumen.sends(tap("take_over")) == "БЯ-001 вече не се предлага: Кольо реши друго."


async def test_a_case_that_was_closed_meanwhile_is_not_taken_over(there: Oblast) -> None:
    await offers(there)
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET status = 'S70', due_on = NULL, version = version + 1 WHERE id = 1")
    closed = "БЯ-001 междувременно беше закрит и няма какво да се поема."
    assert await there.rumen.sends(tap("take_over")) == closed
    async with there.database.transaction() as tx:
        await tx.run("UPDATE handover SET state = 'withdrawn'")
    assert await there.rumen.sends(tap("take_over")) == closed


async def test_after_a_report_the_card_is_read_again_before_it_is_accepted(there: Oblast) -> None:
    await offers(there)
    await there.reports(there.mila, 1)
    said = await there.rumen.sends(tap("take_over"))
    assert said.startswith("Междувременно по случая има новост. Сега е така:")
    assert "Последно: Никой на адреса" in said
    assert (await there.case()).holder == "Б-1"
    assert await there.rumen.taps("Приеми") == "БЯ-001 вече е при екип Р-1."


async def test_offers_and_answers_of_others_are_not_there(there: Oblast) -> None:
    await offers(there)
    gone = "Няма такова предложение за Вас. Нищо не е променено."
    for who in (there.mila, there.lidia, there.kolyo, there.stoyan):
        for key in ("take_over", "send_back", "offered"):
            assert await who.sends(tap(key)) == gone
    assert (await there.case()).holder == "Б-1"


async def test_a_municipality_takes_it_over_and_gives_it_to_a_team_itself(there: Oblast) -> None:
    await offers(there, team="Решава координаторът им")
    assert set(there.told(there.lidia)) == {"Вера"}
    assert await there.vera.sends(tap("take_over")) == "БЯ-001 вече е при координатора на Русе."
    case = await there.case()
    assert (case.status, case.next_step, case.team_id, case.municipality) == ("S10", "assign", None, "Русе")


async def test_the_region_answers_when_nobody_else_can_be_told(there: Oblast) -> None:
    async with there.database.transaction() as tx:
        for account in ("rumen", "vera"):
            await people.unreachable(tx, "telegram", account, NOW)
    await offers(there)
    assert set(there.told(there.lidia)) == {"Рени"}
    async with there.database.transaction() as tx:
        await people.unreachable(tx, "telegram", "reni", NOW)
    await there.lidia.sends(tap("keep_it"))
    assert "няма на кого да пиша" in await offers(there)


async def test_outside_the_region_it_is_the_regional_coordinators_to_send(there: Oblast) -> None:
    await there.lidia.sends(tap("hand_over"))
    await there.lidia.taps("Извън областта")
    assert await there.lidia.taps("Предай го") == "БЯ-001 вече е при регионалния координатор."
    assert "изпратете формуляра с писмо" in there.told(there.lidia)["Рени"]
    case = await there.case()
    assert (case.next_step, case.team_id, case.municipality) == ("hand_over", None, "")
    assert [await there.sees(who) for who in (there.lidia, there.kolyo, there.reni)] == [False, False, True]
    await there.reni.sends(tap("move"))
    assert "при регионалния координатор" in there.reni.text
    await there.reni.taps("Реши", "Предаден на друга област", "Реши така")
    assert (await there.case()).due_on is None


async def test_what_is_closed_or_somebody_elses_is_not_offered(there: Oblast) -> None:
    await there.lidia.sends(tap("hand_over"))
    await there.lidia.taps("Русе", "Р-1")
    assert await there.lidia.taps("Остави, както е") == "Нищо не е променено."
    async with there.database.transaction() as tx:
        await tx.run("UPDATE child_case SET status = 'S70', due_on = NULL WHERE id = 1")
    assert await there.lidia.sends(tap("hand_over")) == "Този случай е закрит. Нищо не е променено."
    assert await there.kolyo.sends(tap("give")) == "Този случай е закрит. Нищо не е променено."


async def test_an_enrolled_child_keeps_its_checks_wherever_it_goes(there: Oblast) -> None:
    await there.mila.says("1 записано")
    await there.mila.taps("Майка", "Запази")
    before = await there.case()
    await offers(there)
    await there.rumen.sends(tap("take_over"))
    after = await there.case()
    assert (after.status, after.next_step, after.due_on, after.enrolled_on) == (
        before.status, before.next_step, before.due_on, before.enrolled_on,
    )  # fmt: skip
    await there.vera.sends(tap("take_away"))
    await there.vera.taps("Вземи го от Р-1")
    assert (await there.case()).enrolled_on == before.enrolled_on


async def test_a_late_offer_may_still_be_answered(there: Oblast) -> None:
    await offers(there)
    there.reni.now += timedelta(days=7)
    assert await there.reni.sends(tap("offered")) == OFFER.replace("днес, 24.11", "вт, 24.11")
    assert await there.reni.taps("Приеми") == "БЯ-001 вече е при екип Р-1."
    assert set(there.told(there.reni)) == {"Румен", "Лидия Колева"}


async def test_whoever_sees_the_case_and_may_answer_finds_the_offer_under_it(there: Oblast) -> None:
    await offers(there)
    await there.reni.sends(tap("move"))
    assert there.reni.labels[0] == "Отговори: БЯ-001"
    await there.reni.taps("Отговори: БЯ-001", "Приеми")
    assert (await there.case()).holder == "Р-1"

"""Referrals to institutions: asked by a report, answered in time or late, by whoever is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers import conversations
from handlers.engine.scene import Scene
from handlers.engine.talk import Moment
from handlers.engine.words import Words
from storage import people
from storage.database import Database
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, Joining
from tests.conversations.referred import answers, id_of, moved_by, notices, pressed, reports, standing, states


async def test_what_an_outcome_leads_to_is_asked_and_the_case_waits_for_the_answer(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana = await somebody("yana", "Яна Драгнева", "I30")
    said = await reports(mila, "14 адрес", "Пропусни")
    assert said.splitlines()[1:] == [
        "Следва: отговор от институция (Община). Срок: вт, 8.12",
        "Поискано: Община: проверка на адрес. Отговорът идва тук.",
    ]
    assert notices(mila) == [
        (
            await id_of(database, "yana"),
            "БЯ-014, Дряновец: Община: проверка на адрес\nПита: Мила Петрова (Б-1). Отговор до: вт, 8.12",
        )
    ]
    assert await standing(database) == ("S30", "answer", "2026-12-08", 1)
    assert await yana.sends(pressed("accept")) == "БЯ-014, Дряновец е при Вас. Отговор до: вт, 8.12"
    said = await answers(yana, "Живее на друг адрес", "къщата е продадена")
    assert said == "Записано. БЯ-014, Дряновец: „Живее на друг адрес“.\nМила Петрова ще го научи веднага."
    assert notices(yana) == [
        (
            await id_of(database, "mila"),
            "БЯ-014, Дряновец. Община отговаря: „Живее на друг адрес“.\n„къщата е продадена“ (Яна Драгнева)\n"
            "Поискано: Община: проверка на адрес\nСледва: посещение. Срок: пн, 30.11",
        )
    ]
    assert await standing(database) == ("S21", "visit", "2026-11-30", None)
    assert await moved_by(database) == [("visit", 1), ("answer", 1)]


@pytest.mark.parametrize(
    ("institution", "measure", "answer"),
    [
        ("I10", "Училище: записване", "Детето е записано"),
        ("I20", "Медиатор: разговор", "Направено"),
        ("I30", "Община: транспорт", "Направено"),
        ("I40", "ДСП: помощ в натура", "Направено"),
        ("I50", "МВР: съдействие при посещение", "Направено"),
        ("I60", "РЗИ: здравна консултация", "Не можем да помогнем"),
        ("I70", "РУО: корекция в списъка", "Направено"),
        ("I80", "НПО: насочване", "Направено"),
    ],
)
async def test_a_measure_runs_beside_the_step_of_the_team(
    mila: Chat, database: Database, somebody: Joining, institution: str, measure: str, answer: str
) -> None:
    petya = await somebody("petya", "Петя", institution)
    await mila.says("14 никой")
    await mila.taps("Промени", "Мерки", "Още →", measure, "Готово")
    assert f"Поискано: {measure}." in await mila.taps("Запази")
    assert (await standing(database))[:3] == ("S21", "retry", "2026-12-01")
    await petya.sends(pressed("accept"))
    assert "ще го научи веднага" in await answers(petya, answer)
    news = answer == "Детето е записано"
    assert (await standing(database))[:2] == (("S50", "enrolled") if news else ("S21", "retry"))
    assert len(await moved_by(database)) == (2 if news else 1)


async def test_only_the_answers_of_that_institution_are_offered(mila: Chat, somebody: Joining) -> None:
    yana = await somebody("yana", "Яна", "I43")
    await reports(mila, "14 риск")
    await yana.sends(pressed("reply"))
    assert yana.labels == ["Направено", "Сигналът е приет", "Не можем да помогнем"]


async def test_what_is_asked_already_is_not_asked_twice(mila: Chat, database: Database, somebody: Joining) -> None:
    await somebody("yana", "Яна", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    mila.now += timedelta(days=1)
    said = await reports(mila, "14 неизвестно")
    assert "Следва: отговор от институция (Община)" in said
    assert "Поискано" not in said
    assert notices(mila) == []
    assert [measure for measure, _state, _answer in await states(database)] == ["M30", "M52"]
    assert (await standing(database))[3] == 1


async def test_where_nobody_can_read_it_the_step_is_the_teams_and_they_write_the_answer_down(
    mila: Chat, database: Database
) -> None:
    said = await reports(mila, "14 адрес", "Пропусни")
    assert said.splitlines()[1:] == [
        "Следва: писмо до кмета. Срок: пт, 27.11",
        "Тук няма кой да го прочете: Община: проверка на адрес. Поискайте го с писмо или по телефона, а отговора "
        "запишете при случая.",
    ]
    assert await standing(database) == ("S30", "mayor", "2026-11-27", None)
    await mila.sends(pressed("card", 14))
    assert "Поискано: Община: проверка на адрес. Отговор до: вт, 8.12" in mila.text
    await mila.taps("Отговор: Община: проверка на адрес")
    assert "Отговаряте от името на: Община" in mila.text
    await mila.taps("Не е открито")
    said = await mila.taps("Пропусни")
    assert said == "Записано. БЯ-014, Дряновец: „Не е открито“.\nСледва: преглед на отговора. Срок: пт, 27.11"
    assert notices(mila) == []
    assert await standing(database) == ("S41", "review", "2026-11-27", None)
    await mila.sends(pressed("card", 14))
    assert "Отговор: Община: проверка на адрес · Не е открито" in mila.text
    assert "Отговор: Община: проверка на адрес" not in mila.labels


async def test_what_the_team_did_in_the_place_of_waiting_is_done_with_the_answer(
    mila: Chat, database: Database
) -> None:
    await reports(mila, "14 неизвестно")
    assert (await standing(database))[1:] == ("search", "2026-11-27", None)
    await answers(mila, "Направено")
    assert (await standing(database))[1:] == ("review", "2026-11-27", None)
    mila.now += timedelta(days=1)
    await reports(mila, "14 никой")
    await answers(mila, "Направено", number=2)
    assert (await standing(database))[1] == "retry"


async def test_a_coordinator_stands_in_where_the_catalogue_says_so(mila: Chat, database: Database, kolyo: Chat) -> None:
    said = await reports(mila, "14 адрес", "Пропусни")
    assert "отговор от институция (Община)" in said
    [(to, notice)] = notices(mila)
    assert to == await id_of(database, "kolyo")
    assert notice.endswith("От „Община“ още няма никого тук, затова идва при Вас.")
    await kolyo.sends(pressed("accept"))
    await answers(kolyo, "Не е открито")
    assert (await standing(database))[:2] == ("S41", "review")


async def test_while_an_institution_has_it_in_time_the_team_does_not_answer_for_it(
    mila: Chat, kolyo: Chat, database: Database, somebody: Joining
) -> None:
    yana = await somebody("yana", "Яна", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    for one in (mila, kolyo):
        said = await one.sends(pressed("reply"))
        assert said == "То е при „Община“ и отговорът ще дойде тук. Срок: вт, 8.12"
        await one.sends(pressed("card", 14))
        assert not [label for label in one.labels if label.startswith("Отговор:")]
    mila.now += timedelta(days=15)
    assert "ще го" not in await answers(mila, "Направено", "по телефона")
    assert await yana.sends(pressed("reply")) == "Мила Петрова вече отговори: „Направено“. Нищо не е променено."
    assert (await states(database))[0] == ("M30", "answered", "A10")


async def test_done_beside_a_case_that_waits_for_another_moves_nothing(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    await somebody("yana", "Яна", "I30")
    petar = await somebody("petar", "Петър", "I50")
    await reports(mila, "14 неизвестно")
    await answers(petar, "Направено", number=2)
    assert await standing(database) == ("S41", "answer", "2026-12-08", 1)
    assert await moved_by(database) == [("visit", 1)]


async def test_an_answer_after_the_deadline_is_taken(mila: Chat, database: Database, somebody: Joining) -> None:
    yana = await somebody("yana", "Яна", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    yana.now += timedelta(days=40)
    assert "ще го научи веднага" in await answers(yana, "В чужбина, потвърдено")
    assert (await standing(database))[:2] == ("S40", "register")


async def test_the_answer_reaches_the_leader_when_the_asker_has_left(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana = await somebody("yana", "Яна", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    async with database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE name = 'Мила Петрова'")
    assert "Лидия Колева ще го научи веднага." in await answers(yana, "Не е открито")
    assert [to for to, _text in notices(yana)] == [await id_of(database, "lidia")]


async def test_where_nobody_is_left_to_be_told_the_answer_is_kept(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, boris = await somebody("yana", "Яна", "I30"), await somebody("boris", "Борис", "I10")
    await mila.says("14 адрес")
    await mila.taps("Пропусни", "Промени", "Мерки", "Още →", "Училище: записване", "Готово", "Запази")
    async with database.transaction() as tx:
        await tx.run("UPDATE person SET active = 0 WHERE role IN ('member', 'leader')")
    assert "Следва: преглед" in await answers(yana, "Направено", number=2)
    await boris.sends(pressed("not_ours"))
    await boris.taps("Кажи защо")
    assert await boris.says("не е наш ученик") == "Отбелязано, благодаря."
    assert notices(boris) == []


async def test_no_answer_is_asked_for_where_nothing_was_referred(mila: Chat, database: Database) -> None:
    async with database.transaction() as tx:
        me, _kept = await people.with_journal(tx, "telegram", "mila")
        assert me is not None
        here = Scene(me, WORK, Moment(NOW, TODAY, "bg"))
        [told] = await conversations.begin(tx, here, "reply", {"referral": 7})
    assert Words("bg", TODAY).say(told.view.lines[0]) == "Това не е отправено към Вас. Нищо не е променено."


async def test_what_is_late_is_asked_again_and_the_case_waits_for_no_day_that_has_passed(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana = await somebody("yana", "Яна Драгнева", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    mila.now = NOW + timedelta(days=20)
    said = await reports(mila, "14 адрес", "Пропусни")
    assert said.splitlines()[1] == "Следва: отговор от институция (Община). Срок: вт, 29.12"
    assert notices(mila) == [
        (
            await id_of(database, "yana"),
            "БЯ-014, Дряновец: Община: проверка на адрес\nПита: Мила Петрова (Б-1). Отговор до: вт, 29.12",
        )
    ]
    assert await standing(database) == ("S30", "answer", "2026-12-29", 1)
    assert await states(database) == [("M30", "open", "")]
    yana.now = mila.now
    await answers(yana, "Живее на друг адрес")
    assert await states(database) == [("M30", "answered", "A20")]
    assert (await standing(database))[:2] == ("S21", "visit")

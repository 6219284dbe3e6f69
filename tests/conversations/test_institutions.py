"""Referrals to institutions: asked by a report, accepted, answered, sent back; late, twice, or when nobody is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from casework.records import INSTITUTION
from handlers import conversations, referring, silence
from handlers.replies import Tapped
from handlers.scene import Scene
from handlers.talk import Moment
from handlers.words import Words
from storage import cases, people, referrals
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, joins

Joining = Callable[..., Awaitable[Chat]]


@pytest.fixture
def somebody(database: Database) -> Joining:
    """Somebody of an institution of Бяла, or of the whole region."""

    async def join(account: str, name: str, institution: str, municipality: str = "Бяла") -> Chat:
        async with database.transaction() as tx:
            await joins(tx, account, Invitation(INSTITUTION, None, municipality, name, institution))
        return Chat(database, account)

    return join


def pressed(key: str, number: int = 1) -> Tapped:
    return Tapped("go", key, str(number))


async def reports(mila: Chat, line: str, *taps: str) -> str:
    await mila.says(line)
    return await mila.taps(*taps, "Запази")


async def answers(chat: Chat, answer: str, note: str = "", number: int = 1) -> str:
    await chat.sends(pressed("reply", number))
    await chat.taps(answer)
    return await (chat.says(note) if note else chat.taps("Пропусни"))


async def standing(database: Database, running: int = 14) -> tuple[Any, ...]:
    async with database.reading() as tx:
        row = await tx.one("SELECT * FROM child_case WHERE running = :running", running=running)
    return (row["status"], row["next_step"], row["due_on"], row["waits_for"])


async def states(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as tx:
        rows = await tx.rows("SELECT measure, state, answer FROM referral ORDER BY id")
    return [(row["measure"], row["state"], row["answer"]) for row in rows]


async def moved_by(database: Database) -> list[tuple[str, int | None]]:
    async with database.reading() as tx:
        rows = await tx.rows(
            "SELECT cause, cause_id FROM transition WHERE case_id = 14 AND cause <> 'import' ORDER BY id"
        )
    return [(row["cause"], row["cause_id"]) for row in rows]


def notices(chat: Chat) -> list[tuple[int, str]]:
    words = Words("bg", TODAY)
    return [(one.to, "\n".join(words.say(line) for line in one.view.lines)) for one in chat.all if one.to is not None]


async def id_of(database: Database, account: str) -> int:
    async with database.reading() as tx:
        row = await tx.one("SELECT person_id FROM identity WHERE account = :account", account=account)
    return int(row["person_id"])


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


async def test_the_first_who_accepts_has_it_and_the_others_are_told(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, boris = await somebody("yana", "Яна", "I30"), await somebody("boris", "Борис", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    assert [to for to, _text in notices(mila)] == [await id_of(database, "yana"), await id_of(database, "boris")]
    await yana.sends(pressed("accept"))
    assert "е при Вас" in await yana.sends(pressed("accept"))
    for key in ("accept", "reply", "not_ours", "referral"):
        assert await boris.sends(pressed(key)) == "Яна прие това и ще отговори."
    assert "Това не е отправено към Вас" in await boris.sends(pressed("card", 14))
    async with database.reading() as tx:
        rows = await tx.rows("SELECT 1 FROM audit WHERE what = 'accepted a referral'")
    assert len(rows) == 1


async def test_who_answers_second_is_told_who_was_first_and_nothing_is_overwritten(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, boris = await somebody("yana", "Яна", "I30"), await somebody("boris", "Борис", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    await yana.sends(pressed("reply"))
    async with database.transaction() as tx:
        await tx.run("UPDATE referral SET taken_by = NULL")
    await answers(boris, "Не е открито")
    await yana.taps("Живее на друг адрес")
    assert await yana.taps("Пропусни") == "Борис вече отговори: „Не е открито“. Нищо не е променено."
    assert notices(yana) == []
    assert await states(database) == [("M30", "answered", "A21")]
    assert (await moved_by(database))[1:] == [("answer", 1)]


async def test_what_is_not_theirs_goes_on_to_the_others_and_then_back(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, boris = await somebody("yana", "Яна", "I30"), await somebody("boris", "Борис", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    await yana.sends(pressed("accept"))
    assert await yana.sends(pressed("not_ours")) == "Върнато: БЯ-014, Дряновец.\nСега е при: Борис."
    assert [to for to, _text in notices(yana)] == [await id_of(database, "boris")]
    await yana.taps("Кажи защо")
    assert "ЕГН" in await yana.says("6101057509")
    assert await yana.says("друго кметство") == "Отбелязано, благодаря."
    assert notices(yana) == []
    assert await yana.sends(pressed("reply")) == "Вече го върнахте; сега е при други."
    await boris.sends(pressed("not_ours"))
    assert boris.text == "Върнато: БЯ-014, Дряновец."
    assert notices(boris) == [
        (
            await id_of(database, "mila"),
            "БЯ-014, Дряновец. Никой от „Община“ не го поема.\n„друго кметство“ (Яна)\n"
            "Поискано: Община: проверка на адрес\nСледва: насочване към друга институция. Срок: пт, 27.11",
        )
    ]
    assert await standing(database) == ("S30", "refused", "2026-11-27", None)
    await boris.taps("Кажи защо")
    await boris.says("не е наш район")
    assert notices(boris)[0][1] == "БЯ-014, Дряновец: защо никой не го поема.\n„не е наш район“ (Борис)"
    await boris.sends(pressed("why_not"))
    assert "не е отправено към Вас" in await boris.says("пак")
    for key in ("accept", "reply", "not_ours"):
        assert "Никой от „Община“ не поема това" in await boris.sends(pressed(key))
    await mila.sends(pressed("card", 14))
    assert "Никой не го поема: Община: проверка на адрес" in mila.text


async def test_of_two_who_were_told_the_other_keeps_the_first_notice(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, boris = await somebody("yana", "Яна", "I30"), await somebody("boris", "Борис", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    await yana.sends(pressed("not_ours"))
    assert notices(yana) == []
    assert "е при Вас" in await boris.sends(pressed("accept"))


async def test_a_refused_referral_leaves_the_case_with_the_next_it_waits_for(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, petar = await somebody("yana", "Яна", "I30"), await somebody("petar", "Петър", "I50", "")
    await reports(mila, "14 неизвестно")
    assert await standing(database) == ("S41", "answer", "2026-12-08", 1)
    await yana.sends(pressed("not_ours"))
    assert await standing(database) == ("S41", "answer", "2026-12-29", 2)
    assert "Полиция, ДПС" in notices(yana)[0][1]
    await answers(petar, "Направено", number=2)
    assert (await standing(database))[1:] == ("review", "2026-11-27", None)


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


async def test_closing_a_case_withdraws_what_is_asked_and_a_half_written_answer_is_kept(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, boris = await somebody("yana", "Яна", "I30"), await somebody("boris", "Борис", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    await yana.sends(pressed("reply"))
    await mila.says("14")
    await mila.sends(pressed("report", 14))
    await mila.taps("Още →", "Починало дете", "Запази")
    assert "Случаят е приключен." in mila.text
    assert "Вече не се иска: Община: проверка на адрес." in mila.text
    assert notices(mila) == [
        (
            await id_of(database, "yana"),
            "БЯ-014, Дряновец: Община: проверка на адрес. Това вече не се иска от Вас, не е нужно да правите нищо.",
        )
    ]
    assert await boris.sends(pressed("accept")) == "Това вече не се иска от Вас, не е нужно да правите нищо."
    await yana.taps("Живее на друг адрес")
    said = await yana.taps("Пропусни")
    assert "Случаят междувременно е приключен; отговорът Ви е запазен." in said
    assert notices(yana)[0][1].endswith("Случаят е приключен.")
    assert await states(database) == [("M30", "answered", "A20")]
    assert await standing(database) == ("S70", "office", None, None)
    assert await moved_by(database) == [("visit", 1), ("visit", 2)]


async def test_who_was_met_is_no_longer_looked_for_and_the_rest_is_still_asked(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana = await somebody("yana", "Яна", "I30")
    await mila.says("14 адрес")
    await mila.taps("Пропусни", "Промени", "Мерки", "Още →", "ДСП: помощ в натура", "Готово", "Запази")
    await yana.sends(pressed("reply", 2))
    mila.now += timedelta(days=2)
    await mila.says("14 обещание")
    await mila.taps("Майка", "Пропусни", "Без ден")
    assert "Вече не се иска: Община: проверка на адрес." in await mila.taps("Запази")
    assert await states(database) == [("M41", "open", ""), ("M30", "withdrawn", "")]
    await yana.taps("Живее на друг адрес")
    said = await yana.taps("Пропусни")
    assert "Това вече не се искаше; отговорът Ви е запазен, но случаят остава, където е." in said
    assert (await standing(database))[:2] == ("S20", "promise")
    assert "Следва: проверка на обещанието" in notices(yana)[0][1]


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


async def test_a_referral_of_another_place_or_institution_is_not_there(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    await somebody("yana", "Яна", "I30")
    others = [await somebody("far", "Далечен", "I30", "Русе"), await somebody("other", "Друг", "I50")]
    await reports(mila, "14 адрес", "Пропусни")
    for one in others:
        for key in ("accept", "reply", "not_ours", "referral"):
            assert await one.sends(pressed(key)) == "Това не е отправено към Вас. Нищо не е променено."
        assert "Това не е отправено към Вас" in await one.sends(pressed("card", 14))
    assert "не е отправено" in await mila.sends(pressed("accept", 77))
    await others[0].sends(pressed("why_not"))
    assert "не е отправено" in await others[0].says("защо")
    assert await states(database) == [("M30", "open", "")]


async def test_only_those_who_were_asked_send_it_back(mila: Chat, database: Database) -> None:
    await reports(mila, "14 адрес", "Пропусни")
    assert await mila.sends(pressed("not_ours")) == "Това не е отправено към Вас. Нищо не е променено."
    assert await states(database) == [("M30", "open", "")]


async def test_people_of_an_institution_see_only_what_is_theirs(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana = await somebody("yana", "Яна Драгнева", "I30")
    assert await yana.says("/menu") == "Яна, какво ще правим?"
    assert yana.labels == ["Чака отговор от нас", "Настройки", "Помощ"]
    assert await yana.taps("Чака отговор от нас") == "Нищо не чака Вашия отговор."
    assert "Каквото екип отправи" in await yana.says("/help")
    await reports(mila, "14 адрес", "Пропусни")
    for wanted in ("/report", "/cases", "14 никой", "/last", "здравейте", "/hour"):
        assert (await yana.says(wanted)).startswith("Посещенията се докладват от екипите.")
    for key in ("report", "fix", "lead", "last", "cases", "drafts"):
        assert "Посещенията се докладват" in await yana.sends(pressed(key, 14 if key != "fix" else 1))
    assert "Посещенията се докладват" in await yana.shows()
    assert "вече приключено" in await yana.sends(Tapped("old", "outcome", "O20"))
    assert await states(database) == [("M30", "open", "")]
    await yana.says("/menu")
    await yana.taps("Чака отговор от нас")
    assert yana.labels == ["БЯ-014 · Община: проверка на адрес", "Меню"]
    await yana.taps("БЯ-014")
    assert yana.labels == ["Приеми", "Отговори", "Не е за нас", "Покажи случая", "Чака отговор от нас", "Меню"]
    await yana.taps("Покажи случая")
    assert "ул. Дунав 14" in yana.text
    assert "Няма такъв адрес" not in yana.text
    assert "Росица" not in yana.text
    assert yana.labels == ["Покажи името", "Меню"]
    assert "Росица Илиева" in await yana.taps("Покажи името")


async def test_of_many_referrals_the_first_are_listed_and_the_others_counted(mila: Chat, somebody: Joining) -> None:
    yana = await somebody("yana", "Яна", "I30")
    for number in range(1, 10):
        await reports(mila, f"{number} адрес", "Пропусни")
    await yana.sends(pressed("waiting"))
    assert yana.text.endswith("и още 1")
    assert len(yana.labels) == 9


async def test_who_joins_later_is_told_what_waits_and_can_answer(mila: Chat, database: Database) -> None:
    await reports(mila, "14 адрес", "Пропусни")
    async with database.transaction() as tx:
        for account, municipality in (("late", "Бяла"), ("far", ""), ("other", "Русе")):
            invited = Invitation(INSTITUTION, None, municipality, "Яна", "I30")
            await people.invite(tx, f"c-{account}", invited, NOW + timedelta(days=7))
    late, far, other = Chat(database, "late"), Chat(database, "far"), Chat(database, "other")
    for chat in (late, far, other):
        await chat.says(f"/start c-{chat.account}")
        await chat.taps("Български")
        await chat.taps("Приемам")
    assert "„Община“, Бяла. " in late.text
    assert "\n1 вече чака.\n" in late.text
    assert "„Община“, цялата област." in far.text
    assert "чака" not in other.text.partition("до кога.")[2]
    await answers(late, "Не е открито")
    assert await states(database) == [("M30", "answered", "A21")]


class TestOfAChildAtRisk:
    async def test_only_the_fact_is_recorded_and_it_goes_out_at_once(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        await somebody("diana", "Диана", "I43")
        mila.now = NOW + timedelta(hours=12)
        await mila.sends(pressed("report", 14))
        await mila.taps("Още →", "Дете в риск")
        assert mila.text.startswith("Прегледайте и запазете. Записва се само фактът.")
        assert "бележка" not in mila.text
        assert "снимки" not in mila.text
        assert "само фактът" in await mila.shows()
        said = await mila.taps("Запази")
        assert said.splitlines()[1:] == [
            "Следва: отговор от институция (Закрила на детето). Срок: утре, 25.11",
            "Поискано: ОЗД: сигнал за дете в риск. Отговорът идва тук.",
            "Ако детето е в опасност сега, обадете се на 112. Линията за деца е 116 111, денонощно.",
        ]
        [notice] = [one for one in mila.all if one.to is not None]
        assert notice.urgent
        assert notices(mila)[0][1].startswith("Спешно: дете в риск.\nБЯ-014, Дряновец: ОЗД: сигнал за дете в риск")
        async with database.reading() as tx:
            row = await tx.one("SELECT report FROM visit")
        assert '"note":""' in row["report"]
        assert '"photos":[]' in row["report"]

    @pytest.mark.parametrize("line", ["14 риск детето каза нещо", "14 сигнал в петък"])
    async def test_a_line_with_a_story_is_refused_the_story(self, mila: Chat, database: Database, line: str) -> None:
        assert (await mila.says(line)).startswith(
            "За дете в риск се записва само фактът; друго от изпратеното не пазя."
        )
        await mila.taps("Запази")
        async with database.reading() as tx:
            rows = await tx.rows("SELECT body AS text FROM journal UNION ALL SELECT report FROM visit")
        assert not [row for row in rows if "каза" in row["text"] or "петък" in row["text"]]

    async def test_a_photo_that_begins_it_is_not_kept(self, mila: Chat, database: Database) -> None:
        assert "само фактът" in await mila.shows(caption="14 риск")
        await mila.taps("Запази")
        async with database.reading() as tx:
            row = await tx.one("SELECT report FROM visit")
        assert '"photos":[]' in row["report"]


class TestACorrection:
    async def test_withdraws_what_its_visit_asked_for_and_no_longer_does(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        yana = await somebody("yana", "Яна", "I30")
        await reports(mila, "14 адрес", "Пропусни")
        await yana.sends(pressed("accept"))
        await self.corrects(mila, "Никой на адреса")
        assert "Вече не се иска: Община: проверка на адрес." in mila.text
        assert [to for to, _text in notices(mila)] == [await id_of(database, "yana")]
        assert await states(database) == [("M30", "withdrawn", "")]
        assert await standing(database) == ("S21", "retry", "2026-12-01", None)

    async def test_asks_what_it_adds_and_the_case_waits(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        await somebody("yana", "Яна", "I30")
        await reports(mila, "14 никой")
        await self.corrects(mila, "Няма такъв адрес")
        assert "Поискано: Община: проверка на адрес." in mila.text
        assert await standing(database) == ("S30", "answer", "2026-12-08", 1)

    async def test_of_a_note_asks_nothing_again_and_leaves_what_was_answered(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        yana = await somebody("yana", "Яна", "I30")
        await reports(mila, "14 адрес", "Пропусни")
        await self.notes(mila)
        assert await standing(database) == ("S30", "answer", "2026-12-08", 1)
        mila.now += timedelta(hours=1)
        yana.now += timedelta(hours=1)
        await answers(yana, "Направено")
        await self.notes(mila, "още")
        assert await states(database) == [("M30", "answered", "A10")]
        assert (await standing(database))[1:] == ("review", "2026-11-27", None)

    async def test_forgets_an_answer_that_waited_for_what_is_asked_no_more(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        yana = await somebody("yana", "Яна", "I30")
        await somebody("petar", "Петър", "I50")
        await reports(mila, "14 неизвестно")
        yana.now += timedelta(hours=1)
        await answers(yana, "Направено")
        assert await standing(database) == ("S41", "answer", "2026-12-29", 2)
        await self.notes(mila)
        assert await standing(database) == ("S41", "answer", "2026-12-29", 2)
        await self.corrects(mila, "Никой на адреса")
        assert await standing(database) == ("S21", "retry", "2026-12-01", None)
        assert [state for _measure, state, _answer in await states(database)] == ["answered", "withdrawn"]

    async def test_of_an_older_report_asks_only_what_was_put_down_in_it(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        await somebody("yana", "Яна", "I30")
        await reports(mila, "14 никой")
        mila.now += timedelta(days=1)
        await reports(mila, "14 никой")
        await self.corrects(mila, "Няма такъв адрес")
        assert await states(database) == []
        await mila.says("/last")
        await mila.taps("Поправи № 1", "Промени", "Мерки", "Още →", "Община: транспорт", "Готово", "Запази")
        assert [measure for measure, _state, _answer in await states(database)] == ["M32"]

    async def test_to_another_case_takes_what_it_asked_along(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        await somebody("yana", "Яна", "I30")
        await reports(mila, "14 адрес", "Пропусни")
        await mila.says("/last")
        await mila.taps("Поправи № 1", "Промени", "Случай")
        await mila.says("15")
        await mila.taps("БЯ-015", "Запази")
        assert [state for _measure, state, _answer in await states(database)] == ["withdrawn", "open"]
        assert await standing(database) == ("S11", "visit", "2026-11-30", None)
        assert await standing(database, 15) == ("S30", "answer", "2026-12-08", 2)

    async def test_that_closes_the_case_withdraws_all_of_it(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        await somebody("yana", "Яна", "I30")
        await reports(mila, "14 адрес", "Пропусни")
        mila.now += timedelta(days=1)
        await reports(mila, "14 никой")
        await mila.says("/last")
        await mila.taps("Поправи № 2", "Промени", "Резултат", "Още →", "Починало дете", "Запази")
        assert await states(database) == [("M30", "withdrawn", "")]
        assert await standing(database) == ("S70", "office", None, None)

    async def corrects(self, mila: Chat, outcome: str, *taps: str) -> None:
        await mila.says("/last")
        await mila.taps("Поправи № 1", "Промени", "Резултат", outcome, *taps, "Запази")

    async def notes(self, mila: Chat, text: str = "желязна врата") -> None:
        await mila.says("/last")
        await mila.taps("Поправи № 1", "Промени", "Бележка")
        await mila.says(text)
        await mila.taps("Запази")


async def test_no_answer_is_asked_for_where_nothing_was_referred(mila: Chat, database: Database) -> None:
    async with database.transaction() as tx:
        me, _kept = await people.with_journal(tx, "telegram", "mila")
        assert me is not None
        here = Scene(me, WORK, Moment(NOW, TODAY, "bg"))
        [told] = await conversations.begin(tx, here, "reply", {"referral": 7})
    assert Words("bg", TODAY).say(told.view.lines[0]) == "Това не е отправено към Вас. Нищо не е променено."


async def test_a_check_is_no_referral_to_be_listed_called_to_mind_or_withdrawn_with_them(
    database: Database, somebody: Joining
) -> None:
    petya = await somebody("petya", "Петя", "I10")
    async with database.transaction() as tx:
        made = await referrals.ask(tx, 14, "I10", TODAY, NOW, asked_by=None, check_day=7)
        assert await silence.passed(tx, WORK, TODAY, NOW) == []
        assert await referring.closed(tx, WORK, await cases.for_rules(tx, 14), None, NOW) == []
    assert await petya.sends(pressed("waiting")) == "Нищо не чака Вашия отговор."
    for key in ("referral", "accept", "reply"):
        assert await petya.sends(pressed(key, made)) == "Това не е отправено към Вас. Нищо не е променено."
    await petya.sends(pressed("menu"))
    await petya.taps("Записани деца")
    assert petya.text == "1 записано дете: посещава ли?\n• БЯ-014, Дряновец · 7 дни след записването"


async def test_what_was_answered_is_neither_refused_nor_withdrawn_and_new_things_may_be_asked(
    database: Database, somebody: Joining
) -> None:
    petya = await somebody("petya", "Петя", "I10")
    async with database.transaction() as tx:
        made = await referrals.ask(tx, 14, "I10", TODAY, NOW, asked_by=None, measure="M11")
        me, _kept = await people.with_journal(tx, "telegram", "petya")
        asked = await referrals.for_rules(tx, made)
        assert me is not None
        assert await referrals.answer(tx, me, asked, "A10", NOW)
        assert not await referrals.end_refused(tx, asked, NOW)
        assert not await referrals.withdraw(tx, asked, None, NOW)
        await referrals.ask(tx, 14, "I10", TODAY, NOW, asked_by=None, measure="M10")
    await petya.sends(pressed("card", 14))
    assert "Поискано: Училище: записване. Отговор до: днес, 24.11" in petya.text.splitlines()


async def test_whoever_closes_a_case_withdraws_what_is_asked_of_it(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana = await somebody("yana", "Яна", "I30")
    await reports(mila, "14 неизвестно")
    await yana.sends(pressed("accept"))
    async with database.transaction() as tx:
        case = await cases.for_rules(tx, 14)
        told = await referring.closed(tx, WORK, case, None, NOW)
    assert [one.to for one in told] == [await id_of(database, "yana")]
    assert [state for _measure, state, _answer in await states(database)] == ["withdrawn", "withdrawn"]


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

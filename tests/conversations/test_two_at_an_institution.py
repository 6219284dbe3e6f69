"""Several people of one institution: the first has it, the second is told so, and what is nobody's goes back."""

from __future__ import annotations

from handlers.engine.words import Words
from handlers.morning.notices import together
from storage.database import Database
from tests.conversations.conftest import TODAY, Chat, Joining
from tests.conversations.referred import answers, id_of, moved_by, notices, pressed, reports, standing, states


async def two_told(mila: Chat, somebody: Joining) -> tuple[Chat, Chat]:
    """Both of the municipality, of the same case."""
    told = await somebody("yana", "Яна", "I30"), await somebody("boris", "Борис", "I30")
    await reports(mila, "14 адрес", "Пропусни")
    return told


async def test_the_first_who_accepts_has_it_and_the_others_are_told(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, boris = await two_told(mila, somebody)
    assert [to for to, _text in notices(mila)] == [await id_of(database, "yana"), await id_of(database, "boris")]
    await yana.sends(pressed("accept"))
    assert "е при Вас" in await yana.sends(pressed("accept"))
    for key in ("accept", "reply", "not_ours", "referral"):
        assert await boris.sends(pressed(key)) == "Яна прие това и ще отговори."
    assert "Това не е отправено към Вас" in await boris.sends(pressed("card", 14))
    async with database.reading() as tx:
        rows = await tx.rows("SELECT 1 FROM audit WHERE what = 'accepted a referral'")
    assert len(rows) == 1


async def test_two_requests_in_one_message_say_on_their_buttons_about_which_case_they_are(
    mila: Chat, somebody: Joining
) -> None:
    await somebody("yana", "Яна", "I30")
    requests = []
    for number in (13, 14):
        await reports(mila, f"{number} адрес", "Пропусни")
        requests += [one for one in mila.all if one.to is not None]
    [both] = together(requests, [one.to for one in requests if one.to])
    words = Words("bg", TODAY)
    assert [[words.say(button.label) for button in row] for row in both.view.rows] == [
        ["Приеми БЯ-013", "Отговори за БЯ-013"], ["БЯ-013 не е за нас", "Покажи БЯ-013"],
        ["Приеми БЯ-014", "Отговори за БЯ-014"], ["БЯ-014 не е за нас", "Покажи БЯ-014"],
    ]  # fmt: skip
    [one] = together(requests[:1])
    assert [words.say(button.label) for row in one.view.rows for button in row] == [
        "Приеми", "Отговори", "Не е за нас", "Покажи случая",
    ]  # fmt: skip


async def test_who_answers_second_is_told_who_was_first_and_nothing_is_overwritten(
    mila: Chat, database: Database, somebody: Joining
) -> None:
    yana, boris = await two_told(mila, somebody)
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
    yana, boris = await two_told(mila, somebody)
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
    yana, boris = await two_told(mila, somebody)
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

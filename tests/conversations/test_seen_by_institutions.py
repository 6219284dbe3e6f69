"""What people of an institution see, and what is not there for them."""

from __future__ import annotations

from datetime import timedelta

from casework.records import INSTITUTION
from handlers.engine.replies import Tapped
from storage import people
from storage.database import Database
from storage.people import Invitation
from tests.conversations.conftest import NOW, Chat, Joining
from tests.conversations.referred import answers, pressed, reports, states


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

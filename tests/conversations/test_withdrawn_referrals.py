"""What is no longer asked: after a closing, another visit or a correction; whoever had taken it is told."""

from __future__ import annotations

from datetime import timedelta

from handlers.institutions import referring, silence
from storage import cases, people, referrals
from storage.database import Database
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, Joining
from tests.conversations.referred import answers, id_of, moved_by, notices, pressed, reports, standing, states


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

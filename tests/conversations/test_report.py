"""The visit report as a member lives it: short, forgiving, and kept exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.replies import Tapped
from storage.database import Database


async def saved(database: Database) -> list[Any]:
    async with database.reading() as tx:
        return await tx.rows(
            "SELECT v.outcome, v.version, v.report, c.due_on, c.status, c.attempts FROM visit v "
            "JOIN child_case c ON c.id = v.case_id ORDER BY v.id"
        )


async def test_nobody_at_the_address_is_four_taps(mila: Any, database: Database) -> None:
    await mila.says("/menu")
    said = await mila.taps("Докладвай", "БЯ-001", "Никой на адреса")
    assert "Резултат: Никой на адреса" in said
    assert "Опит: 1" in said
    assert "Записано. Доклад № 1 · БЯ-001" in await mila.taps("Запази")
    assert mila.taps_made == 4
    [row] = await saved(database)
    assert (row["outcome"], row["due_on"], row["status"], row["attempts"]) == ("O20", "2026-12-01", "S21", 1)


async def test_a_usual_report_is_eight_taps(mila: Any, database: Database) -> None:
    await mila.says("/menu")
    said = await mila.taps("Докладвай", "БЯ-001", "Обещание", "Майка")
    assert "Защо" in said
    await mila.taps("Няма транспорт", "Готово", "утре")
    assert "Обещано: утре, 25.11" in mila.text
    await mila.taps("Запази")
    assert mila.taps_made == 8
    [row] = await saved(database)
    assert row["due_on"] == "2026-11-26"


async def test_a_line_is_a_whole_report(mila: Any, database: Database) -> None:
    said = await mila.says("14 никой")
    assert "БЯ-014" in said
    assert "Запази" in mila.labels
    await mila.taps("Запази")
    assert [row["outcome"] for row in await saved(database)] == ["O20"]


async def test_a_line_with_a_promise_asks_only_what_is_missing(mila: Any) -> None:
    assert "Кого срещнахте?" in await mila.says("бя14 обещание 3.12 чака документи")
    said = await mila.taps("Майка")
    assert "чт, 3.12" in said
    assert "Бележка: чака документи" in said


async def test_a_photo_with_a_number_begins_its_report(mila: Any) -> None:
    assert "БЯ-014" in await mila.shows(1, "14")
    assert "Снимки: 1" in await mila.taps("Никой")


async def test_an_album_at_the_wrong_question_is_in_the_report(mila: Any) -> None:
    await mila.says("/report")
    await mila.taps("БЯ-001")
    said = await mila.shows(10)
    assert "В доклада има 10 снимки." in said
    assert "Как завърши" in said
    assert "вече има 10 снимки" in await mila.shows(1)
    assert "Снимки: 10" in await mila.taps("Никой")


@pytest.mark.parametrize("wrong", ["не знам", "😀", "ъ" * 5000, "0000000000"])
async def test_a_wrong_answer_never_advances_and_says_what_would_do(mila: Any, wrong: str) -> None:
    await mila.says("/report")
    await mila.taps("БЯ-001")
    said = await mila.says(wrong)
    assert said.startswith("Моля")
    assert "Как завърши" in said
    assert "Как завърши" in await mila.sends_sticker()
    assert "Как завърши" in await mila.is_at()


async def test_back_change_and_discard(mila: Any, database: Database) -> None:
    await mila.says("/report")
    await mila.taps("БЯ-001", "Отказ")
    assert "Как завърши" in await mila.taps("← Назад")
    await mila.taps("Никой")
    await mila.taps("Промени", "Резултат")
    said = await mila.taps("Няма такъв адрес")
    assert "Снимки на бележката" in said
    await mila.taps("Пропусни", "Промени", "Бележка")
    assert "ЕГН не се пази" in await mila.says("6101057509")
    assert "Бележка: желязна врата" in await mila.says("желязна врата")
    assert "Нищо не е записано" in await mila.taps("Изтрий")
    assert await saved(database) == []


async def test_a_report_left_for_later_is_a_draft_and_goes_on(mila: Any, database: Database) -> None:
    await mila.says("/report")
    await mila.taps("БЯ-001", "Отказ", "По-късно")
    await mila.says("15 никой")
    await mila.taps("Запази")
    await mila.says("/drafts")
    assert "Кого срещнахте" in await mila.taps("БЯ-001")
    await mila.taps("Баща", "Нежелание на детето", "Готово", "Запази")
    assert [row["outcome"] for row in await saved(database)] == ["O20", "O13"]


async def test_two_taps_on_save_keep_one_report(mila: Any, database: Database) -> None:
    await mila.says("14 никой")
    save = mila.button("Запази")
    await mila.sends(save)
    assert "вече приключено" in await mila.sends(save)
    assert len(await saved(database)) == 1


async def test_an_old_button_changes_nothing_and_says_so(mila: Any, database: Database) -> None:
    await mila.says("/report")
    old = mila.button("БЯ-003")
    await mila.taps("БЯ-001")
    said = await mila.sends(old)
    assert "от по-рано" in said
    assert "БЯ-001" in said
    for junk in (
        Tapped("go", "case", "x"),
        Tapped("go", "card", "9" * 30),
        Tapped("", "", ""),
        Tapped("go", "fix", "7"),
    ):
        await mila.sends(junk)
    assert await saved(database) == []


async def test_a_saved_report_is_corrected_and_the_old_version_stays(mila: Any, database: Database) -> None:
    await mila.says("14 никой")
    await mila.taps("Запази")
    await mila.says("/last")
    await mila.taps("Поправи № 1", "Промени", "Резултат", "Отказ", "Баща", "Неизвестно", "Готово")
    assert "версия 2" in await mila.taps("Запази")
    async with database.reading() as tx:
        versions = await tx.rows("SELECT report FROM visit_version ORDER BY version")
    assert len(versions) == 2
    [row] = await saved(database)
    assert (row["outcome"], row["attempts"], row["status"]) == ("O13", 1, "S21")


async def test_the_third_nobody_becomes_a_search(mila: Any, database: Database) -> None:
    for _ in range(3):
        await mila.says("14 никой")
        await mila.taps("Запази")
        mila.now += timedelta(days=7)
    assert "запитване до община" in mila.text


async def test_a_case_that_left_the_page_meanwhile_can_still_be_tapped(mila: Any, database: Database) -> None:
    await mila.says("/report")
    shown = mila.button("БЯ-001")
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2027-01-01' WHERE running = 1")
    assert "Как завърши" in await mila.sends(shown)
    await mila.says("/report")
    forged = Tapped(mila.shown.talk, mila.shown.key, "999999")
    assert "не е при Вашия екип" in await mila.sends(forged)


async def test_rare_outcomes_are_one_tap_further_or_typed(mila: Any) -> None:
    await mila.says("/report")
    await mila.taps("БЯ-001")
    assert "Починало дете" not in mila.labels
    await mila.taps("Още")
    assert "Резултат: Починало дете" in await mila.taps("Починало дете")
    await mila.says("/report")
    await mila.taps("БЯ-003")
    assert "Резултат: Починало дете" in await mila.says("починало дете")


async def test_english_from_the_first_question(mila: Any) -> None:
    await mila.says("/language")
    await mila.taps("English")
    await mila.says("/report")
    said = await mila.taps("БЯ-001", "Nobody at the address")
    assert "Attempt: 1" in said
    assert "Saved. Report № 1" in await mila.taps("Save")


async def test_joining_shows_nothing_before_the_note_is_accepted(mila: Any) -> None:
    mila.account = "newcomer"
    assert "координатор" in await mila.says("здравейте")
    assert "Език" in await mila.says("/start fresh")
    assert "stays between the people who help" in await mila.taps("English")
    await mila.sends(Tapped("go", "cases", "0"))
    assert "БЯ-" not in mila.text
    assert "Welcome. You are with team Б-1." in await mila.taps("I agree")


async def test_the_name_is_shown_once_and_the_case_passed_on(mila: Any, database: Database) -> None:
    await mila.says("/cases")
    await mila.taps("• БЯ-001")
    await mila.taps("Покажи името")
    assert "Росица Илиева" in mila.text
    assert mila.shown.vanish_after == timedelta(minutes=10)
    await mila.says("/cases")
    await mila.taps("• БЯ-001", "Предай")
    assert "предаден на Лидия" in mila.text
    [notice] = [message for message in mila.all if message.to is not None]
    assert "Росица" not in str(notice)

"""What a report leaves in the database, and what no honest telephone sends. The chats are in tests/transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.engine.replies import Tapped
from storage.database import Database, Row

NUMBER = "6101057509"
"""An example from the books of how an ЕГН is made; it is nobody's."""


async def saved(database: Database) -> Sequence[Row]:
    async with database.reading() as tx:
        return await tx.rows(
            "SELECT v.outcome, v.version, v.report, c.running, c.due_on, c.status, c.attempts FROM visit v "
            "JOIN child_case c ON c.id = v.case_id ORDER BY v.id"
        )


async def case(database: Database, running: int) -> tuple[Any, ...]:
    async with database.reading() as tx:
        row = await tx.one("SELECT due_on, status, next_step, attempts FROM child_case WHERE running = :n", n=running)
        return tuple(row)


async def test_a_saved_report_moves_its_case(mila: Any, database: Database) -> None:
    await mila.says("14 никой")
    await mila.taps("Запази")
    assert await case(database, 14) == ("2026-12-01", "S21", "retry", 1)


async def test_nothing_is_kept_of_a_discarded_report(mila: Any, database: Database) -> None:
    await mila.says("14 никой")
    await mila.taps("Изтрий")
    assert await saved(database) == []
    async with database.reading() as tx:
        assert await tx.rows("SELECT 1 FROM journal") == []


async def test_two_taps_on_save_keep_one_report(mila: Any, database: Database) -> None:
    await mila.says("14 никой")
    save = mila.button("Запази")
    await mila.sends(save)
    await mila.sends(save)
    assert len(await saved(database)) == 1


async def test_a_personal_number_is_in_no_journal_and_no_report(mila: Any, database: Database) -> None:
    await mila.says(f"14 никой детето е {NUMBER}")
    await mila.says(NUMBER)
    async with database.reading() as tx:
        [journal] = await tx.rows("SELECT body FROM journal")
    assert NUMBER not in journal["body"]
    await mila.taps("Пропусни", "Запази")
    await mila.says("/report")
    await mila.says(NUMBER)
    await mila.shows(1, f"{NUMBER}")
    async with database.reading() as tx:
        [journal] = await tx.rows("SELECT body FROM journal")
    assert NUMBER not in journal["body"]
    assert NUMBER not in str([row["report"] for row in await saved(database)])


async def test_a_forged_button_changes_nothing(mila: Any, database: Database) -> None:
    await mila.says("/report")
    for forged in (
        Tapped("go", "case", "x"),
        Tapped("go", "card", "9" * 30),
        Tapped("", "", ""),
        Tapped("go", "fix", "7"),
    ):
        await mila.sends(forged)
    assert await saved(database) == []


async def test_a_correction_keeps_the_old_version_and_its_number(mila: Any, database: Database) -> None:
    await mila.says("14 никой")
    await mila.taps("Запази")
    await mila.says("/last")
    await mila.taps("Поправи № 1", "Промени", "Резултат", "Отказ", "Баща", "Още →", "Неизвестно", "Готово", "Запази")
    async with database.reading() as tx:
        versions = await tx.rows("SELECT report FROM visit_version ORDER BY version")
    assert ['"attempt":1' in row["report"] for row in versions] == [True, True]
    [row] = await saved(database)
    assert (row["outcome"], row["version"], row["attempts"], row["status"]) == ("O13", 2, 1, "S21")


async def test_a_report_moved_to_another_case_leaves_the_first_as_it_was(mila: Any, database: Database) -> None:
    before = await case(database, 14)
    for _visit in range(2):
        await mila.says("14 никой")
        await mila.taps("Запази")
    await mila.says("/last")
    await mila.taps("Поправи № 2", "Промени", "Случай")
    await mila.says("13")
    await mila.taps("БЯ-013", "Запази")
    assert await case(database, 14) == ("2026-12-01", "S21", "retry", 1)
    assert await case(database, 13) == ("2026-12-01", "S21", "retry", 1)
    await mila.says("/last")
    await mila.taps("Поправи № 1", "Промени", "Случай")
    await mila.says("12")
    await mila.taps("БЯ-012", "Запази")
    # A week to visit it, counted from the visit that was none.
    assert (await case(database, 14))[1:] == before[1:]


async def test_the_visit_too_many_is_counted_by_those_before_it(mila: Any) -> None:
    for _visit in range(3):
        await mila.says("14 никой")
        await mila.taps("Запази")
    await mila.says("/last")
    assert "Следва: запитване до община и МВР" in await mila.taps("Поправи № 3")
    await mila.says("/last")
    assert "Следващо посещение: вт, 1.12" in await mila.taps("Поправи № 2")


async def test_a_case_that_left_the_page_meanwhile_can_still_be_tapped(mila: Any, database: Database) -> None:
    await mila.says("/report")
    shown = mila.button("БЯ-001")
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = '2027-01-01' WHERE running = 1")
    assert "Как завърши" in await mila.sends(shown)
    await mila.says("/report")
    forged = Tapped(mila.shown.talk, mila.shown.key, "999999")
    assert "не е при Вашия екип" in await mila.sends(forged)


async def test_an_old_button_shows_nothing_before_the_note_is_accepted(mila: Any) -> None:
    mila.account = "newcomer"
    await mila.says("/start fresh")
    await mila.taps("Български")
    await mila.sends(Tapped("go", "cases", "0"))
    assert "БЯ-" not in mila.text

"""A correction that moves a report: both cases stand as if the visit had always been where it now is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database

FIRST = ("S11", "visit", "2026-11-30", 0)
"""What a case of 24 November owes before its first visit."""


async def standing(database: Database, running: int) -> tuple[Any, ...]:
    async with database.reading() as tx:
        row = await tx.one("SELECT * FROM child_case WHERE running = :running", running=running)
    return (row["status"], row["next_step"], row["due_on"], row["attempts"])


async def stored(database: Database) -> list[tuple[int, int]]:
    """The case and the number of attempt of each report, in the order of their receipts."""
    async with database.reading() as tx:
        rows = await tx.rows("SELECT case_id, report FROM visit ORDER BY id")
    return [(row["case_id"], json.loads(row["report"])["attempt"]) for row in rows]


async def reports(mila: Any, *lines: str) -> None:
    """A day between each two."""
    for line in lines:
        await mila.says(line)
        await mila.taps("Запази")
        mila.now += timedelta(days=1)


async def moves(mila: Any, visit: int, number: str) -> str:
    await mila.says("/last")
    await mila.taps(f"Поправи № {visit}", "Промени", "Случай")
    await mila.says(number)
    return str(await mila.taps(number, "Запази"))


async def test_a_case_without_visits_is_again_as_it_came(mila: Any, database: Database) -> None:
    await reports(mila, "14 никой")
    assert await standing(database, 14) == ("S21", "retry", "2026-12-01", 1)
    said = await moves(mila, 1, "БЯ-015")
    assert "версия 2" in said
    assert "Вече е към БЯ-015." in said
    assert "БЯ-014 остава без него." in said
    assert await standing(database, 14) == FIRST
    assert await standing(database, 15) == ("S21", "retry", "2026-12-01", 1)
    assert await stored(database) == [(15, 1)]
    async with database.reading() as tx:
        noted = await tx.rows("SELECT what FROM audit WHERE case_id = 14 ORDER BY id")
    assert [row["what"] for row in noted] == ["reported", "lost a visit to another case"]


async def test_it_is_the_same_as_if_it_had_been_reported_there(mila: Any, database: Database) -> None:
    await reports(mila, "14 никой", "14 никой", "15 никой", "14 никой", "15 никой")
    assert (await standing(database, 14))[:2] == ("S41", "search")
    await moves(mila, 2, "БЯ-015")
    moved = [await standing(database, running) for running in (14, 15)]
    mila.now -= timedelta(days=5)
    await reports(mila, "1 никой", "2 никой", "2 никой", "1 никой", "2 никой")
    assert moved == [await standing(database, running) for running in (1, 2)]
    assert [status for status, *_rest in moved] == ["S21", "S41"]


async def test_only_the_moved_report_gets_another_number_of_attempt(mila: Any, database: Database) -> None:
    await reports(mila, "14 никой", "15 никой", "14 никой", "14 никой")
    await moves(mila, 3, "БЯ-015")
    assert await stored(database) == [(14, 1), (15, 1), (15, 2), (14, 3)]
    assert [(await standing(database, running))[3] for running in (14, 15)] == [2, 2]


async def test_correcting_an_older_report_changes_what_the_last_one_leads_to(mila: Any, database: Database) -> None:
    await reports(mila, "14 никой", "14 никой", "14 никой")
    assert (await standing(database, 14))[:2] == ("S41", "search")
    await mila.says("/last")
    await mila.taps("Поправи № 2", "Промени", "Резултат", "Отказ", "Баща", "Още →", "Неизвестно", "Готово", "Запази")
    assert await standing(database, 14) == ("S21", "retry", "2026-12-03", 3)
    assert [attempt for _case, attempt in await stored(database)] == [1, 2, 3]


async def test_what_a_person_decided_after_the_visits_stays(mila: Any, database: Database) -> None:
    await reports(mila, "14 никой")
    await mila.says("/cases")
    await mila.taps("Още", "Още", "БЯ-014", "Предай")
    passed = await standing(database, 14)
    assert passed[1] == "leader"
    await reports(mila, "14 никой", "15 никой")
    await moves(mila, 2, "БЯ-015")
    assert await standing(database, 14) == passed
    await moves(mila, 1, "БЯ-015")
    assert await standing(database, 14) == ("S11", *passed[1:3], 0)


async def test_a_correction_that_changes_nothing_of_the_case_forgets_nobody_who_was_told(
    mila: Any, database: Database
) -> None:
    await reports(mila, "14 никой")
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET told_rung = 2 WHERE running = 14")
    await mila.says("/last")
    await mila.taps("Поправи № 1", "Промени", "Бележка")
    await mila.says("желязна врата")
    await mila.taps("Запази")
    async with database.reading() as tx:
        row = await tx.one("SELECT told_rung FROM child_case WHERE running = 14")
    assert row["told_rung"] == 2


async def test_photos_follow_their_visit(mila: Any, database: Database) -> None:
    await mila.shows(2, "14")
    await mila.taps("Никой", "Запази")
    await moves(mila, 1, "БЯ-015")
    async with database.reading() as tx:
        rows = await tx.rows("SELECT w.case_id FROM media m JOIN visit w ON w.id = m.visit_id")
    assert [row["case_id"] for row in rows] == [15, 15]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (15, "БЯ-015 вече е при координатора на Бяла, затова нищо не е записано."),
        (14, "Този случай вече не е при Вашия екип, затова нищо не е записано."),
    ],
    ids=["the case it goes to", "the case it is of"],
)
async def test_a_report_is_not_moved_where_a_case_has_left_meanwhile(
    mila: Any, database: Database, gone: int, said: str
) -> None:
    await reports(mila, "14 никой")
    await mila.says("/last")
    await mila.taps("Поправи № 1", "Промени", "Случай")
    await mila.says("БЯ-015")
    await mila.taps("БЯ-015")
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET team_id = NULL WHERE running = :gone", gone=gone)
    assert (await mila.taps("Запази")).startswith(said)
    assert await stored(database) == [(14, 1)]

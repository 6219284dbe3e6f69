"""A case is found by the words of its place and of its notes, and only by whoever may see it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from casework.records import NextStep, Person, VisitReport
from storage import cases, new_cases, visits
from storage.database import Tx
from storage.new_cases import NewCase
from storage.sqlite import Writing
from tests.engines import SQLITE

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


async def found(tx: Tx, me: Person, text: str) -> list[str]:
    listed, total = await cases.search(tx, me, text, offset=0, limit=20)
    assert total == len(listed)
    return [case.number for case in listed]


async def lives(tx: Tx, team: int, mark: str, settlement: str, address: str, note: str = "") -> None:
    new = NewCase("БЯ", "G1", "Бяла", settlement, address, 2015, team, note, None, mark)
    await new_cases.put(tx, [new], NextStep("S11", "visit", TODAY), NOW)


def visited(case_id: int, note: str) -> VisitReport:
    return VisitReport(case_id, TODAY, "morning", 1, (1,), "A1", "", outcome="O20", note=note)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Xан Kрум 5", ["БЯ-005"]),
        ("ul. Han Krum 5", ["БЯ-005"]),
        ("полско коссво", ["БЯ-002", "БЯ-004", "БЯ-006", "БЯ-008"]),
        ("гр. Бяла 3", ["БЯ-003"]),
        ("хан 3", ["БЯ-003"]),
        ("бял крум 3", ["БЯ-003"]),
        ("бяла 33", []),
        ("бя 33", []),
        ("33", []),
    ],
)
async def test_a_case_is_found_with_what_people_mistake(district: Any, text: str, numbers: list[str]) -> None:
    async with district.database.reading() as tx:
        assert await found(tx, district.mila, text) == numbers


async def test_what_is_written_so_comes_before_what_is_nearly_written_so(district: Any) -> None:
    async with district.database.transaction() as tx:
        await lives(tx, 1, "a", "Ада", "ул. Бреза 1")
        await lives(tx, 1, "b", "Янтра", "ул. Бреца 1")
        assert await found(tx, district.mila, "бреца") == ["БЯ-010", "БЯ-009"]
        assert await found(tx, district.mila, "брега") == ["БЯ-009", "БЯ-010"]
        assert await found(tx, district.mila, "бреца ада") == ["БЯ-009"]


async def test_the_notes_of_a_case_and_of_its_visits_are_searched(district: Any) -> None:
    async with district.database.transaction() as tx:
        await lives(tx, 1, "a", "Бяла", "", note="зад мелницата")
        saved = await visits.save(tx, district.mila, visited(2, "Чакат документи от Враца."), NOW)
        assert await found(tx, district.mila, "мелница") == ["БЯ-009"]
        assert await found(tx, district.mila, "враца документи") == ["БЯ-002"]
        await visits.correct(tx, district.mila, saved.id, 1, visited(2, "Чакат документи от Видин."), NOW)
        assert await found(tx, district.mila, "враца") == []
        assert await found(tx, district.mila, "видин") == ["БЯ-002"]
        await visits.correct(tx, district.mila, saved.id, 2, visited(3, "Чакат документи от Видин."), NOW)
        assert await found(tx, district.mila, "видин") == ["БЯ-003"]
        assert await found(tx, district.mila, "полско крум 2") == ["БЯ-002"]


async def test_nobody_finds_a_case_of_others_by_its_note_or_its_address(district: Any) -> None:
    async with district.database.transaction() as tx:
        await lives(tx, 1, "a", "Копривец", "ул. Рила 5", note="зад мелницата")
        await visits.save(tx, district.mila, visited(12, "кумът знае"), NOW)
        for text in ("копривец", "копривц", "рила", "мелницата", "кумът", "бя 9", "БЯ-009"):
            assert await found(tx, district.stranger, text) == [], text
        for me in (district.mila, district.leader, district.coordinator, district.region):
            for text in ("копривец", "копривц", "мелницата", "кумът", "бя 9"):
                assert len(await found(tx, me, text)) == 1, (me.name, text)


async def test_a_correction_of_a_case_that_has_left_is_found_by_its_new_team_alone(district: Any) -> None:
    async with district.database.transaction() as tx:
        await visits.save(tx, district.mila, visited(2, "кумът знае"), NOW)
        await tx.run("UPDATE child_case SET team_id = 2, municipality = 'Русе' WHERE id = 2")
        assert await found(tx, district.mila, "кумът") == await found(tx, district.coordinator, "кумът") == []
        assert await found(tx, district.stranger, "кумът") == ["БЯ-002"]


@pytest.mark.only(SQLITE)
async def test_a_search_reads_no_case_that_has_none_of_the_words(district: Any) -> None:
    async with district.database.reading() as tx:
        [file] = await tx.rows("PRAGMA database_list")
    said: list[str] = []
    with closing(sqlite3.connect(file["file"])) as raw:
        raw.row_factory = sqlite3.Row
        raw.set_trace_callback(said.append)
        assert await found(Writing(raw, cast(Any, None)), district.region, "крум брега") == []
        assert len(await found(Writing(raw, cast(Any, None)), district.region, "крум")) == 11
        raw.set_trace_callback(None)
        plans = {sql: [row["detail"] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in said}
    assert all(not line.startswith(("SCAN c", "SCAN o", "SCAN child")) for plan in plans.values() for line in plan), (
        plans
    )
    assert any("SEARCH c USING INTEGER PRIMARY KEY" in line for line in plans[said[-1]]), plans

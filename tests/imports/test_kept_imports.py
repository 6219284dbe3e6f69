"""What an import keeps: once, whole or not at all, and no number; and what it does to children who are here already."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import imports
from bot.apart import spreadsheets
from casework.placing import Plan, Reach
from casework.records import LEADER, Case, Cause, NextStep
from handlers.engine.words import Words
from storage import cases, new_cases, teams
from storage.database import Database, Tx, open_database
from storage.people import Invitation
from tests.conversations.conftest import NOW, WORK, joins
from tests.engines import url_of
from tests.imports.books import CHILD, EGN, HEADER, TEAMS, at_risk, book, child


async def bring(database: Database, content: bytes, reach: Reach | None = None) -> Plan:
    async with database.transaction() as tx:
        sheet = spreadsheets.read_import(content, {})
        planned = imports.plan(WORK, sheet, reach or Reach(), await imports.known(tx, WORK))
        done, _told = await imports.keep(tx, WORK, planned, imports.sealed(WORK, planned), NOW)
        return done


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def rows(database: Database, sql: str) -> list[dict[str, Any]]:
    async with database.reading() as tx:
        return [dict(row) for row in await tx.rows(sql)]


async def test_the_same_file_twice_changes_nothing_and_no_number_is_kept(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    children = book([*HEADER, "ЕГН", "Телефон"], [*CHILD, EGN, "0888 123 456"])
    firsts = [await bring(database, content) for content in (TEAMS, children)]
    agains = [await bring(database, content) for content in (TEAMS, children)]
    risky = await bring(database, at_risk(), Reach(rest="Б-1"))
    assert [(one.new, one.changed, one.here) for one in firsts] == [(3, 0, 0), (1, 0, 0)]
    assert [(one.new, one.changed, one.here) for one in agains] == [(0, 0, 3), (0, 0, 1)]
    assert risky.new == 0  # the same personal number, so the same child
    [case] = await rows(database, "SELECT sealed_name, recognised_by, prefix FROM child_case")
    assert WORK.sealer.open_name(case["sealed_name"], case["recognised_by"]) == "Росица Илиева\n0888 123 456"
    assert len(await rows(database, "SELECT 1 FROM audit WHERE what = 'imported'")) == 5
    await database.close()
    kept = all_bytes(tmp_path)
    for never in (EGN, "Росица", "0888 123 456"):
        assert never.encode() not in kept


async def enrolled(database: Database, status: str, **more: Any) -> Case:
    """The child of the register's sheet as a case that stands so."""
    await bring(database, TEAMS)
    await bring(database, book([*HEADER, "ЕГН"], [*CHILD, EGN]))
    observed = more.get("enrolled_on", NOW.date() if status == "S50" else None)
    due = None if status == "S60" else NOW.date()
    async with database.transaction() as tx:
        case = await only_case(tx)
        await cases.advance(tx, case, NextStep(status, "attendance", due, None, observed), Cause("visit"), NOW)
        return await only_case(tx)


async def only_case(tx: Tx) -> Case:
    [mark] = await new_cases.recognised(tx)
    case = await cases.marked(tx, mark)
    assert case is not None
    return case


@pytest.mark.parametrize(
    ("status", "changed", "after", "step"),
    [
        ("S50", 1, "S21", "visit"),
        ("S60", 1, "S61", "visit"),
        ("S20", 0, "S20", "attendance"),
        ("S70", 0, "S70", "attendance"),
    ],
)
async def test_a_child_that_was_enrolled_and_is_at_risk_again(
    tmp_path: Path, status: str, changed: int, after: str, step: str
) -> None:
    database = await open_database(url_of(tmp_path))
    before = await enrolled(database, status)
    below = await bring(database, at_risk(hours=4), Reach(rest="Б-1"))
    assert (below.changed, len(below.rejects)) == (0, 1)
    # The second line is the same child once more.
    again = at_risk(EGN, [EGN, "Иван", "Иванов", "Петров", "5а", 9, None])
    planned = await bring(database, again, Reach(rest="Б-1"))
    assert (planned.new, planned.changed) == (0, changed)
    async with database.reading() as tx:
        case = await only_case(tx)
    assert (case.status, case.next_step, case.enrolled_on) == (after, step, None)
    assert case.version == before.version + changed
    assert len(await rows(database, "SELECT 1 FROM transition WHERE cause = 'import' AND was <> ''")) == changed
    assert (await bring(database, again, Reach(rest="Б-1"))).changed == 0
    await database.close()


@pytest.mark.parametrize(
    ("missed", "said"),
    [({"hours": 6.5}, "6.5 часа без уважителна причина"), ({"hours": None, "days": 4}, "4 дни без уважителна причина")],
)
async def test_whoever_goes_again_hears_what_was_missed(tmp_path: Path, missed: Any, said: str) -> None:
    database = await open_database(url_of(tmp_path))
    await enrolled(database, "S50")
    async with database.transaction() as tx:
        await joins(tx, "lidia", Invitation(LEADER, (await teams.by_name(tx))["б-1"].id, "", "Лидия"))
        sheet = spreadsheets.read_import(at_risk(**missed), {})
        planned = imports.plan(WORK, sheet, Reach(rest="Б-1"), await imports.known(tx, WORK))
        _done, [told] = await imports.keep(tx, WORK, planned, imports.sealed(WORK, planned), NOW)
    assert (
        Words("bg", NOW.date()).say(told.view.lines[0]).startswith(f"БЯ-001 е в списъка на учениците в риск: {said}.\n")
    )
    await database.close()


async def test_an_ordinary_list_moves_nobody_who_is_here(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    before = await enrolled(database, "S50")
    assert (await bring(database, book([*HEADER, "ЕГН"], [*CHILD, EGN]))).changed == 0
    async with database.reading() as tx:
        assert await only_case(tx) == before
    await database.close()


async def test_a_child_at_risk_is_due_before_the_others_of_its_file(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    await bring(database, TEAMS)
    async with database.transaction() as tx:
        planned = imports.plan(
            WORK, spreadsheets.read_import(book(HEADER, CHILD, child(7, Група="в риск")), {}), Reach(),
            await imports.known(tx, WORK),
        )  # fmt: skip
        on = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
        done, told = await imports.keep(tx, WORK, planned, imports.sealed(WORK, planned), on)
    assert (done.new, told) == (2, [])
    assert await rows(database, "SELECT grouping, due_on FROM child_case ORDER BY id") == [
        {"grouping": "G2", "due_on": "2026-11-23"},
        {"grouping": "G3", "due_on": "2026-11-20"},
    ]
    await database.close()


async def test_an_import_that_fails_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    await bring(database, TEAMS)
    many = book(HEADER, *(child(n) for n in range(1, 51)))

    async with database.transaction() as tx:
        # Refuses the fiftieth.
        await tx.run("CREATE UNIQUE INDEX one_of_two ON child_case (municipality) WHERE running >= 49")
    with pytest.raises(Exception, match=r"(?i)unique"):
        await bring(database, many)
    assert await rows(database, "SELECT 1 FROM child_case") == []
    async with database.transaction() as tx:
        await tx.run("DROP INDEX one_of_two")
    assert (await bring(database, many)).new == 50
    await database.close()


async def test_a_changed_team_is_brought_up_to_date(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    await bring(database, TEAMS)
    changed = await bring(database, TEAMS.replace("Копривец".encode(), "Ботров".encode()))
    assert (changed.new, changed.changed, changed.here) == (0, 1, 2)
    async with database.reading() as tx:
        assert (await teams.by_name(tx))["б-2"].area == "Ботров"
    await database.close()

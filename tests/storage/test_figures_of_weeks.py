"""The figures of a coordinator's week out of a real file: what counts in which week, of whose cases, at which cost."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from casework import catalogue, weekly
from casework.records import CORRECTION, VISIT, Cause, NextStep, Person, VisitReport
from casework.weekly import Figures
from storage import cases, charts, visits
from storage import weekly as kept
from storage.database import Tx
from tests.engines import SQLITE
from tests.storage.conftest import District
from tests.storage.explained import Explained

BOOK = catalogue.load()
SOFIA = ZoneInfo("Europe/Sofia")
FRIDAY = date(2026, 12, 11)
WEEKS = weekly.weeks(FRIDAY)
TOLD = [WEEKS[0], WEEKS[-2], WEEKS[-1]]


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SOFIA)


async def visit(tx: Tx, me: Person, case_id: int, day: date, outcome: str = "O20", promised: date | None = None) -> int:
    went = (me.id, 2) if me.id != 2 else (2,)
    report = VisitReport(case_id, day, "morning", 1, went, "A1", "", outcome, promised_on=promised)
    return (await visits.save(tx, me, report, noon(day))).id


async def moves(tx: Tx, me: Person, case_id: int, status: str, day: date, cause: str = VISIT) -> None:
    case = await cases.get(tx, me, case_id)
    assert case is not None
    enrolled = day if status == BOOK.retention.status else None
    step = NextStep(status, "visit", day + timedelta(days=7), enrolled_on=enrolled)
    await cases.advance(tx, case, step, Cause(cause, 1, me.id), noon(day))


async def figures(tx: Any, me: Person) -> list[Figures]:
    outcomes = await charts.outcomes(tx, me, TOLD, SOFIA)
    return await kept.figures(tx, me, BOOK, TOLD, SOFIA, outcomes)


def day(n: int) -> date:
    """Of the week that is told; 1 is Monday."""
    return WEEKS[-1].first + timedelta(days=n - 1)


async def test_each_thing_counts_in_its_week_and_only_for_whoever_sees_the_case(district: District) -> None:
    mila = district.mila
    async with district.database.transaction() as tx:
        await visit(tx, mila, 1, day(-5), "O11", promised=day(2))
        await visit(tx, mila, 2, day(-4))
        await visit(tx, mila, 1, day(3), "O10")
        await moves(tx, mila, 1, "S50", day(3))
        await visit(tx, mila, 2, day(2), "O11", promised=day(4))
        await visit(tx, mila, 3, day(1), "O11", promised=FRIDAY + timedelta(days=3))
        await visit(tx, mila, 4, FRIDAY)
        # Another municipality's.
        await visit(tx, district.stranger, 9, day(1), "O10")
        await moves(tx, district.stranger, 9, "S50", day(1))
        _ago, before, now = await figures(tx, district.coordinator)
        everywhere = (await figures(tx, district.region))[-1]
    assert before == Figures(visits=2, met=1, first_days=(7, 8))
    assert now == Figures(visits=4, met=3, returned=1, promised=2, kept=1, first_days=(13, 17))
    assert (everywhere.visits, everywhere.returned) == (5, 2)


async def test_what_a_correction_took_back_next_was_no_return(district: District) -> None:
    mila = district.mila
    async with district.database.transaction() as tx:
        await visit(tx, mila, 1, day(1), "O10")
        await moves(tx, mila, 1, "S50", day(1))
        await moves(tx, mila, 1, "S20", day(2), CORRECTION)
        await visit(tx, mila, 2, day(1), "O10")
        await moves(tx, mila, 2, "S50", day(1))
        await moves(tx, mila, 2, "S60", day(3))
        now = (await figures(tx, district.coordinator))[-1]
        names = await kept.brought_back(tx, district.coordinator, BOOK, WEEKS[-1], SOFIA)
    assert (now.returned, now.retained) == (1, 1)
    assert names == ["Мила", "Лидия"]


async def test_nobody_is_thanked_for_a_child_at_whose_door_nobody_was(district: District) -> None:
    async with district.database.transaction() as tx:
        await moves(tx, district.mila, 1, "S50", day(1))
        assert await kept.brought_back(tx, district.coordinator, BOOK, WEEKS[-1], SOFIA) == []


async def test_a_team_without_a_visit_is_named_if_it_has_open_cases(district: District) -> None:
    async with district.database.transaction() as tx:
        assert await kept.idle(tx, district.region, WEEKS[-1]) == ["Б-1", "Р-1"]
        assert await kept.idle(tx, district.coordinator, WEEKS[-1]) == ["Б-1"]
        await visit(tx, district.mila, 1, day(2))
        await visit(tx, district.stranger, 9, day(-2))
        assert await kept.idle(tx, district.region, WEEKS[-1]) == ["Р-1"]
        await tx.run("UPDATE child_case SET due_on = NULL WHERE prefix = 'РУ'")
        assert await kept.idle(tx, district.region, WEEKS[-1]) == []


@pytest.mark.only(SQLITE)
async def test_a_look_reads_the_weeks_by_their_days_in_as_many_statements_whatever_was_before(
    district: District,
) -> None:
    async with district.database.transaction() as tx:
        for number in range(1, 9):
            await visit(tx, district.mila, number, day(1 + number % 3), "O11", promised=day(4))
        few = await read(tx, district.region)
        old = [FRIDAY - timedelta(weeks=n) for n in range(12, 40)]
        for past in old:
            for number in range(1, 9):
                await visit(tx, district.mila, number, past, "O11", promised=past + timedelta(days=3))
        await tx.run("ANALYZE")
        many = await read(tx, district.region)
    assert len(few.plans) == len(many.plans) == 6
    for plan in many.plans:
        # Through the day, the promised day, the moment of a move, or the number of a case: never all of a history.
        assert not [step for step in plan if re.match(r"SCAN (w|m|n|visit|transition)\b", step)], plan


async def read(tx: Tx, me: Person) -> Explained:
    explained: Any = Explained(tx)
    await charts.outcomes(explained, me, WEEKS, SOFIA)
    await kept.figures(explained, me, BOOK, TOLD, SOFIA, {})
    await kept.idle(explained, me, WEEKS[-1])
    await kept.brought_back(explained, me, BOOK, WEEKS[-1], SOFIA)
    found: Explained = explained
    return found

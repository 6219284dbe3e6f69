"""The figures of the charts out of a real file: as the season report counts them, only of one's reach, and cheaply."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest

from casework import charts as rules
from casework import season
from casework.charts import Course, TeamWeeks, Week
from casework.records import DECISION, MUNICIPAL, REGIONAL, VISIT, Cause, NextStep, Person, VisitReport
from casework.season import At, Period, Reach
from storage import charts, moves, people, visits
from storage import season as kept
from storage.database import Database, Tx
from storage.people import Invitation
from tests.engines import SQLITE
from tests.storage.conftest import NOW, TODAY, District
from tests.storage.explained import Explained
from tests.storage.test_season_facts import BOOK, PERIOD, SOFIA, Written

WEEKS = rules.weeks(PERIOD)


async def who(tx: Tx, role: str, municipality: str = "") -> Person:
    number = await people.add(tx, Invitation(role, None, municipality, "Кой"), "Кой", NOW)
    return Person(number, "Кой", role, municipality=municipality)


def by_week(days: list[date]) -> dict[int, int]:
    return dict(Counter(next(n for n, week in enumerate(WEEKS) if week.first <= day <= week.last) for day in days))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("place", ["", "Бяла"])
async def test_the_course_of_a_season_is_what_its_report_counts(database: Database, seed: int, place: str) -> None:
    written = Written(seed)
    async with database.transaction() as tx:
        await written.fill(tx, of_cases=12, of_visits=60)
        me = await who(tx, MUNICIPAL if place else REGIONAL, place)
        facts = await kept.facts(tx, Reach(place), PERIOD, SOFIA)
        found = await charts.course(tx, me, BOOK, WEEKS, SOFIA)
        outcomes = await charts.outcomes(tx, me, WEEKS, SOFIA)
        teams = await charts.teams(tx, me, WEEKS, SOFIA, PERIOD.last)
    report = season.count(BOOK, PERIOD, facts)
    back = [season.returned_on(BOOK, case.moves, PERIOD) for case in facts.cases]
    first: dict[int, date] = {}
    for where, day, _outcome, case, _people, _reasons in sorted(written.visits, key=lambda one: one[1]):
        if PERIOD.first <= day <= PERIOD.last and place in ("", where):
            first.setdefault(case, day)
    assert found == Course(report[At("cases")], by_week(list(first.values())), by_week([day for day in back if day]))
    assert sum(found.returned.values()) == report[At("returned")]
    assert sum(outcomes.values()) == sum(team.total for team in teams) == report[At("visits")]
    for code in ("O10", "O11", "O20", "O22"):
        assert (
            sum(count for (_n, outcome), count in outcomes.items() if outcome == code)
            == report[At("outcome", code=code)]
        )


async def test_a_case_belongs_to_a_season_unless_it_was_closed_before(district: District) -> None:
    this = rules.weeks(Period(date(2026, 8, 20), date(2027, 6, 15), TODAY))
    before = rules.weeks(Period(date(2025, 8, 20), date(2026, 6, 15), TODAY))
    spring = datetime(2026, 5, 1, tzinfo=UTC)
    async with district.database.transaction() as tx:
        await tx.run("UPDATE child_case SET created_at = 0")
        await tx.run("DELETE FROM transition WHERE case_id <> 2")
        for case, status in ((1, "S60"), (3, "S20")):
            await moves.record(tx, case, "S11", NextStep(status, "visit", None), Cause(DECISION), None, spring, "")
        now, then = [await charts.course(tx, district.region, BOOK, weeks, SOFIA) for weeks in (this, before)]
    assert (now.cases, then.cases) == (10, 11)


async def test_what_a_correction_took_back_did_not_return(district: District) -> None:
    week = rules.weeks(Period(date(2026, 8, 20), date(2027, 6, 15), TODAY))
    number = rules.begun(week, TODAY) - 1
    async with district.database.transaction() as tx:
        for case in (1, 2):
            await moves.record(tx, case, "S11", NextStep("S50", "visit", None), Cause(VISIT), None, NOW, "")
        undone = Cause("correction", 1, district.mila.id)
        await moves.record(tx, 1, "S50", NextStep("S20", "visit", None), undone, None, NOW + timedelta(hours=1), "")
        await moves.record(tx, 2, "S50", NextStep("S61", "visit", None), Cause("check"), None, NOW, "")
        found = await charts.course(tx, district.region, BOOK, week, SOFIA)
    assert found.returned == {number: 1}


async def test_teams_come_with_their_visits_and_what_is_overdue(district: District) -> None:
    weeks = [Week(date(2026, 11, 16), date(2026, 11, 22)), Week(date(2026, 11, 23), date(2026, 11, 29))]
    async with district.database.transaction() as tx:
        await tx.run("INSERT INTO team (name, municipality) VALUES ('Б-2', 'Бяла')")
        await tx.run("UPDATE child_case SET due_on = '2026-11-20' WHERE id IN (1, 2, 9)")
        for me, case in ((district.mila, 1), (district.mila, 2), (district.coordinator, 3), (district.stranger, 9)):
            report = VisitReport(case, TODAY, "morning", 1, (me.id,), "A1", "", "O20")
            await visits.save(tx, me, report, NOW)
        everything = await charts.teams(tx, district.region, weeks, SOFIA, TODAY)
        own = await charts.teams(tx, district.coordinator, weeks, SOFIA, TODAY)
        owed = await charts.overdue(tx, district.coordinator, TODAY)
    here, alone = TeamWeeks("Б-1", 2, (0, 2)), TeamWeeks("", 0, (0, 1))
    assert everything == [here, TeamWeeks("Р-1", 1, (0, 1)), alone]
    assert own == [here, alone]
    assert owed == [("visit", date(2026, 11, 20), 2)]


async def test_nobody_elses_cases_are_counted(district: District) -> None:
    async with district.database.transaction() as tx:
        me = await who(tx, MUNICIPAL, "Ценово")
        assert await charts.course(tx, me, BOOK, WEEKS, SOFIA) == Course(0, {}, {})
        assert await charts.outcomes(tx, me, WEEKS, SOFIA) == {}
        assert await charts.teams(tx, me, WEEKS, SOFIA, TODAY) == []
        assert await charts.overdue(tx, me, date(2027, 1, 1)) == []


@pytest.mark.only(SQLITE)
async def test_no_chart_looks_at_every_visit_or_move(district: District) -> None:
    async with district.database.reading() as tx:
        explained = Explained(tx)
        asked = cast(Tx, explained)
        await charts.course(asked, district.region, BOOK, WEEKS, SOFIA)
        await charts.outcomes(asked, district.region, WEEKS, SOFIA)
        await charts.teams(asked, district.region, WEEKS, SOFIA, TODAY)
        await charts.overdue(asked, district.coordinator, TODAY)
    steps = [line for plan in explained.plans for line in plan]
    assert [line for line in steps if line.startswith(("SCAN w", "SCAN m", "SCAN n"))] == []
    assert sum("COVERING INDEX visit_on (visited_on>" in line for line in steps) == 3

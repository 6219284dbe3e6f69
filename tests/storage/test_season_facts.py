"""The facts of a season out of a real file: random histories against what was written, and only of the reach."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from casework import catalogue, season
from casework.records import DECISION, MEMBER, VISIT, Cause, NextStep, Person, VisitReport
from casework.season import At, Period, Reach
from storage import moves, new_cases, people, referrals, teams, visits
from storage import season as kept
from storage.database import Database, Tx
from storage.new_cases import NewCase
from storage.people import Invitation

SOFIA = ZoneInfo("Europe/Sofia")
BOOK = catalogue.load()
PERIOD = Period(date(2026, 8, 20), date(2027, 6, 15), date(2027, 7, 1))
PLACES = ("Бяла", "Русе", "Ценово")


class Written:
    """A season as it was written, in plain lists."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.visits: list[tuple[str, date, str, int, tuple[int, ...], tuple[str, ...]]] = []
        self.status: dict[int, str] = {}
        self.place: dict[int, str] = {}
        self.asked: Counter[str] = Counter()
        self.late = 0

    async def fill(self, tx: Tx, *, of_cases: int, of_visits: int) -> None:
        came = datetime(2026, 8, 21, 6, tzinfo=UTC)
        members: list[Person] = []
        for place in PLACES:
            await teams.put(tx, f"{place}-1", place, place)
            team = (await teams.by_name(tx))[f"{place}-1".casefold()]
            number = await people.add(tx, Invitation(MEMBER, team.id, "", place), place, came)
            members.append(Person(number, place, MEMBER, teams=(team,)))
        teams_of = {one.municipality: one.id for one in (await teams.by_name(tx)).values()}
        places = [self.random.choice(PLACES) for _case in range(of_cases)]
        new = [
            NewCase(place[:2].upper(), "G1", place, place, "", None, teams_of[place], "", None, str(n))
            for n, place in enumerate(places)
        ]
        await new_cases.put(tx, new, NextStep("S11", "visit", date(2026, 8, 28)), came)
        for row in await tx.rows("SELECT id, municipality FROM child_case"):
            self.place[row["id"]], self.status[row["id"]] = row["municipality"], "S11"
        for _visit in range(of_visits):
            await self.visit(tx, members)

    async def visit(self, tx: Tx, members: list[Person]) -> None:
        # In the last hours of a day in Sofia it is still the day before in UTC, and the other way round.
        at = datetime(2026, 8, 22, 21, 30, tzinfo=UTC) + timedelta(hours=self.random.randrange(24 * 350))
        case, me = self.random.choice(list(self.place)), self.random.choice(members)
        day, outcome = at.astimezone(SOFIA).date(), self.random.choice(("O10", "O11", "O20", "O22"))
        reasons = tuple(self.random.sample(("R10", "R20", "R22"), self.random.randrange(3)))
        report = VisitReport(case, day, "morning", 1, (me.id,), "A1", "W01", outcome, reasons)
        visit = await visits.save(tx, me, report, at)
        self.visits.append((self.place[case], day, outcome, case, (me.id,), reasons))
        step = NextStep(BOOK.outcomes[outcome].status, "visit", day + timedelta(days=5))
        await moves.record(tx, case, self.status[case], step, Cause(VISIT, visit.id, me.id), None, at, "")
        if day <= PERIOD.last:
            self.status[case] = step.status
        if self.random.random() < 0.3 and PERIOD.first <= day <= PERIOD.last:
            await referrals.ask(tx, case, "I30", day + timedelta(days=14), at, asked_by=me.id, measure="M30")
            self.asked["I30"] += 1
        if self.random.random() < 0.3:
            await tx.run(
                "INSERT INTO lateness (case_id, person_id, at, code, step, was_due, due_on) "
                "VALUES (:case, :me, :at, 'L10', 'visit', '2026-09-01', '2026-09-04')",
                case=case,
                me=me.id,
                at=int(at.timestamp()) * 1_000_000,
            )
            self.late += PERIOD.first <= day <= PERIOD.last


async def counted(database: Database, reach: Reach, period: Period = PERIOD) -> season.Season:
    async with database.reading() as tx:
        return season.count(BOOK, period, await kept.facts(tx, reach, period, SOFIA))


@pytest.mark.parametrize("seed", range(4))
async def test_the_figures_are_those_that_were_written(database: Database, seed: int) -> None:
    written = Written(seed)
    async with database.transaction() as tx:
        await written.fill(tx, of_cases=12, of_visits=60)
    found = await counted(database, Reach())
    within = [one for one in written.visits if PERIOD.first <= one[1] <= PERIOD.last]
    for place in (None, *PLACES):
        here = [one for one in within if place in (None, one[0])]
        assert found[At("visits", place)] == len(here)
        assert found[At("addresses", place)] == len({one[3] for one in here})
        assert found[At("people", place)] == len({who for one in here for who in one[4]})
        for outcome in ("O10", "O11", "O20", "O22"):
            assert found[At("outcome", place, None, outcome)] == sum(one[2] == outcome for one in here)
        for reason in ("R10", "R20", "R22"):
            assert found[At("reason", place, None, reason)] == sum(reason in one[5] for one in here)
    for month in PERIOD.months:
        assert found[At("visits", None, month)] == sum(f"{one[1]:%Y-%m}" == month for one in within)
    assert {code: found[At("asked", code=code)] for code in ("I30",)} == {"I30": written.asked["I30"]}
    assert found[At("waiting")] == written.asked["I30"]
    assert found[At("late")] == written.late


async def test_a_municipality_gets_only_its_own(database: Database) -> None:
    async with database.transaction() as tx:
        await Written(1).fill(tx, of_cases=12, of_visits=60)
    everything, own = await counted(database, Reach()), await counted(database, Reach("Бяла"))
    assert own.places == ("Бяла",)
    for figure in ("visits", "addresses", "cases", "returned", "late"):
        assert own[At(figure)] == own[At(figure, "Бяла")] == everything[At(figure, "Бяла")]
    assert (await counted(database, Reach("Няма такава"))).empty


async def test_what_comes_after_the_last_day_does_not_count(district: Any) -> None:
    at = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)  # half an hour before midnight in Sofia
    async with district.database.transaction() as tx:
        for hours, status in ((0, "S50"), (1, "S61")):
            step = NextStep(status, "visit", None)
            was = "S11" if hours == 0 else "S50"
            await moves.record(tx, 1, was, step, Cause(DECISION), None, at + timedelta(hours=hours), "")
        number = await referrals.ask(tx, 1, "I30", date(2026, 12, 1), at, asked_by=None, measure="M30")
        asked = (await referrals.of_case(tx, district.region, 1))[0]
        await referrals.answer(tx, district.region, asked, "A10", at + timedelta(hours=1))
        assert asked.id == number
    today = date(2026, 12, 31)
    ends_before = await counted(district.database, Reach(), Period(date(2026, 8, 20), date(2026, 11, 24), today))
    ends_later = await counted(district.database, Reach(), Period(date(2026, 8, 20), date(2026, 11, 25), today))
    assert [one[At("returned")] for one in (ends_before, ends_later)] == [1, 1]
    assert [one[At("retained")] for one in (ends_before, ends_later)] == [1, 0]
    assert [one[At("waiting")] for one in (ends_before, ends_later)] == [1, 0]
    assert [one[At("in time")] for one in (ends_before, ends_later)] == [0, 1]


async def test_a_case_from_before_moves_were_kept_stands_where_it_is(district: Any) -> None:
    async with district.database.transaction() as tx:
        await tx.run("DELETE FROM transition")
        await tx.run("UPDATE child_case SET status = 'S20', due_on = NULL WHERE id = 1")
    found = await counted(district.database, Reach())
    assert (found[At("status", code="S20")], found[At("status", code="S11")]) == (1, 10)


async def test_the_municipalities_are_those_of_teams_and_cases(district: Any) -> None:
    async with district.database.transaction() as tx:
        await teams.put(tx, "Ц-1", "Ценово", "")
        assert await kept.municipalities(tx) == ["Бяла", "Русе", "Ценово"]


async def test_a_season_of_the_whole_region_is_counted_in_a_second(database: Database) -> None:
    async with database.transaction() as tx:
        await Written(7).fill(tx, of_cases=1200, of_visits=5000)
    took = list[float]()
    for _try in range(3):  # a machine may be busy with something else
        began = time.process_time()
        found = await counted(database, Reach(aggregate=True))
        season.hidden(found, BOOK.season.least)
        took.append(time.process_time() - began)
    assert min(took) < 1.0

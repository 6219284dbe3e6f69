"""Whatever is given, split, put back, handed over and decided: each open case has one owner, and none is lost.

What a newcomer gets wrong: many of the taps are late ones. Whoever acts does so on a case as they saw it earlier.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casework import catalogue
from casework import moving as rules
from casework.calendar import WorkingDays
from casework.records import LEADER, MUNICIPAL, REGIONAL, Case, NextStep, Person, Team
from handlers.caseload import decide, give, handover, split
from handlers.caseload.decide import Decided
from handlers.caseload.give import To
from handlers.caseload.handover import Offering, Returned
from handlers.caseload.split import Split
from handlers.engine.scene import Scene, Work
from handlers.engine.talk import Moment
from storage import cases, new_cases, people, teams
from storage.database import Tx, open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from storage.sealing import Sealer
from tests.engines import url_of

BEGIN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
WORK = Work(catalogue.load(), WorkingDays(), ZoneInfo("Europe/Sofia"), Sealer(b"k" * 32))
TEAMS = {"Б-1": "Бяла", "Б-2": "Бяла", "Р-1": "Русе"}
CASES, DEEDS = 12, 60


@dataclass
class District:
    draw: random.Random
    now: datetime = BEGIN
    people: list[Person] = field(default_factory=list)
    seen: list[Case] = field(default_factory=list)
    """Cases as somebody looked at them, some of them long ago."""

    @property
    def region(self) -> Person:
        return next(one for one in self.people if one.role == REGIONAL)

    async def fill(self, tx: Tx) -> None:
        for name, municipality in TEAMS.items():
            await teams.put(tx, name, municipality, "")
        known = {team.name: team for team in (await teams.by_name(tx)).values()}
        invited = [Invitation(LEADER, team.id, "", name) for name, team in known.items()]
        invited += [Invitation(MUNICIPAL, None, place, place) for place in ("Бяла", "Русе")]
        invited.append(Invitation(REGIONAL, None, "", "РУО"))
        for number, one in enumerate(invited):
            await people.invite(tx, f"c{number}", one, self.now + timedelta(days=1))
            joined = await people.join(tx, f"c{number}", "telegram", f"{number}", f"{number}", one.name, self.now)
            assert joined is not None
            await people.accept(tx, joined.id, self.now)
            self.people.append(joined)
        first = NextStep("S11", "visit", date(2026, 11, 27))
        child = [
            NewCase("БЯ", "G1", "Бяла", f"Село {n % 3}", f"{n}", 2015, known["Б-1"].id, "", None, f"{n}")
            for n in range(CASES)
        ]
        await new_cases.put(tx, child, first, self.now)

    async def deed(self, tx: Tx) -> None:
        self.now += timedelta(hours=self.draw.randint(1, 9))
        here = self.scene(self.draw.choice(self.people))
        mine, _total = await cases.due_first(tx, here.me, here.moment.today, offset=0, limit=CASES)
        self.seen += mine
        case = self.draw.choice(self.seen) if self.seen else None
        every = list((await teams.by_name(tx)).values())
        if case:
            await self.does(tx, here, case, every)

    def scene(self, me: Person) -> Scene:
        return Scene(me, WORK, Moment(self.now, self.now.date(), "bg"))

    async def does(self, tx: Tx, here: Scene, case: Case, every: Sequence[Team]) -> None:
        team, offer = self.draw.choice(every), self.draw.randint(1, 12)
        match self.draw.randrange(8):
            case 0 if here.me.coordinates:
                await give.keep(tx, here, To(case, team, sure=not rules.is_closed(WORK.catalogue, case)))
            case 1 if here.me.coordinates:
                await give.keep(tx, here, To(case, None, sure=not rules.is_closed(WORK.catalogue, case)))
            case 2:
                ids = tuple(one.id for one in self.seen[-5:])
                await split.keep(tx, here, Split(self.draw.choice(every), team, ids))
            case 3:
                await split.put_back(tx, here, self.draw.randint(1, 200))
            case 4:
                outside, can = self.draw.random() < 0.2, not rules.is_closed(WORK.catalogue, case)
                await handover.keep_offer(tx, here, Offering(case, team.municipality, team.id, outside, sure=can))
            case 5:
                await handover.accept(tx, here, offer)
            case 6:
                await handover.keep_returned(tx, here, Returned(offer, "защо"))
            case 7:
                code = self.draw.choice(sorted(WORK.catalogue.decisions))
                day = here.moment.today + timedelta(days=3) if not WORK.catalogue.decisions[code].status else None
                await decide.keep(tx, here, Decided(case, code, "leader" if day else "", day))

    async def holds(self, tx: Tx) -> None:
        every, _total = await cases.due_first(tx, self.region, self.now.date(), offset=0, limit=CASES + 1)
        assert len({case.id for case in every}) == len(every) == CASES
        place = {team.id: team.municipality for team in (await teams.by_name(tx)).values()}
        for case in every:
            assert (case.due_on is None) == WORK.catalogue.statuses[case.status].closed
            assert case.next_step in WORK.catalogue.steps
            # Its team, else the coordinator of its municipality, else the region: one of them, and they agree.
            assert case.team_id is None or place[case.team_id] == case.municipality
            assert case.municipality in ("Бяла", "Русе", "")
        held = [load.open for load in await teams.loads(tx, self.region)]
        alone = [case for case in every if case.team_id is None and case.due_on]
        assert sum(held) + len(alone) == sum(case.due_on is not None for case in every)
        [offers] = await tx.rows(
            "SELECT count(*) AS n, count(DISTINCT case_id) AS of FROM handover WHERE state = 'open'"
        )
        assert offers["n"] == offers["of"]


@pytest.mark.parametrize("seed", range(6))
async def test_each_open_case_has_one_owner_and_none_is_lost(tmp_path: Path, seed: int) -> None:
    database = await open_database(url_of(tmp_path))
    district = District(random.Random(seed))
    async with database.transaction() as tx:
        await district.fill(tx)
    for _ in range(DEEDS):
        async with database.transaction() as tx:
            await district.deed(tx)
            await district.holds(tx)
    async with database.reading() as tx:
        moved = await tx.rows("SELECT cause, team_id, case_id FROM transition ORDER BY id")
        last = {row["case_id"]: row["team_id"] for row in moved}
        for number in range(1, CASES + 1):
            case = await cases.get(tx, district.region, number)
            assert case is not None
            assert last[number] == case.team_id
    assert len(moved) > CASES + 5
    await database.close()

"""Children under observation for a year, with a school that answers anything or nothing, and a team that goes there."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from casework.records import CHECK, INSTITUTION, MEMBER, Case, NextStep, Person, Transition
from handlers.engine.replies import Tapped
from handlers.institutions import checks
from storage import cases, moves, new_cases, teams
from storage.database import Database, open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from tests import everybody
from tests.conversations.conftest import NOW, TODAY, WORK, Chat, joins
from tests.engines import url_of

CHILDREN, DAYS = 3, 260
RULES = WORK.catalogue.retention


class Year:
    """One year by chance; `draw` decides what happens."""

    def __init__(self, database: Database, draw: random.Random) -> None:
        self.database, self.draw, self.day = database, draw, TODAY
        self.told: dict[int, list[tuple[object, ...]]] = defaultdict(list)

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, time(9), WORK.zone)

    async def begins(self) -> None:
        async with self.database.transaction() as tx:
            await teams.put(tx, "Б-1", "Бяла", "Бяла")
            team = (await teams.by_name(tx))["б-1"].id
            await joins(tx, "mila", Invitation(MEMBER, team, "", "Мила"))
            await joins(tx, "sonya", Invitation(INSTITUTION, None, "Бяла", "Соня", RULES.institution))
            new = [
                NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, team, "", None, str(n))
                for n in range(1, CHILDREN + 1)
            ]
            await new_cases.put(tx, new, NextStep("S11", "visit", TODAY), NOW)

    async def goes_on(self) -> None:
        for _day in range(DAYS):
            self.day += timedelta(days=1)
            if self.draw.random() < 0.03:
                async with self.database.transaction() as tx:
                    await tx.run("UPDATE person SET active = 1 - active WHERE name = 'Соня'")
            if WORK.calendar.is_working(self.day) and self.draw.random() < 0.9:
                await self.morning()
            await self.school_answers()
            await self.team_goes()
            await self.holds()

    async def morning(self) -> None:
        async with self.database.transaction() as tx:
            for message in await checks.morning(tx, WORK, self.day, self.at):
                self.told[message.to or 0].append((self.day,))

    async def school_answers(self) -> None:
        sonya = Chat(self.database, "sonya", self.at)
        if self.draw.random() < 0.4 or not await self.is_there():
            return
        await sonya.sends(Tapped("go", "checks", ""))
        answers = [label for label in sonya.labels if ": " in label]
        if not answers:
            return
        # Mostly well, or no child would ever stay.
        good = [label for label in answers if label.endswith("Посещава")]
        label = self.draw.choice(good if self.draw.random() < 0.8 else answers)
        button = sonya.button(label)
        await sonya.sends(button)
        if label.endswith("Отсъства"):
            await sonya.says(str(self.draw.randint(0, 6)))
        if self.draw.random() < 0.3:
            await sonya.sends(button)
            await sonya.says("/cancel")

    async def is_there(self) -> bool:
        async with self.database.reading() as tx:
            return bool(await tx.rows("SELECT 1 FROM person WHERE name = 'Соня' AND active = 1"))

    async def team_goes(self) -> None:
        mila = Chat(self.database, "mila", self.at)
        for number in range(1, CHILDREN + 1):
            case = await self.case(number)
            if case.due_on is None:
                continue
            if case.enrolled_on is None or self.draw.random() < 0.01:
                await mila.says(f"{number} {self.draw.choice(['записано', 'записано', 'посещава', 'никой'])}")
                await mila.taps(*(["Майка"] if "Майка" in mila.labels else []), "Запази")
            elif case.waits_for is None and case.due_on <= self.day:
                await mila.sends(Tapped("go", "card", str(case.id)))
                if "Посещава" in mila.labels:
                    await mila.taps("Посещава")

    async def case(self, number: int) -> Case:
        async with self.database.reading() as tx:
            case = await cases.marked(tx, str(number))
        assert case is not None
        return case

    async def holds(self) -> None:
        async with self.database.reading() as tx:
            for number in range(1, CHILDREN + 1):
                case = await cases.marked(tx, str(number))
                assert case
                open_ = await tx.rows(
                    "SELECT id FROM referral WHERE case_id = :id AND check_day IS NOT NULL AND state = 'open'",
                    id=case.id,
                )
                assert len(open_) <= (case.enrolled_on is not None)
                assert (case.enrolled_on is not None) == (case.status == RULES.status)
                assert case.waits_for is None or [case.waits_for] == [row["id"] for row in open_]
                assert (case.due_on is None) == WORK.catalogue.statuses[case.status].closed
                asked = await tx.rows(
                    "SELECT check_day FROM referral WHERE case_id = :id AND check_day IS NOT NULL "
                    "AND asked_at >= coalesce((SELECT max(m.at) FROM transition m WHERE m.case_id = :id "
                    "AND m.status = :observed AND m.was <> :observed), 0) ORDER BY id",
                    id=case.id,
                    observed=RULES.status,
                )
                days = [row["check_day"] for row in asked]
                assert days == sorted(set(days)), "a check was asked twice after the same enrolment"

    async def ends(self) -> int:
        """Every child that stayed did so by a good answer to the last check; how many those are."""
        stayed = 0
        async with self.database.reading() as tx:
            mila = next(one for one in await everybody.on_duty(tx) if one.name == "Мила")
            for number in range(1, CHILDREN + 1):
                case = await cases.marked(tx, str(number))
                assert case
                history = await moves.history(tx, mila, case.id)
                for move in history:
                    if move.status == RULES.kept:
                        stayed += 1
                        await self.was_last(mila, case, move)
        for days in self.told.values():
            assert len(days) == len(set(days)), "two messages on one day"
        return stayed

    async def was_last(self, mila: Person, case: Case, move: Transition) -> None:
        async with self.database.reading() as tx:
            row = await tx.one(
                "SELECT check_day, answer, absent FROM referral WHERE case_id = :case_id AND answered_at = "
                "(SELECT max(answered_at) FROM referral WHERE case_id = :case_id AND state = 'answered')",
                case_id=case.id,
            )
            assert move.cause.kind in (CHECK, "visit")
            check = WORK.catalogue.checks[row["answer"]]
            assert check.good or (check.counts and row["absent"] < RULES.absent_days)
            enrolled = [
                one.at for one in await moves.history(tx, mila, case.id)
                if one.status == RULES.status and one.was != RULES.status
            ][-1]  # fmt: skip
            assert move.at >= enrolled + timedelta(days=RULES.days[-1] - 1)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_answered_a_child_is_asked_after_once_a_time_and_stays_only_at_the_end(
    seed: int, tmp_path: Path
) -> None:
    async def play() -> int:
        database = await open_database(url_of(tmp_path))
        year = Year(database, random.Random(seed))
        try:
            await year.begins()
            await year.goes_on()
            return await year.ends()
        finally:
            await database.close()

    assert asyncio.run(play()) > 0, "nobody stayed, so nothing was shown"

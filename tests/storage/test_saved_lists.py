"""Which cases are on a list: those to which all of it applies, of those that its reader may see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from casework import catalogue
from casework.catalogue import CaseList
from casework.records import VISIT, Cause, NextStep, Person, VisitReport
from storage import cases, lists, subscriptions, visits
from storage.database import Tx

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
LISTS = catalogue.load().lists


async def on(tx: Tx, me: Person, wanted: CaseList, today: date = TODAY) -> list[str]:
    """The numbers on a list, which its three questions tell alike."""
    listed, total = await lists.page(tx, me, wanted, today, offset=0, limit=20)
    assert total == len(listed)
    assert await lists.counts(tx, me, [wanted], today) == [total]
    assert await lists.numbers(tx, me, wanted, today) == [case.id for case in listed]
    return [case.number for case in listed]


async def moved(tx: Tx, case_id: int, step: NextStep, **more: Any) -> None:
    case = await cases.for_rules(tx, case_id)
    await cases.advance(tx, case, step, Cause(VISIT), NOW, **more)


async def visited(tx: Tx, me: Person, case_id: int, outcome: str, promised_on: date | None = None) -> None:
    report = VisitReport(case_id, TODAY, "morning", 1, (1,), "A1", "", outcome=outcome, promised_on=promised_on)
    await visits.save(tx, me, report, NOW)


def wanted(**conditions: Any) -> CaseList:
    return CaseList.model_validate({"code": "Q", "label": {"bg": "Списък"}, **conditions})


async def test_overdue_is_more_than_so_many_days_after_the_due_day(district: Any) -> None:
    async with district.database.transaction() as tx:
        for case_id, days in ((1, 14), (2, 15), (3, 40)):
            await moved(tx, case_id, NextStep("S20", "promise", TODAY - timedelta(days=days)))
        await moved(tx, 4, NextStep("S70", "office", None))
        assert await on(tx, district.mila, LISTS["Q10"]) == ["БЯ-003", "БЯ-002"]
        assert await on(tx, district.mila, LISTS["Q10"], TODAY + timedelta(days=1)) == ["БЯ-003", "БЯ-002", "БЯ-001"]


async def test_abroad_without_proof_stands_as_long_as_the_proof_is_owed(district: Any) -> None:
    async with district.database.transaction() as tx:
        await moved(tx, 1, NextStep("S40", "proof", TODAY))
        await moved(tx, 2, NextStep("S40", "register", TODAY))
        assert await on(tx, district.mila, LISTS["Q20"]) == ["БЯ-001"]


async def test_a_promise_counts_when_its_day_has_passed_and_the_last_visit_made_it(district: Any) -> None:
    yesterday = TODAY - timedelta(days=1)
    async with district.database.transaction() as tx:
        for case_id in (1, 2, 3, 4):
            await moved(tx, case_id, NextStep("S50" if case_id == 4 else "S20", "promise", TODAY))
        await visited(tx, district.mila, 1, "O11", yesterday)
        await visited(tx, district.mila, 2, "O11", TODAY)
        await visited(tx, district.mila, 3, "O11", yesterday)
        await visited(tx, district.mila, 3, "O20")
        await visited(tx, district.mila, 4, "O11", yesterday)
        assert await on(tx, district.mila, LISTS["Q30"]) == ["БЯ-001"]
        report = VisitReport(1, TODAY, "morning", 1, (1,), "A1", "", outcome="O11", promised_on=TODAY)
        await visits.correct(tx, district.mila, 1, 1, report, NOW)
        assert await on(tx, district.mila, LISTS["Q30"]) == []


async def test_nobody_was_there_yet_and_nobody_has_it(district: Any) -> None:
    async with district.database.transaction() as tx:
        for case_id in range(1, 7):
            await moved(tx, case_id, NextStep("S20", "retry", TODAY), attempts=1)
        await tx.run("UPDATE child_case SET team_id = NULL WHERE id = 8")
        assert await on(tx, district.coordinator, LISTS["Q40"]) == ["БЯ-007", "БЯ-008"]
        assert await on(tx, district.coordinator, LISTS["Q60"]) == ["БЯ-008"]
        assert await on(tx, district.mila, LISTS["Q60"]) == []
        assert len(await on(tx, district.coordinator, wanted(visited=True, held=True))) == 6


async def test_an_institution_is_late_when_its_day_has_passed(district: Any) -> None:
    async with district.database.transaction() as tx:
        for case_id, days in ((1, 1), (2, 0)):
            asked = await tx.one(
                "INSERT INTO referral (case_id, measure, institution, municipality, asked_at, answer_by) "
                "VALUES (:id, 'M30', 'I30', 'Бяла', 0, :by) RETURNING id",
                id=case_id,
                by=(TODAY - timedelta(days=days)).isoformat(),
            )
            await moved(tx, case_id, NextStep("S30", "answer", TODAY, waits_for=asked["id"]))
        assert await on(tx, district.mila, LISTS["Q50"]) == ["БЯ-001"]


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"statuses": ["S60"]}, ["БЯ-002"]),
        ({"groups": ["G1"], "statuses": ["S20", "S60"]}, ["БЯ-001", "БЯ-002"]),
        ({"groups": ["G2"]}, []),
        ({"steps": ["retry"], "overdue_days": 3}, ["БЯ-001"]),
    ],
)
async def test_all_that_is_said_must_apply(district: Any, conditions: dict[str, Any], found: list[str]) -> None:
    async with district.database.transaction() as tx:
        await moved(tx, 1, NextStep("S20", "retry", TODAY - timedelta(days=4)))
        await moved(tx, 2, NextStep("S60", "office", None))
        assert sorted(await on(tx, district.mila, wanted(**conditions))) == found


async def test_a_list_is_of_what_its_reader_may_see(district: Any) -> None:
    async with district.database.reading() as tx:
        people = (district.mila, district.stranger, district.coordinator, district.region)
        assert [len(await on(tx, me, LISTS["Q40"])) for me in people] == [8, 3, 8, 11]
        every = list(LISTS.values())
        assert await lists.counts(tx, district.stranger, every, TODAY) == [0, 0, 0, 3, 0, 0]


async def test_a_subscription_is_looked_through_once_a_day(district: Any) -> None:
    async with district.database.transaction() as tx:
        await subscriptions.begin(tx, district.mila, "Q10", [1, 2])
        await subscriptions.begin(tx, district.mila, "Q10", [7])
        await subscriptions.begin(tx, district.leader, "Q20", [])
        first, second = await subscriptions.unclaimed(tx, "lists", TODAY)
        assert (first.person_id, first.list, first.known) == (district.mila.id, "Q10", frozenset({1, 2}))
        await tx.run(
            "INSERT INTO period_claim (job, person_id, period, at) VALUES ('lists', :id, :day, 0)",
            id=district.mila.id,
            day=TODAY.isoformat(),
        )
        assert await subscriptions.unclaimed(tx, "lists", TODAY) == [second]
        await subscriptions.remember(tx, second, [3])
        await subscriptions.end(tx, district.mila, "Q10")
        tomorrow = await subscriptions.unclaimed(tx, "lists", TODAY + timedelta(days=1))
        assert [(one.list, one.known) for one in tomorrow] == [("Q20", frozenset({3}))]
        assert await subscriptions.of(tx, district.mila) == set()

"""What is kept ends with its time, kind by kind, and what is not over stays."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from casework.escalation import Turn
from casework.records import DECISION, Cause, NextStep, Photo, VisitReport
from storage import (
    advice,
    alerted,
    announcements,
    because,
    cases,
    claims,
    inbox,
    media,
    outbox,
    people,
    questions,
    retention,
    visits,
)  # fmt: skip
from storage.inbox import Arrival
from storage.outbox import Call
from storage.retention import Terms
from tests.storage.conftest import NOW, TODAY

LONG = timedelta(days=10_000)
NEVER = Terms(**{field.name: LONG for field in fields(Terms)})
DAY = timedelta(days=1)


async def filled(at: Any) -> None:
    """A closed and an open case with a photo each, and one of everything else that ends."""
    report = VisitReport(1, TODAY, "am", 1, (1,), "known", "nobody", "O11", photos=(Photo("telegram", "f", "u"),))
    async with at.database.transaction() as tx:
        for case_id in (1, 2):
            of = replace(report, case_id=case_id, photos=(Photo("telegram", "f", f"u{case_id}"),))
            await visits.save(tx, at.mila, of, NOW)
        await tx.run("UPDATE media SET state = 'stored', stored_as = recognised_by || '.sealed'")
        case = await cases.get(tx, at.mila, 1)
        assert case is not None
        await cases.advance(tx, case, NextStep("S50", "", None), Cause(DECISION, None, at.leader.id), NOW)
        await inbox.add(tx, [Arrival("t", key, "9", {"text": key}) for key in ("done", "aside", "waiting")], NOW)
        await tx.run("UPDATE inbox SET state = arrival")
        await outbox.add(tx, [Call("t", "9", "m", {"n": n}) for n in range(2)], NOW)
        await tx.run("UPDATE outbox SET state = 'sent' WHERE id = 1")
        await claims.claim(tx, "digest", 1, "2026-11-24", NOW, {})
        for text in ("answered", "open", "in the help"):
            await questions.ask(tx, at.mila, text, None, NOW)
        for number in (1, 3):
            await questions.take(tx, at.coordinator, number, NOW)
            of_it = await questions.get(tx, at.coordinator, number)
            assert of_it is not None
            await questions.answer(tx, at.coordinator, of_it, "so", NOW)
        await tx.run("UPDATE question SET answered_at = asked_at WHERE id IN (1, 3)")
        await advice.publish(tx, at.coordinator, 2, "q", "a", NOW)
        await announcements.send(tx, at.coordinator, "all", [], NOW)
        await people.release(tx, at.coordinator, at.mila.id, NOW)


async def counts(tx: Any) -> dict[str, int]:
    tables = ("inbox", "outbox", "period_claim", "media", "question", "answer", "announcement", "audit", "identity")
    return {table: (await tx.one(f"SELECT count(*) AS n FROM {table}"))["n"] for table in tables}


ENDS: dict[str, dict[str, int | None]] = {
    "messages": {"inbox": -1, "outbox": -1}, "set_aside": {"inbox": -1}, "summaries": {"period_claim": -1},
    "photos": {"media": -1}, "questions": {"question": -1, "answer": -1, "announcement": -1},
    "people": {"identity": -1}, "cases": {}, "audit": {"audit": None},
}  # fmt: skip


@pytest.mark.parametrize("kind", [field.name for field in fields(Terms)])
async def test_each_kind_ends_with_its_time_and_only_that(district: Any, kind: str) -> None:
    await filled(district)
    terms = replace(NEVER, **{kind: DAY})
    async with district.database.transaction() as tx:
        before = await counts(tx)
        await retention.end(tx, terms, NOW + DAY)
        assert await counts(tx) == before, "not on the day itself"
        await retention.end(tx, terms, NOW + DAY + timedelta(seconds=1))
        after = await counts(tx)
    changed = {table: after[table] - before[table] for table in after if after[table] != before[table]}
    assert changed == {table: -before["audit"] if n is None else n for table, n in ENDS[kind].items()}


async def test_the_files_of_the_photos_that_go_are_to_be_deleted(district: Any) -> None:
    await filled(district)
    async with district.database.transaction() as tx:
        await retention.end(tx, replace(NEVER, photos=DAY), NOW + 2 * DAY)
        assert await media.to_drop(tx) == ["u1.sealed"]
        assert [row["visit_id"] for row in await tx.rows("SELECT visit_id FROM media")] == [2]


async def test_who_left_long_ago_has_no_name_any_more_and_their_reports_stay(district: Any) -> None:
    await filled(district)
    async with district.database.transaction() as tx:
        await retention.end(tx, replace(NEVER, people=DAY), NOW + 2 * DAY)
        names = [row["name"] for row in await tx.rows("SELECT name FROM person ORDER BY id")]
        assert names == ["—", "Лидия", "Румен", "Кольо", "Рени"]
        assert len(await tx.rows("SELECT 1 FROM visit WHERE reporter_id = :me", me=district.mila.id)) == 2
        assert [row["name"] for row in await tx.rows("SELECT name FROM invitation WHERE used_by = 1")] == [""]


async def test_a_case_ends_by_its_last_move_and_an_open_one_never(district: Any) -> None:
    await filled(district)
    async with district.database.reading() as tx:
        assert await retention.closed_before(tx, NOW) == []
        assert await retention.closed_before(tx, NOW + timedelta(seconds=1)) == [1]
        assert await retention.closed_before(tx, datetime.max.replace(tzinfo=NOW.tzinfo)) == [1]


async def alerts_of(tx: Any) -> list[int]:
    return [row["case_id"] for row in await tx.rows("SELECT case_id FROM alerted ORDER BY case_id")]


async def test_who_was_alerted_is_kept_for_its_time_and_as_long_as_the_case_owes_the_same(district: Any) -> None:
    async with district.database.transaction() as tx:
        owing = await cases.among(tx, [1, 2])
        await alerted.keep(tx, [Turn(one, 1, district.mila, 0) for one in owing], TODAY)
        await tx.run("UPDATE child_case SET due_on = '2027-01-15' WHERE id = 1")
        terms = replace(NEVER, summaries=DAY)
        await retention.end(tx, terms, NOW + DAY)
        assert await alerts_of(tx) == [1, 2]
        await retention.end(tx, terms, NOW + 2 * DAY)
        assert await alerts_of(tx) == [2]
        assert [one.who for one in await alerted.of(tx, [2])] == [district.mila.name]


async def test_what_nobody_was_there_to_read_ends_like_other_messages(district: Any) -> None:
    async with district.database.transaction() as tx:
        [case] = await cases.among(tx, [1])
        await because.keep(tx, district.mila.id, "{}", [because.owed(case)], TODAY.isoformat())
        await because.keep(tx, district.mila.id, "{}", [because.owed(case)])  # this one waits in the outbox
        terms = replace(NEVER, messages=DAY)
        await retention.end(tx, terms, NOW + DAY)
        assert len(await because.bodies(tx, [1, 2])) == 2
        await retention.end(tx, terms, NOW + 2 * DAY)
        assert [number for number, _reader, _body in await because.bodies(tx, [1, 2])] == [2]
        assert [row["notice_id"] for row in await tx.rows("SELECT notice_id FROM notice_tie")] == [2]

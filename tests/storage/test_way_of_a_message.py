"""Inbox, outbox and journals as the stages of a message need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import aside, claims, inbox, journals, outbox, retention
from storage.database import Database, Tx
from storage.inbox import Arrival
from storage.journals import Kept
from storage.outbox import Call, Result
from storage.retention import Terms
from tests.engines import SQLITE
from tests.storage.explained import Explained

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def arrivals(*senders: str, since: int = 1) -> list[Arrival]:
    return [Arrival("telegram", str(n), who, {"n": n}) for n, who in enumerate(senders, start=since)]


async def waiting(tx: Tx, now: datetime) -> list[int]:
    return [row.payload["n"] for row in await inbox.oldest(tx, now, 10)]


async def test_an_update_is_kept_once_in_its_order(database: Database) -> None:
    async with database.transaction() as tx:
        await inbox.add(tx, arrivals("ani", "ani", "bor"), NOW)
        await inbox.add(tx, [Arrival("telegram", "1", "ani", {"n": 99})], NOW)
        await inbox.add(tx, [Arrival("viber", "1", "ani", {"n": 4})], NOW)
        rows = await inbox.oldest(tx, NOW, 10)
        assert [(row.sender, row.payload["n"]) for row in rows] == [("ani", 1), ("ani", 2), ("bor", 3), ("ani", 4)]
        await inbox.done(tx, rows[:1])
        assert await waiting(tx, NOW) == [2, 3, 4]


async def test_a_row_that_fails_three_times_is_set_aside_and_the_next_goes_on(database: Database) -> None:
    async with database.transaction() as tx:
        await inbox.add(tx, arrivals("ani", "ani"), NOW)
        moment = NOW
        for expected in (False, False, True):
            row = (await inbox.oldest(tx, moment, 10))[0]
            assert row.payload == {"n": 1}
            assert await inbox.failed(tx, row, "KeyError: outcome", moment) is expected
            moment += timedelta(seconds=10)
        assert await waiting(tx, moment) == [2]
        rows = await tx.rows("SELECT error FROM inbox WHERE state = 'aside'")
        assert [row["error"] for row in rows] == ["KeyError: outcome"]


async def test_what_was_set_aside_is_retried_by_whose_people_it_is(district: Any, database: Database) -> None:
    async with database.transaction() as tx:
        await inbox.add(tx, arrivals("a-Мила", "a-Румен", "a-Кольо", "nobody"), NOW)
        for row in await inbox.oldest(tx, NOW, 10):
            assert await inbox.failed(tx, replace(row, tries=inbox.TRIES - 1), "x", NOW)
        assert [one.who for one in await aside.of(tx, district.coordinator)] == ["Мила", "Кольо"]
        assert [one.who for one in await aside.of(tx, district.region)] == ["Мила", "Румен", "Кольо", ""]
        for person, seen in ((district.coordinator, 2), (district.region, 4), (district.mila, 1), (district.leader, 0)):
            assert await aside.waiting_for(tx, person) == (seen, 0)
            assert await aside.count_own(tx, person) == (person not in (district.region, district.leader))
        assert not await aside.retry(tx, district.mila, 2, NOW)
        assert not await aside.retry(tx, district.coordinator, 2, NOW)
        assert await aside.retry(tx, district.coordinator, 1, NOW)
        assert not await aside.retry(tx, district.coordinator, 1, NOW)
        assert await aside.retry(tx, district.region, 4, NOW)
        assert [row.sender for row in await inbox.oldest(tx, NOW, 10)] == ["a-Мила", "nobody"]


async def test_a_failed_row_holds_its_sender_back_until_its_time(database: Database) -> None:
    async with database.transaction() as tx:
        await inbox.add(tx, arrivals("ani", "ani", "bor"), NOW)
        row = (await inbox.oldest(tx, NOW, 10))[0]
        await inbox.failed(tx, row, "x", NOW)
        assert await waiting(tx, NOW) == [3]
        assert await waiting(tx, NOW + timedelta(seconds=1)) == [1, 2, 3]


def call(text: str, **more: Any) -> Call:
    return Call("telegram", "7", "sendMessage", {"text": text}, **more)


async def test_replies_go_before_notices_and_a_later_album_reply_takes_the_place_of_the_one_before(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await outbox.add(tx, [call("all", priority=outbox.BROADCAST), call("note", priority=outbox.NOTICE)], NOW)
        soon = NOW + timedelta(seconds=1)
        for n in (1, 2, 3):
            await outbox.add(tx, [call(f"{n} photos", cancel_key="j1.photos", not_before=soon)], NOW)
        assert [row.payload["text"] for row in await outbox.due(tx, NOW, 10)] == ["note", "all"]
        assert [row.payload["text"] for row in await outbox.due(tx, soon, 10)] == ["3 photos", "note", "all"]


async def test_what_was_sent_is_not_due_and_what_must_wait_waits(database: Database) -> None:
    async with database.transaction() as tx:
        await outbox.add(tx, [call("a"), call("b"), call("c")], NOW)
        a, b, c = await outbox.due(tx, NOW, 10)
        later = NOW + timedelta(seconds=5)
        results = [
            Result(a, outbox.SENT, "11"),
            Result(b, outbox.WAITING, error="429", again_at=later),
            Result(c, outbox.UNCERTAIN),
        ]
        await outbox.record(tx, results, NOW)
        assert await outbox.due(tx, NOW, 10) == []
        [again] = await outbox.due(tx, later, 10)
        assert (again.payload, again.tries, await outbox.waiting(tx)) == ({"text": "b"}, 1, 1)
        await retention.end(tx, Terms(messages=timedelta()), later)
        assert await outbox.waiting(tx) == 1


@pytest.mark.only(SQLITE)
async def test_what_has_not_gone_out_is_found_without_looking_at_what_has(database: Database) -> None:
    async with database.reading() as tx:
        plan = await tx.rows(f"EXPLAIN QUERY PLAN UPDATE outbox SET state = '' WHERE id IN ({outbox.NOT_OUT})")
    looked = [row["detail"] for row in plan if "outbox" in row["detail"]]
    assert looked == ["SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)"] + [
        f"SCAN outbox USING INDEX outbox_{state}" for state in ("waiting", "held", "spare")
    ]


@pytest.mark.only(SQLITE)
async def test_what_is_tried_again_is_found_without_looking_at_all_that_waits(database: Database) -> None:
    async with database.transaction() as tx:
        asked: Any = Explained(tx)
        assert await outbox.tried_again(asked, NOW) == set()
    assert asked.plans == [["SCAN outbox USING INDEX outbox_retrying"]]


async def test_what_is_cancelled_keeps_no_words(database: Database) -> None:
    async with database.transaction() as tx:
        await outbox.add(tx, [call("1 photo", cancel_key="album"), call("note", priority=outbox.NOTICE)], NOW)
        await outbox.add(tx, [call("2 photos", cancel_key="album")], NOW)
        await outbox.cancel_notices(tx, "telegram", "7")
        rows = await tx.rows("SELECT state, payload FROM outbox ORDER BY id")
    assert [tuple(row) for row in rows] == [("cancelled", ""), ("cancelled", ""), ("waiting", '{"text": "2 photos"}')]


async def test_a_person_has_one_open_conversation_and_many_drafts(district: Any, database: Database) -> None:
    me = district.mila.id
    async with database.transaction() as tx:
        await journals.save(tx, Kept("j1", me, "visit", "{}"), NOW)
        with pytest.raises(Exception, match=r"(?i)unique"):
            async with tx.savepoint():
                await journals.save(tx, Kept("j2", me, "visit", "{}"), NOW)
        await journals.put_aside(tx, me)
        await journals.save(tx, Kept("j2", me, "visit", '{"a":1}', "БЯ-014"), NOW + timedelta(days=1))
        assert [kept.id for kept in await journals.drafts(tx, me)] == ["j1"]
        assert await journals.draft(tx, me + 1, "j2") is None


async def test_a_draft_is_deleted_on_a_day_after_the_warning_unless_it_was_touched(
    district: Any, database: Database
) -> None:
    later, tomorrow = NOW + timedelta(days=6), NOW.date() + timedelta(days=7)
    async with database.transaction() as tx:
        for name in ("j1", "j2"):
            await journals.put_aside(tx, district.mila.id)
            await journals.save(tx, Kept(name, district.mila.id, "visit", "{}", name), NOW)
        await journals.put_aside(tx, district.leader.id)
        await journals.save(tx, Kept("fresh", district.leader.id, "visit", "{}"), later)
        untouched = await journals.untouched(tx, NOW + timedelta(hours=1))
        assert [kept.id for kept in untouched] == ["j1", "j2"]
        await journals.warned(tx, untouched, later.date())
        assert await journals.untouched(tx, NOW + timedelta(hours=1)) == []
        await journals.delete_warned(tx, later.date())
        await journals.save(tx, Kept("j2", district.mila.id, "visit", "{}", "j2"), later)
        await journals.delete_warned(tx, tomorrow)
        assert [row["id"] for row in await tx.rows("SELECT id FROM journal ORDER BY id")] == ["fresh", "j2"]


async def test_a_period_is_claimed_once_and_the_next_knows_what_it_said(database: Database) -> None:
    async with database.transaction() as tx:
        assert await claims.claim(tx, "digest", 1, "2026-11-24", NOW, {"visits": 3})
        assert not await claims.claim(tx, "digest", 1, "2026-11-24", NOW, {"visits": 4})
        assert await claims.before(tx, "digest", 1, "2026-11-25") == {"visits": 3}
        assert await claims.before(tx, "digest", 1, "2026-11-24") == {}
        assert await claims.claimed(tx, "digest", 1, "2026-11-24")

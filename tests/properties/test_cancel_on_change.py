"""For every notice and all that can happen while it waits: nothing leaves whose cause is gone, and the rest does.

What a newcomer gets wrong: nothing here waits for a clock. A notice is made once, and each event happens to it in a
savepoint that is undone. What leaves is asked of the outbox itself: after what the transaction of the event withdrew
(`follow`), and after the last look that the deliverer takes before a call (`look`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.withdraw import Withdrawal
from tests.bot.conftest import BEGIN
from tests.properties import causes
from tests.properties.causes import Cause, District, Undone
from tests.properties.events import EVENTS, UNNOTICED
from tests.properties.waiting import NOTICES, Made


async def waiting(at: District, newest: int) -> dict[str, str]:
    """What waits, of the notice, by reader: their whole text."""
    rows = await at.tx.rows("SELECT chat, payload FROM outbox WHERE state = 'waiting' AND id <= :newest", newest=newest)
    names = {account: name for name, account in causes.ACCOUNTS.items()}
    return {names[row["chat"]]: json.loads(row["payload"])["text"] for row in rows}


async def wanted(at: District, told: Sequence[Cause]) -> dict[str, list[tuple[str, bool]]]:
    """By reader, each mark and whether it still holds."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for one in told:
        found.setdefault(one.reader, []).append((one.mark, await one.holds(at)))
    return found


def same(leaves: dict[str, str], holds: dict[str, list[tuple[str, bool]]]) -> None:
    assert set(leaves) == {reader for reader, own in holds.items() if any(one for _mark, one in own)}
    for reader, text in leaves.items():
        for mark, still in holds[reader]:
            assert (mark in text) == still, (reader, mark, text)


async def made(at: District, notice: Made) -> tuple[Sequence[Cause], int]:
    """The causes of the notice and the newest row of the outbox; replies to whoever acted are put away."""
    told = await notice(at)
    await at.tx.run("UPDATE outbox SET state = 'sent' WHERE notice_id IS NULL")
    same(await waiting(at, 10**9), {one.reader: [(one.mark, True)] for one in told})
    newest = await at.tx.one("SELECT max(id) AS id FROM outbox")
    at.tx.touched.clear()
    return told, newest["id"]


async def looked(at: District, withdrawal: Withdrawal) -> None:
    """As the deliverer does before a call."""
    rows = await at.tx.rows("SELECT id FROM notice")
    await withdrawal.look(at.tx, [row["id"] for row in rows], at.now)


async def each_event(app: App, notice: Made) -> None:
    async with app.database.transaction() as tx:
        at = District(app, tx)
        told, newest = await made(at, notice)
        for name, happens in EVENTS.items():
            try:
                async with tx.savepoint():
                    await happens(at)
                    await app.deliverer.withdrawal.follow(tx, at.now)
                    holds = await wanted(at, told)
                    if name not in UNNOTICED:
                        same(await waiting(at, newest), holds)
                    await looked(at, app.deliverer.withdrawal)
                    same(await waiting(at, newest), holds)
                    raise Undone
            except Undone:
                at.now = BEGIN
                tx.touched.clear()
            except AssertionError as wrong:
                raise AssertionError(f"{notice.__name__}, {name}: {wrong}") from wrong
        raise Undone


@pytest.mark.parametrize("notice", NOTICES, ids=lambda one: one.__name__)
def test_whatever_happens_nothing_leaves_whose_cause_is_gone(runner: asyncio.Runner, app: App, notice: Made) -> None:
    with pytest.raises(Undone):
        runner.run(each_event(app, notice))


async def a_day(app: App, notice: Made, events: Sequence[str]) -> None:
    """What has held after each of the events leaves, and nothing else: what was withdrawn once is not said again."""
    async with app.database.transaction() as tx:
        at = District(app, tx)
        told, newest = await made(at, notice)
        still = await wanted(at, told)
        for name in events:
            await EVENTS[name](at)
            await app.deliverer.withdrawal.follow(tx, at.now)
            await looked(at, app.deliverer.withdrawal)
            tx.touched.clear()
            now = await wanted(at, told)
            still = {
                reader: [
                    (mark, before and after) for (mark, before), (_mark, after) in zip(own, now[reader], strict=True)
                ]
                for reader, own in still.items()
            }
            same(await waiting(at, newest), still)
        raise Undone


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(notice=st.sampled_from(NOTICES), events=st.lists(st.sampled_from(sorted(EVENTS)), min_size=2, max_size=6))
def test_on_any_day_what_held_throughout_leaves_and_nothing_else(
    runner: asyncio.Runner, app: App, notice: Made, events: list[str]
) -> None:
    with pytest.raises(Undone):
        runner.run(a_day(app, notice, events))

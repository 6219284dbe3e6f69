"""An alert that was taken back was not told: what is told of its case only goes down, and the next morning tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.app import App
from handlers.morning import alerts
from storage import absences
from tests.properties.causes import District, Undone
from tests.properties.events import goes_away, visited
from tests.properties.waiting import DAY, overdue_to_the_leader, put_off_until_today


def undone(runner: asyncio.Runner, app: App, test: Callable[[District], Awaitable[None]]) -> None:
    async def in_one_transaction() -> None:
        async with app.database.transaction() as tx:
            await test(District(app, tx))
            raise Undone

    with pytest.raises(Undone):
        runner.run(in_one_transaction())


async def follows(at: District) -> int:
    """How far the first case is told after what has just happened."""
    await at.app.deliverer.withdrawal.follow(at.tx, at.now)
    row = await at.row("child_case", 1)
    assert row is not None
    return int(row["told_rung"])


async def next_morning(at: District) -> list[str]:
    """Who is told then."""
    at.now += DAY
    await absences.turn(at.tx, at.today)
    told = await alerts.morning(at.tx, at.app.work, at.today, at.now)
    names = {one.id: one.name for one in await at.on_duty()}
    return [names[one.to or 0] for one in told]


def test_whoever_stands_in_is_told_the_next_morning(runner: asyncio.Runner, app: App) -> None:
    async def test(at: District) -> None:
        await overdue_to_the_leader(at)
        await goes_away("lidia")(at)
        assert await follows(at) == 1
        assert await next_morning(at) == ["iva"]
        assert await next_morning(at) == ["kolyo"]

    undone(runner, app, test)


def test_what_was_told_higher_up_meanwhile_stays_told(runner: asyncio.Runner, app: App) -> None:
    async def test(at: District) -> None:
        await overdue_to_the_leader(at)
        await at.tx.run("UPDATE child_case SET told_rung = 3 WHERE id = 1")
        await goes_away("lidia")(at)
        assert await follows(at) == 3

    undone(runner, app, test)


def test_a_case_that_moved_has_nothing_to_take_back(runner: asyncio.Runner, app: App) -> None:
    async def test(at: District) -> None:
        await overdue_to_the_leader(at)
        await visited(1)(at)
        await at.tx.run("UPDATE child_case SET told_rung = 2 WHERE id = 1")
        assert await follows(at) == 2

    undone(runner, app, test)


def test_what_was_put_off_until_today_is_put_off_until_they_can_be_told(runner: asyncio.Runner, app: App) -> None:
    async def test(at: District) -> None:
        await put_off_until_today(at)
        await goes_away("lidia")(at)
        assert await follows(at) == 2
        [row] = await at.tx.rows("SELECT told_on, ended_at FROM respite")
        assert (row["told_on"], row["ended_at"]) == ("", None)
        await at.tx.run("UPDATE absence SET state = 'over'")
        assert await next_morning(at) == ["lidia"]
        assert await next_morning(at) == ["kolyo"]

    undone(runner, app, test)


def test_who_cannot_be_reached_on_the_day_hears_of_it_when_they_can(runner: asyncio.Runner, app: App) -> None:
    async def test(at: District) -> None:
        await at.owes(1, at.today - DAY, told_rung=4)
        lidia, case = await at.person("lidia"), await at.case(1)
        await at.tx.run(
            "INSERT INTO respite (case_id, person_id, kind, step, due_on, until_on, reason, at) "
            "VALUES (1, :me, 'later', :step, :due, :day, 'L50', 0)",
            me=lidia.id, step=case.next_step, due=str(case.due_on), day=str(at.today + DAY),
        )  # fmt: skip
        await at.tx.run("UPDATE identity SET reachable = 0 WHERE person_id = :me", me=lidia.id)
        assert await next_morning(at) == []
        await at.tx.run("UPDATE identity SET reachable = 1 WHERE person_id = :me", me=lidia.id)
        assert await next_morning(at) == ["lidia"]
        assert await next_morning(at) == []

    undone(runner, app, test)

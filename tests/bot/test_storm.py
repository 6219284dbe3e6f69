"""Five hundred cases turn overdue in one night: one message a person, readable and within the messengers' limits."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import groupby
from pathlib import Path

import pytest

from bot.app import App
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, NextStep
from sandbox import Person, Sandbox
from storage import new_cases, people, teams
from storage.new_cases import NewCase
from storage.people import Invitation
from storage.sqlite import File
from tests.bot.conftest import World, living
from tests.bot.viber import on_viber
from tests.engines import SQLITE

CASES, TEAMS, OF_THE_FIRST = 500, 5, 300
LONGEST_TEXT, LONGEST_REQUEST = 4096, 30_000
LINES = 40
"""More than that nobody reads before seven."""
STATEMENTS = 190
"""Of a ring that tells 500 cases to five leaders, the first of a day, so that it also ends what was kept long enough;
they were 154 on 29 November 2026, 25 of them for that."""


def cast(sandbox: Sandbox, *, telegram: bool) -> dict[str, Person]:
    names = [f"{role} {n}" for n in range(TEAMS) for role in (LEADER, MEMBER)]
    return {name: sandbox.world.person(name, telegram=telegram) for name in (*names, MUNICIPAL, REGIONAL)}


async def night(app: App, accounts: dict[str, str], channel: str) -> None:
    """Five teams with a leader and a member each, of whom the first has most cases; all were due today, and told."""
    async with app.database.transaction() as tx:
        for n in range(TEAMS):
            await teams.put(tx, f"Б-{n}", "Бяла", "")
        known = [(await teams.by_name(tx))[f"б-{n}"].id for n in range(TEAMS)]
        for name, account in accounts.items():
            role, _space, number = name.partition(" ")
            team = known[int(number)] if number else None
            invited = Invitation(role, team, "Бяла" if role == MUNICIPAL else "", name)
            await people.invite(tx, name, invited, app.now() + people.INVITATION_LASTS)
            joined = await people.join(tx, name, channel, account, account, name, app.now())
            assert joined is not None
            await people.set_language(tx, joined.id, "bg")
            await people.accept(tx, joined.id, app.now())
            await people.wrote(tx, channel, account, app.now())
        today = app.now().astimezone(app.config.zone).date()
        new = [
            NewCase("БЯ", "G1", "Бяла", f"Село {n % 7}", f"ул. {n}", 2015, _team(known, n), "", None, f"s{n}")
            for n in range(CASES)
        ]
        await new_cases.put(tx, new, NextStep("S11", "visit", today), app.now())
        await tx.run("UPDATE child_case SET told_rung = 1")


def _team(known: Sequence[int], n: int) -> int:
    return known[0] if n < OF_THE_FIRST else known[1 + n % (TEAMS - 1)]


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements of the writing connection."""
    ran: list[str] = []
    database = world.app.database
    assert isinstance(database, File)
    writer = database._raw  # the only one that a ring writes with
    writer.set_trace_callback(ran.append)
    try:
        yield ran
    finally:
        writer.set_trace_callback(None)


def statements(ran: Sequence[str]) -> int:
    """One that runs over many rows is one."""
    return sum(1 for _same in groupby(re.sub(r"'[^']*'|\d+", "?", one)[:60] for one in ran))


@asynccontextmanager
async def on_messenger(name: str, sandbox: Sandbox, folder: Path) -> AsyncIterator[tuple[World, dict[str, Person]]]:
    on_telegram = name == "telegram"
    persons = cast(sandbox, telegram=on_telegram)

    async def fill(app: App) -> None:
        accounts = {who: str(one.id) if on_telegram else one.viber.id for who, one in persons.items()}
        await night(app, accounts, name)

    for person in persons.values():
        if on_telegram:
            person.started = True
        else:
            person.viber.subscribed = True
    if on_telegram:
        async with living(sandbox, folder, fill=fill) as world:
            yield world, persons
    else:
        async with on_viber(sandbox, folder, fill=fill) as world:
            yield world, persons


def heard(person: Person, messenger: str) -> list[str]:
    chat = person.chat if messenger == "telegram" else person.viber.chat
    return [one.text for one in chat if one.from_bot]


@pytest.mark.only(SQLITE)
@pytest.mark.parametrize("messenger", ["telegram", "viber"])
async def test_nobody_gets_more_than_one_message_and_it_can_be_read(
    sandbox: Sandbox, tmp_path: Path, messenger: str
) -> None:
    async with on_messenger(messenger, sandbox, tmp_path) as (world, persons):
        await world.app.schedule.rung.wait()
        await world.settled()
        already = {name: len(heard(one, messenger)) for name, one in persons.items()}
        world.to_a_working_day(9)
        with counted(world) as ran:
            await world.app.schedule.ring()
        await world.rung()
        assert statements(ran) <= STATEMENTS
        for name, person in persons.items():
            told = [text for text in heard(person, messenger)[already[name] :] if not text.startswith("Обхват, ")]
            assert len(told) == (1 if name.startswith(LEADER) else 0), (name, told)
            assert all(len(text) <= LONGEST_TEXT and text.count("\n") < LINES for text in told)
            assert all(len(text.encode()) < LONGEST_REQUEST // 2 for text in told)
        [first] = heard(persons[f"{LEADER} 0"], messenger)[already[f"{LEADER} 0"] :]
        assert first.startswith(f"{OF_THE_FIRST} просрочени случая чакат Вас:\n• БЯ-001, ")
        assert f"и още {OF_THE_FIRST - 8}" in first
        async with world.app.database.reading() as tx:
            [kept] = await tx.rows("SELECT count(*) AS n, count(DISTINCT case_id) AS of FROM alerted")
            [left] = await tx.rows("SELECT count(*) AS n FROM notice_tie")
        assert (kept["n"], kept["of"], left["n"]) == (CASES, CASES, 0)


async def test_the_message_leads_to_all_of_them(sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_messenger("telegram", sandbox, tmp_path) as (world, persons):
        world.to_a_working_day(9)
        await world.rung()
        leader = persons[f"{LEADER} 0"]
        await leader.taps("Моите случаи")
        await world.settled()
        assert leader.last.text.startswith(f"Моите случаи, 1–6 от {OF_THE_FIRST}.")

"""Who plays, and the rows that our bot has of them: teams of fifty, sixty cases each."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bots import TOKEN
from casework.records import MEMBER, MUNICIPAL, NextStep
from sandbox import Person, Sandbox
from storage import new_cases, people, teams
from storage.database import Tx, open_database
from storage.new_cases import NewCase
from storage.people import Invitation

TEAM, CASES = 50, 60


@asynccontextmanager
async def played(count: int, *, limits: bool = False) -> AsyncIterator[tuple[Sandbox, list[Person], Path]]:
    """A sandbox with so many people, and a folder of its own for whichever bot talks to them."""
    with TemporaryDirectory() as name:
        async with Sandbox(TOKEN, limits=limits) as sandbox:
            crowd = [sandbox.world.person(f"Човек {n}") for n in range(count)]
            yield sandbox, crowd, Path(name)


async def fill(
    folder: Path, crowd: Sequence[Person], coordinator: Person | None = None, at: datetime | None = None
) -> None:
    """As of now, or of the moment `at` which the bot takes for now."""
    now = at or datetime.now(UTC)
    database = await open_database(f"sqlite:///{folder}/obhvat.db")
    async with database.transaction() as tx:
        for first in range(0, len(crowd), TEAM):
            name = f"Б-{first // TEAM + 1}"
            await teams.put(tx, name, "Бяла", "Бяла")
            team = (await teams.by_name(tx))[name.casefold()].id
            for one in crowd[first : first + TEAM]:
                await _joins(tx, one, Invitation(MEMBER, team, "", one.name), now)
            await new_cases.put(tx, _cases(team), _due_tomorrow(now), now)
        if coordinator:
            await _joins(tx, coordinator, Invitation(MUNICIPAL, None, "Бяла", coordinator.name), now)
    await database.close()


def _cases(team: int) -> list[NewCase]:
    return [
        NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, team, "", None, f"{team} {n}") for n in range(CASES)
    ]


def _due_tomorrow(now: datetime) -> NextStep:
    """So that no notice comes between the answers."""
    return NextStep("S11", "visit", now.date() + timedelta(days=1))


async def _joins(tx: Tx, one: Person, invitation: Invitation, now: datetime) -> None:
    await people.invite(tx, str(one.id), invitation, now + timedelta(days=1))
    joined = await people.join(tx, str(one.id), "telegram", str(one.id), str(one.id), one.name, now)
    assert joined is not None
    await people.set_language(tx, joined.id, "bg")
    await people.accept(tx, joined.id, now)
    one.started = True


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """What our bot has kept, once it has ended."""
    with closing(sqlite3.connect(folder / "obhvat.db")) as file, file:
        yield file


def number(file: sqlite3.Connection, of: str) -> int:
    """How many rows there are, e.g. of `visit`."""
    found: tuple[int] = file.execute(f"SELECT count(*) FROM {of}").fetchone()
    return found[0]

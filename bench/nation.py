"""`python -m bench.nation`: what the digests of a whole country cost, and whether that grows with its history.

28 oblasts, 265 municipalities, 1,223 teams, 18,629 people and 200,000 cases, made up; the same in every run, and the
same day's work whether 10,000 or 1,000,000 visits lie before it. Each kind of row has a chance of its own, so that
more visits change nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from casework import catalogue
from casework.calendar import WorkingDays
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, Person
from handlers.desk import coordinate
from handlers.engine.scene import Work
from storage import duty
from storage.database import Database, Tx, open_database, to_micros
from storage.sealing import Sealer
from storage.sqlite import Writing

SOFIA = ZoneInfo("Europe/Sofia")
TODAY = date(2026, 11, 24)
UNTIL = datetime(2026, 11, 24, 17, 30, tzinfo=SOFIA)
SINCE = UNTIL - timedelta(days=1)
BEGAN = datetime(2021, 9, 15, 9, tzinfo=SOFIA)


@dataclass(frozen=True)
class Size:
    oblasts: int = 28
    municipalities: int = 265
    teams: int = 1_223
    people: int = 18_629
    cases: int = 200_000
    visits: int = 1_000_000
    """In the years before the day."""
    today: int = 3_000
    """Visits of the day."""
    overdue: int = 6_000


COUNTRY = Size()
SMALL = Size(2, 6, 24, 200, 1_200, 4_000, 40, 60)
"""For a test, which counts and measures nothing."""


def chance(kind: str) -> random.Random:
    """Of one kind of row alone."""
    return random.Random(f"nation {kind}")


def fill(path: Path, size: Size) -> None:
    """Writes all of it into a file that has its tables."""
    with closing(sqlite3.connect(path)) as file, file:
        file.executemany("INSERT INTO team (id, name, municipality) VALUES (?, ?, ?)", _teams(size))
        file.executemany(
            "INSERT INTO person (id, name, role, language, municipality, accepted_at, created_at) "
            "VALUES (?, ?, ?, 'bg', ?, ?, ?)",
            _people(size),
        )
        file.executemany(
            "INSERT INTO identity (channel, account, chat, person_id) VALUES ('telegram', ?, ?, ?)",
            ((str(n), str(n), n) for n in range(1, size.people + 1)),
        )
        file.executemany("INSERT INTO membership (person_id, team_id, since) VALUES (?, ?, ?)", _members(size))
        file.executemany(
            "INSERT INTO child_case (id, prefix, running, grouping, municipality, settlement, address, status, "
            "team_id, next_step, due_on, attempts, created_at) "
            "VALUES (?, ?, ?, 'G1', ?, ?, ?, 'S11', ?, 'visit', ?, 1, ?)",
            _cases(size),
        )
        for rows in (_visits(size), _visits_today(size)):
            file.executemany(
                "INSERT INTO visit (case_id, reporter_id, team_id, version, saved_at, visited_on, outcome, report) "
                "VALUES (?, ?, ?, 1, ?, ?, ?, '{\"went\": []}')",
                rows,
            )
        file.executemany(
            "INSERT INTO lateness (case_id, person_id, at, code, step, was_due, due_on) "
            "VALUES (?, ?, ?, 'L10', 'visit', ?, ?)",
            _lateness(size),
        )
        file.executemany(
            "INSERT INTO period_claim (job, person_id, period, at, detail) VALUES ('digest', ?, ?, ?, ?)", _claims(size)
        )


def _municipality(number: int) -> str:
    return f"Община {number:03}"


def _of_team(team: int, size: Size) -> int:
    """The municipality of a team; every one has some."""
    return (team - 1) % size.municipalities


def _teams(size: Size) -> Iterator[tuple[object, ...]]:
    for team in range(1, size.teams + 1):
        yield team, f"Е-{team}", _municipality(_of_team(team, size))


def _people(size: Size) -> Iterator[tuple[object, ...]]:
    """First who coordinates: the regions, then each municipality; then the leaders; the rest are members."""
    accepted = to_micros(BEGAN)
    for n in range(1, size.people + 1):
        place, role = "", MEMBER
        if n <= size.oblasts:
            role = REGIONAL
        elif n <= size.oblasts + size.municipalities:
            role, place = MUNICIPAL, _municipality(n - size.oblasts - 1)
        elif n <= size.oblasts + size.municipalities + size.teams:
            role = LEADER
        yield n, f"Човек {n}", role, place, accepted, accepted


def _members(size: Size) -> Iterator[tuple[object, ...]]:
    first = size.oblasts + size.municipalities
    for n in range(first + 1, size.people + 1):
        yield n, (n - first - 1) % size.teams + 1, to_micros(BEGAN)


def _reporter(team: int, size: Size) -> int:
    return size.oblasts + size.municipalities + team


def _cases(size: Size) -> Iterator[tuple[object, ...]]:
    """As many are overdue as are said, whatever else there is; the others are due in time, or closed."""
    draw = chance("case")
    overdue = set(draw.sample(range(1, size.cases + 1), size.overdue))
    for n in range(1, size.cases + 1):
        team, settlement, house = draw.randint(1, size.teams), draw.randint(1, 20), draw.randint(1, 90)
        place = _of_team(team, size)
        days = -draw.randint(1, 40) if n in overdue else draw.randint(0, 60)
        closed = n not in overdue and draw.random() < 0.3
        due = None if closed else (TODAY + timedelta(days=days)).isoformat()
        address = f"ул. Рила {house}"
        yield n, f"М{place}", n, _municipality(place), f"Село {settlement}", address, team, due, to_micros(BEGAN)


def _visit(draw: random.Random, size: Size, at: datetime, outcomes: list[str]) -> tuple[object, ...]:
    team = draw.randint(1, size.teams)
    return (
        draw.randint(1, size.cases), _reporter(team, size), team, to_micros(at), at.date().isoformat(),
        draw.choice(outcomes),
    )  # fmt: skip


def _visits(size: Size) -> Iterator[tuple[object, ...]]:
    """In the order in which they were saved, over the years before the last digest."""
    draw, outcomes = chance("visit"), list(catalogue.load().outcomes)
    span = (SINCE - BEGAN) / size.visits
    for n in range(size.visits):
        yield _visit(draw, size, BEGAN + n * span, outcomes)


def _visits_today(size: Size) -> Iterator[tuple[object, ...]]:
    draw, outcomes = chance("visit of the day"), list(catalogue.load().outcomes)
    for n in range(size.today):
        yield _visit(draw, size, SINCE + (n + 1) * (timedelta(hours=23) / size.today), outcomes)


def _lateness(size: Size) -> Iterator[tuple[object, ...]]:
    """One for every ten visits of the past, and one for every ten of the day."""
    draw = chance("lateness")
    for n in range(size.visits // 10):
        at = BEGAN + n * (SINCE - BEGAN) / (size.visits // 10)
        yield draw.randint(1, size.cases), 1, to_micros(at), at.date().isoformat(), at.date().isoformat()
    draw = chance("lateness of the day")
    for n in range(size.today // 10):
        at = SINCE + timedelta(minutes=n % 1_000)
        yield draw.randint(1, size.cases), 1, to_micros(at), TODAY.isoformat(), TODAY.isoformat()


def _claims(size: Size) -> Iterator[tuple[object, ...]]:
    """Everybody who coordinates has had the digest of the day before."""
    kept = (
        f'{{"visits": 3, "overdue": 20, "late": false, "until": "{SINCE.isoformat()}", '
        f'"last": {size.visits}, "lateness": {size.visits // 10}}}'
    )
    for person in range(1, size.oblasts + size.municipalities + 1):
        yield person, (TODAY - timedelta(days=1)).isoformat(), to_micros(SINCE), kept


class Counted(Writing):
    """A transaction that remembers its statements."""

    def __init__(self, tx: Tx) -> None:
        assert isinstance(tx, Writing)
        super().__init__(tx._raw, tx._thread)
        self.seen: list[str] = []
        self._raw.set_trace_callback(self.seen.append)

    def ends(self) -> list[str]:
        """What was run, with its values."""
        self._raw.set_trace_callback(None)
        return [sql for sql in self.seen if sql.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))]


def rules() -> Work:
    return Work(catalogue.load(), WorkingDays(), SOFIA, Sealer(b"k" * 32))


async def composed(tx: Tx, work: Work, me: Person) -> bool:
    """The digest of the day through the bot's own code; whether there was one."""
    told = await coordinate.make_digest(tx, work, me, TODAY, SINCE, UNTIL, late=False, now=UNTIL)
    return bool(told)


@dataclass
class Measured:
    seconds: list[float] = field(default_factory=list)
    """Of processor time: other programs may be using the machine."""
    statements: list[int] = field(default_factory=list)


Figures = dict[str, Measured]


async def filled(size: Size, folder: str) -> Database:
    path = Path(folder) / f"{size.visits}.db"
    await (await open_database(f"sqlite:///{path}")).close()
    began = time.process_time()
    fill(path, size)
    took = time.process_time() - began
    print(f"{size.visits:,} visits: filled in {took:.0f} s, {path.stat().st_size / 1e6:.0f} MB", flush=True)
    return await open_database(f"sqlite:///{path}")


async def measured(tx: Tx, work: Work, me: Person, into: Measured) -> None:
    counted = Counted(tx)
    began = time.process_time()
    made = await composed(tx, work, me)
    into.seconds.append(time.process_time() - began)
    into.statements.append(len(counted.ends()))
    assert made, f"no digest for person {me.id}"


async def all_digests(databases: Sequence[Database]) -> list[Figures]:
    """Of everybody who coordinates, in each of these in turn, so that whatever slows the machine slows them alike."""
    work, figures = rules(), [{role: Measured() for role in (MUNICIPAL, REGIONAL)} for _ in databases]
    async with AsyncExitStack() as open_now:
        each = [await open_now.enter_async_context(database.transaction()) for database in databases]
        for me in await duty.coordinators(each[0]):
            for tx, found in zip(each, figures, strict=True):
                await measured(tx, work, me, found[me.role])
    return figures


async def main(histories: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        databases = [await filled(replace(COUNTRY, visits=visits), folder) for visits in histories]
        figures = await all_digests(databases)
        for database in databases:
            await database.close()
    for role in (MUNICIPAL, REGIONAL):
        print(f"\n| {role}, {len(figures[0][role].seconds)} digests | mean (s) | longest (s) | statements | ratio |")
        print("|---|---|---|---|---|")
        first = statistics.mean(figures[0][role].seconds)
        for visits, found in zip(histories, figures, strict=True):
            one, mean = found[role], statistics.mean(found[role].seconds)
            cells = f"{mean:.4f} | {max(one.seconds):.4f} | {max(one.statements)} | {mean / first:.2f}"
            print(f"| {visits:,} visits | {cells} |")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--visits", type=int, nargs="+", default=[10_000, 1_000_000])
    asyncio.run(main(asked.parse_args().visits))

"""A real SQLite file with two teams, a few people and cases.

What a newcomer gets wrong: `district` already holds rows; tests that want an empty file use `database`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, NextStep, Person
from storage import new_cases, people, teams
from storage.database import Database, Tx, open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from tests.engines import ENGINES, USUAL, engine, url_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both engines, but for what only one of them has."""
    if "_on" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("only")
        metafunc.parametrize("_on", only.args if only else ENGINES, indirect=True)


@pytest.fixture
def _on(request: pytest.FixtureRequest) -> Iterator[None]:
    engine.name = request.param
    yield
    engine.name = USUAL


@pytest.fixture
async def database(_on: None, tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(url_of(tmp_path))
    yield opened
    await opened.close()


@dataclass
class District:
    database: Database
    mila: Person
    leader: Person
    stranger: Person
    """A member of a team of another municipality."""
    coordinator: Person
    region: Person


@pytest.fixture
async def district(database: Database) -> District:
    async with database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        await teams.put(tx, "Р-1", "Русе", "Русе")
        named = await teams.by_name(tx)
        here, there = named["б-1"].id, named["р-1"].id
        people_ = [
            await person(tx, name, role, team, municipality)
            for name, role, team, municipality in (
                ("Мила", MEMBER, here, ""),
                ("Лидия", LEADER, here, ""),
                ("Румен", MEMBER, there, ""),
                ("Кольо", MUNICIPAL, None, "Бяла"),
                ("Рени", REGIONAL, None, ""),
            )
        ]
        first = NextStep("S11", "visit", TODAY)
        await new_cases.put(tx, [child("БЯ", "Бяла", here, n) for n in range(1, 9)], first, NOW)
        await new_cases.put(tx, [child("РУ", "Русе", there, n) for n in range(1, 4)], first, NOW)
    return District(database, *people_)


async def person(tx: Tx, name: str, role: str, team: int | None, municipality: str) -> Person:
    code = f"code-{name}"
    await people.invite(tx, code, Invitation(role, team, municipality, name), datetime(2027, 1, 1, tzinfo=UTC))
    joined = await people.join(tx, code, "telegram", f"a-{name}", f"c-{name}", name, NOW)
    assert joined is not None
    await people.set_language(tx, joined.id, "bg")
    await people.accept(tx, joined.id, NOW)
    return joined


def child(prefix: str, municipality: str, team: int, n: int) -> NewCase:
    settlement = "Бяла" if n % 2 else "Полско Косово"
    return NewCase(
        prefix, "G1", municipality, settlement, f"ул. Хан Крум {n}", 2015, team, "", b"sealed", f"{prefix}{n}"
    )

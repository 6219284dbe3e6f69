"""Whom a morning asks for is found by what concerns them, however many others there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from casework.records import MEMBER, MUNICIPAL, Person
from storage import absences, duty, people, teams
from storage.database import Tx
from tests import everybody
from tests.engines import SQLITE
from tests.storage.conftest import NOW, TODAY, District, person
from tests.storage.explained import Explained

ASKED: dict[str, Callable[[Tx], Awaitable[list[Person]]]] = {
    "coordinators": duty.coordinators,
    "of an institution": lambda tx: duty.at_institution(tx, "school"),
    "above the doors": duty.answering,
    "of two teams": lambda tx: duty.answering(tx, [1, 2], [3]),
    "by number": lambda tx: duty.on_duty(tx, [1, 2, 3]),
}


@pytest.mark.only(SQLITE)
@pytest.mark.parametrize("asked", ASKED)
async def test_nobody_is_looked_through(district: District, asked: str) -> None:
    async with district.database.reading() as tx:
        explained = Explained(tx)
        await ASKED[asked](cast(Tx, explained))
    [plan] = explained.plans
    assert not [step for step in plan if step.startswith("SCAN") and step.split()[1] in ("p", "r", "k", "i")], plan


async def test_those_above_the_doors_are_joined_by_the_teams_and_people_that_are_asked_for(district: District) -> None:
    async def named(tx: Tx, team_ids: list[int], *ids: int) -> list[str]:
        return [one.name for one in await duty.answering(tx, team_ids, ids)]

    async with district.database.transaction() as tx:
        numbers = {one.name: one.id for one in await everybody.on_duty(tx)}
        here, there = (one.id for one in sorted((await teams.by_name(tx)).values(), key=lambda team: team.name))
        assert await named(tx, []) == ["Лидия", "Кольо", "Рени"]
        assert await named(tx, [here]) == ["Мила", "Лидия", "Кольо", "Рени"]
        assert await named(tx, [there]) == ["Лидия", "Румен", "Кольо", "Рени"]
        assert await named(tx, [], numbers["Румен"]) == ["Лидия", "Румен", "Кольо", "Рени"]
        assert await named(tx, [here, there]) == ["Мила", "Лидия", "Румен", "Кольо", "Рени"]
        await people.unreachable(tx, "telegram", "c-Мила", NOW)
        await tx.run("UPDATE membership SET until = 1 WHERE person_id = :id", id=numbers["Румен"])
        assert await named(tx, [here, there], numbers["Мила"]) == ["Лидия", "Кольо", "Рени"]


async def test_whoever_stands_in_for_a_coordinator_answers_too(district: District) -> None:
    async with district.database.transaction() as tx:
        iva = await person(tx, "Ива", MEMBER, None, "")
        kolyo = next(one for one in await everybody.on_duty(tx) if one.role == MUNICIPAL)
        assert "Ива" not in [one.name for one in await duty.answering(tx)]
        await absences.make(tx, kolyo, kolyo.id, TODAY, TODAY, iva.id, today=TODAY, now=NOW)
        assert [one.name for one in await duty.answering(tx)] == ["Лидия", "Рени", "Ива"]

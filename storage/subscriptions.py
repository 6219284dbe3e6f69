"""Who is told each working morning what is new in which list, and which cases they know to be on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.records import Person
from storage.database import Tx


@dataclass(frozen=True)
class Subscription:
    person_id: int
    list: str
    known: frozenset[int]
    """The cases that were on it when it was looked through last."""


async def begin(tx: Tx, me: Person, code: str, known: Sequence[int]) -> None:
    await tx.run(
        "INSERT INTO subscription (person_id, list, known) VALUES (:me, :list, :known) ON CONFLICT DO NOTHING",
        me=me.id,
        list=code,
        known=json.dumps(known),
    )


async def end(tx: Tx, me: Person, code: str) -> None:
    tx.touch(f"person {me.id}")
    await tx.run("DELETE FROM subscription WHERE person_id = :me AND list = :list", me=me.id, list=code)


async def of(tx: Tx, me: Person) -> set[str]:
    """The codes of the lists that a person is told of."""
    return {row["list"] for row in await tx.rows("SELECT list FROM subscription WHERE person_id = :me", me=me.id)}


async def unclaimed(tx: Tx, job: str, day: date) -> list[Subscription]:
    """Of everybody who has not had what `job` tells on that day, person by person."""
    rows = await tx.rows(
        "SELECT s.person_id, s.list, s.known FROM subscription s WHERE NOT EXISTS "
        "(SELECT 1 FROM period_claim p WHERE p.job = :job AND p.person_id = s.person_id AND p.period = :day) "
        "ORDER BY s.person_id, s.list",
        job=job,
        day=day.isoformat(),
    )
    return [Subscription(row["person_id"], row["list"], frozenset(json.loads(row["known"]))) for row in rows]


async def remember(tx: Tx, one: Subscription, known: Sequence[int]) -> None:
    await tx.run(
        "UPDATE subscription SET known = :known WHERE person_id = :person AND list = :list",
        known=json.dumps(known),
        person=one.person_id,
        list=one.list,
    )

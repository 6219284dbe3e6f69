"""What a notice is told because of, kept until it has gone out, so that it can be taken back while it waits.

What a newcomer gets wrong: a notice is not a row of the outbox. Its rows are the ways on which it may go (the first,
one kept ready, the parts of a long text); its ties and its words stand here once for all of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from casework.records import Case, Referral
from storage.database import Tx, in_list

DUE, OWED, LISTED, REFERRAL, OFFER = "due", "owed", "listed", "referral", "offer"
QUESTION, DRAFT, ABSENCE = "question", "draft", "absence"
_SUBJECT = {
    DUE: "case", OWED: "case", LISTED: "case", REFERRAL: "referral", OFFER: "handover", QUESTION: "question",
    DRAFT: "draft", ABSENCE: "absence",
}  # fmt: skip
OPEN_ROWS = "('waiting', 'held', 'spare')"


@dataclass(frozen=True)
class Tie:
    """One cause: as long as the thing `ref` is what `holds` says, it holds."""

    kind: str
    ref: str
    holds: str = ""

    @property
    def about(self) -> str:
        return f"{_SUBJECT[self.kind]} {self.ref}"


def due(case: Case) -> Tie:
    """Its step is due, and its reader wants to hear of it."""
    return Tie(DUE, str(case.id), f"{case.next_step} {case.due_on}")


def owed(case: Case) -> Tie:
    """It owes that step on that day."""
    return Tie(OWED, str(case.id), f"{case.next_step} {case.due_on}")


def listed(case_id: int, code: str) -> Tie:
    """It is on a list that its reader wants to hear of."""
    return Tie(LISTED, str(case_id), code)


def referral(one: Referral) -> Tie:
    """It has no answer, and its reader is one of those who may give it."""
    return Tie(REFERRAL, str(one.id), one.answer_by.isoformat())


def offer(number: int) -> Tie:
    """It waits for an answer."""
    return Tie(OFFER, str(number))


def question(number: int) -> Tie:
    """It has no answer, and nobody but its reader has taken it."""
    return Tie(QUESTION, str(number))


def draft(journal_id: str, warned_on: date) -> Tie:
    """Nobody has touched it since its person was to be warned."""
    return Tie(DRAFT, journal_id, warned_on.isoformat())


def absence(number: int, state: str) -> Tie:
    """It is to come or is now (`now`), or it is over and nobody has gone away again (`over`)."""
    return Tie(ABSENCE, str(number), state)


async def keep(tx: Tx, person_id: int, body: str, ties: Collection[Tie], folded_on: str = "") -> int:
    """`body` is the message as `handlers.engine.written` writes it."""
    row = await tx.one(
        "INSERT INTO notice (person_id, body, folded_on) VALUES (:person, :body, :folded) RETURNING id",
        person=person_id,
        body=body,
        folded=folded_on,
    )
    await _tie(tx, row["id"], ties)
    return int(row["id"])


async def _tie(tx: Tx, notice_id: int, ties: Collection[Tie]) -> None:
    await tx.many(
        "INSERT INTO notice_tie (notice_id, kind, ref, holds, about) VALUES (:notice, :kind, :ref, :holds, :about)",
        [{"notice": notice_id, "about": one.about, **vars(one)} for one in ties],
    )


async def bodies(tx: Tx, ids: Collection[int]) -> list[tuple[int, int, str]]:
    """Id, reader and words of each that is there."""
    rows = await tx.rows(f"SELECT id, person_id, body FROM notice WHERE id IN ({in_list(ids)}) ORDER BY id")
    return [(row["id"], row["person_id"], row["body"]) for row in rows]


async def rewrite(tx: Tx, notice_id: int, body: str, ties: Collection[Tie]) -> None:
    """Says less than before."""
    await tx.run("UPDATE notice SET body = :body WHERE id = :id", body=body, id=notice_id)
    await tx.run("DELETE FROM notice_tie WHERE notice_id = :id", id=notice_id)
    await _tie(tx, notice_id, ties)


async def about(tx: Tx, things: Collection[str]) -> list[int]:
    """The notices tied to any of these, such as `case 12`, and those to `person 5`."""
    readers = [int(one.removeprefix("person ")) for one in things if one.startswith("person ")]
    named = {f"t{n}": one for n, one in enumerate(sorted(things))}
    rows = await tx.rows(
        f"SELECT notice_id AS id FROM notice_tie WHERE about IN ({', '.join(f':{name}' for name in named) or 'NULL'}) "
        f"UNION SELECT id FROM notice WHERE person_id IN ({in_list(readers)})",
        **named,
    )
    return [row["id"] for row in rows]


async def folded(tx: Tx, before: date) -> dict[int, list[int]]:
    """By person, what was too much on an earlier day or reached nobody, oldest first."""
    rows = await tx.rows(
        "SELECT id, person_id FROM notice WHERE folded_on > '' AND folded_on < :day ORDER BY id",
        day=before.isoformat(),
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["person_id"], []).append(row["id"])
    return found


async def unsent(tx: Tx, person_id: int) -> list[tuple[int, int, str]]:
    """Id, reader and words of what one person was to be told, of which nothing has gone out and nothing will."""
    rows = await tx.rows(
        "SELECT n.id FROM notice n WHERE n.person_id = :person AND n.folded_on = '' AND NOT EXISTS "
        f"(SELECT 1 FROM outbox o WHERE o.notice_id = n.id AND (o.state IN {OPEN_ROWS} "
        "OR o.state IN ('sent', 'uncertain')))",
        person=person_id,
    )
    return await bodies(tx, [row["id"] for row in rows])


async def fold(tx: Tx, notice_id: int, day: date) -> None:
    """It is told on a later morning, with what was too much for this day."""
    await tx.run("UPDATE notice SET folded_on = :day WHERE id = :id", day=day.isoformat(), id=notice_id)


async def forget_folded(tx: Tx, before: date) -> None:
    """What nobody was there to read for so long; they find what matters of it in their lists."""
    await forget(tx, [notice for own in (await folded(tx, before)).values() for notice in own])


async def cancel(tx: Tx, ids: Collection[int]) -> None:
    """Nothing of it goes out any more."""
    await tx.run(
        f"UPDATE outbox SET state = 'cancelled', payload = '', quiet = '', hushed = 0 WHERE state IN {OPEN_ROWS} "
        f"AND notice_id IN ({in_list(ids)})"
    )
    await forget(tx, ids)


async def forget_ended(tx: Tx, ids: Collection[int]) -> None:
    """Those of them of which nothing is left to go out."""
    rows = await tx.rows(
        f"SELECT n.id FROM notice n WHERE n.id IN ({in_list(ids)}) AND n.folded_on = '' AND NOT EXISTS "
        f"(SELECT 1 FROM outbox o WHERE o.notice_id = n.id AND o.state IN {OPEN_ROWS})"
    )
    await forget(tx, [row["id"] for row in rows])


async def forget(tx: Tx, ids: Collection[int]) -> None:
    if ids:
        await tx.run(f"DELETE FROM notice_tie WHERE notice_id IN ({in_list(ids)})")
        await tx.run(f"DELETE FROM notice WHERE id IN ({in_list(ids)})")


async def forget_rowless(tx: Tx) -> None:
    """Those whose rows were cancelled or forgotten meanwhile."""
    rows = await tx.rows(
        "SELECT n.id FROM notice n WHERE n.folded_on = '' AND NOT EXISTS "
        f"(SELECT 1 FROM outbox o WHERE o.notice_id = n.id AND o.state IN {OPEN_ROWS})"
    )
    await forget(tx, [row["id"] for row in rows])

"""Cases as a person may see them: every query that returns one to a person joins the view `visible_to`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from casework import numbers, spelling
from casework.escalation import Due
from casework.numbers import CaseQuery
from casework.records import DECISION, OPEN, Case, Cause, NextStep, Person
from storage import looks, moves, referrals, wordbook
from storage.database import Row, Tx, in_list, moment_of

_CASE = (
    "c.id, c.prefix, c.running, c.grouping, c.municipality, c.settlement, c.address, c.birth_year, c.status, "
    "c.team_id, c.next_step, c.due_on, c.attempts, c.version, c.sealed_name IS NOT NULL AS sealed, t.name AS holder, "
    "c.waits_for, r.institution AS awaits, c.enrolled_on, c.postponed, CASE WHEN c.postponed > 0 THEN "
    "(SELECT l.code FROM lateness l WHERE l.case_id = c.id ORDER BY l.id DESC LIMIT 1) END AS late_for"
)
_JOINED = "LEFT JOIN team t ON t.id = c.team_id LEFT JOIN referral r ON r.id = c.waits_for"
_FROM = f"FROM child_case c JOIN visible_to v ON v.case_id = c.id AND v.person_id = :me {_JOINED}"

_BY_PLACE = "c.settlement, c.prefix, c.running"
WORDS = 5
"""So many words of what is typed are looked for."""


class Changed(Exception):
    """Somebody changed the case meanwhile; the transaction must be made again."""


async def get(tx: Tx, me: Person, case_id: int) -> Case | None:
    row = await tx.row(f"SELECT {_CASE} {_FROM} WHERE c.id = :id", me=me.id, id=case_id)
    return _case(row) if row else None


async def sees_any(tx: Tx, me: Person) -> bool:
    return await tx.row(f"SELECT 1 {_FROM} LIMIT 1", me=me.id) is not None


async def visited_on(tx: Tx, me: Person, day: date) -> list[Case]:
    """By number."""
    rows = await tx.rows(
        f"SELECT {_CASE} {_FROM} WHERE EXISTS (SELECT 1 FROM visit d WHERE d.case_id = c.id AND d.visited_on = :day) "
        "ORDER BY c.prefix, c.running",
        me=me.id,
        day=day.isoformat(),
    )
    return [_case(row) for row in rows]


async def numbered(tx: Tx, me: Person, query: CaseQuery, *, offset: int, limit: int) -> tuple[list[Case], int]:
    """Those with that number; without letters it may be that of several municipalities."""
    letters = "c.prefix = :prefix AND " if query.prefix else ""
    values = {"running": query.running, "prefix": query.prefix}
    return await page(tx, me, f"{letters}c.running = :running", values, _BY_PLACE, offset, limit)


async def search(tx: Tx, me: Person, text: str, *, offset: int, limit: int) -> tuple[list[Case], int]:
    """By number if `text` is one, else those in which every word of it stands, last those with mistakes in one."""
    query = numbers.read(text)
    # "хан 14" is a street, but nobody wants house 14 who looks for case 14.
    if query and (not query.prefix or await _begins_numbers(tx, query.prefix)):
        return await numbered(tx, me, query, offset=offset, limit=limit)
    words = [await wordbook.meant(tx, ways) for ways in spelling.words(text)[:WORDS]]
    if not words or not all(word.fitting or word.near for word in words):
        return [], 0
    where = " AND ".join(_with_one_of((*word.fitting, *word.near)) for word in words)
    exactly = " AND ".join(_with_one_of(word.fitting) for word in words if word.near)
    order = f"CASE WHEN {exactly} THEN 0 ELSE 1 END, {_BY_PLACE}" if exactly else _BY_PLACE
    return await page(tx, me, where, {}, order, offset, limit)


async def _begins_numbers(tx: Tx, letters: str) -> bool:
    return await tx.row("SELECT 1 FROM child_case WHERE prefix = :letters LIMIT 1", letters=letters) is not None


def _with_one_of(words: Sequence[int]) -> str:
    return f"c.id IN (SELECT o.case_id FROM word_of o WHERE o.word_id IN ({in_list(words)}))"


async def due_first(tx: Tx, me: Person, today: date, *, offset: int, limit: int) -> tuple[list[Case], int]:
    """Due today and overdue first, by settlement; then the others by their day."""
    order = (
        "CASE WHEN c.due_on <= :today THEN 0 WHEN c.due_on IS NOT NULL THEN 1 ELSE 2 END, "
        "CASE WHEN c.due_on <= :today THEN c.settlement END, c.due_on, c.prefix, c.running"
    )
    return await page(tx, me, "1 = 1", {"today": today.isoformat()}, order, offset, limit)


async def page(
    tx: Tx, me: Person, where: str, values: Mapping[str, object], order: str, offset: int, limit: int
) -> tuple[list[Case], int]:
    """Of the cases `c` that the person may see, with the number of all of them."""
    rows = await tx.rows(
        f"SELECT {_CASE}, count(*) OVER () AS total {_FROM} WHERE {where} ORDER BY {order} "
        # Not as values, for then PostgreSQL would plan it anew each time: 0.6 ms.
        f"LIMIT {limit:d} OFFSET {offset:d}",
        me=me.id,
        **values,
    )
    return [_case(row) for row in rows], int(rows[0]["total"]) if rows else 0


async def overdue(tx: Tx, me: Person, today: date, at_most: int) -> list[Case]:
    """The oldest first."""
    rows = await tx.rows(
        f"SELECT {_CASE} {_FROM} WHERE c.due_on < :today ORDER BY c.due_on, c.prefix, c.running LIMIT :most",
        me=me.id,
        today=today.isoformat(),
        most=at_most,
    )
    return [_case(row) for row in rows]


async def due_everywhere(tx: Tx, today: date, last_rung: int) -> list[Due]:
    """For the schedule, not for a person: what is due today or overdue, oldest first; without what the last rung was
    told, for nobody is told of that."""
    rows = await tx.rows(
        f"SELECT {_CASE}, c.told_rung, "
        "(SELECT w.reporter_id FROM visit w WHERE w.case_id = c.id ORDER BY w.id DESC LIMIT 1) AS reporter "
        f"FROM child_case c {_JOINED} WHERE c.due_on <= :today AND c.told_rung < :last "
        "ORDER BY c.due_on, c.prefix, c.running",
        today=today.isoformat(),
        last=last_rung,
    )
    return [Due(_case(row), row["told_rung"], row["reporter"]) for row in rows]


async def for_rules(tx: Tx, case_id: int) -> Case:
    """For the rules, not for a person: who answers may see it no longer."""
    return (await among(tx, [case_id]))[0]


async def among(tx: Tx, ids: Collection[int]) -> list[Case]:
    """For the rules and the schedule, not for a person: those with these numbers."""
    return [
        _case(row)
        for row in await tx.rows(f"SELECT {_CASE} FROM child_case c {_JOINED} WHERE c.id IN ({in_list(ids)})")
    ]


async def unanswered_everywhere(tx: Tx, today: date) -> list[Case]:
    """For the schedule, not for a person: those that wait for an institution that is late, oldest first."""
    rows = await tx.rows(
        f"SELECT {_CASE} FROM child_case c {_JOINED} WHERE c.waits_for IS NOT NULL AND c.due_on < :today "
        "ORDER BY c.due_on, c.prefix, c.running",
        today=today.isoformat(),
    )
    return [_case(row) for row in rows]


async def counts(tx: Tx, me: Person) -> tuple[int, int]:
    """The cases a person is responsible for, and how many of them were visited at least once."""
    row = await tx.one(f"SELECT count(*) AS n, count(CASE WHEN c.attempts > 0 THEN 1 END) AS visited {_FROM}", me=me.id)
    return int(row["n"]), int(row["visited"])


async def hold(tx: Tx, case_id: int) -> None:
    """Until this transaction ends nobody else acts on the case; another worker that has looked at it already begins
    anew. Needed where a decision hangs on the case and changes no row of it, as a question about it."""
    await tx.run("UPDATE child_case SET version = version WHERE id = :id", id=case_id)


async def advance(
    tx: Tx, case: Case, step: NextStep, cause: Cause, now: datetime, *,
    attempts: int | None = None, postponed: int = 0, detail: str = "",
) -> None:  # fmt: skip
    """Moves a case, and keeps that it moved and why. `attempts` counts its visits, None leaves the number; `postponed`
    is how often the step was, which is never for a new one.

    Raises Changed when the case is no longer the one the decision was made for.
    """
    row = await tx.row(
        "UPDATE child_case SET status = :status, next_step = :step, due_on = :due, waits_for = :waits, "
        "enrolled_on = CASE WHEN :enrolled IS NULL THEN NULL ELSE coalesce(enrolled_on, :enrolled) END, "
        "attempts = coalesce(:attempts, attempts), version = version + 1, told_rung = 0, "
        "postponed = :postponed "
        "WHERE id = :id AND version = :version RETURNING team_id",
        status=step.status,
        step=step.step,
        due=step.due_on.isoformat() if step.due_on else None,
        waits=step.waits_for,
        enrolled=step.enrolled_on.isoformat() if step.enrolled_on else None,
        attempts=attempts,
        postponed=postponed,
        id=case.id,
        version=case.version,
    )
    if row is None:
        raise Changed(f"case {case.id} is no longer at version {case.version}")
    tx.touch(f"case {case.id}")
    await moves.record(tx, case.id, case.status, step, cause, row["team_id"], now, detail)
    if case.enrolled_on and step.enrolled_on is None:
        # Whoever moved it: of a child that is not observed nothing is asked.
        await referrals.withdraw_check(tx, case.id, cause.person_id, now)


async def give(
    tx: Tx, case: Case, step: NextStep, cause: Cause, now: datetime, *,
    team_id: int | None, municipality: str, detail: str = "",
) -> None:  # fmt: skip
    """Moves a case to another owner, as `advance` does; its visits stay those of the team that made them."""
    await tx.run(
        "UPDATE child_case SET team_id = :team, municipality = :municipality WHERE id = :id AND version = :version",
        team=team_id,
        municipality=municipality,
        id=case.id,
        version=case.version,
    )
    await advance(tx, case, step, cause, now, detail=detail)


async def open_of_team(tx: Tx, me: Person, team_id: int) -> list[Case]:
    """Those that are not closed, neighbours side by side."""
    rows = await tx.rows(
        f"SELECT {_CASE} {_FROM} WHERE c.team_id = :team AND c.due_on IS NOT NULL "
        "ORDER BY c.settlement, c.address, c.prefix, c.running",
        me=me.id,
        team=team_id,
    )
    return [_case(row) for row in rows]


async def handed_over(tx: Tx, handover_id: int) -> Case:
    """The case of a hand-over; who may answer to it, `handovers.get` says."""
    row = await tx.one(
        f"SELECT {_CASE} FROM handover h JOIN child_case c ON c.id = h.case_id {_JOINED} WHERE h.id = :id",
        id=handover_id,
    )
    return _case(row)


async def gone_from(tx: Tx, me: Person, case_id: int) -> Case | None:
    """A case that the person's team had and that is out of their reach now; None of all others."""
    row = await tx.row(
        f"SELECT {_CASE} FROM child_case c {_JOINED} WHERE c.id = :id "
        "AND NOT EXISTS (SELECT 1 FROM visible_to v WHERE v.case_id = c.id AND v.person_id = :me) "
        "AND EXISTS (SELECT 1 FROM transition m JOIN membership b ON b.person_id = :me "
        "AND b.team_id IN (m.team_id, CASE WHEN m.cause = :decision THEN m.cause_id END) WHERE m.case_id = c.id)",
        me=me.id,
        id=case_id,
        decision=DECISION,
    )
    return _case(row) if row else None


async def owe(tx: Tx, me: Person, case: Case, step: str, due_on: date, now: datetime) -> None:
    """Another step, decided by a person and not by a visit."""
    decided = NextStep(case.status, step, due_on, enrolled_on=case.enrolled_on)
    await advance(tx, case, decided, Cause(DECISION, None, me.id), now)


async def kept_since(tx: Tx, me: Person, case_id: int) -> datetime:
    """When the case came to us; of one that the person may see."""
    row = await tx.one(f"SELECT c.created_at {_FROM} WHERE c.id = :id", me=me.id, id=case_id)
    return moment_of(row["created_at"])


async def sealed_name(tx: Tx, me: Person, case_id: int, now: datetime) -> tuple[bytes, str] | None:
    """The sealed name and by what its case is recognised, for whoever may see the case; the look is recorded."""
    row = await tx.row(
        f"SELECT {_CASE}, c.sealed_name, coalesce(c.recognised_by, '') AS mark {_FROM} "
        "WHERE c.id = :id AND c.sealed_name IS NOT NULL",
        me=me.id,
        id=case_id,
    )
    if row is None:
        return None
    await looks.note(tx, me, looks.NAME, _case(row), now)
    return row["sealed_name"], row["mark"]


async def observed_due(tx: Tx, status: str, today: date) -> list[Case]:
    """For the schedule, not for a person: enrolled children for whom a check is due, or was asked and has no answer."""
    rows = await tx.rows(
        f"SELECT {_CASE} FROM child_case c {_JOINED} WHERE c.status = :status AND c.enrolled_on IS NOT NULL "
        "AND (c.due_on <= :today OR EXISTS (SELECT 1 FROM referral k WHERE k.case_id = c.id AND k.state = :open "
        "AND k.check_day IS NOT NULL)) ORDER BY c.prefix, c.running",
        status=status,
        today=today.isoformat(),
        open=OPEN,
    )
    return [_case(row) for row in rows]


async def count_of(tx: Tx, status: str, municipality: str) -> int:
    """How many cases of a municipality (all when it is empty) have that status; for a sentence that names none."""
    row = await tx.one(
        "SELECT count(*) AS n FROM child_case WHERE status = :status AND :municipality IN ('', municipality)",
        status=status,
        municipality=municipality,
    )
    return int(row["n"])


async def marked(tx: Tx, mark: str) -> Case | None:
    """For an import, not for a person: the case that is recognised by that."""
    row = await tx.row(f"SELECT {_CASE} FROM child_case c {_JOINED} WHERE c.recognised_by = :mark", mark=mark)
    return _case(row) if row else None


def _case(row: Row) -> Case:
    return Case(
        row["id"],
        numbers.write(row["prefix"], row["running"]),
        row["grouping"],
        row["municipality"],
        row["settlement"],
        row["address"],
        row["birth_year"],
        row["status"],
        row["team_id"],
        row["next_step"],
        date.fromisoformat(row["due_on"]) if row["due_on"] else None,
        row["attempts"],
        bool(row["sealed"]),
        row["version"],
        row["holder"] or "",
        row["waits_for"],
        row["awaits"] or "",
        date.fromisoformat(row["enrolled_on"]) if row["enrolled_on"] else None,
        row["postponed"],
        row["late_for"] or "",
    )

"""What institutions are asked and what they answered. A referral is answered once; whoever comes second is told.

An institution's people see the open ones of their institution and municipality, until one of them takes it
(`visible_to`). What a newcomer gets wrong: a referral for which nobody is there is kept too, and answered by the team;
and a check after an enrolment is a referral without a measure, which only `storage/checks.py` gives to anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from casework import numbers
from casework.records import ANSWERED, INSTITUTION, OPEN, REFUSED, REGIONAL, WITHDRAWN, Person, Referral
from storage import audit
from storage.absences import NOT_AWAY
from storage.database import Row, Tx, from_micros, to_micros
from storage.duty import ON_DUTY
from storage.people import REACHED

_REFERRAL = (
    "r.id, r.case_id, c.prefix, c.running, r.visit_id, r.measure, r.check_day, r.institution, r.municipality, "
    "r.asked_by, r.asked_at, r.answer_by, r.state, r.taken_by, r.answer, r.absent, r.note, r.answered_by, "
    "r.answered_at, c.settlement"
)
_OF_CASES = "FROM referral r JOIN child_case c ON c.id = r.case_id"
_NO_CHECK = "r.check_day IS NULL"
_SEEN = f"{_OF_CASES} JOIN visible_to v ON v.case_id = r.case_id AND v.person_id = :me"
_FREE_FOR = (
    "p.role = :role AND coalesce(r.taken_by, p.id) = p.id "
    "AND NOT EXISTS (SELECT 1 FROM not_ours n WHERE n.referral_id = r.id AND n.person_id = p.id)"
)
READS = f"{REACHED} AND {_FREE_FOR} AND p.institution = r.institution AND p.municipality IN ('', r.municipality)"
"""Who of an institution can be told of a referral: whoever took it, else all of them who did not send it back."""


async def ask(
    tx: Tx, case_id: int, institution: str, answer_by: date, now: datetime, *,
    asked_by: int | None, visit_id: int | None = None, measure: str = "", check_day: int | None = None,
) -> int:  # fmt: skip
    """Of the municipality in which the case is."""
    row = await tx.one(
        "INSERT INTO referral (case_id, visit_id, measure, check_day, institution, municipality, asked_by, asked_at, "
        "answer_by) SELECT c.id, :visit, :measure, :check_day, :institution, c.municipality, :asked_by, :now, :by "
        "FROM child_case c WHERE c.id = :case_id RETURNING id",
        case_id=case_id,
        visit=visit_id,
        measure=measure,
        check_day=check_day,
        institution=institution,
        asked_by=asked_by,
        now=to_micros(now),
        by=answer_by.isoformat(),
    )
    await audit.note(tx, now, asked_by, "referred", case_id, f"referral {row['id']}")
    return int(row["id"])


async def renew(tx: Tx, referral: Referral, answer_by: date, visit_id: int, asked_by: int, now: datetime) -> None:
    """Asked once more by another visit: a late one has a new deadline, and whoever asked last hears the answer."""
    await tx.run(
        "UPDATE referral SET answer_by = :by, visit_id = :visit, asked_by = :asked_by WHERE id = :id AND state = :open",
        by=answer_by.isoformat(),
        visit=visit_id,
        asked_by=asked_by,
        id=referral.id,
        open=OPEN,
    )
    tx.touch(f"referral {referral.id}")
    await audit.note(tx, now, asked_by, "referred again", referral.case_id, f"referral {referral.id}")


async def get(tx: Tx, me: Person, referral_id: int) -> Referral | None:
    row = await tx.row(f"SELECT {_REFERRAL} {_SEEN} WHERE r.id = :id", me=me.id, id=referral_id)
    return _referral(row) if row else None


async def of_case(tx: Tx, me: Person, case_id: int) -> list[Referral]:
    """Oldest first."""
    rows = await tx.rows(
        f"SELECT {_REFERRAL} {_SEEN} WHERE r.case_id = :id AND {_NO_CHECK} ORDER BY r.id",
        me=me.id,
        id=case_id,
    )
    return [_referral(row) for row in rows]


async def open_of(tx: Tx, case_id: int) -> list[Referral]:
    """For the rules, not for a person: those of a case that wait for an answer, the earliest deadline first."""
    rows = await tx.rows(
        f"SELECT {_REFERRAL} {_OF_CASES} WHERE r.case_id = :id AND r.state = :open AND {_NO_CHECK} "
        "ORDER BY r.answer_by, r.id",
        id=case_id,
        open=OPEN,
    )
    return [_referral(row) for row in rows]


async def open_check(tx: Tx, case_id: int) -> Referral | None:
    """For the rules, not for a person: the check of a case that waits for its answer; there is never a second."""
    row = await tx.row(
        f"SELECT {_REFERRAL} {_OF_CASES} WHERE r.case_id = :id AND r.state = :open AND r.check_day IS NOT NULL",
        id=case_id,
        open=OPEN,
    )
    return _referral(row) if row else None


async def readers(tx: Tx, referral_id: int) -> list[int]:
    """The institution's people who can be told of an open referral, by id; empty when it has none there."""
    return (await readers_of_each(tx, [referral_id]))[referral_id]


async def readers_of_each(tx: Tx, ids: Collection[int]) -> dict[int, list[int]]:
    """By referral."""
    among, values = _among(ids)
    rows = await tx.rows(
        f"SELECT r.id AS referral, p.id FROM referral r JOIN person p ON {READS} AND {NOT_AWAY} "
        f"WHERE r.id IN ({among}) AND r.state = :open ORDER BY p.id",
        open=OPEN,
        role=INSTITUTION,
        **values,
    )
    return _by_referral(ids, rows)


async def stand_ins(tx: Tx, ids: Collection[int], role: str) -> dict[int, list[int]]:
    """The coordinators of that role who can be told of each where its institution has nobody, or whoever stands in for
    them, by id."""
    among, values = _among(ids)
    rows = await tx.rows(
        "SELECT DISTINCT r.id AS referral, coalesce(s.deputy_id, p.id) AS id FROM referral r "
        f"JOIN person p ON {REACHED} AND {_FREE_FOR} "
        "AND (p.role = :region OR p.municipality = r.municipality) LEFT JOIN stands_in s ON s.person_id = p.id "
        f"WHERE r.id IN ({among}) AND r.state = :open AND ({NOT_AWAY} OR s.deputy_id IS NOT NULL) ORDER BY 2",
        open=OPEN,
        role=role,
        region=REGIONAL,
        **values,
    )
    return _by_referral(ids, rows)


def _among(ids: Collection[int]) -> tuple[str, dict[str, int]]:
    values = {f"r{n}": one for n, one in enumerate(ids)}
    return ", ".join(f":{name}" for name in values) or "NULL", values


def _by_referral(ids: Collection[int], rows: Sequence[Row]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {one: [] for one in ids}
    for row in rows:
        found[row["referral"]].append(row["id"])
    return found


async def known(tx: Tx, me: Person, referral_id: int) -> Referral | None:
    """Whatever became of it: for the institution's people there, who are told so, and for whoever sees the case."""
    row = await tx.row(
        f"SELECT {_REFERRAL} {_OF_CASES} WHERE r.id = :id AND {_NO_CHECK} AND "
        "((r.institution = :institution AND :municipality IN ('', r.municipality)) "
        "OR EXISTS (SELECT 1 FROM visible_to v WHERE v.case_id = r.case_id AND v.person_id = :me))",
        id=referral_id,
        me=me.id,
        institution=me.institution,
        municipality=me.municipality,
    )
    return _referral(row) if row else None


async def waiting(tx: Tx, me: Person) -> list[Referral]:
    """What waits for an answer of somebody of an institution, the earliest deadline first."""
    rows = await tx.rows(
        f"SELECT {_REFERRAL} {_SEEN} JOIN person p ON p.id = v.person_id AND {READS} "
        f"WHERE r.state = :open AND {_NO_CHECK} ORDER BY r.answer_by, r.id",
        me=me.id,
        open=OPEN,
        role=INSTITUTION,
    )
    return [_referral(row) for row in rows]


async def due_everywhere(tx: Tx, today: date) -> list[Referral]:
    """For the schedule, not for a person: open ones whose deadline has come, the earliest first."""
    rows = await tx.rows(
        f"SELECT {_REFERRAL} {_OF_CASES} WHERE r.state = :open AND r.answer_by <= :today AND {_NO_CHECK} "
        "ORDER BY r.answer_by, r.id",
        open=OPEN,
        today=today.isoformat(),
    )
    return [_referral(row) for row in rows]


async def for_rules(tx: Tx, referral_id: int) -> Referral:
    """For the rules, not for a person."""
    return _referral(await tx.one(f"SELECT {_REFERRAL} {_OF_CASES} WHERE r.id = :id", id=referral_id))


async def made_by(tx: Tx, visit_id: int) -> list[Referral]:
    """For the rules, not for a person: those that a visit brought about, whatever became of them."""
    rows = await tx.rows(f"SELECT {_REFERRAL} {_OF_CASES} WHERE r.visit_id = :id ORDER BY r.id", id=visit_id)
    return [_referral(row) for row in rows]


async def release(tx: Tx) -> list[Referral]:
    """Free again: what was accepted by somebody who has left, is away or can no longer be reached."""
    rows = await tx.rows(
        "UPDATE referral SET taken_by = NULL, taken_at = NULL WHERE state = :open AND taken_by IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM person p WHERE p.id = referral.taken_by AND {ON_DUTY}) "
        "RETURNING id",
        open=OPEN,
    )
    return [await for_rules(tx, row["id"]) for row in rows]


async def take(tx: Tx, me: Person, referral_id: int, now: datetime) -> bool:
    """True for the first; whether they may see it at all, `get` says."""
    row = await tx.row(
        "UPDATE referral SET taken_by = :me, taken_at = :now WHERE id = :id AND taken_by IS NULL AND state = :open "
        "RETURNING case_id",
        me=me.id,
        now=to_micros(now),
        id=referral_id,
        open=OPEN,
    )
    if row:
        tx.touch(f"referral {referral_id}")
        await audit.note(tx, now, me.id, "accepted a referral", row["case_id"], f"referral {referral_id}")
    return row is not None


async def answer(
    tx: Tx, me: Person, referral: Referral, code: str, now: datetime, *, absent: float = 0, note: str = ""
) -> bool:
    """True for the first answer; one that is no longer needed is kept too."""
    return await _end(
        tx, referral, ANSWERED, now, me.id, code=code, absent=absent, note=note, also=WITHDRAWN
    )  # fmt: skip


async def refuse(tx: Tx, me: Person, referral: Referral, now: datetime) -> None:
    """It is not this person's. Whether anybody else there is left to ask, `readers` says."""
    await tx.run(
        "INSERT INTO not_ours (referral_id, person_id, at) VALUES (:id, :me, :now) ON CONFLICT DO NOTHING",
        id=referral.id,
        me=me.id,
        now=to_micros(now),
    )
    # The row is changed also when somebody else has taken it: of two who send it back at once, the later one is to see
    # that nobody is left to ask.
    await tx.run(
        "UPDATE referral SET taken_at = CASE WHEN taken_by = :me THEN NULL ELSE taken_at END, "
        "taken_by = CASE WHEN taken_by = :me THEN NULL ELSE taken_by END WHERE id = :id",
        id=referral.id,
        me=me.id,
    )
    tx.touch(f"referral {referral.id}")
    await audit.note(tx, now, me.id, "sent a referral back", referral.case_id, f"referral {referral.id}")


async def say_why(tx: Tx, me: Person, referral_id: int, reason: str) -> bool:
    """Why somebody sent it back; False when they have not, or said it already."""
    row = await tx.row(
        "UPDATE not_ours SET reason = :reason WHERE referral_id = :id AND person_id = :me AND reason = '' "
        "RETURNING referral_id",
        reason=reason,
        id=referral_id,
        me=me.id,
    )
    return row is not None


async def reasons(tx: Tx, referral_id: int) -> list[tuple[str, str]]:
    """Who sent it back and said why: name and reason, in that order."""
    rows = await tx.rows(
        "SELECT p.name, n.reason FROM not_ours n JOIN person p ON p.id = n.person_id "
        "WHERE n.referral_id = :id AND n.reason <> '' ORDER BY n.at",
        id=referral_id,
    )
    return [(row["name"], row["reason"]) for row in rows]


async def end_refused(tx: Tx, referral: Referral, now: datetime) -> bool:
    """Nobody there is left to ask."""
    return await _end(tx, referral, REFUSED, now, None)


async def withdraw(tx: Tx, referral: Referral, by: int | None, now: datetime) -> bool:
    """The answer is no longer needed."""
    return await _end(tx, referral, WITHDRAWN, now, by)


async def withdraw_check(tx: Tx, case_id: int, by: int | None, now: datetime) -> None:
    """The child is asked after no longer; nobody had taken that on, so nobody is told."""
    if check := await open_check(tx, case_id):
        await withdraw(tx, check, by, now)


async def _end(
    tx: Tx, referral: Referral, state: str, now: datetime, by: int | None, *,
    code: str = "", absent: float = 0, note: str = "", also: str = OPEN,
) -> bool:  # fmt: skip
    row = await tx.row(
        "UPDATE referral SET state = :state, answer = :answer, absent = :absent, note = :note, answered_by = :by, "
        "answered_at = :now WHERE id = :id AND state IN (:open, :also) RETURNING id",
        state=state,
        also=also,
        answer=code,
        absent=absent,
        note=note,
        by=by,
        now=to_micros(now),
        id=referral.id,
        open=OPEN,
    )
    if row:
        tx.touch(f"referral {referral.id}")
        await audit.note(tx, now, by, f"{state} a referral", referral.case_id, f"referral {referral.id}")
    return row is not None


def _referral(row: Row) -> Referral:
    asked_at = from_micros(row["asked_at"])
    assert asked_at is not None
    return Referral(
        row["id"], row["case_id"], numbers.write(row["prefix"], row["running"]), row["visit_id"], row["measure"],
        row["check_day"], row["institution"], row["municipality"], row["asked_by"], asked_at,
        date.fromisoformat(row["answer_by"]), row["state"], row["taken_by"], row["answer"], row["absent"], row["note"],
        row["answered_by"], from_micros(row["answered_at"]), row["settlement"],
    )  # fmt: skip

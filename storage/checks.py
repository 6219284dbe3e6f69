"""Checks after the enrolment, as they are asked: referrals to the school that take no measure.

What a newcomer gets wrong: what an institution is asked may be seen by its people also when it has its answer, because
somebody of them has just given it; of the case that is its number and settlement and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casework import numbers
from casework.records import INSTITUTION, OPEN, Case, Person, Referral
from storage import referrals
from storage.absences import NOT_AWAY
from storage.database import Row, Tx, from_micros

_ASKED = (
    "r.id, r.case_id, c.prefix, c.running, c.settlement, c.municipality, r.check_day, r.asked_at, r.answer_by, "
    "r.state, r.answer, r.absent, c.sealed_name IS NOT NULL AS sealed"
)
_OF_CASES = "FROM referral r JOIN child_case c ON c.id = r.case_id"


@dataclass(frozen=True)
class Asked:
    """Whether a child attends, so many `days` after its enrolment."""

    id: int
    case_id: int
    number: str
    place: str
    days: int
    asked_at: datetime
    answer_by: date
    state: str
    answer: str
    absent: float
    sealed: bool

    @property
    def is_open(self) -> bool:
        return self.state == OPEN


async def ask(tx: Tx, case: Case, institution: str, days: int, answer_by: date, now: datetime) -> Referral:
    """Not of those who have said of the same child that it is not theirs."""
    check = await referrals.ask(tx, case.id, institution, answer_by, now, asked_by=None, check_day=days)
    await tx.run(
        "INSERT INTO not_ours (referral_id, person_id, at) SELECT :id, n.person_id, max(n.at) FROM not_ours n "
        "JOIN referral r ON r.id = n.referral_id WHERE r.case_id = :case_id AND r.check_day IS NOT NULL "
        "GROUP BY n.person_id",
        id=check,
        case_id=case.id,
    )
    asked = await referrals.open_check(tx, case.id)
    assert asked is not None
    return asked


async def to_read(tx: Tx, person_id: int | None = None) -> list[tuple[int, Asked]]:
    """Every check that waits for an answer, with each person (or that one) who can be told of it, person by person."""
    rows = await tx.rows(
        f"SELECT {_ASKED}, p.id AS reader {_OF_CASES} JOIN person p ON {referrals.READS} "
        "WHERE r.state = :open AND r.check_day IS NOT NULL AND p.id = coalesce(:person, p.id) ORDER BY p.id, r.id",
        person=person_id,
        open=OPEN,
        role=INSTITUTION,
    )
    return [(row["reader"], _asked(row)) for row in rows]


async def readable(tx: Tx) -> set[int]:
    """Every check that waits for an answer of which anybody can be told."""
    rows = await tx.rows(
        f"SELECT r.id FROM referral r WHERE r.state = :open AND r.check_day IS NOT NULL "
        f"AND EXISTS (SELECT 1 FROM person p WHERE {referrals.READS} AND {NOT_AWAY})",
        open=OPEN,
        role=INSTITUTION,
    )
    return {row["id"] for row in rows}


async def of_institution(tx: Tx, me: Person, ids: Sequence[int]) -> list[Asked]:
    """Those of these that were asked of the person's institution, answered or not, without what is not theirs."""
    found = []
    for one in ids:
        row = await tx.row(
            f"SELECT {_ASKED} {_OF_CASES} JOIN person p ON p.id = :me AND p.active = 1 AND p.role = :role "
            "AND p.institution = r.institution AND p.municipality IN ('', r.municipality) "
            "WHERE r.id = :id AND r.check_day IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM not_ours n WHERE n.referral_id = r.id AND n.person_id = p.id)",
            me=me.id,
            id=one,
            role=INSTITUTION,
        )
        found += [_asked(row)] if row else []
    return found


async def seen(tx: Tx, me: Person, check_id: int) -> Asked | None:
    """A check of a case that the person sees."""
    row = await tx.row(
        f"SELECT {_ASKED} {_OF_CASES} JOIN visible_to v ON v.case_id = r.case_id AND v.person_id = :me "
        "WHERE r.id = :id AND r.check_day IS NOT NULL",
        me=me.id,
        id=check_id,
    )
    return _asked(row) if row else None


async def current(tx: Tx, check_id: int) -> Asked:
    """As it is now, for whoever may answer it or has."""
    return _asked(await tx.one(f"SELECT {_ASKED} {_OF_CASES} WHERE r.id = :id", id=check_id))


async def last_asked(tx: Tx, case_id: int) -> int:
    """The last check that a case has had since its child was enrolled, in days after that; 0 when it had none."""
    row = await tx.one(
        "SELECT coalesce(max(check_day), 0) AS days FROM referral WHERE case_id = :id AND check_day IS NOT NULL "
        # Of an earlier enrolment it may have been asked on the very day of this one.
        "AND asked_at > coalesce("
        "(SELECT max(m.at) FROM transition m WHERE m.case_id = :id AND m.enrolled_on IS NULL), 0)",
        id=case_id,
    )
    return int(row["days"])


async def last_reporter(tx: Tx, case_id: int) -> int | None:
    """Who reported the last visit of a case and still sees it."""
    row = await tx.row(
        "SELECT w.reporter_id FROM visit w JOIN visible_to v ON v.case_id = w.case_id AND v.person_id = w.reporter_id "
        "WHERE w.case_id = :id ORDER BY w.id DESC LIMIT 1",
        id=case_id,
    )
    return row["reporter_id"] if row else None


def _asked(row: Row) -> Asked:
    asked_at = from_micros(row["asked_at"])
    assert asked_at is not None
    number, place = numbers.write(row["prefix"], row["running"]), row["settlement"] or row["municipality"]
    return Asked(
        row["id"], row["case_id"], number, place, row["check_day"], asked_at, date.fromisoformat(row["answer_by"]),
        row["state"], row["answer"], row["absent"], bool(row["sealed"]),
    )  # fmt: skip

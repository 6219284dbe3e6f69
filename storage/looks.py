"""Who looked at what is sealed of a case, or took it away on paper: when, and as whom.

What a newcomer gets wrong: as whom is kept with the look. Asked later, teams, roles and cases have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.records import INSTITUTION, MUNICIPAL, REGIONAL, Case, Person
from storage import audit
from storage.database import Tx, moment_of

NAME, FORM, FORMS, TABLE = "saw the name", "printed a form", "printed the forms of a day", "took the table of a day"
_LOOKS = f"'{NAME}', '{FORM}', '{FORMS}', '{TABLE}'"
_BETWEEN = "; "


@dataclass(frozen=True)
class Look:
    """`role` is the one they had then, empty when that was not kept; `of` their team, municipality or institution."""

    at: datetime
    who: str
    what: str
    role: str
    of: str


async def note(tx: Tx, me: Person, what: str, case: Case, now: datetime, detail: str = "") -> None:
    of = {REGIONAL: "", MUNICIPAL: case.municipality, INSTITUTION: me.institution}.get(me.role, case.holder)
    kept = (f"as {me.role} {of}".rstrip(), *((detail,) if detail else ()))
    await audit.note(tx, now, me.id, what, case.id, _BETWEEN.join(kept))


async def of_case(tx: Tx, me: Person, case_id: int, limit: int) -> tuple[list[Look], int]:
    """The newest first, and how many there are; of a case that the person may see."""
    rows = await tx.rows(
        "SELECT a.at, a.what, a.detail, coalesce(p.name, '') AS who, count(*) OVER () AS total FROM audit a "
        "JOIN visible_to v ON v.case_id = a.case_id AND v.person_id = :me LEFT JOIN person p ON p.id = a.person_id "
        f"WHERE a.case_id = :id AND a.what IN ({_LOOKS}) ORDER BY a.id DESC LIMIT :limit",
        me=me.id,
        id=case_id,
        limit=limit,
    )
    return [_look(row["at"], row["who"], row["what"], row["detail"]) for row in rows], rows[0]["total"] if rows else 0


def _look(micros: int, who: str, what: str, detail: str) -> Look:
    as_whom = detail.partition(_BETWEEN)[0]
    _as, role, of = (*as_whom.split(" ", 2), "", "")[:3] if as_whom.startswith("as ") else ("", "", "")
    return Look(moment_of(micros), who, what, role, of)

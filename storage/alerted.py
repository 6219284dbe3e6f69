"""Who was told of which case in which morning, and on which rung: what those above are told happened below."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from casework.escalation import Turn
from casework.records import Person
from storage.because import DUE, Tie
from storage.database import Tx, in_list


@dataclass(frozen=True)
class Alerted:
    """Of the step that the case owes now; `person_id` is `who`."""

    case_id: int
    person_id: int
    who: str
    day: date


async def keep(tx: Tx, turns: Sequence[Turn], today: date) -> None:
    """They are told today; each of these cases is told on its rung."""
    for (person_id, rung), own in groupby(sorted(turns, key=_reader_and_rung), _reader_and_rung):
        among = in_list([one.case.id for one in own])
        await tx.run(
            "INSERT INTO alerted (case_id, person_id, day, rung, step, due_on) "
            f"SELECT id, :person, :day, :rung, next_step, due_on FROM child_case WHERE id IN ({among}) "
            "ON CONFLICT DO NOTHING",
            person=person_id,
            day=today.isoformat(),
            rung=rung,
        )
        await tx.run(f"UPDATE child_case SET told_rung = :rung WHERE id IN ({among}) AND told_rung < :rung", rung=rung)


def _reader_and_rung(turn: Turn) -> tuple[int, int]:
    return turn.reader.id, turn.rung


async def take_back(tx: Tx, person_id: int, gone: Collection[Tie]) -> None:
    """They were not told after all: the same step is as untold as it was before, and its next turn comes.

    What is told only ever goes down here, and only of the step that the notice was about.
    """
    for tie in (one for one in gone if one.kind == DUE):
        row = await tx.row(
            "DELETE FROM alerted WHERE case_id = :case_id AND person_id = :person AND step || ' ' || due_on = :holds "
            "AND day = (SELECT max(day) FROM alerted WHERE case_id = :case_id AND person_id = :person) RETURNING rung",
            case_id=int(tie.ref),
            person=person_id,
            holds=tie.holds,
        )
        if row and row["rung"] == 0:
            await _put_off_still(tx, person_id, int(tie.ref))
        elif row:
            await tx.run(
                "UPDATE child_case SET told_rung = :below WHERE id = :case_id AND told_rung = :rung "
                "AND next_step || ' ' || due_on = :holds",
                below=row["rung"] - 1,
                rung=row["rung"],
                case_id=int(tie.ref),
                holds=tie.holds,
            )


async def _put_off_still(tx: Tx, person_id: int, case_id: int) -> None:
    """Whoever asked to hear of it again has not: its day has come, and they hear of it when they can."""
    await tx.run(
        "UPDATE respite SET told_on = '', ended_at = NULL WHERE id = (SELECT max(r.id) FROM respite r "
        "WHERE r.case_id = :case_id AND r.person_id = :person AND r.kind = 'later' AND r.told_on > '') "
        "AND NOT EXISTS (SELECT 1 FROM respite x WHERE x.case_id = :case_id AND x.person_id = :person "
        "AND x.kind = 'later' AND x.ended_at IS NULL)",
        case_id=case_id,
        person=person_id,
    )


async def on(tx: Tx, me: Person, day: str) -> list[int]:
    """The cases that a person was told of that day and that still owe the same."""
    rows = await tx.rows(
        "SELECT a.case_id FROM alerted a JOIN child_case c ON c.id = a.case_id AND a.step = c.next_step "
        "AND a.due_on = c.due_on JOIN visible_to v ON v.case_id = c.id AND v.person_id = a.person_id "
        "WHERE a.person_id = :me AND a.day = :day ORDER BY a.due_on, a.case_id",
        me=me.id,
        day=day,
    )
    return [row["case_id"] for row in rows]


async def of(tx: Tx, case_ids: Collection[int]) -> list[Alerted]:
    """Who was told of the step that each of these cases owes now, and sees it still; oldest first."""
    rows = await tx.rows(
        "SELECT a.case_id, a.person_id, p.name, a.day FROM alerted a JOIN child_case c ON c.id = a.case_id "
        "AND a.step = c.next_step AND a.due_on = c.due_on JOIN person p ON p.id = a.person_id AND p.active = 1 "
        f"WHERE a.case_id IN ({in_list(case_ids)}) ORDER BY a.day, a.rung, a.person_id"
    )
    return [Alerted(row["case_id"], row["person_id"], row["name"], date.fromisoformat(row["day"])) for row in rows]


async def forget_before(tx: Tx, day: date) -> None:
    """Of steps that are owed no longer; of one that is, whoever is told next reads who was told and when."""
    await tx.run(
        "DELETE FROM alerted WHERE day < :day AND NOT EXISTS (SELECT 1 FROM child_case c "
        "WHERE c.id = alerted.case_id AND c.next_step = alerted.step AND c.due_on = alerted.due_on)",
        day=day.isoformat(),
    )

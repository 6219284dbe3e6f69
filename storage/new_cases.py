"""Cases that an import brings: by what they are recognised, and how they are kept and numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.records import IMPORT, NextStep
from storage import wordbook
from storage.database import Tx, to_micros


@dataclass(frozen=True)
class NewCase:
    """A case to be kept. `recognised_by` tells the same child in a second import."""

    prefix: str
    group: str
    municipality: str
    settlement: str
    address: str
    birth_year: int | None
    team_id: int | None
    note: str
    sealed_name: bytes | None
    recognised_by: str


async def recognised(tx: Tx) -> set[str]:
    """By what the cases that are here are recognised in an import file."""
    return {row["recognised_by"] for row in await tx.rows("SELECT recognised_by FROM child_case")}


async def marks_of(tx: Tx, statuses: Sequence[str]) -> set[str]:
    """By what the cases of those statuses are recognised in an import file."""
    rows = [
        row
        for status in statuses
        for row in await tx.rows("SELECT recognised_by FROM child_case WHERE status = :status", status=status)
    ]
    return {row["recognised_by"] for row in rows}


async def put(tx: Tx, new: Sequence[NewCase], first: NextStep, now: datetime) -> int:
    """Keeps the cases that are not here yet, numbered on within their letters; returns how many were new."""
    known = await recognised(tx)
    # Also those of cases that were forgotten.
    newest = await tx.one(
        "SELECT coalesce(max(id), 0) AS id FROM (SELECT max(id) AS id FROM child_case "
        "UNION ALL SELECT last FROM numbered WHERE what = 'case') AS given"
    )
    last = {
        row["prefix"]: int(row["last"])
        for row in await tx.rows(
            "SELECT prefix, max(running) AS last FROM (SELECT prefix, running FROM child_case "
            "UNION ALL SELECT substr(what, 8), last FROM numbered WHERE what LIKE 'number %') AS given GROUP BY prefix"
        )
    }
    added: list[dict[str, object]] = []
    for case in new:
        if case.recognised_by in known:
            continue
        known.add(case.recognised_by)
        last[case.prefix] = last.get(case.prefix, 0) + 1
        number = newest["id"] + len(added) + 1
        added.append({"id": number, **_row_of(case, last[case.prefix], first, now)})
    await tx.many(
        "INSERT INTO child_case (id, prefix, running, grouping, municipality, settlement, address, birth_year, status, "
        "team_id, next_step, due_on, sealed_name, recognised_by, note, created_at) VALUES (:id, :prefix, :running, "
        ":grouping, :municipality, :settlement, :address, :birth_year, :status, :team_id, :step, :due, :sealed, "
        ":recognised, :note, :now)",
        added,
    )
    await tx.many(
        "INSERT INTO transition (case_id, at, cause, was, status, step, due_on, team_id) "
        "SELECT id, created_at, :cause, '', status, next_step, due_on, team_id FROM child_case "
        "WHERE recognised_by = :recognised",
        [{"cause": IMPORT, "recognised": row["recognised"]} for row in added],
    )
    rows = await tx.rows("SELECT id, settlement, address, note FROM child_case WHERE id > :newest", newest=newest["id"])
    await wordbook.add(tx, [(row["id"], " ".join(row[1:])) for row in rows])
    return len(added)


def _row_of(case: NewCase, running: int, first: NextStep, now: datetime) -> dict[str, object]:
    return {
        "prefix": case.prefix,
        "running": running,
        "grouping": case.group,
        "municipality": case.municipality,
        "settlement": case.settlement,
        "address": case.address,
        "birth_year": case.birth_year,
        "status": first.status,
        "team_id": case.team_id,
        "step": first.step,
        "due": first.due_on.isoformat() if first.due_on else None,
        "sealed": case.sealed_name,
        "recognised": case.recognised_by,
        "note": case.note,
        "now": to_micros(now),
    }

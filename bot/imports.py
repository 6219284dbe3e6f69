"""Import files into the database: everything in one transaction, or nothing."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import spreadsheets
from casework import imports, numbers, privacy, steps
from casework.imports import CaseRow, Problem, TeamRow
from casework.records import Team
from handlers.imports import sentence
from handlers.scene import Work
from handlers.words import Words
from storage import cases, teams
from storage.cases import NewCase
from storage.database import Tx


@dataclass(frozen=True)
class Outcome:
    read: int
    new: int
    rejects: Sequence[Problem]


async def import_teams(tx: Tx, content: bytes) -> Outcome:
    """Raises casework.imports.Unusable."""
    sheet = imports.read_teams(spreadsheets.read_grid(content), {})
    changed = [await teams.put(tx, row.team, row.municipality, row.area) for row in sheet.rows]
    return Outcome(len(sheet.rows), sum(changed), sheet.rejects)


async def import_cases(tx: Tx, work: Work, content: bytes, now: datetime) -> Outcome:
    """A second import of the same child adds nothing. Raises casework.imports.Unusable."""
    sheet = imports.read_cases(spreadsheets.read_grid(content), {})
    known = await teams.by_name(tx)
    rejects = list(sheet.rejects)
    new = []
    for row in sheet.rows:
        if row.team and row.team.casefold() not in known:
            rejects.append(Problem(row.line, imports.COLUMNS["team"], "no_team", row.team))
        else:
            new.append(_new(work, row, known.get(row.team.casefold())))
    first = steps.first(work.catalogue, work.calendar, now.astimezone(work.zone).date())
    added = await cases.put(tx, new, first, now)
    return Outcome(len(new), added, sorted(rejects, key=lambda problem: problem.line))


def _new(work: Work, row: CaseRow, team: Team | None) -> NewCase:
    mark = row.personal_number or f"{row.name}|{row.birth_year}|{row.settlement}|{row.address}".casefold()
    return NewCase(
        numbers.prefix(row.municipality) if row.municipality else "ОБ",
        row.group,
        row.municipality,
        row.settlement,
        row.address,
        row.birth_year,
        team.id if team else None,
        row.note,
        work.sealer.seal(row.name),
        privacy.keyed_hash(mark, hashlib.sha256(work.sealer.recognising).digest()),
    )


def understood(content: bytes, kind: str, count: int = 5) -> list[str]:
    """The first lines as they will be understood, for a dry run; no names in it."""
    grid = spreadsheets.read_grid(content)
    rows: Sequence[TeamRow | CaseRow]
    rows = imports.read_teams(grid, {}).rows if kind == "teams" else imports.read_cases(grid, {}).rows
    return [repr(row) for row in rows[:count]]


def write_rejects(path: Path, rejects: Sequence[Problem], words: Words) -> None:
    """Line, column and reason of each refused row."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "column", "reason"])
        writer.writerows([one.line, one.column, words.say(sentence(one))] for one in rejects)

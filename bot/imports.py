"""What an import file holds, what it would change, and its being kept: everything in one transaction, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casework import numbers, placing, privacy, steps
from casework.imports import CaseRow, CaseSheet, Problem, Sheet, TeamSheet, Unusable
from casework.placing import Plan, Reach
from casework.records import Person, Team
from handlers.scene import Work
from storage import audit, cases, teams
from storage.cases import NewCase
from storage.database import Tx


@dataclass(frozen=True)
class Known:
    """What the database holds already: the teams by their name in small letters, and by what cases are recognised."""

    teams: Mapping[str, Team]
    cases: set[str]


async def known(tx: Tx) -> Known:
    return Known(await teams.by_name(tx), await cases.recognised(tx))


def plan(work: Work, sheet: Sheet, reach: Reach, held: Known) -> Plan:
    """What importing `sheet` would do; nothing is changed. Raises Unusable when a leader brings teams."""
    match sheet:
        case TeamSheet() if reach.team:
            raise Unusable(Problem(0, "", "only_coordinators"))
        case TeamSheet():
            return _plan_teams(sheet, reach, held.teams)
        case CaseSheet():
            return _plan_cases(work, sheet, reach, held)


def _plan_teams(sheet: TeamSheet, reach: Reach, held: Mapping[str, Team]) -> Plan:
    ready, refused = placing.place_teams(sheet.rows, held, reach)
    there = [(row, held[row.team.casefold()]) for row in ready if row.team.casefold() in held]
    changed = sum((row.municipality, row.area) != (team.municipality, team.area) for row, team in there)
    return Plan(tuple(ready), (), len(ready) - len(there), changed, _in_order(sheet, refused))


def _plan_cases(work: Work, sheet: CaseSheet, reach: Reach, held: Known) -> Plan:
    ready, refused = placing.place_cases(sheet.rows, held.teams, reach)
    new = {recognised_by(work, one.row) for one in ready} - held.cases
    strange = placing.strange_settlements(ready, held.teams)
    return Plan((), tuple(ready), len(new), 0, _in_order(sheet, refused), strange)


def _in_order(sheet: Sheet, refused: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted((*sheet.rejects, *refused), key=lambda problem: problem.line))


def recognised_by(work: Work, row: CaseRow) -> str:
    """Tells the same child in a second import; without the key it tells nothing."""
    mark = row.personal_number or f"{row.name}|{row.birth_year}|{row.settlement}|{row.address}".casefold()
    return privacy.keyed_hash(mark, hashlib.sha256(work.sealer.recognising).digest())


def sealed(work: Work, planned: Plan) -> list[NewCase]:
    """The cases as they are kept. The telephone is shown with the name only, so it is sealed with it."""
    return [
        NewCase(
            numbers.prefix(one.team.municipality),
            one.row.group,
            one.team.municipality,
            one.row.settlement,
            one.row.address,
            one.row.birth_year,
            one.team.id,
            one.row.note,
            work.sealer.seal("\n".join(part for part in (one.row.name, one.row.phone) if part)),
            recognised_by(work, one.row),
        )
        for one in planned.cases
    ]


async def keep(
    tx: Tx, work: Work, planned: Plan, new: Sequence[NewCase], now: datetime, by: Person | None = None
) -> Plan:
    """Keeps what was planned, and tells how it came out. `new` are its cases, sealed before the transaction began."""
    await teams.put_all(tx, [(row.team, row.municipality, row.area) for row in planned.teams])
    first = steps.first(work.catalogue, work.calendar, now.astimezone(work.zone).date())
    done = replace(planned, new=await cases.put(tx, new, first, now)) if planned.cases else planned
    what = "cases" if planned.cases else "teams"
    detail = f"{what}: {done.new} new, {done.changed} changed, {done.here} here, {len(done.rejects)} refused"
    await audit.note(tx, now, by.id if by else None, "imported", detail=detail)
    return done

"""What an import file holds, what it would change, and its being kept: everything in one transaction, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from casework import calendar, life, numbers, placing, privacy, steps
from casework.imports import CaseRow, CaseSheet, Problem, Sheet, TeamSheet, Unusable
from casework.placing import Plan, Reach
from casework.records import IMPORT, Cause, Person, Team
from handlers.desk import imports as said
from handlers.engine.scene import Message, Work
from handlers.institutions.checked import of_team
from storage import audit, cases, new_cases, teams
from storage.database import Tx
from storage.new_cases import NewCase


@dataclass(frozen=True)
class Known:
    """What the database holds already: the teams by their name in small letters, and by what cases are recognised."""

    teams: Mapping[str, Team]
    cases: set[str]
    enrolled: set[str] = field(default_factory=set)
    """Of the cases those whose child was enrolled, and is observed or has stayed."""


async def known(tx: Tx, work: Work) -> Known:
    rules = work.catalogue.retention
    enrolled = await new_cases.marks_of(tx, (rules.status, rules.kept))
    return Known(await teams.by_name(tx), await new_cases.recognised(tx), enrolled)


def plan(work: Work, sheet: Sheet, reach: Reach, held: Known) -> Plan:
    """What importing `sheet` would do; nothing is changed. Raises Unusable when a leader brings teams."""
    match sheet:
        case TeamSheet() if reach.teams:
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
    rows, below = placing.at_risk(sheet.rows, work.catalogue.retention)
    ready, refused = placing.place_cases(rows, held.teams, reach)
    marks = {recognised_by(work, one.row): one.row for one in ready}
    again = [mark for mark, row in marks.items() if _of_register(row) and mark in held.enrolled]
    strange = placing.strange_settlements(ready, held.teams)
    rejects = _in_order(sheet, (*below, *refused))
    return Plan((), tuple(ready), len(marks.keys() - held.cases), len(again), rejects, strange)


def _of_register(row: CaseRow) -> bool:
    """Whether it says that a child is at risk by what it missed."""
    return (row.hours, row.days) != (None, None)


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
            work.sealer.seal_name("\n".join(part for part in (one.row.name, one.row.phone) if part), mark),
            mark,
        )
        for one in planned.cases
        for mark in (recognised_by(work, one.row),)
    ]


async def keep(
    tx: Tx, work: Work, planned: Plan, new: Sequence[NewCase], now: datetime, by: Person | None = None
) -> tuple[Plan, list[Message]]:
    """Keeps what was planned, and tells how it came out, and whoever must go again. `new` are its cases, sealed before
    the transaction began."""
    await teams.put_all(tx, [(row.team, row.municipality, row.area) for row in planned.teams])
    done = replace(planned, new=await _put(tx, work, new, now)) if planned.cases else planned
    told = await _again(tx, work, planned, new, now, by)
    what = "cases" if planned.cases else "teams"
    detail = f"{what}: {done.new} new, {done.changed} changed, {done.here} here, {len(done.rejects)} refused"
    await audit.note(tx, now, by.id if by else None, "imported", detail=detail)
    return done, told


async def _put(tx: Tx, work: Work, new: Sequence[NewCase], now: datetime) -> int:
    """Each group with the first step that it owes."""
    today, added = calendar.local_day(now, work.zone), 0
    for group in dict.fromkeys(case.group for case in new):
        first = steps.first_of(work.catalogue, work.calendar, group, today)
        added += await new_cases.put(tx, [case for case in new if case.group == group], first, now)
    return added


async def _again(
    tx: Tx, work: Work, planned: Plan, new: Sequence[NewCase], now: datetime, by: Person | None
) -> list[Message]:
    """Sends the teams to enrolled children that the register lists as at risk."""
    today, told = calendar.local_day(now, work.zone), list[Message]()
    for placed, kept in zip(planned.cases, new, strict=True):
        case = await cases.marked(tx, kept.recognised_by) if _of_register(placed.row) else None
        step = life.at_risk_again(work.catalogue, work.calendar, case, today) if case else None
        if case and step:
            await cases.advance(tx, case, step, Cause(IMPORT, None, by.id if by else None), now, detail=placed.row.note)
            told += [said.at_risk_again(work, case, placed.row, step, one) for one in await of_team(tx, case)]
    return told

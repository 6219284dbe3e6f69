"""Who is told this morning of what is due or overdue: whose turn it is, and whoever asked to hear of it again today.

What a newcomer gets wrong: a case whose reader wants to hear nothing of it is told to nobody else in their place. The
rungs above have their own days, and read what happened below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from casework import escalation
from casework.escalation import Due, Roster, Turn
from handlers.engine.scene import Message, Work
from handlers.morning import below, brief, overdue
from storage import absences, alerted, cases, claims, duty, lists, respites
from storage.absences import NOW
from storage.database import Tx


async def morning(tx: Tx, work: Work, today: date, now: datetime) -> list[Message]:
    """At most one message a person and day; what comes up after it waits for the next working morning."""
    gone = await claims.readers(tx, (claims.DRAFTS, claims.ALERT), today.isoformat())
    silent = await respites.silent(tx, today)
    last = escalation.ladder(work.catalogue)[-1]
    owed, ahead = await cases.due_everywhere(tx, today, last.number), await brief.ahead(tx, work, today)
    teams = {case.team_id for case in (*(due.case for due in owed), *ahead.cases) if case.team_id is not None}
    here = work.told_today(await duty.answering(tx, teams, ahead.people), now)
    roster = await duty.roster(tx, here)
    turns = _turns(work, owed, roster, silent, today)
    await _again(tx, work, turns, today, now)
    briefs = await brief.read(tx, work, roster, owed, turns, ahead, today, silent)
    turns = {person_id: turns[person_id] for person_id in {**turns, **briefs} if person_id not in gone}
    turns = {person_id: own for person_id, own in turns.items() if own or person_id in briefs}
    kept = {person_id: {"cases": [turn.case.id for turn in own]} for person_id, own in turns.items()}
    for own in turns.values():
        own.sort(key=lambda turn: str(turn.case.due_on))
    await claims.claim_all(tx, claims.ALERT, today.isoformat(), now, kept)
    happened = await below.happened(tx, work, [turn.case for own in turns.values() for turn in own if turn.late], today)
    deputies = await _standing_in(tx) if turns else {}
    told = [
        overdue.told(
            work, own, today, deputies.get(person_id, ()), below.by_others(happened, person_id), briefs.get(person_id)
        )
        for person_id, own in turns.items()
    ]
    await alerted.keep(tx, [turn for own in turns.values() for turn in own], today)
    for person_id, own in turns.items():
        await respites.heard(tx, person_id, [turn.case.id for turn in own], today, now)
    return told


def _turns(
    work: Work, owed: Sequence[Due], roster: Roster, silent: Collection[tuple[int, int]], today: date
) -> dict[int, list[Turn]]:
    turns: dict[int, list[Turn]] = defaultdict(list)
    for due in owed:
        turn = escalation.turn(work.catalogue, work.calendar, today, due, roster)
        if turn and (turn.reader.id, turn.case.id) not in silent:
            turns[turn.reader.id].append(turn)
    return turns


async def _again(tx: Tx, work: Work, turns: dict[int, list[Turn]], today: date, now: datetime) -> None:
    """Adds what somebody put off until today, unless it is their turn anyway; who is not here hears of it later."""
    come = await respites.come(tx, today)
    for reader in work.told_today(await duty.on_duty(tx, come), now):
        known = {turn.case.id for turn in turns[reader.id]}
        for case in await lists.these(tx, reader, [one for one in come[reader.id] if one not in known]):
            if case.due_on:
                late = escalation.overdue_working_days(work.calendar, case.due_on, today)
                turns[reader.id].append(Turn(case, 0, reader, late))


async def _standing_in(tx: Tx) -> dict[int, list[tuple[int, str]]]:
    """By who stands in, the absences that are now and whose they are."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for one in await absences.running(tx):
        if one.state == NOW and one.deputy_id:
            found[one.deputy_id].append((one.id, one.name))
    return found

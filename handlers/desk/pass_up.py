"""A coordinator passes a case up, now and with a word: to its leader, to the region or to its municipality; once.

What a newcomer gets wrong: the leader gets the step too, the others are only told. The ladder does not tell them the
same once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from casework import escalation, life
from casework.records import DECISION, LEADER, MUNICIPAL, REGIONAL, Case, Cause, NextStep, Person
from handlers.caseload import happened, moving
from handlers.caseload.cases import LEADER_DAYS
from handlers.caseload.moving import named, said
from handlers.caseload.pick import case_line
from handlers.desk.place import opening
from handlers.engine.kinds import OneOf, Sentence
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import View
from handlers.engine.words import Joined, Text, _
from storage import cases, duty, moves, overview
from storage.database import Tx

LONGEST_NOTE = 300


@dataclass(frozen=True)
class Up:
    """`role` is empty when there is nobody it could go to, or when it went there already."""

    case: Case | None
    role: str = ""
    note: str = ""


async def above(tx: Tx, me: Person, case: Case) -> dict[str, list[Person]]:
    """Who can be told, by role: the leaders of its team, and the coordinators who are not of one's own level."""
    leaders = await duty.leaders(tx, case.team_id) if case.team_id else []
    others = [one for one in await duty.coordinators(tx) if one.role != me.role and one.id != me.id]
    found = {
        LEADER: [one for one in leaders if one.id != me.id],
        MUNICIPAL: [one for one in others if one.role == MUNICIPAL and one.municipality == case.municipality],
        REGIONAL: [one for one in others if one.role == REGIONAL],
    }
    return {role: readers for role, readers in found.items() if readers}


async def _open(tx: Tx, me: Person, case: Case, leader_step: str) -> dict[str, str]:
    """Those to whom it may still go now, by role, as they are named."""
    raised = {detail: role for role, detail in moves.RAISED.items()}
    newest = reversed(await moves.history(tx, me, case.id))
    # Since anything else happened to it.
    done = {raised[move.detail] for move in takewhile(lambda move: move.detail in raised, newest)}
    if case.next_step == leader_step:
        done.add(LEADER)
    found = await above(tx, me, case)
    return {role: ", ".join(one.name for one in readers) for role, readers in found.items() if role not in done}


async def pass_up(talk: Talk, here: Scene) -> Up:
    case = await talk.look("case", cases.get, here.me, int(talk.given["case"]))
    assert case is not None  # the card has just been shown to a coordinator
    if case.due_on is None:
        return Up(case)
    names = await talk.look("above", _open, here.me, case, here.work.catalogue.leader_step)
    if not names:
        return Up(case)
    labels = {role: Joined([_role(role), name], " · ") for role, name in names.items()}
    role = await talk.ask("to", _("{case}\nWho is to hear of it now?", case=case_line(case)), OneOf(labels))
    note = await talk.ask("note", _("A word with it? Without names of children."), Sentence(LONGEST_NOTE))
    return Up(case, role, note)


def _role(role: str) -> Text:
    return {LEADER: _("Leader"), MUNICIPAL: _("Coordinator"), REGIONAL: _("Region")}[role]


async def keep(tx: Tx, here: Scene, found: Up) -> list[Message]:
    """Tells them at once, unless the case is no longer as it was."""
    case = await moving.looked_at(tx, here, found.case)
    if isinstance(case, Message):
        return [case]
    readers = (await above(tx, here.me, case)).get(found.role, [])
    if not readers:
        return [await _nobody(tx, here, case)]
    await _move(tx, here, case, found.role)
    told = _("{who} passes {case} up to you.", who=here.me.name, case=named(case))
    now = await cases.get(tx, here.me, case.id) or case
    lines = [told, *([_("Their word: “{text}”", text=found.note)] if found.note else []), *moving.standing(here, now)]
    done = _("{who} is told of {case} now.", who=", ".join(one.name for one in readers), case=case.number)
    return [said(done), *(_notice(one, now, lines) for one in readers)]


async def _move(tx: Tx, here: Scene, case: Case, role: str) -> None:
    book, cause, now = here.work.catalogue, Cause(DECISION, None, here.me.id), here.moment.at
    if role == LEADER:
        due = here.work.calendar.add(here.moment.today, LEADER_DAYS)
        step = NextStep(case.status, book.leader_step, due, enrolled_on=case.enrolled_on)
        await cases.advance(tx, case, step, cause, now, detail=moves.RAISED[role])
        return
    await cases.advance(tx, case, life.same(case), cause, now, postponed=case.postponed, detail=moves.RAISED[role])
    rung = next((one.number for one in escalation.ladder(book) if one.role == role), 0)
    await overview.told_by_hand(tx, case.id, rung)


def _notice(reader: Person, case: Case, lines: Sequence[Text]) -> Message:
    return Message(View(tuple(lines), ((opening(case, reader),),)), replaces=False, to=reader.id)


async def _nobody(tx: Tx, here: Scene, case: Case) -> Message:
    if case.due_on is None:
        return said(moving.CLOSED)
    if await above(tx, here.me, case):
        return said(await happened.last(tx, here, case), _("They know of it already, so nobody was told again."))
    return said(_("Nobody above can be told here; please call them. Nothing was changed."))

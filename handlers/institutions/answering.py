"""What somebody does with a referral that is theirs: accept it, answer it.

What a newcomer gets wrong: between the notice and the tap anything may have happened. Each tap looks anew whether the
referral still waits for this person (`hindered`), and a sentence says why not.
"""

from __future__ import annotations

from dataclasses import dataclass

from casework import life
from casework import referrals as rules
from casework.records import ANSWER, ANSWERED, INSTITUTION, REFUSED, WITHDRAWN, Case, Cause, NextStep, Referral
from handlers.caseload.pick import showing
from handlers.engine.kinds import OneOf, Sentence
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _
from handlers.institutions.asked import asked_for, asker, audience, of_case, owes
from handlers.institutions.referring import as_waiting, could_wait_for, moves
from handlers.menu import MENU
from storage import cases, people, referrals
from storage.database import Tx

NOTE = Sentence(300)
NOT_THERE = _("This is not there for you. Nothing was changed.")
NO_LONGER = _("This is no longer asked, there is nothing more to do.")


async def hindered(tx: Tx, here: Scene, referral: Referral) -> Text:
    """Why the person cannot answer it now; empty when they can."""
    institution = here.work.catalogue.institutions[referral.institution]
    if referral.state == ANSWERED:
        return await _answered_before(tx, here, referral)
    if referral.state == WITHDRAWN:
        return NO_LONGER
    if referral.state == REFUSED:
        return _("Nobody of “{institution}” takes this on; whoever asked knows it.", institution=institution)
    heard = await audience(tx, here.work.catalogue, referral)
    if here.me.id in heard:
        return ""
    outside = here.me.role != INSTITUTION
    if outside and rules.is_by_hand(referral, here.moment.today, heard=bool(heard)):
        return ""
    taker = await people.get(tx, referral.taken_by) if referral.taken_by else None
    if taker:
        return _("{taker} has accepted this and will answer.", taker=taker.name)
    if outside:
        return _(
            "“{institution}” has it and answers here until {day}.", institution=institution, day=referral.answer_by
        )
    return _("You have sent this back; it is with others now.")


async def _answered_before(tx: Tx, here: Scene, referral: Referral) -> Text:
    who = await people.get(tx, referral.answered_by) if referral.answered_by else None
    answer = here.work.catalogue.answers.get(referral.answer, referral.answer)
    return _(
        "{who} answered already: “{answer}”. Nothing was changed.", who=who.name if who else "—", answer=answer
    )  # fmt: skip


async def accept(tx: Tx, here: Scene, referral_id: int) -> Message:
    """The first has it; the others are told who."""
    if refused := await taken_elsewhere(tx, here, referral_id):
        return refused
    referral = await referrals.for_rules(tx, referral_id)
    said = _("{case} is yours. Answer by: {day}", case=of_case(referral), day=referral.answer_by)
    number = str(referral_id)
    rows = ((Button(_("Answer"), number, "reply"), Button(_("Not ours"), number, "not_ours")), (MENU,))
    return Message(View((said,), rows), replaces=False)


async def taken_elsewhere(tx: Tx, here: Scene, referral_id: int) -> Message | None:
    """Takes the referral for whoever is asked; what they are told when it cannot be theirs."""
    referral = await referrals.known(tx, here.me, referral_id)
    said = await hindered(tx, here, referral) if referral else NOT_THERE
    if said != "" or referral is None:
        return said_only(said)
    if here.me.id in await audience(tx, here.work.catalogue, referral):
        await referrals.take(tx, here.me, referral_id, here.moment.at)
    return None


def said_only(said: Text) -> Message:
    return Message(View((said,), ((MENU,),)), replaces=False)


@dataclass(frozen=True)
class Answered:
    """`code` is empty when there is no such referral for its writer."""

    referral_id: int
    code: str
    note: str = ""


async def reply(talk: Talk, here: Scene) -> Answered:
    number = int(talk.given["referral"])
    referral = await talk.look("referral", referrals.known, here.me, number)
    if referral is None:
        return Answered(number, "")
    book = here.work.catalogue
    talk.say(_("{case}: {measure}", case=of_case(referral), measure=asked_for(book, referral)))
    if here.me.institution != referral.institution:
        talk.say(_("You answer for: {institution}", institution=book.institutions[referral.institution]))
    code = await talk.ask("answer", _("What is the answer?"), OneOf(rules.answers_of(book, referral.institution)))
    # Of a child at risk only the fact is recorded.
    is_told = not rules.is_urgent(book, referral.measure)
    note = await talk.ask("note", _("A short note, without names."), NOTE) if is_told else ""
    return Answered(number, code, note)


async def keep_reply(tx: Tx, here: Scene, given: Answered) -> list[Message]:
    """The first answer moves the case and goes to whoever asked; what is no longer asked is kept and goes there too."""
    referral = await referrals.known(tx, here.me, given.referral_id) if given.code else None
    if referral is None:
        return [said_only(NOT_THERE)]
    needed = referral.state != WITHDRAWN
    if needed and (hinder := await hindered(tx, here, referral)):
        return [said_only(hinder)]
    case = await cases.for_rules(tx, referral.case_id)
    step = await _step(tx, here, case, referral, given.code) if needed else None
    await referrals.answer(tx, here.me, referral, given.code, here.moment.at, note=given.note)
    if step:
        await cases.advance(tx, case, step, Cause(ANSWER, referral.id, here.me.id), here.moment.at)
    return await _told(tx, here, referral, given, needed=needed)


async def _step(tx: Tx, here: Scene, case: Case, referral: Referral, code: str) -> NextStep | None:
    """Where the answer leads the case; None when it stays."""
    work = here.work
    others = await could_wait_for(tx, work, case, referral)
    waits = await as_waiting(tx, work, case, referral)
    answer = work.catalogue.answers[code]
    return moves(case, life.answered(work.catalogue, work.calendar, waits, answer, here.moment.today, others))


async def _told(tx: Tx, here: Scene, referral: Referral, given: Answered, *, needed: bool) -> list[Message]:
    """One line to whoever answered, and the answer to whoever asked."""
    book, answer = here.work.catalogue, here.work.catalogue.answers[given.code]
    case = await cases.for_rules(tx, referral.case_id)
    reader = await asker(tx, referral, case)
    lines: list[Text] = [_("Noted. {case}: “{answer}”.", case=of_case(referral), answer=answer)]
    if book.statuses[case.status].closed:
        lines.append(_("The case was closed meanwhile; your answer is kept."))
    elif not needed:
        lines.append(_("This was no longer asked; your answer is kept and does not move the case."))
    if reader is None or reader.id == here.me.id:
        return [Message(View((*lines, owes(book, case)), ((MENU,),)))]
    lines.append(_("{who} is told.", who=reader.name))
    note = (_("“{note}” ({who})", note=given.note, who=here.me.name),) if given.note else ()
    told = (
        _(
            "{case}: {institution} answers “{answer}”.",
            case=of_case(referral),
            institution=book.institutions[referral.institution],
            answer=answer,
        ),
        *note,
        _("Asked: {measure}", measure=asked_for(book, referral)),
        owes(book, case),
    )
    return [Message(View(tuple(lines), ((MENU,),))), news(told, referral, reader.id)]


def news(lines: tuple[Text, ...], referral: Referral, reader: int) -> Message:
    show = showing(referral.number, str(referral.case_id))
    return Message(View(lines, ((show,),)), replaces=False, to=reader, asked=True)

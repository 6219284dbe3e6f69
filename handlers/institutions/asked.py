"""A referral as it is told: to whom, in which words, and who hears what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from casework import referrals as rules
from casework.catalogue import Catalogue
from casework.records import ANSWERED, LEADER, MUNICIPAL, OPEN, REFUSED, REGIONAL, Case, Person, Referral
from handlers.caseload.pick import showing
from handlers.engine.scene import Message, Work
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _
from storage import because, cases, duty, people, referrals
from storage.database import Tx

ANSWERS = 3
"""So many of the last answers stand on the card of a case."""


def asked_for(book: Catalogue, referral: Referral) -> Text:
    return book.measures[referral.measure]


def of_case(referral: Referral) -> Text:
    """Number and settlement; no name and no street, for it shows on a locked phone."""
    return f"{referral.number}, {referral.settlement or referral.municipality}"


def next_step(book: Catalogue, step: str, due_on: date | None, awaits: str = "") -> Text:
    """The last line of whatever moves a case."""
    if due_on is None:
        return _("The case is closed.")
    if awaits:
        institution = book.institutions[awaits]
        return _("Next: {step} ({institution}). Due: {day}", step=book.steps[step], institution=institution, day=due_on)
    return _("Next: {step}. Due: {day}", step=book.steps[step], day=due_on)


async def audience(tx: Tx, book: Catalogue, referral: Referral) -> list[int]:
    """Who can be told of an open one now: the institution's people, else the coordinators who stand in for it."""
    return (await audiences(tx, book, [referral]))[referral.id]


async def audiences(tx: Tx, book: Catalogue, asked: Sequence[Referral]) -> dict[int, list[int]]:
    """The same of many, by referral, in one statement for all of them and one for each role that stands in."""
    found = await referrals.readers_of_each(tx, [one.id for one in asked])
    unread: dict[str, list[int]] = defaultdict(list)
    for one in asked:
        if not found[one.id] and (role := book.institutions[one.institution].role):
            unread[role].append(one.id)
    for role, ids in unread.items():
        found |= await referrals.stand_ins(tx, ids, role)
    return found


async def notice(tx: Tx, work: Work, referral: Referral, reader: int) -> Message:
    """What somebody of the institution is told."""
    view = await shown(tx, work, referral, reader)
    urgent = rules.is_urgent(work.catalogue, referral.measure)
    return Message(view, replaces=False, to=reader, urgent=urgent, because=(because.referral(referral),))


async def shown(tx: Tx, work: Work, referral: Referral, reader: int) -> View:
    book = work.catalogue
    lines: list[Text] = [
        _("{case}: {measure}", case=of_case(referral), measure=asked_for(book, referral)),
        _("Asks: {who}. Answer by: {day}", who=await _who_asks(tx, referral), day=referral.answer_by),
    ]
    if rules.is_urgent(book, referral.measure):
        lines.insert(0, _("Urgent: a child at risk."))
    me = await people.get(tx, reader)
    if me and me.coordinates:
        institution = book.institutions[referral.institution]
        lines.append(_("Nobody of “{institution}” is here yet, so it comes to you.", institution=institution))
    return View(tuple(lines), _ways(referral))


def _ways(referral: Referral) -> tuple[tuple[Button, ...], ...]:
    number, case = str(referral.id), referral.number
    accept = Button(_("Accept"), number, "accept", among=_("Accept {case}", case=case))
    answer = Button(_("Answer"), number, "reply", among=_("Answer about {case}", case=case))
    not_ours = Button(_("Not ours"), number, "not_ours", among=_("Not for us: {case}", case=case))
    show = showing(case, str(referral.case_id))
    return ((answer,) if referral.taken_by else (accept, answer), (not_ours, show))


async def _who_asks(tx: Tx, referral: Referral) -> Text:
    who = await people.get(tx, referral.asked_by or 0)
    assert who is not None, "a measure is asked for by whoever made the visit"
    return _("{who} ({team})", who=who.name, team=who.team_names) if who.teams else who.name


async def asker(tx: Tx, referral: Referral, case: Case) -> Person | None:
    """Who hears what became of it: who made the visit or stands in for them, else the leader of the team that has the
    case now, else the coordinators."""
    who = await duty.instead_of(tx, referral.asked_by) if referral.asked_by else None
    if who and await cases.get(tx, who, case.id):
        return who
    roster = await duty.leading(tx)
    return next((one for role in (LEADER, MUNICIPAL, REGIONAL) if (one := roster.holder(role, case))), None)


def owes(book: Catalogue, case: Case) -> Text:
    """What a case owes as it stands."""
    return next_step(book, case.next_step, case.due_on, case.awaits)


def on_card(book: Catalogue, asked: Sequence[Referral]) -> Iterator[Text]:
    """A line for each open one, and for the last of those that have come to an end."""
    for one in asked:
        if one.state == OPEN:
            yield _("Asked: {measure}. Answer by: {day}", measure=asked_for(book, one), day=one.answer_by)
    ended = [one for one in asked if one.state in (ANSWERED, REFUSED)]
    for one in ended[-ANSWERS:]:
        measure = asked_for(book, one)
        if one.state == REFUSED:
            yield _("Nobody takes it on: {measure}", measure=measure)
        else:
            yield _("Answered: {measure} · {answer}", measure=measure, answer=book.answers[one.answer])

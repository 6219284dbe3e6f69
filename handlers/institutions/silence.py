"""What the clock does about referrals: it calls them to mind, frees them, and gives a case back whose institution is
silent.

What a newcomer gets wrong: the referral stays open after that, so that a late answer is still taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from casework import life
from casework import referrals as rules
from casework.records import DEADLINE, Case, Cause, Referral
from handlers.engine.listing import Item, Listing, Part
from handlers.engine.scene import Message, Work
from handlers.engine.views import Button
from handlers.engine.words import _, counted
from handlers.institutions.asked import asked_for, asker, audience, audiences, notice, of_case, owes
from handlers.menu import MENU
from storage import because, cases, claims, referrals
from storage.database import Tx

ANSWERS = "answers"
LISTED = 8


async def passed(tx: Tx, work: Work, today: date, now: datetime) -> list[Message]:
    """Everything of a working day's morning, at most one message of each sort to a person."""
    freed = [
        await notice(tx, work, one, reader)
        for one in await referrals.release(tx)
        for reader in await audience(tx, work.catalogue, one)
    ]
    return [*freed, *await _taken_back(tx, work, today, now), *await _reminders(tx, work, today, now)]


async def _taken_back(tx: Tx, work: Work, today: date, now: datetime) -> list[Message]:
    """Cases whose institution has been silent too long are their team's again; who asked is told once."""
    told: dict[int, list[tuple[Case, Referral]]] = defaultdict(list)
    for case in await cases.unanswered_everywhere(tx, today):
        is_silent = life.is_silent(work.catalogue, work.calendar, case, today)
        step = life.silent(work.catalogue, work.calendar, case, today) if is_silent else None
        if step is None or case.waits_for is None:
            continue
        referral = await referrals.for_rules(tx, case.waits_for)
        await cases.advance(tx, case, step, Cause(DEADLINE, referral.id), now)
        if reader := await asker(tx, referral, case):
            told[reader.id].append((await cases.for_rules(tx, case.id), referral))
    return [_silent(work, reader, back) for reader, back in told.items()]


def _silent(work: Work, reader: int, back: Sequence[tuple[Case, Referral]]) -> Message:
    book = work.catalogue
    title = counted(
        "{count} case came back to the team, because there is no answer:",
        "{count} cases came back to the team, because there is no answer:",
        len(back),
    )
    items = [
        Item(
            _(
                "• {case}: {measure}. {next}",
                case=of_case(referral),
                measure=asked_for(book, referral),
                next=owes(book, case),
            ),
            (Button(_("Open {case}", case=case.number), str(case.id), "card_below"),),
            (because.owed(case),),
        )
        for case, referral in back
    ]
    late = _("An answer that comes late is still taken.")
    listing = Listing((Part(title, tuple(items), LISTED, below=(late,)),))
    return Message(listing.view(), replaces=False, to=reader, listing=listing)


async def _reminders(tx: Tx, work: Work, today: date, now: datetime) -> list[Message]:
    """One message to everybody who owes an answer, on the day of a deadline and every few working days after it."""
    late = await referrals.due_everywhere(tx, today)
    reminded = [one for one in late if rules.is_reminded(work.catalogue, work.calendar, one.answer_by, today)]
    readers = await audiences(tx, work.catalogue, reminded)
    owed: Mapping[int, list[Referral]] = defaultdict(list)
    for one in reminded:
        for reader in readers[one.id]:
            owed[reader].append(one)
    return [
        _waiting(work, reader, own)
        for reader, own in owed.items()
        if await claims.claim(tx, ANSWERS, reader, today.isoformat(), now, {"referrals": [one.id for one in own]})
    ]


def _waiting(work: Work, reader: int, own: Sequence[Referral]) -> Message:
    title = counted("{count} referral waits for your answer:", "{count} referrals wait for your answer:", len(own))
    items = [
        Item(
            _(
                "• {case}: {measure}. Answer by: {day}",
                case=of_case(one),
                measure=asked_for(work.catalogue, one),
                day=one.answer_by,
            ),
            (Button(_("Answer {case}", case=one.number), str(one.id), "referral"),),
            (because.referral(one),),
        )
        for one in own
    ]
    listing = Listing((Part(title, tuple(items), LISTED),), ways=((MENU,),))
    return Message(listing.view(), replaces=False, to=reader, listing=listing)

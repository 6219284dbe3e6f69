"""Somebody who can no longer be reached: their coordinator is told, and can give them a new link.

What a newcomer gets wrong: one may be reached on one messenger and not on another, and that is no reason to tell.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from casework import calendar
from casework.records import Person
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _
from handlers.menu import MENU
from handlers.people import unsaid
from handlers.people.absence import NOT_YOURS
from storage import audit, claims, duty, hushed, outbox, people
from storage.database import Tx
from storage.people import INVITATION_LASTS, Invitation

UNREACHABLE = "unreachable"


async def lost(
    tx: Tx, work: Work, channel: str, chat: str, now: datetime, *, for_good: bool, refused: Collection[int]
) -> list[Message]:
    """Stops the notices to that chat; the first time, what is told to the coordinator of its person.

    At most once a day about the same person: what they wrote before they left may be handled after it. `refused` are
    the rows of the outbox by which it was seen.
    """
    said = await hushed.unsaid(tx, channel, chat, refused)
    await outbox.cancel_notices(tx, channel, chat)
    person_id = await people.unreachable(tx, channel, chat, now, for_good=for_good)
    if person_id is None or await people.ways(tx, person_id):
        return []
    who, day = await people.get(tx, person_id), calendar.local_day(now, work.zone)
    assert who is not None
    await unsaid.keep_what_waited(tx, who, said, day)
    return await _told(tx, who, day, now)


async def _told(tx: Tx, who: Person, day: date, now: datetime) -> list[Message]:
    reader = await duty.coordinator_of(tx, who.id)
    if reader is None or not await claims.claim(tx, UNREACHABLE, who.id, day.isoformat(), now, {}):
        return []
    said = _(
        "{who} ({place}) no longer gets my messages: I was blocked, or the account is gone. "
        "A new link brings them back.",
        who=who.name,
        place=_place(who),
    )
    give = Button(_("New invitation link"), str(who.id), "link")
    return [Message(View((said,), ((give,), (MENU,))), replaces=False, to=reader.id, can_wait=True)]


def _place(who: Person) -> Text:
    return who.team_names or who.municipality or "—"


async def link(tx: Tx, here: Scene, person_id: int) -> Message:
    """A link for one person who cannot be reached, only to somebody who looks after them."""
    who = await people.overseen(tx, here.me, person_id)
    if who is None:
        return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
    if await people.ways(tx, who.id):
        return Message(View((_("{who} is back, so no link is needed.", who=who.name),), ((MENU,),)), replaces=False)
    code, until = secrets.token_urlsafe(16), here.moment.at + INVITATION_LASTS
    again = Invitation(who.role, None, who.municipality, who.name, who.institution, who.id)
    await people.invite(tx, code, again, until)
    await audit.note(tx, here.moment.at, here.me.id, "gave a new link", detail=f"person {who.id}")
    day = calendar.local_day(until, here.zone)
    said = _("For {who} alone, to be used once until {day}. Send it to them in another way:", who=who.name, day=day)
    return Message(View((said,)), replaces=False, code=code)

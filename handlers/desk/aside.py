"""Messages that could not be handled, as a coordinator sees them: whose and when, never what they say."""

from __future__ import annotations

from dataclasses import replace

from casework import calendar
from casework.records import Person
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button, View, and_more
from handlers.engine.words import Text, _
from handlers.menu import MENU
from storage import aside
from storage.aside import SetAside
from storage.database import Tx

LISTED = 8


async def counted_for(tx: Tx, me: Person) -> Person:
    """A coordinator with the number of messages that wait for them; everybody else as they are."""
    return replace(me, set_aside=await aside.count(tx, me)) if me.coordinates else me


async def listed(tx: Tx, here: Scene) -> Message:
    waiting = await aside.of(tx, here.me) if here.me.coordinates else []
    if not waiting:
        return Message(View((_("No message is set aside."),), ((MENU,),)))
    title = _("These could not be handled. Their senders know. Tap one to try it again.")
    rows = tuple((Button(_line(here, one), str(one.id), "retry"),) for one in waiting[:LISTED])
    lines = (title, *and_more(len(waiting) - LISTED))
    return Message(View(lines, (*rows, (MENU,))))


def _line(here: Scene, one: SetAside) -> Text:
    at = one.at.astimezone(here.zone)
    day = calendar.local_day(one.at, here.zone)
    return _("Try again: {who}, {day}, {time}", who=one.who or _("a stranger"), day=day, time=f"{at:%H:%M}")


async def retry(tx: Tx, here: Scene, row_id: int) -> Message:
    """Puts the message back; what is still set aside is shown with it."""
    done = here.me.coordinates and await aside.retry(tx, here.me, row_id, here.moment.at)
    said = _("It is tried again now.") if done else _("This message is not set aside any more.")
    left = await listed(tx, here)
    return replace(left, view=left.view.under(said, ""))

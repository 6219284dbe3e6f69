"""Messages that could not be handled, as their sender and a coordinator see them: whose and when, never what they say.

Either of them may have one tried again. It is then handled at once, once, and answered in the chat of its sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from casework import calendar
from casework.records import Person
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.views import Button, View, and_more, first
from handlers.engine.words import Text, _
from handlers.menu import MENU
from storage import aside
from storage.aside import SetAside
from storage.database import Tx, from_micros
from storage.inbox import Arrived

LISTED = 8
LISTED_HERE = Button(_("Messages set aside"), "", "aside")


async def counted_for(tx: Tx, me: Person) -> Person:
    """A coordinator with what waits for them to be looked at; everybody else as they are."""
    if not me.coordinates:
        return me
    waiting, unreached = await aside.waiting_for(tx, me)
    return replace(me, set_aside=waiting, unreached=unreached)


def told_sender(work: Work, row: Arrived, now: datetime, *, to: int) -> Message:
    """That their message is kept and not yet handled, or still not."""
    if row.retried_by:
        said = _(
            "I tried your message again ({tried}) and still cannot take it in. I got it {when}, and it stays kept.",
            tried=_at(work.zone, now),
            when=_at(work.zone, _received(row)),
        )
    else:
        said = _(
            "I got your message ({when}) but could not take it in yet. It is kept, and a coordinator sees that it "
            "waits. What you had saved is safe.",
            when=_at(work.zone, _received(row)),
        )
    return Message(View((said,), ((again(str(row.id)),), (MENU,))), to=to, asked=True)


def again(value: str) -> Button:
    """Under something that says which message it is."""
    return Button(_("Try again"), value, "again")


def failed_again(work: Work, row: Arrived, who: str, *, to: int) -> Message:
    """To whoever had it tried again and is not its sender."""
    said = _(
        "The message of {who} ({when}) was tried again and still cannot be handled.",
        who=who or _("a stranger"),
        when=_at(work.zone, _received(row)),
    )
    return Message(View((said,), ((LISTED_HERE, MENU),)), replaces=False, to=to, asked=True)


def taken_in(work: Work, row: Arrived, answers: Sequence[Message]) -> list[Message]:
    """The answers to a message that was tried again with success, and to which one they are."""
    said = _("This answers your message that I got {when}.", when=_at(work.zone, _received(row)))
    told = [one.anew() for one in answers]
    return [replace(one, view=one.view.under(said, "")) for one in told[:1]] + told[1:]


async def listed(tx: Tx, here: Scene) -> Message:
    waiting, done = await aside.of(tx, here.me), await aside.taken_in(tx, here.me, here.moment.at)
    lines = _lines(waiting) or [_("No message is set aside.")]
    return Message(View((*lines, *_done(here.zone, done)), (*_rows(here.zone, waiting), (MENU,))))


def _lines(waiting: Sequence[SetAside]) -> list[Text]:
    title = _("These could not be handled. Their senders know. Tap one to try it again.")
    return [title, *and_more(len(waiting) - LISTED)] if waiting else []


def _rows(zone: ZoneInfo, waiting: Sequence[SetAside]) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(_line(zone, one), str(one.id), "retry"),) for one in waiting[:LISTED])


def _line(zone: ZoneInfo, one: SetAside) -> Text:
    return _("Try again: {who}, {when}", who=one.who or _("a stranger"), when=_at(zone, one.at))


def _done(zone: ZoneInfo, done: Sequence[SetAside]) -> list[Text]:
    if not done:
        return []
    lines = [_("✓ {who}, {when}", who=one.who or _("a stranger"), when=_at(zone, one.at)) for one in done]
    return ["", _("Tried again and taken in:"), *first(lines, LISTED)]


async def retry(tx: Tx, here: Scene, row_id: int) -> Message:
    """From the list: puts the message back; what is still set aside is shown with it. That nothing is, would be said
    too early: how the try ends is not known yet."""
    said = await _tried(tx, here, row_id)
    waiting, done = await aside.of(tx, here.me), await aside.taken_in(tx, here.me, here.moment.at)
    left = ["", *_lines(waiting)] if waiting else []
    return Message(View((said, *left, *_done(here.zone, done)), (*_rows(here.zone, waiting), (LISTED_HERE, MENU))))


async def retry_own(tx: Tx, here: Scene, row_id: int) -> Message:
    """From the chat of its sender, who gets the answer below."""
    return Message(View((await _tried(tx, here, row_id),), ((MENU,),)))


async def _tried(tx: Tx, here: Scene, row_id: int) -> Text:
    done = await aside.retry(tx, here.me, row_id, here.moment.at)
    return _("It is tried again now.") if done else _("This message is not set aside any more.")


def _received(row: Arrived) -> datetime:
    at = from_micros(row.received_at)
    assert at is not None
    return at


def _at(zone: ZoneInfo, at: datetime) -> Text:
    day = calendar.local_day(at, zone)
    return _("{day}, {time}", day=day, time=f"{at.astimezone(zone):%H:%M}")

"""Sentences that answer what is no conversation, the notice of drafts that go, and the one message of a morning."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from casework.records import INSTITUTION, Person
from handlers import conversations
from handlers.engine.listing import ROWS, Item, Listing, Part
from handlers.engine.scene import Message, Work
from handlers.engine.talk import JOURNALS
from handlers.engine.views import BELOW, Button, View
from handlers.engine.words import Text, _, counted
from handlers.menu import CHECKS, MENU, WAITING
from handlers.morning.overdue import CASES_BELOW
from handlers.people.link import MESSENGERS
from storage import because, claims, duty, journals, unasked
from storage.database import Tx
from storage.journals import Kept

NO_EDITS = _("I do not read changed messages. Please write it anew.")
NOT_IN_GROUPS = _("I speak only in a private chat. Please write to me there.")
MY_DRAFTS = Button(_("My drafts"), "", "drafts")
CHECKS_BELOW, WAITING_BELOW = (replace(one, key=one.key + BELOW) for one in (CHECKS, WAITING))
IN_PLACE = {"check", "checks", "check_others", "referral"}
"""Buttons whose answer takes the place of a message that says nothing else."""
LISTED = 8
UNASKED_KEPT = timedelta(hours=1)
"""What came unasked is of no use after a minute; what is older than this goes in the morning."""


def out_of_money(channel: str, month: str, count: int, to: int) -> Message:
    """For whoever looks after the region."""
    said = counted(
        "The budget for {messenger} in {month} is used up: {count} message was charged. "
        "Until next month, notices there wait until their reader writes.",
        "The budget for {messenger} in {month} is used up: {count} messages were charged. "
        "Until next month, notices there wait until their reader writes.",
        count,
        messenger=MESSENGERS[channel],
        month=month,
    )
    return Message(View((said,), ((MENU,),)), replaces=False, to=to, can_wait=True)


def together(told: Sequence[Message], institutions: Collection[int] = ()) -> list[Message]:
    """To each reader one message, the urgent first, of notices whose buttons say themselves what they are about.

    What is tapped there is answered below, so that the rest can still be read. Where the buttons would not fit on the
    keyboard of a chat with one, the last ways lead to all of it; `institutions` are the readers who have no cases.
    """
    ordered = sorted(told, key=lambda one: (one.to or 0, not one.urgent))
    return [joined(list(own), asked=to in institutions) for to, own in groupby(ordered, lambda one: one.to)]


def waited(told: Sequence[Message], reader: Person) -> Message:
    """What has waited until its reader may be told, as one message; it has been counted as it came."""
    # One that was itself made of several is kept as these, without what it said as a whole.
    apart = [part for one in told for part in one.joined or (one,)]
    [one] = together(apart, [reader.id] if reader.role == INSTITUTION else [])
    count = counted("{count} message has waited for you.", "{count} messages have waited for you.", len(told))
    return replace(one, view=one.view.under(count, ""), daily=True)


def joined(own: Sequence[Message], *, asked: bool) -> Message:
    if len(own) == 1:
        return own[0]
    lines = [line for one in own for line in ("", *one.view.lines)][1:]
    rows = _told_apart([kept for one in own for row in one.view.rows if (kept := _below(row))])
    if MENU in [button for one in own for row in one.view.rows for button in row]:
        # Once, at the end.
        beside = any(MENU in row[1:] for row in own[-1].view.rows[-1:])
        rows = [*rows[:-1], (*rows[-1], MENU)] if beside else [*rows, (MENU,)]
    if len(rows) > ROWS + 1:
        rows = [*rows[:ROWS], (*(_answering(rows) if asked else (CASES_BELOW, MY_DRAFTS)), MENU)]
    urgent, can_wait = any(one.urgent for one in own), all(one.can_wait for one in own)
    return Message(
        View(tuple(lines), tuple(rows)), replaces=False, to=own[0].to, urgent=urgent, can_wait=can_wait,
        joined=tuple(own),
    )  # fmt: skip


def _below(row: Sequence[Button]) -> tuple[Button, ...]:
    own = (button for button in row if button != MENU)
    return tuple(replace(button, key=button.key + BELOW) if button.key in IN_PLACE else button for button in own)


def _told_apart(rows: Sequence[tuple[Button, ...]]) -> list[tuple[Button, ...]]:
    """Of several that would read the same, each says what it is about."""
    labels = [button.label for row in rows for button in row]
    return [
        tuple(replace(one, label=one.among) if one.among and labels.count(one.label) > 1 else one for one in row)
        for row in rows
    ]


def _answering(rows: Sequence[Sequence[Button]]) -> tuple[Button, ...]:
    children = any(button.key == "check" + BELOW for row in rows for button in row)
    return (*((CHECKS_BELOW,) if children else ()), WAITING_BELOW)


def away(since: datetime, until: datetime, *, to: int) -> Message:
    """Both in local time."""
    said = _(
        "I was not there from {since} to {until}. What you wrote in that time may not have reached me: "
        "please send it again.",
        since=f"{since:%d.%m, %H:%M}",
        until=f"{until:%d.%m, %H:%M}",
    )
    return Message(View((said,)), replaces=False, to=to)


async def drafts_end(
    tx: Tx, work: Work, today: date, untouched_since: datetime, until: date, now: datetime
) -> list[Message]:
    """Deletes what was announced on an earlier day, and announces what goes on `until`: one message a person and day.
    Drafts of somebody on a day that is not theirs are announced on another.

    Nothing is said when it is gone (decision 21), and nothing at all of a conversation in which nothing was answered.
    """
    await journals.delete_warned(tx, today)
    await unasked.forget_before(tx, now - UNASKED_KEPT)
    untouched, told = await journals.untouched(tx, untouched_since), []
    here = await duty.on_duty(tx, {kept.person_id for kept in untouched})
    resting = {one.id for one in here}.difference(one.id for one in work.told_today(here, now))
    for person_id, own in groupby(untouched, lambda kept: kept.person_id):
        going = [kept for kept in own if not await _empty(tx, kept)]
        if (
            going
            and person_id not in resting
            and await claims.claim(tx, claims.DRAFTS, person_id, today.isoformat(), now, {"drafts": len(going)})
        ):
            await journals.warned(tx, going, today)
            told.append(_drafts(person_id, going, until, today))
    return told


async def _empty(tx: Tx, kept: Kept) -> bool:
    """Whether it holds nothing that anybody would miss; then it goes at once."""
    if conversations.begun(JOURNALS.validate_json(kept.body)):
        return False
    await journals.delete(tx, kept.id)
    return True


def _drafts(person_id: int, going: list[Kept], until: date, today: date) -> Message:
    items = tuple(
        Item(
            _line(kept, until),
            (Button(_("Go on: {case}", case=_case(kept)), kept.id, "go_on"),),
            (because.draft(kept.id, today),),
        )
        for kept in going
    )
    listing = Listing((Part("", items, LISTED),), ways=((MY_DRAFTS, MENU),))
    return Message(listing.view(), replaces=False, to=person_id, can_wait=True, listing=listing)


def _line(kept: Kept, until: date) -> Text:
    if kept.name == "fix":
        return _(
            "The correction you began for {case} will be deleted {day}; the report stays.",
            case=_case(kept),
            day=until,
        )
    return _("The draft for {case} will be deleted {day}.", case=_case(kept), day=until)


def _case(kept: Kept) -> Text:
    """The number alone: a notice shows on a locked phone, and a street does not belong there."""
    # The title of a correction begins with the number of its report.
    number = kept.title.split(" · ")[kept.name == "fix" :][:1]
    return number[0] if number and number[0] else _("a report without a case")

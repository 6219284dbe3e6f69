"""The lists of the catalogue: how many cases are on each, which, as a table, and each morning what is new.

What a newcomer gets wrong: a list is always of what its reader may see, so the same list is another one for everybody.
A button names its list and the page, `Q10.6`, so that one comes back from a case to where one was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import groupby

from casework.catalogue import CaseList
from casework.records import LEADER, MEMBER, Case, Person
from handlers.caseload import cases as my_cases
from handlers.caseload.pick import case_line, page_at
from handlers.desk.coordinate import IN_TABLE, sheet_of
from handlers.engine.listing import Item, Listing, Part
from handlers.engine.replies import number
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.views import BELOW, Button, View
from handlers.engine.words import Joined, Text, _, counted
from handlers.menu import CASES, LISTS, MENU
from storage import because, claims, duty, lists, subscriptions
from storage.database import Tx
from storage.subscriptions import Subscription

JOB = "lists"
TOLD = 5
"""So many new cases of a list are named in the morning; the list has the rest."""
TELLS = _("Each working morning you hear which cases are new here.")


@dataclass(frozen=True)
class Place:
    """A page of a list."""

    wanted: CaseList
    offset: int

    @property
    def token(self) -> str:
        return f"{self.wanted.code}.{self.offset}"

    def at(self, offset: int) -> str:
        return replace(self, offset=offset).token


def place_of(work: Work, token: str) -> Place | None:
    """None when the catalogue has no such list now."""
    code, _point, offset = token.rpartition(".")
    wanted = work.catalogue.lists.get(code)
    return Place(wanted, number(offset, 0, longest=5)) if wanted else None


async def every(tx: Tx, here: Scene) -> Message:
    """All lists, with how many cases of one's own are on each."""
    book = here.work.catalogue.lists
    counts = await lists.counts(tx, here.me, list(book.values()), here.moment.today)
    labels = [Joined([wanted, f" · {count}"], "") for wanted, count in zip(book.values(), counts, strict=True)]
    rows = tuple((Button(label, f"{code}.0", "list"),) for label, code in zip(labels, book, strict=True))
    told = [book[code] for code in sorted(await subscriptions.of(tx, here.me)) if code in book]
    news = (_("Each working morning you hear what is new in: {lists}.", lists=Joined(told)),) if told else ()
    return Message(
        View((_("Choose a list. Beside each stands how many of your cases are on it."), *news), (*rows, (CASES, MENU)))
    )


async def shown(tx: Tx, here: Scene, token: str) -> Message:
    """One page of a list."""
    place = place_of(here.work, token)
    if place is None:
        return await every(tx, here)
    page = await page_at(place.offset, partial(lists.page, tx, here.me, place.wanted, here.moment.today))
    place = replace(place, offset=page.offset)
    opening = tuple((Button(case_line(case), f"{case.id}.{place.token}", "list_card"),) for case in page.cases)
    tells = place.wanted.code in await subscriptions.of(tx, here.me)
    lines = (_title(place, page.cases, page.total), *((TELLS,) if tells else ()))
    table = (Button(_("Table (xlsx)"), place.token, "list_table"),) if page.cases else ()
    view = View(lines, opening).with_row(*page.turns("list", place.at))
    return Message(view.with_row(*table, _asking(place, tells=tells)).with_row(LISTS, MENU))


def _asking(place: Place, *, tells: bool) -> Button:
    if tells:
        return Button(_("Tell me no more"), place.token, "list_hush")
    return Button(_("Tell me of new ones"), place.token, "list_tell")


def _title(place: Place, listed: Sequence[Case], total: int) -> Text:
    if not listed:
        return _("{list}: no case.", list=place.wanted)
    first, last = str(place.offset + 1), str(place.offset + len(listed))
    return _("{list}, {first}-{last} of {total}.", list=place.wanted, first=first, last=last, total=str(total))


async def card(tx: Tx, here: Scene, token: str) -> Message:
    """A case, and the way back to the page of the list it was opened from."""
    case_id, _point, back = token.partition(".")
    told = await my_cases.card(tx, here, number(case_id))
    return replace(told, view=told.view.with_row(Button(_("← Back to the list"), back, "list")))


async def table(tx: Tx, here: Scene, token: str) -> Message:
    """The whole list, without names."""
    place = place_of(here.work, token)
    if place is None:
        return await every(tx, here)
    today = here.moment.today
    listed, _total = await lists.page(tx, here.me, place.wanted, today, offset=0, limit=IN_TABLE)
    sheet = sheet_of(here, f"obhvat-{place.wanted.code}-{today.isoformat()}.xlsx", listed)
    back = Button(_("← Back to the list"), place.token, "list")
    # Under a file only where the buttons are the chat's.
    return Message(View((), ((back, LISTS, MENU),)), replaces=False, attachment=sheet)


async def tell(tx: Tx, here: Scene, token: str) -> Message:
    """From the next working morning on; what is on the list now is not news."""
    if place := place_of(here.work, token):
        today = here.moment.today
        await subscriptions.begin(tx, here.me, place.wanted.code, await lists.numbers(tx, here.me, place.wanted, today))
        await claims.claim(tx, JOB, here.me.id, today.isoformat(), here.moment.at, {})
    return await shown(tx, here, token)


async def hush(tx: Tx, here: Scene, token: str) -> Message:
    if place := place_of(here.work, token):
        await subscriptions.end(tx, here.me, place.wanted.code)
    return await shown(tx, here, token)


async def morning(tx: Tx, work: Work, today: date, now: datetime) -> list[Message]:
    """What was on no list the last time, told to those who asked for it; looked through once a day, news or not."""
    asked = await subscriptions.unclaimed(tx, JOB, today)
    here = work.told_today(await duty.on_duty(tx, {one.person_id for one in asked}), now)
    readers = {one.id: one for one in here if one.coordinates or one.role in (MEMBER, LEADER)}
    told = []
    for person_id, own in groupby(asked, lambda one: one.person_id):
        if reader := readers.get(person_id):
            await claims.claim(tx, JOB, person_id, today.isoformat(), now, {})
            told += [news for one in own if (news := await _news(tx, work, reader, one, today))]
    return told


async def _news(tx: Tx, work: Work, me: Person, one: Subscription, today: date) -> Message | None:
    wanted = work.catalogue.lists.get(one.list)
    if wanted is None:
        return None
    listed = await lists.numbers(tx, me, wanted, today)
    await subscriptions.remember(tx, one, listed)
    new = [number for number in listed if number not in one.known]
    if not new:
        return None
    title = counted("New in “{list}”: {count} case", "New in “{list}”: {count} cases", len(new), list=wanted)
    found = await lists.these(tx, me, new)
    items = tuple(Item(_named(case), because=(because.listed(case.id, wanted.code),)) for case in found)
    listing = Listing((Part(title, items, TOLD),), ways=((Button(wanted, f"{wanted.code}.0", "list" + BELOW),),))
    return Message(listing.view(), replaces=False, to=me.id, can_wait=True, listing=listing)


def _named(case: Case) -> Text:
    """No street: it shows on a locked phone."""
    return f"• {case.number}, {case.settlement or case.municipality}"

"""Somebody tries wrong codes: those who look after the region are told, once a day, and nobody is told more."""

from __future__ import annotations

from datetime import datetime

from casework import calendar
from handlers.engine.replies import Incoming
from handlers.engine.scene import Message, Work
from handlers.engine.views import View
from handlers.engine.words import Text, _
from handlers.menu import MENU
from handlers.people.link import MESSENGERS
from storage import claims, duty, guesses
from storage.database import Tx
from storage.guesses import Tries

BY_ONE = _(
    "Somebody has tried {count} wrong codes on {messenger} within an hour. None of them opened anything, and for an "
    "hour I take no more from that account. A colleague who cannot come in needs a new link."
)
BY_MANY = _(
    "{count} wrong codes have come within an hour from many accounts. None of them opened anything. For an hour each "
    "account may try one invitation, and no second messenger can be linked."
)


async def told(tx: Tx, work: Work, incoming: Incoming, now: datetime) -> list[Message]:
    """What the region hears after a wrong code; mostly nothing."""
    tries = await guesses.tries(tx, incoming.channel, incoming.account, now)
    if not tries.are_too_many:
        return []
    job, said = _said(tries, incoming)
    day = calendar.local_day(now, work.zone).isoformat()
    region = await duty.region(tx)
    first = [one for one in region if await claims.claim(tx, job, one.id, day, now, {})]
    return [Message(View((said,), ((MENU,),)), replaces=False, to=one.id) for one in first]


def _said(tries: Tries, incoming: Incoming) -> tuple[str, Text]:
    if tries.are_too_many_of_all:
        return "guessing of many", _(BY_MANY.one, count=str(tries.everybody))
    return "guessing of one", _(BY_ONE.one, count=str(tries.own), messenger=MESSENGERS[incoming.channel])

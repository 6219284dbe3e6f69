"""The people whom no messenger reaches any more: since when, why, what they leave open, and a new link for each."""

from __future__ import annotations

from collections.abc import Sequence

from casework import calendar
from handlers.engine.scene import Message, Scene
from handlers.engine.views import Button, View
from handlers.engine.words import Joined, Text, _, beginning, counted
from handlers.menu import MENU, unreached_button
from storage import unreached
from storage.database import Tx
from storage.unreached import Unreached

PAGE = 6
ON_BUTTON = 16
"""Letters of a name beside the word for what the button does, so that it fits on a phone."""


async def listed(tx: Tx, here: Scene, offset: int) -> Message:
    """Those one looks after; whoever came back is not among them."""
    begin = max(0, offset)
    shown, total = await unreached.of(tx, here.me, offset=begin, limit=PAGE)
    if begin and not shown:
        return await listed(tx, here, 0)  # so many came back meanwhile
    if not shown:
        return Message(View((_("Everybody you look after can be reached."),), ((MENU,),)))
    title = counted("{count} person cannot be reached:", "{count} people cannot be reached:", total)
    rows = tuple(
        (Button(_("New link: {who}", who=beginning(one.name, ON_BUTTON)), str(one.id), "link"),) for one in shown
    )
    view = View((title, *(_line(here, one) for one in shown)), rows)
    return Message(view.with_row(*_turns(begin, total)).with_row(MENU))


def _turns(begin: int, total: int) -> Sequence[Button]:
    earlier = [Button(_("← Earlier"), str(max(0, begin - PAGE)), unreached_button(0).key)] if begin else []
    more = [Button(_("More →"), str(begin + PAGE), unreached_button(0).key)] if begin + PAGE < total else []
    return [*earlier, *more]


def _line(here: Scene, one: Unreached) -> Text:
    day = calendar.local_day(one.since, here.work.zone)
    why = _("the account is gone, {day}", day=day) if one.gone_for_good else _("blocked me, {day}", day=day)
    open_cases = counted("{count} open case", "{count} open cases", one.open_cases)
    parts: list[Text] = [f"{one.name} ({one.place or '—'})", why, *([open_cases] if one.open_cases else [])]
    return Joined(["• ", Joined(parts, " · ")], "")

"""Finding a case: what is typed while nothing is open, or after the button; a case of one's own is its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from casework import numbers, privacy
from handlers import menu
from handlers.caseload import cases as my_cases
from handlers.caseload.pick import PickCase, not_found
from handlers.engine.kinds import PERSONAL_NUMBER
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.words import Joined, _
from storage import cases
from storage.database import Tx

IN_ONE_LINE = _("To report in one line, begin with the number of the case: 14 nobody.")

Begin = Callable[[str, dict[str, Any]], Awaitable[list[Message]]]


async def find(talk: Talk, here: Scene) -> int:
    """The number of a case; `given` may have what was typed."""
    sought = str(talk.given.get("text", ""))
    return await talk.ask("case", _("Which case do you look for?"), PickCase(here.me, sought))


async def keep(tx: Tx, here: Scene, case_id: int) -> list[Message]:
    return [await my_cases.card(tx, here, case_id)]


async def typed(tx: Tx, here: Scene, text: str, begin: Begin) -> list[Message]:
    """The only case of that number; else what is found, to choose from; the menu when nothing is."""
    if privacy.personal_numbers(text):
        return [menu.menu(here.me, PERSONAL_NUMBER).anew()]
    found, total = await cases.search(tx, here.me, text, offset=0, limit=1)
    if not total:
        return [menu.menu(here.me, Joined((not_found(text.strip()), IN_ONE_LINE), "\n")).anew()]
    if total == 1 and numbers.read(text):
        return [message.anew() for message in await keep(tx, here, found[0].id)]
    return [message.anew() for message in await begin("find", {"text": text.strip()})]

"""One person on two messengers: a code from the one, written on the other."""

from __future__ import annotations

import re
from dataclasses import replace

from casework.records import Person
from handlers import menu
from handlers.engine.replies import Incoming, Reply, Typed
from handlers.engine.scene import Message, Scene
from handlers.engine.views import View
from handlers.engine.words import _
from storage import links
from storage.database import Tx

MESSENGERS = {"telegram": "Telegram", "viber": "Viber"}
_CODE = re.compile(r"(?:/start\s+)?(\d{4})[\s-]?(\d{4})")


async def code(tx: Tx, here: Scene) -> Message:
    """A code for this person; with it go the links by which the other messengers are opened."""
    made = await links.make(tx, here.me.id, here.moment.at)
    said = _(
        "Within ten minutes, write this code to me on the other messenger, or open its link on that phone:\n{code}",
        code=f"{made[:4]} {made[4:]}",
    )
    return Message(View((said,), ((menu.MENU,),)), replaces=False, code=made, links=True)


def read(reply: Reply) -> str:
    """The code a stranger wrote, or empty."""
    found = _CODE.fullmatch(reply.text.strip()) if isinstance(reply, Typed) else None
    return found[1] + found[2] if found else ""


def welcome(me: Person, incoming: Incoming) -> list[Message]:
    """Said here, and on the other messengers too: whoever did not do this must hear of it."""
    here = MESSENGERS[incoming.channel]
    said = _("Here you are the same person: your cases, drafts and reports are with you.")
    warned = _("You can be reached on {messenger} too now. If this was not you, tell your coordinator.", messenger=here)
    return [
        replace(menu.menu(me, said).anew(), language=me.language),
        Message(View((warned,)), replaces=False, to=me.id, elsewhere=incoming.channel),
    ]

"""The governor's office and national readers: the season report, their settings and a word of help, and nothing else.

What a newcomer gets wrong: they are answered here before any command or button of the others is looked at, so that a
new one is not theirs until somebody writes it down here.
"""

from __future__ import annotations

from handlers import conversations, menu
from handlers.engine.replies import Reply, Tapped, number
from handlers.engine.scene import Message, Scene
from handlers.engine.views import View
from handlers.engine.words import _
from handlers.office import season
from handlers.people import about_me, announce, hours, link, settings
from storage.database import Tx
from storage.journals import Kept

HELP = _(
    "The season report counts the whole region by municipality and month, as pages and as a workbook. Counts so small "
    "that they could point to a child are not shown. Cases, teams and people are not shown to you at all."
)
ONLY = _("Here I have the season report for you, your settings and help.")
GO = "go"


async def respond(tx: Tx, here: Scene, kept: Kept | None, command: str, reply: Reply) -> list[Message]:
    tap = reply if isinstance(reply, Tapped) and reply.talk == GO else None
    if kept and not tap and command not in ("menu", "cancel", "back", "help", "settings", "language"):
        return await conversations.go_on(tx, here, kept, reply)
    told = await _chosen(tx, here, kept, tap.key if tap else command, tap.value if tap else "")
    return told if tap else [message.anew() for message in told]


async def _chosen(tx: Tx, here: Scene, kept: Kept | None, key: str, value: str) -> list[Message]:
    match key:
        case "season":
            return await season.report(tx, here, value)
        case "settings":
            return [await settings.shown(tx, here)]
        case "language" | "notices" | "open_hours" | "own_days" | "zone" | "pause":
            return await conversations.begin(tx, here, key, {}, kept)
        case "end_pause":
            return await hours.end_pause(tx, here)
        case "about_me":
            return await about_me.told(tx, here)
        case "connect":
            return [await link.code(tx, here)]
        case "read":
            return [await announce.read(tx, here, number(value))]
        case "help":
            return [Message(View((HELP,), ((menu.SEASON,), (menu.MENU,))))]
        case "menu" | "cancel" | "back":
            await conversations.put_aside(tx, here, kept)
            return [menu.menu(here.me).anew()]
    return [menu.menu(here.me, ONLY).anew()]

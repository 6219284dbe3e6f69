"""At which hour a coordinator wants the digest."""

from __future__ import annotations

from datetime import time

from handlers import menu
from handlers.kinds import Hour
from handlers.scene import Message, Scene
from handlers.talk import Talk
from handlers.words import _
from storage import people
from storage.database import Tx

HOURS = ("08:00", "12:00", "16:30", "17:30", "18:30", "20:00")


async def choose_hour(talk: Talk, here: Scene) -> time:
    return await talk.ask("hour", _("At what time shall the digest come?"), Hour(HOURS))


async def keep_hour(tx: Tx, here: Scene, hour: time) -> list[Message]:
    await people.set_digest_hour(tx, here.me.id, f"{hour:%H:%M}")
    return [menu.menu(here.me, _("The digest will come at {hour}.", hour=f"{hour:%H:%M}"))]

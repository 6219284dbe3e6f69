"""People in front of the whole of handlers/: what they write and tap, without a messenger, in a real database.

Every input is answered in a transaction that is then undone, so the same input meets the same state wherever it is
played.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bot.channels import buttons
from casework import calendar
from casework.records import GOVERNOR, INSTITUTION, MEMBER, MUNICIPAL
from handlers import router
from handlers.engine.replies import Incoming, Reply, Typed
from handlers.engine.talk import Moment
from storage import people
from storage.database import Database, open_database
from storage.people import Invitation
from tests.conversations.conftest import NOW, WORK, Chat, _district, joins

Feed = Callable[[bytes], None]
OPEN = "@"
"""In the place of what the buttons of the open question begin with."""
WHO = ("mila", "lidia", "kolyo", "school", "reader", "stranger", "busy")
"""A member, a leader, a coordinator, a school, a reader of the report, nobody, and a member amid a report."""


async def opened(folder: Path) -> Database:
    """A district of two people and sixteen children."""
    database = await open_database(f"sqlite:///{folder}/obhvat.db")
    async with database.transaction() as tx:
        await _district(tx)
    return database


class Undone(Exception):
    """What was done for this input is given up."""


class Chats:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.open = ""
        """What the buttons of the open question begin with."""

    async def join(self) -> None:
        async with self._database.transaction() as tx:
            first = await people.get(tx, 1)
            assert first is not None
            team = first.teams[0].id
            await joins(tx, "kolyo", Invitation(MUNICIPAL, None, "Бяла", "Кольо"))
            await joins(tx, "school", Invitation(INSTITUTION, None, "Бяла", "Светла", "I10"))
            await joins(tx, "reader", Invitation(GOVERNOR, None, "", "Офелия"))
            await joins(tx, "busy", Invitation(MEMBER, team, "", "Заета"))
        busy = Chat(self._database, "busy")
        await busy.says("/report 3")
        self.open = f"{busy.shown.talk}.{busy.shown.key}"

    async def hears(self, who: str, reply: Reply) -> None:
        try:
            async with self._database.transaction() as tx:
                me, kept = await people.with_journal(tx, "telegram", who)
                moment = Moment(NOW, calendar.local_day(NOW, WORK.zone), me.language if me else "bg")
                incoming = Incoming("telegram", who, who, who, reply, came_at=NOW)
                assert await router.respond(tx, WORK, me, kept, incoming, moment)
                raise Undone
        except Undone:
            return


def texts() -> AbstractContextManager[Feed]:
    """An input is a line with the number of somebody, and what they write."""
    return _feeding(Typed)


def taps() -> AbstractContextManager[Feed]:
    """An input is a line with the number of somebody, and what their button says."""
    return _feeding(buttons.read)


@contextmanager
def _feeding(read: Callable[[str], Reply]) -> Iterator[Feed]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as loop:
        database = loop.run(opened(Path(folder)))
        chats = Chats(database)
        loop.run(chats.join())

        def feed(content: bytes) -> None:
            who, _, said = content.partition(b"\n")
            # As it is when it comes out of the inbox.
            text = said.decode("utf-8", "surrogatepass").encode(errors="replace").decode()
            loop.run(chats.hears(WHO[int(who) % len(WHO)], read(text.replace(OPEN, chats.open))))

        try:
            yield feed
        finally:
            loop.run(database.close())

"""Files sent in a chat: fetched, read aside and shown; imported after the tap. A stage of its own, so that nobody waits
for a slow download.

What a newcomer gets wrong: a file is fetched twice. Between showing and the tap nothing of it is kept but the digest of
its bytes, which says on the second time that they are what was shown.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot import imports
from bot.apart import reader
from bot.channels.channel import FOR_GOOD, Channel, Trouble
from bot.rounds import rounds
from bot.tell import Teller
from casework import calendar, placing
from casework.imports import Problem, Unusable
from casework.placing import Plan
from casework.records import Person
from handlers.desk import imports as said
from handlers.engine.scene import Message, Work
from handlers.engine.words import Text
from storage import import_files, outbox, people
from storage.database import Database, Tx, Unwritable
from storage.import_files import WAITING, ImportFile
from storage.outbox import REPLY

log = structlog.get_logger()
AT_ONCE = 4
TRIES = 6
DECIDE_WITHIN = timedelta(days=1)
"""Well within the 48 hours in which Telegram lets a bot take the file out of the chat."""
KEPT = timedelta(days=30)


class FileReader:
    """Wakes when a file has come, or when what was shown is to be imported."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        database: Database,
        work: Work,
        teller: Teller,
        mapping: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._channels = channels
        self._database = database
        self._work = work
        self._teller = teller
        self._mapping = mapping
        self._now = now
        self._one_by_one = asyncio.Lock()
        self.came = asyncio.Event()
        database.listen("files", self.came.set)

    async def run(self) -> None:
        await rounds(self.came, self.one_round)

    async def one_round(self) -> int:
        now = self._now()
        glance = self._database.glance()
        files = await import_files.to_fetch(glance, now, AT_ONCE)
        undecided = await import_files.shown_before(glance, now - DECIDE_WITHIN)
        over = await import_files.to_withdraw(glance)
        for file in undecided:
            await self._end(file, [said.undecided(file)])
        if over:
            await self._withdraw(over)
        await asyncio.gather(*(self._step(file) for file in files))
        return len(files) + len(undecided)

    async def _step(self, file: ImportFile) -> None:
        try:
            content = await self._channels[file.channel].fetch(file.file)
            async with self._one_by_one:
                await (self._show(file, content) if file.state == WAITING else self._import(file, content))
        except Unusable as wrong:
            await self._end(file, [said.over(file, said.sentence(wrong.problem))])
        except Trouble as away:
            log.warning("a file was not fetched", file=file.id, why=type(away).__name__)
            await self._failed(file, away, said.LOST)
        except Unwritable:
            raise
        except Exception as poison:  # one bad file must never stop the stage: it is counted, and set aside
            log.exception("a file could not be handled", file=file.id, tries=file.tries + 1)
            await self._failed(file, poison, said.BROKEN)

    async def _show(self, file: ImportFile, content: bytes) -> None:
        me, planned = await self._planned(file, content)
        now = self._now()
        told = said.proposal(self._work, me, file, planned, calendar.local_day(now, self._work.zone))
        if not planned.new and not planned.changed:
            await self._end(file, told)
            return
        async with self._database.transaction() as tx:
            if await import_files.show(tx, file, _digest(content), now):
                await self._tell(tx, file, told)

    async def _import(self, file: ImportFile, content: bytes) -> None:
        if _digest(content) != file.digest:
            raise Unusable(Problem(0, "", "another"))
        me, planned = await self._planned(file, content)
        new = await asyncio.to_thread(imports.sealed, self._work, planned)
        now = self._now()
        async with self._database.transaction() as tx:
            if await import_files.end(tx, file, now):
                done, told = await imports.keep(tx, self._work, planned, new, now, by=me)
                await self._tell(tx, file, [said.done(file, done)])
                for one in told:
                    await self._teller.notify(tx, one, now, REPLY)

    async def _planned(self, file: ImportFile, content: bytes) -> tuple[Person, Plan]:
        """Judged by who the person is now, and by what is here now."""
        sheet = await reader.read(content, self._mapping)
        async with self._database.reading() as tx:
            me = await people.get(tx, file.person_id)
            held = await imports.known(tx, self._work)
        reach = placing.reach_of(me, file.team) if me else None
        if me is None or reach is None:
            raise Unusable(Problem(0, "", "not_allowed"))
        return me, await asyncio.to_thread(imports.plan, self._work, sheet, reach, held)

    async def _failed(self, file: ImportFile, error: Exception, why: Text) -> None:
        if (isinstance(error, Trouble) and error.meaning in FOR_GOOD) or file.tries + 1 >= TRIES:
            await self._end(file, [said.over(file, why)])
            return
        again = self._now() + timedelta(seconds=5 * 4**file.tries)
        async with self._database.transaction() as tx:
            await import_files.failed(tx, file, type(error).__name__, again)

    async def _end(self, file: ImportFile, told: Sequence[Message]) -> None:
        async with self._database.transaction() as tx:
            if await import_files.end(tx, file, self._now()):
                await self._tell(tx, file, told)

    async def _tell(self, tx: Tx, file: ImportFile, told: Sequence[Message]) -> None:
        for one in told:
            await self._teller.notify(tx, one, self._now(), REPLY, on=file.channel)

    async def _withdraw(self, over: Sequence[ImportFile]) -> None:
        """The file may hold names: it leaves the chat when nobody needs it there any more."""
        now = self._now()
        calls = [call for file in over for call in self._channels[file.channel].withdrawal(file.chat, file.message)]
        async with self._database.transaction() as tx:
            await outbox.add(tx, calls, now)
            await import_files.withdrawn(tx, over)
            await import_files.forget_before(tx, now - KEPT)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

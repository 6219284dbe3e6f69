"""What somebody was not told because no messenger reaches them: it is kept for the mornings after they are back.

What a newcomer gets wrong: the message of a morning is not kept, for the next one comes by itself. But whoever was to
read in it that something is overdue has not read it, and has their turn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casework.records import Person
from handlers.engine import written
from handlers.engine.scene import Message
from storage import alerted, because
from storage.database import Tx


async def keep(tx: Tx, reader: Person, told: Sequence[Message], day: date) -> None:
    """Of what was to be told now; what only exists while it is sent cannot be kept."""
    if written.is_kept(told):
        await because.keep(tx, reader.id, written.write(told[0], reader.language), told[0].ties, day.isoformat())


async def keep_what_waited(tx: Tx, reader: Person, said: Sequence[str], day: date) -> None:
    """Of what had not gone out when they left: the notices, and what the others `said` (`storage.hushed`)."""
    for notice, _reader, body in await because.unsent(tx, reader.id):
        told = written.read(body)
        if told.daily:
            await alerted.take_back(tx, reader.id, told.ties)
            await because.forget(tx, [notice])
        else:
            await because.fold(tx, notice, day)
    for one in said:
        if (message := written.read_whole(one)) and not message.daily:
            await keep(tx, reader, [message], day)

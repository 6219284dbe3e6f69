"""What waits until its reader may be told comes then: all of it in one message.

What a newcomer gets wrong: it is folded by person, from what was to go first; what stands ready for another messenger
is no second copy and goes with it. The ways are looked for anew, for much may have changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.tell import Teller
from casework.records import Person
from handlers.engine import written
from handlers.engine.scene import Message, Work
from handlers.morning import notices
from storage import because, hushed, people
from storage.database import Tx
from storage.hushed import Quiet
from storage.outbox import NOTICE

LEFT_AFTER = timedelta(minutes=5)
"""What has not gone so long after it was to go at once met an outage, of ours or of the messenger."""


async def turn(tx: Tx, work: Work, teller: Teller, now: datetime, left_since: datetime | None = None) -> None:
    """What was left over waits for its reader's hours like the rest; then everything goes whose moment has come.

    `left_since`: at start all is left over that was made before.
    """
    for person_id, rows in _by_reader(await hushed.left_over(tx, left_since or now - LEFT_AFTER)).items():
        reader = await people.get(tx, person_id)
        if reader and not work.times(reader).is_open_at(now):
            await hushed.hush(tx, rows, person_id, work.times(reader).next_open(now))
    for person_id, waiting in (await hushed.due(tx, now)).items():
        reader = await people.get(tx, person_id)
        if reader is None or not reader.active:
            await hushed.drop(tx, [one.row for one in waiting])
        elif (at := work.times(reader).next_open(now)) > now:
            await hushed.move(tx, person_id, at)
        else:
            await _come(tx, teller, reader, waiting, now)


def _by_reader(rows: Sequence[Quiet]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    reader = 0
    for one in rows:
        reader = reader if one.said == "+" else written.whose(one.said)
        found.setdefault(reader, []).append(one.row)
    return found


async def _come(tx: Tx, teller: Teller, reader: Person, waiting: Sequence[Quiet], now: datetime) -> None:
    """One goes as it is, several as one; what cannot be folded stays a message of its own."""
    alone, folded = list[int](), list[int]()
    told = list[Message]()
    tied = {one.notice_id for one in waiting if one.notice_id}
    bodies = {notice: written.read(body) for notice, _reader, body in await because.bodies(tx, tied)} if tied else {}
    for one in waiting:
        message = (bodies.get(one.notice_id or 0) or written.read_whole(one.said)) if one.said != "+" else None
        if message:
            told.append(message)
        is_folded = message is not None or (one.said == "+" and folded and folded[-1] == one.row - 1)
        (folded if is_folded else alone).append(one.row)
    if len(told) == 1:
        alone, folded = [*alone, *folded], []
    await hushed.release(tx, alone)
    if folded:
        await hushed.drop(tx, folded)
        await because.forget(tx, bodies)
        await teller.notify(tx, notices.waited(told, reader), now, NOTICE)

"""Files sent in a chat for importing. What stands in them is never kept here: only where their messenger has them.

The row is the conversation about the file: `waiting` to be read, `shown` with its buttons, `agreed` to be imported, and
at last `ended`, when it forgets where the file is. Each step happens in the transaction of what comes of it, so it
happens once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx, to_micros

WAITING, SHOWN, AGREED = "waiting", "shown", "agreed"
_FILE = "id, person_id, channel, chat, message, file, name, team, state, digest, tries"


@dataclass(frozen=True)
class ImportFile:
    """`message` is the one that brought the file, `file` what the messenger calls it, `team` who gets the rows that
    name none, `digest` of the bytes that were shown."""

    id: int
    person_id: int
    channel: str
    chat: str
    message: str
    file: str
    name: str
    team: str = ""
    state: str = WAITING
    digest: str = ""
    tries: int = 0


async def add(tx: Tx, new: ImportFile, now: datetime) -> None:
    tx.notify("files")
    await tx.run(
        "INSERT INTO import_file (person_id, channel, chat, message, file, name, team, changed_at) "
        "VALUES (:person, :channel, :chat, :message, :file, :name, :team, :now)",
        person=new.person_id,
        channel=new.channel,
        chat=new.chat,
        message=new.message,
        file=new.file,
        name=new.name,
        team=new.team,
        now=to_micros(now),
    )


async def to_fetch(tx: Tx, now: datetime, limit: int) -> list[ImportFile]:
    """What is to be read or imported by now, the oldest first."""
    rows = await tx.rows(
        f"SELECT {_FILE} FROM import_file WHERE state IN ('waiting', 'agreed') AND not_before <= :now "
        "ORDER BY not_before, id LIMIT :limit",
        now=to_micros(now),
        limit=limit,
    )
    return _files(rows)


async def show(tx: Tx, file: ImportFile, digest: str, now: datetime) -> bool:
    """True when it was waiting until now."""
    return await _step(tx, file.id, WAITING, SHOWN, digest, now)


async def agree(tx: Tx, person_id: int, file_id: int, now: datetime) -> bool:
    """True for the first tap of the person who sent it."""
    file = await get(tx, person_id, file_id)
    return file is not None and await _step(tx, file.id, SHOWN, AGREED, file.digest, now)


async def get(tx: Tx, person_id: int, file_id: int) -> ImportFile | None:
    row = await tx.row(
        f"SELECT {_FILE} FROM import_file WHERE id = :id AND person_id = :person", id=file_id, person=person_id
    )
    return _files([row])[0] if row else None


async def _step(tx: Tx, file_id: int, was: str, becomes: str, digest: str, now: datetime) -> bool:
    tx.notify("files")
    row = await tx.row(
        "UPDATE import_file SET state = :becomes, digest = :digest, tries = 0, not_before = 0, changed_at = :now "
        "WHERE id = :id AND state = :was RETURNING id",
        id=file_id,
        was=was,
        becomes=becomes,
        digest=digest,
        now=to_micros(now),
    )
    return row is not None


async def end(tx: Tx, file: ImportFile, now: datetime) -> bool:
    """True when it was still as `file` says. Its message is kept until it has been withdrawn."""
    tx.notify("files")
    row = await tx.row(
        "UPDATE import_file SET state = 'ended', file = '', name = '', team = '', changed_at = :now "
        "WHERE id = :id AND state = :was RETURNING id",
        id=file.id,
        was=file.state,
        now=to_micros(now),
    )
    return row is not None


async def failed(tx: Tx, file: ImportFile, error: str, again_at: datetime) -> None:
    await tx.run(
        "UPDATE import_file SET tries = tries + 1, error = :error, not_before = :again WHERE id = :id",
        error=error[:300],
        again=to_micros(again_at),
        id=file.id,
    )


async def shown_before(tx: Tx, moment: datetime) -> list[ImportFile]:
    """What nobody decided about since `moment`."""
    rows = await tx.rows(
        f"SELECT {_FILE} FROM import_file WHERE state = 'shown' AND changed_at < :before ORDER BY id",
        before=to_micros(moment),
    )
    return _files(rows)


async def to_withdraw(tx: Tx) -> list[ImportFile]:
    """What has ended, while its message still stands in the chat."""
    return _files(await tx.rows(f"SELECT {_FILE} FROM import_file WHERE state = 'ended' AND message <> '' ORDER BY id"))


async def withdrawn(tx: Tx, files: Sequence[ImportFile]) -> None:
    await tx.many("UPDATE import_file SET message = '' WHERE id = :id", [{"id": file.id} for file in files])


async def forget_before(tx: Tx, moment: datetime) -> None:
    await tx.run("DELETE FROM import_file WHERE state = 'ended' AND changed_at < :before", before=to_micros(moment))


def _files(rows: Sequence[Row]) -> list[ImportFile]:
    return [ImportFile(**dict(row)) for row in rows]

"""Codes by which one person is recognised on a second messenger: eight digits, ten minutes, one use.

Digits, because they are the same on every keyboard. A code is short, so wrong ones are counted (`storage/guesses.py`):
after a few from one account, or many from all of them together, none is taken for an hour.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from storage import audit, guesses, people
from storage.database import Tx, to_micros

LASTS = timedelta(minutes=10)


async def make(tx: Tx, person_id: int, now: datetime) -> str:
    """A fresh code; an older one of the same person is worth nothing any more. Only the digest is kept."""
    code = f"{secrets.randbelow(10**8):08}"
    await tx.run(
        "DELETE FROM link_code WHERE person_id = :person OR expires_at < :now", person=person_id, now=to_micros(now)
    )
    await tx.run(
        "INSERT INTO link_code (digest, person_id, expires_at) VALUES (:digest, :person, :expires)",
        digest=_digest(code),
        person=person_id,
        expires=to_micros(now + LASTS),
    )
    return code


async def use(tx: Tx, code: str, channel: str, account: str, chat: str, now: datetime) -> int | None:
    """The person who can now be reached here too; None for a wrong, used or late code, or after too many wrong ones."""
    if (await guesses.tries(tx, channel, account, now)).are_too_many:
        return None
    row = await tx.row(
        "UPDATE link_code SET used_at = :now WHERE digest = :digest AND used_at IS NULL AND expires_at > :now "
        "RETURNING person_id",
        now=to_micros(now),
        digest=_digest(code),
    )
    if row is None:
        await guesses.wrong(tx, channel, account, now)
        return None
    await people.reach_at(tx, row["person_id"], channel, account, chat)
    await audit.note(tx, now, row["person_id"], "linked a messenger", detail=channel)
    return int(row["person_id"])


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

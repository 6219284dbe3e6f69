"""Wrong codes, counted: whoever guesses is slowed down, from one account and from all of them together.

What a newcomer gets wrong: what is never taken while somebody guesses can be kept from everybody by guessing. Eight
digits must be; an invitation has 128 bits and is refused only to accounts that have guessed themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Tx, to_micros

WITHIN = timedelta(hours=1)
BY_ONE, BY_ALL = 5, 50
"""Fifty guesses an hour against a hundred million codes of eight digits."""


@dataclass(frozen=True)
class Tries:
    """Wrong ones within the hour: from one account, and from all."""

    own: int
    everybody: int

    @property
    def are_too_many(self) -> bool:
        return self.own >= BY_ONE or self.are_too_many_of_all

    @property
    def are_too_many_of_all(self) -> bool:
        return self.everybody >= BY_ALL

    @property
    def are_too_many_for_an_invitation(self) -> bool:
        """Of many accounts each has one try left."""
        return self.own >= (1 if self.are_too_many_of_all else BY_ONE)


async def tries(tx: Tx, channel: str, account: str, now: datetime) -> Tries:
    row = await tx.one(
        "SELECT count(*) AS n, count(CASE WHEN channel = :channel AND account = :account THEN 1 END) AS own "
        "FROM wrong_code WHERE at > :since",
        channel=channel,
        account=account,
        since=to_micros(now - WITHIN),
    )
    return Tries(int(row["own"]), int(row["n"]))


async def wrong(tx: Tx, channel: str, account: str, now: datetime) -> None:
    await tx.run(
        "INSERT INTO wrong_code (channel, account, at) VALUES (:channel, :account, :now)",
        channel=channel,
        account=account,
        now=to_micros(now),
    )


async def forget_before(tx: Tx, moment: datetime) -> None:
    await tx.run("DELETE FROM wrong_code WHERE at < :before", before=to_micros(moment))

"""How much waits in inbox and outbox, and since when: figures only, nothing of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx, from_micros, moment_of, to_micros
from storage.outbox import REPLY

_COULD_GO = "CASE WHEN created_at > not_before THEN created_at ELSE not_before END"


@dataclass(frozen=True)
class Going:
    """What could go out on a messenger and has not; since when the oldest could, and the oldest answer."""

    count: int
    since: datetime
    reply_since: datetime | None


async def oldest_arrival(tx: Tx) -> datetime | None:
    row = await tx.row("SELECT received_at AS at FROM inbox WHERE state = 'waiting' ORDER BY id LIMIT 1")
    return from_micros(row["at"]) if row else None


async def arrivals(tx: Tx) -> dict[str, int]:
    """By state: `waiting` and `aside`."""
    rows = await tx.rows(
        "SELECT 'waiting' AS state, count(*) AS n FROM inbox WHERE state = 'waiting' "
        "UNION ALL SELECT 'aside', count(*) FROM inbox WHERE state = 'aside'"
    )
    return {row["state"]: row["n"] for row in rows}


async def going(tx: Tx, now: datetime) -> dict[str, Going]:
    """By channel; what waits behind a call that is tried again later cannot go."""
    rows = await tx.rows(
        f"SELECT channel, count(*) AS n, min({_COULD_GO}) AS since, "
        f"min(CASE WHEN priority = :reply THEN {_COULD_GO} END) AS reply_since FROM outbox o "
        "WHERE state = 'waiting' AND hushed = 0 AND not_before <= :now "
        "AND NOT EXISTS (SELECT 1 FROM outbox j WHERE j.state = 'waiting' AND j.tries > 0 AND j.hushed = 0 "
        "AND j.channel = o.channel AND j.chat = o.chat AND j.not_before > :now) GROUP BY channel",
        now=to_micros(now),
        reply=REPLY,
    )
    return {row["channel"]: Going(row["n"], moment_of(row["since"]), from_micros(row["reply_since"])) for row in rows}


async def not_out(tx: Tx) -> dict[tuple[str, str], int]:
    """By channel and state, of which each has an index of its own."""
    rows = await tx.rows(
        "SELECT channel, state, count(*) AS n FROM outbox WHERE state = 'waiting' GROUP BY channel, state "
        "UNION ALL SELECT channel, state, count(*) FROM outbox WHERE state = 'held' GROUP BY channel, state "
        "UNION ALL SELECT channel, state, count(*) FROM outbox WHERE state = 'spare' GROUP BY channel, state"
    )
    return {(row["channel"], row["state"]): row["n"] for row in rows}

"""Outages, and what came after each: what people had said meanwhile, what they were told late, what is missing.

An outage is written when it has lasted long enough to be one, and ends when there is contact again. Those that have
ended wait for the next report, which gets the number of the first of them.

Statements begin at the first row that came after an outage (`_AFTER`), never at the history.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from casework.outages import DIGEST, MORNING, NOTICE, Claimed, Late, Outage
from casework.records import REGIONAL, Person
from storage.database import Row, Tx, from_micros, moment_of, to_micros
from storage.people import OWN_AND_OVERSEEN

TAPS_COME_WITHIN = timedelta(minutes=15)
"""A tap bears no time on Telegram: one that waited when contact came back was made during the outage."""
A_SECOND = 1_000_000
"""Telegram tells whole seconds."""
NUMBERED_ON_WITHIN = timedelta(days=7)
"""After a week without an update Telegram begins its numbers anew (core.telegram.org/bots/api#update)."""

_AFTER = "coalesce((SELECT y.id FROM {table} y WHERE y.{at} < :since ORDER BY y.id DESC LIMIT 1), 0)"
_SAID_MEANWHILE = (
    "EXISTS (SELECT 1 FROM outage g WHERE g.report = :report AND g.channel IN ('', x.channel) "
    f"AND x.received_at >= g.until AND ((x.said_at >= g.since - {A_SECOND} AND x.said_at < g.until) "
    f"OR (x.waited = 1 AND x.received_at < g.until + {TAPS_COME_WITHIN // timedelta(microseconds=1)})))"
)


async def begun(tx: Tx, channel: str, since: datetime) -> None:
    """Known already or not."""
    await tx.run(
        "INSERT INTO outage (channel, since) VALUES (:channel, :since) ON CONFLICT DO NOTHING",
        channel=channel,
        since=to_micros(since),
    )


async def ended(tx: Tx, channel: str, since: datetime, until: datetime) -> Outage:
    await begun(tx, channel, since)
    row = await tx.one(
        "UPDATE outage SET until = :until WHERE channel = :channel AND until IS NULL "
        "RETURNING id, channel, since, until",
        channel=channel,
        until=to_micros(until),
    )
    return _outage(row)


async def still(tx: Tx) -> dict[str, datetime]:
    """The messengers that were away when this was written last, and since when."""
    rows = await tx.rows("SELECT channel, since FROM outage WHERE until IS NULL")
    return {row["channel"]: moment_of(row["since"]) for row in rows}


async def asked(tx: Tx, outage: Outage, person_ids: Sequence[int]) -> None:
    """Who was asked to send again what they wrote."""
    await tx.many(
        "INSERT INTO outage_asked (outage_id, person_id) VALUES (:outage, :person)",
        [{"outage": outage.id, "person": one} for one in person_ids],
    )


async def untold(tx: Tx) -> list[Outage]:
    """Those that have ended and stand in no report."""
    rows = await tx.rows(
        "SELECT id, channel, since, until FROM outage WHERE report IS NULL AND until IS NOT NULL ORDER BY since"
    )
    return [_outage(row) for row in rows]


async def told(tx: Tx, outages: Sequence[Outage], now: datetime) -> int:
    """Puts them into one report; its number."""
    number = min(one.id for one in outages)
    await tx.many(
        "UPDATE outage SET report = :number, told_at = :now WHERE id = :id",
        [{"number": number, "now": to_micros(now), "id": one.id} for one in outages],
    )
    return number


async def last_told(tx: Tx) -> datetime | None:
    row = await tx.one("SELECT max(told_at) AS at FROM outage")
    return from_micros(row["at"])


async def of_report(tx: Tx, number: int) -> list[Outage]:
    rows = await tx.rows(
        "SELECT id, channel, since, until FROM outage WHERE report = :number ORDER BY since", number=number
    )
    return [_outage(row) for row in rows]


async def came_after(tx: Tx, me: Person, number: int, since: datetime) -> tuple[int, int, int]:
    """What the people of somebody said in the outages of a report: how much of it was handled, of how many people, and
    how much of what came since is set aside."""
    row = await tx.one(
        "SELECT count(CASE WHEN x.state = 'done' AND x.said_at IS NOT NULL THEN 1 END) AS done, "
        "count(DISTINCT CASE WHEN x.state = 'done' AND x.said_at IS NOT NULL THEN p.id END) AS people, "
        "count(CASE WHEN x.state = 'aside' THEN 1 END) AS aside "
        "FROM inbox x JOIN identity i ON i.channel = x.channel AND i.account = x.sender "
        f"JOIN person p ON p.id = i.person_id WHERE x.id > {_AFTER.format(table='inbox', at='received_at')} "
        f"AND (x.state = 'aside' OR {_SAID_MEANWHILE}) AND {OWN_AND_OVERSEEN}",
        report=number,
        since=to_micros(since),
        me=me.id,
        everybody=me.role == REGIONAL,
    )
    return row["done"], row["people"], row["aside"]


async def asked_of(tx: Tx, me: Person, number: int) -> int:
    row = await tx.one(
        "SELECT count(DISTINCT p.id) AS n FROM outage g JOIN outage_asked a ON a.outage_id = g.id "
        f"JOIN person p ON p.id = a.person_id WHERE g.report = :report AND {OWN_AND_OVERSEEN}",
        report=number,
        me=me.id,
        everybody=me.role == REGIONAL,
    )
    return int(row["n"])


async def missing(tx: Tx, channel: str, since: datetime, now: datetime) -> int | None:
    """How many numbers are left out among what came since then on a messenger that numbers it one by one; None where
    that cannot be told."""
    at = to_micros(since)
    before = await tx.row(
        "SELECT CAST(arrival AS BIGINT) AS number, received_at FROM inbox WHERE channel = :channel "
        "AND received_at < :since ORDER BY id DESC LIMIT 1",
        channel=channel,
        since=at,
    )
    # What came in the last minute may still have company on its way.
    last = await tx.one(
        "SELECT max(CAST(x.arrival AS BIGINT)) AS number, min(x.received_at) AS first FROM inbox x "
        f"WHERE x.id > {_AFTER.format(table='inbox', at='received_at')} AND x.channel = :channel "
        "AND x.received_at < :settled",
        channel=channel,
        since=at,
        settled=to_micros(now - timedelta(minutes=1)),
    )
    if before is None or last["number"] is None or last["number"] < before["number"]:
        return None
    if last["first"] - before["received_at"] > NUMBERED_ON_WITHIN // timedelta(microseconds=1):
        return None
    here = await tx.one(
        f"SELECT count(*) AS n FROM inbox x WHERE x.id > {_AFTER.format(table='inbox', at='received_at')} "
        "AND x.channel = :channel AND CAST(x.arrival AS BIGINT) > :first "
        "AND CAST(x.arrival AS BIGINT) <= :last",
        channel=channel,
        since=at,
        first=before["number"],
        last=last["number"],
    )
    return int(last["number"] - before["number"] - here["n"])


async def claimed_after(tx: Tx, me: Person, outage: Outage, days: Sequence[date]) -> list[Claimed]:
    """The digests and morning messages of these days that were made when the bot ran again."""
    wanted = {f"d{n}": day.isoformat() for n, day in enumerate(days)}
    rows = await tx.rows(
        "SELECT p.name, k.job, k.period, k.at, k.detail FROM person p "
        "JOIN period_claim k ON k.job IN (:digest, :morning) AND k.person_id = p.id "
        f"AND k.period IN ({', '.join(f':{name}' for name in wanted) or 'NULL'}) "
        f"WHERE p.active = 1 AND k.at >= :until AND {OWN_AND_OVERSEEN} ORDER BY k.at, p.name",
        digest=DIGEST,
        morning=MORNING,
        until=to_micros(outage.until),
        me=me.id,
        everybody=me.role == REGIONAL,
        **wanted,
    )
    return [made for row in rows if (made := _claimed(row))]


def _claimed(row: Row) -> Claimed | None:
    """None for a digest in which there was nothing to say."""
    kept = json.loads(row["detail"])
    if row["job"] == DIGEST and not kept["visits"] and not kept["overdue"]:
        return None
    until = datetime.fromisoformat(kept["until"]) if "until" in kept else None
    return Claimed(row["name"], row["job"], date.fromisoformat(row["period"]), until, moment_of(row["at"]))


async def sent_after(tx: Tx, me: Person, outage: Outage) -> list[Late]:
    """What was to go out while a messenger was away, and went out afterwards."""
    rows = await tx.rows(
        # A call that failed has the time of its next try there.
        "SELECT p.name, x.cancel_key, CASE WHEN x.tries < 2 AND x.not_before > x.created_at THEN x.not_before "
        "ELSE x.created_at END AS planned, x.sent_at FROM outbox x "
        "JOIN identity i ON i.channel = x.channel AND i.chat = x.chat JOIN person p ON p.id = i.person_id "
        f"WHERE x.id > {_AFTER.format(table='outbox', at='created_at')} AND x.channel = :channel AND x.priority > 0 "
        "AND x.state = 'sent' AND x.created_at < :until AND x.sent_at >= :until AND x.method NOT LIKE 'delete%' "
        f"AND x.cancel_key <> 'digest.chart' AND {OWN_AND_OVERSEEN} ORDER BY x.id",
        channel=outage.channel,
        since=to_micros(outage.since),
        until=to_micros(outage.until),
        me=me.id,
        everybody=me.role == REGIONAL,
    )
    return [
        Late(
            row["name"],
            DIGEST if row["cancel_key"] == DIGEST else NOTICE,
            moment_of(row["planned"]),
            moment_of(row["sent_at"]),
        )
        for row in rows
        if row["planned"] < to_micros(outage.until)
    ]


def _outage(row: Row) -> Outage:
    return Outage(row["id"], row["channel"], moment_of(row["since"]), moment_of(row["until"]))

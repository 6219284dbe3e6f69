"""When somebody wants to be told something, and their pause: columns of `person`, read with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from casework.hours import Hours
from storage.database import Row, Tx, to_micros


@dataclass(frozen=True)
class Pause:
    """Of somebody whose pause has not been ended yet. `until` is the day of return in their own zone, or the usual."""

    person_id: int
    zone: str
    until: date


def read(row: Row) -> Hours:
    return Hours(
        tuple(int(day) for day in row["own_days"]) or None,
        _hour(row["open_from"]),
        _hour(row["open_until"]),
        row["zone"],
        bool(row["on_holidays"]),
    )


def _hour(text: str) -> time | None:
    return time.fromisoformat(text) if text else None


async def set_open(tx: Tx, person_id: int, begin: time, end: time, now: datetime) -> None:
    await tx.run(
        "UPDATE person SET open_from = :begin, open_until = :end, told_from = :now WHERE id = :id",
        begin=f"{begin:%H:%M}",
        end=f"{end:%H:%M}",
        now=to_micros(now),
        id=person_id,
    )


async def set_days(tx: Tx, person_id: int, days: tuple[int, ...], now: datetime, *, on_holidays: bool) -> None:
    """Without days, the working days."""
    await tx.run(
        "UPDATE person SET own_days = :days, on_holidays = :holidays, told_from = :now WHERE id = :id",
        days="".join(map(str, days)),
        holidays=int(on_holidays),
        now=to_micros(now),
        id=person_id,
    )


async def set_zone(tx: Tx, person_id: int, zone: str, now: datetime) -> None:
    """Empty for that of the region."""
    await tx.run(
        "UPDATE person SET zone = :zone, told_from = :now WHERE id = :id", zone=zone, now=to_micros(now), id=person_id
    )


async def set_digest(tx: Tx, person_id: int, hour: str, now: datetime) -> None:
    """`08:00`, or empty for the hour of the configuration."""
    await tx.run(
        "UPDATE person SET digest_at = :hour, told_from = :now WHERE id = :id",
        hour=hour,
        now=to_micros(now),
        id=person_id,
    )


async def pause(tx: Tx, person_id: int, until: date, told_from: datetime) -> None:
    """`until` is the day of return, `told_from` the moment at which it begins."""
    await tx.run(
        "UPDATE person SET paused_until = :until, told_from = :moment WHERE id = :id",
        until=until.isoformat(),
        moment=to_micros(told_from),
        id=person_id,
    )


async def resume(tx: Tx, person_id: int, now: datetime) -> None:
    """Before the day of return."""
    await tx.run(
        "UPDATE person SET paused_until = NULL, told_from = :now WHERE id = :id", now=to_micros(now), id=person_id
    )


async def end_pause(tx: Tx, person_id: int) -> None:
    """The day of return has come."""
    await tx.run("UPDATE person SET paused_until = NULL WHERE id = :id", id=person_id)


async def paused(tx: Tx) -> list[Pause]:
    rows = await tx.rows("SELECT id, zone, paused_until FROM person WHERE paused_until IS NOT NULL ORDER BY id")
    return [Pause(row["id"], row["zone"], date.fromisoformat(row["paused_until"])) for row in rows]

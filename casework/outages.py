"""Times in which people could not reach the bot, and what they came to.

What a newcomer gets wrong: a messenger from which nothing comes is not away; perhaps nobody wrote. It is away when a
call to it fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DIGEST, MORNING, NOTICE = "digest", "alert", "notice"
"""What may come late. The first two are also the jobs under which they are claimed."""


@dataclass(frozen=True)
class Outage:
    """`channel` is the messenger that was not reached; empty when the bot itself was stopped."""

    id: int
    channel: str
    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        return self.until - self.since


@dataclass(frozen=True)
class Late:
    """Something for one person that should have come at `planned`."""

    who: str
    what: str
    planned: datetime
    came: datetime

    @property
    def by(self) -> timedelta:
        return self.came - self.planned


@dataclass(frozen=True)
class Claimed:
    """A digest or a morning message of a day; a digest tells what happened before `until`, the hour of its reader."""

    who: str
    what: str
    day: date
    until: datetime | None
    made: datetime


@dataclass(frozen=True)
class Loss:
    """Of one messenger: how many numbers of its messages are missing, None where they cannot be counted; and whether an
    outage lasted longer than it keeps messages for us."""

    channel: str
    missing: int | None
    outlasted: bool

    @property
    def nothing(self) -> bool:
        return self.missing == 0 or (self.missing is None and not self.outlasted)


@dataclass(frozen=True)
class Report:
    """What a coordinator is told of one or several outages that ended since the last report."""

    number: int
    outages: tuple[Outage, ...]
    messages: int
    """What people said meanwhile and was answered afterwards."""
    people: int
    aside: int
    """What they said and could not be handled."""
    late: tuple[Late, ...]
    losses: tuple[Loss, ...]
    asked: int
    """People who were asked to send again what they had written."""

    @property
    def says_something(self) -> bool:
        """To somebody who looks after a part of the people only."""
        return bool(self.messages or self.aside or self.late or self.asked)


def late_of(claimed: Sequence[Claimed], outage: Outage, morning: time, zone: ZoneInfo) -> list[Late]:
    """Of what was made after an outage, what was due in it; `morning`: the hour of the morning message."""
    planned = [(one.until or datetime.combine(one.day, morning, zone), one) for one in claimed]
    return [Late(one.who, one.what, at, one.made) for at, one in planned if outage.since <= at < outage.until]


def outlasting(outages: Sequence[Outage], waits: Mapping[str, timedelta]) -> dict[str, bool]:
    """Of each messenger, by how long it keeps what we do not take: whether one of these outages lasted longer."""
    return {
        channel: any(one.length > kept for one in outages if one.channel in ("", channel))
        for channel, kept in waits.items()
        if any(one.channel in ("", channel) for one in outages)
    }

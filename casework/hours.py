"""When a notice may reach somebody: their hours, their days, their clock.

What a newcomer gets wrong: "today" and every hour here are those of the reader's own zone, which need not be that of
the schedule. Hours are read off the clock on the wall, so an hour that a night of summer time repeats is open twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casework.calendar import WorkingDays, local_day, midnight

LOOK_DAYS = 400
"""So far is looked for a day of theirs: every reader has one a week, holidays of Christmas and a pause included."""
LAST_DIGEST = timedelta(minutes=30)
"""A digest comes so long before the hours end, at the latest: a bot that rings a little late still keeps them."""
SOON = timedelta(hours=2)
"""A late digest that would come so shortly before the next one is told in that one."""


@dataclass(frozen=True)
class Hours:
    """What one person chose; what is None or empty is as the region has it. `days` counts from Monday, 0."""

    days: tuple[int, ...] | None = None
    begin: time | None = None
    end: time | None = None
    zone: str = ""
    on_holidays: bool = False


@dataclass(frozen=True)
class Usual:
    """What holds for whoever chose nothing: `begin` up to, not including, `end` on working days."""

    begin: time = time(7, 30)
    end: time = time(20)
    digest_at: time = time(17, 30)


def known_zone(name: str) -> ZoneInfo | None:
    """None for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@dataclass(frozen=True)
class Times:
    """One reader's hours with everything that decides about them.

    `back_on` is the first day, on their own clock, after a pause or an absence; None when they are there.
    """

    calendar: WorkingDays
    zone: ZoneInfo
    begin: time
    end: time
    digest_at: time
    days: tuple[int, ...] | None = None
    on_holidays: bool = False
    back_on: date | None = None

    def today(self, moment: datetime) -> date:
        return local_day(moment, self.zone)

    def is_own_day(self, day: date) -> bool:
        """Whether they want to be told anything on that day, pauses aside."""
        if self.days is None:
            return self.calendar.is_working(day) or (self.on_holidays and self.calendar.is_holiday(day))
        return day.weekday() in self.days and (self.on_holidays or not self.calendar.is_holiday(day))

    def is_last_own_day_of_week(self, day: date) -> bool:
        """The Friday of whoever has no Friday; False for a day that is not theirs."""
        later = (day + timedelta(days=n) for n in range(1, 7 - day.weekday()))
        return self.is_own_day(day) and not any(self.is_own_day(one) for one in later)

    def is_told_on(self, day: date) -> bool:
        return self.is_own_day(day) and (self.back_on is None or day >= self.back_on)

    def is_open_at(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        return self.begin <= local.time() < self.end and self.is_told_on(local.date())

    def next_open(self, moment: datetime) -> datetime:
        """The first moment from this one on at which a notice may reach them; itself when they are open. In UTC."""
        first = max(self.today(moment), self.back_on or date.min)
        for day in (first + timedelta(days=n) for n in range(LOOK_DAYS)):
            if self.is_told_on(day):
                for at in sorted(max(moment, one) for one in self._beginnings(day)):
                    if self.is_open_at(at):
                        return at.astimezone(UTC)
        return moment  # somebody whose days never come must not lose what is theirs

    def _beginnings(self, day: date) -> Iterator[datetime]:
        """At which their hours may begin that day: the hour itself, both of them when the night repeats it, and the
        leap of a night that leaves it out."""
        at = datetime.combine(day, self.begin, self.zone)
        yield from (at.astimezone(UTC), at.replace(fold=1).astimezone(UTC))
        since, until = midnight(day, self.zone), midnight(day + timedelta(days=1), self.zone)
        if since.utcoffset() != until.utcoffset():
            yield _change(since.astimezone(UTC), until.astimezone(UTC), self.zone)

    @property
    def digest_hour(self) -> time:
        """The hour they chose, or the nearest one inside of their hours."""
        latest = (datetime.combine(date.min, self.end) - LAST_DIGEST).time()
        return max(self.begin, min(self.digest_at, latest))

    def digest_of(self, day: date) -> datetime:
        """When the digest of that day is due."""
        return datetime.combine(day, self.digest_hour, self.zone)

    def last_digest(self, moment: datetime) -> date | None:
        """The last day of theirs whose digest was due by now."""
        days = (self.today(moment) - timedelta(days=n) for n in range(LOOK_DAYS))
        return next((day for day in days if self.is_own_day(day) and self.digest_of(day) <= moment), None)

    def next_digest(self, moment: datetime) -> date:
        """The first day of theirs whose digest is still to come."""
        days = (self.today(moment) + timedelta(days=n) for n in range(LOOK_DAYS))
        coming = (day for day in days if self.is_told_on(day) and self.digest_of(day) > moment)
        return next(coming, self.today(moment) + timedelta(days=LOOK_DAYS))


def _change(since: datetime, until: datetime, zone: ZoneInfo) -> datetime:
    """The first minute between these two with another offset than the first."""
    before = since.astimezone(zone).utcoffset()
    while until - since > timedelta(minutes=1):
        middle = since + timedelta(minutes=(until - since) // timedelta(minutes=2))
        if middle.astimezone(zone).utcoffset() == before:
            since = middle
        else:
            until = middle
    return until


def times(
    usual: Usual,
    calendar: WorkingDays,
    zone: ZoneInfo,
    chosen: Hours,
    *,
    digest_at: str = "",
    paused_until: date | None = None,
    away_until: date | None = None,
) -> Times:
    """What somebody chose over what is usual. `paused_until` is the day of return, `away_until` the last day away."""
    returns = [day for day in (paused_until, away_until and away_until + timedelta(days=1)) if day]
    return Times(
        calendar,
        (known_zone(chosen.zone) if chosen.zone else None) or zone,
        chosen.begin or usual.begin,
        chosen.end or usual.end,
        time.fromisoformat(digest_at) if digest_at else usual.digest_at,
        chosen.days,
        chosen.on_holidays,
        max(returns, default=None),
    )

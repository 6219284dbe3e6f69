"""The years 2026 and 2027 as a calendar on the wall has them: computed here once more, with nothing of ours.

Public holidays are those of article 154 of the Labour Code, with its second paragraph: one that falls on a weekend,
Easter aside, frees the next working day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

SOFIA, NEW_YORK = ZoneInfo("Europe/Sofia"), ZoneInfo("America/New_York")
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
CLOCKS = (date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31))
"""The nights in which Sofia changes its clocks."""
BY_DECISION = date(2026, 1, 2)
"""Freed by the Council of Ministers."""
SWAPPED, FOR = date(2027, 9, 20), date(2027, 9, 25)
"""A Monday before a holiday that is made up for on a Saturday, as the government does it: a setting of this walk."""
FIXED = ((1, 1), (3, 3), (5, 1), (5, 6), (5, 24), (9, 6), (9, 22), (12, 24), (12, 25), (12, 26))
MINUTE = timedelta(minutes=1)


def easter(year: int) -> date:
    """The Orthodox one, by Meeus, from the Julian calendar to ours (13 days in this century)."""
    moon = (19 * (year % 19) + 15) % 30
    week = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + week + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)


@cache
def free(year: int) -> frozenset[date]:
    sunday = easter(year)
    own = {date(year, month, day) for month, day in FIXED}
    found = own | {sunday + timedelta(days=n) for n in (-2, -1, 0, 1)} | {BY_DECISION, SWAPPED}
    for day in sorted(own):
        if day.weekday() >= 5:
            while day in found or day.weekday() >= 5:
                day += timedelta(days=1)
            found.add(day)
    return frozenset(found)


@dataclass(frozen=True)
class Silence:
    """From the moment on, until the first day on which the person is told something again."""

    since: datetime
    back: date


@dataclass
class Reader:
    """`digest` is the hour at which it must come, by their own clock."""

    name: str
    zone: ZoneInfo
    begin: time
    end: time
    digest: time
    every_day: bool = False
    on_holidays: bool = False
    silences: list[Silence] = field(default_factory=list)

    def is_own(self, day: date) -> bool:
        if day == FOR:
            return True
        return (self.every_day or day.weekday() < 5) and (self.on_holidays or day not in free(day.year))

    def is_silent(self, moment: datetime) -> bool:
        day = moment.astimezone(self.zone).date()
        return any(one.since <= moment and day < one.back for one in self.silences)

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        return self.begin <= local.time() < self.end and self.is_own(local.date()) and not self.is_silent(moment)

    def due(self, day: date) -> datetime:
        """The first moment of the day at which their clock shows the hour, or would have."""
        wanted = datetime.combine(day, self.digest)
        around = (self.zone.utcoffset(wanted + timedelta(days=n)) for n in (-1, 1))
        offsets = sorted({offset for offset in around if offset is not None}, reverse=True)
        at = [(wanted - offset).replace(tzinfo=UTC) for offset in offsets]
        shown = [one for one in at if one.astimezone(self.zone).replace(tzinfo=None) == wanted]
        return shown[0] if shown else at[-1]

    def days(self) -> Iterator[date]:
        """Of theirs, in these two years."""
        for n in range((LAST - FIRST).days + 1):
            if self.is_own(day := FIRST + timedelta(days=n)):
                yield day

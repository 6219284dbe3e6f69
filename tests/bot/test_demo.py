"""On which day the demo begins: one after which tomorrow has something to show."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.commands.demo import begins
from casework.calendar import WorkingDays

SOFIA = ZoneInfo("Europe/Sofia")


@pytest.mark.parametrize(
    ("now", "begin"),
    [
        ("2026-11-24T14:20", "2026-11-24T14:20"),
        ("2026-11-24T05:10", "2026-11-24T08:00"),
        ("2026-11-24T21:10", "2026-11-25T08:00"),
        ("2026-11-27T14:20", "2026-11-30T08:00"),  # a Friday
        ("2026-11-28T17:06", "2026-11-30T08:00"),
        ("2026-11-29T00:10", "2026-11-30T08:00"),
        ("2026-12-23T09:00", "2026-12-29T08:00"),  # Christmas Eve comes
    ],
)
def test_it_begins_on_a_working_day_before_another_one(now: str, begin: str) -> None:
    assert begins(_at(now), WorkingDays()) == _at(begin)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SOFIA)

"""Days and hours as people write them, in Bulgarian and English.

A day without a year is the nearest one to come (or gone by, with `past`): in December „3.1“ is next January.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

DAYS = {
    "bg": ("понеделник", "вторник", "сряда", "четвъртък", "петък", "събота", "неделя"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
SHORT_DAYS = {
    "bg": ("пн", "вт", "ср", "чт", "пт", "сб", "нд"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = {
    "bg": [
        "януари",
        "февруари",
        "март",
        "април",
        "май",
        "юни",
        "юли",
        "август",
        "септември",
        "октомври",
        "ноември",
        "декември",
    ],
    "en": [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
}
NEAR = {
    "bg": {"днес": 0, "утре": 1, "вдругиден": 2, "вчера": -1, "онзи ден": -2},
    "en": {"today": 0, "tomorrow": 1, "the day after tomorrow": 2, "yesterday": -1},
}
SPANS = {"ден": 1, "дни": 1, "day": 1, "days": 1, "седмица": 7, "седмици": 7, "week": 7, "weeks": 7}

_NUMBERS = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})(?:\s*[./-]\s*(\d{4}))?\s*г?\.?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|-и|-ти|-ри|-ви)?\s+(\w{3,})\.?(?:\s+(\d{4}))?\s*г?\.?")
_SPAN = re.compile(r"(?:след|in)\s+(?:(\d{1,3}|a|една)\s+)?(\w+)")
_WEEKDAY = re.compile(r"(?:(?:в|във|on|next|следващия|следващата)\s+)*(\w+)")
_TIME = re.compile(r"(\d{1,2})(?:\s*[:.]\s*(\d{2}))?\s*(ч|часа|h|am|pm)?\.?")


def read_day(text: str, today: date, *, past: bool = False) -> date | None:
    """The day meant, or None, in whichever language: people mix them."""
    said = " ".join(text.casefold().split())
    for near in NEAR.values():
        if said in near:
            return today + timedelta(days=near[said])
    return _calendar_day(said, today, past) or _span(said, today) or _weekday(said, today, past)


def _calendar_day(said: str, today: date, past: bool) -> date | None:
    if found := _NUMBERS.fullmatch(said):
        return _nearest(int(found[1]), int(found[2]), found[3], today, past)
    if (found := _NAMED.fullmatch(said)) and (month := _month(found[2])):
        return _nearest(int(found[1]), month, found[3], today, past)
    return None


def _month(word: str) -> int | None:
    for names in MONTHS.values():
        for number, name in enumerate(names, start=1):
            if name.startswith(word):
                return number
    return None


def _nearest(day: int, month: int, year: str | None, today: date, past: bool) -> date | None:
    if year:
        return _day(int(year), month, day)
    step = -1 if past else 1
    # Nine years at most: 29 February can be eight years away around a century without a leap day.
    for wanted in range(today.year, today.year + 9 * step, step):
        found = _day(wanted, month, day)
        if found and (found <= today if past else found >= today):
            return found
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _span(said: str, today: date) -> date | None:
    found = _SPAN.fullmatch(said)
    if not found or found[2] not in SPANS:
        return None
    count = int(found[1]) if found[1] and found[1].isdigit() else 1
    return today + timedelta(days=count * SPANS[found[2]])


def _weekday(said: str, today: date, past: bool) -> date | None:
    found = _WEEKDAY.fullmatch(said)
    for names in DAYS.values():
        if found and found[1] in names:
            ahead = (names.index(found[1]) - today.weekday()) % 7
            return today + timedelta(days=ahead - 7 if past else ahead or 7)
    return None


def from_iso(text: str) -> date | None:
    """`2026-11-24`, as buttons carry a day; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """`14:30`, `14.30`, `14ч`, `2pm`."""
    found = _TIME.fullmatch(" ".join(text.casefold().split()))
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def write_day(day: date, language: str, today: date) -> str:
    """„утре, 25.11“ or „пт, 27.11“; the year is written only when it is another one."""
    ahead = (day - today).days
    names = {days: word for word, days in NEAR[language].items() if abs(days) <= 1}
    name = names.get(ahead, SHORT_DAYS[language][day.weekday()])
    if language == "en":
        shown = f"{day.day} {MONTHS['en'][day.month - 1][:3].capitalize()}"
        return f"{name} {shown}" + (f" {day.year}" if day.year != today.year else "")
    return f"{name}, {day.day}.{day.month:02}" + (f".{day.year} г." if day.year != today.year else "")

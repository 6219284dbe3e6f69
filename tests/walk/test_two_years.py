"""Two years of four people in two zones: one digest a day of theirs, never outside of their hours, none twice or lost.

Four nights in which Sofia changes its clocks (and four of New York), all holidays of Bulgaria, eleven outages, twenty
starts within a minute, a pause and two absences. What is expected is computed in `almanac`, with nothing of ours.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.bot.conftest import TOKEN
from tests.bot.test_absent import goes_away
from tests.bot.test_announcing import does, writes
from tests.transcripts.stage import StillClock
from tests.walk import almanac
from tests.walk.almanac import CLOCKS, FIRST, LAST, MINUTE, NEW_YORK, SOFIA, Reader, Silence
from tests.walk.steps import Heard, Walk

BEGIN = datetime(2026, 1, 1, 0, 30, tzinfo=SOFIA)
OUTAGES = [
    ("2026-01-15 14:00", 3),
    ("2026-03-03 12:00", 30),
    ("2026-03-28 22:00", 4),
    ("2026-04-09 13:00", 122),
    ("2026-06-19 00:20", 1),
    ("2026-10-24 23:00", 9),
    ("2026-07-10 05:20", 1),
    ("2027-02-08 10:00", 60),
    ("2027-03-14 02:00", 7),
    ("2027-05-03 10:00", 70),
    ("2027-10-30 22:00", 6),
]
"""When the bot was off, UTC, and for how many hours."""
STORM, STARTS = datetime(2026, 9, 9, 17, 29, 30, tzinfo=SOFIA), 20
LATE_AFTER, SOON = timedelta(minutes=30), timedelta(hours=2)
OFF, ON, DUE, VISIT, TELL, LOOK, STORMS, PAUSE, AWAY = range(9)


def everybody() -> list[Reader]:
    return [
        Reader("Кольо", SOFIA, time(7, 30), time(20), time(17, 30)),
        Reader("Рени", SOFIA, time(2), time(5), time(3, 30), every_day=True, on_holidays=True),
        Reader("Стефан", NEW_YORK, time(7, 30), time(20), time(17, 30)),
        Reader("Ани", NEW_YORK, time(0, 30), time(3), time(1, 30), every_day=True),
    ]


@dataclass
class Agenda:
    """What is to happen, the earliest first."""

    coming: list[tuple[datetime, int, int]] = field(default_factory=list)

    def add(self, at: datetime, what: int, number: int = 0) -> None:
        heapq.heappush(self.coming, (at.astimezone(UTC), what, number))

    def __iter__(self) -> Iterator[tuple[datetime, int, int]]:
        while self.coming:
            yield heapq.heappop(self.coming)


def outages() -> list[tuple[datetime, datetime]]:
    begun = [(datetime.fromisoformat(f"{at}+00:00"), hours) for at, hours in OUTAGES]
    return [(at, at + timedelta(hours=hours)) for at, hours in begun]


def agenda(readers: list[Reader]) -> Agenda:
    told, dice = Agenda(), random.Random(13)
    for off, on in outages():
        told.add(off, OFF)
        told.add(on, ON)
    for reader in readers:
        for day in reader.days():
            told.add(reader.due(day) + MINUTE, DUE)
            if day in CLOCKS:
                for quarters in range(-12, 13):
                    told.add(reader.due(day) + quarters * timedelta(minutes=15) - MINUTE, LOOK)
    for n in range((LAST - FIRST).days):
        told.add(datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=n, minutes=dice.randrange(600)), VISIT)
    for n in range(1, 60):
        told.add(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=12 * n, minutes=dice.randrange(1_440)), TELL, n)
        if n % 3 == 0:
            told.add(
                datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=12 * n, minutes=dice.randrange(1_440)), TELL, n + 100
            )
    told.add(STORM, STORMS)
    told.add(datetime(2026, 5, 11, 10, tzinfo=NEW_YORK), PAUSE)
    told.add(datetime(2026, 8, 3, 10, tzinfo=NEW_YORK), AWAY, 11)
    told.add(datetime(2027, 2, 1, 10, tzinfo=NEW_YORK), AWAY, 2)
    return told


def first_open(reader: Reader, moment: datetime) -> datetime:
    """To the half hour: all hours here begin at one, and so does every day and every outage."""
    if reader.is_open(moment):
        return moment
    at = moment.replace(minute=moment.minute // 30 * 30, second=0) + 30 * MINUTE
    while not reader.is_open(at):
        at += 30 * MINUTE
    return at


async def walked(walk: Walk) -> None:
    plan = agenda(walk.readers)
    for at, what, number in plan:
        if at.date() > LAST:
            break
        if what == OFF:
            await walk.step(at)
            await walk.stop()
        elif what == ON:
            walk.sandbox.world.clock.move_to(at)
            await walk.start()
            await walk.step(at)
            for reader in walk.readers:
                plan.add(first_open(reader, at) + MINUTE, LOOK)
        elif walk.world is None:
            continue
        elif what == VISIT:
            await walk.visit(at)
        elif what == STORMS:
            await _storm(walk, at)
        else:
            await walk.step(at)
            if what == TELL:
                await walk.tell_all(number)
                await walk.step(at)
                for reader in walk.readers:
                    plan.add(first_open(reader, at) + MINUTE, LOOK)
            elif what in (PAUSE, AWAY):
                await _silence(walk, plan, at, what, number)


async def _storm(walk: Walk, at: datetime) -> None:
    """Twenty starts within a minute, and the hour of a digest in the middle of them."""
    for n in range(STARTS):
        await walk.step(at + n * timedelta(seconds=3))
        await walk.stop()
        await walk.start()
    await walk.step(at + timedelta(minutes=1))


async def _silence(walk: Walk, plan: Agenda, at: datetime, what: int, days: int) -> None:
    """Stefan says so in the chat, on his own day."""
    stefan, phone = walk.readers[2], walk.phones["Стефан"]
    today = at.astimezone(NEW_YORK).date()
    last = today + timedelta(days=days or 9)
    phone.forget()
    if what == PAUSE:
        await writes(phone, "/settings")
        await does(phone, "Пауза")
        await writes(phone, f"{last:%d.%m.%Y}")
        back = last
    else:
        await goes_away(phone, f"{last:%d.%m.%Y}", stands_in="Никой")
        back = last + timedelta(days=1)
    stefan.silences.append(Silence(at, back))
    assert walk.world is not None
    await walk.world.settled()
    walk.note(None)
    plan.add(first_open(stefan, at) + MINUTE, LOOK)


def was_on(moment: datetime) -> datetime:
    """The first moment from this one on at which the bot was on."""
    return next((on for off, on in outages() if off <= moment < on), moment)


def first_told(reader: Reader, moment: datetime) -> datetime:
    """At which the bot was on and the reader's hours let it speak."""
    at = moment
    while (then := first_open(reader, was_on(at))) != at:
        at = then
    return at


@contextmanager
def checked(what: str) -> Iterator[list[str]]:
    wrong: list[str] = []
    yield wrong
    assert not wrong, f"{what}: " + "\n".join(wrong[:10])


def _excused(reader: Reader, day: date, days: list[date]) -> bool:
    """Whether the digest of that day went into the next one: nothing could be said before that, or too shortly."""
    due = reader.due(day)
    if reader.is_silent(due):
        return True
    following = next((later for later in days if later > day), None)
    return following is not None and first_told(reader, due) > reader.due(following) - SOON


def holds(reader: Reader, heard: Heard, notices: int, visits: Sequence[datetime]) -> None:
    """Raises AssertionError with the first ten of whatever is not as it should be."""
    with checked(f"{reader.name} heard outside of their hours") as wrong:
        wrong += [f"{at} {text[:60]!r}" for at, text in heard.at if not reader.is_open(at)]
    days = [day for day in reader.days() if visits[0] < reader.due(day) and (reader.due(day) + MINUTE).date() <= LAST]
    got = {one.day: one for one in heard.digests}
    assert len(got) == len(heard.digests), "a day was told twice"
    assert set(got) <= set(days), sorted(set(got) - set(days))
    excused = {day for day in days if _excused(reader, day, days) or _nothing(reader, day, visits)}
    with checked(f"{reader.name} had no digest") as wrong:
        wrong += [str(day) for day in days if day not in got and day not in excused]
    with checked(f"{reader.name} had one too many") as wrong:
        wrong += [str(day) for day in got if day in excused]
    with checked(f"{reader.name}: when") as wrong:
        for day, one in got.items():
            due = reader.due(day)
            if not due <= one.at <= first_told(reader, due) + 2 * MINUTE or one.late != (one.at > due + LATE_AFTER):
                wrong.append(f"{one} was due {due}")
    with checked(f"{reader.name}: the week on another day than their last one") as wrong:
        last = {(day.isocalendar()[:2]): day for day in reader.days()}
        wrong += [str(day) for day, one in got.items() if one.weekly and last[day.isocalendar()[:2]] != day]
    assert sum(one.weekly for one in heard.digests) >= 50
    told = sum(one.visits for one in heard.digests)
    assert told == sum(at < reader.due(heard.digests[-1].day) for at in visits), "each visit is told once"
    assert len(heard.notices) == notices
    assert any(one.late for one in heard.digests)
    assert len(excused) >= 3, "outages of several days fold"


def _nothing(reader: Reader, day: date, visits: Sequence[datetime]) -> bool:
    """On a free day there is a digest only of visits."""
    is_free = day.weekday() >= 5 or day in almanac.free(day.year)
    if not is_free or day == almanac.FOR:
        return False
    since = max((reader.due(one) for one in reader.days() if one < day), default=visits[0])
    return not any(since <= at < reader.due(day) for at in visits)


@pytest.mark.timeout(900)
async def test_two_years_of_four_people(tmp_path: Path) -> None:
    async with Sandbox(TOKEN, limits=False, clock=StillClock()) as sandbox:
        sandbox.world.clock.move_to(BEGIN)
        walk = Walk(sandbox, tmp_path, everybody())
        await walk.start()
        await walked(walk)
        await walk.stop()
    for reader in walk.readers:
        holds(reader, walk.heard[reader.name], walk.notices, walk.visits)
    assert all(
        (datetime.combine(day, time(2), SOFIA).utcoffset()) != datetime.combine(day, time(5), SOFIA).utcoffset()
        for day in CLOCKS
    )

"""Everything that a seed decides: when everybody works, of what each life dies, and what goes wrong beside it.

What a newcomer gets wrong: a seed draws the same week again; how far a process has come when it is killed at a moment,
and which call meets a fault first, real processes and sockets decide anew each time. Deaths at a commit or a call are
counted by the bot itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from sandbox import Fault

Where = Literal["never", "before", "after", "asking", "answered", "moment"]
NEVER, BEFORE, AFTER, ASKING, ANSWERED, MOMENT = get_args(Where)
SOFIA = ZoneInfo("Europe/Sofia")
FIRST_DAY = datetime(2026, 11, 24, tzinfo=SOFIA)
"""A Tuesday; the week has five working days and a weekend."""
OPENS, CLOSES = time(8), time(20)
VISITS_UNTIL = time(19)
NIGHT_STEP = timedelta(minutes=25)
LEAVE_A_DAY = 3
"""So many block the bot on a working day: of more than a few notices a day the rest is told the next morning."""
LEAVE_FROM, LEAVE_UNTIL = time(9), time(16)
OUT_OF_ORDER = 0.1
Kind = Literal["nobody", "refusal", "photos"]


@dataclass(frozen=True)
class Death:
    where: Where = "never"
    number: int = 0
    """The how manieth commit or call; of a moment nothing."""
    seconds: float = 0.0
    """After the bot has asked for updates."""


@dataclass(frozen=True)
class Turn:
    """One life: from when, how it dies, and what goes wrong meanwhile."""

    at: datetime
    death: Death
    faults: tuple[Fault, ...] = ()
    full_disk: float = 0.0
    locked: float = 0.0
    """Seconds that the disk is full, that another program holds the file."""
    second_poller: bool = False
    repeated_update: bool = False


@dataclass(frozen=True)
class Errand:
    at: datetime
    kind: Kind
    photos: int = 0
    back_at: datetime | None = None
    """They block the bot when they have begun, and are back then."""
    overtaken: bool = False
    """The first of two things that are said in one breath is delivered after the second."""


@dataclass(frozen=True)
class Week:
    seed: int
    ends: datetime
    turns: list[Turn]
    errands: list[list[Errand]] = field(repr=False)
    """For each member, in order."""


def draw(seed: int, *, kills: int, days: int, members: int, reports: int) -> Week:
    random = Random(seed)
    moments = _moments(kills, days)
    turns = [_turn(random, at) for at in moments]
    errands: list[list[Errand]] = [[] for _ in range(members)]
    working = [day for day in range(days) if (FIRST_DAY + timedelta(days=day)).weekday() < 5]
    for n in range(reports):
        at = _at(random.choice(working), OPENS) + random.random() * timedelta(hours=VISITS_UNTIL.hour - OPENS.hour)
        kind: Kind = random.choices(("nobody", "refusal", "photos"), (6, 3, 1))[0]
        photos = random.randint(1, 4) if kind == "photos" else 0
        errands[n % members].append(Errand(at, kind, photos, overtaken=random.random() < OUT_OF_ORDER))
    in_order = [sorted(own, key=lambda errand: errand.at) for own in errands]
    for day in working:
        _let_leave(random, in_order, _at(day, LEAVE_FROM), _at(day, LEAVE_UNTIL))
    return Week(seed, _at(days - 1, VISITS_UNTIL), turns, in_order)


def _let_leave(random: Random, errands: list[list[Errand]], since: datetime, until: datetime) -> None:
    """A few of those who work then; they are back before the day ends."""
    between = [(n, m) for n, own in enumerate(errands) for m, one in enumerate(own) if since <= one.at < until]
    for n, m in random.sample(between, min(LEAVE_A_DAY, len(between))):
        away = timedelta(minutes=random.choice((0, 20, 150)))
        # What they ask in the same breath may be refused by their messenger: an answer is owed to nobody who has left.
        errands[n][m] = replace(errands[n][m], back_at=errands[n][m].at + away, overtaken=False)


def _at(day: int, hour: time) -> datetime:
    return datetime.combine(FIRST_DAY.date() + timedelta(days=day), hour, SOFIA)


def _moments(kills: int, days: int) -> list[datetime]:
    """When each life begins: often enough by night that none is an outage, the rest evenly by day."""
    night = (timedelta(hours=24 - CLOSES.hour + OPENS.hour)) // NIGHT_STEP
    by_day = max(days, kills - night * (days - 1))
    step = timedelta(hours=CLOSES.hour - OPENS.hour) * days / by_day
    moments = []
    for day in range(days):
        here = len(range(day, by_day, days))
        moments += [_at(day, OPENS) + n * step for n in range(here)]
        moments += [_at(day, CLOSES) + n * NIGHT_STEP for n in range(night)] if day + 1 < days else []
    return moments[:kills]


def _turn(random: Random, at: datetime) -> Turn:
    return Turn(
        at,
        _death(random),
        tuple(_fault(random) for _ in range(random.choices((0, 1, 2), (5, 3, 2))[0])),
        full_disk=random.uniform(0.2, 0.8) if random.random() < 0.03 else 0,
        locked=random.uniform(0.2, 0.8) if random.random() < 0.03 else 0,
        second_poller=random.random() < 0.02,
        repeated_update=random.random() < 0.2,
    )


def _death(random: Random) -> Death:
    where: Where = random.choices((BEFORE, AFTER, ASKING, ANSWERED, MOMENT), (3, 3, 2, 2, 3))[0]
    if where == MOMENT:
        return Death(where, seconds=random.uniform(0, 0.6))
    return Death(where, random.randint(1, 14 if where in (BEFORE, AFTER) else 40))


def _fault(random: Random) -> Fault:
    seconds = random.uniform(0.05, 0.5)
    return random.choice([
        Fault(random.choice(("sendMessage", "editMessageText")), kind="timeout_after_delivery", seconds=seconds),
        Fault(random.choice(("sendMessage", "editMessageText")), kind="half_response"),
        Fault("sendMessage", kind="429", retry_after=1),
        Fault("editMessageText", kind="500"),
        Fault("sendMessage", kind="html_502"),
        Fault("sendMessage", kind="hang", seconds=seconds),
        Fault("answerCallbackQuery", kind="disconnect"),
        Fault(random.choice(("getFile", "file")), kind=random.choice(("disconnect", "half_response"))),
        Fault("getUpdates", kind=random.choice(("half_response", "500", "429", "disconnect")), retry_after=1),
        Fault("send_message", kind=random.choice(("500", "half_response", "disconnect"))),
        Fault("send_message", kind="timeout_after_delivery", seconds=seconds),
        Fault("send_message", kind="delivered_first"),
        Fault("message", kind=random.choice(("duplicate", "replayed", "forged"))),
        Fault("message", kind="clock_skew", seconds=random.choice((-90.0, 90.0))),
        Fault(random.choice(("message", "callback_query", "seen", "delivered")), kind="reordered", seconds=seconds),
    ])  # fmt: skip

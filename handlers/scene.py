"""Where a conversation plays: the person, the rules of the work, and the messages that come out of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casework.calendar import WorkingDays
from casework.catalogue import Catalogue
from casework.records import Person
from handlers.talk import Look, Moment, Step
from handlers.views import View
from storage.database import Tx

REPLY, NOTICE, BROADCAST = 0, 1, 2


@dataclass(frozen=True)
class Work:
    """The rules shared by everybody: one per process."""

    catalogue: Catalogue
    calendar: WorkingDays
    zone: ZoneInfo


@dataclass(frozen=True)
class Scene:
    me: Person
    work: Work
    moment: Moment


@dataclass(frozen=True)
class Message:
    """One thing to show. `talk` and `key` say whose buttons it carries; with `replaces` it may take the place
    of the message that was tapped, where the messenger can edit."""

    view: View
    talk: str = "go"
    key: str = ""
    replaces: bool = True
    settle: bool = False
    """Wait for the rest of an album: a later message of the same person takes this one's place."""
    vanish_after: timedelta | None = None


async def drive(tx: Tx, steps: Generator[Look, Any, Step]) -> Step:
    """Performs the reads a conversation asks for, and nothing else."""
    try:
        look = next(steps)
        while True:
            look = steps.send(await look.read(tx, *look.arguments))
    except StopIteration as end:
        step: Step = end.value
        return step

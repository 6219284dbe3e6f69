"""Who is asked a member's question, and when it goes on to somebody else. The numbers are our proposal.

What a newcomer gets wrong: a day is a whole working day after the one on which something happened, so what is taken
on Tuesday goes back on Thursday morning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.calendar import WorkingDays
from casework.records import MUNICIPAL, REGIONAL, Person

NOBODY, OWN, REGION = 0, 1, 2
"""How far a question has gone: to nobody who could be reached, to those who look after the asker, to the region."""


@dataclass(frozen=True)
class Patience:
    """Whole working days: until a taken question goes back, and until one without an answer goes to the region."""

    back_after: int = 1
    region_after: int = 3


@dataclass(frozen=True)
class Unanswered:
    """A question that waits, by local days. `taken_on` is None while nobody has it."""

    asked_on: date
    told_rung: int
    taken_on: date | None = None


@dataclass(frozen=True)
class Onward:
    """The question is told on `rung` now; with `returned` it is nobody's again."""

    rung: int
    returned: bool


def onward(calendar: WorkingDays, today: date, waiting: Unanswered, patience: Patience) -> Onward | None:
    """None while nobody new is to be told."""
    returned = waiting.taken_on is not None and today > calendar.add(waiting.taken_on, patience.back_after)
    if waiting.taken_on and not returned:
        return None
    late = today > calendar.add(waiting.asked_on, patience.region_after)
    rung = REGION if late else OWN
    return Onward(max(rung, waiting.told_rung), returned) if returned or rung > waiting.told_rung else None


def asked(overseers: Sequence[Person], rung: int) -> tuple[list[Person], int]:
    """Who is told on this rung, and the rung it really is: where no municipal coordinator is, the region is next."""
    own = [one for one in overseers if one.role == MUNICIPAL]
    region = [one for one in overseers if one.role == REGIONAL]
    if rung == OWN and own:
        return own, OWN
    return ([*own, *region], REGION) if region else (own, OWN if own else NOBODY)

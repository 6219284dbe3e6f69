"""Where a conversation plays: the person, the rules of the work, and the messages that come out of it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from casework.calendar import WorkingDays
from casework.catalogue import Catalogue
from casework.form import Form
from casework.hours import Times, Usual, times
from casework.records import INSTITUTION, Person
from handlers.engine.listing import Listing
from handlers.engine.talk import Look, Moment, Step
from handlers.engine.views import View
from storage.because import Tie
from storage.database import Tx
from storage.sealing import Sealer


@dataclass(frozen=True)
class Work:
    """The rules shared by everybody: one per process."""

    catalogue: Catalogue
    calendar: WorkingDays
    zone: ZoneInfo
    sealer: Sealer
    messengers: tuple[str, ...] = ("telegram",)
    """Which ones the bot speaks."""

    usual: Usual = field(default_factory=Usual)
    """When people are told something who have chosen nothing."""
    charts: bool = True
    """A picture goes with the digest."""
    school_days: WorkingDays = field(default_factory=WorkingDays)
    """The working days without the vacations."""
    alert_at: str = "08:30"
    """When the message of a morning is made."""

    def times(self, reader: Person) -> Times:
        """When they may be told something; people of schools have the vacations off."""
        at_school = reader.role == INSTITUTION and reader.institution == self.catalogue.retention.institution
        return times(
            self.usual,
            self.school_days if at_school else self.calendar,
            self.zone,
            reader.hours,
            digest_at=reader.digest_at,
            paused_until=reader.paused_until,
            away_until=reader.away_until,
        )

    def told_today(self, people: Sequence[Person], now: datetime) -> list[Person]:
        """Who of these is told something today. What falls due on a day on which somebody is told nothing is the next
        one's to be told."""
        own = ((one, self.times(one)) for one in people)
        return [one for one, times in own if times.is_told_on(times.today(now))]


@dataclass(frozen=True)
class Scene:
    me: Person
    work: Work
    moment: Moment
    takes_back: bool = True
    """What is said here can be deleted again."""

    @property
    def zone(self) -> ZoneInfo:
        """In which the reader tells the time."""
        return self.work.times(self.me).zone


@dataclass(frozen=True)
class Series:
    """What one colour of a chart says at each label; None where it says nothing."""

    name: str
    values: tuple[float | None, ...]
    colour: str
    line: Literal["", "solid", "dashed", "dotted"] = ""
    """Empty for bars, which stand on those of the series before."""


@dataclass(frozen=True)
class Panel:
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    title: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture in the language of its reader, drawn only when it is sent."""

    title: str
    panels: tuple[Panel, ...]
    below: str = ""
    """The second line of the title: of what it is, and of when."""
    lying: bool = False
    """Bars lie, one below the other; else they stand side by side."""
    columns: int = 1
    unit: str = ""
    highest: float = 0
    """Where every scale ends, so that panels can be compared; 0 leaves it to the values."""


@dataclass(frozen=True)
class Sheet:
    """A workbook of one sheet, written only when it is sent."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Document:
    """Printed forms, one page each, typeset only when they are sent."""

    name: str
    forms: tuple[Form, ...]


Cell = str | int | float


@dataclass(frozen=True)
class Grid:
    """One table of a report. Numbers stay numbers; a text in the place of one says why it is not there."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    has_total: bool = False
    """Whether the last row sums up the others."""
    colours: tuple[str, ...] = ()
    """Of the rows, where they have one."""


@dataclass(frozen=True)
class Bar:
    """`values` are None where they are not shown; `texts` stand beside them."""

    label: str
    values: tuple[int | None, ...]
    texts: tuple[Cell, ...]
    colour: str = ""


@dataclass(frozen=True)
class Bars:
    title: str
    bars: tuple[Bar, ...]
    legend: tuple[str, ...] = ()


@dataclass(frozen=True)
class Printed:
    """A report in the language of its reader, typeset only when it is sent."""

    name: str
    language: str
    title: str
    lines: tuple[str, ...]
    figures: tuple[tuple[str, Cell], ...]
    months: Bars
    outcomes: Bars
    places: Bars
    tables: tuple[Grid, ...]
    notes_title: str
    notes: tuple[tuple[str, str], ...]
    page: str
    """`page {n} of {all}`"""


@dataclass(frozen=True)
class Book:
    """A workbook with a sheet for each table, written only when it is sent."""

    name: str
    sheets: tuple[Grid, ...]


@dataclass(frozen=True)
class Reveal:
    """A name that one person may see once."""

    person_id: int
    case_id: int


Attachment = Chart | Sheet | Document | Printed | Book


@dataclass(frozen=True)
class Message:
    """One thing to show. `talk` and `key` say whose buttons it carries; with `replaces` it may take the place
    of the message that was tapped, where the messenger can edit."""

    view: View
    talk: str = "go"
    key: str = ""
    replaces: bool = True
    stands: int = 0
    """So many of its lines stand in the chat already; where nothing can be edited, only the others are said."""
    settle: bool = False
    """Wait for the rest of an album or a pile: a later message of the same kind takes this one's place."""
    vanish_after: timedelta = timedelta()
    to: int | None = None
    """Another person than the one who wrote: a notice."""

    elsewhere: str = ""
    """A notice to all messengers of its reader but this one."""

    kind: str = ""
    """A notice takes the place of one of the same kind that has not gone out: nobody needs two old digests."""

    urgent: bool = False
    """A notice that goes out whatever it costs."""

    can_wait: bool = False
    """A notice that is not worth money: where it would cost some, it waits until its reader writes."""

    to_many: bool = False
    """One of many alike: it goes behind replies and notices, at its own pace."""

    attachment: Attachment | None = None
    code: str = ""
    """Of an invitation; the links by which the messengers are opened with it are written under the text."""

    links: bool = False
    """The code links another messenger, so this one's own link is left out."""
    reveals: Reveal | None = None
    """The messenger writes under the text where the name is shown."""

    language: str = ""
    """Said in this language; empty means the reader's own."""

    daily: bool = False
    """The one message of a morning: it is sent however many there were."""
    asked: bool = False
    """What its reader has asked for and waits for."""
    because: tuple[Tie, ...] = ()
    """A notice that is told because of all of these: when one holds no more, it does not go out."""
    listing: Listing | None = None
    """What the view was made of, where its lines are told because of different things."""
    joined: tuple[Message, ...] = ()
    """The notices it was made of."""

    album: ClassVar[str] = "settle"
    """What all that wait for more share in a chat; the last of them takes the place of the others."""

    @property
    def ties(self) -> frozenset[Tie]:
        """Of the whole and of all its lines."""
        own = self.listing.because if self.listing else frozenset()
        return own.union(self.because, *(one.ties for one in self.joined))

    def anew(self) -> Message:
        """The same as a message of its own."""
        return replace(self, replaces=False)


async def drive(tx: Tx, steps: Generator[Look, Any, Step]) -> Step:
    """Performs the reads a conversation asks for, and nothing else."""
    try:
        look = next(steps)
        while True:
            look = steps.send(await look.read(tx, *look.arguments))
    except StopIteration as end:
        step: Step = end.value
        return step

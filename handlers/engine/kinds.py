"""The kinds of questions. Each says how it is shown, what it accepts, and what it says to anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as clock
from itertools import islice
from typing import Any

from casework import dates, privacy
from casework.records import Photo, Place
from handlers.engine import pictures
from handlers.engine.replies import Located, Pictured, Reply, Tapped, Typed
from handlers.engine.talk import Accept, Json, Keep, Look, Moment, Reading, Refuse
from handlers.engine.views import Button, View, in_rows
from handlers.engine.words import Joined, Text, Words, _, counted

SKIP = Button(_("Skip"), "skip")
DONE = Button(_("Done"), "done")
MORE = Button(_("More →"), "+")
TAKE_BACK = "-"
PERSONAL_NUMBER = _("This looks like a personal number. We never keep it: write it again without it.")
Options = Mapping[str, Text]
"""What can be chosen: code and label, in the order shown. A part of the catalogue is one as it stands."""


class Plain:
    """A question that needs nothing read and whose value is its own JSON."""

    def needs(self, partial: Json, moment: Moment) -> Look | None:
        return None

    def decode(self, value: Json) -> Any:
        return value


def typed_choice(reply: Reply, choices: Options, moment: Moment) -> str | None:
    """The choice whose label was tapped, or typed in full (people do, when buttons are far up)."""
    if isinstance(reply, Tapped):
        return reply.value if reply.value in choices else None
    if isinstance(reply, Typed):
        words = Words(moment.language, moment.today)
        said = reply.text.strip().casefold()
        return next((code for code, label in choices.items() if words.say(label).casefold() == said), None)
    return None


@dataclass(frozen=True)
class OneOf(Plain):
    """One choice. With `first`, only so many are shown until More is tapped; typed in full, any is accepted."""

    options: Options
    columns: int = 1
    first: int = 0

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        folded = 0 < self.first < len(self.options) and partial != "more"
        shown = islice(self.options.items(), self.first if folded else None)
        rows = in_rows([Button(label, code) for code, label in shown], self.columns)
        return View((), rows).with_row(*((MORE,) if folded else ()))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        if isinstance(reply, Tapped) and reply.value == MORE.value and self.first:
            return Keep("more")
        code = typed_choice(reply, self.options, moment)
        return Accept(code) if code else Refuse(_("Please tap one of the buttons below."))

    def accepts(self, value: Json) -> bool:
        return isinstance(value, str) and value in self.options

    def tell(self, value: str) -> Text:
        return self.options[value]


@dataclass(frozen=True)
class AnyOf(Plain):
    """Several choices, at most `at_most`; the partial is the list of codes chosen so far, with `+` once More is tapped.

    With `first`, only so many are shown until then, besides those that are chosen. A button says what its tap is to do
    (`-` takes back), so a second tap on it, and one in an older copy of the question, do what they show.
    """

    options: Options
    at_most: int
    first: int = 0

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        chosen = partial or []
        folded = 0 < self.first < len(self.options) and MORE.value not in chosen
        usual = list(islice(self.options, self.first if folded else None))
        buttons = [
            Button(_("✓ {label}", label=label), TAKE_BACK + code) if code in chosen else Button(label, code)
            for code, label in self.options.items()
            if code in usual or code in chosen
        ]
        hint = counted("Choose at most {count}.", "Choose at most {count}.", self.at_most)
        ways = (*((MORE,) if folded else ()), DONE if _codes(chosen) else SKIP)
        return View((hint,) if self.at_most < len(self.options) else (), (*in_rows(buttons, 1), ways))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        held = list(partial or [])
        chosen = _codes(held)
        if isinstance(reply, Tapped) and reply.value in ("done", "skip"):
            return Accept(chosen)
        if isinstance(reply, Tapped) and reply.value == MORE.value and self.first:
            return Keep([*chosen, MORE.value])
        if isinstance(reply, Tapped) and reply.value in [TAKE_BACK + code for code in self.options]:
            return Keep([code for code in held if TAKE_BACK + code != reply.value])
        code = typed_choice(reply, self.options, moment)
        if code is None:
            return Refuse(_("Please tap the buttons below, then Done."))
        if isinstance(reply, Typed) and code in chosen:
            return Keep([c for c in held if c != code])
        if code in chosen:
            return Keep(held)
        if len(chosen) >= self.at_most:
            return Refuse(
                counted(
                    "At most {count} can be chosen. Tap a chosen one to take it back.",
                    "At most {count} can be chosen. Tap a chosen one to take it back.",
                    self.at_most,
                )
            )
        return Keep([*held, code])

    def accepts(self, value: Json) -> bool:
        return isinstance(value, list) and len(value) <= self.at_most and all(one in self.options for one in value)

    def decode(self, value: Json) -> tuple[str, ...]:
        return tuple(value)

    def tell(self, value: tuple[str, ...]) -> Text:
        # Labels have commas of their own.
        return Joined([label for code, label in self.options.items() if code in value], "; ") if value else ""


def _codes(partial: list[str]) -> list[str]:
    return [code for code in partial if code != MORE.value]


@dataclass(frozen=True)
class Sentence(Plain):
    """Free text of at most `at_most` characters; a personal number in it is never kept."""

    at_most: int = 300
    optional: bool = True

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        return View((), ((SKIP,),) if self.optional else ())

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        if isinstance(reply, Tapped) and reply.value == "skip" and self.optional:
            return Accept("")
        if not isinstance(reply, Typed) or not reply.text.strip():
            return Refuse(
                counted(
                    "Please write it as text, up to {count} character.",
                    "Please write it as text, up to {count} characters.",
                    self.at_most,
                )
            )
        text = reply.text.strip()
        if privacy.personal_numbers(text):
            return Refuse(PERSONAL_NUMBER)
        if len(text) > self.at_most:
            return Refuse(
                _(
                    "That is {length} characters; up to {limit} fit. Please shorten it.",
                    length=str(len(text)),
                    limit=str(self.at_most),
                )
            )
        return Accept(text)

    def accepts(self, value: Json) -> bool:
        fits = isinstance(value, str) and len(value) <= self.at_most and not privacy.personal_numbers(value)
        return fits and (self.optional or bool(value))

    def tell(self, value: str) -> Text:
        return value


@dataclass(frozen=True)
class Day(Plain):
    """A local day within `days_back` and `days_on` of the day the answer was sent, and from `earliest` on. `none`
    offers "no day"."""

    suggest: date | None = None
    days_back: int = 0
    days_on: int = 365
    none: Text | None = None
    earliest: date | None = None
    offered: tuple[date, ...] = ()
    """These instead of the usual ones."""

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        usual = (0, -1, -2) if not self.days_on else (1, 2, 3, 7, 14)
        begin = max(moment.today, self.earliest or moment.today)
        days = list(self.offered) or [begin + timedelta(days=n) for n in usual]
        if self.suggest and self._fits(self.suggest, moment.today):
            days = [self.suggest, *(day for day in days if day != self.suggest)]
        rows = in_rows([Button(day, day.isoformat()) for day in days[:6]], 3)
        more = ((Button(self.none, "none"),),) if self.none else ()
        return View((), (*rows, *more))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        if isinstance(reply, Tapped) and reply.value == "none" and self.none:
            return Accept("")
        day = self._day(reply, moment)
        if day is None:
            return Refuse(self._unread())
        if self.earliest and day < self.earliest:
            return Refuse(_("Please give a day from {first} on.", first=_full(self.earliest)))
        if day < moment.today - timedelta(days=self.days_back):
            return Refuse(self._too_early(day, moment.today - timedelta(days=self.days_back)))
        if not self._fits(day, moment.today):
            return Refuse(self._too_late(day, moment.today + timedelta(days=self.days_on)))
        return Accept(day.isoformat())

    def _unread(self) -> Text:
        if self.days_on:
            return _('I could not read the day. For example: 24.11, "tomorrow" or "in 7 days".')
        return _('I could not read the day. For example: 24.11, "yesterday" or "Monday".')

    def _too_early(self, day: date, first: date) -> Text:
        if self.days_on:
            return _("{day} has passed. Please give a day from {first} on.", day=_full(day), first=_full(first))
        return _("{day} is too long ago. Please give a day from {first} on.", day=_full(day), first=_full(first))

    def _too_late(self, day: date, last: date) -> Text:
        if self.days_on:
            return _("{day} is too far. Please give a day up to {last}.", day=_full(day), last=_full(last))
        return _("{day} is still to come. Please give a day up to {last}.", day=_full(day), last=_full(last))

    def _day(self, reply: Reply, moment: Moment) -> date | None:
        if isinstance(reply, Tapped):
            return dates.from_iso(reply.value)
        if isinstance(reply, Typed):
            return dates.read_day(reply.text, moment.today, past=not self.days_on)
        return None

    def _fits(self, day: date, today: date) -> bool:
        return today - timedelta(days=self.days_back) <= day <= today + timedelta(days=self.days_on)

    def accepts(self, value: Json) -> bool:
        return isinstance(value, str) and (dates.from_iso(value) is not None or (value == "" and self.none is not None))

    def decode(self, value: Json) -> date | None:
        return dates.from_iso(value)

    def tell(self, value: date | None) -> Text:
        return value or self.none or ""


def _full(day: date) -> str:
    return f"{day:%d.%m.%Y}"


@dataclass(frozen=True)
class Hour(Plain):
    """A time of day, `08:00`."""

    offered: tuple[str, ...]

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        return View((), in_rows([Button(hour, hour) for hour in self.offered], 3))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        text = reply.value if isinstance(reply, Tapped) else reply.text if isinstance(reply, Typed) else ""
        hour = dates.read_time(text)
        return Accept(f"{hour:%H:%M}") if hour else Refuse(_("I could not read the time. For example: 17:30."))

    def accepts(self, value: Json) -> bool:
        return isinstance(value, str) and dates.read_time(value) is not None

    def decode(self, value: Json) -> clock:
        return clock.fromisoformat(value)

    def tell(self, value: clock) -> Text:
        return f"{value:%H:%M}"


_WHOLE = re.compile(r"(\d{1,3})(?: ?(?:дни|дена|ден|days?))?")


@dataclass(frozen=True)
class Number(Plain):
    """A whole number of days from `least` to `most`. `offered` stand on buttons; `ways` lead out of the question."""

    offered: tuple[int, ...]
    least: int
    most: int
    ways: tuple[Button, ...] = ()

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        return View((), (tuple(Button(str(one), str(one)) for one in self.offered),)).with_row(*self.ways)

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        text = reply.value if isinstance(reply, Tapped) else reply.text if isinstance(reply, Typed) else ""
        whole = _WHOLE.fullmatch(" ".join(text.split()).casefold())
        if whole and self.accepts(int(whole[1])):
            return Accept(int(whole[1]))
        least, most = str(self.least), str(self.most)
        return Refuse(_("Please give a whole number from {least} to {most}. For example: 3.", least=least, most=most))

    def accepts(self, value: Json) -> bool:
        return isinstance(value, int) and self.least <= value <= self.most

    def decode(self, value: Json) -> int:
        return int(value)

    def tell(self, value: int) -> Text:
        return str(value)


@dataclass(frozen=True)
class Photos(Plain):
    """Up to `at_most` photos; an album is one answer, so the partial grows quietly until Done."""

    at_most: int = 10

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        if not partial:
            return View((), ((SKIP,),))
        count = len(partial)
        got = counted("{count} photo received.", "{count} photos received.", count)
        return View((got,), ((DONE, Button(_("Remove them"), "clear")),))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        held = list(partial or [])
        match reply:
            case Tapped(value="done" | "skip"):
                return Accept(held)
            case Tapped(value="clear"):
                return Keep([])
            case Pictured(photo=photo):
                more = pictures.among(held, photo)
                if len(more) > self.at_most:
                    return Refuse(
                        counted(
                            "At most {count} photo fits in a report; no more are taken.",
                            "At most {count} photos fit in a report; no more are taken.",
                            self.at_most,
                        )
                    )
                return Keep(more)
        return Refuse(_("Please send photos, or tap the button below."))

    def accepts(self, value: Json) -> bool:
        return isinstance(value, list) and len(value) <= self.at_most

    def decode(self, value: Json) -> tuple[Photo, ...]:
        return tuple(Photo(**photo) for photo in value)

    def tell(self, value: tuple[Photo, ...]) -> Text:
        return str(len(value)) if value else ""


@dataclass(frozen=True)
class Where(Plain):
    """The place where one stands, or nothing."""

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        return View((), ((SKIP,),))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        match reply:
            case Located(place=place):
                return Accept([place.latitude, place.longitude])
            case Tapped(value="skip"):
                return Accept([])
        return Refuse(_("Please send your location with the paperclip, or tap Skip."))

    def accepts(self, value: Json) -> bool:
        return isinstance(value, list) and len(value) in (0, 2)

    def decode(self, value: Json) -> Place | None:
        return Place(*value) if value else None

    def tell(self, value: Place | None) -> Text:
        return f"{value.latitude:.5f}, {value.longitude:.5f}" if value else ""

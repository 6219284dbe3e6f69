"""What coordinators are told after an outage: from when to when, what was caught up, what came late, what may be lost.

It comes once, by day, when everything that had waited is handled; several outages since the last report are told
together. What a newcomer gets wrong: that nothing was lost is said only where it was computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from casework import calendar, outages
from casework.outages import DIGEST, MORNING, Late, Loss, Outage, Report
from casework.records import REGIONAL, Person
from handlers.desk.aside import LISTED_HERE
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.views import BELOW, Button, View, first
from handlers.engine.words import Joined, Text, _, counted
from handlers.menu import MENU
from handlers.people.link import MESSENGERS
from storage import duty, inbox
from storage import outages as kept
from storage.database import Tx

SETTLES = timedelta(minutes=5)
"""So long after an outage nobody is told of it: what waits at a messenger does not come all at once."""
LISTED, LISTED_LATE = 5, 12
NUMBERED = "telegram"
"""The messenger that numbers what it brings one by one."""
WHAT = {
    DIGEST: _("the digest"),
    MORNING: _("the morning message"),
    outages.NOTICE: _("a message"),
}


async def reports(tx: Tx, work: Work, waits: Mapping[str, timedelta], now: datetime) -> list[Message]:
    """To each coordinator whose people it concerns, at most once a day; none while anything waits.

    `waits`: how long each messenger keeps what we do not take.
    """
    over = await kept.untold(tx)
    if not over or now < max(one.until for one in over) + SETTLES or await inbox.next_at(tx) is not None:
        return []
    last = await kept.last_told(tx)
    if last and calendar.local_day(last, work.zone) == calendar.local_day(now, work.zone):
        return []
    number = await kept.told(tx, over, now)
    losses = [
        Loss(name, await _missing(tx, name, over, now), outlasted)
        for name, outlasted in outages.outlasting(over, waits).items()
    ]
    told = []
    for one in work.told_today(await duty.coordinators(tx), now):
        report = await _report(tx, work, one, number, over, losses)
        if one.role == REGIONAL or report.says_something:
            told.append(_shown(work, one, report))
    return told


async def _missing(tx: Tx, channel: str, over: Sequence[Outage], now: datetime) -> int | None:
    return await kept.missing(tx, channel, over[0].since, now) if channel == NUMBERED else None


async def _report(
    tx: Tx, work: Work, me: Person, number: int, over: Sequence[Outage], losses: Sequence[Loss]
) -> Report:
    messages, people, aside = await kept.came_after(tx, me, number, over[0].since)
    late = await _late(tx, work, me, over)
    asked = await kept.asked_of(tx, me, number)
    return Report(number, tuple(over), messages, people, aside, tuple(late), tuple(losses), asked)


async def _late(tx: Tx, work: Work, me: Person, over: Sequence[Outage]) -> list[Late]:
    late: list[Late] = []
    for one in over:
        if one.channel:
            late += await kept.sent_after(tx, me, one)
        else:
            # No older digest is made up for, nor the morning message of another day.
            last = calendar.local_day(one.until, work.zone)
            claimed = await kept.claimed_after(tx, me, one, [last - timedelta(days=1), last])
            late += outages.late_of(claimed, one, time.fromisoformat(work.alert_at), work.zone)
    return sorted(late, key=lambda one: (-one.by, one.who))


def _shown(work: Work, me: Person, report: Report) -> Message:
    more = (Button(_("What came late"), str(report.number), "outage" + BELOW),) if report.late else ()
    aside = (LISTED_HERE,) if report.aside else ()
    rows = tuple(row for row in (more, (*aside, MENU)) if row)
    view = View(tuple(_lines(work.times(me).zone, report)), rows)
    return Message(view, replaces=False, to=me.id, can_wait=True)


def _lines(zone: ZoneInfo, report: Report) -> Iterator[Text]:
    yield from first([_when(zone, one) for one in report.outages], LISTED)
    yield from ("", *_caught_up(report))
    if report.late:
        longest = max(one.by for one in report.late)
        yield counted(
            "{count} summary or notice came late, by {time}.",
            "{count} summaries and notices came late, by up to {time}.",
            len(report.late),
            time=_length(longest),
        )
    yield from _lost(report)


def _when(zone: ZoneInfo, one: Outage) -> Text:
    """On the clock of the reader."""
    since, until = one.since.astimezone(zone), one.until.astimezone(zone)
    values: dict[str, Text] = {"since": f"{since:%d.%m, %H:%M}", "until": f"{until:%d.%m, %H:%M}"}
    if one.channel:
        return _(
            "{messenger} could not be reached from {since} to {until}.", messenger=MESSENGERS[one.channel], **values
        )
    return _("I was stopped from {since} to {until}.", **values)


def _caught_up(report: Report) -> Iterator[Text]:
    if report.messages:
        people = counted("{count} person", "{count} people", report.people)
        yield counted(
            "{count} message sent meanwhile has been answered ({people}).",
            "{count} messages sent meanwhile have been answered ({people}).",
            report.messages,
            people=people,
        )
    else:
        yield _("Nothing sent meanwhile was waiting.")
    if report.aside:
        yield counted(
            "{count} message could not be handled yet and is set aside.",
            "{count} messages could not be handled yet and are set aside.",
            report.aside,
        )


def _lost(report: Report) -> Iterator[Text]:
    if all(one.nothing for one in report.losses):
        yield _("No message was lost.")
    for one in report.losses:
        messenger = MESSENGERS[one.channel]
        if one.missing:
            yield counted(
                "{count} message on {messenger} is lost; whose it was cannot be told.",
                "{count} messages on {messenger} are lost; whose they were cannot be told.",
                one.missing,
                messenger=messenger,
            )
        elif not one.nothing:
            yield _(
                "{messenger} did not keep everything for so long: something may have been lost there.",
                messenger=messenger,
            )
    if report.asked:
        yield counted(
            "{count} person who had been writing was asked to send again what I have not answered.",
            "{count} people who had been writing were asked to send again what I have not answered.",
            report.asked,
        )


def _length(by: timedelta) -> Text:
    minutes = max(1, round(by / timedelta(minutes=1)))
    hours, rest = divmod(minutes, 60)
    parts: list[Text] = [counted("{count} hour", "{count} hours", hours)] if hours else []
    if rest:
        parts.append(counted("{count} minute", "{count} minutes", rest))
    return Joined(parts, " ")


async def came_late(tx: Tx, here: Scene, number: int) -> Message:
    """What came late after the outages of a report, to whom and by how much; what is still set aside opens below."""
    over = await kept.of_report(tx, number) if here.me.coordinates else []
    late = await _late(tx, here.work, here.me, over)
    lines = [_("• {who}: {what}, by {time}", who=one.who, what=WHAT[one.what], time=_length(one.by)) for one in late]
    title = _("What came late:") if lines else _("Nothing came late.")
    aside = (LISTED_HERE,) if here.me.set_aside else ()
    return Message(View((title, *first(lines, LISTED_LATE)), ((*aside, MENU),)), replaces=False)

"""The digest of the last working day of a week: the week in its place, in one message, short enough for a phone.

What a newcomer gets wrong: it takes the place of that day's digest and says what that would have said of the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from casework import charts, weekly
from casework.digest import DayFacts, Digest, Standing
from casework.records import Person
from casework.weekly import DRAWN, Figures, Weekly
from handlers.engine.scene import Chart, Panel, Work
from handlers.engine.views import first
from handlers.engine.words import Joined, Text, Words, _, counted
from handlers.morning.overdue import longest
from handlers.office.season_charts import outcome_series
from storage import charts as counts
from storage import weekly as kept
from storage.database import Tx

NAMED = 6
OUTCOMES_APART = 6
STALE = timedelta(days=10)
"""A digest older than this says nothing of a week ago."""


async def read(tx: Tx, work: Work, me: Person, facts: DayFacts, week_ago: Standing | None) -> Weekly | None:
    """None when there is nothing to say of the week."""
    book, zone = work.catalogue, work.times(me).zone
    weeks = weekly.weeks(facts.day)
    outcomes = await counts.outcomes(tx, me, weeks, zone)
    told = (0, DRAWN - 1, DRAWN)  # a year ago, the week before, this week
    of_these = {(told.index(n), code): count for (n, code), count in outcomes.items() if n in told}
    ago, before, now = await kept.figures(tx, me, book, [weeks[n] for n in told], zone, of_these)
    if now.is_empty and before.is_empty and not facts.overdue:
        return None
    idle = await kept.idle(tx, me, weeks[-1])
    thanked = weekly.ranked(await kept.brought_back(tx, me, book, weeks[-1], zone))
    recent = week_ago if week_ago and facts.day - week_ago.day <= STALE else None
    return Weekly(
        weeks[-1], now, before, None if ago.is_empty else ago,
        {(n - 1, code): count for (n, code), count in outcomes.items() if n},
        facts.overdue, recent.overdue if recent else None, tuple(idle), thanked,
    )  # fmt: skip


def lines(work: Work, week: Weekly, facts: DayFacts, today: Digest | None, reasons: Sequence[Text]) -> Iterator[Text]:
    """Of one message; the late mark is the digest's. `reasons` say why steps were late, since the last digest."""
    yield _("Obhvat, the week {first} – {last}", first=f"{week.week.first:%d.%m}", last=f"{week.week.last:%d.%m.%Y}")
    yield _("In brackets: the week before; a year ago") if week.ago else _("In brackets: the week before")
    yield ""
    yield from _figures(week)
    if facts.muted:
        yield muted(facts.muted)
    if today:
        yield counted("Since the last digest: {count} visit", "Since the last digest: {count} visits", today.visits)
    if today and today.without_owner:
        yield _("Without an owner, neither leader nor coordinator: {count}", count=str(today.without_owner))
    if facts.overdue:
        yield from ("", _("Overdue the longest:"), *longest(work, facts.longest, facts.overdue, facts.day))
    if reasons:
        yield from ("", *reasons)
    if week.idle:
        yield from ("", _("No visit this week: {teams}", teams=Joined(first(week.idle, NAMED))))
    if week.thanked:
        told = counted(
            "{count} child is back at school. Thanks to {who}.",
            "{count} children are back at school. Thanks to {who}.",
            week.now.returned,
            who=Joined(first(week.thanked, NAMED)),
        )
        yield from ("", told)


def muted(count: int) -> Text:
    """Below how many are overdue."""
    return _("Of these, without alerts to you: {count}", count=str(count))


def _figures(week: Weekly) -> Iterator[Text]:
    yield _("Visits: {count}", count=_compared(week, lambda one: one.visits))
    yield _("Somebody was met: {count}", count=_compared(week, lambda one: one.met))
    yield _("Enrolled: {count}", count=_compared(week, lambda one: one.returned))
    yield _("Retained: {count}", count=_compared(week, lambda one: one.retained))
    if any(one and one.promised for one in (week.now, week.before, week.ago)):
        yield _("Promises kept: {count}", count=_compared(week, lambda one: one.kept, _of_promised))
    if any(one and one.first_days for one in (week.now, week.before, week.ago)):
        yield _("Days to the first visit: {count}", count=_compared(week, lambda one: one.median_days))
    yield _("Overdue: {count}", count=_in_brackets(week.overdue, week.overdue_before, [_told(week.overdue_before)]))


Of = Callable[[Figures], int | None]


def _told(count: int | None) -> str:
    return "—" if count is None else str(count)


def _of_promised(one: Figures) -> Text:
    return _("{kept} of {all}", kept=str(one.kept), all=str(one.promised))


def _compared(week: Weekly, of: Of, say: Callable[[Figures], Text] | None = None) -> Text:
    """„31 ↑ (24; 28)“"""
    tell = say or (lambda one: _told(of(one)))
    then = [tell(week.before), *([tell(week.ago)] if week.ago else [])]
    return _in_brackets(of(week.now), of(week.before), then, tell(week.now))


def _in_brackets(now: int | None, before: int | None, then: Sequence[Text], told: Text = "") -> Text:
    shown = Joined([told or _told(now), *([arrow] if (arrow := weekly.trend(now, before)) else [])], " ")
    return _("{count} ({then})", count=shown, then=Joined(then, "; "))


def chart(work: Work, me: Person, week: Weekly) -> Chart | None:
    """The last weeks by outcome; None without a visit in any of them."""
    parts = charts.parts(week.outcomes, DRAWN, OUTCOMES_APART)
    if not parts or not work.charts:
        return None
    words = Words(me.language, week.week.last)
    labels = tuple(f"{one.first:%d.%m}" for one in weekly.weeks(week.week.last)[1:])
    series = outcome_series(work.catalogue, words, parts)
    return Chart(words.say(_("Outcomes by week")), (Panel(labels, series),))

"""What coordinators are told: the daily digest and the table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casework import calendar, digest, escalation
from casework.digest import DayFacts, Digest, Done, Standing
from casework.hours import Times
from casework.records import REGIONAL, Case, Person
from handlers.desk import ways, weekly
from handlers.desk.place import Place
from handlers.desk.ways import Waiting
from handlers.engine.scene import Chart, Message, Panel, Scene, Series, Sheet, Work
from handlers.engine.views import View, first
from handlers.engine.words import FIRST_LANGUAGE, Joined, Labelled, Text, Words, _
from handlers.menu import CASES, MENU
from handlers.morning.overdue import longest, why_late
from handlers.office.season_charts import PLAIN
from storage import areas, aside, cases, claims, duty, lateness, overview, respites
from storage.database import Tx

IN_DIGEST = 5
"""So many lines of a list, so that a digest fits on one screen of a phone; the table has the rest."""
DIGEST = "digest"
IN_TABLE = 20_000
LATE = _("(late: the bot was stopped at your hour)")


async def make_digest(
    tx: Tx, work: Work, me: Person, day: date, since: datetime, until: datetime, *, late: bool, now: datetime
) -> list[Message]:
    """The digest of `day`, claimed so that it is made once; empty when there is nothing to say."""
    times = work.times(me)
    before = await claims.before(tx, DIGEST, me.id, day.isoformat())
    # From where the last digest ended: nothing falls between two of them, whatever the hours were.
    begun = datetime.fromisoformat(before["until"]) if before else min(since, me.accepted_at or since)
    last = await overview.last_visit(tx)
    if not work.calendar.is_working(day) and not await overview.done_between(
        tx, me, max(since, begun), until, after=last
    ):
        return []  # on a free day only its work is news; everything else can wait for a working one
    done = await overview.done_between(tx, me, begun, until, after=before.get("last", last))
    newest = await lateness.last(tx)
    reasons = await lateness.said_between(tx, me, begun, until, after=before.get("lateness", newest))
    facts = await _facts(tx, me, day, done, reasons, _standing(times.zone, before))
    lines, chart = await _week_or_day(tx, work, me, facts, times, late=late)
    kept = {
        "visits": len(done), "overdue": facts.overdue, "late": late, "until": until.isoformat(), "last": last,
        "lateness": newest, **_to_show_again(me, facts, times.today(now), lines),
    }  # fmt: skip
    if not await claims.claim(tx, DIGEST, me.id, day.isoformat(), now, kept) or not lines:
        return []
    return _messages(me, day, kept, await _waiting(tx, me, facts.overdue), chart)


async def _week_or_day(
    tx: Tx, work: Work, me: Person, facts: DayFacts, times: Times, *, late: bool
) -> tuple[list[Text], Chart | None]:
    """On the last of the reader's days in a week the week takes the place of the day; no lines when there is nothing
    to say."""
    told = digest.build(facts)
    if times.is_last_own_day_of_week(facts.day):
        ago = await claims.before(tx, DIGEST, me.id, (facts.day - timedelta(days=6)).isoformat())
        if week := await weekly.read(tx, work, me, facts, _standing(times.zone, ago)):
            title, *rest = weekly.lines(work, week, facts, told, _why_late(work, told) if told else ())
            return [title, *([LATE] if late else []), *rest], weekly.chart(work, me, week)
    return ([*_lines(work, told, late=late)], _chart(work, me, told)) if told else ([], None)


def _to_show_again(me: Person, facts: DayFacts, today: date, lines: Sequence[Text]) -> dict[str, Any]:
    words = Words(me.language or FIRST_LANGUAGE, today)
    return {
        "lines": [words.say(line) for line in lines],
        "cases": [[case.id, case.number] for case in facts.longest],
    }


async def again(tx: Tx, here: Scene, place: Place) -> Message:
    """The digest of a day as it was told; its buttons count what waits now."""
    day = place.day or here.moment.today
    kept = await claims.detail(tx, DIGEST, here.me.id, day.isoformat())
    if not kept and day == here.moment.today and (made := await _since_the_last(tx, here)):
        return replace(made[0], view=made[0].view.with_row(MENU), to=None, kind="", replaces=True)
    _first, overdue = await areas.overdue(tx, here.me, here.moment.today, offset=0, limit=1)
    rows = ways.rows(here.me, day, kept.get("cases", []), await _waiting(tx, here.me, overdue))
    lines = kept.get("lines") or [_("I have no digest of {day} for you.", day=day)]
    return Message(View(tuple(lines), (*rows, (MENU,))))


async def _waiting(tx: Tx, me: Person, overdue: int) -> Waiting:
    return Waiting(overdue, *await aside.waiting_for(tx, me))


async def at_once(tx: Tx, here: Scene) -> list[Message]:
    """The digest to whoever asks for it before its hour; today's then is made. Else what is new since the last one."""
    times, me, now = here.work.times(here.me), here.me, here.moment.at
    day, made = here.moment.today, await _since_the_last(tx, here)
    is_to_come = times.is_told_on(day) and now < times.digest_of(day)
    if made and is_to_come and not await claims.claimed(tx, DIGEST, me.id, day.isoformat()):
        since = calendar.midnight(day, times.zone)
        made = await make_digest(tx, here.work, me, day, since, now, late=False, now=now)
    hour = f"{times.digest_hour:%H:%M}"
    following = _("The next one comes {day} at {hour}.", day=await next_day(tx, me, times, now), hour=hour)
    nothing = Message(View((_("There is nothing to tell yet."), following), ((MENU,),)))
    return [replace(one, to=None, kind="") for one in made] or [nothing]


async def next_day(tx: Tx, me: Person, times: Times, now: datetime) -> date:
    """When the next digest comes; today's may have been asked for already."""
    day = times.next_digest(now)
    had = day == times.today(now) and await claims.claimed(tx, DIGEST, me.id, day.isoformat())
    return times.next_digest(times.digest_of(day)) if had else day


async def _since_the_last(tx: Tx, here: Scene) -> list[Message]:
    """Claimed by nobody: the next digest tells it again."""
    me, now, day = here.me, here.moment.at, here.moment.today
    before = await claims.before(tx, DIGEST, me.id, (day + timedelta(days=1)).isoformat())
    since = datetime.fromisoformat(before["until"]) if before else me.accepted_at or now
    done = await overview.done_between(tx, me, since, now, after=before.get("last", await overview.last_visit(tx)))
    reasons = await lateness.said_between(
        tx, me, since, now, after=before.get("lateness", await lateness.last(tx))
    )  # fmt: skip
    facts = await _facts(tx, me, day, done, reasons, _standing(here.zone, before))
    told = digest.build(facts)
    if told is None:
        return []
    kept = _to_show_again(me, facts, day, [*_lines(here.work, told, late=False)])
    return _messages(me, day, kept, await _waiting(tx, me, facts.overdue), _chart(here.work, me, told))


def _standing(zone: ZoneInfo, kept: dict[str, Any]) -> Standing | None:
    if not kept:
        return None
    day = calendar.local_day(datetime.fromisoformat(kept["until"]), zone)
    return Standing(day, kept["visits"], kept["overdue"])


async def _facts(
    tx: Tx, me: Person, day: date, done: Sequence[Done], reasons: Sequence[str], before: Standing | None
) -> DayFacts:
    total, visited = await cases.counts(tx, me)
    late = await overview.overdue_held(tx, me, day)
    longest = await cases.overdue(tx, me, day, IN_DIGEST) if late else []
    alone = escalation.without_owner(late, await duty.leading(tx)) if late and me.role == REGIONAL else 0
    overdue = sum(held.count for held in late)
    muted = await respites.overdue_muted(tx, me, day) if late else 0
    return DayFacts(day, tuple(done), overdue, tuple(longest), before, total, visited, alone, tuple(reasons), muted)


def _messages(me: Person, day: date, kept: Mapping[str, Any], waiting: Waiting, chart: Chart | None) -> list[Message]:
    view = View(tuple(kept["lines"]), ways.rows(me, day, kept["cases"], waiting))
    messages = [Message(view, replaces=False, to=me.id, kind=DIGEST)]
    if chart:
        messages.append(Message(View(()), replaces=False, to=me.id, attachment=chart, kind="digest.chart"))
    return messages


def _chart(work: Work, me: Person, told: Digest) -> Chart | None:
    if not (told.teams and work.charts):
        return None
    words = Words(me.language, told.day)
    title = words.say(_("Visits by team, {day}", day=f"{told.day:%d.%m.%Y}"))
    visits = Series("", tuple(float(count) for _name, count in told.teams), PLAIN)
    return Chart(title, (Panel(tuple(words.say(_team(name)) for name, _count in told.teams), (visits,)),), lying=True)


def _lines(work: Work, told: Digest, *, late: bool) -> Iterator[Text]:
    """The figures first, then what needs somebody, then what was done; an empty line between the parts."""
    yield _("Obhvat, {day}", day=f"{told.day:%d.%m.%Y}")
    if late:
        yield LATE
    yield from ("", *_figures(told, late=late))
    if told.overdue:
        yield from ("", _("Overdue the longest:"), *longest(work, told.longest, told.overdue, told.day))
    if reasons := _why_late(work, told):
        yield from ("", *reasons)
    if told.visits:
        teams = [Joined([_team(name), f" ({count})"], "") for name, count in told.teams]
        yield from ("", _("Visits by team: {teams}", teams=Joined(first(teams, IN_DIGEST))))
        yield from ("", _("How they ended:"), *first(_counts(work.catalogue.outcomes, told.outcomes), IN_DIGEST))


def _why_late(work: Work, told: Digest) -> list[Text]:
    if not told.lateness:
        return []
    return [_("Why they were late:"), *first(_counts(work.catalogue.late, told.lateness), IN_DIGEST)]


def _figures(told: Digest, *, late: bool) -> Iterator[Text]:
    visits, overdue = told.visits, told.overdue
    if before := told.before:
        yesterday = not late and told.day - before.day == timedelta(days=1)
        since: Text = _("yesterday") if yesterday else before.day
        yield _("Visits: {count}", count=_compared(visits, before.visits, since))
        yield _("Overdue: {count}", count=_compared(overdue, before.overdue, since))
    else:
        yield _("Visits: {count}", count=str(visits))
        yield _("Overdue: {count}", count=str(overdue))
    if told.muted:
        yield weekly.muted(told.muted)
    if told.without_owner:
        yield _("Without an owner, neither leader nor coordinator: {count}", count=str(told.without_owner))
    yield _("Visited at least once: {percent} of the cases", percent=f"{told.visited_percent} %")


def _compared(count: int, earlier: int, since: Text) -> Text:
    change = str(abs(count - earlier))
    if count == earlier:
        return _("{count}, no change since {day}", count=str(count), day=since)
    if count > earlier:
        return _("{count}, {change} more than {day}", count=str(count), change=change, day=since)
    return _("{count}, {change} fewer than {day}", count=str(count), change=change, day=since)


def _counts(words: Mapping[str, Labelled], counts: Sequence[tuple[str, int]]) -> list[Text]:
    return [_("• {outcome}: {count}", outcome=words[code], count=str(count)) for code, count in counts]


def _team(name: str) -> Text:
    return name or _("without a team")


async def table(tx: Tx, here: Scene) -> Message:
    """All the cases one may see, without names."""
    if not here.me.coordinates:
        return Message(View((_("Only coordinators get the table."),), ((MENU,),)))
    listed, _total = await cases.due_first(tx, here.me, here.moment.today, offset=0, limit=IN_TABLE)
    sheet = sheet_of(here, f"obhvat-{here.moment.today.isoformat()}.xlsx", listed)
    # Under a file only where the buttons are the chat's: there it takes those of the digest away.
    return Message(View((), ((CASES, MENU),)), replaces=False, attachment=sheet)


def sheet_of(here: Scene, name: str, listed: Sequence[Case]) -> Sheet:
    """Without names, streets and years of birth."""
    book, words = here.work.catalogue, Words(here.me.language, here.moment.today)
    header = [
        _("Case"),
        _("Group"),
        _("Municipality"),
        _("Settlement"),
        _("Team"),
        _("Status"),
        _("Next step"),
        _("Due"),
        _("Why late"),
    ]
    rows = [
        (
            case.number, words.say(book.groups[case.group]), case.municipality, case.settlement, case.holder,
            words.say(book.statuses[case.status]), words.say(book.steps[case.next_step]),
            case.due_on.isoformat() if case.due_on else "",
            words.say(Joined(why_late(book, case))),
        )
        for case in listed
    ]  # fmt: skip
    return Sheet(name, tuple(words.say(one) for one in header), tuple(rows))

"""What coordinators are told: the daily digest and the table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from casework import calendar, digest, escalation
from casework.digest import DayFacts, Digest, Done, Standing
from casework.records import REGIONAL, Case, Person
from handlers.engine.scene import Chart, Message, Panel, Scene, Series, Sheet, Work
from handlers.engine.views import Button, View, first
from handlers.engine.words import Joined, Labelled, Text, Words, _
from handlers.menu import CASES, CHARTS_BELOW, MENU
from handlers.morning.overdue import CASES_BELOW, overdue_lines, why_late
from handlers.office.season_charts import PLAIN
from storage import cases, claims, lateness, overview, people, respites
from storage.database import Tx

IN_DIGEST = 5
"""So many lines of a list, so that a digest fits on one screen of a phone; the table has the rest."""
DIGEST = "digest"
IN_TABLE = 20_000


async def make_digest(
    tx: Tx, work: Work, me: Person, day: date, since: datetime, until: datetime, *, late: bool, now: datetime
) -> list[Message]:
    """The digest of `day`, claimed so that it is made once; empty when there is nothing to say."""
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
    facts = await _facts(tx, me, day, done, reasons, _standing(work, before))
    kept = {
        "visits": len(done), "overdue": len(facts.overdue), "late": late, "until": until.isoformat(), "last": last,
        "lateness": newest,
    }  # fmt: skip
    if not await claims.claim(tx, DIGEST, me.id, day.isoformat(), now, kept):
        return []
    told = digest.build(facts)
    return _shown(work, me, told, late=late) if told else []


def _standing(work: Work, kept: dict[str, Any]) -> Standing | None:
    if not kept:
        return None
    day = calendar.local_day(datetime.fromisoformat(kept["until"]), work.zone)
    return Standing(day, kept["visits"], kept["overdue"])


async def _facts(
    tx: Tx, me: Person, day: date, done: Sequence[Done], reasons: Sequence[str], before: Standing | None
) -> DayFacts:
    total, visited = await cases.counts(tx, me)
    late = await cases.overdue(tx, me, day)
    alone = escalation.without_owner(late, await people.roster(tx)) if me.role == REGIONAL else 0
    muted = await respites.muted(tx, me, day)
    hushed = sum(case.id in muted for case in late)
    return DayFacts(day, tuple(done), tuple(late), before, total, visited, alone, tuple(reasons), hushed)


def _shown(work: Work, me: Person, told: Digest, *, late: bool) -> list[Message]:
    words = Words(me.language, told.day)
    rows = (
        (Button(_("The full table (xlsx)"), told.day.isoformat(), "table"),),
        (CASES_BELOW, CHARTS_BELOW),
    )
    messages = [Message(View(tuple(_lines(work, told, late=late)), rows), replaces=False, to=me.id, kind=DIGEST)]
    if told.teams and work.charts:
        chart = _chart(words, told)
        messages.append(Message(View(()), replaces=False, to=me.id, attachment=chart, kind="digest.chart"))
    return messages


def _chart(words: Words, told: Digest) -> Chart:
    title = words.say(_("Visits by team, {day}", day=f"{told.day:%d.%m.%Y}"))
    visits = Series("", tuple(float(count) for _name, count in told.teams), PLAIN)
    return Chart(title, (Panel(tuple(words.say(_team(name)) for name, _count in told.teams), (visits,)),), lying=True)


def _lines(work: Work, told: Digest, *, late: bool) -> Iterator[Text]:
    """The figures first, then what needs somebody, then what was done; an empty line between the parts."""
    yield _("Obhvat, {day}", day=f"{told.day:%d.%m.%Y}")
    if late:
        yield _("(late: the bot was stopped at your hour)")
    yield from ("", *_figures(told, late=late))
    if told.overdue:
        yield from ("", _("Overdue the longest:"), *overdue_lines(work, told.overdue, told.day, IN_DIGEST))
    if told.lateness:
        yield from ("", _("Why they were late:"), *first(_counts(work.catalogue.late, told.lateness), IN_DIGEST))
    if told.visits:
        teams = [Joined([_team(name), f" ({count})"], "") for name, count in told.teams]
        yield from ("", _("Visits by team: {teams}", teams=Joined(first(teams, IN_DIGEST))))
        yield from ("", _("How they ended:"), *first(_counts(work.catalogue.outcomes, told.outcomes), IN_DIGEST))


def _figures(told: Digest, *, late: bool) -> Iterator[Text]:
    visits, overdue = told.visits, len(told.overdue)
    if before := told.before:
        yesterday = not late and told.day - before.day == timedelta(days=1)
        since: Text = _("yesterday") if yesterday else before.day
        yield _("Visits: {count}", count=_compared(visits, before.visits, since))
        yield _("Overdue: {count}", count=_compared(overdue, before.overdue, since))
    else:
        yield _("Visits: {count}", count=str(visits))
        yield _("Overdue: {count}", count=str(overdue))
    if told.muted:
        yield _("Of these, without alerts to you: {count}", count=str(told.muted))
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

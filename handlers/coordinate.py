"""What coordinators are told: the daily digest, the table behind it, and overdue cases whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from casework import digest, escalation
from casework.digest import DayFacts, Digest, Done
from casework.escalation import Roster
from casework.records import REGIONAL, Case, Person
from handlers.menu import MENU
from handlers.scene import Chart, Message, Scene, Sheet, Work
from handlers.views import Button, View
from handlers.words import Text, Words, _, counted
from storage import cases, claims, overview, people
from storage.database import Tx

OVERDUE_LISTED = 8
DIGEST = "digest"


async def make_digest(
    tx: Tx, work: Work, me: Person, day: date, since: datetime, until: datetime, *, late: bool, now: datetime
) -> list[Message]:
    """The digest of `day`, claimed so that it is made once; empty when there is nothing to say."""
    before = await claims.before(tx, DIGEST, me.id, day.isoformat())
    # From where the last digest ended: nothing falls between two of them, whatever the hours were.
    if "until" in before:
        since = datetime.fromisoformat(before["until"])
    elif me.accepted_at:
        since = min(since, me.accepted_at)
    last = await overview.last_visit(tx)
    done = await overview.done_between(tx, me, since, until, after=before.get("last", last))
    facts = await _facts(tx, me, day, done, before)
    kept = {"visits": len(done), "overdue": len(facts.overdue), "late": late, "until": until.isoformat(), "last": last}
    if not await claims.claim(tx, DIGEST, me.id, day.isoformat(), now, kept):
        return []
    told = digest.build(facts)
    return _shown(work, me, told, late=late) if told else []


async def _facts(tx: Tx, me: Person, day: date, done: Sequence[Done], before: dict[str, Any]) -> DayFacts:
    total, visited = await cases.counts(tx, me)
    late = await cases.overdue(tx, me, day)
    alone = escalation.without_owner(late, Roster(await people.on_duty(tx))) if me.role == REGIONAL else 0
    return DayFacts(
        day, tuple(done), before.get("visits", 0), tuple(late), before.get("overdue", 0), total, visited, alone
    )  # fmt: skip


def _shown(work: Work, me: Person, told: Digest, *, late: bool) -> list[Message]:
    words = Words(me.language, told.day)
    lines: list[Text] = [_("Obhvat, {day}", day=f"{told.day:%d.%m.%Y}")]
    if late:
        lines.append(_("(late: the bot was stopped at your hour)"))
    lines += [
        _("Visits: {count} ({change} since the day before)", count=str(told.visits), change=f"{told.change:+d}"),
        *(f"  {team or '—'}: {count}" for team, count in told.teams),
        *(_("  {outcome}: {count}", outcome=work.catalogue.outcomes[c], count=str(n)) for c, n in told.outcomes),
        _("Visited at least once: {percent} of the cases", percent=f"{told.visited_percent} %"),
        _("Overdue: {count} ({change})", count=str(len(told.overdue)), change=f"{told.overdue_change:+d}"),
        *overdue_lines(work, told.overdue, told.day),
    ]
    if told.without_owner:
        lines.append(_("Without an owner, neither leader nor coordinator: {count}", count=str(told.without_owner)))
    rows = (
        (Button(_("The full table (xlsx)"), told.day.isoformat(), "table"),),
        (Button(_("My cases"), "0", "cases"),),
    )
    messages = [Message(View(tuple(lines), rows), replaces=False, to=me.id, kind=DIGEST)]
    if told.teams:
        names, values = zip(*told.teams, strict=True)
        title = words.say(_("Visits by team, {day}", day=f"{told.day:%d.%m.%Y}"))
        chart = Chart(title, tuple(names), tuple(values))
        messages.append(Message(View(()), replaces=False, to=me.id, attachment=chart, kind="digest.chart"))
    return messages


def overdue_lines(work: Work, late: Sequence[Case], today: date) -> list[Text]:
    """Oldest first, who holds it, and how long; no name and no street."""
    lines: list[Text] = [
        counted(
            "  {case}, {place} · {holder} · {count} day · {step}",
            "  {case}, {place} · {holder} · {count} days · {step}",
            (today - case.due_on).days if case.due_on else 0,
            case=case.number,
            place=case.settlement or case.municipality,
            holder=case.holder or "—",
            step=work.catalogue.steps[case.next_step],
        )
        for case in late[:OVERDUE_LISTED]
    ]
    more = len(late) - OVERDUE_LISTED
    return [*lines, counted("  and {count} more", "  and {count} more", more)] if more > 0 else lines


def alert(work: Work, me: Person, late: Sequence[Case], today: date) -> Message:
    title = counted("{count} overdue case waits for you:", "{count} overdue cases wait for you:", len(late))
    buttons = tuple(
        (Button(_("{case}: open", case=case.number), str(case.id), "card"),) for case in late[:OVERDUE_LISTED]
    )
    return Message(View((title, *overdue_lines(work, late, today)), buttons), replaces=False, to=me.id)


async def table(tx: Tx, here: Scene) -> Message:
    """All the cases one may see, without names."""
    if not here.me.coordinates:
        return Message(View((_("Only coordinators get the table."),), ((MENU,),)))
    book, words = here.work.catalogue, Words(here.me.language, here.moment.today)
    listed, _total = await cases.due_first(tx, here.me, here.moment.today, offset=0, limit=20_000)
    header = [
        _("Case"),
        _("Group"),
        _("Municipality"),
        _("Settlement"),
        _("Team"),
        _("Status"),
        _("Next step"),
        _("Due"),
    ]
    rows = [
        (
            case.number, words.say(book.groups[case.group]), case.municipality, case.settlement, case.holder,
            words.say(book.statuses[case.status]), words.say(book.steps[case.next_step]),
            case.due_on.isoformat() if case.due_on else "",
        )
        for case in listed
    ]  # fmt: skip
    sheet = Sheet(f"obhvat-{here.moment.today.isoformat()}.xlsx", tuple(words.say(one) for one in header), tuple(rows))
    return Message(View(()), replaces=False, attachment=sheet)

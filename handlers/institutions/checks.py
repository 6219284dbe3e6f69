"""Whether an enrolled child attends: asked of the school's people in one message a morning, or of the team on the card.

What a newcomer gets wrong: a check whose school has nobody to be told is made too, and is the step of the team. What is
tapped is answered in `handlers/institutions/checked.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from casework import calendar, dates, life, numbers
from casework.catalogue import Catalogue
from casework.records import DEADLINE, Case, Cause, NextStep, Person, Referral
from handlers.engine.listing import Item, Listing, Part
from handlers.engine.replies import number
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.views import Button, View
from handlers.engine.words import Joined, Text, _, counted
from handlers.menu import MENU
from storage import because, cases, checks, claims, duty, referrals
from storage.because import Tie
from storage.checks import Asked
from storage.database import Tx

JOB, ABSENCES = "checks", "absences"
LISTED = 8
ON_CARD = "card"
SEND_LIST = _(
    "The absences of last month are filed. Is anybody new in the at-risk list? "
    "Please send it to the team leader or to the coordinator."
)


@dataclass(frozen=True)
class Page:
    """A part of what was asked on the morning of `day`; without a day, of all that has no answer."""

    day: str = ""
    offset: int = 0

    @property
    def token(self) -> str:
        return f"{self.day}_{self.offset}"

    def at(self, offset: int) -> Page:
        return replace(self, offset=max(0, offset))


def page_of(token: str) -> Page:
    """Whatever is none is the list of all."""
    written, _between, offset = token.partition("_")
    day = dates.from_iso(written)
    return Page(day.isoformat() if day else "", number(offset, 0, longest=5))


async def morning(tx: Tx, work: Work, today: date, now: datetime) -> list[Message]:
    """Makes the checks that are due, and tells each of the school's people of theirs: when one is asked, and once
    more on the last day for its answer."""
    await _ask(tx, work, today, now)
    waiting = defaultdict(list)
    for person_id, check in await checks.to_read(tx):
        waiting[person_id].append(check)
    rules, told = work.catalogue.retention, []
    for me in work.told_today(await duty.at_institution(tx, rules.institution), now):
        if await claims.claimed(tx, JOB, me.id, today.isoformat()):
            continue
        own = [check for check in waiting[me.id] if await _is_told(tx, me, check, today, now)]
        wants_list = await _list_is_due(tx, work, me, today, now)
        if own or wants_list:
            await claims.claim(tx, JOB, me.id, today.isoformat(), now, {"checks": [check.id for check in own]})
            listing = _asked_today(work, own, Page(today.isoformat()), today, wants_list=wants_list)
            told.append(Message(listing.view(), replaces=False, to=me.id, listing=listing))
    return told


def _asked_today(work: Work, own: Sequence[Asked], page: Page, today: date, *, wants_list: bool) -> Listing:
    send = Part("", (Item(SEND_LIST),), 1)
    if not own:
        return Listing((send,), ways=((MENU,),))
    items = [
        Item(
            _line(work, one, today),
            _answers(work.catalogue, one, own[:LISTED], page),
            (Tie(because.REFERRAL, str(one.id), one.answer_by.isoformat()),),
        )
        for one in own
    ]
    asked = Part(_asks(len(own)), tuple(items), LISTED, counts_more=False)
    parts = (*((send,) if wants_list else ()), asked)
    return Listing(parts, more=tuple(_turns(own, page)), ways=((_who(page), MENU),))


async def _ask(tx: Tx, work: Work, today: date, now: datetime) -> None:
    rules = work.catalogue.retention
    asked = await checks.readable(tx)
    for case in await cases.observed_due(tx, rules.status, today):
        if case.waits_for in asked:
            continue  # most of them: their school has been asked and may still answer
        check = await referrals.open_check(tx, case.id)
        if check is None:
            days = life.check_of(work.catalogue, case.enrolled_on or today, today)
            if days <= await checks.last_asked(tx, case.id):
                continue  # what is due is no check: somebody has decided on another step
            until = work.school_days.add(today, rules.answer_days)
            check = await checks.ask(tx, case, rules.institution, days, until, now)
        await hand(tx, work, case, check, Cause(DEADLINE, check.id), now)


async def hand(tx: Tx, work: Work, case: Case, check: Referral, cause: Cause, now: datetime) -> None:
    """The check is the school's while anybody can be told of it there, with the days for an answer; else the team's.

    Whoever owes it anew has been told of nothing yet, so the case moves like any other. What a person has decided upon
    in its place stays; the check may be answered beside it.
    """
    if not life.owes_check(work.catalogue, case):
        return
    readers = await referrals.readers(tx, check.id)
    if readers and case.waits_for != check.id:
        await cases.advance(tx, case, life.asked_of(case, check.id, check.answer_by), cause, now)
    elif not readers and case.waits_for == check.id:
        await cases.advance(tx, case, replace(life.same(case), waits_for=None), cause, now)


async def _is_told(tx: Tx, me: Person, check: Asked, today: date, now: datetime) -> bool:
    job = f"check {check.id}"
    if await claims.claim(tx, job, me.id, "asked", now, {}):
        return True
    return today >= check.answer_by and await claims.claim(tx, job, me.id, "reminded", now, {})


async def _list_is_due(tx: Tx, work: Work, me: Person, today: date, now: datetime) -> bool:
    """Once a month between the two windows, to whoever has children under observation."""
    rules = work.catalogue.retention
    filed = work.calendar.on_or_after(today.replace(day=rules.filed[1]) + timedelta(days=1))
    if not filed <= today < today.replace(day=rules.stopped[0]):
        return False
    if await claims.claimed(tx, ABSENCES, me.id, f"{today:%Y-%m}"):
        return False
    observed = await cases.count_of(tx, rules.status, me.municipality)
    return observed > 0 and await claims.claim(tx, ABSENCES, me.id, f"{today:%Y-%m}", now, {})


async def listed(tx: Tx, here: Scene, page: Page) -> View:
    """What was asked that morning, with the answers that it has by now; the buttons of the others."""
    return _view(here.work, await _of(tx, here.me, page), page, here.moment.today)


async def _of(tx: Tx, me: Person, page: Page) -> list[Asked]:
    if not page.day:
        return [check for _reader, check in await checks.to_read(tx, me.id)]
    return await checks.of_institution(tx, me, (await claims.detail(tx, JOB, me.id, page.day)).get("checks", ()))


def _view(work: Work, asked: Sequence[Asked], page: Page, today: date) -> View:
    shown = asked[page.offset : page.offset + LISTED]
    waiting = [one for one in shown if one.is_open]
    rows = tuple(_answers(work.catalogue, one, shown, page) for one in waiting)
    others = (_who(page),) if waiting else ()
    view = View(tuple(_told(work, asked, shown, today)), rows).with_row(*_turns(asked, page))
    return view.with_row(*others, MENU)


def _who(page: Page) -> Button:
    return Button(_("Who are they?"), page.token, "check_others")


def _asks(count: int) -> Text:
    return counted("{count} enrolled child: does it attend?", "{count} enrolled children: do they attend?", count)


def _told(work: Work, asked: Sequence[Asked], shown: Sequence[Asked], today: date) -> Iterator[Text]:
    count = sum(one.is_open for one in asked)
    if count:
        yield _asks(count)
    else:
        yield _("All of these have their answer. Thank you.") if asked else _("No child waits for your answer.")
    yield from (_line(work, one, today) for one in shown)


def _line(work: Work, one: Asked, today: date) -> Text:
    if not one.is_open:
        return Joined(["✓ ", answered(work.catalogue, one)], "")
    line = counted(
        "• {case}, {place} · {count} day after the enrolment",
        "• {case}, {place} · {count} days after the enrolment",
        one.days,
        case=one.number,
        place=one.place,
    )
    asked_on = calendar.local_day(one.asked_at, work.zone)
    return line if asked_on == today else Joined([line, _("asked {day}", day=asked_on)], " · ")


def answered(book: Catalogue, one: Asked) -> Text:
    """What became of a check that is no longer open."""
    if one.answer not in book.checks:
        return _("{case}: no longer asked", case=one.number)
    check = book.checks[one.answer]
    if not check.counts:
        return _("{case}: {answer}", case=one.number, answer=check)
    days = round(one.absent)
    return counted(
        "{case}: {answer}, {count} day", "{case}: {answer}, {count} days", days, case=one.number, answer=check
    )


def _answers(book: Catalogue, one: Asked, shown: Sequence[Asked], page: Page) -> tuple[Button, ...]:
    number = short(one, shown)
    return tuple(
        Button(_("{case}: {answer}", case=number, answer=check), f"{one.id}.{check.code}.{page.token}", "check")
        for check in book.checks.values()
    )


def short(one: Asked, among: Sequence[Asked]) -> str:
    """Its number; without the letters, where all have the same, because three such buttons stand in a row."""
    letters = {other.number.partition("-")[0] for other in among}
    query = numbers.read(one.number)
    return str(query.running) if query and len(letters) == 1 else one.number


def _turns(asked: Sequence[Asked], page: Page) -> Iterator[Button]:
    if page.offset:
        yield Button(_("← Earlier"), page.at(page.offset - LISTED).token, "checks")
    if more := max(0, len(asked) - page.offset - LISTED):
        yield Button(counted("{count} more →", "{count} more →", more), page.at(page.offset + LISTED).token, "checks")


async def others(tx: Tx, here: Scene, page: Page) -> View:
    """Who these children are, and of which the school knows nothing."""
    asked = (await _of(tx, here.me, page))[page.offset : page.offset + LISTED]
    said = _(
        "The name is shown for ten minutes, and it is recorded that you saw it. "
        "A child that is not with you is asked of the others, or of the team."
    )
    rows = tuple(_known(one, page) for one in asked if one.is_open)
    return View((said,), (*rows, (Button(_("← Back"), page.token, "checks"), MENU)))


def _known(one: Asked, page: Page) -> tuple[Button, ...]:
    name = (Button(_("{case}: name", case=one.number), str(one.case_id), "name"),) if one.sealed else ()
    return (*name, Button(_("{case} is not ours", case=one.number), f"{one.id}.{page.token}", "check_not"))


async def on_card(tx: Tx, here: Scene, case: Case) -> View:
    """The question of the check that is open, for the card of its case; empty when there is none."""
    check = await referrals.open_check(tx, case.id)
    if check is None or check.check_day is None:
        return View(())
    said: list[Text] = [
        counted(
            "Does the child attend? It is {count} day after the enrolment.",
            "Does the child attend? It is {count} days after the enrolment.",
            check.check_day,
        )
    ]
    if case.waits_for == check.id:
        said.append(_("The school was asked {day}.", day=calendar.local_day(check.asked_at, here.zone)))
    row = tuple(Button(one, f"{check.id}.{one.code}.{ON_CARD}", "check") for one in here.work.catalogue.checks.values())
    return View(tuple(said), (row,))


async def after_visit(tx: Tx, work: Work, me: Person, case: Case, step: NextStep, now: datetime) -> NextStep:
    """What is owed after a visit. One that finds an enrolled child still enrolled leaves the checks as they are; where
    the team was to look, it has looked."""
    if case.enrolled_on is None or step.enrolled_on is None:
        return step
    check, today = await referrals.open_check(tx, case.id), calendar.local_day(now, work.zone)
    if check is None:
        made = await checks.last_asked(tx, case.id)
        return life.asked_on(work.catalogue, work.calendar, case, made, today)
    if case.waits_for == check.id:
        return life.same(case)
    good = next(one for one in work.catalogue.checks.values() if one.good)
    await referrals.answer(tx, me, check, good.code, now)
    return life.checked(work.catalogue, work.calendar, case, good, 0, today, asked=check.check_day or 0) or step


async def after_correction(tx: Tx, case: Case, step: NextStep) -> NextStep:
    """The same for a corrected report: what was asked already is not asked again."""
    if case.enrolled_on and step.enrolled_on and await checks.last_asked(tx, case.id):
        return life.same(case)
    return step

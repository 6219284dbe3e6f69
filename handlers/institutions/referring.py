"""Referrals as a visit makes and withdraws them, whom they are told to, and who hears of their answers.

What a newcomer gets wrong: a referral is made also where nobody can read it here; then the step stays the team's, and
they write the answer down at the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casework import calendar, life, steps
from casework import referrals as rules
from casework.catalogue import Catalogue
from casework.life import Asked
from casework.records import OPEN, WITHDRAWN, Case, NextStep, Referral, Visit, VisitReport
from handlers.engine.scene import Message, Work
from handlers.engine.views import View
from handlers.engine.words import Joined, Text, _
from handlers.institutions.asked import asked_for, audience, audiences, next_step, notice, of_case
from handlers.menu import MENU
from storage import referrals, visits
from storage.database import Tx


@dataclass(frozen=True)
class Followed:
    """What the case owes when its institutions were asked; what the receipt adds; what goes to others."""

    step: NextStep
    awaits: str = ""
    """The institution that the case waits for."""
    lines: tuple[Text, ...] = ()
    told: tuple[Message, ...] = ()

    def owed(self, book: Catalogue) -> Text:
        return next_step(book, self.step.step, self.step.due_on, self.awaits)


async def after_visit(tx: Tx, work: Work, case: Case, visit: Visit, step: NextStep, now: datetime) -> Followed:
    """Asks whom the visit refers to, and no longer those whom it makes needless. `step` is where it led the case."""
    wanted = life.referred(work.catalogue, (*visit.report.measures, *step.refers))
    open_ = await referrals.open_of(tx, case.id)
    if not wanted and not open_:
        return Followed(step, await awaited(tx, step))
    gone = [
        one
        for one in open_
        if one.measure not in wanted
        and (step.due_on is None or rules.is_outlived(work.catalogue, one.measure, visit.report.outcome))
    ]
    return await _changed(tx, work, case, visit, step, wanted=wanted, gone=gone, now=now)


async def after_correction(
    tx: Tx, work: Work, case: Case, done: Sequence[Visit], corrected: Visit, step: NextStep, now: datetime
) -> Followed:
    """The same once a report reads otherwise: `done` are the visits of the case, and `step` where they lead it.

    Only what visits made is withdrawn, and only where its measure is gone; all of it when the case is closed by it.
    """
    wanted = {
        visit.id: _refers(work, [one.report for one in done[: place + 1]]) for place, visit in enumerate(done)
    }  # fmt: skip
    asking = wanted.get(corrected.id, ())
    if done and corrected.id in wanted and corrected.id != done[-1].id:
        # What an older visit led to of itself is past; what was put down in it is not.
        asking = life.referred(work.catalogue, corrected.report.measures)
    gone = [
        one
        for one in await referrals.open_of(tx, case.id)
        if (step.due_on is None and one.measure not in asking)
        or (one.visit_id is not None and one.measure not in wanted.get(one.visit_id, ()))
    ]
    return await _changed(tx, work, case, corrected, step, wanted=asking, gone=gone, now=now)


async def as_decided(tx: Tx, step: NextStep, later: NextStep) -> NextStep:
    """The step with what answers and people decided after the visits; unless that waits for what is asked no more."""
    decided = life.brought_on(step, later)
    waited = decided.waits_for and await referrals.for_rules(tx, decided.waits_for)
    return step if waited and waited.state != OPEN else decided


async def awaited(tx: Tx, step: NextStep) -> str:
    """The institution that the step waits for; empty when it is the team's."""
    return "" if step.waits_for is None else (await referrals.for_rules(tx, step.waits_for)).institution


def _refers(work: Work, reports: Sequence[VisitReport]) -> tuple[str, ...]:
    """The measures of the last of these visits, with those that follow of themselves."""
    led_to = steps.after_all(work.catalogue, work.calendar, reports)
    return life.referred(work.catalogue, (*reports[-1].measures, *led_to.refers))


async def _changed(
    tx: Tx, work: Work, case: Case, visit: Visit, step: NextStep, *,
    wanted: Sequence[str], gone: Sequence[Referral], now: datetime,
) -> Followed:  # fmt: skip
    told = await withdraw(tx, work, gone, visit.reporter_id, now)
    new = await _ask(tx, work, case, visit, wanted, now)
    heard, unheard = list[Referral](), list[Referral]()
    asked = list[Asked]()
    open_ = await referrals.open_of(tx, case.id)
    readers = await audiences(tx, work.catalogue, open_)
    for one in open_:
        if readers[one.id] and one.measure in step.refers:
            asked.append(Asked(one.id, one.answer_by))
        if one.id in new:
            (heard if readers[one.id] else unheard).append(one)
            told += [await notice(tx, work, one, reader) for reader in readers[one.id]]
    step = life.waiting(work.catalogue, step, asked)
    lines = _receipt(work.catalogue, heard, unheard, gone)
    return Followed(step, await awaited(tx, step), tuple(lines), tuple(told))


async def _ask(tx: Tx, work: Work, case: Case, visit: Visit, wanted: Sequence[str], now: datetime) -> list[int]:
    """What is not asked already, and was not answered already to the same visit.

    What was asked and is late is asked again, with a new deadline: else the case would wait for a day that has passed.
    """
    open_ = {one.measure: one for one in await referrals.open_of(tx, case.id)}
    answered = {one.measure for one in await referrals.made_by(tx, visit.id) if _stands(one, case)}
    today = calendar.local_day(now, work.zone)
    new = []
    for code in wanted:
        by = life.answer_by(work.catalogue, work.calendar, code, today)
        if code in open_:
            if open_[code].answer_by < today:
                await referrals.renew(tx, open_[code], by, visit.id, visit.reporter_id, now)
                new.append(open_[code].id)
        elif code not in answered:
            institution = work.catalogue.measures[code].institution
            new.append(
                await referrals.ask(
                    tx, case.id, institution, by, now, asked_by=visit.reporter_id, visit_id=visit.id, measure=code
                )
            )
    return new


def _stands(one: Referral, case: Case) -> bool:
    return one.case_id == case.id and one.state != WITHDRAWN


def _receipt(
    book: Catalogue, heard: Sequence[Referral], unheard: Sequence[Referral], gone: Sequence[Referral]
) -> list[Text]:
    lines: list[Text] = []
    if heard:
        lines.append(_("Asked: {measures}. The answer comes here.", measures=_measures(book, heard)))
    lines += [_outside(_measures(book, these), urgent=urgent) for these, urgent in _parted(book, unheard)]
    if gone:
        lines.append(_("No longer asked: {measures}.", measures=_measures(book, gone)))
    return lines


def _parted(book: Catalogue, unheard: Sequence[Referral]) -> Iterator[tuple[list[Referral], bool]]:
    """What is urgent, and what is not."""
    for urgent in (True, False):
        if these := [one for one in unheard if rules.is_urgent(book, one.measure) == urgent]:
            yield these, urgent


def _outside(measures: Text, *, urgent: bool) -> Text:
    if urgent:
        return _(
            "Nobody who can read it here: {measures}. Call them now, and write the answer down at the case.",
            measures=measures,
        )
    return _(
        "Nobody who can read it here: {measures}. Ask on paper or by telephone, and write the answer down at the case.",
        measures=measures,
    )


def _measures(book: Catalogue, asked: Sequence[Referral]) -> Text:
    return Joined([asked_for(book, one) for one in asked], "; ")


async def withdraw(tx: Tx, work: Work, gone: Sequence[Referral], by: int | None, now: datetime) -> list[Message]:
    """No longer asked; told to those who had accepted it."""
    told = []
    for one in gone:
        await referrals.withdraw(tx, one, by, now)
        if one.taken_by is not None:
            said = _(
                "{case}: {measure}. This is no longer asked, there is nothing more to do.",
                case=of_case(one),
                measure=asked_for(work.catalogue, one),
            )
            told.append(Message(View((said,), ((MENU,),)), replaces=False, to=one.taken_by))
    return told


async def closed(tx: Tx, work: Work, case: Case, by: int | None, now: datetime) -> list[Message]:
    """For whoever closes a case otherwise than by a visit: nothing of it is asked any more."""
    return await withdraw(tx, work, await referrals.open_of(tx, case.id), by, now)


async def could_wait_for(tx: Tx, work: Work, case: Case, besides: Referral) -> list[Asked]:
    """The open referrals of a case that it may wait for, without the one that was answered just now."""
    last = await _last(tx, work, case)
    asked = []
    for one in await referrals.open_of(tx, case.id):
        heard = last is not None and one.measure in last.refers and bool(await audience(tx, work.catalogue, one))
        if one.id != besides.id and (heard or one.id == case.waits_for):
            asked.append(Asked(one.id, one.answer_by))
    return asked


async def as_waiting(tx: Tx, work: Work, case: Case, referral: Referral) -> Case:
    """The case as if it waited for the referral, where that is what its team does in the place of waiting: the step of
    the last visit, of which nobody could be told."""
    last = await _last(tx, work, case)
    does = last is not None and referral.measure in last.refers and case.next_step == last.step
    return replace(case, waits_for=referral.id) if does and case.waits_for is None else case


async def _last(tx: Tx, work: Work, case: Case) -> NextStep | None:
    """Where the last visit led the case."""
    reports = await visits.for_rules(tx, case.id)
    return steps.after_all(work.catalogue, work.calendar, reports) if reports else None


def moves(case: Case, step: NextStep | None) -> NextStep | None:
    """The step, unless the case waits for the same answer already."""
    return None if step and step.waits_for and step.waits_for == case.waits_for else step

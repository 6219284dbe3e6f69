"""The life of a case beyond its visits: answers of institutions, checks after the enrolment, silence, decisions.

An open case owes exactly one step on one day, and it is its institution's while it waits for an answer, else its
team's, else its coordinator's. What a newcomer gets wrong: referrals may run beside that step; the case waits only for
the ones that its outcome brought about of itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from casework.calendar import WorkingDays
from casework.catalogue import Answer, Catalogue, Check
from casework.records import Case, NextStep


@dataclass(frozen=True)
class Asked:
    """A referral without an answer, whose institution has somebody to give it. `answer_by` is its deadline."""

    id: int
    answer_by: date


def referred(catalogue: Catalogue, measures: Sequence[str]) -> tuple[str, ...]:
    """Of these measures those that go to an institution, each once."""
    return tuple(dict.fromkeys(code for code in measures if catalogue.measures[code].institution))


def answer_by(catalogue: Catalogue, calendar: WorkingDays, measure: str, today: date) -> date:
    return calendar.on_or_after(today + timedelta(days=catalogue.measures[measure].days))


def waiting(catalogue: Catalogue, step: NextStep, asked: Sequence[Asked]) -> NextStep:
    """The same, for the answers of those `asked`, the earliest first; unchanged when there is nobody to answer."""
    if not asked:
        return step
    first = min(asked, key=lambda one: (one.answer_by, one.id))
    return replace(step, step=catalogue.answer_step, due_on=first.answer_by, waits_for=first.id)


def permitted(catalogue: Catalogue, case: Case, step: NextStep) -> NextStep | None:
    """As far as the catalogue lets a case go from where it is: None when it is closed and stays so, else at least the
    step."""
    now = catalogue.statuses[case.status]
    if step.status == case.status or step.status in now.to:
        return step
    return None if now.closed or step.due_on is None else replace(step, status=case.status, enrolled_on=None)


def answered(
    catalogue: Catalogue, calendar: WorkingDays, case: Case, answer: Answer, today: date, others: Sequence[Asked]
) -> NextStep | None:
    """None when the answer is kept and the case stays where it is. `others` are referrals that it could wait for.

    News moves the case, whatever it waited for; "done" moves only a case that waited for nothing else, or that was
    taken back because nobody answered.
    """
    news = bool(answer.status) and answer.status != case.status
    # What an observed child waits for is its check.
    waits = case.waits_for is not None and case.enrolled_on is None
    if not news and not waits and case.next_step != catalogue.silent_step:
        return None
    if not news and waits and others:
        return waiting(catalogue, NextStep(case.status, case.next_step, case.due_on), others)
    due = calendar.on_or_after(today + timedelta(days=answer.days))
    status = answer.status or case.status
    observed = status == catalogue.retention.status
    return permitted(catalogue, case, NextStep(status, answer.step, due, enrolled_on=today if observed else None))


def check_of(catalogue: Catalogue, enrolled_on: date, due_on: date) -> int:
    """Which of the checks after the enrolment is the one due on that day, in days after it; a rest day moved it on."""
    days = catalogue.retention.days
    return max((one for one in days if enrolled_on + timedelta(days=one) <= due_on), default=days[0])


def is_wrong(catalogue: Catalogue, check: Check, absent: float) -> bool:
    """Whether the team must go again. `absent` counts the days of a month without an excuse."""
    if check.good:
        return False
    return not check.counts or absent >= catalogue.retention.absent_days


def checked(
    catalogue: Catalogue, calendar: WorkingDays, case: Case, check: Check, absent: float, today: date, *, asked: int = 0
) -> NextStep | None:
    """What follows the answer to a check: the next one, the end, or another visit. `asked` is which one it was, in days
    after the enrolment; 0 for the one that the case owes."""
    enrolled_on, due_on = case.enrolled_on, case.due_on
    if enrolled_on is None or due_on is None:
        return None
    if is_wrong(catalogue, check, absent):
        return gone_wrong(catalogue, calendar, case, check, today)
    rules = catalogue.retention
    made = asked or check_of(catalogue, enrolled_on, due_on)
    to_come = [day for day in _checks_after(catalogue, calendar, enrolled_on, made) if day > today]
    if not to_come:
        return NextStep(rules.kept, rules.step, None)
    return NextStep(case.status, rules.step, to_come[0], enrolled_on=enrolled_on)


def _checks_after(catalogue: Catalogue, calendar: WorkingDays, enrolled_on: date, made: int) -> list[date]:
    days = (days for days in catalogue.retention.days if days > made)
    return [calendar.on_or_after(enrolled_on + timedelta(days=one)) for one in days]


def gone_wrong(catalogue: Catalogue, calendar: WorkingDays, case: Case, check: Check, today: date) -> NextStep | None:
    due = calendar.on_or_after(today + timedelta(days=check.days))
    return permitted(catalogue, case, NextStep(check.status, check.step, due))


def at_risk_again(catalogue: Catalogue, calendar: WorkingDays, case: Case, today: date) -> NextStep | None:
    """What follows when the register lists a child as at risk that was enrolled: the same as a check that goes wrong,
    and what the catalogue lets a child do that had stayed. None for every other case."""
    if case.enrolled_on is None and case.status != catalogue.retention.kept:
        return None
    wrong = [check for check in catalogue.checks.values() if not check.good]
    steps = (
        gone_wrong(catalogue, calendar, case, check, today) for check in sorted(wrong, key=lambda one: not one.counts)
    )
    return next((step for step in steps if step), None)


def asked_of(case: Case, check: int, answer_by: date) -> NextStep:
    """The same check, owed by the school until that day."""
    due = max(case.due_on or answer_by, answer_by)
    return NextStep(case.status, case.next_step, due, check, case.enrolled_on)


def same(case: Case) -> NextStep:
    """What it owes already."""
    return NextStep(case.status, case.next_step, case.due_on, case.waits_for, case.enrolled_on)


def owes_check(catalogue: Catalogue, case: Case) -> bool:
    """Whether an observed case owes its next check, and not what a person has decided upon instead."""
    rules = catalogue.retention
    steps = {rules.step}
    steps |= {one.step for one in catalogue.outcomes.values() if one.status == rules.status}
    steps |= {one.step for one in catalogue.answers.values() if one.status == rules.status}
    return case.enrolled_on is not None and case.next_step in steps


def asked_on(catalogue: Catalogue, calendar: WorkingDays, case: Case, made: int, today: date) -> NextStep:
    """What an observed case owes after a visit when nobody is being asked: the check after the one `made`, whatever a
    person has decided meanwhile."""
    enrolled_on, due_on = case.enrolled_on, case.due_on
    if enrolled_on is None or due_on is None:
        return same(case)
    if owes_check(catalogue, case) and check_of(catalogue, enrolled_on, due_on) > made:
        return same(case)
    later = _checks_after(catalogue, calendar, enrolled_on, made)
    due = next((day for day in later if day >= today), max(due_on, calendar.on_or_after(today)))
    return replace(same(case), step=catalogue.retention.step, due_on=due)


def brought_on(visits_say: NextStep, later: NextStep) -> NextStep:
    """Where a case stands when something else has moved it after its visits. What was asked about an enrolment that
    has been corrected away counts no longer."""
    if later.enrolled_on and not later.status and visits_say.enrolled_on is None:
        return visits_say
    return replace(later, status=later.status or visits_say.status)


def is_silent(catalogue: Catalogue, calendar: WorkingDays, case: Case, today: date) -> bool:
    """Whether the institution that the case waits for has let so much time pass that the team takes it back."""
    if case.waits_for is None or case.due_on is None or case.enrolled_on is not None:
        return False
    return today >= calendar.add(case.due_on, catalogue.silent_days)


def silent(catalogue: Catalogue, calendar: WorkingDays, case: Case, today: date) -> NextStep | None:
    step = NextStep(catalogue.silent_status, catalogue.silent_step, calendar.on_or_after(today))
    return permitted(catalogue, case, step)


def refused(
    catalogue: Catalogue, calendar: WorkingDays, case: Case, today: date, others: Sequence[Asked]
) -> NextStep | None:
    """Nobody of the institution that the case waits for takes it on: it waits for the others, else the team goes on."""
    step = NextStep(case.status, case.next_step, case.due_on, enrolled_on=case.enrolled_on)
    if others:
        return waiting(catalogue, step, others)
    due = calendar.on_or_after(today + timedelta(days=catalogue.refused_days))
    return permitted(catalogue, case, replace(step, step=catalogue.refused_step, due_on=due))


def unassigned(catalogue: Catalogue, calendar: WorkingDays, today: date) -> NextStep:
    """Of a case that no team has any more."""
    due = calendar.on_or_after(today + timedelta(days=catalogue.unassigned_days))
    return NextStep(catalogue.unassigned_status, catalogue.unassigned_step, due)


def is_asked_why(catalogue: Catalogue, case: Case, today: date) -> bool:
    """Whether its team owes a step by now, and may say why it is not done."""
    owed = case.team_id is not None and case.waits_for is None and case.due_on is not None and case.due_on <= today
    return owed and catalogue.late_at_most > 0


def is_at_limit(catalogue: Catalogue, case: Case) -> bool:
    """Whether its step was postponed as often as it may be."""
    return 0 < catalogue.late_at_most <= case.postponed


def put_off(calendar: WorkingDays, case: Case, day: date) -> NextStep | None:
    """The same step on the day that a coordinator chose; None when it is nobody's of a team, or an answer is waited
    for."""
    if case.due_on is None or case.waits_for is not None:
        return None
    return replace(same(case), due_on=calendar.on_or_after(day))


def postponed(catalogue: Catalogue, calendar: WorkingDays, case: Case, reason: str, today: date) -> NextStep | None:
    """The same step on a later day; None when it is not yet due, not the team's, or at its limit."""
    if not is_asked_why(catalogue, case, today) or is_at_limit(catalogue, case):
        return None
    due = calendar.on_or_after(today + timedelta(days=catalogue.late[reason].days))
    return NextStep(case.status, case.next_step, due, case.waits_for, case.enrolled_on)

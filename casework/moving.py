"""Moving work: what a case owes its next owner, what coordinators may decide, and which cases a split takes.

What a newcomer gets wrong: a case under observation is never begun anew. Whoever has it, its checks go on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from casework import life, steps
from casework.calendar import WorkingDays
from casework.catalogue import Catalogue, Decision
from casework.records import Case, NextStep, VisitReport


@dataclass(frozen=True)
class Card:
    """What the other side is told of a case before it takes it. `version` is the case's when the card was written."""

    version: int
    visits: int
    step: str
    due_on: date | None
    outcome: str = ""
    visited_on: date | None = None
    promised_on: date | None = None


def card(case: Case, last: VisitReport | None) -> Card:
    known = Card(case.version, case.attempts, case.next_step, case.due_on)
    if last is None:
        return known
    return replace(known, outcome=last.outcome, visited_on=last.visited_on, promised_on=last.promised_on)


def is_closed(catalogue: Catalogue, case: Case) -> bool:
    return catalogue.statuses[case.status].closed


def given(catalogue: Catalogue, calendar: WorkingDays, case: Case, today: date) -> NextStep:
    """Of a case that another team gets: the same, so that no promise is lost.

    One that no team had owes its first step. What the old team let lapse gets the days of a first step: nobody is
    late with what they got today.
    """
    first = steps.first_of(catalogue, calendar, case.group, today)
    if case.next_step == catalogue.unassigned_step:
        return life.permitted(catalogue, case, first) or life.same(case)
    lapsed = case.waits_for is None and case.due_on is not None and case.due_on < today
    return replace(life.same(case), due_on=first.due_on) if lapsed else life.same(case)


def taken(catalogue: Catalogue, calendar: WorkingDays, case: Case, today: date) -> NextStep:
    """Of a case that is taken from its team and given to none."""
    if case.enrolled_on:
        return life.same(case)
    return life.permitted(catalogue, case, life.unassigned(catalogue, calendar, today)) or life.same(case)


def accepted(
    catalogue: Catalogue, calendar: WorkingDays, case: Case, team_id: int | None, today: date
) -> NextStep | None:
    """Of a case that was taken over, by a team or by a municipality for one of its teams; None when it is closed."""
    if is_closed(catalogue, case):
        return None
    if team_id is None:
        return taken(catalogue, calendar, case, today)
    return (
        life.same(case)
        if case.enrolled_on
        else life.permitted(catalogue, case, steps.first_of(catalogue, calendar, case.group, today))
    )


def answer_by(catalogue: Catalogue, calendar: WorkingDays, offered_on: date) -> date:
    """The last day for the answer to an offer; after it the region is told."""
    return calendar.add(offered_on, catalogue.handover.days)


def outside(catalogue: Catalogue, calendar: WorkingDays, case: Case, today: date) -> NextStep | None:
    """Of a case that goes to another region; None when it is closed."""
    rules = catalogue.handover
    due = calendar.on_or_after(today + timedelta(days=rules.outside_days))
    return life.permitted(catalogue, case, NextStep(rules.outside_status, rules.outside_step, due))


def decisions(catalogue: Catalogue, case: Case, role: str) -> dict[str, Decision]:
    """Those that somebody may make about the case as it stands."""
    return {code: one for code, one in catalogue.decisions.items() if role in one.by and _fits(catalogue, case, one)}


def _fits(catalogue: Catalogue, case: Case, decision: Decision) -> bool:
    closed = is_closed(catalogue, case)
    if not decision.status:
        return not closed
    closes = catalogue.statuses[decision.status].closed
    return closes != closed and decision.status in catalogue.statuses[case.status].to


def decided(
    catalogue: Catalogue, calendar: WorkingDays, case: Case, decision: Decision, today: date, chosen: NextStep | None
) -> NextStep:
    """What follows a decision that fits. `chosen` is the step and day of one that leaves them open."""
    if chosen:
        return chosen
    if catalogue.statuses[decision.status].closed:
        return NextStep(decision.status, decision.step, None)
    if case.team_id is None:
        return replace(life.unassigned(catalogue, calendar, today), status=decision.status)
    return NextStep(decision.status, decision.step, calendar.on_or_after(today + timedelta(days=decision.days)))


def choosable(catalogue: Catalogue) -> list[str]:
    """The steps that a person may set: not those that only what has happened brings about."""
    brought = (catalogue.answer_step, catalogue.silent_step, catalogue.unassigned_step)
    return [code for code in catalogue.steps if code not in brought]


def split(cases: Sequence[Case], settlements: Collection[str], *, every_second: bool) -> list[Case]:
    """Which of a team's cases move: those of the settlements, all of them when none is named. In the order given."""
    among = [case for case in cases if not settlements or case.settlement in settlements]
    return among[1::2] if every_second else among

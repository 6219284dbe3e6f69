"""Outcome to status, next step and due day; the only place that knows how they follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from casework.calendar import WorkingDays
from casework.catalogue import Catalogue, Outcome, Repeat
from casework.records import NextStep, VisitReport

PROMISED_WITHIN_DAYS = 60
"""A day further away is no promise."""


def first(catalogue: Catalogue, calendar: WorkingDays, assigned_on: date) -> NextStep:
    """What a case that was just given to a team owes."""
    due = calendar.on_or_after(assigned_on + timedelta(days=catalogue.first_days))
    return NextStep(catalogue.first_status, catalogue.first_step, due)


def first_of(catalogue: Catalogue, calendar: WorkingDays, group: str, assigned_on: date) -> NextStep:
    """The same for a child of that group: one at risk is visited before its benefits may be stopped."""
    step = first(catalogue, calendar, assigned_on)
    last = assigned_on.replace(day=catalogue.retention.stopped[0]) - timedelta(days=1)
    if group != catalogue.retention.at_risk or assigned_on > last or step.due_on is None:
        return step
    return replace(step, due_on=min(step.due_on, max(calendar.on_or_before(last), calendar.on_or_after(assigned_on))))


def after(catalogue: Catalogue, calendar: WorkingDays, report: VisitReport, earlier: Sequence[str]) -> NextStep:
    """What follows `report`; `earlier` are the outcomes of the visits of the case before it, oldest first.

    The day the member chose wins; otherwise the day after the promise, or so many days on as the catalogue says.
    """
    outcome = catalogue.outcomes[report.outcome]
    if outcome.closes:
        return NextStep(outcome.status, outcome.step, None)
    rule = repeated(outcome, earlier)
    if rule:
        due = calendar.on_or_after(report.visited_on + timedelta(days=rule.days))
        return NextStep(rule.status, rule.step, due, refers=rule.refers)
    chosen = report.next_on if outcome.goes_on else None
    suggested = suggest_next(calendar, outcome, report.visited_on, report.promised_on)
    observed = outcome.status == catalogue.retention.status
    enrolled = report.visited_on if observed else None
    return NextStep(outcome.status, outcome.step, chosen or suggested, enrolled_on=enrolled, refers=outcome.refers)


def after_all(catalogue: Catalogue, calendar: WorkingDays, reports: Sequence[VisitReport]) -> NextStep:
    """What follows all the visits of a case, oldest first; there is at least one."""
    *earlier, last = reports
    return after(catalogue, calendar, last, [one.outcome for one in earlier])


def suggest_next(calendar: WorkingDays, outcome: Outcome, visited_on: date, promised_on: date | None) -> date:
    if promised_on:
        return calendar.on_or_after(promised_on + timedelta(days=1))
    if outcome.days is None:
        return calendar.on_or_after(_next(outcome.on, visited_on))
    return calendar.on_or_after(visited_on + timedelta(days=outcome.days))


def repeated(outcome: Outcome, earlier: Sequence[str]) -> Repeat | None:
    """The rule for the visit that follows the outcomes `earlier`, if the same came often enough without a break."""
    in_a_row = 1
    for code in reversed(earlier):
        if code != outcome.code:
            break
        in_a_row += 1
    return outcome.repeat if outcome.repeat and in_a_row >= outcome.repeat.times else None


def _next(on: str, after_day: date) -> date:
    """The next such day of a year, "09-01", or of a month, "05"."""
    day = after_day + timedelta(days=1)
    while not day.isoformat().endswith(on):
        day += timedelta(days=1)
    return day

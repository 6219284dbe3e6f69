"""What becomes of a report that was saved or corrected: its case moves, institutions are asked, a receipt is said.

What a newcomer gets wrong: after a correction every case stands as if the visit had always been what it now is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casework import calendar, life, steps
from casework.records import CORRECTION, DECISION, VISIT, Case, Cause, NextStep, Person, Visit, VisitReport
from handlers.caseload import decide
from handlers.engine.scene import Message, Work
from handlers.engine.words import Joined, Phrase, Text, _
from handlers.institutions import checks, referring
from handlers.institutions.referring import Followed
from handlers.report.visit import DANGER, NOT_YOURS
from storage import audit, cases, moves, visits
from storage.database import Tx


@dataclass(frozen=True)
class Saved:
    """The receipt, what others are told, and the number of the report; without one nothing was saved."""

    receipt: Text
    told: Sequence[Message] = ()
    number: int | None = None


async def keep_report(tx: Tx, work: Work, me: Person, report: VisitReport | None, now: datetime) -> Saved:
    """Saves the report, moves its case, asks whom it refers to."""
    case = await cases.get(tx, me, report.case_id) if report else None
    if report is None or case is None:
        return Saved(NOT_YOURS)
    earlier = await visits.outcomes(tx, me, case.id)
    # Somebody else may have reported the same case since the conversation began.
    report = replace(report, attempt=len(earlier) + 1)
    visit = await visits.save(tx, me, report, now)
    follows = steps.after(work.catalogue, work.calendar, report, earlier)
    # A case that was closed meanwhile keeps the report and stays closed.
    step = life.permitted(work.catalogue, case, follows) or NextStep(case.status, case.next_step, None)
    step = await checks.after_visit(tx, work, me, case, step, now)
    followed = await referring.after_visit(tx, work, case, visit, step, now)
    await cases.advance(tx, case, followed.step, Cause(VISIT, visit.id, me.id), now, attempts=len(earlier) + 1)
    closed = work.catalogue.statuses[case.status].closed
    owed = await decide.stays_closed(tx, work, me, case) if closed else followed.owed(work.catalogue)
    danger = (DANGER,) if work.catalogue.outcomes[report.outcome].urgent else ()
    return Saved(Joined([receipt(visit, case, owed), *followed.lines, *danger], "\n"), followed.told, visit.id)


def receipt(visit: Visit, case: Case, step: Text) -> Phrase:
    return _("Saved. Report № {number} · {case}\n{step}", number=str(visit.id), case=case.number, step=step)


async def keep_correction(
    tx: Tx, work: Work, me: Person, report: VisitReport | None, now: datetime, *, visit_id: int, version: int
) -> Saved:
    """A new version beside the old one; two corrections of the same version do not overwrite each other.

    Every case it touches stands afterwards as if the visit had always been where and what it now is.
    """
    case = await cases.get(tx, me, report.case_id) if report else None
    held = await visits.get(tx, me, visit_id)
    if report is None or case is None or held is None:
        return Saved(NOT_YOURS)
    place = sum(one.id < visit_id for one in await visits.history(tx, me, case.id)) + 1
    visit = await visits.correct(tx, me, visit_id, version, replace(report, attempt=place), now)
    if visit is None:
        said = _("Somebody corrected report № {number} meanwhile. Open it again to see both.", number=str(visit_id))
        return Saved(said)
    stands = await _stand(tx, work, me, case, visit, now)
    corrected = _(
        "Corrected. Report № {number}, version {version}. The old one is kept.",
        number=str(visit.id),
        version=str(visit.version),
    )
    left = await cases.get(tx, me, held.report.case_id)
    if left is None or left.id == case.id:
        return Saved(Joined([corrected, *stands.lines], "\n"), stands.told, visit.id)
    await audit.note(tx, now, me.id, "lost a visit to another case", left.id, f"visit {visit.id}")
    without = await _stand(tx, work, me, left, visit, now)
    moved = _(
        "{corrected}\nIt is now with {case}. {step}\n{left} is left without it. {left_step}",
        corrected=corrected,
        case=case.number,
        step=stands.owed(work.catalogue),
        left=left.number,
        left_step=without.owed(work.catalogue),
    )
    return Saved(Joined([moved, *stands.lines, *without.lines], "\n"), [*stands.told, *without.told], visit.id)


async def _stand(tx: Tx, work: Work, me: Person, case: Case, corrected: Visit, now: datetime) -> Followed:
    """Puts a case where its visits, and what came after them, have brought it.

    The other reports keep the number of attempt they were saved with: nobody has changed them (decision 23).
    """
    done = await visits.history(tx, me, case.id)
    since = done[-1].saved_at if done else await cases.kept_since(tx, me, case.id)
    step = _brought_to(work, case, [one.report for one in done], since)
    followed = await referring.after_correction(tx, work, case, done, corrected, step, now)
    step = followed.step
    if later := await moves.after_visits(tx, case.id, since):
        step = await referring.as_decided(tx, step, later)
    step = await checks.after_correction(tx, case, step)
    if work.catalogue.statuses[case.status].closed and await moves.last_change(tx, case.id) == DECISION:
        # Also of reports that came after it: they did not open the case either.
        step = NextStep(case.status, case.next_step, None)
    followed = replace(followed, step=step, awaits=await referring.awaited(tx, step))
    stood = (case.status, case.next_step, case.due_on, case.waits_for, case.attempts)
    if (step.status, step.step, step.due_on, step.waits_for, len(done)) != stood:
        # Only then, because with the step it is forgotten who was told that it is overdue.
        same = (step.step, step.due_on) == (case.next_step, case.due_on)
        cause, postponed = Cause(CORRECTION, corrected.id, me.id), case.postponed if same else 0
        await cases.advance(tx, case, step, cause, now, attempts=len(done), postponed=postponed)
    return followed


def _brought_to(work: Work, case: Case, reports: Sequence[VisitReport], since: datetime) -> NextStep:
    """Without visits, the first step of a case that was given out at `since`."""
    if not reports:
        return steps.first_of(work.catalogue, work.calendar, case.group, calendar.local_day(since, work.zone))
    return steps.after_all(work.catalogue, work.calendar, reports)

"""Reporting a visit: the conversation, and how its result is kept.

Only what the outcome makes sensible is asked. What can be known stands in the review and is changed there, so
a usual report is eight taps and "nobody at the address" four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from casework import calendar, life, steps
from casework.catalogue import Outcome
from casework.records import CORRECTION, VISIT, Case, Cause, NextStep, Person, Place, Visit, VisitReport
from handlers import checks
from handlers.kinds import AnyOf, Day, OneOf, Photos, Sentence, Where
from handlers.pick import PickCase, case_line
from handlers.review import review
from handlers.scene import Scene, Work
from handlers.talk import Talk
from handlers.words import Phrase, Text, _
from storage import audit, cases, moves, people, visits
from storage.database import Tx

PARTS_OF_DAY = {"morning": _("morning"), "afternoon": _("afternoon"), "evening": _("evening")}
USUAL = 8
"""The first ones of each list of the catalogue, which fit on a telephone with the question above them."""
NOTE = Sentence(300)
NOT_YOURS = _("This case is not with your team now, so nothing was saved.")


async def report_visit(talk: Talk, here: Scene) -> VisitReport | None:
    """None when the case has left the person's team meanwhile.

    A note that is None was refused where it came from, so it is asked.
    """
    me, book = here.me, here.work.catalogue
    case_id = await talk.ask("case", _("Which case did you visit?"), PickCase(me), default=talk.given.get("case"))
    case = await talk.look(f"card{case_id}", cases.get, me, case_id)
    if case is None:
        return None
    talk.tell("case", _("Case"), case_line(case))
    outcome = book.outcomes[await _outcome(talk, here, case)]
    day, part = await _when(talk, here)
    went = await _who_went(talk, me)
    attempt = _attempt(talk, case)
    talk.tell("attempt", _("Attempt"), str(attempt), changeable=False)
    address = await _address(talk, here)
    met = await _met(talk, here, outcome)
    reasons = await _reasons(talk, here, outcome)
    promised = await _promised(talk, outcome)
    measures = await talk.ask(
        "measures",
        _("What measures?"),
        AnyOf(book.measures, 5, first=USUAL),
        label=_("Measures"),
        default=[],
    )
    next_on = await _next_visit(talk, here, case, outcome, day=day, promised=promised)
    note = await talk.ask(
        "note",
        _("A short note, without names."),
        NOTE,
        label=_("Note"),
        default=talk.given.get("note", ""),
    )
    photos = await _photos(talk, outcome)
    place = await talk.ask("place", _("Where are you?"), Where(), label=_("Place"), default=[])
    await review(talk, _("Please check and save. Photos can be sent here too."))
    return VisitReport(
        case.id, day, part, attempt, went, address, met, outcome.code,
        reasons, measures, promised, next_on, note, photos, place,
    )  # fmt: skip


async def _outcome(talk: Talk, here: Scene, case: Case) -> str:
    kind = OneOf(here.work.catalogue.outcomes, first=USUAL)
    question = _("{case}\nHow did it end?", case=case_line(case))
    return await talk.ask("outcome", question, kind, label=_("Outcome"), default=talk.given.get("outcome"))


async def _when(talk: Talk, here: Scene) -> tuple[Any, str]:
    """The visit is now, unless changed; the start of the conversation decides, not its end."""
    begun = datetime.fromisoformat(talk.given["at"])
    today = calendar.local_day(begun, here.work.zone)
    day = await talk.ask(
        "when",
        _("Which day was it?"),
        Day(days_back=30, days_on=0),
        label=_("When"),
        default=today.isoformat(),
    )
    part = await talk.ask(
        "part",
        _("Which part of the day?"),
        OneOf(PARTS_OF_DAY, columns=3),
        label=_("Part of the day"),
        default=calendar.part_of_day(begun, here.work.zone),
    )
    return day, part


async def _who_went(talk: Talk, me: Person) -> tuple[int, ...]:
    team = await talk.look("team", people.colleagues, me)
    last = await talk.look("companions", visits.last_companions, me)
    named = {str(me.id): me.name, **{str(one): name for one, name in team}}
    kind = AnyOf(named, at_most=len(named))
    usual = [code for code in named if int(code) in last] or [str(me.id)]
    went = await talk.ask("went", _("Who of the team went?"), kind, label=_("Who went"), default=usual)
    return tuple(int(code) for code in went)


def _attempt(talk: Talk, case: Case) -> int:
    """A correction keeps its number, unless it goes to another case."""
    if talk.given.get("saved", {}).get("case") == case.id:
        return int(talk.given["attempt"])
    return case.attempts + 1


async def _address(talk: Talk, here: Scene) -> str:
    kinds = here.work.catalogue.addresses
    return await talk.ask(
        "address", _("Which address was it?"), OneOf(kinds), label=_("Address"), default=next(iter(kinds))
    )


async def _met(talk: Talk, here: Scene, outcome: Outcome) -> str:
    if not outcome.meets:
        return ""
    return await talk.ask(
        "met",
        _("Whom did you meet?"),
        OneOf(here.work.catalogue.met, 2),
        label=_("Met"),
    )


async def _reasons(talk: Talk, here: Scene, outcome: Outcome) -> tuple[str, ...]:
    if not outcome.why:
        return ()
    kind = AnyOf(here.work.catalogue.reasons, 3, first=USUAL)
    return await talk.ask(
        "why", _("Why is the child not in school?"), kind, label=_("Reasons"), default=talk.given.get("why")
    )


async def _promised(talk: Talk, outcome: Outcome) -> Any:
    if not outcome.promise:
        return None
    kind = Day(days_on=steps.PROMISED_WITHIN_DAYS, none=_("No day"))
    return await talk.ask(
        "promise",
        _("By which day did they promise?"),
        kind,
        label=_("Promised"),
        default=talk.given.get("promise"),
    )


async def _next_visit(talk: Talk, here: Scene, case: Case, outcome: Outcome, *, day: Any, promised: Any) -> Any:
    if not outcome.goes_on:
        return None
    # Only then can it be the visit too many: nearly all reports are spared the read.
    if outcome.repeat and _attempt(talk, case) >= outcome.repeat.times:
        earlier = await talk.look(
            f"earlier{case.id}", visits.outcomes_before, here.me, case.id, talk.given.get("visit")
        )
        if rule := steps.repeated(outcome, earlier):
            talk.tell("next", _("Next"), here.work.catalogue.steps[rule.step], changeable=False)
            return None
    suggested = steps.suggest_next(here.work.calendar, outcome, day, promised)
    kind = Day(suggest=suggested, days_on=120)
    return await talk.ask(
        "next", _("When will you go again?"), kind, label=_("Next visit"), default=suggested.isoformat()
    )


async def _photos(talk: Talk, outcome: Outcome) -> Any:
    held = talk.given.get("photos")
    default = held if held else None if outcome.photos else []
    return await talk.ask(
        "photos",
        _("Photos of the notice or the door, never of people."),
        Photos(at_most=10),
        label=_("Photos"),
        default=default,
    )


async def keep_report(tx: Tx, work: Work, me: Person, report: VisitReport | None, now: datetime) -> Phrase:
    """Saves the report, moves its case, and returns the receipt."""
    case = await cases.get(tx, me, report.case_id) if report else None
    if report is None or case is None:
        return NOT_YOURS
    earlier = await visits.history(tx, me, case.id)
    # Somebody else may have reported the same case since the conversation began.
    report = replace(report, attempt=len(earlier) + 1)
    visit = await visits.save(tx, me, report, now)
    follows = steps.after(work.catalogue, work.calendar, report, [visit.report for visit in earlier])
    # A case that was closed meanwhile keeps the report and stays closed.
    step = life.permitted(work.catalogue, case, follows) or NextStep(case.status, case.next_step, None)
    step = await checks.after_visit(tx, work, me, case, step, now)
    await cases.advance(tx, case, step, Cause(VISIT, visit.id, me.id), now, attempts=len(earlier) + 1)
    return receipt(visit, case, _owed(work, step))


def _owed(work: Work, step: NextStep) -> Text:
    if step.due_on is None:
        return _("The case is closed.")
    return _("Next: {step}. Due: {day}", step=work.catalogue.steps[step.step], day=step.due_on)


def receipt(visit: Visit, case: Case, step: Text) -> Phrase:
    return _("Saved. Report № {number} · {case}\n{step}", number=str(visit.id), case=case.number, step=step)


def answers_of(work: Work, report: VisitReport) -> dict[str, Any]:
    """A saved report as the answers of its conversation, so that a correction begins at the review."""
    outcome = work.catalogue.outcomes[report.outcome]
    suggested = steps.suggest_next(work.calendar, outcome, report.visited_on, report.promised_on)
    place = [report.place.latitude, report.place.longitude] if isinstance(report.place, Place) else []
    known = {
        "case": report.case_id,
        "outcome": report.outcome,
        "when": report.visited_on.isoformat(),
        "part": report.part_of_day,
        "went": [str(one) for one in report.went],
        "address": report.address_kind,
        "met": report.met or None,
        "why": list(report.reasons) if outcome.why else None,
        "promise": (report.promised_on.isoformat() if report.promised_on else "") if outcome.promise else None,
        "measures": list(report.measures),
        "next": report.next_on.isoformat() if report.next_on and report.next_on != suggested else None,
        "note": report.note,
        "photos": [{"channel": p.channel, "file": p.file, "unique": p.unique} for p in report.photos],
        "place": place,
    }
    return {key: value for key, value in known.items() if value is not None}


async def keep_correction(
    tx: Tx, work: Work, me: Person, report: VisitReport | None, now: datetime, *, visit_id: int, version: int
) -> Phrase:
    """A new version beside the old one; two corrections of the same version do not overwrite each other.

    Every case it touches stands afterwards as if the visit had always been where and what it now is.
    """
    case = await cases.get(tx, me, report.case_id) if report else None
    held = await visits.get(tx, me, visit_id)
    if report is None or case is None or held is None:
        return NOT_YOURS
    place = sum(one.id < visit_id for one in await visits.history(tx, me, case.id)) + 1
    visit = await visits.correct(tx, me, visit_id, version, replace(report, attempt=place), now)
    if visit is None:
        return _("Somebody corrected report № {number} meanwhile. Open it again to see both.", number=str(visit_id))
    cause = Cause(CORRECTION, visit.id, me.id)
    step = await _stand(tx, work, me, case, cause, now)
    corrected = _(
        "Corrected. Report № {number}, version {version}. The old one is kept.",
        number=str(visit.id),
        version=str(visit.version),
    )
    left = await cases.get(tx, me, held.report.case_id)
    if left is None or left.id == case.id:
        return corrected
    await audit.note(tx, now, me.id, "lost a visit to another case", left.id, f"visit {visit.id}")
    return _(
        "{corrected}\nIt is now with {case}. {step}\n{left} is left without it. {left_step}",
        corrected=corrected,
        case=case.number,
        step=step,
        left=left.number,
        left_step=await _stand(tx, work, me, left, cause, now),
    )


async def _stand(tx: Tx, work: Work, me: Person, case: Case, cause: Cause, now: datetime) -> Text:
    """Puts a case where its visits, and what came after them, have brought it.

    The other reports keep the number of attempt they were saved with: nobody has changed them (decision 23).
    """
    done = await visits.history(tx, me, case.id)
    since = done[-1].saved_at if done else await cases.kept_since(tx, me, case.id)
    step = _brought_to(work, [one.report for one in done], since)
    if later := await moves.after_visits(tx, case.id, since):
        step = life.brought_on(step, later)
    step = await checks.after_correction(tx, case, step)
    if (step.status, step.step, step.due_on, len(done)) != (case.status, case.next_step, case.due_on, case.attempts):
        # Only then, because with the step it is forgotten who was told that it is overdue.
        await cases.advance(tx, case, step, cause, now, attempts=len(done))
    return _owed(work, step)


def _brought_to(work: Work, reports: Sequence[VisitReport], since: datetime) -> NextStep:
    """Without visits, the first step of a case that was given out at `since`."""
    if not reports:
        return steps.first(work.catalogue, work.calendar, calendar.local_day(since, work.zone))
    return steps.after(work.catalogue, work.calendar, reports[-1], reports[:-1])

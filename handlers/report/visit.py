"""Reporting a visit: the conversation, and how its result is kept.

Only what the outcome makes sensible is asked. What can be known stands in the review and is changed there, so
a usual report is eight taps and "nobody at the address" four.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from casework import calendar, steps
from casework.catalogue import Outcome
from casework.piles import PHOTOS_AT_MOST
from casework.records import Case, Person, Place, VisitReport
from handlers.caseload.pick import PickCase, case_line
from handlers.engine import pictures
from handlers.engine.kinds import AnyOf, Day, OneOf, Photos, Sentence, Where
from handlers.engine.review import review
from handlers.engine.scene import Scene, Work
from handlers.engine.talk import Talk
from handlers.engine.words import _
from storage import cases, people, visits

PARTS_OF_DAY = {"morning": _("morning"), "afternoon": _("afternoon"), "evening": _("evening")}
USUAL = 8
"""The first ones of each list of the catalogue, which fit on a telephone with the question above them."""
NOTE = Sentence(300)
CHECK = _("Please check and save. Photos can be sent here too.")
NO_PEOPLE = _("Please check and save. There are no people in the photos, are there?")
"""To save is to say so: a tap of its own would be the ninth of a report with photos."""
ONLY_THE_FACT = _("Please check and save. Only the fact is recorded.")
NO_STORY = _(
    "For a child at risk only the fact is recorded; I kept nothing else of what you sent. "
    "Tell it to child protection yourself."
)
DANGER = _("If the child is in danger now, call 112. The children's line is 116 111, day and night.")
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
    went = await _who_went(talk, me, case)
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
    note, photos = await _story(talk, outcome)
    place = await talk.ask("place", _("Where are you?"), Where(), label=_("Place"), default=talk.given.get("place", []))
    await review(talk, ONLY_THE_FACT if outcome.urgent else NO_PEOPLE if photos else CHECK)
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
    today = calendar.local_day(begun, here.zone)
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
        default=calendar.part_of_day(begun, here.zone),
    )
    return day, part


async def _who_went(talk: Talk, me: Person, case: Case) -> tuple[int, ...]:
    team = await talk.look(f"team{case.team_id}", people.colleagues, me, case.team_id)
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


async def _story(talk: Talk, outcome: Outcome) -> tuple[str, Any]:
    """Note and photos; of a child at risk only the fact is recorded."""
    if outcome.urgent:
        return "", ()
    note = await talk.ask(
        "note",
        _("A short note, without names."),
        NOTE,
        label=_("Note"),
        default=talk.given.get("note", ""),
    )
    return note, await _photos(talk, outcome)


def is_only_the_fact(work: Work, recorded: Mapping[str, Any]) -> bool:
    """Whether a report whose answers are these takes no note and no photos."""
    outcome = work.catalogue.outcomes.get(recorded.get("outcome", ""))
    return outcome is not None and outcome.urgent


async def _photos(talk: Talk, outcome: Outcome) -> Any:
    held = talk.given.get("photos")
    default = held if held else None if outcome.photos else []
    return await talk.ask(
        "photos",
        _("Photos of the notice or the door, never of people."),
        Photos(PHOTOS_AT_MOST),
        label=_("Photos"),
        default=default,
    )


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
        "photos": [pictures.stored(photo) for photo in report.photos],
        "place": place,
    }
    return {key: value for key, value in known.items() if value is not None}

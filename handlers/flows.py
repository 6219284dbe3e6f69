"""Every conversation by its name, and what becomes of its result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from handlers.caseload import finding, movement
from handlers.desk import inquire, pass_up, postpone
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Flow
from handlers.institutions import answering, checked, sending_back
from handlers.morning import plan
from handlers.office import forms
from handlers.people import absence, advice, announce, hours, join, questions, settings, staff
from handlers.report import sorting, visit
from storage.database import Tx

FLOWS: dict[str, Flow] = {
    "join": join.join,
    "language": join.choose_language,
    "hour": hours.choose_digest,
    "open_hours": hours.choose_hours,
    "own_days": hours.choose_days,
    "zone": hours.choose_zone,
    "pause": hours.choose_return,
    "notices": settings.choose_messenger,
    "day": forms.choose_day,
    "visit": visit.report_visit,
    "fix": visit.report_visit,
    sorting.FLOW: sorting.sort,
    "ask": questions.ask,
    "answer": questions.answer,
    "publish": advice.publish,
    "search": advice.search,
    "find": finding.find,
    "announce": announce.announce,
    **movement.FLOWS,
    "away": absence.tell,
    "plan": plan.plan,
    "staff": staff.change,
    "reply": answering.reply,
    "why_not": sending_back.why_not,
    checked.FLOW: checked.absent,
    "inquire": inquire.ask,
    inquire.ANSWER: inquire.reply,
    "put_off": postpone.put_off,
    "pass_up": pass_up.pass_up,
}
KEEP: dict[str, Callable[[Tx, Scene, Any], Awaitable[list[Message]]]] = {
    "join": join.keep,
    "hour": hours.keep_digest,
    "open_hours": hours.keep_hours,
    "own_days": hours.keep_days,
    "zone": hours.keep_zone,
    "pause": hours.keep_pause,
    "notices": settings.keep_messenger,
    "ask": questions.keep_question,
    "answer": questions.keep_answer,
    "publish": advice.keep_published,
    "search": advice.found,
    "find": finding.keep,
    "announce": announce.keep,
    "day": forms.offer,
    sorting.FLOW: sorting.keep,
    **movement.KEEP,
    "away": absence.keep,
    "plan": plan.keep,
    "staff": staff.keep,
    "reply": answering.keep_reply,
    "why_not": sending_back.keep_why,
    checked.FLOW: checked.keep_absent,
    "inquire": inquire.keep,
    inquire.ANSWER: inquire.keep_reply,
    "put_off": postpone.keep,
    "pass_up": pass_up.keep,
}
"""What becomes of a result, where that needs nothing but the result."""

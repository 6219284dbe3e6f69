"""Every conversation by its name, and what becomes of its result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from handlers.caseload import finding, movement
from handlers.desk import inquire, pass_up, postpone
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Flow
from handlers.institutions import answering, checked, sending_back
from handlers.office import forms
from handlers.people import absence, advice, announce, join, questions, settings, staff
from handlers.report import sorting, visit
from storage.database import Tx

FLOWS: dict[str, Flow] = {
    "join": join.join,
    "language": join.choose_language,
    "hour": settings.choose_hour,
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
    "hour": settings.keep_hour,
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

"""What is known of a report before its first question: from a line, a caption, or what was sent without being asked."""

from __future__ import annotations

from typing import Any

from casework import numbers, oneline
from casework.numbers import CaseQuery
from casework.oneline import OneLine
from handlers.engine.replies import Typed
from handlers.engine.scene import Scene
from handlers.engine.talk import Refuse
from handlers.engine.words import Text
from handlers.report import visit


def line(here: Scene, text: str) -> OneLine | None:
    return oneline.read(text, here.work.catalogue, here.moment.today)


def case(here: Scene, text: str) -> CaseQuery | None:
    """The case that `text` reports, or consists of; a number among other words may be any number."""
    said = line(here, text)
    return said.case if said else numbers.read(text)


def of_line(line: OneLine) -> dict[str, Any]:
    given: dict[str, Any] = {"outcome": line.outcome}
    if line.reasons:
        given["why"] = list(line.reasons)
    if line.promised_on:
        given["promise"] = line.promised_on.isoformat()
    return given


def noted(here: Scene, note: str, given: dict[str, Any]) -> tuple[dict[str, Any], Text]:
    """What a note that came without being asked gives, and the sentence that refuses it."""
    if visit.is_only_the_fact(here.work, given):
        return {}, visit.NO_STORY if note or given.get("photos") else ""
    if not note:
        return {}, ""
    match visit.NOTE.read(Typed(note), None, None, here.moment):
        case Refuse(why):
            return {"note": None}, why
    return {"note": note}, ""

"""What was done last to a case, by whom and when: what the second of two who act at once is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from casework import calendar
from casework.records import DECISION, MUNICIPAL, REGIONAL, VISIT, Case, Transition
from handlers.engine.scene import Scene
from handlers.engine.words import Joined, Text, Within, _, counted
from storage import moves, people
from storage.database import Tx

HOUR = timedelta(hours=1)


async def last(tx: Tx, here: Scene, case: Case) -> Text:
    """`Мария даде БЯ-014 на екип Б-2 (преди 2 минути).`"""
    history = await moves.history(tx, here.me, case.id)
    by = history[-1].cause.person_id
    who = await people.get(tx, by) if by else None
    deed = _deed(here, case, history, who.name) if who else _("{case} has moved on", case=case.number)
    return Joined([deed, " (", ago(here, history[-1].at), ")."], "")


def _deed(here: Scene, case: Case, history: Sequence[Transition], who: str) -> Text:
    move = history[-1]
    said: dict[str, Text] = {"who": who, "case": case.number}
    if move.cause.kind == VISIT:
        return _("{who} reported a visit to {case}", **said)
    if move.cause.kind != DECISION:
        return _("{who} changed {case}", **said)
    before = history[max(0, len(history) - 2)]
    if before.team_id != move.team_id:
        return _given(case, said) if move.team_id else _("{who} took {case} from its team", **said)
    if move.step == here.work.catalogue.leader_step != before.step:
        return _("{who} passed {case} to the team leader", **said)
    return _decided(here, move, said)


def _given(case: Case, said: dict[str, Text]) -> Text:
    return _("{who} gave {case} to team {team}", team=case.holder, **said)


def _decided(here: Scene, move: Transition, said: dict[str, Text]) -> Text:
    book = here.work.catalogue
    if move.detail == moves.RAISED[REGIONAL]:
        return _("{who} told the region of {case}", **said)
    if move.detail == moves.RAISED[MUNICIPAL]:
        return _("{who} told the coordinator of {case}", **said)
    if move.detail in book.late:
        return _("{who} put {case} off to {day}", day=move.due_on or "—", **said)
    if move.detail in book.decisions:
        return _("{who} decided about {case}: {decision}", decision=Within(book.decisions[move.detail]), **said)
    return _("{who} changed {case}", **said)


def ago(here: Scene, at: datetime) -> Text:
    """In minutes within the hour, then the time of the day, then the day."""
    passed = here.moment.at - at
    if passed < HOUR:
        minutes = max(0, int(passed.total_seconds()) // 60)
        return counted("{count} minute ago", "{count} minutes ago", minutes) if minutes else _("just now")
    day = calendar.local_day(at, here.work.zone)
    if day == here.moment.today:
        return _("today at {time}", time=f"{at.astimezone(here.work.zone):%H:%M}")
    return day

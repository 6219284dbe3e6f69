"""What happened below, for whoever is told of a case after others: who was told when, and what they said to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from casework.records import Case
from handlers.engine.scene import Work
from handlers.engine.words import Joined, Text, Within, _, counted
from storage import alerted, respites
from storage.alerted import Alerted
from storage.database import Tx
from storage.respites import KNOWN, LATER, MUTED, Respite

TOLD = 2
"""So many of those who were told before are named in a line; the card has all of them."""


async def happened(
    tx: Tx, work: Work, cases: Sequence[Case], today: date, reader: int = 0
) -> dict[int, list[tuple[int, Text]]]:
    """By case, a line for each person who was told of the step that it owes now, with the person; first told first. It
    says "you" to the `reader`."""
    numbers = {case.id for case in cases}
    if not numbers:
        return {}
    said: dict[tuple[int, int], list[Respite]] = defaultdict(list)
    for respite in await respites.of(tx, numbers, today):
        said[respite.case_id, respite.person_id].append(respite)
    last = {(one.case_id, one.person_id): one for one in await alerted.of(tx, numbers)}
    lines: dict[int, list[tuple[int, Text]]] = defaultdict(list)
    for (case_id, person_id), one in last.items():
        lines[case_id].append((person_id, _line(work, one, said[case_id, person_id], reader)))
    return lines


def by_others(happened: Mapping[int, Sequence[tuple[int, Text]]], reader: int) -> dict[int, list[Text]]:
    """The same without what the reader was told and said, and only the last of it."""
    others = {case_id: [line for who, line in lines if who != reader] for case_id, lines in happened.items()}
    return {case_id: lines[-TOLD:] for case_id, lines in others.items()}


def _line(work: Work, one: Alerted, said: Sequence[Respite], reader: int) -> Text:
    own = one.person_id == reader
    told = _("Told to you {day}", day=one.day) if own else _("Told to {who} {day}", who=one.who, day=one.day)
    return Joined([told, *answers(work, said)])


def answers(work: Work, said: Sequence[Respite]) -> list[Text]:
    """What one person said to the alerts of a case, in the middle of a sentence."""
    lines: list[Text] = []
    if any(one.kind == KNOWN for one in said):
        lines.append(_("knows of it"))
    if later := [one for one in said if one.kind == LATER]:
        reason = Within(work.catalogue.late[later[-1].reason])
        lines.append(
            counted("put off {count} time: {reason}", "put off {count} times: {reason}", len(later), reason=reason)
        )
    if muted := [one for one in said if one.kind == MUTED]:
        lines.append(_("wants no alerts until {day}", day=muted[-1].until_on))
    return lines

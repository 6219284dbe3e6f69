"""Plays a transcript, step by step, and says what the bot said."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from casework import dates
from tests.transcripts import district
from tests.transcripts.format import Deed, Step, Unwritten, code_in, photos, pieces, quoted
from tests.transcripts.stage import ALBUM_SETTLES, Phone, Stage

A_PERSON_TAKES = timedelta(seconds=5)
_LATER = re.compile(r"след (\d+) минути|(\d+) minutes later")
_ON_A_DAY = re.compile(r"(\w+), (.+), (\d\d:\d\d)")


async def play(stage: Stage, language: str, steps: Sequence[Step]) -> AsyncIterator[Step]:
    """Each step with the answers that really came, as soon as nothing more comes."""
    for step in steps:
        stage.wait(A_PERSON_TAKES)
        if step.moment:
            await stage.move_to(when(step.moment, stage.now, language))
            yield replace(step, answers=_answers(stage, language, ""))
        elif step.is_deed:
            deed = step.deed(language)
            instead = await _do(stage, deed, language)
            yield replace(step, answers=_answers(stage, language, deed.who), instead=instead)
        else:
            await stage.befalls(step.event(language))
            yield replace(step, answers=_answers(stage, language, ""))


def when(said: str, now: datetime, language: str) -> datetime:
    """`след 10 минути`, `сряда, 25 ноември, 09:00`. Raises Unwritten, also for a weekday that is not that day's."""
    if found := _LATER.fullmatch(said):
        return now + timedelta(minutes=int(found[1] or found[2]))
    found = _ON_A_DAY.fullmatch(said)
    today = now.astimezone(district.SOFIA).date()
    day = dates.read_day(found[2], today) if found else None
    hour = dates.read_time(found[3]) if found else None
    if found is None or day is None or hour is None:
        raise Unwritten(said)
    if dates.DAYS[language][day.weekday()] != found[1].casefold():
        raise Unwritten(f"{said}: it is a {dates.DAYS[language][day.weekday()]}")
    return datetime.combine(day, hour, district.SOFIA)


async def _do(stage: Stage, deed: Deed, language: str) -> str:
    """Returns what the messenger did in its place, if it did."""
    phone = stage.phone(deed.who)
    at_once = pieces(deed, language) if deed.verb == "sends at once" else [deed]
    instead = "".join([await _done(stage, phone, one) for one in at_once])
    await stage.settled()
    if deed.verb in ("shows", "sends at once"):
        await stage.move_to(stage.now + ALBUM_SETTLES)
    return instead


async def _done(stage: Stage, phone: Phone, deed: Deed) -> str:
    match deed.verb:
        case "says":
            return await phone.says(deed.what)
        case "taps":
            return await phone.taps(deed.what)
        case "taps twice":
            return await phone.taps(deed.what) + await phone.taps(deed.what)
        case "shows":
            return await phone.shows(*photos(deed.what))
        case "sends":
            return await phone.sends(deed.what)
        case "opens":
            return await phone.opens(district.CODES.get(deed.what) or stage.given)
        case "edits":
            return await phone.edits(deed.what)
        case "blocks":
            return await phone.blocks()
        case "unblocks":
            return await phone.unblocks()
        case "deletes":
            return await phone.deletes()
    raise Unwritten(deed.verb)


def _answers(stage: Stage, language: str, who: str) -> tuple[str, ...]:
    """First to the one who did the step; the others in the order of the cast, then of their joining."""
    told: list[str] = []
    for name in [*([who] if who else []), *(name for name in stage.names if name != who)]:
        heard = stage.phone(name).hears()
        stage.given = next(filter(None, map(code_in, heard)), stage.given)
        told += [quoted(one, language, "" if name == who else name) for one in heard]
    return tuple(told)

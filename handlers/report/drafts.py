"""Reports that wait to be gone on with: how one is kept and listed, and how one is made of what is known already."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from casework.piles import PHOTOS_AT_MOST
from casework.records import Person
from handlers.caseload.pick import where
from handlers.engine import talk
from handlers.engine.scene import Scene, drive
from handlers.engine.talk import JOURNALS, Asking, Journal
from handlers.engine.words import Words, _
from handlers.report import visit
from handlers.report.things import THINGS, what
from storage import journals
from storage.database import Tx
from storage.journals import Kept

DROPPED = _("Thrown away. Nothing was saved.")


def begun(name: str, here: Scene, given: dict[str, Any]) -> Journal:
    """The journal of a conversation that begins now."""
    return Journal(name, secrets.token_urlsafe(6), given={**given, "at": here.moment.at.isoformat()})


async def save(tx: Tx, here: Scene, journal: Journal, title: str = "") -> None:
    """As the open conversation."""
    body, title = JOURNALS.dump_json(journal).decode(), title or _title(here, journal)
    await journals.save(tx, Kept(journal.id, here.me.id, journal.name, body, title), here.moment.at)


def _title(here: Scene, journal: Journal) -> str:
    """How a draft is listed: its case as the conversation saw it, and the number of the report it corrects; of a pile
    what is in it."""
    if things := journal.given.get("things"):
        return Words(here.moment.language, here.moment.today).say(what(THINGS.validate_python(things)))
    found = card(journal)
    if found is None:
        return ""
    corrects = f"№ {journal.given['visit']} · " if journal.name == "fix" else ""
    return f"{corrects}{found['number']} · {where(found['settlement'], found['address'])}"


def card(journal: Journal) -> Any:
    """The case of a report as it was looked up, None while it is not known."""
    return journal.looks.get(f"card{journal.answers.get('case', journal.given.get('case'))}")


async def by_case(tx: Tx, me: Person) -> dict[str, str]:
    """The ids of one's drafts of reports by the number of their case; of several the newest."""
    kept = [one for one in await journals.drafts(tx, me.id) if one.name == "visit" and one.title]
    return {one.title.split(" · ")[0]: one.id for one in reversed(kept)}


async def make(tx: Tx, here: Scene, given: dict[str, Any]) -> str:
    """The id of a new draft; `given` says since when it is known of.

    One of a case that has left meanwhile waits without it, so that nothing is lost.
    """
    journal = replace(begun("visit", here, {}), given=given)
    step = await drive(tx, talk.start(visit.report_visit, here, journal, here.moment))
    if not isinstance(step, Asking):
        return await make(tx, here, {key: value for key, value in given.items() if key != "case"})
    await save(tx, here, step.journal)
    await journals.put_aside(tx, here.me.id)
    return journal.id


async def add(tx: Tx, here: Scene, draft_id: str, given: dict[str, Any]) -> str:
    """Puts what is known into a draft, beside what it has; in a new one where that is gone or has no room."""
    held = await journals.draft(tx, here.me.id, draft_id)
    more = _with_more(JOURNALS.validate_json(held.body), given) if held else None
    if held is None or more is None:
        return await make(tx, here, given)
    await save(tx, here, more, held.title)
    await journals.put_aside(tx, here.me.id)
    return draft_id


def _with_more(journal: Journal, given: dict[str, Any]) -> Journal | None:
    """None when it would be too much: ten photos, or the letters of a note. What it has already stays as it is."""
    known = {**journal.given, **journal.answers}
    photos = [*(known.get("photos") or []), *given.get("photos", [])]
    note = "; ".join(one for one in (known.get("note"), given.get("note")) if one)
    if len(photos) > PHOTOS_AT_MOST or len(note) > visit.NOTE.at_most:
        return None
    both = {**given, **known} | {key: more for key, more in (("photos", photos), ("note", note)) if more}
    answers = {key: both[key] for key in journal.answers}
    return replace(journal, answers=answers, given={key: both[key] for key in both if key not in answers})

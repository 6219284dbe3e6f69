"""Beginning, going on with, putting aside and ending a conversation: where its result is kept.

A conversation writes by returning. Its result is saved here, in the transaction that deletes its journal.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator
from dataclasses import replace
from typing import Any

from casework.numbers import CaseQuery
from casework.numbers import read as read_number
from casework.piles import PHOTOS_AT_MOST
from casework.records import VisitReport
from handlers import menu
from handlers.caseload import moving
from handlers.caseload.pick import looking_for
from handlers.desk import place
from handlers.engine import pictures, talk
from handlers.engine.replies import Pictured, Reply, Tapped, Typed
from handlers.engine.scene import Message, Scene, drive
from handlers.engine.talk import JOURNALS, Asking, Dropped, Journal, Look, Stale, Step
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _, counted
from handlers.flows import FLOWS, KEEP
from handlers.report import drafts, keeping, prefilled, sorting, visit
from storage import cases, journals, people, visits
from storage.database import Tx
from storage.journals import Kept

REPORTS = ("visit", "fix")
DRAFTS = (*REPORTS, sorting.FLOW)
"""What is worth a draft: a report, the correction of one, and a pile that is being sorted."""
FIND = "find"
ASKS_FOR_A_CASE = {("visit", "case"), (FIND, "case")}
BACK, LATER = "-back", "-later"
PHOTO_LOST = _("One photo did not reach me and is not in the report. Please send it again.")


async def begin(tx: Tx, here: Scene, name: str, given: dict[str, Any], kept: Kept | None = None) -> list[Message]:
    """A new conversation; an open report becomes a draft, and that is said."""
    return await _open(tx, here, drafts.begun(name, here, given), kept)


async def _open(tx: Tx, here: Scene, journal: Journal, kept: Kept | None) -> list[Message]:
    aside = await put_aside(tx, here, kept)
    return _under(aside, await _run(tx, here, _start(here, journal), journal))


def _under(said: Text, messages: list[Message]) -> list[Message]:
    if said == "":
        return messages
    return [replace(messages[0], view=messages[0].view.under(said, "")), *messages[1:]]


async def go_on(tx: Tx, here: Scene, kept: Kept | None, reply: Reply, start: str = "") -> list[Message]:
    if kept is None:
        return [message.anew() for message in await begin(tx, here, start, {})]
    journal = JOURNALS.validate_json(kept.body)
    if isinstance(reply, Tapped) and (reply.talk, reply.key) == (journal.id, journal.open_key):
        if reply.value == BACK:
            return await step_back(tx, here, kept)
        if reply.value == LATER:
            return [menu.menu(here.me, await put_aside(tx, here, kept))]
    # The whole report in one line is also welcome where only the case was asked.
    line = reply.text if isinstance(reply, Typed) and (journal.name, journal.open_key) in ASKS_FOR_A_CASE else ""
    if line and (found := await one_line(tx, here, line, kept)):
        return found
    if isinstance(reply, Pictured) and journal.name == FIND:
        return await pictured(tx, here, reply, kept)
    if isinstance(reply, Pictured) and journal.name in DRAFTS:
        if _of_another_case(here, journal, reply.caption):
            return await pictured(tx, here, reply, kept)
        if journal.open_key != "photos":
            return await _photo_aside(tx, here, journal, reply)
    steps = talk.advance(FLOWS[journal.name], here, journal, reply, here.moment)
    return await _run(tx, here, steps, journal, reply)


async def again(tx: Tx, here: Scene, kept: Kept) -> list[Message]:
    """The present question once more, as a new message."""
    journal = JOURNALS.validate_json(kept.body)
    return [m.anew() for m in await _run(tx, here, _start(here, journal), journal)]


async def step_back(tx: Tx, here: Scene, kept: Kept) -> list[Message]:
    journal = JOURNALS.validate_json(kept.body)
    return await _run(tx, here, talk.back(FLOWS[journal.name], here, journal, here.moment), journal)


async def put_aside(tx: Tx, here: Scene, kept: Kept | None) -> Text:
    """Returns the sentence that says so; empty when nothing worth keeping was open."""
    if kept is None:
        return ""
    if not begun(JOURNALS.validate_json(kept.body)):
        await journals.delete(tx, kept.id)
        return ""
    await journals.put_aside(tx, here.me.id)
    return _("What you sent is in My drafts.") if kept.name == sorting.FLOW else _("Your report is in My drafts.")


def begun(journal: Journal) -> bool:
    """Whether there is anything in it that the person would miss."""
    if journal.name == "fix":
        return bool(journal.answers != journal.given["saved"])
    return journal.name == sorting.FLOW or (
        journal.name == "visit" and (bool(journal.answers) or set(journal.given) > {"at"})
    )


async def leave_card(tx: Tx, kept: Kept | None) -> None:
    """Whoever goes back from a deed begun on a card has thrown it away."""
    if kept and place.card_of(JOURNALS.validate_json(kept.body).given):
        await journals.delete(tx, kept.id)


async def discard(tx: Tx, here: Scene, kept: Kept) -> list[Message]:
    await journals.delete(tx, kept.id)
    return [menu.menu(here.me, _dropped(kept.name)).anew()]


def _dropped(name: str) -> Text:
    return drafts.DROPPED if name in ("visit", sorting.FLOW) else _("Nothing was changed.")


async def resume(tx: Tx, here: Scene, kept: Kept | None, journal_id: str) -> list[Message]:
    held = await journals.draft(tx, here.me.id, journal_id)
    if held is None:
        return [menu.menu(here.me, _("This draft is no longer there."))]
    other = kept if kept and kept.id != held.id else None
    return await _open(tx, here, JOURNALS.validate_json(held.body), other)


async def correct(tx: Tx, here: Scene, kept: Kept | None, visit_id: int) -> list[Message]:
    """A saved report opened at its review; saving it makes a new version."""
    saved = await visits.get(tx, here.me, visit_id)
    if saved is None:
        return [menu.menu(here.me, visit.NOT_YOURS)]
    answers = visit.answers_of(here.work, saved.report)
    given = {
        "at": saved.saved_at.isoformat(),
        "visit": saved.id,
        "version": saved.version,
        "attempt": saved.report.attempt,
        "saved": answers,
    }
    return await _open(tx, here, Journal("fix", secrets.token_urlsafe(6), given=given, answers=answers), kept)


async def one_line(tx: Tx, here: Scene, text: str, kept: Kept | None = None) -> list[Message]:
    """A report in one line, shown for one tap; empty when the text is not one."""
    line = prefilled.line(here, text)
    if line is None:
        return []
    return [
        message.anew() for message in await _for_case(tx, here, line.case, prefilled.of_line(line), line.note, kept)
    ]


async def pictured(tx: Tx, here: Scene, reply: Pictured, kept: Kept | None) -> list[Message]:
    """A photo begins the report of the case in its caption, with the photo in it; without one the case is asked and
    the caption is the note."""
    given: dict[str, Any] = {"photos": [pictures.stored(reply.photo)]}
    line = prefilled.line(here, reply.caption)
    query = prefilled.case(here, reply.caption)
    note = line.note if line else "" if query else reply.caption
    messages = await _for_case(tx, here, query, given | (prefilled.of_line(line) if line else {}), note, kept)
    return [replace(message.anew(), settle=True) for message in messages]


def _of_another_case(here: Scene, journal: Journal, caption: str) -> bool:
    """Whether the caption of a photo names a case, and not the one of the open report."""
    query = prefilled.case(here, caption)
    if query is None:
        return False
    card = drafts.card(journal)
    mine = read_number(card["number"]) if card else None
    return mine is None or query not in (mine, replace(mine, prefix=""))


async def _for_case(
    tx: Tx, here: Scene, query: CaseQuery | None, given: dict[str, Any], note: str, kept: Kept | None
) -> list[Message]:
    """A report with what is known of it. Which case it is, and a note that cannot be kept, are asked."""
    held, kept = await _taken_over(tx, kept)
    noted, refused = prefilled.noted(here, note, given)
    journal = drafts.begun("visit", here, {**held, **given, **noted})
    if query:
        journal = await _at_case(tx, here, journal, query)
    return _under(refused, await _open(tx, here, journal, kept))


async def _at_case(tx: Tx, here: Scene, journal: Journal, query: CaseQuery) -> Journal:
    """With the case that is meant, or with the question which of those found it is."""
    found, total = await cases.numbered(tx, here.me, query, offset=0, limit=1)
    if total == 1:
        return replace(journal, given={**journal.given, "case": found[0].id})
    return replace(journal, open_key="case", partial=looking_for(query.sought))


async def _taken_over(tx: Tx, kept: Kept | None) -> tuple[dict[str, Any], Kept | None]:
    """What an open report holds that waits for its first answer goes into the new one; any other stays for later."""
    journal = JOURNALS.validate_json(kept.body) if kept and kept.name == "visit" else None
    if kept is None or journal is None or journal.answers or "case" in journal.given:
        return {}, kept
    await journals.delete(tx, kept.id)
    return journal.given, None


async def _photo_aside(tx: Tx, here: Scene, journal: Journal, reply: Pictured) -> list[Message]:
    """A photo at another question is not lost: it goes into the report, and the question stays."""
    answered = "photos" in journal.answers
    held = list((journal.answers if answered else journal.given).get("photos") or [])
    if visit.is_only_the_fact(here.work, {**journal.given, **journal.answers}):
        said: Text = visit.NO_STORY
    elif len(held) >= PHOTOS_AT_MOST:
        said = _("There are already {count} photos in this report; no more are taken.", count=str(len(held)))
    else:
        photos = {"photos": pictures.among(held, reply.photo)}
        if answered:
            journal = replace(journal, answers={**journal.answers, **photos})
        else:
            journal = replace(journal, given={**journal.given, **photos})
        said = counted("{count} photo is in the report.", "{count} photos are in the report.", len(photos["photos"]))
    messages = await _run(tx, here, _start(here, journal), journal)
    return [replace(m.anew(), view=m.view.under(said, ""), settle=True) for m in messages]


async def photo_lost(tx: Tx, here: Scene, unique: str, *, saved: bool) -> list[Message]:
    """What the sender of a photo is told that cannot be fetched any more; it leaves the report it was meant for."""
    for kept, is_open in await journals.held(tx, here.me.id):
        journal = JOURNALS.validate_json(kept.body)
        without = pictures.without(journal, unique)
        if without == journal:
            continue
        await journals.rewrite(tx, kept.id, JOURNALS.dump_json(without).decode())
        if is_open:
            asked = await _run(tx, here, _start(here, without), without)
            return [replace(m.anew(), view=m.view.under(PHOTO_LOST, ""), to=here.me.id) for m in asked]
        return [Message(View((PHOTO_LOST,), ((Button(_("My drafts"), "", "drafts"),),)), to=here.me.id)]
    last = Button(_("My last reports"), "", "last")
    return [Message(View((PHOTO_LOST,), ((last,),)), to=here.me.id)] if saved else []


def _start(here: Scene, journal: Journal) -> Generator[Look, Any, Step]:
    return talk.start(FLOWS[journal.name], here, journal, here.moment)


async def _run(
    tx: Tx, here: Scene, steps: Generator[Look, Any, Step], journal: Journal, reply: Reply | None = None
) -> list[Message]:
    step = await drive(tx, steps)
    match step:
        case Asking():
            await drafts.save(tx, here, step.journal)
            return [_shown(step, reply)]
        case Stale(asking):
            said = _("That was an older button; nothing changed. We are here:")
            shown = replace(_shown(asking, None), view=_with_ways(asking).under(said, ""))
            # What another conversation asked stays what it is: two bubbles with one question would be about one thing.
            return [shown if isinstance(reply, Tapped) and reply.talk == journal.id else shown.anew()]
    await journals.delete(tx, journal.id)
    if isinstance(step, Dropped):
        return [menu.menu(here.me, _dropped(journal.name))]
    return await _keep(tx, here, journal, step.result)


def _shown(asking: Asking, reply: Reply | None) -> Message:
    tapped = reply is None or isinstance(reply, Tapped)
    return Message(
        _with_ways(asking), asking.journal.id, asking.key,
        replaces=tapped, settle=isinstance(reply, Pictured), stands=asking.stands if tapped else 0,
    )  # fmt: skip


def _with_ways(asking: Asking) -> View:
    """Every question of a report or a pile can be taken back or left for later."""
    if asking.journal.name == FIND:
        return asking.view.with_row(menu.CASES, menu.MENU)
    if card := place.card_of(asking.journal.given):
        return asking.view.with_row(card)
    if asking.journal.name not in DRAFTS or asking.key == "review":
        return asking.view
    back = (Button(_("← Back"), BACK),) if asking.journal.answers else ()
    return asking.view.with_row(*back, Button(_("Later"), LATER))


async def _keep(tx: Tx, here: Scene, journal: Journal, result: Any) -> list[Message]:
    if keep := KEEP.get(journal.name):
        return place.returning(await keep(tx, here, result), journal.given)
    if journal.name == "language":
        return await _in_language(tx, here, result)
    return await _kept_report(tx, here, journal, result)


async def _kept_report(tx: Tx, here: Scene, journal: Journal, report: VisitReport | None) -> list[Message]:
    """Of a report or of the correction of one; the receipt, and what others are told."""
    if report and (gone := await moving.gone(tx, here, report.case_id)):
        await drafts.save(tx, here, journal)
        await journals.put_aside(tx, here.me.id)
        return [menu.menu(here.me, gone)]
    rows = ((menu.REPORT,), (menu.CASES, Button(_("My last reports"), "", "last")))
    if journal.name == "visit":
        saved = await keeping.keep_report(tx, here.work, here.me, report, here.moment.at)
        printed = ((menu.print_form(saved.number),),) if saved.number else ()
        return [Message(View((saved.receipt,), (*rows, *printed))), *saved.told]
    visit_id, version = journal.given["visit"], journal.given["version"]
    saved = await keeping.keep_correction(
        tx, here.work, here.me, report, here.moment.at, visit_id=visit_id, version=version
    )
    # Who came second to a correction opens the report again with one tap.
    ways = ((menu.correct(visit_id),), *rows, (menu.print_form(visit_id),))
    return [Message(View((saved.receipt,), ways)), *saved.told]


async def _in_language(tx: Tx, here: Scene, language: str) -> list[Message]:
    """From here on everything is said in `language`; who is new reads the note next."""
    await people.set_language(tx, here.me.id, language)
    here = Scene(replace(here.me, language=language), here.work, replace(here.moment, language=language))
    messages = [menu.menu(here.me)] if here.me.accepted_at else await begin(tx, here, "join", {})
    return [replace(message, language=language) for message in messages]

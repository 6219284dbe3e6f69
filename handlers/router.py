"""Which conversation a message belongs to, and what comes back.

Order: who is it; a command; a button of the menu; the open conversation; a report in one line; else the menu.
Nothing here talks to a messenger: the answer is a list of `Message`s.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

from casework.records import READERS, Person
from handlers import (
    advice,
    announce,
    aside,
    checked,
    conversations,
    coordinate,
    forms,
    imports,
    institution,
    link,
    menu,
    movement,
    questions,
    reach,
    readers,
    season,
    settings,
)
from handlers import cases as my_cases
from handlers.join import STRANGER
from handlers.late import put_off
from handlers.menu import OLD_BUTTON
from handlers.replies import Filed, Incoming, Pictured, Reply, Tapped, Typed, Unreadable
from handlers.scene import Message, Scene, Work
from handlers.talk import Moment
from handlers.views import BELOW, Button, View
from handlers.words import Text, _, in_every_language
from storage import links, people
from storage.database import Tx
from storage.journals import Kept

GO = "go"
CANNOT_READ = _("I cannot read this. Please write, tap a button or send a photo.")


async def respond(
    tx: Tx, work: Work, me: Person | None, kept: Kept | None, incoming: Incoming, moment: Moment
) -> list[Message]:
    """The answer to one message; whatever must be kept is written in `tx`."""
    if me is None:
        return await _stranger(tx, work, incoming, moment)
    me = checked.asked_of(work, await questions.counted_for(tx, await aside.counted_for(tx, me)))
    here = Scene(me, work, moment, incoming.takes_back)
    if me.accepted_at is None:
        return await conversations.go_on(tx, here, kept, incoming.reply, start="join" if me.language else "language")
    if me.role in READERS:
        return await readers.respond(tx, here, kept, _command(incoming.reply), incoming.reply)
    if sought := advice.sought(incoming.reply):
        return [*await advice.found(tx, here, sought), *(await conversations.again(tx, here, kept) if kept else [])]
    command = _command(incoming.reply)
    if barred := institution.barred(here, kept, command, incoming.reply):
        return barred
    if command:
        return await _commanded(tx, here, kept, command)
    if isinstance(incoming.reply, Tapped) and incoming.reply.talk == GO:
        return await _menu_tap(tx, here, kept, incoming.reply)
    if isinstance(incoming.reply, Filed):
        said = await imports.received(tx, here, incoming, incoming.reply)
        return [said, *(await conversations.again(tx, here, kept) if kept else [])]
    if kept:
        return await conversations.go_on(tx, here, kept, incoming.reply)
    return await _nothing_open(tx, here, incoming.reply)


async def _stranger(tx: Tx, work: Work, incoming: Incoming, moment: Moment) -> list[Message]:
    if linking := link.read(incoming.reply):
        return await _linked(tx, linking, incoming, moment)
    text = incoming.reply.text if isinstance(incoming.reply, Typed) else ""
    code = text.removeprefix("/start").strip() if text.startswith("/start ") else ""
    joined = None
    if code:
        who = incoming
        joined = await people.join(tx, code, who.channel, who.account, who.chat, who.name, moment.at)
    if joined is None:
        return [Message(View((STRANGER,)), replaces=False)]
    # Somebody who comes back by a new link is known already, and may have left a conversation open.
    me, kept = await people.with_journal(tx, incoming.channel, incoming.account)
    return [replace(told, language=joined.language) for told in await respond(tx, work, me, kept, incoming, moment)]


async def _linked(tx: Tx, code: str, incoming: Incoming, moment: Moment) -> list[Message]:
    """Somebody who is known on another messenger and writes their code here; a wrong one is a stranger's."""
    person_id = await links.use(tx, code, incoming.channel, incoming.account, incoming.chat, moment.at)
    me = await people.get(tx, person_id) if person_id else None
    return link.welcome(me, incoming) if me else [Message(View((STRANGER,)), replaces=False)]


@cache
def _spoken() -> dict[str, str]:
    """The fixed words in every language, and the command each stands for."""
    return {
        said.casefold(): command
        for command, label in menu.SPOKEN.items()
        for said in in_every_language(label.one).values()
    }


def _command(reply: Reply) -> str:
    """`/menu`, `/menu@the_bot`, "Menu"; /start of somebody known is the menu."""
    if not isinstance(reply, Typed):
        return ""
    if not reply.text.startswith("/"):
        return _spoken().get(reply.text.strip().casefold(), "")
    word = reply.text[1:].split("@")[0].split(maxsplit=1)
    return "menu" if not word or word[0] == "start" else word[0].casefold()


async def _commanded(tx: Tx, here: Scene, kept: Kept | None, command: str) -> list[Message]:
    match command:
        case "back" if kept:
            return await conversations.step_back(tx, here, kept)
        case "cancel" if kept:
            return await conversations.discard(tx, here, kept)
        case "help":
            return [menu.help_(here.me), *(await conversations.again(tx, here, kept) if kept else [])]
        case "hour" | "announce" if not here.me.coordinates:
            pass  # there is no such command for them
        case "report" | "cases" | "last" | "drafts" | "settings" | "language" | "hour" | "ask" | "announce":
            tap = Tapped(GO, command, "0" if command == "cases" else "")
            return [message.anew() for message in await _menu_tap(tx, here, kept, tap)]
        case "menu":
            above = await conversations.put_aside(tx, here, kept)
            return [menu.menu(here.me, above).anew()]
        case "back" | "cancel":
            return [menu.menu(here.me, _("There is nothing open.")).anew()]
    said = _(
        "I do not know this command. These are the ones I know: "
        "/report /cases /last /drafts /ask /language /menu /back /cancel /help"
    )
    return [Message(View((said,)), replaces=False), *(await conversations.again(tx, here, kept) if kept else [])]


async def _menu_tap(tx: Tx, here: Scene, kept: Kept | None, tap: Tapped) -> list[Message]:
    if tap.key.endswith(BELOW):
        # What came unasked stays where it is, with its other buttons.
        above = replace(tap, key=tap.key.removesuffix(BELOW))
        return [told.anew() for told in await _menu_tap(tx, here, kept, above)]
    number = int(tap.value) if tap.value.isdecimal() and len(tap.value) < 16 else -1
    match tap.key:
        case "report":
            return await conversations.begin(tx, here, "visit", {"case": number} if number > 0 else {}, kept)
        case "settings":
            return [await settings.shown(tx, here)]
        case "connect":
            return [await link.code(tx, here)]
        case "language" | "hour" | "notices" | "search" | "day":
            return await conversations.begin(tx, here, tap.key, {}, kept)
        case "ask" | "question" | "questions" | "take" | "answer" | "answer_too" | "helped":
            return await _asking(tx, here, kept, tap.key, number)
        case "announce" | "announce_new" | "announced" | "read" | "remind":
            return await _announcing(tx, here, kept, tap.key, number)
        case key if key in checked.KEYS:
            return await checked.tapped(tx, here, kept, tap, partial(conversations.begin, tx, here, kept=kept))
        case key if key in institution.KEYS:
            return await institution.tapped(tx, here, kept, key, number)
        case "publish":
            return await conversations.begin(tx, here, "publish", {"answer": number}, kept)
        case "help_more":
            return [await advice.more(tx, here, tap.value)]
        case "withdraw":
            return [await advice.withdraw(tx, here, number)]
        case key if key in movement.KEYS:
            return await movement.tapped(tx, here, key, number, partial(conversations.begin, tx, here, kept=kept))
        case "resume":
            return await conversations.resume(tx, here, kept, tap.value)
        case "go_on":
            # A notice keeps its other buttons.
            return [told.anew() for told in await conversations.resume(tx, here, kept, tap.value)]
        case "fix":
            return await conversations.correct(tx, here, kept, number)
        case "cases":
            return [await my_cases.listed(tx, here, max(number, 0))]
        case "card":
            return [await my_cases.card(tx, here, number)]
        case "name":
            return [await my_cases.name(tx, here, number)]
        case "lead":
            return await my_cases.lead(tx, here, number)
        case "late" | "postpone":
            return [await put_off(tx, here, tap)]
        case "drafts":
            return [await menu.drafts(tx, here)]
        case "last":
            return [await menu.last_reports(tx, here)]
        case "season":
            return await season.report(tx, here, tap.value)
        case "table":
            return [await coordinate.table(tx, here)]
        case "form":
            return [await forms.one(tx, here, number)]
        case "forms" if of := forms.chosen(tap.value):
            return await forms.pages(tx, here, of)
        case "sheet" if of := forms.chosen(tap.value):
            return await forms.table(tx, here, of)
        case "link":
            return [await reach.link(tx, here, number)]
        case "aside":
            return [await aside.listed(tx, here)]
        case "retry":
            return [await aside.retry(tx, here, number)]
        case imports.IMPORT:
            return [await imports.agree(tx, here, number)]
        case imports.DISCARD:
            return [await imports.discard(tx, here, number)]
        case "help":
            return [menu.help_(here.me)]
        case "menu":
            return [menu.menu(here.me, await conversations.put_aside(tx, here, kept)).anew()]
    return [Message(View((OLD_BUTTON,), ((menu.MENU,),)), replaces=False)]


async def _asking(tx: Tx, here: Scene, kept: Kept | None, key: str, number: int) -> list[Message]:
    match key:
        case "question":
            return [await questions.shown(tx, here, number)]
        case "questions":
            return [await questions.listed(tx, here)]
        case "take":
            return [await questions.take(tx, here, number)]
        case "answer_too":
            return await questions.send_too(tx, here, number)
        case "helped":
            return [await questions.helped(tx, here, number)]
        case "answer":
            if refused := await questions.taken_elsewhere(tx, here, number):
                return [refused]
            given = {"question": number}
        case _:
            given = {}
    # Begun from a notice, which keeps its buttons.
    return [told.anew() for told in await conversations.begin(tx, here, key, given, kept)]


async def _announcing(tx: Tx, here: Scene, kept: Kept | None, key: str, number: int) -> list[Message]:
    match key:
        case "announced":
            return [await announce.status(tx, here, number)]
        case "read":
            return [await announce.read(tx, here, number)]
        case "remind":
            return await announce.remind(tx, here, number)
        case "announce" if shown := await announce.sent_before(tx, here):
            return [shown]
    return await conversations.begin(tx, here, "announce", {}, kept)


async def _nothing_open(tx: Tx, here: Scene, reply: Reply) -> list[Message]:
    match reply:
        case Typed(text=text) if found := await conversations.one_line(tx, here, text):
            return found
        case Pictured():
            return await conversations.pictured(tx, here, reply, None)
        case Tapped():
            return [_old_button()]
        case Unreadable():
            return [menu.menu(here.me, CANNOT_READ).anew()]
    hint: Text = _("To report in one line, begin with the number of the case: 14 nobody.")
    return [menu.menu(here.me, hint).anew()]


def _old_button() -> Message:
    rows = ((Button(_("My drafts"), "", "drafts"), menu.MENU),)
    return Message(View((OLD_BUTTON,), rows), replaces=False)

"""Which conversation a message belongs to, and what comes back.

Order: who is it; a command; a button of the menu; the open conversation; a report in one line; a case that is sought;
else the menu.
Nothing here talks to a messenger: the answer is a list of `Message`s.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

from casework import privacy
from casework.records import READERS, Person
from handlers import buttons, conversations, menu
from handlers.buttons import GO
from handlers.caseload import finding
from handlers.caseload.pick import can_be_sought
from handlers.desk import aside, imports
from handlers.engine.kinds import PERSONAL_NUMBER
from handlers.engine.replies import Filed, Incoming, Pictured, Reply, Tapped, Typed, Unreadable, words_of
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.talk import Moment
from handlers.engine.views import Button, View
from handlers.engine.words import _, in_every_language
from handlers.institutions import checked, institution
from handlers.menu import OLD_BUTTON
from handlers.office import readers
from handlers.people import advice, guessing, link, questions
from handlers.people.join import STRANGER
from handlers.report import pile
from storage import links, people
from storage.database import Tx
from storage.journals import Kept

CANNOT_READ = _("I cannot read this. Please write, tap a button or send a photo.")
AS_BUTTONS = ("report", "cases", "last", "drafts", "settings", "language", "hour", "ask", "announce")
"""Commands that do what the button of that key does."""
COMMANDS = frozenset(("start", "menu", "back", "cancel", "help", *AS_BUTTONS))


async def respond(
    tx: Tx, work: Work, me: Person | None, kept: Kept | None, incoming: Incoming, moment: Moment
) -> list[Message]:
    """The answer to one message; whatever must be kept is written in `tx`.

    Whatever it was to be, a personal number in it is refused.
    """
    holds_number = bool(privacy.personal_numbers(words_of(incoming.reply)))
    if holds_number and me and me.accepted_at and _command(incoming.reply):
        here = Scene(me, work, moment, incoming.takes_back)
        told = await conversations.again(tx, here, kept) if kept else [menu.menu(me).anew()]
    else:
        told = await _responded(tx, work, me, kept, incoming, moment)
    if not holds_number or any(PERSONAL_NUMBER in one.view.lines for one in told):
        return told
    first = next(n for n, one in enumerate(told) if one.to is None)
    told[first] = replace(told[first], view=told[first].view.under(PERSONAL_NUMBER, ""))
    return told


async def _responded(
    tx: Tx, work: Work, me: Person | None, kept: Kept | None, incoming: Incoming, moment: Moment
) -> list[Message]:
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
        return await buttons.tapped(tx, here, kept, incoming.reply)
    if isinstance(incoming.reply, Filed):
        said = await imports.received(tx, here, incoming, incoming.reply)
        return [said, *(await conversations.again(tx, here, kept) if kept else [])]
    return await pile.received(tx, here, kept, incoming, partial(_answered, tx, here, kept, incoming.reply))


async def _answered(tx: Tx, here: Scene, kept: Kept | None, reply: Reply) -> list[Message]:
    """By the open conversation, else by what can begin with it."""
    return await (conversations.go_on(tx, here, kept, reply) if kept else _nothing_open(tx, here, reply))


async def _stranger(tx: Tx, work: Work, incoming: Incoming, moment: Moment) -> list[Message]:
    if linking := link.read(incoming.reply):
        return await _linked(tx, work, linking, incoming, moment)
    text = incoming.reply.text if isinstance(incoming.reply, Typed) else ""
    code = text.removeprefix("/start").strip() if text.startswith("/start ") else ""
    joined = None
    if code:
        who = incoming
        joined = await people.join(tx, code, who.channel, who.account, who.chat, who.name, moment.at)
    if joined is None:
        return await _not_in(tx, work, incoming, moment)
    # Somebody who comes back by a new link is known already, and may have left a conversation open.
    me, kept = await people.with_journal(tx, incoming.channel, incoming.account)
    return [replace(told, language=joined.language) for told in await _responded(tx, work, me, kept, incoming, moment)]


async def _not_in(tx: Tx, work: Work, incoming: Incoming, moment: Moment) -> list[Message]:
    """One sentence to whoever stays a stranger, and a word to others when they guess."""
    return [Message(View((STRANGER,)), replaces=False), *await guessing.told(tx, work, incoming, moment.at)]


async def _linked(tx: Tx, work: Work, code: str, incoming: Incoming, moment: Moment) -> list[Message]:
    """Somebody who is known on another messenger and writes their code here; a wrong one is a stranger's."""
    person_id = await links.use(tx, code, incoming.channel, incoming.account, incoming.chat, moment.at)
    me = await people.get(tx, person_id) if person_id else None
    return link.welcome(me, incoming) if me else await _not_in(tx, work, incoming, moment)


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
        case _ if command in AS_BUTTONS:
            tap = Tapped(GO, command, "0" if command == "cases" else "")
            return [message.anew() for message in await buttons.tapped(tx, here, kept, tap)]
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


async def _nothing_open(tx: Tx, here: Scene, reply: Reply) -> list[Message]:
    match reply:
        case Typed(text=text) if found := await conversations.one_line(tx, here, text):
            return found
        case Typed(text=text) if can_be_sought(text):
            return await finding.typed(tx, here, text, partial(conversations.begin, tx, here))
        case Pictured():
            return await conversations.pictured(tx, here, reply, None)
        case Tapped():
            return [_old_button()]
        case Unreadable():
            return [menu.menu(here.me, CANNOT_READ).anew()]
    return [menu.menu(here.me, finding.IN_ONE_LINE).anew()]


def _old_button() -> Message:
    rows = ((Button(_("My drafts"), "", "drafts"), menu.MENU),)
    return Message(View((OLD_BUTTON,), rows), replaces=False)

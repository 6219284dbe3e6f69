"""What somebody can choose for themselves, in one screen: language, when they are told what, messenger, absences."""

from __future__ import annotations

from handlers import menu
from handlers.engine.kinds import OneOf
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import LANGUAGES, Text, _, counted
from handlers.people import about_me, absence, hours
from handlers.people.link import MESSENGERS
from storage import people, spending
from storage.database import Tx

ANY = _("Whichever costs nothing")


async def shown(tx: Tx, here: Scene) -> Message:
    me, ways = here.me, await people.ways(tx, here.me.id)
    lines: list[Text] = [_("Language: {language}", language=LANGUAGES[me.language]), *hours.lines(here)]
    rows: list[tuple[Button, ...]] = [(Button(_("Language"), "", "language"),), *hours.rows(me)]
    if me.coordinates:
        lines.append(_("The digest comes at {hour}.", hour=f"{here.work.times(me).digest_hour:%H:%M}"))
        rows += [(Button(_("Digest hour"), "", "hour"),), (Button(_("Digest now"), "", "digest_now"),)]
        lines += [_paid(*spent) for spent in await spending.by_month(tx)]
    if len(here.work.messengers) > 1:
        lines.append(_("I reach you on: {messengers}", messengers=", ".join(MESSENGERS[way.channel] for way in ways)))
    if len(ways) > 1:
        lines.append(_("Notices come to: {messenger}", messenger=MESSENGERS.get(me.preferred, ANY)))
        rows.append((Button(_("Messenger for notices"), "", "notices"),))
    said, buttons = await absence.standing(tx, me)
    lines, rows = lines + said, rows + buttons
    if set(here.work.messengers) - {way.channel for way in ways}:
        rows.append((Button(_("Link another messenger"), "", "connect"),))
    return Message(View(tuple(lines), (*rows, (about_me.BUTTON,), (menu.MENU,))))


def _paid(month: str, channel: str, count: int) -> Text:
    return counted(
        "Paid in {month} on {messenger}: {count} message",
        "Paid in {month} on {messenger}: {count} messages",
        count,
        month=f"{month[5:]}.{month[:4]}",
        messenger=MESSENGERS[channel],
    )


async def choose_messenger(talk: Talk, here: Scene) -> str:
    choices: dict[str, Text] = {**{name: MESSENGERS[name] for name in here.work.messengers}, "any": ANY}
    return await talk.ask("messenger", _("Where shall notices come?"), OneOf(choices))


async def keep_messenger(tx: Tx, here: Scene, channel: str) -> list[Message]:
    await people.prefer(tx, here.me.id, "" if channel == "any" else channel)
    return [menu.menu(here.me, _("Notices will come to: {messenger}", messenger=MESSENGERS.get(channel, ANY)))]

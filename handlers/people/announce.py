"""An announcement: one text to many of one's people, and who has read it.

What a newcomer gets wrong: the number shown before Send is of that moment; it goes to whoever is there at the tap.
"""

from __future__ import annotations

from dataclasses import dataclass

from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL
from handlers.engine.kinds import AnyOf, OneOf, Sentence
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View, and_more
from handlers.engine.words import Text, _, beginning, counted
from handlers.menu import ANNOUNCE, MENU
from storage import announcements
from storage.announcements import Audience, Reach, Sent
from storage.database import Tx

LONGEST = 1500
LISTED, NAMED = 5, 20
TITLE = 20
"""Letters of an announcement by which its button is known among others."""
ROLES: dict[str, Text] = {
    LEADER: _("team leaders"),
    MEMBER: _("team members"),
    MUNICIPAL: _("municipal coordinators"),
    REGIONAL: _("regional coordinators"),
}
NOT_YOURS = _("This announcement is not there for you. Nothing was changed.")


@dataclass(frozen=True)
class New:
    """`text` is empty when it is not to be sent."""

    text: str
    to: Audience


async def announce(talk: Talk, here: Scene) -> New:
    if not here.me.coordinates:
        return New("", Audience())
    said = _("What shall they know? Up to 1500 characters, without names of children.")
    text = await talk.ask("text", said, Sentence(LONGEST, optional=False))
    audience = await _audience(talk, here, await talk.look("reach", announcements.reach, here.me))
    readers, unreached = await talk.look(f"readers {audience}", announcements.counts, here.me, audience)
    if not readers:
        return New(text, audience)
    talk.say(text)
    talk.say("")
    if unreached:
        talk.say(_("Cannot be reached now: {count}", count=str(unreached)))
    question = counted("It goes to {count} person.", "It goes to {count} people.", readers - unreached)
    sure = await talk.ask("sure", question, OneOf({"send": _("Send"), "no": _("Do not send")}, columns=2))
    return New(text if sure == "send" else "", audience)


async def _audience(talk: Talk, here: Scene, reach: Reach) -> Audience:
    region = here.me.role == REGIONAL
    ways: dict[str, Text] = {"all": _("Everybody in my area"), "roles": _("By role")}
    if region and reach.municipalities:
        ways["place"] = _("The teams of one municipality")
    if reach.teams:
        ways["team"] = _("One team")
    match await talk.ask("who", _("To whom?"), OneOf(ways)):
        case "roles":
            held = {role: label for role, label in ROLES.items() if region or role in (LEADER, MEMBER)}
            chosen = await talk.ask("roles", _("Who?"), AnyOf(held, at_most=len(held)))
            return Audience(roles=chosen or ("",))
        case "place":
            places: dict[str, Text] = {str(number): place for number, place in enumerate(reach.municipalities)}
            place = await talk.ask("place", _("Which municipality?"), OneOf(places, columns=2, first=10))
            return Audience(municipality=reach.municipalities[int(place)])
        case "team":
            teams: dict[str, Text] = {str(team.id): team.name for team in reach.teams}
            team = await talk.ask("team", _("Which team?"), OneOf(teams, columns=3, first=18))
            return Audience(team_id=int(team))
    return Audience()


async def keep(tx: Tx, here: Scene, new: New) -> list[Message]:
    """Sends it to everybody it is meant for who can be reached; the others are counted."""
    readers = await announcements.readers(tx, here.me, new.to) if new.text else []
    if not readers:
        why = _("Nothing was sent: there is nobody to get it.") if new.text else _("Nothing was sent.")
        return [Message(View((why,), ((MENU,),)))]
    number = await announcements.send(tx, here.me, new.text, readers, here.moment.at)
    notices = [_notice(here, number, new.text, one.person_id) for one in readers if one.reached]
    said = counted("Sent to {count} person.", "Sent to {count} people.", len(notices))
    return [Message(View((said,), ((_who_read(number),), (MENU,)))), *notices]


def _who_read(number: int) -> Button:
    return Button(_("See who has read it"), str(number), "announced")


def _notice(here: Scene, number: int, text: str, to: int, above: Text = "") -> Message:
    which = _("Read: {start}", start=beginning(text, TITLE))
    have_read = Button(_("I have read it"), str(number), "read", among=which)
    view = View((_("{who} announces:", who=here.me.name), text), ((have_read,),))
    shown = view.under(above) if above != "" else view
    return Message(shown, replaces=False, to=to, can_wait=True, to_many=True)


async def read(tx: Tx, here: Scene, number: int) -> Message:
    known = await announcements.read(tx, here.me, number, here.moment.at)
    return Message(View((_("Noted, thank you.") if known else NOT_YOURS,), ((MENU,),)), replaces=False)


async def sent_before(tx: Tx, here: Scene) -> Message | None:
    """What the coordinator announced last, with a way to a new one; None when there is nothing to choose from."""
    sent = await announcements.last_of(tx, here.me, LISTED) if here.me.coordinates else []
    if not sent:
        return None
    rows = tuple((Button(_line(one), str(one.id), "announced"),) for one in sent)
    new = Button(_("New announcement"), "", "announce_new")
    return Message(View((_("Your last announcements, and how many have read each."),), (*rows, (new, MENU))))


def _line(one: Sent) -> Text:
    return _("{read} of {all} · {start}", read=str(one.read), all=str(one.readers), start=beginning(one.text))


async def status(tx: Tx, here: Scene, number: int) -> Message:
    """Who has read it and who has not, for its sender."""
    one = await announcements.get(tx, here.me, number)
    if one is None:
        return Message(View((NOT_YOURS,), ((MENU,),)), replaces=False)
    waiting = await announcements.unread(tx, number)
    lines: list[Text] = [one.text, "", _("Read: {read} of {all}", read=str(one.read), all=str(one.readers))]
    if one.unreached:
        lines.append(_("Could not be reached: {count}", count=str(one.unreached)))
    if waiting:
        lines.append(_("Not yet: {names}", names=", ".join(name for _id, name in waiting[:NAMED])))
    lines += and_more(len(waiting) - NAMED)
    remind = ((Button(_("Remind them once"), str(number), "remind"),),) if waiting and not one.reminded else ()
    return Message(View(tuple(lines), (*remind, (ANNOUNCE, MENU))))


async def remind(tx: Tx, here: Scene, number: int) -> list[Message]:
    """Once, those who have not read it."""
    one = await announcements.get(tx, here.me, number)
    if one is None or not await announcements.remind(tx, here.me, number, here.moment.at):
        said = _("They were reminded once already.") if one else NOT_YOURS
        return [Message(View((said,), ((MENU,),)), replaces=False)]
    waiting = await announcements.unread(tx, number)
    told = [_notice(here, number, one.text, person_id, _("A reminder.")) for person_id, _name in waiting]
    said = counted("Reminded: {count} person.", "Reminded: {count} people.", len(told))
    return [Message(View((said,), ((_who_read(number),), (MENU,)))), *told]

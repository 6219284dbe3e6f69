"""Joining by a one-time invitation: language, then the confidentiality note, accepted and recorded."""

from __future__ import annotations

from casework.records import INSTITUTION, READERS, Person
from handlers import menu
from handlers.engine.kinds import OneOf
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import View
from handlers.engine.words import LANGUAGES, Joined, Text, _, counted
from storage import people, referrals
from storage.database import Tx

STRANGER = _("This bot is for invited outreach teams. Please ask your coordinator for an invitation link.")
WELCOME = _("This is Obhvat, the assistant of the outreach teams. Tap Start, and we begin.")
START = _("Start")
NOTE = _(
    "What you learn about a child stays between the people who help. Write no names and no personal numbers here, "
    "photograph no people, and lock your phone. Every look at a child's name is recorded. Do you agree?"
)


def welcome() -> Message:
    """For whoever has opened the chat and not yet written; the button is the messenger's own business."""
    return Message(View((WELCOME,)))


async def choose_language(talk: Talk, here: Scene) -> str:
    tongues = OneOf(LANGUAGES, columns=2)
    return await talk.ask("lang", "Език / Language", tongues)


async def join(talk: Talk, here: Scene) -> bool:
    """True when the note was accepted. A conversation of its own, so that it is read in the chosen language."""
    agree = OneOf({"yes": _("I agree"), "no": _("I do not agree")}, columns=2)
    return bool(await talk.ask("note", NOTE, agree) == "yes")


async def keep(tx: Tx, here: Scene, accepted: bool) -> list[Message]:
    """Records the consent; without it nothing is shown, and the note can be read again."""
    if not accepted:
        said = _("Without this agreement I cannot show you any case. Write to me when you wish to read it again.")
        return [Message(View((said,)))]
    await people.accept(tx, here.me.id, here.moment.at)
    welcome_ = await _answers(tx, here) if here.me.role == INSTITUTION else _welcome(here.me)
    return [menu.menu(here.me, welcome_)]


async def _answers(tx: Tx, here: Scene) -> Text:
    """What somebody of an institution will get, and whether anything waits already."""
    me, book = here.me, here.work.catalogue
    said = _(
        "Welcome. You answer for “{institution}”, {place}. What a team refers to you comes here as a message: the "
        "number of the case, what is asked and by when.",
        institution=book.institutions[me.institution],
        place=me.municipality or _("the whole region"),
    )
    if not (waiting := len(await referrals.waiting(tx, me))):
        return said
    return Joined([said, counted("{count} waits already.", "{count} wait already.", waiting)], "\n")


def _welcome(me: Person) -> Text:
    if me.role in READERS:
        return _("Welcome. You get the season report: figures of the whole region, no case and no person.")
    if me.teams:
        return _("Welcome. You are with team {team}.", team=me.team_names)
    if me.municipality:
        return _("Welcome. You coordinate the municipality of {municipality}.", municipality=me.municipality)
    return _("Welcome. You coordinate the whole region.")

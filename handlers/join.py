"""Joining by a one-time invitation: language, then the confidentiality note, accepted and recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers import menu
from handlers.kinds import OneOf
from handlers.scene import Message, Scene
from handlers.talk import Talk
from handlers.views import View
from handlers.words import LANGUAGES, _
from storage import people
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


@dataclass(frozen=True)
class Joined:
    language: str
    accepted: bool


async def join(talk: Talk, here: Scene) -> Joined:
    tongues = OneOf(LANGUAGES, columns=2)
    language = await talk.ask("lang", "Език / Language", tongues)
    agree = OneOf({"yes": _("I agree"), "no": _("I do not agree")}, columns=2)
    accepted = await talk.ask("note", NOTE, agree)
    return Joined(language, accepted == "yes")


async def choose_language(talk: Talk, here: Scene) -> str:
    tongues = OneOf(LANGUAGES, columns=2)
    return await talk.ask("lang", "Език / Language", tongues)


async def keep(tx: Tx, here: Scene, result: Joined) -> list[Message]:
    """Records language and consent; without consent nothing is shown, and the note can be read again."""
    await people.set_language(tx, here.me.id, result.language)
    if not result.accepted:
        said = _("Without this agreement I cannot show you any case. Write to me when you wish to read it again.")
        return [Message(View((said,)), language=result.language)]
    await people.accept(tx, here.me.id, here.moment.at)
    team = here.me.team.name if here.me.team else here.me.municipality or "—"
    welcome = _("Welcome. You are with {team}.", team=team)
    return [replace(menu.menu(here.me, welcome), language=result.language)]


async def keep_language(tx: Tx, here: Scene, language: str) -> list[Message]:
    await people.set_language(tx, here.me.id, language)
    return [replace(menu.menu(here.me), language=language)]

"""Joining by a one-time invitation: language, then the confidentiality note, accepted and recorded."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.kinds import OneOf, Option
from handlers.talk import Talk
from handlers.words import LANGUAGES, _

STRANGER = _("This bot is for invited outreach teams. Please ask your coordinator for an invitation link.")
NOTE = _(
    "What you learn about a child stays between the people who help. Write no names and no personal numbers here, "
    "photograph no people, and lock your phone. Every look at a child's name is recorded. Do you agree?"
)


@dataclass(frozen=True)
class Joined:
    language: str
    accepted: bool


async def join(talk: Talk, here: object) -> Joined:
    tongues = OneOf(tuple(Option(code, name) for code, name in LANGUAGES.items()), columns=2)
    language = await talk.ask("lang", "Език / Language", tongues)
    agree = OneOf((Option("yes", _("I agree")), Option("no", _("I do not agree"))), columns=2)
    accepted = await talk.ask("note", NOTE, agree)
    return Joined(language, accepted == "yes")


async def choose_language(talk: Talk, here: object) -> str:
    tongues = OneOf(tuple(Option(code, name) for code, name in LANGUAGES.items()), columns=2)
    return await talk.ask("lang", "Език / Language", tongues)

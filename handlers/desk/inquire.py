"""A coordinator asks whoever owes a step, through the bot; the answer comes back with a button to the case.

What a newcomer gets wrong: a question changes nothing about the case, so its version does not tell that somebody has
asked already. What tells it is the number of the newest question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casework.records import Case
from handlers.caseload import happened, moving
from handlers.caseload.moving import named, said
from handlers.caseload.pick import case_line
from handlers.desk.place import opening
from handlers.engine.kinds import OneOf
from handlers.engine.phrased import Phrased
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import BELOW, Button, View
from handlers.engine.words import Text, Words, _
from handlers.menu import MENU
from storage import cases, inquiries, people
from storage.database import Tx
from storage.inquiries import Inquiry, Known

ANSWER = "inquired"
READY = {"when": _("When will you go there?"), "why": _("What is in the way?"), "help": _("Do you need help?")}
ANSWERS = {
    "today": _("I go there today"),
    "tomorrow": _("I go there tomorrow"),
    "done": _("I was there, I report today"),
    "call": _("I need help, please call"),
}
OTHER = {"other": _("Ask somebody else")}
NOT_TO_YOU = _("This question is not to you, or the case is no longer yours. Nothing was changed.")


@dataclass(frozen=True)
class Asked:
    """`before` is the newest question that its asker could know of, 0 for none; without a text nothing is asked."""

    case: Case | None
    whom: int = 0
    text: str = ""
    before: int = 0


async def ask(talk: Talk, here: Scene) -> Asked:
    case = await talk.look("case", cases.get, here.me, int(talk.given["case"]))
    assert case is not None  # the card has just been shown to a coordinator
    known = await talk.look("known", inquiries.who_knows, here.me, case, here.work.catalogue.leader_step)
    before = await talk.look("before", inquiries.last, here.me, case.id)
    can = [one for one in known if one.can_be_told]
    if not can:
        return Asked(case)
    for one in known[: known.index(can[0])]:
        talk.say(unreached(one))
    if before and not before.answer:
        talk.say(asked_already(here, before))
    whom, text = await _words(talk, here, case, can)
    return Asked(case, whom, text, before.id if before else 0)


async def _words(talk: Talk, here: Scene, case: Case, can: Sequence[Known]) -> tuple[int, str]:
    """Whom, and what: whoever owes it first, anybody else after one more tap."""
    words = Words(here.me.language, here.moment.today)
    question = _("{case}\nWhat do you ask {who}? Tap or write.", case=case_line(case), who=can[0].name)
    said = await talk.ask("text", question, Phrased(READY, OTHER if len(can) > 1 else {}))
    if not said.way:
        return can[0].id, words.say(said.said)
    whom = await talk.ask("whom", _("Whom?"), OneOf({str(one.id): one.name for one in can[1:]}))
    other = next(one for one in can if str(one.id) == whom)
    again = await talk.ask("words", _("What do you ask {who}? Tap or write.", who=other.name), Phrased(READY))
    return other.id, words.say(again.said)


def unreached(one: Known) -> Text:
    if one.away_until:
        return _("{who} is away until {day}.", who=one.name, day=one.away_until)
    return _("{who} cannot be reached here now.", who=one.name)


def asked_already(here: Scene, asked: Inquiry) -> Text:
    return _(
        "{who} asked {whom} {ago}: “{text}”",
        who=asked.asker, whom=asked.asked, ago=happened.ago(here, asked.asked_at), text=asked.text,
    )  # fmt: skip


def answered(here: Scene, asked: Inquiry) -> Text:
    when = happened.ago(here, asked.answered_at or asked.asked_at)
    return _("{who} answered {ago}: “{text}”", who=asked.asked, ago=when, text=asked.answer)


async def keep(tx: Tx, here: Scene, found: Asked) -> list[Message]:
    """Sends the question, unless the case has moved or somebody else has asked meanwhile."""
    case = await moving.looked_at(tx, here, found.case)
    if isinstance(case, Message):
        return [case]
    newest = await inquiries.last(tx, here.me, case.id)
    if newest and newest.id != found.before:
        return [said(asked_already(here, newest), _("So yours was not sent. You can ask too from the case."))]
    whom = await people.get(tx, found.whom) if found.text else None
    if whom is None:
        return [said(_("Nobody who knows of {case} can be reached here now. Please call them.", case=case.number))]
    number = await inquiries.ask(tx, here.me, case, whom.id, found.text, here.moment.at)
    told = _("{who} asks about {case}: “{text}”", who=here.me.name, case=named(case), text=found.text)
    answer = Button(
        _("Answer"), str(number), ANSWER + BELOW, among=_("Answer about {case}", case=case.number)
    )  # fmt: skip
    rows = ((answer,), (opening(case, whom),))
    done = _("{who} is asked about {case}. The answer comes here.", who=whom.name, case=case.number)
    return [said(done), Message(View((told,), rows), replaces=False, to=whom.id)]


@dataclass(frozen=True)
class Replied:
    inquiry_id: int
    text: str = ""


async def reply(talk: Talk, here: Scene) -> Replied:
    number = int(talk.given["inquiry"])
    asked = await talk.look("inquiry", inquiries.to, here.me, number)
    if asked is None or asked.answer:
        return Replied(number)
    question = _("{who} asks about {case}: “{text}”", who=asked.asker, case=asked.number, text=asked.text)
    words = Words(here.me.language, here.moment.today)
    return Replied(number, words.say((await talk.ask("text", question, Phrased(ANSWERS))).said))


async def keep_reply(tx: Tx, here: Scene, found: Replied) -> list[Message]:
    """The first answer goes to whoever asked."""
    asked = await inquiries.to(tx, here.me, found.inquiry_id)
    asker = await people.get(tx, asked.asker_id) if asked else None
    if asked is None or asker is None:
        return [said(NOT_TO_YOU)]
    if not found.text:
        return [said(_("This question has its answer already."), answered(here, asked))]
    await inquiries.answer(tx, here.me, asked, found.text, here.moment.at)
    told = [
        _("{who} answers about {case}: “{text}”", who=here.me.name, case=asked.number, text=found.text),
        _("You asked: “{text}”", text=asked.text),
    ]
    case = await cases.get(tx, asker, asked.case_id)
    rows = ((opening(case, asker),),) if case else ((MENU,),)
    done = _("The answer goes to {who}.", who=asker.name)
    return [said(done), Message(View(tuple(told), rows), replaces=False, to=asker.id, asked=True)]

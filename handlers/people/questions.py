"""A question to the coordinators: asked, taken, answered; the answer comes back to whoever asked.

What a newcomer gets wrong: two may answer at once. The first answer goes out; the second is kept, and goes out only
when its writer says so, having read the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from casework import calendar
from casework import questions as rules
from casework.questions import Patience, Unanswered
from casework.records import Person
from handlers.caseload.pick import PickCase
from handlers.engine.kinds import OneOf, Sentence
from handlers.engine.scene import Message, Scene, Work
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View, and_more
from handlers.engine.words import Text, _, counted
from handlers.menu import ASK, MENU
from storage import because, cases, claims, duty, questions
from storage.database import Tx
from storage.questions import Answer, Question

LONGEST_QUESTION, LONGEST_ANSWER = 500, 1000
LISTED = 8
NOT_THERE = _("This question is not in your area, or whoever asked it has left. Nothing was changed.")


async def counted_for(tx: Tx, me: Person) -> Person:
    """A coordinator with the number of questions that wait for them; everybody else as they are."""
    return replace(me, asked=await questions.count(tx, me)) if me.coordinates else me


@dataclass(frozen=True)
class Asked:
    text: str
    case_id: int | None


async def ask(talk: Talk, here: Scene) -> Asked:
    said = _("What would you like to ask? Up to 500 characters, without names of children.")
    text = await talk.ask("text", said, Sentence(LONGEST_QUESTION, optional=False))
    ways, whether = {"send": _("Send the question")}, _("Shall I send it?")
    if await talk.look("has_cases", cases.sees_any, here.me):
        ways["case"], whether = _("It is about a case"), _("Send it as it is, or choose the case first?")
    if await talk.ask("about", whether, OneOf(ways)) == "send":
        return Asked(text, None)
    case_id = await talk.ask("case", _("Which case is it about?"), PickCase(here.me))
    return Asked(text, case_id)


async def keep_question(tx: Tx, here: Scene, asked: Asked) -> list[Message]:
    """Sends it to those who look after the asker."""
    case = await cases.get(tx, here.me, asked.case_id) if asked.case_id else None
    number = await questions.ask(tx, here.me, asked.text, case, here.moment.at)
    [question] = [one for one in await questions.waiting_everywhere(tx) if one.id == number]
    told = await _tell(tx, here.work, question, rules.OWN, here.moment.at)
    if told:
        said: Text = counted(
            "Sent to {count} coordinator. The answer comes here.",
            "Sent to {count} coordinators. The answer comes here.",
            len(told),
        )
    else:
        said = _("Your question is kept. No coordinator can be reached now; it goes out as soon as one can.")
    return [Message(View((said,), ((MENU,),))), *told]


async def _tell(tx: Tx, work: Work, question: Question, rung: int, now: datetime) -> list[Message]:
    """The notices, to each reader at most one a day about the same question."""
    readers, reached = rules.asked(await duty.overseers(tx, question.asker_id), rung)
    await questions.told(tx, question.id, max(reached, question.told_rung))
    day, job = calendar.local_day(now, work.zone).isoformat(), f"question {question.id}"
    first = [one for one in readers if await claims.claim(tx, job, one.id, day, now, {})]
    card, tie = _card(question, *_ways(question)), because.question(question.id)
    return [Message(card, replaces=False, to=one.id, because=(tie,)) for one in first]


async def onward(tx: Tx, work: Work, patience: Patience, today: date, now: datetime) -> list[Message]:
    """What was taken and not answered in time is everybody's again; what waits too long is told to the region."""
    told: list[Message] = []
    for question in await questions.waiting_everywhere(tx):
        taken_on = calendar.local_day(question.taken_at, work.zone) if question.taken_at else None
        waits = Unanswered(calendar.local_day(question.asked_at, work.zone), question.told_rung, taken_on)
        next_ = rules.onward(work.calendar, today, waits, patience)
        if next_ is None:
            continue
        if next_.returned:
            await questions.give_back(tx, question, now)
            question = replace(question, taken_by=None)
        told += await _tell(tx, work, question, next_.rung, now)
    return told


def _card(question: Question, *rows: tuple[Button, ...]) -> View:
    lines: list[Text] = [_("{who} asks: “{text}”", who=question.asker, text=question.text)]
    if question.case_number:
        lines.append(_("About case {case}.", case=question.case_number))
    return View(tuple(lines), rows)


def _ways(question: Question) -> tuple[tuple[Button, ...], ...]:
    number = str(question.id)
    case = ((Button(_("Show the case"), str(question.case_id), "card"),),) if question.case_id else ()
    take = () if question.taken_by else (Button(_("Take the question"), number, "take"),)
    return ((*take, Button(_("Answer"), number, "answer")), *case)


async def listed(tx: Tx, here: Scene) -> Message:
    """The questions without an answer, and who has them."""
    waiting = await questions.waiting(tx, here.me)
    if not waiting:
        return Message(View((_("No question waits for an answer."),), ((MENU,),)))
    lines = (_("These wait for an answer. Tap one to read it."), *and_more(len(waiting) - LISTED))
    rows = tuple((Button(_line(here, one), str(one.id), "question"),) for one in waiting[:LISTED])
    return Message(View(lines, (*rows, (MENU,))))


def _line(here: Scene, question: Question) -> Text:
    day = calendar.local_day(question.asked_at, here.zone)
    if question.taken_by:
        return _("{who}, {day} · {taker} has it", who=question.asker, day=day, taker=question.taker)
    return _("{who}, {day} · free", who=question.asker, day=day)


async def shown(tx: Tx, here: Scene, question_id: int) -> Message:
    question = await questions.get(tx, here.me, question_id)
    if question is None:
        return _not_there()
    if question.answered:
        return await _answered(tx, question)
    view = _card(question, *_ways(question), (Button(_("Questions"), "", "questions"), MENU))
    if question.taken_by:
        view = View((*view.lines, _("{taker} has it.", taker=question.taker)), view.rows)
    return Message(view)


async def take(tx: Tx, here: Scene, question_id: int) -> Message:
    """The first has it; the others are told who."""
    if refused := await taken_elsewhere(tx, here, question_id):
        return refused
    said = _("The question is yours. If it has no answer in time, it goes back to everybody.")
    rows = ((Button(_("Answer"), str(question_id), "answer"),), (MENU,))
    return Message(View((said,), rows), replaces=False)


async def taken_elsewhere(tx: Tx, here: Scene, question_id: int) -> Message | None:
    """Takes the question for whoever is here; what they are told when somebody else has it, or when it is answered."""
    question = await questions.get(tx, here.me, question_id)
    if question is None:
        return _not_there()
    if question.answered:
        return await _answered(tx, question)
    if question.taken_by == here.me.id or await questions.take(tx, here.me, question_id, here.moment.at):
        return None
    said = _("{taker} has taken this question and will answer.", taker=question.taker)
    return Message(View((said,), ((MENU,),)), replaces=False)


def _not_there() -> Message:
    return Message(View((NOT_THERE,), ((MENU,),)), replaces=False)


async def _answered(tx: Tx, question: Question) -> Message:
    lines = [_said(one) for one in await questions.answers(tx, question.id)]
    return Message(View((_("This question has its answer."), *lines), ((MENU,),)), replaces=False)


def _said(answer: Answer) -> Text:
    return _("{who}: “{text}”", who=answer.who, text=answer.text)


@dataclass(frozen=True)
class Answered:
    """`text` is empty when there is no such question for its writer."""

    question_id: int
    text: str


async def answer(talk: Talk, here: Scene) -> Answered:
    number = int(talk.given["question"])
    question = await talk.look("question", questions.get, here.me, number)
    if question is None:
        return Answered(number, "")
    talk.say(_("{who} asks: “{text}”", who=question.asker, text=question.text))
    said = _("Write the answer, up to 1000 characters, without names.")
    return Answered(number, await talk.ask("text", said, Sentence(LONGEST_ANSWER, optional=False)))


async def keep_answer(tx: Tx, here: Scene, given: Answered) -> list[Message]:
    """The first answer goes to the asker; a later one waits until its writer has read the first."""
    question = await questions.get(tx, here.me, given.question_id) if given.text else None
    if question is None:
        return [_not_there()]
    before = await questions.answers(tx, question.id)
    kept = await questions.answer(tx, here.me, question, given.text, here.moment.at)
    if kept.sent:
        return _sent(question, kept)
    lines = (_("Somebody answered before you:"), *(_said(one) for one in before), _("Your answer is kept, not sent."))
    too = Button(_("Send mine too"), str(kept.id), "answer_too")
    return [Message(View(lines, ((too,), (MENU,))))]


async def send_too(tx: Tx, here: Scene, answer_id: int) -> list[Message]:
    kept = await questions.send(tx, here.me, answer_id, here.moment.at)
    question = await questions.get(tx, here.me, kept.question_id) if kept else None
    return _sent(question, kept) if kept and question else [_not_there()]


def _sent(question: Question, kept: Answer) -> list[Message]:
    publish = Button(_("Add to the help"), str(kept.id), "publish")
    done = Message(View((_("The answer goes to {who}.", who=question.asker),), ((publish,), (MENU,))))
    lines = (_("You asked: “{text}”", text=question.text), _said(kept))
    rows = ((Button(_("It helped"), str(kept.id), "helped"), Button(_("Another question"), "", ASK.key)),)
    return [done, Message(View(lines, rows), replaces=False, to=question.asker_id, asked=True)]


async def helped(tx: Tx, here: Scene, answer_id: int) -> Message:
    known = await questions.helped(tx, here.me, answer_id, here.moment.at)
    return Message(View((_("Noted, thank you.") if known else NOT_THERE,), ((MENU,),)), replaces=False)

"""The searched part of the help: good answers, published by whoever gave them, found by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casework import finding, privacy
from handlers.engine.kinds import MORE, PERSONAL_NUMBER, Sentence
from handlers.engine.replies import Reply, Typed, number
from handlers.engine.review import review
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import Talk
from handlers.engine.views import Button, View
from handlers.engine.words import Text, _, beginning, counted
from handlers.menu import ASK, MENU
from handlers.people.questions import LONGEST_ANSWER, LONGEST_QUESTION, NOT_THERE
from storage import advice, questions
from storage.advice import Advice
from storage.database import Tx

PAGE = 3
MOST_FOUND = 9
"""More would not fit into the button that shows the rest, nor would anybody read them."""
LONGEST_SOUGHT = 60
GONE = _("This is not in the help any more.")


@dataclass(frozen=True)
class Published:
    """The texts are empty when the answer is not its writer's."""

    answer_id: int
    question: str = ""
    answer: str = ""


async def publish(talk: Talk, here: Scene) -> Published:
    """Both texts as they were, to be changed before everybody reads them."""
    number = int(talk.given["answer"])
    own = await talk.look("own", questions.own_answer, here.me, number)
    if own is None:
        return Published(number)
    question = await talk.ask(
        "question",
        _("How shall the question read?"),
        Sentence(LONGEST_QUESTION, optional=False),
        label=_("Question"),
        default=own.question,
    )
    answer = await talk.ask(
        "answer",
        _("How shall the answer read?"),
        Sentence(LONGEST_ANSWER, optional=False),
        label=_("Reply"),
        default=own.text,
    )
    await review(talk, _("After Save everybody finds this in the help. Take out names and places with Change."))
    return Published(number, question, answer)


async def keep_published(tx: Tx, here: Scene, new: Published) -> list[Message]:
    if not new.answer:
        return [Message(View((NOT_THERE,), ((MENU,),)), replaces=False)]
    first = await advice.publish(tx, here.me, new.answer_id, new.question, new.answer, here.moment.at)
    said = _("It is in the help now.") if first else _("This answer is in the help already. Nothing was changed.")
    return [Message(View((said,), ((MENU,),)))]


def sought(reply: Reply) -> str:
    """The words after /help; empty when there are none."""
    text = reply.text if isinstance(reply, Typed) else ""
    command, _blank, rest = text.partition(" ")
    return rest.strip() if command.split("@")[0].casefold() == "/help" else ""


async def search(talk: Talk, here: Scene) -> str:
    said = _("What are you looking for? A word or two is enough.")
    return await talk.ask("words", said, Sentence(LONGEST_SOUGHT, optional=False))


async def found(tx: Tx, here: Scene, text: str) -> list[Message]:
    """The best three, and a button for the rest."""
    if privacy.personal_numbers(text):
        return [Message(View((PERSONAL_NUMBER,), ((MENU,),)), replaces=False)]
    known = await advice.published(tx)
    best = finding.best([f"{one.question} {one.answer}" for one in known], text)[:MOST_FOUND]
    if not best:
        said = _("Nothing in the help says “{text}”. A coordinator can be asked.", text=text[:LONGEST_SOUGHT])
        return [Message(View((said,), ((ASK,), (MENU,))), replaces=False)]
    title = counted("{count} answer in the help:", "{count} answers in the help:", len(best))
    return [_page(here, [known[place] for place in best], title)]


async def more(tx: Tx, here: Scene, value: str) -> Message:
    """The rest of what was found; `value` names it: `12.7.3`."""
    ids = [one for part in value.split(".")[:MOST_FOUND] if (one := number(part)) >= 0]
    left = await advice.of(tx, ids)
    if not left:
        return Message(View((GONE,), ((MENU,),)), replaces=False)
    return _page(here, left, _("More from the help:"))


def _page(here: Scene, all_: Sequence[Advice], title: Text) -> Message:
    page, rest = all_[:PAGE], all_[PAGE:]
    lines = [_("“{question}”\n{answer}", question=one.question, answer=one.answer) for one in page]
    rows: list[tuple[Button, ...]] = []
    if rest:
        rows.append((Button(MORE.label, ".".join(str(one.id) for one in rest), "help_more"),))
    if here.me.coordinates:
        rows += [(_out(one),) for one in page]
    return Message(View((title, *lines), (*rows, (ASK,), (MENU,))), replaces=False)


def _out(one: Advice) -> Button:
    return Button(_("Take out of the help: {start}", start=beginning(one.question)), str(one.id), "withdraw")


async def withdraw(tx: Tx, here: Scene, advice_id: int) -> Message:
    done = here.me.coordinates and await advice.withdraw(tx, here.me, advice_id, here.moment.at)
    said = _("Nobody finds it in the help any more.") if done else GONE
    return Message(View((said,), ((MENU,),)), replaces=False)

"""What comes unasked, many things at once, is gathered and sorted instead of being answered one by one.

What a newcomer gets wrong: one thing is answered as ever, and the second too; only the third of a run makes a pile, and
takes back what the answers to the first two had begun. A tap or a pause ends the run: then an answer was read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from casework import piles, privacy
from casework.piles import Thing
from casework.records import INSTITUTION
from handlers import conversations
from handlers.engine.replies import Incoming, Located, Pictured, Typed
from handlers.engine.scene import Message, Scene
from handlers.engine.talk import JOURNALS
from handlers.report import prefilled
from handlers.report.sorting import FLOW
from handlers.report.things import THINGS
from storage import journals, unasked
from storage.database import Tx
from storage.journals import Kept

Answer = Callable[[], Awaitable[list[Message]]]


@dataclass(frozen=True)
class Run:
    """Things that came too fast for an answer. `found` is what was open before them, `left` what is open after them."""

    things: tuple[Thing, ...]
    found: Kept | None
    left: Kept | None = None
    begun: tuple[str, ...] = ()
    """The reports that the answers to them began."""

    def with_(self, thing: Thing) -> Run:
        return replace(self, things=(*self.things, replace(thing, id=len(self.things))))


RUNS: TypeAdapter[Run] = TypeAdapter(Run)


async def received(tx: Tx, here: Scene, kept: Kept | None, incoming: Incoming, answer: Answer) -> list[Message]:
    """The answer to something unasked; `answer` is the usual one."""
    thing = _thing(here, incoming)
    if thing is None or here.me.role == INSTITUTION or (kept and kept.name not in conversations.DRAFTS):
        return await answer()
    if kept and kept.name == FLOW:
        return await _into_the_pile(tx, here, kept, thing, answer)
    run = await _run(tx, here, kept, thing)
    if piles.needs_sorting(run.things, here.work.catalogue, here.moment.today):
        return await _piled(tx, here, run)
    told = await answer()
    await _remember(tx, here, run)
    if len(run.things) == 1 and not incoming.is_followed:
        return told
    # The answer to what follows will say more, and takes the place of this one.
    return [replace(one.anew(), settle=one.to is None) for one in told]


def _thing(here: Scene, incoming: Incoming) -> Thing | None:
    came, at = incoming.came_at or here.moment.at, incoming.written_at or here.moment.at
    match incoming.reply:
        case Located(place=place):
            return Thing(0, came, at, place=place)
        case Typed(text=text):
            return _without_personal_number(Thing(0, came, at, text.strip()))
        case Pictured(photo=photo, caption=text):
            return _without_personal_number(Thing(0, came, at, text.strip(), photo))
    return None


def _without_personal_number(thing: Thing) -> Thing:
    return replace(thing, text="", withheld=True) if privacy.personal_numbers(thing.text) else thing


async def _run(tx: Tx, here: Scene, kept: Kept | None, thing: Thing) -> Run:
    """The run that goes on with `thing`, or begins with it."""
    body = await unasked.get(tx, here.me.id)
    run = RUNS.validate_json(body) if body else None
    if run and run.left == kept and piles.continues(run.things[-1], thing):
        return run.with_(thing)
    return Run((thing,), kept)


async def _remember(tx: Tx, here: Scene, run: Run) -> None:
    left = await journals.opened(tx, here.me.id)
    known = (run.found.id if run.found else "", *run.begun)
    begun = (*run.begun, left.id) if left and left.id not in known else run.begun
    body = RUNS.dump_json(replace(run, left=left, begun=begun)).decode()
    await unasked.keep(tx, here.me.id, body, here.moment.at)


async def _piled(tx: Tx, here: Scene, run: Run) -> list[Message]:
    """The things alone; what was open before them is as it was, and waits among the drafts."""
    for journal_id in run.begun:
        await journals.delete(tx, journal_id)
    if run.found:
        await journals.save(tx, run.found, here.moment.at)
    await unasked.forget(tx, here.me.id)
    given = {"things": THINGS.dump_python(run.things, mode="json")}
    told = await conversations.begin(tx, here, FLOW, given, run.found)
    return [replace(one.anew(), settle=True) for one in told]


def _speaks_for_itself(here: Scene, thing: Thing) -> bool:
    """Words answer the question, and a photo with the number of a case begins its report."""
    return prefilled.case(here, thing.text) is not None if thing.photo else thing.place is None


async def _into_the_pile(tx: Tx, here: Scene, kept: Kept, thing: Thing, answer: Answer) -> list[Message]:
    """More of it, also later, if it cannot be the answer to what is asked there."""
    journal = JOURNALS.validate_json(kept.body)
    things = THINGS.validate_python(journal.given["things"])
    if not piles.continues(things[-1], thing) and _speaks_for_itself(here, thing):
        return await answer()
    more = (*things, replace(thing, id=len(things)))
    given = {**journal.given, "things": THINGS.dump_python(more, mode="json")}
    body = JOURNALS.dump_json(replace(journal, given=given)).decode()
    return [replace(one, settle=True) for one in await conversations.again(tx, here, replace(kept, body=body))]

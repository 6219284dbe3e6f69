"""A conversation is one plain async function, replayed from its journal at every message.

It never waits in memory. `advance` runs it from the top, feeds it the recorded answers by key and stops at the
first question without one. What a newcomer gets wrong: a conversation may only `say`, `ask` and `look`;
it writes by *returning*, and the caller saves the result in the transaction that deletes the journal.
There is no event loop here: the coroutine is stepped with `send()`, and the only thing that leaves this module
is a `Look`, a read that the driver performs and sends back in.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol, TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from handlers.engine.replies import Reply, Tapped
from handlers.engine.views import View
from handlers.engine.words import Text

Json = Any  # JSON enters here
T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True)
class Look:
    """A read of the storage: `read(tx, *arguments)`."""

    read: Callable[..., Awaitable[Any]]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Moment:
    """When the reply was *sent*, and how its day is called: kinds judge by this, not by the time of handling."""

    at: datetime
    today: date
    language: str


@dataclass(frozen=True)
class Accept:
    value: Json


@dataclass(frozen=True)
class Keep:
    """Part of an answer: the question stays open and shows what it has so far."""

    partial: Json


@dataclass(frozen=True)
class Refuse:
    """Not accepted, with the sentence that says what would be."""

    why: Text


@dataclass(frozen=True)
class Forget:
    """Ask this one again; the later answers stay if their question still accepts them."""

    key: str


@dataclass(frozen=True)
class Drop:
    """The person throws the whole conversation away."""


Reading = Accept | Keep | Refuse | Forget | Drop


class Kind(Protocol[V]):
    """A kind of question. `found` is the result of `needs`, None when nothing was needed.

    `read` never raises on what a person sends; it refuses with a sentence. What `show` labels is what `read` stores.
    `tell` is how the value reads in the review; empty when nothing was answered.
    """

    def needs(self, partial: Json, moment: Moment) -> Look | None: ...
    def show(self, partial: Json, found: Any, moment: Moment) -> View: ...
    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading: ...
    def accepts(self, value: Json) -> bool: ...
    def decode(self, value: Json) -> V: ...
    def tell(self, value: V) -> Text: ...


@dataclass(frozen=True)
class Journal:
    """All that is kept of an open conversation: plain JSON, knowing no messenger."""

    name: str
    id: str
    given: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, Json] = field(default_factory=dict)
    looks: dict[str, Json] = field(default_factory=dict)
    changing: tuple[str, ...] = ()
    """Keys whose default the person wants to replace."""
    before: dict[str, Json] = field(default_factory=dict)
    """The answer that the last change took away, until the person takes the change back."""
    open_key: str = ""
    partial: Json = None

    def answered(self, key: str, value: Json) -> Journal:
        return replace(self, answers={**self.answers, key: value}, partial=None, open_key="")

    def without(self, key: str) -> Journal:
        answers = {k: v for k, v in self.answers.items() if k != key}
        before = {k: v for k, v in self.answers.items() if k == key}
        changing = (*self.changing, key)
        return replace(self, answers=answers, changing=changing, before=before, partial=None, open_key="")

    def unchanged(self) -> Journal:
        """As if the person had not wished the last change."""
        return replace(self, answers={**self.answers, **self.before}, changing=self.changing[:-1], before={})


JOURNALS: TypeAdapter[Journal] = TypeAdapter(Journal)


@dataclass(frozen=True)
class Asking:
    """Waiting for the person. `above` stands over the question: a refusal, or what the conversation said."""

    journal: Journal
    key: str
    view: View
    refused: bool = False
    stands: int = 0
    """So many of its lines were there before the part of an answer that came."""


@dataclass(frozen=True)
class Finished:
    result: Any


@dataclass(frozen=True)
class Dropped:
    """Thrown away by the person; nothing is saved."""


@dataclass(frozen=True)
class Stale:
    """A button of another question or another conversation: nothing changes, and this is still asked."""

    asking: Asking


Step = Asking | Finished | Dropped | Stale


class Forbidden(TypeError):
    """A conversation awaited something that is neither `ask` nor `look`: a bug in the conversation."""


@dataclass(frozen=True)
class _Open:
    key: str
    question: Text
    kind: Kind[Any]


@dataclass(frozen=True)
class Line:
    """One row of the review. Its value is empty where nothing was answered."""

    key: str
    label: Text
    value: Text
    changeable: bool = True


class Talk:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.fed: list[str] = []
        """Keys answered in this run, in the order asked; *back* forgets the last."""
        self.lines: list[Line] = []
        self.said: list[Text] = []
        self.looked: dict[str, Json] = dict(journal.looks)

    @property
    def given(self) -> dict[str, Json]:
        return self.journal.given

    def say(self, text: Text) -> None:
        self.said.append(text)

    async def ask(self, key: str, question: Text, kind: Kind[V], *, label: Text = "", default: Json = None) -> V:
        """The answer recorded under `key`, or `default` (JSON) unless the person wants to change it."""
        value = await self._value(key, question, kind, default)
        if label != "":
            self.lines.append(Line(key, label, kind.tell(value)))
        return value

    async def _value(self, key: str, question: Text, kind: Kind[V], default: Json) -> V:
        recorded = self.journal.answers.get(key)
        if key in self.journal.answers and kind.accepts(recorded):
            self.fed.append(key)
            return kind.decode(recorded)
        if default is not None and key not in self.journal.changing and kind.accepts(default):
            return kind.decode(default)
        answer: V = await _Waits(_Open(key, question, kind))
        self.fed.append(key)
        return answer

    def tell(self, key: str, label: Text, value: Text, *, changeable: bool = True) -> None:
        """A line of the review said by the conversation itself, e.g. the attempt's number or the case's card."""
        self.lines.append(Line(key, label, value, changeable))

    async def look(self, key: str, read: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """A read of the storage, made once a conversation: what it found is recorded with the answers.

        What an older release recorded in another shape is read anew.
        """
        form = _form(read)
        if key in self.looked:
            with suppress(ValidationError):
                recorded: T = form.validate_python(self.looked[key])
                return recorded
        self.looked[key] = form.dump_python(await _Waits(Look(read, arguments)), mode="json")
        found: T = form.validate_python(self.looked[key])
        return found


@cache
def _form(read: Callable[..., Awaitable[Any]]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(inspect.unwrap(read))["return"])


@dataclass(frozen=True)
class _Waits:
    effect: _Open | Look

    def __await__(self) -> Generator[_Open | Look, Any, Any]:
        return (yield self.effect)


Flow = Callable[..., Coroutine[Any, Any, Any]]


class _Replay:
    """A conversation run from the top and fed its recorded answers; one more may be sent into it."""

    def __init__(self, flow: Flow, who: Any, journal: Journal) -> None:
        self.talk = Talk(journal)
        self._conversation = flow(self.talk, who)
        self._name = journal.name

    def go(self, answer: Any = None) -> Generator[Look, Any, _Open | Finished]:
        """On to the next question without an answer, or to the end."""
        sent = answer
        try:
            while True:
                effect = self._conversation.send(sent)
                if isinstance(effect, _Open):
                    return effect
                if not isinstance(effect, Look):
                    raise Forbidden(f"{self._name} awaited {effect!r}")
                sent = yield effect
        except StopIteration as end:
            return Finished(end.value)

    def close(self) -> None:
        self._conversation.close()

    def recorded(self) -> Journal:
        """The journal with what was looked up in this run."""
        return replace(self.talk.journal, looks=self.talk.looked)


def start(flow: Flow, who: Any, journal: Journal, moment: Moment) -> Generator[Look, Any, Step]:
    """The first (or present) question of a conversation, or its end if nothing needs asking."""
    with closing(_Replay(flow, who, journal)) as replay:
        return (yield from _step(replay, (yield from replay.go()), moment))


def advance(flow: Flow, who: Any, journal: Journal, reply: Reply, moment: Moment) -> Generator[Look, Any, Step]:
    """One message further. A refused reply is never recorded and never advances.

    An accepted one is sent into the conversation that stands at its question: running it again from the top would
    lead to the same place (a property test holds it to that), for twice the time.
    """
    with closing(_Replay(flow, who, journal)) as replay:
        stop = yield from replay.go()
        if isinstance(stop, Finished):
            return stop
        if isinstance(reply, Tapped) and (reply.talk, reply.key) != (journal.id, stop.key):
            return Stale((yield from _asking(replay, stop, moment)))
        partial = journal.partial if journal.open_key == stop.key else None
        need = stop.kind.needs(partial, moment)
        found = (yield need) if need else None
        kept = replay.recorded()
        match stop.kind.read(reply, partial, found, moment):
            case Accept(value) if stop.kind.accepts(value):
                replay.talk.journal = kept.answered(stop.key, value)
                return (yield from _step(replay, (yield from replay.go(stop.kind.decode(value))), moment))
            case Keep(more):
                before = _shown(replay, stop, partial, found, moment)
                replay.talk.journal = replace(kept, partial=more, open_key=stop.key)
                asking = yield from _asking(replay, stop, moment)
                return replace(asking, stands=_standing(asking.view.lines, before.lines))
            case Forget(key):
                return (yield from start(flow, who, kept.without(key), moment))
            case Drop():
                return Dropped()
            case Refuse(why):
                asking = yield from _asking(replay, stop, moment)
                return replace(asking, view=asking.view.under(why, ""), refused=True)
        raise TypeError(f"{journal.name}: {stop.key} accepted what it does not accept")


def back(flow: Flow, who: Any, journal: Journal, moment: Moment) -> Generator[Look, Any, Step]:
    """Forgets the last answer, or takes a change back; at the first question it shows that question again."""
    with closing(_Replay(flow, who, journal)) as replay:
        stop = yield from replay.go()
        kept = replace(replay.recorded(), partial=None, open_key="")
        fed = replay.talk.fed
    if isinstance(stop, _Open) and kept.changing[-1:] == (stop.key,):
        kept = kept.unchanged()
    elif fed:
        kept = replace(kept, answers={k: v for k, v in kept.answers.items() if k != fed[-1]})
    return (yield from start(flow, who, kept, moment))


def _step(replay: _Replay, stop: _Open | Finished, moment: Moment) -> Generator[Look, Any, Step]:
    return stop if isinstance(stop, Finished) else (yield from _asking(replay, stop, moment))


def _asking(replay: _Replay, stop: _Open, moment: Moment) -> Generator[Look, Any, Asking]:
    journal = replay.recorded()
    partial = journal.partial if journal.open_key == stop.key else None
    need = stop.kind.needs(partial, moment)
    found = (yield need) if need else None
    journal = replace(journal, open_key=stop.key, partial=partial)
    return Asking(journal, stop.key, _shown(replay, stop, partial, found, moment))


def _standing(lines: Sequence[Text], before: Sequence[Text]) -> int:
    """How many of them need not be said below `before`: all, or those above a last paragraph that is new."""
    if lines == before:
        return len(lines)
    above = len(lines) - lines[::-1].index("") if "" in lines else 0
    return above if all(line in before for line in lines[: above - 1]) else 0


def _shown(replay: _Replay, stop: _Open, partial: Json, found: Any, moment: Moment) -> View:
    return stop.kind.show(partial, found, moment).under(*replay.talk.said, stop.question)

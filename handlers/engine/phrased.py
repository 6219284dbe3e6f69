"""The question that is answered with a sentence: one that stands ready on a button, or one that is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from handlers.engine.kinds import Options, Plain, Sentence
from handlers.engine.replies import Reply, Tapped
from handlers.engine.talk import Accept, Json, Moment, Reading
from handlers.engine.views import Button, View
from handlers.engine.words import Text

READY, WAY, WRITTEN = "ready", "way", "written"


@dataclass(frozen=True)
class Saying:
    """`said` is what is to be told; `way` the code of a button that leads elsewhere, and then nothing was said."""

    said: Text = ""
    way: str = ""


@dataclass(frozen=True)
class Phrased(Plain):
    """Its value is `["ready", code]`, `["way", code]` or `["written", text]`."""

    ready: Options
    ways: Options = field(default_factory=dict)
    at_most: int = 300

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        above = tuple((Button(label, f"{READY}.{code}"),) for code, label in self.ready.items())
        return View((), (*above, *((Button(label, f"{WAY}.{code}"),) for code, label in self.ways.items())))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        if isinstance(reply, Tapped):
            value = reply.value.split(".", 1)
            if value[0] != WRITTEN and self.accepts(value):
                return Accept(value)
        written = Sentence(self.at_most, optional=False).read(reply, partial, found, moment)
        return Accept([WRITTEN, written.value]) if isinstance(written, Accept) else written

    def accepts(self, value: Json) -> bool:
        match value:
            case [str() as how, str() as what]:
                known = {READY: self.ready, WAY: self.ways}.get(how, {})
                return what in known or (how == WRITTEN and Sentence(self.at_most, optional=False).accepts(what))
        return False

    def decode(self, value: Json) -> Saying:
        how, what = value
        if how == WAY:
            return Saying(way=what)
        return Saying(self.ready[what] if how == READY else what)

    def tell(self, value: Saying) -> Text:
        return self.ways[value.way] if value.way else value.said

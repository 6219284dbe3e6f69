"""The review that ends a conversation: what is filled in, one tap to save, and every answer still to be changed.

What a newcomer gets wrong: what nobody answered is one line, not one line each, but can be changed like the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.engine.replies import Reply, Tapped
from handlers.engine.talk import Accept, Drop, Forget, Json, Keep, Line, Look, Moment, Reading, Refuse, Talk
from handlers.engine.views import Button, View, in_rows
from handlers.engine.words import Joined, Text, Within, Words, _

ONE_LINE = 32
"""So many letters of a button stand on one line of a phone."""


async def review(talk: Talk, title: Text) -> None:
    """Shows every labelled answer; Save lets the conversation return, any answer can be changed."""
    await talk.ask("review", title, Review(tuple(talk.lines)))


@dataclass(frozen=True)
class Review:
    """Save · change any answer · discard. Its partial is `"change"` while the person chooses what to change."""

    lines: tuple[Line, ...]

    def needs(self, partial: Json, moment: Moment) -> Look | None:
        return None

    def show(self, partial: Json, found: Any, moment: Moment) -> View:
        if partial == "change":
            return self._choice(Words(moment.language, moment.today))
        rows = ((Button(_("Save"), "save"),), (Button(_("Change"), "change"), Button(_("Discard"), "drop")))
        filled, empty = _parted(self.lines)
        labels = Joined([Within(line.label) for line in empty])
        lacking = (_("Not filled in: {labels}.", labels=labels),) if empty else ()
        return View((*map(_told, filled), *lacking), rows)

    def _choice(self, words: Words) -> View:
        """Each present value stands once: on its button, or above them when it is too long for one."""
        filled, empty = _parted([line for line in self.lines if line.changeable])
        long = [line for line in filled if len(words.say(_told(line))) > ONE_LINE]
        own = [(Button(line.label if line in long else _told(line), f"c.{line.key}"),) for line in filled]
        pairs = in_rows([Button(line.label, f"c.{line.key}") for line in empty], 2)
        told = (*map(_told, long), "", _("What shall we change?"))
        return View(told, (*own, *pairs, (Button(_("Keep all"), "keep"),)))

    def read(self, reply: Reply, partial: Json, found: Any, moment: Moment) -> Reading:
        tapped = reply.value if isinstance(reply, Tapped) else ""
        keys = {f"c.{line.key}": line.key for line in self.lines if line.changeable}
        match tapped:
            case "save":
                return Accept("save")
            case "change":
                return Keep("change")
            case "keep":
                return Keep(None)
            case "drop":
                return Drop()
        if tapped in keys:
            return Forget(keys[tapped])
        if partial == "change":
            return Refuse(_("Please tap what is to be changed, or Keep all."))
        return Refuse(_("Nothing is saved yet. Tap Save, or Change if something is wrong."))

    def accepts(self, value: Json) -> bool:
        return bool(value == "save")

    def decode(self, value: Json) -> None:
        return None

    def tell(self, value: None) -> Text:
        return ""


def _told(line: Line) -> Text:
    return _("{label}: {value}", label=line.label, value=line.value)


def _parted(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """What is filled in, and what is not."""
    return [line for line in lines if line.value != ""], [line for line in lines if line.value == ""]

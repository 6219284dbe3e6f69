"""What a notice says, free of any messenger and in its reader's language: kept beside what waits for their hours, so
that several can become one."""

from __future__ import annotations

import json
from typing import Any

from casework.records import Person
from handlers import menu
from handlers.engine.scene import Message
from handlers.engine.views import Button, View
from handlers.engine.words import Words


def written(told: Message, words: Words, reader: Person) -> str:
    """Of a picture, or of what takes the place of its like, only whose it is: it stays a message of its own."""
    said: dict[str, Any] = {"to": reader.id}
    if not (told.attachment or told.code or told.reveals or told.kind):
        said["lines"] = [words.say(line) for line in told.view.lines]
        said["rows"] = [
            [[words.say(one.label), one.value, one.key, one.person, words.say(one.among)] for one in row]
            for row in told.view.rows
        ]
        said["can_wait"] = told.can_wait
    return json.dumps(said, ensure_ascii=False)


def marked(reader: Person) -> str:
    """Of a notice whose words are kept with what it is told because of (`storage.because`): only whose it is."""
    return json.dumps({"to": reader.id})


def reader_of(said: str) -> int:
    return int(json.loads(said)["to"])


def read(said: str) -> Message | None:
    """None for what stays alone."""
    kept = json.loads(said)
    if "lines" not in kept:
        return None
    rows = tuple(tuple(_button(*button) for button in row) for row in kept["rows"])
    view = View(tuple(kept["lines"]), rows)
    return Message(view, replaces=False, to=kept["to"], can_wait=kept["can_wait"])


def _button(label: str, value: str, key: str, person: int, among: str = "") -> Button:
    # The one that several messages share is known by what it is.
    return menu.MENU if key == menu.MENU.key else Button(label, value, key, person, among=among)

"""Chats with one keyboard, as Viber's: what stands in it after an answer or a notice.

There each message takes the buttons of the one before away. So the last message of several carries the buttons of
all, and from everything but a question there is a way on: to the menu, and back to the question that is still open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.menu import MENU
from handlers.scene import Message
from handlers.views import Button
from handlers.words import _

GO_ON = _("Back to the question")
HAVE_A_WAY = {"menu", "help"}
"""Buttons of what leads to the menu, or is it."""


def one_keyboard(told: Sequence[Message], open_talk: str) -> list[Message]:
    """`open_talk` is the id of the conversation that waits for its reader, or empty."""
    *before, last = told
    shown = next((one for one in reversed(told) if one.view.rows), last)
    rows = shown.view.rows if shown.talk != "go" else (*shown.view.rows, *_ways(shown, open_talk))
    quiet = [replace(one, view=replace(one.view, rows=())) for one in before]
    return [*quiet, replace(last, view=replace(last.view, rows=rows), talk=shown.talk, key=shown.key)]


def _ways(shown: Message, open_talk: str) -> tuple[tuple[Button, ...], ...]:
    keys = {button.key for row in shown.view.rows for button in row}
    on = (Button(GO_ON, open_talk, "go_on"),) if open_talk else ()
    row = (*on, *(() if keys & HAVE_A_WAY else (MENU,)))
    return (row,) if row else ()

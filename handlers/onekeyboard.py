"""Chats with one keyboard, as Viber's: what stands in it after an answer or a notice.

There each message takes the buttons of the one before away. So the last message of several carries the buttons of
all, and from everything but a question there is a way on: to the menu, and back to the question that is still open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.engine.scene import Message
from handlers.engine.views import Button
from handlers.engine.words import _
from handlers.menu import MENU

GO_ON = _("Back to the question")
HAVE_A_WAY = {"menu", "help"}
"""Buttons of what leads to the menu, or is it."""

Rows = tuple[tuple[Button, ...], ...]


def one_keyboard(told: Sequence[Message], open_talk: str) -> list[Message]:
    """`open_talk` is the id of the conversation that waits for its reader, or empty."""
    *before, last = told
    shown = next((one for one in reversed(told) if one.view.rows), last)
    question = shown.talk != "go"
    # A question that is only written to would leave an empty screen, and nobody lists the commands here.
    rows = shown.view.rows or ((MENU,),) if question else _with_ways(shown.view.rows, open_talk)
    quiet = [replace(one, view=replace(one.view, rows=())) for one in before]
    return [*quiet, replace(last, view=replace(last.view, rows=rows), talk=shown.talk, key=shown.key)]


def _with_ways(rows: Rows, open_talk: str) -> Rows:
    on = (Button(GO_ON, open_talk, "go_on"),) if open_talk else ()
    if rows and rows[-1] == (MENU,):
        return (*rows[:-1], (*on, MENU))
    has_menu = any(button.key in HAVE_A_WAY for row in rows for button in row)
    ways = on if has_menu else (*on, MENU)
    return (*rows, ways) if ways else rows

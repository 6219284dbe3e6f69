"""Sentences that answer what is no conversation."""

from __future__ import annotations

from datetime import datetime

from handlers.scene import Message
from handlers.views import View
from handlers.words import _

SET_ASIDE = _("Something went wrong with your last message and we are looking at it. What you had saved is safe.")
NO_EDITS = _("I do not read changed messages. Please write it anew.")
NOT_IN_GROUPS = _("I speak only in a private chat. Please write to me there.")


def away(since: datetime, until: datetime, *, to: int) -> Message:
    """Both in local time."""
    said = _(
        "I was not there from {since} to {until}. What you wrote in that time may not have reached me: "
        "please send it again.",
        since=f"{since:%d.%m, %H:%M}",
        until=f"{until:%d.%m, %H:%M}",
    )
    return Message(View((said,)), replaces=False, to=to)

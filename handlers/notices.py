"""Sentences that answer what is no conversation."""

from __future__ import annotations

from handlers.words import _

SET_ASIDE = _("Something went wrong with your last message and we are looking at it. What you had saved is safe.")
NO_EDITS = _("I do not read changed messages. Please write it anew.")
NOT_IN_GROUPS = _("I speak only in a private chat. Please write to me there.")

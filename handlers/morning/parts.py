"""What is left of a notice when a cause of it is gone: its other lines, or nothing."""

from __future__ import annotations

from dataclasses import replace

from casework.records import INSTITUTION, Person
from handlers.engine.scene import Message
from handlers.morning import notices
from storage.because import Tie


def without(told: Message, gone: frozenset[Tie], reader: Person) -> Message | None:
    """None when nothing of it is left to be told."""
    if gone.intersection(told.because):
        return None
    if told.joined:
        left = [one for own in told.joined if (one := without(own, gone, reader))]
        return replace(notices.joined(left, asked=reader.role == INSTITUTION), daily=told.daily) if left else None
    if told.listing:
        listing = told.listing.without(gone)
        return replace(told, listing=listing, view=listing.view()) if listing else None
    return told

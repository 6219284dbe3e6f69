"""What travels through the outbox as data and is drawn only when its call is made."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

from bot.apart import charts, documents, spreadsheets
from bot.apart.documents import FORM, SEASON
from bot.apart.process import NotMade
from bot.channels.channel import Meaning, Trouble
from handlers.engine.scene import Attachment, Book, Chart, Document, Printed, Sheet

KINDS = {Chart: "chart", Sheet: "sheet", Document: "document", Printed: "report", Book: "book"}


@dataclass(frozen=True)
class Drawing:
    kind: str
    """One of `KINDS`."""
    data: dict[str, Any]


def written(attachment: Attachment) -> dict[str, Any]:
    """As it stands in a payload."""
    return {KINDS[type(attachment)]: asdict(attachment)}


def taken_from(payload: dict[str, Any]) -> Drawing | None:
    """What is to be drawn for this call; it is no longer in the payload then."""
    for kind in KINDS.values():
        if kind in payload:
            return Drawing(kind, payload.pop(kind))
    return None


async def drawn(drawing: Drawing) -> tuple[str, bytes]:
    """File name and content. Raises Trouble."""
    try:
        return await _drawn(drawing.kind, drawing.data)
    except NotMade as failed:
        # The same data would fail the same way; the button that asked for it is still there.
        raise Trouble(Meaning.REFUSED, str(failed)) from failed


async def _drawn(kind: str, data: dict[str, Any]) -> tuple[str, bytes]:
    match kind:
        case "sheet":
            return data["name"], await asyncio.to_thread(spreadsheets.write_table, data["header"], data["rows"])
        case "book":
            return data["name"], await asyncio.to_thread(spreadsheets.write_book, data["sheets"])
        case "document":
            return data["name"], await documents.pages(FORM, data["forms"])
        case "report":
            return data["name"], await documents.pages(SEASON, data)
    return "chart.png", await charts.drawn(data)

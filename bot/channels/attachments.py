"""What travels through the outbox as data and is drawn only when its call is made."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

from bot import charts, documents, spreadsheets
from bot.channels.channel import Meaning, Trouble
from bot.documents import FORM, SEASON, NotTypeset, Template
from handlers.scene import Attachment, Book, Chart, Document, Printed, Sheet

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
    data = drawing.data
    match drawing.kind:
        case "sheet":
            return data["name"], await asyncio.to_thread(spreadsheets.write_table, data["header"], data["rows"])
        case "book":
            return data["name"], await asyncio.to_thread(spreadsheets.write_book, data["sheets"])
        case "document":
            return data["name"], await _typeset(FORM, data["forms"])
        case "report":
            return data["name"], await _typeset(SEASON, data)
    try:
        return "chart.png", await charts.drawn(data)
    except ChildProcessError as failed:
        raise Trouble(Meaning.RETRY, str(failed)) from failed


async def _typeset(template: Template, data: Any) -> bytes:
    try:
        return await documents.pages(template, data)
    except NotTypeset as failed:
        # The same data would fail the same way; the button that asked for it is still there.
        raise Trouble(Meaning.REFUSED, str(failed)) from failed

"""What travels through the outbox as data and is drawn only when its call is made."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

from bot import charts, documents, spreadsheets
from bot.channels.channel import Meaning, Trouble
from bot.documents import NotTypeset
from handlers.scene import Chart, Document, Sheet

KINDS = {Chart: "chart", Sheet: "sheet", Document: "document"}


@dataclass(frozen=True)
class Drawing:
    kind: str
    """One of `KINDS`."""
    data: dict[str, Any]


def written(attachment: Chart | Sheet | Document) -> dict[str, Any]:
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
    if drawing.kind == "sheet":
        return data["name"], await asyncio.to_thread(spreadsheets.write_table, data["header"], data["rows"])
    if drawing.kind == "document":
        return data["name"], await _pages(data["forms"])
    try:
        return "chart.png", await charts.bars(**data)
    except ChildProcessError as failed:
        raise Trouble(Meaning.RETRY, str(failed)) from failed


async def _pages(forms: list[dict[str, Any]]) -> bytes:
    try:
        return await documents.pages(forms)
    except NotTypeset as failed:
        # The same forms would fail the same way; the button under the report is still there.
        raise Trouble(Meaning.REFUSED, str(failed)) from failed

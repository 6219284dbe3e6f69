"""What travels through the outbox as data and is drawn only when its call is made."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from bot import charts, spreadsheets
from bot.channels.channel import Meaning, Trouble


@dataclass(frozen=True)
class Drawing:
    kind: str
    """`chart` or `sheet`."""
    data: dict[str, Any]


def taken_from(payload: dict[str, Any]) -> Drawing | None:
    """What is to be drawn for this call; it is no longer in the payload then."""
    for kind in ("chart", "sheet"):
        if kind in payload:
            return Drawing(kind, payload.pop(kind))
    return None


async def drawn(drawing: Drawing) -> tuple[str, bytes]:
    """File name and content. Raises Trouble."""
    data = drawing.data
    if drawing.kind == "sheet":
        return data["name"], await asyncio.to_thread(spreadsheets.write_table, data["header"], data["rows"])
    try:
        return "chart.png", await charts.bars(**data)
    except ChildProcessError as failed:
        raise Trouble(Meaning.RETRY, str(failed)) from failed

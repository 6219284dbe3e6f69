"""The floor: an aiohttp client that knows nothing, asks for updates and echoes each with one button.

No bot that answers over this wire can be faster; what it takes is the sandbox's own time and that of the way.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from aiohttp import ClientSession

ON = "Нататък"
"""The one button."""
MARKUP = json.dumps({"inline_keyboard": [[{"text": ON, "callback_data": "on"}]]})


async def echo(session: ClientSession, address: str, update: dict[str, Any]) -> None:
    if query := update.get("callback_query"):
        message = query["message"]
        # As any bot does, and the same number of calls: the tap is acknowledged and its message edited.
        acknowledged = session.post(f"{address}/answerCallbackQuery", data={"callback_query_id": query["id"]})
        # No edit is taken that changes nothing.
        text = "тик" if message["text"] == "так" else "так"
        edited = session.post(
            f"{address}/editMessageText",
            data={
                "chat_id": message["chat"]["id"],
                "message_id": message["message_id"],
                "text": text,
                "reply_markup": MARKUP,
            },
        )
        await asyncio.gather(_read(acknowledged), _read(edited))
    elif message := update.get("message"):
        said = {"chat_id": message["chat"]["id"], "text": message["text"], "reply_markup": MARKUP}
        await _read(session.post(f"{address}/sendMessage", data=said))


async def _read(asked: Any) -> None:
    async with asked as got:
        await got.read()


async def main(api_url: str, token: str) -> None:
    address, offset = f"{api_url}/bot{token}", 0
    async with ClientSession() as session, asyncio.TaskGroup() as under_way:
        while True:
            async with session.post(f"{address}/getUpdates", data={"offset": offset, "timeout": 20}) as got:
                updates = (await got.json())["result"]
            for update in updates:
                offset = update["update_id"] + 1
                under_way.create_task(echo(session, address, update))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))

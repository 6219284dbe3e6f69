"""Writes as the bot does, as fast as it can, until it is killed: `python -m tests.bot.writer FOLDER`.

Each transaction adds two rows that belong together and a photo; every third takes the photo before away again, its row
first and then its file. The first line printed says that it has begun.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bot.store import Store
from storage import audit
from storage.database import open_database


async def write(folder: Path) -> None:
    database = await open_database(f"sqlite:///{folder}/obhvat.db")
    photos = Store(folder / "photos")
    last = ""
    for n in count():
        content = str(n).encode() * 1000
        key = f"{hashlib.sha256(content).hexdigest()}.jpg"
        await photos.put(key, content)
        async with database.transaction() as tx:
            now = datetime.now(UTC)
            await audit.note(tx, now, None, "first half", detail="x" * 500)
            if n % 3 == 2:
                await tx.run("DELETE FROM media WHERE stored_as = :key", key=last)
            await tx.run(
                "INSERT INTO media (channel, file, recognised_by, state, stored_as) "
                "VALUES ('telegram', :file, :file, 'stored', :key)",
                file=str(n),
                key=key,
            )
            await audit.note(tx, now, None, "second half")
        if n % 3 == 2:
            await photos.drop([last])
        last = key
        if n == 5:
            print("it writes", flush=True)


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))

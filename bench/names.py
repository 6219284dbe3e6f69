"""`python -m bench.names`: what a start costs where there are 100,000 names and 20,000 photos, made up.

Each line is what is done at a start, and beside it the same done with all of them, as `obhvat check` does.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot import album
from casework.records import NextStep
from storage import keys, new_cases, teams
from storage.database import Database, open_database
from storage.new_cases import NewCase
from storage.sealing import Sealer

NAMES, PHOTOS, AT_ONCE, TIMES = 100_000, 20_000, 20_000, 5
SECRET = b"a secret that is long enough to be one"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(f"sqlite:///{folder}/obhvat.db")
        sealer = await keys.open_sealer(database, [SECRET])
        await _fill(database, sealer)
        photos = Path(folder, "photos")
        await asyncio.to_thread(_put, photos, sealer)
        path = database.path
        _told("the names, held to the keys", lambda: keys.mistakes(path, [SECRET], all_names=False))
        _told("all of them opened", lambda: keys.mistakes(path, [SECRET], all_names=True))
        _told("the photos, held to the keys", lambda: album.closed_in(photos, sealer, all_photos=False))
        _told("all of them looked at", lambda: album.closed_in(photos, sealer, all_photos=True))
        began = time.process_time()
        for _ in range(TIMES):
            assert await keys.seal_anew(database, sealer) == 0
        print(f"{'nothing sealed anew':30} {(time.process_time() - began) / TIMES:8.4f} s")
        await database.close()


async def _fill(database: Database, sealer: Sealer) -> None:
    async with database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-1"].id
    for first in range(0, NAMES, AT_ONCE):
        new = [_child(sealer, team, n) for n in range(first, first + AT_ONCE)]
        async with database.transaction() as tx:
            await new_cases.put(tx, new, NextStep("S11", "visit", NOW.date()), NOW)


def _child(sealer: Sealer, team: int, n: int) -> NewCase:
    sealed = sealer.seal_name("Росица Илиева Петрова\n+359888123456", str(n))
    return NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, team, "", sealed, str(n))


def _put(folder: Path, sealer: Sealer) -> None:
    folder.mkdir()
    for n in range(PHOTOS):
        (folder / f"{n:064x}{album.SEALED}").write_bytes(sealer.seal(b"a door", f"photo {n}"))


def _told(what: str, looked: Callable[[], list[str]]) -> None:
    began = time.process_time()
    for _ in range(TIMES):
        assert looked() == []
    print(f"{what:30} {(time.process_time() - began) / TIMES:8.4f} s")


if __name__ == "__main__":
    asyncio.run(main())

"""The keys of a database: which of those given open what it holds, and the one by which children are recognised.

What a newcomer gets wrong: a secret may be changed, but the key that recognises children may not, or the next import
would bring each child a second time. So it is kept, itself sealed, and only its seal is renewed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from storage import migrate
from storage.database import Database, Row, StorageError, Tx, in_list
from storage.sealing import HEAD, Sealer, Unopened, recognising_key

_RECOGNISING = "recognising"
BATCH = 500
"""Names sealed anew in one transaction: nobody waits long for it."""
MEND = (
    "OBHVAT_SECRET_KEY: it does not open what the database holds, {count} names. Add the key that sealed them as a "
    "further line of it, or put back the file of the key that lay beside the database."
)


class WrongKey(StorageError):
    """What the database holds was sealed with a key that is not among those given."""


_NAMES = "SELECT id, sealed_name, coalesce(recognised_by, '') AS mark FROM child_case WHERE sealed_name IS NOT NULL"
SAMPLE = 100
"""So many names are opened at each start: one in another row opens nowhere, and only opening tells."""
_HEADS = f"SELECT DISTINCT substr(sealed_name, 1, {HEAD}) AS head FROM child_case WHERE sealed_name IS NOT NULL"
"""All ways in which names are sealed: SQLite reads 100,000 in 0.05 s, and Python opens as many in 0.4 s."""


async def open_sealer(database: Database, secrets: Sequence[bytes]) -> Sealer:
    """With the key that recognises children, which is kept from now on if it was not. Raises WrongKey."""
    given = Sealer(*secrets)
    async with database.reading() as tx:
        kept = await _kept(tx)
    if kept is None:
        kept = await database.write(lambda tx: _first_kept(tx, given, secrets))
    try:
        return Sealer(*secrets, recognising=given.open(kept, _RECOGNISING))
    except Unopened as wrong:
        async with database.reading() as tx:
            count = (await tx.one("SELECT count(*) AS n FROM child_case WHERE sealed_name IS NOT NULL"))["n"]
        raise WrongKey(MEND.format(count=count)) from wrong


async def _kept(tx: Tx) -> bytes | None:
    row = await tx.row("SELECT sealed FROM kept_key WHERE name = :name", name=_RECOGNISING)
    return row["sealed"] if row else None


async def _first_kept(tx: Tx, given: Sealer, secrets: Sequence[bytes]) -> bytes:
    """Sealed. Of workers that start in one moment with a new database one keeps its own, and the others read it."""
    if kept := await _kept(tx):
        return kept
    return await _keep(tx, given, recognising_key(await _in_use(tx, secrets)))


_STALE = f"SELECT id FROM child_case WHERE sealed_name IS NOT NULL AND substr(sealed_name, 1, {HEAD}) <> :fresh"


async def _in_use(tx: Tx, secrets: Sequence[bytes]) -> bytes:
    """The secret that has sealed the names so far; the first one where there are none."""
    row = await tx.row(f"{_NAMES} LIMIT 1")
    return next((one for one in secrets if row and _opens(Sealer(one), row)), secrets[0])


async def _keep(tx: Tx, sealer: Sealer, recognising: bytes) -> bytes:
    """What stands there now."""
    sealed = sealer.seal(recognising, _RECOGNISING)
    await tx.run(
        "INSERT INTO kept_key (name, sealed) VALUES (:name, :sealed) ON CONFLICT (name) DO UPDATE SET sealed = :sealed",
        name=_RECOGNISING,
        sealed=sealed,
    )
    return sealed


async def seal_anew(database: Database, sealer: Sealer) -> int:
    """Seals with the first key what another one has sealed; how many names that were. What does not open stays.

    In short transactions, so the bot may run meanwhile; when it ends in the midst, what is left is sealed next time.
    Writes nothing when all is sealed so.
    """
    async with database.reading() as tx:
        stale = [row["id"] for row in await tx.rows(_STALE, fresh=sealer.fresh_head)]
        kept = await _kept(tx)
    done = 0
    for first in range(0, len(stale), BATCH):
        async with database.transaction() as tx:
            done += await _sealed_anew(tx, sealer, stale[first : first + BATCH])
    if kept is None or not sealer.is_fresh(kept):
        async with database.transaction() as tx:
            await _keep(tx, sealer, sealer.recognising)
    return done


async def _sealed_anew(tx: Tx, sealer: Sealer, ids: Sequence[int]) -> int:
    """Read again: another process may have done it meanwhile, or forgotten the case."""
    rows = await tx.rows(f"{_NAMES} AND id IN ({in_list(ids)})")
    stale = [row for row in rows if not sealer.is_fresh(row["sealed_name"]) and _opens(sealer, row)]
    await tx.many(
        "UPDATE child_case SET sealed_name = :sealed WHERE id = :id",
        [{"id": row["id"], "sealed": sealer.seal_name(_name(sealer, row), row["mark"])} for row in stale],
    )
    return len(stale)


def _name(sealer: Sealer, row: Row) -> str:
    return sealer.open_name(row["sealed_name"], row["mark"])


def _opens(sealer: Sealer, row: Row) -> bool:
    try:
        _name(sealer, row)
    except Unopened:
        return False
    return True


async def closed(database: Database, sealer: Sealer) -> list[str]:
    """What of it could not be opened, as a sentence."""
    async with database.reading() as tx:
        return _told(await tx.rows(_NAMES), sealer)


def mistakes(path: Path, secrets: Sequence[bytes], *, all_names: bool) -> list[str]:
    """The same of a file with these secrets. Reads only; any version of the file.

    Without `all_names` every name is still held to the keys, by its head, and the newest are opened; all of them only
    when something is wrong with these, so that it is told how many.
    """
    if migrate.revision(path) is None:
        return []
    sealer = Sealer(*secrets)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        file.row_factory = sqlite3.Row
        if not all_names and _seems_right(file, sealer):
            return []
        return _told(file.execute(_NAMES).fetchall(), sealer)


def _seems_right(file: sqlite3.Connection, sealer: Sealer) -> bool:
    if not all(sealer.has_key(row["head"]) for row in file.execute(_HEADS)):
        return False
    newest = file.execute(f"{_NAMES} ORDER BY id DESC LIMIT {SAMPLE}").fetchall()
    return all(_opens(sealer, row) for row in newest)


def _told(names: Sequence[Row], sealer: Sealer) -> list[str]:
    count = sum(not _opens(sealer, row) for row in names)
    return [MEND.format(count=count)] if count else []

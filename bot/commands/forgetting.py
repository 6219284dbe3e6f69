"""`obhvat forget CASE`: everything of a case is deleted, and looked for afterwards. The bot may run meanwhile."""

from __future__ import annotations

import asyncio
import json
import mmap
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import typer

from bot import forgotten
from bot.app import App, open_app
from bot.settings.config import Config, ConfigError
from casework import numbers
from casework.mentions import Traits
from storage import forgetting
from storage.forgetting import Forgotten

TELLING = 12
"""Characters from which on a note is looked for among the bytes that are left."""
KINDS = {
    "visit": "reports", "visit_version": "versions of them", "media": "photos", "referral": "referrals",
    "handover": "hand-overs", "inquiry": "inquiries", "question": "questions", "journal": "conversations and drafts",
    "inbox": "messages that waited", "unasked": "messages that waited", "outbox": "notices that waited",
    "audit": "lines of the audit", "blotted": "places where something else spoke of it",
}  # fmt: skip
ELSEWHERE = (
    "What people have in their chats already, files that were imported, and papers are not in our hands. Backups made "
    "before still hold it; when one is restored, it is forgotten again."
)


async def forget(read: Config, said: str, now: datetime, *, agreed: bool) -> None:
    """Raises ConfigError: there is no such case, or something of it is left."""
    query = numbers.read(said)
    if query is None:
        raise ConfigError([f"{said!r} is no number of a case. For example: БЯ-014."])
    async with open_app(read) as app:
        async with app.database.reading() as tx:
            one = only(said, await forgetting.traits(tx, app.work.sealer, query))
        if agreed or typer.confirm(f"Forget {one.query.written} and all that is kept of it, for good?"):
            typer.echo(_told(await erase(app, one, now)))


async def erase(app: App, one: Traits, now: datetime) -> Forgotten:
    """Rows in one transaction, then files and bytes; what a kill leaves over is done at the next start of the bot.
    Raises ConfigError when something of it is found afterwards."""
    path, photos = app.database.path, app.config.store
    async with app.database.transaction() as tx:
        follow = partial(app.deliverer.withdrawal.follow, tx, now)
        done = await forgetting.forget(tx, app.work.sealer, one, now, follow)
    await forgotten.finish(app.database, photos)
    # A bucket is not looked through: all that lies there is sealed, and without the deletion we would not be here.
    places = [path, Path(f"{path}-wal"), *([photos.folder] if photos.folder else [])]
    if left := await asyncio.to_thread(_where, places, needles(one, done)):
        raise ConfigError([f"{file}: something of it is still there. Please tell us that." for file in left])
    return done


def only(said: str, found: Sequence[Traits]) -> Traits:
    """The one case that is meant. Raises ConfigError."""
    if not found:
        raise ConfigError([f"There is no case {said}."])
    if len(found) > 1:
        raise ConfigError([f"{said} may be {', '.join(one.query.written for one in found)}. Name its letters."])
    return found[0]


def needles(one: Traits, done: Forgotten) -> re.Pattern[bytes]:
    """What nothing may be found of: number, name, telephone and notes, as they are and as JSON escapes them; not
    within longer numbers and names, which are somebody else's."""
    words = [done.number, *([" ".join(one.names)] if one.names else []), *one.phones]
    words += [note for note in done.notes if len(note) >= TELLING]
    plain = b"|".join(re.escape(word.encode()) for word in words)
    escaped = b"|".join(re.escape(json.dumps(word)[1:-1].encode()) for word in words)
    letter = rb"[\xd0\xd1][\x80-\xbf]"
    return re.compile(
        rb"(?<!%s)(?:%s)(?!\d|%s)|(?<!\\u04[0-9a-f]{2})(?:%s)(?!\d|\\u04)" % (letter, plain, letter, escaped), re.DOTALL
    )


def _where(places: Iterable[Path], needles: re.Pattern[bytes]) -> list[Path]:
    return [path for path in _files(places) if path.stat().st_size and _holds(path, needles)]


def _holds(path: Path, needles: re.Pattern[bytes]) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return needles.search(content) is not None


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        yield from (path for path in (place, *place.rglob("*")) if path.is_file())


def _told(done: Forgotten) -> str:
    counts: dict[str, int] = {}
    for table, kind in KINDS.items():
        counts[kind] = counts.get(kind, 0) + done.counts[table]
    gone = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"{done.number} is forgotten{f', with {gone}' if gone else ''}. Nothing of it is left here.\n{ELSEWHERE}"

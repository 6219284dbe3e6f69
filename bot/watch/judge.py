"""What is wrong, by what was measured. Pure: `/health`, `/metrics` and the watchdog all ask this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.queues import Going

TOKEN, SECOND, SILENT, OUTBOX = "token", "second", "silent", "outbox"
"""Of a messenger: `telegram.token`."""
INBOX, WRITING, DISK, PHOTOS, BACKUP = "inbox", "writing", "disk", "photos", "backup"
BOT = "bot"
"""That it does not answer, which only `bot.watch.outside` can see."""
RIVALLED_FOR = timedelta(seconds=20)
"""A bot that is started anew meets the last poll of the one before for a moment."""


@dataclass(frozen=True)
class Limits:
    stalled: timedelta
    """For what waits in a queue, and for the database."""
    silent: timedelta
    disk_free_mb: int
    backup: timedelta | None
    rivalled: timedelta = RIVALLED_FOR
    beat: timedelta = timedelta(minutes=1)
    """So often something is written anyway (`bot.awake`)."""


@dataclass(frozen=True)
class Felt:
    """Of one messenger (`bot.watch.vitals`)."""

    sent_ago: timedelta
    silent_for: timedelta | None = None
    refused_for: timedelta | None = None
    rivalled_for: timedelta | None = None


@dataclass(frozen=True)
class Signs:
    """What was measured at one moment."""

    at: datetime
    started_at: datetime
    written_ago: timedelta
    disk_free_mb: int
    unwritable: bool = False
    """The last transaction could not be written (`Database.trouble`), or the database is not reached."""
    photos_refused_for: timedelta | None = None
    """Since the store of photos takes none."""
    backed_up_at: datetime | None = None
    inbox_since: datetime | None = None
    inbox: Mapping[str, int] = field(default_factory=dict)
    going: Mapping[str, Going] = field(default_factory=dict)
    felt: Mapping[str, Felt] = field(default_factory=dict)


@dataclass(frozen=True)
class Ailment:
    """`what` is its name, of a messenger `telegram.silent`; `count` of waiting messages or free megabytes."""

    what: str
    since: datetime
    count: int = 0

    @property
    def stops_work(self) -> bool:
        """Else somebody should do something about it, and the bot goes on."""
        return self.what not in (PHOTOS, BACKUP)


def ailments(signs: Signs, limits: Limits) -> list[Ailment]:
    """In the order in which they are best looked at: what comes first may cause what follows."""
    return [*_machine(signs, limits), *_messengers(signs, limits), *_queues(signs, limits), *_backups(signs, limits)]


def _machine(signs: Signs, limits: Limits) -> Iterator[Ailment]:
    if signs.disk_free_mb < limits.disk_free_mb:
        yield Ailment(DISK, signs.at, signs.disk_free_mb)
    if signs.unwritable or signs.written_ago >= limits.stalled + limits.beat:
        yield Ailment(WRITING, signs.at - signs.written_ago)
    if signs.photos_refused_for is not None and signs.photos_refused_for >= limits.stalled:
        yield Ailment(PHOTOS, signs.at - signs.photos_refused_for)


def _messengers(signs: Signs, limits: Limits) -> Iterator[Ailment]:
    for channel, felt in signs.felt.items():
        if felt.refused_for is not None:
            yield Ailment(f"{channel}.{TOKEN}", signs.at - felt.refused_for)
        elif felt.rivalled_for is not None and felt.rivalled_for >= limits.rivalled:
            yield Ailment(f"{channel}.{SECOND}", signs.at - felt.rivalled_for)
        elif felt.silent_for is not None and felt.silent_for >= limits.silent:
            yield Ailment(f"{channel}.{SILENT}", signs.at - felt.silent_for)


def _queues(signs: Signs, limits: Limits) -> Iterator[Ailment]:
    before = signs.at - limits.stalled
    if signs.inbox_since and signs.inbox_since <= before:
        yield Ailment(INBOX, signs.inbox_since, signs.inbox.get("waiting", 0))
    for channel, going in signs.going.items():
        felt = signs.felt.get(channel)
        if felt is None or felt.refused_for is not None:
            continue  # switched off, or known already for what it is
        # Many that go one after the other are no stall, unless an answer is among those that wait.
        moves = felt.sent_ago < limits.stalled
        stuck = going.reply_since if moves else going.since
        if stuck and stuck <= before:
            yield Ailment(f"{channel}.{OUTBOX}", stuck, going.count)


def _backups(signs: Signs, limits: Limits) -> Iterator[Ailment]:
    if limits.backup is None:
        return
    if signs.backed_up_at is None:
        yield Ailment(BACKUP, signs.started_at)
    elif signs.at - signs.backed_up_at >= limits.backup:
        yield Ailment(BACKUP, signs.backed_up_at, int((signs.at - signs.backed_up_at) / timedelta(hours=1)))

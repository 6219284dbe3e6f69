"""The signs by which the bot's health is judged, measured where they are."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.awake import Awake
from bot.settings.config import Config
from bot.store import Store
from bot.watch.judge import Felt, Limits, Signs
from bot.watch.vitals import Vitals
from storage import life, queues
from storage.database import Database, Tx, Unwritable, beside

READ_WITHIN = 5.0
"""Seconds. A server that is silent for longer is not there."""


@dataclass(frozen=True)
class Measuring:
    """Reads only; `folders` are those whose disk may fill."""

    database: Database
    vitals: Mapping[str, Vitals]
    channels: tuple[str, ...]
    awake: Awake
    folders: tuple[Path, ...]
    photos: Store
    now: Callable[[], datetime]
    started_at: datetime

    async def signs(self) -> Signs:
        """Also while the database is not reached: then nothing is known of what waits in it."""
        now = self.now()
        known = Signs(
            at=now,
            started_at=self.started_at,
            written_ago=self.awake.written_ago,
            unwritable=bool(self.database.trouble),
            photos_refused_for=self.photos.refused_for,
            disk_free_mb=await asyncio.to_thread(free_mb, self.folders),
            backed_up_at=now,
            felt={name: _felt(self.vitals[name]) for name in self.channels},
        )
        try:
            async with asyncio.timeout(READ_WITHIN):
                return await self._counted(known, self.database.glance())
        except (TimeoutError, Unwritable):
            return replace(known, unwritable=True)

    async def _counted(self, known: Signs, glance: Tx) -> Signs:
        return replace(
            known,
            backed_up_at=await life.backed_up(glance),
            inbox_since=await queues.oldest_arrival(glance),
            inbox=await queues.arrivals(glance),
            going=await queues.going(glance, known.at),
        )


def limits_of(config: Config) -> Limits:
    section = config.file.operator
    return Limits(
        timedelta(minutes=section.queue_minutes),
        timedelta(minutes=section.silence_minutes),
        section.disk_free_mb,
        timedelta(hours=section.backup_hours) if section.backup_hours else None,
    )


def folders_of(config: Config) -> tuple[Path, ...]:
    """Of a bucket nobody can tell how full it is."""
    photos = config.store.folder
    return (beside(config.file.database.url).parent, *([photos] if photos else []))


def free_mb(folders: tuple[Path, ...]) -> int:
    """Of the fullest disk; a folder that is not there yet will be on the disk of the one above it."""
    return min(shutil.disk_usage(nearest(folder)).free // 1_000_000 for folder in folders)


def nearest(folder: Path) -> Path:
    """It, or the one above it that is there."""
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _felt(vitals: Vitals) -> Felt:
    return Felt(
        timedelta(seconds=vitals.sent_ago),
        _time(vitals.silent_for),
        _time(vitals.refused_for),
        _time(vitals.rivalled_for),
    )


def _time(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)

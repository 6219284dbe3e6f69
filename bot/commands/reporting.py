"""`obhvat report season`: the pages and the workbook of a period, into a folder. The bot may run meanwhile."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import typer

from bot.apart import documents, spreadsheets
from bot.apart.documents import SEASON
from bot.apart.process import NotMade
from bot.settings.config import Config, ConfigError, folder_mistake
from casework.calendar import local_day
from casework.season import Period, Reach
from handlers.engine.scene import Printed, Work
from handlers.engine.words import FIRST_LANGUAGE, Words
from handlers.office import season
from storage.database import open_database
from storage.keys import open_sealer
from storage.season import municipalities

KINDS = ("season",)


async def report(
    read: Config, kind: str, first: str, last: str, reach: Reach, *, folder: Path, now: datetime
) -> None:  # fmt: skip
    """Writes both files and tells where. Raises ConfigError with every mistake."""
    today, mistakes = local_day(now, read.zone), [] if kind in KINDS else [f"{kind!r} is no report. There is: season."]
    database = await open_database(read.file.database.url)
    try:
        work = Work(read.catalogue, read.calendar, read.zone, await open_sealer(database, read.secrets))
        period = _period(work, today, first, last, mistakes)
        mistakes += folder_mistake("--out", folder)
        async with database.reading() as tx:
            known = await municipalities(tx)
            if reach.municipality and reach.municipality not in known:
                named = ", ".join(known) or "none yet"
                mistakes.append(f"--municipality: there is no {reach.municipality!r}. Municipalities: {named}.")
            if mistakes:
                raise ConfigError(mistakes)
            made = await season.make(tx, work, Words(FIRST_LANGUAGE, today), reach, period)
        written = await _written(made)
        await asyncio.to_thread(_keep, folder, written)
        async with database.transaction() as tx:
            await season.recorded(tx, now, None, reach, period)
    finally:
        await database.close()
    for name in written:
        typer.echo(str(folder / name))


def _period(work: Work, today: date, first: str, last: str, mistakes: list[str]) -> Period:
    """The last season that has begun; with one day named, the season of that day from it or up to it."""
    begins, ends = _day("--from", first, mistakes), _day("--to", last, mistakes)
    usual = season.usual(work, today, begins or ends)
    first_day, last_day = begins or usual.first, ends or usual.last
    if begins and begins > today:
        mistakes.append(f"--from: {begins} has not come yet. The last day that can be told of is {today}.")
    elif first_day > last_day:
        mistakes.append(f"--from, --to: {first_day} is after {last_day}. The earlier day belongs to --from.")
    return Period(first_day, last_day, today)


def _day(option: str, said: str, mistakes: list[str]) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        mistakes.append(f"{option}: {said!r} is no day. For example: 2026-08-20.")
        return None


async def _written(made: Printed) -> dict[str, bytes]:
    """The two files by name."""
    book = season.book(made)
    try:
        pages = await documents.pages(SEASON, asdict(made))
    except NotMade as failed:
        raise ConfigError([f"{failed}. Nothing was written."]) from failed
    sheets = await asyncio.to_thread(spreadsheets.write_book, asdict(book)["sheets"])
    return {made.name: pages, book.name: sheets}


def _keep(folder: Path, written: dict[str, bytes]) -> None:
    """Each whole or not at all: an older report of the same name stays until the new one is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in written.items():
            half = folder / f".{name}.part"
            half.write_bytes(content)
            os.replace(half, folder / name)
    except OSError as full:
        raise ConfigError([f"--out: {folder} cannot be written ({full.strerror}). Name another folder."]) from full

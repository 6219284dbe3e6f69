"""`obhvat import`: a bar while it reads, the first lines as they are understood, and the refused rows in a file."""

from __future__ import annotations

import asyncio
import csv
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot import imports
from bot.apart import spreadsheets
from bot.settings.config import Config, ConfigError
from casework.imports import CaseSheet, Problem, Sheet, Unusable
from casework.placing import Plan, Reach
from handlers.desk.imports import sentence
from handlers.engine.scene import Work
from handlers.engine.words import FIRST_LANGUAGE, Words
from storage.database import Database, open_database
from storage.keys import open_sealer

KINDS = ("teams", "cases")
FIRST_LINES = 5
OF_TEAMS = ("line", "team", "municipality", "area")
OF_CASES = ("line", "group", "born", "municipality", "settlement", "address", "team")
WIDTH_OF_A_FILE = 140
"""Columns of the table when it does not go to a terminal."""


async def import_file(read: Config, kind: str, file: Path, team: str, now: datetime, *, dry_run: bool) -> None:
    """Raises ConfigError with the sentence for whoever sits at the keyboard."""
    if kind not in KINDS:
        raise ConfigError([f"{kind!r} cannot be imported. Either teams or cases."])
    words = Words(FIRST_LANGUAGE, now.date())
    try:
        sheet = await _read(read, file)
    except Unusable as wrong:
        raise ConfigError([f"{file}: {words.say(sentence(wrong.problem))}"]) from wrong
    found = "cases" if isinstance(sheet, CaseSheet) else "teams"
    if found != kind:
        raise ConfigError([f"{file}: these are {found}, not {kind}. So: obhvat import {found} {file}"])
    database = await open_database(read.file.database.url)
    try:
        work = Work(read.catalogue, read.calendar, read.zone, await open_sealer(database, read.secrets))
        planned = await _planned(database, work, sheet, team)
        if dry_run:
            _show(planned, words)
        else:
            planned = await _keep(database, work, planned, now)
    finally:
        await database.close()
    _count(planned, dry_run=dry_run)
    if planned.rejects and not dry_run:
        rejects = file.with_name(f"{file.name}.rejects.csv")
        _write(rejects, planned.rejects, words)
        typer.echo(f"The refused rows with their reasons: {rejects}")


def _write(path: Path, rejects: Sequence[Problem], words: Words) -> None:
    """Line, column and reason of each refused row."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "column", "reason"])
        writer.writerows([one.line, one.column, words.say(sentence(one))] for one in rejects)


async def _read(read: Config, file: Path) -> Sheet:
    content = await asyncio.to_thread(file.read_bytes)
    # Not into a file or a pipe, where it would be noise.
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(f"Reading {file.name}", total=None)

        def progress(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        return await asyncio.to_thread(spreadsheets.read_import, content, read.file.import_.mapping, progress)


async def _planned(database: Database, work: Work, sheet: Sheet, team: str) -> Plan:
    async with database.reading() as tx:
        held = await imports.known(tx, work)
    if team and team.casefold() not in held.teams:
        names = ", ".join(one.name for one in held.teams.values())
        raise ConfigError([f"--team: there is no team {team!r}. Teams: {names}."])
    return imports.plan(work, sheet, Reach(rest=team), held)


async def _keep(database: Database, work: Work, planned: Plan, now: datetime) -> Plan:
    new = imports.sealed(work, planned)
    async with database.transaction() as tx:
        # Who must go again finds it among what is due; from the keyboard nobody is written to.
        done, _told = await imports.keep(tx, work, planned, new, now)
        return done


def _show(planned: Plan, words: Words) -> None:
    """The first lines as they are understood, no name and no telephone; and the first that are refused."""
    table = Table(box=None, pad_edge=False)
    for column in OF_TEAMS if planned.teams else OF_CASES:
        table.add_column(column, overflow="fold")
    for row in planned.teams[:FIRST_LINES]:
        table.add_row(str(row.line), row.team, row.municipality, row.area)
    for placed in planned.cases[:FIRST_LINES]:
        child, team = placed.row, placed.team
        born = str(child.birth_year or "")
        table.add_row(str(child.line), child.group, born, team.municipality, child.settlement, child.address, team.name)
    width = None if sys.stdout.isatty() else WIDTH_OF_A_FILE
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)
    for problem in planned.rejects[:FIRST_LINES]:
        typer.echo(words.say(sentence(problem)))


def _count(planned: Plan, *, dry_run: bool) -> None:
    changed = f", {planned.changed} changed" if planned.changed else ""
    counts = f"{planned.new} new{changed}, {planned.here} already here, {len(planned.rejects)} refused."
    typer.echo(f"{counts} Nothing was kept, this was a dry run." if dry_run else counts)
    if planned.strange:
        places = ", ".join(f"{place} ({count})" for place, count in planned.strange)
        typer.echo(f"In no team's area, perhaps a slip: {places}.")

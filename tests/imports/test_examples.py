"""The examples are what their README says, and go through the import as they are."""

from __future__ import annotations

import csv
from pathlib import Path

from bot import imports
from bot.apart import spreadsheets
from bot.commands.district import EXAMPLES, fill
from casework.imports import CaseSheet, TeamSheet
from casework.placing import Reach
from examples.ruse import make
from storage.database import open_database
from tests.conversations.conftest import NOW, WORK
from tests.engines import url_of

TEAMS = {"Борово": 3, "Бяла": 3, "Ветово": 3, "Две могили": 3, "Иваново": 4, "Русе": 9, "Сливо поле": 3, "Ценово": 4}


def teams() -> TeamSheet:
    sheet = spreadsheets.read_import((EXAMPLES / "teams.csv").read_bytes(), {})
    assert isinstance(sheet, TeamSheet)
    return sheet


def cases(name: str) -> CaseSheet:
    sheet = spreadsheets.read_import((EXAMPLES / name).read_bytes(), {})
    assert isinstance(sheet, CaseSheet)
    return sheet


def test_the_teams_share_every_settlement_of_the_oblast() -> None:
    with (EXAMPLES / "settlements.csv").open(encoding="utf-8", newline="") as file:
        there = sorted((row["община"], row["населено място"]) for row in csv.DictReader(file))
    covered = sorted((row.municipality, place) for row in teams().rows for place in row.area.split(", "))
    assert covered == there
    counts = {place: sum(row.municipality == place for row in teams().rows) for place in TEAMS}
    assert counts == TEAMS


def test_they_are_made_again_as_they_are(tmp_path: Path) -> None:
    make.make(tmp_path)
    for name in ("teams.csv", "cases.csv"):
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes()
    remade = (tmp_path / "at-risk.xlsx").read_bytes()
    assert spreadsheets.read_grid(remade) == spreadsheets.read_grid((EXAMPLES / "at-risk.xlsx").read_bytes())


async def test_all_of_it_is_imported_and_nothing_is_refused(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    async with database.transaction() as tx:
        await fill(tx, WORK, NOW)
        held = await imports.known(tx, WORK)
    again = imports.plan(WORK, cases("cases.csv"), Reach(), held)
    assert (again.new, again.here, again.rejects, again.strange) == (0, 320, (), ())
    risky = imports.plan(WORK, cases("at-risk.xlsx"), Reach(rest="Б-1"), held)
    assert (risky.new, risky.rejects) == (24, ())
    assert all(one.row.birth_year and 2010 <= one.row.birth_year <= 2020 for one in risky.cases)
    await database.close()

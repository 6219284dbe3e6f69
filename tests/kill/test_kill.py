"""The process is killed at commit points and at random moments of a day; then everything is counted.

`OBHVAT_KILLS` and `OBHVAT_MEMBERS` make it longer (`make soak`). What a newcomer gets wrong: a person never
repeats anything here; what they sent once must be answered by whichever process lives next.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot import config
from casework.records import MEMBER, MUNICIPAL, NextStep
from sandbox import Person, Sandbox
from sandbox.messages import ChatMessage
from storage import cases, people, teams
from storage.cases import NewCase
from storage.database import open_database
from storage.people import Invitation
from tests.bot.conftest import TOKEN, write_config

KILLS = int(os.environ.get("OBHVAT_KILLS", "10"))
MEMBERS = int(os.environ.get("OBHVAT_MEMBERS", "5"))
PATIENCE = 60.0 + 2 * KILLS
REPOSITORY = Path(__file__).parents[2]

pytestmark = [pytest.mark.kill, pytest.mark.timeout(int(PATIENCE * 4))]


class Lives:
    """One bot process after the other, each killed at its time, the last one left alive."""

    def __init__(self, path: Path, tokens: dict[str, str], *, at_commits: bool) -> None:
        self._config = path
        self._tokens = tokens
        self._at_commits = at_commits
        self._draw = random.Random(18)
        self.killed = 0

    async def live(self) -> None:
        while True:
            last = self.killed >= KILLS
            when = ("before", "after")[self.killed % 2]
            at = 4 + self.killed % 13 if self._at_commits and not last else 10**9
            process = await self._start(when, at)
            try:
                if last or self._at_commits:
                    await process.wait()
                else:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(process.wait(), self._draw.uniform(0.6, 2.2))
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            self.killed += 1

    async def _start(self, when: str, at: int) -> asyncio.subprocess.Process:
        environ = {**os.environ, **self._tokens, config.CONFIG: str(self._config), "OBHVAT_SECRET_KEY": "k" * 40}
        command = (sys.executable, "-m", "tests.kill.process", when, str(at))
        return await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, env=environ)


async def waits(person: Person, start: str, label: str = "", holding: str = "", at: int = 0) -> ChatMessage:
    """Until something begins so, whatever was repeated before it; `at` is the message that was edited."""
    while True:
        message = await person.hears(PATIENCE)
        said = message.text.startswith(start) and label in str(message.labels) and holding in message.text
        if said and at in (0, message.id):
            return message


async def joins(person: Person, number: int) -> None:
    await person.starts(f"code{number}")
    for start, label in (("Език", "Български"), ("Каквото", "Съгласен съм")):
        await person.taps(label, await waits(person, start, label))
    await waits(person, "Добре дошли")


async def reports(person: Person, number: int, attempt: int) -> None:
    """A visit in one line; every second one is a refusal, which asks for more."""
    refusal = attempt % 2 == 0
    await person.says(f"{number} отказ" if refusal else f"{number} никой")
    if refusal:
        await person.taps("Баща", await waits(person, "Кого", "Баща"))
        await person.taps("Пропусни", await waits(person, "Защо", "Пропусни"))
    review = await waits(person, "Прегледайте", "Запази", f"Опит: {attempt}\n")
    await person.taps("Запази", review)
    await waits(person, "Записано", at=review.id)


@pytest.mark.parametrize("at_commits", [True, False], ids=["commit points", "random moments"])
async def test_every_report_is_there_once(tmp_path: Path, at_commits: bool) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        await prepare(tmp_path)
        lives = Lives(write_config(tmp_path, sandbox), {config.TOKEN: TOKEN}, at_commits=at_commits)
        living = asyncio.create_task(lives.live())
        members = [sandbox.world.person(f"Член {n}") for n in range(1, MEMBERS + 1)]
        await asyncio.gather(*(joins(one, n) for n, one in enumerate(members, start=1)))
        saved = 0
        for attempt in count(1):
            await asyncio.gather(*(reports(one, n, attempt) for n, one in enumerate(members, start=1)))
            saved += MEMBERS
            if lives.killed >= KILLS:
                break
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
    count_everything(tmp_path, saved)


def count_everything(folder: Path, saved: int) -> None:
    with closing(sqlite3.connect(folder / "obhvat.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("SELECT count(*) FROM visit").fetchone() == (saved,)
        assert file.execute("SELECT count(*) FROM visit_version").fetchone() == (saved,)
        assert file.execute("SELECT sum(attempts) FROM child_case").fetchone() == (saved,)
        assert file.execute("SELECT count(*) FROM journal").fetchone() == (0,)
        assert file.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone() == (0,)
        twice = "SELECT 1 FROM period_claim GROUP BY job, person_id, period HAVING count(*) > 1"
        assert file.execute(twice).fetchall() == []


async def prepare(folder: Path) -> None:
    now = datetime.now(UTC)
    database = await open_database(f"sqlite:///{folder}/obhvat.db")
    async with database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-1"].id
        for n in range(1, MEMBERS + 1):
            await people.invite(tx, f"code{n}", Invitation(MEMBER, team, ""), now + timedelta(days=7))
        coordinator = await people.add(tx, Invitation(MUNICIPAL, None, "Бяла"), "Кольо", now - timedelta(days=3))
        await people.set_language(tx, coordinator, "bg")
        await people.accept(tx, coordinator, now - timedelta(days=3))
        children = [
            NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, team, "", None, str(n))
            for n in range(1, MEMBERS + 1)
        ]
        await cases.put(tx, children, NextStep("S11", "visit", now.date()), now)
    await database.close()

"""The process is killed at commit points and at random moments of a day; then everything is counted.

`OBHVAT_KILLS` and `OBHVAT_MEMBERS` make it longer (`make soak`). What a newcomer gets wrong: a person never
repeats anything here; what they sent once must be answered by whichever process lives next. The hour of the digest
and the alerts strikes between two lives, and those after it are killed around the commit that claims them.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import Awaitable
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.settings import config
from casework.records import MEMBER, MUNICIPAL, NextStep
from sandbox import Person, Sandbox
from sandbox.messages import ChatMessage
from storage import hours, new_cases, people, teams
from storage.database import open_database, to_micros
from storage.new_cases import NewCase
from storage.outbox import BROADCAST, NOTICE
from storage.people import Invitation
from tests.bot.conftest import TOKEN, write_config
from tests.engines import engine, url_of
from tests.kill.process import AHEAD, POINTS

KILLS = int(os.environ.get("OBHVAT_KILLS", "6"))
MEMBERS = int(os.environ.get("OBHVAT_MEMBERS", "5"))
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=ZoneInfo("Europe/Sofia"))
STRUCK = MORNING + timedelta(minutes=30)
"""The hour of the alerts, and the one this coordinator has chosen for the digest."""
AROUND_THE_HOUR = [(when, number) for number in range(1, 7) for when in ("before", "after")]
"""Deaths of the lives that find the hour struck: they claim what it brings in one of their first commits."""
PATIENCE = 60.0 + 2 * KILLS + 15.0 * len(AROUND_THE_HOUR)
"""Such a life answers nobody: two seconds on a good machine, ten where three tests share a bad one."""

pytestmark = [pytest.mark.kill, pytest.mark.timeout(int(PATIENCE * 4))]


class Lives:
    """One bot process after the other, each killed at its time, the last one left alive."""

    def __init__(self, path: Path, tokens: dict[str, str], sandbox: Sandbox, *, at_commits: bool) -> None:
        self._config = path
        self._tokens = tokens
        self._folder = path.parent
        self._at_commits = at_commits
        self._draw = random.Random(18)
        self._clock = sandbox.world.clock
        self._struck = asyncio.Event()
        self.halfway = self.over = False
        self.claimed: set[int] = set()
        """How many digests were found claimed after the deaths around the hour."""

    def strike(self) -> None:
        """The next life begins after the hour."""
        if not self._struck.is_set():
            self._clock.move_to(STRUCK + timedelta(minutes=1))
            self._struck.set()

    async def live(self) -> None:
        await self._deaths(KILLS // 2)
        self.halfway = True
        await self._life(end=self._struck.wait())
        for when, number in AROUND_THE_HOUR if self._at_commits else ():
            await self._life(when, number)
            self.claimed.add(counted(self._folder, "SELECT count(*) FROM period_claim WHERE job = 'digest'"))
        await self._deaths(KILLS - KILLS // 2)
        self.over = True
        await self._life()

    async def _deaths(self, number: int) -> None:
        for n in range(number):
            if self._at_commits:
                await self._life(("before", "after")[n % 2], 4 + n % 13)
            else:
                await self._life(end=asyncio.sleep(self._draw.uniform(0.6, 2.2)))

    async def _life(self, when: str = "never", number: int = 0, *, end: Awaitable[object] | None = None) -> None:
        """Until it kills itself at that commit, or is killed at `end`."""
        process = await self._start(when, number)
        try:
            await (end or process.wait())
        finally:
            if process.returncode is None:
                process.kill()
            assert await process.wait() == -signal.SIGKILL

    async def _start(self, when: str, number: int) -> asyncio.subprocess.Process:
        given = {**self._tokens, config.CONFIG: str(self._config), "OBHVAT_SECRET_KEY": "k" * 40}
        environ = {**os.environ, **given, AHEAD: str(self._clock.offset.total_seconds())}
        command = (sys.executable, "-m", "tests.kill.process", when, str(number))
        return await asyncio.create_subprocess_exec(*command, env=environ)


def counted(folder: Path, sql: str) -> int:
    [[number]] = engine.read(folder, sql)
    return int(number)


async def waits(person: Person, start: str, label: str = "", holding: str = "", at: int = 0) -> ChatMessage:
    """Until something begins so, whatever was repeated before it; `at` is the message that was edited."""
    while True:
        message = await person.hears(PATIENCE)
        said = message.text.startswith(start) and label in str(message.labels) and holding in message.text
        if said and at in (0, message.id):
            return message


async def joins(person: Person, number: int) -> None:
    await person.starts(f"code{number}")
    for start, label in (("Език", "Български"), ("Каквото", "Приемам")):
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


@pytest.mark.parametrize("at_commits", [True, False], ids=POINTS)
async def test_every_report_digest_and_alert_is_there_once(tmp_path: Path, at_commits: bool) -> None:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        sandbox.world.clock.move_to(MORNING)
        kolyo = sandbox.world.person("Кольо")
        await prepare(tmp_path)
        await _coordinator(tmp_path, kolyo)
        await kolyo.starts()
        # The half hour between two lives is no outage here: test_kill_outage.py has one.
        path = write_config(tmp_path, sandbox, "[schedule]\noutage_after_minutes = 60")
        lives = Lives(path, {config.TOKEN: TOKEN}, sandbox, at_commits=at_commits)
        async with asyncio.TaskGroup() as group:  # a life that ends in another way ends the test
            living = group.create_task(lives.live())
            saved = await _day(sandbox, lives)
            await waits(kolyo, "1 просрочен случай чака Вас")
            await waits(kolyo, "Обхват, 24.11.2026")
            living.cancel()
    if at_commits:
        assert lives.claimed == {0, 1}
    count_reports(tmp_path, saved)
    _count_notices(tmp_path, kolyo.id)


async def _day(sandbox: Sandbox, lives: Lives) -> int:
    """Everybody joins and reports until all deaths have been died; returns how many reports that were."""
    members = [sandbox.world.person(f"Член {n}") for n in range(1, MEMBERS + 1)]
    await asyncio.gather(*(joins(one, n) for n, one in enumerate(members, start=1)))
    for attempt in count(1):
        await asyncio.gather(*(reports(one, n, attempt) for n, one in enumerate(members, start=1)))
        if lives.halfway:
            lives.strike()
        if lives.over:
            return attempt * MEMBERS
    raise AssertionError("days do not end by themselves")


def count_reports(folder: Path, saved: int) -> None:
    assert engine.is_whole(folder)
    for kept in ("count(*) FROM visit", "count(*) FROM visit_version", "sum(attempts) FROM child_case"):
        assert (kept, counted(folder, f"SELECT {kept}")) == (kept, saved)
    assert counted(folder, "SELECT count(*) FROM journal") == 0
    assert counted(folder, "SELECT count(*) FROM inbox WHERE state <> 'done'") == 0


def _count_notices(folder: Path, kolyo: int) -> None:
    jobs = "SELECT job, count(*) FROM period_claim GROUP BY job ORDER BY job"
    assert engine.read(folder, jobs) == [("alert", 1), ("digest", 1)]
    for priority, methods in ((BROADCAST, ["sendMessage", "sendPhoto"]), (NOTICE, ["sendMessage"])):
        made = f"SELECT method FROM outbox WHERE chat = '{kolyo}' AND priority = {priority} ORDER BY method"
        assert [method for (method,) in engine.read(folder, made)] == methods
    [[detail]] = engine.read(folder, "SELECT detail FROM period_claim WHERE job = 'digest'")
    told = json.loads(detail)
    seen = f"SELECT count(*) FROM visit WHERE saved_at < {to_micros(STRUCK)} AND id <= {told['last']}"
    assert counted(folder, seen) == told["visits"] >= MEMBERS


async def prepare(folder: Path) -> None:
    """The members' team with a case for each, and one that is overdue."""
    database = await open_database(url_of(folder))
    async with database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-1"].id
        for n in range(1, MEMBERS + 1):
            await people.invite(tx, f"code{n}", Invitation(MEMBER, team, ""), MORNING + timedelta(days=7))
        today, overdue = MORNING.date(), date(2026, 11, 17)
        await new_cases.put(
            tx, [_child(n, team) for n in range(1, MEMBERS + 1)], NextStep("S11", "visit", today), MORNING
        )
        await new_cases.put(tx, [_child(MEMBERS + 1, team)], NextStep("S11", "visit", overdue), MORNING)
    await database.close()


async def _coordinator(folder: Path, kolyo: Person) -> None:
    database = await open_database(url_of(folder))
    async with database.transaction() as tx:
        await people.invite(tx, "co", Invitation(MUNICIPAL, None, "Бяла"), MORNING + timedelta(days=7))
        coordinator = await people.join(tx, "co", "telegram", str(kolyo.id), str(kolyo.id), kolyo.name, MORNING)
        assert coordinator is not None
        await people.set_language(tx, coordinator.id, "bg")
        await people.accept(tx, coordinator.id, MORNING)
        await hours.set_digest(tx, coordinator.id, f"{STRUCK:%H:%M}", MORNING)
    await database.close()


def _child(n: int, team: int) -> NewCase:
    return NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, team, "", None, str(n))

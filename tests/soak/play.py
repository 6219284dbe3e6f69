"""The week: lives of the bot follow one another, people go on where they were, and at the end everything is counted."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.commands.demo import free_port
from bot.settings import config
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, NextStep
from sandbox import Person, Sandbox
from storage import new_cases, people, teams
from storage.database import Tx, open_database
from storage.new_cases import NewCase
from storage.people import Invitation
from tests.bot.conftest import TOKEN
from tests.bot.viber import configured
from tests.engines import engine, url_of
from tests.soak.chance import FIRST_DAY, MOMENT, SOFIA, Death, Turn, Week, draw
from tests.soak.lives import Life, living
from tests.soak.members import PATIENCE, Member, OnTelegram, OnViber, everybody
from tests.soak.model import Model

ON_TELEGRAM, ON_VIBER = 24, 12
MEMBERS = ON_TELEGRAM + ON_VIBER
DESKS = {"Кольо": Invitation(MUNICIPAL, None, "Бяла"), "Рени": Invitation(REGIONAL, None, "")}
LEADER_NAME = "Лидия"
LONGEST_STEP = timedelta(minutes=50)
"""Of the clock between two lives: an hour would be an outage, and Viber keeps nothing for longer."""


@dataclass
class Figures:
    """What is printed."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    ready: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def told(self, model: Model) -> Iterable[str]:
        yield f"seed {self.seed}"
        yield f"kills {self.kills.total()}: " + ", ".join(f"{where} {n}" for where, n in sorted(self.kills.items()))
        yield f"faults {self.faults.total()}: " + ", ".join(f"{kind} {n}" for kind, n in sorted(self.faults.items()))
        yield f"updates {model.telegram + model.viber}, reports {len(model.receipts)}"
        yield f"blocked the bot and came back {len(model.left)}, overtaken {model.overtaken}"
        yield f"messages heard {model.messages}, repeated {model.repeated}, unasked {model.astray.total()}"
        yield f"a life is ready within {statistics.median(self.ready):.2f} s (median); {self.seconds:.0f} s in all"
        yield f"lost {len(model.lost)}, doubled {len(model.doubled)}"
        yield from model.lost + model.doubled + [f"{n} x {text}" for text, n in model.astray.items()]


@dataclass
class Play:
    folder: Path
    week: Week
    model: Model
    figures: Figures
    sandbox: Sandbox
    members: list[Member[Any]]
    desks: dict[str, Person]
    environ: dict[str, str]

    async def lives(self) -> None:
        """As many as were drawn, and more that are left alone until everybody has done what they wanted to."""
        for turn in self.week.turns:
            await self._to(turn.at)
            await self._life(turn)
        while not self.model.is_idle or self.sandbox.world.clock.now() < self.week.ends:
            await self._to(self.week.ends)
            await self._life(Turn(self.week.ends, Death()))

    async def hooked(self) -> None:
        """The life before the week, in which Viber is told whom to call."""
        async with living(self.environ, self.sandbox.world.clock.offset, Death()) as life:
            while self.sandbox.viber.courier.hook is None:
                await _first(life.ended.wait(), self.sandbox.viber.courier.moved.wait(PATIENCE))
                assert not life.ended.is_set(), life.log
            life.kill()
            await life.ended.wait()

    async def _to(self, moment: datetime) -> None:
        """The clock waits for whom Viber would give up: after an hour it drops what the bot has not taken."""
        clock = self.sandbox.world.clock
        if self.model.is_idle and self._settled(clock.now()) and moment > clock.now():
            clock.move(min(moment - clock.now(), LONGEST_STEP))
        await asyncio.sleep(0)  # whoever has an errand now takes it up

    async def _life(self, turn: Turn) -> None:
        polls = self.sandbox.world.updates.polls
        ahead = self.sandbox.world.clock.offset
        async with living(self.environ, ahead, turn.death) as life, asyncio.TaskGroup() as group:
            self._misfortunes(turn)
            asked = await self._asks(life, polls)
            weather = [group.create_task(one) for one in self._weather(turn, life)] if asked else []
            if asked and turn.death.where == MOMENT:
                await _first(life.ended.wait(), asyncio.sleep(turn.death.seconds))
            elif asked:
                await _first(life.ended.wait(), self._at_rest())
            for one in weather:
                one.cancel()
            where = turn.death.where if life.ended.is_set() else "idle" if turn.death.where != MOMENT else MOMENT
            life.kill()
            await life.ended.wait()
            assert life.killed, life.log
            self.figures.kills[where] += 1
        self.sandbox.faults.clear()

    async def _at_rest(self) -> None:
        """Until nobody has anything left to do at this hour, and neither has the bot."""
        while not (self.model.is_idle and self._settled(self.sandbox.world.clock.now())):
            await self.sandbox.world.changed.wait(0.1)

    async def _asks(self, life: Life, polls: int) -> bool:
        """Until it asks for updates, or is dead."""
        updates = self.sandbox.world.updates
        while updates.polls == polls and not life.ended.is_set():
            await _first(life.ended.wait(), updates.pulse.wait(PATIENCE))
        if updates.polls == polls:
            return False
        self.figures.ready.append(time.monotonic() - life.began)
        return True

    def _misfortunes(self, turn: Turn) -> None:
        for fault in turn.faults:
            self.sandbox.faults.add(fault)
            self.figures.faults[fault.kind] += 1
        if turn.repeated_update and (oldest := self.sandbox.world.updates.oldest):
            self.sandbox.world.inject(dict(oldest))
            self.figures.faults["repeated update"] += 1

    def _weather(self, turn: Turn, life: Life) -> Iterable[Any]:
        if turn.full_disk:
            self.figures.faults["full disk"] += 1
            yield self._full(life, turn.full_disk)
        if turn.locked:
            self.figures.faults["locked file"] += 1
            yield self._locked(turn.locked)
        if turn.second_poller:
            self.figures.faults["second poller"] += 1
            yield self._polls_too()

    async def _full(self, life: Life, seconds: float) -> None:
        async with life.full_disk():
            await asyncio.sleep(seconds)

    async def _locked(self, seconds: float) -> None:
        with closing(sqlite3.connect(self.folder / "obhvat.db", timeout=0, isolation_level=None)) as file:
            if _begun(file):
                await asyncio.sleep(seconds)
                file.execute("ROLLBACK")

    async def _polls_too(self) -> None:
        async with aiohttp.ClientSession() as session:
            address = f"{self.sandbox.url}/bot{TOKEN}/getUpdates"
            async with session.post(address, data={"timeout": "0"}) as answer:
                await answer.read()

    async def count(self) -> None:
        """One more life, which is left alone until nothing is left to do."""
        async with living(self.environ, self.sandbox.world.clock.offset, Death()) as life:
            async with asyncio.timeout(PATIENCE):
                while not self._settled(datetime.max.replace(tzinfo=SOFIA)):
                    await self.sandbox.world.changed.wait(0.1)
            life.kill()
            await life.ended.wait()
        self.model.compare(self.folder)
        days = {one.at.date() for one in self.week.turns if one.at.weekday() < 5}
        for name, person in self.desks.items():
            told = (one.text for one in person.chat if one.from_bot and one.text.startswith("Обхват, "))
            self.model.compare_told(name, told, days)
        heard = [one.text for one in self.desks["Кольо"].chat if one.from_bot]
        self.model.compare_left("Кольо", [*heard, *self.model.put_off(self.folder)])
        for member in self.members:
            self.model.compare_helped(member.number, (one.text for one in member.chat if one.from_bot))

    def _settled(self, by: datetime) -> bool:
        """Whether all is done that may be by then; what failed waits for a later try."""
        if self.sandbox.world.pending or self.sandbox.viber.pending or self.sandbox.viber.arriving:
            return False
        waits = " + ".join(
            f"(SELECT count(*) FROM {table} WHERE state = 'waiting' AND not_before <= {int(by.timestamp() * 1e6)})"
            for table in ("inbox", "media", "outbox")
        )
        return engine.read(self.folder, f"SELECT {waits}") == [(0,)]


def _begun(file: sqlite3.Connection) -> bool:
    """False when the bot was writing just then."""
    try:
        file.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


async def _first(*waited: Any) -> None:
    """Until one of them is done; the others are given up."""
    tasks = [asyncio.ensure_future(one) for one in waited]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def play(folder: Path, *, seed: int, kills: int, days: int, reports: int) -> tuple[Model, Figures]:
    week = draw(seed, kills=kills, days=days, members=MEMBERS, reports=reports)
    model, figures, began = Model(), Figures(seed), time.monotonic()
    async with prepared(folder, week, model, figures) as played, asyncio.TaskGroup() as group:
        await played.hooked()
        group.create_task(everybody(played.members, week.errands, played.sandbox.world))
        await asyncio.sleep(0)
        await played.lives()
        await played.count()
    figures.seconds = time.monotonic() - began
    return model, figures


@asynccontextmanager
async def prepared(folder: Path, week: Week, model: Model, figures: Figures) -> AsyncIterator[Play]:
    async with Sandbox(TOKEN, limits=False) as sandbox:
        world = sandbox.world
        world.clock.move_to(FIRST_DAY + timedelta(hours=7))
        on_telegram = [world.person(f"Член {n}") for n in range(1, ON_TELEGRAM + 1)]
        on_viber = [world.person(f"Член {ON_TELEGRAM + n}", telegram=False).viber for n in range(1, ON_VIBER + 1)]
        members: list[Member[Any]] = [OnTelegram(n, model, one) for n, one in enumerate(on_telegram, start=1)]
        members += [OnViber(ON_TELEGRAM + n, model, one) for n, one in enumerate(on_viber, start=1)]
        desks = {name: world.person(name) for name in DESKS}
        leader = world.person(LEADER_NAME)
        path = configured(folder, sandbox, free_port())
        # The most that can be said: a coordinator of ten times the load has more to hear than a few things a day.
        schedule = "outage_after_minutes = 60\ncharts = false\nnotices_a_day = 100\n"
        path.write_text(f"{path.read_text()}[schedule]\n{schedule}")
        accounts = [("telegram", str(one.id), one.name) for one in on_telegram]
        accounts += [("viber", one.id, one.name) for one in on_viber]
        await fill(folder, accounts, [*desks.values(), leader])
        for person in (*on_telegram, *desks.values(), leader):
            person.started = True
        for phone in on_viber:
            phone.subscribed = True
        environ = {
            config.TOKEN: TOKEN, config.VIBER_TOKEN: sandbox.viber_token, config.CONFIG: str(path),
            "OBHVAT_SECRET_KEY": "k" * 40,
        }  # fmt: skip
        yield Play(folder, week, model, figures, sandbox, members, desks, environ)


async def fill(folder: Path, accounts: Sequence[tuple[str, str, str]], others: Sequence[Person]) -> None:
    """One team, a case for each member and one that is overdue; everybody has joined before the week."""
    database = await open_database(url_of(folder))
    before = FIRST_DAY - timedelta(days=7)
    async with database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-1"].id
        for channel, account, name in accounts:
            await joined(tx, Invitation(MEMBER, team, ""), channel, account, name, before)
        for person in others:
            invitation = DESKS.get(person.name, Invitation(LEADER, team, ""))
            await joined(tx, invitation, "telegram", str(person.id), person.name, before)
        new = [_child(n, team) for n in range(1, len(accounts) + 2)]
        await new_cases.put(tx, new[:-1], NextStep("S11", "visit", date(2026, 12, 31)), before)
        await new_cases.put(tx, new[-1:], NextStep("S11", "visit", before.date()), before)
    await database.close()


async def joined(tx: Tx, invitation: Invitation, channel: str, account: str, name: str, at: datetime) -> None:
    await people.invite(tx, name, invitation, at + timedelta(days=7))
    person = await people.join(tx, name, channel, account, account, name, at)
    assert person is not None
    await people.set_language(tx, person.id, "bg")
    await people.accept(tx, person.id, at)


def _child(n: int, team: int) -> NewCase:
    return NewCase("БЯ", "G1", "Бяла", "Бяла", f"ул. Дунав {n}", 2015, team, "", None, str(n))

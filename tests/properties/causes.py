"""A small district in which every kind of notice can be made, and what each is told because of, asked in plain words.

What a newcomer gets wrong: `holds` knows nothing of ties. It asks the tables as they are whether somebody would still
want to read that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App, open_app
from bot.settings import config
from casework import calendar
from casework.records import INSTITUTION, LEADER, MEMBER, MUNICIPAL, REGIONAL, Case, NextStep, Person
from handlers import router
from handlers.engine.replies import Incoming, Reply, Tapped, Typed
from handlers.engine.scene import Message, Scene
from handlers.engine.words import Words
from handlers.morning import notices
from sandbox import Sandbox
from storage import absences, cases, new_cases, people, teams
from storage.absences import NOW
from storage.database import Row, Tx
from storage.new_cases import NewCase
from storage.people import Invitation
from tests import everybody
from tests.bot.conftest import BEGIN, TOKEN, write_config
from tests.engines import engine

CAST = {
    "mila": (MEMBER, "Б-1", ""), "iva": (MEMBER, "Б-1", ""), "lidia": (LEADER, "Б-1", ""),
    "stoyan": (LEADER, "Б-2", ""), "kolyo": (MUNICIPAL, "", ""), "reni": (REGIONAL, "", ""),
    "sonya": (INSTITUTION, "", "I10"), "petar": (INSTITUTION, "", "I50"), "boyan": (INSTITUTION, "", "I50"),
}  # fmt: skip
ACCOUNTS = {name: str(100 + number) for number, name in enumerate(CAST)}
FAR = date(2027, 1, 15)


class Undone(Exception):
    """What happened in a savepoint is to be forgotten."""


@dataclass
class District:
    """One transaction that is never committed; `taken` are numbers that the events need (a referral, a draft)."""

    app: App
    tx: Tx
    now: datetime = BEGIN
    said: dict[str, list[Message]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return calendar.local_day(self.now, self.app.work.zone)

    async def me(self, name: str) -> Person | None:
        me, _kept = await people.with_journal(self.tx, "telegram", ACCOUNTS[name])
        return me

    async def person(self, name: str) -> Person:
        row = await self.tx.one("SELECT id FROM person WHERE name = :name", name=name)
        found = await people.get(self.tx, row["id"])
        assert found is not None
        return found

    async def here(self, name: str) -> Scene | None:
        me = await self.me(name)
        return Scene(me, self.app.work, self.app.teller.moment(self.now, me)) if me else None

    async def does(self, name: str, deed: Callable[..., Awaitable[Any]], *given: Any) -> None:
        """A handler at work for somebody, if they are still with us; whom it tells is told."""
        if here := await self.here(name):
            told = await deed(self.tx, here, *given)
            await self.tell([told] if isinstance(told, Message) else told)

    async def sends(self, name: str, reply: Reply) -> None:
        me, kept = await people.with_journal(self.tx, "telegram", ACCOUNTS[name])
        account = ACCOUNTS[name]
        incoming = Incoming("telegram", account, account, account, reply)
        moment = self.app.teller.moment(self.now, me)
        told = await router.respond(self.tx, self.app.work, me, kept, incoming, moment)
        self.said[name] = [one for one in told if one.to is None]
        await self.tell(told)

    async def says(self, name: str, text: str) -> None:
        await self.sends(name, Typed(text))

    async def taps(self, name: str, label: str) -> None:
        words = Words("bg", self.today)
        for shown in self.said[name]:
            for button in (button for row in shown.view.rows for button in row):
                if words.say(button.label) == label:
                    key = button.key or shown.key
                    return await self.sends(name, Tapped("go" if button.key else shown.talk, key, button.value))
        return None

    async def presses(self, name: str, key: str, value: str) -> None:
        await self.sends(name, Tapped("go", key, value))

    async def tell(self, told: list[Message]) -> None:
        for one in told:
            if one.to is not None:
                await self.app.teller.notify(self.tx, one, self.now)

    async def morning(self, told: list[Message]) -> None:
        await self.tell(notices.together(told))

    async def on_duty(self) -> list[Person]:
        return await everybody.on_duty(self.tx)

    async def case(self, number: int) -> Case:
        return await cases.for_rules(self.tx, number)

    async def owes(self, number: int, due_on: date, *, told_rung: int = 0, step: str = "visit") -> None:
        await self.tx.run(
            "UPDATE child_case SET due_on = :due, next_step = :step, told_rung = :rung WHERE id = :id",
            due=due_on.isoformat(), step=step, rung=told_rung, id=number,
        )  # fmt: skip

    async def newest(self, table: str) -> int:
        """The number of its last row, 0 without one: PostgreSQL numbers on after what was undone."""
        row = await self.tx.one(f"SELECT coalesce(max(id), 0) AS id FROM {table}")
        return int(row["id"])

    async def row(self, table: str, number: int | str) -> Row | None:
        return await self.tx.row(f"SELECT * FROM {table} WHERE id = :id", id=number)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[App]:
    """The bot as it is, of which nothing runs: what is done is done in one transaction of the test."""
    async with Sandbox(TOKEN, limits=False) as sandbox:
        sandbox.world.clock.move_to(BEGIN)
        read = config.load({**engine.environ, config.TOKEN: TOKEN}, write_config(folder, sandbox))
        async with open_app(read, sandbox.world.clock.now) as app:
            async with app.database.transaction() as tx:
                await _fill(tx, app)
            yield app


async def _fill(tx: Tx, app: App) -> None:
    await teams.put(tx, "Б-1", "Бяла", "")
    await teams.put(tx, "Б-2", "Бяла", "")
    known = {team.name: team.id for team in (await teams.by_name(tx)).values()}
    for name, (role, team, institution) in CAST.items():
        place = "" if role in (REGIONAL, MEMBER, LEADER) else "Бяла"
        invited = Invitation(role, known.get(team), place, name, institution)
        await people.invite(tx, name, invited, app.now() + timedelta(days=7))
        account = ACCOUNTS[name]
        joined = await people.join(tx, name, "telegram", account, account, name, app.now())
        assert joined is not None
        await people.set_language(tx, joined.id, "bg")
        await people.accept(tx, joined.id, app.now())
    children = [NewCase("БЯ", "G1", "Бяла", "Бяла", f"{n}", 2015, known["Б-1"], "", None, f"{n}") for n in range(8)]
    await new_cases.put(tx, children, NextStep("S11", "visit", FAR), app.now())


# -- what still holds, in plain words ------------------------------------------------------------------

Holds = Callable[[District], Awaitable[bool]]


@dataclass(frozen=True)
class Cause:
    """Why `reader` is told: `mark` stands in their message as long as `holds`."""

    reader: str
    mark: str
    holds: Holds


async def sees(at: District, reader: str, case: Row) -> bool:
    me = await at.person(reader)
    if not me.active or me.role == INSTITUTION:
        return False
    if me.role == REGIONAL:
        return True
    if me.role == MUNICIPAL:
        return bool(me.municipality == case["municipality"])
    return case["team_id"] in [team.id for team in me.teams]


async def rests(at: District, reader: str, case: Row) -> bool:
    me = await at.person(reader)
    for row in await at.tx.rows("SELECT * FROM respite WHERE person_id = :me AND ended_at IS NULL", me=me.id):
        same = (row["step"], row["due_on"]) == (case["next_step"], case["due_on"])
        later = row["until_on"] > at.today.isoformat()
        if row["case_id"] == case["id"] and (
            (row["kind"] == "muted" and later) or (same and (row["kind"] == "known" or later))
        ):
            return True
    return False


def due(reader: str, number: int, case: Case) -> Cause:
    async def holds(at: District) -> bool:
        row = await at.row("child_case", number)
        assert row is not None
        owes = (row["next_step"], row["due_on"]) == (case.next_step, str(case.due_on))
        away = any(one.state == NOW for one in await absences.of(at.tx, (await at.person(reader)).id))
        return owes and not away and await sees(at, reader, row) and not await rests(at, reader, row)

    return Cause(reader, case.number, holds)


def owed(reader: str, number: int, case: Case) -> Cause:
    async def holds(at: District) -> bool:
        row = await at.row("child_case", number)
        assert row is not None
        owes = (row["next_step"], row["due_on"]) == (case.next_step, str(case.due_on))
        return owes and await sees(at, reader, row)

    return Cause(reader, case.number, holds)


def on_list(reader: str, number: int, code: str, days: int) -> Cause:
    """Of a list of what is overdue for more than so many days."""

    async def holds(at: District) -> bool:
        row, me = await at.row("child_case", number), await at.person(reader)
        told = await at.tx.row("SELECT 1 FROM subscription WHERE person_id = :me AND list = :code", me=me.id, code=code)
        assert row is not None
        late = row["due_on"] is not None and row["due_on"] < (at.today - timedelta(days=days)).isoformat()
        return told is not None and late and await sees(at, reader, row)

    return Cause(reader, f"БЯ-00{number}", holds)


def asked(reader: str, number: int) -> Cause:
    """Of a referral or a check."""

    async def holds(at: District) -> bool:
        row, me = await at.row("referral", number), await at.person(reader)
        assert row is not None
        back = await at.tx.row(
            "SELECT 1 FROM not_ours WHERE referral_id = :id AND person_id = :me", id=number, me=me.id
        )
        return bool(me.active and row["state"] == "open" and row["taken_by"] in (None, me.id) and back is None)

    return Cause(reader, "БЯ-00", holds)


def offered(reader: str, number: int) -> Cause:
    async def holds(at: District) -> bool:
        row, me = await at.row("handover", number), await at.person(reader)
        assert row is not None
        case = await at.row("child_case", row["case_id"])
        assert case is not None
        return me.active and row["state"] == "open" and case["due_on"] is not None

    return Cause(reader, "БЯ-001", holds)


def question(reader: str, number: int) -> Cause:
    async def holds(at: District) -> bool:
        row, me, asker = await at.row("question", number), await at.person(reader), await at.person("mila")
        assert row is not None
        return me.active and asker.active and row["answered_at"] is None and row["taken_by"] in (None, me.id)

    return Cause(reader, "Как се прави?", holds)


def draft(reader: str, number: str) -> Cause:
    async def holds(at: District) -> bool:
        row = await at.row("journal", number)
        return row is not None and row["warned_on"] == BEGIN.date().isoformat()

    return Cause(reader, "БЯ-005", holds)


def absence(reader: str, number: int, *states: str) -> Cause:
    async def holds(at: District) -> bool:
        row, me = await at.row("absence", number), await at.person(reader)
        assert row is not None
        own = await absences.of(at.tx, row["person_id"])
        again = "over" in states and any(one.state == NOW for one in own)
        return me.active and row["state"] in states and not again

    return Cause(reader, "", holds)

"""What is due or overdue is told to one person on the day that is theirs, by day, once; or counted for the region."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.settings import config
from casework import escalation, records
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, Case, NextStep
from handlers.caseload import late
from handlers.engine.replies import Tapped
from handlers.engine.scene import Scene
from handlers.engine.talk import Moment
from sandbox import Person, Sandbox
from storage import cases, new_cases, people, teams
from storage.database import Tx
from storage.new_cases import NewCase
from storage.people import INVITATION_LASTS, Invitation
from tests import everybody
from tests.bot.conftest import TOKEN, World, write_config
from tests.engines import engine

PLACES = {"Б-1": "Бяла", "Б-2": "Бяла", "Р-1": "Русе", "": "Русе"}
DAYS, RINGS_A_DAY = 16, (2, 9, 12, 18, 23)


def alerts(someone: Person) -> int:
    return sum("чакат Вас" in message.text for message in someone.chat if message.from_bot)


def mornings_of(someone: Person) -> list[str]:
    """What they were told of their day."""
    return [one.text for one in someone.chat if one.from_bot and " за днес:\n" in one.text]


async def due_today(world: World) -> None:
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = :today, told_rung = 0", today=world.today().isoformat())


async def mornings(world: World, days: int = 1) -> None:
    """So many working days on, at nine, with everything done that was due."""
    for _ in range(days):
        world.to_a_working_day(9)
        await world.rung()


async def test_without_a_leader_the_coordinator_is_told_on_their_own_day(world: World) -> None:
    world.to_a_working_day(7)
    kolyo, lidia = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Лидия", LEADER)
    await world.person("Мила")
    await lidia.blocks()
    await world.settled()
    await due_today(world)
    await mornings(world, days=2)
    assert (alerts(kolyo), alerts(lidia)) == (0, 0)
    await mornings(world)
    assert (alerts(kolyo), alerts(lidia)) == (1, 0)


async def test_whoever_was_there_last_hears_of_their_day_by_settlement(world: World) -> None:
    world.to_a_working_day(7)
    lidia, mila = await world.person("Лидия", LEADER), await world.person("Мила")
    await mila.says("14 никой")
    await mila.hears()
    await mila.taps("Запази")
    await mila.hears()
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET settlement = 'Пет кладенци' WHERE running = 3")
    await due_today(world)
    world.move_to(0, 8, 29)
    await world.rung()
    assert (mornings_of(lidia), mornings_of(mila)) == ([], [])
    world.move_to(0, 8, 30)
    await world.rung()
    assert mornings_of(mila) == ["1 посещение е за днес:\n• Бяла: БЯ-014"]
    assert mila.last.labels == ["БЯ-014", "Кой с кого отива"]
    [told] = mornings_of(lidia)
    assert told.splitlines()[0] == "15 посещения са за днес:"
    assert told.splitlines()[-1] == "и още 3"
    assert lidia.last.labels[-3:] == ["БЯ-013", "Моите случаи", "Кой с кого отива"]
    assert "Пет кладенци" not in told
    await world.rung()
    assert len(mornings_of(lidia)) == 1


async def test_what_was_missed_in_the_morning_is_told_later_that_day_but_not_at_night(world: World) -> None:
    world.to_a_working_day(7)
    mila = await world.person("Мила")
    await due_today(world)
    world.move_to(0, 18)
    await world.rung()
    assert mornings_of(mila) == []
    world.to_a_working_day(7)
    await due_today(world)
    world.move_to(0, 17, 59)
    await world.rung()
    assert len(mornings_of(mila)) == 1


async def test_a_case_that_was_postponed_as_often_as_may_be_is_told_one_rung_higher(world: World) -> None:
    world.to_a_working_day(7)
    kolyo, lidia = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Лидия", LEADER)
    await due_today(world)
    async with world.app.database.transaction() as tx:
        for number in (1, 2):
            await tx.run(
                "INSERT INTO lateness (case_id, person_id, at, code, step, was_due, due_on) "
                "VALUES (:n, 1, :n, 'L50', 'visit', '2026-01-01', '2026-01-02')",
                n=number,
            )
            await tx.run("UPDATE child_case SET postponed = :n WHERE running = :n", n=number)
        await tx.run("UPDATE child_case SET due_on = NULL WHERE running > 2")
    await mornings(world)
    [told] = [one.text for one in kolyo.chat if "чака Вас" in one.text]
    assert "БЯ-002, Бяла · Б-1 · " in told
    assert told.endswith("отложено 2 пъти: нямаше транспорт")
    assert [one.text.splitlines()[0] for one in lidia.chat if "чака Вас" in one.text] == [
        "1 просрочен случай чака Вас:"
    ]


async def test_a_case_that_no_team_has_is_told_to_the_coordinator_at_once(world: World) -> None:
    world.to_a_working_day(7)
    kolyo, lidia = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Лидия", LEADER)
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET team_id = NULL WHERE running IN (3, 4)")
    await due_today(world)
    await mornings(world)
    said = [message.text for message in kolyo.chat if "чакат Вас" in message.text]
    assert [text.startswith("2 просрочени случая чакат Вас:\n• БЯ-003, ") for text in said] == [True]
    assert alerts(lidia) == 1


async def test_the_digest_of_the_region_counts_what_has_no_owner(world: World) -> None:
    world.to_a_working_day(7)
    reni = await world.person("Рени", REGIONAL)
    await world.person("Мила")
    await due_today(world)
    await mornings(world)
    world.move_to(0, 17, 31)
    await world.rung()
    assert "Без отговорник (без ръководител и без координатор): 16" in reni.last.text
    assert alerts(reni) == 0
    await world.person("Лидия", LEADER)
    world.to_a_working_day(17)
    world.move_to(0, 17, 31)
    await world.rung()
    [last] = [message.text for message in reni.chat if message.text.startswith("Обхват")][-1:]
    assert "Без отговорник" not in last


async def random_district(tx: Tx, app: App, draw: random.Random) -> None:
    """A few teams, of which any may have nobody; some people cannot be reached."""
    for name, municipality in PLACES.items():
        if name:
            await teams.put(tx, name, municipality, "")
    named = {team.name: team.id for team in (await teams.by_name(tx)).values()}
    for number in range(draw.randint(0, 8)):
        role = draw.choice((LEADER, MEMBER, MUNICIPAL, REGIONAL))
        team = named[draw.choice(list(named))] if role in (LEADER, MEMBER) else None
        place = draw.choice(("Бяла", "Русе")) if role == MUNICIPAL else ""
        await people.invite(tx, f"c{number}", Invitation(role, team, place), app.now() + INVITATION_LASTS)
        joined = await people.join(tx, f"c{number}", "telegram", f"{number}", f"{number}", f"№ {number}", app.now())
        assert joined is not None
        await people.accept(tx, joined.id, app.now())
        if draw.random() < 0.2:
            await people.unreachable(tx, "telegram", f"{number}", app.now())
    for number in range(12):
        await late_case(tx, app, draw, number, app.work.calendar.add(app.now().date(), draw.randint(0, 2)))


async def late_case(tx: Tx, app: App, draw: random.Random, number: int, due: date) -> None:
    name = draw.choice(list(PLACES))
    team = (await teams.by_name(tx)).get(name.casefold())
    child = NewCase("БЯ", "G1", PLACES[name], "Бяла", "", 2015, team.id if team else None, "", None, str(number))
    await new_cases.put(tx, [child], NextStep("S11", "visit", due), app.now())


async def rings(world: World, draw: random.Random) -> None:
    """A day of the clock; on some the bot is stopped, the whole day or in the morning."""
    world.move_to(1, 0)
    awake_from = draw.choice((0, 0, 0, 10, 24))
    for hour in RINGS_A_DAY:
        world.move_to(0, hour)
        if hour >= awake_from:
            await rings_once(world.app)


async def rings_once(app: App) -> None:
    """Nobody delivers here: what could go has gone."""
    await app.schedule.ring()
    async with app.database.transaction() as tx:
        await tx.run("UPDATE outbox SET state = 'sent' WHERE state = 'waiting' AND hushed = 0")


async def says_why(tx: Tx, world: World, draw: random.Random) -> None:
    """Somebody says twice why a case is late; it counts once, if they may."""
    me, number = draw.choice(await everybody.on_duty(tx) or [None]), draw.randint(1, 12)
    if me is None or (case := await cases.get(tx, me, number)) is None:
        return
    here = Scene(me, world.app.work, Moment(world.app.now(), world.today(), "bg"))
    for _twice in range(2):
        await late.put_off(tx, here, Tapped("go", "postpone", f"{number}.{case.version}.L20"))
    now = await cases.get(tx, me, number)
    assert now is not None
    assert now.postponed - case.postponed in (0, 1)
    assert now.postponed <= world.app.work.catalogue.late_at_most


@dataclass
class Told:
    person_id: int
    day: date
    at: datetime
    cases: list[int]


async def all_told(tx: Tx, app: App) -> list[Told]:
    rows = await tx.rows("SELECT person_id, period, at, detail FROM period_claim WHERE job = 'alert' ORDER BY at")
    return [
        Told(
            row["person_id"], date.fromisoformat(row["period"]),
            datetime.fromtimestamp(row["at"] / 1e6, app.work.zone), json.loads(row["detail"])["cases"],
        )
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
async def test_no_case_is_forgotten_and_nobody_is_told_twice_a_day_or_at_night(
    sandbox: Sandbox, tmp_path: Path, seed: int
) -> None:
    read = config.load({**engine.environ, config.TOKEN: TOKEN}, write_config(tmp_path, sandbox))
    async with open_app(read, sandbox.world.clock.now) as app:
        world, draw = World(app, sandbox, tmp_path), random.Random(seed)
        world.to_a_working_day(7)
        async with app.database.transaction() as tx:
            await random_district(tx, app, draw)
        for day in range(DAYS):
            await rings(world, draw)
            async with app.database.transaction() as tx:
                if day < 3:
                    # After the message of the day: it has to wait for tomorrow's.
                    await late_case(tx, app, draw, 100 + day, world.today() - timedelta(days=20))
                for _ in range(5):
                    await says_why(tx, world, draw)
            await rings_once(app)
        world.to_a_working_day(12)
        await rings_once(app)
        async with app.database.reading() as tx:
            told, duty = await all_told(tx, app), await everybody.on_duty(tx)
            sent = await tx.rows("SELECT chat, created_at / 86400000000 AS day FROM outbox WHERE priority = 1")
            rungs = len(escalation.ladder(app.work.catalogue))
            due = [due.case for due in await cases.due_everywhere(tx, world.today(), rungs + 1)]
        assert len(sent) == len(told)
        assert max(Counter((row["chat"], row["day"]) for row in sent).values(), default=1) == 1
        for one in told:
            assert (one.at.date(), app.work.calendar.is_working(one.day)) == (one.day, True)
            assert time(8, 30) <= one.at.time() < time(18)
        turns = Counter((case_id, one.day) for one in told for case_id in one.cases)
        assert max(turns.values(), default=1) == 1
        known = {case_id for one in told for case_id in one.cases}
        assert due
        for case in due:
            assert (case.id in known) == any(answers_for(one, case) for one in duty)


def answers_for(one: records.Person, case: Case) -> bool:
    if one.role in (MEMBER, LEADER):
        return case.team_id in [team.id for team in one.teams]
    return one.role == REGIONAL or one.municipality == case.municipality

"""Overdue cases where somebody is missing: told to one person on the day that is theirs, or counted for the region."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot import config
from bot.app import App, open_app
from casework.records import LEADER, MEMBER, MUNICIPAL, REGIONAL, NextStep
from sandbox import Person, Sandbox
from storage import cases, people, teams
from storage.cases import NewCase
from storage.database import Tx
from storage.people import INVITATION_LASTS, Invitation
from tests.bot.conftest import TOKEN, World, write_config

PLACES = {"Б-1": "Бяла", "Б-2": "Бяла", "Р-1": "Русе", "": "Русе"}
DAYS, RINGS_A_DAY = 10, (9, 12, 18)


def alerts(someone: Person) -> int:
    return sum("чакат Вас" in message.text for message in someone.chat if message.from_bot)


async def due_today(world: World) -> None:
    async with world.app.database.transaction() as tx:
        await tx.run("UPDATE child_case SET due_on = :today", today=world.today().isoformat())


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
    world.move_to(1, 17, 31)
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
            await people.unreachable(tx, "telegram", f"{number}")
    for number in range(12):
        await late_case(tx, app, draw, number, app.work.calendar.add(app.now().date(), draw.randint(0, 2)))


async def late_case(tx: Tx, app: App, draw: random.Random, number: int, due: date) -> None:
    name = draw.choice(list(PLACES))
    team = (await teams.by_name(tx)).get(name.casefold())
    child = NewCase("БЯ", "G1", PLACES[name], "Бяла", "", 2015, team.id if team else None, "", None, str(number))
    await cases.put(tx, [child], NextStep("S11", "visit", due), app.now())


@pytest.mark.parametrize("seed", range(4))
async def test_no_case_is_forgotten_and_nobody_is_told_twice_a_day(sandbox: Sandbox, tmp_path: Path, seed: int) -> None:
    read = config.load({config.TOKEN: TOKEN}, write_config(tmp_path, sandbox))
    async with open_app(read, sandbox.world.clock.now) as app:
        world, draw = World(app, sandbox, tmp_path), random.Random(seed)
        world.to_a_working_day(7)
        async with app.database.transaction() as tx:
            await random_district(tx, app, draw)
        for day in range(DAYS):
            world.to_a_working_day(7)
            for hour in RINGS_A_DAY:
                world.move_to(0, hour)
                await app.schedule.ring()
            if day < 3:
                # After the alert of the day: it has to wait for tomorrow's.
                async with app.database.transaction() as tx:
                    await late_case(tx, app, draw, 100 + day, world.today() - timedelta(days=20))
            await app.schedule.ring()
        async with app.database.reading() as tx:
            told = await tx.rows("SELECT person_id, period, detail FROM period_claim WHERE job = 'alert'")
            sent = await tx.rows("SELECT chat, created_at / 86400000000 AS day FROM outbox WHERE priority = 1")
            late = await cases.overdue_everywhere(tx, world.today())
            reachable = await people.on_duty(tx)
        assert max(Counter((row["chat"], row["day"]) for row in sent).values(), default=1) == 1
        assert len(sent) == len(told)
        readers = defaultdict(list)
        for row in told:
            for case_id in json.loads(row["detail"])["cases"]:
                readers[case_id, row["period"]].append(row["person_id"])
        assert all(len(ids) == 1 for ids in readers.values())
        known = {case_id for case_id, _day in readers}
        held = {one.municipality for one in reachable if one.role == MUNICIPAL}
        led = {one.team.id for one in reachable if one.role == LEADER and one.team}
        region = any(one.role == REGIONAL for one in reachable)
        assert len(late) == 15
        for case, _rung in late:
            assert (case.id in known) == (region or case.municipality in held or case.team_id in led)

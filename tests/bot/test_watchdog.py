"""Whoever looks after the machine is told once what is wrong, and once that it is over, whatever else stands still."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.app import App
from bot.channels.telegram.updates import Updates
from bot.commands.demo import free_port
from bot.settings import config
from bot.watch.vitals import RIVAL_FORGOTTEN, Vitals
from sandbox import Fault, Person, Sandbox
from storage import alarms as storage_alarms
from storage import copies, inbox, outbox
from storage.database import Unwritable
from storage.inbox import Arrival
from storage.outbox import Call
from tests.bot.conftest import TOKEN, World, on_messengers, one_team, write_config
from tests.engines import OF_THE_FILE

MANY = 10_000
QUICK = timedelta(seconds=1)
NEW_TOKEN = "111:NEW"


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


async def quick(app: App) -> None:
    """Nothing is wrong but what a test makes wrong, and that at once."""
    await one_team(app)
    app.watchdog.limits = replace(
        app.watchdog.limits, disk_free_mb=0, backup=None, rivalled=QUICK, silent=timedelta(hours=1)
    )
    app.watchdog.calm = timedelta()


@asynccontextmanager
async def operated(
    sandbox: Sandbox,
    folder: Path,
    fill: Callable[[App], Awaitable[None]] = quick,
    more: str = "",
    operator: Person | None = None,
    *,
    webhook: bool = False,
) -> AsyncIterator[tuple[World, Person]]:
    """The bot, and an operator to whom it may write."""
    operator = operator or sandbox.world.person("Оператор")
    port = free_port()
    public = f'public_url = "http://127.0.0.1:{port}"\n' if webhook else ""
    path = write_config(folder, sandbox, f'{public}[operator]\nchat = "{operator.id}"\n{more}', port)
    tokens = {config.TOKEN: TOKEN, config.OPERATOR_TOKEN: NEW_TOKEN} if "token" in more else {config.TOKEN: TOKEN}
    async with on_messengers(sandbox, folder, path, tokens, fill) as world:
        await operator.says("/start")
        await operator.hears()
        await world.settled()
        yield world, operator


def alarms(operator: Person) -> list[str]:
    return [one.text for one in operator.chat if one.from_bot and one.text.startswith(("Нещо не е", "Отново е"))]


async def looks(world: World, times: int = 2) -> None:
    for _ in range(times):
        await world.app.watchdog.look()


async def health(world: World) -> tuple[int, dict[str, Any]]:
    """As somebody asks for it over HTTP."""
    async with ClientSession() as session, session.get(f"http://{world.app.config.file.http.listen}/health") as got:
        return got.status, await got.json()


async def ailing(world: World) -> list[str]:
    status, said = await health(world)
    assert (status == 200) is said["ok"] is (said["reasons"] == [])
    return [reason["what"] for reason in said["reasons"]]


async def test_a_socket_that_never_answers_is_told_though_everything_else_works(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async def watched(app: App) -> None:
        await quick(app)
        app.watchdog.limits = replace(app.watchdog.limits, silent=QUICK)
        app.watchdog.look_seconds = 0.05

    async with operated(sandbox, tmp_path, watched) as (world, operator):
        assert await ailing(world) == []
        sandbox.faults.add(Fault("getUpdates", kind="hang", seconds=3))
        chatter = asyncio.create_task(chats(sandbox.world.person("Бъбрив")))
        told = (await operator.hears(20)).text
        assert "(telegram.silent) От Telegram вече не се взимат съобщения." in told
        assert await ailing(world) == ["telegram.silent"]
        assert "Съобщенията от Telegram отново се взимат." in (await operator.hears(20)).text
        assert await ailing(world) == []
        chatter.cancel()
    assert len(alarms(operator)) == 2


async def chats(someone: Person) -> None:
    """So that a poll which is answered is answered at once."""
    while True:
        await someone.says("/start")
        await someone.hears(60)


async def test_a_second_poller_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        rival = asyncio.create_task(polls(sandbox))
        while await ailing(world) != ["telegram.second"]:
            await sandbox.world.updates.pulse.wait()
        await looks(world)
        rival.cancel()
        assert "Друга програма взима съобщенията на бота от Telegram. Спрете я." in (await operator.hears()).text


async def polls(sandbox: Sandbox) -> None:
    async with ClientSession() as session:
        while True:
            async with session.post(f"{sandbox.url}/bot{TOKEN}/getUpdates", json={"timeout": 20}) as got:
                await got.read()


def test_a_rival_who_has_gone_is_forgotten_and_one_poll_of_a_bot_started_anew_is_none() -> None:
    now = 0.0
    vitals = Vitals(lambda: now)
    assert vitals.rivalled_for is None
    vitals.met_another()
    assert vitals.rivalled_for == 0
    now = 30
    vitals.met_another()
    assert vitals.rivalled_for == 30
    now += RIVAL_FORGOTTEN + 1
    assert vitals.rivalled_for is None
    vitals.met_another()
    assert vitals.rivalled_for == 0


@pytest.mark.long
async def test_a_dead_token_is_told_by_another_bot(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path, more="# with a token of its own") as (world, operator):
        sandbox.revoke(NEW_TOKEN)
        async with world.app.database.transaction() as tx:
            await outbox.add(tx, [Call("telegram", "1", "sendMessage", {"chat_id": 1, "text": "a"})], world.app.now())
        while await ailing(world) != ["telegram.token"]:
            pass
        await looks(world)
        assert "Telegram не приема токена на бота. Нищо не идва и нищо не излиза." in (await operator.hears()).text
        sandbox.revoke(TOKEN)
        while await ailing(world):
            pass
        sandbox.revoke(NEW_TOKEN)
        await looks(world)
        assert "Telegram приема токена на бота." in (await operator.hears()).text
        sandbox.revoke(TOKEN)


async def test_a_webhook_that_does_not_get_through_is_told_and_one_that_was_changed_is_set_back(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with operated(sandbox, tmp_path, webhook=True) as (world, _operator):
        [source] = world.app.sources
        assert isinstance(source, Updates)
        address = f"http://{world.app.config.file.http.listen}/telegram"
        await sets(sandbox, url=address, secret_token="of-another")
        mila = sandbox.world.person("Мила")
        await mila.says("/start")
        world.app.watchdog.limits = replace(world.app.watchdog.limits, silent=timedelta())
        await source.look()
        assert await ailing(world) == ["telegram.silent"]
        await sets(sandbox, url="http://127.0.0.1:9/elsewhere")
        await source.look()
        async with ClientSession() as session, session.post(f"{sandbox.url}/bot{TOKEN}/getWebhookInfo") as got:
            assert (await got.json())["result"]["url"] == address
        await mila.hears()


async def sets(sandbox: Sandbox, **webhook: str) -> None:
    async with ClientSession() as session, session.post(f"{sandbox.url}/bot{TOKEN}/setWebhook", json=webhook) as got:
        assert got.status == 200


async def test_what_could_not_be_told_without_network_is_told_afterwards_once(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        sandbox.faults.add(Fault("*", kind="disconnect", times=MANY))
        world.app.watchdog.limits = replace(world.app.watchdog.limits, silent=timedelta())
        await looks(world, 5)
        assert await ailing(world) == ["telegram.silent"]
        sandbox.faults.clear()
        await looks(world)
        assert "Telegram" in (await operator.hears()).text
        world.app.watchdog.limits = replace(world.app.watchdog.limits, silent=timedelta(hours=1))
        await looks(world)
        assert (await operator.hears()).text.startswith("Отново е наред:")
        assert len(alarms(operator)) == 2


async def test_what_began_and_ended_without_network_is_told_as_over(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        sandbox.faults.add(Fault("sendMessage", kind="disconnect", times=4))
        limits = world.app.watchdog.limits
        world.app.watchdog.limits = replace(limits, silent=timedelta())
        await looks(world, 3)
        world.app.watchdog.limits = limits
        await looks(world, 3)
        assert (await operator.hears()).text.startswith("Отново е наред:")
        assert len(alarms(operator)) == 1


async def test_a_database_that_cannot_be_written_to_silences_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    """The outbox stands still, and so does the inbox: a call of its own tells it all the same."""
    async with operated(sandbox, tmp_path) as (world, operator):
        async with world.app.database.transaction():
            world.app.watchdog.limits = replace(world.app.watchdog.limits, stalled=timedelta(), beat=timedelta())
            await sandbox.world.person("Мила").says("/start")
            looking = asyncio.create_task(looks(world))
            assert "(writing) В базата данни не може да се записва." in (await operator.hears(30)).text
            assert "writing" in await ailing(world)
        await looking
        world.app.watchdog.limits = replace(world.app.watchdog.limits, stalled=QUICK * 60)
        await world.app.awake.beat()
        await looks(world)
        assert "В базата данни отново се записва." in (await operator.hears()).text


@OF_THE_FILE
async def test_on_a_full_disk_it_goes_on_and_says_each_thing_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """A transaction fails at once then: what was told is known all the same, though it cannot be written down."""
    async with operated(sandbox, tmp_path) as (world, operator):
        database = world.app.database
        async with database.transaction() as tx:
            await tx.run("PRAGMA query_only = ON")
        with pytest.raises(Unwritable):
            async with database.transaction() as tx:
                await tx.run("UPDATE team SET area = 'x'")
        await looks(world, 4)
        assert [one.count("(writing)") for one in alarms(operator)] == [1]
        assert await storage_alarms.standing(database.glance()) == {}


async def test_what_waits_in_the_inbox_is_told_by_its_age(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        async with world.app.database.transaction() as tx:
            # Nobody is told that it is there, as if the stage hung.
            old = [Arrival("telegram", f"old {n}", "7", {}) for n in range(3)]
            await inbox.add(tx, old, world.app.now() - timedelta(minutes=6))
        await looks(world)
        told = (await operator.hears()).text
        assert "(inbox) 3 получени съобщения чакат да бъдат прочетени." in told
        assert told.splitlines()[1].startswith("09:54 ")
        status, said = await health(world)
        assert (status, said["reasons"][0]["count"], said["reasons"][0]["seconds"]) == (503, 3, 360)


async def test_what_could_go_out_and_does_not_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        world.app.deliverer._channels["telegram"].pace.bar("7", 600)
        async with world.app.database.transaction() as tx:
            call = Call("telegram", "7", "sendMessage", {"chat_id": 7, "text": "a"})
            await outbox.add(tx, [call], world.app.now() - timedelta(minutes=6))
        await looks(world)
        assert "(telegram.outbox) 1 съобщение чака да тръгне към Telegram и не тръгва." in (await operator.hears()).text
        assert await ailing(world) == ["telegram.outbox"]


async def test_many_that_go_one_after_the_other_are_no_stall(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        world.app.deliverer._channels["telegram"].pace.bar("7", 600)
        async with world.app.database.transaction() as tx:
            call = Call("telegram", "7", "sendMessage", {"chat_id": 7, "text": "a"}, outbox.BROADCAST)
            await outbox.add(tx, [call], world.app.now() - timedelta(hours=1))
        await looks(world)
        assert await ailing(world) == []
        assert alarms(operator) == []


@OF_THE_FILE
async def test_a_full_disk_and_a_backup_that_is_missing(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        limits = world.app.watchdog.limits
        world.app.watchdog.limits = replace(limits, disk_free_mb=10**12, backup=timedelta(hours=36))
        await looks(world)
        told = (await operator.hears()).text
        assert "(disk) Дискът е почти пълен: свободни са " in told
        assert told.endswith("(backup) Още няма резервно копие.")
        assert await ailing(world) == ["disk"], "a missing backup stops nothing"
        copies.note(tmp_path / "obhvat.db", copies.BACKED_UP, world.app.now() - timedelta(hours=40))
        world.app.watchdog.limits = replace(limits, backup=timedelta(hours=36))
        await looks(world)
        assert "На диска отново има място." in (await operator.hears()).text
        copies.note(tmp_path / "obhvat.db", copies.BACKED_UP, world.app.now())
        await looks(world)
        assert "Има ново резервно копие." in (await operator.hears()).text
        assert len(alarms(operator)) == 3


async def test_what_comes_and_goes_is_told_twice_in_all(sandbox: Sandbox, tmp_path: Path) -> None:
    async with operated(sandbox, tmp_path) as (world, operator):
        world.app.watchdog.calm = timedelta(minutes=2)
        limits = world.app.watchdog.limits
        for n in range(20):
            world.app.watchdog.limits = replace(limits, disk_free_mb=10**12 * (n % 2))
            await looks(world)
            sandbox.world.clock.move(seconds(15))
        world.app.watchdog.limits = limits
        for _ in range(10):
            await looks(world)
            sandbox.world.clock.move(seconds(15))
        assert [text.split(":")[0] for text in alarms(operator)] == ["Нещо не е наред с бота", "Отново е наред"]


async def test_a_bot_that_is_started_again_tells_only_what_is_new(sandbox: Sandbox, tmp_path: Path) -> None:
    async def full(app: App) -> None:
        app.watchdog.limits = replace(app.watchdog.limits, disk_free_mb=10**12, backup=None)
        app.watchdog.calm = timedelta()

    async with operated(sandbox, tmp_path) as (world, operator):
        await full(world.app)
        await looks(world)
        assert "(disk)" in (await operator.hears()).text
    for _life in range(3):
        async with operated(sandbox, tmp_path, full, operator=operator) as (world, _):
            await looks(world, 3)
    async with operated(sandbox, tmp_path, full, operator=operator) as (world, _):
        world.app.watchdog.limits = replace(world.app.watchdog.limits, disk_free_mb=0)
        await looks(world, 3)
        assert "На диска отново има място." in (await operator.hears()).text
    assert len(alarms(operator)) == 2


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_comes_and_goes_and_cannot_be_told_begins_and_ends_in_turn(
    sandbox: Sandbox, tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    async with operated(sandbox, tmp_path) as (world, operator):
        calm = world.app.watchdog.limits
        for _ in range(150):
            full, backup = draw.randrange(2), draw.choice((None, timedelta(hours=1)))
            world.app.watchdog.limits = replace(calm, disk_free_mb=10**12 * full, backup=backup)
            if draw.random() < 0.3:
                sandbox.faults.add(Fault("sendMessage", kind="500"))
            await world.app.watchdog.look()
        sandbox.faults.clear()
        world.app.watchdog.limits = calm
        await looks(world, 3)
    for name in ("(disk)", "(backup)"):
        told = "".join(line[0] for line in changes(operator) if name in line)
        assert told
        assert "++" not in told, "nothing begins that has begun"
        assert told.endswith("-"), "at the end all is over"


def changes(operator: Person) -> list[str]:
    """Each line of an alarm with "+" before it when it begins, "-" when it is over."""
    found, sign = [], ""
    for line in "\n".join(alarms(operator)).splitlines():
        if line.startswith(("Нещо", "Отново")):
            sign = "+" if line.startswith("Нещо") else "-"
        else:
            found.append(sign + line)
    return found


async def test_nobody_is_told_where_no_operator_is_named(world: World) -> None:
    await quick(world.app)
    world.app.watchdog.limits = replace(world.app.watchdog.limits, disk_free_mb=10**12)
    calls = len(world.sandbox.calls)
    await looks(world, 3)
    assert not [call for call in world.sandbox.calls[calls:] if call.method == "sendMessage"]

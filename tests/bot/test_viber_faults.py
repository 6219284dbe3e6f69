"""Everything that can go wrong between Viber and the bot: nothing is lost, nothing counts twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.viber.updates import Updates
from handlers import menu
from handlers.engine.scene import Message
from sandbox import Fault, Sandbox
from storage import people
from storage.database import Tx
from tests.bot.conftest import World
from tests.bot.viber import address, invited, joins, on_viber, posts, rows, says, taps

DELIVERED = {"event": "delivered", "message_token": 4912661846655239999, "user_id": "nobody=="}


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with on_viber(sandbox, tmp_path) as running:
        yield running
    assert sandbox.faults.unused() == []


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def moment(world: World, ago: timedelta = timedelta()) -> int:
    """As events tell it: milliseconds since 1970."""
    return int((world.app.now() - ago).timestamp() * 1000)


# -- events --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["forged", "replayed", "duplicate"])
async def test_what_comes_forged_or_twice_is_answered_once(world: World, kind: Any) -> None:
    mila = await joins(world, "Мила")
    await says(mila, "14 никой")
    await world.settled()
    before = len(mila.chat)
    world.sandbox.faults.add(Fault("message", mila.id, kind))
    await taps(mila, "Запази")
    await world.settled()
    assert [message.text.partition(".")[0] for message in mila.chat[before:] if message.from_bot] == ["Записано"]
    assert len(await rows(world, "SELECT id FROM visit")) == 1
    assert [post.status for post in world.sandbox.viber.courier.posts if post.foul == "forged"] == [403] * (
        kind == "forged"
    )


async def test_without_the_right_signature_nothing_is_read_or_kept(world: World) -> None:
    before = await rows(world, "SELECT id FROM inbox")
    for signature in ("", "0" * 64, "ключ", "\t"):
        assert await posts(world, DELIVERED, signature) == 403
    assert await posts(world, b"\xff no json", "0" * 64) == 403
    assert await rows(world, "SELECT id FROM inbox") == before


async def test_a_signed_event_of_long_ago_is_not_taken_again(world: World) -> None:
    mila = await joins(world, "Мила")
    said = {"type": "text", "text": "14 никой"}
    event = {"event": "message", "message_token": 7, "sender": {"id": mila.id}, "message": said}
    before = await rows(world, "SELECT id FROM inbox")
    assert await posts(world, {**event, "timestamp": moment(world, timedelta(days=21))}) == 200
    assert await rows(world, "SELECT id FROM inbox") == before


@pytest.mark.parametrize("skew", [-3 * 86_400, 3 * 86_400, -15 * 86_400])
async def test_their_clock_is_believed_as_far_as_it_can_be_right(world: World, skew: float) -> None:
    mila = await joins(world, "Мила")
    world.sandbox.faults.add(Fault("message", mila.id, "clock_skew", seconds=skew))
    await says(mila, "14 никой")
    await taps(mila, "Запази")
    [visit] = await rows(world, "SELECT visited_on FROM visit")
    today = world.app.now().astimezone(world.app.work.zone).date()
    back = min(max(0.0, -skew / 86_400), 14)
    assert visit["visited_on"] == (today - timedelta(days=back)).isoformat()


async def test_events_that_ask_for_nothing_are_taken_and_change_nothing(world: World) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    said = len(mila.chat)
    # `delivered` for a message whose call has not yet returned, and once for every device.
    for event in (
        DELIVERED,
        DELIVERED | {"user_id": mila.id},
        {"event": "seen", "message_token": 1, "user_id": mila.id},
        {"event": "client_status", "status": {"type": "payment"}, "message_token": 3},
        {"event": "made_up", "user": "not an object", "message_token": "text"},
        {"event": "message", "message_token": 4, "timestamp": moment(world), "sender": {"id": mila.id}},
    ):
        assert await posts(world, event) == 200
    assert await posts(world, {"no": "event"}) == 400
    assert await posts(world, b"[]") == 400
    await world.settled()
    assert len(mila.chat) == said
    assert {row["state"] for row in await rows(world, "SELECT state FROM inbox")} == {"done"}


async def test_a_receipt_that_comes_before_the_call_returned_changes_nothing(world: World) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    world.sandbox.faults.add(Fault("send_message", mila.id, "delivered_first"))
    await says(mila, "14 никой")
    await world.settled()
    assert "Доклад № 1" in (await taps(mila, "Запази")).text
    await world.settled()
    await mila.quiet(0)
    assert {row["state"] for row in await rows(world, "SELECT state FROM inbox")} == {"done"}


async def test_a_token_of_64_bits_is_kept_to_the_last_digit(world: World) -> None:
    mila = await joins(world, "Мила")
    await says(mila, "14 никой")
    tokens = {str(call.token) for call in world.sandbox.viber.calls if call.method == "send_message"}
    await world.settled()

    async def recorded(tx: Tx) -> bool:
        return {row["message"] for row in await tx.rows("SELECT message FROM outbox WHERE message <> ''")} == tokens

    await world.until(recorded)


async def test_what_we_could_not_take_for_an_hour_is_lost_and_its_sender_is_asked_to_send_it_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with on_viber(sandbox, tmp_path) as world:
        mila = await joins(world, "Мила")
        await says(mila, "14 никой")
        await world.settled()
    await mila.taps("Запази")
    sandbox.world.clock.move(hours(1.1))
    while not sandbox.viber.courier.lost:
        await sandbox.world.changed.wait(0.05)
    async with on_viber(sandbox, tmp_path) as world:
        assert await rows(world, "SELECT id FROM visit") == []
        assert (await mila.hears()).text.startswith("Нямаше ме от ")
        assert "Опит: 1" in (await taps(mila, "Към въпроса")).text
        assert "Доклад № 1" in (await taps(mila, "Запази")).text
    async with on_viber(sandbox, tmp_path):
        await mila.quiet(0.1)


async def test_a_message_that_failed_on_the_phone_is_on_record(world: World) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    [last] = (await rows(world, "SELECT id, message FROM outbox ORDER BY id DESC LIMIT 1"))[:1]
    token = int(last["message"])
    with capture_logs() as log:
        failed = {
            "event": "failed",
            "timestamp": moment(world),
            "user_id": mila.id,
            "desc": "message validation failed",
        }
        assert await posts(world, {**failed, "message_token": token}) == 200
        assert await posts(world, {**failed, "message_token": token + 1}) == 200
        await world.settled()
    states = await rows(world, f"SELECT state, error FROM outbox WHERE id = {last['id']}")
    assert states == [{"state": "failed", "error": "message validation failed"}]
    assert [one["known"] for one in log if one["event"] == "a message did not reach its phone"] == [True, False]


# -- calls ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["500", "html_502", "disconnect", "half_response"])
async def test_a_failing_viber_is_asked_again(world: World, kind: Any) -> None:
    mila = await joins(world, "Мила")
    world.sandbox.faults.add(Fault("send_message", mila.id, kind))
    await mila.taps("Помощ")
    if kind == "half_response":  # it was delivered, only nobody could know
        await mila.hears()
    await world.settled()
    world.sandbox.world.clock.move(timedelta(seconds=5))
    assert "на един ред" in (await mila.hears()).text


@pytest.mark.parametrize(("status", "after"), [(12, 1), (2, 60), (7, 60), (999, 1)])
async def test_what_viber_will_not_take_now_waits(world: World, status: int, after: int) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    world.sandbox.faults.add(Fault("send_message", mila.id, "status", status=status))
    await mila.taps("Помощ")
    await world.settled()
    await mila.quiet(0)
    world.sandbox.world.clock.move(timedelta(seconds=after + 1))
    assert "на един ред" in (await mila.hears()).text


async def test_a_closed_account_is_an_alarm_and_not_one_for_every_message(world: World) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    world.sandbox.faults.add(Fault("send_message", kind="status", status=2, times=2))
    with capture_logs() as log:
        for _ in range(2):
            await mila.taps("Помощ")
            await world.settled()
            world.sandbox.world.clock.move(timedelta(seconds=61))
        assert "на един ред" in (await mila.hears()).text
    assert [one["log_level"] for one in log if "takes nothing from us" in one["event"]] == ["error"]


async def test_a_webhook_that_is_gone_is_set_again(world: World) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    hook = world.sandbox.viber.courier.hook
    assert hook is not None
    world.sandbox.viber.courier.unset()
    async with world.app.database.transaction() as tx:
        await world.app.teller.notify(tx, await _menu(world), world.app.now())
    while world.sandbox.viber.courier.hook is None:
        await world.sandbox.world.changed.wait(5)
    assert world.sandbox.viber.courier.hook == hook
    world.sandbox.world.clock.move(timedelta(seconds=5))
    assert "какво ще правим" in (await mila.hears()).text


async def test_a_webhook_that_another_program_took_is_taken_back(world: World) -> None:
    courier = world.sandbox.viber.courier
    ours = courier.hook
    assert ours is not None
    [updates] = world.app.sources
    assert isinstance(updates, Updates)
    await updates.look()
    knocks = len(courier.posts)
    courier.set(replace(ours, url="http://127.0.0.1:9/theirs"))
    await updates.look()
    assert courier.hook == ours
    assert [post.name for post in courier.posts[knocks:]] == ["webhook"]


@pytest.mark.parametrize("status", [23, 24])
async def test_an_answer_does_not_wait_behind_a_notice_that_nobody_pays_for(world: World, status: int) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    world.sandbox.faults.add(Fault("send_message", mila.id, "status", status=status))
    async with world.app.database.transaction() as tx:
        await world.app.teller.notify(tx, await _menu(world), world.app.now())

    async def held(tx: Tx) -> bool:
        return bool(await tx.rows("SELECT 1 FROM outbox WHERE state = 'held'"))

    await world.until(held)
    await mila.taps("Помощ")
    # What they write begins a session, in which the notice costs nothing.
    assert ["какво ще правим" in (await mila.hears()).text for _ in range(2)] == [False, True]


async def _menu(world: World) -> Message:
    async with world.app.database.reading() as tx:
        me = await people.get(tx, 1)
    assert me is not None
    return replace(menu.menu(me), to=me.id)


async def test_who_left_in_the_middle_of_a_report_comes_back_to_it(world: World) -> None:
    mila = await joins(world, "Мила")
    await taps(mila, "Докладвай", "БЯ-001", "Отказ")
    await mila.unsubscribes()
    await world.settled()
    assert await rows(world, "SELECT reachable FROM identity") == [{"reachable": 0}]
    async with world.app.database.transaction() as tx:
        await world.app.teller.notify(tx, await _menu(world), world.app.now())
    await world.settled()
    await mila.quiet(0)
    # Their phone still shows the keyboard; the tap subscribes them again.
    assert "Защо" in (await taps(mila, "Баща")).text
    await world.settled()
    assert await rows(world, "SELECT reachable FROM identity") == [{"reachable": 1}]


async def test_somebody_who_is_no_subscriber_any_more_is_not_written_to(world: World) -> None:
    mila = await joins(world, "Мила")
    await world.settled()
    world.sandbox.faults.add(Fault("send_message", mila.id, "status", status=6))
    async with world.app.database.transaction() as tx:
        await world.app.teller.notify(tx, await _menu(world), world.app.now())
    await world.settled()

    async def unreachable(tx: Tx) -> bool:
        return bool(await tx.rows("SELECT 1 FROM identity WHERE reachable = 0"))

    await world.until(unreachable)
    await mila.unsubscribes()
    await mila.subscribes()
    await world.settled()
    assert await rows(world, "SELECT reachable FROM identity") == [{"reachable": 1}]


async def test_a_phone_that_is_off_gets_its_answers_later(world: World) -> None:
    mila = await joins(world, "Мила")
    await mila.taps("Помощ")
    await mila.goes_offline()
    await world.settled()
    world.sandbox.world.clock.move(timedelta(days=1))
    await mila.comes_online()
    assert "на един ред" in (await mila.hears()).text


async def test_whoever_opens_the_chat_again_keeps_the_question(world: World) -> None:
    mila = await joins(world, "Мила")
    await taps(mila, "Докладвай")
    offered = mila.labels
    await mila.starts()
    await world.settled()
    assert mila.labels == offered
    await mila.starts("a'b<c>" * 200)
    assert (await mila.hears()).labels == ["Започни"]
    assert mila.board.keys[0].data == "/start"
    assert address(world).startswith("http://127.0.0.1")
    assert await invited(world)


async def test_two_quick_taps_save_once(world: World) -> None:
    mila = await joins(world, "Мила")
    await says(mila, "14 никой")
    await asyncio.gather(mila.taps("Запази"), mila.taps("Запази"))
    said = [(await mila.hears()).text for _ in range(2)]
    assert any("вече приключено" in text for text in said)
    assert len(await rows(world, "SELECT id FROM visit")) == 1


async def test_a_time_that_cannot_be_is_no_reason_to_lose_what_was_said(world: World) -> None:
    """In a test of Viber's own library the token stands where the time should be."""
    mila = await joins(world, "Мила")
    sender = {"id": mila.id, "name": "Мила"}
    event = {"event": "message", "timestamp": 4977069964384421269, "message_token": 1478683725125, "sender": sender}
    assert await posts(world, {**event, "message": {"type": "text", "text": "14 никой"}}) == 200
    assert "БЯ-014" in (await mila.hears()).text

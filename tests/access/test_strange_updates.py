"""Updates of Telegram that no private chat brings: of groups, channels, businesses, inline, or half of one.

What a newcomer gets wrong: the bot asks for four kinds of updates only, but whoever changes that, or Telegram itself,
must not make it speak in front of others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework.records import MEMBER, MUNICIPAL, REGIONAL
from sandbox import Fault, Person, Sandbox
from storage import people
from storage.people import Invitation
from tests.bot.conftest import World, living

Json = dict[str, Any]
ONLY_IN_PRIVATE = "Говоря само в личен чат. Пишете ми там."
GROUP = {"id": -500, "title": "Екипът", "type": "group"}
SUPERGROUP = {"id": -1_000_000_000_500, "title": "Екипът", "type": "supergroup"}
CHANNEL = {"id": -1_000_000_000_501, "title": "Новини", "type": "channel"}
ANONYMOUS = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
AT = 1_795_507_200


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with living(sandbox, tmp_path) as running:
        yield running


async def set_aside(world: World) -> list[str]:
    async with world.app.database.reading() as tx:
        return [row["error"] for row in await tx.rows("SELECT error FROM inbox WHERE state = 'aside' OR tries > 0")]


async def chats(world: World) -> set[str]:
    async with world.app.database.reading() as tx:
        return {row["chat"] for row in await tx.rows("SELECT chat FROM identity")}


async def comes(world: World, *updates: Json) -> list[int | None]:
    """The chats to which the bot has said anything since."""
    before = len(world.sandbox.calls)
    for update in updates:
        world.sandbox.world.inject(update)
    await world.settled()
    said = [call for call in world.sandbox.calls[before:] if call.method.startswith(("send", "edit"))]
    return [call.chat_id for call in said]


def message(chat: Json, person: Person | None = None, **more: Any) -> Json:
    sender = {"from": person.telegram()} if person else {}
    return {"message_id": 7, "date": AT, "chat": chat, **sender, **more}


def tap(person: Person, data: object, **more: Any) -> Json:
    return {
        "callback_query": {"id": "1", "from": person.telegram(), "chat_instance": "1", "data": data, **more},
    }


def taps_of_no_chat(person: Person) -> list[Json]:
    own = {"id": person.id, "first_name": person.name, "type": "private"}
    return [
        tap(person, "go.card.1"),
        tap(person, "go.card.1", inline_message_id="AAAA"),
        tap(person, "go.card.1", message=message(GROUP)),
        tap(person, "go.card.1", message=message(SUPERGROUP, sender_chat=SUPERGROUP)),
        tap(person, "go.card.1", message=message(CHANNEL, sender_chat=CHANNEL)),
        tap(person, "go.card.1", message={"message_id": 7, "date": 0, "chat": GROUP}),
        tap(person, "go.card.1", message={"message_id": 7, "date": 0}),
        tap(person, "go.card.1", message=message(own | {"type": "sender"})),
        {"callback_query": {"id": "1", "from": person.telegram(), "chat_instance": "1", "game_short_name": "x",
                            "message": message(GROUP)}},
        {"callback_query": {"id": "1", "chat_instance": "1", "data": "go.card.1", "message": message(own)}},
    ]  # fmt: skip


async def test_a_tap_under_no_message_of_ones_own_chat_says_and_changes_nothing(world: World) -> None:
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    assert await comes(world, *taps_of_no_chat(kolyo)) == []
    assert await set_aside(world) == []


async def test_the_little_clock_on_a_button_in_a_group_stops_and_nothing_is_said(world: World) -> None:
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    group = world.sandbox.world.group("Екипът", kolyo)
    query = world.sandbox.world.tap(kolyo, group.id, 7, "go.card.1")
    while query not in {one.query_id: one.text for one in kolyo.toasts}:
        assert await world.sandbox.world.changed.wait(5)
    await world.settled()
    assert [one.text for one in kolyo.toasts if one.text] == []
    assert [one.text for one in group.chat if one.from_bot] == []


async def test_a_button_tapped_in_the_chat_of_somebody_else_shows_nothing_there(world: World) -> None:
    """Telegram does not bring such a tap; whoever could forge one would read in a chat of theirs what others see."""
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    of_mila = {"id": mila.id, "first_name": "Мила", "type": "private"}
    assert await comes(world, tap(kolyo, "go.card.1", message=message(of_mila))) == []
    assert await comes(world, {"message": message(of_mila, kolyo, text="1")}) == []
    assert await set_aside(world) == []


async def test_taps_that_are_hardly_any_are_answered_as_old_ones(world: World) -> None:
    mila = await world.person("Мила")
    own = {"id": mila.id, "first_name": "Мила", "type": "private"}
    nameless = tap(mila, "go.menu.", message=message(own))
    nameless["callback_query"]["from"] = {"id": mila.id, "is_bot": False}
    game = tap(mila, "", message=message(own), game_short_name="x")
    del game["callback_query"]["data"]
    odd = [tap(mila, data, message=message(own)) for data in (7, None, ["go"], {"go": 1})]
    inaccessible = tap(mila, "go.menu.", message={"message_id": 7, "date": 0, "chat": own})
    updates = [nameless, game, *odd, inaccessible]
    assert await comes(world, *updates) >= [mila.id] * len(updates)
    assert await set_aside(world) == []


def joins_and_leaves(chat: Json, person: Person, was: str, now: str) -> Json:
    bot = {"id": 111, "is_bot": True, "first_name": "Sandbox Bot"}
    until: dict[str, Json] = {"kicked": {"until_date": 0}, "administrator": RIGHTS}
    before, after = ({"user": bot, "status": one, **until.get(one, {})} for one in (was, now))
    member = {"chat": chat, "from": person.telegram(), "date": AT}
    return {"my_chat_member": {**member, "old_chat_member": before, "new_chat_member": after}}


RIGHTS = dict.fromkeys(
    (
        "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
        "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
        "can_edit_stories", "can_delete_stories",
    ),
    False,
)  # fmt: skip


def in_public(person: Person) -> list[Json]:
    """Everything that is said where others read it, and what is asked of the bot from elsewhere."""
    talk = [message(chat, person, text=text) for chat in (GROUP, SUPERGROUP) for text in ("14", "14 никой", "БЯ-001")]
    photo = {"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}
    return [
        *({"message": one} for one in talk),
        {"message": message(GROUP, person, photo=[photo], caption="14 никой")},
        {"message": message(GROUP, person, document={"file_id": "f", "file_unique_id": "u", "file_name": "a.xlsx"})},
        {"message": message(GROUP, person, location={"latitude": 43.6, "longitude": 25.7})},
        {"message": message(GROUP, person, group_chat_created=True)},
        {"message": message(GROUP, person, new_chat_members=[{"id": 111, "is_bot": True, "first_name": "Bot"}])},
        {"message": message(GROUP, person, left_chat_member={"id": 111, "is_bot": True, "first_name": "Bot"})},
        {"message": message(GROUP, person, migrate_to_chat_id=SUPERGROUP["id"])},
        {"message": message(SUPERGROUP, person, migrate_from_chat_id=GROUP["id"])},
        {"message": message(SUPERGROUP, text="14", sender_chat=SUPERGROUP) | {"from": ANONYMOUS}},
        {"message": message(SUPERGROUP, text="14", sender_chat=CHANNEL, is_automatic_forward=True)},
        {"edited_message": message(SUPERGROUP, person, text="/report", edit_date=AT)},
        {"channel_post": message(CHANNEL, text="/start", sender_chat=CHANNEL)},
        {"edited_channel_post": message(CHANNEL, text="/start", sender_chat=CHANNEL, edit_date=AT)},
        {"inline_query": {"id": "1", "from": person.telegram(), "query": "БЯ-001", "offset": ""}},
        {"chosen_inline_result": {"result_id": "1", "from": person.telegram(), "query": "БЯ-001"}},
        {"business_message": message(OF_A_STRANGER, person, text="14", business_connection_id="b")},
        {"business_connection": {"id": "b", "user": person.telegram(), "user_chat_id": person.id, "date": AT,
                                 "is_enabled": True}},
        {"chat_join_request": {"chat": CHANNEL, "from": person.telegram(), "user_chat_id": person.id, "date": AT}},
        {"message_reaction": {"chat": GROUP, "message_id": 7, "user": person.telegram(), "date": AT,
                              "old_reaction": [], "new_reaction": []}},
        {"of_next_year": {"chat": GROUP}},
        *(joins_and_leaves(chat, person, was, now) for chat in (GROUP, SUPERGROUP, CHANNEL)
          for was, now in (("left", "member"), ("member", "administrator"), ("administrator", "kicked"))),
    ]  # fmt: skip


OF_A_STRANGER = {"id": 800_001, "first_name": "Клиент", "type": "private"}


async def test_nothing_is_said_in_public_and_no_group_becomes_anybodys_chat(world: World) -> None:
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    before = await chats(world)
    assert await comes(world, *in_public(kolyo)) == []
    assert await set_aside(world) == []
    assert await chats(world) == before == {str(kolyo.id)}


@pytest.mark.parametrize("text", ["/start", "/start@sandbox_bot code-Кольо", "/cases", "/report 14", "/help дом"])
async def test_a_command_in_a_group_gets_one_sentence_and_no_more(world: World, text: str) -> None:
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    group = world.sandbox.world.group("Екипът", kolyo)
    await group.says(kolyo, text)
    await world.settled()
    assert [one.text for one in group.chat if one.from_bot] == [ONLY_IN_PRIVATE]
    assert [one.buttons for one in group.chat if one.from_bot] == [[]]


async def test_an_invitation_that_is_used_in_a_group_is_not_used_up(world: World) -> None:
    stranger = world.sandbox.world.person("Нова")
    async with world.app.database.transaction() as tx:
        await people.invite(tx, "c" * 22, Invitation(MEMBER, 1, ""), world.app.now() + timedelta(days=1))
    group = world.sandbox.world.group("Екипът", stranger)
    await group.says(stranger, f"/start {'c' * 22}")
    await world.settled()
    assert await chats(world) == set()
    await stranger.starts("c" * 22)
    assert "Език" in (await stranger.hears()).text


async def test_digests_and_alerts_come_to_no_group(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    group = world.sandbox.world.group("Екипът", kolyo, mila)
    for someone in (kolyo, mila):
        await group.says(someone, "/start")
        world.sandbox.world.inject(joins_and_leaves({**GROUP, "id": group.id}, someone, "left", "member"))
    await mila.says("14 никой")
    await mila.hears()
    await mila.taps("Запази")
    await world.settled()
    kolyo.forget()
    world.move_to(0, 18)
    await world.rung()
    assert (await kolyo.hears()).text.startswith("Обхват")
    assert {one.text for one in group.chat if one.from_bot} == {ONLY_IN_PRIVATE}


async def test_a_group_in_which_the_bot_may_not_write_is_left_alone(world: World) -> None:
    reni, kolyo = await world.person("Рени", REGIONAL), await world.person("Кольо", MUNICIPAL, "Бяла")
    group = world.sandbox.world.group("Екипът", kolyo)
    world.sandbox.faults.add(Fault("sendMessage", group.id, "403"))
    await group.says(kolyo, "/start")
    await world.settled()
    await reni.quiet(0)
    async with world.app.database.reading() as tx:
        assert [row["reachable"] for row in await tx.rows("SELECT reachable FROM identity")] == [1, 1]


async def test_who_has_blocked_the_bot_is_not_reached_because_they_put_it_into_a_group(world: World) -> None:
    mila = await world.person("Мила")
    await mila.blocks()
    await world.settled()
    assert await comes(world, joins_and_leaves(GROUP, mila, "left", "member")) == []
    async with world.app.database.reading() as tx:
        assert [row["reachable"] for row in await tx.rows("SELECT reachable FROM identity")] == [0]


async def test_who_takes_the_bot_out_of_a_group_is_reached_as_before(world: World) -> None:
    reni, mila = await world.person("Рени", REGIONAL), await world.person("Мила")
    told = await comes(world, joins_and_leaves(GROUP, mila, "member", "kicked"))
    assert told == []
    reni.forget()
    await mila.says("/menu")
    assert "какво ще правим" in (await mila.hears()).text

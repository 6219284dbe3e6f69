"""On Viber a button comes back as words, so anybody can type one; and an event may hold anything that JSON can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from sandbox import Sandbox, ViberPhone
from tests.access import table
from tests.access.elsewhere import MARKS, Elsewhere, fill
from tests.access.test_forged_taps import OTHERS, VALUES
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber, posts, rows

Json = dict[str, Any]
MARK = "›"


async def set_aside(world: World) -> list[Json]:
    return await rows(world, "SELECT payload, error FROM inbox WHERE tries > 0 AND arrival <> 'old'")


async def kept(world: World) -> list[Json]:
    """What nobody here may change: of the cases and of what was asked, offered and said about them."""
    tables = ("child_case", "visit", "referral", "handover", "question", "answer", "announced_to", "audit")
    return [row for name in tables for row in await rows(world, f"SELECT * FROM {name}")]


def told(phone: ViberPhone) -> str:
    return "\n".join(f"{one.text} {one.labels}" for one in phone.chat if one.from_bot)


async def test_made_up_bodies_of_buttons_are_answered_and_show_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    there: list[Elsewhere] = []

    async def filled(app: App) -> None:
        there.append(await fill(app))

    async with on_viber(sandbox, tmp_path, fill=filled) as world:
        mila = await joins(world, "Мила")
        before = await kept(world)
        [elsewhere] = there
        for key, values in table.BUTTONS.items():
            for value in values:
                if table.names_of(value):
                    await mila.taps_data(f"{MARK}go.{key}.{elsewhere.named(value)}")
        await world.settled()
        assert await kept(world) == before
        for data in (*OTHERS, *(f"go.card.{value}" for value in VALUES), "go.card.1" * 900):
            await mila.taps_data(f"{MARK}{data}")
        await world.settled()
        assert await set_aside(world) == []
        assert [mark for mark in MARKS if mark in told(mila)] == []
        said = [one for one in mila.chat if not one.from_bot]
        assert len([one for one in mila.chat if one.from_bot]) >= len(said)


def event(phone: ViberPhone, token: int, **message: Any) -> Json:
    return {
        "event": "message", "timestamp": 1_795_507_200_000, "message_token": token,
        "sender": {"id": phone.id, "name": phone.name}, "message": {"type": "text", "text": "/menu", **message},
    }  # fmt: skip


ODD: dict[str, Json] = {
    "tracking data made up": {"tracking_data": "go.card.17"},
    "tracking data too long": {"tracking_data": "ъ" * 9000},
    "tracking data that is no text": {"tracking_data": {"case": 17}},
    "half a letter": {"text": "14 \ud83d"},
    "a mark and nothing": {"text": MARK},
    "marks": {"text": MARK * 40},
    "a nought": {"text": "\x00"},
    "nothing": {"text": ""},
    "of no kind": {"type": "of next year"},
    "a place without one": {"type": "location"},
    "a place far off": {"type": "location", "location": {"lat": 1e308, "lon": -1e308}},
    "a file without a name": {"type": "file", "text": "", "media": "http://127.0.0.1:9/x"},
    "a picture from inside": {"type": "picture", "text": "", "media": "file:///etc/passwd"},
    "an address": {"type": "url", "text": "", "media": "javascript:alert(1)"},
    "another field": {"of_next_year": [1, {"a": None}]},
}


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_message_is_answered_and_stops_nothing(odd: str, sandbox: Sandbox, tmp_path: Path) -> None:
    async with on_viber(sandbox, tmp_path) as world:
        mila = await joins(world, "Мила")
        await world.settled()
        mila.forget()
        assert await posts(world, event(mila, 4_912_661_846_655_238_145, **ODD[odd])) == 200
        assert (await mila.hears()).text
        await world.settled()
        mila.forget()
        await mila.says("/menu")
        assert "Мила, какво ще правим?" in (await mila.hears()).text
        assert await set_aside(world) == []


@pytest.mark.parametrize("name", ["\ud83d", "\u202eалиМ", "", " ", "\x00", "а" * 5000])
async def test_whoever_has_a_strange_name_or_id_is_a_stranger_like_others(
    name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    async with on_viber(sandbox, tmp_path) as world:
        stranger = world.sandbox.world.person("Непознат", telegram=False).viber
        await stranger.says("x")
        assert "за поканени екипи" in (await stranger.hears()).text
        for user in (stranger.id, name or "='"):
            told_of = event(stranger, 7) | {"sender": {"id": user, "name": name}, "timestamp": -1}
            assert await posts(world, told_of) == 200
        await world.settled()
        assert await set_aside(world) == []
        assert await rows(world, "SELECT 1 FROM identity") == []

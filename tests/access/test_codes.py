"""Invitations and codes: used twice, too late, by somebody else, guessed; and links with anything in them."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings.config import TOKEN as TOKEN_NAME
from casework.records import MEMBER, MUNICIPAL, REGIONAL
from sandbox import Person, Sandbox
from storage import guesses, people
from storage.people import Invitation
from tests.bot.conftest import TOKEN, World, living
from tests.bot.test_cli import obhvat
from tests.engines import engine

STRANGER = "за поканени екипи"
GUESSED = "Някой опита"
BITS = 128
HOSTILE = (
    "../../", "..\\..\\windows", "<script>alert(1)</script>", "'; DROP TABLE invitation; --", "' OR '1'='1", "%00",
    "\x00", "a\x00b", "\u202eabc", "\u200f\u200e", "\ufeff", "{code}", "%s%s%s", "${jndi:ldap://x}", "🙂" * 30,
    "а" * 22, "-", "_", "0" * 64, "1234 5678", "12345678", "\ud83d", "x" * 4089,
)  # fmt: skip


@pytest.fixture
async def world(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with living(sandbox, tmp_path) as running:
        yield running


async def invited(world: World, invitation: Invitation | None = None) -> str:
    code = secrets.token_urlsafe(16)
    async with world.app.database.transaction() as tx:
        await people.invite(tx, code, invitation or Invitation(MEMBER, 1, ""), world.app.now() + timedelta(days=7))
    return code


async def comes_in(someone: Person, code: str) -> bool:
    await someone.starts(code)
    said = (await someone.hears()).text
    assert ("Език" in said) != (STRANGER in said)
    return "Език" in said


def strangers(world: World, count: int) -> list[Person]:
    return [world.sandbox.world.person(f"Непознат {n}") for n in range(count)]


async def wrong_ones(world: World, someone: Person, count: int) -> None:
    for _ in range(count):
        assert not await comes_in(someone, secrets.token_urlsafe(16))


async def joined(world: World) -> int:
    async with world.app.database.reading() as tx:
        return int((await tx.one("SELECT count(*) AS n FROM identity"))["n"])


async def test_an_invitation_serves_one_account_once(world: World) -> None:
    first, second = strangers(world, 2)
    code = await invited(world)
    assert await comes_in(first, code)
    assert not await comes_in(second, code)
    assert await joined(world) == 1


async def test_of_two_who_use_an_invitation_at_the_same_instant_one_comes_in(world: World) -> None:
    both = strangers(world, 2)
    code = await invited(world)
    for one in both:
        await one.starts(code)
    said = [(await one.hears()).text for one in both]
    assert sorted(STRANGER in text for text in said) == [False, True]
    assert await joined(world) == 1


async def test_an_invitation_is_over_after_a_week(world: World) -> None:
    [late] = strangers(world, 1)
    code = await invited(world)
    world.sandbox.world.clock.move(timedelta(days=7, seconds=1))
    assert not await comes_in(late, code)
    assert await joined(world) == 0


async def test_the_link_of_somebody_who_is_reached_serves_nobody_else(world: World) -> None:
    mila, [thief] = await world.person("Мила"), strangers(world, 1)
    code = await invited(world, Invitation(MEMBER, None, "", "Мила", "", 1))
    assert not await comes_in(thief, code)
    await mila.says("/menu")
    assert "Мила, какво ще правим?" in (await mila.hears()).text


async def test_who_was_released_comes_back_by_no_old_invitation(world: World) -> None:
    kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
    async with world.app.database.transaction() as tx:
        by, of = await people.get(tx, 1), await people.get(tx, 2)
        assert by is not None
        assert of is not None
        await people.release(tx, by, of.id, world.app.now())
    assert kolyo.id != mila.id
    assert not await comes_in(mila, "code-Мила")


async def test_one_account_that_guesses_is_refused_for_an_hour_also_with_the_right_code(world: World) -> None:
    guesser, honest = strangers(world, 2)
    await wrong_ones(world, guesser, guesses.BY_ONE)
    code = await invited(world)
    assert not await comes_in(guesser, code)
    world.sandbox.world.clock.move(guesses.WITHIN + timedelta(seconds=1))
    assert await comes_in(guesser, code)
    assert await comes_in(honest, await invited(world))


async def test_many_accounts_that_guess_have_one_try_each_and_keep_nobody_out(world: World) -> None:
    for one in strangers(world, guesses.BY_ALL // guesses.BY_ONE):
        await wrong_ones(world, one, guesses.BY_ONE)
    guesser, honest = strangers(world, 2)
    code = await invited(world)
    await wrong_ones(world, guesser, 1)
    assert not await comes_in(guesser, code)
    assert await comes_in(honest, code)


async def test_eight_digits_are_taken_from_nobody_while_many_guess(world: World) -> None:
    mila = await world.person("Мила")
    for one in strangers(world, guesses.BY_ALL // guesses.BY_ONE):
        for n in range(guesses.BY_ONE):
            await one.says(f"0000 000{n}")
            assert STRANGER in (await one.hears()).text
    await mila.taps_data("go.connect.")
    digits = (await mila.hears()).text.splitlines()[1]
    [other] = strangers(world, 1)
    await other.says(digits)
    assert STRANGER in (await other.hears()).text
    world.sandbox.world.clock.move(guesses.WITHIN + timedelta(seconds=1))
    await mila.taps_data("go.connect.")
    await other.says((await mila.hears()).text.splitlines()[1])
    assert "същият човек" in (await other.hears()).text


async def test_who_looks_after_the_region_hears_once_a_day_that_somebody_guesses(world: World) -> None:
    reni, kolyo = await world.person("Рени", REGIONAL), await world.person("Кольо", MUNICIPAL, "Бяла")
    first, second = strangers(world, 2)
    await wrong_ones(world, first, guesses.BY_ONE)
    said = (await reni.hears()).text
    assert said.startswith("Някой опита 5 грешни кода в Telegram")
    await wrong_ones(world, first, 3)
    await wrong_ones(world, second, guesses.BY_ONE)
    await world.settled()
    await reni.quiet(0)
    await kolyo.quiet(0)
    world.move_to(1, 10)
    await world.settled()
    reni.forget()
    await wrong_ones(world, second, guesses.BY_ONE)
    assert (await reni.hears()).text.startswith(GUESSED)


async def test_guessing_from_many_accounts_is_told_as_such(world: World) -> None:
    reni = await world.person("Рени", REGIONAL)
    for one in strangers(world, guesses.BY_ALL // 2):
        await wrong_ones(world, one, 2)
    assert (await reni.hears()).text.startswith("За един час дойдоха 50 грешни кода")


async def test_guessing_does_not_fill_the_database(world: World) -> None:
    [guesser] = strangers(world, 1)
    await wrong_ones(world, guesser, guesses.BY_ONE * 4)
    async with world.app.database.reading() as tx:
        assert (await tx.one("SELECT count(*) AS n FROM wrong_code"))["n"] == guesses.BY_ONE


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_link_with_anything_in_it_lets_nobody_in(world: World, payload: str) -> None:
    mila, [stranger] = await world.person("Мила"), strangers(world, 1)
    for text in (f"/start {payload}", f"/start@sandbox_bot {payload}", f"/start{payload}", f"/start  {payload} "):
        await stranger.says(text)
        assert STRANGER in (await stranger.hears()).text
        await mila.says(text)
        assert (await mila.hears()).text
    await world.settled()
    async with world.app.database.reading() as tx:
        assert await tx.rows("SELECT 1 FROM inbox WHERE state = 'aside' OR tries > 0") == []
    assert await joined(world) == 1


async def test_only_the_digest_of_a_code_is_kept(world: World) -> None:
    mila, [stranger] = await world.person("Мила"), strangers(world, 1)
    code = await invited(world)
    await mila.taps_data("go.connect.")
    digits = (await mila.hears()).text.splitlines()[1].replace(" ", "")
    assert re.fullmatch(r"\d{8}", digits)
    await comes_in(stranger, code)
    await world.settled()
    async with world.app.database.reading() as tx:
        for row in await tx.rows(engine.tables):
            told = "\n".join(str(tuple(one)) for one in await tx.rows(f"SELECT * FROM {row['name']}"))
            assert code not in told, row["name"]
            assert digits not in told, row["name"]


async def test_an_invitation_has_128_bits_from_the_keyboard_and_from_a_coordinator(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with living(sandbox, tmp_path) as world:
        kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
        await mila.blocks()
        await kolyo.hears()
        await kolyo.taps("Дай нова връзка")
        codes = [(await kolyo.hears()).text.rpartition("start=")[2]]
        for _ in range(3):
            asked = ("invite", "member", "--team", "Б-1")
            done = await asyncio.to_thread(obhvat, tmp_path, *asked, **{TOKEN_NAME: TOKEN})
            codes += re.findall(r"start=([\w-]+)", done.stdout)
    assert len(codes) == 4
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert len(base64.urlsafe_b64decode(code + "==")) * 8 >= BITS


@pytest.mark.parametrize(
    ("called", "kept"),
    [
        ("Мила\nБЯ-001 е закрит.", "Мила БЯ-001 е закрит."),
        ("\u202eалиМ\u202c", "алиМ"),
        ("\u200b\u2060 \x00", "—"),
        ("🙂 Ани  Ко", "🙂 Ани Ко"),
        ("а" * 5000, "а" * people.LONGEST_NAME),
    ],
    ids=["lines", "turned around", "nothing to see", "usual", "long"],
)
async def test_a_name_of_a_messenger_is_one_line_that_can_be_read(world: World, called: str, kept: str) -> None:
    someone = world.sandbox.world.person(called)
    assert await comes_in(someone, await invited(world))
    async with world.app.database.reading() as tx:
        assert [row["name"] for row in await tx.rows("SELECT name FROM person")] == [kept]

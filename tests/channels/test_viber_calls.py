"""Calls of Viber that nobody answers, and keyboards that a phone would not show."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import Meaning, Trouble
from bot.channels.parts import split
from bot.channels.viber.api import Sender, Viber
from bot.channels.viber.client import Client
from bot.channels.viber.keyboards import Key, keyboard
from bot.channels.viber.media import Media
from bot.channels.viber.pages import Pages
from bot.pace import Pace, Rate
from sandbox import Fault, Sandbox, ViberPhone
from sandbox.viber.keyboards import flaw, read_keyboard
from storage.outbox import NOTICE, REPLY, Due

BODY = '{"type": "text", "text": "Записано."}'


@asynccontextmanager
async def talking(sandbox: Sandbox) -> AsyncIterator[tuple[Viber, ViberPhone]]:
    """The channel with a patience of a moment, and somebody whom the bot may write to."""

    async def taken(_request: web.Request) -> web.StreamResponse:
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/viber", taken)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        client = Client(session, sandbox.viber_api_url, sandbox.viber_token, ClientTimeout(sock_read=1))
        await client.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/viber", [])
        phone = sandbox.world.person("Мила", telegram=False).viber
        await phone.says("здравейте")
        pace = Pace(time.monotonic, Rate(50, 50))
        # A text needs nothing of ours to be fetched.
        yield Viber(client, Sender("Обхват"), cast(Pages, None), cast(Media, None), pace), phone
    await runner.cleanup()


@pytest.mark.parametrize(
    ("priority", "tries", "meaning"),
    [(REPLY, 0, Meaning.RETRY), (REPLY, 1, Meaning.UNCERTAIN), (NOTICE, 0, Meaning.UNCERTAIN)],
)
async def test_a_question_without_an_answer_is_asked_once_more_and_a_summary_is_not(
    priority: int, tries: int, meaning: Meaning
) -> None:
    async with Sandbox() as sandbox, talking(sandbox) as (viber, phone):
        sandbox.faults.add(Fault("send_message", phone.id, "timeout_after_delivery", seconds=20))
        with pytest.raises(Trouble) as trouble:
            await viber.perform(Due(1, "viber", phone.id, "send_message", BODY, priority, tries))
        assert (await phone.hears()).text == "Записано."
    assert trouble.value.meaning is meaning


@pytest.mark.parametrize(("status", "tries", "meaning"), [
    (5, 0, Meaning.UNREACHABLE), (6, 0, Meaning.UNREACHABLE), (11, 0, Meaning.UNREACHABLE),
    (2, 0, Meaning.CLOSED), (15, 0, Meaning.CLOSED), (10, 0, Meaning.RETRY), (12, 9, Meaning.RETRY),
    (23, 0, Meaning.UNPAID), (24, 0, Meaning.UNPAID), (3, 0, Meaning.REFUSED), (13, 0, Meaning.REFUSED),
    (999, 0, Meaning.RETRY), (999, 8, Meaning.REFUSED),
])  # fmt: skip
async def test_what_each_status_means(status: int, tries: int, meaning: Meaning) -> None:
    async with Sandbox() as sandbox, talking(sandbox) as (viber, phone):
        sandbox.faults.add(Fault("send_message", phone.id, "status", status=status))
        with pytest.raises(Trouble) as trouble:
            await viber.perform(Due(1, "viber", phone.id, "send_message", BODY, NOTICE, tries))
    assert trouble.value.meaning is meaning
    assert viber.webhook_lost.is_set() == (status == 10)


async def test_the_token_is_not_told() -> None:
    async with Sandbox() as sandbox, talking(sandbox) as (viber, phone):
        sandbox.faults.add(Fault("send_message", phone.id, "disconnect"))
        with pytest.raises(Trouble) as trouble:
            await viber.perform(Due(1, "viber", phone.id, "send_message", BODY))
    assert sandbox.viber_token not in repr(trouble.value)


labels = st.text(min_size=1, max_size=140).filter(lambda text: text.strip() != "")
rows_of_buttons = st.lists(
    st.one_of(st.lists(labels, min_size=1, max_size=1), st.lists(labels, min_size=2, max_size=6)),
    min_size=1,
    max_size=6,
)


@given(rows_of_buttons)
def test_every_keyboard_is_one_that_a_phone_shows_with_its_buttons_in_order(texts: list[list[str]]) -> None:
    made = _shown([[Key(text, f"{row}.{place}") for place, text in enumerate(texts[row])] for row in range(len(texts))])
    wanted = [f"{row}.{place}" for row in range(len(texts)) for place in range(len(texts[row]))]
    assert [key.data for key in made] == wanted
    filled: dict[int, int] = {}
    for key in made:
        filled[key.row] = filled.get(key.row, 0) + key.columns
    assert set(filled.values()) == {6}


@given(st.integers(min_value=1, max_value=31))
def test_a_long_list_is_packed_and_what_ends_it_keeps_its_row(count: int) -> None:
    keys = _shown([[Key(f"Причина {n}", str(n))] for n in range(count)])
    assert [key.data for key in keys] == [str(n) for n in range(count)]
    assert keys[-1].columns == 6


def test_what_cannot_be_shown_is_a_bug_and_said() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        keyboard([[Key("x", "x")] for _ in range(40)])


def test_a_label_is_text_and_never_markup() -> None:
    [key] = _shown([[Key('<b>ж</b> & "б" \n &amp;', "x")]])
    assert key.label == '<b>ж</b> & "б" &amp;'


def _shown(rows: list[list[Key]]) -> tuple[Any, ...]:
    raw = keyboard(rows)
    read = read_keyboard(raw, 6)
    assert flaw(raw, read) == ""
    return read.keys


@given(st.text(alphabet="аб\n", max_size=200), st.integers(min_value=1, max_value=20))
def test_a_text_is_cut_into_parts_that_fit_and_nothing_is_left_out(text: str, most: int) -> None:
    parts = split(text, lambda part: len(part) <= most)
    assert all(len(part) <= most for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")

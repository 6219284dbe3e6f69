"""What the bot may send and edit, in Telegram's own words.

What a newcomer gets wrong: lengths are UTF-16 units, button data are UTF-8 bytes.
"""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from sandbox import Button, Person, Sandbox
from sandbox.telegram.limits import Limits


def _keys(data: str = "y", label: str = "Да") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)]])


async def test_text_is_counted_in_utf16(bot: Bot, ivan: Person) -> None:
    assert (await bot.send_message(ivan.id, "😀" * 2048)).text == "😀" * 2048
    with pytest.raises(BadRequest, match=r"[Mm]essage is too long"):
        await bot.send_message(ivan.id, "😀" * 2048 + "x")
    with pytest.raises(BadRequest, match=r"caption is too long"):
        await bot.send_photo(ivan.id, ivan.world.files.draw(), caption="я" * 1025)


async def test_button_data_is_counted_in_bytes(bot: Bot, ivan: Person) -> None:
    await bot.send_message(ivan.id, "?", reply_markup=_keys("я" * 32))
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(ivan.id, "?", reply_markup=_keys("я" * 33))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<foo>x</foo>", 'Unsupported start tag "foo" at byte offset 0'),
        ("я < 3", 'Unsupported start tag "" at byte offset 3'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
    ],
)
async def test_bad_html(bot: Bot, ivan: Person, source: str, why: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await bot.send_message(ivan.id, source, parse_mode="HTML")
    assert str(caught.value).lower() == f"can't parse entities: {why}".lower()


async def test_html_becomes_entities(bot: Bot, ivan: Person) -> None:
    sent = await bot.send_message(ivan.id, "😀 <b>а &lt; <i>б</i></b>", parse_mode="HTML")
    assert sent.text == "😀 а < б"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [("bold", 3, 5), ("italic", 7, 1)]
    assert (await ivan.hears()).text == "😀 а < б"


async def test_who_cannot_be_written_to(sandbox: Sandbox, bot: Bot, ivan: Person) -> None:
    stranger = sandbox.world.person("Чужд")
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        await bot.send_message(1, "?")
    with pytest.raises(Forbidden, match="can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "?")
    await ivan.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ivan.id, "?")
    await ivan.unblocks()
    await bot.send_message(ivan.id, "?")
    kinds = [u.my_chat_member.new_chat_member.status for u in await bot.get_updates()]
    assert kinds == ["kicked", "member"]
    with pytest.raises(BadRequest, match=r"[Mm]essage text is empty"):
        await bot.send_message(ivan.id, "  ")


async def test_edits(bot: Bot, ivan: Person) -> None:
    sent = await bot.send_message(ivan.id, "едно", reply_markup=_keys())
    assert (await ivan.hears()).buttons == [[Button("Да", "y")]]
    with pytest.raises(BadRequest, match=r"(?i)is not modified"):
        await sent.edit_text("едно", reply_markup=_keys())
    await sent.edit_text("две")
    heard = await ivan.hears()
    assert (heard.text, heard.edited, heard.buttons) == ("две", True, [])
    await sent.edit_reply_markup(_keys())
    assert (await ivan.hears()).labels == ["Да"]
    await sent.delete()
    with pytest.raises(BadRequest, match=r"[Mm]essage to edit not found"):
        await sent.edit_text("три")
    assert ivan.chat[-1].deleted


async def test_taps(bot: Bot, ivan: Person) -> None:
    await bot.send_message(ivan.id, "?", reply_markup=_keys())
    with pytest.raises(AssertionError, match="Да"):
        await ivan.taps("Не")
    await ivan.taps("Да")
    query = (await bot.get_updates())[-1].callback_query
    assert query.data == "y"
    await query.answer("Готово", show_alert=True)
    assert (ivan.toasts[-1].text, ivan.toasts[-1].alert) == ("Готово", True)
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query("12345")
    ivan.world.clock.move(timedelta(hours=1))
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await query.answer()


async def test_a_button_opens_the_chat_of_whom_the_bot_has_met_and_who_allows_it(
    sandbox: Sandbox, bot: Bot, ivan: Person
) -> None:
    stranger = sandbox.world.person("Непозната")

    async def sent(number: int) -> None:
        rows = [[InlineKeyboardButton("Пиши", url=f"tg://user?id={number}")]]
        await bot.send_message(ivan.id, "Случай", reply_markup=InlineKeyboardMarkup(rows))

    await sent(ivan.id)
    assert ivan.last.buttons[0][0].url == f"tg://user?id={ivan.id}"
    for number in (stranger.id, 5):
        with pytest.raises(BadRequest, match=r"(?i)BUTTON_USER_INVALID"):
            await sent(number)
    ivan.private = True
    with pytest.raises(BadRequest, match=r"(?i)BUTTON_USER_PRIVACY_RESTRICTED"):
        await sent(ivan.id)


async def test_hears_in_order_and_quiet(bot: Bot, ivan: Person) -> None:
    await ivan.quiet(0.01)
    await bot.send_message(ivan.id, "а")
    with pytest.raises(AssertionError, match="wanted quiet"):
        await ivan.quiet(0.01)
    await bot.send_message(ivan.id, "б")
    assert [(await ivan.hears()).text, (await ivan.hears()).text] == ["а", "б"]
    assert ivan.last.text == "б"
    with pytest.raises(AssertionError, match="heard nothing"):
        await ivan.hears(timeout=0.01)


async def test_limits_over_http() -> None:
    async with Sandbox() as sandbox:
        ivan = sandbox.world.person("Иван")
        await ivan.starts()
        async with Bot(sandbox.token, base_url=sandbox.telegram_api_url) as bot:
            for _ in range(3):
                await bot.send_message(ivan.id, "?")
            with pytest.raises(RetryAfter) as caught:
                await bot.send_message(ivan.id, "?")
        assert caught.value.retry_after == timedelta(seconds=1)
        assert [c.status for c in sandbox.calls if c.method == "sendMessage"] == [200, 200, 200, 429]


def test_limits_refill_with_time() -> None:
    now = [100.0]
    limits = Limits(monotonic=lambda: now[0])
    for chat in range(30):
        limits.spend(chat)
    with pytest.raises(Exception, match="retry after 1"):
        limits.spend(99)
    now[0] += 1
    limits.spend(1, messages=5)
    with pytest.raises(Exception, match="retry after 3"):
        limits.spend(1)


async def test_token_method_and_menu(sandbox: Sandbox, bot: Bot) -> None:
    forged = Bot("111:BBB", base_url=sandbox.telegram_api_url)
    with pytest.raises(InvalidToken):
        await forged.initialize()
    for request in forged._request:
        await request.shutdown()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{sandbox.telegram_api_url}{sandbox.token}/noSuch") as answer:
            assert (answer.status, (await answer.json())["description"]) == (404, "Not Found")
        async with session.get(f"{sandbox.telegram_api_url}{sandbox.token}/getMe") as answer:
            assert (await answer.json())["result"]["id"] == 111
    await bot.set_my_commands([BotCommand("visit", "Нов оглед")])
    assert [c.command for c in await bot.get_my_commands()] == ["visit"]
    await bot.set_my_description("Описание")
    await bot.set_my_short_description("Кратко")

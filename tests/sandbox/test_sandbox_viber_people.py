"""People with Viber phones: what they tap, show and see, and what their phones refuse to show.

What a newcomer gets wrong: the keyboard belongs to the chat; only the newest message's can be tapped.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from sandbox import Fault, Person, Sandbox, ViberPhone
from sandbox.faults import Kind
from sandbox.viber.keyboards import read_keyboard
from sandbox.viber.messages import runs
from tests.sandbox.conftest import ViberBot


def key(text: str, **more: Any) -> dict[str, Any]:
    return {"ActionType": "reply", "ActionBody": f"body of {text}", "Text": text, **more}


def board(*buttons: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Type": "keyboard", "Buttons": list(buttons), **more}


async def test_a_tap_comes_back_as_a_text_with_its_body(viber_bot: ViberBot, mila: ViberPhone) -> None:
    keys = board(key("<b>Готово</b>&nbsp;&amp; край"), key("Тихо", Silent=True))
    await viber_bot.sends(mila, text="?", keyboard=keys, tracking_data="visit:12")
    heard = await mila.hears()
    assert heard.labels == mila.labels == ["Готово\xa0& край", "Тихо"]
    await mila.taps("Готово\xa0& край")
    event = await viber_bot.gets("message")
    assert event["message"] == {
        "type": "text",
        "text": "body of <b>Готово</b>&nbsp;&amp; край",
        "tracking_data": "visit:12",
    }
    await mila.taps("Тихо")
    assert (await viber_bot.gets("message"))["silent"] is True
    assert [message.silent for message in mila.chat if not message.from_bot] == [False, False, True]
    with pytest.raises(AssertionError, match="Готово"):
        await mila.taps("Няма такъв")


async def test_only_the_newest_keyboard_is_there(viber_bot: ViberBot, mila: ViberPhone) -> None:
    await viber_bot.sends(mila, text="?", keyboard=board(key("Да"), key("Не")), tracking_data="a")
    await mila.says("чакай")
    assert mila.labels == ["Да", "Не"]
    await viber_bot.sends(mila, text="добре")
    assert (mila.labels, mila.last.labels) == ([], [])
    with pytest.raises(AssertionError, match="no button"):
        await mila.taps("Да")
    await mila.taps_data("body of Да")
    said = [await viber_bot.gets("message"), await viber_bot.gets("message")]
    assert [event["message"] for event in said] == [
        {"type": "text", "text": "чакай", "tracking_data": "a"},
        {"type": "text", "text": "body of Да"},
    ]


async def test_special_buttons(viber_bot: ViberBot, mila: ViberPhone) -> None:
    keys = board(
        key("Място", ActionType="location-picker"),
        key("Телефон", ActionType="share-phone"),
        key("Страница", ActionType="open-url", ActionBody="https://mon.bg/"),
        key("Нищо", ActionType="none"),
        InputFieldState="hidden",
    )
    await viber_bot.sends(mila, text="?", keyboard=keys, min_api_version=4)
    await mila.taps("Място", at=(43.84, 25.95))
    await mila.taps("Телефон")
    await mila.taps("Страница")
    assert await mila.taps("Нищо") is None
    got = [(await viber_bot.gets("message"))["message"] for _ in range(3)]
    assert got[0] == {"type": "location", "location": {"lat": 43.84, "lon": 25.95}}
    assert got[1] == {"type": "contact", "contact": {"name": "Мила", "phone_number": mila.number}}
    assert got[2] == {"type": "text", "text": "https://mon.bg/"}
    with pytest.raises(AssertionError, match="hides the field"):
        await mila.says("искам да пиша")


def test_buttons_stand_where_the_grid_has_room() -> None:
    sizes = [(3, 2), (3, 1), (3, 1), (2, 1), (2, 1), (2, 1), (4, 1), (4, 1)]
    keys = [key(str(number), Columns=columns, Rows=rows) for number, (columns, rows) in enumerate(sizes)]
    keyboard = read_keyboard(board(*keys), 1)
    assert [(one.row, one.column) for one in keyboard.keys] == [
        (0, 0), (0, 3), (1, 3), (2, 0), (2, 2), (2, 4), (3, 0), (4, 0),
    ]  # fmt: skip
    assert keyboard.height == 5
    assert keyboard.labels == [["0", "1"], ["2"], ["3", "4", "5"], ["6"], ["7"]]


@pytest.mark.parametrize(
    ("keyboard", "why"),
    [
        (board(key("x"), BgColor="виолетово"), "BgColor"),
        (board(key("x", BgColor="#12345")), "BgColor"),
        (board(*[key(str(number)) for number in range(13)]), "13 rows"),
        (board(key("x", ActionType="open-url", ActionBody="не е адрес")), "valid URL"),
        (board(key("x", TextSize="огромен")), "TextSize"),
        (board({"ActionBody": "x"}), "needs one of"),
    ],
)
async def test_what_only_the_phone_refuses_fails_after_a_status_of_0(
    viber_bot: ViberBot, mila: ViberPhone, keyboard: dict[str, Any], why: str
) -> None:
    answer = await viber_bot.sends(mila, text="?", keyboard=keyboard)
    assert answer["status"] == 0
    event = await viber_bot.gets()
    assert (event["event"], event["message_token"], event["user_id"]) == ("failed", answer["message_token"], mila.id)
    assert why in event["desc"]
    assert [message.text for message in mila.chat] == ["Здравейте"]


async def test_a_long_label_is_cut_by_the_phone(viber_bot: ViberBot, mila: ViberPhone) -> None:
    await viber_bot.sends(mila, text="?", keyboard=board(key("я" * 251)))
    assert mila.labels == ["я" * 250 + "..."]


async def test_a_picture_is_fetched_from_the_bot_and_what_follows_waits(viber_bot: ViberBot, mila: ViberPhone) -> None:
    picture = mila.account.world.files.draw()
    viber_bot.files = {"chart.png": picture, "list.pdf": b"%PDF", "thumb.jpg": b"x" * 102_401, "note.png": b"text"}
    address = f"{viber_bot.url}/files"
    body = {"type": "picture", "text": "Обобщение", "media": f"{address}/chart.png"}
    answers = [
        await viber_bot.sends(mila, **body),
        await viber_bot.sends(mila, type="file", media=f"{address}/list.pdf", size=4, file_name="списък.pdf"),
        await viber_bot.sends(mila, text="край"),
        await viber_bot.sends(mila, **body | {"thumbnail": f"{address}/thumb.jpg"}),
        await viber_bot.sends(mila, **body | {"media": f"{address}/note.png"}),
        await viber_bot.sends(mila, **body | {"media": f"{address}/gone.png"}),
        await viber_bot.sends(mila, **body | {"media": "http://127.0.0.1:9/a.png"}),
        await viber_bot.sends(mila, **body | {"media": "http://obhvat.example/a.png"}),
    ]
    assert [answer["status"] for answer in answers] == [0] * 8
    shown, file, text = await mila.hears(), await mila.hears(), await mila.hears()
    assert shown.photo is not None
    assert (shown.photo.data, shown.text) == (picture, "Обобщение")
    assert file.document is not None
    assert (file.document.data, file.document.name, text.text) == (b"%PDF", "списък.pdf", "край")
    events = [await viber_bot.gets() for _ in range(8)]
    assert [event["event"] for event in events] == ["delivered"] * 3 + ["failed"] * 5
    assert [event["message_token"] for event in events] == [answer["message_token"] for answer in answers]
    reasons = ["larger than 102400", "no picture", "answered 404", "did not answer", "https"]
    assert all(why in event["desc"] for why, event in zip(reasons, events[3:], strict=True))


async def test_a_picture_of_more_than_a_megabyte_is_too_much(viber_bot: ViberBot, mila: ViberPhone) -> None:
    viber_bot.files = {"big.png": b"x" * (1024 * 1024 + 1)}
    await viber_bot.sends(mila, type="picture", text="", media=f"{viber_bot.url}/files/big.png")
    assert "larger than 1048576" in (await viber_bot.gets("failed"))["desc"]


async def test_a_persons_picture_lies_at_its_address_for_an_hour(
    viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox
) -> None:
    picture = sandbox.world.files.draw()
    await mila.shows_photo(picture, caption="обект")
    told = (await viber_bot.gets("message"))["message"]
    assert (told["type"], told["text"], told["size"]) == ("picture", "обект", len(picture))
    async with aiohttp.ClientSession() as http:
        async with http.get(told["media"]) as answer:
            assert (answer.status, await answer.read()) == (200, picture)
        async with http.get(told["thumbnail"]) as answer:
            assert answer.status == 200
        sandbox.world.clock.move(timedelta(hours=1))
        async with http.get(told["media"]) as answer:
            assert answer.status == 403
        sandbox.faults.add(Fault("message", chat=mila.id, kind="expired_media"))
        await mila.shows_photo(picture)
        async with http.get((await viber_bot.gets("message"))["message"]["media"]) as answer:
            assert answer.status == 403
        async with http.get(f"{sandbox.url}/viber/media/guessed/a.jpg") as answer:
            assert answer.status == 404
    assert sandbox.faults.unused() == []


async def test_everything_else_that_people_send(viber_bot: ViberBot, mila: ViberPhone) -> None:
    await mila.is_at(43.84, 25.95)
    await mila.sends_sticker()
    await mila.sends_contact("Колега", "359888000111")
    await mila.sends_video(caption="двор")
    await mila.sends_document("списък.xlsx", b"abc")
    await mila.sends_url("https://mon.bg/")
    await mila.shows_album(2, caption="вход")
    told = [(await viber_bot.gets("message"))["message"] for _ in range(8)]
    kinds = ["location", "sticker", "contact", "video", "file", "url", "picture", "picture"]
    assert [one["type"] for one in told] == kinds
    assert told[2]["contact"] == {"name": "Колега", "phone_number": "359888000111"}
    assert (told[4]["file_name"], told[4]["size"]) == ("списък.xlsx", 3)
    assert [one["text"] for one in told[-2:]] == ["вход", ""]
    with pytest.raises(ValueError, match="no picture"):
        await mila.shows_photo(b"text")


async def test_a_phone_that_is_off_gets_its_messages_later(viber_bot: ViberBot, mila: ViberPhone) -> None:
    await mila.goes_offline()
    assert (await viber_bot.sends(mila, text="старо"))["status"] == 0
    mila.account.world.clock.move(timedelta(days=1))
    assert (await viber_bot.sends(mila, text="ново"))["status"] == 0
    mila.account.world.clock.move(timedelta(days=13, hours=1))
    await mila.quiet(0.01)
    assert viber_bot.waiting == 0
    await mila.comes_online()
    assert (await mila.hears()).text == "ново"
    await mila.quiet(0.01)
    assert (await viber_bot.gets())["event"] == "delivered"


async def test_subscribing_again_wipes_what_was_tracked(viber_bot: ViberBot, mila: ViberPhone) -> None:
    await viber_bot.sends(mila, text="?", tracking_data="visit:12")
    await mila.unsubscribes()
    await mila.subscribes()
    await mila.says("пак аз")
    assert "tracking_data" not in (await viber_bot.gets("message"))["message"]


async def test_one_person_with_two_phones(viber_bot: ViberBot, sandbox: Sandbox, ivan: Person) -> None:
    assert ivan.viber is ivan.viber
    await ivan.viber.says("от Вайбър")
    await ivan.says("от Телеграм")
    assert len(sandbox.world.pending) == 1
    assert (await viber_bot.gets("message"))["message"]["text"] == "от Вайбър"
    assert [len(chat) for chat in (ivan.chat, ivan.viber.chat)] == [2, 1]
    with pytest.raises(AssertionError, match="has no Telegram"):
        await sandbox.world.person("Ана", telegram=False).says("ало")


async def test_rich_media_keeps_its_buttons(viber_bot: ViberBot, mila: ViberPhone) -> None:
    cards = {"Type": "rich_media", "ButtonsGroupColumns": 6, "ButtonsGroupRows": 7, "Buttons": [key("Виж", Rows=7)]}
    await viber_bot.sends(mila, type="rich_media", rich_media=cards, min_api_version=2)
    await viber_bot.sends(mila, text="друго")
    await mila.taps("Виж")
    assert (await viber_bot.gets("message"))["message"]["text"] == "body of Виж"


@pytest.mark.parametrize(("kind", "reached"), [("timeout_after_delivery", True), ("half_response", True),
                                               ("hang", False), ("disconnect", False)])  # fmt: skip
async def test_calls_that_are_not_answered(viber_bot: ViberBot, mila: ViberPhone, kind: Kind, reached: bool) -> None:
    viber_bot.sandbox.faults.add(Fault("send_message", chat=mila.id, kind=kind, seconds=0.05))
    with pytest.raises(aiohttp.ClientError):
        await viber_bot.sends(mila, text="x")
    assert [message.text for message in mila.chat][1:] == ["x"] * reached
    assert (viber_bot.sandbox.viber.calls[-1].status, viber_bot.sandbox.viber.calls[-1].fault) == (-1, kind)
    assert (await viber_bot.sends(mila, text="y"))["status"] == 0


async def test_calls_that_go_wrong_by_number(viber_bot: ViberBot, mila: ViberPhone, sandbox: Sandbox) -> None:
    for number in (12, 23, 24):
        sandbox.faults.add(Fault("send_message", kind="status", status=number))
    # Meant for Telegram, so it must not strike here.
    sandbox.faults.add(Fault("*", kind="429"))
    assert [(await viber_bot.sends(mila, text="x"))["status"] for _ in range(4)] == [12, 23, 24, 0]
    assert len(sandbox.faults.unused()) == 1
    headers = {"X-Viber-Auth-Token": sandbox.viber_token}
    broken: dict[Kind, int] = {"500": 500, "html_502": 502}
    async with aiohttp.ClientSession(headers=headers) as http:
        for kind, status in broken.items():
            sandbox.faults.add(Fault("get_account_info", kind=kind))
            async with http.post(f"{sandbox.viber_api_url}/get_account_info", json={}) as answer:
                assert answer.status == status


async def test_delivered_may_come_before_the_call_returns(viber_bot: ViberBot, mila: ViberPhone) -> None:
    viber_bot.sandbox.faults.add(Fault("send_message", kind="delivered_first"))
    answer = await viber_bot.sends(mila, text="x")
    assert viber_bot.waiting > 0
    event = await viber_bot.gets()
    assert (event["event"], event["message_token"]) == ("delivered", answer["message_token"])


def test_marks_in_a_text_become_styles() -> None:
    pieces = runs("*важно* и _тихо_, ~не~ ```код``` 2*3*4 a_b_c https://mon.bg/x")
    assert [(piece["text"], piece["styles"]) for piece in pieces if piece["styles"]] == [
        ("важно", ["bold"]),
        ("тихо", ["italic"]),
        ("не", ["strikethrough"]),
        ("код", ["code"]),
    ]
    assert pieces[-1]["href"] == "https://mon.bg/x"
    assert "".join(piece["text"] for piece in pieces) == "важно и тихо, не код 2*3*4 a_b_c https://mon.bg/x"

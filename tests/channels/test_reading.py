"""Telegram's updates: what is kept of them says as much as what came."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram import reading

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
MILA = {"id": 7, "is_bot": False, "first_name": "Мила"}
CHAT = {"id": 7, "type": "private"}
SHOWN = {
    "message_id": 12, "chat": CHAT, "date": 1, "text": "Кой случай посетихте?",
    "reply_markup": {"inline_keyboard": [[{"text": "БЯ-014", "callback_data": "t.case.14"}]]},
}  # fmt: skip
TAP: dict[str, Any] = {
    "update_id": 1,
    "callback_query": {"id": "1", "from": MILA, "data": "t.case.14", "message": SHOWN},
}


def test_of_a_tap_the_message_under_which_it_stands_is_not_kept() -> None:
    kept = reading.needed(TAP)
    assert "Кой случай" not in str(kept)
    assert "БЯ-014" not in str(kept)
    assert reading.read(kept, NOW) == reading.read(TAP, NOW)


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "message": {**SHOWN, "from": MILA}},
        {"update_id": 1, "callback_query": {"id": "1", "from": MILA, "data": "x", "inline_message_id": "5"}},
        {"update_id": 1, "callback_query": "x"},
        {"update_id": 1, "callback_query": {"message": "x"}},
        {"update_id": 1},
    ],
)
def test_any_other_update_is_kept_as_it_came(update: dict[str, Any]) -> None:
    assert reading.needed(update) == update


WRITTEN: dict[str, Any] = {"message_id": 12, "date": 1_795_000_000, "chat": CHAT, "from": MILA, "text": "14, никой"}
ENTITIES = [{"type": "bold", "offset": 0, "length": 2}]


@pytest.mark.parametrize(
    "message",
    [
        WRITTEN,
        {**WRITTEN, "from": {**MILA, "last_name": "Петрова", "username": "mila"}, "entities": ENTITIES},
        {**WRITTEN, "from": {**MILA, "last_name": ""}, "reply_to_message": {**SHOWN, "from": MILA}},
        {**WRITTEN, "forward_origin": {"type": "hidden_user", "sender_user_name": "Колега", "date": 1_790_000_000}},
        {**WRITTEN, "chat": {"id": -5, "type": "group", "title": "Екип"}},
        {**WRITTEN, "chat": {"id": 8, "type": "private"}},
    ],
)
def test_a_text_read_by_hand_is_what_the_library_reads(message: dict[str, Any]) -> None:
    by_hand = reading.read({"update_id": 1, "message": message}, NOW)
    # By way of the library, because of the fraction.
    by_library = reading.read({"update_id": 1, "message": {**message, "date": float(message["date"])}}, NOW)
    assert by_hand == by_library

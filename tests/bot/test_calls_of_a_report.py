"""How many calls a report takes, as `docs/scaling.md` counts: one new message, which alone the messenger limits."""

from __future__ import annotations

from collections import Counter

from tests.bot.conftest import World


async def test_a_report_by_buttons_is_one_new_message_and_four_changed_ones(world: World) -> None:
    mila = await world.person("Мила")
    before = len(world.sandbox.calls)
    await mila.says("/report")
    for label in ("БЯ-001 · Бяла, ул. Дунав 1", "Няма такъв адрес / регистрация", "Пропусни", "Запази"):
        await world.settled()
        await mila.taps(label)
    await world.settled()
    assert "Записано" in mila.last.text
    made = Counter(call.method for call in world.sandbox.calls[before:] if call.method != "getUpdates")
    assert made == {"sendMessage": 1, "editMessageText": 4, "answerCallbackQuery": 4}

"""How many calls a report takes, as `docs/scaling.md` counts: one new message, which alone the messenger limits."""

from __future__ import annotations

from collections import Counter

from storage.database import Tx
from tests.bot.conftest import World

TAPS = ("БЯ-001 · Бяла, ул. Дунав 1", "Няма такъв адрес / регистрация", "Пропусни", "Запази")


async def test_a_report_by_buttons_is_one_new_message_and_four_changed_ones(world: World) -> None:
    def made() -> Counter[str]:
        return Counter(call.method for call in world.sandbox.calls if call.method != "getUpdates")

    async def all_acknowledged(_tx: Tx) -> bool:
        """An answer may overtake the end of the little clock on its button."""
        return made()["answerCallbackQuery"] >= taps

    mila = await world.person("Мила")
    taps = 2
    await world.until(all_acknowledged)
    before = made()
    await mila.says("/report")
    for label in TAPS:
        await world.settled()
        await mila.taps(label)
    await world.settled()
    assert "Записано" in mila.last.text
    taps += len(TAPS)
    await world.until(all_acknowledged)
    assert made() - before == {"sendMessage": 1, "editMessageText": 4, "answerCallbackQuery": 4}

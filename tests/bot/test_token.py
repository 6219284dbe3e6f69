"""A token that was revoked: one alarm, nothing is thrown away, and with a right one everything goes on."""

from __future__ import annotations

from datetime import timedelta

from structlog.testing import capture_logs

from bot.channels.telegram.api import CLOSED_SECONDS
from sandbox import Fault
from storage import outbox
from storage.database import Tx
from tests.bot.conftest import World


async def test_what_was_asked_before_the_token_was_revoked_is_answered_after_it(world: World) -> None:
    mila = await world.person("Мила")
    await world.settled()

    async def refused(tx: Tx) -> bool:
        row = await tx.one("SELECT count(*) AS n FROM outbox WHERE state = 'waiting' AND tries > 0")
        return bool(row["n"]) and await outbox.due(tx, world.app.now(), 1) == []

    with capture_logs() as log:
        # The question for news is answered, so that something is there to be sent.
        for method in ("sendMessage", "editMessageText", "answerCallbackQuery"):
            world.sandbox.faults.add(Fault(method, kind="401", times=1000))
        await mila.says("1 никой")
        await world.until(refused)
        assert "Прегледайте" not in mila.last.text
        world.sandbox.faults.add(Fault("getUpdates", kind="401"))
        world.sandbox.faults.clear()
        world.sandbox.world.clock.move(timedelta(seconds=CLOSED_SECONDS + 1))
        assert "Прегледайте" in (await mila.hears()).text
        await mila.taps("Запази")
        assert "Записано" in (await mila.hears()).text
    assert [one["log_level"] for one in log if "takes nothing from us" in one["event"]] == ["error"]
    assert "111:AAA" not in str(log)

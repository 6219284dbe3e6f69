"""A call that fails by a mistake of ours is given up, and its chat goes on."""

from __future__ import annotations

from datetime import timedelta

from structlog.testing import capture_logs

from bot.deliver import TRIES
from storage import outbox
from storage.database import Tx
from storage.outbox import NOTICE, Call
from tests.bot.conftest import World


async def test_a_call_that_cannot_be_made_is_given_up_and_does_not_stop_its_chat(world: World) -> None:
    mila = await world.person("Мила")
    await world.settled()

    async def tried(tx: Tx) -> bool:
        return bool((await tx.one("SELECT tries FROM outbox WHERE id = :id", id=row))["tries"] == times)

    with capture_logs() as log:
        async with world.app.database.transaction() as tx:
            call = Call("telegram", str(mila.id), "sendMessage", {"chat_id": mila.id, "text": "x"}, NOTICE)
            row = await outbox.add(tx, [call], world.app.now())
            await tx.run("UPDATE outbox SET payload = 'no JSON' WHERE id = :id", id=row)
        for times in range(1, TRIES + 1):
            if times < TRIES:
                await world.until(tried)
                world.sandbox.world.clock.move(timedelta(minutes=1))
        await world.settled()
        await mila.says("1 никой")
        assert "Прегледайте" in (await mila.hears()).text
    async with world.app.database.reading() as tx:
        assert (await tx.one("SELECT state FROM outbox WHERE id = :id", id=row))["state"] == "failed"
    assert len([one for one in log if one["event"] == "a call could not be made"]) == TRIES

"""`/health` and `/metrics`: figures for whoever watches the machine, and nothing of anybody."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from bot.commands.demo import free_port
from casework.records import MUNICIPAL
from sandbox import Fault, Sandbox
from storage import copies
from tests.bot.conftest import TOKEN, World, living
from tests.bot.test_aside import failed_for_good, nonsense
from tests.engines import OF_THE_FILE

LABELS = {"channel", "result", "state", "le", "late", "what", "version"}
CHANNELS = {"telegram"}


@pytest.fixture
async def served(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    """Known by its port."""
    async with living(sandbox, tmp_path, "[operator]\ndisk_free_mb = 0", port=free_port()) as world:
        yield world


async def got(world: World, path: str) -> tuple[int, str]:
    async with ClientSession() as session, session.get(f"http://{world.app.config.file.http.listen}{path}") as answer:
        return answer.status, await answer.text()


async def metrics(world: World) -> dict[str, float]:
    """By name and labels, as they are written."""
    status, text = await got(world, "/metrics")
    assert status == 200
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return {f"{one.name}{sorted(one.labels.items())}": one.value for one in samples}


def read(found: dict[str, float], name: str, **labels: str) -> float:
    return found[f"obhvat_{name}{sorted(labels.items())}"]


async def test_what_came_went_and_how_long_it_took_is_counted(served: World) -> None:
    mila = await served.person("Мила")
    await mila.says("14 никой")
    await mila.hears()
    await mila.taps("Запази")
    await mila.hears()
    await served.settled()
    found = await metrics(served)
    came = 5.0  # start, language, consent, one line, a tap
    assert read(found, "messages_in_total", channel="telegram", result="handled") == came
    for name in ("stored", "handled"):
        assert read(found, f"{name}_seconds_count", channel="telegram") == came
        assert read(found, f"{name}_seconds_bucket", channel="telegram", le="5.0") == came
    assert read(found, "sent_seconds_count", channel="telegram") >= came
    sent = read(found, "messages_out_total", channel="telegram", result="sent")
    calls = [
        call for call in served.sandbox.calls if call.method in ("sendMessage", "editMessageText", "setMyCommands")
    ]
    assert sent == len(calls)
    assert read(found, "inbox_messages", state="waiting") == 0
    assert read(found, "inbox_oldest_seconds") == 0
    assert read(found, "silent_seconds", channel="telegram") < 60
    assert read(found, "database_written_seconds") < 60
    assert read(found, "schedule_rung_timestamp_seconds") > 0


async def test_what_goes_wrong_is_counted_by_how_it_ended(served: World) -> None:
    mila = await served.person("Мила")
    served.sandbox.faults.add(Fault("sendMessage", mila.id, "500", times=1))
    served.sandbox.world.updates.inject(nonsense(mila.id))
    await failed_for_good(served)
    await mila.hears()
    await served.settled()
    found = await metrics(served)
    assert read(found, "messages_in_total", channel="telegram", result="failed") == 2
    assert read(found, "messages_in_total", channel="telegram", result="aside") == 1
    assert read(found, "inbox_messages", state="aside") == 1
    assert read(found, "messages_out_total", channel="telegram", result="waiting") == 1
    status, _said = await got(served, "/health")
    assert status == 200, "the queue behind it flows"


@OF_THE_FILE
async def test_digests_made_late_and_the_age_of_the_backup_are_told(served: World, tmp_path: Path) -> None:
    await served.person("Кольо", MUNICIPAL, "Бяла")
    assert str(read(await metrics(served), "backup_age_seconds")) == "nan"
    assert read(await metrics(served), "alarm", what="backup") == 1
    copies.note(tmp_path / "obhvat.db", copies.BACKED_UP, served.app.now())
    served.move_to(0, 18, 10)
    await served.rung()
    found = await metrics(served)
    assert read(found, "digests_total", late="yes") == 1
    assert read(found, "backup_age_seconds") == pytest.approx(8 * 3600 + 600, abs=60)
    assert "obhvat_alarm[('what', 'backup')]" not in found


async def test_nothing_of_anybody_stands_in_either(served: World) -> None:
    mila = await served.person("Мила Петрова")
    await served.person("Кольо", MUNICIPAL, "Бяла")
    await mila.says("14 никой")
    await mila.hears()
    served.sandbox.world.updates.inject(nonsense(mila.id))
    await failed_for_good(served)
    async with served.app.database.transaction() as tx:
        await tx.run(
            "UPDATE inbox SET state = 'waiting', received_at = 0, not_before = 9000000000000000 WHERE tries > 0"
        )
    status, health = await got(served, "/health")
    assert status == 503
    _status, text = await got(served, "/metrics")
    assert re.findall("[А-Яа-я]", health + text) == []
    for secret in (TOKEN, str(mila.id), "Росица", str(served.folder)):
        assert secret not in health + text, secret
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert set(sample.labels) <= LABELS, sample
            assert sample.labels.get("channel", "telegram") in CHANNELS
    assert [set(reason) for reason in json.loads(health)["reasons"]] == [{"what", "since", "seconds", "count"}]


async def test_they_are_served_where_the_configuration_says_and_nowhere_else(served: World) -> None:
    port = int(served.app.config.file.http.listen.rpartition(":")[2])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)} | {"127.0.0.2"}
    for other in others - {"127.0.0.1"}:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((other, port)) != 0, other

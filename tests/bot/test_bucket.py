"""The bot with its photos in a bucket: kept sealed, shown, forgotten, and kept later when nothing answers there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from structlog.testing import capture_logs

from bot import album, forgotten
from bot.app import App
from bot.commands import forgetting
from bot.commands.demo import free_port
from bot.forgotten import OUTGOING
from bot.photos import clean
from bot.settings import config
from bot.settings.keyring import SECRET
from sandbox import Sandbox
from storage.database import Tx, Unwritable
from storage.forgetting import is_unfinished
from storage.sealing import VERSION, Sealer
from tests.bot.bucket import SECRETS, Bucket
from tests.bot.commands import KEY, obhvat
from tests.bot.conftest import TOKEN, World, on_messengers, one_team, write_config
from tests.bot.everything import everything
from tests.bot.test_album import picture
from tests.bot.test_photos import reports_with_a_photo
from tests.bot.test_viber_media import digest
from tests.bot.viber import configured
from tests.secrecy import leaks


@asynccontextmanager
async def living(
    sandbox: Sandbox, folder: Path, bucket: Bucket, fill: Callable[[App], Awaitable[None]] = one_team
) -> AsyncIterator[World]:
    path = folder / "config.toml"
    if not path.exists():
        bucket.instead_of_the_folder(write_config(folder, sandbox))
    tokens = {config.TOKEN: TOKEN, SECRET: KEY, **SECRETS}
    async with on_messengers(sandbox, folder, path, tokens, fill) as world:
        world.app.photos.no_room_seconds = 0.05
        yield world
    assert not (folder / "photos").exists()


async def nothing(_app: object) -> None:
    """All is there already."""


async def stored(tx: Tx) -> bool:
    return bool(await tx.rows("SELECT 1 FROM media WHERE state = 'stored' AND tries = 0"))


async def test_a_photo_is_kept_in_the_bucket_and_opens(sandbox: Sandbox, tmp_path: Path, bucket: Bucket) -> None:
    async with living(sandbox, tmp_path, bucket) as world:
        await reports_with_a_photo(world)
        await world.until(stored)
        [kept] = await bucket.store.names()
        [content] = bucket.put
        assert content.startswith(VERSION)
        with Image.open(BytesIO(await album.get(bucket.store, world.app.work.sealer, kept.name))) as cleaned:
            assert cleaned.size == (1067, 1600)


@pytest.mark.parametrize("away", [503, *(pytest.param(one, marks=pytest.mark.long) for one in (403, "hang up"))])
async def test_while_the_bucket_does_not_answer_people_do_not_wait_and_the_photo_is_not_lost(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket, away: int | str
) -> None:
    with capture_logs() as log:
        await _away_for_a_while(sandbox, tmp_path, bucket, away)
    assert "a photo was not kept; it is fetched again" in [one["event"] for one in log]
    assert leaks("\n".join(map(str, log)), SECRETS.values()) == []


async def _away_for_a_while(sandbox: Sandbox, folder: Path, bucket: Bucket, away: int | str) -> None:
    async with living(sandbox, folder, bucket) as world:
        bucket.away = away
        await reports_with_a_photo(world)
        await bucket.given_up.wait()
        boyan = await world.person("Боян")
        await boyan.says("здравейте")
        await boyan.hears()
        assert bucket.put == []
        bucket.away = 0
        await world.until(stored)
        assert len(await bucket.store.names()) == 1


async def test_a_store_that_takes_nothing_for_long_is_an_alarm_that_stops_nothing(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    async with living(sandbox, tmp_path, bucket) as world:
        limits = world.app.watchdog.limits
        world.app.watchdog.limits = type(limits)(timedelta(), timedelta(hours=1), 0, None, beat=timedelta(hours=1))
        bucket.away = 503
        with pytest.raises(Unwritable):
            await world.app.config.store.put("a" * 64, VERSION)
        [ailment] = [one for one in await world.app.watchdog.ailing() if one.what == "photos"]
        assert not ailment.stops_work
        bucket.away = 0
        await world.app.config.store.put("a" * 64, VERSION)
        assert [one for one in await world.app.watchdog.ailing() if one.what == "photos"] == []


async def test_a_bot_begins_although_its_bucket_is_away_and_forgets_later(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was erased while it was away is dropped as soon as somebody looks again, and the command says so."""
    monkeypatch.chdir(tmp_path)  # where the list of what was forgotten lies with PostgreSQL
    async with living(sandbox, tmp_path, bucket) as world:
        rest = await everything(world)
    assert [one.name for one in await bucket.store.names()] != [rest.shared]
    bucket.away = 503
    status, said = await obhvat(tmp_path, "forget", "БЯ-014", "--yes", more=SECRETS)
    assert status == 2
    assert said.splitlines()[-1].endswith("is not reached, or cannot work now. Check the address and the network.")
    async with living(sandbox, tmp_path, bucket, fill=nothing) as world:
        await world.person("Боян")
        assert await is_unfinished(world.app.database.glance())
        bucket.away = 0
        await forgotten.finish(world.app.database, world.app.config.store)
    assert [one.name for one in await bucket.store.names()] == [rest.shared]
    assert await bucket.store.names(OUTGOING) == []


async def test_of_a_forgotten_case_nothing_is_left_in_the_bucket(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with living(sandbox, tmp_path, bucket) as world:
        rest = await everything(world)
        await forgetting.forget(world.app.config, "БЯ-014", world.app.now(), agreed=True)
        assert [one.name for one in await bucket.store.names()] == [rest.shared]
        assert await bucket.store.names(OUTGOING) == []


@asynccontextmanager
async def with_viber(sandbox: Sandbox, folder: Path, bucket: Bucket) -> AsyncIterator[World]:
    path = bucket.instead_of_the_folder(configured(folder, sandbox, free_port()))
    tokens = {config.VIBER_TOKEN: sandbox.viber_token, SECRET: KEY, **SECRETS}

    async def hooked(_tx: Tx) -> bool:
        return sandbox.viber.courier.hook is not None

    async with on_messengers(sandbox, folder, path, tokens) as world:
        await world.until(hooked)
        yield world


async def address_of_the_chart(world: World) -> str:
    """That comes with the digest."""
    kolyo = await digest(world)
    for _message in range(2):
        await kolyo.hears(15)
    pictures = (call.params for call in world.sandbox.viber.calls if call.params.get("type") == "picture")
    address: str = next(pictures)["media"]
    return address


async def test_a_chart_for_viber_lies_sealed_and_is_given_when_the_bucket_answers(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    async with with_viber(sandbox, tmp_path, bucket) as world, aiohttp.ClientSession() as phone:
        address = await address_of_the_chart(world)

        async def given() -> tuple[int, bytes]:
            async with phone.get(address) as answer:
                return answer.status, (await answer.read())[:4]

        assert await given() == (200, b"\x89PNG")
        assert not any(b"PNG" in content for content in bucket.put)
        bucket.away = 503
        assert (await given())[0] == 503
        bucket.away = 0
        await _as_an_older_version_laid_it(world, address)
        assert await given() == (200, b"\x89PNG")
        await bucket.store.drop([f"{OUTGOING}/{one.name}" for one in await bucket.store.names(OUTGOING)])
        assert (await given())[0] == 404


async def _as_an_older_version_laid_it(world: World, address: str) -> None:
    name = address.rpartition("/")[2]
    store, sealer = world.app.config.store, world.app.work.sealer
    await store.put(f"{OUTGOING}/{name}", sealer.open(await store.get(f"{OUTGOING}/{name}"), f"file {name}"))


async def test_a_name_in_the_address_of_a_file_opens_no_other_one(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    """What was put in the place of a file is not given."""
    async with with_viber(sandbox, tmp_path, bucket) as world, aiohttp.ClientSession() as phone:
        address = await address_of_the_chart(world)
        sealed = world.app.work.sealer.seal(b"another", "file another")
        await bucket.store.put(f"{OUTGOING}/{address.rpartition('/')[2]}", sealed)
        async with phone.get(address) as answer:
            assert answer.status == 404


async def test_the_check_asks_the_bucket_and_says_in_a_sentence_what_is_wrong(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    path = bucket.instead_of_the_folder(write_config(tmp_path, sandbox))
    assert await obhvat(tmp_path, "check", more=SECRETS) == (0, "Everything is in order.\n")
    await album.put(bucket.store, Sealer(b"l" * 40), clean(picture("JPEG")))
    wrong = {
        "1 photos in s3://": 0,
        "is not reached, or cannot work now. Check the address and the network.": 503,
        "this key is not let in. Look at OBHVAT_PHOTOS_KEY_ID": 403,
    }
    for sentence, away in wrong.items():
        bucket.away = away
        status, said = await obhvat(tmp_path, "check", more=SECRETS)
        assert (status, sentence in said, said.count("\n")) == (2, True, 1), said
        assert leaks(said, SECRETS.values()) == []
    bucket.away = 0
    path.write_text(path.read_text().replace("s3://obhvat-photos", "s3://obhvat-fotos"))
    assert "there is no such bucket. Make it, or name another." in (await obhvat(tmp_path, "check", more=SECRETS))[1]
    status, said = await obhvat(tmp_path, "check")
    assert (status, said.count("OBHVAT_PHOTOS_KEY")) == (2, 3), said


async def test_a_bot_whose_bucket_refuses_its_key_does_not_begin(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    """As one whose token is refused: nobody would find out until the first photo."""
    bucket.instead_of_the_folder(write_config(tmp_path, sandbox))
    bucket.away = 403
    status, said = await obhvat(tmp_path, "run", more=SECRETS)
    assert (status, "this key is not let in" in said) == (2, True), said

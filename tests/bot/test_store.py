"""A store keeps, gives and deletes the same way whether it is a folder or a bucket, and says in a sentence why not."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import album
from bot.settings import config
from bot.settings.config import ConfigError
from bot.settings.keyring import SECRET
from bot.settings.storing import KEY, KEY_ID
from bot.store import Access, Denied, Store
from storage.database import Database, Unwritable, open_database
from storage.sealing import Sealer
from tests.bot.bucket import NAME, SECRETS, Bucket
from tests.engines import url_of

NAMED = f"{'a' * 64}.sealed"
OLD, NEW = b"o" * 40, b"n" * 40


@pytest.fixture(params=["folder", "bucket"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> Store:
    return bucket.store if request.param == "bucket" else Store(tmp_path / "photos")


async def test_what_is_put_is_there_until_it_is_dropped(store: Store) -> None:
    await store.put(NAMED, b"a door")
    await store.put("outgoing/table.pdf", b"a table")
    assert await store.get(NAMED) == b"a door"
    assert await store.head(NAMED, 3) == b"a d"
    assert await store.head(NAMED, 100) == b"a door"
    assert [one.name for one in await store.names()] == [NAMED]
    [table] = await store.names("outgoing")
    assert table.name == "table.pdf"
    assert abs(datetime.now(UTC) - table.at) < timedelta(minutes=1)
    await store.drop([NAMED, "never there", "outgoing/table.pdf"])
    assert await store.names() == await store.names("outgoing") == []
    for ask in (store.get(NAMED), store.head(NAMED, 3)):
        with pytest.raises(FileNotFoundError):
            await ask


async def test_everything_is_sealed_with_the_first_key_wherever_it_lies(store: Store, tmp_path: Path) -> None:
    first, second = b"a picture from before there was a seal", b"one of the old key"
    plain = f"{hashlib.sha256(first).hexdigest()}.jpg"
    await store.put(plain, first)
    other = await album.put(store, Sealer(OLD), second)
    lost = await album.put(store, Sealer(b"l" * 40), b"of a key that nobody has")
    database = await open_database(url_of(tmp_path))
    try:
        assert await _sealed_anew(store, database, plain) == 2
        assert await _sealed_anew(store, database, plain) == 0
    finally:
        await database.close()
    name = plain.replace(".jpg", ".sealed")
    assert await album.get(store, Sealer(NEW), name) == first
    assert await album.get(store, Sealer(NEW), other) == second
    assert {one.name for one in await store.names()} == {name, other, lost}
    assert [line.split(" were")[0] for line in await album.closed(store, Sealer(NEW))] == [
        f"{SECRET}: 1 photos in {store}"
    ]


async def _sealed_anew(store: Store, database: Database, plain: str) -> int:
    return await album.seal_anew(store, Sealer(NEW, OLD), database)


async def test_a_folder_and_a_bucket_that_take_nothing_say_so_and_how_long(store: Store, bucket: Bucket) -> None:
    bucket.away = 503
    if store.folder:
        store.folder.touch()  # a file where the folder should be
    for _try in range(2):
        with pytest.raises(Unwritable, match=r"^photos.store: .+ at http.+ is not reached|does not take a file"):
            await store.put(NAMED, b"a door")
    assert store.refused_for is not None
    bucket.away = 0
    if store.folder:
        store.folder.unlink()
    await store.put(NAMED, b"a door")
    assert store.refused_for is None


@pytest.mark.parametrize("fault", [503, 500, "hang up"])
async def test_one_call_that_goes_wrong_is_made_again_at_once(bucket: Bucket, fault: int | str) -> None:
    bucket.faults.append(fault)
    await bucket.store.put(NAMED, b"a door")
    bucket.faults.append(fault)
    assert await bucket.store.get(NAMED) == b"a door"
    bucket.faults.append(fault)
    await bucket.store.drop([NAMED])
    assert await bucket.store.names() == []


async def test_half_an_answer_is_none_and_its_rest_is_asked_for(bucket: Bucket) -> None:
    content = b"a door" * 100_000
    await bucket.store.put(NAMED, content)
    bucket.faults.append("half")
    assert await bucket.store.get(NAMED) == content
    bucket.away = "half"
    with pytest.raises(Unwritable, match="is not reached, or cannot work now"):
        await bucket.store.get(NAMED)


@pytest.mark.parametrize("away", [503, "hang up"])
async def test_nothing_is_said_to_be_gone_because_the_bucket_is_away(bucket: Bucket, away: int | str) -> None:
    bucket.away = away
    store = bucket.store
    for ask in (store.get(NAMED), store.head(NAMED, 5), store.names(), store.drop([NAMED])):
        with pytest.raises(Unwritable, match="is not reached, or cannot work now"):
            await ask


async def test_a_bucket_that_is_not_there_is_no_missing_photo(bucket: Bucket) -> None:
    store = Store("s3://another-bucket/x", bucket.store.access)
    for ask in (store.get(NAMED), store.head(NAMED, 5), store.put(NAMED, b"x"), store.drop([NAMED]), store.names()):
        with pytest.raises(Denied, match="there is no such bucket"):
            await ask


async def test_a_key_that_is_not_let_in_is_told_without_naming_it(bucket: Bucket) -> None:
    bucket.away = 403
    with pytest.raises(Denied, match="this key is not let in") as refused:
        await bucket.store.put(NAMED, b"x")
    for secret in SECRETS.values():
        assert secret not in str(refused.value)
        assert secret not in repr(bucket.store.access)


def test_amazon_is_asked_where_no_endpoint_is_named() -> None:
    assert Access(region="eu-central-1").address == "https://s3.eu-central-1.amazonaws.com"


WRONG = {
    'store = "gs://somebody/photos"': "neither a folder nor a bucket",
    'store = "s3://"': "neither a folder nor a bucket",
    'store = "s3://Big Letters/x"': "neither a folder nor a bucket",
    'store = ""': "at least 1 character",
    'store = "s3://right-name"\nendpoint = "http://s3.example.bg"': "no https address",
    'store = "s3://right-name"\nendpoint = "https://user:secret@s3.example.bg"': "no https address",
    'store = "s3://right-name"\nendpoint = "s3.example.bg"': "no https address",
    'store = "s3://right-name"\nregion = ""': "photos.region",
    'store = "s3://right-name"': f"{KEY_ID}: is not set. s3://right-name needs {KEY_ID} and {KEY}",
}


@pytest.mark.parametrize("section", WRONG)
def test_a_wrong_store_is_told_before_anything_begins(tmp_path: Path, section: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[database]\nurl = "sqlite:///{tmp_path}/a.db"\n[photos]\n{section}\n')
    with pytest.raises(ConfigError) as told:
        config.load({config.TOKEN: "1:A"}, path)
    assert any(WRONG[section] in mistake for mistake in told.value.mistakes), told.value.mistakes


def test_the_secrets_of_a_bucket_come_from_files_and_are_shown_by_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[database]\nurl = "sqlite:///{tmp_path}/a.db"\n[photos]\nstore = "s3://{NAME}"\n')
    (tmp_path / "key").write_text(f"{SECRETS[KEY]}\n")
    environ = {config.TOKEN: "1:A", KEY_ID: SECRETS[KEY_ID], f"{KEY}_FILE": str(tmp_path / "key")}
    read = config.load(environ, path)
    assert (read.store.access.key_id, read.store.access.secret) == (SECRETS[KEY_ID], SECRETS[KEY])
    assert read.store.folder is None
    assert SECRETS[KEY] not in repr(read) + repr(read.store.access)


def test_a_bot_with_a_folder_begins_without_the_library_of_the_store(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from bot import cli\n"
        "from bot.settings import config\n"
        "from bot.app import open_app\n"
        "async def main():\n"
        "    async with open_app(config.load(os.environ, Path('config.toml'))):\n"
        "        print(sorted(name for name in sys.modules if name.startswith('obstore')))\n"
        "asyncio.run(main())\n"
    )
    (tmp_path / "config.toml").write_text('[telegram]\napi_url = "http://127.0.0.1:1"\n')
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / NAMED).write_bytes(b"\x01kept")
    here = str(Path(__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=50, check=True,
        env={"PYTHONPATH": here, config.TOKEN: "1:A"},
    )  # fmt: skip
    assert ended.stdout.strip() == "[]", ended.stderr

"""The commands for whoever runs a bot with a bucket: back up, restore, change the key, carry everything elsewhere."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot import album
from bot.forgotten import OUTGOING
from bot.settings import config
from bot.settings.keyring import SECRET
from bot.store import Store
from sandbox import Sandbox
from storage.sealing import Sealer
from tests.bot.bucket import SECRETS, Bucket
from tests.bot.commands import KEY, district, obhvat
from tests.engines import OF_THE_FILE

pytestmark = OF_THE_FILE

PICTURES = [f"a door {n}".encode() for n in range(40)]
SEALER = Sealer(KEY.encode())


async def with_photos(folder: Path, sandbox: Sandbox, store: Store) -> list[str]:
    """A bot whose reports name them."""
    path = await district(folder, sandbox)
    names = [await album.put(store, SEALER, one) for one in PICTURES]
    with closing(sqlite3.connect(path)) as file, file:
        file.executemany(
            "INSERT INTO media (channel, file, recognised_by, state, stored_as) VALUES ('telegram', ?, ?, 'stored', ?)",
            [(name, name, name) for name in names],
        )
    return names


async def opened(store: Store, names: list[str]) -> list[bytes]:
    return [await album.get(store, SEALER, name) for name in names]


async def test_a_backup_holds_what_lies_in_the_bucket_and_brings_it_back(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    names = await with_photos(tmp_path, sandbox, bucket.store)
    bucket.instead_of_the_folder(tmp_path / "config.toml")
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip", more=SECRETS)
    assert (status, f"{len(PICTURES)} photos" in said) == (0, True), said
    with ZipFile(tmp_path / "a.zip") as packed:
        assert {f"photos/{name}" for name in names} <= set(packed.namelist())
    await bucket.store.drop(names[:3])
    status, said = await obhvat(tmp_path, "restore", tmp_path / "a.zip", "--replace", more=SECRETS)
    assert (status, f"{bucket.place}: 3 photos added." in said) == (0, True), said
    assert await opened(bucket.store, names) == PICTURES


@pytest.mark.parametrize("away", [503, *(pytest.param(one, marks=pytest.mark.long) for one in (403, "hang up"))])
async def test_no_backup_says_that_photos_are_lost_because_the_bucket_is_away(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket, away: int | str
) -> None:
    await with_photos(tmp_path, sandbox, bucket.store)
    bucket.instead_of_the_folder(tmp_path / "config.toml")
    status, _said = await obhvat(tmp_path, "backup", tmp_path / "a.zip", more=SECRETS)
    assert status == 0
    before = (tmp_path / "obhvat.db").read_bytes()
    bucket.away = away
    for command in (("backup", tmp_path / "b.zip"), ("restore", tmp_path / "a.zip", "--replace")):
        status, said = await obhvat(tmp_path, *command, more=SECRETS)
        assert (status, said.count("\n"), "photos.store: s3://" in said) == (2, 1, True), said
    assert not (tmp_path / "b.zip").exists()
    assert (tmp_path / "obhvat.db").read_bytes() == before


async def test_a_bucket_that_goes_away_in_the_middle_makes_no_backup(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    await with_photos(tmp_path, sandbox, bucket.store)
    bucket.instead_of_the_folder(tmp_path / "config.toml")
    bucket.away_after = 20
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip", more=SECRETS)
    assert (status, said.count("\n"), "No backup was made" in said) == (2, 1, True), said
    assert not (tmp_path / "a.zip").exists()


async def test_the_key_is_changed_also_of_what_lies_in_a_bucket(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    names = await with_photos(tmp_path, sandbox, bucket.store)
    bucket.instead_of_the_folder(tmp_path / "config.toml")
    new = "a new key that is long enough to be one too"
    chart = f"{hashlib.sha256(b'a chart').hexdigest()}.png"
    await bucket.store.put(f"{OUTGOING}/{chart}", SEALER.seal(b"a chart", f"file {chart}"))
    more = {**SECRETS, SECRET: f"{new}\n{KEY}"}
    status, said = await obhvat(tmp_path, "rotate-key", more=more)
    assert (status, f"3 names and {len(PICTURES)} photos are sealed anew" in said) == (0, True), said
    assert [await album.get(bucket.store, Sealer(new.encode()), name) for name in names] == PICTURES
    laid = await bucket.store.get(f"{OUTGOING}/{chart}")
    assert Sealer(new.encode()).open(laid, f"file {chart}") == b"a chart", "an address of Viber still leads there"
    assert (await obhvat(tmp_path, "check", more={**SECRETS, SECRET: new}))[0] == 0
    status, said = await obhvat(tmp_path, "check", more={**SECRETS, SECRET: KEY})
    assert (status, f"{len(PICTURES)} photos in {bucket.place} were sealed" in said) == (2, True), said


async def test_photos_are_carried_into_a_bucket_and_back_and_what_failed_is_done_by_saying_it_again(
    sandbox: Sandbox, tmp_path: Path, bucket: Bucket
) -> None:
    here = Store(tmp_path / "photos")
    names = await with_photos(tmp_path, sandbox, here)
    await here.put(f"{OUTGOING}/table.pdf", b"a table")
    path, count = tmp_path / "config.toml", len(PICTURES) + 1
    path.write_text(path.read_text().replace("[http]", f'endpoint = "{bucket.url}"\n[http]'))
    bucket.away_after = 50
    status, said = await obhvat(tmp_path, "move", "--photos-to", bucket.place, more=SECRETS)
    assert (status, said.count("\n"), "photos.store: s3://" in said) == (2, 1, True), said
    bucket.away_after, bucket.away = None, 0
    carried = len(bucket.put)
    assert 0 < carried < count
    status, said = await obhvat(tmp_path, "move", "--photos-to", bucket.place, more=SECRETS)
    assert (status, f'photos.store = "{bucket.place}"' in said.replace("'", '"')) == (0, True), said
    assert await opened(bucket.store, names) == PICTURES
    assert await bucket.store.get(f"{OUTGOING}/table.pdf") == b"a table"
    assert await opened(here, names) == PICTURES, "nothing is deleted"
    status, said = await obhvat(tmp_path, "move", "--photos-to", bucket.place, more=SECRETS)
    assert (status, said.startswith("0 photos and files carried")) == (0, True), said
    path.write_text(path.read_text().replace(f'store = "{tmp_path}/photos"', f'store = "{bucket.place}"'))
    status, said = await obhvat(tmp_path, "move", "--photos-to", tmp_path / "back", more=SECRETS)
    assert (status, said.startswith(f"{count} photos and files carried")) == (0, True), said
    assert await opened(Store(tmp_path / "back"), names) == PICTURES


async def test_a_place_that_holds_something_else_is_refused(sandbox: Sandbox, tmp_path: Path, bucket: Bucket) -> None:
    await with_photos(tmp_path, sandbox, Store(tmp_path / "photos"))
    (tmp_path / "another").mkdir()
    (tmp_path / "another" / "of somebody.jpg").touch()
    status, said = await obhvat(tmp_path, "move", "--photos-to", tmp_path / "another")
    assert (status, "1 things lie there that are not in" in said) == (2, True), said
    status, said = await obhvat(tmp_path, "move", "--photos-to", bucket.place)
    assert (status, config.CONFIG in said, "OBHVAT_PHOTOS_KEY_ID: is not set" in said) == (2, False, True), said
    status, said = await obhvat(tmp_path, "move")
    assert (status, said.startswith("--to: ")) == (2, True), said

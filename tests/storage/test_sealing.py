"""Names open with the keys that are given, where they belong, and nowhere else."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from storage import keys
from storage.database import Database, open_database
from storage.keys import WrongKey
from storage.sealing import Sealer, Unopened
from tests.engines import url_of

OLD, NEW, NEWEST = b"old" * 12, b"new" * 12, b"newest" * 6
NAME = "Иванка"


def as_before(secret: bytes, name: str) -> bytes:
    """As names were sealed by the versions before."""
    key = HKDF(algorithm=SHA256(), length=32, salt=b"obhvat", info=b"names").derive(secret)
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(name.encode())


def test_a_sealed_name_opens_only_in_its_own_row() -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal_name(NAME, "child 1")
    assert NAME.encode() not in sealed
    assert sealer.open_name(sealed, "child 1") == NAME
    with pytest.raises(Unopened):
        sealer.open_name(sealed, "child 2")


@given(st.integers(0), st.integers(1, 255))
def test_a_byte_that_was_changed_anywhere_is_noticed(where: int, by: int) -> None:
    sealed = bytearray(Sealer(OLD).seal_name(NAME, "child"))
    sealed[where % len(sealed)] ^= by
    with pytest.raises(Unopened):
        Sealer(OLD).open_name(bytes(sealed), "child")


def test_the_same_name_is_never_sealed_alike() -> None:
    sealer = Sealer(OLD)
    assert len({sealer.seal_name(NAME, "child") for _ in range(100)}) == 100


def test_the_first_key_seals_and_all_open_also_what_older_versions_sealed() -> None:
    old, both = Sealer(OLD), Sealer(NEW, OLD)
    for sealed in (old.seal_name(NAME, "c"), as_before(OLD, NAME), both.seal_name(NAME, "c")):
        assert both.open_name(sealed, "c") == NAME
    assert Sealer(NEW).open_name(both.seal_name(NAME, "c"), "c") == NAME
    with pytest.raises(Unopened):
        Sealer(NEW).open_name(as_before(OLD, NAME), "c")


async def _child(database: Database, sealed: bytes, mark: str) -> None:
    async with database.transaction() as tx:
        await tx.run(
            "INSERT INTO child_case (prefix, running, grouping, municipality, settlement, address, status, next_step, "
            "sealed_name, recognised_by, created_at) VALUES ('БЯ', :n, 'G1', 'Бяла', 'Бяла', '', 'S11', 'visit', "
            ":sealed, :mark, 0)",
            n=int(mark),
            sealed=sealed,
            mark=mark,
        )


async def names(database: Database, sealer: Sealer) -> list[str]:
    async with database.reading() as tx:
        rows = await tx.rows("SELECT sealed_name, recognised_by FROM child_case ORDER BY id")
    return [sealer.open_name(*row) for row in rows]


async def test_after_two_changes_of_the_key_every_name_opens_with_the_last_and_children_are_known_as_before(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "BATCH", 2)
    for n in range(1, 6):
        await _child(database, as_before(OLD, f"{NAME} {n}"), str(n))
    first = await keys.open_sealer(database, [OLD])
    await keys.seal_anew(database, first)
    for secrets in ([NEW, OLD], [NEWEST, NEW]):
        sealer = await keys.open_sealer(database, secrets)
        assert await keys.seal_anew(database, sealer) == 5
        assert await keys.seal_anew(database, sealer) == 0
    last = await keys.open_sealer(database, [NEWEST])
    assert await names(database, last) == [f"{NAME} {n}" for n in range(1, 6)]
    assert last.recognising == first.recognising == Sealer(OLD).recognising
    for before in (OLD, NEW):
        with pytest.raises(WrongKey, match="5 names"):
            await keys.open_sealer(database, [before])


async def test_whoever_gives_a_new_key_with_the_first_version_that_keeps_it_recognises_children_by_the_old_one(
    database: Database,
) -> None:
    await _child(database, as_before(OLD, NAME), "1")
    assert (await keys.open_sealer(database, [NEW, OLD])).recognising == Sealer(OLD).recognising


@pytest.mark.usefixtures("_on")
async def test_of_several_who_begin_with_a_new_database_in_one_moment_all_recognise_by_the_key_of_one(
    tmp_path: Path,
) -> None:
    """With different secrets, so that it shows whose was kept: the bot's own workers are given the same."""
    databases = [await open_database(url_of(tmp_path)) for _ in range(3)]
    for n in range(10):
        async with databases[0].transaction() as tx:
            await tx.run("DELETE FROM kept_key")
        secrets = [OLD, NEW, NEWEST]
        began = (keys.open_sealer(one, [*secrets[i:], *secrets[:i]]) for i, one in enumerate(databases))
        sealers = await asyncio.gather(*began)
        assert len({sealer.recognising for sealer in sealers}) == 1, n
    for one in databases:
        await one.close()


async def test_a_name_that_no_key_opens_stays_as_it_is_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "obhvat.db"
    assert keys.mistakes(path, [OLD], all_names=True) == []
    database = await open_database(f"sqlite:///{path}")
    lost = Sealer(NEWEST).seal_name(NAME, "1")
    await _child(database, lost, "1")
    await _child(database, as_before(OLD, NAME), "2")
    await keys.seal_anew(database, await keys.open_sealer(database, [NEW, OLD]))
    async with database.reading() as tx:
        rows = await tx.rows("SELECT sealed_name FROM child_case ORDER BY id")
    await database.close()
    assert rows[0]["sealed_name"] == lost
    [said] = keys.mistakes(path, [NEW, OLD], all_names=True)
    assert "OBHVAT_SECRET_KEY" in said
    assert "1 names" in said


@pytest.fixture
async def sealed(tmp_path: Path) -> AsyncIterator[Database]:
    """More names than are opened at a start, with the old key."""
    async with closing_later(await open_database(f"sqlite:///{tmp_path}/obhvat.db")) as database:
        await keys.open_sealer(database, [OLD])
        async with database.transaction() as tx:
            await tx.many(
                "INSERT INTO child_case (prefix, running, grouping, municipality, settlement, address, status, "
                "next_step, sealed_name, recognised_by, created_at) VALUES ('БЯ', :n, 'G1', 'Бяла', 'Бяла', '', 'S11', "
                "'visit', :sealed, :mark, 0)",
                [
                    {"n": n, "sealed": Sealer(OLD).seal_name(NAME, str(n)), "mark": str(n)}
                    for n in range(1, keys.SAMPLE + 101)
                ],
            )
        yield database


@asynccontextmanager
async def closing_later(database: Database) -> AsyncIterator[Database]:
    yield database
    await database.close()


async def put_elsewhere(database: Database, sealed: bytes, row: int) -> None:
    async with database.transaction() as tx:
        await tx.run("UPDATE child_case SET sealed_name = :sealed WHERE id = :row", sealed=sealed, row=row)


async def test_one_name_of_all_that_another_key_has_sealed_is_told_without_opening_the_others(sealed: Database) -> None:
    """The oldest, which is not among those that are opened."""
    assert keys.mistakes(sealed.path, [OLD], all_names=False) == []
    await put_elsewhere(sealed, Sealer(NEW).seal_name(NAME, "1"), 1)
    [said] = keys.mistakes(sealed.path, [OLD], all_names=False)
    assert "holds, 1 names" in said
    assert keys.mistakes(sealed.path, [OLD, NEW], all_names=False) == []
    [said] = keys.mistakes(sealed.path, [NEWEST], all_names=False)
    assert f"holds, {keys.SAMPLE + 100} names" in said


@pytest.mark.parametrize(("row", "at_start"), [(1, False), (keys.SAMPLE + 100, True)], ids=["the oldest", "the newest"])
async def test_a_name_that_belongs_to_another_row_is_found_among_the_newest_and_by_whoever_asks_for_all(
    sealed: Database, row: int, at_start: bool
) -> None:
    await put_elsewhere(sealed, Sealer(OLD).seal_name(NAME, "another child"), row)
    assert bool(keys.mistakes(sealed.path, [OLD], all_names=False)) == at_start
    [said] = keys.mistakes(sealed.path, [OLD], all_names=True)
    assert "holds, 1 names" in said


class Watched(Sealer):
    def __init__(self, *secrets: bytes) -> None:
        super().__init__(*secrets)
        self.opened = list[str]()

    def open_name(self, sealed: bytes, recognised_by: str) -> str:
        self.opened.append(recognised_by)
        return super().open_name(sealed, recognised_by)


async def test_only_what_another_key_has_sealed_is_opened_to_be_sealed_anew(sealed: Database) -> None:
    await put_elsewhere(sealed, Sealer(NEW).seal_name(NAME, "3"), 3)
    sealer = Watched(OLD, NEW)
    assert await keys.seal_anew(sealed, sealer) == 1
    assert set(sealer.opened) == {"3"}
    assert await keys.seal_anew(sealed, sealer) == 0
    assert set(sealer.opened) == {"3"}

"""A file that says it is a backup and would fill the disk or the memory: a sentence, exit 2, and nothing is there.

What a newcomer gets wrong: sizes are lied about in the list of a zip, which is written when it is closed; so the tests
change what it remembers before that.
"""

from __future__ import annotations

import os
import resource
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest

from bot.commands import archive
from bot.commands.archive import MOST_ABOUT, MOST_DIRECTORY
from bot.commands.backup import Source
from bot.commands.restore import restore
from bot.photos import MOST_BYTES
from bot.settings.config import ConfigError
from bot.store import Store
from sandbox import Sandbox
from tests.bot.commands import KEY, district, obhvat
from tests.bot.test_restore import elsewhere
from tests.engines import OF_THE_FILE

pytestmark = OF_THE_FILE

MB = 1 << 20
PHOTO = f"photos/{'0a' * 32}.sealed"


@pytest.fixture
async def whole(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A real backup."""
    await district(tmp_path, sandbox)
    status, said = await obhvat(tmp_path, "backup", tmp_path / "a.zip")
    assert status == 0, said
    return tmp_path / "a.zip"


def refused(there: Path, file: Path) -> str:
    """Why, and that nothing came of it."""
    before = sorted(there.rglob("*"))
    into = Source(there / "obhvat.db", Store(there / "photos"), (KEY.encode(),))
    with pytest.raises(ConfigError, match="Nothing was changed") as told:
        restore(into, file, datetime.now(UTC), replace=False, without_names=False)
    assert sorted(there.rglob("*")) == before
    return str(told.value)


def changed(whole: Path, change: Callable[[ZipFile], None]) -> Path:
    made = whole.with_name("changed.zip")
    with ZipFile(whole) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        change(new)
    return made


def with_database(whole: Path, content: bytes, says: int) -> Path:
    """In place of the real one."""
    made = whole.with_name("changed.zip")
    with ZipFile(whole) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        new.writestr("about.json", old.read("about.json"))
        new.writestr("obhvat.db", content)
        new.getinfo("obhvat.db").file_size = says
    return made


def says(name: str, size: int) -> Callable[[ZipFile], None]:
    def change(file: ZipFile) -> None:
        if name not in file.namelist():
            file.writestr(name, b"small")
        file.getinfo(name).file_size = size

    return change


def many(file: ZipFile) -> None:
    for n in range(2000):
        file.writestr(f"{n}.txt", b"")


def nobodys(file: ZipFile) -> None:
    file.writestr(PHOTO, b"of no visit")


def twice(file: ZipFile) -> None:
    file.filelist.append(file.getinfo("about.json"))


def over_one_another(file: ZipFile) -> None:
    """Each a name for the same bytes, so that a small file unpacks to a large heap."""
    for n in range(200):
        file.writestr(f"photos/{n:064x}.sealed", b"")
        entry, database = file.filelist[-1], file.getinfo("obhvat.db")
        entry.header_offset, entry.compress_size = database.header_offset, database.compress_size


def locked(file: ZipFile) -> None:
    file.writestr(PHOTO, b"small")
    file.getinfo(PHOTO).flag_bits |= 1


def squeezed(file: ZipFile) -> None:
    file.writestr(PHOTO, bytes(1000), ZIP_LZMA)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (says("obhvat.db", 1 << 45), "needs 35,184,372 MB in"),
        (says(PHOTO, MOST_BYTES + MB), "is too large, or nothing of a backup"),
        (says("about.json", MOST_ABOUT + 1), "'about.json' is too large"),
        (says("../../etc/passwd", 5), "'../../etc/passwd' is too large, or nothing of a backup"),
        (many, "'0.txt' is too large, or nothing of a backup"),
        (nobodys, "1 photos belong to nothing"),
        (twice, "it holds something twice"),
        (over_one_another, "it says that it holds more than it is long"),
        (locked, "packed in a way in which no backup is"),
        (squeezed, "packed in a way in which no backup is"),
    ],
)
def test_what_no_backup_holds_is_refused_before_it_is_unpacked(
    sandbox: Sandbox, whole: Path, change: Callable[[ZipFile], None], why: str
) -> None:
    assert why in refused(elsewhere(whole.parent, sandbox), changed(whole, change))


def test_a_list_longer_than_any_is_not_read(sandbox: Sandbox, whole: Path) -> None:
    """Its own memory would be ten times as much. The file is a hole on the disk with an end that speaks of it."""
    with whole.with_name("changed.zip").open("wb") as file:
        file.truncate(MOST_DIRECTORY + MB)
        file.seek(0, os.SEEK_END)
        file.write(b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 65_000, 65_000, MOST_DIRECTORY + MB, 0, 0))
    told = refused(elsewhere(whole.parent, sandbox), whole.with_name("changed.zip"))
    assert "more is listed than any backup holds" in told


def test_the_list_of_seven_years_is_read(tmp_path: Path) -> None:
    """Or the bound would keep the fullest region from its own backup."""
    of_each = len("photos/") + 64 + len(".sealed") + 46
    assert 7 * 6888 * 10 * of_each < MOST_DIRECTORY
    with ZipFile(tmp_path / "many.zip", "w", ZIP_STORED) as file:
        file.writestr("about.json", b"{}")
        for n in range(5000):
            file.writestr(f"photos/{n:064x}.sealed", b"")
    with archive.reading(tmp_path / "many.zip") as packed:
        assert len(packed.photos) == 5000


async def test_a_bomb_of_zeros_ends_with_a_sentence_and_leaves_nothing(sandbox: Sandbox, whole: Path) -> None:
    there = elsewhere(whole.parent, sandbox)
    bomb = with_database(whole, bytes(100 * MB), 100 * MB)
    assert bomb.stat().st_size < MB
    status, said = await obhvat(there, "restore", bomb)
    assert (status, said.count("\n"), "or damaged (" in said, os.listdir(there)) == (2, 1, True, ["config.toml"]), said


async def test_no_more_is_unpacked_than_was_said(sandbox: Sandbox, whole: Path) -> None:
    """The limit of the process would tell of a byte that is too much."""
    there, small = elsewhere(whole.parent, sandbox), 2 * MB

    def may_write_little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (small, small))

    bomb = with_database(whole, bytes(100 * MB), small)
    status, said = await obhvat(there, "restore", bomb, before=may_write_little)
    assert (status, "Bad CRC-32" in said, os.listdir(there)) == (2, True, ["config.toml"]), said


def test_a_database_that_is_shorter_than_it_says_is_refused(sandbox: Sandbox, whole: Path) -> None:
    assert "shorter than it says" in refused(elsewhere(whole.parent, sandbox), with_database(whole, bytes(MB), 2 * MB))

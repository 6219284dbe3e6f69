"""`obhvat forget CASE`: no byte of it is left, nothing of others is touched, and a backup does not bring it back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import album, forgotten
from bot.app import App, now_utc
from bot.commands import forgetting
from bot.settings import config
from casework.mentions import Traits
from casework.numbers import CaseQuery
from casework.records import NextStep
from sandbox import Sandbox
from storage import new_cases
from storage.database import StorageError, Tx, open_database
from storage.forgetting import Forgotten, is_unfinished
from storage.keys import open_sealer
from storage.new_cases import NewCase
from tests.bot.conftest import TOKEN, living, one_team
from tests.bot.everything import CASE, NEIGHBOUR, WORDS, Rest, everything, rows_of, tells
from tests.bot.test_cli import obhvat
from tests.engines import OF_THE_FILE

pytestmark = OF_THE_FILE

KEY = "a key that is long enough to be one"


@pytest.fixture
async def full(sandbox: Sandbox, tmp_path: Path) -> Rest:
    """A folder with a bot that has stopped."""
    async with living(sandbox, tmp_path) as world:
        return await everything(world)


def forget(folder: Path, *arguments: str) -> tuple[int, str]:
    ended = obhvat(folder, "forget", *arguments, OBHVAT_TELEGRAM_TOKEN=TOKEN)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


def test_no_byte_of_a_forgotten_case_is_left(full: Rest, tmp_path: Path) -> None:
    database, photos = tmp_path / "obhvat.db", tmp_path / "photos"
    before = tells(database, Path(f"{database}-wal"), photos)
    assert sum(len(words) for words in before.values()) > 10
    others = _counts_of_others(database)
    code, said = forget(tmp_path, "БЯ-014", "--yes")
    assert code == 0, said
    assert "БЯ-014 is forgotten, with 1 reports, 2 versions of them" in said
    assert _where_told(database) == []
    assert tells(tmp_path) == {}
    assert rows_of(database, "SELECT what, case_id, person_id, detail FROM audit ORDER BY id DESC LIMIT 1") == [
        ("forgot a case", None, None, "")
    ]
    assert _rows_that_name_it(database) == []
    assert _counts_of_others(database) == others
    assert {path.name for path in photos.glob("*.sealed")} == {full.shared}
    assert not list((photos / "outgoing").iterdir())
    with closing(sqlite3.connect(database)) as file:
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_others_say_of_it_is_blotted_and_the_rest_stays(full: Rest, tmp_path: Path) -> None:
    database = tmp_path / "obhvat.db"
    forget(tmp_path, "14", "--yes")
    [(note,)] = rows_of(database, f"SELECT json_extract(report, '$.note') FROM visit WHERE id = {full.visit_id}")
    assert note == "Съсед на ••••• ••••••••••• ••••••• от •••••: няма го"
    assert rows_of(database, "SELECT known FROM subscription") == [("[13, 15]",)]
    assert rows_of(database, "SELECT detail FROM audit WHERE what = 'printed the forms of a day'") == [
        ("2026-11-24: visits 77",)
    ]
    assert rows_of(database, "SELECT payload FROM inbox WHERE payload <> ''") == [('{"message":{"text":"15 никой"}}',)]
    waiting = rows_of(database, "SELECT payload FROM outbox WHERE state = 'waiting' AND method = 'sendMessage'")
    assert waiting == [('{"text": "БЯ-015 чака Вас"}',)]
    [(digest,)] = rows_of(database, "SELECT detail FROM period_claim WHERE job = 'digest' AND period > '2026-11-20'")
    assert "Друг ред" in digest
    assert '"cases": [[15, "БЯ-015"]]' in digest


def _rows_that_name_it(database: Path) -> list[str]:
    """Tables in which its id, or that of its visit, stands where one of them would."""
    found = []
    for (table,) in rows_of(database, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        for _n, column, *_rest in rows_of(database, f"PRAGMA table_info({table})"):
            of = {"case_id": CASE, "visit_id": 1}.get(column)
            if of and rows_of(database, f"SELECT 1 FROM {table} WHERE {column} = {of}"):
                found.append(f"{table}.{column}")
    return found + [str(row) for row in rows_of(database, f"SELECT id FROM child_case WHERE id = {CASE}")]


def _where_told(database: Path) -> list[str]:
    """Columns that tell of it, for whoever looks for what was left out."""
    found = []
    for (table,) in rows_of(database, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        for _n, column, *_rest in rows_of(database, f"PRAGMA table_info({table})"):
            said = " OR ".join(f"instr({column}, '{form}')" for word in WORDS for form in (word, word.casefold()))
            found += [
                f"{table}.{column}: {row}"
                # Not in whole numbers: a moment in microseconds may hold the digits of any telephone.
                for row in rows_of(
                    database, f"SELECT {column} FROM {table} WHERE typeof({column}) <> 'integer' AND ({said})"
                )
            ]
    return found


def _counts_of_others(database: Path) -> list[int]:
    return [
        rows_of(database, sql)[0][0]
        for sql in (
            f"SELECT count(*) FROM child_case WHERE id <> {CASE}",
            f"SELECT count(*) FROM visit WHERE case_id = {NEIGHBOUR}",
            f"SELECT count(*) FROM transition WHERE case_id <> {CASE}",
            "SELECT count(*) FROM person",
            f"SELECT count(*) FROM word_of WHERE case_id NOT IN ({CASE}, {NEIGHBOUR})",
        )
    ]


async def test_an_older_backup_does_not_bring_it_back(full: Rest, tmp_path: Path) -> None:
    database = tmp_path / "obhvat.db"
    _copy(database, tmp_path / "older")
    forget(tmp_path, "бя14", "--yes")
    for lost in ("obhvat.db-wal", "obhvat.db-shm"):
        (tmp_path / lost).unlink(missing_ok=True)
    shutil.move(tmp_path / "older", database)
    assert tells(database) != {}
    read = config.load({config.TOKEN: TOKEN}, tmp_path / "config.toml")
    opened = await open_database(read.file.database.url)
    try:
        sealer = await open_sealer(opened, read.secrets)
        photos = read.store
        assert await forgotten.apply_forgotten(opened, photos, sealer, now_utc()) == 1
        assert await forgotten.apply_forgotten(opened, photos, sealer, now_utc()) == 0
        assert await album.get(photos, sealer, full.shared)
    finally:
        await opened.close()
    assert _where_told(database) == []
    assert tells(tmp_path) == {}


def _copy(database: Path, to: Path) -> None:
    with closing(sqlite3.connect(database)) as file, closing(sqlite3.connect(to)) as copy:
        file.backup(copy)


async def test_a_backup_that_was_put_back_by_hand_is_looked_through_at_start(
    full: Rest, tmp_path: Path, sandbox: Sandbox
) -> None:
    database = tmp_path / "obhvat.db"
    _copy(database, tmp_path / "older")
    forget(tmp_path, "бя14", "--yes")
    shutil.move(tmp_path / "older", database)
    async with living(sandbox, tmp_path, fill=_nothing) as world:
        await world.until(_over)
    assert _where_told(database) == []
    assert tells(tmp_path) == {}
    assert full


async def _over(tx: Tx) -> bool:
    gone = await tx.row("SELECT 1 FROM child_case WHERE id = 14") is None
    return gone and not await is_unfinished(tx)


async def _nothing(_app: object) -> None:
    """All is there already."""


async def test_while_the_bot_runs_and_the_number_is_given_to_nobody_else(sandbox: Sandbox, tmp_path: Path) -> None:
    async with living(sandbox, tmp_path) as world:
        mila = await world.person("Мила")
        await mila.says("16 никой")
        await mila.hears()
        await mila.taps("Запази")
        assert "№ 1" in (await mila.hears()).text
        read = world.app.config
        await forgetting.forget(read, "БЯ-016", world.app.now(), agreed=True)
        await mila.says("15 никой")
        await mila.hears()
        await mila.taps("Запази")
        assert "№ 2" in (await mila.hears()).text
        async with world.app.database.transaction() as tx:
            child = NewCase("БЯ", "G1", "Бяла", "Бяла", "", 2015, None, "", None, "new")
            await new_cases.put(tx, [child], NextStep("S11", "visit", world.today()), world.app.now())
            [row] = await tx.rows("SELECT id, running FROM child_case WHERE recognised_by = 'new'")
        assert tuple(row) == (17, 17)


ONE = Traits(14, CaseQuery("БЯ", 14), ("Ана", "Илиева"), ("0888123456",))
LOOKED_FOR = forgetting.needles(ONE, Forgotten("БЯ-014", notes=("Чакат леля Зорница", "Болна")))


@pytest.mark.parametrize("said", ["БЯ-014", "при Ана Илиева.", "0888123456", "Чакат леля Зорница"])
def test_it_is_looked_for_as_it_is_and_as_json_has_it(said: str) -> None:
    assert LOOKED_FOR.search(f"..{said},".encode())
    assert LOOKED_FOR.search(json.dumps({"a": said}).encode())


@pytest.mark.parametrize("said", ["БЯ-0145", "Гергана Илиева", "Ана Илиеваж", "08881234567", "Болна е"])
def test_who_only_looks_alike_is_not_found(said: str) -> None:
    assert LOOKED_FOR.search(said.encode()) is None
    assert LOOKED_FOR.search(json.dumps(said).encode()) is None


async def test_what_was_closed_long_ago_is_forgotten_by_night(sandbox: Sandbox, tmp_path: Path) -> None:
    async def fill(app: App) -> None:
        await one_team(app)
        async with app.database.transaction() as tx:
            await tx.run("UPDATE child_case SET due_on = NULL WHERE id IN (14, 15)")
            await tx.run("UPDATE transition SET at = 0 WHERE case_id IN (14, 16)")

    async with living(sandbox, tmp_path, fill=fill) as world:
        await world.until(_over)
    assert rows_of(tmp_path / "obhvat.db", "SELECT count(*), min(id), max(id) FROM child_case") == [(15, 1, 16)]


@pytest.mark.parametrize(
    ("number", "said"),
    [("БЯ-099", "There is no case"), ("дряново", "no number of a case")],
)
def test_what_is_no_case_is_told(tmp_path: Path, full: Rest, number: str, said: str) -> None:
    code, told = forget(tmp_path, number, "--yes")
    assert code == 2
    assert said in told
    assert full


def test_it_asks_first(tmp_path: Path, full: Rest) -> None:
    code, _told = forget(tmp_path, "БЯ-014")
    assert code == 1  # nobody answered
    assert rows_of(tmp_path / "obhvat.db", "SELECT id FROM child_case WHERE id = 14") == [(14,)]
    assert full


def test_two_cases_with_that_number_are_told(tmp_path: Path, full: Rest) -> None:
    with closing(sqlite3.connect(tmp_path / "obhvat.db")) as file, file:
        file.execute("UPDATE child_case SET prefix = 'РУ', running = 14 WHERE id = 3")
    code, told = forget(tmp_path, "14", "--yes")
    assert code == 2
    assert "may be БЯ-014, РУ-014" in told or "may be РУ-014, БЯ-014" in told
    assert full


async def test_somebody_who_reads_the_file_all_the_time_does_not_end_the_bot(sandbox: Sandbox, tmp_path: Path) -> None:
    async with living(sandbox, tmp_path) as world:
        with closing(sqlite3.connect(world.app.database.path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM child_case").fetchone()
            with pytest.raises(StorageError, match="by night"):
                await forgetting.forget(world.app.config, "БЯ-016", world.app.now(), agreed=True)
            await forgotten.finish_or_later(world.app.database, world.app.config.store)
            assert await is_unfinished(world.app.database.glance())
        await forgotten.finish_or_later(world.app.database, world.app.config.store)
        assert not await is_unfinished(world.app.database.glance())

"""On a bad day the log tells what went wrong and where, and nothing that a person wrote or is called."""

from __future__ import annotations

import io
import logging
import sqlite3
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from bot import logs
from bot.channels.channel import Meaning, Trouble
from bot.photos import NotAPicture
from casework.records import Photo
from sandbox import Fault, Sandbox
from sandbox.faults import Kind
from storage import media
from storage.database import Tx
from tests.bot.conftest import NAME, TOKEN, World, living
from tests.bot.test_album import picture
from tests.bot.test_aside import failed_for_good
from tests.bot.test_cli import obhvat
from tests.engines import engine
from tests.secrecy import leaks
from tests.transcripts.test_no_personal_number import NUMBER

LATIN = "Rositsa Ilieva, ul. Dunav"
SECRETS = [
    *NAME.split(), "Мила", "Дунав", "0888 123 456", "0888123456", TOKEN, NUMBER, "Rositsa", "Ilieva", "Dunav", "Чакат",
    "code-", "Дряново",
]  # fmt: skip


FAULTS: list[tuple[str, Kind]] = [
    ("getFile", "500"), ("getFile", "html_502"), ("sendMessage", "html_502"), ("sendMessage", "500"),
]  # fmt: skip


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is written from now on, of ours and of the libraries at DEBUG, before any formatting of ours."""
    written, before = io.StringIO(), structlog.get_config()
    handler, root, hook = logging.StreamHandler(written), logging.getLogger(), sys.excepthook
    logs.configure(structlog.processors.JSONRenderer(ensure_ascii=False))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(written), cache_logger_on_first_use=False)
    level, handlers = root.level, root.handlers[:]
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook
    structlog.configure(**before)


async def test_a_bad_day_tells_no_name(log: io.StringIO, sandbox: Sandbox, tmp_path: Path) -> None:
    async with living(sandbox, tmp_path) as world:
        await _bad_day(world)
        dead = await _dead_letters(world)
    assert "could not be handled" in log.getvalue()
    assert "a photo was not fetched" in log.getvalue()
    assert leaks(log.getvalue(), SECRETS) == []
    assert leaks("\n".join(dead), SECRETS) == []


async def _bad_day(world: World) -> None:
    mila, lidia = await world.person("Мила"), await world.person("Лидия", "leader")
    stranger = world.sandbox.world.person("Непознат")
    for said in (LATIN, NUMBER, "/start code-Мила", "/start грешен"):
        await stranger.says(said)
        await stranger.hears()
    for method, kind in FAULTS:
        world.sandbox.faults.add(Fault(method, kind=kind))
    await mila.shows_photo(picture("GIF"), f"14 отказ Чакат 0888 123 456, {LATIN}")
    await lidia.sends_document("Дряново.csv", "име;фамилия;населено място;адрес\n;;;\n\x00".encode())
    await lidia.sends_document("Дряново.xlsx", b"PK\x03\x04 nonsense")
    async with world.app.database.transaction() as tx:
        await media.arrived(tx, 1, Photo("telegram", "no such file", "u"), world.app.now())
    for _wait in range(12):
        world.sandbox.world.clock.move(timedelta(seconds=30))
        await world.settled()
    await mila.says("14")
    await world.settled()
    async with world.app.database.transaction() as tx:
        await tx.run(engine.refusing("journal"))
    await mila.says(f"15 отказ Чакат леля, {LATIN}")
    await failed_for_good(world)
    world.sandbox.faults.add(Fault("sendMessage", kind="403"))
    await stranger.says("ало")
    await world.settled()


async def _dead_letters(world: World) -> list[str]:
    glance: Tx = world.app.database.glance()
    tables = ("inbox", "outbox", "media", "import_file")
    return [row["error"] for table in tables for row in await glance.rows(f"SELECT error FROM {table}")]


def test_a_token_that_is_refused_is_not_told(tmp_path: Path) -> None:
    token = "123456789:AAF-thisIsASecretTokenOfTheBot_xyz"
    (tmp_path / "config.toml").write_text('[telegram]\napi_url = "http://127.0.0.1:9"\n')
    ended = obhvat(tmp_path, "check", OBHVAT_TELEGRAM_TOKEN=token, OBHVAT_SECRET_KEY="a secret of some length, really")
    assert ended.returncode == 2
    assert leaks(ended.stdout + ended.stderr, [token, token.split(":")[1], "a secret of some length"]) == []


class Told(BaseModel):
    age: int


def test_of_an_error_its_kind_and_place_are_told_and_not_its_words() -> None:
    try:
        try:
            Told.model_validate({"age": f"{NAME} {LATIN}"})
        except ValidationError as inner:
            raise NotAPicture(LATIN) from inner
    except NotAPicture as error:
        said = logs.told(ExceptionGroup(LATIN, [error]))
    assert said.startswith("ExceptionGroup ← NotAPicture at test_logs.py:")
    assert "ValidationError at " in said
    assert leaks(said, SECRETS) == []


def test_of_an_error_of_the_disk_the_words_are_told_too() -> None:
    assert "the disk is full" in logs.told(sqlite3.IntegrityError("the disk is full"))


ANSWERS = {
    'Bad Request: can\'t parse entities: unsupported start tag "Росица Илиева" at byte 0': "Bad Request: can't parse",
    "Bad Request: message to delete not found": "message to delete not found",
    "status 6: notRegistered 'Rositsa Ilieva'": "status 6: notRegistered",
    "Forbidden: bot was blocked by the user 6123456789": "blocked by the user …",
    f"cannot reach /bot{TOKEN}/sendMessage": "cannot reach /bot…/sendMessage",
    "При Росица Илиева": "…",
}


@pytest.mark.parametrize(("answer", "left"), ANSWERS.items())
def test_of_the_answer_of_a_messenger_only_what_is_plain_is_told(answer: str, left: str) -> None:
    said = str(Trouble(Meaning.REFUSED, answer))
    assert left in said
    assert leaks(said, [*SECRETS, "AAA"]) == []


LEAKING = [
    "Росица", r'{"event": "\u0420\u043e"}', "POST /bot123456789:AAF-thisIsASecretTokenOf/sendMessage", "0888 123 456",
    "+359888123456", NUMBER, '{"text": "hello"}', "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9",
]  # fmt: skip


@pytest.mark.parametrize("line", LEAKING[:-1])
def test_whoever_looks_for_leaks_finds_them(line: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(f"2026-11-24T08:00:00Z started\n{line}\n", "utf-8")
    assert leaks(path)[0].endswith(f"line 2: {line}")
    assert leaks("2026-11-24T08:00:00.123456Z [info] viber calls us at=http://127.0.0.1:31121/viber row=12") == []

"""The table: every parser that outsiders reach, what it is fed, and the only exceptions by which it may refuse.

What a newcomer gets wrong: an input is always bytes, so that whatever was found can lie in a file as it is.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientError
from pydantic import ValidationError

from bot import photos
from bot.apart import spreadsheets
from bot.channels import buttons
from bot.channels.channel import Trouble
from bot.channels.telegram import reading as telegram
from bot.channels.viber import media
from bot.channels.viber import reading as viber
from bot.commands import archive
from bot.settings import config
from casework import catalogue, dates, finding, numbers, oneline, privacy, spelling
from casework.catalogue import CatalogueError
from casework.imports import Unusable
from handlers.buttons import BUTTONS
from handlers.engine.replies import Typed
from handlers.people import link
from storage import copies
from tests.fuzz import chats, mutate, seeds, wire

TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS_OF_CASES = tuple(spelling.kept("Бяла Дряновец ул. Дунав 14 Червена вода Две могили"))
NONSENSE = (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError)
"""What python-telegram-bot raises over an update that is none; `converse` sets it aside. The last one comes of a date
for which the clock of the machine has no number."""
Feed = Callable[[bytes], Any]
Opens = Callable[[], AbstractContextManager[Feed]]
Make = Callable[[Random], bytes]


@dataclass(frozen=True)
class Parser:
    """`modules` are those of ours that it is for; `opens` makes what is fed, once in each process."""

    modules: tuple[str, ...]
    opens: Opens
    make: Make
    refuses: tuple[type[Exception], ...] = ()
    usual: int = 1_000_000
    """So many inputs, unless somebody says how many."""


OF_THE_OPERATOR = 100_000
"""Files that nobody outside reaches."""

# -- what is fed -------------------------------------------------------------------------------------------


def _of_text(*reads: Callable[[str], Any]) -> Opens:
    def feed(content: bytes) -> None:
        text = content.decode("utf-8", "surrogatepass")
        for read in reads:
            read(text)

    return lambda: nullcontext(feed)


def _of_bytes(read: Callable[[bytes], Any]) -> Opens:
    return lambda: nullcontext(lambda content: read(content))


def _of_json(read: Callable[[dict[str, Any]], Any]) -> Opens:
    """As it comes out of the inbox: an object, without half letters."""

    def feed(content: bytes) -> None:
        read(json.loads(content.decode("utf-8", "surrogatepass").encode(errors="replace")))

    return lambda: nullcontext(feed)


def _telegram(raw: dict[str, Any]) -> None:
    telegram.sender_of(raw)
    telegram.read(raw, NOW)


def _found(text: str) -> None:
    for reading in (one for readings in spelling.words(text) for one in readings):
        spelling.pieces(reading)
        any(spelling.fits(reading, word) or spelling.nearly(reading, word) for word in WORDS_OF_CASES)
    finding.best(("Снимка на бележката", "Кой подписва протокола?"), text)


def _days(text: str) -> None:
    dates.read_day(text, TODAY)
    dates.read_day(text, TODAY, past=True)
    dates.from_iso(text)
    dates.read_time(text)


def _numbers(text: str) -> None:
    numbers.read(text)
    numbers.beginning(text)
    numbers.named(text)


def _personal(text: str) -> None:
    assert privacy.personal_numbers(privacy.without_personal_numbers(text)) or not privacy.personal_numbers(text)
    privacy.birth_year(text)


def _buttons(data: str) -> None:
    assert ".".join((lambda tapped: (tapped.talk, tapped.key, tapped.value))(buttons.read(data))).startswith(data)


class _NoNetwork:
    """Nothing is reached; that the address may be asked at all was decided before."""

    def get(self, *_: Any, **__: Any) -> Any:
        raise ClientError


@contextmanager
def _media() -> Iterator[Feed]:
    nobody: Any = _NoNetwork()
    fetching = media.Media(nobody, "chatapi.viber.com")
    with asyncio.Runner() as loop:
        yield lambda content: loop.run(fetching.fetch(content.decode("utf-8", "surrogatepass")))


def _in_a_file(read: Callable[[Path], None]) -> Opens:
    @contextmanager
    def opens() -> Iterator[Feed]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "read")

            def feed(content: bytes) -> None:
                path.write_bytes(content)
                read(path)

            yield feed

    return opens


def _config(path: Path) -> None:
    """What `obhvat check` does, without a database that it names."""
    config.places({"OBHVAT_SECRET_KEY": "k" * 40}, path)


def _backup(path: Path) -> None:
    into = path.with_name("unpacked.db")
    with archive.reading(path) as packed:
        assert packed.about.made_at
        for key in packed.photos:
            packed.photo(key)
        packed.take_database(into)
        copies.complaint(into)


# -- what is made ------------------------------------------------------------------------------------------


def _written(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _texts(*more: str) -> Make:
    known = (*seeds.TEXTS, *more)
    return lambda draw: _written(mutate.text(draw, known))


def _by_somebody(known: Sequence[str]) -> Make:
    return lambda draw: b"%d\n" % draw.randrange(len(chats.WHO)) + _written(mutate.text(draw, known))


def _tapped(draw: Random) -> bytes:
    """Half of them buttons that are there, with anything as their value."""
    if draw.random() < 0.5:
        return _by_somebody(_TAPS)(draw)
    begun = draw.choice((*(f"go.{key}" for key in BUTTONS), chats.OPEN))
    return _written(f"{draw.randrange(len(chats.WHO))}\n{begun}.{mutate.text(draw, _VALUES)}")


def _trees(known: Sequence[dict[str, Any]], texts: Sequence[str]) -> Make:
    def make(draw: Random) -> bytes:
        made = mutate.tree(draw, draw.choice(known), texts)
        return _written(
            json.dumps(made if isinstance(made, dict) else {"message": made}, ensure_ascii=draw.random() < 0.5)
        )

    return make


def _posts(trees: Make) -> Make:
    """Mostly signed, and mostly JSON."""

    def make(draw: Random) -> bytes:
        body = trees(draw)
        match draw.randrange(10):
            case 0:
                body = mutate.raw(draw, body)
            case 1:
                body = mutate.nested(draw)
        signed = wire.RIGHT if draw.random() < 0.9 else mutate.raw(draw, b"0123456789abcdef").replace(b"\n", b"")
        return signed + b"\n" + body

    return make


def _bytes(*known: bytes) -> Make:
    return lambda draw: mutate.raw(draw, draw.choice(known))


def _workbooks(draw: Random) -> bytes:
    seed = draw.choice(seeds.books())
    return mutate.raw(draw, seed) if draw.random() < 0.2 else mutate.members(draw, seed, mutate.raw)


def _tables(draw: Random) -> bytes:
    seed = draw.choice(seeds.tables())
    try:
        return (
            mutate.text(draw, (seed.decode(),)).encode("utf-8", "surrogatepass")
            if draw.random() < 0.5
            else mutate.raw(draw, seed)
        )
    except UnicodeDecodeError:
        return mutate.raw(draw, seed)


def _pictures(draw: Random) -> bytes:
    kind = draw.choice(("JPEG", "PNG", "WEBP"))
    seed = draw.choice(seeds.pictures(kind))
    if kind == "WEBP" or draw.random() < 0.3:
        return mutate.raw(draw, seed)
    return (mutate.png_chunks if kind == "PNG" else mutate.jpeg_segments)(draw, seed)


def _toml(whole: Callable[[], str], most_lines: int) -> Make:
    """Mostly a stretch of its lines, so that a thousand of them are not read for each change."""

    def make(draw: Random) -> bytes:
        lines = whole().splitlines(keepends=True)
        if draw.random() < 0.1:
            return _written(mutate.text(draw, (whole(),)))
        at = draw.randrange(max(1, len(lines) - most_lines))
        kept = lines[at : at + draw.randrange(1, most_lines)]
        return _written(mutate.text(draw, ("".join(kept),)))

    return make


def _backups(draw: Random) -> bytes:
    return mutate.raw(draw, seeds.backup()) if draw.random() < 0.3 else mutate.members(draw, seeds.backup(), mutate.raw)


_TELEGRAM = _trees(seeds.TELEGRAM, (*seeds.TEXTS, *seeds.DATA, *mutate.ODD))
_VIBER = _trees(seeds.VIBER, (*seeds.TEXTS, *(f"›{one}" for one in seeds.DATA), *seeds.ADDRESSES, *mutate.ODD))
_TAPS = (*seeds.DATA, *(f"go.{key}.{value}" for key in BUTTONS for value in ("", "1", "2")))

_VALUES = ("1", "o12.0.261124", "2026-12-03", "1.2026-11-24.L20", "release.2", "Q10.1", "1.1.o1.0.", "O20", "more", "")

PARSERS: dict[str, Parser] = {
    "telegram webhook": Parser(
        ("bot/channels/webhooks.py", "bot/channels/telegram/updates.py"), wire.telegram_webhook, _posts(_TELEGRAM)
    ),
    "telegram updates": Parser(("bot/channels/telegram/reading.py",), _of_json(_telegram), _TELEGRAM, NONSENSE),
    "viber webhook": Parser(
        ("bot/channels/viber/updates.py", "bot/channels/viber/models.py"), wire.viber_webhook, _posts(_VIBER)
    ),
    "viber events": Parser(
        ("bot/channels/viber/reading.py",), _of_json(lambda raw: viber.read(raw, NOW)), _VIBER, (ValidationError,)
    ),
    "viber pages": Parser(
        ("bot/channels/viber/names.py", "bot/channels/viber/files.py", "bot/channels/viber/passes.py"),
        wire.viber_pages, lambda draw: _written(mutate.text(draw, wire.PAGES)),
    ),
    "viber media": Parser(
        ("bot/channels/viber/media.py",), _media, lambda draw: _written(mutate.text(draw, seeds.ADDRESSES)), (Trouble,)
    ),
    "callback data": Parser(
        ("bot/channels/buttons.py",), _of_text(_buttons), lambda draw: _written(mutate.text(draw, _TAPS))
    ),
    "taps": Parser(
        (
            "handlers/engine/replies.py", "handlers/engine/kinds.py", "handlers/desk/place.py",
            "handlers/desk/beside.py", "handlers/desk/charts.py", "handlers/caseload/late.py",
            "handlers/caseload/lists.py", "handlers/office/forms.py",
            "handlers/institutions/checked.py", "handlers/institutions/checks.py", "handlers/morning/respite.py",
            "handlers/people/advice.py", "handlers/people/staff.py", "casework/season.py",
        ),
        chats.taps,
        _tapped,
    ),
    "written": Parser(("handlers/people/hours.py",), chats.texts, _by_somebody(seeds.TEXTS)),
    "one-line reports": Parser(
        ("casework/oneline.py",), _of_text(lambda text: oneline.read(text, catalogue.load(), TODAY)), _texts()
    ),
    "days and hours": Parser(("casework/dates.py",), _of_text(_days), _texts()),
    "case numbers": Parser(("casework/numbers.py",), _of_text(_numbers), _texts()),
    "search": Parser(("casework/spelling.py", "casework/finding.py"), _of_text(_found), _texts()),
    "personal numbers": Parser(("casework/privacy.py",), _of_text(_personal), _texts("8001010008 и 801231-1001")),
    "codes and links": Parser(("handlers/people/link.py",), _of_text(lambda text: link.read(Typed(text))), _texts()),
    "spreadsheets": Parser(
        ("bot/apart/spreadsheets.py", "casework/imports.py"),
        _of_bytes(lambda content: spreadsheets.read_import(content, {})), _workbooks, (Unusable,),
    ),
    "csv files": Parser((), _of_bytes(lambda content: spreadsheets.read_import(content, {})), _tables, (Unusable,)),
    "photos": Parser(
        ("bot/photos.py",), _of_bytes(photos.clean), _pictures, (photos.NotAPicture,)
    ),
    "configuration": Parser(
        ("bot/settings/config.py", "bot/settings/storing.py"),
        _in_a_file(_config), _toml(seeds.config, 80), (config.ConfigError,), OF_THE_OPERATOR,
    ),
    "catalogue": Parser(
        ("casework/catalogue.py",), _of_text(catalogue.load), _toml(seeds.catalogue, 60), (CatalogueError,),
        OF_THE_OPERATOR,
    ),
    "backups": Parser(("bot/commands/archive.py",), _in_a_file(_backup), _backups, (archive.Damaged,), OF_THE_OPERATOR),
}  # fmt: skip

NOT_REACHED: dict[str, str] = {
    "bot/apart/reader.py": "our own process",
    "bot/commands/backup.py": "names of files in our own folder",
    "bot/channels/telegram/requests.py": "what Telegram answers to our calls",
    "bot/channels/viber/client.py": "what Viber answers to our calls",
    "bot/messengers.py": "the address in the configuration, checked by then",
    "bot/commands/reporting.py": "the command line",
    "bot/watch/outside.py": "what our own /health answers",
    "bot/store.py": "what our own bucket answers",
    "casework/brief.py": "texts of our own",
    "casework/hours.py": "the configuration and our own rows",
    "casework/mentions.py": "what is blotted, in our own rows",
    "handlers/caseload/split.py": "our own rows",
    "handlers/desk/coordinate.py": "our own rows",
    "handlers/desk/outage.py": "our own rows",
    "handlers/engine/written.py": "our own rows",
    "handlers/people/teams.py": "our own rows",
    "handlers/report/visit.py": "our own journal",
}
"""Modules that read something, and why nobody outside decides what."""

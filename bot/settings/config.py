"""The configuration: one TOML file, secrets from the environment or files, every mistake told at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from yarl import URL

from bot import album
from bot.settings import keyring, storing
from bot.settings.keyring import SECRET
from bot.settings.sections import File
from bot.settings.storing import HERE
from bot.store import Store
from casework import catalogue
from casework.calendar import WorkingDays, days
from casework.catalogue import Catalogue, CatalogueError
from casework.hours import Usual
from storage import keys, migrate
from storage.database import beside, is_postgres, path_of
from storage.migrate import SchemaError
from storage.sealing import Sealer

TOKEN, VIBER_TOKEN = "OBHVAT_TELEGRAM_TOKEN", "OBHVAT_VIBER_TOKEN"
OPERATOR_TOKEN = "OBHVAT_OPERATOR_TOKEN"
CONFIG = "OBHVAT_CONFIG"


class ConfigError(Exception):
    """Every mistake with its mend, a line each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Tokens:
    """Of the messengers; one without a token does not run."""

    telegram: str = ""
    viber: str = ""
    operator: str = ""
    """Of another bot of Telegram, by which alarms are told also when ours is locked out."""

    def __repr__(self) -> str:
        return "Tokens(…)"

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(name for name in ("telegram", "viber") if getattr(self, name))


@dataclass(frozen=True)
class Config:
    file: File
    catalogue: Catalogue
    tokens: Tokens
    secrets: tuple[bytes, ...]
    """The first one seals, all of them open."""
    store: Store
    """Of photos, and of what Viber's phones fetch."""

    @property
    def secret(self) -> bytes:
        return self.secrets[0]

    def __repr__(self) -> str:
        return f"Config({self.file!r})"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.file.schedule.timezone)

    @property
    def usual(self) -> Usual:
        times = self.file.schedule
        return Usual(times.notices_from, times.notices_until, times.digest_at)

    @property
    def calendar(self) -> WorkingDays:
        return WorkingDays(free=self.file.calendar.free, worked=self.file.calendar.worked)

    @property
    def school_days(self) -> WorkingDays:
        """Without the vacations."""
        return self.calendar.without(day for one in self.file.calendar.vacations for day in days(one.first, one.last))


def load(environ: Mapping[str, str], path: Path | None = None) -> Config:
    """Reads the file named, else `OBHVAT_CONFIG`, else `config.toml` if there is one. Raises ConfigError.

    Without `OBHVAT_SECRET_KEY` a key is made beside the database; it may hold several, one a line.
    """
    file, tokens, mistakes = examine(environ, path)
    if mistakes:
        raise ConfigError(mistakes)
    book = _catalogue(file, mistakes)
    assert book is not None
    held = keyring.held(environ, beside(file.database.url), mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    if not held and is_postgres(file.database.url):
        raise ConfigError([f"{SECRET}: one key is needed that all workers share: at least 32 random characters."])
    secrets = held or keyring.made(path_of(file.database.url))
    return Config(file, book, tokens, secrets, storing.store(file.photos, environ, mistakes))


def places(environ: Mapping[str, str], path: Path | None = None) -> tuple[File, tuple[bytes, ...], Store]:
    """Where everything is kept, the keys, the first one first, and the photos; no messenger is needed. Raises
    ConfigError."""
    mistakes: list[str] = []
    file = _file(_named(environ, path), mistakes)
    try:
        held = keyring.held(environ, beside(file.database.url), mistakes)
    except SchemaError as wrong:
        raise ConfigError([*mistakes, str(wrong)]) from wrong
    photos = storing.store(file.photos, environ, mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    return file, held, photos


def examine(
    environ: Mapping[str, str], path: Path | None = None, *, thorough: bool = False
) -> tuple[File, Tokens, list[str]]:
    """The file as far as it can be read, the tokens, and every mistake. Changes nothing. Every name is opened, and
    every photo looked at, only where it is `thorough`; of a name a missing key is told anyway."""
    mistakes: list[str] = []
    file = _file(_named(environ, path), mistakes)
    tokens = Tokens(*(keyring.given(environ, name, mistakes) for name in (TOKEN, VIBER_TOKEN, OPERATOR_TOKEN)))
    _check_tokens(file, tokens, mistakes)
    _catalogue(file, mistakes)
    _check_database(file, environ, mistakes, thorough=thorough)
    if folder := storing.store(file.photos, environ, mistakes).folder:
        mistakes += folder_mistake("photos.store", folder)
    return file, tokens, mistakes


def _named(environ: Mapping[str, str], path: Path | None) -> Path | None:
    return path or (Path(environ[CONFIG]) if environ.get(CONFIG) else None)


def _file(path: Path | None, mistakes: list[str]) -> File:
    chosen = path or Path("config.toml")
    if path is None and not os.path.exists(chosen):
        return File()
    try:
        return File.model_validate(tomllib.loads(chosen.read_text("utf-8")))
    except OSError as gone:
        mistakes.append(f"{chosen}: cannot be read ({gone.strerror}). Copy config.example.toml there.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        mistakes.append(f"{chosen}: is not TOML ({broken}).")
    except ValidationError as wrong:
        for error in wrong.errors():
            key = ".".join(str(part) for part in error["loc"])
            mistakes.append(f"{chosen}: {key}: {_mend(error['type'], error['msg'])}")
        return _without(tomllib.loads(chosen.read_text("utf-8")), wrong)
    return File()


def _without(raw: dict[str, Any], wrong: ValidationError) -> File:
    """The keys that are right, so that what they name is checked too."""
    for error in wrong.errors():
        section: Any = raw
        for part in error["loc"]:
            inner = section.get(part)
            if part == error["loc"][-1] or not isinstance(inner, dict):
                section.pop(part, None)  # of a list all goes, whichever of its things is wrong
                break
            section = inner
    return File.model_validate(raw)


def _mend(kind: str, said: str) -> str:
    if kind == "extra_forbidden":
        return "this key is not known. config.example.toml lists all of them."
    # What our own checks raise comes with this in front.
    return f"{said.removeprefix('Value error, ')}. See config.example.toml."


def _check_tokens(file: File, tokens: Tokens, mistakes: list[str]) -> None:
    if not (tokens.telegram or tokens.viber) and not any("TOKEN_FILE:" in mistake for mistake in mistakes):
        mistakes.append(
            f"{TOKEN} is not set. Ask @BotFather for a bot and put its token into this variable; "
            f"for Viber it is {VIBER_TOKEN}, and one of the two is enough."
        )
    public = URL(file.viber.public_url)
    if tokens.viber and not public.host:
        mistakes.append("viber.public_url: it is not set. Viber reaches us only at a public https address: name it.")
    elif tokens.viber and public.scheme != "https" and public.host not in HERE:
        mistakes.append(f"viber.public_url: {public} is not https. Viber takes no other; see docs/going-live.md.")


def _catalogue(file: File, mistakes: list[str]) -> Catalogue | None:
    try:
        text = Path(file.work.catalogue).read_text("utf-8") if file.work.catalogue else None
        return catalogue.load(text)
    except OSError as gone:
        mistakes.append(f"work.catalogue: {file.work.catalogue} cannot be read ({gone.strerror}).")
    except CatalogueError as wrong:
        mistakes.extend(f"work.catalogue: {line}" for line in str(wrong).splitlines())
    return None


def _check_database(file: File, environ: Mapping[str, str], mistakes: list[str], *, thorough: bool) -> None:
    if is_postgres(file.database.url):
        _check_postgres(file.database.url, mistakes)
        return
    try:
        path = path_of(file.database.url)
        if closed := folder_mistake("database.url", path.parent):
            mistakes += closed
            return
        migrate.check(path)
        if held := keyring.held(environ, path, mistakes):
            mistakes += keys.mistakes(path, held, all_names=thorough)
            if folder := storing.store(file.photos, environ, []).folder:
                mistakes += album.closed_in(folder, Sealer(*held), all_photos=thorough)
    except SchemaError as wrong:
        mistakes.append(str(wrong))
    else:
        if path.exists() and not os.access(path, os.W_OK, effective_ids=True):
            mistakes.append(f"database.url: {path} cannot be written. Give this user the right to write it.")


def _check_postgres(url: str, mistakes: list[str]) -> None:
    if migrate.without_password(url) != url:
        mistakes.append("database.url: leave the password out of the file; PGPASSWORD or ~/.pgpass says it.")
    # On a thread of its own: whoever calls may be in an event loop.
    with ThreadPoolExecutor(1) as beside:
        try:
            beside.submit(migrate.check_postgres, url).result()
        except SchemaError as wrong:
            mistakes.append(str(wrong))


def folder_mistake(key: str, folder: Path) -> list[str]:
    """The folder, or the nearest one above it that can be seen, must be writable; nothing is created."""
    nearest = folder.absolute()
    while not os.path.exists(nearest):  # what lies in a closed folder is not seen; `Path.exists` would raise
        nearest = nearest.parent
    if not nearest.is_dir():
        return [f"{key}: {nearest} is a file, not a folder. Name another folder."]
    if not os.access(nearest, os.W_OK | os.X_OK, effective_ids=True):
        return [f"{key}: {nearest} cannot be written. Give this user the right to write there, or name another."]
    return []

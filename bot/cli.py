"""The commands. A mistake of the person at the keyboard is a sentence and exit 2, never a traceback."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
import warnings
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import structlog
import typer
from telegram.warnings import PTBUserWarning

from bot import logs
from bot.app import now_utc, open_app
from bot.commands import (
    backup,
    carrying,
    checks,
    exporting,
    forgetting,
    importing,
    inviting,
    operating,
    reporting,
    restore,
    rotating,
)
from bot.commands.inviting import Wanted
from bot.settings import config, keyring, storing
from bot.settings.config import Config, ConfigError, Tokens
from bot.settings.sections import File
from bot.watch.outside import Asking
from casework.records import ROLES
from casework.season import Reach
from storage import migrate
from storage.database import beside, is_postgres, path_of
from storage.migrate import SchemaError

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Outreach in a chat."
)
CONFIG_OPTION = Annotated[Path | None, typer.Option("--config", help="The TOML file; else OBHVAT_CONFIG, config.toml.")]
MISTAKE = 2
log = structlog.get_logger()


@cli.command()
def run(config: CONFIG_OPTION = None) -> None:
    """The bot, as the configuration says."""
    _logging()
    _told(lambda: _run(config))


async def _run(path: Path | None) -> None:
    try:
        await _check(path)
    except ConfigError as wrong:
        # After a power cut the network may be there later than we are: what can be answered meanwhile, is.
        if not all(isinstance(one, checks.Unreached) for one in wrong.mistakes):
            raise
        log.warning("begun although a messenger is not reached", why=str(wrong))
    async with open_app(config.load(os.environ, path)) as app:
        await _until_stopped(app.run())


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """As systemd, containers and `kill` stop a service: calls under way end, and what waits is kept."""
    running = asyncio.create_task(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    with suppress(asyncio.CancelledError):
        await running


@cli.command()
def check(config: CONFIG_OPTION = None) -> None:
    """Names every mistake in configuration, folders, database, tokens and public address; changes nothing."""
    _told(lambda: _check(config, from_outside=True))
    typer.echo("Everything is in order.")


async def _check(path: Path | None, *, from_outside: bool = False) -> None:
    """The messengers are asked even when something else is wrong, so that every mistake is told in one go."""
    file, tokens, mistakes = config.examine(os.environ, path, thorough=from_outside)
    mistakes += await _refused(file, tokens)
    mistakes += await _of_the_bucket(file, thorough=from_outside)
    if tokens.viber and file.viber.public_url and from_outside:
        mistakes += await checks.viber_address(file.viber)
    if mistakes:
        raise ConfigError(mistakes)
    if tokens.viber and from_outside:
        typer.echo(await checks.viber_webhook(file.viber, tokens.viber))


async def _of_the_bucket(file: File, *, thorough: bool) -> list[str]:
    """Before each start only whether it answers; what keys it would need is asked of each photo."""
    unnamed: list[str] = []
    photos = storing.store(file.photos, os.environ, unnamed)
    if photos.folder or unnamed:
        return []
    with suppress(SchemaError):  # of its place, which is told already
        held = keyring.held(os.environ, beside(file.database.url), [])
        return await checks.bucket(photos, held if thorough else ())
    return []


async def _refused(file: File, tokens: Tokens) -> list[str]:
    """What the messengers have against the tokens."""
    mistakes = await checks.telegram(file.telegram, tokens.telegram) if tokens.telegram else []
    if tokens.operator:
        mistakes += await checks.telegram(file.telegram, tokens.operator, config.OPERATOR_TOKEN)
    return mistakes + (await checks.viber(file.viber, tokens.viber) if tokens.viber else [])


@cli.command("demo")
def play(
    port: Annotated[int, typer.Option(help="Where the chat page is.")] = 8080,
    at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M"], help="Begin then, not now: 2026-11-24T08:00.")
    ] = None,
) -> None:
    """Sandbox, bot and a made-up district, with a chat page in the browser."""
    _told(lambda: _play(port, at))


async def _play(port: int, at: datetime | None) -> None:
    from bot.commands import demo  # brings the sandbox with it, which the running bot does not need

    try:
        await _until_stopped(demo.play(port, at))
    except OSError as taken:
        if taken.errno != errno.EADDRINUSE:
            raise
        raise ConfigError([f"--port: {port} is in use by something else. Another one: make demo PORT=8090."]) from taken


@cli.command()
def invite(
    role: Annotated[str, typer.Argument(help=", ".join(ROLES))],
    team: Annotated[str, typer.Option(help="For a leader or a member: Б-1")] = "",
    municipality: Annotated[str, typer.Option(help="For a coordinator: Бяла")] = "",
    name: Annotated[str, typer.Option(help="The person's name")] = "",
    institution: Annotated[str, typer.Option(help="For somebody of an institution: I10")] = "",
    config: CONFIG_OPTION = None,
) -> None:
    """Prints a one-time link, good for seven days."""
    read = _read(config)
    _told(lambda: _invite(read, Wanted(role, team, municipality, name, institution)))


async def _invite(read: Config, wanted: Wanted) -> None:
    # First, so that no invitation is kept of which the link cannot be told.
    if mistakes := await _refused(read.file, read.tokens):
        raise ConfigError(mistakes)
    code = await inviting.invite(read, wanted, now_utc())
    for link in await checks.links(read.file, read.tokens, code):
        typer.echo(link)


@cli.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="teams or cases")],
    file: Annotated[Path, typer.Argument(help="xlsx or csv", exists=True, dir_okay=False)],
    team: Annotated[str, typer.Option(help="For the rows that name no team: Б-1")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how it is understood, keep nothing.")] = False,
    config: CONFIG_OPTION = None,
) -> None:
    """Teams or cases from a spreadsheet; refused rows go to FILE.rejects.csv."""
    read = _read(config)
    _told(lambda: importing.import_file(read, kind, file, team, now_utc(), dry_run=dry_run))


@cli.command()
def forget(
    case: Annotated[str, typer.Argument(help="Its number: БЯ-014")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: CONFIG_OPTION = None,
) -> None:
    """Deletes a case and all that is kept of it, for good, and looks whether anything is left."""
    read = _read(config)
    _told(lambda: forgetting.forget(read, case, now_utc(), agreed=yes))


@cli.command("export-person")
def export_person(
    who: Annotated[str, typer.Argument(help="A person's number or whole name; a child by the case, БЯ-014.")],
    out: Annotated[Path, typer.Option(help="The folder for the files.")] = Path("."),
    config: CONFIG_OPTION = None,
) -> None:
    """All that is kept on somebody, as JSON, for whoever has the right to know it."""
    read = _read(config)
    _told(lambda: exporting.export(read, who, out, now_utc()))


@cli.command("rotate-key")
def rotate_key(config: CONFIG_OPTION = None) -> None:
    """Seals all names and photos with the first line of OBHVAT_SECRET_KEY; the other lines are the keys before."""
    read = _read(config)
    _told(lambda: rotating.rotate(read))


@cli.command()
def report(
    kind: Annotated[str, typer.Argument(help="season")],
    first: Annotated[
        str, typer.Option("--from", help="The first day, 2026-08-20; else of the last season begun.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; else the end of that season.")] = "",
    municipality: Annotated[str, typer.Option(help="Only this one: Бяла")] = "",
    aggregate: Annotated[bool, typer.Option("--aggregate", help="Without small counts and without teams.")] = False,
    out: Annotated[Path, typer.Option(help="The folder for the PDF and the xlsx.")] = Path("."),
    config: CONFIG_OPTION = None,
) -> None:
    """The season report as a PDF and an xlsx, also while the bot runs."""
    read = _read(config)
    reach = Reach(municipality, aggregate)
    _told(lambda: reporting.report(read, kind, first, last, reach, folder=out, now=now_utc()))


@cli.command()
def move(
    to: Annotated[str, typer.Option("--to", help="postgresql://user@host/obhvat, an empty database")] = "",
    photos_to: Annotated[str, typer.Option("--photos-to", help="s3://bucket/prefix, or a folder")] = "",
    config: CONFIG_OPTION = None,
) -> None:
    """Everything of the SQLite file into PostgreSQL, or all photos into another store, compared; end the bot before."""
    read = _read(config)
    if photos_to:
        _told(lambda: carrying.carry(read, photos_to, os.environ))
    if to or not photos_to:
        _told(lambda: _move(read, to))


async def _move(read: Config, to: str) -> None:
    if is_postgres(read.file.database.url) or not is_postgres(to):
        raise ConfigError(["--to: from the SQLite file of database.url to postgresql://user@host/obhvat."])
    from storage import move as moving  # with the driver of PostgreSQL, which a bot with a file does not need

    for table, moved in (await moving.move(path_of(read.file.database.url), to)).items():
        typer.echo(f"{table}: {moved.rows}")
    typer.echo(f"Moved. Now put it into the configuration: database.url = {migrate.without_password(to)!r}")


@cli.command("backup")
def back_up(
    file: Annotated[
        Path, typer.Argument(help="A file that is not there yet, or a folder: then it is named by the time.")
    ],
    keep: Annotated[int, typer.Option(min=0, help="Of those in the folder so many, the newest; 0 is all.")] = 0,
    config: CONFIG_OPTION = None,
) -> None:
    """Database and photos as one file, also while the bot runs."""
    _or_end(lambda: backup.backup(_source(config), file, now_utc(), keep))


@cli.command("restore")
def bring_back(
    file: Annotated[Path, typer.Argument(help="What `obhvat backup` made.", exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="The database that is here is kept beside.")] = False,
    without_names: Annotated[
        bool, typer.Option("--without-names", help="Although the key is lost that opens the names.")
    ] = False,
    config: CONFIG_OPTION = None,
) -> None:
    """Puts a backup where the configuration says; the bot must be stopped."""
    _or_end(lambda: restore.restore(_source(config), file, now_utc(), replace=replace, without_names=without_names))


@cli.command()
def operator(
    text: Annotated[str, typer.Argument(help="What to tell; without it, a trial.")] = "",
    config: CONFIG_OPTION = None,
) -> None:
    """Tells whoever is named under [operator]; where nobody is, the numbers of the chats that wrote last."""
    read = _read(config)
    _told(lambda: operating.tell(read, text, now_utc()))


@cli.command()
def health(
    told: Annotated[
        Path | None, typer.Option(help="Tell the operator when nobody answers, once: this file remembers it.")
    ] = None,
    config: CONFIG_OPTION = None,
) -> None:
    """Asks the running bot how it is; exit 2 when it is not well."""
    read = _read(config)
    _told(Asking(read, told, now_utc()).look)


def _source(path: Path | None) -> backup.Source:
    return backup.source(*config.places(os.environ, path))


def _read(path: Path | None) -> Config:
    try:
        return config.load(os.environ, path)
    except ConfigError as wrong:
        _end(wrong)


def _told(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    _or_end(lambda: asyncio.run(work()))


def _or_end(work: Callable[[], None]) -> None:
    try:
        work()
    except (ConfigError, SchemaError) as wrong:
        _end(wrong)
    except ExceptionGroup as several:
        # Of what failed together with it the database is the cause.
        if (lost := several.subgroup(SchemaError)) is None:
            raise
        _end(_first(lost))
    except KeyboardInterrupt:
        typer.echo("")


def _first(several: ExceptionGroup[Exception]) -> Exception:
    one = several.exceptions[0]
    return _first(one) if isinstance(one, ExceptionGroup) else one


def _end(wrong: Exception) -> NoReturn:
    typer.echo(str(wrong), err=True)
    raise typer.Exit(MISTAKE)


def _logging() -> None:
    logs.configure(structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer())


def main() -> None:
    # Whoever reads the terminal can do nothing about how we call the library.
    warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)
    cli()


if __name__ == "__main__":
    main()

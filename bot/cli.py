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

from bot import checks, config, importing, inviting, reporting
from bot.app import now_utc, open_app
from bot.config import Config, ConfigError, File, Tokens
from bot.inviting import Wanted
from casework.records import ROLES
from casework.season import Reach
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
    file, tokens, mistakes = config.examine(os.environ, path)
    mistakes += await _refused(file, tokens)
    if tokens.viber and file.viber.public_url and from_outside:
        mistakes += await checks.viber_address(file.viber)
    if mistakes:
        raise ConfigError(mistakes)
    if tokens.viber and from_outside:
        typer.echo(await checks.viber_webhook(file.viber, tokens.viber))


async def _refused(file: File, tokens: Tokens) -> list[str]:
    """What the messengers have against the tokens."""
    mistakes = await checks.telegram(file.telegram, tokens.telegram) if tokens.telegram else []
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
    from bot import demo  # brings the sandbox with it, which the running bot does not need

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


def _read(path: Path | None) -> Config:
    try:
        return config.load(os.environ, path)
    except ConfigError as wrong:
        _end(wrong)


def _told(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        asyncio.run(work())
    except (ConfigError, SchemaError) as wrong:
        _end(wrong)
    except KeyboardInterrupt:
        typer.echo("")


def _end(wrong: Exception) -> NoReturn:
    typer.echo(str(wrong), err=True)
    raise typer.Exit(MISTAKE)


def _logging() -> None:
    renderer: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    # Whoever reads the terminal can do nothing about how we call the library.
    warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)
    cli()


if __name__ == "__main__":
    main()

"""`obhvat rotate-key`: all names and photos are sealed with the first key of `OBHVAT_SECRET_KEY`. The bot may run
meanwhile, once it was started with that key."""

from __future__ import annotations

import typer

from bot import album
from bot.channels.viber import files
from bot.settings.config import Config, ConfigError
from storage import keys
from storage.database import open_database


async def rotate(read: Config) -> None:
    """Raises ConfigError when something is left that none of the keys opens."""
    database = await open_database(read.file.database.url)
    try:
        sealer = await keys.open_sealer(database, read.secrets)
        names = await keys.seal_anew(database, sealer)
        photos = await album.seal_anew(read.store, sealer, database)
        await files.seal_anew(read.store, sealer)
        left = await keys.closed(database, sealer) + await album.closed(read.store, sealer)
    finally:
        await database.close()
    if left:
        raise ConfigError(left)
    typer.echo(f"{names} names and {photos} photos are sealed anew. All are sealed with the first key now:")
    typer.echo("when the bot has been started with it, the other keys are needed only to restore older backups.")

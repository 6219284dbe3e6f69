"""A PostgreSQL of the tests' own: started from the binaries of this machine, reached over a socket, gone with them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from storage import migrate

DEBIAN = "/usr/lib/postgresql/*/bin/initdb"
MIGRATED = "migrated"
SETTINGS = ("fsync=off", "listen_addresses=", "max_connections=200", "shared_buffers=64MB", "autovacuum=off")


@cache
def binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; None where there is no PostgreSQL."""
    debian = sorted(Path("/").glob(DEBIAN.removeprefix("/")))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def _user() -> str | None:
    """PostgreSQL refuses root: then the user that its package has made."""
    return "postgres" if os.geteuid() == 0 else None


@dataclass(frozen=True)
class Server:
    folder: Path
    """Of the data and the socket."""

    def url(self, database: str) -> str:
        user = _user() or pwd.getpwuid(os.geteuid()).pw_name
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def create(self, database: str, like: str, instead_of: Sequence[str] = ()) -> None:
        """Also takes away whole databases, whoever is still connected to them."""
        gone = (f"DROP DATABASE {old} WITH (FORCE)" for old in instead_of)
        said = (*gone, f"CREATE DATABASE {database} TEMPLATE {like}")
        _run("psql", "-h", str(self.folder), "-d", "postgres", "-q", *(word for one in said for word in ("-c", one)))

    def control(self, *words: str) -> None:
        """`pg_ctl`, until it has done so."""
        _run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "60", *words)


@contextmanager
def running(settings: Sequence[str] = SETTINGS) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        if user := _user():
            shutil.chown(folder, user)
        server = Server(folder)
        _run("initdb", "-D", str(folder / "data"), "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        given = [f"-c {one}" for one in (*settings, f"unix_socket_directories={folder}")]
        server.control("-l", str(folder / "log"), "-o", " ".join(given), "start")
        try:
            yield server
        finally:
            server.control("-m", "immediate", "stop")


def _run(program: str, *words: str) -> None:
    found = binaries()
    assert found is not None
    done = subprocess.run(
        [found / program, *words], user=_user(), cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, done.stderr


class Databases:
    """One for each folder of a test, copied from one that all migrations have made."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._made: dict[Path, str] = {}
        self._left: list[str] = []
        self._count = 0
        server.create(MIGRATED, "template0")
        with ThreadPoolExecutor(1) as beside:
            beside.submit(migrate.prepare_postgres, server.url(MIGRATED)).result()

    def of(self, folder: Path) -> str:
        """Its URL."""
        if folder not in self._made:
            self._count += 1
            self._made[folder] = name = f"test_{self._count}"
            self.server.create(name, MIGRATED, instead_of=self._left)
            self._left.clear()
        return self.server.url(self._made[folder])

    def leave(self, above: Path) -> None:
        """Those of folders in there are needed no more: 10 MB each, and thousands of tests. Gone with the next one."""
        self._left += [self._made.pop(folder) for folder in list(self._made) if folder.is_relative_to(above)]

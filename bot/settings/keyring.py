"""The secrets: out of the environment or of files, never of the configuration; and the key that is made without one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

SECRET = "OBHVAT_SECRET_KEY"


def given(environ: Mapping[str, str], name: str, mistakes: list[str]) -> str:
    """The variable itself, or the contents of the file that `<NAME>_FILE` names."""
    if environ.get(name):
        return environ[name].strip()
    file = environ.get(f"{name}_FILE")
    if not file:
        return ""
    try:
        return Path(file).read_text("utf-8").strip()
    except OSError as gone:
        mistakes.append(f"{name}_FILE: {file} cannot be read ({gone.strerror}).")
        return ""


def held(environ: Mapping[str, str], database: Path, mistakes: list[str]) -> tuple[bytes, ...]:
    """A key on each line of `OBHVAT_SECRET_KEY`, and the one that was made beside the database before it was set."""
    told = given(environ, SECRET, mistakes)
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    # Before there could be several keys, one could have several lines.
    old = [told] if len(lines) > 1 else []
    return (*(line.encode() for line in (*lines, *old)), *_made_before(database, mistakes))


def _made_before(database: Path, mistakes: list[str]) -> tuple[bytes, ...]:
    path = _beside(database)
    try:
        return (path.read_bytes(),)
    except FileNotFoundError:
        return ()
    except OSError as closed:
        mistakes.append(f"{SECRET}: {path} cannot be read ({closed.strerror}). Run this as the user who owns it.")
        return ()


def _beside(database: Path) -> Path:
    return Path(f"{database}.key")


def made(database: Path) -> tuple[bytes, ...]:
    """Without a key of one's own, one is made beside the database, readable by this user only."""
    path = _beside(database)
    fresh = secrets.token_bytes(32)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(fresh)
    return (fresh,)

"""What holds for every test: where CI says so, a skipped one has failed, and a busy machine is no mistake of ours."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from storage import migrate
from tests.engines import USUAL, engine
from tests.published import CLONES

settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

# Played only where their sources have been cloned; see tests/sandbox/viber_examples/README.md.
collect_ignore_glob = [] if CLONES in os.environ else ["*/test_published_*.py"]


@pytest.fixture(autouse=True, scope="session")
def _plain_log() -> None:
    # The one of the library draws every local variable of a traceback, which takes a second.
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture
def timedelta_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the client warns of its own future, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture(autouse=True, scope="session")
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What belongs beside a database of PostgreSQL lies in the folder in which the bot runs; not in the repository."""
    with pytest.MonkeyPatch.context() as process:
        process.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        process.chdir(tmp_path_factory.mktemp("beside"))
        yield


OF_THE_SCHEMA = ("test_database.py", "test_migrations.py")
"""Tests in which every file is made by the migrations themselves."""


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that all migrations have made, for being copied: they take 60 ms, and a thousand tests begin with them."""
    path = tmp_path_factory.mktemp("schema") / "obhvat.db"
    migrate.prepare(path)
    return path


@pytest.fixture(autouse=True)
def _copied(request: pytest.FixtureRequest, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.path.name in OF_THE_SCHEMA:
        return
    upgrade = migrate._upgrade

    def copy(path: Path) -> None:
        if migrate.revision(path) is not None:
            upgrade(path)
            return
        with closing(sqlite3.connect(migrated)) as made, closing(sqlite3.connect(path)) as new:
            made.backup(new)

    monkeypatch.setattr(migrate, "_upgrade", copy)


@pytest.fixture(autouse=True)
def _left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set up first, so ended last, when nobody of the test is connected any more."""
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        engine.leave(folder)


LONGEST = ("tests/season/", "tests/soak/", "tests/kill/", "tests/walk/", "tests/access/", "tests/faults/")


def _is_here(item: pytest.Item) -> bool:
    only = item.get_closest_marker("only")
    return only is None or USUAL in only.args or "_on" in getattr(item, "fixturenames", ())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker begins one when the others are nearly done; the rest stay as drawn.

    Without what only another engine has; `tests/storage` asks for both by itself.
    """
    items[:] = [item for item in items if _is_here(item)]
    items.sort(
        key=lambda item: next((n for n, room in enumerate(LONGEST) if item.nodeid.startswith(room)), len(LONGEST))
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    engine.end()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

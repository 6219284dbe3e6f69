"""While people report, a worker of the next version comes, brings the schema up to date, and the older one goes.

The next version is this one with a migration more, of the only kind that is allowed (docs/operations.md): it adds.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from bot.commands.demo import free_port
from sandbox import Sandbox
from storage import migrate
from storage.leases import OWNED
from tests.engines import engine
from tests.kill.test_kill import prepare
from tests.workers.crew import crew, until_hold
from tests.workers.reporting import Reporting, all_is_done, assert_counted

HOUSE = Path(__file__).parents[2]
NEXT = "9999_next"
ADDS = f"""
from alembic import op
revision, down_revision = "{NEXT}", "{migrate.newest()}"


def upgrade() -> None:
    op.execute("ALTER TABLE visit ADD COLUMN weather TEXT NOT NULL DEFAULT ''")
    op.execute("CREATE INDEX visit_weather ON visit (weather)")
    op.execute("CREATE TABLE weather (day TEXT PRIMARY KEY, said TEXT NOT NULL)")
"""

pytestmark = [pytest.mark.kill, pytest.mark.long, pytest.mark.timeout(300)]


def next_version(folder: Path) -> Path:
    for room in ("bot", "casework", "handlers", "storage", "sandbox", "tests"):
        shutil.copytree(HOUSE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "transcripts"))
    (folder / "storage" / "migrations" / "versions" / f"{NEXT}.py").write_text(ADDS)
    return folder


async def test_a_worker_of_the_next_version_takes_over_from_one_that_goes_on_beside_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    await prepare(tmp_path)
    async with crew(sandbox, tmp_path) as here:
        await here.start("older", free_port())
        reporting = Reporting(sandbox)
        await reporting.join()
        async with asyncio.TaskGroup() as group:
            group.create_task(reporting.run())
            await reporting.all_go_on()
            await here.start("next", free_port(), house=next_version(tmp_path / "next"))
            await until_hold(tmp_path, OWNED, 2)
            assert engine.read(tmp_path, "SELECT version_num FROM alembic_version") == [(NEXT,)]
            await reporting.all_go_on()
            await here.kill("older")
            await reporting.all_go_on()
            reporting.is_over = True
        assert [one.returncode for one in here.workers.values()] == [None]
        await all_is_done(tmp_path)
    await assert_counted(tmp_path, sum(reporting.saved))
    assert "Traceback" not in (tmp_path / "older.log").read_text()

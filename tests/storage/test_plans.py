"""What is asked for everybody at once, in the morning or every few seconds, begins where there is little of it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from storage import life, queues, respites
from storage.database import Database, Tx
from tests.engines import SQLITE
from tests.storage.conftest import NOW, TODAY
from tests.storage.explained import Explained


@pytest.mark.only(SQLITE)
async def test_whom_somebody_put_off_is_looked_for_among_what_was_put_off(district: Any) -> None:
    async with district.database.reading() as tx:
        explained = Explained(tx)
        assert await respites.come(cast(Tx, explained), TODAY) == {}
        assert await respites.silent(cast(Tx, explained), TODAY) == set()
    for plan in explained.plans:
        first = next(step for step in plan if step.startswith(("SCAN", "SEARCH")))
        assert first.split()[1] == "r", plan
        # Whoever sees a case is asked about one case at a time.
        assert not any(step.startswith(("SCAN", "MATERIALIZE")) and "CONSTANT" not in step for step in plan[1:]), plan


@pytest.mark.only(SQLITE)
async def test_the_watchdog_reads_only_what_waits(database: Database) -> None:
    """Every few seconds, beside a month of what is done."""
    async with database.reading() as tx:
        explained = Explained(tx)
        asked = cast(Tx, explained)
        assert await queues.oldest_arrival(asked) is None
        assert await queues.arrivals(asked) == {"waiting": 0, "aside": 0}
        assert await queues.going(asked, NOW) == {}
        assert await queues.not_out(asked) == {}
        assert await life.backed_up(asked) is None
        assert not await life.was_restored(asked, NOW)
    for plan in explained.plans:
        for step in plan:
            if step.startswith(("SCAN", "SEARCH")) and "CONSTANT" not in step:
                assert "USING" in step, plan
                assert "INTEGER PRIMARY KEY" not in step, plan

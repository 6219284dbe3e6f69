"""What the morning asks for everybody at once begins where there is little of it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from storage import respites
from storage.database import Tx
from tests.engines import SQLITE
from tests.storage.conftest import TODAY
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

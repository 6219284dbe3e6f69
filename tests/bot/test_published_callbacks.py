"""The events that Viber has printed, signed and posted to the whole bot as they stand.

What a newcomer gets wrong: everybody's clock stands at the printed moment, in 2016, because the bot takes nothing that
is older than twenty days. Exchanged are who it is from, and the address of what lies somewhere.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from tests.bot.test_viber_callbacks import picture, takes
from tests.bot.viber import joins, on_viber
from tests.published import Example, examples

BEGAN = datetime(2016, 3, 1, 10, tzinfo=UTC)
MEDIA = re.compile(r'("media": ?)"http://viber\.com"')


def moment(told: dict[str, Any]) -> datetime:
    """When it says it was, if that can be."""
    said = told.get("timestamp")
    if isinstance(said, int) and said < 2_000_000_000_000:
        return max(BEGAN, datetime.fromtimestamp(said / 1000, UTC) + timedelta(seconds=1))
    return BEGAN


@pytest.mark.parametrize("example", examples("event"), ids=lambda example: example.name)
async def test_a_printed_event_is_taken(sandbox: Sandbox, tmp_path: Path, example: Example) -> None:
    sandbox.world.clock.move_to(moment(json.loads(example.text())))
    async with on_viber(sandbox, tmp_path) as world:
        mila = await joins(world, "Мила")
        await takes(world, mila, MEDIA.sub(f'\\1"{picture(sandbox)}"', example.about(mila.id)))

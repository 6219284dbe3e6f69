"""Callback data that nobody was given: made up, cut off, of somebody else's chat, of no chat at all.

What a newcomer gets wrong: a messenger passes on whatever a client sends it. Nothing of it may break a turn, for a
turn that breaks is tried three times, set aside, and shown to a coordinator.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.access import table
from tests.access.stage import SHORT, Stage, stage
from tests.bot.conftest import World
from tests.long import but_for

VALUES = (
    "", "0", "1", "-1", "999999999999999", "9" * 19, "9" * 40, "1e9", "1.5", "0x10", "NaN", "true", "null", "٣", "²",
    "½", "Ⅳ", ".", "..", "...", "1.", ".1", "1.1", "1.1.", "1.1.1.1.1.1", "-1.-1.-1", "999999999999999.1.o..",
    "1.1.t9999999999.99999.999999", "1.1.d..000229", "0001-01-01", "9999-12-31", "2026-02-30", "0001-01-01.1",
    "9999-12-31.1", "9999-12-31_1", "1.2026-11-24.9999-12-31.L20", "1.9999-12-31.0001-01-01.?", "2026-W48-2",
    "20261124", "add.", "add.1", "release.-1", "Q10.-1", "Q10.99999", "Q10.", "teams -1", "teams 999", "' OR 1=1 --",
    "{case}", "%s", "../../etc/passwd", "\x00", "a\x00b", "\u202e1", "\ufeff1", "\ud83d", "1\udc00", "ъ" * 25,
    "🙂" * 12, "a" * 60, " 1", "1 ", "\n1", "1\n", "+1", "1_000", "C10", "1.C10.card", "1.C20.9999-12-31_0",
    "progress ", "overdue\n",
)  # fmt: skip
ALL_VALUES, SOME = ("member", "municipal"), 4
FILES = {"season": 29, "table": 20, "list_table": 20, "forms": 20, "sheet": 20, "chart": 20}
"""Whatever their value is, they make mostly the same file, which takes a second: only every so many values."""
OTHERS = (
    "", ".", "..", "...", "go", "go.", "go..", "go.card", "go.card.", ".card.1", "go.card_below.1", "go._below.1",
    "go.card_below_below.1", "GO.card.1", "go.CARD.1", "go.нищо.1", "null", "{}", "[]", "\x00", "\ud800", "go.\udfff.1",
    "a" * 64, "ъ" * 32, "AAAAdraft.review.save", "AAAAdraft..save", "AAAAdraft.case.17",
)  # fmt: skip
"""Not of the form that ours have, and of a conversation of somebody else."""


async def _set_aside(world: World) -> list[tuple[str, str]]:
    async with world.app.database.reading() as tx:
        rows = await tx.rows("SELECT payload, error FROM inbox WHERE tries > 0 AND arrival <> 'old'")
        return [(row["payload"], row["error"]) for row in rows]


async def _tried(here: Stage, every: list[str]) -> list[str]:
    """What was wrong: each is answered, and nothing of the others is told."""
    heard = await here.hears(lambda: _taps(here, every))
    short = [] if len(heard.own) >= len(every) else [f"{len(heard.own)} answers to {every}"]
    return [*short, *here.betrayed(heard)]


def _step(key: str, role: str) -> int:
    """Every so many of the values: all for whoever has the button, where it takes one at all."""
    takes_one = any(table.names_of(value) for value in table.BUTTONS[key])
    return FILES.get(key) or (1 if takes_one else 12) * (1 if role in ALL_VALUES else SOME)


async def _taps(here: Stage, every: list[str]) -> None:
    for data in every:
        await here.me.taps_data(data, 999_999)


@pytest.mark.parametrize(
    "role", but_for(["member", "municipal", "institution", "reader", "unaccepted", "stranger"], SHORT.__contains__)
)
async def test_made_up_values_of_every_button_are_answered(role: str, sandbox: Sandbox, tmp_path: Path) -> None:
    async with stage(sandbox, tmp_path, role) as here:
        wrong = await _tried(here, list(OTHERS))
        for key in table.BUTTONS:
            wrong += await _tried(here, [f"go.{key}.{value}" for value in VALUES[:: _step(key, role)]])
        assert await _set_aside(here.world) == []
        assert wrong == []

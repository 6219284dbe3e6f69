"""A day's worth of messages in one batch, over the wire: sorted in a tap a visit, saved as reports."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from sandbox import Person, Sandbox
from storage.database import Tx
from tests.bot.conftest import World, living

VISITS = ("БЯ-014", "БЯ-003", "БЯ-015", "БЯ-005", "БЯ-007")


async def nothing(_app: App) -> None:
    """The second life finds everything where the first one left it."""


async def tells_a_day(world: World, mila: Person) -> None:
    """Thirteen messages of five visits, while the bot is stopped."""
    said: tuple[tuple[str, ...], ...] = (
        ("14 никой", "photo", "photo"),
        ("БЯ-003 празна къща", "place", "photo"),
        ("15 отказ", "майката не иска", "photo"),
        ("5 никой", "photo"),
        ("7 никой", "кучето беше пуснато"),
    )
    world.move_to(0, 11, 40)
    for visit in said:
        for thing in visit:
            match thing:
                case "photo":
                    await mila.shows_photo()
                case "place":
                    await mila.is_at(43.46, 25.73)
                case words:
                    await mila.says(words)
        world.sandbox.world.clock.move(timedelta(minutes=40))


async def test_a_day_that_comes_in_one_batch_is_sorted_and_saved(sandbox: Sandbox, tmp_path: Path) -> None:
    async with living(sandbox, tmp_path) as world:
        mila = await world.person("Мила")
    await tells_a_day(world, mila)
    assert len(sandbox.world.pending) == 13
    async with living(sandbox, tmp_path, fill=nothing) as world:
        assert await sorts(world, mila) <= 2 * len(VISITS) + 1
        assert len(mila.last.labels) == len(VISITS) + 1
        ready = mila.last
        for number in VISITS:
            await saves(mila, next(label for label in ready.labels if label.startswith(number)))
        async with world.app.database.reading() as tx:
            reports = await saved(tx)
    assert {number: (len(one["photos"]), one["note"]) for number, one in reports.items()} == {
        "БЯ-014": (2, ""),
        "БЯ-003": (1, "празна къща"),
        "БЯ-015": (1, "майката не иска"),
        "БЯ-005": (1, ""),
        "БЯ-007": (0, "кучето беше пуснато"),
    }
    assert reports["БЯ-003"]["place"] == {"latitude": 43.46, "longitude": 25.73}
    assert [one["part_of_day"] for one in reports.values()] == ["morning", *["afternoon"] * 4]


async def sorts(world: World, mila: Person) -> int:
    """How many taps that takes; the one answer to all thirteen comes a second later."""
    await world.settled()
    world.sandbox.world.clock.move(timedelta(seconds=2))
    asked = await mila.hears()
    assert asked.text.startswith("7 съобщения, 5 снимки, 1 място от 11:40: кои са посещенията?")
    for number in VISITS:
        await mila.taps(next(label for label in asked.labels if label.startswith(number)))
        asked = await mila.hears()
    await mila.taps("Направи черновите")
    assert (await mila.hears()).text.startswith("5 чернови са готови")
    return len(VISITS) + 1


async def saves(mila: Person, draft: str) -> None:
    """Whatever is still asked is answered by the first fitting button."""
    await mila.taps(draft)
    shown = await mila.hears()
    while "Запази" not in shown.labels:
        await mila.taps(next(one for one in ("Пропусни", "Майка", "Никой на адреса") if one in shown.labels))
        shown = await mila.hears()
    await mila.taps("Запази")
    assert (await mila.hears()).text.startswith("Записано. Доклад №")


async def saved(tx: Tx) -> dict[str, Any]:
    rows = await tx.rows("SELECT c.running, v.report FROM visit v JOIN child_case c ON c.id = v.case_id ORDER BY v.id")
    return {f"БЯ-{row['running']:03}": json.loads(row["report"]) for row in rows}


async def test_what_was_passed_on_is_as_old_as_when_it_was_written(world: World) -> None:
    mila = await world.person("Мила")
    world.move_to(0, 11, 40)
    await mila.forwards("14 никой", "15 отказ", "3 никой")
    await world.settled()
    world.sandbox.world.clock.move(timedelta(seconds=2))
    assert (await mila.hears()).text.startswith("3 съобщения от 11:39: кои са посещенията?")


async def test_an_answer_that_waits_is_not_overtaken_by_the_one_to_what_follows(world: World) -> None:
    mila = await world.person("Мила")
    await mila.says("14 никой")
    await mila.says("/menu")
    assert (await mila.hears()).text.startswith("Прегледайте и запазете.")
    assert (await mila.hears()).text.startswith("Докладът Ви е в „Чернови“.")

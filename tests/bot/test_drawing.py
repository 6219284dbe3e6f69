"""Charts drawn for real: nothing breaks them, nothing goes over the edge, and they can be read on any background."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.apart import charts
from bot.apart.process import NotMade
from casework import catalogue
from casework.records import MUNICIPAL
from handlers.engine.scene import Chart, Panel, Series
from handlers.office.season_charts import BEFORE, NEEDED, OF_AGES, OF_OTHERS, PLAIN
from sandbox import Sandbox
from tests.bot.conftest import World
from tests.bot.viber import joins, on_viber, taps

ODD = f'_*[<&"#$ $x^2$ {"Щ" * 50}'
LONG = "Ъ" * 60
WORDS = "Екип с дълго име от няколко думи и още една"
EDGE = 20
"""Pixels that stay empty on every side; a letter of the smallest size is 25 high."""


def flat(chart: Chart) -> Any:
    """As it travels."""
    return json.loads(json.dumps(asdict(chart)))


def bars(labels: list[str], **more: Any) -> Chart:
    values = tuple(float(number) for number in range(len(labels)))
    return Chart("Посещения по екипи", (Panel(tuple(labels), (Series("", values, PLAIN),)),), lying=True, **more)


def stacked(weeks: int, names: list[str]) -> Chart:
    series = [Series(name, tuple(float(n % 7) for n in range(weeks)), PLAIN) for name in names]
    labels = tuple(f"{n % 28 + 1:02}.08" for n in range(weeks))
    return Chart(LONG * 2, (Panel(labels, tuple(series)),), below=ODD)


def lines(done: int, weeks: int) -> Chart:
    now = Series("този сезон", tuple(100.0 * n / weeks for n in range(done)), PLAIN, "solid")
    pace = Series(ODD, (*(None for _n in range(done)), *(100.0 for _n in range(weeks - done))), NEEDED, "dotted")
    before = Series("_предишният", tuple(50.0 for _n in range(weeks)), BEFORE, "dashed")
    labels = tuple(f"{n}" for n in range(weeks))
    panels = Panel(labels, (now, before, pace), ODD), Panel(labels, (now,), "Върнати")
    return Chart("Напредък", panels, unit=" %")


def sheet(teams: int) -> Chart:
    names = [(ODD, LONG, WORDS, "Б-1")[n % 4] for n in range(teams)]
    labels = tuple(f"{n % 28 + 1:02}.08" for n in range(40))
    visits = Series("", tuple(float(n % 9) for n in range(40)), PLAIN)
    panels = tuple(Panel(labels, (visits,), f"{name}\nпросрочени: 100") for name in names)
    return Chart("Екипите", panels, columns=min(3, teams), highest=9)


CHARTS = {
    "nothing, lying": bars([]),
    "nothing, standing": Chart("Няма", (Panel((), ()),)),
    "no lines": lines(0, 0),
    "one team": bars(["Б-1"]),
    "40 teams": bars([*(f"Р-{n}" for n in range(38)), ODD, LONG]),
    "long names": bars([ODD, LONG, WORDS], below=LONG),
    "one week": stacked(1, [ODD, "_x"]),
    "a whole season": stacked(44, [ODD, LONG, WORDS, "a", "b", "c", "други"]),
    "the first week": lines(1, 44),
    "the last week": lines(44, 44),
    "a sheet of one": sheet(1),
    "a sheet of twelve": sheet(12),
}


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_breaks_a_picture_and_nothing_goes_over_its_edge(name: str) -> None:
    picture = Image.open(BytesIO(charts.draw(flat(CHARTS[name]))))
    assert picture.width == 1080
    assert 400 < picture.height < 2100
    red, green, blue, opaque = picture.convert("RGBA").split()
    assert opaque.getextrema() == (255, 255)
    width, height = picture.size
    for band in (red, green, blue):
        for side in ((0, 0, width, EDGE), (0, height - EDGE, width, height), (0, 0, EDGE, height),
                     (width - EDGE, 0, width, height)):  # fmt: skip
            assert band.crop(side).getextrema() == (255, 255)


async def test_a_chart_is_drawn_in_a_process_of_its_own() -> None:
    assert (await charts.drawn(flat(bars(["Б-1"])))).startswith(b"\x89PNG")


async def test_a_chart_that_cannot_be_drawn_says_so() -> None:
    with pytest.raises(NotMade, match="exit 1"):
        await charts.drawn({"title": "what was drawn before"})


def luminance(colour: str) -> float:
    """Of WCAG 2.1, https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_letters_can_be_read_and_every_colour_is_seen_on_the_paper() -> None:
    book = catalogue.load()
    assert contrast(charts.INK, charts.PAPER) > 4.5
    lines_, bars_ = (PLAIN, BEFORE, NEEDED), (OF_OTHERS, *OF_AGES, *map(book.colour, book.outcomes))
    assert [colour for colour in lines_ if contrast(colour, charts.PAPER) < 3] == []
    assert [colour for colour in bars_ if contrast(colour, charts.PAPER) < 1.4] == []


def test_of_many_labels_the_first_and_the_last_are_shown_and_some_between() -> None:
    assert charts._spread(3, 5) == [0, 1, 2]
    assert charts._spread(44, 5) == [0, 11, 22, 32, 43]


async def test_the_picture_comes_with_its_sentence_and_its_buttons(world: World) -> None:
    kolyo = await world.person("Кольо", MUNICIPAL, "Бяла")
    await kolyo.taps("Графики")
    await kolyo.hears()
    await kolyo.taps("Напредък през сезона")
    heard = await kolyo.hears(15)
    assert heard.kind == "photo"
    assert "посетени поне веднъж – 0 от 16 случая (0 %)" in heard.text
    assert heard.labels == ["Друга графика", "Меню"]
    await kolyo.taps("Друга графика")
    assert (await kolyo.hears()).text == "Коя графика?"


@pytest.fixture
async def viber(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with on_viber(sandbox, tmp_path) as running:
        yield running


async def test_on_viber_the_sentence_stands_under_the_picture(viber: World) -> None:
    kolyo = await joins(viber, "Кольо", MUNICIPAL, "Бяла")
    await taps(kolyo, "Графики")
    await kolyo.taps("Екипите по седмици")
    heard = await kolyo.hears(15)
    assert heard.kind == "picture"
    assert heard.text.startswith("Бяла, посещения по седмици на 1 екип")
    assert kolyo.labels == ["Друга графика", "Меню"]

"""A typeset form says what went in, letter for letter, on one page, and is the same file every time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.apart import documents
from bot.apart.documents import FORM
from bot.apart.process import NotMade
from casework.form import Form, Line, Row, Signer
from tests.bot import pdf

ODD = '_*[<&"#$`@~\\ {x} //'
MARGIN = 60
"""Pixels at each side of a drawn page that stay white."""

USUAL = Form(
    "bg", "Формуляр за обход", "БЯ-014 · № 27",
    (
        Row("Случай №", (Line("БЯ-014"),)),
        Row("Причини", (Line("Заминаване / живот в чужбина", "R10"), Line("Няма транспорт", "R22"))),
        Row("Мерки"),
        Row("Име на детето", for_a_pen=True),
    ),
    "Подписи на участвалите", (Signer("Мила Петрова", "ОУ „Христо Ботев“"), Signer("Лидия Колева")),
)  # fmt: skip


def told(form: Form) -> str:
    """What stands on the page of a form, in order."""
    rows = [
        f"{number}{row.label}{''.join(line.code + line.text for line in row.lines) or ('' if row.for_a_pen else '—')}"
        for number, row in enumerate(form.rows, start=1)
    ]
    signers = [
        f"{number}{', '.join(filter(None, (one.name, one.institution)))}"
        for number, one in enumerate(form.signers, start=1)
    ]
    return "".join((form.title, form.number, *rows, form.signed, *signers))


def plain(forms: Sequence[Form]) -> list[dict[str, Any]]:
    return [asdict(one) for one in forms]


def closed_up(text: str) -> str:
    """Without spaces, because those at a line end are not drawn."""
    return "".join(text.split())


def drawn(form: Form) -> list[Image.Image]:
    pages = documents.typeset(FORM, json.dumps(plain([form])), "png")
    return [Image.open(BytesIO(page)).convert("L") for page in (pages if isinstance(pages, list) else [pages])]


async def test_what_went_in_can_be_copied_out() -> None:
    [page] = pdf.pages(await documents.pages(FORM, plain([USUAL])))
    assert closed_up(page) == closed_up(told(USUAL))


async def test_each_of_several_pages_says_which_it_is() -> None:
    other = replace(USUAL, number="БЯ-015 · № 28")
    pages = pdf.pages(await documents.pages(FORM, plain([USUAL, other])))
    assert [closed_up(page) for page in pages] == [closed_up(told(USUAL)) + "1/2", closed_up(told(other)) + "2/2"]


async def test_no_character_means_anything_to_the_template() -> None:
    name = f"{ODD}{'Ъ' * 60}"
    rows = (
        Row("#let x = 1", (Line("= Заглавие *дебело* _курсив_ <етикет> $x^2$ -- ---", "R10"), Line(f"{ODD}#panic()"))),
    )
    form = replace(USUAL, title=ODD, rows=rows, signed=ODD, signers=(Signer(name, ODD),))
    [page] = pdf.pages(await documents.pages(FORM, plain([form])))
    assert closed_up(page) == closed_up(told(form))


@pytest.mark.parametrize("word", ["щ" * 300, "щука " * 60])
def test_the_longest_report_of_the_largest_team_stands_on_one_page(word: str) -> None:
    many = tuple(Line("Училище: допълнително обучение", f"M{n}") for n in range(10, 15))
    signers = tuple(Signer("Ъ" * 60, "Основно училище „Христо Ботев“") for _ in range(14))
    went = Row("Участвали", tuple(Line(f"{one.name}, {one.institution}") for one in signers))
    rows = (*(Row(f"Ред {n}", many[:1]) for n in range(16)), Row("Мерки", many), went, Row("Бележка", (Line(word),)))
    form = replace(USUAL, rows=rows, signers=signers)
    [page] = drawn(form)
    width, height = page.size
    for edge in ((0, 0, MARGIN, height), (width - MARGIN, 0, width, height), (0, height - MARGIN, width, height)):
        assert page.crop(edge).getextrema() == (255, 255), "something is drawn beyond the margin"
    [text] = pdf.pages(documents.typeset(FORM, json.dumps(plain([form]))))
    assert closed_up(text) == closed_up(told(form))


def test_a_place_for_each_signature_is_a_line() -> None:
    without, [with_three] = replace(USUAL, signers=()), drawn(replace(USUAL, signers=(Signer("Мила"),) * 3))
    [empty] = drawn(without)
    assert lines_of(with_three) - lines_of(empty) == 3


def lines_of(page: Image.Image) -> int:
    """How many lines are drawn at the right, where nothing is written."""
    column = page.width - MARGIN - 60
    dark = [page.getpixel((column, y)) != 255 for y in range(page.height)]
    return sum(now and not before for before, now in zip([False, *dark], dark, strict=False))


async def test_the_same_forms_are_the_same_file() -> None:
    first, second = await asyncio.gather(documents.pages(FORM, plain([USUAL])), documents.pages(FORM, plain([USUAL])))
    assert first == second


async def test_forms_that_cannot_be_typeset_are_told_and_leave_nothing_running() -> None:
    with pytest.raises(NotMade, match="exit 1"):
        await documents.pages(FORM, [{"title": "without rows"}])
    with pytest.raises(NotMade, match="within"):
        await documents.pages(FORM, plain([USUAL]), within=0.001)

"""A new outcome is one line of the catalogue: it is asked, decides what is owed, and is told wherever outcomes are."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook

from casework.records import MUNICIPAL
from sandbox import Person, Sandbox
from tests.bot import pdf
from tests.bot.conftest import World, living
from tests.bot.test_documents import closed_up

LINE = (
    'outcomes.O26 = { label = { bg = "Къщата е в ремонт", en = "The house is being rebuilt" }, '
    'status = "S30", step = "proof", days = 4, short = ["ремонт"] }'
)
TOLD = "Къщата е в ремонт"


def rewritten(folder: Path) -> str:
    """The configuration that names a catalogue with that line."""
    first = 'languages = ["bg", "en"]\n'
    default = (files("casework") / "catalogue.toml").read_text("utf-8")
    assert default.count(first) == 1
    (folder / "own.toml").write_text(default.replace(first, f"{first}{LINE}\n"), "utf-8")
    return f'[work]\ncatalogue = "{folder}/own.toml"'


async def taps(person: Person, *labels: str) -> str:
    for label in labels:
        await person.taps(label)
        said = (await person.hears()).text
    return said


async def test_a_new_outcome_reaches_question_rule_digest_table_form_and_report(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with living(sandbox, tmp_path, rewritten(tmp_path)) as world:
        world.to_a_working_day(9)
        kolyo, mila = await world.person("Кольо", MUNICIPAL, "Бяла"), await world.person("Мила")
        receipt = await taps(mila, "Докладвай посещение", "БЯ-001 · Бяла, ул. Дунав 1", TOLD, "Запази")
        assert "Следва: доказателство или втори източник" in receipt
        due = world.app.work.calendar.on_or_after(world.today() + timedelta(days=4))
        assert await owed(world) == ("S30", "proof", due.isoformat())
        page = closed_up(await form(mila))
        assert closed_up(f"O26{TOLD}") in page
        assert closed_up("Следваща стъпкадоказателство или втори източник") in page
        assert closed_up(f"Дата на следващата стъпка{due:%d.%m.%Y}") in page
        kolyo.forget()
        world.move_to(0, 17, 31)
        assert f"{TOLD}: 1" in (await kolyo.hears()).text
        await kolyo.hears(15)  # the chart
        assert ("БЯ-001", "доказателство или втори източник", due.isoformat()) in await table(kolyo)
        assert closed_up(TOLD) in await season_report(kolyo)


async def test_the_word_of_a_new_outcome_reports_it_in_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    async with living(sandbox, tmp_path, rewritten(tmp_path)) as world:
        mila = await world.person("Мила")
        await mila.says("14 ремонт")
        assert f"Резултат: {TOLD}" in (await mila.hears()).text


async def owed(world: World) -> tuple[object, ...]:
    async with world.app.database.reading() as tx:
        return tuple(await tx.one("SELECT status, next_step, due_on FROM child_case WHERE running = 1"))


async def form(person: Person) -> str:
    await person.taps("Формуляр (PDF)")
    document = (await person.hears(15)).document
    assert document is not None
    [page] = pdf.pages(document.data)
    return page


async def season_report(person: Person) -> str:
    await person.says("/menu")
    await person.hears()
    await person.taps("Отчет за сезона")
    while (said := await person.hears(30)).document is None or not said.document.name.endswith(".pdf"):
        pass
    return closed_up("".join(pdf.pages(said.document.data)))


async def table(person: Person) -> list[tuple[object, ...]]:
    """Case, next step and due day of each line."""
    await person.taps("Таблица (xlsx)")
    document = (await person.hears(15)).document
    assert document is not None
    sheet = load_workbook(BytesIO(document.data)).active
    assert sheet is not None
    return [(row[0], row[6], row[7]) for row in sheet.iter_rows(values_only=True)]

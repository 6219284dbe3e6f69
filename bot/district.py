"""A made-up caseload on the real settlements of oblast Ruse, for `obhvat demo`. No child in it exists."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from casework import numbers, steps
from casework.records import NextStep
from handlers.scene import Work
from storage import cases, teams
from storage.cases import NewCase
from storage.database import Tx

TEAMS = {
    "Борово": ("Бо", 3, ("Борово", "Брестовица", "Екзарх Йосиф", "Горно Абланово")),
    "Бяла": ("Б", 3, ("Бяла", "Дряновец", "Полско Косово", "Ботров", "Копривец")),
    "Ветово": ("В", 3, ("Ветово", "Глоджево", "Сеново", "Смирненски")),
    "Две могили": ("Д", 3, ("Две могили", "Баниска", "Батишница", "Каран Върбовка")),
    "Иваново": ("И", 4, ("Иваново", "Щръклево", "Тръстеник", "Красен")),
    "Русе": ("Р", 9, ("Русе", "Мартен", "Николово", "Ново село", "Тетово")),
    "Сливо поле": ("С", 3, ("Сливо поле", "Бабово", "Борисово", "Ряхово")),
    "Ценово": ("Ц", 4, ("Ценово", "Долна Студена", "Новград", "Караманово")),
}
"""Municipality: the letter of its teams, how many there are, and some of its settlements."""

STREETS = ("Дунав", "Васил Левски", "Христо Ботев", "Трети март", "Стефан Караджа", "Хан Аспарух", "Рила", "Здравец")
FIRST = ("Росица", "Иван", "Мартин", "Елица", "Стоян", "Десислава", "Никола", "Виктория", "Асен", "Тодорка")
LAST = ("Илиева", "Тодоров", "Маринова", "Асенов", "Стоянова", "Димитров", "Ангелов", "Христова")
CASES_OF_A_TEAM = 10


async def fill(tx: Tx, work: Work, now: datetime, seed: int = 18) -> None:
    """The 32 teams, ten cases each; some are due today, some overdue."""
    draw = random.Random(seed)
    today = now.astimezone(work.zone).date()
    first = steps.first(work.catalogue, work.calendar, today)
    for municipality, (letter, count, settlements) in TEAMS.items():
        for number in range(1, count + 1):
            name = f"{letter}-{number}"
            await teams.put(tx, name, municipality, ", ".join(settlements))
            team_id = (await teams.by_name(tx))[name.casefold()].id
            for place in range(CASES_OF_A_TEAM):
                due = NextStep(first.status, first.step, today + timedelta(days=draw.choice((-6, -2, 0, 0, 0, 2, 4))))
                child = _child(draw, work, municipality, settlements, team_id, f"{name}/{place}")
                await cases.put(tx, [child], due, now)


def _child(
    draw: random.Random, work: Work, municipality: str, settlements: tuple[str, ...], team_id: int, mark: str
) -> NewCase:
    name = f"{draw.choice(FIRST)} {draw.choice(LAST)}"
    return NewCase(
        numbers.prefix(municipality),
        draw.choice(("G1", "G2", "G3")),
        municipality,
        draw.choice(settlements),
        f"ул. {draw.choice(STREETS)} {draw.randint(1, 60)}",
        draw.randint(2010, 2021),
        team_id,
        "",
        work.sealer.seal(name),
        mark,
    )

"""Where every transcript begins: Tuesday 24 November 2026, 10:00, two teams, their cases, the people the bot knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.app import App
from casework.records import GOVERNOR, INSTITUTION, LEADER, MEMBER, MUNICIPAL, REGIONAL, NextStep
from storage import new_cases, people, teams
from storage.database import Tx
from storage.new_cases import NewCase
from storage.people import Invitation
from storage.sealing import Sealer

SOFIA = ZoneInfo("Europe/Sofia")
BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=SOFIA)


@dataclass(frozen=True)
class Member:
    name: str
    role: str
    team: str = ""
    municipality: str = ""
    institution: str = ""


CAST = {
    "Мила": Member("Мила Петрова", MEMBER, "Б-1"),
    "Лидия": Member("Лидия Колева", LEADER, "Б-1"),
    "Кольо": Member("Кольо Маринов", MUNICIPAL, municipality="Бяла"),
    "Рени": Member("Рени Атанасова", REGIONAL),
}
"""Anybody else in a transcript is a stranger."""

INVITATIONS = {
    "Б-1": Member("", MEMBER, "Б-1"),
    "Б-2": Member("", MEMBER, "Б-2"),
    "Бяла": Member("", MUNICIPAL, municipality="Бяла"),
    "Русе": Member("", REGIONAL),
    "ръководител Б-2": Member("Стоян Илиев", LEADER, "Б-2"),
    "ръководител Р-1": Member("Румен Попов", LEADER, "Р-1"),
    "Училище": Member("", INSTITUTION, municipality="Бяла", institution="I10"),
    "Медиатор": Member("", INSTITUTION, municipality="Бяла", institution="I20"),
    "Подпомагане": Member("", INSTITUTION, municipality="Бяла", institution="I40"),
    "Закрила": Member("", INSTITUTION, institution="I43"),
    "Полиция": Member("", INSTITUTION, municipality="Бяла", institution="I50"),
    "Участък": Member("", INSTITUTION, municipality="Бяла", institution="I50"),
    "Здраве": Member("", INSTITUTION, institution="I60"),
    "Сдружение": Member("", INSTITUTION, municipality="Бяла", institution="I80"),
    "ОКЦ": Member("", GOVERNOR),
}
"""One for each role, by what a transcript calls it. The code is that word in Latin letters."""
CODES = {"Б-1": "team-b1", "Б-2": "team-b2", "Бяла": "byala", "Русе": "ruse"} | {
    "ръководител Б-2": "lead-b2", "ръководител Р-1": "lead-r1",
    "Училище": "school", "Медиатор": "mediator", "Подпомагане": "social", "Закрила": "protection",
    "Полиция": "police", "Участък": "station", "Здраве": "health", "Сдружение": "ngo", "ОКЦ": "okc",
}  # fmt: skip

DUE = (0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 6, 6, 7, 7, 8, 8)
"""In how many days БЯ-001 … БЯ-016 are due."""
STREETS = ("Дунав", "Васил Левски", "Трети март", "Здравец")


async def fill(app: App, language: str, account: Callable[[str], str], channel: str) -> None:
    """`account` names a person's account on the messenger, which is also their chat."""
    now = app.now()
    async with app.database.transaction() as tx:
        await teams.put(tx, "Б-1", "Бяла", "Бяла, Дряновец")
        await teams.put(tx, "Б-2", "Бяла", "Копривец")
        await teams.put(tx, "Р-1", "Русе", "Русе")
        by_name = await teams.by_name(tx)
        team_ids = {team.name: team.id for team in by_name.values()}
        for name, member in CAST.items():
            await _invite(tx, member, f"begin-{name}", team_ids, now)
            joined = await people.join(tx, f"begin-{name}", channel, account(name), account(name), member.name, now)
            assert joined is not None
            await people.set_language(tx, joined.id, language)
            await people.accept(tx, joined.id, now)
        for word, code in CODES.items():
            await _invite(tx, INVITATIONS[word], code, team_ids, now)
        for number, days in enumerate(DUE, start=1):
            await _case(
                tx, _in_byala(number, team_ids["Б-1"], app.work.sealer), now.astimezone(SOFIA).date(), days, now
            )
        for number in range(1, 4):
            child = NewCase(
                "РУ", "G2", "Русе", "Русе", f"ул. Рила {number}", 2014, team_ids["Р-1"], "", None, f"Р{number}"
            )
            await _case(tx, child, now.astimezone(SOFIA).date(), 3, now)
        # At ten everybody knows what is due today.
        today = now.astimezone(SOFIA).date().isoformat()
        await tx.run("UPDATE child_case SET told_rung = 1 WHERE due_on <= :today", today=today)


async def _invite(tx: Tx, member: Member, code: str, team_ids: dict[str, int], now: datetime) -> None:
    invited = Invitation(member.role, team_ids.get(member.team), member.municipality, member.name, member.institution)
    await people.invite(tx, code, invited, now + timedelta(days=7))


def _in_byala(number: int, team_id: int, sealer: Sealer) -> NewCase:
    street = f"ул. {STREETS[number % len(STREETS)]} {number}"
    settlement = "Бяла" if number % 3 else "Дряновец"
    mark = f"Б{number}"
    sealed = sealer.seal_name("Росица Илиева", mark)
    return NewCase("БЯ", f"G{(number + 1) % 3 + 1}", "Бяла", settlement, street, 2015, team_id, "", sealed, mark)


async def _case(tx: Tx, child: NewCase, today: date, days: int, now: datetime) -> None:
    await new_cases.put(tx, [child], NextStep("S11", "visit", today + timedelta(days=days)), now)

"""The oblast of the season: 32 teams and 490 people of all institutions, with the teams and places of `examples/ruse`.

What a newcomer gets wrong: people are here from the first day, so they join through the storage; everything they do
afterwards goes over the wire.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from bot.app import App
from casework import steps
from casework.records import GOVERNOR, INSTITUTION, LEADER, MEMBER, MUNICIPAL, NATIONAL, REGIONAL
from sandbox import ChatMessage, Person, Sandbox
from storage import new_cases, people, teams
from storage.new_cases import NewCase
from storage.people import Invitation

EXAMPLES = Path(__file__).parents[2] / "examples" / "ruse"
CASES = 1200
LETTERS = {
    "Борово": "БО", "Бяла": "БЯ", "Ветово": "ВЕ", "Две могили": "ДВ", "Иваново": "ИВ", "Русе": "РУ",
    "Сливо поле": "СЛ", "Ценово": "ЦЕ",
}  # fmt: skip
NAMES = {letters: name for name, letters in LETTERS.items()}
IN_A_TEAM, IN_A_TEAM_OF_RUSE = 12, 13
OF_A_MUNICIPALITY = {"I10": 5, "I20": 1, "I40": 1, "I43": 1, "I50": 2}
"""People of its institutions, by the codes of the catalogue."""
OF_THE_REGION = {"I60": 2, "I80": 1}


@dataclass(frozen=True)
class Team:
    name: str
    municipality: str
    settlements: tuple[str, ...]


@dataclass(frozen=True)
class Seat:
    """One person's place in the work."""

    name: str
    role: str
    team: str = ""
    municipality: str = ""
    institution: str = ""


@dataclass(frozen=True)
class Oblast:
    teams: dict[str, Team]
    folk: dict[Seat, Person]
    """Everybody with their phone."""

    @cached_property
    def chats(self) -> dict[Seat, dict[int, ChatMessage]]:
        """What stands in each of the phones, as it grows."""
        return {seat: phone.world.chats[phone.id].messages for seat, phone in self.folk.items()}

    def of_team(self, name: str) -> list[Seat]:
        return [seat for seat in self.folk if seat.team == name]


def read_teams() -> dict[str, Team]:
    with (EXAMPLES / "teams.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return {row["Екип"]: Team(row["Екип"], row["Община"], tuple(row["Район"].split(", "))) for row in rows}


def seats(known: dict[str, Team]) -> Iterator[Seat]:
    for team in known.values():
        count = IN_A_TEAM_OF_RUSE if team.municipality == "Русе" else IN_A_TEAM
        for number in range(count):
            yield Seat(f"{team.name} № {number}", LEADER if number == 0 else MEMBER, team.name)
    for municipality in LETTERS:
        yield Seat(f"Община {municipality}", MUNICIPAL, municipality=municipality)
        for code, count in OF_A_MUNICIPALITY.items():
            for number in range(count):
                yield Seat(f"{code} {municipality} {number}", INSTITUTION, "", municipality, code)
    for code, count in OF_THE_REGION.items():
        for number in range(count):
            yield Seat(f"{code} {number}", INSTITUTION, "", "", code)
    yield from (Seat(f"РУО {number}", REGIONAL) for number in range(2))
    yield Seat("Областна администрация", GOVERNOR)
    yield Seat("Министерство", NATIONAL)


def municipality_of(number: str) -> str:
    """Of a case."""
    return NAMES[number.partition("-")[0]]


async def settle_in(app: App, sandbox: Sandbox) -> Oblast:
    """Everybody has joined, and every team has its share of the children."""
    known = read_teams()
    folk = {seat: sandbox.world.person(seat.name) for seat in seats(known)}
    async with app.database.transaction() as tx:
        for team in known.values():
            await teams.put(tx, team.name, team.municipality, ", ".join(team.settlements))
        ids = {team.name: team.id for team in (await teams.by_name(tx)).values()}
        for seat, phone in folk.items():
            phone.started = True
            account = str(phone.id)
            invited = Invitation(seat.role, ids.get(seat.team), seat.municipality, seat.name, seat.institution)
            await people.invite(tx, account, invited, app.now() + timedelta(days=1))
            joined = await people.join(tx, account, "telegram", account, account, seat.name, app.now())
            assert joined is not None
            await people.set_language(tx, joined.id, "bg")
            await people.accept(tx, joined.id, app.now())
        first = steps.first(app.work.catalogue, app.work.calendar, app.now().astimezone(app.work.zone).date())
        await new_cases.put(tx, [*children(known, ids)], first, app.now())
    return Oblast(known, folk)


def children(known: dict[str, Team], ids: dict[str, int]) -> Iterator[NewCase]:
    """As evenly as the register has them."""
    of = list(known.values())
    for number in range(CASES):
        team = of[number % len(of)]
        place = team.settlements[number // len(of) % len(team.settlements)]
        yield NewCase(
            LETTERS[team.municipality], f"G{number % 2 + 1}", team.municipality, place, f"ул. Дунав {number}", 2015,
            ids[team.name], "", b"sealed", f"child {number}",
        )  # fmt: skip

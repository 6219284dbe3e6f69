"""`python -m bench.finding`: how long a search and the lists take whoever sees 100,000 cases.

Places, streets and notes are made up, the same ones in every run.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from casework import catalogue
from casework.records import REGIONAL, NextStep, Person, VisitReport
from storage import cases, lists, new_cases, people, teams, visits
from storage.database import Tx, open_database
from storage.new_cases import NewCase
from storage.people import Invitation

CASES, NOTED, AT_ONCE = 100_000, 40_000, 20_000
SETTLEMENTS, STREETS, WORDS, NOTE = 96, 900, 30_000, 8
TIMES = 40
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHANCE = random.Random(1)
KINDS = ("a number", "a settlement", "a street and a house", "with a mistake", "in Latin letters", "a word of a note",
         "a word of a note with two mistakes", "what is nowhere")  # fmt: skip
_LATIN = str.maketrans("абвгдезиклмнопрстуфх", "abvgdeziklmnoprstufh")


def word(shortest: int = 4, longest: int = 11) -> str:
    letters = range(CHANCE.randint(shortest, longest))
    return "".join(CHANCE.choice("бвгдзклмнпрстфх" if n % 2 else "аеиоу") for n in letters).capitalize()


class Oblast:
    def __init__(self) -> None:
        self.settlements = [word() for _ in range(SETTLEMENTS)]
        self.streets = [f"{word()} {word()}" if n % 2 else word() for n in range(STREETS)]
        self.words = [word(3).lower() for _ in range(WORDS)]

    def case(self, number: int, team: int) -> NewCase:
        address = f"ул. {CHANCE.choice(self.streets)} {CHANCE.randint(1, 120)}"
        place = CHANCE.choice(self.settlements)
        return NewCase("РУ", "G1", "Русе", place, address, 2015, team, "", None, str(number))

    def note(self) -> str:
        """Few words are frequent and most are rare, as in any language."""
        return " ".join(self.words[min(int(CHANCE.paretovariate(0.5)), WORDS - 1)] for _ in range(NOTE))

    def sought(self, kind: str) -> str:
        street, rare = CHANCE.choice(self.streets), CHANCE.choice([one for one in self.words[500:] if len(one) > 8])
        match kind:
            case "a number":
                return f"РУ-{CHANCE.randint(1, CASES)}"
            case "a settlement":
                return CHANCE.choice(self.settlements)
            case "a street and a house":
                return f"{street} {CHANCE.randint(1, 120)}"
            case "with a mistake":
                return f"{street[:2]}{street[3:]}"
            case "in Latin letters":
                return street.lower().translate(_LATIN)
            case "a word of a note":
                return rare
            case "a word of a note with two mistakes":
                return f"{rare[1:4]}{rare[5:]}"
        return f"{word(8)} {word(8)}"


async def fill(tx: Tx, oblast: Oblast) -> Person:
    await teams.put(tx, "Р-1", "Русе", "Русе")
    team = (await teams.by_name(tx))["р-1"].id
    await people.invite(tx, "reni", Invitation(REGIONAL, None, "", "Рени"), NOW + timedelta(days=1))
    me = await people.join(tx, "reni", "telegram", "1", "1", "Рени", NOW)
    assert me is not None
    for first in range(0, CASES, AT_ONCE):
        new = [oblast.case(number, team) for number in range(first, first + AT_ONCE)]
        due = NOW.date() + timedelta(days=CHANCE.randint(-30, 30))
        await new_cases.put(tx, new, NextStep("S11", "visit", due), NOW)
    for _ in range(NOTED):
        promised = NOW.date() + timedelta(days=CHANCE.randint(-10, 10))
        report = VisitReport(
            CHANCE.randint(1, CASES), NOW.date(), "morning", 1, (me.id,), "A1", "", outcome="O11",
            note=oblast.note(), promised_on=promised,
        )  # fmt: skip
        await visits.save(tx, me, report, NOW)
    return me


async def measured(label: str, ask: Callable[[], Awaitable[object]], times: int = TIMES) -> list[float]:
    took = []
    for _ in range(times):
        began = time.process_time()
        await ask()
        took.append((time.process_time() - began) * 1000)
    print(f"| {label} | {statistics.mean(took):.1f} | {max(took):.1f} |")
    return took


def searching(tx: Tx, me: Person, oblast: Oblast, kind: str) -> Callable[[], Awaitable[object]]:
    return lambda: cases.search(tx, me, oblast.sought(kind), offset=0, limit=6)


async def main() -> None:
    oblast, book = Oblast(), catalogue.load()
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(f"sqlite:///{folder}/obhvat.db")
        async with database.transaction() as tx:
            me = await fill(tx, oblast)
        words = await database.glance().one("SELECT count(*) AS n FROM word")
        print(f"{CASES} cases, {NOTED} notes, {words['n']} different words\n")
        print("| processor time | mean (ms) | longest (ms) |\n|---|---|---|")
        async with database.transaction() as tx:
            every = []
            for kind in KINDS:
                every += await measured(kind, searching(tx, me, oblast, kind))
            print(f"| all of them | {statistics.mean(every):.1f} | {max(every):.1f} |")
            today = NOW.date()
            await measured(
                "how many are on each list", lambda: lists.counts(tx, me, list(book.lists.values()), today), 5
            )
            late = book.lists["Q10"]
            await measured("a page of a list", lambda: lists.page(tx, me, late, today, offset=0, limit=6), 5)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())

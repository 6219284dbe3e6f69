"""A day offline, and all that people wrote meanwhile waits: everything is answered in order, and nothing stale is told.

`OBHVAT_UPDATES` says how many (10,000 in `make soak`); the time is printed.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest

from casework.records import MEMBER
from sandbox import Person
from storage import teams
from storage.database import open_database
from storage.people import Invitation
from tests.engines import url_of
from tests.faults.conftest import NOBODY, House
from tests.soak.chance import FIRST_DAY
from tests.soak.play import joined

UPDATES = int(os.environ.get("OBHVAT_UPDATES", "400"))
WRITERS = max(2, UPDATES // 50)
ASKED = {"/menu": "какво ще правим", "/help": "на един ред", "/cases": "случа", "/drafts": "чернов"}
"""What is asked, and what its answer and no other says."""
pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]


async def test_all_that_was_written_is_answered_in_order_and_one_summary_comes(house: House) -> None:
    house.sandbox.world.clock.move_to(FIRST_DAY + timedelta(hours=18))
    async with house.bot():
        await house.mila.reports(NOBODY)
        await house.settled()
    writers = [house.sandbox.world.person(f"Писач {n}") for n in range(WRITERS)]
    await _join(house, writers)
    for n in range(UPDATES):
        await writers[n % WRITERS].says(list(ASKED)[(n // WRITERS) % len(ASKED)])
    assert len(house.sandbox.world.pending) >= UPDATES
    house.sandbox.world.clock.move(timedelta(days=1))
    earlier = len(house.kolyo.chat)
    began = time.monotonic()
    async with house.bot():
        while any(_answers(one) < _asked(one) for one in writers):
            await house.sandbox.world.changed.wait(5)
        seconds = time.monotonic() - began
        told = [one.text for one in house.kolyo.chat[earlier:]]
    print(f"\n{UPDATES} updates of {WRITERS} people answered in {seconds:.0f} s, {UPDATES / seconds:.0f} a second")
    for one in writers:
        said = [message.text for message in one.chat]
        asked, answers = [text for text in said if text in ASKED], [text for text in said if text not in ASKED]
        assert len(answers) == len(asked)
        assert all(ASKED[question] in answer for question, answer in zip(asked, answers, strict=True)), said
    assert len([text for text in told if text.startswith("Обхват, ")]) <= 1, told


def _asked(person: Person) -> int:
    return sum(not message.from_bot for message in person.chat)


def _answers(person: Person) -> int:
    return sum(message.from_bot for message in person.chat)


async def _join(house: House, writers: list[Person]) -> None:
    database = await open_database(url_of(house.folder))
    async with database.transaction() as tx:
        await teams.put(tx, "Б-2", "Бяла", "Бяла")
        team = (await teams.by_name(tx))["б-2"].id
        for one in writers:
            await joined(tx, Invitation(MEMBER, team, ""), "telegram", str(one.id), one.name, FIRST_DAY)
            one.started = True
    await database.close()

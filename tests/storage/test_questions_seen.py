"""Who sees a question, and that a coordinator's screen asks for it cheaply."""

from __future__ import annotations

import pytest

from casework.records import Person
from storage import questions
from storage.database import Tx
from tests.engines import SQLITE
from tests.storage.conftest import NOW, District


async def numbers(tx: Tx, me: Person) -> list[int]:
    return [one.id for one in await questions.waiting(tx, me)]


async def test_a_question_is_seen_by_those_who_look_after_its_asker_and_once(district: District) -> None:
    async with district.database.transaction() as tx:
        here = await questions.ask(tx, district.mila, "Кога?", None, NOW)
        there = await questions.ask(tx, district.stranger, "Къде?", None, NOW)
        # Also who is in two teams of the municipality.
        await tx.run("INSERT INTO team (name, municipality) VALUES ('Б-2', 'Бяла')")
        await tx.run(
            "INSERT INTO membership (person_id, team_id, since) SELECT :id, max(id), 0 FROM team", id=district.mila.id
        )
        assert await numbers(tx, district.coordinator) == [here]
        assert await numbers(tx, district.region) == [here, there]
        assert await numbers(tx, district.leader) == []
        assert await questions.count(tx, district.region) == 2
        assert await questions.get(tx, district.coordinator, there) is None


@pytest.mark.only(SQLITE)
async def test_counting_the_waiting_questions_looks_only_at_those(district: District) -> None:
    async with district.database.reading() as tx:
        plan = await tx.rows(
            f"EXPLAIN QUERY PLAN SELECT count(*) {questions.SEEN} AND q.answered_at IS NULL", me=district.region.id
        )
    told = [row["detail"] for row in plan]
    assert told[0] == "SCAN q USING INDEX question_open"
    assert not any(line.startswith("SCAN p") for line in told)

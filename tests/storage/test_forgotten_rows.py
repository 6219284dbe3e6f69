"""The rows of a forgotten case, where nothing but a database is needed."""

from __future__ import annotations

from typing import Any

from casework.numbers import CaseQuery
from storage import forgetting, new_cases
from storage.sealing import Sealer
from tests.storage.conftest import NOW

SEALER = Sealer(b"k" * 32)


async def test_what_no_key_opens_is_forgotten_all_the_same(district: Any) -> None:
    async with district.database.transaction() as tx:
        [one] = await forgetting.traits(tx, SEALER, CaseQuery("БЯ", 3))
        assert one.names == ()
        assert (await forgetting.forget(tx, SEALER, one, NOW)).number == "БЯ-003"
        assert await forgetting.traits(tx, SEALER, CaseQuery("БЯ", 3)) == []
        assert len(await new_cases.recognised(tx)) == 10


async def test_a_child_that_is_imported_again_later_is_a_new_case(district: Any) -> None:
    """Who was forgotten is not looked for; whoever names the child anew begins anew."""
    async with district.database.transaction() as tx:
        [one] = await forgetting.traits(tx, SEALER, CaseQuery("БЯ", 8))
        await forgetting.forget(tx, SEALER, one, NOW)
        known = await forgetting.marks(tx)
        assert len(known) == 1
        await tx.run(
            "INSERT INTO child_case (prefix, running, grouping, municipality, settlement, address, status, next_step, "
            "recognised_by, created_at) VALUES ('БЯ', 8, 'G1', 'Бяла', 'Бяла', '', 'S11', 'visit', 'БЯ8', 7)"
        )
        assert await forgetting.come_back(tx, SEALER.recognising, known) == []


async def test_by_a_number_without_letters_every_municipality_is_meant(district: Any) -> None:
    async with district.database.reading() as tx:
        found = await forgetting.traits(tx, SEALER, CaseQuery("", 2))
        assert [one.query.written for one in found] == ["БЯ-002", "РУ-002"]


async def test_words_that_somebody_wrote_of_another_child_too_are_no_proof(district: Any) -> None:
    async with district.database.transaction() as tx:
        await tx.run("UPDATE child_case SET note = 'Никой не отваря вратата' WHERE id IN (1, 2)")
        await tx.run("UPDATE child_case SET note = 'Чакат леля от Севлиево' WHERE id = 3")
        [one] = await forgetting.traits(tx, SEALER, CaseQuery("БЯ", 1))
        assert (await forgetting.forget(tx, SEALER, one, NOW)).notes == ()
        [other] = await forgetting.traits(tx, SEALER, CaseQuery("БЯ", 3))
        assert (await forgetting.forget(tx, SEALER, other, NOW)).notes == ("Чакат леля от Севлиево",)

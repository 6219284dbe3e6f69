"""The rows of a forgotten case, where nothing but a database is needed."""

from __future__ import annotations

from typing import Any

from casework.numbers import CaseQuery
from casework.records import Photo
from storage import claims, forgetting, journals, media, new_cases, subscriptions
from storage.database import Tx
from storage.journals import Kept
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
            "INSERT INTO child_case (id, prefix, running, grouping, municipality, settlement, address, status, "
            "next_step, recognised_by, created_at) "
            "VALUES (99, 'БЯ', 8, 'G1', 'Бяла', 'Бяла', '', 'S11', 'visit', 'БЯ8', 7)"
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


async def test_what_is_of_others_stays_as_it_is(district: Any) -> None:
    me = district.mila
    async with district.database.transaction() as tx:
        await journals.save(tx, Kept("d", me.id, "visit", '{"given": {"case": 4}}', "БЯ-004"), NOW)
        await media.arrived(tx, me.id, Photo("telegram", "f", "u"), NOW)
        await subscriptions.begin(tx, me, "Q10", [4, 5])
        await claims.claim(tx, "alert", me.id, "2026-11-24", NOW, {"cases": [4]})
        await tx.run("UPDATE child_case SET note = '{ на БЯ-003, влез откъм двора' WHERE id = 4")
        await tx.run("UPDATE child_case SET note = 'вход 3' WHERE id = 5")
        before = await _others(tx)
        [one] = await forgetting.traits(tx, SEALER, CaseQuery("БЯ", 3))
        await forgetting.forget(tx, SEALER, one, NOW)
        assert await _others(tx) == before
        notes = await tx.rows("SELECT note FROM child_case WHERE note <> '' ORDER BY id")
        assert [row["note"] for row in notes] == ["{ на ••••••, влез откъм двора", "вход 3"]


async def _others(tx: Tx) -> list[tuple[Any, ...]]:
    columns = {"journal": "body", "media": "state", "subscription": "known", "period_claim": "detail"}
    return [tuple(row) for table, what in columns.items() for row in await tx.rows(f"SELECT {what} FROM {table}")]

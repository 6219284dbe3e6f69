"""A child at risk: only the fact is kept, and it goes out at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.database import Database
from tests.conversations.conftest import NOW, Chat, Joining
from tests.conversations.referred import notices, pressed


class TestOfAChildAtRisk:
    async def test_only_the_fact_is_recorded_and_it_goes_out_at_once(
        self, mila: Chat, database: Database, somebody: Joining
    ) -> None:
        await somebody("diana", "Диана", "I43")
        mila.now = NOW + timedelta(hours=12)
        await mila.sends(pressed("report", 14))
        await mila.taps("Още →", "Дете в риск")
        assert mila.text.startswith("Прегледайте и запазете. Записва се само фактът.")
        assert "бележка" not in mila.text
        assert "снимки" not in mila.text
        assert "само фактът" in await mila.shows()
        said = await mila.taps("Запази")
        assert said.splitlines()[1:] == [
            "Следва: отговор от институция (Закрила на детето). Срок: утре, 25.11",
            "Поискано: ОЗД: сигнал за дете в риск. Отговорът идва тук.",
            "Ако детето е в опасност сега, обадете се на 112. Линията за деца е 116 111, денонощно.",
        ]
        [notice] = [one for one in mila.all if one.to is not None]
        assert notice.urgent
        assert notices(mila)[0][1].startswith("Спешно: дете в риск.\nБЯ-014, Дряновец: ОЗД: сигнал за дете в риск")
        async with database.reading() as tx:
            row = await tx.one("SELECT report FROM visit")
        assert '"note":""' in row["report"]
        assert '"photos":[]' in row["report"]

    @pytest.mark.parametrize("line", ["14 риск детето каза нещо", "14 сигнал в петък"])
    async def test_a_line_with_a_story_is_refused_the_story(self, mila: Chat, database: Database, line: str) -> None:
        assert (await mila.says(line)).startswith(
            "За дете в риск се записва само фактът; друго от изпратеното не пазя."
        )
        await mila.taps("Запази")
        async with database.reading() as tx:
            rows = await tx.rows("SELECT body AS text FROM journal UNION ALL SELECT report FROM visit")
        assert not [row for row in rows if "каза" in row["text"] or "петък" in row["text"]]

    async def test_a_photo_that_begins_it_is_not_kept(self, mila: Chat, database: Database) -> None:
        assert "само фактът" in await mila.shows(caption="14 риск")
        await mila.taps("Запази")
        async with database.reading() as tx:
            row = await tx.one("SELECT report FROM visit")
        assert '"photos":[]' in row["report"]

"""What is said to a file before it is read."""

from __future__ import annotations

from handlers.engine.replies import Filed
from storage import import_files
from storage.database import Database
from tests.conversations.conftest import NOW, Chat


async def test_a_file_is_noted_without_the_number_in_its_name(database: Database) -> None:
    lidia = Chat(database, "lidia")
    said = await lidia.sends(Filed("f1", "ЕГН 6101057509.xlsx", 900, message="12"))
    assert said.startswith("Чета ЕГН ••••••••••.xlsx.")
    assert "ще махна файла от чата" in said
    async with database.reading() as tx:
        [file] = await import_files.to_fetch(tx, NOW, 5)
    assert (file.file, file.message, file.name) == ("f1", "12", "ЕГН ••••••••••.xlsx")


async def test_where_it_cannot_be_taken_out_of_the_chat_the_sender_is_asked_to_do_it(database: Database) -> None:
    said = await Chat(database, "lidia").sends(Filed("f1", "", 900))
    assert said.startswith("Чета —. Нищо няма да се запази, преди да потвърдите.")
    assert "изтрийте го после от този чат" in said


async def test_somebody_who_joins_is_asked_the_question_again(database: Database) -> None:
    fresh = Chat(database, "fresh")
    await fresh.says("/start fresh")
    assert "Моля, натиснете" in await fresh.sends(Filed("f1", "деца.xlsx", 900))

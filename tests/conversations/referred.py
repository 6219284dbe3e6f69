"""What the tests of referrals ask the chats and the file."""

from __future__ import annotations

from typing import Any

from handlers.engine.replies import Tapped
from handlers.engine.words import Words
from storage.database import Database
from tests.conversations.conftest import TODAY, Chat


def pressed(key: str, number: int = 1) -> Tapped:
    return Tapped("go", key, str(number))


async def reports(mila: Chat, line: str, *taps: str) -> str:
    await mila.says(line)
    return await mila.taps(*taps, "Запази")


async def answers(chat: Chat, answer: str, note: str = "", number: int = 1) -> str:
    await chat.sends(pressed("reply", number))
    await chat.taps(answer)
    return await (chat.says(note) if note else chat.taps("Пропусни"))


async def standing(database: Database, running: int = 14) -> tuple[Any, ...]:
    async with database.reading() as tx:
        row = await tx.one("SELECT * FROM child_case WHERE running = :running", running=running)
    return (row["status"], row["next_step"], row["due_on"], row["waits_for"])


async def states(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as tx:
        rows = await tx.rows("SELECT measure, state, answer FROM referral ORDER BY id")
    return [(row["measure"], row["state"], row["answer"]) for row in rows]


async def moved_by(database: Database) -> list[tuple[str, int | None]]:
    async with database.reading() as tx:
        rows = await tx.rows(
            "SELECT cause, cause_id FROM transition WHERE case_id = 14 AND cause <> 'import' ORDER BY id"
        )
    return [(row["cause"], row["cause_id"]) for row in rows]


def notices(chat: Chat) -> list[tuple[int, str]]:
    words = Words("bg", TODAY)
    return [(one.to, "\n".join(words.say(line) for line in one.view.lines)) for one in chat.all if one.to is not None]


async def id_of(database: Database, account: str) -> int:
    async with database.reading() as tx:
        row = await tx.one("SELECT person_id FROM identity WHERE account = :account", account=account)
    return int(row["person_id"])

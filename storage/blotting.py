"""Where rows may speak of one case, found and blotted out; for `storage.forgetting`.

What a newcomer gets wrong: every text that a person may write stands here, or a forgotten name stays in it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from casework.mentions import Traits, texts
from storage import wordbook
from storage.database import Tx

_NOTE = "json_extract(report, '$.note')"
_NOTED = "report = json_set(report, '$.note', :left)"
SPOKEN = (
    ("child_case", "note"), ("visit", _NOTE), ("visit_version", _NOTE), ("referral", "note"), ("not_ours", "reason"),
    ("handover", "card"), ("handover", "reason"), ("inquiry", "text"), ("inquiry", "answer"), ("transition", "detail"),
    ("announcement", "text"), ("advice", "question"), ("advice", "answer"), ("import_file", "name"),
    ("period_claim", "detail"), ("inbox", "error"), ("outbox", "error"), ("media", "error"),
)  # fmt: skip
"""Rows that stay, of other things or of many, and what in them may speak of it."""
_FOUND_BY = {"child_case": "id", "visit": "case_id"}
"""What cases are found by when one of these was changed."""
_WILD = str.maketrans("*?[]^", "?????")


async def blot(tx: Tx, one: Traits) -> int:
    """Blots it out of all rows that stay; of how many."""
    count, cases = 0, set[int]()
    for table, text in SPOKEN:
        put = _NOTED if text == _NOTE else f"{text} = :left"
        async for row_id, kept in speaking(tx, one, table, text):
            told = one.blotted_in(kept)
            left = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
            changed = await tx.one(
                f"UPDATE {table} SET {put} WHERE rowid = :id RETURNING {_FOUND_BY.get(table, '0')} AS case_id",
                left=left,
                id=row_id,
            )
            count += 1
            cases |= {changed["case_id"]} - {0}
    for case_id in cases:
        await wordbook.rewrite(tx, case_id)
    return count


async def speaking(tx: Tx, one: Traits, table: str, text: str) -> AsyncIterator[tuple[int, Any]]:
    """The rows of which `text` speaks of it, and what it holds. Most are of others: it is asked first which could."""
    named = {f"p{n}": pattern for n, pattern in enumerate(_patterns(one))}
    could = " OR ".join(f"{text} GLOB :{name}" for name in named)
    rows = await tx.rows(f"SELECT rowid AS n, {text} AS text FROM {table} WHERE {text} <> '' AND ({could})", **named)
    for row in rows:
        kept = read(row["text"])
        if any(one.are_in(said) for said in texts(kept)):
            yield row["n"], kept


async def stands_somewhere(tx: Tx, note: str) -> bool:
    """Whether somebody wrote the same words of another case too."""
    for table, text in (("child_case", "note"), ("visit_version", _NOTE)):
        if await tx.row(f"SELECT 1 FROM {table} WHERE instr({text}, :note) > 0 LIMIT 1", note=note):
            return True
    return False


def read(kept: str) -> Any:
    """What a column holds: JSON, or the text itself, which may begin as JSON does."""
    try:
        return json.loads(kept) if kept.startswith(("{", "[")) else kept
    except ValueError:
        return kept


def _patterns(one: Traits) -> Iterable[str]:
    yield f"*{one.query.running}*"
    yield from _of_words(one.names)
    yield from (f"*{'*'.join(phone[-9:])}*" for phone in one.phones)


def _of_words(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        plain = word.translate(_WILD)
        yield f"*{''.join(f'[{letter.lower()}{letter.upper()}]' for letter in plain)}*"
        # Claims of older versions have their letters escaped.
        yield f"*{json.dumps(plain)[1:-1]}*"

"""Where rows may speak of one case, found and blotted out; for `storage.forgetting`.

What a newcomer gets wrong: every text that a person may write stands here, or a forgotten name stays in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from casework.mentions import Traits, texts
from storage import wordbook
from storage.database import Row, Tx

NOTED = ("visit", "visit_version")
"""In their `report` the note alone is somebody's own words."""
SPOKEN = (
    ("child_case", "note"), ("visit", "report"), ("visit_version", "report"), ("referral", "note"),
    ("not_ours", "reason"), ("handover", "card"), ("handover", "reason"), ("inquiry", "text"), ("inquiry", "answer"),
    ("transition", "detail"), ("announcement", "text"), ("advice", "question"), ("advice", "answer"),
    ("import_file", "name"), ("period_claim", "detail"), ("inbox", "error"), ("outbox", "error"), ("media", "error"),
)  # fmt: skip
"""Rows that stay, of other things or of many, and what in them may speak of it."""
_FOUND_BY = {"child_case": "id", "visit": "case_id"}
"""What cases are found by when one of these was changed."""
_WILD = str.maketrans("*?[]^", "?????")


async def blot(tx: Tx, one: Traits) -> int:
    """Blots it out of all rows that stay; of how many."""
    count, cases = 0, set[int]()
    for table, text in SPOKEN:
        for row, kept in await speaking(tx, one, table, text):
            changed = await tx.one(
                f"UPDATE {table} SET {text} = :left WHERE {tx.is_row} RETURNING {_FOUND_BY.get(table, '0')} AS case_id",
                left=_without(one, table, kept),
                row=row["row"],
            )
            count += 1
            cases |= {changed["case_id"]} - {0}
    for case_id in cases:
        await wordbook.rewrite(tx, case_id)
    return count


def _without(one: Traits, table: str, kept: Any) -> str:
    if table in NOTED:
        return json.dumps({**kept, "note": one.blotted_in(kept["note"])}, ensure_ascii=False, separators=(",", ":"))
    told = one.blotted_in(kept)
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)


async def speaking(tx: Tx, one: Traits, table: str, text: str) -> list[tuple[Row, Any]]:
    """The rows of which `text` speaks of it, whole and named by `row`, and what that holds. Most are of others: it is
    asked first which could."""
    named = {f"p{n}": tx.pattern(like) for n, like in enumerate(_patterns(one))}
    could = " OR ".join(tx.matches(text, name) for name in named)
    rows = await tx.rows(f"SELECT {tx.row_id} AS \"row\", t.* FROM {table} t WHERE {text} <> '' AND ({could})", **named)
    return [(row, kept) for row, kept in ((row, read(row[text])) for row in rows) if _speaks(one, table, kept)]


def _speaks(one: Traits, table: str, kept: Any) -> bool:
    return any(one.are_in(said) for said in texts(kept.get("note") or "" if table in NOTED else kept))


async def stands_somewhere(tx: Tx, note: str) -> bool:
    """Whether somebody wrote the same words of another case too."""
    written = json.dumps(note, ensure_ascii=False)[1:-1]
    for table, text, words in (("child_case", "note", note), ("visit_version", "report", written)):
        if await tx.row(f"SELECT 1 FROM {table} WHERE replace({text}, :words, '') <> {text} LIMIT 1", words=words):
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

"""The words of every case: of its settlement and address, of its note, and of the notes of its visits.

What a newcomer gets wrong: they are words of `casework.spelling`, not as people wrote them, and those of all cases
stand in one table. Who may see the case that a word leads to is asked where it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casework import spelling
from storage.database import Tx

_LAST = "\uffff"
"""Comes after every letter, where texts are compared by their code points (in PostgreSQL, by `COLLATE "C"`)."""


async def add(tx: Tx, texts: Iterable[tuple[int, str]]) -> None:
    """More words to cases: the number of each, and a text."""
    standing = [{"case_id": case_id, "text": word} for case_id, text in texts for word in sorted(spelling.kept(text))]
    words = [{"text": word} for word in sorted({str(one["text"]) for one in standing})]
    await tx.many("INSERT INTO word (text) VALUES (:text) ON CONFLICT DO NOTHING", words)
    await tx.many(
        "INSERT INTO word_of (word_id, case_id) SELECT id, :case_id FROM word WHERE text = :text "
        "ON CONFLICT DO NOTHING",
        standing,
    )


async def rewrite(tx: Tx, case_id: int) -> None:
    """Anew from all that is kept of a case: something that stood there may have been taken back."""
    case = await tx.one("SELECT settlement, address, note FROM child_case WHERE id = :id", id=case_id)
    visits = await tx.rows("SELECT report FROM visit WHERE case_id = :id", id=case_id)
    texts = [*case, *(json.loads(row["report"])["note"] for row in visits)]
    await tx.run("DELETE FROM word_of WHERE case_id = :id", id=case_id)
    await add(tx, [(case_id, text) for text in texts])


@dataclass(frozen=True)
class Meant:
    """The numbers of the words that a typed one may be: without a mistake, and with one."""

    fitting: Sequence[int]
    near: Sequence[int]


async def meant(tx: Tx, ways: Sequence[str]) -> Meant:
    """By all the ways in which a typed word may be meant."""
    fitting, near = set(), set()
    for typed in ways:
        fitting |= await _fitting(tx, typed)
        near |= await _near(tx, typed)
    return Meant(sorted(fitting), sorted(near - fitting))


async def _fitting(tx: Tx, typed: str) -> set[int]:
    last = typed + _LAST if spelling.may_be_beginning(typed) else typed
    rows = await tx.rows("SELECT id FROM word WHERE text BETWEEN :typed AND :last", typed=typed, last=last)
    return {row["id"] for row in rows}


async def _near(tx: Tx, typed: str) -> set[int]:
    """Read through once, for the few words with a piece of it; these are compared letter by letter."""
    mistakes = spelling.forgiven(typed)
    if not mistakes:
        return set()
    first, *between, last = spelling.pieces(typed)
    rows = await tx.rows(
        "SELECT id, text FROM word WHERE length(text) BETWEEN :shortest AND :longest "
        "AND (text LIKE :first OR text LIKE :last OR text LIKE :between)",
        shortest=len(typed) - mistakes,
        longest=len(typed) + mistakes,
        first=f"{first}%",
        last=f"%{last}",
        between=f"%{between[0]}%" if between else "",
    )
    return {row["id"] for row in rows if spelling.nearly(typed, row["text"])}

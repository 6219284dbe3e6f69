"""A case is forgotten: every row of it goes, and what other rows say of it is blotted out.

What a newcomer gets wrong: rows are not all. Files go when the transaction is over (`media.drop`), the bytes of
deleted rows when the file is written anew (`Database.scrub`), and an older backup brings everything back, so what was
forgotten is kept as keyed hashes, here and in a file beside the database. Each of it is begun again until it is done.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casework import numbers, privacy
from casework.mentions import Traits, named_under, texts
from casework.numbers import CaseQuery
from storage import audit, because, blotting, media
from storage.database import Row, Tx, in_list, to_micros
from storage.sealing import Sealer, Unopened

OF_CASE = """
DELETE FROM not_ours WHERE referral_id IN (SELECT id FROM referral WHERE case_id = :id);
DELETE FROM referral WHERE case_id = :id;
DELETE FROM visit_version WHERE visit_id IN (SELECT id FROM visit WHERE case_id = :id);
DELETE FROM visit_version WHERE visit_id IN (SELECT id FROM visit WHERE version > 1)
    AND (report LIKE '%"case_id":' || :id || ',%' OR report LIKE '%"case_id":' || :id || '}%');
DELETE FROM visit WHERE case_id = :id;
DELETE FROM lateness WHERE case_id = :id;
DELETE FROM handover WHERE case_id = :id;
DELETE FROM alerted WHERE case_id = :id;
DELETE FROM respite WHERE case_id = :id;
DELETE FROM inquiry WHERE case_id = :id;
DELETE FROM transition WHERE case_id = :id;
DELETE FROM word_of WHERE case_id = :id;
DELETE FROM audit WHERE case_id = :id;
DELETE FROM child_case WHERE id = :id
"""
"""In the order in which they lean on each other. A visit that was moved to another case keeps only what it says now."""


@dataclass
class Forgotten:
    """What was deleted, by kind."""

    number: str
    counts: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = field(default=(), repr=False)
    """What was written of it and of nobody else, for the proof that nothing is left."""


def mark_of(key: bytes, row: Row) -> str:
    """By this a forgotten case is known in an older backup; without the key it tells nothing."""
    kept = hashlib.sha256(b"forgotten" + key).digest()
    return privacy.keyed_hash(f"{numbers.write(row['prefix'], row['running'])} {row['created_at']}", kept)


async def traits(tx: Tx, sealer: Sealer, query: CaseQuery) -> list[Traits]:
    """Of the cases with that number: one, unless it is without letters."""
    rows = await tx.rows(
        "SELECT id FROM child_case WHERE running = :running AND :prefix IN ('', prefix)",
        running=query.running,
        prefix=query.prefix,
    )
    return [await traits_of(tx, sealer, row["id"]) for row in rows]


async def traits_of(tx: Tx, sealer: Sealer, case_id: int) -> Traits:
    row = await tx.one(
        "SELECT prefix, running, sealed_name, coalesce(recognised_by, '') AS mark FROM child_case WHERE id = :id",
        id=case_id,
    )
    told = _name(sealer, row) if row["sealed_name"] else ""
    name, *phones = told.split("\n") if told else [""]
    digits = ("".join(filter(str.isdecimal, phone)) for phone in phones)
    query = CaseQuery(row["prefix"], row["running"])
    return Traits(case_id, query, tuple(name.split()), tuple(one for one in digits if len(one) >= 6))


def _name(sealer: Sealer, row: Row) -> str:
    """Empty when no key opens it: whoever has lost the key must be able to forget all the same."""
    try:
        return sealer.open_name(row["sealed_name"], row["mark"])
    except Unopened:
        return ""


async def forget(
    tx: Tx, sealer: Sealer, one: Traits, now: datetime, follow: Callable[[], Awaitable[None]] | None = None
) -> Forgotten:
    """Deletes the case and everything of it; what remains is that a case was forgotten, not which.

    `follow` may say anew the notices that told of it among other things; else these are not sent.
    """
    case = await tx.one("SELECT * FROM child_case WHERE id = :id", id=one.case_id)
    done, notes = Forgotten(one.query.written), await _notes(tx, case)
    await _keep_numbers(tx, case)
    await _touch(tx, case["id"])
    await _drop_photos(tx, done, "visit_id IN (SELECT id FROM visit WHERE case_id = :id)", id=case["id"])
    await _conversations(tx, one, done)
    await _questions(tx, one, done)
    await _audited(tx, case["id"])
    for statement in OF_CASE.split(";\n"):
        table = statement.split("FROM ")[1].split()[0]
        done.counts[table] += await _deleted(tx, statement, id=case["id"])
    await _lists(tx, one)
    if follow:
        await follow()
    await _not_out(tx, one, done)
    done.counts["blotted"] += await blotting.blot(tx, one)
    await _orphaned(tx)
    done.notes = tuple([note for note in notes if not await blotting.stands_somewhere(tx, note)])
    await tx.run(
        "INSERT INTO forgotten (mark, at) VALUES (:mark, :now) ON CONFLICT DO NOTHING",
        mark=mark_of(sealer.recognising, case),
        now=to_micros(now),
    )
    await tx.run("INSERT INTO erasure (id, since) VALUES (1, :now) ON CONFLICT DO NOTHING", now=to_micros(now))
    await audit.note(tx, now, None, "forgot a case")
    return done


async def _deleted(tx: Tx, statement: str, **values: Any) -> int:
    return len(await tx.rows(f"{statement} RETURNING 1 AS gone", **values))


async def _notes(tx: Tx, case: Row) -> tuple[str, ...]:
    reports = await tx.rows(
        "SELECT report FROM visit_version WHERE visit_id IN (SELECT id FROM visit WHERE case_id = :id)", id=case["id"]
    )
    notes = [case["note"], *(json.loads(row["report"]).get("note") or "" for row in reports)]
    return tuple(dict.fromkeys(note for note in notes if note))


async def _keep_numbers(tx: Tx, case: Row) -> None:
    """Numbers that were given out are given to nobody else: old buttons and papers would lead to another child."""
    last = await tx.one(
        "SELECT (SELECT max(id) FROM child_case) AS last_case, (SELECT max(id) FROM visit) AS last_visit, "
        "(SELECT max(running) FROM child_case WHERE prefix = :prefix) AS last_number",
        prefix=case["prefix"],
    )
    kept = {
        "case": last["last_case"],
        "visit": last["last_visit"] or 0,
        f"number {case['prefix']}": last["last_number"],
    }
    await tx.many(
        "INSERT INTO numbered (what, last) VALUES (:what, :last) ON CONFLICT (what) DO UPDATE "
        "SET last = excluded.last WHERE excluded.last > numbered.last",
        [{"what": what, "last": number} for what, number in kept.items()],
    )


async def _touch(tx: Tx, case_id: int) -> None:
    tx.touch(f"case {case_id}")
    for table in ("referral", "handover", "question"):
        rows = await tx.rows(f"SELECT id FROM {table} WHERE case_id = :id", id=case_id)
        for row in rows:
            tx.touch(f"{table} {row['id']}")


async def _drop_photos(tx: Tx, done: Forgotten, where: str, **values: Any) -> None:
    """Their rows at once, their files when all is committed."""
    rows = await tx.rows(f"DELETE FROM media WHERE {where} RETURNING stored_as", **values)
    done.counts["media"] += len(rows)
    await media.drop(tx, [row["stored_as"] for row in rows if row["stored_as"]])


async def _conversations(tx: Tx, one: Traits, done: Forgotten) -> None:
    """What was begun about it, what was sent about it and is not handled, and the photos in that."""
    held = set[str]()
    for row in await tx.rows("SELECT id, body FROM journal"):
        body = json.loads(row["body"])
        if named_under(body, ("case", "case_id"), one.case_id) or _says(one, body):
            tx.touch(f"draft {row['id']}")
            held.update(texts(body))
            done.counts["journal"] += await _deleted(tx, "DELETE FROM journal WHERE id = :id", id=row["id"])
    for table, column in (("unasked", "body"), ("inbox", "payload")):
        for row in await tx.rows(f"SELECT {tx.row_id} AS named, {column} AS body FROM {table} WHERE {column} <> ''"):
            body = blotting.read(row["body"])
            if _says(one, body) or any(one.begin(text) for text in texts(body)):
                held.update(texts(body))
                done.counts[table] += await _deleted(tx, f"DELETE FROM {table} WHERE {tx.is_row}", row=row["named"])
    for row in await tx.rows("SELECT id, recognised_by FROM media WHERE visit_id IS NULL"):
        if row["recognised_by"] in held:
            await _drop_photos(tx, done, "id = :id", id=row["id"])


def _says(one: Traits, body: Any) -> bool:
    return any(one.are_in(text) for text in texts(body))


async def _questions(tx: Tx, one: Traits, done: Forgotten) -> None:
    """Those about it, with all their answers, also as they stand in the help."""
    spoken = {row["id"] for row, _ in await blotting.speaking(tx, one, "question", "text")}
    spoken |= {row["question_id"] for row, _ in await blotting.speaking(tx, one, "answer", "text")}
    about = await tx.rows("SELECT id FROM question WHERE case_id = :id", id=one.case_id)
    for number in sorted(spoken | {row["id"] for row in about}):
        tx.touch(f"question {number}")
        answers = [row["id"] for row in await tx.rows("SELECT id FROM answer WHERE question_id = :id", id=number)]
        advice = await tx.rows(f"DELETE FROM advice WHERE answer_id IN ({in_list(answers)}) RETURNING id")
        await tx.run("DELETE FROM answer WHERE question_id = :id", id=number)
        done.counts["question"] += await _deleted(tx, "DELETE FROM question WHERE id = :id", id=number)
        told = [f"question {number}", *(f"answer {n}" for n in answers), *(f"advice {row['id']}" for row in advice)]
        await tx.many(
            "DELETE FROM audit WHERE detail = :told OR detail LIKE :more",
            [{"told": one_, "more": f"{one_},%"} for one_ in told],
        )


async def _audited(tx: Tx, case_id: int) -> None:
    """Rows about many cases keep what they say of the others."""
    visits = {str(row["id"]) for row in await tx.rows("SELECT id FROM visit WHERE case_id = :id", id=case_id)}
    for row in await tx.rows("SELECT id, detail FROM audit WHERE case_id IS NULL AND detail LIKE '%: visits %'"):
        what, _, told = row["detail"].partition(": visits ")
        left = [number for number in told.split(", ") if number not in visits]
        await tx.run("UPDATE audit SET detail = :d WHERE id = :id", d=f"{what}: visits {', '.join(left)}", id=row["id"])


async def _lists(tx: Tx, one: Traits) -> None:
    """What was told of many: who knows it on a list, whose digest or morning had it. A line of a digest goes whole, for
    it may say where the child lives."""
    for row in await tx.rows(f"SELECT {tx.row_id} AS named, known FROM subscription"):
        known = json.loads(row["known"])
        if one.case_id in known:
            others = json.dumps([number for number in known if number != one.case_id])
            await tx.run(f"UPDATE subscription SET known = :known WHERE {tx.is_row}", known=others, row=row["named"])
    for row in await tx.rows(f"SELECT {tx.row_id} AS named, detail FROM period_claim WHERE detail LIKE '%\"cases\"%'"):
        kept = json.loads(row["detail"])
        left = {**kept, "cases": [case for case in kept["cases"] if one.case_id not in (case, *_of_pair(case))]}
        if "lines" in kept:
            left["lines"] = [line for line in kept["lines"] if not one.are_in(line)]
        if left != kept:
            detail = json.dumps(left, ensure_ascii=False)
            await tx.run(f"UPDATE period_claim SET detail = :detail WHERE {tx.is_row}", detail=detail, row=row["named"])


def _of_pair(case: Any) -> Sequence[Any]:
    return case if isinstance(case, list) else ()


async def _not_out(tx: Tx, one: Traits, done: Forgotten) -> None:
    """What waits to be told and speaks of it. Whoever sends has some of it in mind."""
    tx.notify("outbox")
    notices = [row["id"] for row, _kept in await blotting.speaking(tx, one, "notice", "body")]
    await because.cancel(tx, notices)
    rows = set[int]()
    for column in ("payload", "quiet"):
        rows |= {row["id"] for row, _kept in await blotting.speaking(tx, one, "outbox", column)}
    await tx.run(
        f"UPDATE outbox SET state = 'cancelled', payload = '', quiet = '', hushed = 0 WHERE id IN ({in_list(rows)})"
    )
    done.counts["outbox"] += len(rows) + len(notices)


async def _orphaned(tx: Tx) -> None:
    """Words that stand in nothing any more, also those that an earlier correction took out of a report."""
    await tx.run("DELETE FROM word WHERE NOT EXISTS (SELECT 1 FROM word_of o WHERE o.word_id = word.id)")


async def marks(tx: Tx) -> set[str]:
    return {row["mark"] for row in await tx.rows("SELECT mark FROM forgotten")}


async def add_marks(tx: Tx, fresh: Iterable[str], now: datetime) -> None:
    await tx.many(
        "INSERT INTO forgotten (mark, at) VALUES (:mark, :now) ON CONFLICT DO NOTHING",
        [{"mark": mark, "now": to_micros(now)} for mark in fresh],
    )


async def come_back(tx: Tx, key: bytes, known: set[str]) -> Sequence[int]:
    """The cases that were forgotten and are here again, from a backup."""
    rows = await tx.rows("SELECT id, prefix, running, created_at FROM child_case") if known else []
    return [row["id"] for row in rows if mark_of(key, row) in known]


async def is_unfinished(tx: Tx) -> bool:
    """Whether bytes or files of what was deleted may still lie about."""
    return await tx.row("SELECT 1 FROM erasure") is not None


async def finished(tx: Tx) -> None:
    await tx.run("DELETE FROM erasure")

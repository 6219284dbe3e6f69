"""Questions to coordinators and their answers. An answer is only ever added; a second one overwrites nothing.

A question is seen by its asker, and by those who look after the asker now (`overseen_by`); of somebody who has left it
is seen by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.records import Case, Person
from storage import audit
from storage.database import Row, Tx, from_micros, to_micros

_QUESTION = (
    "q.id, q.asker_id, a.name AS asker, q.text, q.case_id, q.case_number, q.asked_at, q.told_rung, q.taken_by, "
    "coalesce(k.name, '') AS taker, q.taken_at, q.answered_at IS NOT NULL AS answered"
)
_FROM = "FROM question q JOIN person a ON a.id = q.asker_id AND a.active = 1 LEFT JOIN person k ON k.id = q.taken_by"
# EXISTS, because few questions wait and many people are looked after; and because one may be so in two teams.
SEEN = f"{_FROM} WHERE EXISTS (SELECT 1 FROM overseen_by o WHERE o.person_id = q.asker_id AND o.overseer_id = :me)"

_ANSWER = (
    "SELECT w.id, w.question_id, w.person_id, p.name AS who, q.text AS question, w.text, w.sent_at IS NOT NULL AS sent "
    "FROM answer w JOIN person p ON p.id = w.person_id JOIN question q ON q.id = w.question_id"
)


@dataclass(frozen=True)
class Question:
    """`taker` is empty while nobody has it; `case_number` when it is about no case."""

    id: int
    asker_id: int
    asker: str
    text: str
    case_id: int | None
    case_number: str
    asked_at: datetime
    told_rung: int
    taken_by: int | None
    taker: str
    taken_at: datetime | None
    answered: bool


@dataclass(frozen=True)
class Answer:
    """`sent` is False for one that was written when another had gone out already, and waits for its writer."""

    id: int
    question_id: int
    person_id: int
    who: str
    question: str
    text: str
    sent: bool


async def ask(tx: Tx, me: Person, text: str, case: Case | None, now: datetime) -> int:
    row = await tx.one(
        "INSERT INTO question (asker_id, text, case_id, case_number, asked_at) "
        "VALUES (:me, :text, :case_id, :number, :now) RETURNING id",
        me=me.id,
        text=text,
        case_id=case.id if case else None,
        number=case.number if case else "",
        now=to_micros(now),
    )
    await audit.note(tx, now, me.id, "asked", case.id if case else None, f"question {row['id']}")
    return int(row["id"])


async def get(tx: Tx, me: Person, question_id: int) -> Question | None:
    """For a coordinator who looks after its asker."""
    row = await tx.row(f"SELECT {_QUESTION} {SEEN} AND q.id = :id", me=me.id, id=question_id)
    return _question(row) if row else None


async def waiting(tx: Tx, me: Person) -> list[Question]:
    """Without an answer, oldest first."""
    rows = await tx.rows(f"SELECT {_QUESTION} {SEEN} AND q.answered_at IS NULL ORDER BY q.id", me=me.id)
    return [_question(row) for row in rows]


async def count(tx: Tx, me: Person) -> int:
    row = await tx.one(f"SELECT count(*) AS n {SEEN} AND q.answered_at IS NULL", me=me.id)
    return int(row["n"])


async def waiting_everywhere(tx: Tx) -> list[Question]:
    """For the schedule, not for a person."""
    rows = await tx.rows(f"SELECT {_QUESTION} {_FROM} WHERE q.answered_at IS NULL ORDER BY q.id")
    return [_question(row) for row in rows]


async def told(tx: Tx, question_id: int, rung: int) -> None:
    await tx.run("UPDATE question SET told_rung = :rung WHERE id = :id", id=question_id, rung=rung)


async def take(tx: Tx, me: Person, question_id: int, now: datetime) -> bool:
    """True for the first; whether they may see it at all, `get` says."""
    row = await tx.row(
        "UPDATE question SET taken_by = :me, taken_at = :now "
        "WHERE id = :id AND taken_by IS NULL AND answered_at IS NULL RETURNING id",
        me=me.id,
        now=to_micros(now),
        id=question_id,
    )
    if row:
        tx.touch(f"question {question_id}")
        await audit.note(tx, now, me.id, "took a question", detail=f"question {question_id}")
    return row is not None


async def give_back(tx: Tx, question: Question, now: datetime) -> None:
    """Whoever had it did not answer in time."""
    await tx.run("UPDATE question SET taken_by = NULL, taken_at = NULL WHERE id = :id", id=question.id)
    await audit.note(tx, now, question.taken_by, "lost a question", detail=f"question {question.id}")


async def answers(tx: Tx, question_id: int) -> list[Answer]:
    """Those that went out, oldest first."""
    rows = await tx.rows(f"{_ANSWER} WHERE w.question_id = :id AND w.sent_at IS NOT NULL ORDER BY w.id", id=question_id)
    return [_answer(row) for row in rows]


async def answer(tx: Tx, me: Person, question: Question, text: str, now: datetime) -> Answer:
    """Keeps it; it goes out when it is the first, else only after `send`."""
    first = await tx.row(
        "UPDATE question SET answered_at = :now WHERE id = :id AND answered_at IS NULL RETURNING id",
        now=to_micros(now),
        id=question.id,
    )
    tx.touch(f"question {question.id}")
    row = await tx.one(
        "INSERT INTO answer (question_id, person_id, text, at, sent_at) VALUES (:id, :me, :text, :now, :sent) "
        "RETURNING id",
        id=question.id,
        me=me.id,
        text=text,
        now=to_micros(now),
        sent=to_micros(now) if first else None,
    )
    await audit.note(tx, now, me.id, "answered", detail=f"question {question.id}, answer {row['id']}")
    return Answer(int(row["id"]), question.id, me.id, me.name, question.text, text, first is not None)


async def send(tx: Tx, me: Person, answer_id: int, now: datetime) -> Answer | None:
    """An answer of one's own that was held back; None when there is none such, also the second time."""
    row = await tx.row(
        "UPDATE answer SET sent_at = :now WHERE id = :id AND person_id = :me AND sent_at IS NULL RETURNING question_id",
        now=to_micros(now),
        id=answer_id,
        me=me.id,
    )
    if row is None:
        return None
    await audit.note(tx, now, me.id, "sent a second answer", detail=f"question {row['question_id']}")
    return await own_answer(tx, me, answer_id)


async def own_answer(tx: Tx, me: Person, answer_id: int) -> Answer | None:
    """What the person has answered and sent."""
    row = await tx.row(
        f"{_ANSWER} WHERE w.id = :id AND w.person_id = :me AND w.sent_at IS NOT NULL", id=answer_id, me=me.id
    )
    return _answer(row) if row else None


async def helped(tx: Tx, me: Person, answer_id: int, now: datetime) -> bool:
    """The asker says so; False for anybody else. Said twice, it stays as it was."""
    row = await tx.row(
        "SELECT w.helped_at FROM answer w JOIN question q ON q.id = w.question_id "
        "WHERE w.id = :id AND q.asker_id = :me AND w.sent_at IS NOT NULL",
        id=answer_id,
        me=me.id,
    )
    if row and row["helped_at"] is None:
        await tx.run("UPDATE answer SET helped_at = :now WHERE id = :id", now=to_micros(now), id=answer_id)
        await audit.note(tx, now, me.id, "was helped", detail=f"answer {answer_id}")
    return row is not None


def _question(row: Row) -> Question:
    values = {**dict(row), "answered": bool(row["answered"]), "taken_at": from_micros(row["taken_at"])}
    return Question(**{**values, "asked_at": from_micros(row["asked_at"])})


def _answer(row: Row) -> Answer:
    return Answer(**{**dict(row), "sent": bool(row["sent"])})

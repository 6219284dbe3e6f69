"""Saved reports. A correction is a new version; the old one stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import TypeAdapter

from casework import numbers
from casework.records import Person, Visit, VisitReport
from storage import audit, media, wordbook
from storage.database import Row, Tx, moment_of, to_micros

_REPORTS = TypeAdapter(VisitReport)
_VISIT = "w.id, w.version, w.reporter_id, w.saved_at, w.report"
_TEAM = "coalesce(t.id, 0) AS team_id, coalesce(t.name, '') AS team"
_SEEN = "FROM visit w JOIN visible_to v ON v.case_id = w.case_id AND v.person_id = :me"


async def save(tx: Tx, me: Person, report: VisitReport, now: datetime) -> Visit:
    """It is the visit of the team that has the case, if the person is of that team, else of their own; and stays so
    whatever becomes of the team, its people or its cases."""
    row = await tx.one(
        "INSERT INTO visit "
        "(id, case_id, reporter_id, team_id, version, saved_at, visited_on, outcome, promised_on, report) VALUES "
        f"({tx.number_of('visit')}, :case_id, :me, "
        "(SELECT m.team_id FROM membership m JOIN child_case c ON c.id = :case_id "
        "WHERE m.person_id = :me AND m.until IS NULL ORDER BY m.team_id = c.team_id DESC, m.since LIMIT 1), "
        "1, :now, :visited_on, :outcome, :promised, :report) RETURNING id",
        case_id=report.case_id,
        me=me.id,
        now=to_micros(now),
        visited_on=report.visited_on.isoformat(),
        outcome=report.outcome,
        promised=report.promised_on.isoformat() if report.promised_on else None,
        report=_REPORTS.dump_json(report).decode(),
    )
    visit = Visit(row["id"], 1, me.id, now, report)
    await _version(tx, me, visit, now)
    await wordbook.add(tx, [(report.case_id, report.note)])
    await audit.note(tx, now, me.id, "reported", report.case_id, f"visit {visit.id}")
    return visit


async def correct(tx: Tx, me: Person, visit_id: int, version: int, report: VisitReport, now: datetime) -> Visit | None:
    """None when somebody corrected that version first, or the visit is not the person's to see."""
    held = await get(tx, me, visit_id)
    if held is None or held.version != version:
        return None
    visit = Visit(visit_id, version + 1, held.reporter_id, held.saved_at, report)
    await tx.run(
        "UPDATE visit SET version = :version, visited_on = :visited_on, outcome = :outcome, "
        "promised_on = :promised, report = :report, case_id = :case_id WHERE id = :id",
        version=visit.version,
        visited_on=report.visited_on.isoformat(),
        outcome=report.outcome,
        promised=report.promised_on.isoformat() if report.promised_on else None,
        report=_REPORTS.dump_json(report).decode(),
        case_id=report.case_id,
        id=visit_id,
    )
    await _version(tx, me, visit, now)
    for case_id in {held.report.case_id, report.case_id}:
        await wordbook.rewrite(tx, case_id)
    await audit.note(tx, now, me.id, "corrected", report.case_id, f"visit {visit_id}")
    return visit


async def _version(tx: Tx, me: Person, visit: Visit, now: datetime) -> None:
    await tx.run(
        "INSERT INTO visit_version (visit_id, version, author_id, saved_at, report) "
        "VALUES (:id, :version, :me, :now, :report)",
        id=visit.id,
        version=visit.version,
        me=me.id,
        now=to_micros(now),
        report=_REPORTS.dump_json(visit.report).decode(),
    )
    await media.of_visit(tx, visit.id, visit.reporter_id, visit.report.photos)


async def get(tx: Tx, me: Person, visit_id: int) -> Visit | None:
    row = await tx.row(f"SELECT {_VISIT} {_SEEN} WHERE w.id = :id", me=me.id, id=visit_id)
    return _visit(row) if row else None


async def history(tx: Tx, me: Person, case_id: int) -> list[Visit]:
    """The visits of a case, oldest first."""
    rows = await tx.rows(f"SELECT {_VISIT} {_SEEN} WHERE w.case_id = :id ORDER BY w.id", me=me.id, id=case_id)
    return [_visit(row) for row in rows]


async def outcomes(tx: Tx, me: Person, case_id: int) -> list[str]:
    """How the visits of a case ended, oldest first: asked at every report, and a case may have many."""
    rows = await tx.rows(f"SELECT w.outcome {_SEEN} WHERE w.case_id = :id ORDER BY w.id", me=me.id, id=case_id)
    return [row["outcome"] for row in rows]


@dataclass(frozen=True)
class Made:
    """A visit, and the team that made it; 0 and an empty name for none."""

    visit: Visit
    team_id: int
    team: str


async def made_at(tx: Tx, me: Person, case_id: int) -> list[Made]:
    """The visits of a case, oldest first."""
    rows = await tx.rows(
        f"SELECT {_VISIT}, {_TEAM} {_SEEN} LEFT JOIN team t ON t.id = w.team_id WHERE w.case_id = :id ORDER BY w.id",
        me=me.id,
        id=case_id,
    )
    return [Made(_visit(row), row["team_id"], row["team"]) for row in rows]


async def made_where_visited(tx: Tx, me: Person, day: date) -> list[Made]:
    """All the visits of every case that was visited on that day, oldest first."""
    rows = await tx.rows(
        f"SELECT {_VISIT}, {_TEAM} {_SEEN} LEFT JOIN team t ON t.id = w.team_id "
        # By the index of the cases: only the region sees more than a few of them.
        "WHERE EXISTS (SELECT 1 FROM visit d WHERE d.case_id = w.case_id AND d.visited_on = :day) ORDER BY w.id",
        me=me.id,
        day=day.isoformat(),
    )
    return [Made(_visit(row), row["team_id"], row["team"]) for row in rows]


async def teams_on(tx: Tx, me: Person, day: date) -> list[tuple[int, str]]:
    """Whose visits of that day one sees, number and name; 0 and an empty name for those of nobody's team."""
    rows = await tx.rows(
        f"SELECT DISTINCT {_TEAM} {_SEEN} LEFT JOIN team t ON t.id = w.team_id WHERE w.visited_on = :day ORDER BY team",
        me=me.id,
        day=day.isoformat(),
    )
    return [(row["team_id"], row["team"]) for row in rows]


async def outcomes_before(tx: Tx, me: Person, case_id: int, visit_id: int | None) -> list[str]:
    """How the visits of a case ended, oldest first; with `visit_id` only those before that one."""
    rows = await tx.rows(
        f"SELECT w.outcome {_SEEN} WHERE w.case_id = :id AND w.id < coalesce(:before, w.id + 1) ORDER BY w.id",
        me=me.id,
        id=case_id,
        before=visit_id,
    )
    return [row["outcome"] for row in rows]


async def for_rules(tx: Tx, case_id: int) -> list[VisitReport]:
    """For the rules, not for a person: the reports of a case, oldest first."""
    rows = await tx.rows("SELECT report FROM visit WHERE case_id = :id ORDER BY id", id=case_id)
    return [_REPORTS.validate_json(row["report"]) for row in rows]


@dataclass(frozen=True)
class Own:
    """A report in a list: `number` is its case's."""

    visit: Visit
    number: str


async def last_of(tx: Tx, me: Person, limit: int = 5) -> list[Own]:
    """The person's own last reports, newest first."""
    rows = await tx.rows(
        f"SELECT {_VISIT}, c.prefix, c.running {_SEEN} JOIN child_case c ON c.id = w.case_id "
        "WHERE w.reporter_id = :me ORDER BY w.id DESC LIMIT :limit",
        me=me.id,
        limit=limit,
    )
    return [Own(_visit(row), numbers.write(row["prefix"], row["running"])) for row in rows]


async def last_companions(tx: Tx, me: Person) -> list[int]:
    """Who went at the person's last visit: most go with the same people again."""
    row = await tx.row("SELECT report FROM visit WHERE reporter_id = :me ORDER BY id DESC LIMIT 1", me=me.id)
    return list(_REPORTS.validate_json(row["report"]).went) if row else []


async def places(tx: Tx, me: Person, limit: int = 500) -> list[tuple[int, float, float]]:
    """Where open cases were visited last, newest first: case, latitude and longitude, as far as a place was sent."""
    rows = await tx.rows(
        f"SELECT w.case_id, w.report {_SEEN} JOIN child_case c ON c.id = w.case_id WHERE c.due_on IS NOT NULL "
        # No text of a report can hold this: there a quotation mark would stand behind a backslash.
        """AND w.report LIKE '%"place":{%' ORDER BY w.id DESC LIMIT :limit""",
        me=me.id,
        limit=limit,
    )
    found = [(row["case_id"], _REPORTS.validate_json(row["report"]).place) for row in rows]
    return [(case_id, place.latitude, place.longitude) for case_id, place in found if place]


async def versions(tx: Tx, me: Person, visit_id: int) -> list[VisitReport]:
    """Every version of a report, the first one first."""
    rows = await tx.rows(
        "SELECT n.report FROM visit_version n JOIN visit w ON w.id = n.visit_id "
        "JOIN visible_to v ON v.case_id = w.case_id AND v.person_id = :me WHERE n.visit_id = :id ORDER BY n.version",
        me=me.id,
        id=visit_id,
    )
    return [_REPORTS.validate_json(row["report"]) for row in rows]


def _visit(row: Row) -> Visit:
    saved_at = moment_of(row["saved_at"])
    return Visit(row["id"], row["version"], row["reporter_id"], saved_at, _REPORTS.validate_json(row["report"]))


async def last_report(tx: Tx, case_id: int) -> VisitReport | None:
    """For the card of a hand-over: the newest of a case, whoever made it."""
    row = await tx.row("SELECT report FROM visit WHERE case_id = :id ORDER BY id DESC LIMIT 1", id=case_id)
    return _REPORTS.validate_json(row["report"]) if row else None

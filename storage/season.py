"""The facts of a season: what the report counts, without a name, an address or a number of a case.

What a newcomer gets wrong: `visible_to` is not asked here, because whoever gets only aggregates sees no case at all;
the reach is that of the report, a municipality or all of them, and nothing leaves the process before it is counted.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casework.calendar import local_day, midnight
from casework.records import ANSWERED, IMPORT, OPEN
from casework.season import Asked, Facts, Known, Late, Move, Period, Reach, Went
from storage.database import Tx, moment_of, to_micros

_HERE = "(:place = '' OR c.municipality = :place)"


async def facts(tx: Tx, reach: Reach, period: Period, zone: ZoneInfo) -> Facts:
    values: dict[str, Any] = {
        "place": reach.municipality,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "since": to_micros(midnight(period.first, zone)),
        "until": to_micros(midnight(period.last + timedelta(days=1), zone)),
    }
    return Facts(
        tuple(await _cases(tx, zone, values)),
        tuple(await _visits(tx, values)),
        tuple(await _asked(tx, zone, values)),
        tuple(await _late(tx, zone, values)),
    )


async def municipalities(tx: Tx) -> list[str]:
    """Those that have a team or a case, by name."""
    rows = await tx.rows(
        "SELECT municipality FROM team UNION SELECT municipality FROM child_case ORDER BY municipality"
    )
    return [row["municipality"] for row in rows]


async def _visits(tx: Tx, values: dict[str, Any]) -> list[Went]:
    rows = await tx.rows(
        "SELECT w.case_id, c.municipality, coalesce(t.name, '') AS team, w.visited_on, w.outcome, w.report "
        "FROM visit w JOIN child_case c ON c.id = w.case_id LEFT JOIN team t ON t.id = w.team_id "
        f"WHERE w.visited_on BETWEEN :first AND :last AND {_HERE} ORDER BY w.id",
        **values,
    )
    found = []
    for row in rows:
        # Not by the record: of five thousand reports that alone would take a fifth of a second.
        report = json.loads(row["report"])
        day, reasons, went = date.fromisoformat(row["visited_on"]), report["reasons"], report["went"]
        found.append(
            Went(row["case_id"], row["municipality"], row["team"], day, row["outcome"], tuple(reasons), tuple(went))
        )
    return found


async def _cases(tx: Tx, zone: ZoneInfo, values: dict[str, Any]) -> list[Known]:
    moves = await _moves(tx, zone, values)
    rows = await tx.rows(
        "SELECT c.id, c.municipality, c.created_at, c.status, c.due_on, (SELECT min(w.visited_on) FROM visit w "
        "WHERE w.case_id = c.id AND w.visited_on <= :last) AS visited_on "
        f"FROM child_case c WHERE c.created_at < :until AND {_HERE} ORDER BY c.id",
        **values,
    )
    found = []
    for row in rows:
        came_on = _local(row["created_at"], zone)
        # Cases that came before moves were kept stand where they are now.
        made = moves.get(row["id"]) or [Move(came_on, IMPORT, "", row["status"], _day(row["due_on"]))]
        found.append(Known(row["municipality"], came_on, tuple(made), _day(row["visited_on"])))
    return found


async def _moves(tx: Tx, zone: ZoneInfo, values: dict[str, Any]) -> dict[int, list[Move]]:
    rows = await tx.rows(
        "SELECT m.case_id, m.at, m.cause, m.was, m.status, m.due_on FROM transition m "
        f"JOIN child_case c ON c.id = m.case_id WHERE m.at < :until AND {_HERE} ORDER BY m.case_id, m.id",
        **values,
    )
    moves: defaultdict[int, list[Move]] = defaultdict(list)
    for row in rows:
        move = Move(_local(row["at"], zone), row["cause"], row["was"], row["status"], _day(row["due_on"]))
        moves[row["case_id"]].append(move)
    return moves


async def _asked(tx: Tx, zone: ZoneInfo, values: dict[str, Any]) -> list[Asked]:
    rows = await tx.rows(
        "SELECT c.municipality, r.institution, r.check_day, r.asked_at, r.answer_by, r.state, r.answered_at "
        "FROM referral r JOIN child_case c ON c.id = r.case_id "
        f"WHERE r.asked_at >= :since AND r.asked_at < :until AND {_HERE} ORDER BY r.id",
        **values,
    )
    found = []
    for row in rows:
        ended = row["state"] != OPEN and row["answered_at"] < values["until"]
        ended_on = _local(row["answered_at"], zone) if ended else None
        by, is_check = date.fromisoformat(row["answer_by"]), row["check_day"] is not None
        asked_on, answered = _local(row["asked_at"], zone), ended and row["state"] == ANSWERED
        found.append(Asked(row["municipality"], row["institution"], is_check, asked_on, by, ended_on, answered))
    return found


async def _late(tx: Tx, zone: ZoneInfo, values: dict[str, Any]) -> list[Late]:
    rows = await tx.rows(
        "SELECT c.municipality, l.at, l.code FROM lateness l JOIN child_case c ON c.id = l.case_id "
        f"WHERE l.at >= :since AND l.at < :until AND {_HERE} ORDER BY l.id",
        **values,
    )
    return [Late(row["municipality"], _local(row["at"], zone), row["code"]) for row in rows]


def _local(micros: int, zone: ZoneInfo) -> date:
    return local_day(moment_of(micros), zone)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

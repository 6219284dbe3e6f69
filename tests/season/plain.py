"""Where each case must stand at the end, computed once more from the ledger and the text of the catalogue.

It shares nothing with `casework`: no rule, no calendar, no record. The free days are written down from the law.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.season.ledger import Answer, Checked, Deed, Ledger, Postponed, Visit

BOOK: dict[str, Any] = tomllib.loads((Path(__file__).parents[2] / "casework" / "catalogue.toml").read_text("utf-8"))
FREE = {
    date.fromisoformat(day)
    for day in (
        "2026-09-07", "2026-09-22", "2026-12-24", "2026-12-25", "2026-12-28", "2027-01-01", "2027-03-03", "2027-04-30",
        "2027-05-03", "2027-05-04", "2027-05-06", "2027-05-24", "2027-09-06", "2027-09-22", "2027-12-24", "2027-12-27",
        "2027-12-28",
    )
}  # fmt: skip
"""Free days of the season that are no Saturday or Sunday, and those of the year after it."""


def works(day: date) -> bool:
    return day.isoweekday() < 6 and day not in FREE


def moved(day: date) -> date:
    """The first working day from there on."""
    while not works(day):
        day += timedelta(days=1)
    return day


def in_days(day: date, days: int) -> date:
    return moved(day + timedelta(days=days))


def worked_on(day: date, working_days: int) -> date:
    for _ in range(working_days):
        day = moved(day + timedelta(days=1))
    return day


def working_days_late(due: date, today: date) -> int:
    due, late = moved(due), 0
    while due < today:
        due += timedelta(days=1)
        late += works(due)
    return late


@dataclass
class Standing:
    """Where one case is; `asked` are the open referrals, measure to deadline, in the order in which they were made."""

    status: str
    step: str
    due_on: date | None
    waits: str = ""
    asked: dict[str, date] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    """The outcomes of its visits."""
    led_to: tuple[str, ...] = ()
    """The measures that the last visit brought about of itself."""
    enrolled_on: date | None = None
    check: int = 0
    """The check that the school has now, in days after the enrolment; 0 when it has none."""
    checked: int = 0
    """The last one it was asked."""

    @property
    def shown(self) -> tuple[str, str, date | None]:
        return self.status, self.step, self.due_on


def at_the_end(number: str, ledger: Ledger, begun: date, until: date) -> Standing:
    case = Standing(BOOK["first_status"], BOOK["first_step"], in_days(begun, BOOK["first_days"]))
    for deed in ledger.deeds[number]:
        mornings(case, deed.day)
        happens(case, deed)
    mornings(case, until)
    return case


def mornings(case: Standing, today: date) -> None:
    """What the clock does up to the morning of that day, which comes before what is done on it."""
    silence(case, today)
    school(case, today)


def school(case: Standing, today: date) -> None:
    """On its day a check goes to the school, which has so many working days to answer."""
    if case.enrolled_on and case.due_on and not case.check and moved(case.due_on) <= today:
        asked_on = moved(case.due_on)
        passed = [days for days in BOOK["retention"]["days"] if case.enrolled_on + timedelta(days=days) <= asked_on]
        days = max(passed, default=BOOK["retention"]["days"][0])
        if days > case.checked:
            case.check = case.checked = days
            case.due_on = max(case.due_on, worked_on(asked_on, BOOK["retention"]["answer_days"]))


def silence(case: Standing, today: date) -> None:
    """The morning on which the team takes a case back whose institution has not answered."""
    if case.waits and case.due_on and worked_on(case.due_on, BOOK["silent_days"]) <= today:
        back_on = worked_on(case.due_on, BOOK["silent_days"])
        moves(case, BOOK["silent_status"], BOOK["silent_step"], back_on)


def happens(case: Standing, deed: Deed) -> None:
    match deed:
        case Visit():
            visited(case, deed)
        case Answer():
            answered(case, deed)
        case Postponed():
            case.due_on = in_days(deed.day, BOOK["late"][deed.reason]["days"])
        case Checked():
            checked(case, deed)


def closed(status: str) -> bool:
    return bool(BOOK["statuses"][status].get("closed"))


def moves(case: Standing, status: str, step: str, due_on: date | None, day: date | None = None) -> None:
    """As far as the status it has lets it. `day` is that of an enrolment."""
    may = status == case.status or status in BOOK["statuses"][case.status]["to"]
    if may or not closed(case.status):
        case.status = status if may else case.status
        case.step, case.due_on, case.waits, case.check = step, due_on, "", 0
        if case.status != BOOK["retention"]["status"]:
            case.enrolled_on, case.checked = None, 0
        else:
            case.enrolled_on = case.enrolled_on or day


def checked(case: Standing, check: Checked) -> None:
    rule, rules = BOOK["checks"][check.code], BOOK["retention"]
    good = rule.get("good") or (rule.get("counts") and check.absent < rules["absent_days"])
    if not good:
        moves(case, rule["status"], rule["step"], in_days(check.day, rule["days"]))
        return
    assert case.enrolled_on
    days = [in_days(case.enrolled_on, days) for days in rules["days"] if days > case.check]
    to_come = [day for day in days if day > check.day]
    if to_come:
        moves(case, case.status, rules["step"], to_come[0])
    else:
        moves(case, rules["kept"], rules["step"], None)


def visited(case: Standing, visit: Visit) -> None:
    rule = BOOK["outcomes"][visit.outcome]
    in_a_row = 1
    while case.seen[-in_a_row:] == [visit.outcome] * in_a_row:
        in_a_row += 1
    case.seen.append(visit.outcome)
    again = rule.get("repeat")
    if rule.get("closes"):
        moves(case, rule["status"], rule["step"], None)
        case.asked, case.led_to = {}, ()
        return
    if again and in_a_row >= again["times"]:
        rule, due = {**again, "meets": rule.get("meets")}, in_days(visit.day, again["days"])
    else:
        due = moved(day_of(rule, visit))
    if closed(case.status):
        return
    if rule.get("meets"):
        case.asked = {code: by for code, by in case.asked.items() if not BOOK["measures"][code].get("finds")}
    if case.enrolled_on is None or rule["status"] != BOOK["retention"]["status"]:
        moves(case, rule["status"], rule["step"], due, visit.day)  # who finds it still enrolled changes no plan
    case.led_to = tuple(rule.get("refers", ()))
    for code in case.led_to:
        if case.asked.get(code, date.min) < visit.day:  # also what is late is asked anew
            case.asked[code] = in_days(visit.day, BOOK["measures"][code]["days"])
    waits_for(case, heard(case.led_to, visit))


def heard(codes: Iterable[str], deed: Visit | Answer) -> tuple[str, ...]:
    """Those of these measures that somebody is there to be told of."""
    return tuple(code for code in codes if not (deed.unattended and stands_in(code) == "coordinator"))


def stands_in(measure: str) -> str | None:
    """Whose role it is to answer where the institution itself has nobody."""
    role: str | None = BOOK["institutions"][BOOK["measures"][measure]["institution"]].get("role")
    return role


def waits_for(case: Standing, codes: tuple[str, ...]) -> None:
    """The earliest of those that are asked, if there is one."""
    among = [(by, place, code) for place, (code, by) in enumerate(case.asked.items()) if code in codes]
    if among:
        case.due_on, _place, case.waits = min(among)
        case.step = BOOK["answer_step"]


def day_of(rule: dict[str, Any], visit: Visit) -> date:
    if visit.promised_on:
        return visit.promised_on + timedelta(days=1)
    if "days" in rule:
        return visit.day + timedelta(days=rule["days"])
    day = visit.day + timedelta(days=1)
    while not day.isoformat().endswith(rule["on"]):
        day += timedelta(days=1)
    return day


def answered(case: Standing, answer: Answer) -> None:
    rule = BOOK["answers"][answer.code]
    del case.asked[answer.measure]
    status = rule.get("status", "")
    news = status not in ("", case.status)
    if not news and not case.waits and case.step != BOOK["silent_step"]:
        return
    asked = heard((code for code in case.asked if code in case.led_to), answer)
    others = tuple(code for code in case.asked if code in asked or code == case.waits)
    if not news and case.waits and others:
        waits_for(case, others)
    elif not closed(case.status):
        moves(case, status or case.status, rule["step"], in_days(answer.day, rule["days"]), answer.day)

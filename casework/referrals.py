"""What an institution may answer, when it is reminded, and who else may write its answer down."""

from __future__ import annotations

from datetime import date

from casework.calendar import WorkingDays
from casework.catalogue import Answer, Catalogue
from casework.escalation import overdue_working_days
from casework.records import Referral


def answers_of(catalogue: Catalogue, institution: str) -> dict[str, Answer]:
    """By code, in the order of the catalogue."""
    return {
        code: one
        for code, one in catalogue.answers.items()
        if not one.institutions or institution in one.institutions
    }  # fmt: skip


def is_urgent(catalogue: Catalogue, measure: str) -> bool:
    """Whether an urgent outcome brings it about of itself."""
    return any(one.urgent and measure in one.refers for one in catalogue.outcomes.values())


def is_outlived(catalogue: Catalogue, measure: str, outcome: str) -> bool:
    """Whether a visit that ended so makes the answer needless: what only finds a family, once somebody was met."""
    return measure in catalogue.measures and catalogue.measures[measure].finds and catalogue.outcomes[outcome].meets


def is_reminded(catalogue: Catalogue, calendar: WorkingDays, answer_by: date, today: date) -> bool:
    """On the day of the deadline, and every so many working days after it."""
    late = overdue_working_days(calendar, answer_by, today)
    return today >= answer_by and late % catalogue.remind_days == 0


def is_by_hand(referral: Referral, today: date, *, heard: bool) -> bool:
    """Whether whoever has the case may write down what the institution told them outside of the bot: where it has
    nobody who can read it here, and when it is late."""
    return not heard or today > referral.answer_by

"""The catalogue: outcomes, reasons, measures and statuses as data, read from one TOML file.

`catalogue.toml` beside this module is the default; its header explains every key. Nothing in code names an outcome.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from casework import mistakes
from casework.records import MUNICIPAL, REGIONAL


class CatalogueError(ValueError):
    """What is wrong with a catalogue, every mistake on a line of its own."""


GREY = "#7a8288"
"""Of what has no colour of its own."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(Part):
    """One word of the catalogue with its name in every language."""

    code: str
    labels: dict[str, str] = Field(alias="label")
    short: tuple[str, ...] = ()
    """The words that mean it in a one-line report."""

    @field_validator("short")
    @classmethod
    def _as_compared(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word.casefold() for word in words)

    def label(self, language: str) -> str:
        """In the first language of the catalogue when it does not speak `language`."""
        return self.labels.get(language) or next(iter(self.labels.values()))


class Status(Entry):
    closed: bool = False
    colour: str = Field(default=GREY, pattern=r"^#[0-9a-f]{6}$")
    """In reports: its own, and of the outcomes that lead to it and have none."""
    to: tuple[str, ...] = ()
    """The statuses that may follow."""


class Institution(Entry):
    role: str = Field(default="", pattern=f"^({MUNICIPAL}|{REGIONAL})?$")
    """Whose coordinators stand in where it has no person of its own."""


class Measure(Entry):
    """With an institution it becomes a referral to it, with so many days for the answer."""

    institution: str = ""
    days: int = Field(default=14, ge=0)
    finds: bool = False
    """Only finds the family: no longer asked once somebody of it was met."""


class Repeat(Part):
    """From the `times`-th visit in a row with this outcome, another step follows."""

    times: int = Field(ge=2)
    status: str
    step: str
    days: int = Field(ge=0)
    refers: tuple[str, ...] = ()


class Outcome(Entry):
    status: str
    step: str
    days: int | None = Field(default=None, ge=0)
    on: str = Field(default="", pattern=r"^((\d\d-)?\d\d)?$")
    colour: str = Field(default="", pattern=r"^(#[0-9a-f]{6})?$")
    """In charts; empty for that of its status."""
    promise: bool = False
    meets: bool = False
    why: bool = False
    photos: bool = False
    goes_on: bool = False
    closes: bool = False
    urgent: bool = False
    refers: tuple[str, ...] = ()
    """The measures that follow of themselves."""
    repeat: Repeat | None = None

    @field_validator("on")
    @classmethod
    def _of_every_year(cls, on: str) -> str:
        day = on if "-" in on else f"02-{on}" if on else "01-01"
        try:
            date.fromisoformat(f"2001-{day}")
        except ValueError as wrong:
            raise ValueError(f"{on} is no day of every {'year' if '-' in on else 'month'}") from wrong
        return on


class Answer(Entry):
    """What an institution may answer to a referral. Without a status the case is moved only if it waits for it."""

    institutions: tuple[str, ...] = ()
    """Those which may give it; empty means all."""
    status: str = ""
    step: str
    days: int = Field(ge=0)


class Check(Entry):
    """What is answered to a check of a child that was enrolled. `good` goes on to the next check."""

    good: bool = False
    counts: bool = False
    """Asks how many days the child was absent."""
    status: str = ""
    step: str = ""
    days: int = Field(default=0, ge=0)


class LateReason(Entry):
    """Why a step is late; it is postponed by so many days."""

    days: int = Field(ge=1)


DayOfMonth = Annotated[int, Field(ge=1, le=28)]


class Decision(Entry):
    """Of a coordinator. Without a status the case stays in its own, and the step and its day are chosen."""

    status: str = ""
    step: str = ""
    days: int = Field(default=0, ge=0)
    by: tuple[Annotated[str, Field(pattern=f"^({MUNICIPAL}|{REGIONAL})$")], ...] = (MUNICIPAL, REGIONAL)
    """Whose it is to make."""


class CaseList(Entry):
    """A list of cases, made anew whenever it is looked at: those to which all that is said here applies."""

    statuses: tuple[str, ...] = ()
    """Without any, all open ones."""
    steps: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    """Of the last visit."""
    groups: tuple[str, ...] = ()
    overdue_days: int | None = Field(default=None, ge=0)
    """Due more than so many days ago, as are the next two."""
    promised_days: int | None = Field(default=None, ge=0)
    """The day that was promised at the last visit."""
    silent_days: int | None = Field(default=None, ge=0)
    """The day for the answer of the institution that it waits for."""
    visited: bool | None = None
    held: bool | None = None
    """By a team."""

    @property
    def says_nothing(self) -> bool:
        return not self.model_fields_set - {"code", "labels", "short"}


class Handover(Part):
    """What is offered to others, and what goes out of the region."""

    days: int = Field(ge=1)
    """Working days for the answer."""
    outside_status: str
    outside_step: str
    outside_days: int = Field(ge=0)


class Ladder(Part):
    """Who is told of a step that is due or overdue, each role from so many working days after the due day on; 0 is the
    morning of that day. A role that is left out is told nothing."""

    member: int | None = Field(default=None, ge=0)
    """Whoever owes the step, which is the leader where the team has nobody else."""
    leader: int | None = Field(default=None, ge=0)
    coordinator: int | None = Field(default=None, ge=0)
    region: int | None = Field(default=None, ge=0)


class Alerts(Part):
    """What one may say to an alert. None of it moves a case, and whoever is above is told on their day all the same."""

    later_at_most: int = Field(default=2, ge=0)
    """So often one may ask to be told of the same step later."""
    later_days: int = Field(default=10, ge=1)
    """So many days later at most."""
    mute_days: tuple[Annotated[int, Field(ge=1)], ...] = (7, 30)
    """For so many days leaders and coordinators may want no alerts of a case."""


class Retention(Part):
    """A child that was enrolled is asked after until it is sure to stay."""

    days: tuple[int, ...] = Field(min_length=1)
    """After the enrolment, rising."""
    answer_days: int = Field(ge=1)
    """So many working days the school has for its answer."""
    institution: str
    status: str
    step: str
    kept: str
    """The status after the last good check."""
    absent_hours: float = Field(gt=0)
    absent_days: float = Field(gt=0)
    """Of a month, without an excuse: from these on a child is at risk."""
    at_risk: str
    """The group of whoever reaches them."""
    filed: tuple[DayOfMonth, DayOfMonth]
    """When schools file the absences of the month before; the first and the last day of every month."""
    stopped: tuple[DayOfMonth, DayOfMonth]
    """When the stopping of benefits is confirmed."""


class SeasonDays(Part):
    """The days of a year on which a season begins and ends, "08-20"."""

    begins: str = "08-20"
    ends: str = "06-15"
    least: int = Field(default=5, ge=2)
    """Counts below it are not shown to whoever gets only aggregates."""

    @field_validator("begins", "ends")
    @classmethod
    def _of_every_year(cls, day: str) -> str:
        try:
            date.fromisoformat(f"2001-{day}")
        except ValueError as wrong:
            raise ValueError(f"{day} is no day of every year") from wrong
        return day


def _with_codes(value: Any) -> Any:
    """In the file a code is the name of its entry; here the entry knows it too."""
    if not isinstance(value, dict):
        return value
    return {code: {"code": code, **entry} if isinstance(entry, dict) else entry for code, entry in value.items()}


E = TypeVar("E", bound=Entry)
Some = Annotated[dict[str, E], BeforeValidator(_with_codes), Field(min_length=1)]


FieldName = Literal[
    "case", "birth_year", "group", "status", "municipality", "settlement", "address", "address_kind", "team",
    "visited_on", "part_of_day", "attempt", "went", "met", "outcome", "reasons", "measures", "promised_on", "next_step",
    "next_on", "note", "photos", "place", "report", "reported",
]  # fmt: skip


class FormRow(Part):
    """One row of the printed form. Without a field it is left blank for a pen."""

    labels: dict[str, str] = Field(alias="label")
    field: FieldName | None = None


class FormLayout(Part):
    """The printed form: its rows in their order, in the one language of the office that gets it."""

    language: str
    title: dict[str, str]
    signed: dict[str, str]
    """What stands above the places for signatures."""
    rows: tuple[FormRow, ...] = Field(min_length=1)


class Catalogue(Part):
    languages: tuple[str, ...] = Field(min_length=1)
    first_status: str
    first_step: str
    first_days: int = Field(ge=0)
    leader_step: str
    unassigned_status: str
    unassigned_step: str
    unassigned_days: int = Field(ge=0)
    answer_step: str
    silent_step: str
    silent_status: str
    silent_days: int = Field(ge=1)
    refused_step: str
    refused_days: int = Field(ge=0)
    remind_days: int = Field(ge=1)
    late_at_most: int = Field(ge=0)
    ladder: Ladder
    alerts: Alerts = Alerts()
    retention: Retention
    handover: Handover
    season: SeasonDays = SeasonDays()
    outcomes: Some[Outcome]
    reasons: Some[Entry]
    measures: Some[Measure]
    institutions: Some[Institution]
    answers: Some[Answer]
    checks: Some[Check]
    late: Some[LateReason]
    decisions: Some[Decision]
    lists: Some[CaseList]
    met: Some[Entry]
    addresses: Some[Entry]
    statuses: Some[Status]
    groups: Some[Entry]
    steps: Some[Entry]
    form: FormLayout

    def colour(self, code: str) -> str:
        """Of an outcome or a status, the same wherever it is drawn; grey for one that is no longer here."""
        outcome = self.outcomes.get(code)
        if outcome and outcome.colour:
            return outcome.colour
        status = outcome.status if outcome else code
        return self.statuses[status].colour if status in self.statuses else GREY


def load(text: str | None = None) -> Catalogue:
    """The catalogue written in `text` (TOML), or the default one.

    Raises CatalogueError naming every mistake at once.
    """
    return _default() if text is None else _parse(text)


@cache
def _default() -> Catalogue:
    return _parse((files("casework") / "catalogue.toml").read_text("utf-8"))


def _parse(text: str) -> Catalogue:
    try:
        book = Catalogue.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as broken:
        raise CatalogueError(f"not TOML: {broken}") from broken
    except ValidationError as wrong:
        raise CatalogueError("\n".join(mistakes.told(text, wrong))) from wrong
    if found := mistakes.contradictions(text, book):
        raise CatalogueError("\n".join(found))
    return book

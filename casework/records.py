"""The nouns of the field as frozen records: who goes, where to, and what they found.

Codes (`O20`, `R10`, `S21` …) are words of the catalogue, never of the code. A `date` is a local day in the
time zone of the schedule; a `datetime` is aware UTC. A child's name is never in a record, only sealed beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from casework.hours import Hours

LEADER = "leader"
MEMBER = "member"
MUNICIPAL = "coordinator"
REGIONAL = "region"
INSTITUTION = "institution"
GOVERNOR = "governor"
NATIONAL = "national"
ROLES = (LEADER, MEMBER, MUNICIPAL, REGIONAL, INSTITUTION, GOVERNOR, NATIONAL)
"""Who one may be: team leader (L1), member (L2), municipal coordinator (L3), regional coordinator (L4); a person of an
institution, who sees what is referred to it; the governor's office (L5) and national readers (L6), who see no case."""
READERS = (GOVERNOR, NATIONAL)
"""Who gets aggregates and nothing else."""


@dataclass(frozen=True)
class Team:
    id: int
    name: str
    municipality: str
    area: str = ""


@dataclass(frozen=True)
class Person:
    """One human, whatever messengers they use. `language` is empty until they chose one."""

    id: int
    name: str
    role: str
    language: str = ""
    institution: str = ""
    teams: tuple[Team, ...] = ()
    """In which they are now, the longest first."""
    municipality: str = ""
    accepted_at: datetime | None = None
    active: bool = True
    digest_at: str = ""
    """`08:00`, or empty for the hour of the configuration."""

    preferred: str = ""
    """The messenger for notices, or empty for whichever costs nothing."""
    set_aside: int = 0
    """Messages of their people that could not be handled; counted only when a coordinator writes."""
    unreached: int = 0
    """Of their people whom no messenger reaches; counted likewise."""
    asked: int = 0
    """Questions of their people that wait for an answer; counted likewise."""
    is_asked_after_children: bool = False
    """Whether their institution says if enrolled children attend; known only when they write."""
    away_until: date | None = None
    """The last day of an absence that is now."""
    for_leader: bool = False
    """Stands in for a leader who is away."""
    hours: Hours = field(default_factory=Hours)
    paused_until: date | None = None
    """The day on which they are told everything again; None when they have not paused."""
    told_from: datetime | None = None
    """What was due to be told before, they do not miss: they paused, or changed when they are told."""

    @property
    def coordinates(self) -> bool:
        return self.role in (MUNICIPAL, REGIONAL)

    @property
    def leads(self) -> bool:
        return self.role == LEADER or self.for_leader

    @property
    def team_names(self) -> str:
        """`Б-1, Б-2`; empty of somebody without a team."""
        return ", ".join(team.name for team in self.teams)


@dataclass(frozen=True)
class Place:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Photo:
    """A photo as its messenger names it; the bytes are fetched and cleaned later."""

    channel: str
    file: str
    unique: str


@dataclass(frozen=True)
class Case:
    """A child to be found, without the child's name. `number` reads `БЯ-014`."""

    id: int
    number: str
    group: str
    municipality: str
    settlement: str
    address: str
    birth_year: int | None
    status: str
    team_id: int | None
    next_step: str
    due_on: date | None
    attempts: int = 0
    sealed: bool = False
    version: int = 1
    holder: str = ""
    """The name of the team that holds the case now; empty when nobody does."""
    waits_for: int | None = None
    """The referral without whose answer nothing goes on; then its institution owes the step, not the team."""
    awaits: str = ""
    """The institution that referral went to."""
    enrolled_on: date | None = None
    """While the child is asked after: the day from which the checks are counted."""
    postponed: int = 0
    """How often the present step was postponed by a reason why it is late."""
    late_for: str = ""
    """The last of these reasons."""


@dataclass(frozen=True)
class VisitReport:
    """What a member found at one door: the minimum visit record (`docs/glossary.md`)."""

    case_id: int
    visited_on: date
    part_of_day: str
    attempt: int
    went: tuple[int, ...]
    address_kind: str
    met: str
    outcome: str
    reasons: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    promised_on: date | None = None
    next_on: date | None = None
    note: str = ""
    photos: tuple[Photo, ...] = ()
    place: Place | None = None


@dataclass(frozen=True)
class Visit:
    """A saved report: `id` is the receipt number; a correction raises `version` and keeps the older ones."""

    id: int
    version: int
    reporter_id: int
    saved_at: datetime
    report: VisitReport


@dataclass(frozen=True)
class NextStep:
    """What must happen to a case now. `due_on` is None only when nothing more is owed."""

    status: str
    step: str
    due_on: date | None
    waits_for: int | None = None
    """The referral whose answer it is."""
    enrolled_on: date | None = None
    """Set while the child is asked after."""
    refers: tuple[str, ...] = ()
    """The measures that follow of themselves, and for whose answer the case waits."""


VISIT, CORRECTION, ANSWER, CHECK = "visit", "correction", "answer", "check"
DEADLINE, DECISION, HANDOVER, IMPORT = "deadline", "decision", "handover", "import"


@dataclass(frozen=True)
class Cause:
    """Why a case moved: one of the words above, the number of the visit, referral or hand-over, and whoever did it.

    Of a decision that gave the case to somebody else, the number is that of the team it came from.
    """

    kind: str
    id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Transition:
    """One move of a case, as it is kept."""

    at: datetime
    cause: Cause
    was: str
    status: str
    step: str
    due_on: date | None
    team_id: int | None
    detail: str = ""


OPEN, ANSWERED, REFUSED, WITHDRAWN = "open", "answered", "refused", "withdrawn"
"""What becomes of a referral: it waits, has its answer, was nobody's there, or is no longer asked."""


@dataclass(frozen=True)
class Referral:
    """What an institution is asked about a case: to take a measure, or, with `check_day`, whether an enrolled child
    attends so many days after. `answer_by` is a local day; `taken_by` is who accepted it."""

    id: int
    case_id: int
    number: str
    """Of its case: `БЯ-014`."""
    visit_id: int | None
    measure: str
    check_day: int | None
    institution: str
    municipality: str
    asked_by: int | None
    asked_at: datetime
    answer_by: date
    state: str
    taken_by: int | None = None
    answer: str = ""
    absent: float = 0
    note: str = ""
    answered_by: int | None = None
    answered_at: datetime | None = None
    settlement: str = ""

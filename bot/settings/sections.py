"""The sections of the configuration: what may stand in each, and what holds where nothing stands."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.settings.storing import Photos
from casework.calendar import VACATIONS
from casework.imports import COLUMNS
from handlers.engine.words import LANGUAGES
from storage.retention import YEAR, Terms


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Telegram(Section):
    api_url: str = Field(default="https://api.telegram.org", pattern=r"^https?://\S+[^/]$")
    """What stands before `/bot<token>/`."""
    public_url: str = Field(default="", pattern=r"^(https?://\S+[^/])?$")
    """Where Telegram reaches us; empty means long polling."""
    messages_per_second: float = Field(default=29.5, ge=1, le=1000)
    chat_messages_per_second: float = Field(default=1, gt=0, le=1000)


class Viber(Section):
    api_url: str = Field(default="https://chatapi.viber.com/pa", pattern=r"^https?://\S+/pa$")
    """What stands before `/send_message`."""
    public_url: str = Field(default="", pattern=r"^(https?://\S+[^/])?$")
    """Where Viber and its phones reach us; there is no polling."""
    sender_name: str = Field(default="Обхват", min_length=1, max_length=28)
    paid_messages_a_month: int = Field(default=1000, ge=0)
    """What the bot begins outside of 24 hours after somebody wrote is charged; beyond this nothing that is."""


class DatabaseSection(Section):
    url: str = "sqlite:///obhvat.db"


class Schedule(Section):
    timezone: str = "Europe/Sofia"
    digest_at: time = time(17, 30)
    alert_at: time = time(8, 30)
    charts: bool = True
    """Whether a picture goes with each digest."""
    alert_until: time = time(18)
    """What was missed in the morning is told when the bot is back, but not in the evening."""
    notices_a_day: int = Field(default=6, ge=1, le=100)
    """What nobody asked for and is not urgent goes into the next morning's message from the next one on."""
    question_back_after_days: int = Field(default=1, ge=1, le=30)
    """Whole working days until a question that was taken and not answered is everybody's again."""
    question_to_region_after_days: int = Field(default=3, ge=1, le=30)
    outage_after_minutes: int = Field(default=15, ge=1, le=60)
    """No longer than the shortest time for which a messenger keeps what we do not take."""

    notices_from: time = time(7, 30)
    notices_until: time = time(20)
    """Between them people who chose nothing else are told what can wait."""

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError(f"there is no time zone {name!r}; for example Europe/Sofia") from unknown
        return name

    @model_validator(mode="after")
    def _by_day(self) -> Self:
        if self.alert_at >= self.alert_until:
            raise ValueError(f"alert_until must be later than alert_at, {self.alert_at:%H:%M}")
        if self.notices_from >= self.notices_until:
            raise ValueError(f"notices_until must be later than notices_from, {self.notices_from:%H:%M}")
        return self


class Vacation(Section):
    """Both days are included."""

    name: str = ""
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"{self.name}: last must not be before first, {self.first}")
        return self


class Calendar(Section):
    free: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()
    """Days the government swapped."""
    vacations: tuple[Vacation, ...] = tuple(
        Vacation(name=name, first=first, last=last) for name, first, last in VACATIONS
    )  # fmt: skip


class Operator(Section):
    """Whoever looks after the machine, and what they are told of."""

    chat: str = Field(default="", pattern=r"^(-?\d+)?$")
    """In Telegram; empty means that alarms stand only in the log."""
    language: str = Field(default="bg", pattern=rf"^({'|'.join(LANGUAGES)})$")
    queue_minutes: int = Field(default=5, ge=1)
    silence_minutes: int = Field(default=10, ge=1)
    disk_free_mb: int = Field(default=500, ge=0)
    backup_hours: int = Field(default=36, ge=0)
    """After so many without a backup; 0 means that nobody asks."""


class Http(Section):
    listen: str = Field(default="127.0.0.1:8080", pattern=r"^[^:\s]*:\d{1,5}$")


class Work(Section):
    catalogue: str = ""
    """A file in the place of the default catalogue."""


class Import(Section):
    mapping: dict[str, str] = {}
    """Headers of other layouts, each with the column of ours it means."""

    @field_validator("mapping")
    @classmethod
    def _ours(cls, mapping: dict[str, str]) -> dict[str, str]:
        wrong = [f"{header!r} means {ours!r}" for header, ours in mapping.items() if ours not in COLUMNS]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}, which is no column of ours; these are: {', '.join(COLUMNS)}")
        return mapping


class Keep(Section):
    """How long data is kept, from when it was over. All but the first are our proposal."""

    messages_days: int = Field(default=30, ge=1)
    set_aside_days: int = Field(default=90, ge=1)
    summaries_days: int = Field(default=400, ge=30)
    photos_years: float = Field(default=2, gt=0)
    questions_years: float = Field(default=3, gt=0)
    people_years: float = Field(default=2, gt=0)
    cases_years: float = Field(default=5, gt=0)
    audit_years: float = Field(default=6, gt=0)

    @model_validator(mode="after")
    def _audit_last(self) -> Self:
        if self.audit_years < max(self.cases_years, self.people_years):
            raise ValueError("audit_years must not be less than cases_years and people_years: it says who did what")
        return self

    @property
    def terms(self) -> Terms:
        return Terms(
            messages=timedelta(days=self.messages_days),
            set_aside=timedelta(days=self.set_aside_days),
            summaries=timedelta(days=self.summaries_days),
            photos=self.photos_years * YEAR,
            questions=self.questions_years * YEAR,
            people=self.people_years * YEAR,
            cases=self.cases_years * YEAR,
            audit=self.audit_years * YEAR,
        )


class File(Section):
    telegram: Telegram = Telegram()
    viber: Viber = Viber()
    database: DatabaseSection = DatabaseSection()
    photos: Photos = Photos()
    schedule: Schedule = Schedule()
    calendar: Calendar = Calendar()
    keep: Keep = Keep()
    operator: Operator = Operator()
    http: Http = Http()
    work: Work = Work()
    import_: Import = Field(default=Import(), alias="import")

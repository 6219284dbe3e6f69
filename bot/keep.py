"""The section `[keep]` of the configuration: how long each kind of data is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from storage.retention import YEAR, Terms


class Keep(BaseModel):
    """How long data is kept, from when it was over. All but the first are our proposal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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

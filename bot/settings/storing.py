"""The section `[photos]` of the configuration, and the store that it names, with its secrets from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator
from yarl import URL

from bot.settings import keyring
from bot.store import S3, Access, Store

KEY_ID, KEY = "OBHVAT_PHOTOS_KEY_ID", "OBHVAT_PHOTOS_KEY"
HERE = ("127.0.0.1", "localhost")
"""Where plain http is enough, because nobody else hears it."""
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?")


class Photos(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    store: str = Field(default="photos", min_length=1)
    """A folder, or `s3://bucket/prefix`."""
    endpoint: str = ""
    """Where the bucket is asked for; empty is Amazon's own."""
    region: str = Field(default="eu-central-1", pattern=r"^[\w-]+$")

    @field_validator("store")
    @classmethod
    def _known(cls, store: str) -> str:
        if "://" in store and not _BUCKET.fullmatch(store):
            raise ValueError(f"{store} is neither a folder nor a bucket such as s3://obhvat-photos/ruse")
        return store

    @field_validator("endpoint")
    @classmethod
    def _safe(cls, endpoint: str) -> str:
        if endpoint and not _is_safe(URL(endpoint)):
            raise ValueError(f"{endpoint} is no https address such as https://s3.example.bg")
        return endpoint.rstrip("/")


def _is_safe(address: URL) -> bool:
    """Without a name and password in it: what stands in the file is no secret."""
    return bool(address.host and not address.user) and (address.scheme == "https" or address.host in HERE)


def store(section: Photos, environ: Mapping[str, str], mistakes: list[str]) -> Store:
    """The one in use."""
    return named(section, section.store, environ, mistakes)


def named(section: Photos, place: str, environ: Mapping[str, str], mistakes: list[str]) -> Store:
    """Any other one, at the same endpoint."""
    if not place.startswith(S3):
        return Store(place)
    key_id, key = (keyring.given(environ, name, mistakes) for name in (KEY_ID, KEY))
    for name, value in ((KEY_ID, key_id), (KEY, key)):
        if not value and not any(name in mistake for mistake in mistakes):
            mistakes.append(f"{name}: is not set. {place} needs {KEY_ID} and {KEY}, or the same names with _FILE.")
    return Store(place, Access(section.endpoint, section.region, key_id, key))

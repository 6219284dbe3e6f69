"""The parameters of one Bot API call, wherever the client has put them.

What a newcomer gets wrong: the same parameter may come in the query, as JSON, in a form or in multipart,
and nested values come as JSON text inside a form.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    mime: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Params:
    """What the bot has sent."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise bad_request(f"{name} must be a number") from error

    def number(self, name: str) -> float:
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError) as error:
            raise bad_request(f"wrong {name}") from error

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def decode(self, name: str) -> Any:
        """A nested value, or None when it was not sent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise bad_request(f"can't parse {name} JSON object") from error

    def upload(self, name: str, value: Any = None) -> Upload | str:
        """The bytes that were sent under this name, or the file id, or an empty text."""
        if value is None:
            if name in self.files:
                return self.files[name]
            value = self.text(name)
        reference = str(value)
        if reference.startswith("attach://"):
            found = self.files.get(reference.removeprefix("attach://"))
            if found is None:
                raise bad_request(f"attached file {reference!r} not found")
            return found
        return reference

    @property
    def chat_id(self) -> int | None:
        value = str(self.values.get("chat_id", ""))
        return int(value) if value.lstrip("-").isdigit() else None

    def recorded(self) -> dict[str, Any]:
        """For the log of calls: values as sent, files by name and size."""
        files = {key: f"<{upload.name}, {len(upload.data)} bytes>" for key, upload in self.files.items()}
        return {**self.values, **files}


async def read_params(request: web.Request) -> Params:
    values: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.method == "POST" and request.can_read_body:
        if request.content_type == "application/json":
            try:
                body = await request.json()
            except json.JSONDecodeError as error:
                raise bad_request("can't parse request JSON object") from error
            if not isinstance(body, dict):
                raise bad_request("request JSON must be an object")
            values.update(body)
        else:
            form = await request.post()
            for key, value in form.items():
                if isinstance(value, web.FileField):
                    mime = value.content_type or "application/octet-stream"
                    files[key] = Upload(value.filename or key, mime, value.file.read())
                else:
                    values[key] = value
    return Params(values, files)

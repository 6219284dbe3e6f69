"""What the Bot API answers when it refuses.

What a newcomer gets wrong: bots read the description as well as the code, so the words here are
Telegram's own and must not be improved.
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal: becomes `{"ok": false, "error_code": …, "description": …}`."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters is not None:
            answer["parameters"] = self.parameters
        return answer


def bad_request(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


def too_many(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})

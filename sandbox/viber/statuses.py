"""The status numbers of Viber's answers, which are HTTP 200 whatever happened.

What a newcomer gets wrong: the words are for people. Names as in the documentation's table of errors
(Viber/creators-hub docs/bots-api/errors.md, read 24 November 2026); where a real answer is on record its words are used
instead: 6, 999 and the texts about keyboards (see decision 24).
"""

from __future__ import annotations

from typing import Any

OK = 0
BAD_DATA = 3
MISSING_DATA = 4
NOT_REGISTERED = 5
NOT_SUBSCRIBED = 6
WEBHOOK_NOT_SET = 10
TOO_MANY_REQUESTS = 12
API_VERSION_NOT_SUPPORTED = 13
INCOMPATIBLE_WITH_VERSION = 14
PAYMENT_UNSUPPORTED = 22
BAD_RECEIVER = 999

WORDS = {
    OK: "ok",
    1: "invalidUrl",
    2: "invalidAuthToken",
    BAD_DATA: "badData",
    MISSING_DATA: "missingData",
    NOT_REGISTERED: "receiverNotRegistered",
    NOT_SUBSCRIBED: "notSubscribed",
    7: "publicAccountBlocked",
    8: "publicAccountNotFound",
    9: "publicAccountSuspended",
    WEBHOOK_NOT_SET: "webhookNotSet",
    11: "receiverNoSuitableDevice",
    TOO_MANY_REQUESTS: "tooManyRequests",
    API_VERSION_NOT_SUPPORTED: "apiVersionNotSupported",
    INCOMPATIBLE_WITH_VERSION: "incompatibleWithVersion",
    15: "publicAccountNotAuthorized",
    16: "inchatReplyMessageNotAllowed",
    17: "publicAccountIsNotInline",
    18: "noPublicChat",
    19: "cannotSendBroadcast",
    20: "broadcastNotAllowed",
    21: "unsupportedCountry",
    PAYMENT_UNSUPPORTED: "paymentUnsupported",
    23: "freeMessagesExceeded",
    24: "noBalance",
    BAD_RECEIVER: "Bad receiver ID",
}


class Refusal(Exception):
    """Viber refuses at once: becomes `{"status": …, "status_message": …}`."""

    def __init__(self, status: int, words: str = "") -> None:
        self.status = status
        self.words = words or WORDS.get(status, "general error")
        super().__init__(f"{status} {self.words}")

    def body(self) -> dict[str, Any]:
        return {"status": self.status, "status_message": self.words}


def missing(*names: str) -> Refusal:
    return Refusal(MISSING_DATA, f"missing {', '.join(names)}")


def bad(why: str) -> Refusal:
    return Refusal(BAD_DATA, why)

"""What Viber allows a bot within a time, and what a message costs; all times are the world's.

What a newcomer gets wrong: the hundred messages are counted for each person and only while they do not reply.

Sources, read 24 November 2026: Viber/creators-hub docs/bots-api/resources (send-message, broadcast-message,
subscriber-details); the session of 24 hours from help.viber.com's chatbot commercial model.
"""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta

from sandbox.clock import WorldClock
from sandbox.viber.statuses import TOO_MANY_REQUESTS, Refusal

UNANSWERED = 100
UNANSWERED_WITHIN = timedelta(hours=1)
BROADCASTS = 500
BROADCASTS_WITHIN = timedelta(seconds=10)
DETAILS = 2
DETAILS_WITHIN = timedelta(hours=12)
SESSION = timedelta(hours=24)
# Values of `billing_status` for a bot on commercial terms.
IN_SESSION = 2
CHARGED = 5


class Allowance:
    """Counts by person; a refused request costs nothing."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._sent: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._asked: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._broadcasts: deque[datetime] = deque()
        self._sessions: dict[str, datetime] = {}

    def replied(self, user_id: str) -> None:
        """The person has written: the count begins anew, and a session opens if none is open."""
        self._sent[user_id].clear()
        if not self.in_session(user_id):
            self._sessions[user_id] = self._clock.now()

    def in_session(self, user_id: str) -> bool:
        opened = self._sessions.get(user_id)
        return opened is not None and self._clock.now() - opened < SESSION

    def billing(self, user_id: str) -> int:
        return IN_SESSION if self.in_session(user_id) else CHARGED

    def message(self, user_id: str) -> None:
        self._spend(self._sent[user_id], UNANSWERED, UNANSWERED_WITHIN)

    def broadcast(self) -> None:
        self._spend(self._broadcasts, BROADCASTS, BROADCASTS_WITHIN)

    def details(self, user_id: str) -> None:
        self._spend(self._asked[user_id], DETAILS, DETAILS_WITHIN)

    def _spend(self, spent: deque[datetime], most: int, within: timedelta) -> None:
        now = self._clock.now()
        while spent and now - spent[0] >= within:
            spent.popleft()
        if len(spent) >= most:
            raise Refusal(TOO_MANY_REQUESTS)
        spent.append(now)

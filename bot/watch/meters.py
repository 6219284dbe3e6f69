"""What the stages count as they go, for `/metrics`. Labels name messengers and results, never anybody."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

_without_times_of_birth: Callable[[], None] = disable_created_metrics
_without_times_of_birth()
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
HANDLED, FAILED, ASIDE = "handled", "failed", "aside"


class Meters:
    """One set for each running bot: the tests have several in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._stored = self._histogram("stored", "From the arrival of an update until it was on the disk")
        self._handled = self._histogram("handled", "From the arrival of an update until its turn came")
        self._sent = self._histogram("sent", "From when an answer could go until its messenger had it")
        self._in = self._counter("messages_in", "Updates by how their handling ended")
        self._out = self._counter("messages_out", "Calls to messengers by how they ended")
        self._digests = Counter("obhvat_digests", "Digests made", ("late",), registry=self.registry)
        self._rung = Gauge(
            "obhvat_schedule_rung_timestamp_seconds", "When the schedule last did all that was due",
            registry=self.registry,
        )  # fmt: skip

    def _histogram(self, name: str, said: str) -> Histogram:
        return Histogram(f"obhvat_{name}_seconds", said, ("channel",), buckets=SECONDS, registry=self.registry)

    def _counter(self, name: str, said: str) -> Counter:
        return Counter(f"obhvat_{name}", said, ("channel", "result"), registry=self.registry)

    def stored(self, channel: str, seconds: float) -> None:
        self._stored.labels(channel).observe(seconds)

    def handled(self, channel: str, seconds: float) -> None:
        self._in.labels(channel, HANDLED).inc()
        self._handled.labels(channel).observe(seconds)

    def not_handled(self, channel: str, *, aside: bool) -> None:
        self._in.labels(channel, ASIDE if aside else FAILED).inc()

    def called(self, channel: str, result: str) -> None:
        self._out.labels(channel, result).inc()

    def answered(self, channel: str, seconds: float) -> None:
        self._sent.labels(channel).observe(seconds)

    def digest(self, *, late: bool) -> None:
        self._digests.labels("yes" if late else "no").inc()

    def rung(self) -> None:
        self._rung.set_to_current_time()

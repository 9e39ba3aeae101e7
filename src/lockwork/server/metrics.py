"""How much a server does and how long that takes, for Prometheus: numbers, no name and no value."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The numbers of one server process."""

    MEDIA_TYPE: Final = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "lockwork_requests", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "lockwork_request_seconds",
            "Time from a request's head to the end of its answer.",
            labels,
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._under_way = Gauge(
            "lockwork_requests_under_way", "Requests being answered.", registry=self._registry
        )
        ProcessCollector(registry=self._registry)
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def begun(self) -> None:
        """A request has come."""
        self._under_way.inc()

    def answered(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """And was answered, by this row of the table; None: by none, whatever was asked for."""
        self._under_way.dec()
        counter, histogram = self._of(method, route or "none", status)
        counter.inc()
        histogram.observe(seconds)

    def _of(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """The two for these labels: looking them up by name costs as much as all else that is counted."""
        found = self._known.get((method, route, status))
        if found is None:
            labels = (method, route)
            found = self._requests.labels(*labels, status), self._seconds.labels(*labels)
            self._known[method, route, status] = found
        return found

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

"""Counters for operators (Prometheus)."""

from prometheus_client import Counter

ATTEMPTS = Counter("swhub_attempts", "Attempts to send or to ask", ("partner", "purpose", "outcome"))

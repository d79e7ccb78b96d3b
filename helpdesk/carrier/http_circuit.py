"""A short circuit: while the carrier is away, not everybody waits for the time-out."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Circuit:
    """Opens after failures in a row; then one at a time tries whether it is back."""

    def __init__(
        self, seconds: Callable[[], float], failures: int = 5, pause: float = 5.0
    ) -> None:
        """`seconds`: a clock that only goes forward. `pause`: in its seconds."""
        self._seconds = seconds
        self._most = failures
        self._pause = pause
        self._failures = 0
        self._pause_until = 0.0
        self._lock = threading.Lock()

    def lets_through(self) -> bool:
        """Whether to ask at all; who is let through reports how it went."""
        with self._lock:
            if self._failures < self._most:
                return True
            now = self._seconds()
            if now < self._pause_until:
                return False
            # This one tries; the others wait for what comes of it.
            self._pause_until = now + self._pause
            return True

    def answered(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Count a time-out or a broken connection."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._pause_until = self._seconds() + self._pause

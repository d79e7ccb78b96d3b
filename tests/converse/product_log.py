"""What the product logs while cases run: kept in a file, and its errors counted."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ProductLog(logging.Handler):
    """Everything goes into the file, which is searched for secrets like the others."""

    def __init__(self, file: Path) -> None:
        super().__init__(logging.ERROR)
        self._file = file
        self._errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._errors.append(f"{record.name}: {record.getMessage()}")

    def take_errors(self) -> list[str]:
        """What went wrong since the last call."""
        taken, self._errors = self._errors, []
        return taken

    @contextmanager
    def running(self) -> Iterator[None]:
        """Log as the product does when it runs by itself."""
        in_file = logging.FileHandler(self._file, encoding="utf-8")
        on_screen = logging.StreamHandler()
        on_screen.setLevel(logging.WARNING)
        root, httpx = logging.getLogger(), logging.getLogger("httpx")
        levels = root.level, httpx.level
        root.setLevel(logging.INFO)
        httpx.setLevel(logging.WARNING)
        handlers = (in_file, on_screen, self)
        for handler in handlers:
            root.addHandler(handler)
        yield
        for handler in handlers:
            root.removeHandler(handler)
        in_file.close()
        root.setLevel(levels[0])
        httpx.setLevel(levels[1])

"""What Rasa's cache does not see of a component: it knows the class alone."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any


def fingerprint_of(*parts: ModuleType | Path) -> str:
    """Another one when a source of a module, or the content of a file, is another."""
    contents = (
        part.read_bytes()
        if isinstance(part, Path)
        else inspect.getsource(part).encode()
        for part in parts
    )
    return hashlib.sha256(b"".join(contents)).hexdigest()


class ReadsCatalog:
    """A component whose `file` is a part of it: an edited word must count."""

    @classmethod
    def catalog(cls, config: dict[str, Any]) -> Path:
        """The file of the configuration, which may leave it to the default."""
        return Path(config.get("file", cls.get_default_config()["file"]))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return fingerprint_of(cls.catalog(config))

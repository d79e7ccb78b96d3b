"""How the catalog is read: what it does not know is refused, times stand in quotes."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Strict(BaseModel):
    """A part of the catalog; unknown keys are an error, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _is_text(value: object) -> object:
    # Without quotes, YAML 1.1 reads 10:00 as a number to the base of sixty.
    if not isinstance(value, str):
        raise ValueError('write the time in quotes, as "10:00"')  # noqa: TRY004 -- pydantic shows it
    return value


QuotedTime = Annotated[time, BeforeValidator(_is_text)]

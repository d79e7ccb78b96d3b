"""The only reader of the environment. Every setting stands in the README."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent
_SHORTEST_SECRET = 32


class BadSettings(ValueError):
    """Settings that are missing or wrong, each named in one line."""


class Settings(BaseSettings):
    """All settings, from variables that begin with HELPDESK_."""

    model_config = SettingsConfigDict(env_prefix="HELPDESK_", frozen=True)

    secret_key: str = Field(min_length=_SHORTEST_SECRET)
    database_url: str = f"sqlite:///{ROOT / 'var' / 'helpdesk.db'}"
    public_url: str = "http://localhost:8000"
    rasa_url: str = "http://127.0.0.1:5005"
    actions_url: str = "http://127.0.0.1:5055/webhook"
    port: int = Field(8000, ge=1, le=65535)
    staff_port: int = Field(8001, ge=1, le=65535)
    catalog: Path = ROOT / "data" / "catalog"
    env: str = Field("development", pattern="^(development|production)$")
    clock: AwareDatetime | None = None
    # The real moment at which the clock above began; `make run` gives it to all
    # processes, so that their clocks agree. Unix seconds.
    clock_set_at: float | None = None

    @field_validator("public_url", "rasa_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @classmethod
    def from_env(cls) -> Self:
        """The settings. Raises BadSettings, naming every variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            lines = [
                f"HELPDESK_{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}"
                for each in error.errors()
            ]
            raise BadSettings("; ".join(lines)) from None

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    def now(self) -> datetime:
        """The present moment in UTC, on the clock of HELPDESK_CLOCK if it is set."""
        real = datetime.now(UTC)
        if self.clock is None:
            return real
        return self.clock.astimezone(UTC) + (real - self._clock_began())

    def _clock_began(self) -> datetime:
        began = _PROCESS_BEGAN if self.clock_set_at is None else self.clock_set_at
        return datetime.fromtimestamp(began, UTC)


_PROCESS_BEGAN = datetime.now(UTC).timestamp()

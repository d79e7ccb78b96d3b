"""The only reader of the environment. Every setting stands in the README."""

from __future__ import annotations

import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import (
    AwareDatetime,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent
_SHORTEST_SECRET = 32


class BadSettings(ValueError):
    """Settings that are missing or wrong, each named in one line."""


class Settings(BaseSettings):
    """All settings, from variables that begin with HELPDESK_ or LINE_."""

    model_config = SettingsConfigDict(
        env_prefix="HELPDESK_", frozen=True, populate_by_name=True
    )

    secret_key: str = Field(min_length=_SHORTEST_SECRET)
    database_url: str = f"sqlite:///{ROOT / 'var' / 'helpdesk.db'}"
    rasa_database_url: str = f"sqlite:///{ROOT / 'var' / 'rasa.db'}"
    # Where customers reach the pages; None means this machine, at `port`.
    public_url: str | None = None
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
    # How fast it runs: 60 makes a minute of each second, to play a day in minutes.
    clock_speed: float = Field(1.0, gt=0, le=1000)
    # Where the carrier is reached (docs/carrier-api.yml); None: it is the embedded one.
    carrier_url: str | None = None
    carrier_token: str = Field("", validate_default=True)
    # The channel on LINE. Without a secret no webhook is believed, and without a
    # token nothing is sent; several secrets, separated by commas, while one rotates.
    line_channel_secret: str = Field("", alias="LINE_CHANNEL_SECRET")
    line_channel_access_token: str = Field("", alias="LINE_CHANNEL_ACCESS_TOKEN")
    line_api_url: str = Field("https://api.line.me", alias="LINE_API_URL")
    line_api_data_url: str = Field(
        "https://api-data.line.me", alias="LINE_API_DATA_URL"
    )
    line_access_url: str = Field("https://access.line.me", alias="LINE_ACCESS_URL")

    @field_validator(
        *("public_url", "rasa_url", "carrier_url"),
        *("line_api_url", "line_api_data_url", "line_access_url"),
    )
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        return url and url.rstrip("/")

    @field_validator("carrier_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch("https?://[^/?#]+[^?#]*", url):
            raise ValueError("it is no address that begins with http:// or https://")
        return url

    @field_validator("carrier_token")
    @classmethod
    def _goes_with_the_url(cls, token: str, info: ValidationInfo) -> str:
        if info.data.get("carrier_url") and not token:
            raise ValueError("it is missing, and HELPDESK_CARRIER_URL needs it")
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise ValueError("it holds a character that no token has")
        return token

    @classmethod
    def from_env(cls) -> Self:
        """The settings. Raises BadSettings, naming every variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            lines = [
                f"{_variable(each['loc'])}: {each['msg'].removeprefix('Value error, ')}"
                for each in error.errors()
            ]
            raise BadSettings("; ".join(lines)) from None

    @classmethod
    def for_this_machine(cls, *, with_fake_line: bool = False) -> Self:
        """The settings of `make run`: outside production, a secret key of its own.

        The key is kept in var/secret_key: what it has encrypted must stay readable.
        `with_fake_line`: LINE's stand-in takes the place of LINE, ten ports above
        ours. Raises BadSettings.
        """
        given = os.environ
        if with_fake_line:
            given.update(_fake_line(given.get("HELPDESK_PORT", "8000")))
        if (
            "HELPDESK_SECRET_KEY" not in given
            and given.get("HELPDESK_ENV") != "production"
        ):
            given["HELPDESK_SECRET_KEY"] = _own_secret(ROOT / "var" / "secret_key")
        given.setdefault("HELPDESK_CLOCK_SET_AT", str(_PROCESS_BEGAN))
        return cls.from_env()

    def for_children(self) -> dict[str, str]:
        """The environment of Rasa and the actions: this process's, completed."""
        return dict(os.environ) | {
            "HELPDESK_ACTIONS_URL": self.actions_url,
            "HELPDESK_RASA_DATABASE_URL": self.rasa_database_url,
            "PYTHONPATH": str(ROOT),
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def line_secrets(self) -> list[str]:
        """The channel's secrets, each of which may have signed a webhook."""
        return [
            each for each in map(str.strip, self.line_channel_secret.split(",")) if each
        ]

    @property
    def pages_url(self) -> str:
        """The address before every path of a page, without a slash at its end."""
        return self.public_url or f"http://localhost:{self.port}"

    def now(self) -> datetime:
        """The present moment in UTC, on the clock of HELPDESK_CLOCK if it is set."""
        real = datetime.now(UTC)
        if self.clock is None:
            return real
        passed = (real - self._clock_began()) * self.clock_speed
        return self.clock.astimezone(UTC) + passed

    def _clock_began(self) -> datetime:
        began = _PROCESS_BEGAN if self.clock_set_at is None else self.clock_set_at
        return datetime.fromtimestamp(began, UTC)


def _fake_line(our_port: str) -> dict[str, str]:
    """What leads to LINE's stand-in; a port that is none is refused by its setting."""
    port = int(our_port) + 10 if our_port.isdecimal() else 0
    address = f"http://127.0.0.1:{min(port, 65535)}"
    secrets_of_it = ("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN")
    hosts = ("LINE_API_URL", "LINE_API_DATA_URL", "LINE_ACCESS_URL")
    keys = {name: secrets.token_hex(16) for name in secrets_of_it}
    return keys | dict.fromkeys(hosts, address)


def _variable(place: tuple[int | str, ...]) -> str:
    name = "_".join(map(str, place)).upper()
    return name if name.startswith("LINE_") else f"HELPDESK_{name}"


def _own_secret(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()


_PROCESS_BEGAN = datetime.now(UTC).timestamp()

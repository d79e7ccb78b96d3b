"""The settings, from the environment."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from helpdesk.settings import ROOT, BadSettings, Settings
from tests.fakes import NOW

KEY = "a key that is only good for tests"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing but the secret key is set."""
    for name in list(os.environ):
        if name.upper().startswith(("HELPDESK_", "LINE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HELPDESK_SECRET_KEY", KEY)
    return monkeypatch


def test_settings_have_defaults_for_all_but_secrets():
    settings = Settings.from_env()

    assert settings.model_dump(mode="json") == {
        "secret_key": KEY,
        "database_url": f"sqlite:///{ROOT / 'var' / 'helpdesk.db'}",
        "rasa_database_url": f"sqlite:///{ROOT / 'var' / 'rasa.db'}",
        "public_url": None,
        "catalog": str(ROOT / "data" / "catalog"),
        "rasa_url": "http://127.0.0.1:5005",
        "actions_url": "http://127.0.0.1:5055/webhook",
        "port": 8000,
        "staff_port": 8001,
        "env": "development",
        "clock": None,
        "clock_set_at": None,
        "clock_speed": 1.0,
        "carrier_url": None,
        "carrier_token": "",
        "line_channel_secret": "",
        "line_channel_access_token": "",
        "line_api_url": "https://api.line.me",
        "line_api_data_url": "https://api-data.line.me",
        "line_access_url": "https://access.line.me",
    }


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "http://localhost:8000"),
        ({"HELPDESK_PORT": "9000"}, "http://localhost:9000"),
        ({"HELPDESK_PUBLIC_URL": "https://help.example/"}, "https://help.example"),
        (
            {"HELPDESK_PUBLIC_URL": "https://help.example", "HELPDESK_PORT": "9000"},
            "https://help.example",
        ),
    ],
    ids=["nothing set", "port", "public address", "both"],
)
def test_pages_are_at_the_public_address_or_on_this_machine(
    environment: pytest.MonkeyPatch, variables: dict[str, str], address: str
):
    for name, value in variables.items():
        environment.setenv(name, value)

    assert Settings.from_env().pages_url == address


def test_root_is_the_folder_of_the_product():
    assert (ROOT / "helpdesk" / "settings.py").is_file()


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("HELPDESK_DATABASE_URL", "postgresql://db/helpdesk", "database_url", None),
        ("HELPDESK_PORT", "9000", "port", 9000),
        ("HELPDESK_PORT", "65535", "port", 65535),
        (
            "HELPDESK_PUBLIC_URL",
            "https://help.example/",
            "public_url",
            "https://help.example",
        ),
        ("HELPDESK_RASA_URL", "http://rasa:5005//", "rasa_url", "http://rasa:5005"),
        ("HELPDESK_ENV", "production", "env", None),
        ("HELPDESK_CLOCK", "2026-11-24T11:00:00+09:00", "clock", NOW),
        ("HELPDESK_CLOCK", "2026-11-24T02:00:00Z", "clock", NOW),
    ],
)
def test_setting_is_read_from_its_variable(
    environment: pytest.MonkeyPatch, name: str, value: str, field: str, expected: object
):
    environment.setenv(name, value)

    settings = Settings.from_env()

    assert getattr(settings, field) == (value if expected is None else expected)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        pytest.param(
            "HELPDESK_SECRET_KEY",
            None,
            "HELPDESK_SECRET_KEY: Field required",
            id="no secret key",
        ),
        pytest.param(
            "HELPDESK_SECRET_KEY",
            "x" * 31,
            "HELPDESK_SECRET_KEY: String should have at least 32 characters",
            id="a short secret key",
        ),
        pytest.param(
            "HELPDESK_PORT",
            "0",
            "HELPDESK_PORT: Input should be greater than or equal to 1",
            id="port 0",
        ),
        pytest.param(
            "HELPDESK_STAFF_PORT",
            "65536",
            "HELPDESK_STAFF_PORT: Input should be less than or equal to 65535",
            id="port beyond the last",
        ),
        pytest.param(
            "HELPDESK_ENV",
            "prod",
            "HELPDESK_ENV: String should match pattern '^(development|production)$'",
            id="unknown environment",
        ),
        pytest.param(
            "HELPDESK_CLOCK",
            "2026-11-24T11:00:00",
            "HELPDESK_CLOCK: Input should have timezone info",
            id="a naive clock",
        ),
    ],
)
def test_wrong_setting_is_named(
    environment: pytest.MonkeyPatch, name: str, value: str | None, problem: str
):
    if value is None:
        environment.delenv(name)
    else:
        environment.setenv(name, value)

    with pytest.raises(BadSettings) as bad:
        Settings.from_env()

    assert str(bad.value) == problem


def test_every_wrong_setting_is_named(environment: pytest.MonkeyPatch):
    environment.delenv("HELPDESK_SECRET_KEY")
    environment.setenv("HELPDESK_PORT", "many")

    with pytest.raises(BadSettings) as bad:
        Settings.from_env()

    assert str(bad.value) == (
        "HELPDESK_SECRET_KEY: Field required; HELPDESK_PORT: Input should be a valid"
        " integer, unable to parse string as an integer"
    )


def test_wrong_secret_is_not_repeated(environment: pytest.MonkeyPatch):
    environment.setenv("HELPDESK_SECRET_KEY", "short-secret")

    with pytest.raises(BadSettings) as bad:
        Settings.from_env()

    assert "short-secret" not in str(bad.value)


@pytest.mark.parametrize(
    ("env", "is_production"), [("development", False), ("production", True)]
)
def test_production_is_known(env: str, is_production: bool):
    assert Settings(secret_key=KEY, env=env).is_production == is_production


def test_settings_do_not_change():
    settings = Settings(secret_key=KEY)

    with pytest.raises(ValidationError, match="Instance is frozen"):
        settings.port = 9000  # type: ignore[misc]  # this is what must fail


def test_clock_runs_on_from_its_setting():
    real = Settings(secret_key=KEY)
    began = datetime(2020, 1, 1, tzinfo=UTC)
    moved = Settings(secret_key=KEY, clock=NOW, clock_set_at=began.timestamp())

    before, shown, after = real.now(), moved.now(), real.now()

    assert before <= began + (shown - NOW) <= after
    assert shown.utcoffset() == timedelta(0)


def test_clock_may_run_faster():
    real = Settings(secret_key=KEY)
    began = datetime(2020, 1, 1, tzinfo=UTC)
    given = {"clock": NOW, "clock_set_at": began.timestamp(), "clock_speed": 60}
    moved = Settings(secret_key=KEY, **given)

    before, shown, after = real.now(), moved.now(), real.now()

    assert before <= began + (shown - NOW) / 60 <= after


@pytest.mark.parametrize("speed", ["0", "-1", "1001", "fast"])
def test_impossible_speed_of_the_clock_is_refused(
    environment: pytest.MonkeyPatch, speed: str
):
    environment.setenv("HELPDESK_CLOCK_SPEED", speed)

    with pytest.raises(BadSettings, match="HELPDESK_CLOCK_SPEED"):
        Settings.from_env()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"URL": "https://carrier.example"},
            "CARRIER_TOKEN: it is missing, and HELPDESK_CARRIER_URL needs it",
        ),
        (
            {"URL": "https://carrier.example", "TOKEN": "two words"},
            "CARRIER_TOKEN: it holds a character that no token has",
        ),
        (
            {"URL": "carrier.example", "TOKEN": "a-token"},
            "CARRIER_URL: it is no address that begins with http:// or https://",
        ),
    ],
    ids=["no token", "broken token", "no address"],
)
def test_carrier_needs_address_and_token(
    environment: pytest.MonkeyPatch, variables: dict[str, str], sentence: str
):
    for name, value in variables.items():
        environment.setenv(f"HELPDESK_CARRIER_{name}", value)

    with pytest.raises(BadSettings) as refused:
        Settings.from_env()

    assert str(refused.value) == f"HELPDESK_{sentence}"


def test_carrier_is_at_its_address(environment: pytest.MonkeyPatch):
    environment.setenv("HELPDESK_CARRIER_URL", "https://carrier.example/v1/")
    environment.setenv("HELPDESK_CARRIER_TOKEN", "a-token")

    settings = Settings.from_env()

    assert (settings.carrier_url, settings.carrier_token) == (
        "https://carrier.example/v1",
        "a-token",
    )

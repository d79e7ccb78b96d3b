"""The first administrator, from the terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from helpdesk.add_administrator import main
from helpdesk.bootstrap import Helpdesk, build
from helpdesk.domain.staff import Role
from helpdesk.settings import Settings


@pytest.fixture
def production(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of a product in production, with an empty database."""
    with patch.dict(os.environ) as variables:
        variables |= {
            "HELPDESK_SECRET_KEY": "a key that is only good for tests",
            "HELPDESK_DATABASE_URL": f"sqlite:///{tmp_path / 'helpdesk.db'}",
            "HELPDESK_ENV": "production",
        }
        yield variables


@pytest.fixture
def product(production: dict[str, str]) -> Iterator[Helpdesk]:
    product = build(Settings.from_env())
    yield product
    product.database.engine.dispose()


def printed_password(capsys: pytest.CaptureFixture[str]) -> str:
    found = re.search(r"initial password +(\S+)", capsys.readouterr().out)
    assert found is not None
    return found.group(1)


def role_of(product: Helpdesk, operator: str, password: str) -> Role | None:
    """The role of who logs in with this password."""
    token = product.staff_accounts.log_in(operator, password, None)
    session = product.staff_accounts.session_of(token)
    return session and session.operator.role


def test_printed_password_lets_the_administrator_in(
    product: Helpdesk, capsys: pytest.CaptureFixture[str]
):
    code = main(["yamada", "山田"])

    password = printed_password(capsys)
    assert (code, role_of(product, "yamada", password)) == (0, Role.ADMINISTRATOR)


def test_rescue_prints_a_new_password(
    product: Helpdesk, capsys: pytest.CaptureFixture[str]
):
    main(["yamada", "山田"])
    former = printed_password(capsys)

    code = main(["yamada", "--rescue"])

    password = printed_password(capsys)
    assert (code, password == former) == (0, False)
    assert role_of(product, "yamada", password) is Role.ADMINISTRATOR


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["yamada", "山田"], "yamada is there already", id="taken"),
        pytest.param(["", ""], "The id must be", id="make without ID"),
        pytest.param(["山田", "山田"], "The id must be", id="bad id"),
        pytest.param(["tanaka", ""], "The name must have", id="no name"),
        pytest.param(
            ["tanaka", "--rescue"],
            "There is no operator with the id tanaka",
            id="nobody",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    product: Helpdesk,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
):
    main(["yamada", "山田"])
    capsys.readouterr()

    code = main(arguments)

    said = capsys.readouterr()
    assert (code, sentence in said.err, "password  " in said.out) == (1, True, False)


def test_missing_secret_is_named(
    production: dict[str, str], capsys: pytest.CaptureFixture[str]
):
    del production["HELPDESK_SECRET_KEY"]

    assert main(["yamada", "山田"]) == 1
    assert "HELPDESK_SECRET_KEY" in capsys.readouterr().err

"""Migrations, transactions, moments, and what the database itself refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from helpdesk.domain.handoff import Speaker
from helpdesk.domain.linking import LinkRole
from helpdesk.storage import tables
from helpdesk.storage.database import Database
from tests.databases import Databases
from tests.fakes import NOW, japan


@pytest.fixture
def database(databases: Databases, on_postgres: bool) -> Iterator[Database]:
    """Empty, up to date, with one customer and one subscription."""
    # In memory it is made in no time.
    database = Database(databases.empty() if on_postgres else "sqlite://")
    database.migrate()
    with database.writing() as unit:
        unit.conversations.register("eita", "web", NOW)
        unit.conversations.register("aiko", "web", NOW)
    with database.engine.begin() as connection:
        connection.execute(
            insert(tables.subscriptions).values(
                id="eita.1",
                contract_holder="eita",
                end_user_is_holder=True,
                number_last4="1101",
                order_place="web",
                keeps_number=True,
            )
        )
    yield database
    database.engine.dispose()


def test_migrations_lead_to_the_tables(database: Database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, tables.metadata)

    assert differences == []


def test_migrating_twice_changes_nothing(database: Database):
    database.migrate()

    with database.reading() as unit:
        assert unit.conversations.exists("eita") is True


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_named_as_people_write_it(scheme: str):
    engine = Database(f"{scheme}://user@db.example/helpdesk").engine

    assert (engine.dialect.name, engine.driver) == ("postgresql", "psycopg")


def test_database_answers(database: Database):
    assert database.answers() is True


def test_failed_unit_saves_nothing(database: Database):
    def fail() -> None:
        with database.writing() as unit:
            unit.conversations.register("mika", "web", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.reading() as unit:
        assert unit.conversations.exists("mika") is False


def test_reading_unit_saves_nothing(database: Database):
    with database.reading() as unit:
        unit.conversations.register("mika", "web", NOW)

    with database.reading() as unit:
        assert unit.conversations.exists("mika") is False


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(NOW, id="UTC"),
        pytest.param(japan(2026, 11, 24, 11), id="Japan"),
        pytest.param(
            datetime(2026, 11, 23, 16, tzinfo=timezone(timedelta(hours=-10))),
            id="Hawaii",
        ),
    ],
)
def test_moments_are_kept_in_utc(database: Database, moment: datetime):
    with database.writing() as unit:
        unit.links.add("eita", "eita.1", LinkRole.HOLDER, moment)

    with database.engine.connect() as connection:
        stored = connection.scalar(text("SELECT CAST(linked_at AS VARCHAR) FROM links"))
        read = connection.scalar(select(tables.links.c.linked_at))
    # PostgreSQL shows the moment in the zone of its own settings.
    shown = ("2026-11-24 02:00:00.000000", "2026-11-24 11:00:00+09")
    assert (stored in shown, read, read and read.utcoffset()) == (
        True,
        NOW,
        timedelta(0),
    )


def test_naive_moments_are_refused(database: Database):
    naive = datetime.fromisoformat("2026-11-24T11:00")

    with (
        pytest.raises(StatementError, match="without a time zone"),
        database.writing() as unit,
    ):
        unit.links.add("eita", "eita.1", LinkRole.HOLDER, naive)


def test_subscription_has_one_active_code(database: Database):
    with database.writing() as unit:
        unit.subscriptions.add_code("eita.1", "c1", "f1", NOW, None)

    with pytest.raises(IntegrityError), database.writing() as unit:
        unit.subscriptions.add_code("eita.1", "c2", "f2", NOW, "event-1")


def test_subscription_keeps_its_revoked_codes(database: Database):
    with database.writing() as unit:
        for number in range(3):
            unit.subscriptions.add_code("eita.1", f"c{number}", f"f{number}", NOW, None)
            unit.subscriptions.revoke_code(number + 1, NOW)

    with database.engine.connect() as connection:
        states = list(connection.scalars(select(tables.user_codes.c.state)))
    assert states == ["revoked"] * 3


def test_code_is_revoked_once(database: Database):
    with database.writing() as unit:
        unit.subscriptions.add_code("eita.1", "c1", "f1", NOW, None)

        revoked = [unit.subscriptions.revoke_code(1, NOW) for _ in range(2)]

    assert revoked == [True, False]


@pytest.mark.parametrize("role", LinkRole, ids=str)
def test_subscription_has_one_current_link_in_each_role(
    database: Database, role: LinkRole
):
    with database.writing() as unit:
        unit.links.add("eita", "eita.1", role, NOW)

    with pytest.raises(IntegrityError), database.writing() as unit:
        unit.links.add("aiko", "eita.1", role, NOW)


def test_ended_links_and_other_roles_do_not_stand_in_the_way(database: Database):
    with database.writing() as unit:
        unit.links.add("eita", "eita.1", LinkRole.HOLDER, NOW)
        unit.links.end(1, NOW)
        unit.links.add("aiko", "eita.1", LinkRole.HOLDER, NOW)
        unit.links.add("aiko", "eita.1", LinkRole.END_USER, NOW)

        current = [link.role for link in unit.links.of_customer("aiko")]

    assert current == [LinkRole.HOLDER, LinkRole.END_USER]


@pytest.mark.parametrize(
    ("table", "first", "second"),
    [
        pytest.param(
            tables.user_codes,
            {"fingerprint": "f", "event_id": "1", "state": "revoked"},
            {"fingerprint": "f", "event_id": "2", "state": "revoked"},
            id="two codes alike",
        ),
        pytest.param(
            tables.user_codes,
            {"fingerprint": "f1", "event_id": "1", "state": "revoked"},
            {"fingerprint": "f2", "event_id": "1", "state": "revoked"},
            id="two reissues of one event",
        ),
        pytest.param(
            tables.handoff_requests,
            {"event_id": "1"},
            {"event_id": "1"},
            id="two messages of one event",
        ),
        pytest.param(
            tables.inbox,
            {"event_id": "1"},
            {"event_id": "1"},
            id="one event accepted twice",
        ),
        pytest.param(
            tables.logins,
            {"login_id": "eita-1"},
            {"login_id": "eita-2"},
            id="F-CON-10: two logins of one subscription",
        ),
        pytest.param(
            tables.link_attempts,
            {"token_hash": "h"},
            {"token_hash": "h"},
            id="two pages at one address",
        ),
    ],
)
def test_database_refuses_duplicates(
    database: Database, table: Any, first: dict[str, Any], second: dict[str, Any]
):
    filler = {
        "subscription": "eita.1",
        "customer": "eita",
        "role": "holder",
        "kind": "message",
        "state": "waiting",
        "reason": "request",
        "ciphertext": "c",
        "password_hash": "p",
        "issued_at": NOW,
        "requested_at": NOW,
        "received_at": NOW,
        "created_at": NOW,
        "expires_at": NOW,
    }
    common = {key: value for key, value in filler.items() if key in table.c}
    with database.engine.begin() as connection:
        connection.execute(insert(table).values(common | first))

    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(insert(table).values(common | second))


def test_link_belongs_to_somebody(database: Database):
    with pytest.raises(IntegrityError), database.writing() as unit:
        unit.links.add("nobody", "eita.1", LinkRole.HOLDER, NOW)


def test_link_may_be_to_another_carriers_subscription(database: Database):
    with database.writing() as unit:
        unit.links.add("eita", "090-1", LinkRole.HOLDER, NOW)

        found = [link.subscription for link in unit.links.of_customer("eita")]

    assert found == ["090-1"]


def test_event_is_accepted_once_and_the_unit_goes_on(database: Database):
    with database.writing() as unit:
        accepted = [
            unit.inbox.accept("eita", "event-1", "はい", None, NOW) for _ in range(2)
        ]
        unit.conversations.set_awaits("eita", "link_confirmed")

    with database.reading() as unit:
        assert (accepted, unit.conversations.get("eita").awaits) == (
            [1, None],
            "link_confirmed",
        )


def test_one_of_two_operators_at_once_claims(databases: Databases):
    database = Database(databases.empty())
    database.migrate()
    with database.writing() as unit:
        unit.conversations.register("eita", "web", NOW)
        unit.conversations.move("eita", Speaker.BOT, Speaker.WAITING, None)
    together = threading.Barrier(2)
    won: dict[str, bool] = {}

    def claim(operator: str) -> None:
        together.wait()
        with database.writing() as unit:
            won[operator] = unit.conversations.move(
                "eita", Speaker.WAITING, Speaker.OPERATOR, operator
            )

    threads = [threading.Thread(target=claim, args=(each,)) for each in ("op1", "op2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as unit:
        conversation = unit.conversations.get("eita")
    database.engine.dispose()

    winners = [operator for operator, has_won in won.items() if has_won]
    assert (winners, conversation.version) == ([conversation.operator], 1)

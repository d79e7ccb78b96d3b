"""Prints the messages of two weeks for `make drift`, which reads them beside Rasa."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.span import Span
from helpdesk.settings import BadSettings, Settings
from helpdesk.storage.database import Database
from helpdesk.storage.typed_texts import typed_texts

_DAYS = 7


def main() -> int:
    """0 when all is printed; 1 and one sentence if something is wrong."""
    try:
        settings = Settings.for_this_machine()
        database = Database(settings.database_url)
        with database.engine.connect() as connection:
            found = [*lines(connection, settings.now())]
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 1
    except (SQLAlchemyError, OSError, ImportError) as error:
        reason = " ".join(str(error).split())[:200]
        print(
            f"The database of HELPDESK_DATABASE_URL cannot be read: {reason}",
            file=sys.stderr,
        )
        return 1
    print("\n".join(found))
    return 0


def lines(connection: Connection, now: datetime) -> Iterator[str]:
    """JSON: first the days of Japan, today the last of them; then each message.

    `is_recent`: it is of the last seven days; the others are of the seven before.
    """
    last = japan_day(now)
    first = last - timedelta(days=_DAYS - 1)
    recent = Span.of_days(first, last)
    both = Span.of_days(first - timedelta(days=_DAYS), last)
    yield json.dumps({"first": str(first), "last": str(last), "days": _DAYS})
    for each in typed_texts(connection, both):
        yield json.dumps(
            {
                "text": each.text,
                "intent": each.intent,
                "is_recent": recent.has(each.at),
            },
            ensure_ascii=False,
        )


if __name__ == "__main__":
    sys.exit(main())

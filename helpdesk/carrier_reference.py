"""The reference carrier: the sample world's contracts, offered over HTTP.

Run with `python -m helpdesk.carrier_reference`; HELPDESK_CARRIER_TOKEN lets callers in.
"""

from __future__ import annotations

import argparse
import logging
import sys

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.bootstrap.carrier import reference_server
from helpdesk.settings import ROOT, BadSettings, Settings
from helpdesk.storage.catalog import BadCatalog


class CannotServe(RuntimeError):
    """What is in the way, in one sentence."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; 1 and one sentence if something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m helpdesk.carrier_reference", description=__doc__
    )
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument(
        "--database", default=f"sqlite:///{ROOT / 'var' / 'carrier.db'}", metavar="URL"
    )
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    try:
        settings = Settings.for_this_machine()
        helpdesk = prepare(settings, given.database)
    except (BadSettings, BadCatalog, CannotServe) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The reference carrier listens on http://127.0.0.1:{given.port}", flush=True)
    uvicorn.run(
        reference_server(helpdesk.carrier, settings.carrier_token),
        port=given.port,
        access_log=False,
        log_level="warning",
    )
    return 0


def prepare(settings: Settings, database_url: str) -> Helpdesk:
    """The embedded carrier on a database of its own. Raises CannotServe, BadCatalog."""
    if settings.is_production:
        raise CannotServe("The reference carrier is not for production.")
    if not settings.carrier_token:
        raise CannotServe("HELPDESK_CARRIER_TOKEN is missing: it lets callers in.")
    # Itself it asks nobody, even where the product is told to.
    own = {"carrier_url": None, "database_url": database_url}
    helpdesk = build(settings.model_copy(update=own))
    try:
        helpdesk.database.migrate()
    except (SQLAlchemyError, OSError) as error:
        raise CannotServe(
            f"The database cannot be opened: {' '.join(str(error).split())[:200]}"
        ) from error
    helpdesk.sample_world.fill()
    return helpdesk


if __name__ == "__main__":
    sys.exit(main())

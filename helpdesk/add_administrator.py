"""Lets the first administrator of the desk in, for `make administrator`."""

from __future__ import annotations

import argparse
import sys

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff_logins import (
    LONGEST_NAME,
    BadOperatorId,
    BadOperatorName,
)
from helpdesk.launch import CannotStart, prepare_database
from helpdesk.services.people import OperatorExists
from helpdesk.services.talks import UnknownOperator
from helpdesk.settings import BadSettings, Settings
from helpdesk.storage.catalog import BadCatalog


class CannotAdd(ValueError):
    """Why nobody was added, in one sentence."""


def main(arguments: list[str] | None = None) -> int:
    """0 when the password is printed; 1 and one sentence if something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m helpdesk.add_administrator", description=__doc__
    )
    parser.add_argument("id", help="what is typed at the login, such as yamada")
    parser.add_argument("name", nargs="?", default="", help="what colleagues see")
    parser.add_argument(
        "--rescue",
        action="store_true",
        help="let somebody in again who cannot log in, as administrator",
    )
    given = parser.parse_args(arguments)
    try:
        helpdesk = prepare_database(Settings.for_this_machine())
        if given.rescue:
            password = rescue(helpdesk, given.id)
        else:
            password = add(helpdesk, given.id, given.name)
    except (BadSettings, BadCatalog, CannotStart, CannotAdd) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(
        f"\n  ID                {given.id}\n  initial password  {password}\n\n"
        "It is shown this once. Log in with it on the staff's port, and change it on\n"
        "the account page."
    )
    return 0


def add(helpdesk: Helpdesk, operator: str, name: str) -> str:
    """The initial password. Raises CannotAdd."""
    try:
        return helpdesk.people.add_administrator(operator, name)
    except BadOperatorId as error:
        raise CannotAdd(
            "The id must be 1 to 32 of a-z, 0-9, dot, hyphen and underscore, beginning"
            " with a letter or a digit."
        ) from error
    except BadOperatorName as error:
        raise CannotAdd(
            f"The name must have 1 to {LONGEST_NAME} characters."
        ) from error
    except OperatorExists as error:
        raise CannotAdd(
            f"{operator} is there already. Whoever has lost the password or the phone"
            " comes in again with --rescue (make administrator ID=... RESCUE=1)."
        ) from error


def rescue(helpdesk: Helpdesk, operator: str) -> str:
    """A new initial password. Raises CannotAdd."""
    try:
        return helpdesk.people.rescue_administrator(operator)
    except UnknownOperator as error:
        raise CannotAdd(f"There is no operator with the id {operator}.") from error


if __name__ == "__main__":
    sys.exit(main())

"""`${eita.2.code:wide}` and the like: the sample world's values at this moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from helpdesk.bootstrap import Helpdesk

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_VALUE = re.compile(r"\$\{(\w+)\.(\d+)\.(\w+)(?::(\w+))?\}")


class SampleValues:
    def __init__(self, helpdesk: Helpdesk) -> None:
        self._helpdesk = helpdesk

    def fill(self, value: Any) -> Any:
        """The value with everything that stands for something. Raises ValueError."""
        if isinstance(value, str):
            return _VALUE.sub(lambda found: self._value(*found.groups()), value)
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        if isinstance(value, dict):
            return {key: self.fill(each) for key, each in value.items()}
        return value

    def _value(self, person: str, number: str, name: str, dress: str | None) -> str:
        key = f"{person}.{number}"
        helpdesk = self._helpdesk
        contracts = {each.id: each for each in helpdesk.sample_world.contracts()}
        if key not in contracts:
            raise ValueError(f"the sample world has no {key}")
        contract = contracts[key]
        if name == "gift":
            return _dressed_gift(self._gift(key), dress)
        values = {
            "login": contract.login,
            "password": contract.password,
            "last4": contract.number_last4,
            "old_code": contract.old_code,
        }
        value = (
            helpdesk.user_codes.show(key, "test")
            if name == "code"
            else values.get(name)
        )
        if value is None:
            raise ValueError(f"{key} has no {name}")
        return _dressed(value, dress)

    def _gift(self, subscription: str) -> str:
        """The code of the newest offer that can be accepted. Raises ValueError."""
        helpdesk = self._helpdesk
        with helpdesk.database.reading() as unit:
            offered = unit.gifts.of_giver(subscription, _LONG_AGO)
            codes = [
                helpdesk.cipher.decrypt(unit.gifts.code(gift.id))
                for gift in offered
                if gift.is_open(helpdesk.clock())
            ]
        if not codes:
            raise ValueError(f"{subscription} has no open gift")
        return codes[0]


def _dressed_gift(code: str, dress: str | None) -> str:
    dresses = {
        None: code,
        "wide": _wide(code),
        "spaced": code.replace("-", " "),
        "lower": code.lower(),
        "bare": code.replace("-", ""),
        "short": code[:-1],
    }
    if dress not in dresses:
        raise ValueError(f"a gift's code cannot be dressed {dress!r}")
    return dresses[dress]


def _wide(value: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in value)


def _dressed(value: str, dress: str | None) -> str:
    groups = [value[at : at + 4] for at in range(0, len(value), 4)]
    dresses = {
        None: value,
        "wide": _wide(value),
        "spaced": " ".join(groups),
        "hyphens": "-".join(groups),
        "short": value[:-1],
        "long": value + "0",
    }
    if dress not in dresses:
        raise ValueError(f"a code cannot be dressed {dress!r}")
    return dresses[dress]

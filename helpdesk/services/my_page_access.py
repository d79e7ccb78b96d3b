"""One tap into My Page: a one-time address, good for five minutes (F-CON-06)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from helpdesk.services.ports import Cipher, Clock, Store, Unit

TICKET_LIFETIME = timedelta(minutes=5)


class TicketExpired(RuntimeError):
    """The address was used, is too old, or never existed.

    `customer`: whose it was; None if that is not known (any more).
    """

    def __init__(self, customer: str | None = None) -> None:
        super().__init__("the address opens nothing any more")
        self.customer = customer


class MyPageAccess:
    """Gives addresses to linked customers, and opens each once."""

    def __init__(self, store: Store, cipher: Cipher, clock: Clock) -> None:
        self._store = store
        self._cipher = cipher
        self._clock = clock

    def offer(self, unit: Unit, customer: str) -> str | None:
        """A new one-time token; None for who is not linked, and has to log in."""
        if not unit.links.of_customer(customer):
            return None
        token = secrets.token_urlsafe(24)
        expires_at = self._clock() + TICKET_LIFETIME
        unit.tickets.add(self._cipher.fingerprint(token), customer, expires_at)
        return token

    def open(self, token: str) -> str:
        """The customer whose page it opens. Raises TicketExpired."""
        key = self._cipher.fingerprint(token)
        with self._store.writing() as unit:
            ticket, now = unit.tickets.get(key), self._clock()
            if ticket is None:
                raise TicketExpired
            if now >= ticket.expires_at or not unit.tickets.use(key, now):
                raise TicketExpired(ticket.customer)
            actor = f"customer:{ticket.customer}"
            unit.audit.add(now, actor, "my_page_opened", ticket.customer)
        return ticket.customer

    def forget(self) -> int:
        """Delete addresses whose time is over; how many."""
        with self._store.writing() as unit:
            return unit.tickets.forget(self._clock())

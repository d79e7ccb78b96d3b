"""The sample world: the same people in the demo, the tests and the README."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.eligibility import Order, OrderPlace
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.linking import LinkRole, Subscription
from helpdesk.domain.staff import Operator, Role, Status
from helpdesk.services.carrier_ports import Login
from helpdesk.services.ports import Cipher, Clock, PasswordHasher, Store, Unit


@dataclass(frozen=True)
class SampleContract:
    """A subscription of the sample; notices and start are in days from today.

    `data`: what is left this month, `used`: what was used, in MB. `calls`: yen of the
    months before this, the last one first.
    """

    person: str
    number: int
    number_last4: str
    login: str
    password: str
    code: str
    old_code: str | None
    end_user_is_holder: bool
    place: OrderPlace
    keeps_number: bool
    shipping_notice: int | None
    service_start_notice: int | None
    activated: int | None
    links: Mapping[str, Sequence[LinkRole]]
    network: str
    plan: str
    option: str | None
    started: int | None
    data: DataBalance
    used: int
    calls: Sequence[int]
    payment_failed: bool

    @property
    def id(self) -> str:
        return f"{self.person}.{self.number}"


@dataclass(frozen=True)
class SampleOperator:
    """Somebody at the sample's desk."""

    id: str
    name: str
    password: str
    role: Role
    status: Status


@dataclass(frozen=True)
class SampleWorld:
    people: Sequence[str]
    contracts: Sequence[SampleContract]
    operators: Sequence[SampleOperator]


class Books(Protocol):
    """Where the contracts of the sample are written."""

    def add(self, unit: Unit, contract: SampleContract) -> None: ...


class Codes(Protocol):
    """Where their user codes are written."""

    def issue_first(self, unit: Unit, subscription: str, code: str) -> None: ...


def line_user_id(person: str) -> str:
    """The id that a sample person has on LINE's stand-in; real ones look the same."""
    return "U" + hashlib.sha256(f"sample {person}".encode()).hexdigest()[:32]


class SampleWorldService:
    """Fills an empty database; a filled one is left alone."""

    def __init__(
        self,
        store: Store,
        world: SampleWorld,
        books: tuple[Books, Codes] | None,
        hasher: PasswordHasher,
        cipher: Cipher,
        clock: Clock,
        *,
        is_allowed: bool,
    ) -> None:
        """`is_allowed` is False in production: the passwords stand in the README.

        `books` is None if another carrier keeps the contracts.
        """
        self._is_allowed = is_allowed
        self._store = store
        self._world = world
        self._books = books
        self._hasher = hasher
        self._cipher = cipher
        self._clock = clock

    def fill(self) -> bool:
        """Whether the sample was written: False if its people are there already.

        Raises PermissionError in production.
        """
        if not self._is_allowed:
            raise PermissionError("the sample world is not for production")
        with self._store.writing() as unit:
            is_new = not unit.conversations.exists(self._world.people[0])
            for person in self._world.people if is_new else ():
                unit.conversations.register(person, "web", self._clock())
            for person in self._world.people:
                self._add_line_account(unit, person)
            if not is_new:
                return False
            for contract in self._world.contracts:
                self._add(unit, contract)
            for each in self._world.operators:
                now = self._clock()
                operator = Operator(each.id, each.name, each.role, each.status, now)
                unit.operators.add(operator, self._hasher.hash(each.password))
        return True

    def operators(self) -> Sequence[SampleOperator]:
        """Who works at the sample's desk, with passwords."""
        return self._world.operators

    def contracts(self) -> Sequence[SampleContract]:
        """What `make run` prints and the conversation tests know."""
        return self._world.contracts

    def people(self) -> Sequence[str]:
        return self._world.people

    def is_person(self, person: str) -> bool:
        return self._is_allowed and person in self._world.people

    def _add_line_account(self, unit: Unit, person: str) -> None:
        if unit.line_accounts.get(person) is None:
            user_id = line_user_id(person)
            unit.line_accounts.add(
                person,
                self._cipher.fingerprint(user_id),
                self._cipher.encrypt(user_id),
                is_friend=True,
            )

    def _add(self, unit: Unit, contract: SampleContract) -> None:
        now = self._clock()
        if self._books is not None:
            self._add_contract(unit, contract, *self._books)
        for customer, roles in contract.links.items():
            for role in roles:
                unit.links.add(customer, contract.id, role, now)

    def _add_contract(
        self, unit: Unit, contract: SampleContract, books: Books, codes: Codes
    ) -> None:
        unit.subscriptions.add(self._subscription(contract))
        password_hash = self._hasher.hash(contract.password)
        unit.subscriptions.add_login(Login(contract.login, contract.id, password_hash))
        if contract.old_code is not None:
            codes.issue_first(unit, contract.id, contract.old_code)
            old = unit.subscriptions.active_code(contract.id)
            unit.subscriptions.revoke_code(old.id, self._clock())
        codes.issue_first(unit, contract.id, contract.code)
        books.add(unit, contract)

    def _subscription(self, contract: SampleContract) -> Subscription:
        order = Order(
            contract.place,
            contract.keeps_number,
            self._day(contract.shipping_notice),
            self._day(contract.service_start_notice),
            self._day(contract.activated),
        )
        return Subscription(
            contract.id,
            contract.person,
            contract.end_user_is_holder,
            contract.number_last4,
            order,
        )

    def _day(self, offset: int | None) -> date | None:
        if offset is None:
            return None
        return japan_day(self._clock()) + timedelta(days=offset)

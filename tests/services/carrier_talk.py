"""What the tests of the services around the carrier arrange and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update

from helpdesk.bootstrap import Helpdesk
from helpdesk.bootstrap.carrier import carrier_terms
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.linking import LinkRole
from helpdesk.services.carrier_ports import DataAccount
from helpdesk.services.changes import ChangeService
from helpdesk.services.contracts import ContractService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.gifts import GiftService
from helpdesk.services.rights import RightsService
from helpdesk.storage import carrier_tables
from tests.fakes import UnsteadyCarrier


@dataclass(frozen=True)
class Unsteady:
    """The services on a carrier that goes away when a test says so."""

    carrier: UnsteadyCarrier
    changes: ChangeService
    contracts: ContractService
    gifts: GiftService


def unsteady(helpdesk: Helpdesk) -> Unsteady:
    carrier = UnsteadyCarrier(helpdesk.carrier)
    store, clock, cipher = helpdesk.database, helpdesk.clock, helpdesk.cipher
    changes = ChangeService(store, carrier, clock)
    rights = RightsService(store, carrier)
    limit = helpdesk.catalog.policies.failed_tries.as_limit()
    tries = FailedTryCounter(limit, cipher, clock)
    rule = carrier_terms(helpdesk.catalog).gifts
    return Unsteady(
        carrier,
        changes,
        ContractService(carrier, rights, changes, clock),
        GiftService(store, carrier, changes, rights, tries, rule, cipher, clock),
    )


def balance(helpdesk: Helpdesk, subscription: str) -> DataBalance:
    return helpdesk.carrier.usage(subscription).balance


def set_balance(helpdesk: Helpdesk, subscription: str, left: DataBalance) -> None:
    """As if the rest had been used."""
    with helpdesk.database.writing() as unit:
        month = unit.carrier_books.account(subscription).month
        unit.carrier_books.set_account(DataAccount(subscription, month, left))


def set_network(helpdesk: Helpdesk, subscription: str, network: str) -> None:
    with helpdesk.database.engine.begin() as connection:
        connection.execute(
            update(carrier_tables.contracts)
            .where(carrier_tables.contracts.c.subscription == subscription)
            .values(network=network)
        )


def link(
    helpdesk: Helpdesk, customer: str, subscription: str, roles: Sequence[LinkRole]
) -> None:
    for role in roles:
        helpdesk.linking.link(customer, subscription, role, may_move=True)

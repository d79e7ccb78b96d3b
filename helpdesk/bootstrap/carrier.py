"""Builds the carrier, and the services that ask it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from starlette.types import ASGIApp

from helpdesk.carrier.embedded import EmbeddedCarrier
from helpdesk.carrier.http_carrier import HttpCarrier
from helpdesk.carrier.ledger import Ledger
from helpdesk.carrier.sample_books import SampleBooks
from helpdesk.carrier.server import CarrierServer
from helpdesk.carrier.terms import CarrierTerms
from helpdesk.domain.data_gift import GiftRule
from helpdesk.domain.plans import Option, Plan, Price
from helpdesk.domain.purchases import PurchaseRule, PurchaseUnit
from helpdesk.domain.wording import volume
from helpdesk.services.carrier import Carrier, CarrierAway
from helpdesk.services.changes import ChangeService
from helpdesk.services.contracts import ContractService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.gifts import GiftService
from helpdesk.services.ports import Cipher, Clock, PasswordHasher, Store
from helpdesk.services.rights import RightsService
from helpdesk.settings import Settings
from helpdesk.storage.catalog import Catalog

logger = logging.getLogger(__name__)

_UNIT_MB = 500


@dataclass(frozen=True)
class CarrierParts:
    """`sample_books` is None if the contracts are another carrier's."""

    itself: Carrier
    changes: ChangeService
    rights: RightsService
    contracts: ContractService
    gifts: GiftService
    sample_books: tuple[SampleBooks, EmbeddedCarrier] | None


def build_carrier(
    settings: Settings,
    store: Store,
    catalog: Catalog,
    cipher: Cipher,
    hasher: PasswordHasher,
    tries: FailedTryCounter,
    clock: Clock,
) -> CarrierParts:
    terms = carrier_terms(catalog)
    carrier: Carrier
    books: tuple[SampleBooks, EmbeddedCarrier] | None
    if settings.carrier_url is None:
        carrier = EmbeddedCarrier(store, cipher, hasher, terms, clock)
        books = (SampleBooks(Ledger(store, terms, clock), clock), carrier)
    else:
        carrier = HttpCarrier.at(settings.carrier_url, settings.carrier_token)
        books = None
    changes = ChangeService(store, carrier, clock)
    rights = RightsService(store, carrier)
    return CarrierParts(
        carrier,
        changes,
        rights,
        ContractService(carrier, rights, changes, clock),
        GiftService(
            *(store, carrier, changes, rights, tries, terms.gifts, cipher, clock)
        ),
        books,
    )


def note_absent_carrier(carrier: Carrier) -> None:
    """Tell the log if the carrier does not answer: it need not, for us to start."""
    try:
        carrier.subscriptions_of("nobody")
    except CarrierAway:
        logger.error(  # noqa: TRY400 -- no traceback: it says nothing more
            "the carrier does not answer: until it does, customers hear that data and"
            " contracts cannot be shown"
        )


def reference_server(helpdesk_carrier: Carrier, token: str) -> ASGIApp:
    """A carrier, offered over HTTP as docs/carrier-api.yml says."""
    return CarrierServer(helpdesk_carrier, token).asgi()


def carrier_terms(catalog: Catalog) -> CarrierTerms:
    """What the catalog says of plans, additional data and gifts."""
    sold, words = catalog.plans, catalog.plans.bill
    networks = {network.value: data for network, data in sold.additional_data.items()}
    return CarrierTerms(
        plans={
            key: Plan(
                *(key, plan.name, plan.megabytes, plan.service_type),
                Price(plan.yen, plan.with_tax),
                tuple(plan.options),
                plan.closed,
            )
            for key, plan in sold.plans.items()
        },
        options={
            key: Option(key, option.name, Price(option.yen, option.with_tax))
            for key, option in sold.options.items()
        },
        purchases={
            network: PurchaseRule(
                tuple(
                    PurchaseUnit(
                        each, Price(each * sold.yen_per_500mb // _UNIT_MB, False)
                    )
                    for each in data.units
                ),
                data.monthly_limit,
            )
            for network, data in networks.items()
        },
        gifts=GiftRule(
            sold.gifts.smallest,
            sold.gifts.step,
            {network.value for network in sold.gifts.networks_without},
        ),
        data_label=lambda mb: words.additional_data.format(volume=volume(mb)),
        calls_label=lambda month: words.calls.format(month=month),
        daily_reissues=catalog.policies.reissue.daily_limit,
    )

"""Builds the services from the settings: the only place where rooms are joined."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.domain.eligibility import OrderPlace
from helpdesk.domain.privacy import SecretFinder
from helpdesk.services.accounts import AccountService
from helpdesk.services.conversations import ConversationService
from helpdesk.services.eligibility import EligibilityService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.linking import LinkingService
from helpdesk.services.pages import PageAddresses
from helpdesk.services.ports import Cipher, Clock
from helpdesk.services.sample_world import (
    SampleContract,
    SampleWorld,
    SampleWorldService,
)
from helpdesk.services.user_codes import ReissuePolicy, UserCodeService
from helpdesk.services.vault import VaultService
from helpdesk.settings import Settings
from helpdesk.storage.catalog import Catalog
from helpdesk.storage.catalog import SampleWorld as CatalogWorld
from helpdesk.storage.database import Database
from helpdesk.storage.secrets import Argon2Hasher, KeyedCipher


@dataclass(frozen=True)
class Helpdesk:
    """Everything that the gateway, the pages and the actions call."""

    settings: Settings
    catalog: Catalog
    database: Database
    cipher: Cipher
    clock: Clock
    accounts: AccountService
    conversations: ConversationService
    eligibility: EligibilityService
    handoffs: HandoffService
    linking: LinkingService
    sample_world: SampleWorldService
    user_codes: UserCodeService
    vault: VaultService


def build(settings: Settings, clock: Clock | None = None) -> Helpdesk:
    """The services on the settings' database. Raises BadCatalog."""
    catalog = Catalog.read(settings.catalog)
    database = Database(settings.database_url)
    cipher = KeyedCipher(settings.secret_key)
    hasher = Argon2Hasher()
    clock = clock or settings.now
    tries = FailedTryCounter(catalog.policies.failed_tries.as_limit(), cipher, clock)
    finder = SecretFinder(catalog.wording.password_words)
    world = sample_world(catalog.sample_world)
    logins = {contract.login for contract in world.contracts}
    refused = logins if settings.is_production else set()
    vault = VaultService(database, cipher, finder, clock)
    linking = LinkingService(database, cipher, clock)
    wishes = catalog.wishes
    starters = {wish: wishes.labels[wish] for wish in wishes.starters}
    pages = PageAddresses(settings.pages_url, linking)
    reissue = ReissuePolicy(catalog.policies.reissue.daily_limit)
    user_codes = UserCodeService(database, cipher, tries, reissue, clock)
    return Helpdesk(
        settings=settings,
        catalog=catalog,
        database=database,
        cipher=cipher,
        clock=clock,
        accounts=AccountService(database, hasher, tries, refused),
        conversations=ConversationService(database, vault, pages, starters, clock),
        eligibility=EligibilityService(database, clock),
        handoffs=HandoffService(
            database, catalog.business_hours.as_business_hours(), clock
        ),
        linking=linking,
        sample_world=SampleWorldService(
            database,
            world,
            user_codes,
            hasher,
            clock,
            is_allowed=not settings.is_production,
        ),
        user_codes=user_codes,
        vault=vault,
    )


_installed: list[Helpdesk] = []


def helpdesk() -> Helpdesk:
    """The process's own services. Raises BadSettings, BadCatalog."""
    if not _installed:
        install(build(Settings.from_env()))
    return _installed[0]


def install(services: Helpdesk) -> None:
    """Make these the process's own services: the actions take them from here."""
    _installed[:] = [services]


def sample_world(world: CatalogWorld) -> SampleWorld:
    """The catalog's sample people as the service takes them."""
    contracts = [
        SampleContract(
            person=person,
            number=number,
            **each.model_dump(exclude={"place"}),
            place=OrderPlace(each.place),
        )
        for person, entry in world.people.items()
        for number, each in enumerate(entry.subscriptions, start=1)
    ]
    operators = [
        (key, operator.role, operator.status)
        for key, operator in world.operators.items()
    ]
    return SampleWorld(list(world.people), contracts, operators)

"""Builds the services from the settings: the only place where rooms are joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.domain.eligibility import OrderPlace
from helpdesk.domain.messages import folded
from helpdesk.domain.privacy import SecretFinder
from helpdesk.services.account_link import AccountLinkService
from helpdesk.services.accounts import AccountService
from helpdesk.services.conversation_rules import ConversationRules
from helpdesk.services.conversations import ConversationService
from helpdesk.services.eligibility import EligibilityService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.line_delivery import LineDeliveryService
from helpdesk.services.line_events import LineEventService, LineMeanings
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
    account_link: AccountLinkService
    accounts: AccountService
    conversations: ConversationService
    eligibility: EligibilityService
    handoffs: HandoffService
    line_delivery: LineDeliveryService
    line_events: LineEventService
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
    vault = VaultService(database, cipher, finder, clock)
    linking = LinkingService(database, cipher, clock)
    account_link = AccountLinkService(database, cipher, linking, clock)
    handoffs = HandoffService(
        database, catalog.business_hours.as_business_hours(), clock
    )
    pages = PageAddresses(settings.pages_url, linking)
    reissue = ReissuePolicy(catalog.policies.reissue.daily_limit)
    user_codes = UserCodeService(database, cipher, tries, reissue, clock)
    conversations = ConversationService(
        database, vault, pages, handoffs, conversation_rules(catalog), clock
    )
    return Helpdesk(
        settings=settings,
        catalog=catalog,
        database=database,
        cipher=cipher,
        clock=clock,
        account_link=account_link,
        accounts=AccountService(
            database, hasher, tries, refused_logins(world, settings)
        ),
        conversations=conversations,
        eligibility=EligibilityService(database, clock),
        handoffs=handoffs,
        line_delivery=LineDeliveryService(database, cipher, clock),
        line_events=LineEventService(
            *(database, cipher, conversations, account_link, handoffs),
            line_meanings(catalog),
            clock,
        ),
        linking=linking,
        sample_world=SampleWorldService(
            *(database, world, user_codes, hasher, cipher, clock),
            is_allowed=not settings.is_production,
        ),
        user_codes=user_codes,
        vault=vault,
    )


def refused_logins(world: SampleWorld, settings: Settings) -> set[str]:
    """The sample's logins stand in the README: in production they open nothing."""
    logins = {contract.login for contract in world.contracts}
    return logins if settings.is_production else set()


_installed: list[Helpdesk] = []


def helpdesk() -> Helpdesk:
    """The process's own services. Raises BadSettings, BadCatalog."""
    if not _installed:
        install(build(Settings.from_env()))
    return _installed[0]


def install(services: Helpdesk) -> None:
    """Make these the process's own services: the actions take them from here."""
    _installed[:] = [services]


def conversation_rules(catalog: Catalog) -> ConversationRules:
    """What the catalog says of conversations."""
    wishes, words, items = catalog.wishes, catalog.wording, catalog.line.menu.items
    days = words.as_day_format()

    def late_words(since: datetime) -> str:
        return words.late.format(moment=days.moment(since))

    return ConversationRules(
        starters={wish: wishes.labels[wish] for wish in wishes.starters},
        typed={
            folded(text): f"/{item.wish}"
            for item in items.values()
            for text in item.typed
        },
        button_life=timedelta(days=catalog.policies.button_days),
        late_after=timedelta(minutes=catalog.policies.late_minutes),
        late_words=late_words,
    )


def line_meanings(catalog: Catalog) -> LineMeanings:
    """What the catalog says of taps, stickers and contents on LINE."""
    line = catalog.line
    return LineMeanings(
        menu={
            key: (f"/{item.wish}", item.label) for key, item in line.menu.items.items()
        },
        stickers=line.stickers,
        shown=line.contents.model_dump(),
    )


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

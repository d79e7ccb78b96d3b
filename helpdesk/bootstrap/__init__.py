"""Builds the services from the settings: the only place where rooms are joined."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.bootstrap.carrier import CarrierParts, build_carrier
from helpdesk.bootstrap.desk import DeskParts, build_desk
from helpdesk.bootstrap.links import LinkParts, build_links
from helpdesk.bootstrap.notices import build_notices
from helpdesk.bootstrap.reports import lesson_service, report_service
from helpdesk.bootstrap.rules import (
    conversation_rules,
    line_meanings,
    sample_world,
)
from helpdesk.bootstrap.staff import build_staff
from helpdesk.domain.privacy import SecretFinder
from helpdesk.services.account_link import AccountLinkService
from helpdesk.services.accounts import AccountService
from helpdesk.services.audit_trail import AuditTrail
from helpdesk.services.carrier import Carrier
from helpdesk.services.changes import ChangeService
from helpdesk.services.contracts import ContractService
from helpdesk.services.conversations import ConversationService
from helpdesk.services.desk import DeskService
from helpdesk.services.desk_view import DeskViewService
from helpdesk.services.desk_words import DeskWords
from helpdesk.services.eligibility import EligibilityService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.gifts import GiftService
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.lessons import LessonService
from helpdesk.services.line_delivery import LineDeliveryService
from helpdesk.services.line_events import LineEventService
from helpdesk.services.linking import LinkingService
from helpdesk.services.my_page_access import MyPageAccess
from helpdesk.services.notices import NoticeService
from helpdesk.services.people import PeopleService
from helpdesk.services.ports import Cipher, Clock
from helpdesk.services.reports import ReportService
from helpdesk.services.rights import RightsService
from helpdesk.services.sample_world import SampleWorld, SampleWorldService
from helpdesk.services.staff_accounts import StaffAccountService
from helpdesk.services.staff_acts import StaffActService
from helpdesk.services.surveys import SurveyService
from helpdesk.services.talks import TalkService
from helpdesk.services.user_codes import UserCodeService
from helpdesk.services.vault import VaultService
from helpdesk.settings import Settings
from helpdesk.storage.catalog import Catalog
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
    audit_trail: AuditTrail
    carrier: Carrier
    changes: ChangeService
    contracts: ContractService
    conversations: ConversationService
    desk: DeskService
    desk_view: DeskViewService
    desk_words: DeskWords
    eligibility: EligibilityService
    gifts: GiftService
    handoffs: HandoffService
    lessons: LessonService
    line_delivery: LineDeliveryService
    line_events: LineEventService
    linking: LinkingService
    my_page_access: MyPageAccess
    notices: NoticeService
    people: PeopleService
    reports: ReportService
    rights: RightsService
    sample_world: SampleWorldService
    staff_accounts: StaffAccountService
    staff_acts: StaffActService
    surveys: SurveyService
    talks: TalkService
    user_codes: UserCodeService
    vault: VaultService


def build(settings: Settings, clock: Clock | None = None) -> Helpdesk:
    """The services on the settings' database. Raises BadCatalog."""
    basics = _basics(settings, clock or settings.now)
    catalog, database, clock = basics.catalog, basics.database, basics.clock
    cipher = basics.cipher
    tries = FailedTryCounter(catalog.policies.failed_tries.as_limit(), cipher, clock)
    world = sample_world(catalog.sample_world)
    vault = _vault(basics)
    carrier = _carrier(basics, tries)
    links = _links(basics, carrier, tries)
    desk = build_desk(database, catalog, tries, carrier.itself, clock)
    staff = build_staff(settings, catalog, database, cipher, basics.hasher, clock)
    conversations = _conversations(basics, vault, links, desk)
    return Helpdesk(
        settings=settings,
        catalog=catalog,
        database=database,
        cipher=cipher,
        clock=clock,
        account_link=links.account_link,
        accounts=_accounts(basics, carrier.itself, tries, world),
        audit_trail=staff.audit_trail,
        carrier=carrier.itself,
        changes=carrier.changes,
        contracts=carrier.contracts,
        conversations=conversations,
        desk=desk.itself,
        desk_view=desk.view,
        desk_words=desk.words,
        eligibility=links.eligibility,
        gifts=carrier.gifts,
        handoffs=desk.handoffs,
        lessons=lesson_service(database, catalog, clock),
        line_delivery=LineDeliveryService(database, cipher, clock),
        line_events=_line_events(basics, conversations, links, desk),
        linking=links.linking,
        my_page_access=links.my_page_access,
        notices=build_notices(database, catalog, carrier, conversations, clock),
        people=staff.people,
        reports=report_service(database, catalog, clock),
        rights=carrier.rights,
        sample_world=_sample_world(basics, world, carrier),
        staff_accounts=staff.accounts,
        staff_acts=_staff_acts(basics, links, vault),
        surveys=desk.surveys,
        talks=desk.talks,
        user_codes=links.user_codes,
        vault=vault,
    )


@dataclass(frozen=True)
class _Basics:
    """What nearly every service is built on."""

    settings: Settings
    catalog: Catalog
    database: Database
    cipher: Cipher
    hasher: Argon2Hasher
    clock: Clock


def _basics(settings: Settings, clock: Clock) -> _Basics:
    return _Basics(
        settings,
        Catalog.read(settings.catalog),
        Database(settings.database_url),
        KeyedCipher(settings.secret_key),
        Argon2Hasher(),
        clock,
    )


def _carrier(basics: _Basics, tries: FailedTryCounter) -> CarrierParts:
    parts = (basics.settings, basics.database, basics.catalog, basics.cipher)
    return build_carrier(*parts, basics.hasher, tries, basics.clock)


def _links(
    basics: _Basics, carrier: CarrierParts, tries: FailedTryCounter
) -> LinkParts:
    parts = (basics.database, basics.catalog, basics.cipher, carrier.itself)
    pages_url = basics.settings.pages_url
    return build_links(*parts, carrier.changes, tries, pages_url, basics.clock)


def _vault(basics: _Basics) -> VaultService:
    finder = SecretFinder(basics.catalog.wording.password_words)
    return VaultService(basics.database, basics.cipher, finder, basics.clock)


def _conversations(
    basics: _Basics, vault: VaultService, links: LinkParts, desk: DeskParts
) -> ConversationService:
    rules = conversation_rules(basics.catalog)
    parts = (basics.database, vault, links.pages, desk.handoffs, rules)
    return ConversationService(*parts, basics.clock)


def _accounts(
    basics: _Basics, carrier: Carrier, tries: FailedTryCounter, world: SampleWorld
) -> AccountService:
    refused = refused_logins(world, basics.settings)
    return AccountService(basics.database, carrier, tries, refused)


def _line_events(
    basics: _Basics,
    conversations: ConversationService,
    links: LinkParts,
    desk: DeskParts,
) -> LineEventService:
    parts = (basics.database, basics.cipher, conversations, links.account_link)
    meanings = line_meanings(basics.catalog)
    return LineEventService(*parts, desk.handoffs, meanings, basics.clock)


def _sample_world(
    basics: _Basics, world: SampleWorld, carrier: CarrierParts
) -> SampleWorldService:
    books = carrier.sample_books
    parts = (basics.database, world, books, basics.hasher, basics.cipher)
    is_allowed = not basics.settings.is_production
    return SampleWorldService(*parts, basics.clock, is_allowed=is_allowed)


def _staff_acts(
    basics: _Basics, links: LinkParts, vault: VaultService
) -> StaffActService:
    words, roles = basics.catalog.desk.says.link_page, basics.catalog.wording.roles
    parts = (basics.database, links.linking, links.user_codes, links.pages, vault)
    return StaffActService(*parts, words, roles, basics.clock)


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

"""Builds what links customers with contracts, and leads them to pages."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.services.account_link import AccountLinkService
from helpdesk.services.carrier import Carrier
from helpdesk.services.changes import ChangeService
from helpdesk.services.eligibility import EligibilityService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.linking import LinkingService
from helpdesk.services.my_page_access import MyPageAccess
from helpdesk.services.pages import PageAddresses
from helpdesk.services.ports import Cipher, Clock, Store
from helpdesk.services.user_codes import ReissuePolicy, UserCodeService
from helpdesk.storage.catalog import Catalog


@dataclass(frozen=True)
class LinkParts:
    """The services around links."""

    linking: LinkingService
    account_link: AccountLinkService
    eligibility: EligibilityService
    user_codes: UserCodeService
    my_page_access: MyPageAccess
    pages: PageAddresses


def build_links(
    store: Store,
    catalog: Catalog,
    cipher: Cipher,
    carrier: Carrier,
    changes: ChangeService,
    tries: FailedTryCounter,
    pages_url: str,
    clock: Clock,
) -> LinkParts:
    linking = LinkingService(store, carrier, cipher, clock)
    my_page = MyPageAccess(store, cipher, clock)
    reissue = ReissuePolicy(catalog.policies.reissue.daily_limit)
    return LinkParts(
        linking,
        AccountLinkService(store, cipher, linking, clock),
        EligibilityService(store, carrier, clock),
        UserCodeService(store, carrier, changes, tries, reissue, clock),
        my_page,
        PageAddresses(pages_url, linking, my_page),
    )

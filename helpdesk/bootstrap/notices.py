"""Builds what the product sends by itself."""

from __future__ import annotations

from helpdesk.bootstrap.carrier import CarrierParts
from helpdesk.domain.notices import NoticeKind
from helpdesk.domain.wording import volume
from helpdesk.services.conversations import ConversationService
from helpdesk.services.notices import NoticeService, NoticeWords
from helpdesk.services.notices_sending import NoticeSender
from helpdesk.services.notices_watch import NoticeWatch
from helpdesk.services.ports import Clock, Store
from helpdesk.storage.catalog import Catalog
from helpdesk.storage.notice_catalog import NoticeCatalog


def build_notices(
    store: Store,
    catalog: Catalog,
    carrier: CarrierParts,
    conversations: ConversationService,
    clock: Clock,
) -> NoticeService:
    """What waits for a reply joins the conversations' answers."""
    rules, words = catalog.notices.as_rules(), notice_words(catalog.notices)
    watch = NoticeWatch(store, carrier.itself, carrier.rights, rules, clock)
    sender = NoticeSender(store, carrier.itself, rules, clock)
    conversations.on_answered(sender.join)
    return NoticeService(store, carrier.rights, rules, words, watch, sender, clock)


def notice_words(catalog: NoticeCatalog) -> dict[NoticeKind, NoticeWords]:
    """Title and note of each switch, with the catalog's numbers filled in."""
    numbers = {
        "percent": catalog.low_data.percent,
        "volume": volume(catalog.expiring.megabytes),
        "days": catalog.expiring.days_before,
    }
    return {
        NoticeKind(kind): NoticeWords(words.title, words.note.format(**numbers))
        for kind, words in catalog.choices.items()
    }
